#include "nn/prepare.h"
#include "nn/rows.h"
#include "nn/softmax.h"
#include "nn/softmax_f32.h"

#include <float.h>

static const th_field s8_fields[] = {
    TH_FIELD_INT(th_softmax_s8_par, rows),       TH_FIELD_INT(th_softmax_s8_par, depth),
    TH_FIELD_INT(th_softmax_s8_par, multiplier), TH_FIELD_INT(th_softmax_s8_par, shift),
    TH_FIELD_INT(th_softmax_s8_par, diff_min),
};
static const th_field f32_fields[] = {
    TH_FIELD_INT(th_softmax_f32_par, rows),
    TH_FIELD_INT(th_softmax_f32_par, depth),
    TH_FIELD_FLOAT(th_softmax_f32_par, beta),
};

static th_err infer(const th_prepare *p, th_shape *out)
{
    TH_TRY(th_check_io(p, 1, 1));
    *out = th_prepare_in(p, 0)->shape;
    return TH_OK;
}

/* scale * beta in Q5.26, capped so that it stays in int32 (larger: every other class gets 0 anyway). */
static th_err scale_s8(const th_prepare *p, float scale, float beta, th_softmax_s8_par *par)
{
    double factor = (double)beta * (double)scale * (double)(INT32_C(1) << 26);
    if (factor > 2147483647.0) factor = 2147483647.0;
    if (!(factor > 1.0)) return th_refuse(p, TH_ERANGE, "input scale times beta is too small");
    /* The cap itself needs shift 31, one more than th_quantize_multiplier gives out. */
    if (factor == 2147483647.0)
        par->multiplier = INT32_MAX, par->shift = 31;
    else if (!th_quantize_multiplier(factor, &par->multiplier, &par->shift)) {
        if (!th_quantize_multiplier(factor / 2, &par->multiplier, &par->shift))
            return th_refuse(p, TH_ERANGE, "input scale times beta is out of range");
        par->shift++;
    }
    par->diff_min = -(int32_t)(((int64_t)31 << 26) >> par->shift);
    return TH_OK;
}

static th_err prepare_s8(const th_prepare *p, int32_t rows, int32_t depth, th_step *step)
{
    const th_tensor *x = th_prepare_in(p, 0), *y = th_prepare_out(p, 0);
    TH_TRY(th_check_quant_tensor(p, x));
    TH_TRY(th_check_quant_tensor(p, y));
    if (y->quant.zero[0] != -128 || y->quant.scale[0] < 1.0f / 256 || y->quant.scale[0] > 1.0f / 256)
        return th_refuse(p, TH_EUNSUP, "an int8 SOFTMAX needs output scale 1/256 and zero point -128");
    if (depth > TH_SOFTMAX_S8_DEPTH)
        return th_refuse(p, TH_ERANGE, "more than 4095 classes: the int32 sum could overflow");
    th_softmax_s8_par *par = TH_NEW(p->arena, th_softmax_s8_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    par->rows = rows;
    par->depth = depth;
    TH_TRY(scale_s8(p, x->quant.scale[0], p->node->attr.softmax.beta, par));
    TH_STEP_KERNEL(step, th_softmax_s8, 1, "nn/softmax.h", th_softmax_s8_par, s8_fields);
    step->par = par;
    return TH_OK;
}

static th_err prepare_f32(const th_prepare *p, int32_t rows, int32_t depth, th_step *step)
{
    th_softmax_f32_par *par = TH_NEW(p->arena, th_softmax_f32_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = (th_softmax_f32_par){rows, depth, p->node->attr.softmax.beta};
    if (!(par->beta >= -FLT_MAX && par->beta <= FLT_MAX)) return th_refuse(p, TH_EFORMAT, "beta is not a number");
    TH_STEP_KERNEL(step, th_softmax_f32, 1, "nn/softmax_f32.h", th_softmax_f32_par, f32_fields);
    step->par = par;
    return TH_OK;
}

static th_err prepare(const th_prepare *p, th_step *step)
{
    TH_TRY(th_check_io(p, 1, 1));
    const th_tensor *x = th_prepare_in(p, 0), *y = th_prepare_out(p, 0);
    if (x->shape.rank < 1) return th_refuse(p, TH_ESHAPE, "a scalar has no classes");
    const int32_t count = th_shape_count(&x->shape), depth = x->shape.d[x->shape.rank - 1];
    if (th_shape_count(&y->shape) != count)
        return th_refuse(p, TH_ESHAPE, "input and output have different numbers of elements");
    step->in_place = 1;
    if (x->type == TH_S8 && y->type == TH_S8) return prepare_s8(p, count / depth, depth, step);
    if (x->type == TH_F32 && y->type == TH_F32) return prepare_f32(p, count / depth, depth, step);
    return th_refuse(p, TH_EUNSUP, "input and output must both be int8 or both float32");
}

const th_op_row th_row_softmax = {TH_OP_SOFTMAX, "SOFTMAX", prepare, infer};
