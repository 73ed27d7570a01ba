#include "nn/conv_2d.h"
#include "nn/cortexm/conv_2d_s16_dsp.h"
#include "nn/cortexm/quad_dsp.h"
#include "nn/cortexm/quad_dsp_prepare.h"
#include "nn/depthwise_conv_2d.h"
#include "nn/fast.h"
#include "nn/fully_connected.h"
#include "nn/prepare.h"
#include "nn/slide.h"

static const th_field fields[] = {
    TH_FIELD_WINDOW(th_conv_2d_s16_dsp_par),
    TH_FIELD_INT(th_conv_2d_s16_dsp_par, groups),
    TH_FIELD_INT(th_conv_2d_s16_dsp_par, out_zero),
    TH_FIELD_INT(th_conv_2d_s16_dsp_par, act_min),
    TH_FIELD_INT(th_conv_2d_s16_dsp_par, act_max),
    TH_FIELD_INT(th_conv_2d_s16_dsp_par, n_weights),
    TH_FIELD_ARRAY(th_conv_2d_s16_dsp_par, weights, n_weights, S8),
    TH_FIELD_INT(th_conv_2d_s16_dsp_par, n_scales),
    TH_FIELD_INTS(th_conv_2d_s16_dsp_par, scales, n_scales),
};

/* base: all but the weights. */
static th_err finish(const th_prepare *p, const th_filters *f, const th_conv_2d_s16_dsp_par *base,
                     const int32_t *multiplier, const int32_t *shift, int32_t n_scales, th_step *step)
{
    const th_window *w = &base->win;
    th_filters group = *f;
    group.outs = f->outs / base->groups;
    for (int32_t g = 0; g < base->groups; g++) {
        group.w = f->w + (size_t)g * (size_t)group.outs * (size_t)f->per_filter;
        if (!th_quad_fits(&group, TH_QUAD_S16)) return TH_OK;
    }
    const int32_t *scale;
    TH_TRY(th_scale_s16_make(p, multiplier, shift, n_scales, &scale));
    if (!scale) return TH_OK;
    const int32_t bytes = base->groups * th_quad_bytes(&group);
    th_conv_2d_s16_dsp_par *par = TH_NEW(p->arena, th_conv_2d_s16_dsp_par, 1);
    int8_t *to = (int8_t *)TH_NEW(p->arena, int32_t, (size_t)bytes / 4);
    if (!par || !to) return th_refuse(p, TH_ENOMEM, "no memory for the packed weights");
    *par = *base;
    par->n_weights = bytes;
    par->weights = to;
    par->n_scales = n_scales;
    par->scales = scale;
    for (int32_t g = 0; g < base->groups; g++) {
        group.w = f->w + (size_t)g * (size_t)group.outs * (size_t)f->per_filter;
        for (int32_t set = 0; 4 * set < group.outs; set++) to = th_quad_pack(&group, set, TH_QUAD_S16, to);
    }
    TH_STEP_KERNEL(step, th_conv_2d_s16_dsp, 3, "nn/cortexm/conv_2d_s16_dsp.h", th_conv_2d_s16_dsp_par, fields);
    step->par = par;
    step->scratch_bytes = TH_QUAD_BYTES(f->n);
    step->unread = 1u << 1;
    step->in_place = 0;
    if (base->groups == 1) th_slide_window(w, &(th_slide_order){2, 2, 1, -1}, step);
    return TH_OK;
}

static th_err conv_2d(const th_prepare *p, th_step *step)
{
    const th_conv_2d_s16_par *own = (const th_conv_2d_s16_par *)step->par;
    const th_window *w = &own->win;
    th_filters f = {.outs = w->out_c, .n = w->filter_h * w->filter_w * (w->in_c / own->groups), .per_tap = 1};
    f.per_filter = f.n;
    if (!own->wide || !th_filters_constant(p, &f)) return TH_OK;
    const th_conv_2d_s16_dsp_par base = {
        .win = *w, .groups = own->groups, .act_min = own->act_min, .act_max = own->act_max};
    return finish(p, &f, &base, own->multiplier, own->shift, own->n_scales, step);
}

static th_err fully_connected(const th_prepare *p, th_step *step)
{
    const th_fully_connected_s16_par *own = (const th_fully_connected_s16_par *)step->par;
    th_filters f = {.outs = own->n_out, .n = own->n_in, .per_filter = own->n_in, .per_tap = 1};
    if (!own->wide || own->in_zero || !th_filters_constant(p, &f)) return TH_OK;
    const th_conv_2d_s16_dsp_par base = {.win = {.batches = 1,
                                                 .in_h = 1,
                                                 .in_w = own->rows,
                                                 .in_c = own->n_in,
                                                 .out_h = 1,
                                                 .out_w = own->rows,
                                                 .out_c = own->n_out,
                                                 .filter_h = 1,
                                                 .filter_w = 1,
                                                 .stride_h = 1,
                                                 .stride_w = 1,
                                                 .dilation_h = 1,
                                                 .dilation_w = 1},
                                         .groups = 1,
                                         .out_zero = own->out_zero,
                                         .act_min = own->act_min,
                                         .act_max = own->act_max};
    return finish(p, &f, &base, own->multiplier, own->shift, own->n_scales, step);
}

/* One input channel: each output channel has all of it, so it is a convolution. */
static th_err depthwise(const th_prepare *p, th_step *step)
{
    const th_depthwise_conv_2d_s16_par *own = (const th_depthwise_conv_2d_s16_par *)step->par;
    const th_window *w = &own->win;
    th_filters f = {.outs = w->out_c, .n = w->filter_h * w->filter_w, .per_filter = 1, .per_tap = w->out_c};
    if (w->in_c != 1 || !th_filters_constant(p, &f)) return TH_OK;
    const th_conv_2d_s16_dsp_par base = {.win = *w, .groups = 1, .act_min = own->act_min, .act_max = own->act_max};
    return finish(p, &f, &base, own->multiplier, own->shift, own->n_scales, step);
}

const th_fast_row th_fast_conv_2d_s16_dsp = {TH_ISA_ARM_DSP, "th_conv_2d_s16", conv_2d};
const th_fast_row th_fast_conv_2d_s16_dsp_dense = {TH_ISA_ARM_DSP, "th_fully_connected_s16", fully_connected};
const th_fast_row th_fast_conv_2d_s16_dsp_depthwise = {TH_ISA_ARM_DSP, "th_depthwise_conv_2d_s16", depthwise};
