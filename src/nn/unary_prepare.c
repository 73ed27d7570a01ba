#include "nn/lookup_prepare.h"
#include "nn/rows.h"
#include "nn/slide.h"
#include "nn/unary.h"
#include "nn/variant.h"

static const th_field plain_fields[] = {TH_FIELD_INT(th_unary_par, n)};
static const th_field leaky_f32_fields[] = {TH_FIELD_INT(th_leaky_relu_f32_par, n),
                                            TH_FIELD_FLOAT(th_leaky_relu_f32_par, alpha)};
static const th_field abs_fields[] = {TH_FIELD_INT(th_abs_s16_par, n), TH_FIELD_INT(th_abs_s16_par, multiplier),
                                      TH_FIELD_INT(th_abs_s16_par, shift)};
static const th_field sigmoid_fields[] = {
    TH_FIELD_INT(th_sigmoid_s16_par, n),
    TH_FIELD_INT(th_sigmoid_s16_par, multiplier),
    TH_FIELD_INT(th_sigmoid_s16_par, shift),
};
static const th_field leaky_s16_fields[] = {
    TH_FIELD_INT(th_leaky_relu_s16_par, n),         TH_FIELD_INT(th_leaky_relu_s16_par, in_zero),
    TH_FIELD_INT(th_leaky_relu_s16_par, out_zero),  TH_FIELD_INT(th_leaky_relu_s16_par, multiplier),
    TH_FIELD_INT(th_leaky_relu_s16_par, shift),     TH_FIELD_INT(th_leaky_relu_s16_par, low_multiplier),
    TH_FIELD_INT(th_leaky_relu_s16_par, low_shift), TH_FIELD_INT(th_leaky_relu_s16_par, low_sign),
};

enum { PLAIN, TABLE, ABS16, SIGMOID16, LEAKY16, LEAKY };

static const th_variant variants[] = {
    TH_VARIANT(TH_OP_ABS, TH_F32, PLAIN, th_abs_f32),
    TH_VARIANT(TH_OP_ABS, TH_S16, ABS16, th_abs_s16),
    {TH_OP_ABS, TH_S8, TABLE, NULL, NULL},
    TH_VARIANT(TH_OP_CEIL, TH_F32, PLAIN, th_ceil_f32),
    TH_VARIANT(TH_OP_COS, TH_F32, PLAIN, th_cos_f32),
    TH_VARIANT(TH_OP_EXP, TH_F32, PLAIN, th_exp_f32),
    TH_VARIANT(TH_OP_FLOOR, TH_F32, PLAIN, th_floor_f32),
    TH_VARIANT(TH_OP_LOG, TH_F32, PLAIN, th_log_f32),
    TH_VARIANT(TH_OP_NEG, TH_F32, PLAIN, th_neg_f32),
    TH_VARIANT(TH_OP_ROUND, TH_F32, PLAIN, th_round_f32),
    TH_VARIANT(TH_OP_RSQRT, TH_F32, PLAIN, th_rsqrt_f32),
    {TH_OP_RSQRT, TH_S8, TABLE, NULL, NULL},
    TH_VARIANT(TH_OP_SIN, TH_F32, PLAIN, th_sin_f32),
    TH_VARIANT(TH_OP_SQRT, TH_F32, PLAIN, th_sqrt_f32),
    TH_VARIANT(TH_OP_SQUARE, TH_F32, PLAIN, th_square_f32),
    TH_VARIANT(TH_OP_ELU, TH_F32, PLAIN, th_elu_f32),
    {TH_OP_ELU, TH_S8, TABLE, NULL, NULL},
    TH_VARIANT(TH_OP_HARD_SWISH, TH_F32, PLAIN, th_hard_swish_f32),
    {TH_OP_HARD_SWISH, TH_S8, TABLE, NULL, NULL},
    TH_VARIANT(TH_OP_LOGISTIC, TH_F32, PLAIN, th_logistic_f32),
    TH_VARIANT(TH_OP_LOGISTIC, TH_S16, SIGMOID16, th_logistic_s16),
    {TH_OP_LOGISTIC, TH_S8, TABLE, NULL, NULL},
    TH_VARIANT(TH_OP_TANH, TH_F32, PLAIN, th_tanh_f32),
    TH_VARIANT(TH_OP_TANH, TH_S16, SIGMOID16, th_tanh_s16),
    {TH_OP_TANH, TH_S8, TABLE, NULL, NULL},
    TH_VARIANT(TH_OP_LEAKY_RELU, TH_F32, LEAKY, th_leaky_relu_f32),
    TH_VARIANT(TH_OP_LEAKY_RELU, TH_S16, LEAKY16, th_leaky_relu_s16),
    {TH_OP_LEAKY_RELU, TH_S8, TABLE, NULL, NULL},
};

static th_err bad_scales(const th_prepare *p)
{
    return th_refuse(p, TH_ERANGE, "the scales of input and output do not fit together");
}

static th_err no_memory(const th_prepare *p)
{
    return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
}

/* x 2^shift must stay in int32, |x| <= 2^16. */
static bool factor(float v, int32_t *m, int32_t *shift)
{
    return th_quantize_multiplier((double)v, m, shift) && *shift <= 14;
}

static th_err need_zeros(const th_prepare *p)
{
    const th_tensor *x = th_prepare_in(p, 0), *y = th_prepare_out(p, 0);
    TH_TRY(th_check_quant_tensor(p, x));
    TH_TRY(th_check_quant_tensor(p, y));
    return x->quant.zero[0] || y->quant.zero[0] ? th_refuse(p, TH_EUNSUP, "int16 tensors must have zero point 0 here")
                                                : TH_OK;
}

static th_err prepare_abs_s16(const th_prepare *p, const th_variant *v, int32_t n, th_step *step)
{
    const th_tensor *x = th_prepare_in(p, 0), *y = th_prepare_out(p, 0);
    th_abs_s16_par *par = TH_NEW(p->arena, th_abs_s16_par, 1);
    if (!par) return no_memory(p);
    *par = (th_abs_s16_par){.n = n};
    if (x->quant.n) {
        TH_TRY(need_zeros(p));
        if (!factor(x->quant.scale[0] / y->quant.scale[0], &par->multiplier, &par->shift)) return bad_scales(p);
        if (!par->multiplier) return bad_scales(p);
    }
    TH_STEP_VARIANT(step, v, 1, "nn/unary.h", th_abs_s16_par, abs_fields);
    step->par = par;
    return TH_OK;
}

/* 2^n nearly: the reference takes a scale whose logarithm is within 0.001 of a whole number for a power of two. */
static bool about(float v, float power)
{
    return v > power * 0.99930709f && v < power * 1.00069339f;
}

/* The input's unit is brought to 1 / (3 2^12).  A scale of 2^-12 (TANH: or 2^-11) is a multiplication by
 * 3 (6); else the factor becomes a whole number of 15 bits, cut, and a shift: the reference loses a little here. */
static th_err prepare_sigmoid_s16(const th_prepare *p, const th_variant *v, int32_t n, th_step *step)
{
    TH_TRY(need_zeros(p));
    const float s_in = th_prepare_in(p, 0)->quant.scale[0], s_out = th_prepare_out(p, 0)->quant.scale[0];
    if (!about(s_out, 1.0f / 32768)) return th_refuse(p, TH_EUNSUP, "its int16 output needs scale 1/32768");
    th_sigmoid_s16_par *par = TH_NEW(p->arena, th_sigmoid_s16_par, 1);
    if (!par) return no_memory(p);
    *par = (th_sigmoid_s16_par){.n = n};
    double m = (double)s_in * 4096.0 * 3.0;
    if (about(s_in, 1.0f / 4096))
        par->multiplier = 3;
    else if (p->node->op == TH_OP_TANH && about(s_in, 1.0f / 2048))
        par->multiplier = 6;
    else {
        if (m >= 32768.0) return bad_scales(p);
        for (; m <= 32767.0 / 2.0 && par->shift <= 30; m *= 2.0) par->shift++;
        par->multiplier = (int32_t)m;
    }
    TH_STEP_VARIANT(step, v, 1, "nn/unary.h", th_sigmoid_s16_par, sigmoid_fields);
    step->par = par;
    return TH_OK;
}

static th_err prepare_leaky_s16(const th_prepare *p, const th_variant *v, int32_t n, th_step *step)
{
    const th_tensor *x = th_prepare_in(p, 0), *y = th_prepare_out(p, 0);
    TH_TRY(th_check_quant_tensor(p, x));
    TH_TRY(th_check_quant_tensor(p, y));
    th_leaky_relu_s16_par *par = TH_NEW(p->arena, th_leaky_relu_s16_par, 1);
    if (!par) return no_memory(p);
    const float alpha = p->node->attr.leaky.alpha, s_in = x->quant.scale[0], s_out = y->quant.scale[0];
    *par = (th_leaky_relu_s16_par){
        .n = n, .in_zero = x->quant.zero[0], .out_zero = y->quant.zero[0], .low_sign = alpha < 0.0f ? -1 : 1};
    if (!factor(s_in / s_out, &par->multiplier, &par->shift) ||
        !factor(s_in * (alpha < 0.0f ? -alpha : alpha) / s_out, &par->low_multiplier, &par->low_shift))
        return bad_scales(p);
    TH_STEP_VARIANT(step, v, 1, "nn/unary.h", th_leaky_relu_s16_par, leaky_s16_fields);
    step->par = par;
    return TH_OK;
}

static th_err prepare_leaky_f32(const th_prepare *p, const th_variant *v, int32_t n, th_step *step)
{
    th_leaky_relu_f32_par *par = TH_NEW(p->arena, th_leaky_relu_f32_par, 1);
    if (!par) return no_memory(p);
    *par = (th_leaky_relu_f32_par){n, p->node->attr.leaky.alpha};
    TH_STEP_VARIANT(step, v, 1, "nn/unary.h", th_leaky_relu_f32_par, leaky_f32_fields);
    step->par = par;
    return TH_OK;
}

static th_err prepare(const th_prepare *p, th_step *step)
{
    TH_TRY(th_check_io(p, 1, 1));
    const th_tensor *x = th_prepare_in(p, 0), *y = th_prepare_out(p, 0);
    const int32_t n = th_shape_count(&x->shape);
    const th_variant *v = th_variant_find(p, variants, sizeof variants / sizeof *variants);
    if (!v) return th_refuse(p, TH_EUNSUP, "it is not known for this type of input");
    if (y->type != x->type) return th_refuse(p, TH_EUNSUP, "input and output must have the same type");
    if (th_shape_count(&y->shape) != n)
        return th_refuse(p, TH_ESHAPE, "input and output have different numbers of elements");
    th_slide_elements(p, 0, step);
    switch (v->kind) {
    case TABLE: return th_lookup_prepare(p, step);
    case ABS16: return prepare_abs_s16(p, v, n, step);
    case SIGMOID16: return prepare_sigmoid_s16(p, v, n, step);
    case LEAKY16: return prepare_leaky_s16(p, v, n, step);
    case LEAKY: return prepare_leaky_f32(p, v, n, step);
    default: break;
    }
    th_unary_par *par = TH_NEW(p->arena, th_unary_par, 1);
    if (!par) return no_memory(p);
    par->n = n;
    TH_STEP_VARIANT(step, v, 1, "nn/unary.h", th_unary_par, plain_fields);
    step->par = par;
    return TH_OK;
}

#define ROW(name, op) const th_op_row th_row_##name = {TH_OP_##op, #op, prepare, th_infer_same};
ROW(abs, ABS)
ROW(ceil, CEIL)
ROW(cos, COS)
ROW(exp, EXP)
ROW(floor, FLOOR)
ROW(log, LOG)
ROW(neg, NEG)
ROW(round, ROUND)
ROW(rsqrt, RSQRT)
ROW(sin, SIN)
ROW(sqrt, SQRT)
ROW(square, SQUARE)
ROW(elu, ELU)
ROW(hard_swish, HARD_SWISH)
ROW(logistic, LOGISTIC)
ROW(tanh, TANH)
ROW(leaky_relu, LEAKY_RELU)
