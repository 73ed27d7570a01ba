#include "nn/prepare.h"
#include "nn/relu.h"
#include "nn/rows.h"
#include "nn/slide.h"

static const th_field q_fields[] = {
    TH_FIELD_INT(th_relu_q_par, n),        TH_FIELD_INT(th_relu_q_par, in_zero),
    TH_FIELD_INT(th_relu_q_par, out_zero), TH_FIELD_INT(th_relu_q_par, multiplier),
    TH_FIELD_INT(th_relu_q_par, shift),    TH_FIELD_INT(th_relu_q_par, act_min),
    TH_FIELD_INT(th_relu_q_par, act_max),
};
static const th_field f32_fields[] = {
    TH_FIELD_INT(th_relu_f32_par, n),
    TH_FIELD_FLOAT(th_relu_f32_par, act_min),
    TH_FIELD_FLOAT(th_relu_f32_par, act_max),
};

static th_err prepare_q(const th_prepare *p, int32_t n, th_act act, th_step *step)
{
    const th_tensor *x = th_prepare_in(p, 0), *y = th_prepare_out(p, 0);
    TH_TRY(th_check_quant_tensor(p, x));
    TH_TRY(th_check_quant_tensor(p, y));
    th_relu_q_par *par = TH_NEW(p->arena, th_relu_q_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = (th_relu_q_par){.n = n, .in_zero = x->quant.zero[0], .out_zero = y->quant.zero[0]};
    /* The reference divides the scales in float32.  (x - zero) 2^shift must stay in int32. */
    const float factor = x->quant.scale[0] / y->quant.scale[0];
    if (!th_quantize_multiplier((double)factor, &par->multiplier, &par->shift) ||
        par->shift > (x->type == TH_S8 ? 22 : 14))
        return th_refuse(p, TH_ERANGE, "the output scale is too small for the input scale");
    TH_TRY(th_act_range(p, act, y, &par->act_min, &par->act_max));
    if (x->type == TH_S8)
        TH_STEP_KERNEL(step, th_relu_s8, 1, "nn/relu.h", th_relu_q_par, q_fields);
    else
        TH_STEP_KERNEL(step, th_relu_s16, 1, "nn/relu.h", th_relu_q_par, q_fields);
    step->par = par;
    return TH_OK;
}

static th_err prepare_f32(const th_prepare *p, int32_t n, th_act act, th_step *step)
{
    th_relu_f32_par *par = TH_NEW(p->arena, th_relu_f32_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    par->n = n;
    TH_TRY(th_act_range_f32(p, act, &par->act_min, &par->act_max));
    TH_STEP_KERNEL(step, th_relu_f32, 1, "nn/relu.h", th_relu_f32_par, f32_fields);
    step->par = par;
    return TH_OK;
}

static th_err prepare(const th_prepare *p, th_step *step)
{
    TH_TRY(th_check_io(p, 1, 1));
    const th_tensor *x = th_prepare_in(p, 0), *y = th_prepare_out(p, 0);
    const int32_t n = th_shape_count(&x->shape);
    const th_act act = p->node->op == TH_OP_RELU6 ? TH_ACT_RELU6 : TH_ACT_RELU;
    if (th_shape_count(&y->shape) != n)
        return th_refuse(p, TH_ESHAPE, "input and output have different numbers of elements");
    th_slide_elements(p, 0, step);
    if (x->type == y->type && (x->type == TH_S8 || x->type == TH_S16)) return prepare_q(p, n, act, step);
    if (x->type == TH_F32 && y->type == TH_F32) return prepare_f32(p, n, act, step);
    return th_refuse(p, TH_EUNSUP, "input and output must both be int8, both int16 or both float32");
}

const th_op_row th_row_relu = {TH_OP_RELU, "RELU", prepare, th_infer_same};
const th_op_row th_row_relu6 = {TH_OP_RELU6, "RELU6", prepare, th_infer_same};
