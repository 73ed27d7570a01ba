/* nn/lstm_cell.h -- one cell of the LSTM with an int16 cell state, and where its rows are: what its kernels share. */
#ifndef TH_NN_LSTM_CELL_H
#define TH_NN_LSTM_CELL_H

#include "nn/lstm.h"
#include "nn/requant.h"
#include "nn/sigmoid_s16.h"

#include <stddef.h>

/* Gates, and places of the inputs. */
enum {
    TH_LSTM_I,
    TH_LSTM_F,
    TH_LSTM_G,
    TH_LSTM_O,
    TH_LSTM_WEIGHTS = 1,
    TH_LSTM_RECURRENT = 5,
    TH_LSTM_BIAS = 12,
    TH_LSTM_HIDDEN = 18,
    TH_LSTM_CELL = 19
};

static inline int32_t th_lstm_limit(int32_t x)
{
    return th_clamp(x, INT16_MIN, INT16_MAX);
}

/* Row of x or y for batch b at time t. */
static inline ptrdiff_t th_lstm_row(int32_t time_major, int32_t batches, int32_t steps, int32_t b, int32_t t)
{
    return time_major ? (ptrdiff_t)t * batches + b : (ptrdiff_t)b * steps + t;
}

/* The cell of what is kept (f * c) and what is new (i * g). */
static inline int16_t th_lstm_next(const th_lstm_s16_par *p, int32_t kept, int32_t fresh)
{
    const int32_t c = th_lstm_limit(th_lstm_limit(kept) + th_lstm_limit(fresh));
    return (int16_t)(p->cell_clip > 0 ? th_clamp(c, -p->cell_clip, p->cell_clip) : c);
}

/* tanh(c) */
static inline int32_t th_lstm_tanh(const th_lstm_s16_par *p, int32_t c)
{
    return th_tanh_s16_of(p->tanh_shift >= 0 ? c * (INT32_C(3) << p->tanh_shift)
                                             : (3 * c + (INT32_C(1) << (-p->tanh_shift - 1))) >> -p->tanh_shift);
}

/* Moves one cell on, and returns the new tanh(c) * o before it is limited. */
static inline int32_t th_lstm_update(const th_lstm_s16_par *p, const int32_t gate[4], int16_t *cell)
{
    const int32_t i = th_logistic_s16_of(3 * gate[TH_LSTM_I]), f = th_logistic_s16_of(3 * gate[TH_LSTM_F]);
    const int32_t g = th_tanh_s16_of(3 * gate[TH_LSTM_G]), o = th_logistic_s16_of(3 * gate[TH_LSTM_O]);
    *cell = th_lstm_next(p, th_requant(f * *cell, p->forget_multiplier, p->forget_shift),
                         th_requant(i * g, p->input_multiplier, p->input_shift));
    return th_add_wrap(th_requant(th_lstm_tanh(p, *cell) * o, p->out_multiplier, p->out_shift), p->hidden_zero);
}

#endif
