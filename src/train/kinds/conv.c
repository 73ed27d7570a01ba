/* conv2d: z = x * w;  dw = x^T dz;  dx = dz * (w turned round).  Grouped and dilated ones have loops of their own,
 * conv_any.h. */
#include "train/kinds/conv_any.h"

/* Input channels that an output channel sees. */
static size_t inputs_of(const th_stage *st)
{
    return (size_t)(th_conv_is_plain(&st->layer) ? st->in_s : st->layer.in_c / st->layer.groups);
}

static void prepare(const th_net *net, th_stage *st)
{
    (void)net;
    th_conv_places(st);
    st->n_w = (size_t)(st->layer.k_h * st->layer.k_w) * inputs_of(st) * (size_t)st->s;
    st->n_flipped = th_conv_is_plain(&st->layer) ? st->n_w : 0;
}

static void forward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1)
{
    const bool plain = th_conv_is_plain(&st->layer);
    for (int32_t n = n0; n < n1; n++) {
        const float *x = th_net_read(net, m, st, 0, n, 0);
        if (plain)
            st->kernels->conv(&st->g, x, net->w + st->w, th_stage_z(st, n));
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
        if (st->learns && plain) st->kernels->conv_weights(&st->g, x, dz, &st->dz_at, m->grad + st->w);
        if (st->learns && !plain) th_conv_any_weights(st, x, dz, m->grad + st->w);
        if (!th_net_wants(st, 0)) continue;
        if (plain)
            st->kernels->conv(&st->back, dz, net->flipped + st->w_back, m->dx);
        else
            th_conv_any_inputs(st, dz, net->w + st->w, m->dx);
        th_net_read_back(net, m, st, 0, n, x, m->dx);
    }
}

static void flip(const th_stage *st, const float *w, float *f)
{
    th_conv_flip(st, (size_t)(st->layer.k_h * st->layer.k_w), w, f);
}

static size_t place(const th_stage *st, th_param_role role, size_t i)
{
    (void)role;
    const th_layer *l = &st->layer;
    const size_t taps = (size_t)(l->k_h * l->k_w), in = (size_t)(l->in_c / l->groups);
    const size_t o = i / (taps * in), tap = i / in % taps;
    return (tap * inputs_of(st) + i % in) * (size_t)st->s + o;
}

static size_t count(const th_stage *st, th_param_role role)
{
    const th_layer *l = &st->layer;
    return role == TH_PARAM_WEIGHTS ? (size_t)(l->k_h * l->k_w) * (size_t)(l->in_c / l->groups) * (size_t)l->out_c : 0;
}

const th_stage_row th_kind_conv = {.kind = TH_LAYER_CONV2D,
                                   .prepare = prepare,
                                   .forward = forward,
                                   .backward = backward,
                                   .flip = flip,
                                   .place = place,
                                   .count = count,
                                   .raw = true};
