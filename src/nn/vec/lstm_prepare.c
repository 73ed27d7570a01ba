/* Weights of nn/vec/lstm.h. */
#include "nn/lstm_cell.h"
#include "nn/lstm_prepare.h"
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

static bool lstm_is_constant(const th_prepare *p)
{
    for (int32_t g = 0; g < 4; g++)
        if (!th_prepare_in(p, TH_LSTM_WEIGHTS + g)->data || !th_prepare_in(p, TH_LSTM_RECURRENT + g)->data ||
            !th_prepare_in(p, TH_LSTM_BIAS + g)->data)
            return false;
    return true;
}

/* The kernel, which still looks at the states behind the weights. */
static void set_lstm(const th_vec_family *f, int id, const char *par_type, const th_field *fields, size_t n_fields,
                     th_step *step)
{
    const int32_t n_in = step->n_in, n_out = step->n_out;
    th_vec_set_kernel(f, id, par_type, fields, n_fields, step);
    step->part = NULL; /* each step needs the one before */
    step->n_in = n_in;
    step->n_out = n_out;
    step->unread = UINT32_C(0xff) << TH_LSTM_WEIGHTS | UINT32_C(15) << TH_LSTM_BIAS;
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
        bias[at] = ((const float *)th_prepare_in(p, TH_LSTM_BIAS + g)->data)[c];
        for (int32_t side = 0; side < 2; side++) {
            const int32_t n_k = side ? old->n_cell : old->n_in;
            const th_vec_weights from = {th_prepare_in(p, (side ? TH_LSTM_RECURRENT : TH_LSTM_WEIGHTS) + g), n_k, 1};
            for (int32_t k = 0; k < n_k; k++)
                w[side][((size_t)(at / lanes) * (size_t)n_k + (size_t)k) * (size_t)lanes + (size_t)(at % lanes)] =
                    th_vec_real(&from, c, k);
        }
    }
    *par = (th_vec_lstm_f32_par){old->batches,   old->steps, old->n_in, old->n_cell,   old->time_major,
                                 old->cell_clip, stride,     n,         n * old->n_in, n * old->n_cell,
                                 bias,           w[0],       w[1]};
    set_lstm(f, TH_VEC_vec_lstm_f32, "th_vec_lstm_f32_par", lstm_f32_fields,
             sizeof lstm_f32_fields / sizeof *lstm_f32_fields, step);
    step->par = par;
    step->scratch_bytes = (size_t)n * 2 * 4;
    return TH_OK;
}

static const th_field lstm_s8_fields[] = {
    TH_FIELD_LSTM_S16_OWN(th_vec_lstm_s8_par),
    TH_FIELD_INT(th_vec_lstm_s8_par, stride),
    TH_FIELD_INT(th_vec_lstm_s8_par, n_scales),
    TH_FIELD_INTS(th_vec_lstm_s8_par, bias, n_scales),
    TH_FIELD_INTS(th_vec_lstm_s8_par, multiplier, n_scales),
    TH_FIELD_INTS(th_vec_lstm_s8_par, shift, n_scales),
    TH_FIELD_INT(th_vec_lstm_s8_par, n_w8),
    TH_FIELD_INT(th_vec_lstm_s8_par, n_w16),
    TH_FIELD_ARRAY(th_vec_lstm_s8_par, w8, n_w8, S8),
    TH_FIELD_ARRAY(th_vec_lstm_s8_par, w16, n_w16, S16),
};

static bool to_right(int32_t shift)
{
    return shift >= -31 && shift <= -1;
}

/* What scale_s32 can do. */
static bool scales_fit(const th_lstm_s16_par *own)
{
    for (int32_t g = 0; g < 4; g++)
        if (!to_right(own->in_shift[g]) || !to_right(own->hidden_shift[g])) return false;
    return to_right(own->forget_shift) && to_right(own->input_shift) && to_right(own->out_shift);
}

static void fill_scales(const th_vec_scales *s, int32_t at, int32_t n, int32_t multiplier, int32_t shift)
{
    for (int32_t i = at; i < at + n; i++) s->multiplier[i] = multiplier, s->shift[i] = shift;
}

/* The gates' weights over x (side 0) or h (side 1) from number `first` on, and their biases, less what zero points and
 * the micro-kernel's offset add. */
static void pack_side(const th_vec *v, const th_prepare *p, const th_lstm_s16_par *own, int32_t side, int32_t stride,
                      size_t first, int8_t *w8, int16_t *w16, const th_vec_scales *s)
{
    const int32_t n_k = side ? own->n_cell : own->n_in, group = v->s8_group, lanes = v->lanes;
    const int32_t n_groups = (n_k + group - 1) / group, zero = (side ? own->hidden_zero : own->in_zero) + v->s8_offset;
    for (int32_t i = 0; i < 4 * own->n_cell; i++) {
        const int32_t g = i / own->n_cell, c = i % own->n_cell, at = g * stride + c;
        const th_vec_weights from = {th_prepare_in(p, (side ? TH_LSTM_RECURRENT : TH_LSTM_WEIGHTS) + g), n_k, 1};
        uint32_t bias = side ? 0 : (uint32_t)((const int32_t *)th_prepare_in(p, TH_LSTM_BIAS + g)->data)[c];
        for (int32_t k = 0; k < n_k; k++) {
            const size_t row = ((size_t)(at / lanes) * (size_t)n_groups + (size_t)(k / group)) * (size_t)lanes;
            const size_t to = first + (row + (size_t)(at % lanes)) * (size_t)group + (size_t)(k % group);
            const int32_t w = th_vec_number(&from, c, k);
            bias -= (uint32_t)(w * zero); /* wraps as sums do */
            if (w8)
                w8[to] = (int8_t)w;
            else
                w16[to] = (int16_t)w;
        }
        s->bias[side * 4 * stride + at] = (int32_t)bias;
    }
}

th_err th_vec_prepare_lstm_s8(const th_vec_family *f, const th_prepare *p, th_step *step)
{
    const th_lstm_s16_par *own = step->par;
    const th_vec *v = f->vec;
    const int32_t stride = (own->n_cell + v->lanes - 1) / v->lanes * v->lanes, n = 4 * stride, group = v->s8_group;
    const size_t n_x = (size_t)n * (size_t)((own->n_in + group - 1) / group) * (size_t)group,
                 n_w = n_x + (size_t)n * (size_t)((own->n_cell + group - 1) / group) * (size_t)group;
    th_vec_scales s;
    if (!lstm_is_constant(p) || !scales_fit(own)) return TH_OK;
    th_vec_lstm_s8_par *par = TH_NEW(p->arena, th_vec_lstm_s8_par, 1);
    TH_TRY(th_vec_scales_new(p, 11 * stride, &s));
    int8_t *w8 = v->s8_bytes == 1 ? TH_NEW(p->arena, int8_t, n_w) : NULL;
    int16_t *w16 = v->s8_bytes == 2 ? TH_NEW(p->arena, int16_t, n_w) : NULL;
    if (!par || (!w8 && !w16)) return th_refuse(p, TH_ENOMEM, "no memory for packed weights");
    for (int32_t g = 0; g < 4; g++) {
        fill_scales(&s, g * stride, stride, own->in_multiplier[g], own->in_shift[g]);
        fill_scales(&s, n + g * stride, stride, own->hidden_multiplier[g], own->hidden_shift[g]);
    }
    fill_scales(&s, 2 * n, stride, own->forget_multiplier, own->forget_shift);
    fill_scales(&s, 2 * n + stride, stride, own->input_multiplier, own->input_shift);
    fill_scales(&s, 2 * n + 2 * stride, stride, own->out_multiplier, own->out_shift);
    pack_side(v, p, own, 0, stride, 0, w8, w16, &s);
    pack_side(v, p, own, 1, stride, n_x, w8, w16, &s);
    *par = (th_vec_lstm_s8_par){*own,         stride,  11 * stride,           s.bias,
                                s.multiplier, s.shift, w8 ? (int32_t)n_w : 0, w16 ? (int32_t)n_w : 0,
                                w8,           w16};
    set_lstm(f, TH_VEC_vec_lstm_s8, "th_vec_lstm_s8_par", lstm_s8_fields,
             sizeof lstm_s8_fields / sizeof *lstm_s8_fields, step);
    step->par = par;
    step->scratch_bytes =
        (size_t)n * 2 * 4 +
        ((size_t)TH_VEC_LSTM_ROW(own->n_in) + (size_t)TH_VEC_LSTM_ROW(own->n_cell)) * (size_t)v->s8_bytes;
    return TH_OK;
}
