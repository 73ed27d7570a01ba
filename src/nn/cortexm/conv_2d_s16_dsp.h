/* nn/cortexm/conv_2d_s16_dsp.h -- convolutions and dense layers of int16 with int8 weights for Cortex-M4, M7 and M33.
 *
 * CONV_2D, FULLY_CONNECTED (a 1x1 convolution along its rows) and DEPTHWISE_CONV_2D with one input channel: the taps of
 * an output pixel are copied into scratch, padding as 0, then all filters run over them in fours
 * (nn/cortexm/quad_dsp.h).  Sums and biases have 64 bits; outputs: nn/cortexm/scale_s16_dsp.h.  The input's zero point
 * is 0.
 *
 * Input 1, the weights as the model has them, is not looked at; input 2 is the bias. */
#ifndef TH_NN_CORTEXM_CONV_2D_S16_DSP_H
#define TH_NN_CORTEXM_CONV_2D_S16_DSP_H

#include "nn/window.h"

typedef struct th_conv_2d_s16_dsp_par {
    th_window win;
    int32_t groups;
    int32_t out_zero, act_min, act_max;
    int32_t n_weights;
    const int8_t *weights; /* [groups][(outs + 3) / 4][n, rounded up to a multiple of 4][4] */
    int32_t n_scales;      /* out_c, or 1 for all */
    const int32_t *scales; /* nn/cortexm/scale_s16_dsp.h */
} th_conv_2d_s16_dsp_par;

/* scratch: a row of n = filter_h filter_w in_c / groups inputs, TH_QUAD_BYTES. */
void th_conv_2d_s16_dsp(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
