/* TRANSPOSE_CONV.  In one direction, the taps that reach output o are every stride-th one of the filter:
 *
 *   tap  first, first + stride, ...   input  at, at - 1, ...   */
#include "nn/transpose_conv.h"

#include "nn/dot_f32.h"
#include "nn/requant.h"
#include "nn/sums_s16.h"

#include <stddef.h>

typedef struct reach {
    int32_t first, at, n;
} reach;

/* o, and the filter's and the input's size, in one direction. */
static reach reach_of(int32_t o, int32_t pad, int32_t stride, int32_t filter, int32_t size)
{
    reach r;
    const int32_t sum = o + pad; /* = input * stride + tap */
    r.first = sum % stride;
    r.at = sum / stride;
    if (r.at >= size) { /* the last input comes first */
        r.first += (r.at - (size - 1)) * stride;
        r.at = size - 1;
    }
    r.n = r.first < filter ? (filter - 1 - r.first) / stride + 1 : 0;
    if (r.n > r.at + 1) r.n = r.at + 1;
    return r;
}

/* What one output pixel gathers, in elements. */
typedef struct patch {
    ptrdiff_t x, w; /* first tap in the picture and in a filter */
    int32_t rows, cols;
    ptrdiff_t x_row, w_row; /* from one row of taps to the next; x goes backwards */
    int32_t w_col;
} patch;

static patch patch_of(const th_window *w, int32_t pixel)
{
    const int32_t ox = pixel % w->out_w, row = pixel / w->out_w, b = row / w->out_h;
    const reach v = reach_of(row % w->out_h, w->pad_top, w->stride_h, w->filter_h, w->in_h);
    const reach h = reach_of(ox, w->pad_left, w->stride_w, w->filter_w, w->in_w);
    patch p;
    p.x = (((ptrdiff_t)b * w->in_h + v.at) * w->in_w + h.at) * w->in_c;
    p.w = ((ptrdiff_t)v.first * w->filter_w + h.first) * w->in_c;
    p.rows = v.n;
    p.cols = h.n;
    p.x_row = (ptrdiff_t)w->in_w * w->in_c;
    p.w_row = (ptrdiff_t)w->stride_h * w->filter_w * w->in_c;
    p.w_col = w->stride_w * w->in_c;
    return p;
}

static int32_t sum_s8(const patch *p, const int8_t *x, const int8_t *w, int32_t n_c, int32_t zero)
{
    int32_t acc = 0;
    for (int32_t i = 0; i < p->rows; i++)
        for (int32_t j = 0; j < p->cols; j++) {
            const int8_t *xx = x + p->x - i * p->x_row - (ptrdiff_t)j * n_c;
            const int8_t *ww = w + p->w + i * p->w_row + (ptrdiff_t)j * p->w_col;
            for (int32_t c = 0; c < n_c; c++) acc += (int32_t)(xx[c] - zero) * ww[c];
        }
    return acc;
}

static int64_t sum_s16(const patch *p, const int16_t *x, const int8_t *w, int32_t n_c)
{
    int64_t acc = 0;
    for (int32_t i = 0; i < p->rows; i++)
        for (int32_t j = 0; j < p->cols; j++)
            acc += th_dot_s16(x + p->x - i * p->x_row - (ptrdiff_t)j * n_c,
                              w + p->w + i * p->w_row + (ptrdiff_t)j * p->w_col, n_c);
    return acc;
}

static float sum_f32(const patch *p, const float *x, const float *w, int32_t n_c)
{
    float acc = 0.0f;
    for (int32_t i = 0; i < p->rows; i++)
        for (int32_t j = 0; j < p->cols; j++)
            acc = th_dot_f32(acc, x + p->x - i * p->x_row - (ptrdiff_t)j * n_c,
                             w + p->w + i * p->w_row + (ptrdiff_t)j * p->w_col, n_c);
    return acc;
}

void th_transpose_conv_s8(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_transpose_conv_s8_par *p = (const th_transpose_conv_s8_par *)par;
    const th_window *w = &p->win;
    const int32_t *bias = (const int32_t *)in[3];
    const ptrdiff_t n = (ptrdiff_t)w->filter_h * w->filter_w * w->in_c;
    int8_t *y = (int8_t *)out[0];
    (void)scratch;
    for (int32_t k = 0; k < w->batches * w->out_h * w->out_w; k++) {
        const patch area = patch_of(w, k);
        for (int32_t o = 0; o < w->out_c; o++) {
            int32_t acc = sum_s8(&area, (const int8_t *)in[2], (const int8_t *)in[1] + o * n, w->in_c, p->in_zero);
            if (bias) acc = th_add_wrap(acc, bias[o]);
            *y++ = th_requant_s8(acc, p->multiplier[o], p->shift[o], p->out_zero, p->act_min, p->act_max);
        }
    }
}

void th_transpose_conv_s16(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_transpose_conv_s16_par *p = (const th_transpose_conv_s16_par *)par;
    const th_window *w = &p->win;
    const ptrdiff_t n = (ptrdiff_t)w->filter_h * w->filter_w * w->in_c;
    const int16_t *bias = p->short_bias ? (const int16_t *)in[3] : NULL;
    const th_scaler_s16 scale = {bias ? NULL : in[3], 1, p->multiplier, p->shift, 0, p->act_min, p->act_max};
    int16_t *y = (int16_t *)out[0];
    (void)scratch;
    for (int32_t k = 0; k < w->batches * w->out_h * w->out_w; k++) {
        const patch area = patch_of(w, k);
        for (int32_t o = 0; o < w->out_c; o++) {
            const int64_t acc = sum_s16(&area, (const int16_t *)in[2], (const int8_t *)in[1] + o * n, w->in_c);
            *y++ = th_scale_s16(&scale, acc + (bias ? bias[o] : 0), o, o);
        }
    }
}

void th_transpose_conv_f32(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_transpose_conv_f32_par *p = (const th_transpose_conv_f32_par *)par;
    const th_window *w = &p->win;
    const float *bias = (const float *)in[3];
    const ptrdiff_t n = (ptrdiff_t)w->filter_h * w->filter_w * w->in_c;
    float *y = (float *)out[0];
    (void)scratch;
    for (int32_t k = 0; k < w->batches * w->out_h * w->out_w; k++) {
        const patch area = patch_of(w, k);
        for (int32_t o = 0; o < w->out_c; o++) {
            const float acc = sum_f32(&area, (const float *)in[2], (const float *)in[1] + o * n, w->in_c);
            *y++ = th_clamp_f32(acc + (bias ? bias[o] : 0.0f), p->act_min, p->act_max);
        }
    }
}
