/* nn/l2_normalization.h -- L2_NORMALIZATION: every row of the last dimension gets length 1.
 *
 *   y[r][c] = x[r][c] / max( sqrt( sum_k x[r][k]^2 ), 1e-6 )
 *
 *   in[0] x [rows][depth] (any rank)   out[0] y, same shape, may lie on x
 *
 * int8: output scale 1/128, zero point 0.  The sum in int32: depth <= 33025, 255^2 33025 < 2^31; 1 / sqrt in fixed
 * point (nn/fixed.h), y = R(x - zero, 2^7 / sqrt(sum)), a sum of 0 counts as 1.
 * Source: TensorFlow Lite Micro, l2norm.cc, reference/l2normalization.h, integer_ops/l2normalization.h. */
#ifndef TH_NN_L2_NORMALIZATION_H
#define TH_NN_L2_NORMALIZATION_H

#include <stdint.h>

#define TH_L2_NORMALIZATION_S8_DEPTH INT32_C(33025)

typedef struct th_l2_normalization_par {
    int32_t rows, depth;
    int32_t zero; /* int8 only */
} th_l2_normalization_par;

void th_l2_normalization_s8(const void *par, const void *const *in, void *const *out, void *scratch);
void th_l2_normalization_f32(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
