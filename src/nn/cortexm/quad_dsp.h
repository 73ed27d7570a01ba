/* nn/cortexm/quad_dsp.h -- four filters against one row of int16 inputs, for Cortex-M4, M7 and M33.
 *
 *   sum[f] = sum_k x[k] w[f][k]      f = 0..3, 0 <= k < n, n a multiple of 4
 *
 * Weights are bytes, SMLAD and SMLALD want halves of words.  Instead of widening all of them, two filters t u share
 * a half: its high byte is u, its low byte t + 128, from 0 to 255.  Packed weights of filters t u v w for inputs i j k
 * l:
 *
 *   word 0: t_i u_i t_j u_j | word 1: t_k u_k t_l u_l | word 2: v_i w_i v_j w_j | word 3: v_k w_k v_l w_l
 *
 * One UXTB16 makes (t_i + 128, t_j + 128) of word 0, the word itself is (256 u_i + t_i + 128, ..).  So
 *
 *   low = sum x (t + 128),   both = sum x (256 u + t + 128);     sum x t = low - 128 sum x,   sum x u = (both - low) /
 * 256
 *
 * and 16 products are two LDM, four UXTB16 and eight multiplications.  sum x is had once for all filters.
 * th_quad_s8 is for inputs that were int8, all of it in 32 bits: `both` may wrap, so |sum x u| < 2^23 is needed.
 * th_quad_s16 has `both` in 64 bits; `low` may wrap, so |sum x t| < 2^31 is needed (th_quad_fits).
 *
 * The order of i j k l: that in which the row is made, see th_quad_widen and th_quad_copy. */
#ifndef TH_NN_CORTEXM_QUAD_DSP_H
#define TH_NN_CORTEXM_QUAD_DSP_H

#include <stdint.h>

/* Inputs rounded up to a multiple of 4, and bytes of a row of them. */
#define TH_QUAD_N(n)     (((n) + 3) / 4 * 4)
#define TH_QUAD_BYTES(n) (2 * (size_t)TH_QUAD_N(n))

/* x - zero of n int8 as a row of TH_QUAD_N(n) int16, inputs 0 2 1 3 of each four; behind the last one zeros.
 * Returns their sum. */
int32_t th_quad_widen(int16_t *row, const int8_t *x, int32_t n, int32_t zero);

/* n int16 from any address as they are, n of any size; returns their sum. */
int32_t th_quad_copy(int16_t *row, const int16_t *x, int32_t n);

/* Returns what lies behind the weights.
 *   total   sum of the row */
const int8_t *th_quad_s8(const int16_t *row, const int8_t *w, int32_t n, int32_t total, int32_t sum[4]);
const int8_t *th_quad_s16(const int16_t *row, const int8_t *w, int32_t n, int32_t total, int64_t sum[4]);

#endif
