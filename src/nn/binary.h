/* nn/binary.h -- two numbers become one: ADD SUB MUL DIV MINIMUM MAXIMUM SQUARED_DIFFERENCE FLOOR_DIV FLOOR_MOD.
 *
 *   y = act( f(a, b) ),  element by element, broadcasting (nn/broadcast.h)
 *
 *   in[0] a, in[1] b   out[0] y, the shape to which they broadcast; it may lie on an input of its shape
 *
 * float32: f in float, then limited to act_min .. act_max (FLOOR_DIV in double: floor(a / b); FLOOR_MOD exact).
 * int32: no scale; sums, differences and products wrap; DIV cuts towards 0, and x / 0 is the end of int32 on x's
 * side (0 / 0 is 0).
 * int8 and int16, R as in nn/requant.h:
 *   ADD SUB              y = zero + R( R((a - a_zero) 2^k, m_a) +- R((b - b_zero) 2^k, m_b), m_out ),  k = 20 or 15
 *   SQUARED_DIFFERENCE   y = zero + R( (R((a - a_zero) 2^k, m_a) - R((b - b_zero) 2^k, m_b))^2, m_out ),  k = 7 or 0
 *   MUL                  y = zero + R( (a - a_zero) (b - b_zero), m_out )
 *   DIV (int8)           y = zero + R( (a - a_zero) / (b - b_zero), m_out ), the quotient with 31 bits by Newton's
 *                        method; x / 0 is the end of the activation range on x's side (the reference divides by 0)
 *   MINIMUM MAXIMUM      the quantised numbers themselves: all three tensors have one scale
 * with m_a = s_a / t, m_b = s_b / t, t = 2 max(s_a, s_b), so that |(a - a_zero) 2^20| < 2^28, halved by m_a:
 * nothing overflows (int16 has zero points 0: 2^15 2^15, halved).
 * Scales: doubles, but SUB and the factor of DIV are float32 as in the reference.
 * Source: TensorFlow Lite Micro, add_common.cc, sub_common.cc, mul_common.cc, div.cc, squared_difference.cc,
 * maximum_minimum.h, floor_div.h, floor_mod.h and the files of the same names in kernels/internal/reference. */
#ifndef TH_NN_BINARY_H
#define TH_NN_BINARY_H

#include "nn/broadcast.h"

#include <stdint.h>

typedef struct th_binary_par { /* nothing but the walk */
    th_broadcast map;
} th_binary_par;

typedef struct th_binary_f32_par {
    th_broadcast map;
    float act_min, act_max;
} th_binary_f32_par;

typedef struct th_binary_s32_par {
    th_broadcast map;
    int32_t act_min, act_max;
} th_binary_s32_par;

typedef struct th_binary_q_par { /* int8 and int16 */
    th_broadcast map;
    int32_t a_zero, a_multiplier, a_shift;
    int32_t b_zero, b_multiplier, b_shift;
    int32_t out_zero, out_multiplier, out_shift;
    int32_t act_min, act_max;
} th_binary_q_par;

/* th_binary_q_par */
void th_add_s8(const void *par, const void *const *in, void *const *out, void *scratch);
void th_add_s16(const void *par, const void *const *in, void *const *out, void *scratch);
void th_sub_s8(const void *par, const void *const *in, void *const *out, void *scratch);
void th_sub_s16(const void *par, const void *const *in, void *const *out, void *scratch);
void th_mul_s8(const void *par, const void *const *in, void *const *out, void *scratch);
void th_mul_s16(const void *par, const void *const *in, void *const *out, void *scratch);
void th_div_s8(const void *par, const void *const *in, void *const *out, void *scratch);
void th_squared_difference_s8(const void *par, const void *const *in, void *const *out, void *scratch);
void th_squared_difference_s16(const void *par, const void *const *in, void *const *out, void *scratch);

/* th_binary_s32_par */
void th_add_s32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_sub_s32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_mul_s32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_div_s32(const void *par, const void *const *in, void *const *out, void *scratch);

/* th_binary_f32_par */
void th_add_f32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_sub_f32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_mul_f32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_div_f32(const void *par, const void *const *in, void *const *out, void *scratch);

/* th_binary_par */
void th_minimum_s8(const void *par, const void *const *in, void *const *out, void *scratch);
void th_minimum_s16(const void *par, const void *const *in, void *const *out, void *scratch);
void th_minimum_s32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_minimum_s64(const void *par, const void *const *in, void *const *out, void *scratch);
void th_minimum_f32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_maximum_s8(const void *par, const void *const *in, void *const *out, void *scratch);
void th_maximum_s16(const void *par, const void *const *in, void *const *out, void *scratch);
void th_maximum_s32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_maximum_s64(const void *par, const void *const *in, void *const *out, void *scratch);
void th_maximum_f32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_squared_difference_s32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_squared_difference_f32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_floor_div_f32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_floor_mod_f32(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
