#include "nn/cortexm/conv_2d_dsp.h"

#include "nn/cortexm/tile_dsp.h"

#include <stddef.h>
#include <string.h>

/* Where the next output pixel looks. */
typedef struct place {
    const int8_t *x; /* the batch's picture, at the group's first channel */
    int32_t oy, ox;
    int32_t iy, ix; /* of the window's first tap, which may be outside */
} place;

/* How the taps of one output stand in the picture. */
typedef enum pieces {
    PIXELS,   /* they are one pixel of whole words, one after the other */
    WORDS,    /* a row of the filter is one piece of whole words */
    BYTES,    /* it is one piece of any length */
    SCATTERED /* or not one piece */
} pieces;

static pieces pieces_of(const th_window *w, int32_t n_c)
{
    if (n_c != w->in_c || w->dilation_w != 1) return SCATTERED;
    if (w->filter_w * n_c % 4) return BYTES;
    return w->filter_h * w->filter_w == 1 && w->in_w == w->out_w && w->in_h == w->out_h ? PIXELS : WORDS;
}

static void next(place *at, const th_window *w)
{
    at->ix += w->stride_w;
    if (++at->ox < w->out_w) return;
    at->ox = 0;
    at->ix = -w->pad_left;
    at->iy += w->stride_h;
    if (++at->oy < w->out_h) return;
    at->oy = 0;
    at->iy = -w->pad_top;
    at->x += (ptrdiff_t)w->in_h * w->in_w * w->in_c;
}

/* A few bytes; the library's memcpy takes longer to begin. */
TH_APART void copy(int8_t *to, const int8_t *from, int32_t n)
{
    for (; n >= 4; n -= 4, to += 4, from += 4) memcpy(to, from, 4);
    for (; n > 0; n--) *to++ = *from++;
}

TH_APART void fill(int8_t *to, int32_t value, int32_t n)
{
    const uint32_t four = (uint32_t)(value & 0xff) * 0x01010101u;
    for (; n >= 4; n -= 4, to += 4) memcpy(to, &four, 4);
    for (; n > 0; n--) *to++ = (int8_t)value;
}

/* Taps in filter order, [filter_h][filter_w][n_c], `zero` where there is no picture. */
static void collect(const th_window *w, const place *at, int32_t n_c, int32_t zero, int8_t *patch)
{
    const int32_t row_bytes = w->filter_w * n_c;
    int32_t lo, hi;
    th_window_taps(at->ix, w->dilation_w, w->filter_w, w->in_w, &lo, &hi);
    for (int32_t i = 0; i < w->filter_h; i++, patch += row_bytes) {
        const int32_t iy = at->iy + i * w->dilation_h;
        const int32_t inside = iy >= 0 && iy < w->in_h;
        if (!inside || hi - lo < w->filter_w) fill(patch, zero, row_bytes);
        if (!inside) continue;
        const int8_t *row = at->x + ((ptrdiff_t)iy * w->in_w + at->ix) * w->in_c;
        if (w->dilation_w == 1 && n_c == w->in_c)
            copy(patch + lo * n_c, row + lo * n_c, (hi - lo) * n_c);
        else
            for (int32_t j = lo; j < hi; j++) copy(patch + j * n_c, row + j * w->dilation_w * w->in_c, n_c);
    }
}

/* What does not change in a layer. */
typedef struct layer {
    th_window win;
    th_limits limits;
    int32_t n_c, n; /* channels that a filter sees; taps, rounded up */
    pieces how;
    int8_t *patch;
} layer;

/* One pixel's taps into a lane of the pair. */
static void load(const layer *l, const place *at, int16_t *lane)
{
    const th_window *w = &l->win;
    const int32_t inside = at->iy >= 0 && at->ix >= 0 && at->ix + w->filter_w <= w->in_w &&
                           at->iy + (w->filter_h - 1) * w->dilation_h < w->in_h;
    const int32_t n = w->filter_w * l->n_c, down = w->dilation_h * w->in_w * w->in_c, zero = l->limits.in_zero;
    const int8_t *row = at->x + ((ptrdiff_t)at->iy * w->in_w + at->ix) * w->in_c;
    if (inside && l->how == WORDS) {
        for (int32_t i = w->filter_h; i > 0; i--, lane += 2 * n, row += down) th_tile_widen(lane, row, n, zero);
        return;
    }
    if (inside && l->how == BYTES)
        for (int32_t i = 0; i < w->filter_h; i++, row += down) copy(l->patch + i * n, row, n);
    else
        collect(w, at, l->n_c, zero, l->patch);
    th_tile_widen(lane, l->patch, l->n, zero);
}

void th_conv_2d_dsp(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_conv_2d_dsp_par *p = (const th_conv_2d_dsp_par *)par;
    layer l;
    const th_window *w = &l.win;
    th_small_window_unpack(&p->win, &l.win, &l.limits);
    l.n_c = w->in_c / p->groups;
    l.n = p->n;
    l.how = pieces_of(w, l.n_c);
    l.patch = (int8_t *)scratch + TH_TILE_BYTES(p->tile, p->n);
    const int32_t outs = w->out_c / p->groups;
    int16_t *x = (int16_t *)scratch;
    for (int32_t g = 0; g < p->groups; g++) {
        const th_tile_scale scale = {p->bias + g * outs, p->multiplier + g * outs, p->shift + g * outs,
                                     l.limits.out_zero,  l.limits.act_min,         l.limits.act_max};
        const int8_t *weights = p->weights + (ptrdiff_t)g * ((outs + 1) / 2) * 2 * p->n;
        int8_t *y = (int8_t *)out[0] + g * outs;
        place at = {(const int8_t *)in[0] + g * l.n_c, 0, 0, -w->pad_top, -w->pad_left};
        for (int32_t left = w->batches * w->out_h * w->out_w; left > 0; left -= p->tile, y += p->tile * w->out_c) {
            const int32_t pixels = left < p->tile ? left : p->tile;
            int16_t *lane = x; /* a and b in turn, four inputs each */
            for (int32_t i = 0; i < pixels; i++, lane += i & 1 ? 4 : 2 * p->n - 4) {
                if (l.how == PIXELS) {
                    th_tile_widen(lane, at.x, l.n_c, l.limits.in_zero);
                    at.x += l.n_c;
                } else {
                    load(&l, &at, lane);
                    next(&at, w);
                }
            }
            th_tile_run(&scale, x, pixels, weights, p->n, outs, y, w->out_c);
        }
    }
}
