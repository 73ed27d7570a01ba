/* nn/pair.h -- the inner loop of int8 convolutions: two pixels against two filters.
 *
 * The inputs of two output pixels are widened once into int16 with the zero point taken off (so a
 * padded tap is 0), then every filter of the layer runs over them: four sums share each load.
 *
 *   acc[0] = sum_k a[k] * w0[k]     acc[1] = sum_k b[k] * w0[k]
 *   acc[2] = sum_k a[k] * w1[k]     acc[3] = sum_k b[k] * w1[k]
 *
 *   |a|, |b| <= 255, |w| <= 128: |acc| <= 32640 n, so n <= TH_PAIR_MAX keeps int32 exact.
 *
 * The order of elements inside a pair is the implementation's own. */
#ifndef TH_NN_PAIR_H
#define TH_NN_PAIR_H

#include <stdint.h>

#define TH_PAIR_MAX INT32_C(65536)
/* Bytes of a pair of n inputs each. */
#define TH_PAIR_BYTES(n) (4 * (size_t)(n))

/* Widens src[0..n) into lane 0 or 1 of `pair`. */
static inline void th_pair_set(int16_t *pair, int32_t lane, const int8_t *src, int32_t n, int32_t zero)
{
    int16_t *dst = pair + lane * n;
    for (int32_t i = 0; i < n; i++) dst[i] = (int16_t)(src[i] - zero);
}

static inline void th_pair_dot(const int16_t *pair, const int8_t *w0, const int8_t *w1, int32_t n, int32_t acc[4])
{
    const int16_t *a = pair, *b = pair + n;
    int32_t a0 = 0, b0 = 0, a1 = 0, b1 = 0;
    for (int32_t i = 0; i < n; i++) {
        a0 += (int32_t)a[i] * w0[i];
        b0 += (int32_t)b[i] * w0[i];
        a1 += (int32_t)a[i] * w1[i];
        b1 += (int32_t)b[i] * w1[i];
    }
    acc[0] = a0;
    acc[1] = b0;
    acc[2] = a1;
    acc[3] = b1;
}

#endif
