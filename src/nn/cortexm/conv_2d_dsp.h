/* nn/cortexm/conv_2d_dsp.h -- convolutions and dense layers of int8 for Cortex-M4, M7 and M33.
 *
 * CONV_2D, FULLY_CONNECTED with several rows (a 1x1 convolution along them) and DEPTHWISE_CONV_2D with one input
 * channel (a convolution whose filters stand in another order): the taps of a tile of output pixels are widened into
 * scratch, then all filters run over them (nn/cortexm/tile_dsp.h, formula and bounds there).
 * The output may slide over the input: a tile is read before its outputs are written. */
#ifndef TH_NN_CORTEXM_CONV_2D_DSP_H
#define TH_NN_CORTEXM_CONV_2D_DSP_H

#include "nn/cortexm/small_window.h"

typedef struct th_conv_2d_dsp_par {
    th_small_window win;
    int32_t groups;
    int32_t n;    /* taps of one output, rounded up to a multiple of 4 */
    int32_t tile; /* output pixels that are widened at a time; even */
    int32_t n_weights;
    const int8_t *weights; /* [groups][(outs + 1) / 2][n / 4][8], outs = out_c / groups */
    int32_t n_scales;      /* out_c */
    const int32_t *bias, *multiplier;
    const int8_t *shift; /* e of tile_dsp.h */
} th_conv_2d_dsp_par;

/* scratch: TH_TILE_BYTES(tile, n), and n bytes more where the filter is larger than 1x1. */
void th_conv_2d_dsp(const void *par, const void *const *in, void *const *out, void *scratch);

/* int4 weights, half as many bytes: the weights of two filters are widened for each tile.
 * scratch: TH_TILE_W4_BYTES(tile, n), and n bytes more as above. */
void th_conv_2d_w4_dsp(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
