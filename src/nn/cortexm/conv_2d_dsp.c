#include "nn/cortexm/conv_2d_dsp.h"

#include "nn/cortexm/tile_dsp.h"
#include "nn/patch.h"

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

/* What does not change in a layer. */
typedef struct layer {
    th_window win;
    th_limits limits;
    int32_t n_c, n; /* channels that a filter sees; taps, rounded up */
    pieces how;
    int8_t *patch;
} layer;

/* One pixel's taps into a lane of the pair. */
TH_INLINE void load(const layer *l, const th_patch *at, int16_t *lane)
{
    const th_window *w = &l->win;
    const int32_t inside = th_patch_inside(at, w);
    const int32_t n = w->filter_w * l->n_c, down = w->dilation_h * w->in_w * w->in_c, zero = l->limits.in_zero;
    const int8_t *row = at->x + ((ptrdiff_t)at->iy * w->in_w + at->ix) * w->in_c;
    if (inside && l->how == WORDS) {
        for (int32_t i = w->filter_h; i > 0; i--, lane += 2 * n, row += down) th_tile_widen(lane, row, n, zero);
        return;
    }
    if (inside && l->how == BYTES)
        for (int32_t i = 0; i < w->filter_h; i++, row += down) th_patch_copy(l->patch + i * n, row, n);
    else
        th_patch_collect(w, at, l->n_c, zero, l->patch);
    th_tile_widen(lane, l->patch, l->n, zero);
}

TH_INLINE void conv_2d(const th_conv_2d_dsp_par *p, const void *const *in, void *const *out, void *scratch,
                       int four_bits)
{
    layer l;
    const th_window *w = &l.win;
    th_small_window_unpack(&p->win, &l.win, &l.limits);
    l.n_c = w->in_c / p->groups;
    l.n = p->n;
    l.how = pieces_of(w, l.n_c);
    l.patch = (int8_t *)scratch + (four_bits ? TH_TILE_W4_BYTES(p->tile, p->n) : TH_TILE_BYTES(p->tile, p->n));
    const int32_t outs = w->out_c / p->groups;
    int16_t *x = (int16_t *)scratch;
    for (int32_t g = 0; g < p->groups; g++) {
        const th_tile_scale scale = {p->bias + g * outs, p->multiplier + g * outs, p->shift + g * outs,
                                     l.limits.out_zero,  l.limits.act_min,         l.limits.act_max};
        const int8_t *weights = p->weights + (ptrdiff_t)g * ((outs + 1) / 2) * (four_bits ? 1 : 2) * p->n;
        int8_t *y = (int8_t *)out[0] + g * outs;
        th_patch at = {(const int8_t *)in[0] + g * l.n_c, 0, 0, -w->pad_top, -w->pad_left};
        for (int32_t left = w->batches * w->out_h * w->out_w; left > 0; left -= p->tile, y += p->tile * w->out_c) {
            const int32_t pixels = left < p->tile ? left : p->tile;
            int16_t *lane = x; /* a and b in turn, four inputs each */
            for (int32_t i = 0; i < pixels; i++, lane += i & 1 ? 4 : 2 * p->n - 4) {
                if (l.how == PIXELS) {
                    th_tile_widen(lane, at.x, l.n_c, l.limits.in_zero);
                    at.x += l.n_c;
                } else {
                    load(&l, &at, lane);
                    th_patch_next(&at, w);
                }
            }
            if (four_bits)
                th_tile_run_w4(&scale, x, pixels, weights, p->n, outs, y, w->out_c);
            else
                th_tile_run(&scale, x, pixels, weights, p->n, outs, y, w->out_c);
        }
    }
}

void th_conv_2d_dsp(const void *par, const void *const *in, void *const *out, void *scratch)
{
    conv_2d((const th_conv_2d_dsp_par *)par, in, out, scratch, 0);
}

void th_conv_2d_w4_dsp(const void *par, const void *const *in, void *const *out, void *scratch)
{
    conv_2d((const th_conv_2d_dsp_par *)par, in, out, scratch, 1);
}
