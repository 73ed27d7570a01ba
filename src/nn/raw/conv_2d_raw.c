#include "nn/raw/conv_2d_raw.h"

#include "nn/patch.h"
#include "nn/raw/inner.h"

/* Widens the taps of one output pixel into a lane of the pair. */
static void load(const th_conv_2d_s8_par *p, const th_patch *at, int32_t n_c, int32_t lane, int16_t *pair,
                 int8_t *patch)
{
    const th_window *w = &p->win;
    const int8_t *taps = patch;
    if (w->filter_h == 1 && w->filter_w == 1 && th_patch_inside(at, w))
        taps = at->x + ((ptrdiff_t)at->iy * w->in_w + at->ix) * w->in_c;
    else
        th_patch_collect(w, at, n_c, p->in_zero, patch);
    th_pair_set(pair, lane, taps, w->filter_h * w->filter_w * n_c, p->in_zero);
}

/* Filters [o, end) over a pair; ya, yb: outputs of its pixels.
 * With an odd number of pixels, or of filters, the last one is computed twice. */
static void filters(const th_scaler *scale, const int16_t *pair, const int8_t *w, int32_t n, int32_t o, int32_t end,
                    int8_t *ya, int8_t *yb)
{
    for (; o < end; o += 2, w += 2 * n) {
        const int32_t more = o + 1 < end;
        int32_t acc[4];
        th_pair_dot(pair, w, more ? w + n : w, n, acc);
        const int8_t a0 = th_scale(scale, acc[0], o, o), b0 = th_scale(scale, acc[1], o, o);
        ya[o] = a0;
        yb[o] = b0;
        if (!more) continue;
        const int8_t a1 = th_scale(scale, acc[2], o + 1, o + 1), b1 = th_scale(scale, acc[3], o + 1, o + 1);
        ya[o + 1] = a1;
        yb[o + 1] = b1;
    }
}

void th_conv_2d_raw(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_conv_2d_raw_par *raw = (const th_conv_2d_raw_par *)par;
    const th_conv_2d_s8_par *p = &raw->own;
    const th_window *w = &p->win;
    const int32_t n_c = w->in_c / p->groups, n = w->filter_h * w->filter_w * n_c, outs = w->out_c / p->groups,
                  n_pixels = w->batches * w->out_h * w->out_w;
    const th_scaler scale = {
        (const int32_t *)in[2], p->multiplier, p->shift, p->out_zero, p->act_min, p->act_max, raw->narrow};
    int16_t *pair = (int16_t *)scratch;
    int8_t *patch = (int8_t *)scratch + TH_PAIR_BYTES(n);
    for (int32_t g = 0; g < p->groups; g++) {
        const int8_t *weights = (const int8_t *)in[1] + (ptrdiff_t)g * outs * n;
        int8_t *y = (int8_t *)out[0];
        th_patch at = {(const int8_t *)in[0] + g * n_c, 0, 0, -w->pad_top, -w->pad_left};
        for (int32_t left = n_pixels; left > 0; left -= 2, y += 2 * w->out_c) {
            load(p, &at, n_c, 0, pair, patch);
            if (left > 1) th_patch_next(&at, w);
            load(p, &at, n_c, 1, pair, patch);
            if (left > 2) th_patch_next(&at, w);
            filters(&scale, pair, weights, n, g * outs, (g + 1) * outs, y, left > 1 ? y + w->out_c : y);
        }
    }
}
