#include "nn/mve/average_pool_mve.h"

#include "nn/requant.h"
#include "nn/taps.h"

#include <stddef.h>

#if defined(__ARM_FEATURE_MVE)
#include <arm_mve.h>

/* n <= 8 channels over all taps. */
static void sum_8(const th_taps *t, const int8_t *x, int32_t n, int16_t sum[8])
{
    const mve_pred16_t here = vctp16q((uint32_t)n);
    const int32_t next = t->x_col, down = t->x_row - t->cols * next;
    int16x8_t acc = vdupq_n_s16(0);
    for (int32_t i = t->rows; i > 0; i--, x += down)
        for (int32_t j = t->cols; j > 0; j--, x += next) acc = vaddq_s16(acc, vldrbq_z_s16(x, here));
    vst1q_s16(sum, acc);
}

#else

static void sum_8(const th_taps *t, const int8_t *x, int32_t n, int16_t sum[8])
{
    for (int32_t c = 0; c < n; c++) {
        sum[c] = 0;
        for (int32_t i = 0; i < t->rows; i++)
            for (int32_t j = 0; j < t->cols; j++) sum[c] = (int16_t)(sum[c] + x[i * t->x_row + j * t->x_col + c]);
    }
}

#endif

/* One output pixel, all channels; x: its first tap that is in the picture. */
static void pixel(const th_pool_2d_s8_par *p, const th_taps *t, const int8_t *x, int8_t *y)
{
    const int32_t n = t->rows * t->cols, half = n / 2;
    for (int32_t c = 0; c < p->win.in_c; c += 8) {
        const int32_t left = p->win.in_c - c, some = left < 8 ? left : 8;
        int16_t sum[8];
        sum_8(t, x + c, some, sum);
        for (int32_t k = 0; k < some; k++)
            y[c + k] = (int8_t)th_clamp((sum[k] > 0 ? sum[k] + half : sum[k] - half) / n, p->act_min, p->act_max);
    }
}

void th_average_pool_mve(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_pool_2d_s8_par *p = (const th_pool_2d_s8_par *)par;
    const th_window *w = &p->win;
    int8_t *y = (int8_t *)out[0];
    th_taps t = {.x_row = w->in_w * w->in_c, .x_col = w->in_c};
    (void)scratch;
    for (int32_t b = 0; b < w->batches; b++)
        for (int32_t oy = 0; oy < w->out_h; oy++)
            for (int32_t ox = 0; ox < w->out_w; ox++, y += w->out_c) {
                const int32_t iy = oy * w->stride_h - w->pad_top, ix = ox * w->stride_w - w->pad_left;
                int32_t y0, y1, x0, x1;
                th_window_taps(iy, 1, w->filter_h, w->in_h, &y0, &y1);
                th_window_taps(ix, 1, w->filter_w, w->in_w, &x0, &x1);
                t.rows = y1 - y0;
                t.cols = x1 - x0;
                pixel(p, &t, (const int8_t *)in[0] + (((ptrdiff_t)b * w->in_h + iy + y0) * w->in_w + ix + x0) * w->in_c,
                      y);
            }
}
