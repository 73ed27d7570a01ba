/* train/kernels_base.h -- vectors, loads and stores, and how to walk over channels: see kernels_simd.h. */
#ifndef TH_TRAIN_KERNELS_BASE_H
#define TH_TRAIN_KERNELS_BASE_H

#include "train/kernels.h"

#include <stdbool.h>

#if defined(__has_feature) /* clang */
#if __has_feature(address_sanitizer) || __has_feature(undefined_behavior_sanitizer)
#define SANITIZED
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(SANITIZED) || !defined(__OPTIMIZE__)
#define UNROLL /* checks in every copy of a loop's body would keep the compiler busy for minutes */
#define INLINE static
#elif defined(__clang__)
#define UNROLL _Pragma("unroll")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif
#ifndef INLINE
#define INLINE static inline __attribute__((always_inline))
#endif

typedef v v_loose __attribute__((aligned(4), may_alias));

INLINE v ld(const float *p)
{
    return *(const v_loose *)p;
}

INLINE void st(float *p, v a)
{
    *(v_loose *)p = a;
}

INLINE v splat(float x)
{
    return x - (v){0};
}

INLINE v v_relu(v a)
{
    return v_max(a, (v){0});
}

/* a where mask is all ones, else 0 */
INLINE v keep_if(v_int mask, v a)
{
    return (v)(mask & (v_int)a);
}

/* scale * a where the byte of a dropout mask is not 0, else 0 */
INLINE v v_masked(const uint8_t *m, float scale, v a)
{
    return keep_if(v_kept(m), a * splat(scale));
}

INLINE size_t pixel(const th_place *at, int32_t r, int32_t c)
{
    return (size_t)((at->top + r * at->step_h) * at->pad_w + at->left + c * at->step_w) * (size_t)at->s;
}

/* Runs BODY(nv, first channel) over all channels, as many vectors at a time as registers allow. */
#if WIDE > 2
#define FOR_COLUMNS(s, BODY)                                                                                           \
    do {                                                                                                               \
        size_t ch_ = 0;                                                                                                \
        for (; ch_ + 4 * LANES <= (s); ch_ += 4 * LANES) BODY(4, ch_);                                                 \
        switch (((s)-ch_) / LANES) {                                                                                   \
        case 3: BODY(3, ch_); break;                                                                                   \
        case 2: BODY(2, ch_); break;                                                                                   \
        case 1: BODY(1, ch_); break;                                                                                   \
        default: break;                                                                                                \
        }                                                                                                              \
    } while (0)
#else
#define FOR_COLUMNS(s, BODY)                                                                                           \
    do {                                                                                                               \
        size_t ch_ = 0;                                                                                                \
        for (; ch_ + 2 * LANES <= (s); ch_ += 2 * LANES) BODY(2, ch_);                                                 \
        if (ch_ < (s)) BODY(1, ch_);                                                                                   \
    } while (0)
#endif

#endif
