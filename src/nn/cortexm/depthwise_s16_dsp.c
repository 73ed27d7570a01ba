#include "nn/cortexm/depthwise_s16_dsp.h"

#include "nn/cortexm/instr.h"
#include "nn/cortexm/scale_s16_dsp.h"

#include <stddef.h>

/* Sums of four channels; x and w at the first tap inside the picture. */
TH_INLINE void four(const th_taps *t, const int16_t *x, const int8_t *w, int32_t sum[4])
{
    int32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    const int32_t x_col = t->x_col, w_col = t->w_col, next_x = t->x_row - t->cols * x_col,
                  next_w = t->w_row - t->cols * w_col;
    for (int32_t i = t->rows; i > 0; i--, x += next_x, w += next_w)
        for (int32_t j = t->cols; j > 0; j--, x += x_col, w += w_col) {
            const uint32_t v = th_load_4(w), even = th_sxtb16(v), odd = th_sxtb16_odd(v);
            const uint32_t x01 = th_load_2(x), x23 = th_load_2(x + 2);
            s0 = th_smlabb(even, x01, s0);
            s1 = th_smlabt(odd, x01, s1);
            s2 = th_smlatb(even, x23, s2);
            s3 = th_smlatt(odd, x23, s3);
        }
    sum[0] = s0, sum[1] = s1, sum[2] = s2, sum[3] = s3;
}

static int32_t one(const th_taps *t, const int16_t *x, const int8_t *w)
{
    int32_t sum = 0;
    for (int32_t i = 0; i < t->rows; i++, x += t->x_row, w += t->w_row)
        for (int32_t j = 0; j < t->cols; j++) sum += (int32_t)x[j * t->x_col] * w[j * t->w_col];
    return sum;
}

static void pixel(const th_taps *t, const int16_t *x, const int8_t *w, int32_t n, const th_scale_s16_dsp *scale,
                  int16_t *y)
{
    int32_t o = 0;
    for (; o + 4 <= n; o += 4) {
        int32_t sum[4];
        four(t, x + o, w + o, sum);
        for (int32_t k = 0; k < 4; k++) y[o + k] = th_scale_s16_of(scale, sum[k], o + k);
    }
    for (; o < n; o++) y[o] = th_scale_s16_of(scale, one(t, x + o, w + o), o);
}

void th_depthwise_s16_dsp(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_depthwise_s16_dsp_par *p = (const th_depthwise_s16_dsp_par *)par;
    const th_window *w = &p->win;
    const th_scale_s16_dsp scale = {(const int64_t *)in[2], p->scales, 1, 0, p->act_min, p->act_max};
    const int16_t *picture = (const int16_t *)in[0];
    int16_t *y = (int16_t *)out[0];
    th_taps t; /* in elements */
    (void)scratch;
    t.x_col = w->dilation_w * w->in_c;
    t.x_row = w->dilation_h * w->in_w * w->in_c;
    t.w_col = w->out_c;
    t.w_row = w->filter_w * w->out_c;
    for (int32_t b = 0; b < w->batches; b++, picture += (ptrdiff_t)w->in_h * w->in_w * w->in_c)
        for (int32_t oy = 0; oy < w->out_h; oy++)
            for (int32_t ox = 0; ox < w->out_w; ox++, y += w->out_c) {
                const int32_t iy = oy * w->stride_h - w->pad_top, ix = ox * w->stride_w - w->pad_left;
                int32_t y0, y1, x0, x1;
                th_window_taps(iy, w->dilation_h, w->filter_h, w->in_h, &y0, &y1);
                th_window_taps(ix, w->dilation_w, w->filter_w, w->in_w, &x0, &x1);
                t.rows = y1 - y0;
                t.cols = x1 - x0;
                pixel(&t,
                      picture + (ptrdiff_t)(iy + y0 * w->dilation_h) * w->in_w * w->in_c +
                          (ptrdiff_t)(ix + x0 * w->dilation_w) * w->in_c,
                      (const int8_t *)in[1] + (ptrdiff_t)(y0 * w->filter_w + x0) * w->out_c, w->out_c, &scale, y);
            }
}
