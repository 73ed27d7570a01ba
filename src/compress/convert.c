#include "compress/convert.h"

#include "compress/weights.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A tensor of the new graph that holds a float one's numbers. */
typedef struct version {
    int32_t from; /* tensor of the float graph */
    int32_t number;
    bool weights; /* int8 weights or a bias, which have scales of their own */
} version;

typedef struct converter {
    const th_convert_job *job;
    const th_graph *f;
    th_graph *g;
    th_model *model;
    th_converted *out;
    th_why *why;
    version *versions;
    int32_t n_versions, most_versions, most_tensors, most_nodes;
} converter;

static th_err no_memory(const converter *c)
{
    return th_why_set(c->why, TH_ENOMEM, "no memory to quantise the model");
}

static void *keep(converter *c, const void *from, size_t n, size_t size)
{
    void *p = th_model_alloc(c->model, n ? n : 1, size);
    if (p && n) memcpy(p, from, n * size);
    return p;
}

static const char *name_of(converter *c, const char *name, const char *suffix)
{
    const size_t n = strlen(name) + strlen(suffix) + 1;
    char *text = th_model_alloc(c->model, n, 1);
    if (text) snprintf(text, n, "%s%s", name, suffix);
    return text;
}

/* ---- tensors ---- */

static th_err add_tensor(converter *c, const th_tensor *like, const char *suffix, th_type type, int32_t *number)
{
    if (c->g->n_tensors == c->most_tensors) {
        th_tensor *more = th_model_alloc(c->model, 2 * (size_t)c->most_tensors, sizeof *more);
        if (!more) return no_memory(c);
        memcpy(more, c->g->tensors, (size_t)c->g->n_tensors * sizeof *more);
        c->g->tensors = more;
        c->most_tensors *= 2;
    }
    th_tensor *t = &c->g->tensors[c->g->n_tensors];
    *t = *like;
    t->name = name_of(c, like->name, suffix);
    t->type = type;
    t->data = NULL;
    t->quant = (th_quant){NULL, NULL, 0, 0};
    if (!t->name) return no_memory(c);
    *number = c->g->n_tensors++;
    return TH_OK;
}

/* Gives a tensor n scales, all zero for the caller to fill. */
static th_err set_quant(converter *c, int32_t tensor, int32_t n, int32_t axis, float **scale, int32_t **zero)
{
    *scale = th_model_alloc(c->model, (size_t)n, sizeof **scale);
    *zero = th_model_alloc(c->model, (size_t)n, sizeof **zero);
    if (!*scale || !*zero) return no_memory(c);
    c->g->tensors[tensor].quant = (th_quant){*scale, *zero, n, axis};
    return TH_OK;
}

static th_err set_scale(converter *c, int32_t tensor, th_scale s)
{
    float *scale = NULL;
    int32_t *zero = NULL;
    TH_TRY(set_quant(c, tensor, 1, 0, &scale, &zero));
    *scale = s.scale;
    *zero = s.zero;
    return TH_OK;
}

static th_err add_version(converter *c, int32_t from, int32_t number, bool weights)
{
    if (c->n_versions == c->most_versions) {
        version *more = realloc(c->versions, 2 * (size_t)c->most_versions * sizeof *more);
        if (!more) return no_memory(c);
        c->versions = more;
        c->most_versions *= 2;
    }
    c->versions[c->n_versions++] = (version){from, number, weights};
    return TH_OK;
}

static bool has_scale(const th_tensor *t, th_scale s)
{
    return t->quant.n == 1 && !(t->quant.scale[0] < s.scale) && !(t->quant.scale[0] > s.scale) &&
           t->quant.zero[0] == s.zero;
}

/* -1: there is no such version yet. */
static int32_t find_version(const converter *c, int32_t from, th_type type, th_scale s)
{
    for (int32_t i = 0; i < c->n_versions; i++) {
        const th_tensor *t = &c->g->tensors[c->versions[i].number];
        if (c->versions[i].from == from && !c->versions[i].weights && t->type == type &&
            (type == TH_F32 || has_scale(t, s)))
            return c->versions[i].number;
    }
    return -1;
}

static th_scale scale_for(const converter *c, int32_t tensor, th_precision p)
{
    return p == TH_P_S16 ? c->job->s16[tensor] : c->job->s8[tensor];
}

/* ---- nodes ---- */

static th_err add_node(converter *c, const th_node *like, th_node **added)
{
    if (c->g->n_nodes == c->most_nodes) {
        th_node *more = th_model_alloc(c->model, 2 * (size_t)c->most_nodes, sizeof *more);
        if (!more) return no_memory(c);
        memcpy(more, c->g->nodes, (size_t)c->g->n_nodes * sizeof *more);
        c->g->nodes = more;
        c->most_nodes *= 2;
    }
    th_node *n = &c->g->nodes[c->g->n_nodes];
    *n = *like;
    n->intermediate = NULL;
    n->n_intermediate = 0;
    n->file_version = n->file_options = 0; /* another type: another version */
    n->in = keep(c, like->in, (size_t)like->n_in, sizeof *n->in);
    n->out = keep(c, like->out, (size_t)like->n_out, sizeof *n->out);
    if (!n->in || !n->out) return no_memory(c);
    if ((int)like->op >= TH_OP_N_BUILTIN && like->attr.custom.options.n > 0) {
        const th_span *options = &like->attr.custom.options;
        n->attr.custom.options.p = keep(c, options->p, options->n, 1);
        if (!n->attr.custom.options.p) return no_memory(c);
    }
    c->g->n_nodes++;
    *added = n;
    return TH_OK;
}

/* An activation in another type or scale. */
static th_err add_conversion(converter *c, int32_t tensor, th_type type, th_scale s, int32_t *number)
{
    static const char *const suffixes[] = {[TH_P_F32] = "/float", [TH_P_S8] = "/int8", [TH_P_S16] = "/int16"};
    const int32_t home = c->out->tensor[tensor];
    const th_precision p = type == TH_F32 ? TH_P_F32 : type == TH_S8 ? TH_P_S8 : TH_P_S16;
    th_node *n = NULL;
    TH_TRY(add_tensor(c, &c->f->tensors[tensor], suffixes[p], type, number));
    if (type != TH_F32) TH_TRY(set_scale(c, *number, s));
    TH_TRY(add_version(c, tensor, *number, false));
    const th_node like = {
        .op = type == TH_F32 ? TH_OP_DEQUANTIZE : TH_OP_QUANTIZE, .n_in = 1, .n_out = 1, .in = &home, .out = number};
    return add_node(c, &like, &n);
}

/* A float constant beside activations, as `type`: |v| beyond the range is clipped. */
static th_err add_constant(converter *c, int32_t tensor, th_type type, th_scale s, int32_t *number)
{
    const th_tensor *from = &c->f->tensors[tensor];
    const int32_t n = th_shape_count(&from->shape);
    const float *v = from->data;
    TH_TRY(add_tensor(c, from, "", type, number));
    if (type != TH_F32) TH_TRY(set_scale(c, *number, s));
    TH_TRY(add_version(c, tensor, *number, false));
    void *data = th_model_alloc(c->model, (size_t)n + 1, th_type_bytes(type));
    if (!data) return no_memory(c);
    for (int32_t i = 0; i < n; i++) {
        const double q = round((double)v[i] / (double)s.scale) + s.zero;
        if (type == TH_F32)
            ((float *)data)[i] = v[i];
        else if (!isfinite(v[i]))
            return th_why_set(c->why, TH_EFORMAT,
                              "tensor %ld (%s) has a value that is infinite or no number: train again", (long)tensor,
                              from->name);
        else if (type == TH_S8)
            ((int8_t *)data)[i] = (int8_t)fmax(-128.0, fmin(127.0, q));
        else
            ((int16_t *)data)[i] = (int16_t)fmax(-32768.0, fmin(32767.0, q));
    }
    c->g->tensors[*number].data = data;
    return TH_OK;
}

/* The version of a float tensor in this type and scale; made when it is not there yet. */
static th_err want(converter *c, int32_t tensor, th_type type, th_scale s, int32_t *number)
{
    *number = find_version(c, tensor, type, s);
    if (*number >= 0) return TH_OK;
    if (c->f->tensors[tensor].data && !c->f->tensors[tensor].is_variable)
        return add_constant(c, tensor, type, s, number);
    return add_conversion(c, tensor, type, s, number);
}

/* A tensor that is not touched: whole numbers, or what belongs to an operator in float. */
static th_err copy_tensor(converter *c, int32_t tensor, int32_t *number)
{
    const th_tensor *from = &c->f->tensors[tensor];
    *number = c->out->tensor[tensor];
    if (*number >= 0) return TH_OK;
    TH_TRY(add_tensor(c, from, "", from->type, number));
    c->out->tensor[tensor] = *number;
    th_tensor *t = &c->g->tensors[*number];
    t->quant = from->quant;
    if (from->quant.n > 0) {
        t->quant.scale = keep(c, from->quant.scale, (size_t)from->quant.n, sizeof *t->quant.scale);
        t->quant.zero = keep(c, from->quant.zero, (size_t)from->quant.n, sizeof *t->quant.zero);
        if (!t->quant.scale || !t->quant.zero) return no_memory(c);
    }
    if (!from->data) return TH_OK;
    t->data = keep(c, from->data, th_tensor_bytes(from), 1);
    return t->data ? TH_OK : no_memory(c);
}

/* Where the maker of a float tensor writes it. */
static th_err add_home(converter *c, int32_t tensor, th_precision p, int32_t *number)
{
    TH_TRY(add_tensor(c, &c->f->tensors[tensor], "", th_precision_type(p), number));
    if (p != TH_P_F32) TH_TRY(set_scale(c, *number, scale_for(c, tensor, p)));
    c->out->tensor[tensor] = *number;
    return add_version(c, tensor, *number, false);
}

/* ---- operators with weights ---- */

static th_err check_finite(const converter *c, int32_t index, const float *v, int32_t n)
{
    for (int32_t i = 0; i < n; i++)
        if (!isfinite(v[i]))
            return th_why_set(c->why, TH_EFORMAT,
                              "operator %ld (%s) has a weight that is infinite or no number: train again", (long)index,
                              th_op_find((int32_t)c->f->nodes[index].op)->name);
    return TH_OK;
}

static bool same_bytes(const th_tensor *t, const void *q, const float *scale, int32_t n_scales)
{
    return t->quant.n == n_scales && memcmp(t->quant.scale, scale, (size_t)n_scales * sizeof *scale) == 0 &&
           memcmp(t->data, q, th_tensor_bytes(t)) == 0;
}

/* int8 weights of tensor `from`; operators that share them go on sharing them, as long as the scales are the same. */
static th_err add_weights(converter *c, int32_t from, const th_layer_weights *l, int32_t axis, int32_t *number,
                          const float **scales)
{
    const int32_t n = th_weight_scales(l);
    int8_t *q = th_model_alloc(c->model, (size_t)l->n + 1, 1);
    float *scale = NULL, *made = th_model_alloc(c->model, (size_t)n, sizeof *made);
    int32_t *zero = NULL;
    if (!q || !made) return no_memory(c);
    th_weights_to_s8(l, q, made);
    for (int32_t i = 0; i < c->n_versions; i++) {
        const version *v = &c->versions[i];
        if (v->from != from || !v->weights || !same_bytes(&c->g->tensors[v->number], q, made, n)) continue;
        *number = v->number;
        *scales = c->g->tensors[v->number].quant.scale;
        return TH_OK;
    }
    TH_TRY(add_tensor(c, &c->f->tensors[from], "", TH_S8, number));
    TH_TRY(set_quant(c, *number, n, l->per_channel ? axis : 0, &scale, &zero));
    memcpy(scale, made, (size_t)n * sizeof *scale);
    c->g->tensors[*number].data = q;
    *scales = scale;
    return add_version(c, from, *number, true);
}

/* The bias that was made of `from` before with this scale and these numbers, -1: there is none. */
static int32_t find_bias(const converter *c, int32_t from, th_type type, const float *scale, int32_t n_scales,
                         const void *data)
{
    for (int32_t i = 0; i < c->n_versions; i++) {
        const th_tensor *t = &c->g->tensors[c->versions[i].number];
        if (from >= 0 && c->versions[i].from == from && c->versions[i].weights && t->type == type &&
            same_bytes(t, data, scale, n_scales))
            return c->versions[i].number;
    }
    return -1;
}

/* int32 biases, int64 for int16 inputs.  from -1: zeros, named after the weights. */
static th_err add_bias(converter *c, int32_t from, int32_t weights, const th_layer_weights *l, const float *w_scale,
                       int32_t *number)
{
    const int32_t n = th_weight_scales(l);
    const th_type type = l->wide ? TH_S64 : TH_S32;
    const th_tensor none = {.name = c->f->tensors[weights].name, .shape = {.rank = 1, .d = {l->n_out}}};
    float *made = th_model_alloc(c->model, (size_t)n, sizeof *made), *scale = NULL;
    int32_t *zero = NULL;
    void *data = th_model_alloc(c->model, (size_t)l->n_out, l->wide ? 8 : 4);
    if (!data || !made) return no_memory(c);
    for (int32_t i = 0; i < n; i++) made[i] = (float)l->in_scale * w_scale[i];
    for (int32_t i = 0; i < l->n_out; i++) {
        const int64_t b = th_bias_to_int(l, w_scale, i, 0.0);
        if (l->wide)
            ((int64_t *)data)[i] = b;
        else
            ((int32_t *)data)[i] = (int32_t)b;
    }
    *number = find_bias(c, from, type, made, n, data);
    if (*number >= 0) return TH_OK;
    TH_TRY(add_tensor(c, from >= 0 ? &c->f->tensors[from] : &none, from >= 0 ? "" : "/bias", type, number));
    TH_TRY(set_quant(c, *number, n, 0, &scale, &zero));
    memcpy(scale, made, (size_t)n * sizeof *scale);
    c->g->tensors[*number].data = data;
    return add_version(c, from, *number, true);
}

static int32_t inner_of(const th_shape *s, int32_t axis)
{
    int32_t inner = 1;
    for (int32_t k = axis + 1; k < s->rank; k++) inner *= s->d[k];
    return inner;
}

/* Weights and bias of input w, and w's bias; in[] are inputs of the new node. */
static th_err weigh(converter *c, int32_t index, int32_t w, int32_t bias, th_layer_weights *l, int32_t axis,
                    int32_t *in)
{
    const th_node *n = &c->f->nodes[index];
    const th_tensor *t = &c->f->tensors[n->in[w]];
    const float *scales = NULL;
    l->w = t->data;
    l->bias = bias >= 0 && n->in[bias] >= 0 ? c->f->tensors[n->in[bias]].data : NULL;
    l->n = th_shape_count(&t->shape);
    l->n_out = t->shape.d[axis];
    l->inner = inner_of(&t->shape, axis);
    TH_TRY(check_finite(c, index, l->w, l->n));
    if (l->bias) TH_TRY(check_finite(c, index, l->bias, l->n_out));
    TH_TRY(add_weights(c, n->in[w], l, axis, &in[w], &scales));
    return l->bias ? add_bias(c, n->in[bias], n->in[w], l, scales, &in[bias]) : TH_OK;
}

static double scale_of_new(const converter *c, int32_t tensor)
{
    return (double)c->g->tensors[tensor].quant.scale[0];
}

/* A variable tensor of the float graph, with a type and scale. */
static th_err add_state(converter *c, int32_t from, th_type type, th_scale s, int32_t *number)
{
    TH_TRY(add_tensor(c, &c->f->tensors[from], "", type, number));
    return set_scale(c, *number, s);
}

/* The cell has a power of two as scale: its tanh is looked up with a shift.  Source: TFLite, operator_property.cc. */
static th_scale cell_scale(float most)
{
    int e = 0;
    (void)frexp(most > 1e-6f ? (double)most * (32768.0 / 32767.0) : 1.0, &e);
    return (th_scale){ldexpf(1.0f, e - 15), 0};
}

/* Tensors that only say scales: of the four gates' sums (unused), and of the output before it becomes the state. */
static th_err add_intermediates(converter *c, th_node *n, th_scale hidden)
{
    static const char *const names[] = {"/input", "/forget", "/cell", "/output", "/hidden"};
    int32_t *list = th_model_alloc(c->model, 5, sizeof *list);
    if (!list) return no_memory(c);
    for (int i = 0; i < 5; i++) {
        const th_tensor like = {.name = c->g->tensors[n->out[0]].name, .shape = {.rank = 1, .d = {0}}};
        TH_TRY(add_tensor(c, &like, names[i], i < 4 ? TH_S16 : TH_S8, &list[i]));
        TH_TRY(set_scale(c, list[i], i < 4 ? (th_scale){1.0f / 4096, 0} : hidden));
    }
    n->intermediate = list;
    n->n_intermediate = 5;
    return TH_OK;
}

enum { LSTM_W = 1, LSTM_R = 5, LSTM_BIAS = 12, LSTM_H = 18, LSTM_C = 19 };

static th_err convert_lstm(converter *c, int32_t index, th_precision p, int32_t *in)
{
    const th_node *n = &c->f->nodes[index];
    const th_scale h = scale_for(c, n->out[0], p);
    th_layer_weights l = {.wide = p == TH_P_S16};
    for (int32_t g = 0; g < 4; g++) {
        l.in_scale = scale_of_new(c, in[0]);
        TH_TRY(weigh(c, index, LSTM_W + g, LSTM_BIAS + g, &l, 0, in));
        l.in_scale = (double)h.scale;
        TH_TRY(weigh(c, index, LSTM_R + g, -1, &l, 0, in));
    }
    TH_TRY(add_state(c, n->in[LSTM_H], th_precision_type(p), h, &in[LSTM_H]));
    const float most = c->job->state_max ? c->job->state_max[index] : 0.0f;
    return add_state(c, n->in[LSTM_C], TH_S16, cell_scale(most), &in[LSTM_C]);
}

/* int8 features; time weights and state are int16, as TFLite has it. */
static th_err convert_svdf(converter *c, int32_t index, int32_t *in)
{
    const th_node *n = &c->f->nodes[index];
    const th_tensor *wt = &c->f->tensors[n->in[2]];
    const float most = c->job->state_max && c->job->state_max[index] > 1e-6f ? c->job->state_max[index] : 1.0f;
    const th_scale state = {most / 32767.0f, 0};
    const int32_t n_wt = th_shape_count(&wt->shape), rank = n->attr.svdf.rank > 0 ? n->attr.svdf.rank : 1;
    const float *v = wt->data;
    float largest = 0.0f;
    th_layer_weights l = {.in_scale = scale_of_new(c, in[0])};
    TH_TRY(weigh(c, index, 1, -1, &l, 0, in));
    TH_TRY(check_finite(c, index, v, n_wt));
    for (int32_t i = 0; i < n_wt; i++) largest = fmaxf(largest, fabsf(v[i]));
    const th_scale time = {largest > 1e-20f ? largest / 32767.0f : 1.0f, 0};
    TH_TRY(add_constant(c, n->in[2], TH_S16, time, &in[2]));
    TH_TRY(add_state(c, n->in[4], TH_S16, state, &in[4]));
    l = (th_layer_weights){.bias = n->in[3] >= 0 ? c->f->tensors[n->in[3]].data : NULL,
                           .n_out = l.n_out / rank,
                           .inner = 1,
                           .in_scale = (double)state.scale};
    if (l.bias) TH_TRY(check_finite(c, index, l.bias, l.n_out));
    return add_bias(c, n->in[3], n->in[1], &l, &time.scale, &in[3]); /* without one TFLite Micro crashes */
}

/* ---- the graph ---- */

/* Thresholds that the input is held against: q(x) = round(x / scale), so the whole number T that parts at
 * T + 1/2 where t did is t / scale, rounded down. */
static th_err add_thresholds(converter *c, int32_t t, th_precision p, int32_t *number)
{
    const th_scale s = scale_for(c, t, p);
    const th_tensor *from = &c->f->tensors[t];
    const int32_t n = th_shape_count(&from->shape);
    const double lo = p == TH_P_S8 ? -128 : -32768, hi = -lo - 1;
    TH_TRY(add_tensor(c, from, "", th_precision_type(p), number));
    TH_TRY(set_scale(c, *number, s));
    void *data = th_model_alloc(c->model, (size_t)n + 1, th_type_bytes(th_precision_type(p)));
    if (!data) return no_memory(c);
    for (int32_t i = 0; i < n; i++) {
        const double q = fmax(lo, fmin(hi, floor((double)((const float *)from->data)[i] / (double)s.scale) + s.zero));
        if (p == TH_P_S8)
            ((int8_t *)data)[i] = (int8_t)q;
        else
            ((int16_t *)data)[i] = (int16_t)q;
    }
    c->g->tensors[*number].data = data;
    return TH_OK;
}

/* A table of an operator with TABLES: in the input's scale; what leaves say, as int16; else as it is. */
static th_err convert_table(converter *c, int32_t index, int32_t i, th_precision p, const th_rule *r, int32_t *number)
{
    const int32_t t = c->f->nodes[index].in[i];
    const th_tensor *from = &c->f->tensors[t];
    float most = 0.0f;
    if (i == r->w && from->type == TH_F32) TH_TRY(check_finite(c, index, from->data, th_shape_count(&from->shape)));
    if (i == r->w && c->f->nodes[index].op == TH_OP_TREES) return add_thresholds(c, t, p, number);
    if (i == r->w) return want(c, t, th_precision_type(p), scale_for(c, t, p), number);
    if (c->f->nodes[index].op != TH_OP_TREES || from->type != TH_F32) return copy_tensor(c, t, number);
    TH_TRY(check_finite(c, index, from->data, th_shape_count(&from->shape)));
    for (int32_t k = 0; k < th_shape_count(&from->shape); k++)
        most = fmaxf(most, fabsf(((const float *)from->data)[k]));
    return add_constant(c, t, TH_S16, (th_scale){most > 1e-20f ? most / 32767.0f : 1.0f, 0}, number);
}

/* Inputs of an integer operator that are no weights: activations and constants in its type; in its output's scale where
 * they have to be alike. */
static th_err convert_operands(converter *c, int32_t index, th_precision p, const th_rule *r, int32_t *in)
{
    const th_node *n = &c->f->nodes[index];
    const bool alike = r->kind == TH_RULE_SAME || r->kind == TH_RULE_FOLLOW;
    const bool weights = r->kind == TH_RULE_WEIGHTS, state = r->kind == TH_RULE_LSTM || r->kind == TH_RULE_SVDF;
    for (int32_t i = 0; i < n->n_in; i++) {
        const int32_t t = n->in[i];
        in[i] = -1;
        if (r->kind == TH_RULE_TABLES && i > 0) {
            TH_TRY(convert_table(c, index, i, p, r, &in[i]));
            continue;
        }
        if (t < 0 || (state && i > 0) || (weights && i != r->x && c->f->tensors[t].type == TH_F32)) continue;
        if (c->f->tensors[t].type != TH_F32)
            TH_TRY(copy_tensor(c, t, &in[i]));
        else if (n->op == TH_OP_PRELU && i == 1)
            TH_TRY(want(c, t, TH_S8, c->job->s8[t], &in[i])); /* its slopes are int8 beside int16, too */
        else
            TH_TRY(want(c, t, th_precision_type(p), scale_for(c, alike ? n->out[0] : t, p), &in[i]));
    }
    return TH_OK;
}

static th_err convert_inputs(converter *c, int32_t index, th_precision p, int32_t *in)
{
    const th_node *n = &c->f->nodes[index];
    const th_rule *r = p == TH_P_F32 ? NULL : th_rule_find(n->op);
    if (r) {
        TH_TRY(convert_operands(c, index, p, r, in));
        if (r->kind == TH_RULE_LSTM) return convert_lstm(c, index, p, in);
        if (r->kind == TH_RULE_SVDF) return convert_svdf(c, index, in);
        if (r->kind != TH_RULE_WEIGHTS) return TH_OK;
        th_layer_weights l = {.per_channel = r->per_channel || c->job->dense_per_channel,
                              .wide = p == TH_P_S16,
                              .in_scale = scale_of_new(c, in[r->x])};
        return weigh(c, index, r->w, th_rule_bias(r, n), &l, r->axis, in);
    }
    for (int32_t i = 0; i < n->n_in; i++) {
        in[i] = -1;
        if (n->in[i] < 0) continue;
        if (th_is_activation(c->f, n->in[i]))
            TH_TRY(want(c, n->in[i], TH_F32, (th_scale){0}, &in[i]));
        else
            TH_TRY(copy_tensor(c, n->in[i], &in[i]));
    }
    return TH_OK;
}

static th_err convert_node(converter *c, int32_t index)
{
    const th_node *n = &c->f->nodes[index];
    const th_precision p = c->job->precision[index];
    int32_t *in = calloc((size_t)n->n_in + 1, sizeof *in), *out = calloc((size_t)n->n_out + 1, sizeof *out);
    th_node *added = NULL;
    th_err err = in && out ? convert_inputs(c, index, p, in) : no_memory(c);
    for (int32_t i = 0; i < n->n_out && !err; i++)
        err =
            th_is_activation(c->f, n->out[i]) ? add_home(c, n->out[i], p, &out[i]) : copy_tensor(c, n->out[i], &out[i]);
    th_node like = *n;
    like.in = in;
    like.out = out;
    if (!err) err = add_node(c, &like, &added);
    if (!err) {
        c->out->node[index] = c->g->n_nodes - 1;
        if (p == TH_P_S16 && (n->op == TH_OP_ADD || n->op == TH_OP_SUB)) added->attr.fused.power_of_two = 0;
        if (p == TH_P_S8 && n->op == TH_OP_UNIDIRECTIONAL_SEQUENCE_LSTM)
            err = add_intermediates(c, added, scale_for(c, n->out[0], p));
    }
    free(in);
    free(out);
    return err;
}

static th_err convert_ends(converter *c, bool inputs)
{
    const int32_t n = inputs ? c->f->n_inputs : c->f->n_outputs;
    const int32_t *from = inputs ? c->f->inputs : c->f->outputs;
    const th_precision p = inputs ? c->job->input : c->job->output;
    int32_t *list = th_model_alloc(c->model, (size_t)n + 1, sizeof *list);
    if (!list) return no_memory(c);
    for (int32_t i = 0; i < n; i++) {
        if (!th_is_activation(c->f, from[i]))
            TH_TRY(copy_tensor(c, from[i], &list[i]));
        else if (inputs)
            TH_TRY(add_home(c, from[i], p, &list[i]));
        else
            TH_TRY(want(c, from[i], th_precision_type(p), scale_for(c, from[i], p), &list[i]));
    }
    if (inputs) {
        c->g->inputs = list;
        c->g->n_inputs = n;
    } else {
        c->g->outputs = list;
        c->g->n_outputs = n;
    }
    return TH_OK;
}

static th_err start(converter *c)
{
    c->most_tensors = c->f->n_tensors + 16;
    c->most_nodes = c->f->n_nodes + 16;
    c->most_versions = c->f->n_tensors + 16;
    c->model->n_graphs = 1;
    c->model->graphs = c->g = th_model_alloc(c->model, 1, sizeof *c->g);
    c->versions = calloc((size_t)c->most_versions, sizeof *c->versions);
    c->out->tensor = calloc((size_t)c->f->n_tensors + 1, sizeof *c->out->tensor);
    c->out->node = calloc((size_t)c->f->n_nodes + 1, sizeof *c->out->node);
    if (!c->g || !c->versions || !c->out->tensor || !c->out->node) return no_memory(c);
    for (int32_t i = 0; i < c->f->n_tensors; i++) c->out->tensor[i] = -1;
    c->g->tensors = th_model_alloc(c->model, (size_t)c->most_tensors, sizeof *c->g->tensors);
    c->g->nodes = th_model_alloc(c->model, (size_t)c->most_nodes, sizeof *c->g->nodes);
    c->g->name = name_of(c, c->f->name, "");
    c->model->description = "thimble int8";
    return c->g->tensors && c->g->nodes && c->g->name ? TH_OK : no_memory(c);
}

th_err th_convert(const th_convert_job *job, th_converted *out, th_why *why)
{
    converter c = {.job = job, .f = &job->model->graphs[0], .out = out, .why = why};
    *out = (th_converted){0};
    TH_TRY(th_model_new(&out->model, why));
    c.model = out->model;
    th_err err = start(&c);
    if (!err) err = convert_ends(&c, true);
    for (int32_t i = 0; i < c.f->n_nodes && !err; i++) err = convert_node(&c, i);
    if (!err) err = convert_ends(&c, false);
    free(c.versions);
    return err;
}

void th_converted_free(th_converted *c)
{
    th_model_free(c->model);
    free(c->tensor);
    free(c->node);
    *c = (th_converted){0};
}
