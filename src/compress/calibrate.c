#include "compress/calibrate.h"

#include "dsp/frontend.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_COMPARED 100 /* samples: decibels do not change by more */

static bool is_activation(const th_tensor *t)
{
    return !t->data && t->type == TH_F32;
}

/* Starts of the float activations in one long array; returns its length. */
static size_t lay_out(const th_graph *g, size_t *start)
{
    size_t n = 0;
    for (int32_t i = 0; i < g->n_tensors; i++) {
        start[i] = is_activation(&g->tensors[i]) ? n : SIZE_MAX;
        if (start[i] != SIZE_MAX) n += (size_t)th_shape_count(&g->tensors[i].shape);
    }
    return n;
}

typedef struct pass {
    const th_graph *g;
    th_histogram *h;
    th_calibration *c;
    bool counting; /* second pass */
} pass;

static void see_tensor(pass *p, int32_t tensor, const float *v)
{
    const int32_t n = th_shape_count(&p->g->tensors[tensor].shape);
    if (!p->counting) {
        th_histogram_limits(&p->h[tensor], v, n);
        return;
    }
    th_histogram_count(&p->h[tensor], v, n);
    double *mean = p->c->mean + p->c->mean_start[tensor];
    for (int32_t i = 0; i < n; i++) mean[i] += (double)v[i];
}

static void on_layer(void *ctx, int32_t node, int32_t tensor, const void *data)
{
    pass *p = ctx;
    (void)node;
    if (is_activation(&p->g->tensors[tensor])) see_tensor(p, tensor, data);
}

static th_err run_pass(const th_quantize_job *job, pass *p, th_runner *r)
{
    float *x = th_runner_input(r, 0);
    const int32_t in = p->g->inputs[0];
    for (int32_t i = 0; i < job->n_samples; i++) {
        job->sample(job->ctx, i, x);
        see_tensor(p, in, x);
        TH_TRY(th_runner_invoke(r, on_layer, p));
        if (job->on_progress && i % 16 == 0)
            job->on_progress(job->ctx, 0.45 * ((p->counting ? 1.0 : 0.0) + (double)i / job->n_samples));
    }
    return TH_OK;
}

static th_err choose_ranges(const th_quantize_job *job, const pass *p, th_why *why)
{
    for (int32_t i = 0; i < p->g->n_tensors; i++) {
        if (p->c->mean_start[i] == SIZE_MAX) continue;
        const th_histogram *h = &p->h[i];
        const int64_t seen = (int64_t)th_shape_count(&p->g->tensors[i].shape) * job->n_samples;
        if (h->n != 0 && h->n != seen)
            return th_why_set(why, TH_EFORMAT,
                              "tensor %ld of the float model is infinite or no number for some samples: train again",
                              (long)i);
        th_range_choose(h, job->method, &p->c->lo[i], &p->c->hi[i]);
    }
    return TH_OK;
}

static th_err calibrate(const th_quantize_job *job, const th_plan *plan, th_calibration *c, th_histogram *h,
                        th_why *why)
{
    const th_graph *g = plan->graph;
    th_runner *r = NULL;
    const size_t n_mean = lay_out(g, c->mean_start);
    c->mean = calloc(n_mean + 1, sizeof *c->mean);
    if (!c->mean) return th_why_set(why, TH_ENOMEM, "no memory for calibration");
    for (int32_t i = 0; i < g->n_tensors; i++) th_histogram_start(&h[i]);
    TH_TRY(th_runner_new(plan, &r, why));
    pass p = {g, h, c, false};
    th_err err = run_pass(job, &p, r);
    p.counting = true;
    th_runner_reset(r);
    if (!err) err = run_pass(job, &p, r);
    th_runner_free(r);
    if (err) return th_why_set(why, err, "%s", th_err_text(err));
    for (size_t i = 0; i < n_mean; i++) c->mean[i] /= job->n_samples;
    return choose_ranges(job, &p, why);
}

th_err th_calibrate(const th_quantize_job *job, const th_plan *plan, th_calibration *c, th_why *why)
{
    const size_t n = (size_t)plan->graph->n_tensors + 1;
    *c = (th_calibration){
        .lo = calloc(n, sizeof *c->lo), .hi = calloc(n, sizeof *c->hi), .mean_start = calloc(n, sizeof *c->mean_start)};
    th_histogram *h = calloc(n, sizeof *h);
    const th_err err = c->lo && c->hi && c->mean_start && h ? calibrate(job, plan, c, h, why)
                                                            : th_why_set(why, TH_ENOMEM, "no memory for calibration");
    free(h);
    if (err) th_calibration_free(c);
    return err;
}

void th_calibration_free(th_calibration *c)
{
    free(c->lo);
    free(c->hi);
    free(c->mean);
    free(c->mean_start);
    *c = (th_calibration){0};
}

/* ---- float against int8 ---- */

typedef struct compare {
    const th_graph *f32, *s8;
    float *value;           /* the float activations of this sample */
    size_t *start;          /* [n_tensors] in value */
    double *signal, *noise; /* [n_nodes] */
} compare;

static void keep_float(void *ctx, int32_t node, int32_t tensor, const void *data)
{
    compare *c = ctx;
    (void)node;
    if (c->start[tensor] == SIZE_MAX) return;
    memcpy(c->value + c->start[tensor], data, th_tensor_bytes(&c->f32->tensors[tensor]));
}

static void hold_against(void *ctx, int32_t node, int32_t tensor, const void *data)
{
    compare *c = ctx;
    const th_tensor *t = &c->s8->tensors[tensor];
    if (c->start[tensor] == SIZE_MAX || t->type != TH_S8 || t->quant.n != 1) return;
    const float *want = c->value + c->start[tensor];
    const int8_t *q = data;
    const int32_t n = th_shape_count(&t->shape);
    for (int32_t i = 0; i < n; i++) {
        const double x = (double)want[i], got = (double)t->quant.scale[0] * (q[i] - t->quant.zero[0]);
        c->signal[node] += x * x;
        c->noise[node] += (x - got) * (x - got);
    }
}

static th_err compare_samples(const th_quantize_job *job, compare *c, th_runner *f32, th_runner *s8)
{
    const th_tensor *in = &c->s8->tensors[c->s8->inputs[0]];
    const int32_t n = job->n_samples < MAX_COMPARED ? job->n_samples : MAX_COMPARED, n_in = th_shape_count(&in->shape);
    for (int32_t i = 0; i < n; i++) {
        float *x = th_runner_input(f32, 0);
        job->sample(job->ctx, i, x);
        th_features_to_s8(x, n_in, in->quant.scale[0], in->quant.zero[0], th_runner_input(s8, 0));
        TH_TRY(th_runner_invoke(f32, keep_float, c));
        TH_TRY(th_runner_invoke(s8, hold_against, c));
        if (job->on_progress) job->on_progress(job->ctx, 0.9 + 0.1 * (i + 1) / n);
    }
    return TH_OK;
}

static void fill_rows(const compare *c, th_layer_error *rows)
{
    for (int32_t i = 0; i < c->s8->n_nodes; i++) {
        const th_node *n = &c->s8->nodes[i];
        const th_tensor *t = &c->s8->tensors[n->out[0]];
        const double ratio = c->noise[i] > 0.0 ? c->signal[i] / c->noise[i] : 1e20;
        rows[i] = (th_layer_error){.node = i,
                                   .op = th_op_find((int32_t)n->op)->name,
                                   .name = t->name,
                                   .snr_db = ratio > 1e-20 ? fmin(200.0, 10.0 * log10(ratio)) : -200.0,
                                   .scale = t->quant.n ? t->quant.scale[0] : 0.0f,
                                   .zero = t->quant.n ? t->quant.zero[0] : 0};
    }
}

th_err th_compare_layers(const th_quantize_job *job, const th_plan *f32, const th_plan *s8, th_layer_error *rows,
                         th_why *why)
{
    const size_t n_nodes = (size_t)f32->graph->n_nodes + 1, n_tensors = (size_t)f32->graph->n_tensors + 1;
    compare c = {.f32 = f32->graph,
                 .s8 = s8->graph,
                 .start = calloc(n_tensors, sizeof(size_t)),
                 .signal = calloc(n_nodes, sizeof(double)),
                 .noise = calloc(n_nodes, sizeof(double))};
    th_runner *a = NULL, *b = NULL;
    if (c.start) c.value = calloc(lay_out(c.f32, c.start) + 1, sizeof *c.value);
    th_err err = c.value && c.signal && c.noise ? TH_OK : th_why_set(why, TH_ENOMEM, "no memory to compare layers");
    if (!err) err = th_runner_new(f32, &a, why);
    if (!err) err = th_runner_new(s8, &b, why);
    if (!err) {
        err = compare_samples(job, &c, a, b);
        if (err) err = th_why_set(why, err, "%s", th_err_text(err));
    }
    if (!err) fill_rows(&c, rows);
    th_runner_free(a);
    th_runner_free(b);
    free(c.start);
    free(c.value);
    free(c.signal);
    free(c.noise);
    return err;
}
