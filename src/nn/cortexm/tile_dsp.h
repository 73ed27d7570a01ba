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
 * so 16 products are two LDM and eight SMLAD in 14 registers; widening the weights of two filters is paid once for all
 * pixels of the tile.  An odd last filter is packed together with the one before it, which is computed twice.
 *
 * The sum's way to int8 is nn/requant.h's, rounded twice, in six instructions.  Where nothing can overflow,
 *   ((h + 2^e - (sum < 0)) >> e >> 1) + zero  =  (h + 2^e + zero 2^(e+1) - (sum < 0)) >> (e + 1),
 * h = round(sum m / 2^31) is SMMLAR's product of 2 sum, and its addend takes the rest.  That needs |sum| < 2^30 and
 * 1 <= e + 1 <= TH_TILE_SHIFT_MAX. */
#ifndef TH_NN_CORTEXM_TILE_DSP_H
#define TH_NN_CORTEXM_TILE_DSP_H

#include "nn/taps.h"

#define TH_TILE_SHIFT_MAX 22

/* Bytes of scratch for a tile: widened pixels (an even number of them) and the weights of two filters. */
#define TH_TILE_BYTES(pixels, n) (2 * (size_t)(n) * (size_t)(pixels) + 4 * (size_t)(n))

typedef struct th_tile_scale {
    const int32_t *bias, *multiplier; /* one for each filter */
    const int8_t *shift;              /* e + 1 */
    int32_t zero, lo, hi;             /* of the output */
} th_tile_scale;

/* lo..hi for n values that are saturated to -128..127. */
void th_tile_clamp(int8_t *y, int32_t n, int32_t lo, int32_t hi);

/* Widens four inputs at a time into lane 0 or 1 of a pair.  n is a multiple of 4. */
void th_tile_widen(int16_t *pair, int32_t lane, const int8_t *src, int32_t n, int32_t zero);

/* All filters over `pixels` widened pixels, rounded up to whole pairs.
 *
 *   x       the widened pixels; the weights' scratch lies behind them
 *   w       packed weights [(outs + 1) / 2][n / 4][8]
 *   outs    2 or more
 *   y       of pixel 0, filter 0; pixels are `stride` bytes apart */
void th_tile_run(const th_tile_scale *s, int16_t *x, int32_t pixels, const int8_t *w, int32_t n, int32_t outs,
                 int8_t *y, int32_t stride);

#endif
