/* train/kernels_depthwise_3x3.h -- depthwise layers with 3x3 windows and stride 1 or 2, which is what nets have: see
 * kernels_depthwise.h.
 *
 * Only the rows of x and of dz are kept that windows still see, each between zeros: they stay in the first cache
 * whatever the picture's height.  A tile is np windows side by side, one tap after another: np sums that do not wait
 * for each other.  Backwards some rows of dz are made and their share of the weights' gradient is summed up; then the
 * rows of the input that no later row of dz reaches are finished, while their z is still in the first cache. */
#ifndef TH_TRAIN_KERNELS_DEPTHWISE_3X3_H
#define TH_TRAIN_KERNELS_DEPTHWISE_3X3_H

#include "train/kernels_depthwise_rows.h"

#define RING_BORDER 2 /* zeros on both sides of a row */
#define X_ROWS      3 /* that a window sees */

/* The newest rows of a picture of single vectors; row i lies at i & mask. */
typedef struct ring {
    float *first, *zero;  /* pixel 0 of row 0, and of a row of zeros */
    int32_t h, row, mask; /* rows of the picture; floats from a row of the ring to the next; rows of the ring - 1 */
} ring;

/* Output rows that are worked on at once: so many that their sums stay long enough in registers. */
INLINE int32_t band_rows(int32_t out_w)
{
    return dw_max(1, TH_DEPTHWISE_BAND / out_w);
}

/* Lays out the ring of an h x w picture, of which n rows are looked at together, at *room and moves *room to its end.
 */
INLINE ring ring_make(float **room, int32_t h, int32_t w, int32_t n)
{
    const int32_t row = (w + 2 * RING_BORDER) * LANES;
    ring t = {.h = h, .row = row, .mask = 1};
    while (t.mask + 1 < n) t.mask = 2 * t.mask + 1;
    for (int32_t i = 0; i <= t.mask; i++) {
        float *const p = *room + i * row;
        for (int32_t c = 0; c < RING_BORDER; c++) st(p + c * LANES, (v){0}), st(p + row - (c + 1) * LANES, (v){0});
    }
    t.first = *room + RING_BORDER * LANES;
    t.zero = t.first + (t.mask + 1) * row;
    *room += (t.mask + 2) * row;
    for (float *p = t.zero - RING_BORDER * LANES; p < *room; p += LANES) st(p, (v){0});
    return t;
}

INLINE float *ring_row(const ring *t, int32_t i)
{
    return i < 0 || i >= t->h ? t->zero : t->first + (i & t->mask) * t->row;
}

/* x of the rows that the windows of output row r see, and where these rows are. */
INLINE int32_t ring_read(const th_conv_shape *g, const th_read *from, size_t ch, int32_t r, int32_t have, const ring *x,
                         const float *row[3])
{
    const int32_t top = r * g->stride_h - g->top, need = dw_min(g->in_h, top + 3);
    for (; have < need; have++)
        read_row(from, ch, have, g->in_w, (size_t)g->in_s, ring_row(x, have), dw_next(from, g->in_h, g->in_w, g->in_s));
    for (int32_t k = 0; k < 3; k++) row[k] = ring_row(x, top + k) - g->left * LANES;
    return have;
}

/* acc[i] = window i of three rows, `stride` columns apart: a constant, like np, so that all addresses are three
 * pointers and distances that the compiler knows.  Loading each column once for all windows that see it is slower: its
 * multiply-adds wait for one another. */
INLINE void three_windows(int np, int stride, const v wv[9], const float *const row[3], v acc[ROW_TILE])
{
    UNROLL for (int i = 0; i < np; i++) acc[i] = ld(row[0] + i * stride * LANES) * wv[0];
    UNROLL for (int k = 1; k < 9; k++)
    {
        UNROLL for (int i = 0; i < np; i++) acc[i] =
            v_fma(ld(row[k / 3] + (k % 3 + i * stride) * LANES), wv[k], acc[i]);
    }
}

/* A row of n windows; returns where the next row of z begins. */
INLINE float *three_row(int32_t n, int stride, size_t s, ptrdiff_t next, const v wv[9], const float *row[3], float *to,
                        v *total, v *square)
{
    v acc[ROW_TILE];
#define THREE_FORWARD(np)                                                                                              \
    {                                                                                                                  \
        three_windows(np, stride, wv, row, acc);                                                                       \
        dw_sums(acc, np, to, s, next, total, square);                                                                  \
        UNROLL for (int k = 0; k < 3; k++) row[k] += (np)*stride * LANES;                                              \
        to += (np)*s;                                                                                                  \
    }
    FOR_PIXELS(n, THREE_FORWARD);
    return to;
}

INLINE void three_forward(const th_conv_shape *g, const th_read *from, const float *w, float *room, float *z,
                          float *sum, int stride)
{
    const ring x = ring_make(&room, g->in_h, g->in_w, X_ROWS);
    const size_t s = (size_t)g->in_s;
    const ptrdiff_t next = dw_next(from, g->out_h, g->out_w, g->out_s);
    for (size_t ch = 0; ch < s; ch += LANES) {
        v wv[9], total = {0}, square = {0};
        UNROLL for (int k = 0; k < 9; k++) wv[k] = ld(w + (size_t)k * s + ch);
        float *to = z + ch;
        for (int32_t r = 0, have = 0; r < g->out_h; r++) {
            const float *row[3];
            have = ring_read(g, from, ch, r, have, &x, row);
            to = three_row(g->out_w, stride, s, next, wv, row, to, &total, &square);
        }
        dw_add_sums(sum, s, ch, total, square);
    }
}

/* ---- backward ---- */

/* gw += the share of a row of n windows */
INLINE void three_weights(const float *const row[3], int32_t n, int stride, const float *dz, v acc[9])
{
    const float *x0 = row[0], *x1 = row[1], *x2 = row[2];
    for (int32_t c = 0; c < n; c++, x0 += stride * LANES, x1 += stride * LANES, x2 += stride * LANES, dz += LANES) {
        const v d = ld(dz);
        UNROLL for (int k = 0; k < 3; k++)
        {
            acc[k] = v_fma(ld(x0 + k * LANES), d, acc[k]);
            acc[3 + k] = v_fma(ld(x1 + k * LANES), d, acc[3 + k]);
            acc[6 + k] = v_fma(ld(x2 + k * LANES), d, acc[6 + k]);
        }
    }
}

/* dy of input row i at stride 1: windows over dz with the weights wv turned round. */
INLINE void three_inputs_1(const th_conv_shape *g, const v wv[9], const ring *dz, int32_t i, const dw_back *o, v *sum,
                           v *dot)
{
    v acc[ROW_TILE];
    const float *row[3];
    for (int32_t k = 0; k < 3; k++) row[k] = ring_row(dz, i + g->top - 2 + k) + (g->left - 2) * LANES;
    size_t e = (size_t)(i * g->in_w) * o->s + o->ch;
#define THREE_INPUTS(np)                                                                                               \
    {                                                                                                                  \
        three_windows(np, 1, wv, row, acc);                                                                            \
        dw_finish(o, np, e, acc, sum, dot);                                                                            \
        UNROLL for (int k = 0; k < 3; k++) row[k] += (np)*LANES;                                                       \
        e += (np)*o->s;                                                                                                \
    }
    FOR_PIXELS(g->in_w, THREE_INPUTS);
}

/* dx of np inputs from column m of the bordered picture on, of stride 2: even columns are seen by taps 0 and 2, odd
 * ones by tap 1.  Rows: of tap wa, and, where `two` rows of dz see the inputs, of tap wb. */
INLINE void three_pairs(int np, bool odd, bool two, const v wa[3], const float *a, const v wb[3], const float *b,
                        v acc[ROW_TILE])
{
    UNROLL for (int t = 0; t < np; t++)
    {
        const int q = (odd + t) / 2 * LANES;
        if ((odd + t) % 2) {
            acc[t] = ld(a + q) * wa[1];
            if (two) acc[t] = v_fma(ld(b + q), wb[1], acc[t]);
        } else {
            acc[t] = v_fma(ld(a + q), wa[0], ld(a + q - LANES) * wa[2]);
            if (two) acc[t] = v_fma(ld(b + q), wb[0], v_fma(ld(b + q - LANES), wb[2], acc[t]));
        }
    }
}

INLINE void three_row_of_pairs(const th_conv_shape *g, bool two, const v wa[3], const float *a, const v wb[3],
                               const float *b, const dw_back *o, size_t e, v *sum, v *dot)
{
    v acc[ROW_TILE];
    int32_t m = g->left;
#define THREE_PAIRS(np, odd)                                                                                           \
    {                                                                                                                  \
        three_pairs(np, odd, two, wa, a + m / 2 * LANES, wb, b + m / 2 * LANES, acc);                                  \
        dw_finish(o, np, e, acc, sum, dot);                                                                            \
        m += (np);                                                                                                     \
        e += (np)*o->s;                                                                                                \
    }
    const int32_t end = g->left + g->in_w;
    if (m % 2) THREE_PAIRS(1, true);
    while (end - m >= 6) THREE_PAIRS(6, false);
    while (end - m >= 2) THREE_PAIRS(2, false);
    if (m < end) THREE_PAIRS(1, false);
}

/* dy of input row i at stride 2 */
INLINE void three_inputs_2(const th_conv_shape *g, const v wv[9], const ring *dz, int32_t i, const dw_back *o, v *sum,
                           v *dot)
{
    const int32_t n = i + g->top;
    const size_t e = (size_t)(i * g->in_w) * o->s + o->ch;
    const float *a = ring_row(dz, n / 2);
    if (n % 2)
        three_row_of_pairs(g, false, wv + 3, a, wv + 3, a, o, e, sum, dot);
    else
        three_row_of_pairs(g, true, wv, a, wv + 6, ring_row(dz, n / 2 - 1), o, e, sum, dot);
}

/* Input rows from i to i_end; returns i_end. */
INLINE int32_t three_inputs(const th_conv_shape *g, const float *w, const ring *dz, int32_t i, int32_t i_end,
                            const dw_back *o, v *sum, v *dot, int stride)
{
    v wv[9];
    UNROLL for (int k = 0; k < 9; k++) wv[k] = ld(w + (size_t)((stride == 1 ? 8 - k : k) * g->in_s));
    for (; i < i_end; i++) {
        if (stride == 1)
            three_inputs_1(g, wv, dz, i, o, sum, dot);
        else
            three_inputs_2(g, wv, dz, i, o, sum, dot);
    }
    return i;
}

/* Output rows [r, r_end), and how many rows of x are there. */
typedef struct three_rows {
    int32_t r, r_end, have;
} three_rows;

/* dz of the rows and their share of gw. */
INLINE void three_band(const th_conv_shape *g, const th_read *from, const th_back *back, size_t ch, three_rows *rows,
                       const ring *x, const ring *dz, float *gw, int stride)
{
    const size_t s = (size_t)g->in_s;
    v acc[9];
    UNROLL for (int k = 0; k < 9; k++) acc[k] = (v){0};
    for (int32_t r = rows->r; r < rows->r_end; r++) {
        const float *row[3];
        float *const d = ring_row(dz, r);
        rows->have = ring_read(g, from, ch, r, rows->have, x, row);
        dz_row(back, ch, r, g->out_w, s, d, dw_next(from, g->out_h, g->out_w, g->out_s));
        if (gw) three_weights(row, g->out_w, stride, d, acc);
    }
    UNROLL for (int k = 0; k < 9; k++)
    {
        float *const to = gw ? gw + (size_t)k * s + ch : NULL;
        if (to) st(to, ld(to) + acc[k]);
    }
}

INLINE void three_backward(const th_conv_shape *g, const th_read *from, const th_back *back, const float *w,
                           float *room, float *gw, const th_input_grad *to, int stride)
{
    const int32_t band = band_rows(g->out_w);
    const ring x = ring_make(&room, g->in_h, g->in_w, X_ROWS), dz = ring_make(&room, g->out_h, g->out_w, band + 2);
    const size_t s = (size_t)g->in_s;
    for (size_t ch = 0; ch < s; ch += LANES) {
        v sum = {0}, dot = {0};
        const dw_back o = dw_back_of(g, from, to, ch, 1);
        three_rows rows = {0, 0, 0};
        for (int32_t i = 0; rows.r < g->out_h; rows.r += band) {
            rows.r_end = dw_min(g->out_h, rows.r + band);
            three_band(g, from, back, ch, &rows, &x, &dz, gw, stride);
            if (to->dy) {
                const int32_t i_end = rows.r_end == g->out_h ? g->in_h : dw_min(g->in_h, stride * rows.r_end - g->top);
                i = three_inputs(g, w + ch, &dz, i, i_end, &o, &sum, &dot, stride);
            }
        }
        dw_add_sums(to->dy && from->a ? to->sum : NULL, s, ch, sum, dot);
    }
}

#endif
