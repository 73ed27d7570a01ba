/* nn/mve/conv_2d_mve.h -- convolutions and dense layers of int8 for Cortex-M55.
 *
 * CONV_2D, FULLY_CONNECTED with several rows (a 1x1 convolution along them) and DEPTHWISE_CONV_2D with one input
 * channel.  The taps of three output pixels a b c are collected in scratch, in turn:
 *
 *   a0 .. a15 | b0 .. b15 | c0 .. c15 | a16 .. a31 | ..      what fills the last 16 is 0
 *
 * and two filters at a time run over them: five loads and six VMLADAVA for 96 products.  Filters are taken in fours,
 * 0 and 2, then 1 and 3, as VMOV puts two sums into lanes 0 and 2, or 1 and 3; so the outputs of a pixel are one store.
 * Weights stay in the model's order.  The last four filters may overlap those before them.
 * The output may slide over the input: three pixels are read before their outputs are written. */
#ifndef TH_NN_MVE_CONV_2D_MVE_H
#define TH_NN_MVE_CONV_2D_MVE_H

#include "nn/window.h"

#include <stdint.h>

#define TH_MVE_TILE 3

typedef struct th_conv_2d_mve_par {
    th_window win;
    int32_t groups;
    int32_t in_zero, out_zero, act_min, act_max;
    int32_t n; /* taps of one output */
    int32_t n_weights;
    const int8_t *weights; /* [groups][outs][n], outs = out_c / groups >= 4; and what the last 16 taps read too much */
    int32_t n_scales;      /* TH_MVE_SCALE * groups * ((outs + 3) / 4) */
    const int32_t *scales; /* nn/mve/mve.h; the last four of a group are filters outs - 4 .. outs - 1 */
} th_conv_2d_mve_par;

/* Taps rounded up to whole vectors. */
#define TH_MVE_ROUND(n) (((n) + 15) / 16 * 16)

/* scratch: TH_MVE_TILE * TH_MVE_ROUND(n) bytes; where the filter is larger than 1x1 that for one pixel more, and where
 * its rows have less than 16 taps 2 * n for their places. */
void th_conv_2d_mve(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
