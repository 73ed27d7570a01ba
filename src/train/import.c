/* Operators of a float graph -> layers of a description, one by one in the graph's order. */
#include "train/import.h"

#include "model/plan.h"
#include "nn/prepare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct reader {
    const th_graph *g;
    th_import *im;
    const th_node *node;
    int32_t index; /* of the node */
    int32_t *made; /* [n_tensors] layer that makes a tensor, TH_NET_INPUT, or NOT_MADE */
    int32_t *pad;  /* [n_tensors] node of a PAD that makes it, or -1 */
    int32_t n_of[TH_LAYER_SVDF + 1];
    th_why *why;
} reader;

#define NOT_MADE     (-2)
#define MAX_CHANNELS 4096

static th_err refuse(const reader *r, const char *what)
{
    return th_why_set(r->why, TH_EUNSUP, "operator %d (%s): %s; it cannot be trained", (int)r->index,
                      th_op_find((int32_t)r->node->op)->name, what);
}

static const th_tensor *tensor(const reader *r, int32_t k)
{
    return k < r->node->n_in && r->node->in[k] >= 0 ? &r->g->tensors[r->node->in[k]] : NULL;
}

static const th_tensor *result(const reader *r)
{
    return &r->g->tensors[r->node->out[0]];
}

/* h, w, c of a tensor of rank 4 (batch 1), rank 3 ([1][time][c]), rank 2 or 1. */
static bool picture(const th_shape *s, int32_t d[3])
{
    d[0] = d[1] = 1;
    d[2] = s->rank ? s->d[s->rank - 1] : 1;
    if (s->rank > 1 && s->d[0] != 1) return false;
    if (s->rank == 4) d[0] = s->d[1], d[1] = s->d[2];
    if (s->rank == 3) d[0] = s->d[1];
    return s->rank >= 1 && s->rank <= 4;
}

/* A new layer that reads the operator's first input, with shapes from the graph; the caller fills the rest. */
static th_err new_layer(reader *r, th_layer_kind kind, int32_t input, th_layer **out)
{
    th_spec *s = &r->im->spec;
    int32_t in[3], o[3];
    if (s->n_layers == TH_MAX_LAYERS)
        return th_why_set(r->why, TH_EUNSUP, "the model has more than %d layers; it cannot be trained", TH_MAX_LAYERS);
    if (!picture(&r->g->tensors[input].shape, in) || !picture(&result(r)->shape, o))
        return refuse(r, "its shapes are no pictures of one sample");
    if (r->made[input] == NOT_MADE) return refuse(r, "its input is a constant");
    if (o[2] > MAX_CHANNELS) return refuse(r, "it has more than 4096 channels");
    th_layer *l = &s->layer[s->n_layers];
    *l = (th_layer){.kind = kind,
                    .in = {r->made[input]},
                    .n_in = 1,
                    .stride_h = 1,
                    .stride_w = 1,
                    .dilation_h = 1,
                    .dilation_w = 1,
                    .groups = 1,
                    .in_h = in[0],
                    .in_w = in[1],
                    .in_c = in[2],
                    .out_h = o[0],
                    .out_w = o[1],
                    .out_c = o[2],
                    .line = r->index};
    snprintf(l->name, sizeof l->name, "%s%d", th_layer_kind_name(kind), (int)++r->n_of[kind]);
    r->made[r->node->out[0]] = s->n_layers++;
    *out = l;
    return TH_OK;
}

static th_err set_act(const reader *r, th_layer *l, th_act act)
{
    if (act == TH_ACT_NONE) return TH_OK;
    if (act == TH_ACT_RELU)
        l->act = TH_LAYER_ACT_RELU;
    else if (act == TH_ACT_RELU6)
        l->act = TH_LAYER_ACT_RELU6;
    else
        return refuse(r, "its fused activation is neither RELU nor RELU6");
    return TH_OK;
}

/* Weights and bias of the layer that was made last; `each`: weights of an output channel.  The sizes are those of a
 * file, which nobody has checked yet. */
static th_err set_weights(reader *r, th_layer *l, const th_tensor *w, const th_tensor *bias, int64_t each)
{
    const float **value = r->im->value[r->im->spec.n_layers - 1];
    if (w->type != TH_F32 || !w->data) return refuse(r, "its weights are no float constants");
    if (bias && (bias->type != TH_F32 || !bias->data)) return refuse(r, "its bias is no float constant");
    if (th_shape_count(&w->shape) != each * l->out_c || (bias && th_shape_count(&bias->shape) != l->out_c))
        return refuse(r, "its weights or its bias do not go with its shape");
    l->bias = true;
    value[TH_PARAM_WEIGHTS] = w->data;
    value[TH_PARAM_BIAS] = bias ? bias->data : NULL;
    return TH_OK;
}

/* Padding of a window whose input was padded by a PAD operator before: only where "same" means just that. */
static th_err set_padding(reader *r, th_layer *l, th_padding padding, int32_t pad_node)
{
    l->padding = padding;
    if (pad_node < 0) return TH_OK;
    const th_node *p = &r->g->nodes[pad_node];
    const int32_t *d = r->g->tensors[p->in[1]].data; /* [4][2], checked by add_pad */
    int32_t in[3];
    (void)picture(&r->g->tensors[p->in[0]].shape, in);
    l->in_h = in[0], l->in_w = in[1];
    const int32_t all_h = th_pad_total(in[0], l->out_h, l->k_h, l->stride_h, l->dilation_h, TH_PAD_SAME);
    const int32_t all_w = th_pad_total(in[1], l->out_w, l->k_w, l->stride_w, l->dilation_w, TH_PAD_SAME);
    if (padding != TH_PAD_VALID || d[2] != all_h / 2 || d[2] + d[3] != all_h || d[4] != all_w / 2 ||
        d[4] + d[5] != all_w)
        return refuse(r, "the PAD before it is not what \"same\" padding would be");
    l->padding = TH_PAD_SAME;
    return TH_OK;
}

/* The tensor that a window really reads: of a PAD before it, that one's input. */
static int32_t behind_pad(const reader *r, int32_t *pad_node)
{
    const int32_t t = r->node->in[0];
    *pad_node = r->pad[t];
    return *pad_node < 0 ? t : r->g->nodes[*pad_node].in[0];
}

/* ---- one function per kind of operator ---- */

static th_err add_conv(reader *r)
{
    const th_attr *a = &r->node->attr;
    const bool depthwise = r->node->op == TH_OP_DEPTHWISE_CONV_2D;
    const th_tensor *w = tensor(r, 1);
    int32_t pad;
    const int32_t in = behind_pad(r, &pad);
    th_layer *l;
    TH_TRY(new_layer(r, depthwise ? TH_LAYER_DEPTHWISE : TH_LAYER_CONV2D, in, &l));
    if (!w || w->shape.rank != 4) return refuse(r, "its weights are not of four dimensions");
    l->filters = l->out_c;
    l->k_h = w->shape.d[1], l->k_w = w->shape.d[2];
    l->stride_h = a->conv.stride_h, l->stride_w = a->conv.stride_w;
    l->dilation_h = a->conv.dilation_h, l->dilation_w = a->conv.dilation_w;
    if (!depthwise && (w->shape.d[3] < 1 || l->in_c % w->shape.d[3] != 0))
        return refuse(r, "its weights do not go with its input's channels");
    if (!depthwise) l->groups = l->in_c / w->shape.d[3];
    if (depthwise && l->out_c != l->in_c) return refuse(r, "it makes several outputs of one channel");
    TH_TRY(set_padding(r, l, a->conv.padding, pad));
    TH_TRY(set_act(r, l, a->conv.act));
    return set_weights(r, l, w, tensor(r, 2), (int64_t)l->k_h * l->k_w * (depthwise ? 1 : w->shape.d[3]));
}

static th_err add_transpose(reader *r)
{
    const th_attr *a = &r->node->attr;
    const th_tensor *w = tensor(r, 1);
    th_layer *l;
    if (r->node->n_in < 3) return refuse(r, "it has no input");
    TH_TRY(new_layer(r, TH_LAYER_TRANSPOSE_CONV, r->node->in[2], &l));
    if (!w || w->shape.rank != 4) return refuse(r, "its weights are not of four dimensions");
    l->filters = l->out_c;
    l->k_h = w->shape.d[1], l->k_w = w->shape.d[2];
    l->stride_h = a->conv.stride_h, l->stride_w = a->conv.stride_w;
    l->padding = a->conv.padding;
    TH_TRY(set_act(r, l, a->conv.act));
    return set_weights(r, l, w, tensor(r, 3), (int64_t)l->k_h * l->k_w * l->in_c);
}

static th_err add_dense(reader *r)
{
    const th_attr *a = &r->node->attr;
    const th_tensor *w = tensor(r, 1);
    th_layer *l;
    TH_TRY(new_layer(r, TH_LAYER_DENSE, r->node->in[0], &l));
    if (!w || w->shape.rank != 2 || w->shape.d[1] != l->in_h * l->in_w * l->in_c)
        return refuse(r, "it does not take all values of one sample");
    l->filters = l->out_c;
    TH_TRY(set_act(r, l, a->dense.act));
    return set_weights(r, l, w, tensor(r, 2), w->shape.d[1]);
}

static th_err add_pool(reader *r)
{
    const th_attr *a = &r->node->attr;
    int32_t pad;
    const int32_t in = behind_pad(r, &pad);
    th_layer *l;
    TH_TRY(new_layer(r, r->node->op == TH_OP_AVERAGE_POOL_2D ? TH_LAYER_AVGPOOL : TH_LAYER_MAXPOOL, in, &l));
    if (pad >= 0) return refuse(r, "its input was padded by an operator of its own");
    l->k_h = a->conv.filter_h, l->k_w = a->conv.filter_w;
    l->stride_h = a->conv.stride_h, l->stride_w = a->conv.stride_w;
    l->padding = a->conv.padding;
    return set_act(r, l, a->conv.act);
}

/* Over all rows and columns: a global average pool. */
static th_err add_mean(reader *r)
{
    const th_tensor *x = tensor(r, 0), *axes = tensor(r, 1);
    th_layer *l;
    TH_TRY(new_layer(r, TH_LAYER_AVGPOOL, r->node->in[0], &l));
    const int32_t *d = axes && axes->type == TH_S32 ? axes->data : NULL;
    if (!d || x->shape.rank != 4 || axes->shape.d[0] != 2 || (d[0] + 4) % 4 + (d[1] + 4) % 4 != 3 ||
        (d[0] + 4) % 4 == (d[1] + 4) % 4 || (d[0] + 4) % 4 == 0 || (d[1] + 4) % 4 == 0)
        return refuse(r, "it is no mean over rows and columns");
    l->k_h = l->stride_h = l->in_h;
    l->k_w = l->stride_w = l->in_w;
    l->padding = TH_PAD_VALID;
    return TH_OK;
}

/* A factor or a sum per channel is a batch norm of mean 0 and deviation 1. */
static th_err add_per_channel(reader *r, int32_t variable, const th_tensor *constant)
{
    th_layer *l;
    TH_TRY(new_layer(r, TH_LAYER_ACTIVATION, r->node->in[variable], &l));
    const float **value = r->im->value[r->im->spec.n_layers - 1];
    if (constant->type != TH_F32 || th_shape_count(&constant->shape) != l->out_c)
        return refuse(r, "its constant is not one number for each channel");
    l->batch_norm = true;
    value[r->node->op == TH_OP_MUL ? TH_PARAM_GAMMA : TH_PARAM_BIAS] = constant->data;
    return set_act(r, l, r->node->attr.fused.act);
}

static th_err add_pair(reader *r)
{
    const th_tensor *a = tensor(r, 0), *b = tensor(r, 1);
    if (a->data || b->data) return add_per_channel(r, a->data ? 1 : 0, a->data ? a : b);
    th_layer *l;
    TH_TRY(new_layer(r, r->node->op == TH_OP_ADD ? TH_LAYER_ADD : TH_LAYER_MULTIPLY, r->node->in[0], &l));
    if (!th_shape_same(&a->shape, &b->shape)) return refuse(r, "its inputs have different shapes");
    l->in[l->n_in++] = r->made[r->node->in[1]];
    return set_act(r, l, r->node->attr.fused.act);
}

static th_err add_concat(reader *r)
{
    const th_tensor *y = result(r);
    const int32_t axis = r->node->attr.concat.axis;
    th_layer *l;
    TH_TRY(new_layer(r, TH_LAYER_CONCAT, r->node->in[0], &l));
    if (axis != y->shape.rank - 1 && axis != -1) return refuse(r, "it does not join channels");
    if (r->node->n_in > TH_MAX_LAYER_INPUTS) return refuse(r, "it joins more than 4 tensors");
    for (int32_t k = 1; k < r->node->n_in; k++) {
        if (r->made[r->node->in[k]] == NOT_MADE) return refuse(r, "one of its inputs is a constant");
        l->in[l->n_in++] = r->made[r->node->in[k]];
    }
    return set_act(r, l, r->node->attr.concat.act);
}

static th_err add_reshape(reader *r)
{
    th_layer *l;
    return new_layer(r, TH_LAYER_RESHAPE, r->node->in[0], &l);
}

static th_err add_upsample(reader *r)
{
    th_layer *l;
    TH_TRY(new_layer(r, TH_LAYER_UPSAMPLE, r->node->in[0], &l));
    l->scale_h = l->out_h / l->in_h, l->scale_w = l->out_w / l->in_w;
    if (l->scale_h * l->in_h != l->out_h || l->scale_w * l->in_w != l->out_w || r->node->attr.resize.align_corners ||
        r->node->attr.resize.half_pixel)
        return refuse(r, "it does not repeat pixels a whole number of times");
    return TH_OK;
}

static th_err add_softmax(reader *r)
{
    th_layer *l;
    if (r->node->attr.softmax.beta < 1 || r->node->attr.softmax.beta > 1) return refuse(r, "its beta is not 1");
    return new_layer(r, TH_LAYER_SOFTMAX, r->node->in[0], &l);
}

static th_err add_activation(reader *r)
{
    static const struct {
        th_op op;
        th_layer_act act;
    } acts[] = {{TH_OP_RELU, TH_LAYER_ACT_RELU},
                {TH_OP_RELU6, TH_LAYER_ACT_RELU6},
                {TH_OP_LEAKY_RELU, TH_LAYER_ACT_LEAKY_RELU},
                {TH_OP_HARD_SWISH, TH_LAYER_ACT_HARD_SWISH},
                {TH_OP_LOGISTIC, TH_LAYER_ACT_SIGMOID},
                {TH_OP_TANH, TH_LAYER_ACT_TANH}};
    size_t i = 0;
    while (acts[i].op != r->node->op) i++;
    th_layer *l;
    TH_TRY(new_layer(r, TH_LAYER_ACTIVATION, r->node->in[0], &l));
    l->act = acts[i].act;
    if (l->act == TH_LAYER_ACT_LEAKY_RELU) l->leak = r->node->attr.leaky.alpha;
    return TH_OK;
}

/* Remembered until the window that reads it. */
static th_err add_pad(reader *r)
{
    const th_tensor *x = tensor(r, 0), *by = tensor(r, 1);
    const int32_t *d = by && by->type == TH_S32 ? by->data : NULL;
    if (!d || x->shape.rank != 4 || by->shape.d[0] != 4 || d[0] || d[1] || d[6] || d[7])
        return refuse(r, "it pads other than rows and columns");
    r->pad[r->node->out[0]] = r->index;
    return TH_OK;
}

static const struct {
    th_op op;
    th_err (*add)(reader *r);
} rows[] = {{TH_OP_CONV_2D, add_conv},
            {TH_OP_DEPTHWISE_CONV_2D, add_conv},
            {TH_OP_TRANSPOSE_CONV, add_transpose},
            {TH_OP_FULLY_CONNECTED, add_dense},
            {TH_OP_AVERAGE_POOL_2D, add_pool},
            {TH_OP_MAX_POOL_2D, add_pool},
            {TH_OP_MEAN, add_mean},
            {TH_OP_ADD, add_pair},
            {TH_OP_MUL, add_pair},
            {TH_OP_CONCATENATION, add_concat},
            {TH_OP_RESHAPE, add_reshape},
            {TH_OP_RESIZE_NEAREST_NEIGHBOR, add_upsample},
            {TH_OP_SOFTMAX, add_softmax},
            {TH_OP_RELU, add_activation},
            {TH_OP_RELU6, add_activation},
            {TH_OP_LEAKY_RELU, add_activation},
            {TH_OP_HARD_SWISH, add_activation},
            {TH_OP_LOGISTIC, add_activation},
            {TH_OP_TANH, add_activation},
            {TH_OP_PAD, add_pad}};

/* What the engine computes from the layer's settings is what the graph says that comes out. */
static th_err check_shape(reader *r)
{
    th_spec *s = &r->im->spec;
    th_layer *l = &s->layer[s->n_layers - 1];
    const int32_t in[] = {l->in_h, l->in_w, l->in_c}, out[] = {l->out_h, l->out_w, l->out_c};
    const th_err err = th_spec_infer_layer(s, s->n_layers - 1);
    if (err || in[0] != l->in_h || in[1] != l->in_w || in[2] != l->in_c || out[0] != l->out_h || out[1] != l->out_w ||
        out[2] != l->out_c)
        return refuse(r, "its settings do not go with its shapes");
    return TH_OK;
}

static th_err add_node(reader *r)
{
    const int32_t before = r->im->spec.n_layers;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].op != r->node->op) continue;
        if (result(r)->type != TH_F32)
            return refuse(r, "it does not compute in float32: open the float model from which this one was quantised");
        TH_TRY(rows[i].add(r));
        return r->im->spec.n_layers > before ? check_shape(r) : TH_OK;
    }
    return refuse(r, "no layer does this");
}

/* ---- the graph ---- */

static th_err start(reader *r)
{
    const th_graph *g = r->g;
    int32_t in[3];
    if (g->n_inputs != 1 || g->n_outputs != 1 || !picture(&g->tensors[g->inputs[0]].shape, in))
        return th_why_set(r->why, TH_EUNSUP,
                          "only models with one input of one sample, and one output, can be trained on");
    r->im->spec = (th_spec){.in_h = in[0], .in_w = in[1], .in_c = in[2]};
    for (int32_t i = 0; i < g->n_tensors; i++) r->made[i] = NOT_MADE, r->pad[i] = -1;
    r->made[g->inputs[0]] = TH_NET_INPUT;
    return TH_OK;
}

/* The last soft-max or sigmoid belongs to the loss. */
static th_err finish(const reader *r)
{
    th_spec *s = &r->im->spec;
    if (r->made[r->g->outputs[0]] != s->n_layers - 1 || s->n_layers == 0)
        return th_why_set(r->why, TH_EUNSUP, "the model's output is not what its last operator makes");
    th_layer *last = &s->layer[s->n_layers - 1];
    const bool softmax = last->kind == TH_LAYER_SOFTMAX;
    if (softmax) s->n_classes = last->out_c * last->out_h * last->out_w;
    if (softmax || (last->kind == TH_LAYER_ACTIVATION && last->act == TH_LAYER_ACT_SIGMOID && !last->batch_norm))
        s->n_layers--;
    return TH_OK;
}

/* A file may be anybody's: what the planner takes can run, so each operator has the inputs, types and shapes that it
 * needs. */
static th_err check_graph(const th_graph *graph, th_why *why)
{
    th_plan *plan;
    TH_TRY(th_plan_make_quick(graph, &plan, why));
    th_plan_free(plan);
    return TH_OK;
}

th_err th_import_graph(const th_graph *graph, th_import *im, th_why *why)
{
    *im = (th_import){0};
    TH_TRY(check_graph(graph, why));
    reader r = {.g = graph, .im = im, .why = why};
    r.made = calloc((size_t)graph->n_tensors + 1, sizeof *r.made);
    r.pad = calloc((size_t)graph->n_tensors + 1, sizeof *r.pad);
    th_err err = r.made && r.pad ? start(&r) : th_why_set(why, TH_ENOMEM, "out of memory");
    for (int32_t i = 0; !err && i < graph->n_nodes; i++) {
        r.index = i;
        r.node = &graph->nodes[i];
        err = add_node(&r);
    }
    if (!err) err = finish(&r);
    free(r.made);
    free(r.pad);
    return err;
}

int32_t th_import_layer(const th_import *im, const char *name)
{
    for (int32_t i = 0; i < im->spec.n_layers; i++)
        if (strcmp(im->spec.layer[i].name, name) == 0) return i;
    return -1;
}

/* Everything before layer `last` is read by something up to it. */
static th_err check_cut(const th_import *im, int32_t last, th_why *why)
{
    bool read[TH_MAX_LAYERS] = {0};
    for (int32_t i = 0; i <= last; i++)
        for (int32_t k = 0; k < im->spec.layer[i].n_in; k++)
            if (im->spec.layer[i].in[k] >= 0) read[im->spec.layer[i].in[k]] = true;
    for (int32_t i = 0; i < last; i++)
        if (!read[i])
            return th_why_set(why, TH_EUNSUP,
                              "the model cannot be cut after layer %s: what %s makes is needed behind it",
                              im->spec.layer[last].name, im->spec.layer[i].name);
    return TH_OK;
}

th_err th_import_replace_head(th_import *im, int32_t last, const char *head, int32_t n_classes, th_why *why)
{
    th_spec *s = &im->spec, *more = calloc(1, sizeof *more);
    const th_layer *l = &s->layer[last];
    if (!more) return th_why_set(why, TH_ENOMEM, "out of memory");
    th_err err = check_cut(im, last, why);
    if (!err) err = th_spec_parse_part(head, "head", 1, l->out_h, l->out_w, l->out_c, n_classes, more, why);
    if (!err && last + 1 + more->n_layers > TH_MAX_LAYERS)
        err = th_why_set(why, TH_EUNSUP, "with the new head the model has more than %d layers", TH_MAX_LAYERS);
    for (int32_t i = 0; !err && i < more->n_layers; i++) {
        th_layer *to = &s->layer[last + 1 + i];
        *to = more->layer[i];
        for (int32_t k = 0; k < to->n_in; k++) to->in[k] = to->in[k] == TH_NET_INPUT ? last : to->in[k] + last + 1;
        memset(im->value[last + 1 + i], 0, sizeof im->value[0]);
    }
    if (!err) {
        s->n_layers = last + 1 + more->n_layers;
        s->n_classes = n_classes;
    }
    free(more);
    return err;
}

/* Moments that make a batch norm do nothing but its factor and its sum. */
static void apply_unit_norm(th_net *net, int32_t layer, float *room)
{
    const size_t n = th_net_param_count(net, layer, TH_PARAM_VARIANCE);
    for (size_t i = 0; i < n; i++) room[i] = 1 - TH_BN_EPSILON;
    th_net_param_set(net, layer, TH_PARAM_VARIANCE, room);
}

void th_import_apply(const th_import *im, th_net *net)
{
    for (int32_t i = 0; i < im->spec.n_layers; i++) {
        float room[MAX_CHANNELS];
        if (im->spec.layer[i].kind == TH_LAYER_ACTIVATION && im->spec.layer[i].batch_norm)
            apply_unit_norm(net, i, room);
        for (int role = 0; role < TH_PARAM_ROLES; role++)
            if (im->value[i][role]) th_net_param_set(net, i, (th_param_role)role, im->value[i][role]);
    }
}

th_err th_import_before_head(const th_import *im, int32_t *last, th_why *why)
{
    int32_t i = im->spec.n_layers - 1;
    while (i >= 0 && im->spec.layer[i].kind != TH_LAYER_DENSE) i--;
    if (i < 1 || im->spec.layer[i].in[0] < 0)
        return th_why_set(why, TH_EUSAGE, "there is no dense layer to be replaced");
    *last = im->spec.layer[i].in[0];
    return TH_OK;
}
