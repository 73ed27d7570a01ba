#include "nn/fast.h"
#include "nn/mve/average_pool_mve.h"

static th_err prepare(const th_prepare *p, th_step *step)
{
    const th_window *w = &((const th_pool_2d_s8_par *)step->par)->win;
    (void)p;
    if (w->filter_h * w->filter_w > 255) return TH_OK;
    step->kernel = th_average_pool_mve;
    step->kernel_name = "th_average_pool_mve";
    step->header = "nn/mve/average_pool_mve.h";
    return TH_OK;
}

const th_fast_row th_fast_average_pool_mve = {TH_ISA_ARM_MVE, "th_average_pool_2d_s8", prepare};
