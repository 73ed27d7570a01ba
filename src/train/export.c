/* conv + batch norm: gamma * (w*x - mean) / dev + beta = (w*gamma/dev) * x + (beta - mean*gamma/dev) */
#include "train/export.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct builder {
    const th_net *net;
    th_model *model;
    th_graph *graph;
    int32_t last; /* tensor that the next operator reads */
    bool full;    /* an allocation failed */
    int32_t n_conv, n_block, n_dense, n_pool;
} builder;

static void *get(builder *b, size_t n, size_t size)
{
    void *p = th_model_alloc(b->model, n, size);
    if (!p) b->full = true;
    return p;
}

static const char *text(builder *b, const char *a, const char *c)
{
    const size_t n = strlen(a) + strlen(c) + 1;
    char *p = get(b, n, 1);
    if (p) snprintf(p, n, "%s%s", a, c);
    return p ? p : "";
}

/* A new tensor; data NULL: made by an operator. */
static int32_t tensor(builder *b, const char *name, const char *suffix, th_type type, const void *data, th_shape shape)
{
    b->graph->tensors[b->graph->n_tensors] =
        (th_tensor){.name = text(b, name, suffix), .type = type, .shape = shape, .data = data};
    return b->graph->n_tensors++;
}

/* Adds an operator that reads b->last and more, and makes `out`. */
static void node(builder *b, th_op op, const th_attr *attr, int32_t more0, int32_t more1, int32_t out)
{
    int32_t *io = get(b, 4, sizeof *io);
    if (!io) return;
    io[0] = b->last, io[1] = more0, io[2] = more1, io[3] = out;
    b->graph->nodes[b->graph->n_nodes++] = (th_node){
        .op = op, .n_in = 1 + (more0 >= 0) + (more1 >= 0), .n_out = 1, .in = io, .out = io + 3, .attr = *attr};
    b->last = out;
}

static th_shape shape4(int32_t h, int32_t w, int32_t c)
{
    return (th_shape){.rank = 4, .d = {1, h, w, c}};
}

/* Factor and bias of each channel that replace the batch norm. */
static void fold(const th_net *net, const th_stage *st, int32_t c, float *factor, float *bias)
{
    *factor = 1;
    *bias = net->w[st->beta + (size_t)c];
    if (!st->layer->batch_norm) return;
    const float *moments = net->stats + 2 * st->c;
    const double inv = 1.0 / sqrt((double)moments[st->s + c] + (double)TH_BN_EPSILON);
    *factor = (float)((double)net->w[st->gamma + (size_t)c] * inv);
    *bias = (float)((double)*bias - (double)moments[c] * (double)*factor);
}

/* conv: [out][k_h][k_w][in]; depthwise: [1][k_h][k_w][channels]; dense: [out][in] -- folded. */
static const float *weights_of(builder *b, const th_stage *st, float **bias)
{
    const th_layer *l = st->layer;
    const bool depthwise = l->kind == TH_LAYER_DEPTHWISE;
    const int32_t in = depthwise ? 1 : l->in_c, taps = l->k_h * l->k_w;
    float *w = get(b, (size_t)taps * (size_t)in * (size_t)l->out_c, sizeof *w);
    *bias = get(b, (size_t)l->out_c, sizeof **bias);
    if (!w || !*bias) return NULL;
    for (int32_t co = 0; co < l->out_c; co++) {
        float factor;
        fold(b->net, st, co, &factor, &(*bias)[co]);
        for (int32_t k = 0; k < taps; k++)
            for (int32_t ci = 0; ci < in; ci++) {
                const float v = factor * b->net->w[st->w + th_stage_weight(st, k / l->k_w, k % l->k_w, ci, co)];
                w[depthwise ? k * l->out_c + co : (co * taps + k) * in + ci] = v;
            }
    }
    return w;
}

static void name_of(builder *b, const th_layer *l, char name[48])
{
    const bool first = b->n_block == 0, pointwise = l->kind == TH_LAYER_CONV2D && l->k_h == 1 && l->k_w == 1;
    if (l->kind == TH_LAYER_DEPTHWISE)
        snprintf(name, 48, "block%d/depthwise", (int)++b->n_block);
    else if (pointwise && !first)
        snprintf(name, 48, "block%d/pointwise", (int)b->n_block);
    else if (l->kind == TH_LAYER_CONV2D)
        snprintf(name, 48, "conv%d", (int)++b->n_conv);
    else if (l->kind == TH_LAYER_DENSE)
        snprintf(name, 48, "dense%d", (int)++b->n_dense);
    else
        snprintf(name, 48, "pool%d", (int)++b->n_pool);
}

/* [1, h, w, c] -> [1, h*w*c] */
static void flatten(builder *b, const th_layer *l, const char *name)
{
    const int32_t n = l->in_h * l->in_w * l->in_c;
    if (b->graph->tensors[b->last].shape.rank == 2) return;
    int32_t *dims = get(b, 2, sizeof *dims);
    if (!dims) return;
    dims[0] = 1, dims[1] = n;
    const int32_t shape = tensor(b, name, "/shape", TH_S32, dims, (th_shape){.rank = 1, .d = {2}});
    const int32_t out = tensor(b, name, "/flat", TH_F32, NULL, (th_shape){.rank = 2, .d = {1, n}});
    node(b, TH_OP_RESHAPE, &(th_attr){0}, shape, -1, out);
}

static void add_stage(builder *b, const th_stage *st)
{
    const th_layer *l = st->layer;
    char name[48];
    name_of(b, l, name);
    const bool dense = l->kind == TH_LAYER_DENSE, depthwise = l->kind == TH_LAYER_DEPTHWISE;
    if (dense) flatten(b, l, name);
    const th_shape shape = dense ? (th_shape){.rank = 2, .d = {1, l->out_c}} : shape4(l->out_h, l->out_w, l->out_c);
    const int32_t out = tensor(b, name, "", TH_F32, NULL, shape);
    th_attr attr = {.conv = {.padding = l->padding,
                             .act = l->act == TH_LAYER_ACT_RELU ? TH_ACT_RELU : TH_ACT_NONE,
                             .stride_h = l->stride_h,
                             .stride_w = l->stride_w,
                             .dilation_h = 1,
                             .dilation_w = 1}};
    if (st->n_w == 0) {
        attr.conv.filter_h = l->k_h;
        attr.conv.filter_w = l->k_w;
        node(b, l->kind == TH_LAYER_AVGPOOL ? TH_OP_AVERAGE_POOL_2D : TH_OP_MAX_POOL_2D, &attr, -1, -1, out);
        return;
    }
    float *bias;
    const float *w = weights_of(b, st, &bias);
    const th_shape w_shape = dense       ? (th_shape){.rank = 2, .d = {l->out_c, l->k_h * l->k_w * l->in_c}}
                             : depthwise ? (th_shape){.rank = 4, .d = {1, l->k_h, l->k_w, l->out_c}}
                                         : (th_shape){.rank = 4, .d = {l->out_c, l->k_h, l->k_w, l->in_c}};
    const int32_t tw = tensor(b, name, "/weights", TH_F32, w, w_shape);
    const int32_t tb = tensor(b, name, "/bias", TH_F32, bias, (th_shape){.rank = 1, .d = {l->out_c}});
    if (depthwise) attr.conv.depth_multiplier = 1;
    if (dense) attr = (th_attr){.dense = {.act = l->act == TH_LAYER_ACT_RELU ? TH_ACT_RELU : TH_ACT_NONE}};
    node(b, dense ? TH_OP_FULLY_CONNECTED : depthwise ? TH_OP_DEPTHWISE_CONV_2D : TH_OP_CONV_2D, &attr, tw, tb, out);
}

static void build(builder *b)
{
    const th_spec *s = b->net->spec;
    th_graph *g = b->graph = get(b, 1, sizeof *g);
    int32_t *io = get(b, 2, sizeof *io);
    if (!g || !io) return;
    b->model->graphs = g;
    b->model->n_graphs = 1;
    g->name = "main";
    g->tensors = get(b, (size_t)b->net->n_stages * 5 + 4, sizeof *g->tensors);
    g->nodes = get(b, (size_t)b->net->n_stages * 2 + 2, sizeof *g->nodes);
    if (!g->tensors || !g->nodes) return;
    b->last = io[0] = tensor(b, "features", "", TH_F32, NULL, shape4(s->in_h, s->in_w, s->in_c));
    for (int32_t i = 0; i < b->net->n_stages; i++) add_stage(b, &b->net->stage[i]);
    io[1] = tensor(b, "scores", "", TH_F32, NULL, (th_shape){.rank = 2, .d = {1, s->n_classes}});
    node(b, TH_OP_SOFTMAX, &(th_attr){.softmax = {.beta = 1}}, -1, -1, io[1]);
    g->inputs = &io[0];
    g->outputs = &io[1];
    g->n_inputs = g->n_outputs = 1;
    b->model->description = "Trained by Thimble";
}

th_err th_net_export(const th_net *net, th_model **model, th_why *why)
{
    TH_TRY(th_model_new(model, why));
    builder b = {.net = net, .model = *model};
    build(&b);
    if (!b.full) return TH_OK;
    th_model_free(*model);
    *model = NULL;
    return th_why_set(why, TH_ENOMEM, "out of memory while writing the trained network");
}
