/* nn/cortexm/depthwise_dsp.h -- DEPTHWISE_CONV_2D of int8 for Cortex-M4, M7 and M33, one channel after the other.
 *
 * The plane of one input channel is widened to int16 with its padding around it, two columns to a word, the words of
 * two columns from top to bottom:
 *
 *   word [j][r] = x[r][2j] x[r][2j + 1]                 r: row, counted from the padding's top;  2j: column likewise
 *
 * so a 3x3 window over two neighbouring outputs is three words of column pair j and three of pair j + 1, for which two
 * registers hold a row of weights:  (w0 w1) and (w1 w2), the outer ones also used alone (SMLABT, SMLATB):
 *
 *   first   = sum (x0 x1).(w0 w1) + x2 w2        second  = sum x1 w0 + (x2 x3).(w1 w2)
 *
 * 12 multiplications for 18 products; the columns are gone through from top to bottom.  Weights and bias are doubled
 * when they are loaded, so that the sum is what SMMLAR wants (nn/cortexm/tile_dsp.h, which has the rounding too).
 *
 * A channel's plane is read completely before any of its outputs is written, and outputs of a channel only lie on that
 * channel's inputs: with as many outputs as inputs it runs in place. */
#ifndef TH_NN_CORTEXM_DEPTHWISE_DSP_H
#define TH_NN_CORTEXM_DEPTHWISE_DSP_H

#include "nn/cortexm/small_window.h"

#include <stddef.h>

typedef struct th_depthwise_dsp_par {
    th_small_window win; /* dilation_w is 1 */
    int32_t n_weights;
    const int8_t *weights; /* [out_c][filter_h][filter_w] */
    int32_t n_scales;      /* out_c */
    const int32_t *bias, *multiplier;
    const int8_t *shift; /* e of tile_dsp.h */
} th_depthwise_dsp_par;

/* scratch: th_depthwise_dsp_scratch bytes.  3x3: without dilation, stride 1 or 2 in both directions. */
void th_depthwise_3x3_dsp(const void *par, const void *const *in, void *const *out, void *scratch);
void th_depthwise_dsp(const void *par, const void *const *in, void *const *out, void *scratch);
size_t th_depthwise_dsp_scratch(const th_window *w);

/* int4 weights (nn/int4.h) in the same order: one channel's are unpacked at a time, into filter_h * filter_w bytes more
 * of scratch. */
void th_depthwise_3x3_w4_dsp(const void *par, const void *const *in, void *const *out, void *scratch);
void th_depthwise_w4_dsp(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
