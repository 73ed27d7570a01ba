/* nn/depthwise_conv_2d.h -- DEPTHWISE_CONV_2D: one filter per channel.
 *
 *   y[b][oy][ox][c*M + m] = act( bias[c*M + m] + sum_{i,j} x[b][iy + i*dil_h][ix + j*dil_w][c] * w[0][i][j][c*M + m] )
 *   iy = oy*stride_h - pad_top, ix likewise; taps outside the picture are skipped;  M = out_c / in_c
 *
 *   in[0] x [batches][in_h][in_w][in_c]   in[1] w [1][filter_h][filter_w][out_c]
 *   in[2] bias [out_c] or NULL            out[0] y [batches][out_h][out_w][out_c]
 *
 * int8: x - in_zero for x; exact in int32 while filter_h*filter_w <= 65536; adding the bias wraps as in the
 * reference; one multiplier and shift per output channel (nn/requant.h).
 * int8 with int4 weights (nn/int4.h): the same.
 * int16 with int8 weights, all zero points 0: sums and bias have 64 bits (nn/sums_s16.h).
 * Source: TensorFlow Lite Micro, reference/integer_ops/depthwise_conv.h and reference/depthwiseconv_float.h. */
#ifndef TH_NN_DEPTHWISE_CONV_2D_H
#define TH_NN_DEPTHWISE_CONV_2D_H

#include "nn/window.h"

typedef struct th_depthwise_conv_2d_s8_par {
    th_window win;
    int32_t in_zero, out_zero, act_min, act_max;
    int32_t n_scales;                  /* out_c */
    const int32_t *multiplier, *shift; /* [n_scales] */
} th_depthwise_conv_2d_s8_par;

typedef struct th_depthwise_conv_2d_s16_par {
    th_window win;
    int32_t act_min, act_max;
    int32_t n_scales;                  /* out_c */
    const int32_t *multiplier, *shift; /* [n_scales] */
} th_depthwise_conv_2d_s16_par;

typedef struct th_depthwise_conv_2d_f32_par {
    th_window win;
    float act_min, act_max;
} th_depthwise_conv_2d_f32_par;

void th_depthwise_conv_2d_s8(const void *par, const void *const *in, void *const *out, void *scratch);
/* par is a th_depthwise_conv_2d_s8_par. */
void th_depthwise_conv_2d_s8w4(const void *par, const void *const *in, void *const *out, void *scratch);
void th_depthwise_conv_2d_s16(const void *par, const void *const *in, void *const *out, void *scratch);
void th_depthwise_conv_2d_f32(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
