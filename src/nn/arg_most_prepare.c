#include "nn/arg_most.h"
#include "nn/boxes.h"
#include "nn/rows.h"

static const th_field fields[] = {
    TH_FIELD_INT(th_arg_most_par, outer), TH_FIELD_INT(th_arg_most_par, size), TH_FIELD_INT(th_arg_most_par, inner),
    TH_FIELD_INT(th_arg_most_par, least), TH_FIELD_INT(th_arg_most_par, wide),
};

static th_err find_axis(const th_prepare *p, int32_t *axis, th_shape *out)
{
    int32_t n;
    TH_TRY(th_check_io(p, 2, 2));
    const th_shape *x = &th_prepare_in(p, 0)->shape;
    TH_TRY(th_const_ints(p, 1, 1, axis, &n, "the axis must be a constant int32"));
    if (n != 1 || x->rank < 1)
        return th_refuse(p, TH_ESHAPE, "the axis must be one number, and the input needs a dimension");
    TH_TRY(th_check_axis(p, *axis, x->rank, axis));
    *out = (th_shape){.rank = x->rank - 1};
    for (int32_t d = 0; d < out->rank; d++) out->d[d] = x->d[d < *axis ? d : d + 1];
    return TH_OK;
}

static th_err infer(const th_prepare *p, th_shape *out)
{
    int32_t axis;
    return find_axis(p, &axis, out);
}

static th_err prepare(const th_prepare *p, th_step *step)
{
    int32_t axis;
    th_shape s;
    TH_TRY(find_axis(p, &axis, &s));
    const th_tensor *x = th_prepare_in(p, 0), *y = th_prepare_out(p, 0);
    TH_TRY(th_check_movable(p, x));
    if (y->type != TH_S32 && y->type != TH_S64) return th_refuse(p, TH_EUNSUP, "the output must be int32 or int64");
    if (!th_shape_same(&s, &y->shape))
        return th_refuse(p, TH_ESHAPE, "the output does not have the input's shape without the axis");
    th_arg_most_par *par = TH_NEW(p->arena, th_arg_most_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = (th_arg_most_par){.outer = 1,
                             .size = x->shape.d[axis],
                             .inner = 1,
                             .least = p->node->op == TH_OP_ARG_MIN,
                             .wide = y->type == TH_S64};
    for (int32_t d = 0; d < axis; d++) par->outer *= x->shape.d[d];
    for (int32_t d = axis + 1; d < x->shape.rank; d++) par->inner *= x->shape.d[d];
    if (x->type == TH_F32)
        TH_STEP_KERNEL(step, th_arg_most_f32, 1, "nn/arg_most.h", th_arg_most_par, fields);
    else if (x->type == TH_S8)
        TH_STEP_KERNEL(step, th_arg_most_s8, 1, "nn/arg_most.h", th_arg_most_par, fields);
    else if (x->type == TH_U8)
        TH_STEP_KERNEL(step, th_arg_most_u8, 1, "nn/arg_most.h", th_arg_most_par, fields);
    else if (x->type == TH_S16)
        TH_STEP_KERNEL(step, th_arg_most_s16, 1, "nn/arg_most.h", th_arg_most_par, fields);
    else
        return th_refuse(p, TH_EUNSUP, "the input must be float32, int8, uint8 or int16");
    step->par = par;
    return TH_OK;
}

const th_op_row th_row_arg_max = {TH_OP_ARG_MAX, "ARG_MAX", prepare, infer};
const th_op_row th_row_arg_min = {TH_OP_ARG_MIN, "ARG_MIN", prepare, infer};
