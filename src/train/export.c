/* A graph of stages -> a graph of operators, kind by kind.
 * conv + batch norm: gamma * (w*x - mean) / dev + beta = (w*gamma/dev) * x + (beta - mean*gamma/dev) */
#include "train/export.h"

#include "train/export_priv.h"

#include <stdio.h>
#include <string.h>

static th_shape shape_of(const th_stage *st)
{
    return st->layer.kind == TH_LAYER_DENSE ? (th_shape){.rank = 2, .d = {1, st->layer.out_c}}
                                            : th_shape_4(st->layer.out_h, st->layer.out_w, st->layer.out_c);
}

/* Folded weights and bias; channel of value i: i / per, or i % out_c of a depthwise layer. */
static const float *weights_of(th_builder *b, const th_stage *st, float **bias)
{
    const float *factor = th_build_fold(b, st, bias);
    float *w = th_build_values(b, st, TH_PARAM_WEIGHTS);
    if (!factor || !w) return NULL;
    const size_t n = st->row->count(st, TH_PARAM_WEIGHTS), c = (size_t)st->layer.out_c;
    const bool depthwise = st->layer.kind == TH_LAYER_DEPTHWISE;
    for (size_t i = 0; i < n; i++) w[i] *= factor[depthwise ? i % c : i / (n / c)];
    return w;
}

/* ---- kinds ---- */

static void name_of(th_builder *b, const th_layer *l, char name[48])
{
    const bool first = b->n_block == 0, pointwise = l->kind == TH_LAYER_CONV2D && l->k_h == 1 && l->k_w == 1;
    if (l->name[0])
        snprintf(name, 48, "%s", l->name);
    else if (l->kind == TH_LAYER_DEPTHWISE)
        snprintf(name, 48, "block%d/depthwise", (int)++b->n_block);
    else if (pointwise && !first)
        snprintf(name, 48, "block%d/pointwise%d", (int)b->n_block, (int)++b->n_of[l->kind]);
    else if (l->kind == TH_LAYER_CONV2D)
        snprintf(name, 48, "conv%d", (int)++b->n_conv);
    else
        snprintf(name, 48, "%s%d", th_layer_kind_name(l->kind), (int)++b->n_of[l->kind]);
}

static th_attr window_attr(const th_stage *st)
{
    const th_layer *l = &st->layer;
    return (th_attr){.conv = {.padding = l->padding,
                              .act = th_build_fused(st),
                              .stride_h = l->stride_h,
                              .stride_w = l->stride_w,
                              .dilation_h = l->dilation_h,
                              .dilation_w = l->dilation_w,
                              .filter_h = l->k_h,
                              .filter_w = l->k_w,
                              .depth_multiplier = l->kind == TH_LAYER_DEPTHWISE}};
}

/* conv, depthwise, transpose, dense: weights and bias with the batch norm in them. */
static int32_t add_weighted(th_builder *b, const th_stage *st, const char *name)
{
    const th_layer *l = &st->layer;
    const bool dense = l->kind == TH_LAYER_DENSE, depthwise = l->kind == TH_LAYER_DEPTHWISE,
               transpose = l->kind == TH_LAYER_TRANSPOSE_CONV;
    const int32_t n_flat = l->in_h * l->in_w * l->in_c;
    const int32_t in =
        dense ? th_build_reshape(b, th_build_input(b, st, 0), name, "/flat", (th_shape){.rank = 2, .d = {1, n_flat}})
              : th_build_picture(b, st, 0, name);
    const int32_t out = th_build_tensor(b, name, "", TH_F32, NULL, shape_of(st));
    float *bias;
    const float *w = weights_of(b, st, &bias);
    const th_shape w_shape =
        dense       ? (th_shape){.rank = 2, .d = {l->out_c, n_flat}}
        : depthwise ? th_shape_4(l->k_h, l->k_w, l->out_c)
                    : (th_shape){.rank = 4, .d = {l->out_c, l->k_h, l->k_w, transpose ? l->in_c : l->in_c / l->groups}};
    const int32_t tw = th_build_constant(b, name, "/weights", w, w_shape);
    const int32_t tb = th_build_constant(b, name, "/bias", bias, th_shape_1(l->out_c));
    if (transpose) {
        const int32_t shape[] = {1, l->out_h, l->out_w, l->out_c};
        const th_attr attr = window_attr(st);
        th_build_node(b, TH_OP_TRANSPOSE_CONV, &attr,
                      (int32_t[]){th_build_numbers(b, name, "/shape", shape, 4), tw, in, tb}, 4, out);
        return out;
    }
    th_attr attr = {.dense = {.act = th_build_fused(st)}};
    if (!dense) attr = window_attr(st);
    th_build_node(b,
                  dense       ? TH_OP_FULLY_CONNECTED
                  : depthwise ? TH_OP_DEPTHWISE_CONV_2D
                              : TH_OP_CONV_2D,
                  &attr, (int32_t[]){in, tw, tb}, 3, out);
    return out;
}

static int32_t add_pool(th_builder *b, const th_stage *st, const char *name)
{
    th_attr attr = window_attr(st);
    if (st->n_gamma) attr.conv.act = TH_ACT_NONE; /* the norm comes first */
    return th_build_unary(b, st->layer.kind == TH_LAYER_AVGPOOL ? TH_OP_AVERAGE_POOL_2D : TH_OP_MAX_POOL_2D, &attr,
                          th_build_picture(b, st, 0, name), name, "", shape_of(st));
}

static int32_t add_pair(th_builder *b, const th_stage *st, const char *name)
{
    const th_attr attr = {.fused = {.act = st->n_gamma ? TH_ACT_NONE : th_build_fused(st)}};
    const int32_t out = th_build_tensor(b, name, "", TH_F32, NULL, shape_of(st));
    th_build_node(b, st->layer.kind == TH_LAYER_ADD ? TH_OP_ADD : TH_OP_MUL, &attr,
                  (int32_t[]){th_build_picture(b, st, 0, name), th_build_picture(b, st, 1, name)}, 2, out);
    return out;
}

static int32_t add_concat(th_builder *b, const th_stage *st, const char *name)
{
    int32_t in[TH_MAX_LAYER_INPUTS];
    for (int32_t k = 0; k < st->n_in; k++) in[k] = th_build_picture(b, st, k, name);
    const int32_t out = th_build_tensor(b, name, "", TH_F32, NULL, shape_of(st));
    const th_attr attr = {.concat = {.axis = 3}};
    th_build_node(b, TH_OP_CONCATENATION, &attr, in, st->n_in, out);
    return out;
}

static int32_t add_softmax(th_builder *b, const th_stage *st, const char *name)
{
    const int32_t in = th_build_input(b, st, 0);
    return th_build_unary(b, TH_OP_SOFTMAX, &(th_attr){.softmax = {.beta = 1}}, in, name, "",
                          b->graph->tensors[in].shape);
}

static int32_t add_reshape(th_builder *b, const th_stage *st, const char *name)
{
    return th_build_reshape(b, th_build_input(b, st, 0), name, "", shape_of(st));
}

static int32_t add_input(th_builder *b, const th_stage *st, const char *name)
{
    const th_layer *l = &st->layer;
    return b->inputs[b->n_inputs++] =
               th_build_tensor(b, name, "", TH_F32, NULL, th_shape_4(l->out_h, l->out_w, l->out_c));
}

static int32_t add_upsample(th_builder *b, const th_stage *st, const char *name)
{
    const int32_t size[] = {st->layer.out_h, st->layer.out_w};
    const int32_t out = th_build_tensor(b, name, "", TH_F32, NULL, shape_of(st));
    th_build_node(b, TH_OP_RESIZE_NEAREST_NEIGHBOR, &(th_attr){0},
                  (int32_t[]){th_build_picture(b, st, 0, name), th_build_numbers(b, name, "/size", size, 2)}, 2, out);
    return out;
}

static int32_t add_nothing(th_builder *b, const th_stage *st, const char *name)
{
    (void)name;
    return th_build_input(b, st, 0);
}

typedef struct export_row {
    th_layer_kind kind;
    int32_t (*add)(th_builder *b, const th_stage *st, const char *name); /* returns the tensor that it made */
    bool folds;                                                          /* a batch norm is in its weights */
    bool acts;        /* it applies ReLU and ReLU6 itself, unless a batch norm comes between */
    int32_t per_step; /* tensors and nodes for each step of a sequence */
} export_row;

static const export_row rows[] = {
    {TH_LAYER_CONV2D, add_weighted, true, true, 0},
    {TH_LAYER_DEPTHWISE, add_weighted, true, true, 0},
    {TH_LAYER_TRANSPOSE_CONV, add_weighted, true, true, 0},
    {TH_LAYER_DENSE, add_weighted, true, true, 0},
    {TH_LAYER_AVGPOOL, add_pool, false, true, 0},
    {TH_LAYER_MAXPOOL, add_pool, false, true, 0},
    {TH_LAYER_ADD, add_pair, false, true, 0},
    {TH_LAYER_MULTIPLY, add_pair, false, true, 0},
    {TH_LAYER_CONCAT, add_concat, false, false, 0},
    {TH_LAYER_ACTIVATION, add_nothing, false, false, 0},
    {TH_LAYER_DROPOUT, add_nothing, false, false, 0},
    {TH_LAYER_SOFTMAX, add_softmax, false, false, 0},
    {TH_LAYER_RESHAPE, add_reshape, false, false, 0},
    {TH_LAYER_UPSAMPLE, add_upsample, false, false, 0},
    {TH_LAYER_INPUT, add_input, false, false, 0},
    {TH_LAYER_LSTM, th_export_lstm, false, false, 0},
    {TH_LAYER_GRU, th_export_gru, false, false, TH_EXPORT_GRU_STEP},
    {TH_LAYER_SVDF, th_export_svdf, true, true, 0},
};

static const export_row *row_of(const th_stage *st)
{
    const export_row *row = rows;
    while (row->kind != st->layer.kind) row++;
    return row;
}

/* A batch norm with no weights before it that could hold it: a factor and a sum. */
static int32_t add_norm(th_builder *b, const th_stage *st, const char *name, int32_t in)
{
    float *bias;
    const float *factor = th_build_fold(b, st, &bias);
    const th_shape shape = b->graph->tensors[in].shape, c = th_shape_1(st->layer.out_c);
    const int32_t scaled = th_build_tensor(b, name, "/scaled", TH_F32, NULL, shape),
                  out = th_build_tensor(b, name, "/normed", TH_F32, NULL, shape);
    th_build_node(b, TH_OP_MUL, &(th_attr){0}, (int32_t[]){in, th_build_constant(b, name, "/factor", factor, c)}, 2,
                  scaled);
    const th_attr attr = {.fused = {.act = th_build_fused(st)}};
    th_build_node(b, TH_OP_ADD, &attr, (int32_t[]){scaled, th_build_constant(b, name, "/shift", bias, c)}, 2, out);
    return out;
}

static int32_t add_activation(th_builder *b, const th_stage *st, const char *name, int32_t in)
{
    static const th_op ops[] = {[TH_LAYER_ACT_RELU] = TH_OP_RELU,
                                [TH_LAYER_ACT_RELU6] = TH_OP_RELU6,
                                [TH_LAYER_ACT_LEAKY_RELU] = TH_OP_LEAKY_RELU,
                                [TH_LAYER_ACT_HARD_SWISH] = TH_OP_HARD_SWISH,
                                [TH_LAYER_ACT_SIGMOID] = TH_OP_LOGISTIC,
                                [TH_LAYER_ACT_TANH] = TH_OP_TANH};
    th_attr attr = {0};
    if (st->layer.act == TH_LAYER_ACT_LEAKY_RELU) attr.leaky.alpha = st->layer.leak;
    return th_build_unary(b, ops[st->layer.act], &attr, in, name, "/activation", b->graph->tensors[in].shape);
}

static void add_stage(th_builder *b, const th_stage *st)
{
    const export_row *row = row_of(st);
    char name[48];
    name_of(b, &st->layer, name);
    int32_t out = row->add(b, st, name);
    const bool norm = st->n_gamma && !row->folds;
    if (norm) out = add_norm(b, st, name, out);
    const bool done = (row->acts || norm) && th_build_fused(st) != TH_ACT_NONE;
    th_exported *made = &b->made[st - b->net->stage];
    made->plain = made->seen = out;
    if (st->layer.act != TH_LAYER_ACT_NONE && !done) made->seen = add_activation(b, st, name, out);
}

/* What the finished model does to the last stage's values. */
static int32_t add_head(th_builder *b, int32_t in)
{
    const th_loss_row *loss = b->net->loss.row;
    const th_loss_head head = loss ? loss->head : b->net->spec->n_classes ? TH_HEAD_SOFTMAX : TH_HEAD_LINEAR;
    const th_shape shape = b->graph->tensors[in].shape;
    if (head == TH_HEAD_SOFTMAX)
        return th_build_unary(b, TH_OP_SOFTMAX, &(th_attr){.softmax = {.beta = 1}}, in, "scores", "", shape);
    if (head == TH_HEAD_SIGMOID) return th_build_unary(b, TH_OP_LOGISTIC, &(th_attr){0}, in, "scores", "", shape);
    return in;
}

static bool has_inputs(const th_spec *s)
{
    for (int32_t i = 0; i < s->n_layers; i++)
        if (s->layer[i].kind == TH_LAYER_INPUT) return true;
    return false;
}

static void build(th_builder *b)
{
    const th_spec *s = b->net->spec;
    size_t room = 4;
    for (int32_t i = 0; i < b->net->n_stages; i++)
        room += TH_BUILD_ROOM + (size_t)(row_of(&b->net->stage[i])->per_step * b->net->stage[i].layer.in_h);
    th_graph *g = b->graph = th_build_get(b, 1, sizeof *g);
    int32_t *out = th_build_get(b, 1, sizeof *out);
    b->inputs = th_build_get(b, (size_t)s->n_layers + 1, sizeof *b->inputs);
    if (!g || !out || !b->inputs) return;
    b->model->graphs = g;
    b->model->n_graphs = 1;
    g->name = "main";
    g->tensors = th_build_get(b, room, sizeof *g->tensors);
    g->nodes = th_build_get(b, room, sizeof *g->nodes);
    if (!g->tensors || !g->nodes) return;
    if (!has_inputs(s))
        b->input = b->inputs[b->n_inputs++] =
            th_build_tensor(b, "features", "", TH_F32, NULL, th_shape_4(s->in_h, s->in_w, s->in_c));
    for (int32_t i = 0; i < b->net->n_stages; i++) add_stage(b, &b->net->stage[i]);
    *out = add_head(b, b->made[b->net->n_stages - 1].seen);
    g->inputs = b->inputs;
    g->outputs = out;
    g->n_inputs = b->n_inputs;
    g->n_outputs = 1;
    b->model->description = "Trained by Thimble";
}

th_err th_net_export_map(const th_net *net, th_exported *where, th_model **model, th_why *why)
{
    TH_TRY(th_model_new(model, why));
    th_builder b = {.net = net, .model = *model};
    build(&b);
    if (where) memcpy(where, b.made, (size_t)net->n_stages * sizeof *where);
    if (!b.full) return TH_OK;
    th_model_free(*model);
    *model = NULL;
    return th_why_set(why, TH_ENOMEM, "out of memory while writing the trained network");
}

th_err th_net_export(const th_net *net, th_model **model, th_why *why)
{
    return th_net_export_map(net, NULL, model, why);
}
