/* learn/axes.h -- the directions in which many columns vary most, without their covariance.
 *
 *   Z = X Q,  Q <- orthonormal(X^T Z)   again and again; then the eigenvectors of Q^T X^T X Q turn Q to the axes
 *
 * Subspace iteration: rows stay as they are, so d may be thousands.  With as many axes as columns it is exact at once.
 * Source: Halko, Martinsson, Tropp, "Finding structure with randomness", SIAM Review 53 (2011), algorithm 4.4. */
#ifndef TH_LEARN_AXES_H
#define TH_LEARN_AXES_H

#include "base/why.h"
#include "os/team.h"

#include <stdint.h>

/* Coordinates of n rows along their k first principal axes.
 *   x        [n][d] finite; the columns' means are taken off it
 *   k        1 to d
 *   y        [n][k] by falling variance; of each axis the largest component is positive
 *   share    of all variance that the axes hold, 0 to 1 (0 when nothing varies); may be NULL
 * The same on any number of threads.  Errors: TH_ENOMEM, TH_EINTR. */
TH_NODISCARD th_err th_axes(th_team *team, float *x, int32_t n, int32_t d, int32_t k, uint64_t seed, float *y,
                            double *share, th_why *why);

#endif
