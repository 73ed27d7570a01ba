#include "nn/raw/depthwise_raw.h"

#include "nn/raw/inner.h"

#include <stddef.h>

/* One output channel whose neighbours read other inputs. */
static int32_t sum_1(const th_taps *t, const int8_t *x, const int8_t *w, int32_t zero)
{
    int32_t acc = 0;
    for (int32_t i = 0; i < t->rows; i++, x += t->x_row, w += t->w_row) {
        const int8_t *xx = x, *ww = w;
        for (int32_t j = 0; j < t->cols; j++, xx += t->x_col, ww += t->w_col) acc += (*xx - zero) * *ww;
    }
    return acc;
}

/* One output pixel at the first tap inside the picture, channel 0: x in it, w in the filter. */
typedef struct place {
    const th_taps *taps;
    const int8_t *x, *w;
    int32_t zero; /* of the input */
} place;

/* Channels 0 .. n-1, n a multiple of 4; step 1: each has its own input, 0: all have the same. */
TH_APART void fours(const place *p, int32_t n, int32_t step, const th_scaler *scale, int8_t *y)
{
    const int8_t *x = p->x, *w = p->w;
    for (int32_t o = 0; o < n; o += 4, x += 4 * step, w += 4) {
        int32_t acc[4];
        if (step == 0)
            th_taps_dot(p->taps, x, w, 0, p->zero, acc);
        else
            th_taps_dot(p->taps, x, w, 1, p->zero, acc);
        const int8_t q0 = th_scale(scale, acc[0], o, o), q1 = th_scale(scale, acc[1], o + 1, o + 1);
        const int8_t q2 = th_scale(scale, acc[2], o + 2, o + 2), q3 = th_scale(scale, acc[3], o + 3, o + 3);
        y[o] = q0; /* stored at the end: after a byte is written, the compiler must read everything again */
        y[o + 1] = q1;
        y[o + 2] = q2;
        y[o + 3] = q3;
    }
}

/* All channels. */
static void pixel(const place *p, int32_t in_c, int32_t out_c, const th_scaler *scale, int8_t *y)
{
    const int32_t per_input = out_c / in_c; /* M */
    int32_t o = 0;
    if (in_c == 1 || per_input == 1) {
        o = out_c / 4 * 4;
        fours(p, o, per_input == 1, scale, y);
    }
    for (; o < out_c; o++) y[o] = th_scale(scale, sum_1(p->taps, p->x + o / per_input, p->w + o, p->zero), o, o);
}

void th_depthwise_raw(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_depthwise_raw_par *raw = (const th_depthwise_raw_par *)par;
    const th_depthwise_conv_2d_s8_par *p = &raw->own;
    const th_window *w = &p->win;
    int8_t *y = (int8_t *)out[0];
    const th_scaler scale = {
        (const int32_t *)in[2], p->multiplier, p->shift, p->out_zero, p->act_min, p->act_max, raw->narrow};
    th_taps t;
    (void)scratch;
    t.x_col = w->dilation_w * w->in_c;
    t.x_row = w->dilation_h * w->in_w * w->in_c;
    t.w_col = w->out_c;
    t.w_row = w->filter_w * w->out_c;
    for (int32_t b = 0; b < w->batches; b++) {
        const int8_t *picture = (const int8_t *)in[0] + (ptrdiff_t)b * w->in_h * w->in_w * w->in_c;
        for (int32_t oy = 0; oy < w->out_h; oy++) {
            const int32_t iy = oy * w->stride_h - w->pad_top;
            int32_t y0, y1, x0, x1;
            th_window_taps(iy, w->dilation_h, w->filter_h, w->in_h, &y0, &y1);
            t.rows = y1 - y0;
            for (int32_t ox = 0; ox < w->out_w; ox++, y += w->out_c) {
                const int32_t ix = ox * w->stride_w - w->pad_left;
                th_window_taps(ix, w->dilation_w, w->filter_w, w->in_w, &x0, &x1);
                t.cols = x1 - x0;
                const place at = {
                    &t, picture + ((ptrdiff_t)(iy + y0 * w->dilation_h) * w->in_w + ix + x0 * w->dilation_w) * w->in_c,
                    (const int8_t *)in[1] + (ptrdiff_t)(y0 * w->filter_w + x0) * w->out_c, p->in_zero};
                pixel(&at, w->in_c, w->out_c, &scale, y);
            }
        }
    }
}
