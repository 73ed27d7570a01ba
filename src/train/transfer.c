/* The trunk's outputs are made once; the head is trained on them; then both become one graph again. */
#include "train/transfer.h"

#include "os/run.h"
#include "train/export.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK 64 /* examples that the trunk takes at once */

typedef struct transfer {
    const th_train_job *job;
    const th_import *im;
    int32_t last, rounds;
    th_import trunk, head;
    size_t n_x, n_y;          /* floats of a feature, of a target */
    float *train_x, *train_y; /* [rounds][n_train] */
    float *val_x, *val_y;     /* [n_val] */
    th_net *net;              /* the trunk, then the whole */
    th_team *team;
    th_net *best; /* the whole, which takes the best head's parameters */
    /* of the chunk that runs now */
    th_example_fn *make;
    void *make_ctx;
    int32_t epoch, first;
    float *to_x, *to_y;
} transfer;

/* ---- trunk and head as networks of their own ---- */

static void move_layer(th_import *to, int32_t at, const transfer *t, int32_t from)
{
    to->spec.layer[at] = t->im->spec.layer[from];
    memcpy(to->value[at], t->im->value[from], sizeof to->value[at]);
    to->spec.n_layers = at + 1;
}

static th_err split(transfer *t, th_why *why)
{
    const th_spec *s = &t->im->spec;
    const th_layer *l = &s->layer[t->last];
    t->trunk.spec = (th_spec){.in_h = s->in_h, .in_w = s->in_w, .in_c = s->in_c};
    t->head.spec = (th_spec){.in_h = l->out_h, .in_w = l->out_w, .in_c = l->out_c, .n_classes = s->n_classes};
    for (int32_t i = 0; i <= t->last; i++) move_layer(&t->trunk, i, t, i);
    for (int32_t i = t->last + 1; i < s->n_layers; i++) {
        th_layer *to = &t->head.spec.layer[i - t->last - 1];
        move_layer(&t->head, i - t->last - 1, t, i);
        for (int32_t k = 0; k < to->n_in; k++) {
            if (to->in[k] < t->last)
                return th_why_set(why, TH_EUNSUP,
                                  "the network cannot be divided after layer %s: %s behind it reads an earlier layer. "
                                  "Freeze up to a layer through which everything goes",
                                  l->name, to->name[0] ? to->name : th_layer_kind_name(to->kind));
            to->in[k] -= t->last + 1; /* the last layer of the trunk becomes TH_NET_INPUT */
        }
    }
    if (t->head.spec.n_layers == 0)
        return th_why_set(why, TH_EUNSUP, "all layers up to %s are frozen, so there is nothing left to train", l->name);
    return TH_OK;
}

/* ---- features ---- */

static void run_chunk(void *ctx, int member, int n_members)
{
    transfer *t = ctx;
    th_net *net = t->net;
    (void)n_members;
    for (int32_t n = th_net_share(net, member); n < th_net_share(net, member + 1); n++)
        t->make(t->make_ctx, t->epoch, t->first + n, member, net->x + (size_t)n * net->n_in,
                t->to_y + (size_t)(t->first + n) * t->n_y);
    th_net_forward(net, t->team, member);
    for (int32_t n = th_net_share(net, member); n < th_net_share(net, member + 1); n++)
        th_net_scores(net, member, n, t->to_x + (size_t)(t->first + n) * t->n_x);
}

static th_err make_features(transfer *t, int32_t n, double from, double to, th_why *why)
{
    for (t->first = 0; t->first < n; t->first += t->net->n) {
        if (th_interrupted())
            return th_why_set(why, TH_EINTR, "stopped before the first epoch was done; there is nothing to go on from");
        t->net->n = n - t->first < CHUNK ? n - t->first : CHUNK;
        th_team_run(t->team, run_chunk, t);
        if (t->job->on_progress) t->job->on_progress(t->job->ctx, 0, from + (to - from) * (t->first + t->net->n) / n);
    }
    return TH_OK;
}

static th_err all_features(transfer *t, th_why *why)
{
    const th_train_job *job = t->job;
    const double all = (double)job->n_train * t->rounds + job->n_val, share = job->n_train / all;
    const size_t nt = (size_t)job->n_train;
    float *y = t->net->y;
    t->net->y = NULL; /* no loss */
    t->make = job->train;
    t->make_ctx = job->train_ctx;
    th_err err = TH_OK;
    for (t->epoch = 0; !err && t->epoch < t->rounds; t->epoch++) {
        t->to_x = t->train_x + (size_t)t->epoch * nt * t->n_x;
        t->to_y = t->train_y + (size_t)t->epoch * nt * t->n_y;
        err = make_features(t, job->n_train, share * t->epoch, share * (t->epoch + 1), why);
    }
    t->make = job->val;
    t->make_ctx = job->val_ctx;
    t->epoch = 0;
    t->to_x = t->val_x;
    t->to_y = t->val_y;
    if (!err) err = make_features(t, job->n_val, share * t->rounds, 1, why);
    t->net->y = y;
    return err;
}

/* ---- the head's training ---- */

static void copy_example(const transfer *t, const float *x, const float *y, size_t i, float *to_x, float *to_y)
{
    memcpy(to_x, x + i * t->n_x, t->n_x * sizeof *to_x);
    memcpy(to_y, y + i * t->n_y, t->n_y * sizeof *to_y);
}

static void head_train(void *ctx, int32_t epoch, int32_t i, int member, float *x, float *y)
{
    const transfer *t = ctx;
    (void)member;
    const size_t round = (size_t)(epoch % t->rounds);
    copy_example(t, t->train_x, t->train_y, round * (size_t)t->job->n_train + (size_t)i, x, y);
}

static void head_val(void *ctx, int32_t epoch, int32_t i, int member, float *x, float *y)
{
    const transfer *t = ctx;
    (void)member, (void)epoch;
    copy_example(t, t->val_x, t->val_y, (size_t)i, x, y);
}

static bool on_epoch(void *ctx, const th_epoch_report *r)
{
    const th_train_job *job = ((transfer *)ctx)->job;
    return !job->on_epoch || job->on_epoch(job->ctx, r);
}

static void on_progress(void *ctx, int32_t epoch, double part)
{
    const th_train_job *job = ((transfer *)ctx)->job;
    if (job->on_progress) job->on_progress(job->ctx, epoch, part);
}

/* The best head's parameters -> the whole network. */
static th_err on_best(void *ctx, th_net *head, th_why *why)
{
    const transfer *t = ctx;
    const int32_t first = t->last + 1;
    for (int32_t i = 0; i < t->head.spec.n_layers; i++)
        for (int role = 0; role < TH_PARAM_ROLES; role++) {
            const size_t n = th_net_param_count(head, i, (th_param_role)role);
            if (n == 0) continue;
            float *v = malloc(n * sizeof *v);
            if (!v) return th_why_set(why, TH_ENOMEM, "out of memory");
            th_net_param_get(head, i, (th_param_role)role, v);
            th_net_param_set(t->best, first + i, (th_param_role)role, v);
            free(v);
        }
    t->best->loss = head->loss;
    return TH_OK;
}

static th_err train_head(transfer *t, th_model **model, th_why *why)
{
    th_train_job job = *t->job;
    th_model *alone = NULL;
    job.spec = &t->head.spec;
    job.start = &t->head;
    job.frozen = NULL;
    job.simulation = NULL;
    job.train = head_train;
    job.val = head_val;
    job.on_epoch = on_epoch;
    job.on_progress = on_progress;
    job.on_best = on_best;
    job.train_ctx = job.val_ctx = job.ctx = t;
    TH_TRY(th_train(&job, &alone, why));
    th_model_free(alone);
    return th_net_export(t->best, model, why);
}

/* ---- all of it ---- */

size_t th_transfer_bytes(const th_train_job *job, const th_import *im, int32_t last, int32_t rounds)
{
    const th_layer *l = &im->spec.layer[last], *end = &im->spec.layer[im->spec.n_layers - 1];
    const size_t each = (size_t)l->out_h * (size_t)l->out_w * (size_t)l->out_c +
                        (size_t)end->out_h * (size_t)end->out_w * (size_t)end->out_c;
    return ((size_t)job->n_train * (size_t)rounds + (size_t)job->n_val) * each * sizeof(float);
}

static th_err start(transfer *t, th_why *why)
{
    const th_train_job *job = t->job;
    const th_layer *l = &t->im->spec.layer[t->last], *end = &t->im->spec.layer[t->im->spec.n_layers - 1];
    const size_t n = (size_t)job->n_train * (size_t)t->rounds, nv = (size_t)job->n_val;
    t->n_x = (size_t)(l->out_h * l->out_w * l->out_c);
    t->n_y = (size_t)(end->out_h * end->out_w * end->out_c);
    TH_TRY(split(t, why));
    TH_TRY(th_team_new(job->cfg.n_threads, &t->team, why));
    TH_TRY(
        th_net_new(&t->trunk.spec, &(th_net_options){.batch = CHUNK, .n_members = job->cfg.n_threads}, &t->net, why));
    TH_TRY(th_net_new(&t->im->spec, &(th_net_options){.batch = 1, .n_members = 1}, &t->best, why));
    th_net_init(t->net, 0);
    th_net_init(t->best, 0);
    th_import_apply(&t->trunk, t->net);
    th_import_apply(t->im, t->best);
    t->train_x = malloc((n * t->n_x + 1) * sizeof *t->train_x);
    t->train_y = malloc((n * t->n_y + 1) * sizeof *t->train_y);
    t->val_x = malloc((nv * t->n_x + 1) * sizeof *t->val_x);
    t->val_y = malloc((nv * t->n_y + 1) * sizeof *t->val_y);
    if (t->train_x && t->train_y && t->val_x && t->val_y) return TH_OK;
    return th_why_set(why, TH_ENOMEM, "the features need %zu MB of memory; keep fewer variants of each example",
                      th_transfer_bytes(job, t->im, t->last, t->rounds) >> 20);
}

static void finish(transfer *t)
{
    th_team_free(t->team);
    th_net_free(t->net);
    th_net_free(t->best);
    free(t->train_x), free(t->train_y), free(t->val_x), free(t->val_y);
    free(t);
}

th_err th_transfer_train(const th_train_job *job, const th_import *im, int32_t last, int32_t rounds, th_model **model,
                         th_why *why)
{
    *model = NULL;
    if (job->n_train < 2)
        return th_why_set(why, TH_ERANGE, "training needs at least 2 examples, there are %d", (int)job->n_train);
    transfer *t = calloc(1, sizeof *t);
    if (!t) return th_why_set(why, TH_ENOMEM, "out of memory");
    t->job = job;
    t->im = im;
    t->last = last;
    t->rounds = rounds < 1 ? 1 : rounds;
    th_err err = start(t, why);
    if (!err) err = all_features(t, why);
    if (!err) err = train_head(t, model, why);
    finish(t);
    return err;
}
