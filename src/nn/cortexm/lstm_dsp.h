/* nn/cortexm/lstm_dsp.h -- the LSTM with an int16 cell state (nn/lstm.h) for Cortex-M4, M7 and M33.
 *
 * The four gates of a cell are the four filters of nn/cortexm/quad_dsp.h.  x and h are made rows once for each step;
 * then every cell goes through its weights front to back:
 *
 *   packed weights:   cell 0: over x | over h     cell 1: over x | over h ..
 *
 * Inputs 1..8, the weights as the model has them, are not looked at.
 * int8: sums are scaled as in nn/cortexm/tile_dsp.h, which needs |sum| < 2^30 and shifts of 1..TH_TILE_SHIFT_MAX to the
 * right; _any takes all others too.  int16: zero points must be 0. */
#ifndef TH_NN_CORTEXM_LSTM_DSP_H
#define TH_NN_CORTEXM_LSTM_DSP_H

#include "nn/lstm.h"

typedef struct th_lstm_dsp_par {
    th_lstm_s16_par own;
    int32_t n_weights;
    const int8_t *weights; /* [n_cell][n_in and n_cell, each rounded up to a multiple of 4][4] */
} th_lstm_dsp_par;

/* scratch: rows of n_in and of n_cell inputs, TH_QUAD_BYTES each. */
void th_lstm_s8_dsp(const void *par, const void *const *in, void *const *out, void *scratch);
void th_lstm_s8_any_dsp(const void *par, const void *const *in, void *const *out, void *scratch);
void th_lstm_s16_dsp(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
