#include "nn/softmax_s16.h"

#include "nn/fixed.h"
#include "nn/requant.h"

static int32_t entry(const int32_t *words, int32_t k)
{
    const int32_t v = (int32_t)((uint32_t)words[k >> 1] >> (k & 1 ? 16 : 0) & UINT32_C(0xffff));
    return v < 32768 ? v : v - 65536;
}

/* The table at v in -32768..32767: 512 pieces of 128. */
static int32_t lookup(const int32_t *words, int32_t v)
{
    const int32_t k = 256 + (v >> 7), base = entry(words, k), slope = entry(words, k + 1) - base;
    return base + ((slope * (v & 127) + 64) >> 7);
}

static void softmax_row(const th_softmax_s16_par *p, const int16_t *x, int16_t *y)
{
    int32_t most = x[0], sum = 0;
    for (int32_t c = 1; c < p->depth; c++)
        if (x[c] > most) most = x[c];
    for (int32_t c = 0; c < p->depth; c++) { /* y may lie on x: each x is read once */
        const int32_t d = th_requant(x[c] - most, p->multiplier, p->shift);
        y[c] = (int16_t)lookup(p->exp_words, th_clamp(th_add_wrap(d, 32767), -32768, 32767));
        sum += y[c];
    }
    /* sum = 2^(16 - zeros) (1 + f) with f in Q0.16 */
    const int32_t zeros = th_leading_zeros((uint32_t)sum), right = 31 - zeros;
    const int32_t one_plus_f = (int32_t)((((int64_t)sum << (zeros - 1)) + (INT32_C(1) << 13)) >> 14);
    const int32_t reciprocal = lookup(p->reciprocal_words, th_clamp(one_plus_f - (INT32_C(3) << 15), -32768, 32767));
    for (int32_t c = 0; c < p->depth; c++) {
        const int64_t v = (int64_t)y[c] * reciprocal + ((int64_t)1 << (right - 1));
        y[c] = (int16_t)th_clamp((int32_t)(v >> right), 0, 32767);
    }
}

void th_softmax_s16(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_softmax_s16_par *p = (const th_softmax_s16_par *)par;
    const int16_t *x = (const int16_t *)in[0];
    int16_t *y = (int16_t *)out[0];
    (void)scratch;
    for (int32_t r = 0; r < p->rows; r++, x += p->depth, y += p->depth) softmax_row(p, x, y);
}
