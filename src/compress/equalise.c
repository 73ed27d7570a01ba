#include "compress/equalise.h"

#include "compress/rules.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 200

/* ---- which layers ---- */

/* The one node that reads tensor t, -1 when there is none or more, or t is an output of the graph. */
static int32_t only_reader(const th_graph *g, int32_t t)
{
    int32_t reader = -1;
    for (int32_t i = 0; i < g->n_outputs; i++)
        if (g->outputs[i] == t) return -1;
    for (int32_t i = 0; i < g->n_nodes; i++)
        for (int32_t k = 0; k < g->nodes[i].n_in; k++) {
            if (g->nodes[i].in[k] != t) continue;
            if (reader >= 0) return -1;
            reader = i;
        }
    return reader;
}

static bool is_own_constant(const th_graph *g, int32_t t)
{
    const th_tensor *w = &g->tensors[t];
    return w->type == TH_F32 && w->data && !w->is_variable && only_reader(g, t) >= 0;
}

static bool has_own_weights(const th_graph *g, const th_node *n, const th_rule *r)
{
    if (!r || r->kind != TH_RULE_WEIGHTS || n->in[r->w] < 0 || !is_own_constant(g, n->in[r->w])) return false;
    const int32_t bias = th_rule_bias(r, n);
    return bias < 0 || is_own_constant(g, n->in[bias]);
}

static bool is_homogeneous(th_act act)
{
    return act == TH_ACT_NONE || act == TH_ACT_RELU;
}

static int32_t last_dim(const th_graph *g, int32_t t)
{
    const th_shape *s = &g->tensors[t].shape;
    return s->rank > 0 ? s->d[s->rank - 1] : 1;
}

/* MEAN over places only. */
static bool keeps_channels(const th_graph *g, const th_node *n)
{
    const th_tensor *axes = &g->tensors[n->in[1]];
    const int32_t rank = g->tensors[n->in[0]].shape.rank;
    if (!axes->data || axes->type != TH_S32) return false;
    for (int32_t i = 0; i < th_shape_count(&axes->shape); i++) {
        const int32_t axis = ((const int32_t *)axes->data)[i];
        if (axis == -1 || axis == rank - 1) return false;
    }
    return true;
}

/* f(s x) = s f(x) for every channel of its own, element i belonging to channel i % channels before and after. */
static bool passes(const th_graph *g, const th_node *n, int32_t channels)
{
    switch ((int)n->op) {
    case TH_OP_RELU:
    case TH_OP_LEAKY_RELU:
    case TH_OP_PRELU: return true;
    case TH_OP_AVERAGE_POOL_2D:
    case TH_OP_MAX_POOL_2D: return is_homogeneous(n->attr.conv.act);
    case TH_OP_PAD:
    case TH_OP_MIRROR_PAD:
    case TH_OP_RESIZE_NEAREST_NEIGHBOR:
    case TH_OP_RESIZE_BILINEAR:
    case TH_OP_SPACE_TO_BATCH_ND:
    case TH_OP_BATCH_TO_SPACE_ND: return last_dim(g, n->out[0]) == channels;
    case TH_OP_MEAN: return keeps_channels(g, n);
    case TH_OP_RESHAPE:
    case TH_OP_SQUEEZE:
    case TH_OP_EXPAND_DIMS: return true; /* the order of elements stays */
    default: return false;
    }
}

static th_act act_of(const th_node *n)
{
    return n->op == TH_OP_FULLY_CONNECTED ? n->attr.dense.act : n->attr.conv.act;
}

/* Channels of the tensor that a layer reads; a dense layer reads `channels` again and again, when they fit. */
static bool reads_channels(const th_graph *g, const th_node *n, const th_rule *r, int32_t channels)
{
    if (n->op == TH_OP_FULLY_CONNECTED) return g->tensors[n->in[r->w]].shape.d[1] % channels == 0;
    return last_dim(g, n->in[r->x]) == channels;
}

static bool find_pair(const th_graph *g, int32_t first, th_pair *p)
{
    const th_node *n = &g->nodes[first];
    const th_rule *r = th_rule_find(n->op);
    if (!has_own_weights(g, n, r) || !is_homogeneous(act_of(n))) return false;
    const int32_t channels = last_dim(g, n->out[0]);
    int32_t t = n->out[0], second = only_reader(g, t);
    while (second >= 0 && g->nodes[second].in[0] == t && passes(g, &g->nodes[second], channels)) {
        t = g->nodes[second].out[0];
        second = only_reader(g, t);
    }
    if (second < 0) return false;
    const th_node *to = &g->nodes[second];
    const th_rule *rule = th_rule_find(to->op);
    if (!has_own_weights(g, to, rule) || to->in[rule->x] != t || !reads_channels(g, to, rule, channels)) return false;
    *p = (th_pair){first, second, channels};
    return true;
}

int32_t th_pairs_find(const th_graph *g, th_pair *pairs)
{
    int32_t n = 0;
    for (int32_t i = 0; i < g->n_nodes; i++)
        if (find_pair(g, i, &pairs[n])) n++;
    return n;
}

/* ---- scaling them ---- */

typedef struct equaliser {
    th_model *model;
    th_graph *g;
    th_pair *pairs;
    int32_t n;
    float **data; /* [n_tensors] values that may be changed; NULL: not copied yet */
    double *r1, *r2, *s;
    th_why *why;
} equaliser;

static void free_equaliser(equaliser *e)
{
    free(e->pairs);
    free(e->data);
    free(e->r1);
}

static float *values(equaliser *e, int32_t tensor)
{
    th_tensor *t = &e->g->tensors[tensor];
    const size_t bytes = th_tensor_bytes(t);
    if (e->data[tensor]) return e->data[tensor];
    float *copy = th_model_alloc(e->model, bytes + 1, 1);
    if (!copy) return NULL;
    memcpy(copy, t->data, bytes);
    t->data = e->data[tensor] = copy;
    return copy;
}

static th_err no_memory(th_why *why)
{
    return th_why_set(why, TH_ENOMEM, "no memory to equalise the model");
}

/* A model of our own, by way of the file form. */
static th_err open_copy(const th_model *f32, equaliser *e)
{
    uint8_t *bytes = NULL;
    size_t n = 0;
    TH_TRY(th_model_to_tflite(f32, &bytes, &n, e->why));
    const th_err err = th_model_from_tflite((th_span){bytes, n}, &e->model, e->why);
    free(bytes);
    if (err) return err;
    e->g = &e->model->graphs[0];
    e->pairs = calloc((size_t)e->g->n_nodes + 1, sizeof *e->pairs);
    e->data = calloc((size_t)e->g->n_tensors + 1, sizeof *e->data);
    if (!e->pairs || !e->data) return no_memory(e->why);
    e->n = th_pairs_find(e->g, e->pairs);
    int32_t most = 1;
    for (int32_t i = 0; i < e->n; i++)
        if (e->pairs[i].channels > most) most = e->pairs[i].channels;
    e->r1 = calloc(3 * (size_t)most, sizeof *e->r1);
    if (!e->r1) return no_memory(e->why);
    e->r2 = e->r1 + most;
    e->s = e->r2 + most;
    return TH_OK;
}

/* Output channel of weight i. */
static int32_t made_by(const th_shape *w, const th_rule *r, int32_t i)
{
    int32_t inner = 1;
    for (int32_t k = r->axis + 1; k < w->rank; k++) inner *= w->d[k];
    return i / inner % w->d[r->axis];
}

/* Input channel that weight i reads, of `channels`. */
static int32_t read_by(const th_node *n, const th_shape *w, int32_t channels, int32_t i)
{
    if (n->op == TH_OP_FULLY_CONNECTED) return i % w->d[1] % channels;
    if (n->op == TH_OP_DEPTHWISE_CONV_2D) return i % w->d[3] / (w->d[3] / channels);
    if (n->op == TH_OP_TRANSPOSE_CONV) return i % w->d[3];
    const int32_t per_group = w->d[0] / (channels / w->d[3]), out = i / (w->d[1] * w->d[2] * w->d[3]);
    return out / per_group * w->d[3] + i % w->d[3];
}

/* Channels by s: what makes them is divided, what reads them multiplied. */
static th_err scale_pair(equaliser *e, const th_pair *p)
{
    const th_node *a = &e->g->nodes[p->first], *b = &e->g->nodes[p->second];
    const th_rule *ra = th_rule_find(a->op), *rb = th_rule_find(b->op);
    const th_shape *wa = &e->g->tensors[a->in[ra->w]].shape, *wb = &e->g->tensors[b->in[rb->w]].shape;
    const int32_t bias = th_rule_bias(ra, a);
    float *first = values(e, a->in[ra->w]), *second = values(e, b->in[rb->w]);
    float *shift = bias >= 0 ? values(e, a->in[bias]) : NULL;
    if (!first || !second || (bias >= 0 && !shift)) return no_memory(e->why);
    for (int32_t i = 0; i < th_shape_count(wa); i++) first[i] = (float)((double)first[i] / e->s[made_by(wa, ra, i)]);
    for (int32_t c = 0; shift && c < p->channels; c++) shift[c] = (float)((double)shift[c] / e->s[c]);
    for (int32_t i = 0; i < th_shape_count(wb); i++)
        second[i] = (float)((double)second[i] * e->s[read_by(b, wb, p->channels, i)]);
    return TH_OK;
}

/* s of each channel; returns the largest |log s|. */
static double balance(equaliser *e, const th_pair *p)
{
    const th_node *a = &e->g->nodes[p->first], *b = &e->g->nodes[p->second];
    const th_rule *ra = th_rule_find(a->op), *rb = th_rule_find(b->op);
    const th_tensor *wa = &e->g->tensors[a->in[ra->w]], *wb = &e->g->tensors[b->in[rb->w]];
    const int32_t at = th_rule_bias(ra, a);
    const float *bias = at >= 0 ? e->g->tensors[a->in[at]].data : NULL;
    double most = 0.0;
    for (int32_t c = 0; c < p->channels; c++) e->r1[c] = e->r2[c] = 0.0;
    for (int32_t i = 0; i < th_shape_count(&wa->shape); i++) {
        double *r = &e->r1[made_by(&wa->shape, ra, i)];
        *r = fmax(*r, fabs((double)((const float *)wa->data)[i]));
    }
    for (int32_t c = 0; bias && c < p->channels; c++) e->r1[c] = fmax(e->r1[c], fabs((double)bias[c]));
    for (int32_t i = 0; i < th_shape_count(&wb->shape); i++) {
        double *r = &e->r2[read_by(b, &wb->shape, p->channels, i)];
        *r = fmax(*r, fabs((double)((const float *)wb->data)[i]));
    }
    for (int32_t c = 0; c < p->channels; c++) {
        const bool both = e->r1[c] > 1e-30 && e->r2[c] > 1e-30 && isfinite(e->r1[c]) && isfinite(e->r2[c]);
        e->s[c] = both ? fmax(1e-6, fmin(1e6, sqrt(e->r1[c] / e->r2[c]))) : 1.0; /* nothing there: leave it */
        most = fmax(most, fabs(log(e->s[c])));
    }
    return most;
}

static th_err equalise(equaliser *e)
{
    double most = 1.0;
    for (int round = 0; round < ROUNDS && most > 1e-3; round++) {
        most = 0.0;
        for (int32_t i = 0; i < e->n; i++) {
            most = fmax(most, balance(e, &e->pairs[i]));
            TH_TRY(scale_pair(e, &e->pairs[i]));
        }
    }
    return TH_OK;
}

static th_err finish(equaliser *e, th_err err, th_model **out)
{
    free_equaliser(e);
    if (err)
        th_model_free(e->model);
    else
        *out = e->model;
    return err;
}

th_err th_equalise(const th_model *f32, th_model **equal, int32_t *n_pairs, th_why *why)
{
    equaliser e = {.why = why};
    th_err err = open_copy(f32, &e);
    if (!err) err = equalise(&e);
    *n_pairs = e.n;
    return finish(&e, err, equal);
}

static th_err stretch(equaliser *e, int32_t first, int32_t channel, double factor)
{
    for (int32_t i = 0; i < e->n; i++) {
        if (e->pairs[i].first != first) continue;
        if (channel < 0 || channel >= e->pairs[i].channels || !(factor > 0.0) || !isfinite(factor))
            return th_why_set(e->why, TH_ERANGE, "operator %ld has channels 0 to %ld, and the factor must be above 0",
                              (long)first, (long)e->pairs[i].channels - 1);
        for (int32_t c = 0; c < e->pairs[i].channels; c++) e->s[c] = c == channel ? 1.0 / factor : 1.0;
        return scale_pair(e, &e->pairs[i]);
    }
    return th_why_set(e->why, TH_ERANGE,
                      "operator %ld is not followed, through ReLU or pools alone, by another one with weights",
                      (long)first);
}

th_err th_stretch(const th_model *f32, int32_t first, int32_t channel, double factor, th_model **out, th_why *why)
{
    equaliser e = {.why = why};
    th_err err = open_copy(f32, &e);
    if (!err) err = stretch(&e, first, channel, factor);
    return finish(&e, err, out);
}
