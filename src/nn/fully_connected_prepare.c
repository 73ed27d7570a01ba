#include "nn/fully_connected.h"
#include "nn/prepare.h"
#include "nn/dot_f32.h"
#include "nn/rows.h"
#include "nn/slide.h"

static const th_field s8_fields[] = {
    TH_FIELD_INT(th_fully_connected_s8_par, rows),
    TH_FIELD_INT(th_fully_connected_s8_par, n_in),
    TH_FIELD_INT(th_fully_connected_s8_par, n_out),
    TH_FIELD_INT(th_fully_connected_s8_par, in_zero),
    TH_FIELD_INT(th_fully_connected_s8_par, w_zero),
    TH_FIELD_INT(th_fully_connected_s8_par, out_zero),
    TH_FIELD_INT(th_fully_connected_s8_par, act_min),
    TH_FIELD_INT(th_fully_connected_s8_par, act_max),
    TH_FIELD_INT(th_fully_connected_s8_par, n_scales),
    TH_FIELD_INTS(th_fully_connected_s8_par, multiplier, n_scales),
    TH_FIELD_INTS(th_fully_connected_s8_par, shift, n_scales),
};
static const th_field s16_fields[] = {
    TH_FIELD_INT(th_fully_connected_s16_par, rows),
    TH_FIELD_INT(th_fully_connected_s16_par, n_in),
    TH_FIELD_INT(th_fully_connected_s16_par, n_out),
    TH_FIELD_INT(th_fully_connected_s16_par, in_zero),
    TH_FIELD_INT(th_fully_connected_s16_par, out_zero),
    TH_FIELD_INT(th_fully_connected_s16_par, wide),
    TH_FIELD_INT(th_fully_connected_s16_par, act_min),
    TH_FIELD_INT(th_fully_connected_s16_par, act_max),
    TH_FIELD_INT(th_fully_connected_s16_par, n_scales),
    TH_FIELD_INTS(th_fully_connected_s16_par, multiplier, n_scales),
    TH_FIELD_INTS(th_fully_connected_s16_par, shift, n_scales),
};
static const th_field f32_fields[] = {
    TH_FIELD_INT(th_fully_connected_f32_par, rows),      TH_FIELD_INT(th_fully_connected_f32_par, n_in),
    TH_FIELD_INT(th_fully_connected_f32_par, n_out),     TH_FIELD_FLOAT(th_fully_connected_f32_par, act_min),
    TH_FIELD_FLOAT(th_fully_connected_f32_par, act_max),
};

typedef struct sizes {
    int32_t rows, n_in, n_out;
} sizes;

static th_err geometry(const th_prepare *p, sizes *s)
{
    const th_shape *f = &th_prepare_in(p, 1)->shape;
    const int32_t n = th_shape_count(&th_prepare_in(p, 0)->shape);
    if (f->rank != 2) return th_refuse(p, TH_ESHAPE, "the weights must have 2 dimensions: outputs, inputs");
    if (n % f->d[1] != 0) return th_refuse(p, TH_ESHAPE, "the input's size is not a multiple of the weights' inputs");
    *s = (sizes){n / f->d[1], f->d[1], f->d[0]};
    if (p->node->attr.dense.shuffled_weights)
        return th_refuse(p, TH_EUNSUP,
                         "shuffled weights are not supported: convert the model again with the default format");
    return TH_OK;
}

static th_err infer(const th_prepare *p, th_shape *out)
{
    sizes s;
    TH_TRY(th_check_io(p, 2, 3));
    TH_TRY(geometry(p, &s));
    const th_shape *x = &th_prepare_in(p, 0)->shape;
    *out = (th_shape){.rank = 2, .d = {s.rows, s.n_out}};
    if (p->node->attr.dense.keep_num_dims) {
        if (x->rank < 1 || x->d[x->rank - 1] != s.n_in)
            return th_refuse(p, TH_ESHAPE, "keep_num_dims needs an input whose last dimension is the weights' inputs");
        *out = *x;
        out->d[x->rank - 1] = s.n_out;
    }
    return TH_OK;
}

/* One multiplier: here the reference multiplies the scales in float32, elsewhere in double. */
static th_err scale_per_tensor(const th_prepare *p, const int32_t **m, const int32_t **shift)
{
    int32_t *mm = TH_NEW(p->arena, int32_t, 1), *ss = TH_NEW(p->arena, int32_t, 1);
    if (!mm || !ss) return th_refuse(p, TH_ENOMEM, "no memory for the scales");
    *m = mm;
    *shift = ss;
    return th_prepare_scale_f32(p, th_prepare_in(p, 0)->quant.scale[0], th_prepare_in(p, 1)->quant.scale[0],
                                th_prepare_out(p, 0)->quant.scale[0], mm, ss);
}

static th_err prepare_s8(const th_prepare *p, const sizes *s, th_step *step)
{
    const th_tensor *x = th_prepare_in(p, 0), *w = th_prepare_in(p, 1), *y = th_prepare_out(p, 0);
    TH_TRY(th_check_quant_tensor(p, x));
    TH_TRY(th_check_quant_tensor(p, y));
    if (w->quant.n == 1)
        TH_TRY(th_check_quant_tensor(p, w));
    else
        TH_TRY(th_check_quant_weights(p, w, 0, s->n_out));
    TH_TRY(th_check_bias(p, th_prepare_in(p, 2), TH_S32, s->n_out));
    if (s->n_in > TH_FULLY_CONNECTED_MAX)
        return th_refuse(p, TH_ERANGE, "more than 32768 inputs: int32 sums could overflow");
    th_fully_connected_s8_par *par = TH_NEW(p->arena, th_fully_connected_s8_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = (th_fully_connected_s8_par){.rows = s->rows,
                                       .n_in = s->n_in,
                                       .n_out = s->n_out,
                                       .in_zero = x->quant.zero[0],
                                       .w_zero = w->quant.zero[0],
                                       .out_zero = y->quant.zero[0],
                                       .n_scales = s->n_out};
    TH_TRY(th_act_range_s8(p, p->node->attr.dense.act, y, &par->act_min, &par->act_max));
    par->n_scales = w->quant.n;
    if (w->quant.n == 1)
        TH_TRY(scale_per_tensor(p, &par->multiplier, &par->shift));
    else
        TH_TRY(th_prepare_scales(p, x, w, y, s->n_out, &par->multiplier, &par->shift));
    TH_STEP_KERNEL(step, th_fully_connected_s8, 3, "nn/fully_connected.h", th_fully_connected_s8_par, s8_fields);
    step->par = par;
    th_slide_rows(s->rows, s->n_in, s->n_out, 1, step);
    if (w->type == TH_S4)
        TH_STEP_KERNEL(step, th_fully_connected_s8w4, 3, "nn/fully_connected.h", th_fully_connected_s8_par, s8_fields);
    return TH_OK;
}

static th_err prepare_s16(const th_prepare *p, const sizes *s, th_step *step)
{
    const th_tensor *x = th_prepare_in(p, 0), *w = th_prepare_in(p, 1), *y = th_prepare_out(p, 0);
    TH_TRY(th_check_quant_tensor(p, x));
    TH_TRY(th_check_quant_tensor(p, y));
    TH_TRY(th_check_quant_weights(p, w, 0, s->n_out));
    th_fully_connected_s16_par *par = TH_NEW(p->arena, th_fully_connected_s16_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = (th_fully_connected_s16_par){.rows = s->rows,
                                        .n_in = s->n_in,
                                        .n_out = s->n_out,
                                        .in_zero = x->quant.zero[0],
                                        .out_zero = y->quant.zero[0],
                                        .n_scales = w->quant.n};
    TH_TRY(th_check_bias_s16(p, th_prepare_in(p, 2), s->n_out, p->node->attr.dense.bias_type, &par->wide));
    TH_TRY(th_act_range(p, p->node->attr.dense.act, y, &par->act_min, &par->act_max));
    if (w->quant.n == 1)
        TH_TRY(scale_per_tensor(p, &par->multiplier, &par->shift));
    else
        TH_TRY(th_prepare_scales(p, x, w, y, s->n_out, &par->multiplier, &par->shift));
    TH_TRY(th_check_sums_s16(p, s->n_in, par->wide, par->shift, par->n_scales));
    TH_STEP_KERNEL(step, th_fully_connected_s16, 3, "nn/fully_connected.h", th_fully_connected_s16_par, s16_fields);
    step->par = par;
    th_slide_rows(s->rows, 2 * s->n_in, 2 * s->n_out, 2, step);
    return TH_OK;
}

static th_err prepare_f32(const th_prepare *p, const sizes *s, th_step *step)
{
    TH_TRY(th_check_bias(p, th_prepare_in(p, 2), TH_F32, s->n_out));
    th_fully_connected_f32_par *par = TH_NEW(p->arena, th_fully_connected_f32_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = (th_fully_connected_f32_par){.rows = s->rows, .n_in = s->n_in, .n_out = s->n_out};
    TH_TRY(th_act_range_f32(p, p->node->attr.dense.act, &par->act_min, &par->act_max));
    TH_STEP_KERNEL(step, th_fully_connected_f32, 3, "nn/fully_connected.h", th_fully_connected_f32_par, f32_fields);
    step->par = par;
    th_slide_rows(s->rows, 4 * s->n_in, 4 * s->n_out, s->n_out % TH_DOTS == 0 ? 4 * TH_DOTS : 4, step);
    return TH_OK;
}

static th_err prepare(const th_prepare *p, th_step *step)
{
    sizes s;
    TH_TRY(th_check_io(p, 2, 3));
    TH_TRY(geometry(p, &s));
    const th_shape *y_shape = &th_prepare_out(p, 0)->shape;
    if (y_shape->rank < 1 || y_shape->d[y_shape->rank - 1] != s.n_out ||
        (int64_t)th_shape_count(y_shape) != (int64_t)s.rows * s.n_out)
        return th_refuse(p, TH_ESHAPE, "the output does not have the shape that follows from input and weights");
    step->macs = (int64_t)s.rows * s.n_in * s.n_out;
    const th_type x = th_prepare_in(p, 0)->type, w = th_prepare_in(p, 1)->type, y = th_prepare_out(p, 0)->type;
    if (x == TH_S8 && (w == TH_S8 || w == TH_S4) && y == TH_S8) return prepare_s8(p, &s, step);
    if (x == TH_S16 && w == TH_S8 && y == TH_S16) return prepare_s16(p, &s, step);
    if (x == TH_F32 && w == TH_F32 && y == TH_F32) return prepare_f32(p, &s, step);
    TH_TRY(th_check_not_hybrid(p));
    return th_refuse(
        p, TH_EUNSUP,
        "input, weights and output must all be int8 (the weights may be int4), all float32, or int16, int8 and int16");
}

const th_op_row th_row_fully_connected = {TH_OP_FULLY_CONNECTED, "FULLY_CONNECTED", prepare, infer};
