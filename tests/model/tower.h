/* tests/model/tower.h -- pictures and layers over them: drawn by chance, of three types, or of given sizes; for what
 * runs in row bands. */
#ifndef TH_TEST_TOWER_H
#define TH_TEST_TOWER_H

#include "../test.h"

#include "base/rng.h"
#include "model/plan.h"

#define TOWER_NODES 8

typedef struct tower {
    th_rng rng;
    th_graph g;
    th_tensor t[4 * TOWER_NODES];
    th_node node[TOWER_NODES];
    int32_t in[TOWER_NODES][3], out[TOWER_NODES][1], input, output;
    float scale[4 * TOWER_NODES][16];
    int32_t zero[4 * TOWER_NODES][16];
    uint8_t data[4 * TOWER_NODES][16 * 5 * 5 * 16 * 4];
    th_type type;
} tower;

static inline int32_t tower_between(tower *m, int32_t lo, int32_t hi)
{
    return lo + (int32_t)th_rng_below(&m->rng, (uint32_t)(hi - lo + 1));
}

static inline th_shape tower_shape(int32_t a, int32_t b, int32_t c, int32_t d)
{
    return (th_shape){.rank = 4, .d = {a, b, c, d}};
}

static inline int32_t tower_tensor(tower *m, th_type type, th_shape s)
{
    const int32_t i = m->g.n_tensors++;
    m->t[i] = (th_tensor){.name = "t", .type = type, .shape = s};
    m->scale[i][0] = 0.05f;
    m->zero[i][0] = type == TH_S8 ? tower_between(m, -5, 5) : 0;
    if (type != TH_F32) m->t[i].quant = (th_quant){m->scale[i], m->zero[i], 1, 0};
    return i;
}

/* Weights with a scale for each of `channels` along `axis`. */
static inline int32_t tower_filter(tower *m, th_shape s, int32_t axis)
{
    const int32_t i = tower_tensor(m, m->type == TH_F32 ? TH_F32 : TH_S8, s), n = th_shape_count(&s);
    assert_true(th_tensor_bytes(&m->t[i]) <= sizeof m->data[i] && s.d[axis] <= 16);
    for (int32_t k = 0; k < n; k++) {
        const float v = th_rng_range(&m->rng, -0.5f, 0.5f);
        const int8_t q = (int8_t)tower_between(m, -127, 127);
        if (m->type == TH_F32)
            memcpy(m->data[i] + 4 * k, &v, 4);
        else
            memcpy(m->data[i] + k, &q, 1);
    }
    for (int32_t c = 0; c < s.d[axis]; c++) m->scale[i][c] = th_rng_range(&m->rng, 0.003f, 0.01f), m->zero[i][c] = 0;
    if (m->type != TH_F32) m->t[i].quant = (th_quant){m->scale[i], m->zero[i], s.d[axis], axis};
    m->t[i].data = m->data[i];
    return i;
}

/* int32 with int8, int64 with int16, float. */
static inline int32_t tower_bias(tower *m, int32_t n)
{
    const th_type type = m->type == TH_S8 ? TH_S32 : m->type == TH_S16 ? TH_S64 : TH_F32;
    const int32_t i = tower_tensor(m, type, (th_shape){.rank = 1, .d = {n}});
    m->t[i].quant.n = 0;
    for (int32_t k = 0; k < n; k++) {
        const int32_t q = tower_between(m, -3000, 3000);
        const int64_t wide = q;
        const float v = th_rng_range(&m->rng, -1.0f, 1.0f);
        memcpy(m->data[i] + (size_t)k * th_type_bytes(type),
               type == TH_S32   ? (const void *)&q
               : type == TH_S64 ? (const void *)&wide
                                : (const void *)&v,
               th_type_bytes(type));
    }
    m->t[i].data = m->data[i];
    return i;
}

static inline int32_t tower_side(int32_t in, int32_t filter, int32_t stride, int32_t dilation, th_padding padding)
{
    return padding == TH_PAD_SAME ? (in + stride - 1) / stride : (in + stride - ((filter - 1) * dilation + 1)) / stride;
}

/* A window over tensor x: filter, stride, dilation and padding by chance.  The shape of what it makes. */
static inline th_shape tower_window(tower *m, th_node *n, int32_t x, int32_t *fh, int32_t *fw)
{
    const th_shape s = m->t[x].shape;
    const bool pool = n->op != TH_OP_CONV_2D && n->op != TH_OP_DEPTHWISE_CONV_2D;
    *fh = tower_between(m, 1, 3), *fw = tower_between(m, 1, 3);
    if (tower_between(m, 0, 1)) *fh = *fw = 3;
    if (tower_between(m, 0, 7) == 0) *fh = 5;
    n->attr.conv.stride_h = tower_between(m, 0, 2) ? 1 : tower_between(m, 1, 3);
    n->attr.conv.stride_w = tower_between(m, 0, 1) ? n->attr.conv.stride_h : tower_between(m, 1, 2);
    n->attr.conv.dilation_h = !pool && tower_between(m, 0, 3) == 0 ? 2 : 1;
    n->attr.conv.dilation_w = !pool && tower_between(m, 0, 5) == 0 ? 2 : 1;
    n->attr.conv.padding = tower_between(m, 0, 2) ? TH_PAD_SAME : TH_PAD_VALID;
    if ((*fh - 1) * n->attr.conv.dilation_h >= s.d[1] || (*fw - 1) * n->attr.conv.dilation_w >= s.d[2])
        n->attr.conv.padding = TH_PAD_SAME;
    n->attr.conv.act = tower_between(m, 0, 1) ? TH_ACT_RELU : TH_ACT_NONE;
    n->attr.conv.filter_h = *fh, n->attr.conv.filter_w = *fw;
    n->attr.conv.bias_type = 0;
    return tower_shape(1, tower_side(s.d[1], *fh, n->attr.conv.stride_h, n->attr.conv.dilation_h, n->attr.conv.padding),
                       tower_side(s.d[2], *fw, n->attr.conv.stride_w, n->attr.conv.dilation_w, n->attr.conv.padding),
                       s.d[3]);
}

static inline th_op tower_op(tower *m, bool pair)
{
    static const th_op unary[] = {TH_OP_RELU, TH_OP_RELU, TH_OP_LEAKY_RELU};
    const int32_t what = tower_between(m, 0, 9);
    if (pair && what < 6) return what < 4 ? TH_OP_ADD : TH_OP_MUL;
    if (what < 4) return TH_OP_CONV_2D;
    if (what < 7) return TH_OP_DEPTHWISE_CONV_2D;
    if (what < 8) return tower_between(m, 0, 1) ? TH_OP_MAX_POOL_2D : TH_OP_AVERAGE_POOL_2D;
    return unary[tower_between(m, 0, 2)];
}

/* One more operator on tensor x, or on x and y, which have one shape (-1: none). */
static inline int32_t tower_grow(tower *m, int32_t x, int32_t y)
{
    const int32_t k = m->g.n_nodes++, c = m->t[x].shape.d[3];
    th_node *n = &m->node[k];
    th_shape s = m->t[x].shape;
    int32_t fh = 1, fw = 1;
    *n = (th_node){.op = tower_op(m, y >= 0), .n_in = 1, .n_out = 1, .in = m->in[k], .out = m->out[k]};
    m->in[k][0] = x, m->in[k][1] = m->in[k][2] = -1;
    if (n->op == TH_OP_ADD || n->op == TH_OP_MUL) {
        n->n_in = 2;
        m->in[k][1] = y;
    } else if (n->op == TH_OP_LEAKY_RELU) {
        n->attr.leaky.alpha = 0.25f;
    } else if (n->op != TH_OP_RELU) {
        s = tower_window(m, n, x, &fh, &fw);
        if (n->op == TH_OP_CONV_2D) s.d[3] = tower_between(m, 1, 12);
        if (n->op == TH_OP_DEPTHWISE_CONV_2D && c <= 4) s.d[3] = c * tower_between(m, 1, 3);
    }
    if (n->op == TH_OP_CONV_2D || n->op == TH_OP_DEPTHWISE_CONV_2D) {
        const bool deep = n->op == TH_OP_DEPTHWISE_CONV_2D;
        n->n_in = 3;
        n->attr.conv.depth_multiplier = deep ? s.d[3] / c : 0;
        m->in[k][1] =
            tower_filter(m, deep ? tower_shape(1, fh, fw, s.d[3]) : tower_shape(s.d[3], fh, fw, c), deep ? 3 : 0);
        m->in[k][2] = tower_bias(m, s.d[3]);
    }
    m->out[k][0] = tower_tensor(m, m->type, s);
    if (n->op == TH_OP_MAX_POOL_2D || n->op == TH_OP_AVERAGE_POOL_2D) m->zero[m->out[k][0]][0] = m->zero[x][0];
    return m->out[k][0];
}

/* n operators, each on the output of one before it; all are needed for the last one's. */
static inline tower *tower_new(uint64_t seed, th_type type, int32_t n)
{
    tower *m = calloc(1, sizeof *m);
    assert_non_null(m);
    m->rng = th_rng_make(seed, 9);
    m->type = type;
    m->g = (th_graph){.name = "main", .tensors = m->t, .nodes = m->node, .inputs = &m->input, .outputs = &m->output};
    m->g.n_inputs = m->g.n_outputs = 1;
    int32_t last = m->input =
        tower_tensor(m, type, tower_shape(1, tower_between(m, 6, 40), tower_between(m, 1, 9), tower_between(m, 1, 8)));
    int32_t kept = last;
    while (m->g.n_nodes < n && m->t[last].shape.d[1] > 2) {
        const bool pair = last != kept && memcmp(&m->t[last].shape, &m->t[kept].shape, sizeof m->t[0].shape) == 0;
        const int32_t made = tower_grow(m, last, pair ? kept : -1);
        if (tower_between(m, 0, 2) == 0) kept = last;
        last = made;
    }
    m->output = last;
    return m;
}

/* A convolution 3x3 of tensor x, whose output becomes the tower's. */
static inline void tower_conv(tower *m, int32_t x, int32_t channels, int32_t stride)
{
    const int32_t k = m->g.n_nodes++;
    const th_shape s = m->t[x].shape;
    th_node *node = &m->node[k];
    *node = (th_node){.op = TH_OP_CONV_2D, .n_in = 3, .n_out = 1, .in = m->in[k], .out = m->out[k]};
    node->attr.conv.stride_h = node->attr.conv.stride_w = stride;
    node->attr.conv.dilation_h = node->attr.conv.dilation_w = 1;
    m->in[k][0] = x;
    m->in[k][1] = tower_filter(m, tower_shape(channels, 3, 3, s.d[3]), 0);
    m->in[k][2] = tower_bias(m, channels);
    m->output = m->out[k][0] = tower_tensor(
        m, TH_S8, tower_shape(1, (s.d[1] + stride - 1) / stride, (s.d[2] + stride - 1) / stride, channels));
}

/* Picture h x w x 1; convolutions 3x3 with these channels and strides. */
static inline tower *tower_picture(int32_t h, int32_t w, const int32_t (*layer)[2], int32_t n)
{
    tower *m = calloc(1, sizeof *m);
    assert_non_null(m);
    m->rng = th_rng_make(1, 1);
    m->type = TH_S8;
    m->g = (th_graph){.name = "main", .tensors = m->t, .nodes = m->node, .inputs = &m->input, .outputs = &m->output};
    m->g.n_inputs = m->g.n_outputs = 1;
    m->output = m->input = tower_tensor(m, TH_S8, tower_shape(1, h, w, 1));
    for (int32_t k = 0; k < n; k++) tower_conv(m, m->output, layer[k][0], layer[k][1]);
    return m;
}

/* A residual block of the largest tensors behind a first layer, then strides: convolutions, and an ADD of two. */
static inline tower *tower_residual(void)
{
    static const int32_t layer[][2] = {{8, 1}, {8, 1}, {8, 1}};
    tower *m = tower_picture(48, 16, layer, 3);
    const int32_t k = m->g.n_nodes++;
    m->node[k] = (th_node){.op = TH_OP_ADD, .n_in = 2, .n_out = 1, .in = m->in[k], .out = m->out[k]};
    m->in[k][0] = m->out[0][0];
    m->in[k][1] = m->out[2][0];
    m->out[k][0] = tower_tensor(m, TH_S8, m->t[m->output].shape);
    tower_conv(m, m->out[k][0], 8, 2);
    tower_conv(m, m->output, 8, 2);
    return m;
}

#endif
