#include "nn/prepare.h"

#include "base/fmath.h"

#include <float.h>
#include <math.h>
#include <string.h>

static const th_tensor *tensor(const th_prepare *p, const int32_t *list, int32_t n, int32_t i)
{
    return i < n && list[i] >= 0 ? &p->tensors[list[i]] : NULL;
}

const th_tensor *th_prepare_in(const th_prepare *p, int32_t i)
{
    return tensor(p, p->node->in, p->node->n_in, i);
}

const th_tensor *th_prepare_out(const th_prepare *p, int32_t i)
{
    return tensor(p, p->node->out, p->node->n_out, i);
}

static th_err check_tensor(const th_prepare *p, const th_tensor *t)
{
    if (t->shape.rank < 0 || t->shape.rank > TH_MAX_RANK)
        return th_refuse(p, TH_ESHAPE, "a tensor has too many dimensions");
    if (th_type_bytes(t->type) == 0) return th_refuse(p, TH_EUNSUP, "a tensor has a type that is not known here");
    if (th_shape_count(&t->shape) <= 0) return th_refuse(p, TH_ESHAPE, "a tensor is empty or too large");
    return TH_OK;
}

th_err th_check_io_n(const th_prepare *p, int32_t needed, int32_t most, int32_t n_out)
{
    if (p->node->n_in < needed || p->node->n_in > most) return th_refuse(p, TH_EFORMAT, "wrong number of inputs");
    if (p->node->n_out != n_out) return th_refuse(p, TH_EFORMAT, "wrong number of outputs");
    for (int32_t i = 0; i < p->node->n_in; i++) {
        const th_tensor *t = th_prepare_in(p, i);
        if (!t && i < needed) return th_refuse(p, TH_EFORMAT, "an input is missing");
        if (t) TH_TRY(check_tensor(p, t));
    }
    for (int32_t i = 0; i < n_out; i++) {
        const th_tensor *t = th_prepare_out(p, i);
        if (!t) return th_refuse(p, TH_EFORMAT, "an output is missing");
        TH_TRY(check_tensor(p, t));
    }
    return TH_OK;
}

th_err th_check_io(const th_prepare *p, int32_t needed, int32_t most)
{
    return th_check_io_n(p, needed, most, 1);
}

bool th_shape_same(const th_shape *a, const th_shape *b)
{
    bool same = a->rank == b->rank;
    for (int32_t i = 0; same && i < a->rank; i++) same = a->d[i] == b->d[i];
    return same;
}

th_err th_infer_same(const th_prepare *p, th_shape *out)
{
    TH_TRY(th_check_io_n(p, 1, p->node->n_in, p->node->n_out));
    *out = th_prepare_in(p, 0)->shape;
    return TH_OK;
}

th_err th_check_not_hybrid(const th_prepare *p)
{
    const th_tensor *x = th_prepare_in(p, 0), *w = th_prepare_in(p, 1);
    if (x->type != TH_F32 || (w->type != TH_S8 && w->type != TH_S4)) return TH_OK;
    return th_refuse(p, TH_EUNSUP,
                     "float input with integer weights (a dynamic-range or \"hybrid\" model): convert it with full "
                     "integer quantisation, or with float weights");
}

static bool good_scale(float s)
{
    return s > 0.0f && s <= FLT_MAX;
}

th_err th_check_quant_tensor(const th_prepare *p, const th_tensor *t)
{
    if (t->quant.n != 1) return th_refuse(p, TH_EUNSUP, "a quantised tensor needs exactly one scale");
    if (!good_scale(t->quant.scale[0])) return th_refuse(p, TH_EFORMAT, "a scale is not a positive number");
    if (t->type == TH_S8 && (t->quant.zero[0] < -128 || t->quant.zero[0] > 127))
        return th_refuse(p, TH_EFORMAT, "a zero point is outside -128 to 127");
    if (t->type == TH_S16 && (t->quant.zero[0] < INT16_MIN || t->quant.zero[0] > INT16_MAX))
        return th_refuse(p, TH_EFORMAT, "a zero point is outside -32768 to 32767");
    return TH_OK;
}

th_err th_check_quant_weights(const th_prepare *p, const th_tensor *w, int32_t axis, int32_t channels)
{
    if (w->quant.n != 1 && (w->quant.n != channels || w->quant.axis != axis))
        return th_refuse(p, TH_EUNSUP, "weights need one scale, or one per output channel");
    for (int32_t c = 0; c < w->quant.n; c++) {
        if (!good_scale(w->quant.scale[c])) return th_refuse(p, TH_EFORMAT, "a weight scale is not a positive number");
        if (w->quant.zero[c] != 0) return th_refuse(p, TH_EUNSUP, "weights have a zero point other than 0");
    }
    return TH_OK;
}

th_err th_check_same_quant(const th_prepare *p, const th_tensor *a, const th_tensor *b)
{
    TH_TRY(th_check_quant_tensor(p, a));
    TH_TRY(th_check_quant_tensor(p, b));
    if (fabsf(a->quant.scale[0] - b->quant.scale[0]) > 1.0e-6f || a->quant.zero[0] != b->quant.zero[0])
        return th_refuse(p, TH_EUNSUP, "input and output have different scales or zero points");
    return TH_OK;
}

th_err th_check_bias(const th_prepare *p, const th_tensor *bias, th_type type, int32_t channels)
{
    if (!bias) return TH_OK;
    if (bias->type != type)
        return th_refuse(p, TH_EUNSUP, "the bias has another type than int32 (int8 inputs) or float32 (float inputs)");
    if (th_shape_count(&bias->shape) != channels)
        return th_refuse(p, TH_ESHAPE, "the bias needs one value per output channel");
    return TH_OK;
}

th_err th_check_quant_s16(const th_prepare *p, const th_tensor *t)
{
    TH_TRY(th_check_quant_tensor(p, t));
    if (t->quant.zero[0] != 0) return th_refuse(p, TH_EUNSUP, "an int16 tensor has a zero point other than 0");
    return TH_OK;
}

th_err th_check_bias_s16(const th_prepare *p, const th_tensor *bias, int32_t channels, int32_t bias_type, int32_t *wide)
{
    *wide = (bias ? (int32_t)bias->type : bias_type) != (int32_t)TH_S32;
    if (!bias) return TH_OK;
    if (bias->type != TH_S64 && bias->type != TH_S32)
        return th_refuse(p, TH_EUNSUP, "the bias of int16 inputs must be int64 or int32");
    if (th_shape_count(&bias->shape) != channels)
        return th_refuse(p, TH_ESHAPE, "the bias needs one value per output channel");
    for (int32_t c = 0; *wide && bias->data && c < channels; c++) {
        int64_t b;
        memcpy(&b, (const uint8_t *)bias->data + 8 * (size_t)c, 8);
        if (b > INT64_C(1) << 46 || b < -(INT64_C(1) << 46))
            return th_refuse(p, TH_ERANGE, "a bias is larger than 2^46: the sums could overflow");
    }
    return TH_OK;
}

th_err th_check_sums_s16(const th_prepare *p, int32_t n, int32_t wide, const int32_t *shift, int32_t n_shifts)
{
    if (n > INT32_C(1) << 23)
        return th_refuse(p, TH_ERANGE, "more than 2^23 weights for one output: the sums could overflow");
    for (int32_t c = 0; wide && c < n_shifts; c++)
        if (shift[c] > 7)
            return th_refuse(p, TH_ERANGE, "the output scale is too small for the scales of input and weights");
    return TH_OK;
}

/* A double is sign(1) | exponent + 1023 (11) | fraction (52); its value 0.1xxx * 2^(exponent + 1)
 * with 53 bits after the point, of which 31 are kept. */
bool th_quantize_multiplier(double factor, int32_t *m, int32_t *shift)
{
    uint64_t bits;
    memcpy(&bits, &factor, sizeof bits);
    const int32_t exponent = (int32_t)(bits >> 52 & 0x7ff);
    *m = *shift = 0;
    if (bits >> 63 || exponent == 0x7ff) return false;
    if (exponent == 0) return true; /* zero, or far below 2^-32 */
    const uint64_t fraction = (bits & (((uint64_t)1 << 52) - 1)) | (uint64_t)1 << 52;
    uint64_t q = (fraction + ((uint64_t)1 << 21)) >> 22; /* ties up: away from zero */
    int32_t e = exponent - 1022;
    if (q == (uint64_t)1 << 31) {
        q >>= 1;
        e++;
    }
    if (e > 30) return false;
    if (e < -31) return true;
    *m = (int32_t)q;
    *shift = e;
    return true;
}

th_err th_prepare_scales(const th_prepare *p, const th_tensor *in, const th_tensor *w, const th_tensor *out,
                         int32_t channels, const int32_t **m, const int32_t **shift)
{
    int32_t *mm = TH_NEW(p->arena, int32_t, (size_t)channels), *ss = TH_NEW(p->arena, int32_t, (size_t)channels);
    if (!mm || !ss) return th_refuse(p, TH_ENOMEM, "no memory for the scales");
    for (int32_t c = 0; c < channels; c++) {
        const double s_w = (double)w->quant.scale[w->quant.n == 1 ? 0 : c];
        const double factor = (double)in->quant.scale[0] * s_w / (double)out->quant.scale[0];
        if (!th_quantize_multiplier(factor, &mm[c], &ss[c]))
            return th_refuse(p, TH_ERANGE, "the scales of input, weights and output do not fit together");
    }
    *m = mm;
    *shift = ss;
    return TH_OK;
}

th_err th_prepare_scale_f32(const th_prepare *p, float s_in, float s_w, float s_out, int32_t *m, int32_t *shift)
{
    const float product = s_in * s_w;
    if (!th_quantize_multiplier((double)product / (double)s_out, m, shift))
        return th_refuse(p, TH_ERANGE, "the scales of input, weights and output do not fit together");
    return TH_OK;
}

int32_t th_sums_are_narrow(const th_tensor *bias, int32_t channels, int32_t n, const int32_t *shift, int32_t n_shifts)
{
    const int64_t room = (INT64_C(1) << 30) - 1 - (int64_t)255 * 255 * n;
    if (room < 0 || (bias && !bias->data)) return 0;
    for (int32_t c = 0; bias && c < channels; c++) {
        int32_t b;
        memcpy(&b, (const uint8_t *)bias->data + 4 * (size_t)c, 4);
        if (b > room || b < -room) return 0;
    }
    for (int32_t c = 0; c < n_shifts; c++)
        if (shift[c] >= 0) return 0;
    return 1;
}

/* `zero + round(bound / scale)` inside lo .. hi. */
static bool quantize_bound(float bound, const th_tensor *out, int32_t lo, int32_t hi, int32_t *q)
{
    const float v = th_roundf(bound / out->quant.scale[0]);
    if (!(v >= -2147483648.0f && v < 2147483648.0f - 256.0f)) return false;
    const int64_t sum = (int64_t)out->quant.zero[0] + (int64_t)v;
    *q = (int32_t)(sum < lo ? lo : sum > hi ? hi : sum);
    return true;
}

th_err th_act_range(const th_prepare *p, th_act act, const th_tensor *out, int32_t *lo, int32_t *hi)
{
    const int32_t least = out->type == TH_S16 ? INT16_MIN : INT8_MIN, most = out->type == TH_S16 ? INT16_MAX : INT8_MAX;
    bool ok = true;
    *lo = least;
    *hi = most;
    switch (act) {
    case TH_ACT_NONE: break;
    case TH_ACT_RELU: ok = quantize_bound(0.0f, out, least, most, lo); break;
    case TH_ACT_RELU6:
        ok = quantize_bound(0.0f, out, least, most, lo) && quantize_bound(6.0f, out, least, most, hi);
        break;
    case TH_ACT_RELU_N1_1:
        ok = quantize_bound(-1.0f, out, least, most, lo) && quantize_bound(1.0f, out, least, most, hi);
        break;
    case TH_ACT_TANH:
    default: return th_refuse(p, TH_EUNSUP, "this fused activation is not known here");
    }
    return ok ? TH_OK : th_refuse(p, TH_ERANGE, "the output scale is too small for its activation");
}

th_err th_act_range_s8(const th_prepare *p, th_act act, const th_tensor *out, int32_t *lo, int32_t *hi)
{
    return th_act_range(p, act, out, lo, hi);
}

th_err th_act_range_f32(const th_prepare *p, th_act act, float *lo, float *hi)
{
    *lo = -FLT_MAX;
    *hi = FLT_MAX;
    switch (act) {
    case TH_ACT_NONE: return TH_OK;
    case TH_ACT_RELU: *lo = 0.0f; return TH_OK;
    case TH_ACT_RELU6: *lo = 0.0f, *hi = 6.0f; return TH_OK;
    case TH_ACT_RELU_N1_1: *lo = -1.0f, *hi = 1.0f; return TH_OK;
    case TH_ACT_TANH:
    default: return th_refuse(p, TH_EUNSUP, "this fused activation is not known here");
    }
}

/* One direction: output size and padding before the first element; false when there is no output. */
static bool slide(th_padding padding, int32_t in, int32_t filter, int32_t stride, int32_t dilation, int32_t *out,
                  int32_t *pad)
{
    const int64_t reach = (int64_t)(filter - 1) * dilation + 1;
    const int64_t n =
        padding == TH_PAD_SAME ? ((int64_t)in + stride - 1) / stride : ((int64_t)in + stride - reach) / stride;
    const int64_t missing = (n - 1) * stride + reach - in;
    if (n < 1 || n > INT32_MAX || missing / 2 > INT32_MAX / 2) return false;
    *out = (int32_t)n;
    *pad = missing > 0 ? (int32_t)(missing / 2) : 0;
    return true;
}

#define SIDE_LIMIT 0x10000 /* keeps every coordinate, also those outside the picture, in int32 */

th_err th_window_make(const th_prepare *p, const th_shape *in, int32_t filter_h, int32_t filter_w, th_window *w)
{
    const th_attr *a = &p->node->attr;
    if (in->rank != 4)
        return th_refuse(p, TH_ESHAPE, "the input must have 4 dimensions: batch, height, width, channels");
    if (a->conv.stride_h < 1 || a->conv.stride_w < 1 || a->conv.dilation_h < 1 || a->conv.dilation_w < 1 ||
        filter_h < 1 || filter_w < 1)
        return th_refuse(p, TH_EFORMAT, "filter size, stride and dilation must be at least 1");
    if (a->conv.padding != TH_PAD_SAME && a->conv.padding != TH_PAD_VALID)
        return th_refuse(p, TH_EFORMAT, "the padding is neither SAME nor VALID");
    const int32_t side[] = {in->d[1],         in->d[2],         filter_h,           filter_w,
                            a->conv.stride_h, a->conv.stride_w, a->conv.dilation_h, a->conv.dilation_w};
    bool large =
        (int64_t)filter_h * a->conv.dilation_h > SIDE_LIMIT || (int64_t)filter_w * a->conv.dilation_w > SIDE_LIMIT;
    for (size_t i = 0; i < sizeof side / sizeof *side; i++) large |= side[i] > SIDE_LIMIT;
    if (large) return th_refuse(p, TH_ERANGE, "picture, filter, stride or dilation is larger than 65536");
    *w = (th_window){.batches = in->d[0],
                     .in_h = in->d[1],
                     .in_w = in->d[2],
                     .in_c = in->d[3],
                     .filter_h = filter_h,
                     .filter_w = filter_w,
                     .stride_h = a->conv.stride_h,
                     .stride_w = a->conv.stride_w,
                     .dilation_h = a->conv.dilation_h,
                     .dilation_w = a->conv.dilation_w};
    if (!slide(a->conv.padding, w->in_h, filter_h, w->stride_h, w->dilation_h, &w->out_h, &w->pad_top) ||
        !slide(a->conv.padding, w->in_w, filter_w, w->stride_w, w->dilation_w, &w->out_w, &w->pad_left))
        return th_refuse(p, TH_ESHAPE, "the filter is larger than its input");
    if (a->conv.band_rows > 0) {
        w->out_h = a->conv.band_rows;
        w->pad_top = a->conv.band_pad;
    }
    return TH_OK;
}

void th_window_shape(const th_window *w, th_shape *out)
{
    *out = (th_shape){.rank = 4, .d = {w->batches, w->out_h, w->out_w, w->out_c}};
}

th_err th_window_check_out(const th_prepare *p, const th_window *w, const th_shape *out)
{
    if (out->rank != 4 || out->d[0] != w->batches || out->d[1] != w->out_h || out->d[2] != w->out_w ||
        out->d[3] != w->out_c)
        return th_refuse(p, TH_ESHAPE, "the output does not have the shape that follows from input, filter and stride");
    return TH_OK;
}
