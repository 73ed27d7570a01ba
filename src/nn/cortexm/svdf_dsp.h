/* nn/cortexm/svdf_dsp.h -- SVDF of int8 (nn/svdf.h) for Cortex-M4, M7 and M33.
 *
 * The sums over the features of four filters are one product of nn/cortexm/quad_dsp.h.  A filter's state moves on while
 * it is multiplied, four numbers at a time: what is read one number ahead is stored and used.
 *
 * Input 1, the feature weights as the model has them, is not looked at.
 * Sums over features are scaled as in nn/cortexm/lstm_dsp.h, with the same limits. */
#ifndef TH_NN_CORTEXM_SVDF_DSP_H
#define TH_NN_CORTEXM_SVDF_DSP_H

#include "nn/svdf.h"

typedef struct th_svdf_dsp_par {
    th_svdf_s8_par own;
    int32_t n_weights;
    const int8_t *weights; /* [(filters + 3) / 4][n_in, rounded up to a multiple of 4][4] */
} th_svdf_dsp_par;

/* scratch: a row of n_in inputs, TH_QUAD_BYTES. */
void th_svdf_s8_dsp(const void *par, const void *const *in, void *const *out, void *scratch);
void th_svdf_s8_s16_dsp(const void *par, const void *const *in, void *const *out, void *scratch); /* int16 state */

#endif
