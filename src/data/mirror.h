/* data/mirror.h -- do pictures keep their label in a mirror?  Clothes do, letters do not. */
#ifndef TH_DATA_MIRROR_H
#define TH_DATA_MIRROR_H

#include "base/why.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TH_MIRROR_LEAST 40 /* fewer pictures say too little */

/* Every other picture goes into the mean of its label; each of the rest is given the label whose mean is nearest (sum
 * of squares), as it is and mirrored (left becomes right).  *keeps: mirrored they are right in two of three cases or
 * more in which they are right as they are; false for fewer than TH_MIRROR_LEAST pictures.
 *
 *   grey   [n][h][w] bytes
 *   label  [n] 0 .. n_labels - 1
 *
 * Errors: TH_ENOMEM. */
TH_NODISCARD th_err th_mirror_keeps(const uint8_t *grey, const int32_t *label, size_t n, int32_t h, int32_t w,
                                    int32_t n_labels, bool *keeps, th_why *why);

#endif
