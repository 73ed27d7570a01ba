/* nn/unary.h -- one number becomes another, float32 and int16.  int8 goes by a table: nn/lookup.h.
 *
 *   y[i] = f(x[i])      in[0] x any shape   out[0] y, as many elements, may lie on x
 *
 * float32: ABS CEIL COS EXP FLOOR LOG NEG ROUND (ties to even) RSQRT SIN SQRT SQUARE,
 *   ELU         x < 0 ? e^x - 1 : x
 *   HARD_SWISH  x min(6, max(0, x + 3)) / 6
 *   LOGISTIC    1 / (1 + e^-x)
 *   TANH
 *   LEAKY_RELU  x > 0 ? x : alpha x
 * The functions are base/fmath.h's: the same bits on every machine, within 3 ulp.
 *
 * int16 (zero points 0), R as in nn/requant.h:
 *   ABS         y = R(|x|, s_in / s_out), limited to int16; without scales |x| with |-32768| = -32768
 *   LEAKY_RELU  y = zero_out + (x >= zero_in ? R(x - zero_in, s_in / s_out) : +-R(x - zero_in, |alpha| s_in / s_out))
 *   LOGISTIC, TANH  by a table: nn/sigmoid_s16.h
 * Source: TensorFlow Lite Micro, elementwise.cc, exp.cc, neg.cc, round.cc, elu.cc, hard_swish.h, logistic.h, tanh.h,
 * leaky_relu.h. */
#ifndef TH_NN_UNARY_H
#define TH_NN_UNARY_H

#include <stdint.h>

typedef struct th_unary_par {
    int32_t n;
} th_unary_par;

typedef struct th_leaky_relu_f32_par {
    int32_t n;
    float alpha;
} th_leaky_relu_f32_par;

typedef struct th_abs_s16_par {
    int32_t n, multiplier, shift; /* multiplier 0: no scales */
} th_abs_s16_par;

typedef struct th_sigmoid_s16_par { /* LOGISTIC and TANH: (x multiplier + half) >> shift is in units of 1 / (3 2^12) */
    int32_t n, multiplier, shift;
} th_sigmoid_s16_par;

typedef struct th_leaky_relu_s16_par {
    int32_t n, in_zero, out_zero;
    int32_t multiplier, shift;                   /* x above zero_in */
    int32_t low_multiplier, low_shift, low_sign; /* below; low_sign is the sign of alpha, 1 or -1 */
} th_leaky_relu_s16_par;

/* th_unary_par */
void th_abs_f32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_ceil_f32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_cos_f32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_exp_f32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_floor_f32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_log_f32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_neg_f32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_round_f32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_rsqrt_f32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_sin_f32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_sqrt_f32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_square_f32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_elu_f32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_hard_swish_f32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_logistic_f32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_tanh_f32(const void *par, const void *const *in, void *const *out, void *scratch);

/* th_leaky_relu_f32_par, th_abs_s16_par, th_leaky_relu_s16_par, th_sigmoid_s16_par */
void th_leaky_relu_f32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_abs_s16(const void *par, const void *const *in, void *const *out, void *scratch);
void th_leaky_relu_s16(const void *par, const void *const *in, void *const *out, void *scratch);
void th_logistic_s16(const void *par, const void *const *in, void *const *out, void *scratch);
void th_tanh_s16(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
