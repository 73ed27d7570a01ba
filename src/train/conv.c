#include "train/conv.h"

#include <string.h>

#define PIECE 3072 /* floats of x that are made at once */

static int32_t max32(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

static int32_t min32(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

static size_t up16(size_t n)
{
    return (n + 15) & ~(size_t)15;
}

/* ---- geometry ---- */

/* Pixels of zeros after the picture that the last window needs. */
static int32_t after(int32_t in, int32_t out, int32_t k, int32_t stride, int32_t dilation, int32_t before)
{
    return max32(0, (out - 1) * stride + (k - 1) * dilation + 1 - before - in);
}

static th_place input_place(const th_conv_shape *g)
{
    return (th_place){.h = g->in_h,
                      .w = g->in_w,
                      .s = g->in_s,
                      .top = g->top,
                      .left = g->left,
                      .step_h = 1,
                      .step_w = 1,
                      .pad_h = g->in_h + g->top + after(g->in_h, g->out_h, g->k_h, g->stride_h, g->dil_h, g->top),
                      .pad_w = g->in_w + g->left + after(g->in_w, g->out_w, g->k_w, g->stride_w, g->dil_w, g->left)};
}

/* Input rows (or columns) i with (i + before) % stride = rest are seen by the same taps t, those with
 * t * dilation % stride = rest: every step-th one from the first on.
 * dx[i] = sum over these t of dz[(i + before - t*dilation) / stride] * w[t]: over a run of dz, with the taps in
 * reverse. */
typedef struct phase {
    int32_t first, step, taps;
    int32_t apart; /* rows of dz between two taps */
    int32_t i0, n; /* inputs i0, i0 + stride, .. n of them */
    int32_t r0;    /* row of dz under the first of the reversed taps; negative: zeros */
} phase;

static int32_t common_divisor(int32_t a, int32_t b)
{
    return b ? common_divisor(b, a % b) : a;
}

static phase phase_of(int32_t in, int32_t k, int32_t stride, int32_t dilation, int32_t before, int32_t rest)
{
    const int32_t common = common_divisor(stride, dilation), m0 = (before - rest + stride - 1) / stride;
    phase p = {.step = stride / common, .apart = dilation / common, .i0 = stride * m0 + rest - before};
    while (p.first < p.step && p.first * dilation % stride != rest) p.first++;
    p.taps = p.first < p.step && p.first < k ? (k - p.first + p.step - 1) / p.step : 0;
    p.n = p.i0 < in ? (in - 1 - p.i0) / stride + 1 : 0;
    p.r0 = (p.i0 + before - (p.first + (p.taps - 1) * p.step) * dilation) / stride;
    return p;
}

/* Zeros that dz needs around it along one axis. */
static void dz_border(int32_t in, int32_t out, int32_t k, int32_t stride, int32_t dilation, int32_t before,
                      int32_t *front, int32_t *total)
{
    int32_t f = 0, back = 0;
    for (int32_t i = 0; i < stride; i++) {
        const phase p = phase_of(in, k, stride, dilation, before, i);
        if (p.taps == 0 || p.n == 0) continue;
        f = max32(f, -p.r0);
        back = max32(back, p.r0 + (p.taps - 1) * p.apart + p.n - out);
    }
    *front = f;
    *total = f + back;
}

static th_place dz_place(const th_conv_shape *g)
{
    th_place p = {.h = g->out_h, .w = g->out_w, .s = g->out_s, .step_h = 1, .step_w = 1};
    int32_t add_h, add_w;
    dz_border(g->in_h, g->out_h, g->k_h, g->stride_h, g->dil_h, g->top, &p.top, &add_h);
    dz_border(g->in_w, g->out_w, g->k_w, g->stride_w, g->dil_w, g->left, &p.left, &add_w);
    p.pad_h = g->out_h + add_h;
    p.pad_w = g->out_w + add_w;
    return p;
}

static size_t place_floats(const th_place *p)
{
    return up16((size_t)p->pad_h * (size_t)p->pad_w * (size_t)p->s);
}

static bool is_pointwise(const th_conv_shape *g)
{
    return g->k_h * g->k_w == 1 && g->stride_h == 1 && g->stride_w == 1;
}

static int32_t piece_pixels(const th_conv_shape *g)
{
    return max32(24, PIECE / g->in_s / 12 * 12);
}

size_t th_conv_room(const th_conv_shape *g)
{
    if (is_pointwise(g)) {
        const size_t n = (size_t)min32(piece_pixels(g), g->in_h * g->in_w);
        return up16(n * (size_t)g->in_s) + up16(n * (size_t)g->out_s);
    }
    const th_place in = input_place(g), dz = dz_place(g);
    return place_floats(&in) + place_floats(&dz);
}

static void zero_border(const th_place *p, float *x)
{
    const size_t row = (size_t)p->pad_w * (size_t)p->s, left = (size_t)p->left * (size_t)p->s,
                 mid = (size_t)p->w * (size_t)p->s;
    memset(x, 0, (size_t)p->top * row * sizeof *x);
    for (int32_t r = 0; mid < row && r < p->h; r++) {
        float *to = x + (size_t)(p->top + r) * row;
        for (size_t i = 0; i < left; i++) to[i] = 0;
        for (size_t i = left + mid; i < row; i++) to[i] = 0;
    }
    memset(x + (size_t)(p->top + p->h) * row, 0, (size_t)(p->pad_h - p->top - p->h) * row * sizeof *x);
}

/* ---- reading ---- */

static th_read read_from(const th_read *r, size_t e)
{
    th_read s = *r;
    s.z += e;
    if (s.mask) s.mask += e;
    return s;
}

/* Rows [r0, r1) of a plain picture to their place; signals, whose rows have no border beside them, in one piece. */
static void copy_rows(const float *from, const th_place *at, int32_t r0, int32_t r1, float *to)
{
    const size_t row = (size_t)at->w * (size_t)at->s, pad_row = (size_t)at->pad_w * (size_t)at->s;
    const bool whole = row == pad_row;
    const size_t n = whole ? row * (size_t)(r1 - r0) : row;
    to += (size_t)(at->top + r0) * pad_row + (size_t)at->left * (size_t)at->s;
    from += (size_t)r0 * row;
    for (int32_t i = r0; i < (whole ? r0 + 1 : r1); i++, to += pad_row, from += row) memcpy(to, from, n * sizeof *to);
}

/* Rows [r0, r1) of the input to their place. */
static void read_rows(const th_kernels *k, const th_read *from, const th_place *at, int32_t r0, int32_t r1, float *x)
{
    if (r0 >= r1) return;
    const size_t row = (size_t)at->w * (size_t)at->s;
    const th_read r = read_from(from, (size_t)r0 * row);
    if (from->a) {
        th_place p = *at;
        p.top += r0;
        p.h = r1 - r0;
        k->read(&r, &p, x);
        return;
    }
    copy_rows(from->z, at, r0, r1, x);
}

static void back_rows(const th_kernels *k, const th_back *b, const th_place *at, int32_t r0, int32_t r1, float *dz)
{
    const size_t row = (size_t)at->w * (size_t)at->s, e = (size_t)r0 * row;
    th_place p = *at;
    p.top += r0;
    p.h = r1 - r0;
    if (b->z) {
        k->norm_back(b->dy + e, b->z + e, b->da, b->db, b->dc, &p, dz);
        return;
    }
    copy_rows(b->dy, at, r0, r1, dz);
}

static th_place line(int32_t n, int32_t s)
{
    return (th_place){.h = 1, .w = n, .s = s, .step_h = 1, .step_w = 1, .pad_h = 1, .pad_w = n};
}

/* n pixels from `at` on, where nothing has a border: x itself where nothing needs to be done. */
static const float *read_pixels(const th_kernels *k, const th_read *from, int32_t at, int32_t n, int32_t s, float *x)
{
    const th_place p = line(n, s);
    const th_read r = read_from(from, (size_t)at * (size_t)s);
    if (!r.a) return r.z;
    k->read(&r, &p, x);
    return x;
}

static const float *back_pixels(const th_kernels *k, const th_back *b, int32_t at, int32_t n, int32_t s, float *dz)
{
    const th_place p = line(n, s);
    const size_t e = (size_t)at * (size_t)s;
    if (!b->z) return b->dy + e;
    k->norm_back(b->dy + e, b->z + e, b->da, b->db, b->dc, &p, dz);
    return dz;
}

/* ---- 1x1 ---- */

static void pointwise_forward(const th_kernels *k, const th_conv_shape *g, const th_read *from, const float *w,
                              float *room, float *z, float *sum)
{
    const int32_t all = g->in_h * g->in_w, piece = piece_pixels(g);
    for (int32_t p = 0; p < all; p += piece) {
        const int32_t n = min32(piece, all - p);
        const float *x = read_pixels(k, from, p, n, g->in_s, room);
        const th_conv c = th_product(n, g->in_s, g->in_s, g->out_s);
        const th_finish f = {.out = z + (size_t)p * (size_t)g->out_s, .sum = sum};
        k->conv(&c, x, w, &f);
    }
}

static void pointwise_backward(const th_kernels *k, const th_conv_shape *g, const th_read *from, const th_back *back,
                               const float *flipped, float *room, float *gw, const th_input_grad *to)
{
    const int32_t all = g->in_h * g->in_w, piece = piece_pixels(g);
    float *dz_room = room + up16((size_t)min32(piece, all) * (size_t)g->in_s);
    for (int32_t p = 0; p < all; p += piece) {
        const int32_t n = min32(piece, all - p);
        const float *x = read_pixels(k, from, p, n, g->in_s, room);
        const float *dz = back_pixels(k, back, p, n, g->out_s, dz_room);
        th_conv c = th_product(n, g->in_s, g->in_s, g->out_s);
        if (gw) k->conv_weights(&c, x, dz, gw, true);
        if (!to->dy) continue;
        c = th_product(n, g->out_s, g->out_s, g->in_s);
        const size_t e = (size_t)p * (size_t)g->in_s;
        const th_read r = read_from(from, e);
        const th_finish f = {
            .out = to->dy + e, .sum = from->a ? to->sum : NULL, .back = from->a ? &r : NULL, .add = to->add};
        k->conv(&c, dz, flipped, &f);
    }
}

/* ---- windows ---- */

/* The forward convolution of rows [r0, r0 + rows); results at distances of their own. */
static th_conv window_conv(const th_conv_shape *g, const th_place *in, int32_t rows, int32_t to_row, int32_t to_col)
{
    const int32_t row = in->pad_w * g->in_s;
    return (th_conv){.in_row = g->stride_h * row,
                     .in_col = g->stride_w * g->in_s,
                     .k_h = g->k_h,
                     .k_w = g->k_w,
                     .in_c = g->in_s,
                     .tap_row = g->dil_h * row,
                     .tap_col = g->dil_w * g->in_s,
                     .out_h = rows,
                     .out_w = g->out_w,
                     .out_c = g->out_s,
                     .to_row = to_row,
                     .to_col = to_col};
}

/* Output rows that are made at once, and the input rows that they need. */
static int32_t piece_rows(const th_conv_shape *g, const th_place *in)
{
    return max32(1, min32(g->out_h, PIECE / (in->pad_w * g->in_s * g->stride_h)));
}

static int32_t rows_needed(const th_conv_shape *g, int32_t out_rows)
{
    return max32(0, min32(g->in_h, (out_rows - 1) * g->stride_h + (g->k_h - 1) * g->dil_h + 1 - g->top));
}

void th_conv_forward(const th_kernels *k, const th_conv_shape *g, const th_read *from, const float *w, float *room,
                     float *z, float *sum)
{
    if (is_pointwise(g)) {
        pointwise_forward(k, g, from, w, room, z, sum);
        return;
    }
    const th_place in = input_place(g);
    const int32_t piece = piece_rows(g, &in), out_row = g->out_w * g->out_s;
    int32_t have = 0;
    zero_border(&in, room);
    for (int32_t r = 0; r < g->out_h; r += piece) {
        const int32_t n = min32(piece, g->out_h - r), need = max32(have, rows_needed(g, r + n));
        read_rows(k, from, &in, have, need, room);
        have = need;
        const th_conv c = window_conv(g, &in, n, out_row, g->out_s);
        const th_finish f = {.out = z + (size_t)r * (size_t)out_row, .sum = sum};
        k->conv(&c, room + (size_t)r * (size_t)c.in_row, w, &f);
    }
}

void th_conv_flip(const th_kernels *k, const th_conv_shape *g, const float *w, float *flipped)
{
    const size_t tap = (size_t)g->in_s * (size_t)g->out_s;
    for (int32_t ph = 0; ph < g->stride_h; ph++)
        for (int32_t pw = 0; pw < g->stride_w; pw++) {
            const phase r = phase_of(g->in_h, g->k_h, g->stride_h, g->dil_h, g->top, ph);
            const phase c = phase_of(g->in_w, g->k_w, g->stride_w, g->dil_w, g->left, pw);
            for (int32_t i = r.taps - 1; i >= 0; i--)
                for (int32_t j = c.taps - 1; j >= 0; j--, flipped += tap) {
                    const int32_t kr = r.first + i * r.step, kc = c.first + j * c.step;
                    k->transpose(w + (size_t)(kr * g->k_w + kc) * tap, g->in_s, g->out_s, flipped);
                }
        }
}

/* dy_in of the inputs of one phase: a convolution of stride 1 over dz. */
static void phase_backward(const th_kernels *k, const th_conv_shape *g, const th_place *at, const phase *r,
                           const phase *c, const th_read *from, const float *dz, const float *flipped,
                           const th_input_grad *to)
{
    if (r->n <= 0 || c->n <= 0) return;
    const int32_t row = at->pad_w * g->out_s;
    const bool taps = r->taps * c->taps > 0; /* else the inputs are seen by no window */
    const th_conv conv = {.in_row = row,
                          .in_col = g->out_s,
                          .k_h = taps ? r->taps : 0,
                          .k_w = taps ? c->taps : 1,
                          .in_c = g->out_s,
                          .tap_row = r->apart * row,
                          .tap_col = c->apart * g->out_s,
                          .out_h = r->n,
                          .out_w = c->n,
                          .out_c = g->in_s,
                          .to_row = g->stride_h * g->in_w * g->in_s,
                          .to_col = g->stride_w * g->in_s};
    const size_t e = (size_t)(r->i0 * g->in_w + c->i0) * (size_t)g->in_s;
    const float *first = taps ? dz + (at->top + r->r0) * row + (at->left + c->r0) * g->out_s : dz;
    const th_read rd = read_from(from, e);
    const th_finish f = {
        .out = to->dy + e, .sum = from->a ? to->sum : NULL, .back = from->a ? &rd : NULL, .add = to->add};
    k->conv(&conv, first, flipped, &f);
}

void th_conv_backward(const th_kernels *k, const th_conv_shape *g, const th_read *from, const th_back *back,
                      const float *flipped, float *room, float *gw, const th_input_grad *to)
{
    if (is_pointwise(g)) {
        pointwise_backward(k, g, from, back, flipped, room, gw, to);
        return;
    }
    const th_place in = input_place(g), at = dz_place(g);
    float *dz = room + place_floats(&in);
    const int32_t piece = piece_rows(g, &in), dz_row = at.pad_w * g->out_s;
    int32_t have = 0;
    zero_border(&in, room);
    if (to->dy) zero_border(&at, dz);
    for (int32_t r = 0; r < g->out_h; r += piece) {
        const int32_t n = min32(piece, g->out_h - r), need = max32(have, rows_needed(g, r + n));
        read_rows(k, from, &in, have, need, room);
        have = need;
        back_rows(k, back, &at, r, r + n, dz);
        const th_conv c = window_conv(g, &in, n, dz_row, g->out_s);
        if (!gw) continue;
        k->conv_weights(&c, room + (size_t)r * (size_t)c.in_row, dz + (at.top + r) * dz_row + at.left * g->out_s, gw,
                        true);
    }
    if (!to->dy) return;
    const size_t tap = (size_t)g->in_s * (size_t)g->out_s;
    for (int32_t ph = 0; ph < g->stride_h; ph++)
        for (int32_t pw = 0; pw < g->stride_w; pw++) {
            const phase r = phase_of(g->in_h, g->k_h, g->stride_h, g->dil_h, g->top, ph);
            const phase c = phase_of(g->in_w, g->k_w, g->stride_w, g->dil_w, g->left, pw);
            phase_backward(k, g, &at, &r, &c, from, dz, flipped, to);
            flipped += tap * (size_t)(r.taps * c.taps);
        }
}
