/* nn/cortexm/depthwise_s16_dsp.h -- DEPTHWISE_CONV_2D of int16 with int8 weights and one output channel for each input
 * channel, for Cortex-M4, M7 and M33.
 *
 * Four channels at a time, with the weights as the model has them: a tap is three loads, two SXTB16 for its weights,
 * and four multiplications of halves.  Sums of TH_DEPTHWISE_S16_TAPS taps at most stay inside 32 bits. Parameters and
 * inputs: nn/depthwise_conv_2d.h, th_depthwise_conv_2d_s16_par. */
#ifndef TH_NN_CORTEXM_DEPTHWISE_S16_DSP_H
#define TH_NN_CORTEXM_DEPTHWISE_S16_DSP_H

#include "nn/window.h"

#define TH_DEPTHWISE_S16_TAPS 511 /* of 2^22 at most */

typedef struct th_depthwise_s16_dsp_par {
    th_window win;
    int32_t act_min, act_max;
    int32_t n_scales; /* out_c */
    const int32_t *scales;
} th_depthwise_s16_dsp_par;

void th_depthwise_s16_dsp(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
