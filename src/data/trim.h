/* data/trim.h -- leaves out what is strangest among rows that are said to be normal, in case it is not.
 *
 * First every row is judged column by column: its distance from the median in median absolute deviations.  The part
 * that is farthest is left out, and what is left says what is usual (dsp/baseline.h: all columns together, up to 32);
 * all rows are judged anew by that, three times.  A cluster of faults cannot hide by widening what it is held against,
 * which it does where it counts itself. Source: Rousseeuw, Van Driessen, "A fast algorithm for the minimum covariance
 * determinant estimator", Technometrics 41 (1999), its concentration steps, with another beginning. */
#ifndef TH_DATA_TRIM_H
#define TH_DATA_TRIM_H

#include "base/why.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Rows x [n][d] -> keep [n]: all but round(n percent / 100) of them.  Fewer than 20 rows stay as they are.  Errors:
 * TH_ENOMEM. */
TH_NODISCARD th_err th_trim(const float *x, int32_t n, int32_t d, double percent, bool *keep, th_why *why);

#endif
