#include "nn/cortexm/conv_2d_dsp.h"
#include "nn/conv_2d.h"
#include "nn/cortexm/tile_dsp.h"
#include "nn/cortexm/tile_dsp_prepare.h"
#include "nn/depthwise_conv_2d.h"
#include "nn/fully_connected.h"
#include "nn/fast.h"
#include "nn/prepare.h"
#include "nn/slide.h"

static const th_field fields[] = {
    TH_FIELD_SMALL_WINDOW(th_conv_2d_dsp_par),
    TH_FIELD_INT(th_conv_2d_dsp_par, groups),
    TH_FIELD_INT(th_conv_2d_dsp_par, n),
    TH_FIELD_INT(th_conv_2d_dsp_par, tile),
    TH_FIELD_INT(th_conv_2d_dsp_par, n_weights),
    TH_FIELD_ARRAY(th_conv_2d_dsp_par, weights, n_weights, S8),
    TH_FIELD_INT(th_conv_2d_dsp_par, n_scales),
    TH_FIELD_INTS(th_conv_2d_dsp_par, bias, n_scales),
    TH_FIELD_INTS(th_conv_2d_dsp_par, multiplier, n_scales),
    TH_FIELD_ARRAY(th_conv_2d_dsp_par, shift, n_scales, S8),
};

/* What all three kinds of layer come down to. */
typedef struct plain {
    th_window win;
    th_limits limits;
    int32_t groups;
    const int32_t *multiplier, *shift;
    int32_t n_scales;
} plain;

/* Pixels of a tile: widening the weights is paid once for all of them, so as many as there is room for. */
enum { LEAST_TILE = 2 /* even */, MOST_TILE = 64 };
static int32_t tile_of(int32_t n, int32_t n_pixels, size_t room)
{
    const size_t more = room / (TH_TILE_BYTES(1, n) - TH_TILE_BYTES(0, n));
    int32_t tile = more < MOST_TILE ? LEAST_TILE + (int32_t)more : MOST_TILE;
    if (tile > MOST_TILE) tile = MOST_TILE;
    if (tile > n_pixels) tile = n_pixels;
    return tile < 2 ? 2 : tile / 2 * 2;
}

/* *step stays when a sum, a shift or a size is too large. */
static th_err finish(const th_prepare *p, th_filters *f, const plain *own, th_step *step)
{
    const bool four_bits = th_prepare_in(p, 1)->type == TH_S4;
    const th_window *w = &own->win;
    th_dsp_scales scales;
    th_small_window small;
    bool fits;
    if (f->outs / own->groups < 2 || !th_small_window_pack(w, &own->limits, &small)) return TH_OK;
    TH_TRY(th_dsp_scales_make(p, f, own->multiplier, own->shift, own->n_scales, &scales, &fits));
    if (!fits) return TH_OK;
    th_conv_2d_dsp_par *par = TH_NEW(p->arena, th_conv_2d_dsp_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    par->win = small;
    par->groups = own->groups;
    par->n = (f->n + 3) / 4 * 4;
    par->tile = tile_of(par->n, w->batches * w->out_h * w->out_w, p->room);
    par->n_scales = f->outs;
    par->bias = scales.bias;
    par->multiplier = scales.multiplier;
    par->shift = scales.shift;
    par->weights = (four_bits ? th_filters_pack_w4 : th_filters_pack)(p, f, par->groups, 2, true, &par->n_weights);
    if (!par->weights) return th_refuse(p, TH_ENOMEM, "no memory for the packed weights");
    if (four_bits)
        TH_STEP_KERNEL(step, th_conv_2d_w4_dsp, 1, "nn/cortexm/conv_2d_dsp.h", th_conv_2d_dsp_par, fields);
    else
        TH_STEP_KERNEL(step, th_conv_2d_dsp, 1, "nn/cortexm/conv_2d_dsp.h", th_conv_2d_dsp_par, fields);
    step->par = par;
    const bool from_picture =
        par->n == f->n && w->filter_h * w->filter_w == 1 && par->groups == 1 && w->dilation_w == 1;
    step->scratch_bytes = four_bits ? TH_TILE_W4_BYTES(par->tile, par->n) : TH_TILE_BYTES(par->tile, par->n);
    if (!from_picture) step->scratch_bytes += (size_t)par->n;
    if (par->groups == 1) th_slide_window(w, &(th_slide_order){1, 1, par->tile, -1}, step);
    return TH_OK;
}

/* The filters are known: then finish. */
static th_err pack(const th_prepare *p, th_filters *f, const plain *own, th_step *step)
{
    bool constant;
    TH_TRY(th_filters_any(p, f, &constant));
    return constant ? finish(p, f, own, step) : TH_OK;
}

static th_err conv_2d(const th_prepare *p, th_step *step)
{
    const th_conv_2d_s8_par *own = (const th_conv_2d_s8_par *)step->par;
    const th_window *w = &own->win;
    th_filters f = {.outs = w->out_c, .n = w->filter_h * w->filter_w * (w->in_c / own->groups), .per_tap = 1};
    const plain is = {.win = *w,
                      .limits = {own->in_zero, own->out_zero, own->act_min, own->act_max},
                      .groups = own->groups,
                      .multiplier = own->multiplier,
                      .shift = own->shift,
                      .n_scales = own->n_scales};
    f.per_filter = f.n;
    return pack(p, &f, &is, step);
}

/* One input channel: each output channel has all of it, so it is a convolution. */
static th_err depthwise(const th_prepare *p, th_step *step)
{
    const th_depthwise_conv_2d_s8_par *own = (const th_depthwise_conv_2d_s8_par *)step->par;
    const th_window *w = &own->win;
    th_filters f = {.outs = w->out_c, .n = w->filter_h * w->filter_w, .per_filter = 1, .per_tap = w->out_c};
    const plain is = {.win = *w,
                      .limits = {own->in_zero, own->out_zero, own->act_min, own->act_max},
                      .groups = 1,
                      .multiplier = own->multiplier,
                      .shift = own->shift,
                      .n_scales = own->n_scales};
    return w->in_c == 1 ? pack(p, &f, &is, step) : TH_OK;
}

/* Rows are the pixels of a picture that is one pixel high. */
static th_err fully_connected(const th_prepare *p, th_step *step)
{
    const th_fully_connected_s8_par *own = (const th_fully_connected_s8_par *)step->par;
    th_filters f = {.outs = own->n_out, .n = own->n_in, .per_filter = own->n_in, .per_tap = 1};
    const plain is = {.win = {.batches = 1,
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
                      .limits = {own->in_zero, own->out_zero, own->act_min, own->act_max},
                      .groups = 1,
                      .multiplier = own->multiplier,
                      .shift = own->shift,
                      .n_scales = own->n_scales};
    return own->rows > 1 && !own->w_zero ? pack(p, &f, &is, step) : TH_OK;
}

const th_fast_row th_fast_conv_2d_dsp = {TH_ISA_ARM_DSP, "th_conv_2d_s8", conv_2d};
const th_fast_row th_fast_conv_2d_dsp_depthwise = {TH_ISA_ARM_DSP, "th_depthwise_conv_2d_s8", depthwise};
const th_fast_row th_fast_conv_2d_dsp_dense = {TH_ISA_ARM_DSP, "th_fully_connected_s8", fully_connected};
const th_fast_row th_fast_conv_2d_w4_dsp = {TH_ISA_ARM_DSP, "th_conv_2d_s8w4", conv_2d};
const th_fast_row th_fast_conv_2d_w4_dsp_depthwise = {TH_ISA_ARM_DSP, "th_depthwise_conv_2d_s8w4", depthwise};
const th_fast_row th_fast_conv_2d_w4_dsp_dense = {TH_ISA_ARM_DSP, "th_fully_connected_s8w4", fully_connected};
