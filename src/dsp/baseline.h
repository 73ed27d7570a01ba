/* dsp/baseline.h -- what is usual at one machine, learnt from its first windows, and how far others are from it:
 *
 *   x [n]   features of a window;  m, s: mean and deviation of each, s at least |m| / 1000
 *   u       (x - m) / s
 *   C       mean of u u^T, plus 1/10 on the diagonal;  C = L L^T   (n > TH_BASELINE_WHOLE: C = the diagonal alone)
 *   w       L^-1 u: |w| is Mahalanobis' distance
 *   z       w / (reach + |w|), with |z| < 1, and 1/2 at the reach
 *
 * reach is the 99th percentile of |w| of the last 3/10 of the windows when m, s and L come from the first 7/10: how far
 * windows get that were not learnt from.  m, s and L are then those of all windows.  A direction keeps its meaning, and
 * z has an end, so that eight bits hold what is far away as well as what is near.
 * The 1/10: two features that hardly ever differ would else make every small difference between them an alarm.
 * Sums are of doubles and as Welford has them: large levels with small changes lose nothing.
 * Source: Mahalanobis, "On the generalised distance in statistics" (1936); Welford, "Note on a method for calculating
 * corrected sums of squares and products", Technometrics 4 (1962). */
#ifndef TH_DSP_BASELINE_H
#define TH_DSP_BASELINE_H

#include "base/arena.h"
#include "base/err.h"

#define TH_BASELINE_WHOLE 32 /* features up to which they are held against each other */
#define TH_BASELINE_LEAST 10 /* windows */

typedef struct th_baseline_cfg {
    int32_t n;       /* features of a window */
    int32_t windows; /* to learn from */
    int32_t early;   /* 1: m, s and L stay those of the first 7/10, so that the windows behind them are new to them */
} th_baseline_cfg;

typedef struct th_baseline {
    th_baseline_cfg cfg;
    double *sum_mean, *products; /* [n], [n (n + 1) / 2] or [n]: of what was learnt so far */
    float *mean, *inv, *factor;  /* [n], [n], the same as products: 1 / L_ii on the diagonal */
    float *work;                 /* [n] */
    float *farthest;             /* [n_farthest], the largest first */
    float reach;
    int32_t n_farthest, learnt;
} th_baseline;

/* Bytes of arena that th_baseline_init takes. */
size_t th_baseline_mem(const th_baseline_cfg *cfg);

/* Errors: TH_ERANGE (no feature, fewer than TH_BASELINE_LEAST windows or more than a million), TH_ENOMEM. */
TH_NODISCARD th_err th_baseline_init(th_baseline *b, const th_baseline_cfg *cfg, th_arena *arena);

/* One more window x [n]; one that holds a number without an end is passed over.  1: all are learnt. */
int th_baseline_learn(th_baseline *b, const float *x);

/* x [n] -> z, in place; when all are learnt. */
void th_baseline_hold(const th_baseline *b, float *x);

/* The same four, for what reaches them through a pointer: firmware that has no baseline then has nothing of them. */
typedef struct th_baseline_way {
    size_t (*mem)(const th_baseline_cfg *cfg);
    th_err (*init)(th_baseline *b, const th_baseline_cfg *cfg, th_arena *arena);
    int (*learn)(th_baseline *b, const float *x);
    void (*hold)(const th_baseline *b, float *x);
} th_baseline_way;

extern const th_baseline_way th_baseline_group;

#endif
