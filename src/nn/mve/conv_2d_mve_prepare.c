#include "nn/conv_2d.h"
#include "nn/mve/conv_2d_mve.h"
#include "nn/mve/dense_mve.h"
#include "nn/mve/mve_prepare.h"
#include "nn/depthwise_conv_2d.h"
#include "nn/fast.h"
#include "nn/fully_connected.h"
#include "nn/prepare.h"
#include "nn/scalar/conv_2d_scalar.h"
#include "nn/slide.h"

static const th_field fields[] = {
    TH_FIELD_WINDOW(th_conv_2d_mve_par),
    TH_FIELD_INT(th_conv_2d_mve_par, groups),
    TH_FIELD_INT(th_conv_2d_mve_par, in_zero),
    TH_FIELD_INT(th_conv_2d_mve_par, out_zero),
    TH_FIELD_INT(th_conv_2d_mve_par, act_min),
    TH_FIELD_INT(th_conv_2d_mve_par, act_max),
    TH_FIELD_INT(th_conv_2d_mve_par, n),
    TH_FIELD_INT(th_conv_2d_mve_par, n_weights),
    TH_FIELD_ARRAY(th_conv_2d_mve_par, weights, n_weights, S8),
    TH_FIELD_INT(th_conv_2d_mve_par, n_scales),
    TH_FIELD_INTS(th_conv_2d_mve_par, scales, n_scales),
};

/* Puts a kernel into the step; base: window, groups, zeros and range. */
static th_err for_vectors(const th_prepare *p, th_filters *f, const th_conv_2d_mve_par *base, const th_own_scales *own,
                          th_step *step)
{
    const th_window *w = &base->win;
    const int32_t n16 = TH_MVE_ROUND(f->n);
    th_mve_packed packed;
    if (f->outs / base->groups < 4) return TH_OK;
    TH_TRY(th_mve_pack(p, f, own, base->in_zero, base->groups, 1, n16 - f->n, &packed));
    if (!packed.weights) return TH_OK;
    th_conv_2d_mve_par *par = TH_NEW(p->arena, th_conv_2d_mve_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = *base;
    par->n = f->n;
    par->n_weights = packed.n_weights;
    par->weights = packed.weights;
    par->n_scales = packed.n_scales;
    par->scales = packed.scales;
    TH_STEP_KERNEL(step, th_conv_2d_mve, 1, "nn/mve/conv_2d_mve.h", th_conv_2d_mve_par, fields);
    step->par = par;
    step->scratch_bytes = (size_t)(TH_MVE_TILE * n16);
    if (w->filter_h * w->filter_w > 1) step->scratch_bytes += (size_t)n16;
    if (w->filter_h * w->filter_w > 1 && f->n / w->filter_h < 16) step->scratch_bytes += 2 * (size_t)f->n;
    if (par->groups == 1) th_slide_window(w, &(th_slide_order){1, 1, TH_MVE_TILE, -1}, step);
    return TH_OK;
}

/* The same for th_conv_2d_scalar: weights in pairs of filters, scales of each filter. */
static th_err for_scalars(const th_prepare *p, th_filters *f, const th_conv_2d_mve_par *base, const th_own_scales *own,
                          th_step *step)
{
    const bool four_bits = th_prepare_in(p, 1)->type == TH_S4;
    th_mve_packed packed;
    if (f->outs / base->groups < 2 || f->n > TH_SCALAR_TAPS) return TH_OK;
    TH_TRY(th_mve_pack(p, f, own, base->in_zero, base->groups, 0, 0, &packed));
    if (!packed.weights) return TH_OK;
    th_conv_2d_mve_par *par = TH_NEW(p->arena, th_conv_2d_mve_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = *base;
    par->n = (f->n + 3) / 4 * 4;
    par->weights = th_filters_pack(p, f, par->groups, 2, true, &par->n_weights);
    if (par->weights && four_bits) par->weights = th_int4_pack(p, par->weights, &par->n_weights);
    if (!par->weights) return th_refuse(p, TH_ENOMEM, "no memory for the packed weights");
    par->n_scales = packed.n_scales;
    par->scales = packed.scales;
    if (four_bits)
        TH_STEP_KERNEL(step, th_conv_2d_w4_scalar, 1, "nn/scalar/conv_2d_scalar.h", th_conv_2d_mve_par, fields);
    else
        TH_STEP_KERNEL(step, th_conv_2d_scalar, 1, "nn/scalar/conv_2d_scalar.h", th_conv_2d_mve_par, fields);
    step->par = par;
    step->scratch_bytes = TH_SCALAR_BYTES(par->n) + (four_bits ? 2 * (size_t)par->n : 0);
    if (par->groups == 1) th_slide_window(&par->win, &(th_slide_order){1, 1, TH_SCALAR_TILE, -1}, step);
    return TH_OK;
}

typedef th_err put_kernel(const th_prepare *p, th_filters *f, const th_conv_2d_mve_par *base, const th_own_scales *own,
                          th_step *step);

static th_err conv_2d(const th_prepare *p, th_step *step, put_kernel *put)
{
    const th_conv_2d_s8_par *own = (const th_conv_2d_s8_par *)step->par;
    const th_window *w = &own->win;
    th_filters f = {.outs = w->out_c, .n = w->filter_h * w->filter_w * (w->in_c / own->groups), .per_tap = 1};
    f.per_filter = f.n;
    bool constant;
    TH_TRY(th_filters_any(p, &f, &constant));
    if (!constant) return TH_OK;
    const th_conv_2d_mve_par base = {.win = *w,
                                     .groups = own->groups,
                                     .in_zero = own->in_zero,
                                     .out_zero = own->out_zero,
                                     .act_min = own->act_min,
                                     .act_max = own->act_max};
    const th_own_scales scales = {own->multiplier, own->shift, own->n_scales};
    return put(p, &f, &base, &scales, step);
}

/* One input channel: each output channel has all of it, so it is a convolution. */
static th_err depthwise(const th_prepare *p, th_step *step, put_kernel *put)
{
    const th_depthwise_conv_2d_s8_par *own = (const th_depthwise_conv_2d_s8_par *)step->par;
    const th_window *w = &own->win;
    th_filters f = {.outs = w->out_c, .n = w->filter_h * w->filter_w, .per_filter = 1, .per_tap = w->out_c};
    bool constant = false;
    if (w->in_c == 1) TH_TRY(th_filters_any(p, &f, &constant));
    if (!constant) return TH_OK;
    const th_conv_2d_mve_par base = {.win = *w,
                                     .groups = 1,
                                     .in_zero = own->in_zero,
                                     .out_zero = own->out_zero,
                                     .act_min = own->act_min,
                                     .act_max = own->act_max};
    const th_own_scales scales = {own->multiplier, own->shift, own->n_scales};
    return put(p, &f, &base, &scales, step);
}

static const th_field dense_fields[] = {
    TH_FIELD_INT(th_dense_mve_par, n_in),
    TH_FIELD_INT(th_dense_mve_par, n_out),
    TH_FIELD_INT(th_dense_mve_par, out_zero),
    TH_FIELD_INT(th_dense_mve_par, act_min),
    TH_FIELD_INT(th_dense_mve_par, act_max),
    TH_FIELD_INT(th_dense_mve_par, n_weights),
    TH_FIELD_ARRAY(th_dense_mve_par, weights, n_weights, S8),
    TH_FIELD_INT(th_dense_mve_par, n_scales),
    TH_FIELD_INTS(th_dense_mve_par, scales, n_scales),
};

static th_err one_row(const th_prepare *p, th_filters *f, const th_fully_connected_s8_par *own,
                      const th_own_scales *scales, th_step *step)
{
    th_mve_packed packed;
    if (f->outs < 4) return TH_OK;
    TH_TRY(th_mve_pack(p, f, scales, own->in_zero, 1, 1, 0, &packed));
    if (!packed.weights) return TH_OK;
    th_dense_mve_par *par = TH_NEW(p->arena, th_dense_mve_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = (th_dense_mve_par){.n_in = own->n_in,
                              .n_out = own->n_out,
                              .out_zero = own->out_zero,
                              .act_min = own->act_min,
                              .act_max = own->act_max,
                              .n_weights = packed.n_weights,
                              .weights = packed.weights,
                              .n_scales = packed.n_scales,
                              .scales = packed.scales};
    TH_STEP_KERNEL(step, th_dense_mve, 1, "nn/mve/dense_mve.h", th_dense_mve_par, dense_fields);
    step->par = par;
    step->in_place = step->slide = 0;
    return TH_OK;
}

/* Rows are the pixels of a picture that is one pixel high. */
static th_err fully_connected(const th_prepare *p, th_step *step)
{
    const th_fully_connected_s8_par *own = (const th_fully_connected_s8_par *)step->par;
    th_filters f = {.outs = own->n_out, .n = own->n_in, .per_filter = own->n_in, .per_tap = 1};
    const th_own_scales scales = {own->multiplier, own->shift, own->n_scales};
    if (own->w_zero || !th_filters_constant(p, &f)) return TH_OK;
    if (own->rows == 1) return one_row(p, &f, own, &scales, step);
    th_conv_2d_mve_par base = {.groups = 1,
                               .in_zero = own->in_zero,
                               .out_zero = own->out_zero,
                               .act_min = own->act_min,
                               .act_max = own->act_max};
    th_window *w = &base.win;
    w->batches = w->in_h = w->out_h = w->filter_h = w->filter_w = 1;
    w->stride_h = w->stride_w = w->dilation_h = w->dilation_w = 1;
    w->in_w = w->out_w = own->rows;
    w->in_c = own->n_in;
    w->out_c = own->n_out;
    return for_vectors(p, &f, &base, &scales, step);
}

/* Rows of the table: NAME for family ISA replaces PLAIN. */
#define ROW(name, isa, plain, prepare, put)                                                                            \
    static th_err prepare_##name(const th_prepare *p, th_step *step)                                                   \
    {                                                                                                                  \
        return prepare(p, step, put);                                                                                  \
    }                                                                                                                  \
    const th_fast_row th_fast_##name = {isa, plain, prepare_##name};

ROW(conv_2d_mve, TH_ISA_ARM_MVE, "th_conv_2d_s8", conv_2d, for_vectors)
ROW(conv_2d_mve_depthwise, TH_ISA_ARM_MVE, "th_depthwise_conv_2d_s8", depthwise, for_vectors)
ROW(conv_2d_scalar, TH_ISA_SCALAR, "th_conv_2d_s8", conv_2d, for_scalars)
ROW(conv_2d_scalar_depthwise, TH_ISA_SCALAR, "th_depthwise_conv_2d_s8", depthwise, for_scalars)
ROW(conv_2d_w4_scalar, TH_ISA_SCALAR, "th_conv_2d_s8w4", conv_2d, for_scalars)
ROW(conv_2d_w4_scalar_depthwise, TH_ISA_SCALAR, "th_depthwise_conv_2d_s8w4", depthwise, for_scalars)
const th_fast_row th_fast_conv_2d_mve_dense = {TH_ISA_ARM_MVE, "th_fully_connected_s8", fully_connected};
