#include "nn/add.h"
#include "nn/prepare.h"
#include "nn/rows.h"

static const th_field s8_fields[] = {
    TH_FIELD_INT(th_add_s8_par, n),
    TH_FIELD_INT(th_add_s8_par, a_zero),
    TH_FIELD_INT(th_add_s8_par, a_multiplier),
    TH_FIELD_INT(th_add_s8_par, a_shift),
    TH_FIELD_INT(th_add_s8_par, b_zero),
    TH_FIELD_INT(th_add_s8_par, b_multiplier),
    TH_FIELD_INT(th_add_s8_par, b_shift),
    TH_FIELD_INT(th_add_s8_par, out_zero),
    TH_FIELD_INT(th_add_s8_par, out_multiplier),
    TH_FIELD_INT(th_add_s8_par, out_shift),
    TH_FIELD_INT(th_add_s8_par, act_min),
    TH_FIELD_INT(th_add_s8_par, act_max),
};
static const th_field f32_fields[] = {
    TH_FIELD_INT(th_add_f32_par, n),
    TH_FIELD_FLOAT(th_add_f32_par, act_min),
    TH_FIELD_FLOAT(th_add_f32_par, act_max),
};

static bool same_shape(const th_shape *a, const th_shape *b)
{
    bool same = a->rank == b->rank;
    for (int32_t i = 0; same && i < a->rank; i++) same = a->d[i] == b->d[i];
    return same;
}

static th_err infer(const th_prepare *p, th_shape *out)
{
    TH_TRY(th_check_io(p, 2, 2));
    *out = th_prepare_in(p, 0)->shape;
    if (!same_shape(out, &th_prepare_in(p, 1)->shape))
        return th_refuse(p, TH_EUNSUP, "the two inputs have different shapes");
    return TH_OK;
}

/* A factor that the reference takes to be below 1. */
static th_err scale(const th_prepare *p, double factor, int32_t *m, int32_t *shift)
{
    if (!(factor < 1.0) || !th_quantize_multiplier(factor, m, shift))
        return th_refuse(p, TH_ERANGE, "the output scale is too small for the inputs' scales");
    return TH_OK;
}

static th_err prepare_s8(const th_prepare *p, int32_t n, th_step *step)
{
    const th_tensor *a = th_prepare_in(p, 0), *b = th_prepare_in(p, 1), *y = th_prepare_out(p, 0);
    TH_TRY(th_check_quant_tensor(p, a));
    TH_TRY(th_check_quant_tensor(p, b));
    TH_TRY(th_check_quant_tensor(p, y));
    th_add_s8_par *par = TH_NEW(p->arena, th_add_s8_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par =
        (th_add_s8_par){.n = n, .a_zero = a->quant.zero[0], .b_zero = b->quant.zero[0], .out_zero = y->quant.zero[0]};
    const double s_a = (double)a->quant.scale[0], s_b = (double)b->quant.scale[0], s_y = (double)y->quant.scale[0];
    const double twice = 2 * (s_a > s_b ? s_a : s_b);
    TH_TRY(scale(p, s_a / twice, &par->a_multiplier, &par->a_shift));
    TH_TRY(scale(p, s_b / twice, &par->b_multiplier, &par->b_shift));
    TH_TRY(scale(p, twice / ((double)(INT32_C(1) << TH_ADD_S8_BITS) * s_y), &par->out_multiplier, &par->out_shift));
    TH_TRY(th_act_range_s8(p, p->node->attr.add.act, y, &par->act_min, &par->act_max));
    TH_STEP_KERNEL(step, th_add_s8, 2, "nn/add.h", th_add_s8_par, s8_fields);
    step->par = par;
    return TH_OK;
}

static th_err prepare_f32(const th_prepare *p, int32_t n, th_step *step)
{
    th_add_f32_par *par = TH_NEW(p->arena, th_add_f32_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    par->n = n;
    TH_TRY(th_act_range_f32(p, p->node->attr.add.act, &par->act_min, &par->act_max));
    TH_STEP_KERNEL(step, th_add_f32, 2, "nn/add.h", th_add_f32_par, f32_fields);
    step->par = par;
    return TH_OK;
}

static th_err prepare(const th_prepare *p, th_step *step)
{
    th_shape shape;
    TH_TRY(infer(p, &shape));
    const th_tensor *y = th_prepare_out(p, 0);
    if (!same_shape(&shape, &y->shape)) return th_refuse(p, TH_ESHAPE, "the output has another shape than the inputs");
    step->in_place = 1u | 2u;
    const th_type a = th_prepare_in(p, 0)->type, b = th_prepare_in(p, 1)->type;
    if (a == TH_S8 && b == TH_S8 && y->type == TH_S8) return prepare_s8(p, th_shape_count(&shape), step);
    if (a == TH_F32 && b == TH_F32 && y->type == TH_F32) return prepare_f32(p, th_shape_count(&shape), step);
    return th_refuse(p, TH_EUNSUP, "inputs and output must all be int8 or all float32");
}

const th_op_row th_row_add = {TH_OP_ADD, "ADD", prepare, infer};
