#include "nn/cortexm/conv_2d_dsp.h"

#include "nn/cortexm/tile_dsp.h"

#include <stddef.h>
#include <string.h>

/* Where the next output pixel looks. */
typedef struct place {
    const int8_t *x; /* the batch's picture, at the group's first channel */
    int32_t oy, ox;
} place;

static void next(place *at, const th_window *w)
{
    if (++at->ox < w->out_w) return;
    at->ox = 0;
    if (++at->oy < w->out_h) return;
    at->oy = 0;
    at->x += (ptrdiff_t)w->in_h * w->in_w * w->in_c;
}

/* Taps in filter order, [filter_h][filter_w][n_c], `zero` where there is no picture. */
static void collect(const th_window *w, const place *at, int32_t n_c, int32_t zero, int8_t *patch)
{
    const int32_t iy0 = at->oy * w->stride_h - w->pad_top, ix0 = at->ox * w->stride_w - w->pad_left;
    int32_t lo, hi;
    th_window_taps(ix0, w->dilation_w, w->filter_w, w->in_w, &lo, &hi);
    for (int32_t i = 0; i < w->filter_h; i++, patch += w->filter_w * n_c) {
        const int32_t iy = iy0 + i * w->dilation_h;
        if (iy < 0 || iy >= w->in_h || hi - lo < w->filter_w) memset(patch, (int)zero, (size_t)(w->filter_w * n_c));
        if (iy < 0 || iy >= w->in_h) continue;
        const int8_t *row = at->x + ((ptrdiff_t)iy * w->in_w + ix0) * w->in_c;
        if (w->dilation_w == 1 && n_c == w->in_c)
            memcpy(patch + lo * n_c, row + lo * n_c, (size_t)((hi - lo) * n_c));
        else
            for (int32_t j = lo; j < hi; j++) memcpy(patch + j * n_c, row + j * w->dilation_w * w->in_c, (size_t)n_c);
    }
}

/* 1: every tap is inside the picture, and a row of the filter is one piece of whole words. */
static int32_t in_words(const th_window *w, const place *at, int32_t n_c)
{
    const int32_t iy0 = at->oy * w->stride_h - w->pad_top, ix0 = at->ox * w->stride_w - w->pad_left;
    return (w->filter_w * n_c & 3) == 0 && n_c == w->in_c && w->dilation_w == 1 && iy0 >= 0 && ix0 >= 0 &&
           ix0 + w->filter_w <= w->in_w && iy0 + (w->filter_h - 1) * w->dilation_h < w->in_h;
}

/* One pixel's taps into a lane of the pair. */
static void load(const th_conv_2d_dsp_par *p, const place *at, int32_t n_c, int32_t lane, int16_t *pair, int8_t *patch)
{
    const th_window *w = &p->win;
    if (!in_words(w, at, n_c)) {
        collect(w, at, n_c, p->in_zero, patch);
        th_tile_widen(pair, lane, patch, p->n, p->in_zero);
        return;
    }
    const int8_t *row =
        at->x +
        ((ptrdiff_t)(at->oy * w->stride_h - w->pad_top) * w->in_w + at->ox * w->stride_w - w->pad_left) * w->in_c;
    for (int32_t i = 0; i < w->filter_h; i++, pair += 2 * w->filter_w * n_c, row += w->dilation_h * w->in_w * w->in_c)
        th_tile_widen(pair, lane, row, w->filter_w * n_c, p->in_zero);
}

void th_conv_2d_dsp(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_conv_2d_dsp_par *p = (const th_conv_2d_dsp_par *)par;
    const th_window *w = &p->win;
    const int32_t n_c = w->in_c / p->groups, outs = w->out_c / p->groups, n_pixels = w->batches * w->out_h * w->out_w;
    int16_t *x = (int16_t *)scratch;
    int8_t *patch = (int8_t *)scratch + TH_TILE_BYTES(p->tile, p->n);
    for (int32_t g = 0; g < p->groups; g++) {
        const th_tile_scale scale = {
            p->bias + g * outs, p->multiplier + g * outs, p->shift + g * outs, p->out_zero, p->act_min, p->act_max};
        const int8_t *weights = p->weights + (ptrdiff_t)g * ((outs + 1) / 2) * 2 * p->n;
        int8_t *y = (int8_t *)out[0] + g * outs;
        place at = {(const int8_t *)in[0] + g * n_c, 0, 0};
        for (int32_t left = n_pixels; left > 0; left -= p->tile, y += p->tile * w->out_c) {
            const int32_t pixels = left < p->tile ? left : p->tile;
            for (int32_t i = 0; i < pixels; i++, next(&at, w))
                load(p, &at, n_c, i & 1, x + (ptrdiff_t)(i / 2) * 2 * p->n, patch);
            th_tile_run(&scale, x, pixels, weights, p->n, outs, y, w->out_c);
        }
    }
}
