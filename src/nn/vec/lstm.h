/* nn/vec/lstm.h -- the float32 LSTM of nn/lstm.h, its four gates of all cells as one product for x and one for h.
 *
 * Inputs and state as there; weights and biases are in the parameters.
 * Channels of the products: gate g of cell c is g * stride + c.  scratch: 2 * 4 * stride floats. */
#ifndef TH_NN_VEC_LSTM_H
#define TH_NN_VEC_LSTM_H

#include "nn/vec/vec.h"

typedef struct th_vec_lstm_f32_par {
    int32_t batches, steps, n_in, n_cell, time_major;
    float cell_clip;    /* 0: none */
    int32_t stride;     /* n_cell, rounded up to whole vectors */
    int32_t n_bias;     /* 4 * stride */
    int32_t n_wx, n_wh; /* n_bias * n_in, n_bias * n_cell */
    const float *bias, *wx, *wh;
} th_vec_lstm_f32_par;

/* One step needs the one before: there are no parts, `part` and `of` are not used. */
void th_vec_lstm_f32(const th_vec *v, const void *par, const void *const *in, void *const *out, void *scratch,
                     int32_t part, int32_t of);

#endif
