#include "nn/prepare.h"
#include "nn/rows.h"
#include "nn/slide.h"
#include "nn/softmax.h"
#include "nn/softmax_f32.h"
#include "nn/softmax_s16.h"

#include "base/fmath.h"
#include "nn/log_softmax.h"

#include <float.h>

static const th_field s8_fields[] = {
    TH_FIELD_INT(th_softmax_s8_par, rows),       TH_FIELD_INT(th_softmax_s8_par, depth),
    TH_FIELD_INT(th_softmax_s8_par, multiplier), TH_FIELD_INT(th_softmax_s8_par, shift),
    TH_FIELD_INT(th_softmax_s8_par, diff_min),
};
static const th_field f32_fields[] = {
    TH_FIELD_INT(th_softmax_f32_par, rows),
    TH_FIELD_INT(th_softmax_f32_par, depth),
    TH_FIELD_FLOAT(th_softmax_f32_par, beta),
};

static const th_field s16_fields[] = {
    TH_FIELD_INT(th_softmax_s16_par, rows),
    TH_FIELD_INT(th_softmax_s16_par, depth),
    TH_FIELD_INT(th_softmax_s16_par, multiplier),
    TH_FIELD_INT(th_softmax_s16_par, shift),
    TH_FIELD_INT(th_softmax_s16_par, n_words),
    TH_FIELD_INTS(th_softmax_s16_par, exp_words, n_words),
    TH_FIELD_INTS(th_softmax_s16_par, reciprocal_words, n_words),
};
static const th_field log_f32_fields[] = {TH_FIELD_INT(th_log_softmax_f32_par, rows),
                                          TH_FIELD_INT(th_log_softmax_f32_par, depth)};
static const th_field log_s8_fields[] = {
    TH_FIELD_INT(th_log_softmax_s8_par, rows),
    TH_FIELD_INT(th_log_softmax_s8_par, depth),
    TH_FIELD_INT(th_log_softmax_s8_par, multiplier),
    TH_FIELD_INT(th_log_softmax_s8_par, shift),
    TH_FIELD_INT(th_log_softmax_s8_par, reverse_multiplier),
    TH_FIELD_INT(th_log_softmax_s8_par, reverse_shift),
    TH_FIELD_INT(th_log_softmax_s8_par, diff_min),
};

/* scale * beta in Q5.26, capped so that it stays in int32 (larger: every other class gets 0 anyway), and the
 * smallest difference that counts. */
static th_err scale_s8(const th_prepare *p, float scale, float beta, int32_t *multiplier, int32_t *shift,
                       int32_t *diff_min)
{
    double factor = (double)beta * (double)scale * (double)(INT32_C(1) << 26);
    if (factor > 2147483647.0) factor = 2147483647.0;
    if (!(factor > 1.0)) return th_refuse(p, TH_ERANGE, "input scale times beta is too small");
    /* The cap itself needs shift 31, one more than th_quantize_multiplier gives out. */
    if (factor == 2147483647.0)
        *multiplier = INT32_MAX, *shift = 31;
    else if (!th_quantize_multiplier(factor, multiplier, shift)) {
        if (!th_quantize_multiplier(factor / 2, multiplier, shift))
            return th_refuse(p, TH_ERANGE, "input scale times beta is out of range");
        ++*shift;
    }
    *diff_min = -(int32_t)(((int64_t)31 << 26) >> *shift);
    return TH_OK;
}

static th_err prepare_s8(const th_prepare *p, int32_t rows, int32_t depth, th_step *step)
{
    const th_tensor *x = th_prepare_in(p, 0), *y = th_prepare_out(p, 0);
    TH_TRY(th_check_quant_tensor(p, x));
    TH_TRY(th_check_quant_tensor(p, y));
    const float unit = y->type == TH_S8 ? 1.0f / 256 : 1.0f / 65536, slack = y->type == TH_S8 ? 0.0f : 0.001f * unit;
    if (y->quant.zero[0] != (y->type == TH_S8 ? -128 : -32768) || y->quant.scale[0] < unit - slack ||
        y->quant.scale[0] > unit + slack)
        return th_refuse(p, TH_EUNSUP,
                         "SOFTMAX of int8 needs output scale 1/256 and zero point -128 (int16: 1/65536, -32768)");
    if (depth > TH_SOFTMAX_S8_DEPTH)
        return th_refuse(p, TH_ERANGE, "more than 4095 classes: the int32 sum could overflow");
    th_softmax_s8_par *par = TH_NEW(p->arena, th_softmax_s8_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    par->rows = rows;
    par->depth = depth;
    TH_TRY(scale_s8(p, x->quant.scale[0], p->node->attr.softmax.beta, &par->multiplier, &par->shift, &par->diff_min));
    if (y->type == TH_S8)
        TH_STEP_KERNEL(step, th_softmax_s8, 1, "nn/softmax.h", th_softmax_s8_par, s8_fields);
    else
        TH_STEP_KERNEL(step, th_softmax_s8_s16, 1, "nn/softmax.h", th_softmax_s8_par, s8_fields);
    step->par = par;
    return TH_OK;
}

static th_err prepare_f32(const th_prepare *p, int32_t rows, int32_t depth, th_step *step)
{
    th_softmax_f32_par *par = TH_NEW(p->arena, th_softmax_f32_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = (th_softmax_f32_par){rows, depth, p->node->attr.softmax.beta};
    if (!(par->beta >= -FLT_MAX && par->beta <= FLT_MAX)) return th_refuse(p, TH_EFORMAT, "beta is not a number");
    TH_STEP_KERNEL(step, th_softmax_f32, 1, "nn/softmax_f32.h", th_softmax_f32_par, f32_fields);
    step->par = par;
    return TH_OK;
}

/* exp in double, rounded to float: the float nearest to the true one, which good C libraries give too. */
static float exp_of(float v)
{
    return (float)th_exp((double)v);
}

static float reciprocal_of(float v)
{
    return 1.0f / (1.0f + v);
}

/* 512 pieces from `from` to `to`; each begins at f's value less half the error that the straight line has in its
 * middle.  All in float32, in the reference's order.  Source: kernels/internal/common.h LUTPopulateInt16. */
static const int32_t *table_s16(const th_prepare *p, float from, float to, float (*f)(float))
{
    uint32_t *words = TH_NEW(p->arena, uint32_t, TH_SOFTMAX_S16_WORDS);
    const float out_unit = 2.0f / 65535.0f, per_one = 65536.0f / (out_unit * 32767.0f - out_unit * -32768.0f);
    const float step = (to - from) / 512.0f, half_step = step / 2.0f;
    for (int32_t k = 0; words && k <= 512; k++) {
        const float x = from + (float)k * step;
        float v = th_roundf((k < 512 ? f(x) : f(to)) * per_one);
        if (k < 512) {
            const float line = th_roundf((f(from + (float)(k + 1) * step) * per_one + v) / 2.0f);
            v -= th_roundf((line - th_roundf(f(x + half_step) * per_one)) / 2.0f);
        }
        const int32_t q = v < -32768.0f ? -32768 : v > 32767.0f ? 32767 : (int32_t)v;
        if (k % 2 == 0)
            words[k / 2] = (uint32_t)q & 0xffffu;
        else
            words[k / 2] |= (uint32_t)q << 16;
    }
    return (const int32_t *)words;
}

static th_err prepare_s16(const th_prepare *p, int32_t rows, int32_t depth, th_step *step)
{
    const th_tensor *x = th_prepare_in(p, 0), *y = th_prepare_out(p, 0);
    TH_TRY(th_check_quant_tensor(p, x));
    TH_TRY(th_check_quant_tensor(p, y));
    const float unit = 1.0f / 32768, slack = 0.001f * unit, in_unit = 10.0f / 65535.0f, fraction_unit = 1.0f / 65535.0f;
    if (x->quant.zero[0] || y->quant.zero[0] || y->quant.scale[0] < unit - slack || y->quant.scale[0] > unit + slack)
        return th_refuse(p, TH_EUNSUP, "SOFTMAX of int16 needs zero points 0 and output scale 1/32768");
    if (depth > TH_SOFTMAX_S16_DEPTH)
        return th_refuse(p, TH_ERANGE, "more than 65535 classes: the int32 sum could overflow");
    th_softmax_s16_par *par = TH_NEW(p->arena, th_softmax_s16_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = (th_softmax_s16_par){.rows = rows, .depth = depth, .n_words = TH_SOFTMAX_S16_WORDS};
    const double factor = (double)x->quant.scale[0] * (double)p->node->attr.softmax.beta / (10.0 / 65535.0);
    if (!th_quantize_multiplier(factor, &par->multiplier, &par->shift) || par->shift > 14)
        return th_refuse(p, TH_ERANGE, "input scale times beta is too large");
    par->exp_words = table_s16(p, in_unit * (-32768.0f - 32767.0f), in_unit * 0.0f, exp_of);
    par->reciprocal_words = table_s16(p, fraction_unit * 0.0f, fraction_unit * (32767.0f + 32768.0f), reciprocal_of);
    if (!par->exp_words || !par->reciprocal_words) return th_refuse(p, TH_ENOMEM, "no memory for the tables");
    TH_STEP_KERNEL(step, th_softmax_s16, 1, "nn/softmax_s16.h", th_softmax_s16_par, s16_fields);
    step->par = par;
    return TH_OK;
}

static th_err prepare_log_s8(const th_prepare *p, int32_t rows, int32_t depth, th_step *step)
{
    const th_tensor *x = th_prepare_in(p, 0), *y = th_prepare_out(p, 0);
    TH_TRY(th_check_quant_tensor(p, x));
    TH_TRY(th_check_quant_tensor(p, y));
    if (y->quant.zero[0] != 127 || y->quant.scale[0] < 0.0625f || y->quant.scale[0] > 0.0625f)
        return th_refuse(p, TH_EUNSUP, "an int8 LOG_SOFTMAX needs output scale 1/16 and zero point 127");
    if (depth > TH_LOG_SOFTMAX_S8_DEPTH)
        return th_refuse(p, TH_ERANGE, "more than 4095 classes: the int32 sum could overflow");
    th_log_softmax_s8_par *par = TH_NEW(p->arena, th_log_softmax_s8_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = (th_log_softmax_s8_par){.rows = rows, .depth = depth};
    TH_TRY(scale_s8(p, x->quant.scale[0], 1.0f, &par->multiplier, &par->shift, &par->diff_min));
    const double back = (double)((int64_t)1 << (31 - par->shift)) / (double)par->multiplier;
    if (!(back < 1.0) || !th_quantize_multiplier(back, &par->reverse_multiplier, &par->reverse_shift) ||
        par->reverse_shift > 0)
        return th_refuse(p, TH_ERANGE, "the input scale is too small");
    TH_STEP_KERNEL(step, th_log_softmax_s8, 1, "nn/log_softmax.h", th_log_softmax_s8_par, log_s8_fields);
    step->par = par;
    return TH_OK;
}

static th_err prepare_log_f32(const th_prepare *p, int32_t rows, int32_t depth, th_step *step)
{
    th_log_softmax_f32_par *par = TH_NEW(p->arena, th_log_softmax_f32_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = (th_log_softmax_f32_par){rows, depth};
    TH_STEP_KERNEL(step, th_log_softmax_f32, 1, "nn/log_softmax.h", th_log_softmax_f32_par, log_f32_fields);
    step->par = par;
    return TH_OK;
}

static th_err prepare(const th_prepare *p, th_step *step)
{
    TH_TRY(th_check_io(p, 1, 1));
    const th_tensor *x = th_prepare_in(p, 0), *y = th_prepare_out(p, 0);
    if (x->shape.rank < 1) return th_refuse(p, TH_ESHAPE, "a scalar has no classes");
    const int32_t count = th_shape_count(&x->shape), depth = x->shape.d[x->shape.rank - 1], rows = count / depth;
    if (th_shape_count(&y->shape) != count)
        return th_refuse(p, TH_ESHAPE, "input and output have different numbers of elements");
    th_slide_elements(p, 0, step);
    const bool log = p->node->op == TH_OP_LOG_SOFTMAX;
    if (x->type == TH_S8 && y->type == TH_S8)
        return log ? prepare_log_s8(p, rows, depth, step) : prepare_s8(p, rows, depth, step);
    if (x->type == TH_F32 && y->type == TH_F32)
        return log ? prepare_log_f32(p, rows, depth, step) : prepare_f32(p, rows, depth, step);
    if (log) return th_refuse(p, TH_EUNSUP, "input and output must both be int8 or both float32");
    if (x->type == TH_S8 && y->type == TH_S16) return prepare_s8(p, rows, depth, step);
    if (x->type == TH_S16 && y->type == TH_S16) return prepare_s16(p, rows, depth, step);
    return th_refuse(p, TH_EUNSUP, "input and output must both be int8, int16 or float32, or int8 and int16");
}

const th_op_row th_row_softmax = {TH_OP_SOFTMAX, "SOFTMAX", prepare, th_infer_same};
const th_op_row th_row_log_softmax = {TH_OP_LOG_SOFTMAX, "LOG_SOFTMAX", prepare, th_infer_same};
