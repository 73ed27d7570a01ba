#include "nn/fast.h"
#include "nn/scalar/conv_2d_scalar.h"
#include "nn/slide.h"

#define MOST_TAPS 640 /* of a filter: beyond that scratch would take more than it is worth */

extern const th_fast_row th_fast_conv_2d_dsp, th_fast_conv_2d_dsp_depthwise, th_fast_depthwise_mve;

/* The step as another family packs it, with our kernel. */
static th_err like(const th_fast_row *other, const th_prepare *p, th_step *step)
{
    const th_step plain = *step;
    TH_TRY(other->prepare(p, step));
    if (step->par == plain.par) return TH_OK;
    const th_conv_2d_dsp_par *par = (const th_conv_2d_dsp_par *)step->par;
    if (par->n > MOST_TAPS) {
        *step = plain;
        return TH_OK;
    }
    step->kernel = th_conv_2d_scalar;
    step->kernel_name = "th_conv_2d_scalar";
    step->header = "nn/scalar/conv_2d_scalar.h";
    step->scratch_bytes = TH_SCALAR_BYTES(par->n);
    step->slide = 0;
    step->lead = 0;
    if (par->groups == 1) th_slide_window(&par->win, &(th_slide_order){1, 1, TH_SCALAR_TILE, -1}, step);
    return TH_OK;
}

static th_err conv_2d(const th_prepare *p, th_step *step)
{
    return like(&th_fast_conv_2d_dsp, p, step);
}

static th_err one_channel(const th_prepare *p, th_step *step)
{
    return like(&th_fast_conv_2d_dsp_depthwise, p, step);
}

static th_err depthwise(const th_prepare *p, th_step *step)
{
    return th_fast_depthwise_mve.prepare(p, step);
}

const th_fast_row th_fast_conv_2d_scalar = {TH_ISA_SCALAR, "th_conv_2d_s8", conv_2d};
const th_fast_row th_fast_conv_2d_scalar_depthwise = {TH_ISA_SCALAR, "th_depthwise_conv_2d_s8", one_channel};
const th_fast_row th_fast_depthwise_scalar = {TH_ISA_SCALAR, "th_depthwise_conv_2d_s8", depthwise};
