/* Epochs of steps: examples -> forward -> backward -> AdamW; validation; the best epoch is kept. */
#include "train/train.h"

#include "base/hash.h"
#include "os/run.h"
#include "train/checkpoint.h"
#include "train/export.h"
#include "train/net.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct trainer {
    const th_train_job *job;
    th_net *net;
    th_team *team;
    th_train_state state;
    float *memory;
    float *batch_x, *batch_y; /* of the net */
    float *val_x, *val_y;     /* [n_val]: made once */
    int32_t steps;            /* per epoch */
    int32_t epoch, first;     /* of the step: 0-based epoch, first example */
    th_adam adam;
    bool averaging;
} trainer;

/* ---- set-up ---- */

static uint64_t hash_of(const th_train_job *job)
{
    const th_train_cfg *c = &job->cfg;
    const th_layer *l = job->spec->layer;
    uint64_t h = job->job_hash ^ TH_FNV1A_START;
    const float rates[] = {c->learning_rate, c->weight_decay, c->label_smoothing, c->ema};
    const int64_t numbers[] = {c->epochs,       c->batch,       c->patience,          (int64_t)c->seed,
                               job->n_train,    job->n_val,     job->spec->n_classes, job->spec->in_h,
                               job->spec->in_w, job->spec->in_c};
    h = th_fnv1a(h, (th_span){(const uint8_t *)rates, sizeof rates});
    h = th_fnv1a(h, (th_span){(const uint8_t *)numbers, sizeof numbers});
    for (int32_t i = 0; i < job->spec->n_layers; i++, l++) {
        const int32_t shape[] = {
            (int32_t)l->kind, l->filters,          l->k_h,          l->k_w,        l->stride_h,
            l->stride_w,      (int32_t)l->padding, (int32_t)l->act, l->batch_norm, (int32_t)(l->rate * 256)};
        h = th_fnv1a(h, (th_span){(const uint8_t *)shape, sizeof shape});
    }
    return h;
}

static th_err allocate(trainer *t, th_why *why)
{
    th_train_state *s = &t->state;
    const size_t np = s->n_params = t->net->n_params, nr = 2 * (s->n_channels = t->net->n_channels);
    const size_t nv = (size_t)t->job->n_val * t->net->n_in,
                 ny = (size_t)t->job->n_val * (size_t)t->job->spec->n_classes;
    float *p = t->memory = calloc(4 * np + 2 * nr + nv + ny + 1, sizeof *p);
    s->max_epochs = t->job->cfg.epochs;
    s->epochs = calloc((size_t)s->max_epochs, sizeof *s->epochs);
    if (!p || !s->epochs) return th_why_set(why, TH_ENOMEM, "out of memory for the training");
    s->params = t->net->params;
    s->running = t->net->running;
    s->m = p, p += np;
    s->v = p, p += np;
    s->average = p, p += np;
    s->best = p, p += np;
    s->average_running = p, p += nr;
    s->best_running = p, p += nr;
    t->val_x = p, p += nv;
    t->val_y = p;
    t->batch_x = t->net->x;
    t->batch_y = t->net->y;
    return TH_OK;
}

static th_err check_job(const th_train_job *job, th_why *why)
{
    const th_train_cfg *c = &job->cfg;
    if (job->n_train < 2)
        return th_why_set(why, TH_ERANGE, "training needs at least 2 examples, there are %d", (int)job->n_train);
    if (c->epochs < 1 || c->epochs > 100000) return th_why_set(why, TH_ERANGE, "epochs must be from 1 to 100000");
    if (c->batch < 2 || c->batch > 4096) return th_why_set(why, TH_ERANGE, "the batch size must be from 2 to 4096");
    if (!(c->learning_rate > 0 && c->learning_rate < 10))
        return th_why_set(why, TH_ERANGE, "the learning rate must be above 0 and below 10");
    if (c->n_threads < 1 || c->n_threads > 64) return th_why_set(why, TH_ERANGE, "threads must be from 1 to 64");
    return TH_OK;
}

static void copy(float *to, const float *from, size_t n)
{
    memcpy(to, from, n * sizeof *to);
}

static th_err start(trainer *t, th_why *why)
{
    const th_train_job *job = t->job;
    th_train_state *s = &t->state;
    const int32_t batch = job->cfg.batch < job->n_train ? job->cfg.batch : job->n_train;
    TH_TRY(th_team_new(job->cfg.n_threads, &t->team, why));
    TH_TRY(th_net_new(job->spec, batch, job->cfg.n_threads, 0, &t->net, why));
    TH_TRY(allocate(t, why));
    t->steps = (job->n_train + batch - 1) / batch;
    t->averaging = job->cfg.ema > 0;
    t->net->smoothing = job->cfg.label_smoothing;
    s->job = hash_of(job);
    th_net_init(t->net, job->cfg.seed);
    copy(s->average, s->params, s->n_params);
    copy(s->average_running, s->running, 2 * s->n_channels);
    if (job->resume && job->checkpoint) return th_checkpoint_load(s, job->checkpoint, why);
    return TH_OK;
}

static void finish(trainer *t)
{
    th_team_free(t->team);
    th_net_free(t->net);
    free(t->state.epochs);
    free(t->memory);
}

/* ---- one step ---- */

/* Linear warm-up over the first 4 % (at most 2 epochs), then cosine to 1 %. */
static double rate_at(const trainer *t, uint64_t step)
{
    const double all = (double)t->steps * t->job->cfg.epochs, two = 2.0 * t->steps;
    const double warm = 0.04 * all < two ? 0.04 * all : two, peak = (double)t->job->cfg.learning_rate;
    if ((double)step < warm) return peak * ((double)step + 1) / (warm + 1);
    const double part = ((double)step - warm) / (all - warm);
    return peak * (0.01 + 0.99 * 0.5 * (1 + cos(3.14159265358979323846 * part)));
}

static th_adam adam_at(const trainer *t)
{
    const th_train_cfg *c = &t->job->cfg;
    const double n = (double)t->state.step + 1, rate = rate_at(t, t->state.step), start_keep = (1 + n) / (10 + n);
    th_adam o = {.rate = (float)rate, .beta1 = 0.9f, .beta2 = 0.999f, .epsilon = 1e-8f};
    o.correct1 = (float)(1 / (1 - pow(0.9, n)));
    o.correct2 = (float)(1 / (1 - pow(0.999, n)));
    o.decay = (float)(rate * (double)c->weight_decay);
    o.keep = start_keep < (double)c->ema ? (float)start_keep : c->ema; /* a young average must not remember the start */
    return o;
}

/* Parameters [i0, i1): gradients of all members added in order, then Adam. */
static void update(trainer *t, size_t i0, size_t i1, float decay)
{
    th_net *net = t->net;
    th_train_state *s = &t->state;
    if (i0 >= i1) return;
    float *g = net->grad;
    copy(g + i0, net->member[0].grad + i0, i1 - i0);
    for (int k = 1; k < net->n_members; k++) {
        const float *more = net->member[k].grad;
        for (size_t i = i0; i < i1; i++) g[i] += more[i];
    }
    th_adam o = t->adam;
    o.decay = decay;
    net->stage[0].kernels->adam(&o, (int32_t)(i1 - i0), g + i0, s->params + i0, s->m + i0, s->v + i0,
                                t->averaging ? s->average + i0 : NULL);
}

static size_t min_size(size_t a, size_t b)
{
    return a < b ? a : b;
}

static void step_member(void *ctx, int member, int n_members)
{
    trainer *t = ctx;
    th_net *net = t->net;
    const th_train_job *job = t->job;
    const int32_t n0 = th_net_share(net, member), n1 = th_net_share(net, member + 1);
    for (int32_t n = n0; n < n1; n++)
        job->train(job->train_ctx, t->epoch, t->first + n, member, net->x + (size_t)n * net->n_in,
                   net->y + (size_t)n * (size_t)job->spec->n_classes);
    th_net_forward(net, t->team, member);
    th_net_backward(net, t->team, member);
    th_team_barrier(t->team, member);
    const size_t blocks = net->n_params / 16, nw = net->n_weights;
    const size_t i0 = blocks * (size_t)member / (size_t)n_members * 16,
                 i1 = blocks * (size_t)(member + 1) / (size_t)n_members * 16;
    update(t, i0, min_size(i1, nw), t->adam.decay);
    update(t, i0 > nw ? i0 : nw, i1, 0); /* gammas, betas and biases do not decay */
}

static void average_running(trainer *t)
{
    th_train_state *s = &t->state;
    for (size_t i = 0; i < 2 * s->n_channels; i++)
        s->average_running[i] += (1 - t->adam.keep) * (s->running[i] - s->average_running[i]);
}

/* ---- validation ---- */

static void make_val(void *ctx, int member, int n_members)
{
    trainer *t = ctx;
    const int64_t n = t->job->n_val;
    for (int32_t i = (int32_t)(n * member / n_members); i < (int32_t)(n * (member + 1) / n_members); i++)
        t->job->val(t->job->val_ctx, 0, i, member, t->val_x + (size_t)i * t->net->n_in,
                    t->val_y + (size_t)i * (size_t)t->job->spec->n_classes);
}

static void infer_member(void *ctx, int member, int n_members)
{
    trainer *t = ctx;
    (void)n_members;
    th_net_forward(t->net, t->team, member);
}

static void validate(trainer *t, th_epoch_report *r)
{
    th_net *net = t->net;
    const int32_t n_val = t->job->n_val;
    if (n_val == 0) return;
    net->training = false;
    net->w = t->averaging ? t->state.average : t->state.params;
    net->stats = t->averaging ? t->state.average_running : t->state.running;
    net->smoothing = 0;
    for (int32_t first = 0; first < n_val; first += net->batch) {
        net->n = n_val - first < net->batch ? n_val - first : net->batch;
        net->x = t->val_x + (size_t)first * net->n_in;
        net->y = t->val_y + (size_t)first * (size_t)net->spec->n_classes;
        th_team_run(t->team, infer_member, t);
        for (int k = 0; k < net->n_members; k++) {
            r->val_loss += net->member[k].loss / n_val;
            r->val_accuracy += (double)net->member[k].right / n_val;
        }
    }
    net->smoothing = t->job->cfg.label_smoothing;
    net->w = net->params;
    net->stats = net->running;
    net->x = t->batch_x;
    net->y = t->batch_y;
}

/* ---- epochs ---- */

static th_err interrupted(const trainer *t, th_why *why)
{
    if (t->state.n_epochs && t->job->checkpoint)
        return th_why_set(why, TH_EINTR, "stopped after epoch %d of %d, which is saved", (int)t->state.n_epochs,
                          (int)t->job->cfg.epochs);
    return th_why_set(why, TH_EINTR, "stopped before the first epoch was done; there is nothing to go on from");
}

static th_err train_epoch(trainer *t, th_epoch_report *r, th_why *why)
{
    const th_train_job *job = t->job;
    th_net *net = t->net;
    net->training = true;
    for (int32_t k = 0; k < t->steps; k++) {
        if (th_interrupted()) return interrupted(t, why);
        t->first = (int32_t)((int64_t)job->n_train * k / t->steps);
        net->n = (int32_t)((int64_t)job->n_train * (k + 1) / t->steps) - t->first;
        net->mask_seed = job->cfg.seed * 0x9e3779b97f4a7c15u + t->state.step;
        t->adam = adam_at(t);
        th_team_run(t->team, step_member, t);
        if (t->averaging) average_running(t);
        t->state.step++;
        for (int i = 0; i < net->n_members; i++) {
            r->train_loss += net->member[i].loss / job->n_train;
            r->train_accuracy += (double)net->member[i].right / job->n_train;
        }
        if (!isfinite(r->train_loss))
            return th_why_set(why, TH_ERANGE,
                              "the training diverged in epoch %d (the loss is no number); set a smaller "
                              "learning_rate in thimble.ini",
                              (int)t->epoch + 1);
        if (job->on_progress) job->on_progress(job->ctx, t->epoch + 1, (double)(k + 1) / t->steps);
    }
    r->learning_rate = rate_at(t, t->state.step - 1);
    return TH_OK;
}

/* Epochs before this one (0-based) do not compete: while the learning rate is above half of its peak the weights
 * still jump, and on some hundred clips of few speakers a lucky jump looks best. */
static int32_t first_candidate(const trainer *t)
{
    return t->job->cfg.epochs / 2;
}

/* Loss, not accuracy: on some hundred clips accuracy moves in steps and by luck. */
static bool is_best(const trainer *t, const th_epoch_report *r)
{
    if (t->job->n_val == 0) return true;
    if (r->epoch - 1 < first_candidate(t)) return false;
    for (int32_t i = first_candidate(t); i < t->state.n_epochs; i++)
        if (t->state.epochs[i].val_loss <= r->val_loss) return false;
    return true;
}

static void keep_best(trainer *t)
{
    th_train_state *s = &t->state;
    copy(s->best, t->averaging ? s->average : s->params, s->n_params);
    copy(s->best_running, t->averaging ? s->average_running : s->running, 2 * s->n_channels);
}

static bool is_done(const trainer *t)
{
    const th_train_cfg *c = &t->job->cfg;
    return t->state.n_epochs >= c->epochs || (t->job->n_val && c->patience && t->state.since_best >= c->patience);
}

static th_err run(trainer *t, th_why *why)
{
    const th_train_job *job = t->job;
    th_train_state *s = &t->state;
    bool go_on = true;
    for (int32_t i = 0; i < s->n_epochs && job->on_epoch; i++) (void)job->on_epoch(job->ctx, &s->epochs[i]);
    if (job->n_val) th_team_run(t->team, make_val, t);
    while (go_on && !is_done(t)) {
        t->epoch = s->n_epochs;
        th_epoch_report r = {.epoch = t->epoch + 1};
        const double begin = th_clock_s();
        TH_TRY(train_epoch(t, &r, why));
        validate(t, &r);
        r.seconds = th_clock_s() - begin;
        r.best = is_best(t, &r);
        s->since_best = r.best || t->epoch < first_candidate(t) ? 0 : s->since_best + 1;
        if (r.best) keep_best(t);
        s->epochs[s->n_epochs++] = r;
        if (job->checkpoint) TH_TRY(th_checkpoint_save(s, job->checkpoint, why));
        if (job->on_epoch) go_on = job->on_epoch(job->ctx, &r);
    }
    return TH_OK;
}

th_err th_train(const th_train_job *job, th_model **model, th_why *why)
{
    *model = NULL;
    TH_TRY(check_job(job, why));
    trainer t = {.job = job};
    th_err err = start(&t, why);
    if (!err) err = run(&t, why);
    if (!err) {
        t.net->w = t.state.best;
        t.net->stats = t.state.best_running;
        err = th_net_export(t.net, model, why);
    }
    finish(&t);
    return err;
}
