/* The transform of dsp/fft.c in 16 bits.  Before each stage the longest complex number of the block says by how much
 * the sums of r of them must be shifted so that they fit: |y| <= r max |x|, and roots only turn. */
#include "dsp/fft.h"

#include "dsp/fft_priv.h"

#define LARGEST 32764 /* leaves room for rounding twice */

/* v / 2^shift, rounded; times 2^-shift when it is below 0 */
static int32_t shifted(int32_t v, int32_t shift)
{
    return shift > 0 ? (v + (INT32_C(1) << (shift - 1))) >> shift : v * (INT32_C(1) << -shift);
}

/* Shift after which sums of r numbers of x [m][2] fit; for zeros 0. */
static int32_t shift_for(int32_t r, int32_t m, const int16_t *x)
{
    const uint64_t most = (uint64_t)LARGEST * LARGEST;
    uint32_t top = 0;
    for (int32_t k = 0; k < m; k++) {
        const uint32_t length =
            (uint32_t)((int32_t)x[2 * k] * x[2 * k]) + (uint32_t)((int32_t)x[2 * k + 1] * x[2 * k + 1]);
        if (length > top) top = length;
    }
    if (!top) return 0;
    const uint64_t sum = (uint64_t)top * (uint32_t)r * (uint32_t)r;
    int32_t shift = 0;
    while (shift > -14 && sum << (2 * (1 - shift)) <= most) shift--;
    while (shift >= 0 && sum >> (2 * shift) > most) shift++;
    return shift;
}

/* (re, im) times w -> y */
static void put_turned(int32_t re, int32_t im, const int16_t *w, int16_t *y)
{
    y[0] = (int16_t)((re * w[0] - im * w[1] + (INT32_C(1) << 14)) >> 15);
    y[1] = (int16_t)((re * w[1] + im * w[0] + (INT32_C(1) << 14)) >> 15);
}

/* One butterfly of radix 4; w: [3] pointers, or NULL for roots of 1.  xa, ya: its first numbers. */
static void four(const int16_t *xa, int32_t step, int32_t shift, const int16_t *const *w, int16_t *y, int32_t s)
{
    const int16_t *xb = xa + step, *xc = xb + step, *xd = xc + step;
    const int32_t sum_r = (int32_t)xa[0] + xc[0], sum_i = (int32_t)xa[1] + xc[1];
    const int32_t dif_r = (int32_t)xa[0] - xc[0], dif_i = (int32_t)xa[1] - xc[1];
    const int32_t sum2_r = (int32_t)xb[0] + xd[0], sum2_i = (int32_t)xb[1] + xd[1];
    const int32_t dif2_r = (int32_t)xb[0] - xd[0], dif2_i = (int32_t)xb[1] - xd[1];
    const int32_t v[8] = {sum_r + sum2_r, sum_i + sum2_i, dif_r + dif2_i, dif_i - dif2_r,
                          sum_r - sum2_r, sum_i - sum2_i, dif_r - dif2_i, dif_i + dif2_r};
    for (int32_t k = 0; k < 4; k++, y += 2 * s) {
        const int32_t re = shifted(v[2 * k], shift), im = shifted(v[2 * k + 1], shift);
        if (k && w) {
            put_turned(re, im, w[k - 1], y);
        } else {
            y[0] = (int16_t)re;
            y[1] = (int16_t)im;
        }
    }
}

static void stage_4(int32_t s, int32_t l, int32_t shift, const int16_t *w, const int16_t *x, int16_t *y)
{
    const int32_t step = 2 * s * l;
    for (int32_t p = 0; p < l; p++, x += 2 * s, y += 8 * s) {
        const int16_t *const root[3] = {w + 2 * p, w + 2 * (l + p), w + 2 * (2 * l + p)};
        for (int32_t q = 0; q < 2 * s; q += 2) four(x + q, step, shift, p ? root : NULL, y + q, s);
    }
}

static void stage_2(int32_t s, int32_t shift, const int16_t *x, int16_t *y)
{
    for (int32_t q = 0; q < 2 * s; q++) {
        y[q] = (int16_t)shifted((int32_t)x[q] + x[q + 2 * s], shift);
        y[q + 2 * s] = (int16_t)shifted((int32_t)x[q] - x[q + 2 * s], shift);
    }
}

/* Output k of one butterfly of an odd radix, and r - k at the same time (y[r-k] = conjugate turns). */
static void odd_pair(int32_t r, int32_t k, const int16_t *x, int32_t step, int32_t shift, const int16_t *root,
                     int32_t pair[4])
{
    const int16_t *low = x + step, *high = x + step * (r - 1);
    int64_t a_r = x[0] * INT64_C(32768), a_i = x[1] * INT64_C(32768), b_r = 0, b_i = 0;
    const int64_t half = INT64_C(1) << (14 + shift);
    for (int32_t at = k; low < high; low += step, high -= step) {
        const int32_t c = root[2 * at], d = root[2 * at + 1];
        a_r += (int64_t)((int32_t)low[0] + high[0]) * c;
        a_i += (int64_t)((int32_t)low[1] + high[1]) * c;
        b_r -= (int64_t)((int32_t)low[1] - high[1]) * d;
        b_i += (int64_t)((int32_t)low[0] - high[0]) * d;
        at += k;
        if (at >= r) at -= r;
    }
    pair[0] = (int32_t)((a_r + b_r + half) >> (15 + shift));
    pair[1] = (int32_t)((a_i + b_i + half) >> (15 + shift));
    pair[2] = (int32_t)((a_r - b_r + half) >> (15 + shift));
    pair[3] = (int32_t)((a_i - b_i + half) >> (15 + shift));
}

static void put(const int32_t *v, const int16_t *w, int16_t *y)
{
    if (w) {
        put_turned(v[0], v[1], w, y);
    } else {
        y[0] = (int16_t)v[0];
        y[1] = (int16_t)v[1];
    }
}

static void stage_odd(int32_t r, int32_t s, int32_t l, int32_t shift, const int16_t *w, const int16_t *x, int16_t *y)
{
    const int32_t step = 2 * s * l;
    const int16_t *root = l > 1 ? w + 2 * (r - 1) * l : w;
    for (int32_t p = 0; p < l; p++, x += 2 * s, y += 2 * s * r) {
        for (int32_t q = 0; q < 2 * s; q++) {
            int32_t sum = x[q];
            for (int32_t j = 1; j < r; j++) sum += x[q + j * step];
            y[q] = (int16_t)shifted(sum, shift);
        }
        for (int32_t k = 1; 2 * k < r; k++)
            for (int32_t q = 0; q < 2 * s; q += 2) {
                int32_t pair[4];
                odd_pair(r, k, x + q, step, shift, root, pair);
                put(pair, p ? w + 2 * ((k - 1) * l + p) : NULL, y + q + 2 * s * k);
                put(pair + 2, p ? w + 2 * ((r - k - 1) * l + p) : NULL, y + q + 2 * s * (r - k));
            }
    }
}

/* As in dsp/fft.c, with E doubled and O as it is until the end. */
static void take_apart(int32_t m, int32_t shift, const int16_t *w, int16_t *z)
{
    int16_t *low = z + 2, *high = z + 2 * (m - 1);
    const int32_t z0r = z[0], z0i = z[1];
    z[0] = (int16_t)shifted(z0r + z0i, shift);
    z[2 * m] = (int16_t)shifted(z0r - z0i, shift);
    z[1] = z[2 * m + 1] = 0;
    for (w += 2; low < high; low += 2, high -= 2, w += 2) {
        const int32_t er = (int32_t)low[0] + high[0], ei = (int32_t)low[1] - high[1];
        const int32_t odd_r = ((int32_t)low[1] + high[1] + 1) >> 1, odd_i = ((int32_t)high[0] - low[0] + 1) >> 1;
        const int32_t tr = (odd_r * w[0] - odd_i * w[1] + (INT32_C(1) << 13)) >> 14;
        const int32_t ti = (odd_r * w[1] + odd_i * w[0] + (INT32_C(1) << 13)) >> 14;
        low[0] = (int16_t)shifted(er + tr, shift + 1);
        low[1] = (int16_t)shifted(ei + ti, shift + 1);
        high[0] = (int16_t)shifted(er - tr, shift + 1);
        high[1] = (int16_t)shifted(ti - ei, shift + 1);
    }
    if (low == high) { /* k = m/2: w^k = -i */
        low[0] = (int16_t)shifted(low[0], shift);
        low[1] = (int16_t)shifted(-(int32_t)low[1], shift);
    }
}

int16_t *th_fft_real_s16(int32_t n, const int16_t *twiddle, int16_t *x, int16_t *work, int32_t *exponent)
{
    const int32_t m = n / 2;
    const int16_t *w = twiddle + (m + 1) / 2 * 2;
    int16_t *from = x, *to = work;
    *exponent = 0;
    for (int32_t length = m, s = 1, r; length > 1; length /= r, s *= r) {
        r = th_fft_radix(length);
        const int32_t shift = shift_for(r, m, from);
        if (r == 2)
            stage_2(s, shift, from, to);
        else if (r == 4)
            stage_4(s, length / 4, shift, w, from, to);
        else
            stage_odd(r, s, length / r, shift, w, from, to);
        w += th_fft_roots(length, r);
        *exponent += shift;
        int16_t *other = from;
        from = to;
        to = other;
    }
    const int32_t last = shift_for(2, m, from);
    take_apart(m, last, twiddle, from);
    *exponent += last;
    return from;
}
