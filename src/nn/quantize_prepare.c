#include "nn/cast.h"
#include "nn/lookup_prepare.h"
#include "nn/quantize.h"
#include "nn/rows.h"
#include "nn/slide.h"

#define COUNT(list) (sizeof(list) / sizeof *(list))

static const th_field float_fields[] = {TH_FIELD_INT(th_quantize_par, n), TH_FIELD_INT(th_quantize_par, zero),
                                        TH_FIELD_FLOAT(th_quantize_par, scale)};
static const th_field int_fields[] = {
    TH_FIELD_INT(th_requantize_par, n),        TH_FIELD_INT(th_requantize_par, in_zero),
    TH_FIELD_INT(th_requantize_par, out_zero), TH_FIELD_INT(th_requantize_par, multiplier),
    TH_FIELD_INT(th_requantize_par, shift),
};
static const th_field cast_fields[] = {TH_FIELD_INT(th_cast_par, n), TH_FIELD_INT(th_cast_par, from),
                                       TH_FIELD_INT(th_cast_par, to)};

typedef struct pair {
    th_type from, to;
    th_kernel *kernel;
    const char *name;
} pair;
#define PAIR(from, to, kernel)                                                                                         \
    {                                                                                                                  \
        from, to, kernel, #kernel                                                                                      \
    }

static const pair pairs[] = {
    PAIR(TH_F32, TH_S8, th_quantize_s8),         PAIR(TH_F32, TH_U8, th_quantize_u8),
    PAIR(TH_F32, TH_S16, th_quantize_s16),       PAIR(TH_S8, TH_F32, th_dequantize_s8),
    PAIR(TH_U8, TH_F32, th_dequantize_u8),       PAIR(TH_S16, TH_F32, th_dequantize_s16),
    PAIR(TH_S8, TH_S16, th_requantize_s8_s16),   PAIR(TH_S8, TH_S32, th_requantize_s8_s32),
    PAIR(TH_S16, TH_S8, th_requantize_s16_s8),   PAIR(TH_S16, TH_S16, th_requantize_s16_s16),
    PAIR(TH_S16, TH_S32, th_requantize_s16_s32), PAIR(TH_S32, TH_S8, th_requantize_s32_s8),
    PAIR(TH_S32, TH_S16, th_requantize_s32_s16),
};

/* One input, one output, as many elements in both; the output may lie on the input when their elements have one size.
 */
static th_err check(const th_prepare *p, th_step *step)
{
    TH_TRY(th_check_io(p, 1, 1));
    const th_tensor *x = th_prepare_in(p, 0), *y = th_prepare_out(p, 0);
    if (th_shape_count(&y->shape) != th_shape_count(&x->shape))
        return th_refuse(p, TH_ESHAPE, "input and output have different numbers of elements");
    th_slide_elements(p, 0, step);
    return TH_OK;
}

static th_err make(const th_prepare *p, const pair *k, th_step *step)
{
    const th_tensor *x = th_prepare_in(p, 0), *y = th_prepare_out(p, 0), *q = x->type == TH_F32 ? y : x;
    step->kernel = k->kernel, step->kernel_name = k->name, step->header = "nn/quantize.h", step->n_in = step->n_out = 1;
    TH_TRY(th_check_quant_tensor(p, q));
    if (x->type == TH_F32 || y->type == TH_F32) {
        th_quantize_par *par = TH_NEW(p->arena, th_quantize_par, 1);
        if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
        *par = (th_quantize_par){th_shape_count(&x->shape), q->quant.zero[0], q->quant.scale[0]};
        step->par = par, step->par_type = "th_quantize_par", step->fields = float_fields,
        step->n_fields = COUNT(float_fields);
        return TH_OK;
    }
    TH_TRY(th_check_quant_tensor(p, y));
    th_requantize_par *par = TH_NEW(p->arena, th_requantize_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par =
        (th_requantize_par){.n = th_shape_count(&x->shape), .in_zero = x->quant.zero[0], .out_zero = y->quant.zero[0]};
    if (!th_quantize_multiplier((double)x->quant.scale[0] / (double)y->quant.scale[0], &par->multiplier, &par->shift))
        return th_refuse(p, TH_ERANGE, "the output scale is too small for the input scale");
    step->par = par, step->par_type = "th_requantize_par", step->fields = int_fields,
    step->n_fields = COUNT(int_fields);
    return TH_OK;
}

static th_err prepare(const th_prepare *p, th_step *step)
{
    TH_TRY(check(p, step));
    const th_type from = th_prepare_in(p, 0)->type, to = th_prepare_out(p, 0)->type;
    const bool back = p->node->op == TH_OP_DEQUANTIZE;
    if (!back && ((from == TH_S8 && to == TH_S8) || (from == TH_S8 && to == TH_U8) || (from == TH_U8 && to == TH_S8)))
        return th_lookup_requantize(p, step);
    for (size_t i = 0; i < COUNT(pairs); i++)
        if (pairs[i].from == from && pairs[i].to == to && (to == TH_F32) == back) return make(p, &pairs[i], step);
    return th_refuse(p, TH_EUNSUP, "these types of input and output do not go together");
}

static int32_t cast_type(th_type type)
{
    static const th_type known[] = {
        [TH_CAST_BOOL] = TH_BOOL, [TH_CAST_S8] = TH_S8,   [TH_CAST_U8] = TH_U8,   [TH_CAST_S16] = TH_S16,
        [TH_CAST_S32] = TH_S32,   [TH_CAST_U32] = TH_U32, [TH_CAST_S64] = TH_S64, [TH_CAST_F32] = TH_F32};
    for (int32_t i = 0; i < (int32_t)COUNT(known); i++)
        if (known[i] == type) return i;
    return -1;
}

static th_err prepare_cast(const th_prepare *p, th_step *step)
{
    TH_TRY(check(p, step));
    th_cast_par *par = TH_NEW(p->arena, th_cast_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = (th_cast_par){th_shape_count(&th_prepare_in(p, 0)->shape), cast_type(th_prepare_in(p, 0)->type),
                         cast_type(th_prepare_out(p, 0)->type)};
    if (par->from < 0 || par->to < 0)
        return th_refuse(p, TH_EUNSUP, "these types of input and output do not go together");
    TH_STEP_KERNEL(step, th_cast, 1, "nn/cast.h", th_cast_par, cast_fields);
    step->par = par;
    return TH_OK;
}

const th_op_row th_row_quantize = {TH_OP_QUANTIZE, "QUANTIZE", prepare, th_infer_same};
const th_op_row th_row_dequantize = {TH_OP_DEQUANTIZE, "DEQUANTIZE", prepare, th_infer_same};
const th_op_row th_row_cast = {TH_OP_CAST, "CAST", prepare_cast, th_infer_same};
