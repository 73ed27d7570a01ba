#include "nn/cortexm/pool_dsp.h"
#include "nn/fast.h"
#include "nn/prepare.h"
#include "nn/slide.h"

static const th_field fields[] = {
    TH_FIELD_WINDOW(th_pool_2d_s8_par),
    TH_FIELD_INT(th_pool_2d_s8_par, act_min),
    TH_FIELD_INT(th_pool_2d_s8_par, act_max),
};

/* The parameters stay; a block of channels is read before it is written. */
static void slide(th_step *step)
{
    th_slide_window(&((const th_pool_2d_s8_par *)step->par)->win, &(th_slide_order){1, 1, 1, 0}, step);
}

static th_err average(const th_prepare *p, th_step *step)
{
    const th_window *w = &((const th_pool_2d_s8_par *)step->par)->win;
    (void)p;
    if (w->filter_h * w->filter_w > TH_POOL_DSP_TAPS || w->in_c % 4) return TH_OK;
    TH_STEP_KERNEL(step, th_average_pool_dsp, 1, "nn/cortexm/pool_dsp.h", th_pool_2d_s8_par, fields);
    slide(step);
    return TH_OK;
}

static th_err most(const th_prepare *p, th_step *step)
{
    (void)p;
    if (((const th_pool_2d_s8_par *)step->par)->win.in_c % 4) return TH_OK;
    TH_STEP_KERNEL(step, th_max_pool_dsp, 1, "nn/cortexm/pool_dsp.h", th_pool_2d_s8_par, fields);
    slide(step);
    return TH_OK;
}

const th_fast_row th_fast_average_pool_dsp = {TH_ISA_ARM_DSP, "th_average_pool_2d_s8", average};
const th_fast_row th_fast_max_pool_dsp = {TH_ISA_ARM_DSP, "th_max_pool_2d_s8", most};
