/* nn/raw/depthwise_raw.h -- DEPTHWISE_CONV_2D of int8 (nn/depthwise_conv_2d.h) with the weights as the model has them.
 *
 * For layers that the packing kernels leave: weights that other operators make while the model runs, sums or factors
 * that are too large, dilated columns.  Four output channels at a time, so that four sums stay in registers over all
 * taps (nn/raw/inner.h). */
#ifndef TH_NN_RAW_DEPTHWISE_RAW_H
#define TH_NN_RAW_DEPTHWISE_RAW_H

#include "nn/depthwise_conv_2d.h"

typedef struct th_depthwise_raw_par {
    th_depthwise_conv_2d_s8_par own;
    int32_t narrow; /* th_scaler.narrow */
} th_depthwise_raw_par;

void th_depthwise_raw(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
