/* nn/cortexm/tile_dsp.h -- a few output pixels against all filters, with the DSP extension of Cortex-M4, M7 and M33.
 *
 *   y[p][o] = clamp(zero + round((bias[o] + sum_k x[p][k] w[o][k]) * scale[o]))      0 <= p < pixels, 0 <= k < n
 *
 * n is a multiple of 4; weights behind the last real one are 0.  Everything is widened to int16, because SMLAD adds
 * two products of int16 and SXTB16 makes two int16 of bytes 0 and 2 of a word:
 *
 *   x, two pixels a b, four inputs:    a0 a2 | a1 a3 | b0 b2 | b1 b3        16 bytes, the zero point taken off
 *   packed weights, filters u v:       u0 u1 u2 u3 | v0 v1 v2 v3             8 bytes in flash
 *   widened weights, in scratch:       u0 u2 | u1 u3 | v0 v2 | v1 v3        16 bytes
 *
 * so 16 products are two LDM and eight SMLAD in 14 registers, when the weights of two filters are widened once for all
 * pixels of the tile.  A small tile widens them for each two pixels: LDM, LDRD, four SXTB16 and eight SMLAD, in less
 * memory.  An odd last filter is packed together with the one before it, which is computed twice.
 *
 * int4 weights: a word has four weights of both filters, each 8 more than it is, so that a mask makes a widened word of
 * every fourth bit on (signs are put back by one SADD16 for two weights):
 *
 *   packed int4, bits 0..31:           u0 u1 v0 v1 u2 u3 v2 v3                4 bytes in flash
 *
 * The sum's way to int8 is nn/requant.h's, rounded twice, in six instructions.  Where nothing can overflow,
 *   ((h + 2^e - (sum < 0)) >> e >> 1) + zero  =  (h + 2^e + zero 2^(e+1) - (sum < 0)) >> (e + 1),
 * h = round(sum m / 2^31) is SMMLAR's product of 2 sum, and its addend takes the rest.  That needs |sum| < 2^30 and
 * 0 <= e < TH_TILE_SHIFT_MAX. */
#ifndef TH_NN_CORTEXM_TILE_DSP_H
#define TH_NN_CORTEXM_TILE_DSP_H

#include "nn/cortexm/instr.h"

#define TH_TILE_SHIFT_MAX 22

/* Up to so many pixels the weights are not widened in advance. */
#define TH_TILE_NARROW 4

/* Bytes of scratch for a tile: widened pixels (an even number of them) and the weights of two filters. */
#define TH_TILE_BYTES(pixels, n) (2 * (size_t)(n) * ((size_t)(pixels) + ((pixels) > TH_TILE_NARROW ? 2 : 0)))

typedef struct th_tile_scale {
    const int32_t *bias, *multiplier; /* one for each filter */
    const int8_t *shift;              /* e */
    int32_t zero, lo, hi;             /* of the output */
} th_tile_scale;

/* lo..hi for n values that are saturated to -128..127. */
void th_tile_clamp(int8_t *y, int32_t n, int32_t lo, int32_t hi);

/* Widens n inputs, a multiple of 4, into one lane of a pair: four int16 there, four of the other lane, and so on. */
#if defined(__ARM_FEATURE_DSP)
TH_INLINE void th_tile_widen(int16_t *lane, const int8_t *src, int32_t n, int32_t zero)
{
    const uint32_t minus = th_pack_16(-zero, -zero);
    const int8_t *const end = src + n;
    uint32_t even, odd;
#define TH_WIDEN_4                                                                                                     \
    "ldr %[even], [%[src]], #4\n\t"                                                                                    \
    "sxtab16 %[odd], %[minus], %[even], ror #8\n\t"                                                                    \
    "sxtab16 %[even], %[minus], %[even]\n\t"                                                                           \
    "strd %[even], %[odd], [%[to]], #16\n\t"
#define TH_WIDEN(text)                                                                                                 \
    __asm__ volatile(text                                                                                              \
                     : [src] "+r"(src), [to] "+r"(lane), [even] "=&r"(even), [odd] "=&r"(odd)                          \
                     : [minus] "r"(minus)                                                                              \
                     : "memory")
    if (n & 4) TH_WIDEN(TH_WIDEN_4);
    while (src != end) TH_WIDEN(TH_WIDEN_4 TH_WIDEN_4);
#undef TH_WIDEN_4
#undef TH_WIDEN
}
#else
TH_INLINE void th_tile_widen(int16_t *lane, const int8_t *src, int32_t n, int32_t zero)
{
    const uint32_t minus = th_pack_16(-zero, -zero);
    for (; n > 0; n -= 4, src += 4, lane += 8) {
        const uint32_t v = th_load_4(src), even = th_sxtab16(minus, v), odd = th_sxtab16_odd(minus, v);
        memcpy(lane, &even, 4);
        memcpy(lane + 2, &odd, 4);
    }
}
#endif

/* All filters over `pixels` widened pixels, rounded up to whole pairs.
 *
 *   x       the widened pixels; behind them is place for the weights, where they are widened
 *   w       packed weights [(outs + 1) / 2][n / 4][8]
 *   outs    2 or more
 *   y       of pixel 0, filter 0; pixels are `stride` bytes apart */
void th_tile_run(const th_tile_scale *s, int16_t *x, int32_t pixels, const int8_t *w, int32_t n, int32_t outs,
                 int8_t *y, int32_t stride);

/* The same with int4 weights, [(outs + 1) / 2][n / 4][4] bytes; scratch has the weights' place for any tile. */
void th_tile_run_w4(const th_tile_scale *s, int16_t *x, int32_t pixels, const int8_t *w, int32_t n, int32_t outs,
                    int8_t *y, int32_t stride);

#define TH_TILE_W4_BYTES(pixels, n) (2 * (size_t)(n) * ((size_t)(pixels) + 2))

/* Two weights of a packed int4 word, number 0 .. 3 of those above, as two int16 that are 8 too large. */
#define TH_TILE_W4_MASK UINT32_C(0x000f000f)

#endif
