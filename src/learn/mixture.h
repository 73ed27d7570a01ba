/* learn/mixture.h -- a mixture of Gaussians, fitted by expectation and maximisation (Dempster, Laird, Rubin 1977).
 *
 *   p(x) = sum_k weight_k N(x; mean_k, covariance_k)
 *
 * Each step raises the likelihood of the rows, or leaves it.  It begins at the clusters of k-means.  A variance is at
 * least a thousandth of the column's over all rows, so that no component shrinks onto a row. */
#ifndef TH_LEARN_MIXTURE_H
#define TH_LEARN_MIXTURE_H

#include "learn/learning.h"

typedef struct th_mixture {
    int32_t k;
    bool full;
    double *weight; /* [k] */
    double *mean;   /* [k][d] */
    double *f;      /* [k][d]: 1 / deviation; full: [k][d][d], the inverse of the covariance's Cholesky factor */
    double *log_f;  /* [k] sum of the logarithms of f's diagonal */
    double log_likelihood, bic;
    int32_t steps;
} th_mixture;

/* Memory is the training's.
 *   watch  called with the log likelihood before each step, or NULL
 * Errors: TH_ENOMEM, TH_EINTR. */
TH_NODISCARD th_err th_mixture_fit(th_learning *l, int32_t k, bool full, th_mixture *m,
                                   void (*watch)(void *ctx, double log_likelihood), void *ctx);

#endif
