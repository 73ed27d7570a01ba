/* train/kernels_depthwise.h -- whole depthwise layers, one vector of channels after another: see kernels_simd.h.
 *
 * A channel looks only at itself, so x and dz of one vector of channels lie without gaps in `room` and stay in the
 * first cache.  3x3, which is what nets have, is kernels_depthwise_3x3.h; here are the other windows. */
#ifndef TH_TRAIN_KERNELS_DEPTHWISE_H
#define TH_TRAIN_KERNELS_DEPTHWISE_H

#include "train/kernels_depthwise_3x3.h"
#include "train/kernels_depthwise_rows.h"

/* A picture of single vectors with a border of zeros. */
typedef struct plane {
    float *at;   /* first pixel inside the border */
    int32_t row; /* floats from a row to the next */
} plane;

/* Lays out an h x w picture at *room, zeroes its borders and moves *room to its end. */
INLINE plane plane_make(float **room, int32_t h, int32_t w, int32_t top, int32_t left, int32_t bottom, int32_t right)
{
    const int32_t row = (left + w + right) * LANES;
    float *p = *room, *const end = p + (size_t)(top + h + bottom) * (size_t)row;
    const plane made = {p + top * row + left * LANES, row};
    for (; p < made.at; p += LANES) st(p, (v){0});
    for (int32_t r = 0; r < h; r++) { /* from the end of row r to the start of row r + 1 */
        p = made.at + r * row + w * LANES;
        for (int32_t i = 0; i < left + right && p < end; i++, p += LANES) st(p, (v){0});
    }
    for (; p < end; p += LANES) st(p, (v){0});
    *room = end;
    return made;
}

/* Zeros after the picture that the last window reaches. */
INLINE int32_t dw_after(int32_t in, int32_t out, int32_t k, int32_t stride, int32_t dil, int32_t before)
{
    return dw_max(0, (out - 1) * stride + (k - 1) * dil + 1 - before - in);
}

INLINE plane plane_in(const th_conv_shape *g, float **room)
{
    return plane_make(room, g->in_h, g->in_w, g->top, g->left,
                      dw_after(g->in_h, g->out_h, g->k_h, g->stride_h, g->dil_h, g->top),
                      dw_after(g->in_w, g->out_w, g->k_w, g->stride_w, g->dil_w, g->left));
}

/* dx of any input may ask for dz up to a window before and after the picture. */
INLINE plane plane_dz(const th_conv_shape *g, float **room)
{
    const int32_t h = (g->k_h - 1) * g->dil_h, w = (g->k_w - 1) * g->dil_w;
    return plane_make(room, g->out_h, g->out_w, h, w, h, w);
}

/* Reads the rows up to the last that output rows before `r_end` need. */
INLINE int32_t read_rows_for(const th_conv_shape *g, const th_read *rd, size_t ch, int32_t have, int32_t r_end, plane x)
{
    const int32_t need = dw_min(g->in_h, (r_end - 1) * g->stride_h + (g->k_h - 1) * g->dil_h + 1 - g->top);
    for (; have < need; have++)
        read_row(rd, ch, have, g->in_w, (size_t)g->in_s, x.at + have * x.row, dw_next(rd, g->in_h, g->in_w, g->in_s));
    return have;
}

/* ---- forward ---- */

INLINE void dw_tile_any(const th_conv_shape *g, int np, const float *w, const float *x, int32_t row, int32_t step,
                        v acc[ROW_TILE])
{
    UNROLL for (int i = 0; i < np; i++) acc[i] = (v){0};
    for (int32_t kr = 0; kr < g->k_h; kr++)
        for (int32_t kc = 0; kc < g->k_w; kc++) {
            const v wv = ld(w + (kr * g->k_w + kc) * g->in_s);
            const float *p = x + kr * g->dil_h * row + kc * g->dil_w * LANES;
            UNROLL for (int i = 0; i < np; i++) acc[i] = v_fma(ld(p + i * step), wv, acc[i]);
        }
}

/* A row of windows from px on; returns where the next row of z begins. */
INLINE float *any_row(const th_conv_shape *g, const float *w, const float *px, int32_t row, ptrdiff_t next, float *to,
                      v *total, v *square)
{
    const size_t s = (size_t)g->in_s;
    const int32_t step = g->stride_w * LANES;
    v acc[ROW_TILE];
#define ANY_FORWARD(np)                                                                                                \
    {                                                                                                                  \
        dw_tile_any(g, np, w, px, row, step, acc);                                                                     \
        dw_sums(acc, np, to, s, next, total, square);                                                                  \
        px += (np)*step;                                                                                               \
        to += (np)*s;                                                                                                  \
    }
    FOR_PIXELS(g->out_w, ANY_FORWARD);
    return to;
}

INLINE void any_forward(const th_conv_shape *g, const th_read *from, const float *w, float *room, float *z, float *sum)
{
    const plane x = plane_in(g, &room);
    const size_t s = (size_t)g->in_s;
    const ptrdiff_t next = dw_next(from, g->out_h, g->out_w, g->out_s);
    for (size_t ch = 0; ch < s; ch += LANES) {
        v total = {0}, square = {0};
        float *to = z + ch;
        for (int32_t r = 0, have = 0; r < g->out_h; r++) {
            have = read_rows_for(g, from, ch, have, r + 1, x);
            const float *px = x.at + (r * g->stride_h - g->top) * x.row - g->left * LANES;
            to = any_row(g, w + ch, px, x.row, next, to, &total, &square);
        }
        dw_add_sums(sum, s, ch, total, square);
    }
}

/* The stride of 3x3 windows without gaps, when it is 1 or 2; else 0. */
INLINE int is_3x3(const th_conv_shape *g)
{
    const bool three = g->k_h == 3 && g->k_w == 3 && g->dil_h == 1 && g->dil_w == 1 && g->stride_h == g->stride_w;
    return three && g->stride_w <= 2 ? g->stride_w : 0;
}

static void simd_depthwise(const th_conv_shape *g, const th_read *from, const float *w, float *room, float *z,
                           float *sum)
{
    switch (is_3x3(g)) {
    case 1: three_forward(g, from, w, room, z, sum, 1); break;
    case 2: three_forward(g, from, w, room, z, sum, 2); break;
    default: any_forward(g, from, w, room, z, sum); break;
    }
}

/* ---- backward ---- */

INLINE void dw_weights_any(const th_conv_shape *g, const float *x, int32_t row, int32_t step, const float *dz,
                           float *gw)
{
    for (int32_t kr = 0; kr < g->k_h; kr++)
        for (int32_t kc = 0; kc < g->k_w; kc++) {
            float *to = gw + (kr * g->k_w + kc) * g->in_s;
            const float *p = x + kr * g->dil_h * row + kc * g->dil_w * LANES;
            v acc = ld(to);
            for (int32_t c = 0; c < g->out_w; c++) acc = v_fma(ld(p + c * step), ld(dz + c * LANES), acc);
            st(to, acc);
        }
}

/* The taps that see an input along one axis: tap0, tap0 + step, .. see dz0, dz0 - apart, .. */
typedef struct dw_axis {
    int32_t tap0, step, dz0, apart;
} dw_axis;

INLINE dw_axis dw_axis_of(int32_t i, int32_t before, int32_t stride, int32_t dil)
{
    const int32_t rest = (i + before) % stride;
    if (dil == 1 || stride == 1) return (dw_axis){rest, stride, (i + before - rest) / stride, dil};
    dw_axis a = {.step = 1};
    while (a.step * dil % stride != 0) a.step++;
    while (a.tap0 < a.step && a.tap0 * dil % stride != rest) a.tap0++;
    if (a.tap0 == a.step)
        a.tap0 = INT32_MAX; /* no tap sees it */
    else
        a.dz0 = (i + before - a.tap0 * dil) / stride;
    a.apart = a.step * dil / stride;
    return a;
}

/* np inputs of one phase: neighbours in dz */
INLINE void dw_tile_taps(const th_conv_shape *g, dw_axis rows, dw_axis cols, int np, const float *w, plane dz,
                         v acc[ROW_TILE])
{
    UNROLL for (int i = 0; i < np; i++) acc[i] = (v){0};
    for (int32_t kr = rows.tap0, y = rows.dz0; kr < g->k_h; kr += rows.step, y -= rows.apart) {
        if (y < 0 || y >= g->out_h) continue;
        for (int32_t kc = cols.tap0, x = cols.dz0; kc < g->k_w; kc += cols.step, x -= cols.apart) {
            const v wv = ld(w + (kr * g->k_w + kc) * g->in_s);
            const float *p = dz.at + y * dz.row + x * LANES;
            UNROLL for (int i = 0; i < np; i++) acc[i] = v_fma(ld(p + i * LANES), wv, acc[i]);
        }
    }
}

INLINE void dw_input_row(const th_conv_shape *g, const float *w, plane dz, int32_t i, const dw_back *o, v *sum, v *dot)
{
    v acc[ROW_TILE];
    const dw_axis rows = dw_axis_of(i, g->top, g->stride_h, g->dil_h);
    for (int32_t j = 0; j < g->stride_w && j < g->in_w; j++) {
        dw_axis cols = dw_axis_of(j, g->left, g->stride_w, g->dil_w);
        size_t e = (size_t)(i * g->in_w + j) * (size_t)g->in_s + o->ch;
#define DW_TAPS(np)                                                                                                    \
    {                                                                                                                  \
        dw_tile_taps(g, rows, cols, np, w, dz, acc);                                                                   \
        dw_finish(o, np, e, acc, sum, dot);                                                                            \
        cols.dz0 += (np);                                                                                              \
        e += (np)*o->s;                                                                                                \
    }
        FOR_PIXELS((g->in_w - j + g->stride_w - 1) / g->stride_w, DW_TAPS);
    }
}

INLINE void any_backward(const th_conv_shape *g, const th_read *from, const th_back *back, const float *w, float *room,
                         float *gw, const th_input_grad *to)
{
    const plane x = plane_in(g, &room), dz = plane_dz(g, &room);
    const size_t s = (size_t)g->in_s;
    for (size_t ch = 0; ch < s; ch += LANES) {
        v sum = {0}, dot = {0};
        for (int32_t r = 0, have = 0; r < g->out_h; r++) {
            have = read_rows_for(g, from, ch, have, r + 1, x);
            const float *px = x.at + (r * g->stride_h - g->top) * x.row - g->left * LANES;
            float *d = dz.at + r * dz.row;
            dz_row(back, ch, r, g->out_w, s, d, dw_next(from, g->out_h, g->out_w, g->out_s));
            if (gw) dw_weights_any(g, px, x.row, g->stride_w * LANES, d, gw + ch);
        }
        if (!to->dy) continue;
        const dw_back o = dw_back_of(g, from, to, ch, g->stride_w);
        for (int32_t i = 0; i < g->in_h; i++) dw_input_row(g, w + ch, dz, i, &o, &sum, &dot);
        dw_add_sums(from->a ? to->sum : NULL, s, ch, sum, dot);
    }
}

static void simd_depthwise_back(const th_conv_shape *g, const th_read *from, const th_back *back, const float *w,
                                float *room, float *gw, const th_input_grad *to)
{
    switch (is_3x3(g)) {
    case 1: three_backward(g, from, back, w, room, gw, to, 1); break;
    case 2: three_backward(g, from, back, w, room, gw, to, 2); break;
    default: any_backward(g, from, back, w, room, gw, to); break;
    }
}

#endif
