/* learn/kmeans.h -- k-means: k centres, each the mean of the rows that are nearest to it.
 *
 *   inertia = sum over the rows of the squared distance to their centre
 *
 * Lloyd's steps (rows to their nearest centre, centres to the mean of their rows) never raise it; they end where no row
 * changes its centre.  Starts are drawn by k-means++ (Arthur, Vassilvitskii 2007): each next centre is a row, with a
 * probability that grows with the squared distance to those that are there.  A centre without rows takes the row that
 * is farthest from its own. */
#ifndef TH_LEARN_KMEANS_H
#define TH_LEARN_KMEANS_H

#include "learn/learning.h"

typedef struct th_kmeans {
    int32_t k;
    float *centre;  /* [k][d] */
    int32_t *of;    /* [n] centre of a row */
    double *far;    /* [n] squared distance to it */
    double inertia; /* sum of those */
    int32_t steps;
} th_kmeans;

/* A start under way. */
typedef struct th_lloyd {
    th_learning *l;
    const th_rows *rows;
    th_kmeans *m;
    double *sum;    /* [k][d], everything that is summed is double */
    int32_t *count; /* [k] */
    bool *changed;  /* [threads] */
} th_lloyd;

/* Room for k centres of the job's rows; m is the caller's.  Memory is the training's.  Errors: TH_ENOMEM. */
TH_NODISCARD th_err th_lloyd_make(th_learning *l, int32_t k, th_kmeans *m, th_lloyd *s);
/* Draws the first centres; no row has one yet (of: -1). */
void th_lloyd_start(th_lloyd *s, th_rng *rng);
/* Rows to their nearest centre.  True: some row has another one than before. */
bool th_lloyd_assign(th_lloyd *s);
/* Centres to the means of their rows. */
void th_lloyd_move(th_lloyd *s);

/* The best of cfg.restarts starts; k at most the number of rows.  Memory is the training's.
 *   watch  called after each step with its inertia, or NULL
 * Errors: TH_ENOMEM, TH_EINTR. */
TH_NODISCARD th_err th_kmeans_fit(th_learning *l, int32_t k, th_kmeans *best,
                                  void (*watch)(void *ctx, int32_t start, double inertia), void *ctx);

#endif
