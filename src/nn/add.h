/* nn/add.h -- ADD of two tensors of the same shape.
 *
 *   y[i] = act( a[i] + b[i] )
 *
 *   in[0] a, in[1] b any shape   out[0] y, same shape, may lie on either input
 *
 * int8: both inputs are brought to the scale 2 max(s_a, s_b) / 2^20, added, and brought to the output's:
 *   y = zero_out + R( R((a - zero_a) 2^20, m_a) + R((b - zero_b) 2^20, m_b), m_out ),  R as in nn/requant.h
 * |a - zero| 2^20 <= 255 2^20 < 2^28, so nothing overflows.
 * Source: TensorFlow Lite Micro, reference/integer_ops/add.h, add_common.cc. */
#ifndef TH_NN_ADD_H
#define TH_NN_ADD_H

#include <stdint.h>

#define TH_ADD_S8_BITS 20

typedef struct th_add_s8_par {
    int32_t n;
    int32_t a_zero, a_multiplier, a_shift;
    int32_t b_zero, b_multiplier, b_shift;
    int32_t out_zero, out_multiplier, out_shift;
    int32_t act_min, act_max;
} th_add_s8_par;

typedef struct th_add_f32_par {
    int32_t n;
    float act_min, act_max;
} th_add_f32_par;

void th_add_s8(const void *par, const void *const *in, void *const *out, void *scratch);
void th_add_f32(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
