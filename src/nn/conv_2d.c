/* CONV_2D: the taps of two output pixels are collected into contiguous memory, then all filters run over
 * them (nn/inner.h).  With a 1x1 filter the taps are the picture itself. */
#include "nn/conv_2d.h"

#include "nn/dot_f32.h"
#include "nn/inner.h"
#include "nn/int4.h"
#include "nn/sums_s16.h"

#include <stddef.h>
#include <string.h>

/* Taps of one output pixel in filter order: patch[filter_h][filter_w][n_c], `zero` where there is no picture.
 *   x     the batch's picture, at the group's first channel */
static void collect(const th_window *w, const int8_t *x, int32_t iy0, int32_t ix0, int32_t n_c, int32_t zero,
                    int8_t *patch)
{
    int32_t lo, hi;
    th_window_taps(ix0, w->dilation_w, w->filter_w, w->in_w, &lo, &hi);
    for (int32_t i = 0; i < w->filter_h; i++, patch += w->filter_w * n_c) {
        const int32_t iy = iy0 + i * w->dilation_h;
        if (iy < 0 || iy >= w->in_h) {
            memset(patch, (int)zero, (size_t)(w->filter_w * n_c));
            continue;
        }
        if (lo > 0) memset(patch, (int)zero, (size_t)(lo * n_c));
        if (hi < w->filter_w) memset(patch + hi * n_c, (int)zero, (size_t)((w->filter_w - hi) * n_c));
        const int8_t *row = x + ((ptrdiff_t)iy * w->in_w + ix0) * w->in_c;
        if (w->dilation_w == 1 && n_c == w->in_c) {
            memcpy(patch + lo * n_c, row + lo * n_c, (size_t)((hi - lo) * n_c));
        } else {
            for (int32_t j = lo; j < hi; j++) memcpy(patch + j * n_c, row + j * w->dilation_w * w->in_c, (size_t)n_c);
        }
    }
}

/* Widens the taps of output pixel `index` (of all batches) into a lane of the pair. */
static void load_pixel(const th_conv_2d_s8_par *p, const int8_t *x, int32_t index, int32_t n_c, int32_t lane,
                       int16_t *pair, int8_t *patch)
{
    const th_window *w = &p->win;
    const int32_t ox = index % w->out_w, row = index / w->out_w, oy = row % w->out_h, b = row / w->out_h;
    const int32_t iy = oy * w->stride_h - w->pad_top, ix = ox * w->stride_w - w->pad_left;
    const int8_t *picture = x + (ptrdiff_t)b * w->in_h * w->in_w * w->in_c;
    if (w->filter_h == 1 && w->filter_w == 1) {
        th_pair_set(pair, lane, picture + ((ptrdiff_t)iy * w->in_w + ix) * w->in_c, n_c, p->in_zero);
        return;
    }
    collect(w, picture, iy, ix, n_c, p->in_zero, patch);
    th_pair_set(pair, lane, patch, w->filter_h * w->filter_w * n_c, p->in_zero);
}

void th_conv_2d_s8(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_conv_2d_s8_par *p = (const th_conv_2d_s8_par *)par;
    const th_window *w = &p->win;
    const int32_t n_c = w->in_c / p->groups, n = w->filter_h * w->filter_w * n_c;
    const int32_t per_group = w->out_c / p->groups, n_pixels = w->batches * w->out_h * w->out_w;
    const th_scaler scale = {
        (const int32_t *)in[2], p->multiplier, p->shift, p->out_zero, p->act_min, p->act_max, p->narrow};
    int16_t *pair = (int16_t *)scratch;
    int8_t *patch = (int8_t *)scratch + TH_PAIR_BYTES(n);

    for (int32_t g = 0; g < p->groups; g++) {
        const int8_t *x = (const int8_t *)in[0] + g * n_c;
        for (int32_t pixel = 0; pixel < n_pixels; pixel += 2) {
            /* With an odd number of pixels, or of filters, the last one is computed twice. */
            const int32_t second = pixel + 1 < n_pixels ? pixel + 1 : pixel;
            load_pixel(p, x, pixel, n_c, 0, pair, patch);
            load_pixel(p, x, second, n_c, 1, pair, patch);
            int8_t *ya = (int8_t *)out[0] + (ptrdiff_t)pixel * w->out_c,
                   *yb = (int8_t *)out[0] + (ptrdiff_t)second * w->out_c;
            const int8_t *filter = (const int8_t *)in[1] + (ptrdiff_t)g * per_group * n;
            for (int32_t o = g * per_group; o < (g + 1) * per_group; o += 2, filter += 2 * n) {
                const int32_t more = o + 1 < (g + 1) * per_group;
                int32_t acc[4];
                th_pair_dot(pair, filter, more ? filter + n : filter, n, acc);
                const int8_t a0 = th_scale(&scale, acc[0], o, o), b0 = th_scale(&scale, acc[1], o, o);
                ya[o] = a0;
                yb[o] = b0;
                if (!more) continue;
                const int8_t a1 = th_scale(&scale, acc[2], o + 1, o + 1), b1 = th_scale(&scale, acc[3], o + 1, o + 1);
                ya[o + 1] = a1;
                yb[o + 1] = b1;
            }
        }
    }
}

void th_conv_2d_s8w4(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_window *w = &((const th_conv_2d_s8_par *)par)->win;
    const int32_t n = w->out_c * w->filter_h * w->filter_w * (w->in_c / ((const th_conv_2d_s8_par *)par)->groups);
    int8_t *filter = (int8_t *)scratch;
    const void *unpacked[3];
    th_int4_unpack((const uint8_t *)in[1], n, filter);
    unpacked[0] = in[0];
    unpacked[1] = filter;
    unpacked[2] = in[2];
    th_conv_2d_s8(par, unpacked, out, filter + TH_INT4_ROOM(n));
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
