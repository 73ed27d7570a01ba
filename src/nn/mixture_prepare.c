#include "nn/learnt_prepare.h"
#include "nn/mixture.h"
#include "nn/rows.h"

#include <float.h>

static const th_field f32_fields[] = {
    TH_FIELD_INT(th_mixture_f32_par, rows),   TH_FIELD_INT(th_mixture_f32_par, depth),
    TH_FIELD_INT(th_mixture_f32_par, parts),  TH_FIELD_INT(th_mixture_f32_par, full),
    TH_FIELD_FLOAT(th_mixture_f32_par, gain),
};
static const th_field s8_fields[] = {
    TH_FIELD_INT(th_mixture_s8_par, rows),        TH_FIELD_INT(th_mixture_s8_par, depth),
    TH_FIELD_INT(th_mixture_s8_par, parts),       TH_FIELD_INT(th_mixture_s8_par, factors),
    TH_FIELD_INT(th_mixture_s8_par, zero),        TH_FIELD_INT(th_mixture_s8_par, shift),
    TH_FIELD_INTS(th_mixture_s8_par, m, factors), TH_FIELD_ARRAY(th_mixture_s8_par, offset, parts, I64),
};

static th_err check(const th_prepare *p, th_mixture_f32_par *par)
{
    const th_tensor *f = th_prepare_in(p, 2);
    const th_tensor *mean = th_learnt_table(p, 1, th_prepare_in(p, 0)->type, 2);
    const th_tensor *offset = mean ? th_learnt_table(p, 3, TH_F32, 1) : NULL;
    const th_tensor *gain = offset ? th_learnt_table(p, 4, TH_F32, 1) : NULL;
    const bool full = f->shape.rank == 3;
    if (!gain || !th_learnt_table(p, 2, TH_F32, full ? 3 : 2)) return TH_EFORMAT;
    *par = (th_mixture_f32_par){
        .depth = mean->shape.d[1], .parts = mean->shape.d[0], .full = full, .gain = *(const float *)gain->data};
    if (f->shape.d[0] != par->parts || f->shape.d[1] != par->depth || (full && f->shape.d[2] != par->depth) ||
        offset->shape.d[0] != par->parts || gain->shape.d[0] != 1)
        return th_refuse(p, TH_ESHAPE, "means, factors and offsets do not belong together");
    if (!th_learnt_weights((const float *)offset->data, par->parts))
        return th_refuse(p, TH_ERANGE, "an offset is negative or no finite number");
    if (!(par->gain > 0.0f && par->gain <= FLT_MAX))
        return th_refuse(p, TH_ERANGE, "the gain is no finite number above 0");
    return TH_OK;
}

/* Factors and offsets in steps of the output squared, with 16 bits after the point. */
static th_err tables_s8(const th_prepare *p, double x_scale, double unit, th_mixture_s8_par *par)
{
    const float *f = (const float *)th_prepare_in(p, 2)->data, *offset = (const float *)th_prepare_in(p, 3)->data;
    float *square = TH_NEW(p->arena, float, (size_t)par->factors);
    int32_t *m = TH_NEW(p->arena, int32_t, (size_t)par->factors);
    int64_t *off = TH_NEW(p->arena, int64_t, (size_t)par->parts);
    if (!square || !m || !off) return th_refuse(p, TH_ENOMEM, "no memory for the factors");
    for (int32_t i = 0; i < par->factors; i++) square[i] = f[i] * f[i];
    if (!th_learnt_multipliers(square, par->factors, unit * x_scale * x_scale, m, &par->shift))
        return th_refuse(p, TH_ERANGE, "the output scale is too small for these factors");
    for (int32_t k = 0; k < par->parts; k++) {
        const double v = (double)offset[k] * unit;
        off[k] = v < 4e18 ? (int64_t)(v + 0.5) : INT64_C(4000000000000000000);
    }
    par->m = m;
    par->offset = off;
    return TH_OK;
}

static th_err prepare_s8(const th_prepare *p, const th_mixture_f32_par *sizes, th_step *step)
{
    const th_tensor *x = th_prepare_in(p, 0), *mean = th_prepare_in(p, 1), *y = th_prepare_out(p, 0);
    TH_TRY(th_check_quant_tensor(p, x));
    TH_TRY(th_check_quant_tensor(p, mean));
    TH_TRY(th_check_quant_tensor(p, y));
    TH_TRY(th_check_same_quant(p, x, mean));
    if (sizes->full) return th_refuse(p, TH_EUNSUP, "a mixture with whole covariances has no int8 form");
    if (sizes->depth > TH_MIXTURE_VALUES)
        return th_refuse(p, TH_ERANGE, "more than 32768 values: the sum could overflow");
    th_mixture_s8_par *par = TH_NEW(p->arena, th_mixture_s8_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = (th_mixture_s8_par){.rows = sizes->rows,
                               .depth = sizes->depth,
                               .parts = sizes->parts,
                               .factors = sizes->parts * sizes->depth,
                               .zero = y->quant.zero[0]};
    const double step_of = (double)sizes->gain / (double)y->quant.scale[0];
    TH_TRY(tables_s8(p, (double)x->quant.scale[0], step_of * step_of * 65536, par));
    TH_STEP_KERNEL(step, th_mixture_s8, 2, "nn/mixture.h", th_mixture_s8_par, s8_fields);
    step->par = par;
    return TH_OK;
}

static th_err prepare(const th_prepare *p, th_step *step)
{
    TH_TRY(th_check_io(p, 5, 5));
    const th_type type = th_prepare_in(p, 0)->type;
    if (type != TH_F32 && type != TH_S8) return th_refuse(p, TH_EUNSUP, "the input is neither float32 nor int8");
    th_mixture_f32_par *par = TH_NEW(p->arena, th_mixture_f32_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    TH_TRY(check(p, par));
    TH_TRY(th_learnt_rows(p, par->depth, 1, &par->rows));
    step->macs = (int64_t)par->rows * th_shape_count(&th_prepare_in(p, 2)->shape);
    if (type == TH_S8) return prepare_s8(p, par, step);
    TH_STEP_KERNEL(step, th_mixture_f32, 4, "nn/mixture.h", th_mixture_f32_par, f32_fields);
    step->par = par;
    return TH_OK;
}

static th_err infer(const th_prepare *p, th_shape *out)
{
    th_mixture_f32_par par;
    TH_TRY(th_check_io(p, 5, 5));
    TH_TRY(check(p, &par));
    th_learnt_shape(p, par.depth, 1, out);
    return TH_OK;
}

const th_op_row th_row_mixture = {TH_OP_MIXTURE, "ThimbleMixture", prepare, infer};
