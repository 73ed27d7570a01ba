/* depthwise: a convolution channel by channel.  Dilated ones use the loops of conv_any.h. */
#include "train/kinds/conv_any.h"

#include <string.h>

static void prepare(const th_net *net, th_stage *st)
{
    (void)net;
    const bool dilated = st->layer.dilation_h > 1 || st->layer.dilation_w > 1;
    st->layer.groups = dilated ? st->layer.in_c : 1;
    th_conv_places(st);
    st->n_w = (size_t)(st->layer.k_h * st->layer.k_w) * (size_t)st->s;
    st->n_flipped = dilated ? 0 : st->n_w;
}

static void forward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1)
{
    const bool plain = th_conv_is_plain(&st->layer);
    for (int32_t n = n0; n < n1; n++) {
        const float *x = th_net_read(net, m, st, 0, n, 0);
        if (plain)
            st->kernels->depthwise(&st->g, x, net->w + st->w, th_stage_z(st, n));
        else
            th_conv_any(st, x, net->w + st->w, th_stage_z(st, n));
        th_net_moments(net, m, st, n, 1);
    }
}

static void backward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1)
{
    const bool plain = th_conv_is_plain(&st->layer);
    float *dz = m->buffer + st->dz_slot;
    for (int32_t n = n0; n < n1; n++) {
        th_net_dz(m, st, n, &st->dz_at, dz);
        const float *x = th_net_read(net, m, st, 0, n, 0);
        if (st->learns && plain) st->kernels->depthwise_weights(&st->g, x, dz, &st->dz_at, m->grad + st->w);
        if (st->learns && !plain) th_conv_any_weights(st, x, dz, m->grad + st->w);
        if (!th_net_wants(st, 0)) continue;
        if (plain)
            st->kernels->depthwise(&st->back, dz, net->flipped + st->w_back, m->dx);
        else
            th_conv_any_inputs(st, dz, net->w + st->w, m->dx);
        th_net_read_back(net, m, st, 0, n, x, m->dx);
    }
}

static void flip(const th_stage *st, const float *w, float *f)
{
    const size_t taps = (size_t)(st->layer.k_h * st->layer.k_w), s = (size_t)st->s;
    for (size_t k = 0; k < taps; k++) memcpy(f + (taps - 1 - k) * s, w + k * s, s * sizeof *f);
}

static size_t place(const th_stage *st, th_param_role role, size_t i)
{
    (void)role;
    const size_t c = (size_t)st->layer.out_c;
    return i / c * (size_t)st->s + i % c;
}

static size_t count(const th_stage *st, th_param_role role)
{
    return role == TH_PARAM_WEIGHTS ? (size_t)(st->layer.k_h * st->layer.k_w * st->layer.out_c) : 0;
}

const th_stage_row th_kind_depthwise = {.kind = TH_LAYER_DEPTHWISE,
                                        .prepare = prepare,
                                        .forward = forward,
                                        .backward = backward,
                                        .flip = flip,
                                        .place = place,
                                        .count = count};
