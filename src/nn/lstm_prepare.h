/* nn/lstm_prepare.h -- what the prepare functions of LSTM kernels share. */
#ifndef TH_NN_LSTM_PREPARE_H
#define TH_NN_LSTM_PREPARE_H

#include "nn/prepare.h"

/* Rows of a field list: the member `own`, a th_lstm_s16_par. */
#define TH_FIELD_LSTM_S16_OWN(type)                                                                                    \
    TH_FIELD_INT(type, own.batches), TH_FIELD_INT(type, own.steps), TH_FIELD_INT(type, own.n_in),                      \
        TH_FIELD_INT(type, own.n_cell), TH_FIELD_INT(type, own.time_major), TH_FIELD_INT(type, own.in_zero),           \
        TH_FIELD_INT(type, own.hidden_zero), TH_FIELD_FIXED(type, own.in_multiplier, 4),                               \
        TH_FIELD_FIXED(type, own.in_shift, 4), TH_FIELD_FIXED(type, own.hidden_multiplier, 4),                         \
        TH_FIELD_FIXED(type, own.hidden_shift, 4), TH_FIELD_INT(type, own.forget_multiplier),                          \
        TH_FIELD_INT(type, own.forget_shift), TH_FIELD_INT(type, own.input_multiplier),                                \
        TH_FIELD_INT(type, own.input_shift), TH_FIELD_INT(type, own.out_multiplier),                                   \
        TH_FIELD_INT(type, own.out_shift), TH_FIELD_INT(type, own.tanh_shift), TH_FIELD_INT(type, own.cell_clip)

#endif
