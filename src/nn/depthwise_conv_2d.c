/* DEPTHWISE_CONV_2D: four output channels at a time, so that four sums stay in registers over all taps. */
#include "nn/depthwise_conv_2d.h"

#include "nn/dot_f32.h"
#include "nn/inner.h"
#include "nn/int4.h"
#include "nn/sums_s16.h"

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

void th_depthwise_conv_2d_s8(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_depthwise_conv_2d_s8_par *p = (const th_depthwise_conv_2d_s8_par *)par;
    const th_window *w = &p->win;
    int8_t *y = (int8_t *)out[0];
    const th_scaler scale = {
        (const int32_t *)in[2], p->multiplier, p->shift, p->out_zero, p->act_min, p->act_max, p->narrow};
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

void th_depthwise_conv_2d_s8w4(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_window *w = &((const th_depthwise_conv_2d_s8_par *)par)->win;
    const void *unpacked[3];
    th_int4_unpack((const uint8_t *)in[1], w->filter_h * w->filter_w * w->out_c, (int8_t *)scratch);
    unpacked[0] = in[0];
    unpacked[1] = scratch;
    unpacked[2] = in[2];
    th_depthwise_conv_2d_s8(par, unpacked, out, NULL);
}

/* One output channel: x and w at the first tap inside the picture. */
static int64_t sum_s16(const th_taps *t, const int16_t *x, const int8_t *w)
{
    int64_t acc = 0;
    for (int32_t i = 0; i < t->rows; i++, x += t->x_row, w += t->w_row) {
        const int16_t *xx = x;
        const int8_t *ww = w;
        for (int32_t j = 0; j < t->cols; j++, xx += t->x_col, ww += t->w_col) acc += (int32_t)*xx * *ww;
    }
    return acc;
}

void th_depthwise_conv_2d_s16(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_depthwise_conv_2d_s16_par *p = (const th_depthwise_conv_2d_s16_par *)par;
    const th_window *w = &p->win;
    const int32_t n_pixels = w->batches * w->out_h * w->out_w, per_input = w->out_c / w->in_c;
    const th_scaler_s16 scale = {in[2], 1, p->multiplier, p->shift, 0, p->act_min, p->act_max};
    int16_t *y = (int16_t *)out[0];
    th_taps t;
    (void)scratch;
    t.x_col = w->dilation_w * w->in_c; /* in elements here */
    t.x_row = w->dilation_h * w->in_w * w->in_c;
    t.w_col = w->out_c;
    t.w_row = w->filter_w * w->out_c;
    for (int32_t k = 0; k < n_pixels; k++) {
        const int32_t row = k / w->out_w, b = row / w->out_h;
        const int32_t iy = row % w->out_h * w->stride_h - w->pad_top, ix = k % w->out_w * w->stride_w - w->pad_left;
        int32_t y0, y1, x0, x1;
        th_window_taps(iy, w->dilation_h, w->filter_h, w->in_h, &y0, &y1);
        th_window_taps(ix, w->dilation_w, w->filter_w, w->in_w, &x0, &x1);
        t.rows = y1 - y0;
        t.cols = x1 - x0;
        const int16_t *x =
            (const int16_t *)in[0] +
            (((ptrdiff_t)b * w->in_h + iy + y0 * w->dilation_h) * w->in_w + ix + x0 * w->dilation_w) * w->in_c;
        const int8_t *filter = (const int8_t *)in[1] + (ptrdiff_t)(y0 * w->filter_w + x0) * w->out_c;
        for (int32_t o = 0; o < w->out_c; o++)
            *y++ = th_scale_s16(&scale, sum_s16(&t, x + o / per_input, filter + o), o, o);
    }
}

/* y[c*M + m] += x[c] * w[c*M + m] */
static void add_tap(const th_window *win, const float *x, const float *w, float *y)
{
    const int32_t per_input = win->out_c / win->in_c;
    if (per_input == 1) {
        for (int32_t c = 0; c < win->in_c; c++) y[c] += x[c] * w[c];
        return;
    }
    for (int32_t c = 0; c < win->in_c; c++, w += per_input, y += per_input)
        for (int32_t m = 0; m < per_input; m++) y[m] += x[c] * w[m];
}

void th_depthwise_conv_2d_f32(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_depthwise_conv_2d_f32_par *p = (const th_depthwise_conv_2d_f32_par *)par;
    const th_window *w = &p->win;
    const float *bias = (const float *)in[2], *filter = (const float *)in[1];
    float *y = (float *)out[0];
    (void)scratch;
    const int32_t n_pixels = w->batches * w->out_h * w->out_w;
    for (int32_t k = 0; k < n_pixels; k++, y += w->out_c) {
        const int32_t row = k / w->out_w, b = row / w->out_h;
        const int32_t iy = row % w->out_h * w->stride_h - w->pad_top, ix = k % w->out_w * w->stride_w - w->pad_left;
        const float *picture = (const float *)in[0] + (ptrdiff_t)b * w->in_h * w->in_w * w->in_c;
        int32_t y0, y1, x0, x1;
        th_window_taps(iy, w->dilation_h, w->filter_h, w->in_h, &y0, &y1);
        th_window_taps(ix, w->dilation_w, w->filter_w, w->in_w, &x0, &x1);
        for (int32_t o = 0; o < w->out_c; o++) y[o] = bias ? bias[o] : 0.0f;
        for (int32_t i = y0; i < y1; i++)
            for (int32_t j = x0; j < x1; j++)
                add_tap(w, picture + ((ptrdiff_t)(iy + i * w->dilation_h) * w->in_w + ix + j * w->dilation_w) * w->in_c,
                        filter + (ptrdiff_t)(i * w->filter_w + j) * w->out_c, y);
        for (int32_t o = 0; o < w->out_c; o++) y[o] = th_clamp_f32(y[o], p->act_min, p->act_max);
    }
}
