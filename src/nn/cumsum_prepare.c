#include "nn/boxes.h"
#include "nn/cumsum.h"
#include "nn/rows.h"

#define COMMON_FIELDS(type)                                                                                            \
    TH_FIELD_INT(type, outer), TH_FIELD_INT(type, size), TH_FIELD_INT(type, inner), TH_FIELD_INT(type, exclusive),     \
        TH_FIELD_INT(type, reverse)

static const th_field f32_fields[] = {COMMON_FIELDS(th_cumsum_f32_par)};
static const th_field s8_fields[] = {
    COMMON_FIELDS(th_cumsum_s8_par),           TH_FIELD_INT(th_cumsum_s8_par, in_zero),
    TH_FIELD_INT(th_cumsum_s8_par, out_zero),  TH_FIELD_INT(th_cumsum_s8_par, out_multiplier),
    TH_FIELD_INT(th_cumsum_s8_par, out_shift),
};

static th_err find_sums(const th_prepare *p, th_cumsum_f32_par *par)
{
    int32_t axis, n;
    TH_TRY(th_check_io(p, 2, 2));
    const th_tensor *x = th_prepare_in(p, 0), *y = th_prepare_out(p, 0);
    TH_TRY(th_check_moved(p, x, y));
    if (!th_shape_same(&x->shape, &y->shape))
        return th_refuse(p, TH_ESHAPE, "the output has another shape than the input");
    TH_TRY(th_const_ints(p, 1, 1, &axis, &n, "the axis must be a constant int32"));
    if (n != 1) return th_refuse(p, TH_ESHAPE, "the axis must be one number");
    TH_TRY(th_check_axis(p, axis, x->shape.rank, &axis));
    *par = (th_cumsum_f32_par){.outer = 1,
                               .size = x->shape.d[axis],
                               .inner = 1,
                               .exclusive = p->node->attr.cumsum.exclusive != 0,
                               .reverse = p->node->attr.cumsum.reverse != 0};
    for (int32_t d = 0; d < axis; d++) par->outer *= x->shape.d[d];
    for (int32_t d = axis + 1; d < x->shape.rank; d++) par->inner *= x->shape.d[d];
    return TH_OK;
}

static th_err prepare_s8(const th_prepare *p, const th_cumsum_f32_par *sums, th_step *step)
{
    const th_tensor *x = th_prepare_in(p, 0), *y = th_prepare_out(p, 0);
    TH_TRY(th_check_quant_tensor(p, x));
    TH_TRY(th_check_quant_tensor(p, y));
    th_cumsum_s8_par *par = TH_NEW(p->arena, th_cumsum_s8_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = (th_cumsum_s8_par){.outer = sums->outer,
                              .size = sums->size,
                              .inner = sums->inner,
                              .exclusive = sums->exclusive,
                              .reverse = sums->reverse,
                              .in_zero = x->quant.zero[0],
                              .out_zero = y->quant.zero[0]};
    const double factor =
        2 * (double)x->quant.scale[0] / ((double)(INT32_C(1) << TH_CUMSUM_BITS) * (double)y->quant.scale[0]);
    if (!(factor < 1.0) || !th_quantize_multiplier(factor, &par->out_multiplier, &par->out_shift))
        return th_refuse(p, TH_ERANGE, "the output scale is too small for the input's");
    TH_STEP_KERNEL(step, th_cumsum_s8, 1, "nn/cumsum.h", th_cumsum_s8_par, s8_fields);
    step->par = par;
    return TH_OK;
}

static th_err prepare(const th_prepare *p, th_step *step)
{
    th_cumsum_f32_par sums;
    TH_TRY(find_sums(p, &sums));
    if (th_prepare_in(p, 0)->type == TH_S8) return prepare_s8(p, &sums, step);
    if (th_prepare_in(p, 0)->type != TH_F32) return th_refuse(p, TH_EUNSUP, "the input must be float32 or int8");
    th_cumsum_f32_par *par = TH_NEW(p->arena, th_cumsum_f32_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = sums;
    TH_STEP_KERNEL(step, th_cumsum_f32, 1, "nn/cumsum.h", th_cumsum_f32_par, f32_fields);
    step->par = par;
    return TH_OK;
}

const th_op_row th_row_cumsum = {TH_OP_CUMSUM, "CUMSUM", prepare, th_infer_same};
