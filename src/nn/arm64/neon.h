/* nn/arm64/neon.h -- what all 64-bit Arm processors compute alike: 32 registers of 128 bits, no dot product of int8.
 *
 * The layout of weights is that of the dot product (four k of each of four channels in 16 bytes), so that both families
 * read the same bytes.  Without that instruction a vector of products is added in pairs, and a vector of sums has two
 * partial sums of each of two channels; one addition in pairs at the end of the tile makes them whole:
 *
 *   w       | c0 k0 k1 k2 k3 | c1 k0 k1 k2 k3 | c2 .. | c3 .. |
 *   x       |    k0 k1 k2 k3 |    k0 k1 k2 k3 | ..    | ..    |     the group in every lane
 *   low     | c0 k0+k1 | c0 k2+k3 | c1 k0+k1 | c1 k2+k3 |           SMULL, SADALP
 *   high    | c2 k0+k1 | c2 k2+k3 | c3 k0+k1 | c3 k2+k3 |           SMULL2, SADALP
 *   sums    | c0 | c1 | c2 | c3 |                                   ADDP */
#ifndef TH_NN_ARM64_NEON_H
#define TH_NN_ARM64_NEON_H

#include "nn/taps.h"
#include "nn/vec/vec.h"

#include <arm_neon.h>
#include <string.h>

#define TH_NEON_ROWS 6 /* 6 pixels x 2 units x 2 partial sums: 24 registers, 2 weights, 1 x, 2 products */

TH_INLINE int8x16_t th_neon_load(const void *p)
{
    return vld1q_s8((const int8_t *)p);
}

/* Four bytes in every lane. */
TH_INLINE int8x16_t th_neon_group(const char *p)
{
    int32_t v;
    memcpy(&v, p, 4);
    return vreinterpretq_s8_s32(vdupq_n_s32(v));
}

/* Partial sums of a unit. */
typedef struct th_neon_pair {
    int32x4_t low, high;
} th_neon_pair;

TH_INLINE th_neon_pair th_neon_zero_pair(void)
{
    const th_neon_pair zero = {vdupq_n_s32(0), vdupq_n_s32(0)};
    return zero;
}

TH_INLINE void th_neon_store_pair(void *p, th_neon_pair s)
{
    vst1q_s8((int8_t *)p, vreinterpretq_s8_s32(vpaddq_s32(s.low, s.high)));
}

TH_INLINE th_neon_pair th_neon_dot_s8(th_neon_pair s, int8x16_t x, int8x16_t w)
{
    s.low = vpadalq_s16(s.low, vmull_s8(vget_low_s8(x), vget_low_s8(w)));
    s.high = vpadalq_s16(s.high, vmull_high_s8(x, w));
    return s;
}

TH_INLINE th_neon_pair th_neon_dot_s16(th_neon_pair s, int8x16_t x, int8x16_t w)
{
    const int16x8_t a = vreinterpretq_s16_s8(x), b = vreinterpretq_s16_s8(w);
    s.low = vmlal_s16(s.low, vget_low_s16(a), vget_low_s16(b));
    s.high = vmlal_high_s16(s.high, a, b);
    return s;
}

/* int16: two k of four channels. */
#define T_NAME    th_neon_tile_s16
#define T_SUM     th_neon_pair
#define T_ZERO    th_neon_zero_pair
#define T_X       th_neon_group
#define T_X_BYTES 4
#define T_W       int8x16_t
#define T_LOAD    th_neon_load
#define T_W_BYTES 16
#define T_DOT     th_neon_dot_s16
#define T_STORE   th_neon_store_pair
#define T_ROWS    TH_NEON_ROWS
#define T_AT_ONCE TH_NEON_ROWS
#define T_LANES   4
#include "nn/vec/tile.h"

#define F_VEC              float32x4_t
#define F_LANES            4
#define F_LOAD(p)          vreinterpretq_f32_s8(th_neon_load(p))
#define F_STORE(p, v)      vst1q_s8((int8_t *)(p), vreinterpretq_s8_f32(v))
#define F_SPREAD(p)        vreinterpretq_f32_s8(th_neon_group(p))
#define F_ALL              vdupq_n_f32
#define F_ADD              vaddq_f32
#define F_MUL              vmulq_f32
#define F_LIMIT(v, lo, hi) vminq_f32((hi), vmaxq_f32((lo), (v)))
#define F_ROWS             TH_NEON_ROWS
#define F_AT_ONCE          TH_NEON_ROWS
#include "nn/vec/real.h"

/* SQRDMULH is the rounding doubling high product, (a m + 2^30) >> 31; SRSHL shifts with ties up, so one less for
 * negative numbers (SSRA) puts them away from zero.  Both round before they cut, so no sum is too large. */
typedef struct scale {
    int32x4_t bias, m, shift;
} scale;

TH_INLINE scale scale_of(const int32_t *bias, const int32_t *m, const int32_t *shift)
{
    const scale s = {vld1q_s32(bias), vld1q_s32(m), vld1q_s32(shift)};
    return s;
}

TH_INLINE int32x4_t requant(const scale *s, int32x4_t sums)
{
    const int32x4_t h = vqrdmulhq_s32(vaddq_s32(sums, s->bias), s->m);
    return vrshlq_s32(vsraq_n_s32(h, h, 31), s->shift);
}

TH_INLINE void put(const th_finish_s8 *f, int8_t *y, int32x4_t q, int32_t left)
{
    const int16x4_t v = vqadd_s16(vqmovn_s32(q), vdup_n_s16((int16_t)f->zero));
    const int16x4_t w = vmin_s16(vmax_s16(v, vdup_n_s16((int16_t)f->lo)), vdup_n_s16((int16_t)f->hi));
    const int32_t four = vget_lane_s32(vreinterpret_s32_s8(vmovn_s16(vcombine_s16(w, w))), 0);
    if (left >= 4)
        memcpy(y, &four, 4);
    else
        memcpy(y, &four, (size_t)left);
}

#define I_VEC      int32x4_t
#define I_LANES    4
#define I_LOAD     vld1q_s32
#define I_STORE    vst1q_s32
#define I_SCALE    scale
#define I_SCALE_OF scale_of
#define I_REQUANT  requant
#define I_PUT      put
#include "nn/vec/whole.h"

static int32_t th_neon_place(int32_t c)
{
    return c;
}

#endif
