/* train/kernels_depthwise.h -- whole depthwise layers, one vector of channels after another: see kernels_simd.h.
 *
 * A channel looks only at itself, so x and dz of one vector of channels lie without gaps in `room` and stay in the
 * first cache.  3x3, which is what nets have, keeps its weights in registers; other windows load them. */
#ifndef TH_TRAIN_KERNELS_DEPTHWISE_H
#define TH_TRAIN_KERNELS_DEPTHWISE_H

#include "train/kernels_norm.h"

#define ROW_TILE 8 /* pixels whose sums are in registers at once */

/* A picture of single vectors with a border of zeros. */
typedef struct plane {
    float *at;   /* first pixel inside the border */
    int32_t row; /* floats from a row to the next */
} plane;

INLINE int32_t dw_min(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

INLINE int32_t dw_max(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

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

INLINE void read_row(const th_read *rd, size_t ch, int32_t row, int32_t w, size_t s, float *x, size_t ahead)
{
    size_t e = (size_t)(row * w) * s + ch;
    if (!rd->a) {
        for (int32_t c = 0; c < w; c++, e += s) st(x + c * LANES, ld(rd->z + e));
        return;
    }
    const v a = ld(rd->a + ch), b = ld(rd->b + ch);
    if (rd->mask) {
        const bool relu = rd->relu;
        for (int32_t c = 0; c < w; c++, e += s) {
            v y = v_fma(a, ld(rd->z + e), b);
            if (relu) y = v_relu(y);
            st(x + c * LANES, v_masked(rd->mask + e, rd->scale, y));
        }
    } else if (rd->relu) {
        for (int32_t c = 0; c < w; c++, e += s)
            __builtin_prefetch(rd->z + e + ahead, 0, 2), st(x + c * LANES, v_relu(v_fma(a, ld(rd->z + e), b)));
    } else {
        for (int32_t c = 0; c < w; c++, e += s) st(x + c * LANES, v_fma(a, ld(rd->z + e), b));
    }
}

/* Reads the rows up to the last that output rows before `r_end` need. */
INLINE int32_t read_rows_for(const th_conv_shape *g, const th_read *rd, size_t ch, int32_t have, int32_t r_end, plane x)
{
    const int32_t need = dw_min(g->in_h, (r_end - 1) * g->stride_h + (g->k_h - 1) * g->dil_h + 1 - g->top);
    for (; have < need; have++)
        read_row(rd, ch, have, g->in_w, (size_t)g->in_s, x.at + have * x.row, (size_t)(g->in_h * g->in_w * g->in_s));
    return have;
}

/* ---- forward ---- */

INLINE void dw_sums(v acc[ROW_TILE], int np, float *z, size_t s, v *sum, v *square)
{
    UNROLL for (int i = 0; i < np; i++, z += s)
    {
        st(z, acc[i]);
        *sum += acc[i];
        *square = v_fma(acc[i], acc[i], *square);
    }
}

/* np pixels of a row with 3x3 windows, `step` floats apart: a constant, so that all addresses are three pointers and
 * a distance that the compiler knows */
INLINE void dw_tile_3x3(int np, const v wv[9], const float *x, int32_t row, int32_t step, v acc[ROW_TILE])
{
    const float *const x1 = x + row, *const x2 = x1 + row;
    UNROLL for (int i = 0; i < np; i++) acc[i] = ld(x + i * step) * wv[0];
    UNROLL for (int k = 1; k < 3; k++)
    {
        UNROLL for (int i = 0; i < np; i++) acc[i] = v_fma(ld(x + k * LANES + i * step), wv[k], acc[i]);
    }
    UNROLL for (int k = 0; k < 3; k++)
    {
        UNROLL for (int i = 0; i < np; i++) acc[i] = v_fma(ld(x1 + k * LANES + i * step), wv[3 + k], acc[i]);
    }
    UNROLL for (int k = 0; k < 3; k++)
    {
        UNROLL for (int i = 0; i < np; i++) acc[i] = v_fma(ld(x2 + k * LANES + i * step), wv[6 + k], acc[i]);
    }
}

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

/* Runs BODY(np) over n pixels in parts whose size the compiler knows; BODY moves its pointers on. */
#define FOR_PIXELS(n, BODY)                                                                                            \
    do {                                                                                                               \
        int32_t left_ = (n);                                                                                           \
        for (; left_ >= 12 || left_ == 6; left_ -= 6) BODY(6);                                                         \
        switch (left_) {                                                                                               \
        case 11:                                                                                                       \
            BODY(6);                                                                                                   \
            BODY(5);                                                                                                   \
            break;                                                                                                     \
        case 10:                                                                                                       \
            BODY(5);                                                                                                   \
            BODY(5);                                                                                                   \
            break;                                                                                                     \
        case 9:                                                                                                        \
            BODY(5);                                                                                                   \
            BODY(4);                                                                                                   \
            break;                                                                                                     \
        case 8: BODY(8); break;                                                                                        \
        case 7: BODY(7); break;                                                                                        \
        case 5: BODY(5); break;                                                                                        \
        case 4: BODY(4); break;                                                                                        \
        case 3: BODY(3); break;                                                                                        \
        case 2: BODY(2); break;                                                                                        \
        case 1: BODY(1); break;                                                                                        \
        default: break;                                                                                                \
        }                                                                                                              \
    } while (0)

/* The stride of 3x3 windows without gaps, when it is 1 or 2; else 0. */
INLINE int is_3x3(const th_conv_shape *g)
{
    const bool three = g->k_h == 3 && g->k_w == 3 && g->dil_h == 1 && g->dil_w == 1 && g->stride_h == g->stride_w;
    return three && g->stride_w <= 2 ? g->stride_w : 0;
}

/* z of one row of output pixels and its share of sum and squares; px: its first input, rows are `row` floats apart */
INLINE void dw_forward_row(const th_conv_shape *g, const float *w, const v wv[9], const float *px, int32_t row,
                           int32_t step, bool three, float *to, v *total, v *square)
{
    const size_t s = (size_t)g->in_s;
    v acc[ROW_TILE];
#define DW_FORWARD(np)                                                                                                 \
    {                                                                                                                  \
        if (three)                                                                                                     \
            dw_tile_3x3(np, wv, px, row, step, acc);                                                                   \
        else                                                                                                           \
            dw_tile_any(g, np, w, px, row, step, acc);                                                                 \
        dw_sums(acc, np, to, s, total, square);                                                                        \
        px += (np)*step;                                                                                               \
        to += (np)*s;                                                                                                  \
    }
    FOR_PIXELS(g->out_w, DW_FORWARD);
}

INLINE void depthwise_forward(const th_conv_shape *g, const th_read *from, const float *w, float *room, float *z,
                              float *sum, int three)
{
    const plane x = plane_in(g, &room);
    const size_t s = (size_t)g->in_s;
    const int32_t step = (three ? three : g->stride_w) * LANES;
    for (size_t ch = 0; ch < s; ch += LANES) {
        v wv[9], total = {0}, square = {0};
        UNROLL for (int k = 0; k < 9; k++) wv[k] = three ? ld(w + (size_t)k * s + ch) : (v){0};
        for (int32_t r = 0, have = 0; r < g->out_h; r++) {
            have = read_rows_for(g, from, ch, have, r + 1, x);
            const float *px = x.at + (r * g->stride_h - g->top) * x.row - g->left * LANES;
            float *to = z + (size_t)(r * g->out_w) * s + ch;
            dw_forward_row(g, w + ch, wv, px, x.row, step, three, to, &total, &square);
        }
        if (!sum) continue;
        st(sum + ch, ld(sum + ch) + total);
        st(sum + s + ch, ld(sum + s + ch) + square);
    }
}

static void simd_depthwise(const th_conv_shape *g, const th_read *from, const float *w, float *room, float *z,
                           float *sum)
{
    switch (is_3x3(g)) {
    case 1: depthwise_forward(g, from, w, room, z, sum, 1); break;
    case 2: depthwise_forward(g, from, w, room, z, sum, 2); break;
    default: depthwise_forward(g, from, w, room, z, sum, 0); break;
    }
}

/* ---- backward ---- */

INLINE void dz_row(const th_back *b, size_t ch, int32_t row, int32_t w, size_t s, float *dz, size_t ahead)
{
    size_t e = (size_t)(row * w) * s + ch;
    if (!b->z) {
        for (int32_t c = 0; c < w; c++, e += s) st(dz + c * LANES, ld(b->dy + e));
        return;
    }
    const v da = ld(b->da + ch), db = ld(b->db + ch), dc = ld(b->dc + ch);
    for (int32_t c = 0; c < w; c++, e += s)
        __builtin_prefetch(b->dy + e + ahead, 0, 2), __builtin_prefetch(b->z + e + ahead, 0, 2),
            st(dz + c * LANES, v_fma(da, ld(b->dy + e), v_fma(db, ld(b->z + e), dc)));
}

/* gw of one row of output pixels, 3x3 */
INLINE void dw_weights_3x3(v acc[9], const float *x, int32_t row, int32_t step, const float *dz, int32_t n)
{
    const float *x1 = x + row, *x2 = x1 + row;
    for (int32_t c = 0; c < n; c++, x += step, x1 += step, x2 += step, dz += LANES) {
        const v d = ld(dz);
        UNROLL for (int k = 0; k < 3; k++)
        {
            acc[k] = v_fma(ld(x + k * LANES), d, acc[k]);
            acc[3 + k] = v_fma(ld(x1 + k * LANES), d, acc[3 + k]);
            acc[6 + k] = v_fma(ld(x2 + k * LANES), d, acc[6 + k]);
        }
    }
}

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

/* Where dy_in of a run of inputs goes and what is summed of it. */
typedef struct dw_back {
    const th_read *from;
    float *dy;
    bool add;
    size_t ch, s; /* s: floats between neighbouring inputs of the run */
    v a, b;
} dw_back;

INLINE void dw_finish(const dw_back *o, int np, size_t e, const v acc[ROW_TILE], v *sum, v *dot)
{
    UNROLL for (int i = 0; i < np; i++, e += o->s)
    {
        v d = acc[i];
        if (o->from->a) {
            const v z = ld(o->from->z + e);
            d = derivative(o->from, e, o->a, o->b, z, d);
            *sum += d;
            *dot = v_fma(d, z, *dot);
        }
        st(o->dy + e, o->add ? ld(o->dy + e) + d : d);
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

/* The same with 3x3 windows at every pixel. */
INLINE void dw_input_row_3x3(const th_conv_shape *g, const v wv[9], plane dz, int32_t i, const dw_back *o, v *sum,
                             v *dot)
{
    v acc[ROW_TILE];
    const float *p = dz.at + (i + g->top - 2) * dz.row + (g->left - 2) * LANES;
    size_t e = (size_t)(i * g->in_w) * (size_t)g->in_s + o->ch;
#define DW_BACK(np)                                                                                                    \
    {                                                                                                                  \
        dw_tile_3x3(np, wv, p, dz.row, LANES, acc);                                                                    \
        dw_finish(o, np, e, acc, sum, dot);                                                                            \
        p += (np)*LANES;                                                                                               \
        e += (np)*o->s;                                                                                                \
    }
    FOR_PIXELS(g->in_w, DW_BACK);
}

INLINE void dw_inputs(const th_conv_shape *g, const th_read *from, const float *w, plane dz, size_t ch,
                      const th_input_grad *to, bool three)
{
    const size_t s = (size_t)g->in_s;
    dw_back o = {.from = from, .dy = to->dy, .add = to->add, .ch = ch, .s = s * (size_t)g->stride_w};
    v wv[9], sum = {0}, dot = {0};
    if (from->a) o.a = ld(from->a + ch), o.b = ld(from->b + ch);
    UNROLL for (int k = 0; k < 9; k++) wv[k] = three ? ld(w + (size_t)(8 - k) * s + ch) : (v){0};
    for (int32_t i = 0; i < g->in_h; i++) {
        if (three)
            dw_input_row_3x3(g, wv, dz, i, &o, &sum, &dot);
        else
            dw_input_row(g, w + ch, dz, i, &o, &sum, &dot);
    }
    if (!from->a) return;
    st(to->sum + ch, ld(to->sum + ch) + sum);
    st(to->sum + s + ch, ld(to->sum + s + ch) + dot);
}

INLINE void depthwise_backward(const th_conv_shape *g, const th_read *from, const th_back *back, const float *w,
                               float *room, float *gw, const th_input_grad *to, int three)
{
    const plane x = plane_in(g, &room), dz = plane_dz(g, &room);
    const size_t s = (size_t)g->in_s;
    const int32_t step = (three ? three : g->stride_w) * LANES;
    for (size_t ch = 0; ch < s; ch += LANES) {
        v acc[9];
        UNROLL for (int k = 0; k < 9; k++) acc[k] = (v){0};
        for (int32_t r = 0, have = 0; r < g->out_h; r++) {
            have = read_rows_for(g, from, ch, have, r + 1, x);
            const float *px = x.at + (r * g->stride_h - g->top) * x.row - g->left * LANES;
            float *d = dz.at + r * dz.row;
            dz_row(back, ch, r, g->out_w, s, d, (size_t)(g->out_h * g->out_w * g->out_s));
            if (!gw) continue;
            if (three)
                dw_weights_3x3(acc, px, x.row, step, d, g->out_w);
            else
                dw_weights_any(g, px, x.row, step, d, gw + ch);
        }
        if (three && gw) {
            UNROLL for (int k = 0; k < 9; k++)
            {
                float *sum = gw + (size_t)k * s + ch;
                st(sum, ld(sum) + acc[k]);
            }
        }
        if (!to->dy) continue;
        if (three == 1)
            dw_inputs(g, from, w, dz, ch, to, true);
        else
            dw_inputs(g, from, w, dz, ch, to, false);
    }
}

static void simd_depthwise_back(const th_conv_shape *g, const th_read *from, const th_back *back, const float *w,
                                float *room, float *gw, const th_input_grad *to)
{
    switch (is_3x3(g)) {
    case 1: depthwise_backward(g, from, back, w, room, gw, to, 1); break;
    case 2: depthwise_backward(g, from, back, w, room, gw, to, 2); break;
    default: depthwise_backward(g, from, back, w, room, gw, to, 0); break;
    }
}

#endif
