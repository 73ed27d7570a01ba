/* nn/select.h -- SELECT_V2: one of two, by a condition.
 *
 *   y = c ? a : b,  element by element, broadcasting (nn/broadcast.h)
 *
 *   in[0] c bool   in[1] a, in[2] b of one type   out[0] y, that type; it may lie on an input of its shape and type
 *
 * The bytes are copied as they are, so a, b and y have one scale.  A kernel for each size of an element, in bits.
 * Source: TensorFlow Lite Micro, select.cc. */
#ifndef TH_NN_SELECT_H
#define TH_NN_SELECT_H

#include "nn/broadcast.h"

#include <stdint.h>

typedef struct th_select_par {
    th_broadcast map;
} th_select_par;

void th_select_8(const void *par, const void *const *in, void *const *out, void *scratch);
void th_select_16(const void *par, const void *const *in, void *const *out, void *scratch);
void th_select_32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_select_64(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
