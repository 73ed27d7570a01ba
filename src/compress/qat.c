#include "compress/qat.h"

#include "train/export.h"

#include <stdlib.h>
#include <string.h>

typedef struct qat {
    const th_qat_job *job;
    th_import im;
    th_exported where[TH_MAX_LAYERS]; /* tensors of the float graph */
    th_scale *scale;                  /* [n_tensors] of activations */
    th_precision *precision;          /* [n_nodes] */
    th_precision ends;
    /* of the weights of the moment */
    th_model *f32;
    th_converted integer;
    th_plan *plan;
    th_runner *runner[TH_MAX_MEMBERS];
    th_err err[TH_MAX_MEMBERS]; /* of a run, which cannot report it itself */
} qat;

/* ---- the scales, once ---- */

/* The net of the description with the trained weights, and its graph, whose tensors are numbered as later ones' are. */
static th_err first_graph(qat *q, th_model **base, th_why *why)
{
    th_net *net = NULL;
    TH_TRY(th_import_graph(&q->job->model->graphs[0], &q->im, why));
    TH_TRY(th_net_new(&q->im.spec, &(th_net_options){.batch = 1, .n_members = 1}, &net, why));
    th_net_init(net, 0);
    th_import_apply(&q->im, net);
    net->loss = q->job->train->cfg.loss;
    const th_err err = th_net_export_map(net, q->where, base, why);
    th_net_free(net);
    return err;
}

static th_err keep_scales(qat *q, const th_graph *g, const th_converted *c, th_why *why)
{
    q->scale = calloc((size_t)g->n_tensors + 1, sizeof *q->scale);
    if (!q->scale) return th_why_set(why, TH_ENOMEM, "out of memory");
    for (int32_t t = 0; t < g->n_tensors; t++) {
        if (!th_is_activation(g, t) || c->tensor[t] < 0) continue;
        const th_tensor *home = &c->model->graphs[0].tensors[c->tensor[t]];
        if (home->quant.n == 1) q->scale[t] = (th_scale){home->quant.scale[0], home->quant.zero[0]};
    }
    return TH_OK;
}

static th_err calibrate(qat *q, const th_model *base, th_why *why)
{
    th_quantizer *z = NULL;
    th_converted c = {0};
    th_quantize_settings s = q->job->settings;
    const th_quantize_job job = {.model = base, .samples = q->job->samples, .settings = s};
    s.correct_bias = false; /* training does that */
    q->ends = s.ends == TH_ENDS_S16 ? TH_P_S16 : s.ends == TH_ENDS_F32 ? TH_P_F32 : TH_P_S8;
    q->precision = calloc((size_t)base->graphs[0].n_nodes + 1, sizeof *q->precision);
    th_err err = q->precision ? th_quantizer_new(&job, &z, why) : th_why_set(why, TH_ENOMEM, "out of memory");
    if (!err) err = th_quantizer_precision(z, &s, q->precision, why);
    if (!err) err = th_quantizer_make(z, &s, &c, why);
    if (!err) err = keep_scales(q, &base->graphs[0], &c, why);
    th_converted_free(&c);
    th_quantizer_free(z);
    return err;
}

/* ---- the integer network of the moment ---- */

static void drop_network(qat *q)
{
    for (int i = 0; i < TH_MAX_MEMBERS; i++) {
        th_runner_free(q->runner[i]);
        q->runner[i] = NULL;
    }
    th_plan_free(q->plan);
    q->plan = NULL;
    th_converted_free(&q->integer);
    q->integer = (th_converted){0};
    th_model_free(q->f32);
    q->f32 = NULL;
}

static th_err prepare(void *ctx, th_net *net, th_why *why)
{
    qat *q = ctx;
    for (int i = 0; i < net->n_members; i++)
        if (q->err[i]) return th_why_set(why, q->err[i], "the integer network could not be run");
    drop_network(q);
    TH_TRY(th_net_export_map(net, q->where, &q->f32, why));
    const th_convert_job job = {.model = q->f32,
                                .precision = q->precision,
                                .input = q->ends,
                                .output = q->ends,
                                .s8 = q->scale,
                                .s16 = q->scale};
    TH_TRY(th_convert(&job, &q->integer, why));
    TH_TRY(th_plan_make_quick(&q->integer.model->graphs[0], &q->plan, why));
    for (int i = 0; i < net->n_members; i++) TH_TRY(th_runner_new(q->plan, &q->runner[i], why));
    return TH_OK;
}

/* ---- its values -> the stages ---- */

typedef struct collector {
    const qat *q;
    th_net *net;
    int32_t n; /* sample */
} collector;

static void put(const th_stage *st, const th_tensor *t, const void *data, int32_t n, float *to)
{
    const int32_t c = st->layer.out_c, s = st->s;
    to += (size_t)n * th_stage_floats(st);
    for (int32_t p = 0; p < st->out_px; p++)
        for (int32_t i = 0; i < c; i++) to[p * s + i] = th_tensor_real(t, data, p * c + i);
}

static void collect(void *ctx, int32_t node, int32_t tensor, const void *data)
{
    const collector *k = ctx;
    const th_tensor *t = &k->q->plan->graph->tensors[tensor];
    (void)node;
    for (int32_t i = 0; i < k->net->n_stages; i++) {
        const th_stage *st = &k->net->stage[i];
        if (k->q->integer.tensor[k->q->where[i].plain] == tensor) put(st, t, data, k->n, st->z);
        if (k->q->integer.tensor[k->q->where[i].seen] == tensor) put(st, t, data, k->n, st->seen);
    }
}

static void run(void *ctx, th_net *net, int member, int32_t n0, int32_t n1)
{
    qat *q = ctx;
    const th_graph *g = q->plan->graph;
    collector k = {.q = q, .net = net};
    for (k.n = n0; k.n < n1 && !q->err[member]; k.n++) {
        void *in = th_runner_input(q->runner[member], 0);
        th_tensor_feed(&g->tensors[g->inputs[0]], net->x + (size_t)k.n * net->n_in, in);
        collect(&k, -1, g->inputs[0], in);
        q->err[member] = th_runner_invoke(q->runner[member], collect, &k);
    }
}

/* ---- training ---- */

static bool on_epoch(void *ctx, const th_epoch_report *r)
{
    const th_train_job *job = ((qat *)ctx)->job->train;
    return !job->on_epoch || job->on_epoch(job->ctx, r);
}

static void on_progress(void *ctx, int32_t epoch, double part)
{
    const th_train_job *job = ((qat *)ctx)->job->train;
    if (job->on_progress) job->on_progress(job->ctx, epoch, part);
}

static th_err train(qat *q, th_qat_result *r, th_why *why)
{
    th_train_job job = *q->job->train;
    th_model *again = NULL;
    const th_simulation sim = {.prepare = prepare, .run = run, .ctx = q};
    job.spec = &q->im.spec;
    job.start = &q->im;
    job.frozen = NULL;
    job.simulation = &sim;
    job.on_epoch = on_epoch;
    job.on_progress = on_progress;
    job.on_best = prepare; /* the network of the best epoch is what stays */
    job.ctx = q;
    TH_TRY(th_train(&job, &again, why));
    th_model_free(again);
    r->f32 = q->f32;
    r->integer = q->integer;
    q->f32 = NULL;
    q->integer = (th_converted){0};
    return TH_OK;
}

th_err th_qat_train(const th_qat_job *job, th_qat_result *r, th_why *why)
{
    *r = (th_qat_result){0};
    th_model *base = NULL;
    qat *q = calloc(1, sizeof *q);
    if (!q) return th_why_set(why, TH_ENOMEM, "out of memory");
    q->job = job;
    th_err err = first_graph(q, &base, why);
    if (!err) err = calibrate(q, base, why);
    if (!err) err = train(q, r, why);
    drop_network(q);
    th_model_free(base);
    free(q->scale);
    free(q->precision);
    free(q);
    return err;
}

void th_qat_free(th_qat_result *r)
{
    th_model_free(r->f32);
    th_converted_free(&r->integer);
    *r = (th_qat_result){0};
}
