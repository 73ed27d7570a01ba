/* train/kernels_norm.h -- batch norm, activation, dropout and the optimiser, element by element: see kernels_simd.h. */
#ifndef TH_TRAIN_KERNELS_NORM_H
#define TH_TRAIN_KERNELS_NORM_H

#include "base/rng.h"
#include "train/kernels_base.h"
#include "train/mask_word.h"

#include <string.h>

/* Pixel by pixel, so that memory is read in the order in which it lies there. */
INLINE void read_columns(const th_read *rd, const th_place *at, float *x, int nv, size_t ch, bool relu, bool mask)
{
    const size_t s = (size_t)at->s, step = (size_t)at->step_w * s;
    v a[WIDE], b[WIDE];
    UNROLL for (int j = 0; j < nv; j++) a[j] = ld(rd->a + ch + j * LANES), b[j] = ld(rd->b + ch + j * LANES);
    for (int32_t r = 0; r < at->h; r++) {
        const size_t from = (size_t)(r * at->w) * s + ch;
        const float *z = rd->z + from;
        float *to = x + pixel(at, r, 0) + ch;
        for (int32_t i = 0; i < at->w; i++, z += s, to += step) {
            UNROLL for (int j = 0; j < nv; j++)
            {
                v y = v_fma(a[j], ld(z + j * LANES), b[j]);
                if (relu) y = v_relu(y);
                if (mask) y = v_masked(rd->mask + from + (size_t)i * s + j * LANES, rd->scale, y);
                st(to + j * LANES, y);
            }
        }
    }
}

static void simd_read(const th_read *rd, const th_place *at, float *x)
{
#define READ_RELU(nv, ch)  read_columns(rd, at, x, nv, ch, true, false)
#define READ_PLAIN(nv, ch) read_columns(rd, at, x, nv, ch, false, false)
#define READ_MASK(nv, ch)  read_columns(rd, at, x, nv, ch, rd->relu, true)
    if (rd->mask)
        FOR_COLUMNS((size_t)at->s, READ_MASK);
    else if (rd->relu)
        FOR_COLUMNS((size_t)at->s, READ_RELU);
    else
        FOR_COLUMNS((size_t)at->s, READ_PLAIN);
}

/* ---- batch norm and activation ---- */

static void simd_moments(const float *z, int32_t n, int32_t s, float *sum)
{
    for (int32_t c = 0; c < s; c += LANES) {
        v a = ld(sum + c), q = ld(sum + s + c);
        for (int32_t i = 0; i < n; i++) {
            const v x = ld(z + (size_t)i * (size_t)s + (size_t)c);
            a += x;
            q = v_fma(x, x, q);
        }
        st(sum + c, a);
        st(sum + s + c, q);
    }
}

INLINE void join_columns(const float *const *part, int32_t n_parts, int32_t n, size_t s, float *z, float *sum, int nv,
                         size_t ch)
{
    v a[WIDE], q[WIDE];
    UNROLL for (int j = 0; j < nv; j++) a[j] = q[j] = (v){0};
    for (size_t e = ch; n > 0; n--, e += s) {
        v x[WIDE];
        UNROLL for (int j = 0; j < nv; j++) x[j] = ld(part[0] + e + j * LANES);
        for (int32_t k = 1; k < n_parts; k++) UNROLL for (int j = 0; j < nv; j++) x[j] += ld(part[k] + e + j * LANES);
        UNROLL for (int j = 0; j < nv; j++)
        {
            st(z + e + j * LANES, x[j]);
            a[j] += x[j];
            q[j] = v_fma(x[j], x[j], q[j]);
        }
    }
    UNROLL for (int j = 0; sum && j < nv; j++)
    {
        float *to = sum + ch + j * LANES;
        st(to, ld(to) + a[j]);
        st(to + s, ld(to + s) + q[j]);
    }
}

static void simd_join(const float *const *part, int32_t n_parts, int32_t n, int32_t s, int32_t count, float *z,
                      float *sum)
{
#define JOIN(nv, ch) join_columns(part, n_parts, n, (size_t)s, z, sum, nv, ch)
    FOR_COLUMNS((size_t)count, JOIN);
}

INLINE void norm_back_columns(const float *dy, const float *z, const float *const coef[3], const th_place *at,
                              float *dz, int nv, size_t ch)
{
    const size_t s = (size_t)at->s, step = (size_t)at->step_w * s;
    v a[WIDE], b[WIDE], k[WIDE];
    UNROLL for (int j = 0; j < nv; j++)
    {
        a[j] = ld(coef[0] + ch + j * LANES);
        b[j] = ld(coef[1] + ch + j * LANES);
        k[j] = ld(coef[2] + ch + j * LANES);
    }
    for (int32_t r = 0; r < at->h; r++) {
        const size_t from = (size_t)(r * at->w) * s + ch;
        const float *d = dy + from, *y = z + from;
        float *to = dz + pixel(at, r, 0) + ch;
        for (int32_t c = 0; c < at->w; c++, d += s, y += s, to += step) {
            UNROLL for (int j = 0; j < nv; j++)
                st(to + j * LANES, v_fma(a[j], ld(d + j * LANES), v_fma(b[j], ld(y + j * LANES), k[j])));
        }
    }
}

static void simd_norm_back(const float *dy, const float *z, const float *da, const float *db, const float *dc,
                           const th_place *at, float *dz)
{
    const float *const coef[3] = {da, db, dc};
#define NORM_BACK(nv, ch) norm_back_columns(dy, z, coef, at, dz, nv, ch)
    FOR_COLUMNS((size_t)at->s, NORM_BACK);
}

/* The derivative of reading at element e: d * act'(a*z + b) * mask */
INLINE v derivative(const th_read *r, size_t e, v a, v b, v z, v d)
{
    if (r->relu) d = keep_if(v_fma(a, z, b) > (v){0}, d);
    if (r->mask) d = v_masked(r->mask + e, r->scale, d);
    return d;
}

static void simd_read_back(const th_read *r, int32_t n, int32_t s, const float *dx, float *dy, float *sum, bool add)
{
    const size_t step = (size_t)s;
    for (size_t ch = 0; ch < step; ch += LANES) {
        const v a = ld(r->a + ch), b = ld(r->b + ch);
        v total = ld(sum + ch), dot = ld(sum + step + ch);
        size_t e = ch;
        for (int32_t i = 0; i < n; i++, e += step) {
            const v z = ld(r->z + e), d = derivative(r, e, a, b, z, ld(dx + e));
            st(dy + e, add ? ld(dy + e) + d : d);
            total += d;
            dot = v_fma(d, z, dot);
        }
        st(sum + ch, total);
        st(sum + step + ch, dot);
    }
}

/* ---- sigmoid and tanh.  Polynomials: Cephes, expf.c and tanhf.c (S. Moshier) ---- */

typedef uint32_t v_uint __attribute__((vector_size(4 * LANES)));

INLINE v v_select(v_int mask, v a, v b)
{
    return (v)((mask & (v_int)a) | (~mask & (v_int)b));
}

/* -most .. most; NaN stays NaN */
INLINE v v_limit(v a, float most)
{
    a = v_select((v_int)(a > splat(most)), splat(most), a);
    return v_select((v_int)(a < splat(-most)), splat(-most), a);
}

/* e^a = 2^k e^r, k whole, |r| <= ln(2)/2, for |a| <= 87.  The sum with 1.5 * 2^23 rounds: its lowest bits are k. */
INLINE v v_exp(v a)
{
    const v shifted = v_fma(a, splat(1.44269504f), splat(12582912.0f)), k = shifted - splat(12582912.0f);
    const v r = v_fma(k, splat(2.12194440e-4f), v_fma(k, splat(-0.693359375f), a));
    v p = splat(1.9875691500e-4f);
    p = v_fma(p, r, splat(1.3981999507e-3f));
    p = v_fma(p, r, splat(8.3334519073e-3f));
    p = v_fma(p, r, splat(4.1665795894e-2f));
    p = v_fma(p, r, splat(1.6666665459e-1f));
    p = v_fma(p, r, splat(5.0000001201e-1f));
    p = v_fma(p, r * r, r + splat(1.0f));
    return p * (v)(((v_uint)shifted + 127) << 23);
}

static void simd_sigmoid(int32_t n, float *x)
{
    for (int32_t i = 0; i < n; i += LANES) st(x + i, splat(1.0f) / (splat(1.0f) + v_exp(-v_limit(ld(x + i), 80.0f))));
}

/* Near 0, where 1 - 2 / (e^2x + 1) would lose digits, a polynomial. */
static void simd_tanh(int32_t n, float *x)
{
    for (int32_t i = 0; i < n; i += LANES) {
        const v a = v_limit(ld(x + i), 20.0f), z = a * a;
        v p = splat(-5.70498872745e-3f);
        p = v_fma(p, z, splat(2.06390887954e-2f));
        p = v_fma(p, z, splat(-5.37397155531e-2f));
        p = v_fma(p, z, splat(1.33314422036e-1f));
        p = v_fma(p, z, splat(-3.33332819422e-1f));
        const v far = splat(1.0f) - splat(2.0f) / (v_exp(a + a) + splat(1.0f));
        st(x + i, v_select((v_int)(z < splat(0.390625f)), v_fma(p * z, a, a), far));
    }
}

typedef uint8_t v_bytes __attribute__((vector_size(4 * LANES)));

/* The bytes of LANES words from the i-th on, as 0 or 1. */
INLINE v_bytes mask_bytes(uint32_t a, uint32_t b, uint32_t i, uint8_t drop)
{
    v_uint x = {0};
    UNROLL for (uint32_t k = 0; k < LANES; k++) x[k] = k;
    x += i;
    TH_MASK_MIX(x, a, b);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    x = x >> 24 | (x >> 8 & 0xff00u) | (x << 8 & 0xff0000u) | x << 24; /* byte 0 is the lowest of a word */
#endif
    return (v_bytes)((v_bytes)x >= drop) & 1;
}

static void simd_mask(uint64_t seed, uint64_t stream, uint32_t drop, int32_t n, uint8_t *mask)
{
    th_rng rng = th_rng_make(seed, stream);
    const uint32_t a = th_rng_u32(&rng), b = th_rng_u32(&rng);
    for (int32_t i = 0; i < n; i += 4 * LANES) {
        const v_bytes kept = mask_bytes(a, b, (uint32_t)i / 4, (uint8_t)drop);
        memcpy(mask + i, &kept, n - i < 4 * LANES ? (size_t)(n - i) : sizeof kept);
    }
}

static void simd_adam(const th_adam *o, int32_t n, const float *g, float *p, float *m, float *v2, float *average)
{
    const v b1 = splat(o->beta1), n1 = splat(1 - o->beta1), b2 = splat(o->beta2), n2 = splat(1 - o->beta2);
    for (int32_t i = 0; i < n; i += LANES) {
        const v gi = ld(g + i), mi = v_fma(b1, ld(m + i), n1 * gi), vi = v_fma(b2, ld(v2 + i), n2 * gi * gi);
        st(m + i, mi);
        st(v2 + i, vi);
        const v pi = ld(p + i);
        const v to = pi - (splat(o->decay) * pi +
                           splat(o->rate * o->correct1) * mi / (v_sqrt(vi * splat(o->correct2)) + splat(o->epsilon)));
        st(p + i, to);
        if (average) st(average + i, v_fma(splat(1 - o->keep), to - ld(average + i), ld(average + i)));
    }
}

#endif
