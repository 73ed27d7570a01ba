#include "nn/mve/depthwise_mve.h"
#include "nn/mve/mve_prepare.h"
#include "nn/depthwise_conv_2d.h"
#include "nn/fast.h"
#include "nn/prepare.h"

static const th_field fields[] = {
    TH_FIELD_WINDOW(th_depthwise_mve_par),         TH_FIELD_INT(th_depthwise_mve_par, down),
    TH_FIELD_INT(th_depthwise_mve_par, in_zero),   TH_FIELD_INT(th_depthwise_mve_par, out_zero),
    TH_FIELD_INT(th_depthwise_mve_par, act_min),   TH_FIELD_INT(th_depthwise_mve_par, act_max),
    TH_FIELD_INT(th_depthwise_mve_par, n_weights), TH_FIELD_ARRAY(th_depthwise_mve_par, weights, n_weights, S8),
    TH_FIELD_INT(th_depthwise_mve_par, n_scales),  TH_FIELD_INTS(th_depthwise_mve_par, scales, n_scales),
};

#define MOST_STEP (65535 / 7) /* a gather's offsets have 16 bits */

static void exchange(int32_t *a, int32_t *b)
{
    const int32_t was = *a;
    *a = *b;
    *b = was;
}

/* Rows become columns. */
static void turn_window(th_window *w)
{
    exchange(&w->in_h, &w->in_w);
    exchange(&w->out_h, &w->out_w);
    exchange(&w->filter_h, &w->filter_w);
    exchange(&w->stride_h, &w->stride_w);
    exchange(&w->pad_top, &w->pad_left);
}

/* Filters [filter_w][filter_h] -> [filter_h][filter_w], of the window as it is now. */
static th_err turn_weights(const th_prepare *p, const th_window *w, th_mve_packed *packed)
{
    const int32_t taps = w->filter_h * w->filter_w;
    int8_t *turned = TH_NEW(p->arena, int8_t, (size_t)packed->n_weights);
    if (!turned) return th_refuse(p, TH_ENOMEM, "no memory for the packed weights");
    for (int32_t o = 0; o < w->out_c; o++)
        for (int32_t i = 0; i < w->filter_h; i++)
            for (int32_t j = 0; j < w->filter_w; j++)
                turned[o * taps + i * w->filter_w + j] = packed->weights[o * taps + j * w->filter_h + i];
    packed->weights = turned;
    return TH_OK;
}

static th_err prepare(const th_prepare *p, th_step *step)
{
    const th_depthwise_conv_2d_s8_par *own = (const th_depthwise_conv_2d_s8_par *)step->par;
    th_window w = own->win;
    th_filters f = {.outs = w.out_c, .n = w.filter_h * w.filter_w, .per_filter = 1, .per_tap = w.out_c};
    const th_own_scales scales = {own->multiplier, own->shift, own->n_scales};
    const int32_t down = w.out_h > w.out_w;
    th_mve_packed packed;
    const bool four_bits = th_prepare_in(p, 1)->type == TH_S4;
    bool constant;
    TH_TRY(th_filters_any(p, &f, &constant));
    if (!constant || w.dilation_w != 1 || w.dilation_h != 1 || f.n > TH_MVE_TAPS) return TH_OK;
    if (w.stride_h > w.filter_h || w.stride_w > w.filter_w) return TH_OK;
    if ((down ? w.in_w * w.in_c : w.in_c) > MOST_STEP) return TH_OK;
    TH_TRY(th_mve_pack(p, &f, &scales, own->in_zero, 1, 0, 0, &packed));
    if (!packed.weights) return TH_OK;
    th_depthwise_mve_par *par = TH_NEW(p->arena, th_depthwise_mve_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    if (down) {
        turn_window(&w);
        TH_TRY(turn_weights(p, &w, &packed));
    }
    if (four_bits) packed.weights = th_int4_pack(p, packed.weights, &packed.n_weights);
    if (!packed.weights) return th_refuse(p, TH_ENOMEM, "no memory for the packed weights");
    *par = (th_depthwise_mve_par){.win = w,
                                  .down = down,
                                  .in_zero = own->in_zero,
                                  .out_zero = own->out_zero,
                                  .act_min = own->act_min,
                                  .act_max = own->act_max,
                                  .n_weights = packed.n_weights,
                                  .weights = packed.weights,
                                  .n_scales = packed.n_scales,
                                  .scales = packed.scales};
    /* Columns only where no output of one lies on another that is still to be read. */
    step->in_place = w.in_c == w.out_c && (!down || (w.in_h == w.out_h && w.stride_h == 1));
    step->slide = 0;
    if (four_bits)
        TH_STEP_KERNEL(step, th_depthwise_w4_mve, 1, "nn/mve/depthwise_mve.h", th_depthwise_mve_par, fields);
    else
        TH_STEP_KERNEL(step, th_depthwise_mve, 1, "nn/mve/depthwise_mve.h", th_depthwise_mve_par, fields);
    step->par = par;
    step->scratch_bytes = th_depthwise_mve_scratch(&w) + (size_t)(four_bits ? f.n : 0);
    return TH_OK;
}

const th_fast_row th_fast_depthwise_mve = {TH_ISA_ARM_MVE, "th_depthwise_conv_2d_s8", prepare};
const th_fast_row th_fast_depthwise_scalar = {TH_ISA_SCALAR, "th_depthwise_conv_2d_s8", prepare};
const th_fast_row th_fast_depthwise_w4_mve = {TH_ISA_ARM_MVE, "th_depthwise_conv_2d_s8w4", prepare};
const th_fast_row th_fast_depthwise_w4_scalar = {TH_ISA_SCALAR, "th_depthwise_conv_2d_s8w4", prepare};
