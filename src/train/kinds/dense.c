/* dense: a 1x1 convolution over a picture whose pixels are the member's samples. */
#include "train/kinds/conv_any.h"

static void prepare(const th_net *net, th_stage *st)
{
    const th_layer *l = &st->layer;
    st->in[0].at = th_place_plain(l->in_h, l->in_w, st->in_s);
    st->dz_at = th_place_plain(1, 1, st->s);
    st->shape = (th_conv_shape){.in_w = 1,
                                .in_s = l->in_h * l->in_w * st->in_s,
                                .out_w = 1,
                                .out_s = st->s,
                                .k_h = 1,
                                .k_w = 1,
                                .stride_h = 1,
                                .stride_w = 1,
                                .dil_h = 1,
                                .dil_w = 1,
                                .read_s = st->in_s};
    st->n_w = st->n_flipped = (size_t)st->shape.in_s * (size_t)st->s;
    th_conv_shape most = st->shape;
    most.in_h = most.out_h = net->batch;
    st->n_scratch = th_conv_room(&most);
}

static th_conv_shape shape_of(const th_stage *st, int32_t n)
{
    th_conv_shape g = st->shape;
    g.in_h = g.out_h = n;
    return g;
}

static void forward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1)
{
    const th_conv_shape g = shape_of(st, n1 - n0);
    if (n0 == n1) return;
    const th_read from = th_net_source(net, m, st, n0, n1 - n0);
    th_conv_forward(st->kernels, &g, &from, net->w + st->w, m->scratch, th_stage_z(st, n0), th_net_sums(net, m, st));
}

static void backward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1)
{
    const th_conv_shape g = shape_of(st, n1 - n0);
    float *gw = st->learns ? m->grad + st->w : NULL;
    if (n0 == n1) return;
    const th_read from = th_net_source(net, m, st, n0, n1 - n0);
    const th_back back = th_net_back(m, st, n0);
    const th_input_grad to = th_net_target(m, st, &from, n0);
    th_conv_backward(st->kernels, &g, &from, &back, net->flipped + st->w_back, m->scratch, gw, &to);
    th_net_target_done(net, m, st, &from, n0, n1 - n0);
}

static void flip(const th_stage *st, const float *w, float *f)
{
    th_conv_flip(st->kernels, &st->shape, w, f);
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
