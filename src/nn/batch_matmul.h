/* nn/batch_matmul.h -- BATCH_MATMUL.
 *
 *   y[b][i][j] = sum_k l[b][i][k] * r[b][k][j]
 *
 *   in[0] l [..][rows][depth]   (adj_x: [..][depth][rows])
 *   in[1] r [..][depth][cols]   (adj_y: [..][cols][depth])
 *   out[0] y [..][rows][cols]
 *
 * Up to three leading dimensions; where one input has 1, it is used again for each of the other's.  The steps say how
 * many elements lie between neighbours, so transposed matrices need no copy, and a broadcast one has step 0.
 * int8: (l - l_zero) * (r - r_zero), exact in int32 while depth <= 32768; one multiplier and shift (nn/requant.h).
 * int16: zero points 0, sums of 64 bits, th_requant_64.
 * Source: TensorFlow Lite Micro, reference/batch_matmul.h, micro/kernels/batch_matmul.cc. */
#ifndef TH_NN_BATCH_MATMUL_H
#define TH_NN_BATCH_MATMUL_H

#include <stdint.h>

/* Sizes and steps, in elements. */
typedef struct th_matmul {
    int32_t batch[3], rows, cols, depth;
    int32_t l_step[3], l_row, l_col; /* l_col: to the next k */
    int32_t r_step[3], r_row, r_col; /* r_row: to the next k */
} th_matmul;

typedef struct th_batch_matmul_par {
    th_matmul size;
    int32_t l_zero, r_zero, out_zero;
    int32_t multiplier, shift;
} th_batch_matmul_par;

void th_batch_matmul_s8(const void *par, const void *const *in, void *const *out, void *scratch);
void th_batch_matmul_s16(const void *par, const void *const *in, void *const *out, void *scratch);
void th_batch_matmul_f32(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
