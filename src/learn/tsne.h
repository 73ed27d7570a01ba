/* learn/tsne.h -- t-SNE: points in the plane so that those lie near each other whose rows do.
 *
 *   p(j|i) = exp(-b_i |x_i - x_j|^2) / sum over k != i     b_i so that the entropy of p(.|i) is ln perplexity
 *   p_ij   = (p(j|i) + p(i|j)) / 2n
 *   w_ij   = 1 / (1 + |y_i - y_j|^2),  q_ij = w_ij / Z,  Z = sum of all w
 *   C      = sum p_ij ln(p_ij / q_ij)                      what is made small
 *   dC/dy_i = 4 sum_j (p_ij - q_ij) w_ij (y_i - y_j)
 *
 * Sources: van der Maaten, Hinton, "Visualizing Data using t-SNE", JMLR 9 (2008); van der Maaten, "Accelerating t-SNE
 * using Tree-Based Algorithms", JMLR 15 (2014): p of the 3 perplexity nearest alone, and a cell of points that looks
 * smaller than theta from y_i counts as one point (Barnes, Hut 1986).  Early exaggeration, steps as long as n /
 * exaggeration / 4 (Belkina et al. 2019), gains (Jacobs 1988), and a start on the first two principal axes (Kobak,
 * Berens 2019), so that the same rows give the same picture.
 *
 * What it shows: who is whose neighbour.  What it does not: how far apart or how dense clusters are. */
#ifndef TH_LEARN_TSNE_H
#define TH_LEARN_TSNE_H

#include "base/why.h"
#include "os/team.h"

#include <stdbool.h>
#include <stdint.h>

#define TH_TSNE_MOST  10000 /* points */
#define TH_TSNE_EXACT 1500  /* up to so many all pairs are counted */

typedef struct th_tsne_cfg {
    double perplexity;   /* neighbours that count, 2 to (n - 1) / 3; more becomes that */
    double exaggeration; /* of p in the first `early` steps, >= 1 */
    double theta;        /* 0 exact, to 1; below 0: 0 up to TH_TSNE_EXACT points, 0.5 above */
    int32_t steps, early;
    uint64_t seed;                            /* of what shakes points apart that start at one place */
    void (*progress)(void *ctx, double part); /* 0 to 1, or NULL */
    void *ctx;
} th_tsne_cfg;

/* Perplexity 30, exaggeration 12 for 250 of 750 steps, theta as n wants it. */
th_tsne_cfg th_tsne_default(void);

/* x [n][d] finite, n to TH_TSNE_MOST; y [n][2]: where to start, in any size, and the result, around 0.
 * *divergence (may be NULL): C at the end.  Fewer than 4 points stay as they are.  The same on any number of threads.
 * Errors: TH_ERANGE (n), TH_ENOMEM, TH_EINTR. */
TH_NODISCARD th_err th_tsne(th_team *team, const float *x, int32_t n, int32_t d, const th_tsne_cfg *cfg, float *y,
                            double *divergence, th_why *why);

/* How far the plane's neighbours are neighbours: 1 - 2 / (m k (2n - 3k - 1)) sum over m points i, sum over those j of
 * its k nearest in the plane that are not among its k nearest rows, of (rank of j by rows - k).  1: all are; 0.5: as
 * drawn by lot.  k < n / 2.  m is n, or 500 drawn evenly.
 * Source: Venna, Kaski, "Neighborhood preservation in nonlinear projection methods", ICANN 2001.  Errors: TH_ENOMEM. */
TH_NODISCARD th_err th_trustworthiness(const float *x, int32_t n, int32_t d, const float *y, int32_t k, double *trust,
                                       th_why *why);

/* ---- the parts, for tests ---- */

/* p_ij as rows of neighbours: those of i are to[first[i]] .. to[first[i + 1] - 1], rising; each pair stands twice, and
 * all p together are 1. */
typedef struct th_near {
    int32_t n, *to;
    int64_t *first; /* [n + 1] */
    float *p;
} th_near;

/* Of all pairs, or of the 3 perplexity nearest of each.  th_near_free in any case. */
TH_NODISCARD th_err th_near_make(th_team *team, const float *x, int32_t n, int32_t d, double perplexity, bool all,
                                 th_near *near, th_why *why);
void th_near_free(th_near *near);

/* dC/dy [n][2] with p times `more`, and C (may be NULL; of p as it is).  Errors: TH_ENOMEM. */
TH_NODISCARD th_err th_tsne_gradient(th_team *team, const th_near *near, const float *y, double theta, double more,
                                     float *gradient, double *divergence, th_why *why);

#endif
