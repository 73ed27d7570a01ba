#include "nn/binary.h"
#include "nn/broadcast_prepare.h"
#include "nn/rows.h"
#include "nn/variant.h"

#define FILE_H "nn/binary.h"

static const th_field plain_fields[] = {TH_FIELD_BROADCAST(th_binary_par)};
static const th_field f32_fields[] = {
    TH_FIELD_BROADCAST(th_binary_f32_par),
    TH_FIELD_FLOAT(th_binary_f32_par, act_min),
    TH_FIELD_FLOAT(th_binary_f32_par, act_max),
};
static const th_field s32_fields[] = {
    TH_FIELD_BROADCAST(th_binary_s32_par),
    TH_FIELD_INT(th_binary_s32_par, act_min),
    TH_FIELD_INT(th_binary_s32_par, act_max),
};
static const th_field q_fields[] = {
    TH_FIELD_BROADCAST(th_binary_q_par),           TH_FIELD_INT(th_binary_q_par, a_zero),
    TH_FIELD_INT(th_binary_q_par, a_multiplier),   TH_FIELD_INT(th_binary_q_par, a_shift),
    TH_FIELD_INT(th_binary_q_par, b_zero),         TH_FIELD_INT(th_binary_q_par, b_multiplier),
    TH_FIELD_INT(th_binary_q_par, b_shift),        TH_FIELD_INT(th_binary_q_par, out_zero),
    TH_FIELD_INT(th_binary_q_par, out_multiplier), TH_FIELD_INT(th_binary_q_par, out_shift),
    TH_FIELD_INT(th_binary_q_par, act_min),        TH_FIELD_INT(th_binary_q_par, act_max),
};

/* How the parameters are filled.  For int8 and int16: by which scales. */
enum { PLAIN, FLOAT, INT, INT_NO_ACT, SUM, DIFFERENCE, PRODUCT, QUOTIENT, SQUARE };

static const th_variant variants[] = {
    TH_VARIANT(TH_OP_ADD, TH_S8, SUM, th_add_s8),
    TH_VARIANT(TH_OP_ADD, TH_S16, SUM, th_add_s16),
    TH_VARIANT(TH_OP_ADD, TH_S32, INT_NO_ACT, th_add_s32),
    TH_VARIANT(TH_OP_ADD, TH_F32, FLOAT, th_add_f32),
    TH_VARIANT(TH_OP_SUB, TH_S8, DIFFERENCE, th_sub_s8),
    TH_VARIANT(TH_OP_SUB, TH_S16, DIFFERENCE, th_sub_s16),
    TH_VARIANT(TH_OP_SUB, TH_S32, INT, th_sub_s32),
    TH_VARIANT(TH_OP_SUB, TH_F32, FLOAT, th_sub_f32),
    TH_VARIANT(TH_OP_MUL, TH_S8, PRODUCT, th_mul_s8),
    TH_VARIANT(TH_OP_MUL, TH_S16, PRODUCT, th_mul_s16),
    TH_VARIANT(TH_OP_MUL, TH_S32, INT, th_mul_s32),
    TH_VARIANT(TH_OP_MUL, TH_F32, FLOAT, th_mul_f32),
    TH_VARIANT(TH_OP_DIV, TH_S8, QUOTIENT, th_div_s8),
    TH_VARIANT(TH_OP_DIV, TH_S32, INT, th_div_s32),
    TH_VARIANT(TH_OP_DIV, TH_F32, FLOAT, th_div_f32),
    TH_VARIANT(TH_OP_SQUARED_DIFFERENCE, TH_S8, SQUARE, th_squared_difference_s8),
    TH_VARIANT(TH_OP_SQUARED_DIFFERENCE, TH_S16, SQUARE, th_squared_difference_s16),
    TH_VARIANT(TH_OP_SQUARED_DIFFERENCE, TH_S32, PLAIN, th_squared_difference_s32),
    TH_VARIANT(TH_OP_SQUARED_DIFFERENCE, TH_F32, PLAIN, th_squared_difference_f32),
    TH_VARIANT(TH_OP_MINIMUM, TH_S8, PLAIN, th_minimum_s8),
    TH_VARIANT(TH_OP_MINIMUM, TH_S16, PLAIN, th_minimum_s16),
    TH_VARIANT(TH_OP_MINIMUM, TH_S32, PLAIN, th_minimum_s32),
    TH_VARIANT(TH_OP_MINIMUM, TH_S64, PLAIN, th_minimum_s64),
    TH_VARIANT(TH_OP_MINIMUM, TH_F32, PLAIN, th_minimum_f32),
    TH_VARIANT(TH_OP_MAXIMUM, TH_S8, PLAIN, th_maximum_s8),
    TH_VARIANT(TH_OP_MAXIMUM, TH_S16, PLAIN, th_maximum_s16),
    TH_VARIANT(TH_OP_MAXIMUM, TH_S32, PLAIN, th_maximum_s32),
    TH_VARIANT(TH_OP_MAXIMUM, TH_S64, PLAIN, th_maximum_s64),
    TH_VARIANT(TH_OP_MAXIMUM, TH_F32, PLAIN, th_maximum_f32),
    TH_VARIANT(TH_OP_FLOOR_DIV, TH_F32, PLAIN, th_floor_div_f32),
    TH_VARIANT(TH_OP_FLOOR_MOD, TH_F32, PLAIN, th_floor_mod_f32),
};

static th_err infer(const th_prepare *p, th_shape *out)
{
    TH_TRY(th_check_io(p, 2, 2));
    return th_broadcast_shape(p, 2, out);
}

static th_err no_memory(const th_prepare *p)
{
    return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
}

static th_err bad_scales(const th_prepare *p)
{
    return th_refuse(p, TH_ERANGE, "the output scale is too small for the inputs' scales");
}

/* A factor that the reference takes to be below 1. */
static th_err below_one(const th_prepare *p, double factor, int32_t *m, int32_t *shift)
{
    if (!(factor < 1.0) || !th_quantize_multiplier(factor, m, shift) || *shift > 0) return bad_scales(p);
    return TH_OK;
}

/* The inputs' factors to the scale twice the larger one, in double or, as SUB has it, in float32. */
static th_err input_scales(const th_prepare *p, float s_a, float s_b, bool in_float, th_binary_q_par *par)
{
    const float most = s_a > s_b ? s_a : s_b;
    const double twice = 2 * (double)most;
    TH_TRY(
        below_one(p, in_float ? (double)(s_a / (2 * most)) : (double)s_a / twice, &par->a_multiplier, &par->a_shift));
    return below_one(p, in_float ? (double)(s_b / (2 * most)) : (double)s_b / twice, &par->b_multiplier, &par->b_shift);
}

static th_err scales(const th_prepare *p, int32_t kind, th_binary_q_par *par)
{
    const th_tensor *a = th_prepare_in(p, 0), *y = th_prepare_out(p, 0);
    const float s_a = a->quant.scale[0], s_b = th_prepare_in(p, 1)->quant.scale[0], s_y = y->quant.scale[0];
    const bool wide = a->type == TH_S16;
    const double most = (double)(s_a > s_b ? s_a : s_b), twice = 2 * most;
    double factor = 0;
    switch (kind) {
    case SUM:
        TH_TRY(input_scales(p, s_a, s_b, false, par));
        return below_one(p, twice / ((wide ? 32768.0 : 1048576.0) * (double)s_y), &par->out_multiplier,
                         &par->out_shift);
    case DIFFERENCE:
        TH_TRY(input_scales(p, s_a, s_b, true, par));
        return below_one(p, (double)((float)twice / ((wide ? 32768.0f : 1048576.0f) * s_y)), &par->out_multiplier,
                         &par->out_shift);
    case SQUARE:
        TH_TRY(input_scales(p, s_a, s_b, false, par));
        factor = twice * twice / (double)((wide ? 1.0f : 16384.0f) * s_y);
        break;
    case PRODUCT: factor = (double)s_a * (double)s_b / (double)s_y; break;
    default: factor = (double)(s_a / (s_b * s_y)); break; /* QUOTIENT */
    }
    return th_quantize_multiplier(factor, &par->out_multiplier, &par->out_shift) ? TH_OK : bad_scales(p);
}

static th_err prepare_q(const th_prepare *p, const th_variant *v, th_step *step)
{
    const th_tensor *a = th_prepare_in(p, 0), *b = th_prepare_in(p, 1), *y = th_prepare_out(p, 0);
    TH_TRY(th_check_quant_tensor(p, a));
    TH_TRY(th_check_quant_tensor(p, b));
    TH_TRY(th_check_quant_tensor(p, y));
    th_binary_q_par *par = TH_NEW(p->arena, th_binary_q_par, 1);
    if (!par) return no_memory(p);
    *par = (th_binary_q_par){.a_zero = a->quant.zero[0], .b_zero = b->quant.zero[0], .out_zero = y->quant.zero[0]};
    if (a->type == TH_S16 && (v->kind == PRODUCT || v->kind == SQUARE) && (par->a_zero || par->b_zero || par->out_zero))
        return th_refuse(p, TH_EUNSUP, "int16 tensors must have zero point 0 here");
    TH_TRY(scales(p, v->kind, par));
    TH_TRY(th_act_range(p, v->kind == SQUARE ? TH_ACT_NONE : p->node->attr.fused.act, y, &par->act_min, &par->act_max));
    TH_TRY(th_broadcast_make(p, 2, &par->map, step));
    TH_STEP_VARIANT(step, v, 2, FILE_H, th_binary_q_par, q_fields);
    step->par = par;
    return TH_OK;
}

/* Numbers without a scale.  The reference forgets the activation of an int32 ADD; so here it is refused. */
static th_err prepare_s32(const th_prepare *p, const th_variant *v, th_step *step)
{
    const th_act act = p->node->attr.fused.act;
    if (v->kind == INT_NO_ACT && act != TH_ACT_NONE)
        return th_refuse(p, TH_EUNSUP, "an int32 ADD cannot have a fused activation");
    if (p->node->op != TH_OP_MUL && (th_prepare_in(p, 0)->quant.n || th_prepare_in(p, 1)->quant.n))
        return th_refuse(p, TH_EUNSUP, "int32 inputs must not have a scale here");
    th_binary_s32_par *par = TH_NEW(p->arena, th_binary_s32_par, 1);
    if (!par) return no_memory(p);
    *par = (th_binary_s32_par){.act_min = INT32_MIN, .act_max = INT32_MAX};
    if (act == TH_ACT_RELU || act == TH_ACT_RELU6) par->act_min = 0;
    if (act == TH_ACT_RELU6) par->act_max = 6;
    if (act == TH_ACT_RELU_N1_1) par->act_min = -1, par->act_max = 1;
    TH_TRY(th_broadcast_make(p, 2, &par->map, step));
    TH_STEP_VARIANT(step, v, 2, FILE_H, th_binary_s32_par, s32_fields);
    step->par = par;
    return TH_OK;
}

static th_err prepare_f32(const th_prepare *p, const th_variant *v, th_step *step)
{
    th_binary_f32_par *par = TH_NEW(p->arena, th_binary_f32_par, 1);
    if (!par) return no_memory(p);
    TH_TRY(th_act_range_f32(p, p->node->attr.fused.act, &par->act_min, &par->act_max));
    TH_TRY(th_broadcast_make(p, 2, &par->map, step));
    TH_STEP_VARIANT(step, v, 2, FILE_H, th_binary_f32_par, f32_fields);
    step->par = par;
    return TH_OK;
}

static th_err prepare(const th_prepare *p, th_step *step)
{
    TH_TRY(th_check_io(p, 2, 2));
    const th_tensor *a = th_prepare_in(p, 0), *b = th_prepare_in(p, 1), *y = th_prepare_out(p, 0);
    const th_variant *v = th_variant_find(p, variants, sizeof variants / sizeof *variants);
    if (!v) return th_refuse(p, TH_EUNSUP, "it is not known for this type of input");
    if (b->type != a->type || y->type != a->type)
        return th_refuse(p, TH_EUNSUP, "inputs and output must all have the same type");
    if (v->kind == FLOAT) return prepare_f32(p, v, step);
    if (v->kind == INT || v->kind == INT_NO_ACT) return prepare_s32(p, v, step);
    if (v->kind != PLAIN) return prepare_q(p, v, step);
    th_binary_par *par = TH_NEW(p->arena, th_binary_par, 1);
    if (!par) return no_memory(p);
    TH_TRY(th_broadcast_make(p, 2, &par->map, step));
    TH_STEP_VARIANT(step, v, 2, FILE_H, th_binary_par, plain_fields);
    step->par = par;
    return TH_OK;
}

const th_op_row th_row_add = {TH_OP_ADD, "ADD", prepare, infer};
const th_op_row th_row_sub = {TH_OP_SUB, "SUB", prepare, infer};
const th_op_row th_row_mul = {TH_OP_MUL, "MUL", prepare, infer};
const th_op_row th_row_div = {TH_OP_DIV, "DIV", prepare, infer};
const th_op_row th_row_squared_difference = {TH_OP_SQUARED_DIFFERENCE, "SQUARED_DIFFERENCE", prepare, infer};
const th_op_row th_row_minimum = {TH_OP_MINIMUM, "MINIMUM", prepare, infer};
const th_op_row th_row_maximum = {TH_OP_MAXIMUM, "MAXIMUM", prepare, infer};
const th_op_row th_row_floor_div = {TH_OP_FLOOR_DIV, "FLOOR_DIV", prepare, infer};
const th_op_row th_row_floor_mod = {TH_OP_FLOOR_MOD, "FLOOR_MOD", prepare, infer};
