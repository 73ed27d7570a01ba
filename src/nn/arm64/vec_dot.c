/* 64-bit Arm with SDOT: four int8 products added to each of four sums, 16 in one instruction.
 * The Makefile compiles this file with -march=armv8.2-a+dotprod. */
#if defined(__aarch64__) && defined(__ARM_FEATURE_DOTPROD)
#include "nn/arm64/vec_dot.h"

#include "nn/arm64/neon.h"

/* 6 pixels x 2 units: 12 sums, 2 weights, 1 x */
#define T_NAME        tile_s8
#define T_SUM         int32x4_t
#define T_ZERO()      vdupq_n_s32(0)
#define T_X           th_neon_group
#define T_X_BYTES     4
#define T_W           int8x16_t
#define T_LOAD        th_neon_load
#define T_W_BYTES     16
#define T_DOT         vdotq_s32
#define T_STORE(p, s) vst1q_s8((int8_t *)(p), vreinterpretq_s8_s32(s))
#define T_ROWS        TH_NEON_ROWS
#define T_AT_ONCE     TH_NEON_ROWS
#define T_LANES       4
#include "nn/vec/tile.h"

/* Four taps of 16 channels are woven into groups of four bytes: 8 shuffles for 64 products. */
static void line_s8(const th_line *l)
{
    const char *w = (const char *)l->w;
    int32_t *sums = (int32_t *)l->sums;
    for (int32_t b = 0; b < l->blocks; b++, sums += 16) {
        const ptrdiff_t at = l->at + (ptrdiff_t)b * 16;
        const void *const *tap = l->tap;
        int32x4_t s0 = vdupq_n_s32(0), s1 = s0, s2 = s0, s3 = s0;
        for (int32_t g = l->n_groups; g > 0; g--, tap += 4, w += 64) {
            const int8x16_t t0 = th_neon_load((const char *)tap[0] + at), t1 = th_neon_load((const char *)tap[1] + at),
                            t2 = th_neon_load((const char *)tap[2] + at), t3 = th_neon_load((const char *)tap[3] + at);
            const int16x8_t low = vreinterpretq_s16_s8(vzip1q_s8(t0, t1)),
                            high = vreinterpretq_s16_s8(vzip2q_s8(t0, t1)),
                            low2 = vreinterpretq_s16_s8(vzip1q_s8(t2, t3)),
                            high2 = vreinterpretq_s16_s8(vzip2q_s8(t2, t3));
            s0 = vdotq_s32(s0, vreinterpretq_s8_s16(vzip1q_s16(low, low2)), th_neon_load(w));
            s1 = vdotq_s32(s1, vreinterpretq_s8_s16(vzip2q_s16(low, low2)), th_neon_load(w + 16));
            s2 = vdotq_s32(s2, vreinterpretq_s8_s16(vzip1q_s16(high, high2)), th_neon_load(w + 32));
            s3 = vdotq_s32(s3, vreinterpretq_s8_s16(vzip2q_s16(high, high2)), th_neon_load(w + 48));
        }
        vst1q_s32(sums, s0);
        vst1q_s32(sums + 4, s1);
        vst1q_s32(sums + 8, s2);
        vst1q_s32(sums + 12, s3);
    }
}

const th_vec th_vec_dot = {
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
    .line_group = 4,
    .line_lanes = 16,
    .line_w_bytes = 1,
    .place = th_neon_place,
    .line_s8 = line_s8,
    .line_f32 = line_f32,
};

TH_VEC_DEFINE(dot)
#else
typedef int th_vec_dot_is_not_here;
#endif
