/* nn/pool_2d.h -- AVERAGE_POOL_2D, MAX_POOL_2D and L2_POOL_2D.
 *
 *   y[b][oy][ox][c] = act( mean, maximum or root of the mean square of x[b][iy + i][ix + j][c] over the taps inside the
 * picture ) iy = oy*stride_h - pad_top, ix likewise, 0 <= i < filter_h, 0 <= j < filter_w
 *
 *   in[0] x [batches][in_h][in_w][in_c]   out[0] y [batches][out_h][out_w][in_c]
 *
 * int8, int16: input and output have the same scale and zero point; the mean is rounded to the nearest, ties away
 * from zero.  Sums are exact: at most 2^16 * 2^16 taps would be needed to overflow, prepare allows 2^24 - 1
 * (int16: 2^15 taps).  L2_POOL_2D: float32 only.
 * Source: TensorFlow Lite Micro, reference/integer_ops/pooling.h and reference/pooling.h. */
#ifndef TH_NN_POOL_2D_H
#define TH_NN_POOL_2D_H

#include "nn/window.h"

typedef struct th_pool_2d_s8_par { /* int16 as well */
    th_window win;
    int32_t act_min, act_max;
} th_pool_2d_s8_par;

typedef struct th_pool_2d_f32_par {
    th_window win;
    float act_min, act_max;
} th_pool_2d_f32_par;

void th_average_pool_2d_s8(const void *par, const void *const *in, void *const *out, void *scratch);
void th_average_pool_2d_s16(const void *par, const void *const *in, void *const *out,
                            void *scratch); /* par: th_pool_2d_s8_par */
void th_average_pool_2d_f32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_max_pool_2d_s8(const void *par, const void *const *in, void *const *out, void *scratch);
void th_max_pool_2d_s16(const void *par, const void *const *in, void *const *out,
                        void *scratch); /* par: th_pool_2d_s8_par */
void th_max_pool_2d_f32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_l2_pool_2d_f32(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
