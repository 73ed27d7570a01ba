#include "nn/l2_normalization.h"
#include "nn/prepare.h"
#include "nn/rows.h"
#include "nn/slide.h"

static const th_field fields[] = {
    TH_FIELD_INT(th_l2_normalization_par, rows),
    TH_FIELD_INT(th_l2_normalization_par, depth),
    TH_FIELD_INT(th_l2_normalization_par, zero),
};

static th_err prepare(const th_prepare *p, th_step *step)
{
    TH_TRY(th_check_io(p, 1, 1));
    const th_tensor *x = th_prepare_in(p, 0), *y = th_prepare_out(p, 0);
    if (x->shape.rank < 1) return th_refuse(p, TH_ESHAPE, "a scalar has no length");
    const int32_t n = th_shape_count(&x->shape), depth = x->shape.d[x->shape.rank - 1];
    if (th_shape_count(&y->shape) != n)
        return th_refuse(p, TH_ESHAPE, "input and output have different numbers of elements");
    if (p->node->attr.fused.act != TH_ACT_NONE) return th_refuse(p, TH_EUNSUP, "it cannot have a fused activation");
    th_l2_normalization_par *par = TH_NEW(p->arena, th_l2_normalization_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = (th_l2_normalization_par){n / depth, depth, 0};
    step->par = par;
    th_slide_elements(p, 0, step);
    if (x->type == TH_F32 && y->type == TH_F32) {
        TH_STEP_KERNEL(step, th_l2_normalization_f32, 1, "nn/l2_normalization.h", th_l2_normalization_par, fields);
        return TH_OK;
    }
    if (x->type != TH_S8 || y->type != TH_S8)
        return th_refuse(p, TH_EUNSUP, "input and output must both be int8 or both float32");
    TH_TRY(th_check_quant_tensor(p, x));
    TH_TRY(th_check_quant_tensor(p, y));
    if (y->quant.zero[0] != 0 || y->quant.scale[0] < 1.0f / 128 || y->quant.scale[0] > 1.0f / 128)
        return th_refuse(p, TH_EUNSUP, "an int8 L2_NORMALIZATION needs output scale 1/128 and zero point 0");
    if (depth > TH_L2_NORMALIZATION_S8_DEPTH)
        return th_refuse(p, TH_ERANGE, "rows of more than 33025 numbers: the int32 sum could overflow");
    par->zero = x->quant.zero[0];
    TH_STEP_KERNEL(step, th_l2_normalization_s8, 1, "nn/l2_normalization.h", th_l2_normalization_par, fields);
    return TH_OK;
}

const th_op_row th_row_l2_normalization = {TH_OP_L2_NORMALIZATION, "L2_NORMALIZATION", prepare, th_infer_same};
