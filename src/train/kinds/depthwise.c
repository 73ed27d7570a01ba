/* depthwise: a convolution channel by channel. */
#include "train/kinds/conv_any.h"

static void prepare(const th_net *net, th_stage *st)
{
    (void)net;
    th_conv_prepare(st);
    st->n_w = (size_t)(st->layer.k_h * st->layer.k_w) * (size_t)st->s;
    st->n_scratch = th_depthwise_room(&st->shape);
}

static void forward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1)
{
    float *sums = th_net_sums(net, m, st);
    for (int32_t i = 0; i < n1 - n0; i++) {
        const int32_t n = th_net_turn(m, n0, n1, i);
        const th_read from = th_net_source(net, m, st, n, 1);
        st->kernels->depthwise(&st->shape, &from, net->w + st->w, m->scratch, th_stage_z(st, n), sums);
    }
}

static void backward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1)
{
    float *gw = st->learns ? m->grad + st->w : NULL;
    for (int32_t i = 0; i < n1 - n0; i++) {
        const int32_t n = th_net_turn(m, n0, n1, i);
        const th_read from = th_net_source(net, m, st, n, 1);
        const th_back back = th_net_back(m, st, n);
        const th_input_grad to = th_net_target(m, st, &from, n);
        st->kernels->depthwise_back(&st->shape, &from, &back, net->w + st->w, m->scratch, gw, &to);
        th_net_target_done(net, m, st, &from, n, 1);
    }
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
                                        .place = place,
                                        .count = count,
                                        .in_place = true};
