/* SOFTMAX in fixed point.  Qm.n: an int32 with n fraction bits; a product of Qa and Qb by th_high_mul is Q(a+b). */
#include "nn/softmax.h"

#include "nn/requant.h"

/* exp(x) for x in [-1/4, 0), Q0.31: Taylor polynomial of degree 4 around -1/8. */
static int32_t exp_quarter(int32_t x)
{
    const int32_t exp_eighth = INT32_C(1895147668); /* exp(-1/8) */
    const int32_t third = INT32_C(715827883);       /* 1/3 */
    const int32_t t = x + (INT32_C(1) << 28), t2 = th_high_mul(t, t), t3 = th_high_mul(t2, t), t4 = th_high_mul(t2, t2);
    const int32_t tail =
        th_round_shift(th_high_mul(th_round_shift(t4, 2) + t3, third) + t2, 1); /* t^2/2 + t^3/6 + t^4/24 */
    return exp_eighth + th_high_mul(exp_eighth, t + tail);
}

/* exp(x) for x <= 0 in Q5.26, as Q0.31: x = -(1/4 + r) - k/4 with the quarters k written in binary,
 * one factor exp(-2^j), j = -2..4, for each bit. */
static int32_t exp_negative(int32_t x)
{
    static const int32_t power[7] = {INT32_C(1672461947), INT32_C(1302514674), INT32_C(790015084), INT32_C(290630308),
                                     INT32_C(39332535),   INT32_C(720401),     INT32_C(242)};
    const int32_t quarter = INT32_C(1) << 24;
    if (x == 0) return INT32_MAX;
    const int32_t part = (x & (quarter - 1)) - quarter; /* in [-1/4, 0) */
    const int32_t rest = part - x;
    int32_t y = exp_quarter(part * 32);
    for (int32_t j = 0; j < 7; j++)
        if (rest & (quarter << j)) y = th_high_mul(y, power[j]);
    return y;
}

/* x * 2^n, limited to int32. */
static int32_t shift_saturate(int32_t x, int32_t n)
{
    const int32_t most = INT32_MAX >> n;
    return x > most ? INT32_MAX : x < -most ? INT32_MIN : th_shift_left(x, n);
}

/* 1 / (1 + x) for x in [0, 1), Q0.31: three Newton steps from 48/17 - 32/17 d, d = (1 + x) / 2. */
static int32_t reciprocal(int32_t x)
{
    const int32_t d = (int32_t)(((int64_t)x + INT32_MAX + 1) / 2);
    int32_t y = INT32_C(1515870810) + th_high_mul(d, -INT32_C(1010580540)); /* Q2.29 */
    for (int32_t i = 0; i < 3; i++) {
        const int32_t error = (INT32_C(1) << 29) - th_high_mul(d, y);
        y += shift_saturate(th_high_mul(y, error), 2);
    }
    return shift_saturate(y, 1);
}

static int32_t leading_zeros(uint32_t x)
{
    int32_t n = 0;
    for (; !(x & UINT32_C(0x80000000)); x <<= 1) n++;
    return n;
}

static int32_t exp_of(const th_softmax_s8_par *p, int32_t diff)
{
    return exp_negative(th_high_mul(th_shift_left(diff, p->shift), p->multiplier));
}

static void softmax_row(const th_softmax_s8_par *p, const int8_t *x, int8_t *y)
{
    int32_t most = x[0], sum = 0;
    for (int32_t c = 1; c < p->depth; c++)
        if (x[c] > most) most = x[c];
    for (int32_t c = 0; c < p->depth; c++)
        if (x[c] - most >= p->diff_min) sum += th_round_shift(exp_of(p, x[c] - most), 12); /* Q12.19 */

    /* sum = 2^(12 - zeros) * (1 + f), so 1 / sum = 2^(zeros - 12) * 1 / (1 + f) */
    const int32_t zeros = leading_zeros((uint32_t)sum);
    const int32_t scale = reciprocal((int32_t)(((uint32_t)sum << zeros) - UINT32_C(0x80000000)));
    const int32_t shift = 12 - zeros + 31 - 8; /* to units of 1/256; above 31 everything rounds to 0 */
    for (int32_t c = 0; c < p->depth; c++) {
        const int32_t diff = x[c] - most;
        int32_t v = -128;
        if (diff >= p->diff_min && shift <= 31) v += th_round_shift(th_high_mul(scale, exp_of(p, diff)), shift);
        y[c] = (int8_t)th_clamp(v, -128, 127);
    }
}

void th_softmax_s8(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_softmax_s8_par *p = (const th_softmax_s8_par *)par;
    const int8_t *x = (const int8_t *)in[0];
    int8_t *y = (int8_t *)out[0];
    (void)scratch;
    for (int32_t r = 0; r < p->rows; r++, x += p->depth, y += p->depth) softmax_row(p, x, y);
}
