/* nn/raw/inner.h -- the inner loops of nn/raw, and the one place that chooses their version.
 *
 * Each version gives the same bytes: nn/raw/inner_c.h is C99 for any machine; nn/cortexm/inner_dsp.h uses the
 * two-in-one multiplications of Cortex-M4, M7 and M33.
 *
 * A pair holds the inputs of two output pixels, widened once to int16 with the zero point taken off (so a
 * padded tap is 0); then every filter of the layer runs over them, and four sums share each load.
 *
 *   th_pair_set   lane 0 or 1 of a pair <- src[0..n) - zero
 *   th_pair_dot   acc[0] = sum_k a[k] w0[k]   acc[1] = sum_k b[k] w0[k]
 *                 acc[2] = sum_k a[k] w1[k]   acc[3] = sum_k b[k] w1[k]     a, b lanes 0, 1;  0 <= k < n
 *   th_rows_dot   acc[0] = sum_k (x[k] - zero) w0[k]   acc[1] = sum_k (x[k] - zero) w1[k]
 *   th_round_half  (h + 2^e - (acc < 0)) >> e with h = round(acc m / 2^31), ties up;  |acc| < 2^30, 0 <= e <= 30
 *   th_taps_dot   acc[c] = sum_t (x[t][c * step] - zero) w[t][c],  c = 0..3, over the taps t of a window
 *
 * |x - zero| <= 255, |w| <= 128: |acc| <= 32640 n, so n (or the number of taps) <= TH_INNER_MAX keeps
 * int32 exact. */
#ifndef TH_NN_RAW_INNER_H
#define TH_NN_RAW_INNER_H

#include "nn/requant.h"
#include "nn/taps.h"

#if defined(__ARM_FEATURE_DSP)
#include "nn/cortexm/inner_dsp.h"
#define th_pair_set   th_pair_set_dsp
#define th_pair_dot   th_pair_dot_dsp
#define th_rows_dot   th_rows_dot_dsp
#define th_taps_dot   th_taps_dot_dsp
#define th_round_half th_round_half_dsp
#else
#include "nn/raw/inner_c.h"
#define th_pair_set   th_pair_set_c
#define th_pair_dot   th_pair_dot_c
#define th_rows_dot   th_rows_dot_c
#define th_taps_dot   th_taps_dot_c
#define th_round_half th_round_half_c
#endif

/* How the sums of a layer become its int8 outputs: a multiplier and shift for each channel, or for all. */
typedef struct th_scaler {
    const int32_t *bias; /* or NULL */
    const int32_t *multiplier, *shift;
    int32_t zero, lo, hi; /* of the output */
    int32_t narrow;       /* 1: all |sum + bias| < 2^30, all -31 <= shift <= -1 */
} th_scaler;

/* Any sum and any shift; rare, so it stands apart. */
TH_APART int8_t th_scale_wide(const th_scaler *s, int32_t acc, int32_t k)
{
    return th_requant_s8(acc, s->multiplier[k], s->shift[k], s->zero, s->lo, s->hi);
}

/* Output of channel o with scale k (the same, or 0 where all channels share one).
 *
 * The narrow way is the same arithmetic with half the instructions.  Where nothing can overflow, ties go away from
 * zero by adding a half, less one step for negative numbers:  (h + 2^(n-1) - (h < 0)) >> n.  When acc < 0 but h = 0,
 * one step less changes nothing, so the sign of acc will do; and the last shift by one joins the addition of zero. */
TH_INLINE int8_t th_scale(const th_scaler *s, int32_t acc, int32_t o, int32_t k)
{
    if (s->bias) acc = th_add_wrap(acc, s->bias[o]);
    if (!s->narrow) return th_scale_wide(s, acc, k);
    return (int8_t)th_clamp((th_round_half(acc, s->multiplier[k], ~s->shift[k]) >> 1) + s->zero, s->lo, s->hi);
}

#endif
