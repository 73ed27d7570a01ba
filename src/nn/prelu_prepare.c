#include "nn/broadcast_prepare.h"
#include "nn/prelu.h"
#include "nn/rows.h"

static const th_field f32_fields[] = {TH_FIELD_BROADCAST(th_prelu_f32_par)};
static const th_field q_fields[] = {
    TH_FIELD_BROADCAST(th_prelu_q_par),           TH_FIELD_INT(th_prelu_q_par, in_zero),
    TH_FIELD_INT(th_prelu_q_par, alpha_zero),     TH_FIELD_INT(th_prelu_q_par, out_zero),
    TH_FIELD_INT(th_prelu_q_par, multiplier),     TH_FIELD_INT(th_prelu_q_par, shift),
    TH_FIELD_INT(th_prelu_q_par, low_multiplier), TH_FIELD_INT(th_prelu_q_par, low_shift),
};

static th_err infer(const th_prepare *p, th_shape *out)
{
    TH_TRY(th_check_io(p, 2, 2));
    return th_broadcast_shape(p, 2, out);
}

static th_err prepare_q(const th_prepare *p, th_step *step)
{
    const th_tensor *x = th_prepare_in(p, 0), *alpha = th_prepare_in(p, 1), *y = th_prepare_out(p, 0);
    TH_TRY(th_check_quant_tensor(p, x));
    TH_TRY(th_check_quant_tensor(p, alpha));
    TH_TRY(th_check_quant_tensor(p, y));
    th_prelu_q_par *par = TH_NEW(p->arena, th_prelu_q_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par =
        (th_prelu_q_par){.in_zero = x->quant.zero[0], .alpha_zero = alpha->quant.zero[0], .out_zero = y->quant.zero[0]};
    const double s_x = (double)x->quant.scale[0], s_alpha = (double)alpha->quant.scale[0],
                 s_y = (double)y->quant.scale[0];
    if (!th_quantize_multiplier(s_x / s_y, &par->multiplier, &par->shift) ||
        !th_quantize_multiplier(s_x * s_alpha / s_y, &par->low_multiplier, &par->low_shift))
        return th_refuse(p, TH_ERANGE, "the scales of input, alpha and output do not fit together");
    TH_TRY(th_broadcast_make(p, 2, &par->map, step));
    if (x->type == TH_S8)
        TH_STEP_KERNEL(step, th_prelu_s8, 2, "nn/prelu.h", th_prelu_q_par, q_fields);
    else
        TH_STEP_KERNEL(step, th_prelu_s16, 2, "nn/prelu.h", th_prelu_q_par, q_fields);
    step->par = par;
    return TH_OK;
}

static th_err prepare(const th_prepare *p, th_step *step)
{
    TH_TRY(th_check_io(p, 2, 2));
    const th_type x = th_prepare_in(p, 0)->type, alpha = th_prepare_in(p, 1)->type, y = th_prepare_out(p, 0)->type;
    if (x == y && (x == TH_S8 || x == TH_S16) && alpha == TH_S8) return prepare_q(p, step);
    if (x != TH_F32 || alpha != TH_F32 || y != TH_F32)
        return th_refuse(p, TH_EUNSUP, "input and output must be int8 or int16 with an int8 alpha, or all float32");
    th_prelu_f32_par *par = TH_NEW(p->arena, th_prelu_f32_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    TH_TRY(th_broadcast_make(p, 2, &par->map, step));
    TH_STEP_KERNEL(step, th_prelu_f32, 2, "nn/prelu.h", th_prelu_f32_par, f32_fields);
    step->par = par;
    return TH_OK;
}

const th_op_row th_row_prelu = {TH_OP_PRELU, "PRELU", prepare, infer};
