/* train/kernels_simd.h -- the fast kernels, once for every instruction set.
 *
 * Included by kernels_<isa>.c, which defines
 *   LANES  floats in a vector        TABLE, NAME  the table to define and its name
 *   WIDE   most vectors in a tile    v_fma(a, b, c), v_relu(a), v_sqrt(a)
 *
 * A tile holds up to PIXELS pixels by up to WIDE vectors of output channels in registers; each
 * input value is read once per tile and each weight once per PIXELS pixels. */
#include "train/kernels.h"

#include <stdbool.h>

#define PIXELS 6

#if defined(__has_feature) /* clang */
#if __has_feature(address_sanitizer) || __has_feature(undefined_behavior_sanitizer)
#define SANITIZED
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(SANITIZED) || !defined(__OPTIMIZE__)
#define UNROLL /* checks in every copy of a loop's body would keep the compiler busy for minutes */
#define INLINE static
#elif defined(__clang__)
#define UNROLL _Pragma("unroll")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif
#ifndef INLINE
#define INLINE static inline __attribute__((always_inline))
#endif

typedef v v_loose __attribute__((aligned(4), may_alias));

INLINE v ld(const float *p)
{
    return *(const v_loose *)p;
}

INLINE void st(float *p, v a)
{
    *(v_loose *)p = a;
}

INLINE v splat(float x)
{
    return x - (v){0};
}

/* a where mask is all ones, else 0 */
INLINE v keep_if(v_int mask, v a)
{
    return (v)(mask & (v_int)a);
}

typedef uint8_t v_bytes __attribute__((vector_size(LANES), aligned(1), may_alias));

/* LANES bytes of a dropout mask as factors 0 or scale */
INLINE v v_mask(const uint8_t *m, float scale)
{
    return __builtin_convertvector(*(const v_bytes *)m, v) * splat(scale);
}

INLINE size_t pixel(const th_place *at, int32_t r, int32_t c)
{
    return (size_t)((at->top + r * at->step_h) * at->pad_w + at->left + c * at->step_w) * (size_t)at->s;
}

/* Runs BODY(nv, first channel) over all channels, as many vectors at a time as registers allow. */
#if WIDE > 2
#define FOR_COLUMNS(s, BODY)                                                                                           \
    do {                                                                                                               \
        size_t ch_ = 0;                                                                                                \
        for (; ch_ + 4 * LANES <= (s); ch_ += 4 * LANES) BODY(4, ch_);                                                 \
        switch (((s)-ch_) / LANES) {                                                                                   \
        case 3: BODY(3, ch_); break;                                                                                   \
        case 2: BODY(2, ch_); break;                                                                                   \
        case 1: BODY(1, ch_); break;                                                                                   \
        default: break;                                                                                                \
        }                                                                                                              \
    } while (0)
#else
#define FOR_COLUMNS(s, BODY)                                                                                           \
    do {                                                                                                               \
        size_t ch_ = 0;                                                                                                \
        for (; ch_ + 2 * LANES <= (s); ch_ += 2 * LANES) BODY(2, ch_);                                                 \
        if (ch_ < (s)) BODY(1, ch_);                                                                                   \
    } while (0)
#endif

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
                if (mask) y *= v_mask(rd->mask + from + (size_t)i * s + j * LANES, rd->scale);
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

/* ---- convolution: tiles of np pixels by nv vectors, np and nv known to the compiler ---- */

INLINE const float *first_tap(const th_geom *g, const float *x, int32_t p)
{
    const int32_t r = p / g->out_w, c = p % g->out_w;
    return x + (size_t)(r * g->stride_h * g->pad_w + c * g->stride_w) * (size_t)g->in_s;
}

INLINE void conv_tile(const th_geom *g, int np, int nv, int32_t p, const float *x, const float *w, float *out)
{
    v acc[PIXELS][WIDE];
    const float *px[PIXELS];
    UNROLL for (int i = 0; i < np; i++)
    {
        px[i] = first_tap(g, x, p + i);
        UNROLL for (int j = 0; j < nv; j++) acc[i][j] = (v){0};
    }
    const size_t s = (size_t)g->out_s, row = (size_t)(g->k_w * g->in_s), next = (size_t)(g->pad_w * g->in_s);
    for (int32_t kr = 0; kr < g->k_h; kr++) {
        for (size_t k = 0; k < row; k++, w += s) {
            v wv[WIDE];
            UNROLL for (int j = 0; j < nv; j++) wv[j] = ld(w + j * LANES);
            UNROLL for (int i = 0; i < np; i++)
            {
                const v b = splat(px[i][k]);
                UNROLL for (int j = 0; j < nv; j++) acc[i][j] = v_fma(b, wv[j], acc[i][j]);
            }
        }
        UNROLL for (int i = 0; i < np; i++) px[i] += next;
    }
    UNROLL for (int i = 0; i < np; i++)
    {
        UNROLL for (int j = 0; j < nv; j++) st(out + (size_t)(p + i) * s + j * LANES, acc[i][j]);
    }
}

INLINE void conv_columns(const th_geom *g, int nv, const float *x, const float *w, float *out)
{
    const int32_t n = g->out_h * g->out_w;
    int32_t p = 0;
    for (; p + PIXELS <= n; p += PIXELS) conv_tile(g, PIXELS, nv, p, x, w, out);
    switch (n - p) {
    case 5: conv_tile(g, 5, nv, p, x, w, out); break;
    case 4: conv_tile(g, 4, nv, p, x, w, out); break;
    case 3: conv_tile(g, 3, nv, p, x, w, out); break;
    case 2: conv_tile(g, 2, nv, p, x, w, out); break;
    case 1: conv_tile(g, 1, nv, p, x, w, out); break;
    default: break;
    }
}

static void simd_conv(const th_geom *g, const float *x, const float *w, float *out)
{
    int32_t o = 0;
    for (; o + WIDE * LANES <= g->out_s; o += WIDE * LANES) conv_columns(g, WIDE, x, w + o, out + o);
    switch ((g->out_s - o) / LANES) {
#if WIDE > 3
    case 3: conv_columns(g, 3, x, w + o, out + o); break;
#endif
#if WIDE > 2
    case 2: conv_columns(g, 2, x, w + o, out + o); break;
#endif
    case 1: conv_columns(g, 1, x, w + o, out + o); break;
    default: break;
    }
}

/* nj input values by nv vectors of the weight gradient, over all pixels. */
INLINE void weights_tile(const th_geom *g, int nj, int nv, const float *x, const float *dz, const th_place *at,
                         float *gw)
{
    const size_t s = (size_t)g->out_s, in_step = (size_t)(g->stride_w * g->in_s), out_step = (size_t)at->step_w * s;
    v acc[PIXELS][WIDE];
    UNROLL for (int i = 0; i < nj; i++)
    {
        UNROLL for (int j = 0; j < nv; j++) acc[i][j] = ld(gw + (size_t)i * s + j * LANES);
    }
    for (int32_t r = 0; r < g->out_h; r++) {
        const float *d = dz + pixel(at, r, 0), *a = x + (size_t)(r * g->stride_h * g->pad_w) * (size_t)g->in_s;
        for (int32_t c = 0; c < g->out_w; c++, d += out_step, a += in_step) {
            v dv[WIDE];
            UNROLL for (int j = 0; j < nv; j++) dv[j] = ld(d + j * LANES);
            UNROLL for (int i = 0; i < nj; i++)
            {
                const v b = splat(a[i]);
                UNROLL for (int j = 0; j < nv; j++) acc[i][j] = v_fma(b, dv[j], acc[i][j]);
            }
        }
    }
    UNROLL for (int i = 0; i < nj; i++)
    {
        UNROLL for (int j = 0; j < nv; j++) st(gw + (size_t)i * s + j * LANES, acc[i][j]);
    }
}

INLINE void weights_columns(const th_geom *g, int nv, const float *x, const float *dz, const th_place *at, float *gw)
{
    const int32_t row = g->k_w * g->in_s;
    for (int32_t kr = 0; kr < g->k_h; kr++) {
        const float *a = x + (size_t)(kr * g->pad_w * g->in_s);
        float *to = gw + (size_t)(kr * row) * (size_t)g->out_s;
        int32_t k = 0;
        for (; k + PIXELS <= row; k += PIXELS) weights_tile(g, PIXELS, nv, a + k, dz, at, to + k * g->out_s);
        for (; k + 4 <= row; k += 4) weights_tile(g, 4, nv, a + k, dz, at, to + k * g->out_s);
        for (; k + 2 <= row; k += 2) weights_tile(g, 2, nv, a + k, dz, at, to + k * g->out_s);
        for (; k < row; k++) weights_tile(g, 1, nv, a + k, dz, at, to + k * g->out_s);
    }
}

static void simd_conv_weights(const th_geom *g, const float *x, const float *dz, const th_place *at, float *gw)
{
    int32_t o = 0;
    for (; o + WIDE * LANES <= g->out_s; o += WIDE * LANES) weights_columns(g, WIDE, x, dz + o, at, gw + o);
    switch ((g->out_s - o) / LANES) {
#if WIDE > 3
    case 3: weights_columns(g, 3, x, dz + o, at, gw + o); break;
#endif
#if WIDE > 2
    case 2: weights_columns(g, 2, x, dz + o, at, gw + o); break;
#endif
    case 1: weights_columns(g, 1, x, dz + o, at, gw + o); break;
    default: break;
    }
}

/* ---- depthwise: one vector of channels at a time, rows of up to PIXELS pixels ---- */

INLINE void depthwise_row(int np, int k_w, size_t s, size_t step, const float *x, const float *w, v *acc)
{
    for (int kc = 0; kc < k_w; kc++) {
        const v wv = ld(w + (size_t)kc * s);
        UNROLL for (int i = 0; i < np; i++) acc[i] = v_fma(ld(x + (size_t)kc * s + (size_t)i * step), wv, acc[i]);
    }
}

INLINE void depthwise_tile(const th_geom *g, int np, int k_h, int k_w, const float *x, const float *w, float *out)
{
    const size_t s = (size_t)g->in_s, step = (size_t)g->stride_w * s, next = (size_t)g->pad_w * s;
    v acc[PIXELS];
    UNROLL for (int i = 0; i < np; i++) acc[i] = (v){0};
    if (k_h == 3 && k_w == 3) { /* written out: a loop would not keep the sums in registers */
        depthwise_row(np, 3, s, step, x, w, acc);
        depthwise_row(np, 3, s, step, x + next, w + 3 * s, acc);
        depthwise_row(np, 3, s, step, x + 2 * next, w + 6 * s, acc);
    } else {
        for (int kr = 0; kr < k_h; kr++)
            depthwise_row(np, k_w, s, step, x + (size_t)kr * next, w + (size_t)(kr * k_w) * s, acc);
    }
    UNROLL for (int i = 0; i < np; i++) st(out + (size_t)i * s, acc[i]);
}

INLINE void depthwise_any(const th_geom *g, int k_h, int k_w, const float *x, const float *w, float *out)
{
    const size_t s = (size_t)g->in_s, step = (size_t)g->stride_w * s;
    for (size_t ch = 0; ch < s; ch += LANES)
        for (int32_t r = 0; r < g->out_h; r++) {
            const float *a = x + (size_t)(r * g->stride_h * g->pad_w) * s + ch;
            float *to = out + (size_t)(r * g->out_w) * s + ch;
            int32_t c = 0;
            for (; c + 5 <= g->out_w; c += 5)
                depthwise_tile(g, 5, k_h, k_w, a + (size_t)c * step, w + ch, to + (size_t)c * s);
            for (; c + 2 <= g->out_w; c += 2)
                depthwise_tile(g, 2, k_h, k_w, a + (size_t)c * step, w + ch, to + (size_t)c * s);
            for (; c < g->out_w; c++) depthwise_tile(g, 1, k_h, k_w, a + (size_t)c * step, w + ch, to + (size_t)c * s);
        }
}

static void simd_depthwise(const th_geom *g, const float *x, const float *w, float *out)
{
    if (g->k_h == 3 && g->k_w == 3)
        depthwise_any(g, 3, 3, x, w, out);
    else
        depthwise_any(g, g->k_h, g->k_w, x, w, out);
}

/* k_h x k_w taps of the gradient (at most 3x3) starting at tap (kr, kc), over all pixels. */
INLINE void depthwise_taps(const th_geom *g, int k_h, int k_w, const float *x, const float *dz, const th_place *at,
                           float *gw)
{
    const size_t s = (size_t)g->in_s, step = (size_t)g->stride_w * s, next = (size_t)g->pad_w * s;
    v acc[9];
    UNROLL for (int k = 0; k < k_h * k_w; k++) acc[k] = ld(gw + (size_t)(k / k_w * g->k_w + k % k_w) * s);
    for (int32_t r = 0; r < g->out_h; r++) {
        const float *d = dz + pixel(at, r, 0), *a = x + (size_t)(r * g->stride_h) * next;
        for (int32_t c = 0; c < g->out_w; c++, d += (size_t)at->step_w * s, a += step) {
            const v dv = ld(d);
            UNROLL for (int k = 0; k < k_h * k_w; k++) acc[k] =
                v_fma(ld(a + (size_t)(k / k_w) * next + (size_t)(k % k_w) * s), dv, acc[k]);
        }
    }
    UNROLL for (int k = 0; k < k_h * k_w; k++) st(gw + (size_t)(k / k_w * g->k_w + k % k_w) * s, acc[k]);
}

static void simd_depthwise_weights(const th_geom *g, const float *x, const float *dz, const th_place *at, float *gw)
{
    const size_t s = (size_t)g->in_s;
    for (size_t ch = 0; ch < s; ch += LANES) {
        if (g->k_h == 3 && g->k_w == 3) {
            depthwise_taps(g, 3, 3, x + ch, dz + ch, at, gw + ch);
            continue;
        }
        for (int32_t kr = 0; kr < g->k_h; kr++)
            for (int32_t kc = 0; kc < g->k_w; kc++)
                depthwise_taps(g, 1, 1, x + (size_t)(kr * g->pad_w + kc) * s + ch, dz + ch, at,
                               gw + (size_t)(kr * g->k_w + kc) * s + ch);
    }
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

INLINE void read_back_columns(const th_read *rd, const th_place *at, const float *x, const float *dx, float *dy,
                              float *sum, int nv, size_t ch, bool relu, bool mask)
{
    const size_t s = (size_t)at->s, step = (size_t)at->step_w * s;
    v a[WIDE], q[WIDE];
    UNROLL for (int j = 0; j < nv; j++) a[j] = ld(sum + ch + j * LANES), q[j] = ld(sum + s + ch + j * LANES);
    for (int32_t r = 0; r < at->h; r++) {
        size_t e = (size_t)(r * at->w) * s + ch;
        const float *y = x + pixel(at, r, 0) + ch;
        for (int32_t c = 0; c < at->w; c++, y += step, e += s) {
            UNROLL for (int j = 0; j < nv; j++)
            {
                v d = ld(dx + e + j * LANES);
                if (relu) d = keep_if(ld(y + j * LANES) > (v){0}, d);
                if (mask) d *= v_mask(rd->mask + e + j * LANES, rd->scale);
                st(dy + e + j * LANES, d);
                a[j] += d;
                q[j] = v_fma(d, ld(rd->z + e + j * LANES), q[j]);
            }
        }
    }
    UNROLL for (int j = 0; j < nv; j++) st(sum + ch + j * LANES, a[j]), st(sum + s + ch + j * LANES, q[j]);
}

static void simd_read_back(const th_read *rd, const th_place *at, const float *x, const float *dx, float *dy,
                           float *sum)
{
#define BACK_RELU(nv, ch)  read_back_columns(rd, at, x, dx, dy, sum, nv, ch, true, false)
#define BACK_PLAIN(nv, ch) read_back_columns(rd, at, x, dx, dy, sum, nv, ch, false, false)
#define BACK_MASK(nv, ch)  read_back_columns(rd, at, x, dx, dy, sum, nv, ch, rd->relu, true)
    if (rd->mask)
        FOR_COLUMNS((size_t)at->s, BACK_MASK);
    else if (rd->relu)
        FOR_COLUMNS((size_t)at->s, BACK_RELU);
    else
        FOR_COLUMNS((size_t)at->s, BACK_PLAIN);
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

const th_kernels TABLE = {
    .name = NAME,
    .lanes = LANES,
    .read = simd_read,
    .conv = simd_conv,
    .conv_weights = simd_conv_weights,
    .depthwise = simd_depthwise,
    .depthwise_weights = simd_depthwise_weights,
    .moments = simd_moments,
    .norm_back = simd_norm_back,
    .read_back = simd_read_back,
    .sigmoid = simd_sigmoid,
    .tanh = simd_tanh,
    .adam = simd_adam,
};
