/* nn/dot_s8.h -- the inner loop of the plain int8 layers, written as the formula says.
 *
 * It is what the fast kernels are compared with, so it has no unrolling and no tricks.  Weights are int8, or int4 two
 * to a byte (nn/int4.h): `four_bits` is a constant in every call, so the compiler makes a loop of its own for each. */
#ifndef TH_NN_DOT_S8_H
#define TH_NN_DOT_S8_H

#include "nn/int4.h"
#include "nn/taps.h"

/* Weight number i of a layer. */
TH_INLINE int32_t th_weight(const void *w, int32_t i, int four_bits)
{
    return four_bits ? th_int4_at((const uint8_t *)w, i) : ((const int8_t *)w)[i];
}

/* sum over k < n of (x[k] - x_zero) (w[first + k] - w_zero); exact while 255 * 255 n < 2^31. */
TH_INLINE int32_t th_dot_s8(const int8_t *x, int32_t x_zero, const void *w, int32_t first, int32_t w_zero, int32_t n,
                            int four_bits)
{
    int32_t sum = 0;
    for (int32_t k = 0; k < n; k++) sum += (x[k] - x_zero) * (th_weight(w, first + k, four_bits) - w_zero);
    return sum;
}

#endif
