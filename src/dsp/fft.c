/* Stockham's self-sorting transform of m = n/2 complex numbers z[t] = x[2t] + i x[2t+1],
 * then the two interleaved halves are taken apart:
 *
 *   E[k] = (Z[k] + conj Z[m-k]) / 2,  O[k] = (Z[k] - conj Z[m-k]) / 2i,  X[k] = E[k] + w^k O[k]
 *
 * A stage of radix r turns `s` transforms of length m into r s transforms of length m / r, from one buffer to
 * the other; its inner loop runs over neighbours, so a compiler can make vectors of it.
 * Source: Stockham 1966; formulas as in Van Loan, "Computational Frameworks for the FFT", 1.7. */
#include "dsp/fft.h"

#include "base/fmath.h"
#include "dsp/fft_priv.h"

int32_t th_fft_radix(int32_t length)
{
    int32_t r = 3;
    if (length % 4 == 0) return 4;
    if (length <= 2) return length;
    while (length % r != 0) r += 2;
    return r;
}

int32_t th_fft_table_size(int32_t n)
{
    int32_t size = (n / 2 + 1) / 2 * 2;
    if (n < 2 || n > TH_FFT_MAX || n % 2 != 0) return 0;
    for (int32_t m = n / 2, r; m > 2; m /= r) {
        r = th_fft_radix(m);
        size += th_fft_roots(m, r);
    }
    return size;
}

/* One place for roots in either type. */
typedef struct roots {
    float *f32;
    int16_t *s16;
} roots;

static int16_t to_s16(double v)
{
    const double q = th_floor(v * 32768.0 + 0.5);
    return (int16_t)(q > 32767.0 ? 32767.0 : q);
}

/* e^(-2 pi i times k / length), k < count */
static void put_roots(roots *p, int32_t count, int32_t times, int32_t length)
{
    for (int32_t k = 0; k < count; k++) {
        const double turn = 6.283185307179586477 * (double)(k * times) / (double)length;
        const double c = th_cos(turn), s = -th_sin(turn);
        if (p->f32) {
            *p->f32++ = (float)c;
            *p->f32++ = (float)s;
        } else {
            *p->s16++ = to_s16(c);
            *p->s16++ = to_s16(s);
        }
    }
}

static void put_table(int32_t n, roots p)
{
    put_roots(&p, (n / 2 + 1) / 2, 1, n);
    for (int32_t m = n / 2, r; m > 2; m /= r) {
        r = th_fft_radix(m);
        if (m > r)
            for (int32_t j = 1; j < r; j++) put_roots(&p, m / r, j, m);
        if (r % 2) put_roots(&p, r, 1, r);
    }
}

void th_fft_table_init(int32_t n, float *twiddle)
{
    const roots p = {twiddle, NULL};
    put_table(n, p);
}

void th_fft_table_init_s16(int32_t n, int16_t *twiddle)
{
    const roots p = {NULL, twiddle};
    put_table(n, p);
}

/* First stage (s = 1): m/4 butterflies side by side, each with its own roots. */
static void first_stage(int32_t m, const float *restrict w, const float *restrict x, float *restrict y)
{
    const int32_t m4 = m / 4;
    const float *w1 = w, *w2 = w + 2 * m4, *w3 = w + 4 * m4;
    const float *xa = x, *xb = x + 2 * m4, *xc = x + 4 * m4, *xd = x + 6 * m4;
    for (int32_t p = 0; p < m4; p++) {
        const int32_t r = 2 * p, i = 2 * p + 1;
        const float sum_r = xa[r] + xc[r], sum_i = xa[i] + xc[i];
        const float dif_r = xa[r] - xc[r], dif_i = xa[i] - xc[i];
        const float sum2_r = xb[r] + xd[r], sum2_i = xb[i] + xd[i];
        const float dif2_r = xb[r] - xd[r], dif2_i = xb[i] - xd[i];
        const float b_r = dif_r + dif2_i, b_i = dif_i - dif2_r;
        const float c_r = sum_r - sum2_r, c_i = sum_i - sum2_i;
        const float d_r = dif_r - dif2_i, d_i = dif_i + dif2_r;
        y[8 * p + 0] = sum_r + sum2_r;
        y[8 * p + 1] = sum_i + sum2_i;
        y[8 * p + 2] = b_r * w1[r] - b_i * w1[i];
        y[8 * p + 3] = b_r * w1[i] + b_i * w1[r];
        y[8 * p + 4] = c_r * w2[r] - c_i * w2[i];
        y[8 * p + 5] = c_r * w2[i] + c_i * w2[r];
        y[8 * p + 6] = d_r * w3[r] - d_i * w3[i];
        y[8 * p + 7] = d_r * w3[i] + d_i * w3[r];
    }
}

/* s butterflies that share their roots: w1, w2, w3 are [2]. */
static void turned(int32_t s, const float *w1, const float *w2, const float *w3, int32_t step, const float *restrict xa,
                   float *restrict ya)
{
    const float w1r = w1[0], w1i = w1[1], w2r = w2[0], w2i = w2[1], w3r = w3[0], w3i = w3[1];
    const float *xb = xa + step, *xc = xb + step, *xd = xc + step;
    float *yb = ya + 2 * s, *yc = yb + 2 * s, *yd = yc + 2 * s;
    for (int32_t q = 0; q < s; q++) {
        const int32_t r = 2 * q, i = 2 * q + 1;
        const float sum_r = xa[r] + xc[r], sum_i = xa[i] + xc[i];
        const float dif_r = xa[r] - xc[r], dif_i = xa[i] - xc[i];
        const float sum2_r = xb[r] + xd[r], sum2_i = xb[i] + xd[i];
        const float dif2_r = xb[r] - xd[r], dif2_i = xb[i] - xd[i];
        const float b_r = dif_r + dif2_i, b_i = dif_i - dif2_r;
        const float c_r = sum_r - sum2_r, c_i = sum_i - sum2_i;
        const float d_r = dif_r - dif2_i, d_i = dif_i + dif2_r;
        ya[r] = sum_r + sum2_r;
        ya[i] = sum_i + sum2_i;
        yb[r] = b_r * w1r - b_i * w1i;
        yb[i] = b_r * w1i + b_i * w1r;
        yc[r] = c_r * w2r - c_i * w2i;
        yc[i] = c_r * w2i + c_i * w2r;
        yd[r] = d_r * w3r - d_i * w3i;
        yd[i] = d_r * w3i + d_i * w3r;
    }
}

/* The same with roots of 1. */
static void straight(int32_t s, int32_t step, const float *restrict xa, float *restrict ya)
{
    const float *xb = xa + step, *xc = xb + step, *xd = xc + step;
    float *yb = ya + 2 * s, *yc = yb + 2 * s, *yd = yc + 2 * s;
    for (int32_t q = 0; q < s; q++) {
        const int32_t r = 2 * q, i = 2 * q + 1;
        const float sum_r = xa[r] + xc[r], sum_i = xa[i] + xc[i];
        const float dif_r = xa[r] - xc[r], dif_i = xa[i] - xc[i];
        const float sum2_r = xb[r] + xd[r], sum2_i = xb[i] + xd[i];
        const float dif2_r = xb[r] - xd[r], dif2_i = xb[i] - xd[i];
        ya[r] = sum_r + sum2_r;
        ya[i] = sum_i + sum2_i;
        yb[r] = dif_r + dif2_i;
        yb[i] = dif_i - dif2_r;
        yc[r] = sum_r - sum2_r;
        yc[i] = sum_i - sum2_i;
        yd[r] = dif_r - dif2_i;
        yd[i] = dif_i + dif2_r;
    }
}

/* A whole stage of radix 4 with s > 1, or without roots (l = 1). */
static void stage_4(int32_t s, int32_t l, const float *w, const float *restrict x, float *restrict y)
{
    const int32_t step = 2 * s * l;
    straight(s, step, x, y);
    for (int32_t p = 1; p < l; p++)
        turned(s, w + 2 * p, w + 2 * (l + p), w + 2 * (2 * l + p), step, x + 2 * s * p, y + 8 * s * p);
}

static void stage_2(int32_t s, const float *restrict x, float *restrict y)
{
    for (int32_t q = 0; q < 2 * s; q++) {
        y[q] = x[q] + x[q + 2 * s];
        y[q + 2 * s] = x[q] - x[q + 2 * s];
    }
}

/* Outputs k and r - k of s butterflies of an odd radix: with u[j] = x[j] + x[r-j] and v[j] = x[j] - x[r-j]
 *
 *   a = x[0] + sum u[j] cos(2 pi j k / r),  b = -i sum v[j] sin(2 pi j k / r),  y[k] = a + b, y[r-k] = a - b
 *
 * root: the table of the radix; x, y: of the first butterfly. */
static void odd_pair(int32_t r, int32_t k, int32_t s, int32_t step, const float *root, const float *restrict x,
                     float *restrict y)
{
    float *restrict up = y + 2 * s * k, *restrict down = y + 2 * s * (r - k);
    for (int32_t q = 0; q < 2 * s; q += 2) {
        const float *low = x + q + step, *high = x + q + step * (r - 1);
        float a_r = x[q], a_i = x[q + 1], b_r = 0.0f, b_i = 0.0f;
        for (int32_t at = k; low < high; low += step, high -= step) {
            const float c = root[2 * at], d = root[2 * at + 1];
            a_r += (low[0] + high[0]) * c;
            a_i += (low[1] + high[1]) * c;
            b_r -= (low[1] - high[1]) * d;
            b_i += (low[0] - high[0]) * d;
            at += k;
            if (at >= r) at -= r;
        }
        up[q] = a_r + b_r;
        up[q + 1] = a_i + b_i;
        down[q] = a_r - b_r;
        down[q + 1] = a_i - b_i;
    }
}

/* y [s][2] times w */
static void turn(int32_t s, const float *w, float *y)
{
    const float wr = w[0], wi = w[1];
    for (int32_t q = 0; q < 2 * s; q += 2) {
        const float re = y[q], im = y[q + 1];
        y[q] = re * wr - im * wi;
        y[q + 1] = re * wi + im * wr;
    }
}

static void stage_odd(int32_t r, int32_t s, int32_t l, const float *w, const float *restrict x, float *restrict y)
{
    const int32_t step = 2 * s * l;
    const float *root = l > 1 ? w + 2 * (r - 1) * l : w;
    for (int32_t p = 0; p < l; p++, x += 2 * s, y += 2 * s * r) {
        for (int32_t q = 0; q < 2 * s; q++) {
            float sum = x[q];
            for (int32_t j = 1; j < r; j++) sum += x[q + j * step];
            y[q] = sum;
        }
        for (int32_t k = 1; 2 * k < r; k++) odd_pair(r, k, s, step, root, x, y);
        for (int32_t k = 1; p > 0 && k < r; k++) turn(s, w + 2 * ((k - 1) * l + p), y + 2 * s * k);
    }
}

/* Z [m + 1][2] in place -> X [m + 1][2]; w [(m+1)/2][2] roots of n = 2 m. */
static void take_apart(int32_t m, const float *w, float *z)
{
    float *low = z + 2, *high = z + 2 * (m - 1);
    const float z0r = z[0], z0i = z[1];
    z[0] = z0r + z0i;
    z[1] = 0.0f;
    z[2 * m] = z0r - z0i;
    z[2 * m + 1] = 0.0f;
    for (w += 2; low < high; low += 2, high -= 2, w += 2) {
        const float er = 0.5f * (low[0] + high[0]), ei = 0.5f * (low[1] - high[1]);
        const float odd_r = 0.5f * (low[1] + high[1]), odd_i = 0.5f * (high[0] - low[0]);
        const float tr = odd_r * w[0] - odd_i * w[1], ti = odd_r * w[1] + odd_i * w[0];
        low[0] = er + tr;
        low[1] = ei + ti;
        high[0] = er - tr;
        high[1] = ti - ei;
    }
    if (low == high) low[1] = -low[1]; /* k = m/2: w^k = -i */
}

float *th_fft_real(int32_t n, const float *twiddle, float *x, float *work)
{
    const int32_t m = n / 2;
    const float *w = twiddle + (m + 1) / 2 * 2;
    float *from = x, *to = work;
    for (int32_t length = m, s = 1, r; length > 1; length /= r, s *= r) {
        r = th_fft_radix(length);
        if (r == 2)
            stage_2(s, from, to);
        else if (r != 4)
            stage_odd(r, s, length / r, w, from, to);
        else if (s == 1 && length > 4)
            first_stage(m, w, from, to);
        else
            stage_4(s, length / 4, w, from, to);
        w += th_fft_roots(length, r);
        float *other = from;
        from = to;
        to = other;
    }
    take_apart(m, twiddle, from);
    return from;
}
