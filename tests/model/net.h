/* tests/model/net.h -- a small keyword network with seeded weights, built in memory: conv, depthwise, pointwise,
 * pool, reshape, dense, softmax; int8 or float. */
#ifndef TH_TEST_NET_H
#define TH_TEST_NET_H

#include "../test.h"

#include "base/rng.h"
#include "model/plan.h"

#define NET_TENSORS 32
#define NET_NODES   7

typedef struct net {
    th_rng rng;
    th_graph g;
    th_tensor t[NET_TENSORS];
    th_node node[NET_NODES];
    int32_t in[NET_NODES][3], out[NET_NODES][1], input, output;
    float scale[NET_TENSORS][32];
    int32_t zero[NET_TENSORS][32];
    uint8_t data[NET_TENSORS][2048];
} net;

static inline int32_t net_tensor(net *n, th_type type, th_shape shape, float scale, int32_t zero)
{
    const int32_t i = n->g.n_tensors++;
    n->scale[i][0] = scale;
    n->zero[i][0] = zero;
    n->t[i] =
        (th_tensor){.name = "t", .type = type, .shape = shape, .quant = {n->scale[i], n->zero[i], type == TH_S8, 0}};
    return i;
}

/* A constant: int8 or float weights with a scale per channel, or an int32 / float bias. */
static inline int32_t net_const(net *n, th_type type, th_shape shape, int32_t channels, int32_t axis)
{
    const int32_t i = net_tensor(n, type, shape, 0.01f, 0), count = th_shape_count(&shape);
    assert_true((size_t)count * th_type_bytes(type) <= sizeof n->data[i] && channels <= 32);
    for (int32_t k = 0; k < count; k++) {
        if (type == TH_S8) ((int8_t *)(void *)n->data[i])[k] = (int8_t)((int32_t)th_rng_below(&n->rng, 255) - 127);
        if (type == TH_S32) ((int32_t *)(void *)n->data[i])[k] = (int32_t)th_rng_below(&n->rng, 4000) - 2000;
        if (type == TH_F32) ((float *)(void *)n->data[i])[k] = th_rng_range(&n->rng, -0.5f, 0.5f);
    }
    for (int32_t c = 0; c < channels; c++) n->scale[i][c] = th_rng_range(&n->rng, 0.002f, 0.01f);
    n->t[i].quant = (th_quant){n->scale[i], n->zero[i], type == TH_S8 ? channels : 0, axis};
    n->t[i].data = n->data[i];
    return i;
}

static inline th_node *net_node(net *n, th_op op, int32_t x, int32_t w, int32_t bias, int32_t y)
{
    const int32_t k = n->g.n_nodes++;
    n->in[k][0] = x, n->in[k][1] = w, n->in[k][2] = bias, n->out[k][0] = y;
    n->node[k] = (th_node){.op = op, .n_in = w < 0 ? 1 : 3, .n_out = 1, .in = n->in[k], .out = n->out[k]};
    n->node[k].attr.conv.stride_h = n->node[k].attr.conv.stride_w = n->node[k].attr.conv.dilation_h =
        n->node[k].attr.conv.dilation_w = 1;
    return &n->node[k];
}

static inline th_shape net_shape(int32_t a, int32_t b, int32_t c, int32_t d)
{
    return (th_shape){.rank = 4, .d = {a, b, c, d}};
}

static inline net *net_new(th_type type)
{
    net *n = calloc(1, sizeof *n);
    assert_non_null(n);
    n->rng = th_rng_make(42, 1);
    const th_type bias = type == TH_S8 ? TH_S32 : TH_F32;
    const int32_t x = net_tensor(n, type, net_shape(1, 20, 10, 1), 0.05f, 3);
    const int32_t c1 = net_tensor(n, type, net_shape(1, 10, 5, 16), 0.05f, -128),
                  c2 = net_tensor(n, type, net_shape(1, 10, 5, 16), 0.05f, -128);
    const int32_t c3 = net_tensor(n, type, net_shape(1, 10, 5, 17), 0.04f, -100),
                  pool = net_tensor(n, type, net_shape(1, 1, 1, 17), 0.04f, -100);
    const int32_t flat = net_tensor(n, type, (th_shape){.rank = 2, .d = {1, 17}}, 0.04f, -100);
    const int32_t dense = net_tensor(n, type, (th_shape){.rank = 2, .d = {1, 5}}, 0.1f, 10),
                  y = net_tensor(n, type, (th_shape){.rank = 2, .d = {1, 5}}, 1.0f / 256, -128);
    int32_t b =
        net_const(n, bias, (th_shape){.rank = 1, .d = {16}}, 0, 0); /* one at a time: each draws random numbers */
    th_node *k = net_node(n, TH_OP_CONV_2D, x, net_const(n, type, net_shape(16, 5, 3, 1), 16, 0), b, c1);
    k->attr.conv.act = TH_ACT_RELU;
    k->attr.conv.stride_h = k->attr.conv.stride_w = 2;
    b = net_const(n, bias, (th_shape){.rank = 1, .d = {16}}, 0, 0);
    k = net_node(n, TH_OP_DEPTHWISE_CONV_2D, c1, net_const(n, type, net_shape(1, 3, 3, 16), 16, 3), b, c2);
    k->attr.conv.act = TH_ACT_RELU6;
    k->attr.conv.depth_multiplier = 1;
    b = net_const(n, bias, (th_shape){.rank = 1, .d = {17}}, 0, 0);
    net_node(n, TH_OP_CONV_2D, c2, net_const(n, type, net_shape(17, 1, 1, 16), 17, 0), b, c3);
    k = net_node(n, TH_OP_AVERAGE_POOL_2D, c3, -1, -1, pool);
    k->attr.conv.padding = TH_PAD_VALID;
    k->attr.conv.filter_h = 10;
    k->attr.conv.filter_w = 5;
    net_node(n, TH_OP_RESHAPE, pool, -1, -1, flat);
    b = net_const(n, bias, (th_shape){.rank = 1, .d = {5}}, 0, 0);
    k = net_node(n, TH_OP_FULLY_CONNECTED, flat, net_const(n, type, (th_shape){.rank = 2, .d = {5, 17}}, 1, 0), b,
                 dense);
    k->attr = (th_attr){.dense = {.act = TH_ACT_NONE}};
    k = net_node(n, TH_OP_SOFTMAX, dense, -1, -1, y);
    k->attr = (th_attr){.softmax = {.beta = 1.0f}};
    n->input = x;
    n->output = y;
    n->g.name = "net";
    n->g.tensors = n->t;
    n->g.nodes = n->node;
    n->g.inputs = &n->input;
    n->g.outputs = &n->output;
    n->g.n_inputs = n->g.n_outputs = 1;
    return n;
}

#endif
