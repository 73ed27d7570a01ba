/* nn/fully_connected.h -- FULLY_CONNECTED.
 *
 *   y[r][o] = act( bias[o] + sum_k x[r][k] * w[o][k] )
 *
 *   in[0] x [rows][n_in] (any rank)   in[1] w [n_out][n_in]
 *   in[2] bias [n_out] or NULL        out[0] y [rows][n_out]
 *
 * int8: (x - in_zero) * (w - w_zero); exact in int32 while n_in <= TH_FULLY_CONNECTED_MAX; adding the bias
 * wraps as in the reference; then one multiplier and shift for all outputs, or one per output (nn/requant.h).
 * int8 with int4 weights (nn/int4.h): the same.
 * int16 with int8 weights: (x - in_zero) * w; bias int64 or int32 decides the width of the sums (nn/sums_s16.h).
 * Source: TensorFlow Lite Micro, reference/integer_ops/fully_connected.h and reference/fully_connected.h. */
#ifndef TH_NN_FULLY_CONNECTED_H
#define TH_NN_FULLY_CONNECTED_H

#include <stdint.h>

/* |x - in_zero| <= 255, |w - w_zero| <= 255: 65025 * 32768 < 2^31. */
#define TH_FULLY_CONNECTED_MAX INT32_C(32768)

typedef struct th_fully_connected_s8_par {
    int32_t rows, n_in, n_out;
    int32_t in_zero, w_zero, out_zero, act_min, act_max;
    int32_t n_scales;                  /* 1, or n_out */
    const int32_t *multiplier, *shift; /* [n_scales] */
} th_fully_connected_s8_par;

typedef struct th_fully_connected_s16_par {
    int32_t rows, n_in, n_out;
    int32_t in_zero, out_zero;
    int32_t wide; /* th_scaler_s16.wide */
    int32_t act_min, act_max;
    int32_t n_scales;                  /* 1, or n_out */
    const int32_t *multiplier, *shift; /* [n_scales] */
} th_fully_connected_s16_par;

typedef struct th_fully_connected_f32_par {
    int32_t rows, n_in, n_out;
    float act_min, act_max;
} th_fully_connected_f32_par;

void th_fully_connected_s8(const void *par, const void *const *in, void *const *out, void *scratch);
/* par is a th_fully_connected_s8_par. */
void th_fully_connected_s8w4(const void *par, const void *const *in, void *const *out, void *scratch);
void th_fully_connected_s16(const void *par, const void *const *in, void *const *out, void *scratch);
void th_fully_connected_f32(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
