/* Stockham's self-sorting radix-4 transform of m = n/2 complex numbers z[t] = x[2t] + i x[2t+1],
 * then the two interleaved halves are taken apart:
 *
 *   E[k] = (Z[k] + conj Z[m-k]) / 2,  O[k] = (Z[k] - conj Z[m-k]) / 2i,  X[k] = E[k] + w^k O[k]
 *
 * A stage turns `s` transforms of length m into 4 s transforms of length m / 4, from one buffer to
 * the other; its inner loop runs over neighbours, so a compiler can make vectors of it.
 * Source: Stockham 1966; formulas as in Van Loan, "Computational Frameworks for the FFT", 1.7. */
#include "dsp/fft.h"

#include "base/fmath.h"

int32_t th_fft_table_size(int32_t n)
{
    int32_t size = n / 2;
    if (n < 64 || n > 4096 || (n & (n - 1))) return 0;
    for (int32_t m = n / 2; m > 4; m /= 4) size += 3 * (m / 4) * 2;
    return size;
}

static float *put_roots(float *p, int32_t count, int32_t times, int32_t length)
{
    for (int32_t k = 0; k < count; k++) {
        const double turn = 6.283185307179586477 * (double)(k * times) / (double)length;
        *p++ = (float)th_cos(turn);
        *p++ = (float)-th_sin(turn);
    }
    return p;
}

void th_fft_table_init(int32_t n, float *twiddle)
{
    float *p = put_roots(twiddle, n / 4, 1, n);
    for (int32_t m = n / 2; m > 4; m /= 4)
        for (int32_t j = 1; j <= 3; j++) p = put_roots(p, m / 4, j, m);
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

/* Z [m + 1][2] in place -> X [m + 1][2]; w [m/2][2] roots of n = 2 m. */
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
    low[1] = -low[1]; /* k = m/2: w^k = -i */
}

float *th_fft_real(int32_t n, const float *twiddle, float *x, float *work)
{
    const int32_t m = n / 2;
    const float *w = twiddle + m;
    float *from = work, *to = x;
    int32_t length = m / 4, s = 4;
    first_stage(m, w, x, work);
    for (w += 6 * (m / 4); length >= 4; length /= 4, s *= 4) {
        const int32_t l4 = length / 4, step = 2 * s * l4;
        straight(s, step, from, to);
        for (int32_t p = 1; p < l4; p++)
            turned(s, w + 2 * p, w + 2 * (l4 + p), w + 2 * (2 * l4 + p), step, from + 2 * s * p, to + 8 * s * p);
        if (l4 > 1) w += 6 * l4; /* the last stage has no roots of its own */
        float *other = from;
        from = to;
        to = other;
    }
    if (length == 2) { /* m is no power of 4: one radix-2 stage */
        for (int32_t q = 0; q < 2 * s; q++) {
            to[q] = from[q] + from[q + 2 * s];
            to[q + 2 * s] = from[q] - from[q + 2 * s];
        }
        from = to;
    }
    take_apart(m, twiddle, from);
    return from;
}
