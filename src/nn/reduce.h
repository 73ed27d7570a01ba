/* nn/reduce.h -- operators that make one number from all numbers along some axes.
 *
 *   SUM         y = sum of x                      float32, int8, int16
 *   MEAN        y = sum of x / n                  float32, int8, int16
 *   REDUCE_MAX, REDUCE_MIN                        float32, int8, int16, uint8, int32
 *   REDUCE_ALL, REDUCE_ANY  and, or               bool
 *
 *   in[0] x any shape   in[1] axes, constant int32; negative ones count from behind, double ones count once
 *   out[0] y: x's shape without the axes, or with size 1 there (keep_dims)
 *
 * Quantised SUM and MEAN: S = sum(x) - n zero in int32 (it wraps as the reference's does; exact for n < 2^16 in int16,
 * n < 2^23 in int8), y = zero_out + R(S, m, shift), clamped.  m and shift are those of s_in / s_out; for the mean 1/n
 * goes into m: m' = floor(m 2^s / n), shift' = shift - s, s = min(floor(log2 n), 32, 31 + shift) REDUCE_MAX and
 * REDUCE_MIN need the same scale and zero point on both sides. Float sums run in the order of the input. Source:
 * TensorFlow Lite Micro, micro/kernels/reduce_common.cc, kernels/internal/reference/reduce.h. */
#ifndef TH_NN_REDUCE_H
#define TH_NN_REDUCE_H

#include <stdint.h>

/* Which numbers of x belong together: neighbouring dimensions that are both kept or both reduced are one. */
typedef struct th_reduce_walk {
    int32_t n_out, n;          /* numbers of y; numbers of x for each */
    int32_t n_kept, n_reduced; /* numbers in the arrays: 2 per dimension, size and step in elements, outermost first */
    const int32_t *kept, *reduced;
} th_reduce_walk;

typedef struct th_reduce_f32_par {
    th_reduce_walk walk;
    float divisor; /* MEAN: n; SUM: 1 */
} th_reduce_f32_par;

typedef struct th_reduce_sum_par {
    th_reduce_walk walk;
    int32_t in_zero, out_zero, multiplier, shift;
} th_reduce_sum_par;

typedef struct th_reduce_par {
    th_reduce_walk walk;
    int32_t least; /* 1: REDUCE_MIN, REDUCE_ALL; 0: REDUCE_MAX, REDUCE_ANY */
} th_reduce_par;

void th_reduce_sum_f32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_reduce_sum_s8(const void *par, const void *const *in, void *const *out, void *scratch);
void th_reduce_sum_s16(const void *par, const void *const *in, void *const *out, void *scratch);
void th_reduce_most_f32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_reduce_most_s8(const void *par, const void *const *in, void *const *out, void *scratch);
void th_reduce_most_u8(const void *par, const void *const *in, void *const *out, void *scratch); /* bool too: 0 and 1 */
void th_reduce_most_s16(const void *par, const void *const *in, void *const *out, void *scratch);
void th_reduce_most_s32(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
