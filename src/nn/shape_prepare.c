#include "nn/prepare.h"
#include "nn/rows.h"
#include "nn/shape.h"

static const th_field shape_fields[] = {
    TH_FIELD_INT(th_shape_of_par, wide),
    TH_FIELD_INT(th_shape_of_par, n),
    TH_FIELD_INTS(th_shape_of_par, size, n),
};
static const th_field args_fields[] = {
    TH_FIELD_INT(th_broadcast_args_par, wide),
    TH_FIELD_INT(th_broadcast_args_par, n_a),
    TH_FIELD_INT(th_broadcast_args_par, n_b),
    TH_FIELD_INT(th_broadcast_args_par, n),
};

static th_err check_list(const th_prepare *p, const th_tensor *t, int32_t n)
{
    if (t->type != TH_S32 && t->type != TH_S64) return th_refuse(p, TH_EUNSUP, "shapes must be int32 or int64");
    if (t->shape.rank != 1 || t->shape.d[0] != n)
        return th_refuse(p, TH_ESHAPE, "a shape needs one dimension, and the output as many numbers as the longer one");
    return TH_OK;
}

static th_err infer_shape(const th_prepare *p, th_shape *out)
{
    TH_TRY(th_check_io(p, 1, 1));
    *out = (th_shape){.rank = 1, .d = {th_prepare_in(p, 0)->shape.rank}};
    return TH_OK;
}

static th_err prepare_shape(const th_prepare *p, th_step *step)
{
    TH_TRY(th_check_io(p, 1, 1));
    const th_tensor *x = th_prepare_in(p, 0), *y = th_prepare_out(p, 0);
    TH_TRY(check_list(p, y, x->shape.rank));
    th_shape_of_par *par = TH_NEW(p->arena, th_shape_of_par, 1);
    int32_t *size = TH_NEW(p->arena, int32_t, TH_MAX_RANK);
    if (!par || !size) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = (th_shape_of_par){.wide = y->type == TH_S64, .n = x->shape.rank, .size = size};
    for (int32_t d = 0; d < par->n; d++) size[d] = x->shape.d[d];
    TH_STEP_KERNEL(step, th_shape_of, 1, "nn/shape.h", th_shape_of_par, shape_fields);
    step->par = par;
    return TH_OK;
}

static th_err infer_args(const th_prepare *p, th_shape *out)
{
    TH_TRY(th_check_io(p, 2, 2));
    const th_tensor *a = th_prepare_in(p, 0), *b = th_prepare_in(p, 1);
    if (a->type != b->type) return th_refuse(p, TH_EUNSUP, "the two shapes have different types");
    TH_TRY(check_list(p, a, a->shape.d[0]));
    TH_TRY(check_list(p, b, b->shape.d[0]));
    *out = (th_shape){.rank = 1, .d = {a->shape.d[0] > b->shape.d[0] ? a->shape.d[0] : b->shape.d[0]}};
    return TH_OK;
}

static th_err prepare_args(const th_prepare *p, th_step *step)
{
    th_shape s;
    TH_TRY(infer_args(p, &s));
    const th_tensor *a = th_prepare_in(p, 0), *b = th_prepare_in(p, 1), *y = th_prepare_out(p, 0);
    if (y->type != a->type) return th_refuse(p, TH_EUNSUP, "output and inputs have different types");
    TH_TRY(check_list(p, y, s.d[0]));
    th_broadcast_args_par *par = TH_NEW(p->arena, th_broadcast_args_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = (th_broadcast_args_par){.wide = y->type == TH_S64, .n_a = a->shape.d[0], .n_b = b->shape.d[0], .n = s.d[0]};
    TH_STEP_KERNEL(step, th_broadcast_args, 2, "nn/shape.h", th_broadcast_args_par, args_fields);
    step->par = par;
    return TH_OK;
}

const th_op_row th_row_shape = {TH_OP_SHAPE, "SHAPE", prepare_shape, infer_shape};
const th_op_row th_row_broadcast_args = {TH_OP_BROADCAST_ARGS, "BROADCAST_ARGS", prepare_args, infer_args};
