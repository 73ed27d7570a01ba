#include "nn/scalar/dense_scalar.h"

#include "nn/scalar/finish.h"

#include <string.h>

/* One input of four filters. */
#define STEP(k)                                                                                                        \
    do {                                                                                                               \
        const int32_t v = x[k] - zero;                                                                                 \
        a += v * w[k], b += v * w[4 + (k)], c += v * w[8 + (k)], d += v * w[12 + (k)];                                 \
    } while (0)

/* Adds four sums of n products, n a multiple of 4; returns what lies behind the weights. */
TH_APART const int8_t *four(const int8_t *x, const int8_t *w, int32_t n, int32_t zero, int32_t sum[4])
{
    int32_t a = sum[0], b = sum[1], c = sum[2], d = sum[3];
    for (const int8_t *end = x + n; x != end; x += 4, w += 16) {
        STEP(0);
        STEP(1);
        STEP(2);
        STEP(3);
    }
    sum[0] = a, sum[1] = b, sum[2] = c, sum[3] = d;
    return w;
}

void th_dense_scalar(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_dense_dsp_par *p = (const th_dense_dsp_par *)par;
    const int32_t n4 = (p->n_in + 3) / 4 * 4, each = p->n_scales != 1;
    const int8_t *x = (const int8_t *)in[0], *w = p->weights;
    int8_t *y = (int8_t *)out[0];
    if (scratch) {
        memset((int8_t *)scratch + p->n_in / 4 * 4, 0, 4);
        x = (const int8_t *)memcpy(scratch, x, (size_t)p->n_in);
    }
    for (int32_t o = 0; o < p->n_out; o += 4) {
        const int32_t left = p->n_out - o, filters = left < 4 ? left : 4;
        int32_t sum[4] = {0, 0, 0, 0};
        for (int32_t f = 0; f < filters; f++) sum[f] = p->bias[o + f];
        w = four(x, w, n4, p->in_zero, sum);
        for (int32_t f = 0; f < filters; f++) {
            const int32_t s = (o + f) * each;
            const int8_t q = th_scalar_finish(sum[f], p->multiplier[s], p->shift[s], p->out_zero);
            y[o + f] = (int8_t)th_clamp(q, p->act_min, p->act_max);
        }
    }
}
