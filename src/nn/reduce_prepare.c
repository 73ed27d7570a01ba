#include "nn/boxes.h"
#include "nn/reduce.h"
#include "nn/rows.h"

#define WALK_FIELDS(type)                                                                                              \
    TH_FIELD_INT(type, walk.n_out), TH_FIELD_INT(type, walk.n), TH_FIELD_INT(type, walk.n_kept),                       \
        TH_FIELD_INT(type, walk.n_reduced), TH_FIELD_INTS(type, walk.kept, walk.n_kept),                               \
        TH_FIELD_INTS(type, walk.reduced, walk.n_reduced)

static const th_field f32_fields[] = {WALK_FIELDS(th_reduce_f32_par), TH_FIELD_FLOAT(th_reduce_f32_par, divisor)};
static const th_field sum_fields[] = {
    WALK_FIELDS(th_reduce_sum_par),
    TH_FIELD_INT(th_reduce_sum_par, in_zero),
    TH_FIELD_INT(th_reduce_sum_par, out_zero),
    TH_FIELD_INT(th_reduce_sum_par, multiplier),
    TH_FIELD_INT(th_reduce_sum_par, shift),
};
static const th_field most_fields[] = {WALK_FIELDS(th_reduce_par), TH_FIELD_INT(th_reduce_par, least)};

/* Which dimensions go, and the output's shape. */
static th_err find_axes(const th_prepare *p, bool *gone, th_shape *out)
{
    TH_TRY(th_check_io(p, 2, 2));
    const th_shape *x = &th_prepare_in(p, 0)->shape;
    int32_t axis[2 * TH_MAX_RANK], n;
    TH_TRY(th_const_ints(p, 1, 2 * TH_MAX_RANK, axis, &n, "the axes must be a constant int32 tensor"));
    for (int32_t d = 0; d < x->rank; d++) gone[d] = false;
    for (int32_t i = 0; i < n; i++) {
        int32_t d;
        TH_TRY(th_check_axis(p, axis[i], x->rank, &d));
        gone[d] = true;
    }
    *out = (th_shape){.rank = 0};
    for (int32_t d = 0; d < x->rank; d++)
        if (!gone[d])
            out->d[out->rank++] = x->d[d];
        else if (p->node->attr.reduce.keep_dims)
            out->d[out->rank++] = 1;
    return TH_OK;
}

static th_err infer(const th_prepare *p, th_shape *out)
{
    bool gone[TH_MAX_RANK];
    return find_axes(p, gone, out);
}

/* Adds a dimension to a list of {size, step}, or to its last one when they are one walk. */
static void add_dim(int32_t *list, int32_t *n, int32_t size, int32_t step)
{
    if (*n && list[*n - 1] == size * step) {
        list[*n - 2] *= size;
        list[*n - 1] = step;
        return;
    }
    list[(*n)++] = size;
    list[(*n)++] = step;
}

static th_err make_walk(const th_prepare *p, th_reduce_walk *w)
{
    bool gone[TH_MAX_RANK];
    th_shape out;
    TH_TRY(find_axes(p, gone, &out));
    const th_tensor *x = th_prepare_in(p, 0), *y = th_prepare_out(p, 0);
    TH_TRY(th_check_moved(p, x, y));
    if (!th_shape_same(&out, &y->shape))
        return th_refuse(p, TH_ESHAPE, "the output does not have the input's shape without the axes");
    int32_t steps[TH_MAX_RANK], *kept = TH_NEW(p->arena, int32_t, 2 * TH_MAX_RANK),
                                *reduced = TH_NEW(p->arena, int32_t, 2 * TH_MAX_RANK);
    if (!kept || !reduced) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    th_shape_steps(&x->shape, steps);
    *w = (th_reduce_walk){.n_out = th_shape_count(&out)};
    w->n = th_shape_count(&x->shape) / w->n_out;
    for (int32_t d = 0; d < x->shape.rank; d++) {
        if (x->shape.d[d] == 1) continue;
        add_dim(gone[d] ? reduced : kept, gone[d] ? &w->n_reduced : &w->n_kept, x->shape.d[d], steps[d]);
    }
    w->kept = w->n_kept ? kept : NULL;
    w->reduced = w->n_reduced ? reduced : NULL;
    return TH_OK;
}

/* --- SUM, MEAN --- */

/* 1/n into the factor; m and shift are those of s_in / s_out. */
static void fold_count(int32_t n, int32_t *m, int32_t *shift)
{
    int32_t s = 0;
    while (s < 30 && n >> (s + 1)) s++;
    if (s > 31 + *shift) s = 31 + *shift;
    *m = (int32_t)(((int64_t)*m << s) / n);
    *shift -= s;
}

static th_err prepare_sum_int(const th_prepare *p, const th_reduce_walk *w, bool mean, th_step *step)
{
    const th_tensor *x = th_prepare_in(p, 0), *y = th_prepare_out(p, 0);
    TH_TRY(th_check_quant_tensor(p, x));
    TH_TRY(th_check_quant_tensor(p, y));
    th_reduce_sum_par *par = TH_NEW(p->arena, th_reduce_sum_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = (th_reduce_sum_par){.walk = *w, .in_zero = x->quant.zero[0], .out_zero = y->quant.zero[0]};
    if (!th_quantize_multiplier((double)x->quant.scale[0] / (double)y->quant.scale[0], &par->multiplier, &par->shift))
        return th_refuse(p, TH_ERANGE, "the output scale is too small for the input's");
    if (mean) fold_count(w->n, &par->multiplier, &par->shift);
    if (x->type == TH_S8)
        TH_STEP_KERNEL(step, th_reduce_sum_s8, 1, "nn/reduce.h", th_reduce_sum_par, sum_fields);
    else
        TH_STEP_KERNEL(step, th_reduce_sum_s16, 1, "nn/reduce.h", th_reduce_sum_par, sum_fields);
    step->par = par;
    return TH_OK;
}

static th_err prepare_sum(const th_prepare *p, th_step *step)
{
    th_reduce_walk w;
    TH_TRY(make_walk(p, &w));
    const bool mean = p->node->op == TH_OP_MEAN;
    const th_type type = th_prepare_in(p, 0)->type;
    if (type == TH_S8 || type == TH_S16) return prepare_sum_int(p, &w, mean, step);
    if (type != TH_F32) return th_refuse(p, TH_EUNSUP, "the input must be float32, int8 or int16");
    th_reduce_f32_par *par = TH_NEW(p->arena, th_reduce_f32_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = (th_reduce_f32_par){.walk = w, .divisor = mean ? (float)w.n : 1.0f};
    TH_STEP_KERNEL(step, th_reduce_sum_f32, 1, "nn/reduce.h", th_reduce_f32_par, f32_fields);
    step->par = par;
    return TH_OK;
}

/* --- REDUCE_MAX, REDUCE_MIN, REDUCE_ALL, REDUCE_ANY --- */

#define MOST_STEP(function) TH_STEP_KERNEL(step, function, 1, "nn/reduce.h", th_reduce_par, most_fields)

static th_err prepare_most(const th_prepare *p, int32_t least, th_type only, th_step *step)
{
    th_reduce_walk w;
    TH_TRY(make_walk(p, &w));
    const th_tensor *x = th_prepare_in(p, 0), *y = th_prepare_out(p, 0);
    if (only == TH_BOOL && x->type != TH_BOOL) return th_refuse(p, TH_EUNSUP, "the input must be bool");
    if (x->quant.n || y->quant.n) TH_TRY(th_check_same_quant(p, x, y));
    th_reduce_par *par = TH_NEW(p->arena, th_reduce_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = (th_reduce_par){.walk = w, .least = least};
    if (x->type == TH_F32)
        MOST_STEP(th_reduce_most_f32);
    else if (x->type == TH_S8)
        MOST_STEP(th_reduce_most_s8);
    else if (x->type == TH_U8 || (x->type == TH_BOOL && only == TH_BOOL))
        MOST_STEP(th_reduce_most_u8);
    else if (x->type == TH_S16)
        MOST_STEP(th_reduce_most_s16);
    else if (x->type == TH_S32)
        MOST_STEP(th_reduce_most_s32);
    else
        return th_refuse(p, TH_EUNSUP, "the input must be float32, int8, uint8, int16 or int32");
    step->par = par;
    return TH_OK;
}

static th_err prepare_max(const th_prepare *p, th_step *step)
{
    return prepare_most(p, 0, TH_F32, step);
}
static th_err prepare_min(const th_prepare *p, th_step *step)
{
    return prepare_most(p, 1, TH_F32, step);
}
static th_err prepare_all(const th_prepare *p, th_step *step)
{
    return prepare_most(p, 1, TH_BOOL, step);
}
static th_err prepare_any(const th_prepare *p, th_step *step)
{
    return prepare_most(p, 0, TH_BOOL, step);
}

const th_op_row th_row_sum = {TH_OP_SUM, "SUM", prepare_sum, infer};
const th_op_row th_row_mean = {TH_OP_MEAN, "MEAN", prepare_sum, infer};
const th_op_row th_row_reduce_max = {TH_OP_REDUCE_MAX, "REDUCE_MAX", prepare_max, infer};
const th_op_row th_row_reduce_min = {TH_OP_REDUCE_MIN, "REDUCE_MIN", prepare_min, infer};
const th_op_row th_row_reduce_all = {TH_OP_REDUCE_ALL, "REDUCE_ALL", prepare_all, infer};
const th_op_row th_row_reduce_any = {TH_OP_REDUCE_ANY, "REDUCE_ANY", prepare_any, infer};
