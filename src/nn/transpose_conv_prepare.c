#include "nn/prepare.h"
#include "nn/rows.h"
#include "nn/taps.h"
#include "nn/transpose_conv.h"

#include <string.h>

static const th_field s8_fields[] = {
    TH_FIELD_WINDOW(th_transpose_conv_s8_par),
    TH_FIELD_INT(th_transpose_conv_s8_par, in_zero),
    TH_FIELD_INT(th_transpose_conv_s8_par, out_zero),
    TH_FIELD_INT(th_transpose_conv_s8_par, act_min),
    TH_FIELD_INT(th_transpose_conv_s8_par, act_max),
    TH_FIELD_INT(th_transpose_conv_s8_par, n_scales),
    TH_FIELD_INTS(th_transpose_conv_s8_par, multiplier, n_scales),
    TH_FIELD_INTS(th_transpose_conv_s8_par, shift, n_scales),
};
static const th_field s16_fields[] = {
    TH_FIELD_WINDOW(th_transpose_conv_s16_par),
    TH_FIELD_INT(th_transpose_conv_s16_par, act_min),
    TH_FIELD_INT(th_transpose_conv_s16_par, act_max),
    TH_FIELD_INT(th_transpose_conv_s16_par, short_bias),
    TH_FIELD_INT(th_transpose_conv_s16_par, n_scales),
    TH_FIELD_INTS(th_transpose_conv_s16_par, multiplier, n_scales),
    TH_FIELD_INTS(th_transpose_conv_s16_par, shift, n_scales),
};
static const th_field f32_fields[] = {
    TH_FIELD_WINDOW(th_transpose_conv_f32_par),
    TH_FIELD_FLOAT(th_transpose_conv_f32_par, act_min),
    TH_FIELD_FLOAT(th_transpose_conv_f32_par, act_max),
};

/* The padding is that of a convolution from y to x; so its window is made, and then turned round. */
static th_err geometry(const th_prepare *p, const th_shape *y, th_window *w)
{
    const th_shape *x = &th_prepare_in(p, 2)->shape, *f = &th_prepare_in(p, 1)->shape;
    th_node node = *p->node;
    th_prepare q = *p;
    if (f->rank != 4)
        return th_refuse(p, TH_ESHAPE, "the filter must have 4 dimensions: outputs, height, width, channels");
    if (x->rank != 4)
        return th_refuse(p, TH_ESHAPE, "the input must have 4 dimensions: batch, height, width, channels");
    if (y->rank != 4)
        return th_refuse(p, TH_ESHAPE, "the output must have 4 dimensions: batch, height, width, channels");
    if (x->d[0] != y->d[0]) return th_refuse(p, TH_ESHAPE, "input and output have different batch sizes");
    if (x->d[3] != f->d[3] || y->d[3] != f->d[0])
        return th_refuse(p, TH_ESHAPE, "the channels of input, filter and output do not match");
    node.attr.conv.dilation_h = node.attr.conv.dilation_w = 1;
    q.node = &node;
    TH_TRY(th_window_make(&q, y, f->d[1], f->d[2], w));
    if (w->out_h != x->d[1] || w->out_w != x->d[2])
        return th_refuse(p, TH_ESHAPE, "the output's size does not follow from input, filter and stride");
    w->in_h = x->d[1];
    w->in_w = x->d[2];
    w->in_c = x->d[3];
    w->out_h = y->d[1];
    w->out_w = y->d[2];
    w->out_c = y->d[3];
    return TH_OK;
}

/* The shape that input 0 names, when it is constant. */
static th_err named_shape(const th_prepare *p, th_shape *out)
{
    const th_tensor *t = th_prepare_in(p, 0);
    if (t->type != TH_S32 || t->shape.rank != 1 || t->shape.d[0] != 4)
        return th_refuse(p, TH_ESHAPE, "the output's shape must be 4 numbers of type int32");
    *out = (th_shape){.rank = 4};
    for (int32_t i = 0; t->data && i < 4; i++) out->d[i] = (int32_t)th_le32((const uint8_t *)t->data + 4 * i);
    return TH_OK;
}

static th_err infer(const th_prepare *p, th_shape *out)
{
    th_window w;
    TH_TRY(th_check_io(p, 3, 4));
    TH_TRY(named_shape(p, out));
    if (!th_prepare_in(p, 0)->data || th_shape_count(out) <= 0)
        return th_refuse(p, TH_EUNSUP, "the output's shape must be constant");
    return geometry(p, out, &w);
}

static th_err prepare_s8(const th_prepare *p, const th_window *w, th_step *step)
{
    const th_tensor *x = th_prepare_in(p, 2), *f = th_prepare_in(p, 1), *y = th_prepare_out(p, 0);
    TH_TRY(th_check_quant_tensor(p, x));
    TH_TRY(th_check_quant_tensor(p, y));
    TH_TRY(th_check_quant_weights(p, f, 0, w->out_c));
    TH_TRY(th_check_bias(p, th_prepare_in(p, 3), TH_S32, w->out_c));
    if (th_shape_count(&f->shape) / w->out_c > TH_INNER_MAX)
        return th_refuse(p, TH_ERANGE, "more than 65536 weights for one output: int32 sums could overflow");
    th_transpose_conv_s8_par *par = TH_NEW(p->arena, th_transpose_conv_s8_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = (th_transpose_conv_s8_par){
        .win = *w, .in_zero = x->quant.zero[0], .out_zero = y->quant.zero[0], .n_scales = w->out_c};
    TH_TRY(th_act_range(p, p->node->attr.conv.act, y, &par->act_min, &par->act_max));
    TH_TRY(th_prepare_scales(p, x, f, y, w->out_c, &par->multiplier, &par->shift));
    TH_STEP_KERNEL(step, th_transpose_conv_s8, 4, "nn/transpose_conv.h", th_transpose_conv_s8_par, s8_fields);
    step->par = par;
    return TH_OK;
}

static th_err prepare_s16(const th_prepare *p, const th_window *w, th_step *step)
{
    const th_tensor *x = th_prepare_in(p, 2), *f = th_prepare_in(p, 1), *bias = th_prepare_in(p, 3),
                    *y = th_prepare_out(p, 0);
    const int32_t short_bias = bias && bias->type == TH_S16;
    int32_t wide = 1;
    TH_TRY(th_check_quant_s16(p, x));
    TH_TRY(th_check_quant_s16(p, y));
    TH_TRY(th_check_quant_weights(p, f, 0, w->out_c));
    if (short_bias)
        TH_TRY(th_check_bias(p, bias, TH_S16, w->out_c));
    else
        TH_TRY(th_check_bias_s16(p, bias, w->out_c, TH_S64, &wide));
    if (!wide) return th_refuse(p, TH_EUNSUP, "the bias of an int16 TRANSPOSE_CONV must be int64 or int16");
    th_transpose_conv_s16_par *par = TH_NEW(p->arena, th_transpose_conv_s16_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = (th_transpose_conv_s16_par){.win = *w, .short_bias = short_bias, .n_scales = w->out_c};
    TH_TRY(th_act_range(p, p->node->attr.conv.act, y, &par->act_min, &par->act_max));
    TH_TRY(th_prepare_scales(p, x, f, y, w->out_c, &par->multiplier, &par->shift));
    TH_TRY(th_check_sums_s16(p, th_shape_count(&f->shape) / w->out_c, 1, par->shift, par->n_scales));
    TH_STEP_KERNEL(step, th_transpose_conv_s16, 4, "nn/transpose_conv.h", th_transpose_conv_s16_par, s16_fields);
    step->par = par;
    return TH_OK;
}

static th_err prepare_f32(const th_prepare *p, const th_window *w, th_step *step)
{
    TH_TRY(th_check_bias(p, th_prepare_in(p, 3), TH_F32, w->out_c));
    th_transpose_conv_f32_par *par = TH_NEW(p->arena, th_transpose_conv_f32_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = (th_transpose_conv_f32_par){.win = *w};
    TH_TRY(th_act_range_f32(p, p->node->attr.conv.act, &par->act_min, &par->act_max));
    TH_STEP_KERNEL(step, th_transpose_conv_f32, 4, "nn/transpose_conv.h", th_transpose_conv_f32_par, f32_fields);
    step->par = par;
    return TH_OK;
}

static th_err prepare(const th_prepare *p, th_step *step)
{
    th_window w;
    th_shape named;
    TH_TRY(th_check_io(p, 3, 4));
    TH_TRY(named_shape(p, &named));
    const th_shape *out = &th_prepare_out(p, 0)->shape;
    TH_TRY(geometry(p, out, &w));
    if (th_prepare_in(p, 0)->data && memcmp(named.d, out->d, 16) != 0)
        return th_refuse(p, TH_ESHAPE, "the output does not have the shape that input 0 names");
    step->macs = (int64_t)th_shape_count(&th_prepare_in(p, 1)->shape) * w.batches * w.in_h * w.in_w;
    const th_type x = th_prepare_in(p, 2)->type, f = th_prepare_in(p, 1)->type, y = th_prepare_out(p, 0)->type;
    if (x == TH_S8 && f == TH_S8 && y == TH_S8) return prepare_s8(p, &w, step);
    if (x == TH_S16 && f == TH_S8 && y == TH_S16) return prepare_s16(p, &w, step);
    if (x == TH_F32 && f == TH_F32 && y == TH_F32) return prepare_f32(p, &w, step);
    return th_refuse(p, TH_EUNSUP, "input, filter and output must all be int8, all float32, or int16, int8 and int16");
}

const th_op_row th_row_transpose_conv = {TH_OP_TRANSPOSE_CONV, "TRANSPOSE_CONV", prepare, infer};
