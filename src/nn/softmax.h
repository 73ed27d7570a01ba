/* nn/softmax.h -- SOFTMAX over the last dimension.
 *
 *   y[r][c] = exp(beta (x[r][c] - max_r)) / sum_k exp(beta (x[r][k] - max_r))
 *
 *   in[0] x [rows][depth] (any rank)   out[0] y, same shape
 *
 * int8 (float32: nn/softmax_f32.h): output scale 1/256, zero point -128.  Fixed point throughout, the same bytes as the
 * reference: differences times scale * beta in Q5.26, exp in Q0.31, the sum in Q12.19 (so depth <= 4095). Source:
 * TensorFlow Lite Micro, reference/softmax.h, softmax_common.cc; gemmlowp fixedpoint.h. */
#ifndef TH_NN_SOFTMAX_H
#define TH_NN_SOFTMAX_H

#include <stdint.h>

#define TH_SOFTMAX_S8_DEPTH INT32_C(4095)

typedef struct th_softmax_s8_par {
    int32_t rows, depth;
    int32_t multiplier, shift; /* scale * beta * 2^26 = multiplier * 2^(shift - 31) */
    int32_t diff_min;          /* smaller differences count as exp = 0; <= 0 */
} th_softmax_s8_par;

void th_softmax_s8(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
