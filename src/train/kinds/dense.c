/* dense: a 1x1 convolution over a picture whose pixels are the member's samples. */
#include "train/kinds/conv_any.h"

static void prepare(const th_net *net, th_stage *st)
{
    (void)net;
    const th_layer *l = &st->layer;
    st->in[0].at = th_place_plain(l->in_h, l->in_w, st->in_s);
    st->dz_at = th_place_plain(1, 1, st->s);
    st->g = (th_geom){.pad_w = 1,
                      .in_s = l->in_h * l->in_w * st->in_s,
                      .out_s = st->s,
                      .out_w = 1,
                      .k_h = 1,
                      .k_w = 1,
                      .stride_h = 1,
                      .stride_w = 1};
    st->back = st->g;
    st->back.in_s = st->s;
    st->back.out_s = st->g.in_s;
    st->n_w = st->n_flipped = (size_t)st->g.in_s * (size_t)st->s;
}

static void forward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1)
{
    th_geom g = st->g;
    g.out_h = n1 - n0;
    if (g.out_h == 0) return;
    for (int32_t n = n0; n < n1; n++) (void)th_net_read(net, m, st, 0, n, (size_t)(n - n0) * (size_t)g.in_s);
    st->kernels->conv(&g, m->buffer + st->in[0].slot, net->w + st->w, th_stage_z(st, n0));
    th_net_moments(net, m, st, n0, g.out_h);
}

static void backward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1)
{
    const size_t k = (size_t)st->g.in_s, s = (size_t)st->s;
    th_geom g = st->g, back = st->back;
    th_place at = st->dz_at;
    g.out_h = back.out_h = at.h = n1 - n0;
    if (g.out_h == 0) return;
    float *x = m->buffer + st->in[0].slot, *dz = m->buffer + st->dz_slot;
    for (int32_t n = n0; n < n1; n++) {
        if (!st->kept) (void)th_net_read(net, m, st, 0, n, (size_t)(n - n0) * k);
        th_net_dz(m, st, n, &st->dz_at, dz + (size_t)(n - n0) * s);
    }
    if (st->learns) st->kernels->conv_weights(&g, x, dz, &at, m->grad + st->w);
    if (!th_net_wants(st, 0)) return;
    st->kernels->conv(&back, dz, net->flipped + st->w_back, m->dx);
    for (int32_t n = n0; n < n1; n++) {
        const size_t at_n = (size_t)(n - n0) * k;
        th_net_read_back(net, m, st, 0, n, x + at_n, m->dx + at_n);
    }
}

static void flip(const th_stage *st, const float *w, float *f)
{
    th_conv_flip(st, 1, w, f);
}

static size_t place(const th_stage *st, th_param_role role, size_t i)
{
    (void)role;
    const size_t c = (size_t)st->layer.in_c, in = c * (size_t)(st->layer.in_h * st->layer.in_w);
    const size_t o = i / in, px = i % in / c;
    return (px * (size_t)st->in_s + i % c) * (size_t)st->s + o;
}

static size_t count(const th_stage *st, th_param_role role)
{
    const th_layer *l = &st->layer;
    return role == TH_PARAM_WEIGHTS ? (size_t)(l->in_h * l->in_w * l->in_c) * (size_t)l->out_c : 0;
}

const th_stage_row th_kind_dense = {.kind = TH_LAYER_DENSE,
                                    .prepare = prepare,
                                    .forward = forward,
                                    .backward = backward,
                                    .flip = flip,
                                    .place = place,
                                    .count = count,
                                    .per_batch = true,
                                    .raw = true};
