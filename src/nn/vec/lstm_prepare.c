/* Weights of nn/vec/lstm.h. */
#include "nn/lstm.h"
#include "nn/vec/pack.h"

static const th_field lstm_f32_fields[] = {
    TH_FIELD_INT(th_vec_lstm_f32_par, batches),
    TH_FIELD_INT(th_vec_lstm_f32_par, steps),
    TH_FIELD_INT(th_vec_lstm_f32_par, n_in),
    TH_FIELD_INT(th_vec_lstm_f32_par, n_cell),
    TH_FIELD_INT(th_vec_lstm_f32_par, time_major),
    TH_FIELD_FLOAT(th_vec_lstm_f32_par, cell_clip),
    TH_FIELD_INT(th_vec_lstm_f32_par, stride),
    TH_FIELD_INT(th_vec_lstm_f32_par, n_bias),
    TH_FIELD_INT(th_vec_lstm_f32_par, n_wx),
    TH_FIELD_INT(th_vec_lstm_f32_par, n_wh),
    TH_FIELD_ARRAY(th_vec_lstm_f32_par, bias, n_bias, F32),
    TH_FIELD_ARRAY(th_vec_lstm_f32_par, wx, n_wx, F32),
    TH_FIELD_ARRAY(th_vec_lstm_f32_par, wh, n_wh, F32),
};

enum { LSTM_WEIGHTS = 1, LSTM_RECURRENT = 5, LSTM_BIAS = 12 };

static bool lstm_is_constant(const th_prepare *p)
{
    for (int32_t g = 0; g < 4; g++)
        if (!th_prepare_in(p, LSTM_WEIGHTS + g)->data || !th_prepare_in(p, LSTM_RECURRENT + g)->data ||
            !th_prepare_in(p, LSTM_BIAS + g)->data)
            return false;
    return true;
}

th_err th_vec_prepare_lstm_f32(const th_vec_family *f, const th_prepare *p, th_step *step)
{
    const th_lstm_f32_par *old = step->par;
    const int32_t lanes = f->vec->lanes, stride = (old->n_cell + lanes - 1) / lanes * lanes, n = 4 * stride;
    if (!lstm_is_constant(p)) return TH_OK;
    th_vec_lstm_f32_par *par = TH_NEW(p->arena, th_vec_lstm_f32_par, 1);
    float *bias = TH_NEW(p->arena, float, (size_t)n);
    float *w[2] = {TH_NEW(p->arena, float, (size_t)n *(size_t)old->n_in),
                   TH_NEW(p->arena, float, (size_t)n *(size_t)old->n_cell)};
    if (!par || !bias || !w[0] || !w[1]) return th_refuse(p, TH_ENOMEM, "no memory for packed weights");
    for (int32_t i = 0; i < 4 * old->n_cell; i++) {
        const int32_t g = i / old->n_cell, c = i % old->n_cell, at = g * stride + c;
        bias[at] = ((const float *)th_prepare_in(p, LSTM_BIAS + g)->data)[c];
        for (int32_t side = 0; side < 2; side++) {
            const int32_t n_k = side ? old->n_cell : old->n_in;
            const th_vec_weights from = {th_prepare_in(p, (side ? LSTM_RECURRENT : LSTM_WEIGHTS) + g), n_k, 1};
            for (int32_t k = 0; k < n_k; k++)
                w[side][((size_t)(at / lanes) * (size_t)n_k + (size_t)k) * (size_t)lanes + (size_t)(at % lanes)] =
                    th_vec_real(&from, c, k);
        }
    }
    *par = (th_vec_lstm_f32_par){old->batches,   old->steps, old->n_in, old->n_cell,   old->time_major,
                                 old->cell_clip, stride,     n,         n * old->n_in, n * old->n_cell,
                                 bias,           w[0],       w[1]};
    const int32_t n_in = step->n_in, n_out = step->n_out;
    TH_VEC_KERNEL(f, TH_VEC_vec_lstm_f32, th_vec_lstm_f32_par, lstm_f32_fields, step);
    step->part = NULL; /* each step needs the one before */
    step->n_in = n_in;
    step->n_out = n_out;
    step->par = par;
    step->scratch_bytes = (size_t)n * 2 * 4;
    return TH_OK;
}
