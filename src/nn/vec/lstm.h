/* nn/vec/lstm.h -- the LSTM of nn/lstm.h, its four gates of all cells as one product for x and one for h.
 *
 * Inputs and state as there; weights and biases are in the parameters.
 * Channels of the products: gate g of cell c is g * stride + c.
 * scratch: float32  2 * 4 * stride floats
 *          int8     2 * 4 * stride sums, then x and h as they are multiplied, TH_VEC_LSTM_ROW numbers of s8_bytes each
 *
 * int8: what gates, cells and outputs are scaled with stands side by side, so that each is one call of scale_s32:
 *   scales   | 4 gates over x | 4 gates over h | f * c | i * g | tanh(c) * o |     11 * stride in all */
#ifndef TH_NN_VEC_LSTM_H
#define TH_NN_VEC_LSTM_H

#include "nn/lstm.h"
#include "nn/vec/vec.h"

typedef struct th_vec_lstm_f32_par {
    int32_t batches, steps, n_in, n_cell, time_major;
    float cell_clip;    /* 0: none */
    int32_t stride;     /* n_cell, rounded up to whole vectors */
    int32_t n_bias;     /* 4 * stride */
    int32_t n_wx, n_wh; /* n_bias * n_in, n_bias * n_cell */
    const float *bias, *wx, *wh;
} th_vec_lstm_f32_par;

typedef struct th_vec_lstm_s8_par {
    th_lstm_s16_par own;
    int32_t stride, n_scales;                 /* 11 * stride */
    const int32_t *bias, *multiplier, *shift; /* [n_scales], -31 <= shift <= -1 */
    int32_t n_w8, n_w16;                      /* one of them is 0 */
    const int8_t *w8;                         /* those of x, then those of h */
    const int16_t *w16;
} th_vec_lstm_s8_par;

/* Room for n numbers, read in whole groups. */
#define TH_VEC_LSTM_ROW(n) (((n) + 15) / 16 * 16)

/* One step needs the one before: there are no parts, `part` and `of` are not used. */
void th_vec_lstm_f32(const th_vec *v, const void *par, const void *const *in, void *const *out, void *scratch,
                     int32_t part, int32_t of);
void th_vec_lstm_s8(const th_vec *v, const void *par, const void *const *in, void *const *out, void *scratch,
                    int32_t part, int32_t of);

#endif
