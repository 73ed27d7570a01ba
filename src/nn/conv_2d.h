/* nn/conv_2d.h -- CONV_2D.
 *
 *   y[b][oy][ox][o] = act( bias[o] + sum_{i,j,c} x[b][iy + i*dil_h][ix + j*dil_w][g*C + c] * w[o][i][j][c] )
 *   iy = oy*stride_h - pad_top, ix likewise; taps outside the picture are skipped
 *   C = in_c / groups, g = o / (out_c / groups)
 *
 *   in[0] x [batches][in_h][in_w][in_c]   in[1] w [out_c][filter_h][filter_w][C]
 *   in[2] bias [out_c] or NULL            out[0] y [batches][out_h][out_w][out_c]
 *
 * int8: x - in_zero for x; sums are exact in int32 while filter_h*filter_w*C <= TH_INNER_MAX; adding the
 * bias wraps as in the reference; then one multiplier and shift per output channel (nn/requant.h).
 * int8 with int4 weights (nn/int4.h): the same.
 * int16 with int8 weights, all zero points 0: bias int64 or int32 decides the width of the sums (nn/sums_s16.h).
 * Source: TensorFlow Lite Micro, reference/integer_ops/conv.h and reference/conv.h. */
#ifndef TH_NN_CONV_2D_H
#define TH_NN_CONV_2D_H

#include "nn/window.h"

typedef struct th_conv_2d_s8_par {
    th_window win;
    int32_t groups;
    int32_t in_zero, out_zero, act_min, act_max;
    int32_t n_scales;                  /* out_c */
    const int32_t *multiplier, *shift; /* [n_scales] */
} th_conv_2d_s8_par;

typedef struct th_conv_2d_s16_par {
    th_window win;
    int32_t groups;
    int32_t wide; /* th_scaler_s16.wide */
    int32_t act_min, act_max;
    int32_t n_scales;                  /* out_c */
    const int32_t *multiplier, *shift; /* [n_scales] */
} th_conv_2d_s16_par;

typedef struct th_conv_2d_f32_par {
    th_window win;
    int32_t groups;
    float act_min, act_max;
} th_conv_2d_f32_par;

void th_conv_2d_s8(const void *par, const void *const *in, void *const *out, void *scratch);
/* par is a th_conv_2d_s8_par. */
void th_conv_2d_s8w4(const void *par, const void *const *in, void *const *out, void *scratch);
void th_conv_2d_s16(const void *par, const void *const *in, void *const *out, void *scratch);
void th_conv_2d_f32(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
