#include "compress/quantize.h"

#include "compress/calibrate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct quantizer {
    const th_quantize_job *job;
    const th_graph *f32;
    th_graph *g; /* the int8 graph: same tensor and node numbers */
    th_model *model;
    const th_calibration *cal;
    th_why *why;
} quantizer;

static th_err no_memory(th_why *why)
{
    return th_why_set(why, TH_ENOMEM, "no memory to quantise the model");
}

static void *keep(quantizer *q, const void *from, size_t n, size_t size)
{
    void *p = th_model_alloc(q->model, n ? n : 1, size);
    if (p && n) memcpy(p, from, n * size);
    return p;
}

/* Same tensors, names and nodes in memory of the new model; float data is left out. */
static th_err copy_graph(quantizer *q)
{
    const th_graph *f = q->f32;
    q->model->n_graphs = 1;
    q->model->graphs = q->g = keep(q, f, 1, sizeof *f);
    if (!q->g) return no_memory(q->why);
    q->g->all = NULL; /* a graph of its own, with places of its own */
    q->g->n_all = 0;
    q->g->fixed = NULL;
    q->g->notes = NULL;
    q->g->tensors = keep(q, f->tensors, (size_t)f->n_tensors, sizeof *f->tensors);
    q->g->nodes = keep(q, f->nodes, (size_t)f->n_nodes, sizeof *f->nodes);
    q->g->inputs = keep(q, f->inputs, (size_t)f->n_inputs, sizeof *f->inputs);
    q->g->outputs = keep(q, f->outputs, (size_t)f->n_outputs, sizeof *f->outputs);
    q->g->name = keep(q, f->name, strlen(f->name) + 1, 1);
    q->model->description = "thimble int8";
    if (!q->g->tensors || !q->g->nodes || !q->g->inputs || !q->g->outputs || !q->g->name) return no_memory(q->why);
    for (int32_t i = 0; i < f->n_tensors; i++) {
        const th_tensor *from = &f->tensors[i];
        th_tensor *t = &q->g->tensors[i];
        t->name = keep(q, from->name, strlen(from->name) + 1, 1);
        t->data = from->data && from->type != TH_F32 ? keep(q, from->data, th_tensor_bytes(from), 1) : NULL;
        if (!t->name || (from->data && from->type != TH_F32 && !t->data)) return no_memory(q->why);
    }
    for (int32_t i = 0; i < f->n_nodes; i++) {
        th_node *n = &q->g->nodes[i];
        n->in = keep(q, f->nodes[i].in, (size_t)n->n_in, sizeof *n->in);
        n->out = keep(q, f->nodes[i].out, (size_t)n->n_out, sizeof *n->out);
        if (!n->in || !n->out) return no_memory(q->why);
        n->intermediate = NULL;
        n->n_intermediate = 0;
        n->file_version = n->file_options = 0; /* another type: another version */
    }
    return TH_OK;
}

/* Gives a tensor n scales, all zero for the caller to fill. */
static th_err set_quant(quantizer *q, th_tensor *t, int32_t n, int32_t axis, float **scale, int32_t **zero)
{
    *scale = th_model_alloc(q->model, (size_t)n, sizeof **scale);
    *zero = th_model_alloc(q->model, (size_t)n, sizeof **zero);
    if (!*scale || !*zero) return no_memory(q->why);
    t->quant = (th_quant){*scale, *zero, n, axis};
    return TH_OK;
}

/* An activation with the range that calibration chose. */
static th_err quantise_activation(quantizer *q, int32_t tensor)
{
    th_tensor *t = &q->g->tensors[tensor];
    float *scale = NULL;
    int32_t *zero = NULL;
    TH_TRY(set_quant(q, t, 1, 0, &scale, &zero));
    th_range_to_s8(q->cal->lo[tensor], q->cal->hi[tensor], scale, zero);
    t->type = TH_S8;
    return TH_OK;
}

static th_err fixed_activation(quantizer *q, int32_t tensor, float step, int32_t at)
{
    th_tensor *t = &q->g->tensors[tensor];
    float *scale = NULL;
    int32_t *zero = NULL;
    TH_TRY(set_quant(q, t, 1, 0, &scale, &zero));
    *scale = step;
    *zero = at;
    t->type = TH_S8;
    return TH_OK;
}

/* ---- weights ---- */

/* One operator with weights while it is quantised. Element i of the weights belongs to output channel
 * (i / inner) % n_out. */
typedef struct weighted {
    const th_node *node;
    int32_t index;
    const th_tensor *in; /* int8 by now */
    const float *w, *b;  /* b may be NULL */
    int32_t n_w, n_out, inner, axis;
    bool per_channel;
    int8_t *w8;
    float *scale; /* [n_out or 1] */
} weighted;

static int32_t channel(const weighted *l, int32_t i)
{
    return i / l->inner % l->n_out;
}

static float scale_of(const weighted *l, int32_t c)
{
    return l->scale[l->per_channel ? c : 0];
}

static th_err open_weighted(quantizer *q, int32_t index, weighted *l)
{
    const th_node *n = &q->f32->nodes[index];
    const char *name = th_op_find((int32_t)n->op)->name;
    const int32_t bias = n->n_in > 2 ? n->in[2] : -1;
    const th_tensor *w = &q->f32->tensors[n->in[1]];
    if (!w->data || q->g->tensors[n->in[1]].data ||
        (bias >= 0 && (!q->f32->tensors[bias].data || q->g->tensors[bias].data)))
        return th_why_set(q->why, TH_EUNSUP,
                          "operator %ld (%s) cannot become int8: its weights are not constant, or another "
                          "operator uses them too",
                          (long)index, name);
    const int32_t axis = n->op == TH_OP_DEPTHWISE_CONV_2D ? 3 : 0;
    *l = (weighted){.node = n,
                    .index = index,
                    .in = &q->g->tensors[n->in[0]],
                    .w = w->data,
                    .axis = axis,
                    .b = bias >= 0 ? q->f32->tensors[bias].data : NULL,
                    .n_w = th_shape_count(&w->shape),
                    .n_out = w->shape.d[axis],
                    .inner = 1,
                    .per_channel = n->op != TH_OP_FULLY_CONNECTED};
    for (int32_t k = axis + 1; k < w->shape.rank; k++) l->inner *= w->shape.d[k];
    for (int32_t i = 0; i < l->n_w + (l->b ? l->n_out : 0); i++)
        if (!isfinite(i < l->n_w ? l->w[i] : l->b[i - l->n_w]))
            return th_why_set(q->why, TH_EFORMAT,
                              "operator %ld (%s) has a weight that is infinite or no number: train again", (long)index,
                              name);
    return TH_OK;
}

/* Symmetric scales: the largest weight becomes 127.  A channel of tiny weights beside a large bias gets a coarser
 * scale, so that its bias fits 30 bits. */
static void choose_scales(weighted *l, int32_t n_scales)
{
    float all = 0.0f;
    for (int32_t i = 0; i < l->n_w; i++) {
        float *s = &l->scale[l->per_channel ? channel(l, i) : 0];
        *s = fmaxf(*s, fabsf(l->w[i]) / 127.0f);
        all = fmaxf(all, *s);
    }
    if (!(all > 1e-20f)) all = 1.0f;
    const double in = (double)l->in->quant.scale[0];
    for (int32_t c = 0; c < n_scales; c++)
        if (l->scale[c] < all * 1e-6f) l->scale[c] = all * 1e-6f; /* also a channel of zeros */
    for (int32_t c = 0; l->b && c < l->n_out; c++) {
        float *s = &l->scale[l->per_channel ? c : 0];
        const double least = fabs((double)l->b[c]) / (in * 1073741824.0);
        if ((double)*s < least) *s = (float)(least * 1.0001);
    }
}

static void round_weights(weighted *l)
{
    for (int32_t i = 0; i < l->n_w; i++) {
        const float v = roundf(l->w[i] / scale_of(l, channel(l, i)));
        l->w8[i] = (int8_t)(v > 127.0f ? 127.0f : v < -127.0f ? -127.0f : v);
    }
}

static th_err quantise_weights(quantizer *q, weighted *l)
{
    th_tensor *t = &q->g->tensors[l->node->in[1]];
    const int32_t n_scales = l->per_channel ? l->n_out : 1;
    int32_t *zero = NULL;
    TH_TRY(set_quant(q, t, n_scales, l->per_channel ? l->axis : 0, &l->scale, &zero));
    l->w8 = th_model_alloc(q->model, (size_t)l->n_w + 1, 1);
    if (!l->w8) return no_memory(q->why);
    choose_scales(l, n_scales);
    round_weights(l);
    t->type = TH_S8;
    t->data = l->w8;
    return TH_OK;
}

/* Mean of the calibration values that weight i is multiplied with: per feature for FULLY_CONNECTED, else over all
 * places of its input channel. means: [input channels] or [features]. */
static double mean_input(const weighted *l, const double *means, int32_t n_means, int32_t i)
{
    if (l->node->op == TH_OP_DEPTHWISE_CONV_2D) return means[channel(l, i) / (l->n_out / n_means)];
    return means[i % n_means];
}

/* Means per channel (last dimension) or per feature; fresh memory. */
static double *input_means(const quantizer *q, const weighted *l, int32_t *n_means)
{
    const int32_t in = l->node->in[0];
    const th_shape *s = &q->f32->tensors[in].shape;
    const int32_t n = th_shape_count(s);
    if (n < 1 || q->cal->mean_start[in] == SIZE_MAX) return NULL;
    *n_means = l->node->op == TH_OP_FULLY_CONNECTED ? l->inner : s->d[s->rank - 1];
    double *means = calloc((size_t)*n_means, sizeof *means);
    for (int32_t i = 0; means && i < n; i++)
        means[i % *n_means] += q->cal->mean[q->cal->mean_start[in] + (size_t)i] * *n_means / n;
    return means;
}

/* shift[c] += sum over taps of (w - rounded w) * mean input: what rounding takes from the mean of channel c.
 * Source: Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction", 2019, section 4.2. */
static th_err bias_shift(const quantizer *q, const weighted *l, double *shift)
{
    int32_t n_means = 0;
    double *means = input_means(q, l, &n_means);
    if (!means) return no_memory(q->why);
    const bool grouped = l->node->op == TH_OP_CONV_2D && q->f32->tensors[l->node->in[1]].shape.d[3] != n_means;
    for (int32_t i = 0; i < l->n_w && !grouped; i++) {
        const int32_t c = channel(l, i);
        const double lost = (double)l->w[i] - (double)scale_of(l, c) * l->w8[i];
        shift[c] += lost * mean_input(l, means, n_means, i);
    }
    free(means);
    return TH_OK;
}

static th_err fill_bias(quantizer *q, weighted *l, th_tensor *t, double *shift)
{
    const int32_t n_scales = l->per_channel ? l->n_out : 1;
    float *scale = NULL;
    int32_t *zero = NULL;
    TH_TRY(set_quant(q, t, n_scales, 0, &scale, &zero));
    if (q->job->correct_bias) TH_TRY(bias_shift(q, l, shift));
    int32_t *b = th_model_alloc(q->model, (size_t)l->n_out, sizeof *b);
    if (!b) return no_memory(q->why);
    for (int32_t c = 0; c < n_scales; c++) scale[c] = l->in->quant.scale[0] * l->scale[c];
    for (int32_t c = 0; c < l->n_out; c++) {
        const double v = round(((double)l->b[c] + shift[c]) / ((double)l->in->quant.scale[0] * (double)scale_of(l, c)));
        b[c] = (int32_t)fmax(-2147483647.0, fmin(2147483647.0, v));
    }
    t->type = TH_S32;
    t->data = b;
    return TH_OK;
}

static th_err quantise_weighted(quantizer *q, int32_t index)
{
    weighted l = {0};
    TH_TRY(open_weighted(q, index, &l));
    TH_TRY(quantise_weights(q, &l));
    if (!l.b) return TH_OK;
    double *shift = calloc((size_t)l.n_out + 1, sizeof *shift);
    if (!shift) return no_memory(q->why);
    const th_err err = fill_bias(q, &l, &q->g->tensors[l.node->in[2]], shift);
    free(shift);
    return err;
}

/* ---- the graph ---- */

static th_err quantise_node(quantizer *q, int32_t index)
{
    const th_node *n = &q->g->nodes[index];
    const th_tensor *in = &q->g->tensors[n->in[0]];
    th_tensor *out = &q->g->tensors[n->out[0]];
    if (in->type != TH_S8 || in->data || q->f32->tensors[n->out[0]].type != TH_F32)
        return th_why_set(q->why, TH_EUNSUP, "operator %ld (%s) cannot become int8: its input is no float activation",
                          (long)index, th_op_find((int32_t)n->op)->name);
    switch ((int)n->op) {
    case TH_OP_CONV_2D:
    case TH_OP_DEPTHWISE_CONV_2D:
    case TH_OP_FULLY_CONNECTED: TH_TRY(quantise_activation(q, n->out[0])); return quantise_weighted(q, index);
    case TH_OP_AVERAGE_POOL_2D:
    case TH_OP_MAX_POOL_2D:
    case TH_OP_RESHAPE:
    case TH_OP_RELU6: /* TFLite Micro ignores a RELU6's two scales: they have to be equal */
        out->type = TH_S8;
        out->quant = in->quant;
        return TH_OK;
    case TH_OP_RELU: return quantise_activation(q, n->out[0]);
    case TH_OP_SOFTMAX: return fixed_activation(q, n->out[0], 1.0f / 256.0f, -128);
    default:
        return th_why_set(q->why, TH_EUNSUP, "operator %ld (%s) has no int8 form in thimble quantize", (long)index,
                          th_op_find((int32_t)n->op)->name);
    }
}

static th_err quantise_graph(quantizer *q)
{
    TH_TRY(copy_graph(q));
    TH_TRY(quantise_activation(q, q->g->inputs[0]));
    for (int32_t i = 0; i < q->g->n_nodes; i++) TH_TRY(quantise_node(q, i));
    return TH_OK;
}

static th_err check_job(const th_quantize_job *job, th_why *why)
{
    const th_graph *g = &job->model->graphs[0];
    if (job->n_samples < 1) return th_why_set(why, TH_ERANGE, "quantising needs at least one calibration sample");
    if (g->n_inputs != 1 || g->n_outputs < 1 || g->tensors[g->inputs[0]].type != TH_F32)
        return th_why_set(why, TH_EUNSUP, "only a float model with one input can be quantised; this one's input is %s",
                          g->n_inputs ? th_type_name(g->tensors[g->inputs[0]].type) : "missing");
    for (int32_t i = 0; i < g->n_nodes; i++)
        for (int32_t k = 0; k < g->nodes[i].n_in; k++) {
            const int32_t t = g->nodes[i].in[k];
            if (t >= 0 && g->tensors[t].type != TH_F32 && g->tensors[t].type != TH_S32)
                return th_why_set(why, TH_EUNSUP, "operator %ld (%s) has %s values: the model is not a float one",
                                  (long)i, th_op_find((int32_t)g->nodes[i].op)->name, th_type_name(g->tensors[t].type));
        }
    return TH_OK;
}

/* Rows of the report; the int8 plan is made in any case, so that a model that cannot run is never returned. */
static th_err compare(const th_quantize_job *job, const th_plan *f32, const th_model *model, th_layer_error **layers,
                      int32_t *n_layers, th_why *why)
{
    th_plan *s8 = NULL;
    TH_TRY(th_plan_make_host(&model->graphs[0], &s8, why));
    th_err err = TH_OK;
    if (layers) {
        *n_layers = model->graphs[0].n_nodes;
        *layers = calloc((size_t)*n_layers + 1, sizeof **layers);
        err = *layers ? th_compare_layers(job, f32, s8, *layers, why) : no_memory(why);
        if (err) free(*layers);
    }
    th_plan_free(s8);
    return err;
}

th_err th_quantize(const th_quantize_job *job, th_model **model, th_layer_error **layers, int32_t *n_layers,
                   th_why *why)
{
    th_plan *plan = NULL;
    th_calibration cal = {0};
    quantizer q = {.job = job, .f32 = &job->model->graphs[0], .cal = &cal, .why = why};
    TH_TRY(check_job(job, why));
    TH_TRY(th_plan_make_host(q.f32, &plan, why));
    th_err err = th_calibrate(job, plan, &cal, why);
    if (!err) err = th_model_new(&q.model, why);
    if (!err) err = quantise_graph(&q);
    if (!err) err = compare(job, plan, q.model, layers, n_layers, why);
    th_calibration_free(&cal);
    th_plan_free(plan);
    if (err)
        th_model_free(q.model);
    else
        *model = q.model;
    return err;
}
