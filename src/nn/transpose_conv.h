/* nn/transpose_conv.h -- TRANSPOSE_CONV: every input pixel paints the filter onto the output.
 *
 *   y[b][oy][ox][o] = act( bias[o] + sum_{i,j,c} x[b][iy][ix][c] * w[o][i][j][c] )
 *   over the taps with iy * stride_h + i = oy + pad_top, 0 <= iy < in_h, 0 <= i < filter_h, columns likewise
 *
 *   in[0] the shape of y (not looked at)      in[1] w [out_c][filter_h][filter_w][in_c]
 *   in[2] x [batches][in_h][in_w][in_c]       in[3] bias [out_c] or NULL
 *   out[0] y [batches][out_h][out_w][out_c]
 *
 * win.in_ is x, win.out_ is y; dilation is 1.  Sums are gathered for each output, so there is no scratch.
 * int8: x - in_zero for x; exact in int32 while filter_h*filter_w*in_c <= TH_INNER_MAX; adding the bias wraps as in the
 * reference; one multiplier and shift per output channel (nn/requant.h).
 * int16 with int8 weights, all zero points 0: sums and bias have 64 bits; a bias of int16 is also seen (nn/sums_s16.h).
 * Source: TensorFlow Lite Micro, reference/integer_ops/transpose_conv.h and reference/transpose_conv.h. */
#ifndef TH_NN_TRANSPOSE_CONV_H
#define TH_NN_TRANSPOSE_CONV_H

#include "nn/window.h"

typedef struct th_transpose_conv_s8_par {
    th_window win;
    int32_t in_zero, out_zero, act_min, act_max;
    int32_t n_scales;                  /* out_c */
    const int32_t *multiplier, *shift; /* [n_scales] */
} th_transpose_conv_s8_par;

typedef struct th_transpose_conv_s16_par {
    th_window win;
    int32_t act_min, act_max;
    int32_t short_bias;                /* 1: the bias is int16, not int64 */
    int32_t n_scales;                  /* out_c */
    const int32_t *multiplier, *shift; /* [n_scales] */
} th_transpose_conv_s16_par;

typedef struct th_transpose_conv_f32_par {
    th_window win;
    float act_min, act_max;
} th_transpose_conv_f32_par;

void th_transpose_conv_s8(const void *par, const void *const *in, void *const *out, void *scratch);
void th_transpose_conv_s16(const void *par, const void *const *in, void *const *out, void *scratch);
void th_transpose_conv_f32(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
