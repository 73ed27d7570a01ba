#include "nn/conv_2d.h"
#include "nn/cortexm/dense_dsp.h"
#include "nn/cortexm/tile_dsp_prepare.h"
#include "nn/fast.h"
#include "nn/fully_connected.h"
#include "nn/prepare.h"
#include "nn/scalar/dense_scalar.h"

static const th_field fields[] = {
    TH_FIELD_INT(th_dense_dsp_par, n_in),
    TH_FIELD_INT(th_dense_dsp_par, n_out),
    TH_FIELD_INT(th_dense_dsp_par, in_zero),
    TH_FIELD_INT(th_dense_dsp_par, out_zero),
    TH_FIELD_INT(th_dense_dsp_par, act_min),
    TH_FIELD_INT(th_dense_dsp_par, act_max),
    TH_FIELD_INT(th_dense_dsp_par, n_weights),
    TH_FIELD_ARRAY(th_dense_dsp_par, weights, n_weights, S8),
    TH_FIELD_INTS(th_dense_dsp_par, bias, n_out),
    TH_FIELD_INT(th_dense_dsp_par, n_scales),
    TH_FIELD_INTS(th_dense_dsp_par, multiplier, n_scales),
    TH_FIELD_ARRAY(th_dense_dsp_par, shift, n_scales, S8),
};

/* True when one scale does for all filters: none of them had to have its own. */
static bool one_scale(const th_filters *f, int32_t n_scales)
{
    for (int32_t o = 0; o < f->outs; o++)
        if (f->still[o]) return false;
    return n_scales == 1;
}

/* The kernel that is wanted. */
typedef enum kind { DSP, DSP_W4, SCALAR } kind;

/* base: what the operator has; its weights, scales and kernel are set here. */
static th_err finish(const th_prepare *p, th_filters *f, const th_dense_dsp_par *base, const int32_t *multiplier,
                     const int32_t *shift, int32_t n_scales, kind which, th_step *step)
{
    th_dsp_scales scales;
    bool fits;
    TH_TRY(th_dsp_scales_make(p, f, multiplier, shift, n_scales, &scales, &fits));
    if (!fits) return TH_OK;
    th_dense_dsp_par *par = TH_NEW(p->arena, th_dense_dsp_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = *base;
    par->n_in = f->n;
    par->n_out = f->outs;
    par->bias = scales.bias;
    par->n_scales = one_scale(f, n_scales) ? 1 : f->outs;
    par->multiplier = scales.multiplier;
    par->shift = scales.shift;
    par->weights = (which == DSP_W4 ? th_filters_pack_w4 : th_filters_pack)(p, f, 1, 4, false, &par->n_weights);
    if (!par->weights) return th_refuse(p, TH_ENOMEM, "no memory for the packed weights");
    step->slide = step->in_place = 0;
    if (which == SCALAR)
        TH_STEP_KERNEL(step, th_dense_scalar, 1, "nn/scalar/dense_scalar.h", th_dense_dsp_par, fields);
    else if (which == DSP_W4)
        TH_STEP_KERNEL(step, th_dense_w4_dsp, 1, "nn/cortexm/dense_dsp.h", th_dense_dsp_par, fields);
    else
        TH_STEP_KERNEL(step, th_dense_dsp, 1, "nn/cortexm/dense_dsp.h", th_dense_dsp_par, fields);
    step->par = par;
    step->scratch_bytes = f->n % 4 ? ((size_t)f->n + 3) / 4 * 4 : 0;
    return TH_OK;
}

/* The filters are known: then finish. */
static th_err pack(const th_prepare *p, th_filters *f, const th_dense_dsp_par *base, const int32_t *multiplier,
                   const int32_t *shift, int32_t n_scales, kind which, th_step *step)
{
    bool constant;
    TH_TRY(th_filters_any(p, f, &constant));
    return constant ? finish(p, f, base, multiplier, shift, n_scales, which, step) : TH_OK;
}

static th_err fully_connected(const th_prepare *p, th_step *step, kind which)
{
    const th_fully_connected_s8_par *own = (const th_fully_connected_s8_par *)step->par;
    th_filters f = {.outs = own->n_out, .n = own->n_in, .per_filter = own->n_in, .per_tap = 1};
    const th_dense_dsp_par base = {
        .in_zero = own->in_zero, .out_zero = own->out_zero, .act_min = own->act_min, .act_max = own->act_max};
    if (own->rows != 1 || own->w_zero) return TH_OK;
    return pack(p, &f, &base, own->multiplier, own->shift, own->n_scales, which, step);
}

/* A filter as large as the picture: its taps are the whole input. */
static th_err conv_2d(const th_prepare *p, th_step *step, kind which)
{
    const th_conv_2d_s8_par *own = (const th_conv_2d_s8_par *)step->par;
    const th_window *w = &own->win;
    th_filters f = {.outs = w->out_c, .n = w->filter_h * w->filter_w * w->in_c, .per_tap = 1};
    const th_dense_dsp_par base = {
        .in_zero = own->in_zero, .out_zero = own->out_zero, .act_min = own->act_min, .act_max = own->act_max};
    f.per_filter = f.n;
    if (own->groups != 1 || w->batches * w->out_h * w->out_w != 1 || w->pad_top || w->pad_left ||
        w->filter_h != w->in_h || w->filter_w != w->in_w)
        return TH_OK;
    return pack(p, &f, &base, own->multiplier, own->shift, own->n_scales, which, step);
}

/* Rows of the table: NAME for family ISA replaces PLAIN. */
#define ROW(name, isa, plain, prepare, which)                                                                          \
    static th_err prepare_##name(const th_prepare *p, th_step *step)                                                   \
    {                                                                                                                  \
        return prepare(p, step, which);                                                                                \
    }                                                                                                                  \
    const th_fast_row th_fast_##name = {isa, plain, prepare_##name};

ROW(dense_dsp, TH_ISA_ARM_DSP, "th_fully_connected_s8", fully_connected, DSP)
ROW(dense_dsp_conv, TH_ISA_ARM_DSP, "th_conv_2d_s8", conv_2d, DSP)
ROW(dense_w4_dsp, TH_ISA_ARM_DSP, "th_fully_connected_s8w4", fully_connected, DSP_W4)
ROW(dense_w4_dsp_conv, TH_ISA_ARM_DSP, "th_conv_2d_s8w4", conv_2d, DSP_W4)
ROW(dense_scalar, TH_ISA_SCALAR, "th_fully_connected_s8", fully_connected, SCALAR)
ROW(dense_scalar_conv, TH_ISA_SCALAR, "th_conv_2d_s8", conv_2d, SCALAR)
