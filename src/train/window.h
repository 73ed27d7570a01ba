/* train/window.h -- the part of the picture that an output pixel of a pooling layer looks at: cut at its border, as in
 * TFLite. */
#ifndef TH_TRAIN_WINDOW_H
#define TH_TRAIN_WINDOW_H

#include "train/kernels.h"

typedef struct th_window {
    int32_t r0, r1, c0, c1; /* rows [r0, r1), columns [c0, c1); never empty */
} th_window;

static inline th_window th_window_of(const th_conv_shape *g, int32_t row, int32_t col)
{
    const int32_t r = row * g->stride_h - g->top, c = col * g->stride_w - g->left;
    return (th_window){.r0 = r < 0 ? 0 : r,
                       .r1 = r + g->k_h < g->in_h ? r + g->k_h : g->in_h,
                       .c0 = c < 0 ? 0 : c,
                       .c1 = c + g->k_w < g->in_w ? c + g->k_w : g->in_w};
}

/* 1 / (its pixels) */
static inline float th_window_part(th_window w)
{
    return 1.0f / (float)((w.r1 - w.r0) * (w.c1 - w.c0));
}

/* No input is in two windows. */
static inline bool th_windows_apart(const th_conv_shape *g)
{
    return g->stride_h >= g->k_h && g->stride_w >= g->k_w;
}

#endif
