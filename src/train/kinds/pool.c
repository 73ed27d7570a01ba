/* avgpool and maxpool: windows are cut at the picture's border, as in TFLite. */
#include "train/kinds/conv_any.h"

static void prepare(const th_net *net, th_stage *st)
{
    (void)net;
    th_conv_prepare(st);
    st->n_scratch = (size_t)(st->shape.in_h * st->shape.in_w) * (size_t)st->s;
}

static bool takes_most(const th_stage *st)
{
    return st->layer.kind == TH_LAYER_MAXPOOL;
}

static void forward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1)
{
    float *sums = th_net_sums(net, m, st);
    for (int32_t n = n0; n < n1; n++) {
        const th_read from = th_net_source(net, m, st, n, 1);
        st->kernels->pool(&st->shape, takes_most(st), &from, th_stage_z(st, n), sums);
    }
}

static void backward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1)
{
    if (!th_net_wants(st, 0)) return;
    for (int32_t n = n0; n < n1; n++) {
        const th_read from = th_net_source(net, m, st, n, 1);
        const th_back back = th_net_back(m, st, n);
        const th_input_grad to = th_net_target(m, st, &from, n);
        st->kernels->pool_back(&st->shape, takes_most(st), &from, &back, m->scratch, &to);
        th_net_target_done(net, m, st, &from, n, 1);
    }
}

const th_stage_row th_kind_avgpool = {
    .kind = TH_LAYER_AVGPOOL, .prepare = prepare, .forward = forward, .backward = backward};
const th_stage_row th_kind_maxpool = {
    .kind = TH_LAYER_MAXPOOL, .prepare = prepare, .forward = forward, .backward = backward};
