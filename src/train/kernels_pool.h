/* train/kernels_pool.h -- pooling layers, which read for themselves: see kernels_simd.h.
 *
 * A vector of channels at a time: x is made again from z wherever it is looked at, which costs one multiply-add, and
 * never lies in memory.  Windows that don't overlap (nearly all that people use) write the gradient of their inputs at
 * once, derivative and sums included; others add to dx in `room` first. */
#ifndef TH_TRAIN_KERNELS_POOL_H
#define TH_TRAIN_KERNELS_POOL_H

#include "train/kernels_norm.h"
#include "train/window.h"

/* One vector of channels of a layer. */
typedef struct pool_job {
    const th_conv_shape *g;
    const th_read *r;
    const th_back *back;
    size_t ch;
    v a, b;       /* of the read */
    v total, dot; /* sums of what is given out, and of that times z */
    float *dx;    /* where overlapping windows add their parts, or NULL */
    float *dy;
    bool add;
} pool_job;

INLINE pool_job pool_job_of(const th_conv_shape *g, const th_read *r, size_t ch)
{
    return (pool_job){
        .g = g, .r = r, .ch = ch, .a = r->a ? ld(r->a + ch) : splat(1), .b = r->a ? ld(r->b + ch) : (v){0}};
}

INLINE size_t pool_at(const pool_job *t, int32_t row, int32_t col)
{
    return (size_t)(row * t->g->in_w + col) * (size_t)t->g->in_s + t->ch;
}

INLINE v pool_input(const pool_job *t, size_t e)
{
    v x = v_fma(t->a, ld(t->r->z + e), t->b);
    if (t->r->relu) x = v_relu(x);
    if (t->r->mask) x = v_masked(t->r->mask + e, t->r->scale, x);
    return x;
}

INLINE v pool_window(const pool_job *t, th_window w, bool most)
{
    v y = most ? pool_input(t, pool_at(t, w.r0, w.c0)) : (v){0};
    for (int32_t r = w.r0; r < w.r1; r++)
        for (int32_t c = w.c0; c < w.c1; c++) {
            const v x = pool_input(t, pool_at(t, r, c));
            y = most ? v_max(x, y) : y + x;
        }
    return most ? y : y * splat(th_window_part(w));
}

INLINE void pool_columns(pool_job t, float *z, float *sum, bool most)
{
    const size_t s = (size_t)t.g->in_s;
    float *to = z + t.ch;
    for (int32_t i = 0; i < t.g->out_h; i++)
        for (int32_t j = 0; j < t.g->out_w; j++, to += s) {
            const v y = pool_window(&t, th_window_of(t.g, i, j), most);
            st(to, y);
            t.total += y;
            t.dot = v_fma(y, y, t.dot);
        }
    if (!sum) return;
    st(sum + t.ch, ld(sum + t.ch) + t.total);
    st(sum + s + t.ch, ld(sum + s + t.ch) + t.dot);
}

static void simd_pool(const th_conv_shape *g, bool most, const th_read *from, float *z, float *sum)
{
    for (size_t ch = 0; ch < (size_t)g->in_s; ch += LANES) {
        if (most)
            pool_columns(pool_job_of(g, from, ch), z, sum, true);
        else
            pool_columns(pool_job_of(g, from, ch), z, sum, false);
    }
}

/* d is the gradient of input e, or a part of it. */
INLINE void pool_give(pool_job *t, size_t e, v d)
{
    if (t->dx) {
        st(t->dx + e, ld(t->dx + e) + d);
        return;
    }
    const v z = ld(t->r->z + e);
    d = derivative(t->r, e, t->a, t->b, z, d);
    st(t->dy + e, t->add ? ld(t->dy + e) + d : d);
    t->total += d;
    t->dot = v_fma(d, z, t->dot);
}

/* The gradient d of a window: an equal part to each input, or all to the first of the largest. */
INLINE void pool_window_back(pool_job *t, th_window w, v d, bool most)
{
    v y = (v){0};
    if (most)
        y = pool_window(t, w, true);
    else
        d *= splat(th_window_part(w));
    for (int32_t r = w.r0; r < w.r1; r++)
        for (int32_t c = w.c0; c < w.c1; c++) {
            const size_t e = pool_at(t, r, c);
            if (!most) {
                pool_give(t, e, d);
                continue;
            }
            const v_int here = (v_int)(pool_input(t, e) == y);
            pool_give(t, e, keep_if(here, d));
            d = keep_if(~here, d);
        }
}

INLINE void pool_back_columns(pool_job t, const th_input_grad *to, bool most)
{
    const size_t s = (size_t)t.g->in_s;
    const th_back *b = t.back;
    size_t e = t.ch;
    for (int32_t i = 0; i < t.g->out_h; i++)
        for (int32_t j = 0; j < t.g->out_w; j++, e += s) {
            v d = ld(b->dy + e);
            if (b->z) d = v_fma(ld(b->da + t.ch), d, v_fma(ld(b->db + t.ch), ld(b->z + e), ld(b->dc + t.ch)));
            pool_window_back(&t, th_window_of(t.g, i, j), d, most);
        }
    if (t.dx || !t.r->a) return;
    st(to->sum + t.ch, ld(to->sum + t.ch) + t.total);
    st(to->sum + s + t.ch, ld(to->sum + s + t.ch) + t.dot);
}

static void zero_floats(float *x, size_t n)
{
    for (size_t i = 0; i < n; i += LANES) st(x + i, (v){0});
}

static void simd_pool_back(const th_conv_shape *g, bool most, const th_read *from, const th_back *back, float *room,
                           const th_input_grad *to)
{
    const int32_t px = g->in_h * g->in_w;
    float *dx = th_windows_apart(g) ? NULL : from->a ? room : to->dy; /* dy of a plain input is its dx */
    const bool all = g->stride_h == g->k_h && g->stride_w == g->k_w && g->out_h * g->k_h - g->top >= g->in_h &&
                     g->out_w * g->k_w - g->left >= g->in_w;
    if (dx)
        zero_floats(dx, (size_t)px * (size_t)g->in_s);
    else if (!to->add && !all) /* some inputs are in no window */
        zero_floats(to->dy, (size_t)px * (size_t)g->in_s);
    for (size_t ch = 0; ch < (size_t)g->in_s; ch += LANES) {
        pool_job t = pool_job_of(g, from, ch);
        t.back = back;
        t.dx = dx;
        t.dy = to->dy;
        t.add = to->add;
        if (most)
            pool_back_columns(t, to, true);
        else
            pool_back_columns(t, to, false);
    }
    if (dx && from->a) simd_read_back(from, px, g->in_s, dx, to->dy, to->sum, to->add);
}

#endif
