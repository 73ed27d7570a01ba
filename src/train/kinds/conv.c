/* conv2d: z = x * w;  dw = x^T dz;  dx = dz * (w turned round).  Grouped ones have loops of their own, conv_any.h. */
#include "train/kinds/conv_any.h"

static bool is_grouped(const th_stage *st)
{
    return st->layer.groups > 1;
}

/* Input channels that an output channel sees. */
static size_t inputs_of(const th_stage *st)
{
    return (size_t)(is_grouped(st) ? st->layer.in_c / st->layer.groups : st->in_s);
}

static void prepare(const th_net *net, th_stage *st)
{
    (void)net;
    th_conv_prepare(st);
    st->n_w = (size_t)(st->layer.k_h * st->layer.k_w) * inputs_of(st) * (size_t)st->s;
    st->n_flipped = is_grouped(st) ? 0 : st->n_w;
    st->n_scratch = th_conv_room(&st->shape);
}

static void grouped_forward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1)
{
    for (int32_t n = n0; n < n1; n++) {
        th_conv_any(st, th_net_read(net, m, st, 0, n, 0), net->w + st->w, th_stage_z(st, n));
        th_net_moments(net, m, st, n, 1);
    }
}

static void grouped_backward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1)
{
    float *dz = m->buffer + st->dz_slot;
    for (int32_t n = n0; n < n1; n++) {
        th_net_dz(m, st, n, &st->dz_at, dz);
        if (st->learns) th_conv_any_weights(st, th_net_read(net, m, st, 0, n, 0), dz, m->grad + st->w);
        if (!th_net_wants(st, 0)) continue;
        th_conv_any_inputs(st, dz, net->w + st->w, m->dx);
        th_net_read_back(net, m, st, 0, n, m->dx);
    }
}

static void forward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1)
{
    float *sums = th_net_sums(net, m, st);
    if (is_grouped(st)) {
        grouped_forward(net, m, st, n0, n1);
        return;
    }
    for (int32_t i = 0; i < n1 - n0; i++) {
        const int32_t n = th_net_turn(m, n0, n1, i);
        const th_read from = th_net_source(net, m, st, n, 1);
        th_conv_forward(st->kernels, &st->shape, &from, net->w + st->w, m->scratch, th_stage_z(st, n), sums);
    }
}

static void backward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1)
{
    float *gw = st->learns ? m->grad + st->w : NULL;
    if (is_grouped(st)) {
        grouped_backward(net, m, st, n0, n1);
        return;
    }
    for (int32_t i = 0; i < n1 - n0; i++) {
        const int32_t n = th_net_turn(m, n0, n1, i);
        const th_read from = th_net_source(net, m, st, n, 1);
        const th_back back = th_net_back(m, st, n);
        const th_input_grad to = th_net_target(m, st, &from, n);
        th_conv_backward(st->kernels, &st->shape, &from, &back, net->flipped + st->w_back, m->scratch, gw, &to);
        th_net_target_done(net, m, st, &from, n, 1);
    }
}

static void flip(const th_stage *st, const float *w, float *f)
{
    th_conv_flip(st->kernels, &st->shape, w, f);
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
                                   .in_place = true,
                                   .raw = true};
