/* check/map.h -- all samples as points of the plane, so that one sees which are alike, which stand alone, and which
 * stand among those of another label.
 *
 *   sample --th_seer_look--> what the network is given --pool--> row of numbers --scale--> axes --pca or t-SNE--> point
 *
 * Pooling brings samples to one size: at most TH_MAP_SIDE means along each side of what is seen (frames, pixels), the
 * mean over the windows of a recording, and, of signals whose features are rows, statistics of each channel (mean,
 * deviation, least, largest, mean step).  Scaling gives columns (of pixels: all together) mean 0 and deviation 1, and
 * what is beyond 5 counts as 5. */
#ifndef TH_CHECK_MAP_H
#define TH_CHECK_MAP_H

#include "data/dataset.h"

#define TH_MAP_SIDE  16
#define TH_MAP_AXES  50 /* t-SNE looks at so many principal axes */
#define TH_MAP_MOST  10000
#define TH_MAP_TRUST 12 /* neighbours by which the map is judged */

typedef struct th_map_cfg {
    bool tsne;         /* else the first two principal axes */
    double perplexity; /* learn/tsne.h */
    int64_t limit;     /* samples at most, drawn by the seed; to TH_MAP_MOST */
    uint64_t seed;
    int n_threads;                            /* 0: as many as there are processors */
    void (*progress)(void *ctx, double part); /* 0 to 1, or NULL */
    void *ctx;
} th_map_cfg;

typedef struct th_map {
    int32_t n;         /* points */
    size_t *sample;    /* [n] rising: which sample of the set */
    float *xy;         /* [n][2] around 0, the farthest has |x| or |y| 1 */
    size_t left_out;   /* samples that can't be read or are too short */
    char reason[512];  /* why the first of them */
    int32_t columns;   /* numbers of a sample */
    double share;      /* of the variance that the two axes of pca hold */
    double trust;      /* th_trustworthiness */
    double divergence; /* of t-SNE */
} th_map;

/* Errors: TH_ENOENT (no samples, or none that can be read), TH_ENOMEM, TH_EINTR, those of th_seer_new.
 * The same on any number of threads.  th_map_free in any case. */
TH_NODISCARD th_err th_map_make(const th_project *p, const th_dataset *set, const th_map_cfg *cfg, th_map *map,
                                th_why *why);
void th_map_free(th_map *map);

#endif
