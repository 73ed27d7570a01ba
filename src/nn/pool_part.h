/* nn/pool_part.h -- what an output of a pool looks at, and the mean of it: what the kernels share. */
#ifndef TH_NN_POOL_PART_H
#define TH_NN_POOL_PART_H

#include "nn/window.h"

#include <stddef.h>

/* The part of the picture that output pixel `index` (of all batches) looks at. */
typedef struct th_pool_part {
    ptrdiff_t first; /* element of its first tap, channel 0 */
    int32_t h, w, n; /* taps, n = h w; never 0, padding is always smaller than the filter */
} th_pool_part;

static inline th_pool_part th_pool_part_of(const th_window *w, int32_t index)
{
    const int32_t ox = index % w->out_w, row = index / w->out_w, b = row / w->out_h;
    const int32_t iy = row % w->out_h * w->stride_h - w->pad_top, ix = ox * w->stride_w - w->pad_left;
    int32_t y0, y1, x0, x1;
    th_window_taps(iy, 1, w->filter_h, w->in_h, &y0, &y1);
    th_window_taps(ix, 1, w->filter_w, w->in_w, &x0, &x1);
    return (th_pool_part){(((ptrdiff_t)b * w->in_h + iy + y0) * w->in_w + ix + x0) * w->in_c, y1 - y0, x1 - x0,
                          (y1 - y0) * (x1 - x0)};
}

/* The mean to the nearest, ties away from zero. */
static inline int32_t th_pool_mean(int32_t sum, int32_t n)
{
    return sum > 0 ? (sum + n / 2) / n : (sum - n / 2) / n;
}

#endif
