#include "nn/cortexm/conv_2d_s16_dsp.h"

#include "nn/cortexm/quad_dsp.h"
#include "nn/cortexm/scale_s16_dsp.h"

#include <stddef.h>
#include <string.h>

/* The taps of an output pixel in filter order, from n_c channels on from x, which is where tap (0, 0) would be.
 * Returns their sum. */
static int32_t collect(const th_window *w, const int16_t *x, int32_t iy, int32_t ix, int32_t n_c, int16_t *row)
{
    int32_t lo, hi, top, bottom, sum = 0;
    th_window_taps(ix, w->dilation_w, w->filter_w, w->in_w, &lo, &hi);
    th_window_taps(iy, w->dilation_h, w->filter_h, w->in_h, &top, &bottom);
    const int32_t whole = w->dilation_w == 1 && n_c == w->in_c, cols = hi - lo;
    if ((bottom - top) * cols < w->filter_h * w->filter_w)
        memset(row, 0, (size_t)(w->filter_h * w->filter_w * n_c) * sizeof *row);
    row += (top * w->filter_w + lo) * n_c;
    x += ((ptrdiff_t)top * w->dilation_h * w->in_w + lo * w->dilation_w) * w->in_c;
    for (int32_t i = top; i < bottom; i++, row += w->filter_w * n_c, x += w->dilation_h * w->in_w * w->in_c) {
        if (whole) {
            sum += th_quad_copy(row, x, cols * n_c);
            continue;
        }
        for (int32_t j = 0; j < cols; j++) sum += th_quad_copy(row + j * n_c, x + j * w->dilation_w * w->in_c, n_c);
    }
    return sum;
}

/* All filters of a group over one row; o: the first of them. */
static const int8_t *filters(const th_conv_2d_s16_dsp_par *p, const th_scale_s16_dsp *scale, const int8_t *weights,
                             const int16_t *row, int32_t n, int32_t total, int32_t o, int16_t *y)
{
    const int32_t end = o + p->win.out_c / p->groups;
    while (o < end) {
        int64_t sum[4];
        weights = th_quad_s16(row, weights, n, total, sum);
        for (int32_t f = 0; f < 4 && o < end; f++, o++) y[o] = th_scale_s16_of(scale, sum[f], o);
    }
    return weights;
}

void th_conv_2d_s16_dsp(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_conv_2d_s16_dsp_par *p = (const th_conv_2d_s16_dsp_par *)par;
    const th_window *w = &p->win;
    const int32_t n_c = w->in_c / p->groups, n = TH_QUAD_N(w->filter_h * w->filter_w * n_c);
    const th_scale_s16_dsp scale = {
        (const int64_t *)in[2], p->scales, p->n_scales > 1, p->out_zero, p->act_min, p->act_max};
    const int16_t *picture = (const int16_t *)in[0];
    int16_t *row = (int16_t *)scratch, *y = (int16_t *)out[0];
    memset(row + n - 4, 0, 8); /* what fills it up */
    for (int32_t b = 0; b < w->batches; b++, picture += (ptrdiff_t)w->in_h * w->in_w * w->in_c)
        for (int32_t oy = 0; oy < w->out_h; oy++)
            for (int32_t ox = 0; ox < w->out_w; ox++, y += w->out_c) {
                const int32_t iy = oy * w->stride_h - w->pad_top, ix = ox * w->stride_w - w->pad_left;
                const int16_t *x = picture + ((ptrdiff_t)iy * w->in_w + ix) * w->in_c;
                const int8_t *weights = p->weights;
                for (int32_t g = 0; g < p->groups; g++) {
                    const int32_t total = collect(w, x + g * n_c, iy, ix, n_c, row);
                    weights = filters(p, &scale, weights, row, n, total, g * (w->out_c / p->groups), y);
                }
            }
}
