/* nn/patch.h -- the taps of one output pixel after the other, for convolutions of int8 that collect them. */
#ifndef TH_NN_PATCH_H
#define TH_NN_PATCH_H

#include "nn/taps.h"
#include "nn/window.h"

#include <stddef.h>
#include <string.h>

/* Where the next output pixel looks. */
typedef struct th_patch {
    const int8_t *x; /* the batch's picture, at the group's first channel */
    int32_t oy, ox;
    int32_t iy, ix; /* of the window's first tap, which may be outside */
} th_patch;

TH_INLINE void th_patch_next(th_patch *at, const th_window *w)
{
    at->ix += w->stride_w;
    if (++at->ox < w->out_w) return;
    at->ox = 0;
    at->ix = -w->pad_left;
    at->iy += w->stride_h;
    if (++at->oy < w->out_h) return;
    at->oy = 0;
    at->iy = -w->pad_top;
    at->x += (ptrdiff_t)w->in_h * w->in_w * w->in_c;
}

/* Whether all taps are in the picture. */
TH_INLINE int32_t th_patch_inside(const th_patch *at, const th_window *w)
{
    return at->iy >= 0 && at->ix >= 0 && at->ix + w->filter_w <= w->in_w &&
           at->iy + (w->filter_h - 1) * w->dilation_h < w->in_h;
}

/* A few bytes; the library's memcpy and memset take longer to begin. */
#if defined(__ARM_FEATURE_MVE)
TH_INLINE void th_patch_copy(int8_t *to, const int8_t *from, int32_t n)
{
    __asm__ volatile("wlstp.8 lr, %[n], 2f\n"
                     "1:\n\t"
                     "vldrb.u8 q0, [%[from]], #16\n\t"
                     "vstrb.8 q0, [%[to]], #16\n\t"
                     "letp lr, 1b\n"
                     "2:\n\t"
                     : [to] "+r"(to), [from] "+r"(from)
                     : [n] "r"(n)
                     : "lr", "q0", "cc", "memory");
}

TH_INLINE void th_patch_fill(int8_t *to, int32_t value, int32_t n)
{
    __asm__ volatile("vdup.8 q0, %[value]\n\t"
                     "wlstp.8 lr, %[n], 2f\n"
                     "1:\n\t"
                     "vstrb.8 q0, [%[to]], #16\n\t"
                     "letp lr, 1b\n"
                     "2:\n\t"
                     : [to] "+r"(to)
                     : [n] "r"(n), [value] "r"(value)
                     : "lr", "q0", "cc", "memory");
}
#else
TH_APART void th_patch_copy(int8_t *to, const int8_t *from, int32_t n)
{
    for (; n >= 4; n -= 4, to += 4, from += 4) memcpy(to, from, 4);
    for (; n > 0; n--) *to++ = *from++;
}

TH_APART void th_patch_fill(int8_t *to, int32_t value, int32_t n)
{
    const uint32_t four = (uint32_t)(value & 0xff) * 0x01010101u;
    for (; n >= 4; n -= 4, to += 4) memcpy(to, &four, 4);
    for (; n > 0; n--) *to++ = (int8_t)value;
}
#endif

/* Taps in filter order, [filter_h][filter_w][n_c], `zero` where there is no picture. */
static inline void th_patch_collect(const th_window *w, const th_patch *at, int32_t n_c, int32_t zero, int8_t *patch)
{
    const int32_t row_bytes = w->filter_w * n_c;
    int32_t lo, hi;
    th_window_taps(at->ix, w->dilation_w, w->filter_w, w->in_w, &lo, &hi);
    for (int32_t i = 0; i < w->filter_h; i++, patch += row_bytes) {
        const int32_t iy = at->iy + i * w->dilation_h;
        const int32_t inside = iy >= 0 && iy < w->in_h;
        if (!inside || hi - lo < w->filter_w) th_patch_fill(patch, zero, row_bytes);
        if (!inside) continue;
        const int8_t *row = at->x + ((ptrdiff_t)iy * w->in_w + at->ix) * w->in_c;
        if (w->dilation_w == 1 && n_c == w->in_c)
            th_patch_copy(patch + lo * n_c, row + lo * n_c, (hi - lo) * n_c);
        else
            for (int32_t j = lo; j < hi; j++) th_patch_copy(patch + j * n_c, row + j * w->dilation_w * w->in_c, n_c);
    }
}

#endif
