/* transpose: each input value paints a kernel's worth of outputs.  It is a convolution of stride 1 over the input
 * with zeros between its pixels, and its way back is a convolution with that stride over dz. */
#include "train/kinds/conv_any.h"

static void prepare(const th_net *net, th_stage *st)
{
    (void)net;
    const th_layer *l = &st->layer;
    /* the convolution that this one undoes: from the output's size to the input's */
    const int32_t top = th_pad_total(l->out_h, l->in_h, l->k_h, l->stride_h, 1, l->padding) / 2;
    const int32_t left = th_pad_total(l->out_w, l->in_w, l->k_w, l->stride_w, 1, l->padding) / 2;
    st->in[0].at = (th_place){.h = l->in_h,
                              .w = l->in_w,
                              .s = st->in_s,
                              .top = l->k_h - 1 - top,
                              .left = l->k_w - 1 - left,
                              .step_h = l->stride_h,
                              .step_w = l->stride_w,
                              .pad_h = l->out_h + l->k_h - 1,
                              .pad_w = l->out_w + l->k_w - 1};
    const int32_t row = st->in[0].at.pad_w * st->in_s;
    st->g = (th_conv){.in_row = row,
                      .in_col = st->in_s,
                      .k_h = l->k_h,
                      .k_w = l->k_w,
                      .in_c = st->in_s,
                      .tap_row = row,
                      .tap_col = st->in_s,
                      .out_h = l->out_h,
                      .out_w = l->out_w,
                      .out_c = st->s,
                      .to_row = l->out_w * st->s,
                      .to_col = st->s};
    const int32_t need_h = (l->in_h - 1) * l->stride_h + l->k_h, need_w = (l->in_w - 1) * l->stride_w + l->k_w;
    st->dz_at = th_place_plain(l->out_h, l->out_w, st->s);
    st->dz_at.top = top;
    st->dz_at.left = left;
    st->dz_at.pad_h = need_h > top + l->out_h ? need_h : top + l->out_h;
    st->dz_at.pad_w = need_w > left + l->out_w ? need_w : left + l->out_w;
    const int32_t back_row = st->dz_at.pad_w * st->s;
    st->back = (th_conv){.in_row = l->stride_h * back_row,
                         .in_col = l->stride_w * st->s,
                         .k_h = l->k_h,
                         .k_w = l->k_w,
                         .in_c = st->s,
                         .tap_row = back_row,
                         .tap_col = st->s,
                         .out_h = l->in_h,
                         .out_w = l->in_w,
                         .out_c = st->in_s,
                         .to_row = l->in_w * st->in_s,
                         .to_col = st->in_s};
    st->n_w = st->n_flipped = (size_t)(l->k_h * l->k_w * st->in_s) * (size_t)st->s;
}

static void forward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1)
{
    for (int32_t n = n0; n < n1; n++) {
        const float *x = th_net_read(net, m, st, 0, n, 0);
        const th_finish f = {.out = th_stage_z(st, n), .sum = th_net_sums(net, m, st)};
        st->kernels->conv(&st->g, x, net->w + st->w, &f);
    }
}

/* dz where th_net_dz put it, as the weight gradient looks at it. */
static th_conv weights_conv(const th_stage *st)
{
    th_conv c = st->g;
    c.to_row = st->dz_at.pad_w * st->s;
    return c;
}

static void backward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1)
{
    float *dz = m->buffer + st->dz_slot;
    const float *inside = dz + (st->dz_at.top * st->dz_at.pad_w + st->dz_at.left) * st->s;
    const th_conv of_weights = weights_conv(st);
    for (int32_t n = n0; n < n1; n++) {
        th_net_dz(m, st, n, &st->dz_at, dz);
        if (st->learns)
            st->kernels->conv_weights(&of_weights, th_net_read(net, m, st, 0, n, 0), inside, m->grad + st->w, true);
        if (!th_net_wants(st, 0)) continue;
        const th_finish f = {.out = m->dx};
        st->kernels->conv(&st->back, dz, net->flipped + st->w_back, &f);
        th_net_read_back(net, m, st, 0, n, m->dx);
    }
}

/* w [taps][in][s] -> f [taps, last first][s][in] */
static void flip(const th_stage *st, const float *w, float *f)
{
    const int32_t taps = st->layer.k_h * st->layer.k_w, tap = st->in_s * st->s;
    for (int32_t k = 0; k < taps; k++) st->kernels->transpose(w + k * tap, st->in_s, st->s, f + (taps - 1 - k) * tap);
}

/* A file has the kernel as it is painted; the convolution over spread inputs has it turned round. */
static size_t place(const th_stage *st, th_param_role role, size_t i)
{
    (void)role;
    const th_layer *l = &st->layer;
    const size_t taps = (size_t)(l->k_h * l->k_w), in = (size_t)l->in_c;
    const size_t o = i / (taps * in), tap = taps - 1 - i / in % taps;
    return (tap * (size_t)st->in_s + i % in) * (size_t)st->s + o;
}

static size_t count(const th_stage *st, th_param_role role)
{
    const th_layer *l = &st->layer;
    return role == TH_PARAM_WEIGHTS ? (size_t)(l->k_h * l->k_w * l->in_c) * (size_t)l->out_c : 0;
}

const th_stage_row th_kind_transpose = {.kind = TH_LAYER_TRANSPOSE_CONV,
                                        .prepare = prepare,
                                        .forward = forward,
                                        .backward = backward,
                                        .flip = flip,
                                        .place = place,
                                        .count = count};
