/* The reference's arithmetic for all 256 inputs.  Sources: TensorFlow Lite Micro, elementwise.cc, elu.cc, hard_swish.h,
 * leaky_relu.h, integer_ops/logistic.h, integer_ops/tanh.h, requantize.h. */
#include "nn/lookup_prepare.h"

#include "base/fmath.h"
#include "nn/fixed.h"
#include "nn/lookup.h"
#include "nn/requant.h"
#include "nn/slide.h"

static const th_field fields[] = {
    TH_FIELD_INT(th_lookup_par, n),
    TH_FIELD_INT(th_lookup_par, n_words),
    TH_FIELD_INTS(th_lookup_par, words, n_words),
};

/* What one operator needs; not every one needs everything. */
typedef struct formula {
    float s_in, s_out, inverse;
    int32_t zero_in, zero_out;
    int32_t m, shift, m2, shift2, sign2, radius;
} formula;

static th_err bad_scales(const th_prepare *p)
{
    return th_refuse(p, TH_ERANGE, "the scales of input and output do not fit together");
}

/* x 2^shift must stay in int32, |x| < 2^9. */
static bool factor(double v, int32_t *m, int32_t *shift)
{
    return th_quantize_multiplier(v, m, shift) && *shift <= 22;
}

static int32_t abs_of(const formula *f, int32_t x)
{
    const int32_t d = x - f->zero_in;
    return th_requant(d < 0 ? -d : d, f->m, f->shift) + f->zero_out;
}

static int32_t leaky_relu_of(const formula *f, int32_t x)
{
    const int32_t d = x - f->zero_in;
    return (d >= 0 ? th_requant(d, f->m, f->shift) : f->sign2 * th_requant(d, f->m2, f->shift2)) + f->zero_out;
}

/* exp in double, rounded to float: the float nearest to the true one, which good C libraries give too. */
static int32_t elu_of(const formula *f, int32_t x)
{
    const float v = f->s_in * (float)(x - f->zero_in);
    const float y = v < 0.0f ? (float)th_exp((double)v) - 1.0f : v;
    const float q = th_roundf(y * f->inverse) + (float)f->zero_out;
    return q >= 127.0f ? 127 : q <= -128.0f ? -128 : (int32_t)q;
}

static int32_t limit16(int32_t v)
{
    return th_clamp(v, -32768, 32767);
}

static int32_t high_mul16(int32_t a, int32_t b) /* round(a b / 2^15), ties up */
{
    return limit16((a * b + (INT32_C(1) << 14)) >> 15);
}

/* x (3 + x) / 6 in [-3, 3]: `slope` = (x / 3 + 1) / 2 in Q0.15, limited; times x in the output's unit before its shift.
 */
static int32_t hard_swish_of(const formula *f, int32_t x)
{
    const int32_t d = (int16_t)((x - f->zero_in) * 128), y = high_mul16(d, f->m);
    int32_t slope = d;
    if (f->shift2 > 0)
        slope = f->shift2 > 16 ? (d > 0 ? 32767 : d < 0 ? -32768 : 0) : limit16(d * (INT32_C(1) << (f->shift2 - 1)));
    slope = high_mul16(slope, f->m2);
    if (f->shift2 > 0) slope = limit16(2 * slope);
    if (f->shift2 < 0) slope = th_round_shift(slope, -f->shift2);
    slope = (slope + 32768) >> 1;
    const int32_t product = slope * y / 32768; /* towards 0 */
    return (f->shift < 0 ? th_round_shift(product, -f->shift) : product) + f->zero_out;
}

static int32_t logistic_of(const formula *f, int32_t x)
{
    const int32_t d = x - f->zero_in;
    if (d <= -f->radius) return -128;
    if (d >= f->radius) return 127;
    return th_round_shift(th_fixed_logistic(th_requant(d, f->m, f->shift)), 23) - 128;
}

static int32_t tanh_of(const formula *f, int32_t x)
{
    const int32_t d = x - f->zero_in;
    if (d <= -f->radius) return -128;
    if (d >= f->radius) return 127;
    return th_round_shift(th_fixed_tanh(th_requant(d, f->m, f->shift)), 24);
}

static int32_t rsqrt_of(const formula *f, int32_t x)
{
    int32_t m, shift;
    if (x <= f->zero_in) return 127;
    th_fixed_inv_sqrt(x - f->zero_in, &m, &shift);
    const int32_t root = th_requant(1, m, shift + 20);
    return (f->shift - 20 < -31 ? 0 : th_requant(root, f->m, f->shift - 20)) + f->zero_out;
}

static int32_t requantize_of(const formula *f, int32_t x)
{
    return th_requant(x - f->zero_in, f->m, f->shift) + f->zero_out;
}

/* The multiplier of 32 bits as one of 16, rounded. */
static int32_t halve_multiplier(int32_t m)
{
    return m >= INT32_MAX - 32768 ? 32767 : (m + 32768) >> 16;
}

static th_err hard_swish_scales(const th_prepare *p, formula *f)
{
    const float fine = (1.0f / 128.0f) * f->s_in;
    if (!th_quantize_multiplier((double)(fine / f->s_out), &f->m, &f->shift) || f->shift > 0) return bad_scales(p);
    if (!th_quantize_multiplier((double)(fine / (3.0f / 32768.0f)), &f->m2, &f->shift2)) return bad_scales(p);
    f->m = halve_multiplier(f->m);
    f->m2 = halve_multiplier(f->m2);
    return TH_OK;
}

/* Inputs in Q4.27; from `radius` on the function is at its end. */
static th_err sigmoid_scales(const th_prepare *p, formula *f, float s_out, int32_t zero_out)
{
    if (f->zero_out != zero_out || f->s_out < s_out || f->s_out > s_out)
        return th_refuse(p, TH_EUNSUP,
                         "its int8 output needs scale 1/256 and zero point -128 (LOGISTIC) or 1/128 and 0 (TANH)");
    if (!th_quantize_multiplier((double)f->s_in * 134217728.0, &f->m, &f->shift) || f->shift < -31)
        return bad_scales(p);
    const int64_t fifteen = (int64_t)15 << 27;
    f->radius = f->shift >= 0 ? (int32_t)(fifteen >> f->shift) : INT32_MAX; /* so |x| 2^shift < 2^31 inside */
    return TH_OK;
}

static th_err leaky_scales(const th_prepare *p, formula *f)
{
    const float alpha = p->node->attr.leaky.alpha;
    f->sign2 = alpha < 0.0f ? -1 : 1;
    const float low = f->s_in * (alpha < 0.0f ? -alpha : alpha) / f->s_out;
    if (!factor((double)(f->s_in / f->s_out), &f->m, &f->shift) || !factor((double)low, &f->m2, &f->shift2))
        return bad_scales(p);
    return TH_OK;
}

static th_err make(const th_prepare *p, const formula *f, int32_t (*of)(const formula *, int32_t), th_step *step)
{
    const th_tensor *x = th_prepare_in(p, 0), *y = th_prepare_out(p, 0);
    const int32_t lo = y->type == TH_U8 ? 0 : -128, hi = lo + 255;
    uint32_t *words = TH_NEW(p->arena, uint32_t, TH_LOOKUP_WORDS);
    th_lookup_par *par = TH_NEW(p->arena, th_lookup_par, 1);
    if (!words || !par) return th_refuse(p, TH_ENOMEM, "no memory for the table");
    for (int32_t b = 0; b < TH_LOOKUP_WORDS; b++) words[b] = 0;
    for (int32_t b = 0; b < 256; b++) {
        const int32_t v = th_clamp(of(f, x->type == TH_U8 || b < 128 ? b : b - 256), lo, hi);
        words[b / 4] |= ((uint32_t)v & 0xffu) << (b % 4 * 8);
    }
    *par = (th_lookup_par){th_shape_count(&x->shape), TH_LOOKUP_WORDS, (const int32_t *)words};
    TH_STEP_KERNEL(step, th_lookup_8, 1, "nn/lookup.h", th_lookup_par, fields);
    step->par = par;
    th_slide_elements(p, 0, step);
    return TH_OK;
}

static th_err begin(const th_prepare *p, formula *f)
{
    const th_tensor *x = th_prepare_in(p, 0), *y = th_prepare_out(p, 0);
    TH_TRY(th_check_quant_tensor(p, x));
    TH_TRY(th_check_quant_tensor(p, y));
    *f = (formula){.s_in = x->quant.scale[0],
                   .s_out = y->quant.scale[0],
                   .zero_in = x->quant.zero[0],
                   .zero_out = y->quant.zero[0]};
    return TH_OK;
}

th_err th_lookup_prepare(const th_prepare *p, th_step *step)
{
    formula f;
    TH_TRY(begin(p, &f));
    if (p->node->op == TH_OP_ABS) {
        if (!factor((double)(f.s_in / f.s_out), &f.m, &f.shift)) return bad_scales(p);
        return make(p, &f, abs_of, step);
    }
    if (p->node->op == TH_OP_ELU) {
        f.inverse = 1.0f / f.s_out;
        return make(p, &f, elu_of, step);
    }
    if (p->node->op == TH_OP_HARD_SWISH) {
        TH_TRY(hard_swish_scales(p, &f));
        return make(p, &f, hard_swish_of, step);
    }
    if (p->node->op == TH_OP_LEAKY_RELU) {
        TH_TRY(leaky_scales(p, &f));
        return make(p, &f, leaky_relu_of, step);
    }
    if (p->node->op == TH_OP_LOGISTIC) {
        TH_TRY(sigmoid_scales(p, &f, 1.0f / 256, -128));
        return make(p, &f, logistic_of, step);
    }
    if (p->node->op == TH_OP_TANH) {
        TH_TRY(sigmoid_scales(p, &f, 1.0f / 128, 0));
        return make(p, &f, tanh_of, step);
    }
    const double scale = 1.0 / (double)(th_sqrtf(f.s_in) * f.s_out); /* RSQRT */
    if (!th_quantize_multiplier(scale, &f.m, &f.shift) || f.shift > 20) return bad_scales(p);
    return make(p, &f, rsqrt_of, step);
}

th_err th_lookup_requantize(const th_prepare *p, th_step *step)
{
    formula f;
    TH_TRY(begin(p, &f));
    if (!factor((double)f.s_in / (double)f.s_out, &f.m, &f.shift)) return bad_scales(p);
    return make(p, &f, requantize_of, step);
}
