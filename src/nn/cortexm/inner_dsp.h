/* nn/cortexm/inner_dsp.h -- the inner loops of nn/raw/inner.h with the DSP extension of Cortex-M4, M7 and M33.
 *
 * SXTB16 widens bytes 0 and 2 of a word, or 1 and 3; SMLAD adds two products.  Weights stay as the model has
 * them.  Layout of a pair, as words of two int16, for each four inputs k..k+3:
 *
 *   a[k] a[k+2] | a[k+1] a[k+3] | b[k] b[k+2] | b[k+1] b[k+3]
 *
 * and behind them the last n % 4 inputs, a and b in turn. */
#ifndef TH_NN_CORTEXM_INNER_DSP_H
#define TH_NN_CORTEXM_INNER_DSP_H

#include "nn/cortexm/instr.h"
#include "nn/taps.h"

/* -zero in both halves of a word. */
TH_INLINE uint32_t th_minus_zero(int32_t zero)
{
    const uint32_t z = (uint32_t)-zero & 0xffff;
    return z | z << 16;
}

TH_INLINE void th_pair_set_dsp(int16_t *pair, int32_t lane, const int8_t *src, int32_t n, int32_t zero)
{
    const uint32_t minus = th_minus_zero(zero);
    int16_t *dst = pair + 4 * lane;
    int32_t k = n;
    for (; k >= 4; k -= 4, src += 4, dst += 8) {
        const uint32_t v = th_load_4(src), even = th_sxtab16(minus, v), odd = th_sxtab16_odd(minus, v);
        memcpy(dst, &even, 4);
        memcpy(dst + 2, &odd, 4);
    }
    for (dst -= 3 * lane; k > 0; k--, dst += 2) *dst = (int16_t)(*src++ - zero);
}

TH_INLINE void th_pair_dot_dsp(const int16_t *pair, const int8_t *w0, const int8_t *w1, int32_t n, int32_t acc[4])
{
    int32_t a[4] = {0, 0, 0, 0};
    for (; n >= 16; n -= 16) th_pair_16(&pair, &w0, &w1, a);
    for (; n >= 4; n -= 4) th_pair_4(&pair, &w0, &w1, a);
    for (; n > 0; n--, pair += 2, w0++, w1++) {
        a[0] += pair[0] * *w0;
        a[1] += pair[1] * *w0;
        a[2] += pair[0] * *w1;
        a[3] += pair[1] * *w1;
    }
    memcpy(acc, a, sizeof a);
}

TH_INLINE void th_rows_dot_dsp(const int8_t *x, const int8_t *w0, const int8_t *w1, int32_t n, int32_t zero,
                               int32_t acc[2])
{
    const uint32_t minus = th_minus_zero(zero);
    acc[0] = acc[1] = 0;
    /* Not unrolled: compilers give up post-increment then, and lose more than the branch. */
    for (; n >= 4; n -= 4, x += 4, w0 += 4, w1 += 4) {
        const uint32_t v = th_load_4(x), even = th_sxtab16(minus, v), odd = th_sxtab16_odd(minus, v),
                       v0 = th_load_4(w0), v1 = th_load_4(w1);
        acc[0] = th_smlad(odd, th_sxtb16_odd(v0), th_smlad(even, th_sxtb16(v0), acc[0]));
        acc[1] = th_smlad(odd, th_sxtb16_odd(v1), th_smlad(even, th_sxtb16(v1), acc[1]));
    }
    for (; n > 0; n--, x++, w0++, w1++) {
        acc[0] += (*x - zero) * *w0;
        acc[1] += (*x - zero) * *w1;
    }
}

/* SMMLAR doubles nothing, so acc is doubled first: below 2^30 that fits. */
TH_INLINE int32_t th_round_half_dsp(int32_t acc, int32_t m, int32_t e)
{
    return (th_smmlar(acc * 2, m, INT32_C(1) << e) + (acc >> 31)) >> e;
}

/* One tap of four channels that each have their own input ... */
TH_INLINE void th_tap_own(const int8_t *x, const int8_t *w, uint32_t minus, int32_t acc[4])
{
    const uint32_t vx = th_load_4(x), vw = th_load_4(w);
    const uint32_t xe = th_sxtab16(minus, vx), we = th_sxtb16(vw), xo = th_sxtab16_odd(minus, vx),
                   wo = th_sxtb16_odd(vw);
    acc[0] = th_smlabb(we, xe, acc[0]);
    acc[2] = th_smlatt(we, xe, acc[2]);
    acc[1] = th_smlabb(wo, xo, acc[1]);
    acc[3] = th_smlatt(wo, xo, acc[3]);
}

/* ... or all the same one. */
TH_INLINE void th_tap_same(const int8_t *x, const int8_t *w, int32_t zero, int32_t acc[4])
{
    const uint32_t vx = (uint32_t)(*x - zero), vw = th_load_4(w), we = th_sxtb16(vw), wo = th_sxtb16_odd(vw);
    acc[0] = th_smlabb(we, vx, acc[0]);
    acc[2] = th_smlatb(we, vx, acc[2]);
    acc[1] = th_smlabb(wo, vx, acc[1]);
    acc[3] = th_smlatb(wo, vx, acc[3]);
}

TH_INLINE void th_taps_dot_dsp(const th_taps *t, const int8_t *x, const int8_t *w, int32_t step, int32_t zero,
                               int32_t acc[4])
{
    const uint32_t minus = th_minus_zero(zero);
    const int32_t x_col = t->x_col, w_col = t->w_col, cols = t->cols;
    int32_t a[4] = {0, 0, 0, 0};
    if (step == 1 && cols == 3) { /* most filters: the addresses cost nothing */
        for (int32_t i = t->rows; i > 0; i--, x += t->x_row, w += t->w_row) {
            th_tap_own(x, w, minus, a);
            th_tap_own(x + x_col, w + w_col, minus, a);
            th_tap_own(x + 2 * x_col, w + 2 * w_col, minus, a);
        }
    } else {
        for (int32_t i = t->rows; i > 0; i--, x += t->x_row, w += t->w_row) {
            const int8_t *xx = x, *ww = w;
            for (int32_t j = cols; j > 0; j--, xx += x_col, ww += w_col) {
                if (step == 1)
                    th_tap_own(xx, ww, minus, a);
                else
                    th_tap_same(xx, ww, zero, a);
            }
        }
    }
    memcpy(acc, a, sizeof a);
}

#endif
