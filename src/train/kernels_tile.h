/* train/kernels_tile.h -- convolutions and their weight gradients in tiles of registers: see kernels_simd.h.
 *
 * A tile of the forward pass (and of the data gradient, which is a convolution too) is np pixels by nv vectors of
 * output channels; per input channel it takes nv loads, np broadcasts and np * nv multiply-adds.  A tile of the weight
 * gradient is nj input channels by nv vectors, summed over pixels. */
#ifndef TH_TRAIN_KERNELS_TILE_H
#define TH_TRAIN_KERNELS_TILE_H

#include "train/kernels_norm.h"

/* Sums that a tile keeps in registers, and its longest side. */
#define SUMS (WIDE > 2 ? 24 : 12)
#define LONG 12

/* Taps that lie in one piece become one tap, pixels at equal distances one row. */
INLINE th_conv in_one_piece(const th_conv *conv)
{
    th_conv c = *conv;
    if (c.tap_col == c.in_c || c.k_w == 1) c.in_c *= c.k_w, c.k_w = 1;
    if (c.k_w == 1 && (c.tap_row == c.in_c || c.k_h == 1)) c.in_c *= c.k_h, c.k_h = 1;
    if (c.out_w == 1) c.in_col = c.in_row, c.to_col = c.to_row;
    if (c.in_row == c.out_w * c.in_col && c.to_row == c.out_w * c.to_col) c.out_w *= c.out_h, c.out_h = 1;
    return c;
}

/* Work of one tile after another along a row. */
typedef struct tile_job {
    const th_conv *c;
    const float *w; /* at the tile's first column */
    const th_finish *f;
    size_t column;        /* first output channel */
    size_t channels;      /* of the sums and of f->back */
    size_t channel[WIDE]; /* of each vector of the tile, among these */
    size_t from, to;      /* input channels; all but the last part leave raw sums in `out` */
    bool first, last;
} tile_job;

/* Pixel i lies i * pitch after x; four pointers reach twelve pixels with the addresses that processors have. */
#define PIXEL(i) ((i) < 3 ? p0 : (i) < 6 ? p1 : (i) < 9 ? p2 : p3)[(size_t)((i) % 3) * pitch]

INLINE void tile_sums(const tile_job *t, int np, int nv, const float *x, v acc[LONG][WIDE])
{
    const th_conv *c = t->c;
    const size_t s = (size_t)c->out_c, pitch = (size_t)c->in_col, run = t->to - t->from;
    const size_t skip = ((size_t)c->in_c - run) * s, tap_col = (size_t)c->tap_col, tap_row = (size_t)c->tap_row;
    const int32_t k_h = c->k_h, k_w = c->k_w; /* a window of few channels is mostly the starts of its taps */
    const float *w = t->w + t->from * s, *row = x + t->from;
    for (int32_t kr = 0; kr < k_h; kr++, row += tap_row) {
        const float *tap = row;
        for (int32_t kc = 0; kc < k_w; kc++, tap += tap_col, w += skip) {
            const float *p0 = tap, *p1 = p0 + 3 * pitch, *p2 = p0 + 6 * pitch, *p3 = p0 + 9 * pitch;
            const float *const end = p0 + run;
            for (; p0 < end; p0++, p1++, p2++, p3++, w += s) {
                v wv[WIDE];
                UNROLL for (int j = 0; j < nv; j++) wv[j] = ld(w + j * LANES);
                UNROLL for (int i = 0; i < np; i++)
                {
                    const v b = splat(PIXEL(i));
                    UNROLL for (int j = 0; j < nv; j++) acc[i][j] = v_fma(b, wv[j], acc[i][j]);
                }
            }
        }
    }
}

INLINE void tile_finish(const tile_job *t, int np, int nv, size_t to, v acc[LONG][WIDE])
{
    const th_finish *f = t->f;
    const size_t step = (size_t)t->c->to_col;
    if (!t->last || (!f->sum && !f->back)) {
        UNROLL for (int i = 0; i < np; i++)
        {
            UNROLL for (int j = 0; j < nv; j++) st(f->out + to + (size_t)i * step + j * LANES, acc[i][j]);
        }
        return;
    }
    v a[WIDE], q[WIDE];
    UNROLL for (int j = 0; j < nv; j++) a[j] = q[j] = (v){0};
    if (f->back) {
        v ra[WIDE], rb[WIDE];
        UNROLL for (int j = 0; j < nv; j++)
        {
            ra[j] = ld(f->back->a + t->channel[j]);
            rb[j] = ld(f->back->b + t->channel[j]);
            UNROLL for (int i = 0; i < np; i++)
            {
                const size_t e = to + (size_t)i * step + (size_t)j * LANES;
                const v z = ld(f->back->z + e), d = derivative(f->back, e, ra[j], rb[j], z, acc[i][j]);
                st(f->out + e, f->add ? ld(f->out + e) + d : d);
                a[j] += d;
                q[j] = v_fma(d, z, q[j]);
            }
        }
    } else {
        UNROLL for (int j = 0; j < nv; j++)
        {
            UNROLL for (int i = 0; i < np; i++)
            {
                st(f->out + to + (size_t)i * step + j * LANES, acc[i][j]);
                a[j] += acc[i][j];
                q[j] = v_fma(acc[i][j], acc[i][j], q[j]);
            }
        }
    }
    UNROLL for (int j = 0; j < nv; j++)
    {
        float *sum = f->sum + t->channel[j], *squares = sum + t->channels;
        st(sum, ld(sum) + a[j]);
        st(squares, ld(squares) + q[j]);
    }
}

INLINE void conv_tile(const tile_job *t, int np, int nv, const float *x, size_t to)
{
    v acc[LONG][WIDE];
    const size_t step = (size_t)t->c->to_col;
    if (t->first) UNROLL for (int i = 0; i < np; i++)
        {
            UNROLL for (int j = 0; j < nv; j++) acc[i][j] = (v){0};
        }
    else
        UNROLL for (int i = 0; i < np; i++)
        {
            UNROLL for (int j = 0; j < nv; j++) acc[i][j] = ld(t->f->out + to + (size_t)i * step + j * LANES);
        }
    tile_sums(t, np, nv, x, acc);
    tile_finish(t, np, nv, to, acc);
}

/* n tiles side by side */
typedef void tile_fn(const tile_job *t, const float *x, size_t to, int32_t n);

#define TILE(np, nv)                                                                                                   \
    static void tile_##np##x##nv(const tile_job *t, const float *x, size_t to, int32_t n)                              \
    {                                                                                                                  \
        const size_t in_step = (size_t)(t->c->in_col * np), out_step = (size_t)(t->c->to_col * np);                    \
        for (; n > 0; n--, x += in_step, to += out_step) conv_tile(t, np, nv, x, to);                                  \
    }
#define UP_TO_6(make, nv)  make(1, nv) make(2, nv) make(3, nv) make(4, nv) make(5, nv) make(6, nv)
#define UP_TO_8(make, nv)  UP_TO_6(make, nv) make(7, nv) make(8, nv)
#define UP_TO_12(make, nv) UP_TO_8(make, nv) make(9, nv) make(10, nv) make(11, nv) make(12, nv)
#if WIDE > 2
#define ALL_SIZES(make) UP_TO_12(make, 1) UP_TO_12(make, 2) UP_TO_8(make, 3) UP_TO_6(make, 4)
#else
#define ALL_SIZES(make) UP_TO_12(make, 1) UP_TO_6(make, 2)
#endif
ALL_SIZES(TILE)

#define ENTRY(np, nv) [nv - 1][np] = tile_##np##x##nv,
static tile_fn *const tiles[WIDE][LONG + 1] = {ALL_SIZES(ENTRY)};

/* n things in parts of at most `most`, as equal as can be: the size of the part that starts with `left` to go,.. */
INLINE int32_t part_of(int32_t left, int32_t most)
{
    const int32_t parts = (left + most - 1) / most;
    return (left + parts - 1) / parts;
}

/* .. and how many of that size there are. */
INLINE int32_t parts_like(int32_t left, int32_t most)
{
    const int32_t parts = (left + most - 1) / most;
    return parts - (part_of(left, most) * parts - left);
}

INLINE int32_t longest(int32_t nv)
{
    return SUMS / nv < LONG ? SUMS / nv : LONG;
}

/* One column of tiles, nv vectors wide, over all pixels. */
static void conv_pixels(const tile_job *t, int32_t nv, const float *x)
{
    const th_conv *c = t->c;
    for (int32_t r = 0; r < c->out_h; r++) {
        const float *px = x + (size_t)r * (size_t)c->in_row;
        size_t to = (size_t)r * (size_t)c->to_row + t->column;
        for (int32_t left = c->out_w; left > 0;) {
            const int32_t np = part_of(left, longest(nv)), n = parts_like(left, longest(nv));
            tiles[nv - 1][np](t, px, to, n);
            left -= np * n;
            px += (size_t)(np * n) * (size_t)c->in_col;
            to += (size_t)(np * n) * (size_t)c->to_col;
        }
    }
}

/* Weights of so many input channels by WIDE vectors stay in the first cache while the pixels pass by. */
#define DEEP 64

static void simd_conv(const th_conv *conv, const float *x, const float *w, const th_finish *f)
{
    const th_conv c = in_one_piece(conv);
    const bool parts = c.k_h * c.k_w == 1 && c.in_c > 2 * DEEP && !(f->back && f->add); /* else `out` is in use */
    const int32_t vectors = c.out_c / LANES, deep = parts ? DEEP : c.in_c;
    for (int32_t o = 0; o < vectors;) {
        const int32_t nv = part_of(vectors - o, WIDE);
        tile_job t = {.c = &c,
                      .w = w + o * LANES,
                      .f = f,
                      .column = (size_t)(o * LANES),
                      .channels = (size_t)(f->channels ? f->channels : c.out_c),
                      .first = !f->add || f->back};
        for (int32_t j = 0; j < nv; j++) t.channel[j] = (size_t)((o + j) * LANES) % t.channels;
        for (int32_t k = 0; k == 0 || k < c.in_c; k += deep, t.first = false) {
            t.from = (size_t)k;
            t.to = (size_t)(c.in_c - k < deep ? c.in_c : k + deep);
            t.last = t.to == (size_t)c.in_c;
            conv_pixels(&t, nv, x);
        }
        o += nv;
    }
}

/* ---- weight gradients ---- */

typedef struct weights_job {
    const th_conv *c;
    bool add;
} weights_job;

INLINE void weights_tile(const weights_job *t, int nj, int nv, const float *x, const float *dz, float *gw)
{
    const th_conv *c = t->c;
    const size_t s = (size_t)c->out_c, in_col = (size_t)c->in_col, dz_col = (size_t)c->to_col;
    v acc[LONG][WIDE];
    UNROLL for (int i = 0; i < nj; i++)
    {
        UNROLL for (int j = 0; j < nv; j++) acc[i][j] = (v){0};
    }
    for (int32_t r = 0; r < c->out_h; r++) {
        const float *a = x + (size_t)r * (size_t)c->in_row, *d = dz + (size_t)r * (size_t)c->to_row;
        const float *const end = d + (size_t)c->out_w * dz_col;
        for (; d < end; d += dz_col, a += in_col) {
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
        UNROLL for (int j = 0; j < nv; j++)
        {
            float *to = gw + (size_t)i * s + j * LANES;
            st(to, t->add ? ld(to) + acc[i][j] : acc[i][j]);
        }
    }
}

typedef void weights_fn(const weights_job *t, const float *x, const float *dz, float *gw);

#define WEIGHTS(nj, nv)                                                                                                \
    static void weights_##nj##x##nv(const weights_job *t, const float *x, const float *dz, float *gw)                  \
    {                                                                                                                  \
        weights_tile(t, nj, nv, x, dz, gw);                                                                            \
    }
ALL_SIZES(WEIGHTS)

#define WEIGHTS_ENTRY(nj, nv) [nv - 1][nj] = weights_##nj##x##nv,
static weights_fn *const weights[WIDE][LONG + 1] = {ALL_SIZES(WEIGHTS_ENTRY)};

static void simd_conv_weights(const th_conv *conv, const float *x, const float *dz, float *gw, bool add)
{
    const th_conv c = in_one_piece(conv);
    const weights_job t = {.c = &c, .add = add};
    const int32_t vectors = c.out_c / LANES;
    for (int32_t o = 0; o < vectors;) {
        const int32_t nv = part_of(vectors - o, WIDE);
        float *to = gw + o * LANES;
        for (int32_t tap = 0; tap < c.k_h * c.k_w; tap++) {
            const float *a = x + tap / c.k_w * c.tap_row + tap % c.k_w * c.tap_col;
            for (int32_t k = 0; k < c.in_c;) {
                const int32_t nj = part_of(c.in_c - k, longest(nv));
                weights[nv - 1][nj](&t, a + k, dz + o * LANES, to);
                to += nj * c.out_c;
                k += nj;
            }
        }
        o += nv;
    }
}

#endif
