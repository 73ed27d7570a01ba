#include "base/fmath.h"
#include "nn/lstm.h"
#include "nn/prepare.h"
#include "nn/rows.h"

static const th_field s16_fields[] = {
    TH_FIELD_INT(th_lstm_s16_par, batches),
    TH_FIELD_INT(th_lstm_s16_par, steps),
    TH_FIELD_INT(th_lstm_s16_par, n_in),
    TH_FIELD_INT(th_lstm_s16_par, n_cell),
    TH_FIELD_INT(th_lstm_s16_par, time_major),
    TH_FIELD_INT(th_lstm_s16_par, in_zero),
    TH_FIELD_INT(th_lstm_s16_par, hidden_zero),
    TH_FIELD_FIXED(th_lstm_s16_par, in_multiplier, 4),
    TH_FIELD_FIXED(th_lstm_s16_par, in_shift, 4),
    TH_FIELD_FIXED(th_lstm_s16_par, hidden_multiplier, 4),
    TH_FIELD_FIXED(th_lstm_s16_par, hidden_shift, 4),
    TH_FIELD_INT(th_lstm_s16_par, forget_multiplier),
    TH_FIELD_INT(th_lstm_s16_par, forget_shift),
    TH_FIELD_INT(th_lstm_s16_par, input_multiplier),
    TH_FIELD_INT(th_lstm_s16_par, input_shift),
    TH_FIELD_INT(th_lstm_s16_par, out_multiplier),
    TH_FIELD_INT(th_lstm_s16_par, out_shift),
    TH_FIELD_INT(th_lstm_s16_par, tanh_shift),
    TH_FIELD_INT(th_lstm_s16_par, cell_clip),
};
static const th_field f32_fields[] = {
    TH_FIELD_INT(th_lstm_f32_par, batches),    TH_FIELD_INT(th_lstm_f32_par, steps),
    TH_FIELD_INT(th_lstm_f32_par, n_in),       TH_FIELD_INT(th_lstm_f32_par, n_cell),
    TH_FIELD_INT(th_lstm_f32_par, time_major), TH_FIELD_FLOAT(th_lstm_f32_par, cell_clip),
};

/* Places of the inputs; weights, recurrent weights and biases have four each, in the order of the gates. */
enum {
    X = 0,
    WEIGHTS = 1,
    RECURRENT = 5,
    PEEPHOLES = 9,
    BIAS = 12,
    PROJECTION = 16,
    HIDDEN = 18,
    CELL = 19,
    LAYER_NORM = 20,
    N_INPUTS = 24
};

typedef struct sizes {
    int32_t batches, steps, n_in, n_cell;
} sizes;

/* Which inputs must be there, and which must not. */
static th_err check_inputs(const th_prepare *p)
{
    const th_node *node = p->node;
    if (node->n_in != N_INPUTS && node->n_in != LAYER_NORM) return th_refuse(p, TH_EFORMAT, "wrong number of inputs");
    TH_TRY(th_check_io(p, 1, N_INPUTS));
    if (!th_prepare_in(p, WEIGHTS) || !th_prepare_in(p, RECURRENT) || !th_prepare_in(p, BIAS))
        return th_refuse(p, TH_EUNSUP, "it has no input gate (coupled input and forget gates), which is not supported");
    for (int32_t i = 0; i < node->n_in; i++) {
        const th_tensor *t = th_prepare_in(p, i);
        if (i >= PEEPHOLES && i < BIAS && t)
            return th_refuse(p, TH_EUNSUP, "it has peepholes, which are not supported");
        if (i >= PROJECTION && i < HIDDEN && t)
            return th_refuse(p, TH_EUNSUP, "it has a projection, which is not supported");
        if (i >= LAYER_NORM && t) return th_refuse(p, TH_EUNSUP, "it has layer normalisation, which is not supported");
        const int needed = i < PEEPHOLES || (i >= BIAS && i < PROJECTION) || i == HIDDEN || i == CELL;
        if (needed && !t) return th_refuse(p, TH_EFORMAT, "an input is missing");
    }
    if (node->attr.lstm.act != TH_ACT_TANH) return th_refuse(p, TH_EUNSUP, "its activation is not TANH");
    if (node->attr.lstm.diagonal)
        return th_refuse(p, TH_EUNSUP, "its recurrent weights are diagonal, which is not supported");
    return TH_OK;
}

static bool is_matrix(const th_tensor *t, int32_t rows, int32_t cols)
{
    return t->shape.rank == 2 && t->shape.d[0] == rows && t->shape.d[1] == cols;
}

static th_err geometry(const th_prepare *p, sizes *s)
{
    const th_shape *x = &th_prepare_in(p, X)->shape, *h = &th_prepare_in(p, HIDDEN)->shape;
    const int32_t time_major = p->node->attr.lstm.time_major != 0;
    if (x->rank != 3 || h->rank != 2) return th_refuse(p, TH_ESHAPE, "the input needs 3 dimensions and the state 2");
    *s = (sizes){x->d[time_major], x->d[!time_major], x->d[2], h->d[1]};
    if (h->d[0] != s->batches || th_shape_count(&th_prepare_in(p, CELL)->shape) != th_shape_count(h))
        return th_refuse(p, TH_ESHAPE, "the states do not have the shape batches, cells");
    for (int32_t g = 0; g < 4; g++) {
        const th_shape *bias = &th_prepare_in(p, BIAS + g)->shape;
        if (!is_matrix(th_prepare_in(p, WEIGHTS + g), s->n_cell, s->n_in) ||
            !is_matrix(th_prepare_in(p, RECURRENT + g), s->n_cell, s->n_cell) || bias->rank != 1 ||
            bias->d[0] != s->n_cell)
            return th_refuse(p, TH_ESHAPE,
                             "the weights or biases of a gate have another shape than its inputs and cells");
    }
    return TH_OK;
}

static th_err infer(const th_prepare *p, th_shape *out)
{
    sizes s;
    TH_TRY(check_inputs(p));
    TH_TRY(geometry(p, &s));
    *out = th_prepare_in(p, X)->shape;
    out->d[2] = s.n_cell;
    return TH_OK;
}

/* Tensors first .. first + 3 have the type. */
static bool four_are(const th_prepare *p, int32_t first, th_type type)
{
    bool same = true;
    for (int32_t g = 0; g < 4; g++) same = same && th_prepare_in(p, first + g)->type == type;
    return same;
}

/* The sums of a gate, over x (or h) and weights w, to the scale 2^-12. */
static th_err gate_scale(const th_prepare *p, const th_tensor *x, const th_tensor *w, int32_t n, int32_t *m,
                         int32_t *shift)
{
    TH_TRY(th_check_quant_tensor(p, w));
    if (w->quant.zero[0] != 0) return th_refuse(p, TH_EUNSUP, "weights have a zero point other than 0");
    TH_TRY(th_prepare_scale_f32(p, x->quant.scale[0], w->quant.scale[0], 1.0f / 4096, m, shift));
    if (n > INT32_C(32768))
        return th_refuse(p, TH_ERANGE, "more than 32768 inputs or cells: int32 sums could overflow");
    return th_check_sums_s16(p, n, x->type == TH_S16, shift, 1);
}

/* The whole number next to log2 of a positive float: x = f 2^e with f from 1 to 2, and one more from f = sqrt(2) on. */
static int32_t log2_of(float x)
{
    const uint32_t bits = th_float_bits(x), root_of_two = UINT32_C(0x3504f3);
    return (int32_t)(bits >> 23) - 127 + ((bits & UINT32_C(0x7fffff)) >= root_of_two ? 1 : 0);
}

static th_err cell_scales(const th_prepare *p, th_lstm_s16_par *par)
{
    const th_tensor *h = th_prepare_in(p, HIDDEN), *cell = th_prepare_in(p, CELL);
    const double s = (double)cell->quant.scale[0], one = 1.0 / 32768;
    if (!th_quantize_multiplier(one * s / s, &par->forget_multiplier, &par->forget_shift) ||
        !th_quantize_multiplier(one * one / s, &par->input_multiplier, &par->input_shift) ||
        !th_quantize_multiplier(one * one / (double)h->quant.scale[0], &par->out_multiplier, &par->out_shift))
        return th_refuse(p, TH_ERANGE, "the scale of a state is too small");
    par->tanh_shift = log2_of(cell->quant.scale[0]) + 12;
    if (par->tanh_shift < -14 || par->tanh_shift > 14)
        return th_refuse(p, TH_ERANGE, "the cell's scale is not between 2^-26 and 4");
    const double clip = (double)p->node->attr.lstm.cell_clip / s;
    par->cell_clip = clip > 32767.0 ? 32767 : (int32_t)clip;
    return TH_OK;
}

static th_err prepare_s16(const th_prepare *p, const sizes *s, th_step *step)
{
    const th_tensor *x = th_prepare_in(p, X), *h = th_prepare_in(p, HIDDEN), *cell = th_prepare_in(p, CELL);
    int32_t wide = 1;
    TH_TRY(th_check_quant_tensor(p, x));
    TH_TRY(th_check_quant_tensor(p, h));
    TH_TRY(th_check_quant_s16(p, cell));
    th_lstm_s16_par *par = TH_NEW(p->arena, th_lstm_s16_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = (th_lstm_s16_par){.batches = s->batches,
                             .steps = s->steps,
                             .n_in = s->n_in,
                             .n_cell = s->n_cell,
                             .time_major = p->node->attr.lstm.time_major != 0,
                             .in_zero = x->quant.zero[0],
                             .hidden_zero = h->quant.zero[0]};
    for (int32_t g = 0; g < 4; g++) {
        if (x->type == TH_S8)
            TH_TRY(th_check_bias(p, th_prepare_in(p, BIAS + g), TH_S32, s->n_cell));
        else
            TH_TRY(th_check_bias_s16(p, th_prepare_in(p, BIAS + g), s->n_cell, TH_S64, &wide));
        if (!wide) return th_refuse(p, TH_EUNSUP, "the biases of an int16 LSTM must be int64");
        TH_TRY(gate_scale(p, x, th_prepare_in(p, WEIGHTS + g), s->n_in, &par->in_multiplier[g], &par->in_shift[g]));
        TH_TRY(gate_scale(p, h, th_prepare_in(p, RECURRENT + g), s->n_cell, &par->hidden_multiplier[g],
                          &par->hidden_shift[g]));
    }
    TH_TRY(cell_scales(p, par));
    if (x->type == TH_S8)
        TH_STEP_KERNEL(step, th_lstm_s8, 20, "nn/lstm.h", th_lstm_s16_par, s16_fields);
    else
        TH_STEP_KERNEL(step, th_lstm_s16, 20, "nn/lstm.h", th_lstm_s16_par, s16_fields);
    step->par = par;
    return TH_OK;
}

static th_err prepare_f32(const th_prepare *p, const sizes *s, th_step *step)
{
    if (!four_are(p, BIAS, TH_F32)) return th_refuse(p, TH_EUNSUP, "the biases must be float32");
    th_lstm_f32_par *par = TH_NEW(p->arena, th_lstm_f32_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = (th_lstm_f32_par){
        s->batches, s->steps, s->n_in, s->n_cell, p->node->attr.lstm.time_major != 0, p->node->attr.lstm.cell_clip};
    TH_STEP_KERNEL(step, th_lstm_f32, 20, "nn/lstm.h", th_lstm_f32_par, f32_fields);
    step->par = par;
    return TH_OK;
}

static th_err prepare(const th_prepare *p, th_step *step)
{
    sizes s;
    TH_TRY(check_inputs(p));
    TH_TRY(geometry(p, &s));
    const th_tensor *x = th_prepare_in(p, X), *y = th_prepare_out(p, 0), *h = th_prepare_in(p, HIDDEN),
                    *cell = th_prepare_in(p, CELL);
    if (!h->is_variable || !cell->is_variable) return th_refuse(p, TH_EUNSUP, "a state is not a variable tensor");
    if (y->shape.rank != 3 || y->shape.d[0] != x->shape.d[0] || y->shape.d[1] != x->shape.d[1] ||
        y->shape.d[2] != s.n_cell)
        return th_refuse(p, TH_ESHAPE, "the output does not have the shape that follows from input and cells");
    if (!(p->node->attr.lstm.cell_clip >= 0.0f)) return th_refuse(p, TH_EFORMAT, "the limit of the cell is negative");
    step->macs = (int64_t)s.batches * s.steps * 4 * s.n_cell * ((int64_t)s.n_in + s.n_cell);
    if (x->type != y->type || x->type != h->type)
        return th_refuse(p, TH_EUNSUP, "input, output and hidden state have different types");
    const int whole = four_are(p, WEIGHTS, TH_S8) && four_are(p, RECURRENT, TH_S8),
              real = four_are(p, WEIGHTS, TH_F32) && four_are(p, RECURRENT, TH_F32);
    if ((x->type == TH_S8 || x->type == TH_S16) && whole && cell->type == TH_S16) return prepare_s16(p, &s, step);
    if (x->type == TH_F32 && real && cell->type == TH_F32) return prepare_f32(p, &s, step);
    return th_refuse(p, TH_EUNSUP, "all must be float32; or int8 or int16 with int8 weights and an int16 cell");
}

const th_op_row th_row_unidirectional_sequence_lstm = {TH_OP_UNIDIRECTIONAL_SEQUENCE_LSTM,
                                                       "UNIDIRECTIONAL_SEQUENCE_LSTM", prepare, infer};
