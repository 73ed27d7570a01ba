#include "nn/add_n.h"
#include "nn/boxes.h"
#include "nn/prepare.h"
#include "nn/rows.h"
#include "nn/slide.h"

static const th_field f32_fields[] = {TH_FIELD_INT(th_add_n_f32_par, n), TH_FIELD_INT(th_add_n_f32_par, inputs)};
static const th_field s8_fields[] = {
    TH_FIELD_INT(th_add_n_s8_par, n),
    TH_FIELD_INT(th_add_n_s8_par, inputs),
    TH_FIELD_INT(th_add_n_s8_par, zero),
    TH_FIELD_INT(th_add_n_s8_par, multiplier),
    TH_FIELD_INT(th_add_n_s8_par, shift),
    TH_FIELD_INT(th_add_n_s8_par, out_zero),
    TH_FIELD_INT(th_add_n_s8_par, out_multiplier),
    TH_FIELD_INT(th_add_n_s8_par, out_shift),
};

static th_err infer(const th_prepare *p, th_shape *out)
{
    TH_TRY(th_check_io(p, p->node->n_in, p->node->n_in));
    if (p->node->n_in < 2) return th_refuse(p, TH_EFORMAT, "it needs two inputs or more");
    *out = th_prepare_in(p, 0)->shape;
    for (int32_t i = 1; i < p->node->n_in; i++) {
        const th_tensor *x = th_prepare_in(p, i);
        if (!th_shape_same(&x->shape, out)) return th_refuse(p, TH_ESHAPE, "the inputs have different shapes");
        if (x->type != th_prepare_in(p, 0)->type) return th_refuse(p, TH_EUNSUP, "the inputs have different types");
    }
    return TH_OK;
}

static th_err prepare_s8(const th_prepare *p, int32_t n, th_step *step)
{
    const th_tensor *x = th_prepare_in(p, 0), *y = th_prepare_out(p, 0);
    if (p->node->n_in > TH_ADD_N_S8_INPUTS)
        return th_refuse(p, TH_ERANGE, "more than 15 int8 inputs: the int32 sum could overflow");
    for (int32_t i = 0; i < p->node->n_in; i++) TH_TRY(th_check_same_quant(p, x, th_prepare_in(p, i)));
    TH_TRY(th_check_quant_tensor(p, y));
    th_add_n_s8_par *par = TH_NEW(p->arena, th_add_n_s8_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = (th_add_n_s8_par){.n = n, .inputs = p->node->n_in, .zero = x->quant.zero[0], .out_zero = y->quant.zero[0]};
    const double factor = 2 * (double)x->quant.scale[0] / (1048576.0 * (double)y->quant.scale[0]);
    if (!th_quantize_multiplier(0.5, &par->multiplier, &par->shift) || !(factor < 1.0) ||
        !th_quantize_multiplier(factor, &par->out_multiplier, &par->out_shift) || par->out_shift > 0)
        return th_refuse(p, TH_ERANGE, "the output scale is too small for the inputs' scale");
    TH_STEP_KERNEL(step, th_add_n_s8, p->node->n_in, "nn/add_n.h", th_add_n_s8_par, s8_fields);
    step->par = par;
    return TH_OK;
}

static th_err prepare(const th_prepare *p, th_step *step)
{
    th_shape shape;
    TH_TRY(infer(p, &shape));
    const th_tensor *y = th_prepare_out(p, 0);
    const th_type type = th_prepare_in(p, 0)->type;
    if (!th_shape_same(&shape, &y->shape))
        return th_refuse(p, TH_ESHAPE, "the output has another shape than the inputs");
    for (int32_t i = 0; i < p->node->n_in; i++) th_slide_elements(p, i, step);
    if (type == TH_S8 && y->type == TH_S8) return prepare_s8(p, th_shape_count(&shape), step);
    if (type != TH_F32 || y->type != TH_F32)
        return th_refuse(p, TH_EUNSUP, "inputs and output must all be int8 or all float32");
    th_add_n_f32_par *par = TH_NEW(p->arena, th_add_n_f32_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = (th_add_n_f32_par){th_shape_count(&shape), p->node->n_in};
    TH_STEP_KERNEL(step, th_add_n_f32, p->node->n_in, "nn/add_n.h", th_add_n_f32_par, f32_fields);
    step->par = par;
    return TH_OK;
}

const th_op_row th_row_add_n = {TH_OP_ADD_N, "ADD_N", prepare, infer};
