/* nn/logical.h -- LOGICAL_AND LOGICAL_OR LOGICAL_NOT.
 *
 *   y = a and b, a or b, not a;  0 is false, every other byte true; y is 0 or 1
 *
 *   in[0] a, in[1] b (not for NOT) bool, broadcasting (nn/broadcast.h)   out[0] y bool; it may lie on an input of its
 * shape
 *
 * Source: TensorFlow Lite Micro, logical_common.cc, elementwise.cc. */
#ifndef TH_NN_LOGICAL_H
#define TH_NN_LOGICAL_H

#include "nn/broadcast.h"

#include <stdint.h>

typedef struct th_logical_par {
    th_broadcast map;
} th_logical_par;

void th_logical_and(const void *par, const void *const *in, void *const *out, void *scratch);
void th_logical_or(const void *par, const void *const *in, void *const *out, void *scratch);
void th_logical_not(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
