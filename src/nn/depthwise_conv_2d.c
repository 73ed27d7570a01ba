/* DEPTHWISE_CONV_2D: four output channels at a time, so that four sums stay in registers over all taps. */
#include "nn/depthwise_conv_2d.h"

#include "nn/dot_f32.h"
#include "nn/requant.h"

#include <stddef.h>

/* The taps of one output pixel that lie inside the picture. */
typedef struct taps {
    int32_t y0, y1, x0, x1;  /* filter rows and columns */
    const int8_t *x;         /* picture at tap (y0, x0), channel 0 */
    const int8_t *w;         /* filter at tap (y0, x0), channel 0 */
    int32_t x_row, x_col;    /* bytes from one tap to the next */
    int32_t w_row, w_col;
} taps;

/* Four output channels that read input channels x[0..3] (step 1) or all x[0] (step 0). */
static void sum_4(const taps *t, const int8_t *x, const int8_t *w, int32_t step, int32_t zero, int32_t acc[4])
{
    int32_t a0 = 0, a1 = 0, a2 = 0, a3 = 0;
    for (int32_t i = t->y0; i < t->y1; i++, x += t->x_row, w += t->w_row) {
        const int8_t *xx = x, *ww = w;
        for (int32_t j = t->x0; j < t->x1; j++, xx += t->x_col, ww += t->w_col) {
            a0 += (xx[0] - zero) * ww[0];
            a1 += (xx[step] - zero) * ww[1];
            a2 += (xx[2 * step] - zero) * ww[2];
            a3 += (xx[3 * step] - zero) * ww[3];
        }
    }
    acc[0] = a0;
    acc[1] = a1;
    acc[2] = a2;
    acc[3] = a3;
}

static int32_t sum_1(const taps *t, const int8_t *x, const int8_t *w, int32_t zero)
{
    int32_t acc = 0;
    for (int32_t i = t->y0; i < t->y1; i++, x += t->x_row, w += t->w_row) {
        const int8_t *xx = x, *ww = w;
        for (int32_t j = t->x0; j < t->x1; j++, xx += t->x_col, ww += t->w_col) acc += (*xx - zero) * *ww;
    }
    return acc;
}

static int8_t finish(const th_depthwise_conv_2d_s8_par *p, const int32_t *bias, int32_t acc, int32_t o)
{
    if (bias) acc = th_add_wrap(acc, bias[o]);
    return th_requant_s8(acc, p->multiplier[o], p->shift[o], p->out_zero, p->act_min, p->act_max);
}

static void pixel(const th_depthwise_conv_2d_s8_par *p, const taps *t, const int32_t *bias, int8_t *y)
{
    const th_window *w = &p->win;
    const int32_t per_input = w->out_c / w->in_c; /* M */
    int32_t o = 0;
    if (w->in_c == 1 || per_input == 1) {
        for (; o + 4 <= w->out_c; o += 4) {
            int32_t acc[4];
            if (per_input == 1) {
                sum_4(t, t->x + o, t->w + o, 1, p->in_zero, acc);
            } else {
                sum_4(t, t->x, t->w + o, 0, p->in_zero, acc);
            }
            for (int32_t j = 0; j < 4; j++) y[o + j] = finish(p, bias, acc[j], o + j);
        }
    }
    for (; o < w->out_c; o++) y[o] = finish(p, bias, sum_1(t, t->x + o / per_input, t->w + o, p->in_zero), o);
}

void th_depthwise_conv_2d_s8(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_depthwise_conv_2d_s8_par *p = (const th_depthwise_conv_2d_s8_par *)par;
    const th_window *w = &p->win;
    int8_t *y = (int8_t *)out[0];
    taps t;
    (void)scratch;
    t.x_col = w->dilation_w * w->in_c;
    t.x_row = w->dilation_h * w->in_w * w->in_c;
    t.w_col = w->out_c;
    t.w_row = w->filter_w * w->out_c;
    for (int32_t b = 0; b < w->batches; b++) {
        const int8_t *picture = (const int8_t *)in[0] + (ptrdiff_t)b * w->in_h * w->in_w * w->in_c;
        for (int32_t oy = 0; oy < w->out_h; oy++) {
            const int32_t iy = oy * w->stride_h - w->pad_top;
            th_window_taps(iy, w->dilation_h, w->filter_h, w->in_h, &t.y0, &t.y1);
            for (int32_t ox = 0; ox < w->out_w; ox++, y += w->out_c) {
                const int32_t ix = ox * w->stride_w - w->pad_left;
                th_window_taps(ix, w->dilation_w, w->filter_w, w->in_w, &t.x0, &t.x1);
                t.x = picture + ((ptrdiff_t)(iy + t.y0 * w->dilation_h) * w->in_w + ix + t.x0 * w->dilation_w) * w->in_c;
                t.w = (const int8_t *)in[1] + (ptrdiff_t)(t.y0 * w->filter_w + t.x0) * w->out_c;
                pixel(p, &t, (const int32_t *)in[2], y);
            }
        }
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
