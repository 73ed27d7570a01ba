#include "nn/prepare.h"
#include "nn/rows.h"
#include "nn/svdf.h"

static const th_field s8_fields[] = {
    TH_FIELD_INT(th_svdf_s8_par, batches),
    TH_FIELD_INT(th_svdf_s8_par, n_in),
    TH_FIELD_INT(th_svdf_s8_par, units),
    TH_FIELD_INT(th_svdf_s8_par, rank),
    TH_FIELD_INT(th_svdf_s8_par, memory),
    TH_FIELD_INT(th_svdf_s8_par, in_zero),
    TH_FIELD_INT(th_svdf_s8_par, state_zero),
    TH_FIELD_INT(th_svdf_s8_par, out_zero),
    TH_FIELD_INT(th_svdf_s8_par, state_multiplier),
    TH_FIELD_INT(th_svdf_s8_par, state_shift),
    TH_FIELD_INT(th_svdf_s8_par, out_multiplier),
    TH_FIELD_INT(th_svdf_s8_par, out_shift),
};
static const th_field f32_fields[] = {
    TH_FIELD_INT(th_svdf_f32_par, batches),   TH_FIELD_INT(th_svdf_f32_par, n_in),
    TH_FIELD_INT(th_svdf_f32_par, units),     TH_FIELD_INT(th_svdf_f32_par, rank),
    TH_FIELD_INT(th_svdf_f32_par, memory),    TH_FIELD_FLOAT(th_svdf_f32_par, act_min),
    TH_FIELD_FLOAT(th_svdf_f32_par, act_max),
};

enum { X, WF, WT, BIAS, STATE };

typedef struct sizes {
    int32_t batches, n_in, units, rank, memory;
} sizes;

static th_err geometry(const th_prepare *p, sizes *s)
{
    const th_shape *x = &th_prepare_in(p, X)->shape, *wf = &th_prepare_in(p, WF)->shape,
                   *wt = &th_prepare_in(p, WT)->shape;
    const th_shape *state = &th_prepare_in(p, STATE)->shape;
    const int32_t rank = p->node->attr.svdf.rank;
    if (x->rank != 2 || wf->rank != 2 || wt->rank != 2 || state->rank != 2)
        return th_refuse(p, TH_ESHAPE, "input, weights and state must have 2 dimensions");
    if (wf->d[1] != x->d[1] || wt->d[0] != wf->d[0])
        return th_refuse(p, TH_ESHAPE, "the shapes of input and weights do not match");
    if (rank < 1 || wf->d[0] % rank != 0)
        return th_refuse(p, TH_ESHAPE, "the number of filters is not a multiple of the rank");
    *s = (sizes){x->d[0], x->d[1], wf->d[0] / rank, rank, wt->d[1]};
    if (state->d[0] != s->batches || (int64_t)state->d[1] != (int64_t)wf->d[0] * s->memory)
        return th_refuse(p, TH_ESHAPE, "the state does not have the shape batches, filters * memory");
    return TH_OK;
}

/* The bias may be absent, although its place is not the last. */
static th_err check_inputs(const th_prepare *p)
{
    if (p->node->n_in != 5) return th_refuse(p, TH_EFORMAT, "wrong number of inputs");
    TH_TRY(th_check_io(p, 3, 5));
    return th_prepare_in(p, STATE) ? TH_OK : th_refuse(p, TH_EFORMAT, "an input is missing");
}

static th_err infer(const th_prepare *p, th_shape *out)
{
    sizes s;
    TH_TRY(check_inputs(p));
    TH_TRY(geometry(p, &s));
    *out = (th_shape){.rank = 2, .d = {s.batches, s.units}};
    return TH_OK;
}

/* Weights: one scale; their zero point is 0 or was never meant. */
static th_err check_weights(const th_prepare *p, const th_tensor *w)
{
    TH_TRY(th_check_quant_tensor(p, w));
    return w->quant.zero[0] == 0 ? TH_OK : th_refuse(p, TH_EUNSUP, "weights have a zero point other than 0");
}

static th_err prepare_s8(const th_prepare *p, const sizes *s, th_step *step)
{
    const th_tensor *x = th_prepare_in(p, X), *wf = th_prepare_in(p, WF), *wt = th_prepare_in(p, WT),
                    *state = th_prepare_in(p, STATE);
    const th_tensor *y = th_prepare_out(p, 0);
    TH_TRY(th_check_quant_tensor(p, x));
    TH_TRY(th_check_quant_tensor(p, state));
    TH_TRY(th_check_quant_tensor(p, y));
    TH_TRY(check_weights(p, wf));
    TH_TRY(check_weights(p, wt));
    TH_TRY(th_check_bias(p, th_prepare_in(p, BIAS), TH_S32, s->units));
    if (s->n_in > INT32_C(32768)) return th_refuse(p, TH_ERANGE, "more than 32768 inputs: int32 sums could overflow");
    th_svdf_s8_par *par = TH_NEW(p->arena, th_svdf_s8_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = (th_svdf_s8_par){.batches = s->batches,
                            .n_in = s->n_in,
                            .units = s->units,
                            .rank = s->rank,
                            .memory = s->memory,
                            .in_zero = x->quant.zero[0],
                            .state_zero = state->quant.zero[0],
                            .out_zero = y->quant.zero[0]};
    /* Here the reference computes all in float32, division included. */
    const float first = x->quant.scale[0] * wf->quant.scale[0], second = state->quant.scale[0] * wt->quant.scale[0];
    const float to_state = first / state->quant.scale[0], to_out = second / y->quant.scale[0];
    if (!th_quantize_multiplier((double)to_state, &par->state_multiplier, &par->state_shift) ||
        !th_quantize_multiplier((double)to_out, &par->out_multiplier, &par->out_shift))
        return th_refuse(p, TH_ERANGE, "the scales of input, weights, state and output do not fit together");
    if (state->type == TH_S8)
        TH_STEP_KERNEL(step, th_svdf_s8, 5, "nn/svdf.h", th_svdf_s8_par, s8_fields);
    else
        TH_STEP_KERNEL(step, th_svdf_s8_s16, 5, "nn/svdf.h", th_svdf_s8_par, s8_fields);
    step->par = par;
    return TH_OK;
}

static th_err prepare_f32(const th_prepare *p, const sizes *s, th_step *step)
{
    TH_TRY(th_check_bias(p, th_prepare_in(p, BIAS), TH_F32, s->units));
    th_svdf_f32_par *par = TH_NEW(p->arena, th_svdf_f32_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = (th_svdf_f32_par){
        .batches = s->batches, .n_in = s->n_in, .units = s->units, .rank = s->rank, .memory = s->memory};
    TH_TRY(th_act_range_f32(p, p->node->attr.svdf.act, &par->act_min, &par->act_max));
    TH_STEP_KERNEL(step, th_svdf_f32, 5, "nn/svdf.h", th_svdf_f32_par, f32_fields);
    step->par = par;
    return TH_OK;
}

static th_err prepare(const th_prepare *p, th_step *step)
{
    sizes s;
    TH_TRY(check_inputs(p));
    TH_TRY(geometry(p, &s));
    if (!th_prepare_in(p, STATE)->is_variable) return th_refuse(p, TH_EUNSUP, "the state is not a variable tensor");
    const th_shape *out = &th_prepare_out(p, 0)->shape;
    if (out->rank != 2 || out->d[0] != s.batches || out->d[1] != s.units)
        return th_refuse(p, TH_ESHAPE, "the output does not have the shape batches, filters / rank");
    step->macs = (int64_t)s.batches * s.units * s.rank * ((int64_t)s.n_in + s.memory);
    const th_type x = th_prepare_in(p, X)->type, wf = th_prepare_in(p, WF)->type, wt = th_prepare_in(p, WT)->type;
    const th_type state = th_prepare_in(p, STATE)->type, y = th_prepare_out(p, 0)->type;
    if (x == TH_S8 && wf == TH_S8 && y == TH_S8 && wt == state && (state == TH_S8 || state == TH_S16))
        return prepare_s8(p, &s, step);
    if (x == TH_F32 && wf == TH_F32 && y == TH_F32 && wt == TH_F32 && state == TH_F32) return prepare_f32(p, &s, step);
    return th_refuse(
        p, TH_EUNSUP,
        "input, feature weights and output must be int8, with int8 or int16 time weights and state; or all float32");
}

const th_op_row th_row_svdf = {TH_OP_SVDF, "SVDF", prepare, infer};
