/* CONV_2D: for each output one filter over one window, as the formula says. */
#include "nn/conv_2d.h"

#include "nn/dot_f32.h"
#include "nn/dot_s8.h"
#include "nn/sums_s16.h"

#include <stddef.h>

/* Where the window of an output pixel stands, and which of its taps are in the picture. */
typedef struct place {
    int32_t iy, ix; /* of tap (0, 0) */
    int32_t top, bottom, left, right;
} place;

static place place_of(const th_window *w, int32_t oy, int32_t ox)
{
    place at;
    at.iy = oy * w->stride_h - w->pad_top;
    at.ix = ox * w->stride_w - w->pad_left;
    th_window_taps(at.iy, w->dilation_h, w->filter_h, w->in_h, &at.top, &at.bottom);
    th_window_taps(at.ix, w->dilation_w, w->filter_w, w->in_w, &at.left, &at.right);
    return at;
}

/* sum over the taps in the picture of (x - zero) w.
 *   x       the batch's picture, at the group's first channel
 *   filter  number of the filter's first weight;  n_c  its channels */
TH_INLINE int32_t sum_s8(const th_window *w, const place *at, const int8_t *x, int32_t zero, const void *weights,
                         int32_t filter, int32_t n_c, int four_bits)
{
    const int32_t together = w->dilation_w == 1 && n_c == w->in_c; /* taps of a row are side by side */
    int32_t sum = 0;
    for (int32_t i = at->top; i < at->bottom; i++) {
        const int8_t *row = x + ((ptrdiff_t)(at->iy + i * w->dilation_h) * w->in_w + at->ix) * w->in_c;
        const int32_t tap = filter + i * w->filter_w * n_c;
        if (together) {
            sum += th_dot_s8(row + at->left * n_c, zero, weights, tap + at->left * n_c, 0, (at->right - at->left) * n_c,
                             four_bits);
            continue;
        }
        for (int32_t j = at->left; j < at->right; j++)
            sum += th_dot_s8(row + j * w->dilation_w * w->in_c, zero, weights, tap + j * n_c, 0, n_c, four_bits);
    }
    return sum;
}

TH_INLINE void conv_2d_s8(const th_conv_2d_s8_par *p, const void *const *in, int8_t *y, int four_bits)
{
    const th_window *w = &p->win;
    const int32_t n_c = w->in_c / p->groups, n = w->filter_h * w->filter_w * n_c, per_group = w->out_c / p->groups;
    const int32_t *bias = (const int32_t *)in[2];
    for (int32_t b = 0; b < w->batches; b++)
        for (int32_t oy = 0; oy < w->out_h; oy++)
            for (int32_t ox = 0; ox < w->out_w; ox++) {
                const place at = place_of(w, oy, ox);
                const int8_t *x = (const int8_t *)in[0] + (ptrdiff_t)b * w->in_h * w->in_w * w->in_c;
                for (int32_t o = 0; o < w->out_c; o++) {
                    int32_t acc = sum_s8(w, &at, x + o / per_group * n_c, p->in_zero, in[1], o * n, n_c, four_bits);
                    if (bias) acc = th_add_wrap(acc, bias[o]);
                    *y++ = th_requant_s8(acc, p->multiplier[o], p->shift[o], p->out_zero, p->act_min, p->act_max);
                }
            }
}

void th_conv_2d_s8(const void *par, const void *const *in, void *const *out, void *scratch)
{
    (void)scratch;
    conv_2d_s8((const th_conv_2d_s8_par *)par, in, (int8_t *)out[0], 0);
}

void th_conv_2d_s8w4(const void *par, const void *const *in, void *const *out, void *scratch)
{
    (void)scratch;
    conv_2d_s8((const th_conv_2d_s8_par *)par, in, (int8_t *)out[0], 1);
}

/* One output, as `convolve` below. */
static int64_t convolve_s16(const th_window *w, const int16_t *x, const int8_t *filter, int32_t iy0, int32_t ix0,
                            int32_t n_c)
{
    int64_t sum = 0;
    int32_t lo, hi, top, bottom;
    th_window_taps(ix0, w->dilation_w, w->filter_w, w->in_w, &lo, &hi);
    th_window_taps(iy0, w->dilation_h, w->filter_h, w->in_h, &top, &bottom);
    for (int32_t i = top; i < bottom; i++) {
        const int16_t *row = x + ((ptrdiff_t)(iy0 + i * w->dilation_h) * w->in_w + ix0) * w->in_c;
        const int8_t *tap = filter + i * w->filter_w * n_c;
        if (w->dilation_w == 1 && n_c == w->in_c) {
            sum += th_dot_s16(row + lo * n_c, tap + lo * n_c, (hi - lo) * n_c);
        } else {
            for (int32_t j = lo; j < hi; j++) sum += th_dot_s16(row + j * w->dilation_w * w->in_c, tap + j * n_c, n_c);
        }
    }
    return sum;
}

void th_conv_2d_s16(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_conv_2d_s16_par *p = (const th_conv_2d_s16_par *)par;
    const th_window *w = &p->win;
    const int32_t n_c = w->in_c / p->groups, n = w->filter_h * w->filter_w * n_c, per_group = w->out_c / p->groups;
    const th_scaler_s16 scale = {in[2], p->wide, p->multiplier, p->shift, 0, p->act_min, p->act_max};
    int16_t *y = (int16_t *)out[0];
    (void)scratch;
    for (int32_t b = 0; b < w->batches; b++)
        for (int32_t oy = 0; oy < w->out_h; oy++)
            for (int32_t ox = 0; ox < w->out_w; ox++)
                for (int32_t o = 0; o < w->out_c; o++) {
                    const int16_t *x =
                        (const int16_t *)in[0] + (ptrdiff_t)b * w->in_h * w->in_w * w->in_c + o / per_group * n_c;
                    const int8_t *filter = (const int8_t *)in[1] + (ptrdiff_t)o * n;
                    const int64_t acc =
                        convolve_s16(w, x, filter, oy * w->stride_h - w->pad_top, ox * w->stride_w - w->pad_left, n_c);
                    *y++ = th_scale_s16(&scale, acc, o, o);
                }
}

/* Adds a part of a filter's row; n_sums filters that lie `n` floats apart. */
static void add_row(float *sum, int32_t n_sums, const float *x, const float *filter, int32_t n, int32_t len)
{
    if (n_sums == TH_DOTS)
        th_dots_f32(sum, x, filter, n, len);
    else
        sum[0] = th_dot_f32(sum[0], x, filter, len);
}

/* 1 or TH_DOTS outputs: the filters' rows against the picture's.  x: the batch's picture at the group's first channel;
 * n: values of one filter. */
static void convolve(const th_window *w, const float *x, const float *filter, int32_t n, int32_t iy0, int32_t ix0,
                     int32_t n_c, float *sum, int32_t n_sums)
{
    int32_t lo, hi, top, bottom;
    th_window_taps(ix0, w->dilation_w, w->filter_w, w->in_w, &lo, &hi);
    th_window_taps(iy0, w->dilation_h, w->filter_h, w->in_h, &top, &bottom);
    for (int32_t i = top; i < bottom; i++) {
        const float *row = x + ((ptrdiff_t)(iy0 + i * w->dilation_h) * w->in_w + ix0) * w->in_c;
        const float *tap = filter + i * w->filter_w * n_c;
        if (w->dilation_w == 1 && n_c == w->in_c) {
            add_row(sum, n_sums, row + lo * n_c, tap + lo * n_c, n, (hi - lo) * n_c);
        } else {
            for (int32_t j = lo; j < hi; j++)
                add_row(sum, n_sums, row + j * w->dilation_w * w->in_c, tap + j * n_c, n, n_c);
        }
    }
}

void th_conv_2d_f32(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_conv_2d_f32_par *p = (const th_conv_2d_f32_par *)par;
    const th_window *w = &p->win;
    const int32_t n_c = w->in_c / p->groups, n = w->filter_h * w->filter_w * n_c, per_group = w->out_c / p->groups;
    const float *bias = (const float *)in[2];
    float *y = (float *)out[0];
    (void)scratch;
    for (int32_t b = 0; b < w->batches; b++)
        for (int32_t oy = 0; oy < w->out_h; oy++)
            for (int32_t ox = 0; ox < w->out_w; ox++)
                for (int32_t o = 0; o < w->out_c;) {
                    const int32_t n_sums = per_group - o % per_group < TH_DOTS ? 1 : TH_DOTS;
                    const float *x =
                        (const float *)in[0] + (ptrdiff_t)b * w->in_h * w->in_w * w->in_c + o / per_group * n_c;
                    float sum[TH_DOTS] = {0};
                    convolve(w, x, (const float *)in[1] + (ptrdiff_t)o * n, n, oy * w->stride_h - w->pad_top,
                             ox * w->stride_w - w->pad_left, n_c, sum, n_sums);
                    for (int32_t j = 0; j < n_sums; j++, o++)
                        *y++ = th_clamp_f32(sum[j] + (bias ? bias[o] : 0.0f), p->act_min, p->act_max);
                }
}
