/* nn/arg_most.h -- ARG_MAX, ARG_MIN: where along an axis the greatest or least number stands; the first of equal ones.
 *
 *   y[o, i] = the least a with x[o, a, i] >= x[o, b, i] for all b   (ARG_MIN: <=)
 *
 *   in[0] x float32, int8, uint8 or int16, at least one dimension; in[1] axis, constant int32; out[0] y int32 (or
 * int64)
 *
 * Only comparisons: nothing is rounded and nothing overflows.
 * Source: TensorFlow Lite Micro, micro/kernels/arg_min_max.cc, reference/arg_min_max.h. */
#ifndef TH_NN_ARG_MOST_H
#define TH_NN_ARG_MOST_H

#include <stdint.h>

typedef struct th_arg_most_par {
    int32_t outer, size, inner; /* before, along and behind the axis */
    int32_t least;              /* 1: ARG_MIN */
    int32_t wide;               /* 1: y is int64 */
} th_arg_most_par;

void th_arg_most_f32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_arg_most_s8(const void *par, const void *const *in, void *const *out, void *scratch);
void th_arg_most_u8(const void *par, const void *const *in, void *const *out, void *scratch);
void th_arg_most_s16(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
