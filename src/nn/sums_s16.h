/* nn/sums_s16.h -- int16 activations with int8 weights: sums of products, and how they become int16 outputs.
 *
 *   y = zero + R( bias + sum x w, m, shift ),  limited to lo .. hi
 *
 * wide 1: the sum and the bias have 64 bits, R is th_requant_64 (multiplier cut to 15 bits, rounded once).
 * wide 0: both have 32 bits and wrap, R is th_requant (rounded twice).
 * Source: TensorFlow Lite Micro, reference/integer_ops/{conv,depthwise_conv,fully_connected}.h. */
#ifndef TH_NN_SUMS_S16_H
#define TH_NN_SUMS_S16_H

#include "nn/requant.h"

typedef struct th_scaler_s16 {
    const void *bias; /* int64_t[] when wide, else int32_t[]; or NULL */
    int32_t wide;
    const int32_t *multiplier, *shift;
    int32_t zero, lo, hi; /* of the output */
} th_scaler_s16;

/* Sum of x[k] * w[k], k < n.  |x w| <= 2^22, so 256 of them fit 32 bits. */
static inline int64_t th_dot_s16(const int16_t *x, const int8_t *w, int32_t n)
{
    int64_t sum = 0;
    while (n > 0) {
        const int32_t part = n < 256 ? n : 256;
        int32_t s = 0;
        for (int32_t k = 0; k < part; k++) s += (int32_t)x[k] * w[k];
        sum += s;
        x += part;
        w += part;
        n -= part;
    }
    return sum;
}

/* Output of channel o with scale k (the same, or 0 where all channels share one). */
static inline int16_t th_scale_s16(const th_scaler_s16 *s, int64_t acc, int32_t o, int32_t k)
{
    int32_t v;
    if (s->wide) {
        if (s->bias) acc = (int64_t)((uint64_t)acc + (uint64_t)((const int64_t *)s->bias)[o]);
        v = th_requant_64(acc, s->multiplier[k], s->shift[k]);
    } else {
        int32_t a = (int32_t)(uint32_t)(uint64_t)acc;
        if (s->bias) a = th_add_wrap(a, ((const int32_t *)s->bias)[o]);
        v = th_requant(a, s->multiplier[k], s->shift[k]);
    }
    return (int16_t)th_clamp(th_add_wrap(v, s->zero), s->lo, s->hi);
}

#endif
