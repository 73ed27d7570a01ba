/* nn/raw/inner_c.h -- the inner loops of nn/raw/inner.h in C99, also where int has 16 bits. */
#ifndef TH_NN_RAW_INNER_C_H
#define TH_NN_RAW_INNER_C_H

#include "nn/requant.h"
#include "nn/taps.h"

TH_INLINE void th_pair_set_c(int16_t *pair, int32_t lane, const int8_t *src, int32_t n, int32_t zero)
{
    int16_t *dst = pair + lane * n;
    for (int32_t i = 0; i < n; i++) dst[i] = (int16_t)(src[i] - zero);
}

TH_INLINE void th_pair_dot_c(const int16_t *pair, const int8_t *w0, const int8_t *w1, int32_t n, int32_t acc[4])
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

TH_INLINE void th_rows_dot_c(const int8_t *x, const int8_t *w0, const int8_t *w1, int32_t n, int32_t zero,
                             int32_t acc[2])
{
    int32_t a0 = 0, a1 = 0;
    for (int32_t k = 0; k < n; k++) {
        const int32_t v = x[k] - zero;
        a0 += v * w0[k];
        a1 += v * w1[k];
    }
    acc[0] = a0;
    acc[1] = a1;
}

TH_INLINE void th_taps_dot_c(const th_taps *t, const int8_t *x, const int8_t *w, int32_t step, int32_t zero,
                             int32_t acc[4])
{
    int32_t a0 = 0, a1 = 0, a2 = 0, a3 = 0;
    for (int32_t i = 0; i < t->rows; i++, x += t->x_row, w += t->w_row) {
        const int8_t *xx = x, *ww = w;
        for (int32_t j = 0; j < t->cols; j++, xx += t->x_col, ww += t->w_col) {
            a0 += (xx[0] - zero) * ww[0];
            a1 += (xx[step] - zero) * ww[1];
            a2 += (xx[2 * step] - zero) * ww[2];
            a3 += (xx[3 * step] - zero) * ww[3];
        }
    }
    acc[0] = a0;
    acc[1] = a1;
    acc[2] = a2;
    acc[3] = a3;
}

TH_INLINE int32_t th_round_half_c(int32_t acc, int32_t m, int32_t e)
{
    return (th_high_mul(acc, m) + (INT32_C(1) << e) - (acc < 0)) >> e;
}

#endif
