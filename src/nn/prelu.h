/* nn/prelu.h -- PRELU: a slope of its own for negative numbers.
 *
 *   y = x >= 0 ? x : alpha x,  broadcasting (nn/broadcast.h)
 *
 *   in[0] x   in[1] alpha (int8 when x is int16)   out[0] y, x's type; it may lie on x when it has x's shape
 *
 * int8, int16, R as in nn/requant.h, d = x - zero_x:
 *   y = zero_out + (d >= 0 ? R(d, s_x / s_out) : R(d (alpha - zero_alpha), s_x s_alpha / s_out)),  in double;
 * |d (alpha - zero)| <= 2^16 255 < 2^31.
 * Source: TensorFlow Lite Micro, prelu_common.cc, reference/prelu.h. */
#ifndef TH_NN_PRELU_H
#define TH_NN_PRELU_H

#include "nn/broadcast.h"

#include <stdint.h>

typedef struct th_prelu_f32_par {
    th_broadcast map;
} th_prelu_f32_par;

typedef struct th_prelu_q_par {
    th_broadcast map;
    int32_t in_zero, alpha_zero, out_zero;
    int32_t multiplier, shift;         /* x >= 0 */
    int32_t low_multiplier, low_shift; /* x < 0 */
} th_prelu_q_par;

void th_prelu_s8(const void *par, const void *const *in, void *const *out, void *scratch);
void th_prelu_s16(const void *par, const void *const *in, void *const *out, void *scratch);
void th_prelu_f32(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
