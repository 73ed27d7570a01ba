/* nn/raw/conv_2d_raw.h -- CONV_2D of int8 (nn/conv_2d.h) with the weights as the model has them.
 *
 * For layers that the packing kernels leave: weights that other operators make while the model runs, sums or factors
 * that are too large, one filter for a group.  The taps of two output pixels are widened into scratch, then two filters
 * at a time run over them (nn/raw/inner.h).
 * Two pixels are read before they are written, so without groups the output may slide over the input. */
#ifndef TH_NN_RAW_CONV_2D_RAW_H
#define TH_NN_RAW_CONV_2D_RAW_H

#include "nn/conv_2d.h"

typedef struct th_conv_2d_raw_par {
    th_conv_2d_s8_par own;
    int32_t narrow; /* th_scaler.narrow */
} th_conv_2d_raw_par;

/* scratch: TH_PAIR_BYTES(n), n = filter_h * filter_w * C, and n bytes more unless the filter is 1x1. */
void th_conv_2d_raw(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
