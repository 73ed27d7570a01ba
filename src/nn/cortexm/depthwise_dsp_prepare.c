#include "nn/cortexm/depthwise_dsp.h"
#include "nn/cortexm/tile_dsp_prepare.h"
#include "nn/depthwise_conv_2d.h"
#include "nn/fast.h"
#include "nn/prepare.h"

static const th_field fields[] = {
    TH_FIELD_SMALL_WINDOW(th_depthwise_dsp_par),
    TH_FIELD_INT(th_depthwise_dsp_par, n_weights),
    TH_FIELD_ARRAY(th_depthwise_dsp_par, weights, n_weights, S8),
    TH_FIELD_INT(th_depthwise_dsp_par, n_scales),
    TH_FIELD_INTS(th_depthwise_dsp_par, bias, n_scales),
    TH_FIELD_INTS(th_depthwise_dsp_par, multiplier, n_scales),
    TH_FIELD_ARRAY(th_depthwise_dsp_par, shift, n_scales, S8),
};

/* A picture one column wide is as well one of one row, which the kernel goes through in words of two taps. */
static void lay_down(th_window *w)
{
    if (w->in_w != 1 || w->filter_w != 1 || w->dilation_h != 1) return;
    const th_window up = *w;
    w->in_w = up.in_h, w->in_h = 1;
    w->out_w = up.out_h, w->out_h = 1;
    w->filter_w = up.filter_h, w->filter_h = 1;
    w->stride_w = up.stride_h, w->stride_h = 1;
    w->pad_left = up.pad_top, w->pad_top = 0;
}

static bool is_3x3(const th_window *w)
{
    return w->filter_h == 3 && w->filter_w == 3 && w->dilation_h == 1 && w->stride_h == w->stride_w && w->stride_h <= 2;
}

static void put_kernel(bool three, bool four_bits, th_step *step)
{
#define PUT(kernel) TH_STEP_KERNEL(step, kernel, 1, "nn/cortexm/depthwise_dsp.h", th_depthwise_dsp_par, fields)
    if (three && four_bits)
        PUT(th_depthwise_3x3_w4_dsp);
    else if (three)
        PUT(th_depthwise_3x3_dsp);
    else if (four_bits)
        PUT(th_depthwise_w4_dsp);
    else
        PUT(th_depthwise_dsp);
#undef PUT
}

static th_err prepare(const th_prepare *p, th_step *step)
{
    const th_depthwise_conv_2d_s8_par *own = (const th_depthwise_conv_2d_s8_par *)step->par;
    const th_limits limits = {own->in_zero, own->out_zero, own->act_min, own->act_max};
    th_window w = own->win;
    th_filters f = {.outs = w.out_c, .n = w.filter_h * w.filter_w, .per_filter = 1, .per_tap = w.out_c};
    th_small_window small;
    th_dsp_scales scales;
    const bool four_bits = th_prepare_in(p, 1)->type == TH_S4;
    bool fits, constant;
    if (w.dilation_w != 1) return TH_OK;
    TH_TRY(th_filters_any(p, &f, &constant));
    if (!constant) return TH_OK;
    if (w.filter_h == 1) w.dilation_h = 1; /* between rows that are not there; the kernel goes by it all the same */
    lay_down(&w);
    if (!th_small_window_pack(&w, &limits, &small)) return TH_OK;
    TH_TRY(th_dsp_scales_make(p, &f, own->multiplier, own->shift, own->n_scales, &scales, &fits));
    if (!fits) return TH_OK;
    th_depthwise_dsp_par *par = TH_NEW(p->arena, th_depthwise_dsp_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = (th_depthwise_dsp_par){
        .win = small, .n_scales = w.out_c, .bias = scales.bias, .multiplier = scales.multiplier, .shift = scales.shift};
    par->weights = th_filters_pack_each(p, &f, &par->n_weights);
    if (par->weights && four_bits) par->weights = th_int4_pack(p, par->weights, &par->n_weights);
    if (!par->weights) return th_refuse(p, TH_ENOMEM, "no memory for the packed weights");
    step->in_place = w.in_c == w.out_c;
    step->slide = 0;
    put_kernel(is_3x3(&w), four_bits, step);
    step->par = par;
    step->scratch_bytes = th_depthwise_dsp_scratch(&w) + (size_t)(four_bits ? f.n : 0);
    return TH_OK;
}

const th_fast_row th_fast_depthwise_dsp = {TH_ISA_ARM_DSP, "th_depthwise_conv_2d_s8", prepare};
const th_fast_row th_fast_depthwise_w4_dsp = {TH_ISA_ARM_DSP, "th_depthwise_conv_2d_s8w4", prepare};
