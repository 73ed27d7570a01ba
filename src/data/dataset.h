/* data/dataset.h -- the clips of a project and their index (data/index.tsv, written atomically). */
#ifndef TH_DATA_DATASET_H
#define TH_DATA_DATASET_H

#include "data/project.h"

typedef enum th_split { TH_TRAIN = 0, TH_VAL = 1, TH_TEST = 2 } th_split;
#define TH_N_SPLITS 3
const char *th_split_name(th_split s); /* "train", "val", "test" */

typedef struct th_clip {
    const char *file;    /* relative to PROJECT/data/clips, or absolute for a folder that is only tested */
    const char *label;   /* one of the project's labels */
    const char *word;    /* what was said, as the source calls it ("marvin" for an "unknown") */
    const char *speaker; /* "" when not known */
    const char *source;  /* where it came from; starts with "synthetic:" for synthetic clips */
    th_split split;
    uint64_t hash;       /* FNV-1a of the 16-bit samples */
    int32_t n_samples;
} th_clip;

typedef struct th_dataset {
    th_clip *clips;
    size_t n, cap;
    char *clip_dir; /* PROJECT/data/clips */
} th_dataset;

TH_NODISCARD th_err th_dataset_load(const th_project *p, th_dataset **set, th_why *why); /* none yet: an empty one */
TH_NODISCARD th_err th_dataset_save(const th_project *p, const th_dataset *set, th_why *why);
void th_dataset_free(th_dataset *set);
/* Copies the strings. */
TH_NODISCARD th_err th_dataset_add(th_dataset *set, const th_clip *clip, th_why *why);

/* Samples of a clip at the project's rate, mono, fresh memory. */
TH_NODISCARD th_err th_dataset_samples(const th_dataset *set, const th_clip *clip, int16_t **pcm, int32_t *n, th_why *why);

/* Exactly n_out samples of a clip for a network: the loudest window when longer, centred and
 * padded with zeros when shorter. `offset` shifts the window, for augmentation (0 at test). */
void th_clip_window(const int16_t *pcm, int32_t n, int32_t offset, int16_t *out, int32_t n_out);

/* Every clip below dir in any of the layouts of `data import`, in memory only, all with split TH_TEST:
 * for `thimble test --data`. Split lists are ignored. */
TH_NODISCARD th_err th_dataset_scan(const th_project *p, const char *dir, th_dataset **set, th_why *why);

#endif
