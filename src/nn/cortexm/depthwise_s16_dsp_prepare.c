#include "nn/cortexm/depthwise_s16_dsp.h"
#include "nn/cortexm/quad_dsp_prepare.h"
#include "nn/depthwise_conv_2d.h"
#include "nn/fast.h"
#include "nn/prepare.h"
#include "nn/slide.h"

static const th_field fields[] = {
    TH_FIELD_WINDOW(th_depthwise_s16_dsp_par),
    TH_FIELD_INT(th_depthwise_s16_dsp_par, act_min),
    TH_FIELD_INT(th_depthwise_s16_dsp_par, act_max),
    TH_FIELD_INT(th_depthwise_s16_dsp_par, n_scales),
    TH_FIELD_INTS(th_depthwise_s16_dsp_par, scales, n_scales),
};

static th_err prepare(const th_prepare *p, th_step *step)
{
    const th_depthwise_conv_2d_s16_par *own = (const th_depthwise_conv_2d_s16_par *)step->par;
    const th_window *w = &own->win;
    const int32_t *scale;
    if (w->in_c != w->out_c || w->in_c < 4 || w->filter_h * w->filter_w > TH_DEPTHWISE_S16_TAPS) return TH_OK;
    TH_TRY(th_scale_s16_make(p, own->multiplier, own->shift, own->n_scales, &scale));
    if (!scale) return TH_OK;
    th_depthwise_s16_dsp_par *par = TH_NEW(p->arena, th_depthwise_s16_dsp_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = (th_depthwise_s16_dsp_par){*w, own->act_min, own->act_max, own->n_scales, scale};
    TH_STEP_KERNEL(step, th_depthwise_s16_dsp, 3, "nn/cortexm/depthwise_s16_dsp.h", th_depthwise_s16_dsp_par, fields);
    step->par = par;
    th_slide_window(w, &(th_slide_order){2, 2, 1, 0}, step);
    return TH_OK;
}

const th_fast_row th_fast_depthwise_s16_dsp = {TH_ISA_ARM_DSP, "th_depthwise_conv_2d_s16", prepare};
