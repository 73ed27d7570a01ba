/* DEPTHWISE_CONV_2D: for each output one filter over one channel's window, as the formula says. */
#include "nn/depthwise_conv_2d.h"

#include "nn/dot_f32.h"
#include "nn/dot_s8.h"
#include "nn/sums_s16.h"

#include <stddef.h>

/* One output channel: x at the first tap inside the picture, `first` the number of its weight. */
TH_INLINE int32_t sum_s8(const th_taps *t, const int8_t *x, int32_t zero, const void *weights, int32_t first,
                         int four_bits)
{
    int32_t acc = 0;
    for (int32_t i = 0; i < t->rows; i++, x += t->x_row, first += t->w_row) {
        const int8_t *xx = x;
        int32_t ww = first;
        for (int32_t j = 0; j < t->cols; j++, xx += t->x_col, ww += t->w_col)
            acc += (*xx - zero) * th_weight(weights, ww, four_bits);
    }
    return acc;
}

TH_INLINE void depthwise_s8(const th_depthwise_conv_2d_s8_par *p, const void *const *in, int8_t *y, int four_bits)
{
    const th_window *w = &p->win;
    const int32_t n_pixels = w->batches * w->out_h * w->out_w, per_input = w->out_c / w->in_c;
    const int32_t *bias = (const int32_t *)in[2];
    th_taps t;
    t.x_col = w->dilation_w * w->in_c;
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
        const int8_t *x =
            (const int8_t *)in[0] +
            (((ptrdiff_t)b * w->in_h + iy + y0 * w->dilation_h) * w->in_w + ix + x0 * w->dilation_w) * w->in_c;
        const int32_t first = (y0 * w->filter_w + x0) * w->out_c;
        for (int32_t o = 0; o < w->out_c; o++) {
            int32_t acc = sum_s8(&t, x + o / per_input, p->in_zero, in[1], first + o, four_bits);
            if (bias) acc = th_add_wrap(acc, bias[o]);
            *y++ = th_requant_s8(acc, p->multiplier[o], p->shift[o], p->out_zero, p->act_min, p->act_max);
        }
    }
}

void th_depthwise_conv_2d_s8(const void *par, const void *const *in, void *const *out, void *scratch)
{
    (void)scratch;
    depthwise_s8((const th_depthwise_conv_2d_s8_par *)par, in, (int8_t *)out[0], 0);
}

void th_depthwise_conv_2d_s8w4(const void *par, const void *const *in, void *const *out, void *scratch)
{
    (void)scratch;
    depthwise_s8((const th_depthwise_conv_2d_s8_par *)par, in, (int8_t *)out[0], 1);
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
