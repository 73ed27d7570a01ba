#include "nn/pool_2d.h"

#include "base/fmath.h"
#include "nn/dot_f32.h"
#include "nn/requant.h"

#include <stddef.h>

/* The part of the picture that output pixel `index` (of all batches) looks at. */
typedef struct part {
    ptrdiff_t first; /* element of its first tap, channel 0 */
    int32_t h, w, n; /* taps, n = h w; never 0, padding is always smaller than the filter */
} part;

static part part_of(const th_window *w, int32_t index)
{
    const int32_t ox = index % w->out_w, row = index / w->out_w, b = row / w->out_h;
    const int32_t iy = row % w->out_h * w->stride_h - w->pad_top, ix = ox * w->stride_w - w->pad_left;
    int32_t y0, y1, x0, x1;
    th_window_taps(iy, 1, w->filter_h, w->in_h, &y0, &y1);
    th_window_taps(ix, 1, w->filter_w, w->in_w, &x0, &x1);
    return (part){(((ptrdiff_t)b * w->in_h + iy + y0) * w->in_w + ix + x0) * w->in_c, y1 - y0, x1 - x0,
                  (y1 - y0) * (x1 - x0)};
}

/* The mean to the nearest, ties away from zero. */
static int32_t mean(int32_t sum, int32_t n)
{
    return sum > 0 ? (sum + n / 2) / n : (sum - n / 2) / n;
}

/* A kernel: for every pixel and channel `acc` begins with `start` (x: the first tap), `take` puts each tap v into it,
 * and the clamped `result` goes out. */
#define POOL(name, par_type, type, acc_type, clamp, start, take, result)                                               \
    void name(const void *par, const void *const *in, void *const *out, void *scratch)                                 \
    {                                                                                                                  \
        const par_type *p = (const par_type *)par;                                                                     \
        const th_window *w = &p->win;                                                                                  \
        type *y = (type *)out[0];                                                                                      \
        (void)scratch;                                                                                                 \
        for (int32_t k = 0; k < w->batches * w->out_h * w->out_w; k++) {                                               \
            const part area = part_of(w, k);                                                                           \
            for (int32_t c = 0; c < w->in_c; c++) {                                                                    \
                const type *x = (const type *)in[0] + area.first + c;                                                  \
                acc_type acc = start;                                                                                  \
                for (int32_t i = 0; i < area.h; i++, x += w->in_w * w->in_c)                                           \
                    for (int32_t j = 0; j < area.w; j++) {                                                             \
                        const type v = x[j * w->in_c];                                                                 \
                        take;                                                                                          \
                    }                                                                                                  \
                *y++ = (type)clamp(result, p->act_min, p->act_max);                                                    \
            }                                                                                                          \
        }                                                                                                              \
    }

POOL(th_average_pool_2d_s8, th_pool_2d_s8_par, int8_t, int32_t, th_clamp, 0, acc += v, mean(acc, area.n))
POOL(th_average_pool_2d_s16, th_pool_2d_s8_par, int16_t, int32_t, th_clamp, 0, acc += v, mean(acc, area.n))
POOL(th_average_pool_2d_f32, th_pool_2d_f32_par, float, float, th_clamp_f32, 0.0f, acc += v, acc / (float)area.n)
POOL(th_max_pool_2d_s8, th_pool_2d_s8_par, int8_t, int32_t, th_clamp, *x, acc = v > acc ? v : acc, acc)
POOL(th_max_pool_2d_s16, th_pool_2d_s8_par, int16_t, int32_t, th_clamp, *x, acc = v > acc ? v : acc, acc)
POOL(th_max_pool_2d_f32, th_pool_2d_f32_par, float, float, th_clamp_f32, *x, acc = v > acc ? v : acc, acc)
POOL(th_l2_pool_2d_f32, th_pool_2d_f32_par, float, float, th_clamp_f32, 0.0f, acc += v * v,
     th_sqrtf(acc / (float)area.n))
