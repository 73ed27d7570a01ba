#include "nn/broadcast_prepare.h"
#include "nn/compare.h"
#include "nn/logical.h"
#include "nn/rows.h"
#include "nn/select.h"
#include "nn/variant.h"

static const th_field plain_fields[] = {TH_FIELD_BROADCAST(th_compare_par)};
static const th_field s8_fields[] = {
    TH_FIELD_BROADCAST(th_compare_s8_par),         TH_FIELD_INT(th_compare_s8_par, a_zero),
    TH_FIELD_INT(th_compare_s8_par, a_multiplier), TH_FIELD_INT(th_compare_s8_par, a_shift),
    TH_FIELD_INT(th_compare_s8_par, b_zero),       TH_FIELD_INT(th_compare_s8_par, b_multiplier),
    TH_FIELD_INT(th_compare_s8_par, b_shift),
};
static const th_field logical_fields[] = {TH_FIELD_BROADCAST(th_logical_par)};
static const th_field select_fields[] = {TH_FIELD_BROADCAST(th_select_par)};

#define THREE(op, name)                                                                                                \
    TH_VARIANT(TH_OP_##op, TH_S8, 0, th_##name##_s8), TH_VARIANT(TH_OP_##op, TH_S32, 0, th_##name##_s32),              \
        TH_VARIANT(TH_OP_##op, TH_F32, 0, th_##name##_f32)

static const th_variant variants[] = {
    THREE(EQUAL, equal), THREE(NOT_EQUAL, not_equal),   THREE(GREATER, greater), THREE(GREATER_EQUAL, greater_equal),
    THREE(LESS, less),   THREE(LESS_EQUAL, less_equal),
};

static th_err infer_two(const th_prepare *p, th_shape *out)
{
    TH_TRY(th_check_io(p, 2, 2));
    return th_broadcast_shape(p, 2, out);
}

static th_err no_memory(const th_prepare *p)
{
    return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
}

/* The scale itself is the factor; the reference takes it to be below 1. */
static th_err scale_of(const th_prepare *p, const th_tensor *t, int32_t *zero, int32_t *m, int32_t *shift)
{
    TH_TRY(th_check_quant_tensor(p, t));
    *zero = t->quant.zero[0];
    if (!(t->quant.scale[0] < 1.0f) || !th_quantize_multiplier((double)t->quant.scale[0], m, shift) || *shift > 0)
        return th_refuse(p, TH_ERANGE, "int8 numbers can be compared only with scales below 1");
    return TH_OK;
}

static th_err compare(const th_prepare *p, th_step *step)
{
    TH_TRY(th_check_io(p, 2, 2));
    const th_tensor *a = th_prepare_in(p, 0), *b = th_prepare_in(p, 1);
    const th_variant *v = th_variant_find(p, variants, sizeof variants / sizeof *variants);
    if (!v || b->type != a->type) return th_refuse(p, TH_EUNSUP, "both inputs must be int8, int32 or float32");
    if (th_prepare_out(p, 0)->type != TH_BOOL) return th_refuse(p, TH_EUNSUP, "the output must be bool");
    if (a->type == TH_S8) {
        th_compare_s8_par *par = TH_NEW(p->arena, th_compare_s8_par, 1);
        if (!par) return no_memory(p);
        TH_TRY(scale_of(p, a, &par->a_zero, &par->a_multiplier, &par->a_shift));
        TH_TRY(scale_of(p, b, &par->b_zero, &par->b_multiplier, &par->b_shift));
        TH_TRY(th_broadcast_make(p, 2, &par->map, step));
        TH_STEP_VARIANT(step, v, 2, "nn/compare.h", th_compare_s8_par, s8_fields);
        step->par = par;
        return TH_OK;
    }
    th_compare_par *par = TH_NEW(p->arena, th_compare_par, 1);
    if (!par) return no_memory(p);
    TH_TRY(th_broadcast_make(p, 2, &par->map, step));
    TH_STEP_VARIANT(step, v, 2, "nn/compare.h", th_compare_par, plain_fields);
    step->par = par;
    return TH_OK;
}

static th_err logical(const th_prepare *p, th_step *step)
{
    const int32_t inputs = p->node->op == TH_OP_LOGICAL_NOT ? 1 : 2;
    TH_TRY(th_check_io(p, inputs, inputs));
    for (int32_t i = 0; i < inputs; i++)
        if (th_prepare_in(p, i)->type != TH_BOOL) return th_refuse(p, TH_EUNSUP, "its inputs must be bool");
    if (th_prepare_out(p, 0)->type != TH_BOOL) return th_refuse(p, TH_EUNSUP, "the output must be bool");
    th_logical_par *par = TH_NEW(p->arena, th_logical_par, 1);
    if (!par) return no_memory(p);
    TH_TRY(th_broadcast_make(p, inputs, &par->map, step));
    if (p->node->op == TH_OP_LOGICAL_AND)
        TH_STEP_KERNEL(step, th_logical_and, inputs, "nn/logical.h", th_logical_par, logical_fields);
    else if (p->node->op == TH_OP_LOGICAL_OR)
        TH_STEP_KERNEL(step, th_logical_or, inputs, "nn/logical.h", th_logical_par, logical_fields);
    else
        TH_STEP_KERNEL(step, th_logical_not, inputs, "nn/logical.h", th_logical_par, logical_fields);
    step->par = par;
    return TH_OK;
}

static th_err infer_one(const th_prepare *p, th_shape *out)
{
    TH_TRY(th_check_io(p, 1, 1));
    return th_broadcast_shape(p, 1, out);
}

static th_err infer_select(const th_prepare *p, th_shape *out)
{
    TH_TRY(th_check_io(p, 3, 3));
    return th_broadcast_shape(p, 3, out);
}

static th_err select(const th_prepare *p, th_step *step)
{
    TH_TRY(th_check_io(p, 3, 3));
    const th_tensor *a = th_prepare_in(p, 1), *b = th_prepare_in(p, 2), *y = th_prepare_out(p, 0);
    if (th_prepare_in(p, 0)->type != TH_BOOL) return th_refuse(p, TH_EUNSUP, "the condition must be bool");
    if (b->type != a->type || y->type != a->type)
        return th_refuse(p, TH_EUNSUP, "the two inputs and the output must have the same type");
    th_select_par *par = TH_NEW(p->arena, th_select_par, 1);
    if (!par) return no_memory(p);
    TH_TRY(th_broadcast_make(p, 3, &par->map, step));
    step->par = par;
    switch (th_type_bytes(a->type)) {
    case 1: TH_STEP_KERNEL(step, th_select_8, 3, "nn/select.h", th_select_par, select_fields); break;
    case 2: TH_STEP_KERNEL(step, th_select_16, 3, "nn/select.h", th_select_par, select_fields); break;
    case 4: TH_STEP_KERNEL(step, th_select_32, 3, "nn/select.h", th_select_par, select_fields); break;
    default: TH_STEP_KERNEL(step, th_select_64, 3, "nn/select.h", th_select_par, select_fields); break;
    }
    return a->type == TH_S4 ? th_refuse(p, TH_EUNSUP, "int4 numbers cannot be selected") : TH_OK;
}

const th_op_row th_row_equal = {TH_OP_EQUAL, "EQUAL", compare, infer_two};
const th_op_row th_row_not_equal = {TH_OP_NOT_EQUAL, "NOT_EQUAL", compare, infer_two};
const th_op_row th_row_greater = {TH_OP_GREATER, "GREATER", compare, infer_two};
const th_op_row th_row_greater_equal = {TH_OP_GREATER_EQUAL, "GREATER_EQUAL", compare, infer_two};
const th_op_row th_row_less = {TH_OP_LESS, "LESS", compare, infer_two};
const th_op_row th_row_less_equal = {TH_OP_LESS_EQUAL, "LESS_EQUAL", compare, infer_two};
const th_op_row th_row_logical_and = {TH_OP_LOGICAL_AND, "LOGICAL_AND", logical, infer_two};
const th_op_row th_row_logical_or = {TH_OP_LOGICAL_OR, "LOGICAL_OR", logical, infer_two};
const th_op_row th_row_logical_not = {TH_OP_LOGICAL_NOT, "LOGICAL_NOT", logical, infer_one};
const th_op_row th_row_select_v2 = {TH_OP_SELECT_V2, "SELECT_V2", select, infer_select};
