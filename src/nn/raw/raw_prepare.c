/* The kernels of nn/raw, for processors without vectors of their own drivers: what no other row of the table takes. */
#include "nn/fast.h"
#include "nn/prepare.h"
#include "nn/raw/conv_2d_raw.h"
#include "nn/raw/dense_raw.h"
#include "nn/raw/depthwise_raw.h"
#include "nn/slide.h"
#include "nn/taps.h"

static const th_field conv_2d_fields[] = {
    TH_FIELD_WINDOW_IN(th_conv_2d_raw_par, own.win),
    TH_FIELD_INT(th_conv_2d_raw_par, own.groups),
    TH_FIELD_INT(th_conv_2d_raw_par, own.in_zero),
    TH_FIELD_INT(th_conv_2d_raw_par, own.out_zero),
    TH_FIELD_INT(th_conv_2d_raw_par, own.act_min),
    TH_FIELD_INT(th_conv_2d_raw_par, own.act_max),
    TH_FIELD_INT(th_conv_2d_raw_par, own.n_scales),
    TH_FIELD_INTS(th_conv_2d_raw_par, own.multiplier, own.n_scales),
    TH_FIELD_INTS(th_conv_2d_raw_par, own.shift, own.n_scales),
    TH_FIELD_INT(th_conv_2d_raw_par, narrow),
};
static const th_field depthwise_fields[] = {
    TH_FIELD_WINDOW_IN(th_depthwise_raw_par, own.win),
    TH_FIELD_INT(th_depthwise_raw_par, own.in_zero),
    TH_FIELD_INT(th_depthwise_raw_par, own.out_zero),
    TH_FIELD_INT(th_depthwise_raw_par, own.act_min),
    TH_FIELD_INT(th_depthwise_raw_par, own.act_max),
    TH_FIELD_INT(th_depthwise_raw_par, own.n_scales),
    TH_FIELD_INTS(th_depthwise_raw_par, own.multiplier, own.n_scales),
    TH_FIELD_INTS(th_depthwise_raw_par, own.shift, own.n_scales),
    TH_FIELD_INT(th_depthwise_raw_par, narrow),
};
static const th_field dense_fields[] = {
    TH_FIELD_INT(th_dense_raw_par, own.rows),
    TH_FIELD_INT(th_dense_raw_par, own.n_in),
    TH_FIELD_INT(th_dense_raw_par, own.n_out),
    TH_FIELD_INT(th_dense_raw_par, own.in_zero),
    TH_FIELD_INT(th_dense_raw_par, own.w_zero),
    TH_FIELD_INT(th_dense_raw_par, own.out_zero),
    TH_FIELD_INT(th_dense_raw_par, own.act_min),
    TH_FIELD_INT(th_dense_raw_par, own.act_max),
    TH_FIELD_INT(th_dense_raw_par, own.n_scales),
    TH_FIELD_INTS(th_dense_raw_par, own.multiplier, own.n_scales),
    TH_FIELD_INTS(th_dense_raw_par, own.shift, own.n_scales),
    TH_FIELD_INT(th_dense_raw_par, narrow),
};

#define NO_MEMORY th_refuse(p, TH_ENOMEM, "no memory for the parameters")

static th_err conv_2d(const th_prepare *p, th_step *step)
{
    const th_conv_2d_s8_par *own = (const th_conv_2d_s8_par *)step->par;
    const th_window *w = &own->win;
    const int32_t n = w->filter_h * w->filter_w * (w->in_c / own->groups);
    th_conv_2d_raw_par *par = TH_NEW(p->arena, th_conv_2d_raw_par, 1);
    if (!par) return NO_MEMORY;
    par->own = *own;
    par->narrow = th_sums_are_narrow(th_prepare_in(p, 2), w->out_c, n, own->shift, own->n_scales);
    TH_STEP_KERNEL(step, th_conv_2d_raw, 3, "nn/raw/conv_2d_raw.h", th_conv_2d_raw_par, conv_2d_fields);
    step->par = par;
    step->scratch_bytes = TH_PAIR_BYTES(n) + (w->filter_h == 1 && w->filter_w == 1 ? 0 : (size_t)n);
    /* Two pixels are read before they are written; with groups the picture is gone through again and again. */
    if (own->groups == 1) th_slide_window(w, &(th_slide_order){1, 1, 2, -1}, step);
    return TH_OK;
}

/* Channel after channel: what one needs of a pixel is not needed for the next, or for the next but M - 1. With one
 * input the last four of a pixel's outputs are written when all is read. */
static th_err depthwise(const th_prepare *p, th_step *step)
{
    const th_depthwise_conv_2d_s8_par *own = (const th_depthwise_conv_2d_s8_par *)step->par;
    const th_window *w = &own->win;
    const int32_t last = w->in_c == 1 && w->out_c % 4 == 0 ? 4 : w->in_c;
    th_depthwise_raw_par *par = TH_NEW(p->arena, th_depthwise_raw_par, 1);
    if (!par) return NO_MEMORY;
    par->own = *own;
    par->narrow =
        th_sums_are_narrow(th_prepare_in(p, 2), w->out_c, w->filter_h * w->filter_w, own->shift, own->n_scales);
    TH_STEP_KERNEL(step, th_depthwise_raw, 3, "nn/raw/depthwise_raw.h", th_depthwise_raw_par, depthwise_fields);
    step->par = par;
    th_slide_window(w, &(th_slide_order){1, 1, 1, w->in_c == w->out_c ? 0 : w->out_c - last}, step);
    return TH_OK;
}

static th_err fully_connected(const th_prepare *p, th_step *step)
{
    const th_fully_connected_s8_par *own = (const th_fully_connected_s8_par *)step->par;
    th_dense_raw_par *par = TH_NEW(p->arena, th_dense_raw_par, 1);
    if (!par) return NO_MEMORY;
    par->own = *own;
    par->narrow = th_sums_are_narrow(th_prepare_in(p, 2), own->n_out, own->n_in, own->shift, own->n_scales);
    TH_STEP_KERNEL(step, th_dense_raw, 3, "nn/raw/dense_raw.h", th_dense_raw_par, dense_fields);
    step->par = par;
    th_slide_rows(own->rows, own->n_in, own->n_out, own->n_out % 2 == 0 ? 2 : 1, step);
    return TH_OK;
}

const th_fast_row th_fast_conv_2d_raw_dsp = {TH_ISA_ARM_DSP, "th_conv_2d_s8", conv_2d};
const th_fast_row th_fast_conv_2d_raw_scalar = {TH_ISA_SCALAR, "th_conv_2d_s8", conv_2d};
const th_fast_row th_fast_depthwise_raw_dsp = {TH_ISA_ARM_DSP, "th_depthwise_conv_2d_s8", depthwise};
const th_fast_row th_fast_depthwise_raw_scalar = {TH_ISA_SCALAR, "th_depthwise_conv_2d_s8", depthwise};
const th_fast_row th_fast_dense_raw_dsp = {TH_ISA_ARM_DSP, "th_fully_connected_s8", fully_connected};
const th_fast_row th_fast_dense_raw_scalar = {TH_ISA_SCALAR, "th_fully_connected_s8", fully_connected};
