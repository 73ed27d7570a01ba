#include "nn/learnt_prepare.h"
#include "nn/nearest.h"
#include "nn/rows.h"
#include "nn/signal_options.h"

static const th_field f32_fields[] = {
    TH_FIELD_INT(th_nearest_f32_par, rows),    TH_FIELD_INT(th_nearest_f32_par, depth),
    TH_FIELD_INT(th_nearest_f32_par, points),  TH_FIELD_INT(th_nearest_f32_par, neighbours),
    TH_FIELD_INT(th_nearest_f32_par, classes),
};
static const th_field s8_fields[] = {
    TH_FIELD_INT(th_nearest_s8_par, rows),    TH_FIELD_INT(th_nearest_s8_par, depth),
    TH_FIELD_INT(th_nearest_s8_par, points),  TH_FIELD_INT(th_nearest_s8_par, neighbours),
    TH_FIELD_INT(th_nearest_s8_par, classes), TH_FIELD_INT(th_nearest_s8_par, zero),
    TH_FIELD_INT(th_nearest_s8_par, shift),   TH_FIELD_INTS(th_nearest_s8_par, m, points),
};
static const th_signal_option options[] = {
    TH_SIGNAL_OPTION("classes", th_nearest_f32_par, classes, 1, 256),
    TH_SIGNAL_OPTION("neighbours", th_nearest_f32_par, neighbours, 1, TH_NEAREST_MOST),
};

static bool is_vote(const th_prepare *p)
{
    return th_prepare_in(p, 2)->type == TH_U8;
}

/* Points, and labels below the number of classes or weights; sizes and options into par. */
static th_err check(const th_prepare *p, th_nearest_f32_par *par)
{
    const th_tensor *x = th_prepare_in(p, 0);
    const bool vote = is_vote(p);
    const th_tensor *points = th_learnt_table(p, 1, x->type, 2), *w = th_learnt_table(p, 2, vote ? TH_U8 : TH_F32, 1);
    if (!points || !w) return TH_EFORMAT;
    if (w->shape.d[0] != points->shape.d[0])
        return th_refuse(p, TH_ESHAPE, "there are not as many labels or weights as points");
    TH_TRY(TH_SIGNAL_OPTIONS(p, options, par));
    par->points = points->shape.d[0];
    par->depth = points->shape.d[1];
    if (!vote && par->classes != 1) return th_refuse(p, TH_ESHAPE, "a distance is one number, but there are classes");
    if (par->neighbours > par->points) return th_refuse(p, TH_ERANGE, "more neighbours count than there are points");
    for (int32_t i = 0; vote && i < par->points; i++)
        if (((const uint8_t *)w->data)[i] >= par->classes)
            return th_refuse(p, TH_ERANGE, "a label is none of the output's classes");
    if (!vote && !th_learnt_weights((const float *)w->data, par->points))
        return th_refuse(p, TH_ERANGE, "a weight is negative or no finite number");
    return TH_OK;
}

static th_err prepare_s8(const th_prepare *p, const th_nearest_f32_par *sizes, th_step *step)
{
    const th_tensor *x = th_prepare_in(p, 0), *points = th_prepare_in(p, 1), *y = th_prepare_out(p, 0);
    TH_TRY(th_check_quant_tensor(p, x));
    TH_TRY(th_check_quant_tensor(p, points));
    TH_TRY(th_check_quant_tensor(p, y));
    TH_TRY(th_check_same_quant(p, x, points));
    if (sizes->depth > TH_NEAREST_VALUES)
        return th_refuse(p, TH_ERANGE, "more than 32768 values: the int32 sum could overflow");
    th_nearest_s8_par *par = TH_NEW(p->arena, th_nearest_s8_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = (th_nearest_s8_par){.rows = sizes->rows,
                               .depth = sizes->depth,
                               .points = sizes->points,
                               .neighbours = sizes->neighbours,
                               .classes = sizes->classes,
                               .zero = y->quant.zero[0]};
    step->par = par;
    if (is_vote(p)) {
        if (par->zero != -128 || y->quant.scale[0] < 1.0f / 256 || y->quant.scale[0] > 1.0f / 256)
            return th_refuse(p, TH_EUNSUP, "votes of int8 need output scale 1/256 and zero point -128");
        TH_STEP_KERNEL(step, th_nearest_vote_s8, 3, "nn/nearest.h", th_nearest_s8_par, s8_fields);
        return TH_OK;
    }
    const double ratio = (double)x->quant.scale[0] / (double)y->quant.scale[0];
    int32_t *m = TH_NEW(p->arena, int32_t, (size_t)par->points);
    if (!m) return th_refuse(p, TH_ENOMEM, "no memory for the weights");
    if (!th_learnt_multipliers((const float *)th_prepare_in(p, 2)->data, par->points, ratio * ratio * 65536, m,
                               &par->shift))
        return th_refuse(p, TH_ERANGE, "the output scale is too small for these weights");
    par->m = m;
    TH_STEP_KERNEL(step, th_nearest_distance_s8, 2, "nn/nearest.h", th_nearest_s8_par, s8_fields);
    return TH_OK;
}

static th_err prepare(const th_prepare *p, th_step *step)
{
    TH_TRY(th_check_io(p, 3, 3));
    const th_type type = th_prepare_in(p, 0)->type;
    if (type != TH_F32 && type != TH_S8) return th_refuse(p, TH_EUNSUP, "the input is neither float32 nor int8");
    th_nearest_f32_par *par = TH_NEW(p->arena, th_nearest_f32_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    TH_TRY(check(p, par));
    TH_TRY(th_learnt_rows(p, par->depth, par->classes, &par->rows));
    if (type == TH_S8)
        TH_TRY(prepare_s8(p, par, step));
    else {
        if (is_vote(p))
            TH_STEP_KERNEL(step, th_nearest_vote_f32, 3, "nn/nearest.h", th_nearest_f32_par, f32_fields);
        else
            TH_STEP_KERNEL(step, th_nearest_distance_f32, 3, "nn/nearest.h", th_nearest_f32_par, f32_fields);
        step->par = par;
    }
    step->scratch_bytes = (size_t)par->neighbours * TH_NEAREST_BYTES;
    step->macs = (int64_t)par->rows * par->points * par->depth;
    return TH_OK;
}

static th_err infer(const th_prepare *p, th_shape *out)
{
    th_nearest_f32_par par;
    TH_TRY(th_check_io(p, 3, 3));
    TH_TRY(check(p, &par));
    th_learnt_shape(p, par.depth, par.classes, out);
    return TH_OK;
}

const th_op_row th_row_nearest = {TH_OP_NEAREST, "ThimbleNearest", prepare, infer};
