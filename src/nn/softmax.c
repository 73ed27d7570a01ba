/* SOFTMAX in fixed point.  Qm.n: an int32 with n fraction bits; a product of Qa and Qb by th_high_mul is Q(a+b). */
#include "nn/softmax.h"

#include "nn/fixed.h"
#include "nn/requant.h"

static int32_t exp_of(const th_softmax_s8_par *p, int32_t diff)
{
    return th_fixed_exp(th_high_mul(th_shift_left(diff, p->shift), p->multiplier), 5);
}

/* One row; y gets what has to be divided by 2^bits and moved so that 0 is the least number of its type. */
static void softmax_row(const th_softmax_s8_par *p, const int8_t *x, void *y, int32_t bits)
{
    int32_t most = x[0], sum = 0;
    for (int32_t c = 1; c < p->depth; c++)
        if (x[c] > most) most = x[c];
    for (int32_t c = 0; c < p->depth; c++)
        if (x[c] - most >= p->diff_min) sum += th_round_shift(exp_of(p, x[c] - most), 12); /* Q12.19 */

    /* sum = 2^(12 - zeros) * (1 + f), so 1 / sum = 2^(zeros - 12) * 1 / (1 + f) */
    const int32_t zeros = th_leading_zeros((uint32_t)sum);
    const int32_t scale = th_fixed_reciprocal((int32_t)(((uint32_t)sum << zeros) - UINT32_C(0x80000000)));
    const int32_t shift = 12 - zeros + 31 - bits; /* to units of 2^-bits; above 31 everything rounds to 0 */
    const int32_t least = -(INT32_C(1) << (bits - 1));
    for (int32_t c = 0; c < p->depth; c++) {
        const int32_t diff = x[c] - most;
        int32_t v = least;
        if (diff >= p->diff_min && shift <= 31) v += th_round_shift(th_high_mul(scale, exp_of(p, diff)), shift);
        v = th_clamp(v, least, -1 - least);
        if (bits == 8)
            ((int8_t *)y)[c] = (int8_t)v;
        else
            ((int16_t *)y)[c] = (int16_t)v;
    }
}

void th_softmax_s8(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_softmax_s8_par *p = (const th_softmax_s8_par *)par;
    const int8_t *x = (const int8_t *)in[0];
    int8_t *y = (int8_t *)out[0];
    (void)scratch;
    for (int32_t r = 0; r < p->rows; r++, x += p->depth, y += p->depth) softmax_row(p, x, y, 8);
}

void th_softmax_s8_s16(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_softmax_s8_par *p = (const th_softmax_s8_par *)par;
    const int8_t *x = (const int8_t *)in[0];
    int16_t *y = (int16_t *)out[0];
    (void)scratch;
    for (int32_t r = 0; r < p->rows; r++, x += p->depth, y += p->depth) softmax_row(p, x, y, 16);
}
