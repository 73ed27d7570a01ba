/* A graph of stages -> a graph of operators.
 * conv + batch norm: gamma * (w*x - mean) / dev + beta = (w*gamma/dev) * x + (beta - mean*gamma/dev) */
#include "train/export.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct builder {
    const th_net *net;
    th_model *model;
    th_graph *graph;
    int32_t made[TH_MAX_LAYERS]; /* tensor that holds a stage's output as others read it */
    int32_t input;
    bool full; /* an allocation failed */
    int32_t n_conv, n_block, n_of[TH_LAYER_SVDF + 1];
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

static void node(builder *b, th_op op, const th_attr *attr, const int32_t *in, int32_t n_in, int32_t out)
{
    int32_t *io = get(b, (size_t)n_in + 1, sizeof *io);
    if (!io) return;
    memcpy(io, in, (size_t)n_in * sizeof *io);
    io[n_in] = out;
    b->graph->nodes[b->graph->n_nodes++] =
        (th_node){.op = op, .n_in = n_in, .n_out = 1, .in = io, .out = io + n_in, .attr = *attr};
}

/* An operator of one input, and its output. */
static int32_t unary(builder *b, th_op op, const th_attr *attr, int32_t in, const char *name, const char *suffix,
                     th_shape shape)
{
    const int32_t out = tensor(b, name, suffix, TH_F32, NULL, shape);
    node(b, op, attr, &in, 1, out);
    return out;
}

static int32_t constant(builder *b, const char *name, const char *suffix, const float *v, th_shape shape)
{
    return tensor(b, name, suffix, TH_F32, v, shape);
}

static int32_t numbers(builder *b, const char *name, const char *suffix, const int32_t *v, int32_t n)
{
    int32_t *d = get(b, (size_t)n, sizeof *d);
    if (d) memcpy(d, v, (size_t)n * sizeof *d);
    return tensor(b, name, suffix, TH_S32, d, (th_shape){.rank = 1, .d = {n}});
}

static th_shape shape1(int32_t n)
{
    return (th_shape){.rank = 1, .d = {n}};
}

static th_shape shape4(int32_t h, int32_t w, int32_t c)
{
    return (th_shape){.rank = 4, .d = {1, h, w, c}};
}

static th_shape shape_of(const th_stage *st)
{
    return st->layer.kind == TH_LAYER_DENSE ? (th_shape){.rank = 2, .d = {1, st->layer.out_c}}
                                            : shape4(st->layer.out_h, st->layer.out_w, st->layer.out_c);
}

/* ---- parameters ---- */

static int32_t layer_of(const builder *b, const th_stage *st)
{
    int32_t i = 0;
    while (b->net->of_layer[i] != st - b->net->stage) i++;
    return i;
}

static float *values(builder *b, const th_stage *st, th_param_role role)
{
    const int32_t layer = layer_of(b, st);
    float *v = get(b, th_net_param_count(b->net, layer, role) + 1, sizeof *v);
    if (v) th_net_param_get(b->net, layer, role, v);
    return v;
}

/* Factor of each channel that replaces the batch norm, and the bias that goes with it: [out_c]. */
static float *fold(builder *b, const th_stage *st, float **bias)
{
    const size_t n = (size_t)st->layer.out_c;
    float *factor = get(b, n, sizeof *factor);
    *bias = st->n_beta ? values(b, st, TH_PARAM_BIAS) : get(b, n, sizeof **bias);
    if (!factor || !*bias) return NULL;
    for (size_t c = 0; c < n; c++) factor[c] = 1;
    if (!st->n_gamma) return factor;
    const float *gamma = values(b, st, TH_PARAM_GAMMA), *mean = values(b, st, TH_PARAM_MEAN),
                *variance = values(b, st, TH_PARAM_VARIANCE);
    if (!gamma || !mean || !variance) return NULL;
    for (size_t c = 0; c < n; c++) {
        factor[c] = (float)((double)gamma[c] / sqrt((double)variance[c] + (double)TH_BN_EPSILON));
        (*bias)[c] = (float)((double)(*bias)[c] - (double)mean[c] * (double)factor[c]);
    }
    return factor;
}

/* Folded weights and bias; channel of value i: i / per, or i % out_c of a depthwise layer. */
static const float *weights_of(builder *b, const th_stage *st, float **bias)
{
    const float *factor = fold(b, st, bias);
    float *w = values(b, st, TH_PARAM_WEIGHTS);
    if (!factor || !w) return NULL;
    const size_t n = st->row->count(st, TH_PARAM_WEIGHTS), c = (size_t)st->layer.out_c;
    const bool depthwise = st->layer.kind == TH_LAYER_DEPTHWISE;
    for (size_t i = 0; i < n; i++) w[i] *= factor[depthwise ? i % c : i / (n / c)];
    return w;
}

/* ---- kinds ---- */

static void name_of(builder *b, const th_layer *l, char name[48])
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

/* Tensor of input k as a picture or row. */
static int32_t input_of(const builder *b, const th_stage *st, int32_t k)
{
    const th_stage *from = st->in[k].from;
    return from ? b->made[from - b->net->stage] : b->input;
}

/* The activation that an operator can apply itself. */
static th_act fused(const th_stage *st)
{
    return st->layer.act == TH_LAYER_ACT_RELU    ? TH_ACT_RELU
           : st->layer.act == TH_LAYER_ACT_RELU6 ? TH_ACT_RELU6
                                                 : TH_ACT_NONE;
}

static th_attr window_attr(const th_stage *st)
{
    const th_layer *l = &st->layer;
    return (th_attr){.conv = {.padding = l->padding,
                              .act = fused(st),
                              .stride_h = l->stride_h,
                              .stride_w = l->stride_w,
                              .dilation_h = l->dilation_h,
                              .dilation_w = l->dilation_w,
                              .filter_h = l->k_h,
                              .filter_w = l->k_w,
                              .depth_multiplier = l->kind == TH_LAYER_DEPTHWISE}};
}

/* [1, h, w, c] -> shape */
static int32_t reshape(builder *b, int32_t in, const char *name, const char *suffix, th_shape shape)
{
    char more[48];
    snprintf(more, sizeof more, "%s/shape", suffix);
    const int32_t out = tensor(b, name, suffix, TH_F32, NULL, shape);
    const int32_t io[] = {in, numbers(b, name, more, shape.d, shape.rank)};
    node(b, TH_OP_RESHAPE, &(th_attr){0}, io, 2, out);
    return out;
}

/* conv, depthwise, transpose, dense: weights and bias with the batch norm in them. */
static int32_t add_weighted(builder *b, const th_stage *st, const char *name)
{
    const th_layer *l = &st->layer;
    const bool dense = l->kind == TH_LAYER_DENSE, depthwise = l->kind == TH_LAYER_DEPTHWISE,
               transpose = l->kind == TH_LAYER_TRANSPOSE_CONV;
    const int32_t n_flat = l->in_h * l->in_w * l->in_c;
    int32_t in = input_of(b, st, 0);
    if (dense && b->graph->tensors[in].shape.rank != 2)
        in = reshape(b, in, name, "/flat", (th_shape){.rank = 2, .d = {1, n_flat}});
    const int32_t out = tensor(b, name, "", TH_F32, NULL, shape_of(st));
    float *bias;
    const float *w = weights_of(b, st, &bias);
    const th_shape w_shape =
        dense       ? (th_shape){.rank = 2, .d = {l->out_c, n_flat}}
        : depthwise ? shape4(l->k_h, l->k_w, l->out_c)
                    : (th_shape){.rank = 4, .d = {l->out_c, l->k_h, l->k_w, transpose ? l->in_c : l->in_c / l->groups}};
    const int32_t tw = constant(b, name, "/weights", w, w_shape);
    const int32_t tb = constant(b, name, "/bias", bias, shape1(l->out_c));
    if (transpose) {
        const int32_t shape[] = {1, l->out_h, l->out_w, l->out_c};
        const th_attr attr = window_attr(st);
        node(b, TH_OP_TRANSPOSE_CONV, &attr, (int32_t[]){numbers(b, name, "/shape", shape, 4), tw, in, tb}, 4, out);
        return out;
    }
    const th_attr attr = dense ? (th_attr){.dense = {.act = fused(st)}} : window_attr(st);
    node(b,
         dense       ? TH_OP_FULLY_CONNECTED
         : depthwise ? TH_OP_DEPTHWISE_CONV_2D
                     : TH_OP_CONV_2D,
         &attr, (int32_t[]){in, tw, tb}, 3, out);
    return out;
}

static int32_t add_pool(builder *b, const th_stage *st, const char *name)
{
    th_attr attr = window_attr(st);
    if (st->n_gamma) attr.conv.act = TH_ACT_NONE; /* the norm comes first */
    return unary(b, st->layer.kind == TH_LAYER_AVGPOOL ? TH_OP_AVERAGE_POOL_2D : TH_OP_MAX_POOL_2D, &attr,
                 input_of(b, st, 0), name, "", shape_of(st));
}

static int32_t add_pair(builder *b, const th_stage *st, const char *name)
{
    const th_attr attr = {.fused = {.act = st->n_gamma ? TH_ACT_NONE : fused(st)}};
    const int32_t out = tensor(b, name, "", TH_F32, NULL, shape_of(st));
    node(b, st->layer.kind == TH_LAYER_ADD ? TH_OP_ADD : TH_OP_MUL, &attr,
         (int32_t[]){input_of(b, st, 0), input_of(b, st, 1)}, 2, out);
    return out;
}

static int32_t add_concat(builder *b, const th_stage *st, const char *name)
{
    int32_t in[TH_MAX_LAYER_INPUTS];
    for (int32_t k = 0; k < st->n_in; k++) {
        in[k] = input_of(b, st, k);
        if (b->graph->tensors[in[k]].shape.rank == 2) /* of a dense layer */
            in[k] = reshape(b, in[k], name, "/as-picture", shape4(1, 1, b->graph->tensors[in[k]].shape.d[1]));
    }
    const int32_t out = tensor(b, name, "", TH_F32, NULL, shape_of(st));
    const th_attr attr = {.concat = {.axis = 3}};
    node(b, TH_OP_CONCATENATION, &attr, in, st->n_in, out);
    return out;
}

static int32_t add_softmax(builder *b, const th_stage *st, const char *name)
{
    return unary(b, TH_OP_SOFTMAX, &(th_attr){.softmax = {.beta = 1}}, input_of(b, st, 0), name, "", shape_of(st));
}

static int32_t add_reshape(builder *b, const th_stage *st, const char *name)
{
    return reshape(b, input_of(b, st, 0), name, "", shape_of(st));
}

static int32_t add_upsample(builder *b, const th_stage *st, const char *name)
{
    const int32_t size[] = {st->layer.out_h, st->layer.out_w};
    const int32_t out = tensor(b, name, "", TH_F32, NULL, shape_of(st));
    node(b, TH_OP_RESIZE_NEAREST_NEIGHBOR, &(th_attr){0},
         (int32_t[]){input_of(b, st, 0), numbers(b, name, "/size", size, 2)}, 2, out);
    return out;
}

static int32_t add_nothing(builder *b, const th_stage *st, const char *name)
{
    (void)name;
    return input_of(b, st, 0);
}

typedef struct export_row {
    th_layer_kind kind;
    int32_t (*add)(builder *b, const th_stage *st, const char *name); /* returns the tensor that it made */
    bool folds;                                                       /* a batch norm is in its weights */
    bool acts; /* it applies ReLU and ReLU6 itself, unless a batch norm comes between */
} export_row;

static const export_row rows[] = {
    {TH_LAYER_CONV2D, add_weighted, true, true},
    {TH_LAYER_DEPTHWISE, add_weighted, true, true},
    {TH_LAYER_TRANSPOSE_CONV, add_weighted, true, true},
    {TH_LAYER_DENSE, add_weighted, true, true},
    {TH_LAYER_AVGPOOL, add_pool, false, true},
    {TH_LAYER_MAXPOOL, add_pool, false, true},
    {TH_LAYER_ADD, add_pair, false, true},
    {TH_LAYER_MULTIPLY, add_pair, false, true},
    {TH_LAYER_CONCAT, add_concat, false, false},
    {TH_LAYER_ACTIVATION, add_nothing, false, false},
    {TH_LAYER_DROPOUT, add_nothing, false, false},
    {TH_LAYER_SOFTMAX, add_softmax, false, false},
    {TH_LAYER_RESHAPE, add_reshape, false, false},
    {TH_LAYER_UPSAMPLE, add_upsample, false, false},
};

/* A batch norm with no weights before it that could hold it: a factor and a sum. */
static int32_t add_norm(builder *b, const th_stage *st, const char *name, int32_t in)
{
    float *bias;
    const float *factor = fold(b, st, &bias);
    const th_shape shape = b->graph->tensors[in].shape, c = shape1(st->layer.out_c);
    const int32_t scaled = tensor(b, name, "/scaled", TH_F32, NULL, shape),
                  out = tensor(b, name, "/normed", TH_F32, NULL, shape);
    node(b, TH_OP_MUL, &(th_attr){0}, (int32_t[]){in, constant(b, name, "/factor", factor, c)}, 2, scaled);
    const th_attr attr = {.fused = {.act = fused(st)}};
    node(b, TH_OP_ADD, &attr, (int32_t[]){scaled, constant(b, name, "/shift", bias, c)}, 2, out);
    return out;
}

static int32_t add_activation(builder *b, const th_stage *st, const char *name, int32_t in)
{
    static const th_op ops[] = {[TH_LAYER_ACT_RELU] = TH_OP_RELU,
                                [TH_LAYER_ACT_RELU6] = TH_OP_RELU6,
                                [TH_LAYER_ACT_LEAKY_RELU] = TH_OP_LEAKY_RELU,
                                [TH_LAYER_ACT_HARD_SWISH] = TH_OP_HARD_SWISH,
                                [TH_LAYER_ACT_SIGMOID] = TH_OP_LOGISTIC,
                                [TH_LAYER_ACT_TANH] = TH_OP_TANH};
    th_attr attr = {0};
    if (st->layer.act == TH_LAYER_ACT_LEAKY_RELU) attr.leaky.alpha = st->layer.leak;
    return unary(b, ops[st->layer.act], &attr, in, name, "/activation", b->graph->tensors[in].shape);
}

static void add_stage(builder *b, const th_stage *st)
{
    const export_row *row = rows;
    while (row->kind != st->layer.kind) row++;
    char name[48];
    name_of(b, &st->layer, name);
    int32_t out = row->add(b, st, name);
    const bool norm = st->n_gamma && !row->folds;
    if (norm) out = add_norm(b, st, name, out);
    const bool done = (row->acts || norm) && fused(st) != TH_ACT_NONE;
    if (st->layer.act != TH_LAYER_ACT_NONE && !done) out = add_activation(b, st, name, out);
    b->made[st - b->net->stage] = out;
}

/* What the finished model does to the last stage's values. */
static int32_t add_head(builder *b, int32_t in)
{
    const th_loss_row *loss = b->net->loss.row;
    const th_loss_head head = loss ? loss->head : b->net->spec->n_classes ? TH_HEAD_SOFTMAX : TH_HEAD_LINEAR;
    const th_shape shape = b->graph->tensors[in].shape;
    if (head == TH_HEAD_SOFTMAX)
        return unary(b, TH_OP_SOFTMAX, &(th_attr){.softmax = {.beta = 1}}, in, "scores", "", shape);
    if (head == TH_HEAD_SIGMOID) return unary(b, TH_OP_LOGISTIC, &(th_attr){0}, in, "scores", "", shape);
    return in;
}

static void build(builder *b)
{
    const th_spec *s = b->net->spec;
    const size_t n = (size_t)b->net->n_stages;
    th_graph *g = b->graph = get(b, 1, sizeof *g);
    int32_t *io = get(b, 2, sizeof *io);
    if (!g || !io) return;
    b->model->graphs = g;
    b->model->n_graphs = 1;
    g->name = "main";
    g->tensors = get(b, n * 12 + 4, sizeof *g->tensors);
    g->nodes = get(b, n * 8 + 2, sizeof *g->nodes);
    if (!g->tensors || !g->nodes) return;
    b->input = io[0] = tensor(b, "features", "", TH_F32, NULL, shape4(s->in_h, s->in_w, s->in_c));
    for (int32_t i = 0; i < b->net->n_stages; i++) add_stage(b, &b->net->stage[i]);
    io[1] = add_head(b, b->made[n - 1]);
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
