/* learn/linear.h -- small dense matrices in double: what PCA and mixtures need. */
#ifndef TH_LEARN_LINEAR_H
#define TH_LEARN_LINEAR_H

#include "learn/learning.h"

/* mean [d] and covariance [d][d] (divided by the sum of the weights) of the rows; weight [n] of each, or NULL: 1.
 * Returns the sum of the weights. */
double th_covariance(const th_rows *r, const double *weight, double *mean, double *covariance);

/* n = size. Eigenvalues of the symmetric a [n][n], largest first, and as rows of v [n][n] their eigenvectors of length
 * 1, the largest component of each positive.  a is destroyed.  Cyclic Jacobi rotations (Golub, Van Loan 8.5). */
void th_eigen(double *a, int32_t size, double *value, double *v);

/* a [n][n], symmetric and positive definite -> its Cholesky factor L, a = L L^T, in the lower triangle.
 * false: it is not positive definite. */
bool th_cholesky(double *a, int32_t size);

/* The lower triangle of l [n][n] becomes its inverse. */
void th_lower_inverse(double *l, int32_t size);

#endif
