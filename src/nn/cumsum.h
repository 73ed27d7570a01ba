/* nn/cumsum.h -- CUMSUM: running sums along an axis.
 *
 *   y[o, a, i] = sum_{b <= a} x[o, b, i]     exclusive: b < a;   reverse: from the end
 *
 *   in[0] x float32 or int8; in[1] axis, constant int32; out[0] y, x's shape
 *
 * int8, with m = R(., 2^30, 0) a half:  A starts at m((-zero) 2^20), A += m((x - zero) 2^20),
 * y = zero_out + R(A, 2 s_in / (2^20 s_out)), clamped.  The start is the reference's: with a zero point other than 0
 * every sum is off by -zero steps, there and here.  A wraps in int32 beyond 16 large numbers, as there. Source:
 * TensorFlow Lite Micro, micro/kernels/cumsum.cc, reference/cumsum.h. */
#ifndef TH_NN_CUMSUM_H
#define TH_NN_CUMSUM_H

#include <stdint.h>

#define TH_CUMSUM_BITS 20

typedef struct th_cumsum_f32_par {
    int32_t outer, size, inner, exclusive, reverse;
} th_cumsum_f32_par;

typedef struct th_cumsum_s8_par {
    int32_t outer, size, inner, exclusive, reverse;
    int32_t in_zero, out_zero, out_multiplier, out_shift;
} th_cumsum_s8_par;

void th_cumsum_f32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_cumsum_s8(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
