/* nn/raw/dense_raw.h -- FULLY_CONNECTED of int8 (nn/fully_connected.h) with the weights as the model has them.
 *
 * For layers that the packing kernels leave: weights that other operators make while the model runs, with a zero point,
 * or with sums or factors that are too large.  Two rows of weights share each load of x (nn/raw/inner.h).  The weights'
 * zero point leaves the loop:
 *   sum (x - zx)(w - zw)  =  sum (x - zx) w  -  zw sum (x - zx) */
#ifndef TH_NN_RAW_DENSE_RAW_H
#define TH_NN_RAW_DENSE_RAW_H

#include "nn/fully_connected.h"

typedef struct th_dense_raw_par {
    th_fully_connected_s8_par own;
    int32_t narrow; /* th_scaler.narrow */
} th_dense_raw_par;

void th_dense_raw(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
