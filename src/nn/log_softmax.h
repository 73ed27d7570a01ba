/* nn/log_softmax.h -- LOG_SOFTMAX over the last dimension.
 *
 *   y[r][c] = x[r][c] - max_r - ln( sum_k exp(x[r][k] - max_r) )
 *
 *   in[0] x [rows][depth] (any rank)   out[0] y, same shape, may lie on x
 *
 * int8: output scale 1/16, zero point 127.  Differences in Q5.26, exp in Q0.31, the sum in Q12.19 (depth <= 4095),
 * its logarithm in Q5.26 (nn/fixed.h); y = 127 + round((difference - log) / 2^22).
 * Source: TensorFlow Lite Micro, log_softmax.cc, reference/log_softmax.h. */
#ifndef TH_NN_LOG_SOFTMAX_H
#define TH_NN_LOG_SOFTMAX_H

#include <stdint.h>

#define TH_LOG_SOFTMAX_S8_DEPTH INT32_C(4095)

typedef struct th_log_softmax_f32_par {
    int32_t rows, depth;
} th_log_softmax_f32_par;

typedef struct th_log_softmax_s8_par {
    int32_t rows, depth;
    int32_t multiplier, shift;                 /* scale * 2^26 */
    int32_t reverse_multiplier, reverse_shift; /* 2^-26 / scale */
    int32_t diff_min;                          /* smaller differences count as exp = 0; <= 0 */
} th_log_softmax_s8_par;

void th_log_softmax_s8(const void *par, const void *const *in, void *const *out, void *scratch);
void th_log_softmax_f32(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
