/* Any 64-bit Arm.  A vector of int8 products is added to 32-bit sums in pairs: 8 products in two instructions, which
 * most cores start together. */
#if defined(__aarch64__)
#include "nn/arm64/vec_neon.h"

#include "nn/arm64/neon.h"

#define T_NAME    tile_s8
#define T_SUM     th_neon_pair
#define T_ZERO    th_neon_zero_pair
#define T_X       th_neon_group
#define T_X_BYTES 4
#define T_W       int8x16_t
#define T_LOAD    th_neon_load
#define T_W_BYTES 16
#define T_DOT     th_neon_dot_s8
#define T_STORE   th_neon_store_pair
#define T_ROWS    TH_NEON_ROWS
#define T_AT_ONCE TH_NEON_ROWS
#define T_LANES   4
#include "nn/vec/tile.h"

/* Two taps of 16 channels are woven into pairs, so that adding in pairs makes whole sums. */
static void line_s8(const th_line *l)
{
    const char *w = (const char *)l->w;
    int32_t *sums = (int32_t *)l->sums;
    for (int32_t b = 0; b < l->blocks; b++, sums += 16) {
        const ptrdiff_t at = l->at + (ptrdiff_t)b * 16;
        const void *const *tap = l->tap;
        int32x4_t s0 = vdupq_n_s32(0), s1 = s0, s2 = s0, s3 = s0;
        for (int32_t g = l->n_groups; g > 0; g--, tap += 2, w += 32) {
            const int8x16_t p = th_neon_load((const char *)tap[0] + at), q = th_neon_load((const char *)tap[1] + at);
            const int8x16_t low = vzip1q_s8(p, q), high = vzip2q_s8(p, q), w0 = th_neon_load(w),
                            w1 = th_neon_load(w + 16);
            s0 = vpadalq_s16(s0, vmull_s8(vget_low_s8(low), vget_low_s8(w0)));
            s1 = vpadalq_s16(s1, vmull_high_s8(low, w0));
            s2 = vpadalq_s16(s2, vmull_s8(vget_low_s8(high), vget_low_s8(w1)));
            s3 = vpadalq_s16(s3, vmull_high_s8(high, w1));
        }
        vst1q_s32(sums, s0);
        vst1q_s32(sums + 4, s1);
        vst1q_s32(sums + 8, s2);
        vst1q_s32(sums + 12, s3);
    }
}

const th_vec th_vec_neon = {
    .rows = TH_NEON_ROWS,
    .s8_bytes = 1,
    .s8_group = 4,
    .lanes = 4,
    .tile_s8 = tile_s8,
    .tile_s16 = th_neon_tile_s16,
    .tile_f32 = tile_f32,
    .finish_s8 = finish_s8,
    .scale_s32 = scale_s32,
    .finish_f32 = finish_f32,
    .line_group = 2,
    .line_lanes = 16,
    .line_w_bytes = 1,
    .place = th_neon_place,
    .line_s8 = line_s8,
    .line_f32 = line_f32,
};

TH_VEC_DEFINE(neon)
#else
typedef int th_vec_neon_is_not_here;
#endif
