#include "nn/conv_2d.h"
#include "nn/prepare.h"
#include "nn/dot_f32.h"
#include "nn/rows.h"
#include "nn/slide.h"
#include "nn/taps.h"

static const th_field s8_fields[] = {
    TH_FIELD_WINDOW(th_conv_2d_s8_par),
    TH_FIELD_INT(th_conv_2d_s8_par, groups),
    TH_FIELD_INT(th_conv_2d_s8_par, in_zero),
    TH_FIELD_INT(th_conv_2d_s8_par, out_zero),
    TH_FIELD_INT(th_conv_2d_s8_par, act_min),
    TH_FIELD_INT(th_conv_2d_s8_par, act_max),
    TH_FIELD_INT(th_conv_2d_s8_par, n_scales),
    TH_FIELD_INTS(th_conv_2d_s8_par, multiplier, n_scales),
    TH_FIELD_INTS(th_conv_2d_s8_par, shift, n_scales),
};
static const th_field s16_fields[] = {
    TH_FIELD_WINDOW(th_conv_2d_s16_par),
    TH_FIELD_INT(th_conv_2d_s16_par, groups),
    TH_FIELD_INT(th_conv_2d_s16_par, wide),
    TH_FIELD_INT(th_conv_2d_s16_par, act_min),
    TH_FIELD_INT(th_conv_2d_s16_par, act_max),
    TH_FIELD_INT(th_conv_2d_s16_par, n_scales),
    TH_FIELD_INTS(th_conv_2d_s16_par, multiplier, n_scales),
    TH_FIELD_INTS(th_conv_2d_s16_par, shift, n_scales),
};
static const th_field f32_fields[] = {
    TH_FIELD_WINDOW(th_conv_2d_f32_par),
    TH_FIELD_INT(th_conv_2d_f32_par, groups),
    TH_FIELD_FLOAT(th_conv_2d_f32_par, act_min),
    TH_FIELD_FLOAT(th_conv_2d_f32_par, act_max),
};

/* Window and groups from input and filter shapes. */
static th_err geometry(const th_prepare *p, th_window *w, int32_t *groups)
{
    const th_shape *x = &th_prepare_in(p, 0)->shape, *f = &th_prepare_in(p, 1)->shape;
    if (f->rank != 4)
        return th_refuse(p, TH_ESHAPE, "the filter must have 4 dimensions: outputs, height, width, channels");
    TH_TRY(th_window_make(p, x, f->d[1], f->d[2], w));
    w->out_c = f->d[0];
    if (f->d[3] < 1 || w->in_c % f->d[3] != 0 || w->out_c % (w->in_c / f->d[3]) != 0)
        return th_refuse(p, TH_ESHAPE, "the channels of input and filter do not match");
    *groups = w->in_c / f->d[3];
    return TH_OK;
}

static th_err infer(const th_prepare *p, th_shape *out)
{
    th_window w;
    int32_t groups;
    TH_TRY(th_check_io(p, 2, 3));
    TH_TRY(geometry(p, &w, &groups));
    th_window_shape(&w, out);
    return TH_OK;
}

static th_err prepare_s8(const th_prepare *p, const th_window *w, int32_t groups, th_step *step)
{
    const th_tensor *x = th_prepare_in(p, 0), *f = th_prepare_in(p, 1), *y = th_prepare_out(p, 0);
    const int32_t n = th_shape_count(&f->shape) / w->out_c;
    TH_TRY(th_check_quant_tensor(p, x));
    TH_TRY(th_check_quant_tensor(p, y));
    TH_TRY(th_check_quant_weights(p, f, 0, w->out_c));
    TH_TRY(th_check_bias(p, th_prepare_in(p, 2), TH_S32, w->out_c));
    if (n > TH_INNER_MAX)
        return th_refuse(p, TH_ERANGE, "more than 65536 weights for one output: int32 sums could overflow");
    th_conv_2d_s8_par *par = TH_NEW(p->arena, th_conv_2d_s8_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = (th_conv_2d_s8_par){
        .win = *w, .groups = groups, .in_zero = x->quant.zero[0], .out_zero = y->quant.zero[0], .n_scales = w->out_c};
    TH_TRY(th_act_range_s8(p, p->node->attr.conv.act, y, &par->act_min, &par->act_max));
    TH_TRY(th_prepare_scales(p, x, f, y, w->out_c, &par->multiplier, &par->shift));
    TH_STEP_KERNEL(step, th_conv_2d_s8, 3, "nn/conv_2d.h", th_conv_2d_s8_par, s8_fields);
    step->par = par;
    th_slide_window(w, &(th_slide_order){1, 1, 1, w->out_c - 1}, step);
    if (f->type == TH_S4) TH_STEP_KERNEL(step, th_conv_2d_s8w4, 3, "nn/conv_2d.h", th_conv_2d_s8_par, s8_fields);
    return TH_OK;
}

static th_err prepare_s16(const th_prepare *p, const th_window *w, int32_t groups, th_step *step)
{
    const th_tensor *x = th_prepare_in(p, 0), *f = th_prepare_in(p, 1), *y = th_prepare_out(p, 0);
    TH_TRY(th_check_quant_s16(p, x));
    TH_TRY(th_check_quant_s16(p, y));
    TH_TRY(th_check_quant_weights(p, f, 0, w->out_c));
    th_conv_2d_s16_par *par = TH_NEW(p->arena, th_conv_2d_s16_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = (th_conv_2d_s16_par){.win = *w, .groups = groups, .n_scales = w->out_c};
    TH_TRY(th_check_bias_s16(p, th_prepare_in(p, 2), w->out_c, p->node->attr.conv.bias_type, &par->wide));
    TH_TRY(th_act_range(p, p->node->attr.conv.act, y, &par->act_min, &par->act_max));
    TH_TRY(th_prepare_scales(p, x, f, y, w->out_c, &par->multiplier, &par->shift));
    TH_TRY(th_check_sums_s16(p, th_shape_count(&f->shape) / w->out_c, par->wide, par->shift, par->n_scales));
    TH_STEP_KERNEL(step, th_conv_2d_s16, 3, "nn/conv_2d.h", th_conv_2d_s16_par, s16_fields);
    step->par = par;
    th_slide_window(w, &(th_slide_order){2, 2, 1, 2 * (w->out_c - 1)}, step);
    return TH_OK;
}

static th_err prepare_f32(const th_prepare *p, const th_window *w, int32_t groups, th_step *step)
{
    TH_TRY(th_check_bias(p, th_prepare_in(p, 2), TH_F32, w->out_c));
    th_conv_2d_f32_par *par = TH_NEW(p->arena, th_conv_2d_f32_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = (th_conv_2d_f32_par){.win = *w, .groups = groups};
    TH_TRY(th_act_range_f32(p, p->node->attr.conv.act, &par->act_min, &par->act_max));
    TH_STEP_KERNEL(step, th_conv_2d_f32, 3, "nn/conv_2d.h", th_conv_2d_f32_par, f32_fields);
    step->par = par;
    const int32_t at_once = w->out_c / groups % TH_DOTS == 0 ? TH_DOTS : 1; /* the last outputs of a pixel */
    th_slide_window(w, &(th_slide_order){4, 4, 1, 4 * (w->out_c - at_once)}, step);
    return TH_OK;
}

static th_err prepare(const th_prepare *p, th_step *step)
{
    th_window w;
    int32_t groups;
    TH_TRY(th_check_io(p, 2, 3));
    TH_TRY(geometry(p, &w, &groups));
    TH_TRY(th_window_check_out(p, &w, &th_prepare_out(p, 0)->shape));
    step->macs = (int64_t)th_shape_count(&th_prepare_in(p, 1)->shape) * w.batches * w.out_h * w.out_w;
    const th_type x = th_prepare_in(p, 0)->type, f = th_prepare_in(p, 1)->type, y = th_prepare_out(p, 0)->type;
    if (x == TH_S8 && (f == TH_S8 || f == TH_S4) && y == TH_S8) return prepare_s8(p, &w, groups, step);
    if (x == TH_S16 && f == TH_S8 && y == TH_S16) return prepare_s16(p, &w, groups, step);
    if (x == TH_F32 && f == TH_F32 && y == TH_F32) return prepare_f32(p, &w, groups, step);
    TH_TRY(th_check_not_hybrid(p));
    return th_refuse(
        p, TH_EUNSUP,
        "input, filter and output must all be int8 (the filter may be int4), all float32, or int16, int8 and int16");
}

const th_op_row th_row_conv_2d = {TH_OP_CONV_2D, "CONV_2D", prepare, infer};
