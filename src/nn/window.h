/* nn/window.h -- a window that slides over a picture: convolutions and pools.
 *
 * Pictures are [batches][h][w][c], rows from the top.  Output (y, x) looks at the input rows
 *   y * stride_h - pad_top + i * dilation_h,  i = 0 .. filter_h - 1      (columns likewise)
 * and taps outside the picture do not exist: they count as real zero, or not at all in a pool. */
#ifndef TH_NN_WINDOW_H
#define TH_NN_WINDOW_H

#include <stdint.h>

typedef struct th_window {
    int32_t batches;
    int32_t in_h, in_w, in_c;
    int32_t out_h, out_w, out_c;
    int32_t filter_h, filter_w;
    int32_t stride_h, stride_w;
    int32_t dilation_h, dilation_w;
    int32_t pad_top, pad_left;
} th_window;

/* The taps [lo, hi) of a filter that fall inside 0 .. size-1 when tap i stands at origin + i * step. */
static inline void th_window_taps(int32_t origin, int32_t step, int32_t n_taps, int32_t size, int32_t *lo, int32_t *hi)
{
    *lo = origin < 0 ? (-origin + step - 1) / step : 0;
    *hi = size > origin ? (size - origin + step - 1) / step : 0;
    if (*hi > n_taps) *hi = n_taps;
    if (*lo > *hi) *lo = *hi;
}

#endif
