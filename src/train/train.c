/* Epochs of steps: examples -> forward -> backward -> clip -> optimiser; validation; the best epoch is kept. */
#include "train/train.h"

#include "base/hash.h"
#include "os/run.h"
#include "train/checkpoint.h"
#include "train/export.h"
#include "train/net.h"
#include "train/step.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct trainer {
    const th_train_job *job;
    th_train_cfg cfg; /* of the job, with its defaults filled in */
    th_net *net;
    th_team *team;
    th_train_state state;
    float *memory;
    float *batch_x, *batch_y; /* of the net */
    float *val_x, *val_y;     /* [n_val]: made once */
    float *scores;            /* [members][n_out] */
    int64_t *counts;          /* [members][3 * n_out] */
    th_scoring tally[64];     /* of each member */
    int32_t bad[64];          /* 1 + first example of each member that cannot be learned from, 0 = none */
    bool bad_input[64];       /* it holds values that are no numbers; else its target is out of range */
    int32_t n_out;
    int32_t steps;        /* per epoch */
    int32_t epoch, first; /* of the step: 0-based epoch, first example */
    int32_t drops;        /* of a plateau schedule */
    th_train_step step;
    double synced_s; /* clock when a checkpoint was last waited for */
} trainer;

/* ---- set-up ---- */

th_train_cfg th_train_default(void)
{
    return (th_train_cfg){
        .loss = {.row = th_loss_find("cross-entropy"), .delta = 1},
        .optimizer = th_optim_find("adamw"),
        .momentum = -1,
        .schedule = {th_schedule_find("cosine"), .warmup = -1, .floor = 0.01, .every = 10, .factor = 0.5},
        .stop_on = TH_VAL_LOSS,
    };
}

static uint64_t add(uint64_t h, const void *bytes, size_t n)
{
    return th_fnv1a(h, (th_span){bytes, n});
}

static uint64_t hash_cfg(uint64_t h, const th_train_cfg *c, int32_t n_out)
{
    const th_schedule_cfg *s = &c->schedule;
    const char *const names[] = {c->loss.row->name, c->optimizer->name, s->row->name, th_metric_name(c->stop_on)};
    const double rates[] = {(double)c->learning_rate,
                            (double)c->weight_decay,
                            (double)c->loss.smoothing,
                            (double)c->loss.delta,
                            (double)c->clip,
                            (double)c->ema,
                            c->momentum,
                            s->warmup,
                            s->floor,
                            s->factor};
    const int64_t numbers[] = {c->epochs, c->batch, c->patience, (int64_t)c->seed, s->every};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) h = add(h, names[i], strlen(names[i]) + 1);
    h = add(add(h, rates, sizeof rates), numbers, sizeof numbers);
    return c->loss.class_weight
               ? add(h, c->loss.class_weight, (size_t)th_loss_n_weights(c->loss.row, n_out) * sizeof(float))
               : h;
}

static int32_t outputs_of(const th_spec *spec)
{
    const th_layer *last = &spec->layer[spec->n_layers - 1];
    return last->out_h * last->out_w * last->out_c;
}

uint64_t th_train_hash(const th_train_job *job)
{
    const th_spec *s = job->spec;
    const int32_t sizes[] = {job->n_train, job->n_val, s->n_classes, s->in_h, s->in_w, s->in_c};
    uint64_t h = hash_cfg(job->job_hash ^ TH_FNV1A_START, &job->cfg, outputs_of(s));
    h = add(h, sizes, sizeof sizes);
    for (int32_t i = 0; i < s->n_layers; i++) {
        const th_layer *l = &s->layer[i];
        const int32_t shape[] = {(int32_t)l->kind, l->filters,    l->k_h,        l->k_w,      l->stride_h,
                                 l->stride_w,      l->dilation_h, l->dilation_w, l->groups,   l->rank,
                                 l->memory,        l->scale_h,    l->scale_w,    l->sequence, (int32_t)l->padding,
                                 (int32_t)l->act,  l->batch_norm, l->bias,       l->n_in,     l->out_h,
                                 l->out_w,         l->out_c};
        const float rates[] = {l->rate, l->leak};
        h = add(add(h, shape, sizeof shape), rates, sizeof rates);
        h = add(h, l->in, (size_t)l->n_in * sizeof l->in[0]);
    }
    return h;
}

static th_err allocate(trainer *t, th_why *why)
{
    th_train_state *s = &t->state;
    const size_t members = (size_t)t->cfg.n_threads, n_out = (size_t)t->n_out;
    const size_t np = s->n_params = t->net->n_params, nr = 2 * (s->n_channels = t->net->n_channels);
    const size_t nv = (size_t)t->job->n_val * t->net->n_in, ny = (size_t)t->job->n_val * n_out;
    float *p = t->memory = calloc(4 * np + 2 * nr + nv + ny + members * n_out + 1, sizeof *p);
    s->max_epochs = t->cfg.epochs;
    s->epochs = calloc((size_t)s->max_epochs, sizeof *s->epochs);
    t->counts = calloc(3 * members * n_out, sizeof *t->counts);
    if (!p || !s->epochs || !t->counts) return th_why_set(why, TH_ENOMEM, "out of memory for the training");
    s->params = t->net->params;
    s->running = t->net->running;
    s->m = p, p += np;
    s->v = p, p += np;
    s->average = p, p += np;
    s->best = p, p += np;
    s->average_running = p, p += nr;
    s->best_running = p, p += nr;
    t->val_x = p, p += nv;
    t->val_y = p, p += ny;
    t->scores = p;
    t->batch_x = t->net->x;
    t->batch_y = t->net->y;
    t->step = (th_train_step){.net = t->net,
                              .team = t->team,
                              .row = t->cfg.optimizer,
                              .m = s->m,
                              .v = s->v,
                              .average = s->average,
                              .clip = t->cfg.clip};
    return TH_OK;
}

static th_err check_rates(const th_train_cfg *c, th_why *why)
{
    const th_schedule_cfg *s = &c->schedule;
    if (!(c->learning_rate > 0 && c->learning_rate < 10))
        return th_why_set(why, TH_ERANGE, "the learning rate must be above 0 and below 10");
    if (!(c->weight_decay >= 0 && c->weight_decay <= 1))
        return th_why_set(why, TH_ERANGE, "weight_decay must be from 0 to 1");
    if (!(c->momentum < 1)) return th_why_set(why, TH_ERANGE, "momentum must be below 1");
    if (!(c->ema >= 0 && c->ema < 1)) return th_why_set(why, TH_ERANGE, "average must be from 0 to below 1");
    if (!(c->clip >= 0)) return th_why_set(why, TH_ERANGE, "clip must be 0 or more");
    if (!(s->warmup < c->epochs)) return th_why_set(why, TH_ERANGE, "warmup must be shorter than the training");
    if (!(s->floor >= 0 && s->floor <= 1)) return th_why_set(why, TH_ERANGE, "rate_floor must be from 0 to 1");
    if (s->every < 1 || !(s->factor > 0 && s->factor <= 1))
        return th_why_set(why, TH_ERANGE, "drop_every must be 1 or more, and drop_factor above 0 and at most 1");
    return TH_OK;
}

static th_err check_job(const th_train_job *job, th_why *why)
{
    const th_train_cfg *c = &job->cfg;
    if (job->n_train < 2)
        return th_why_set(why, TH_ERANGE, "training needs at least 2 examples, there are %d", (int)job->n_train);
    if (c->epochs < 1 || c->epochs > 100000) return th_why_set(why, TH_ERANGE, "epochs must be from 1 to 100000");
    if (c->batch < 2 || c->batch > 4096) return th_why_set(why, TH_ERANGE, "the batch size must be from 2 to 4096");
    if (c->n_threads < 1 || c->n_threads > 64) return th_why_set(why, TH_ERANGE, "threads must be from 1 to 64");
    if (!th_metric_better(c->stop_on) || !th_metric_suits(c->stop_on, c->loss.row))
        return th_why_set(why, TH_ERANGE, "stop_on = %s is not measured with loss = %s", th_metric_name(c->stop_on),
                          c->loss.row->name);
    TH_TRY(check_rates(c, why));
    return th_loss_check(&c->loss, outputs_of(job->spec), why);
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
    t->cfg = job->cfg;
    t->cfg.schedule.peak = (double)job->cfg.learning_rate;
    if (t->cfg.momentum < 0) t->cfg.momentum = t->cfg.optimizer->momentum;
    t->n_out = outputs_of(job->spec);
    if (job->light) t->cfg.n_threads = th_train_step_threads(job->spec, batch, t->cfg.n_threads);
    TH_TRY(th_team_new(t->cfg.n_threads, &t->team, why));
    TH_TRY(th_net_new(
        job->spec,
        &(th_net_options){
            .batch = batch, .n_members = t->cfg.n_threads, .frozen = job->frozen, .simulation = job->simulation},
        &t->net, why));
    if (t->net->n_trained == 0)
        return th_why_set(why, TH_EUSAGE, "there is nothing to train: no layer has weights that are not frozen");
    TH_TRY(allocate(t, why));
    t->steps = (job->n_train + batch - 1) / batch;
    t->net->loss = t->cfg.loss;
    s->job = th_train_hash(job);
    th_net_init(t->net, job->cfg.seed);
    if (job->start) th_import_apply(job->start, t->net);
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
    free(t->counts);
    free(t->memory);
}

/* ---- one step ---- */

static double rate_at(const trainer *t, uint64_t step)
{
    const th_schedule_at at = {step, t->steps, t->cfg.epochs, t->drops};
    return th_schedule_rate(&t->cfg.schedule, &at);
}

/* An activation may swallow what is no number (the larger of NaN and 0 is 0), so examples are looked at themselves. */
static void check_example(trainer *t, int member, int32_t i, const float *x, const float *y)
{
    const bool good = th_all_finite(x, t->net->n_in);
    if (t->bad[member] || (good && th_loss_target_ok(t->cfg.loss.row, y, t->n_out))) return;
    t->bad[member] = i + 1;
    t->bad_input[member] = !good;
}

static void make_examples(trainer *t, int member)
{
    th_net *net = t->net;
    const th_train_job *job = t->job;
    const int32_t n0 = th_net_share(net, member), n1 = th_net_share(net, member + 1);
    for (int32_t n = n0; n < n1; n++) {
        float *x = net->x + (size_t)n * net->n_in, *y = net->y + (size_t)n * (size_t)t->n_out;
        job->train(job->train_ctx, t->epoch, t->first + n, member, x, y);
        check_example(t, member, t->first + n, x, y);
    }
}

static void step_member(void *ctx, int member, int n_members)
{
    trainer *t = ctx;
    (void)n_members;
    make_examples(t, member);
    th_train_step_run(&t->step, member);
}

static void average_running(trainer *t)
{
    th_train_state *s = &t->state;
    for (size_t i = 0; i < 2 * s->n_channels; i++)
        s->average_running[i] += (1 - t->step.optim.adam.keep) * (s->running[i] - s->average_running[i]);
}

/* ---- validation ---- */

static void make_val(void *ctx, int member, int n_members)
{
    trainer *t = ctx;
    const int64_t n = t->job->n_val;
    for (int32_t i = (int32_t)(n * member / n_members); i < (int32_t)(n * (member + 1) / n_members); i++) {
        float *x = t->val_x + (size_t)i * t->net->n_in, *y = t->val_y + (size_t)i * (size_t)t->n_out;
        t->job->val(t->job->val_ctx, 0, i, member, x, y);
        check_example(t, member, i, x, y);
    }
}

static void infer_member(void *ctx, int member, int n_members)
{
    trainer *t = ctx;
    th_net *net = t->net;
    float *scores = t->scores + (size_t)member * (size_t)t->n_out;
    (void)n_members;
    th_net_forward(net, t->team, member);
    for (int32_t n = th_net_share(net, member); n < th_net_share(net, member + 1); n++) {
        th_net_scores(net, member, n, scores);
        th_scoring_add(&t->tally[member], scores, net->y + (size_t)n * (size_t)t->n_out);
    }
}

/* One pass over the validation examples with the weights that would be kept. */
static th_err validate(trainer *t, th_epoch_report *r, th_why *why)
{
    th_net *net = t->net;
    const int32_t n_val = t->job->n_val;
    th_loss_cfg plain = t->cfg.loss;
    double loss = 0;
    plain.smoothing = 0;
    for (int k = 0; k < net->n_members; k++)
        th_scoring_start(&t->tally[k], plain.row, t->n_out, t->counts + (size_t)(3 * k) * (size_t)t->n_out);
    net->training = false;
    net->w = t->cfg.ema > 0 ? t->state.average : t->state.params;
    net->stats = t->cfg.ema > 0 ? t->state.average_running : t->state.running;
    net->loss = plain;
    const th_simulation *sim = t->job->simulation;
    th_err err = sim ? sim->prepare(sim->ctx, net, why) : TH_OK;
    for (int32_t first = 0; !err && first < n_val; first += net->batch) {
        net->n = n_val - first < net->batch ? n_val - first : net->batch;
        net->x = t->val_x + (size_t)first * net->n_in;
        net->y = t->val_y + (size_t)first * (size_t)t->n_out;
        th_team_run(t->team, infer_member, t);
        for (int k = 0; k < net->n_members; k++) loss += net->member[k].loss / n_val;
    }
    for (int k = 1; k < net->n_members; k++) th_scoring_join(&t->tally[0], &t->tally[k]);
    r->value[TH_VAL_LOSS] = loss;
    th_scoring_values(&t->tally[0], r->value);
    net->loss = t->cfg.loss;
    net->w = net->params;
    net->stats = net->running;
    net->x = t->batch_x;
    net->y = t->batch_y;
    return err;
}

/* ---- epochs ---- */

static th_err interrupted(const trainer *t, th_why *why)
{
    if (t->state.n_epochs && t->job->checkpoint)
        return th_why_set(why, TH_EINTR, "stopped after epoch %d of %d, which is saved", (int)t->state.n_epochs,
                          (int)t->cfg.epochs);
    return th_why_set(why, TH_EINTR, "stopped before the first epoch was done; there is nothing to go on from");
}

/* The fault of who made the examples, and named before the next step learns from it. */
static th_err check_examples(const trainer *t, const char *split, th_why *why)
{
    const th_loss_row *loss = t->cfg.loss.row;
    int worst = -1;
    for (int k = 0; k < t->net->n_members; k++)
        if (t->bad[k] && (worst < 0 || t->bad[k] < t->bad[worst])) worst = k;
    if (worst < 0) return TH_OK;
    if (t->bad_input[worst])
        return th_why_set(why, TH_ERANGE, "%s example %d holds values that are no numbers; check the data", split,
                          (int)t->bad[worst] - 1);
    return th_why_set(
        why, TH_ERANGE,
        "%s example %d has a target that loss = %s cannot take (it takes %s); check the labels of the data", split,
        (int)t->bad[worst] - 1, loss->name,
        loss->head == TH_HEAD_LINEAR    ? "numbers"
        : loss->head == TH_HEAD_SOFTMAX ? "parts of classes, from 0 to 1 and 1 in all"
                                        : "values from 0 to 1");
}

static th_err diverged(const trainer *t, const char *where, th_why *why)
{
    return th_why_set(
        why, TH_ERANGE,
        "the training diverged in epoch %d (%s is no number); set a smaller learning_rate, or clip = 1, in "
        "thimble.ini (on the command line: --learning-rate, --clip 1)",
        (int)t->epoch + 1, where);
}

static th_err train_step(trainer *t, int32_t k, th_epoch_report *r, th_why *why)
{
    const th_train_job *job = t->job;
    const th_train_cfg *c = &t->cfg;
    th_net *net = t->net;
    const bool classes = c->loss.row->head != TH_HEAD_LINEAR;
    t->first = (int32_t)((int64_t)job->n_train * k / t->steps);
    net->n = (int32_t)((int64_t)job->n_train * (k + 1) / t->steps) - t->first;
    net->mask_seed = c->seed * 0x9e3779b97f4a7c15u + t->state.step;
    t->step.optim = th_optim_step_make(c->optimizer, rate_at(t, t->state.step), t->state.step, c->momentum,
                                       c->weight_decay, c->ema);
    if (job->simulation) TH_TRY(job->simulation->prepare(job->simulation->ctx, net, why));
    th_team_run(t->team, step_member, t);
    TH_TRY(check_examples(t, "training", why));
    if (c->ema > 0) average_running(t);
    t->state.step++;
    for (int i = 0; i < net->n_members; i++) {
        r->value[TH_TRAIN_LOSS] += net->member[i].loss / job->n_train;
        r->value[classes ? TH_TRAIN_ACCURACY : TH_TRAIN_MAE] += net->member[i].score / job->n_train;
    }
    if (c->clip > 0) r->value[TH_GRADIENT] = fmax(r->value[TH_GRADIENT], sqrt(th_train_step_square(&t->step)));
    return isfinite(r->value[TH_TRAIN_LOSS]) ? TH_OK : diverged(t, "the loss", why);
}

static th_err train_epoch(trainer *t, th_epoch_report *r, th_why *why)
{
    const th_train_job *job = t->job;
    t->net->training = true;
    for (int32_t k = 0; k < t->steps; k++) {
        if (th_interrupted()) return interrupted(t, why);
        TH_TRY(train_step(t, k, r, why));
        if (job->on_progress) job->on_progress(job->ctx, t->epoch + 1, (double)(k + 1) / t->steps);
    }
    r->value[TH_LEARNING_RATE] = rate_at(t, t->state.step - 1);
    return TH_OK;
}

/* The last step of an epoch can break what no loss has seen yet. */
static th_err check_weights(const trainer *t, th_why *why)
{
    return th_all_finite(t->state.params, t->state.n_params) ? TH_OK : diverged(t, "a weight", why);
}

/* Epochs (0-based) from which on a training may stop: see th_schedule_row.settled. */
static int32_t first_settled(const trainer *t)
{
    return (int32_t)(t->cfg.epochs * t->cfg.schedule.row->settled);
}

/* So many watched examples are not lucky: all epochs compete to be the best. */
#define MANY_WATCHED 500

/* Epochs before this one do not compete. */
static int32_t first_candidate(const trainer *t)
{
    return t->job->n_val >= MANY_WATCHED ? 0 : first_settled(t);
}

/* By default loss, not accuracy: on some hundred clips accuracy moves in steps and by luck. */
static bool is_best(const trainer *t, const th_epoch_report *r)
{
    const th_metric m = t->cfg.stop_on;
    const int sign = th_metric_better(m);
    if (t->job->n_val == 0) return true;
    if (r->epoch - 1 < first_candidate(t)) return false;
    for (int32_t i = first_candidate(t); i < t->state.n_epochs; i++)
        if (sign * t->state.epochs[i].value[m] >= sign * r->value[m]) return false;
    return true;
}

static void keep_best(trainer *t)
{
    th_train_state *s = &t->state;
    const bool averaging = t->cfg.ema > 0;
    copy(s->best, averaging ? s->average : s->params, s->n_params);
    copy(s->best_running, averaging ? s->average_running : s->running, 2 * s->n_channels);
}

static bool is_done(const trainer *t)
{
    const th_train_cfg *c = &t->cfg;
    return t->state.n_epochs >= c->epochs || (t->job->n_val && c->patience && t->state.since_best >= c->patience);
}

/* From all epochs so far, so that it is the same after a resume. */
static th_err find_drops(trainer *t, th_why *why)
{
    const th_metric m = t->job->n_val ? t->cfg.stop_on : TH_TRAIN_LOSS;
    if (!t->cfg.schedule.row->by_metric) return TH_OK;
    double *values = malloc(((size_t)t->state.n_epochs + 1) * sizeof *values);
    if (!values) return th_why_set(why, TH_ENOMEM, "out of memory for the training");
    for (int32_t i = 0; i < t->state.n_epochs; i++) values[i] = t->state.epochs[i].value[m];
    t->drops = th_schedule_drops(values, t->state.n_epochs, th_metric_better(m), t->cfg.schedule.every);
    free(values);
    return TH_OK;
}

static th_epoch_report fresh_report(const trainer *t)
{
    const bool measured[TH_N_METRICS] = {
        [TH_TRAIN_LOSS] = true, [TH_TRAIN_ACCURACY] = true, [TH_TRAIN_MAE] = true, [TH_GRADIENT] = t->cfg.clip > 0};
    th_epoch_report r = {.epoch = t->epoch + 1};
    for (int m = 0; m < TH_N_METRICS; m++)
        r.value[m] = measured[m] && th_metric_suits((th_metric)m, t->cfg.loss.row) ? 0 : (double)NAN;
    return r;
}

/* One whole epoch; s->epochs has it afterwards. */
static th_err run_epoch(trainer *t, th_why *why)
{
    th_train_state *s = &t->state;
    t->epoch = s->n_epochs;
    th_epoch_report r = fresh_report(t);
    const double begin = th_clock_s();
    TH_TRY(find_drops(t, why));
    TH_TRY(train_epoch(t, &r, why));
    TH_TRY(check_weights(t, why));
    if (t->job->n_val) TH_TRY(validate(t, &r, why));
    if (t->job->n_val && !isfinite(r.value[TH_VAL_LOSS])) return diverged(t, "the validation loss", why);
    r.value[TH_SECONDS] = th_clock_s() - begin;
    r.best = is_best(t, &r);
    s->since_best = r.best || t->epoch < first_settled(t) ? 0 : s->since_best + 1;
    if (r.best) keep_best(t);
    s->epochs[s->n_epochs++] = r;
    return TH_OK;
}

/* After each epoch; epochs of milliseconds would mostly wait for the disk, so it is waited for once a second. */
static th_err save(trainer *t, th_why *why)
{
    const double now = th_clock_s();
    const bool synced = now - t->synced_s >= 1 || is_done(t);
    if (!t->job->checkpoint) return TH_OK;
    if (synced) t->synced_s = now;
    return th_checkpoint_save(&t->state, t->job->checkpoint, synced, why);
}

static th_err run(trainer *t, th_why *why)
{
    const th_train_job *job = t->job;
    th_train_state *s = &t->state;
    bool go_on = true;
    for (int32_t i = 0; i < s->n_epochs && job->on_epoch; i++) (void)job->on_epoch(job->ctx, &s->epochs[i]);
    if (job->n_val) {
        th_team_run(t->team, make_val, t);
        TH_TRY(check_examples(t, "validation", why));
    }
    while (go_on && !is_done(t)) {
        TH_TRY(run_epoch(t, why));
        TH_TRY(save(t, why));
        if (job->on_epoch) go_on = job->on_epoch(job->ctx, &s->epochs[s->n_epochs - 1]);
    }
    return TH_OK;
}

th_err th_train(const th_train_job *job, th_model **model, th_why *why)
{
    *model = NULL;
    TH_TRY(check_job(job, why));
    trainer *t = calloc(1, sizeof *t);
    if (!t) return th_why_set(why, TH_ENOMEM, "out of memory for the training");
    t->job = job;
    th_err err = start(t, why);
    if (!err) err = run(t, why);
    if (!err) {
        t->net->w = t->state.best;
        t->net->stats = t->state.best_running;
        if (job->on_best) err = job->on_best(job->ctx, t->net, why);
        if (!err) err = th_net_export(t->net, model, why);
    }
    finish(t);
    free(t);
    return err;
}
