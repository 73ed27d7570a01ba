#include "evaluate/classify.h"

#include "model/plan.h"
#include "os/run.h"
#include "os/team.h"

#include <stdlib.h>
#include <string.h>

/* A network that is ready: its plan is shared, each thread has its own runner. */
typedef struct net {
    const th_graph *g; /* of several inputs each takes the next values */
    const th_tensor *out;
    th_plan *plan;
} net;

typedef struct lane { /* what one thread needs */
    int16_t *pcm;
    float *features, *scratch;
    th_runner *runner[TH_MAX_NETS];
    th_err err; /* a network that cannot be run: this thread stops */
} lane;

typedef struct batch {
    const th_classify_job *job;
    th_verdict *out;
    th_frontend frontend;
    void *tables; /* memory of the front end's tables */
    int32_t n_x, n_labels;
    net net[TH_MAX_NETS];
    lane *lane;
    int n_lanes;
} batch;

int32_t th_score_best(const float *score, int32_t n)
{
    int32_t best = 0;
    for (int32_t k = 1; k < n; k++)
        if (score[k] >= score[best]) best = k;
    return best;
}

static bool usable(const th_tensor *t)
{
    return t->type == TH_F32 || (t->type == TH_S8 && t->quant.n == 1);
}

/* Values that go in; -1: not in a type that can be shown any. */
static int32_t values_in(const th_graph *g)
{
    int64_t n = 0;
    for (int32_t i = 0; i < g->n_inputs; i++) {
        const th_tensor *in = &g->tensors[g->inputs[i]];
        if (!usable(in)) return -1;
        n += th_shape_count(&in->shape);
    }
    return n > INT32_MAX ? -1 : (int32_t)n;
}

static th_err open_net(const batch *b, const th_model *model, net *n, th_why *why)
{
    const th_graph *g = &model->graphs[0];
    if (g->n_inputs < 1 || g->n_outputs != 1)
        return th_why_set(why, TH_ESHAPE, "the network has %d inputs and %d outputs; a classifier has one output",
                          (int)g->n_inputs, (int)g->n_outputs);
    const th_tensor *in = &g->tensors[g->inputs[0]];
    const int32_t n_in = values_in(g);
    n->g = g;
    n->out = &g->tensors[g->outputs[0]];
    if (n_in != b->n_x || !usable(n->out) || th_shape_count(&n->out->shape) != b->n_labels)
        return th_why_set(why, TH_ESHAPE,
                          "the network takes %d values of %s and gives %d of %s, but %s "
                          "%d %s and %d %s, in float32 or int8%s",
                          (int)(n_in < 0 ? th_shape_count(&in->shape) : n_in), th_type_name(in->type),
                          (int)th_shape_count(&n->out->shape), th_type_name(n->out->type),
                          b->job->pipe ? "its description says" : "the examples have", (int)b->n_x,
                          b->job->pipe ? "features" : "values", (int)b->n_labels,
                          b->job->outputs[0] || b->job->outputs[1] ? "values to come out" : "labels",
                          b->job->pipe ? ". Train it again: thimble train" : "");
    return th_plan_make_host(g, &n->plan, why);
}

static th_err open_frontend(batch *b, th_why *why)
{
    const th_pipeline *p = b->job->pipe;
    if (!p) return TH_OK;
    const size_t bytes = th_frontend_mem(&p->frontend);
    if (!bytes || th_frontend_frames(&p->frontend, p->clip_samples) != p->n_frames)
        return th_why_set(why, TH_ERANGE, "the model's feature settings make no sense. Train it again: thimble train");
    b->tables = malloc(bytes + TH_ARENA_ALIGN);
    if (!b->tables) return th_why_set(why, TH_ENOMEM, "out of memory");
    th_arena arena = th_arena_over(b->tables, bytes + TH_ARENA_ALIGN);
    const th_err err = th_frontend_init(&b->frontend, &p->frontend, p->mean, p->inv_std, &arena);
    return err ? th_why_set(why, err, "the front end could not be set up: %s", th_err_text(err)) : TH_OK;
}

static th_err open_lane(const batch *b, lane *l, th_why *why)
{
    const th_pipeline *p = b->job->pipe;
    l->pcm = malloc((p ? (size_t)p->clip_samples : 1) * sizeof *l->pcm);
    l->features = malloc((size_t)b->n_x * sizeof *l->features);
    l->scratch = malloc((p ? th_frontend_scratch(&p->frontend) + 1 : 1) * sizeof *l->scratch);
    if (!l->pcm || !l->features || !l->scratch) return th_why_set(why, TH_ENOMEM, "out of memory");
    for (int k = 0; k < TH_MAX_NETS; k++)
        if (b->net[k].plan) TH_TRY(th_runner_new(b->net[k].plan, &l->runner[k], why));
    return TH_OK;
}

static void close_all(batch *b)
{
    for (int m = 0; m < b->n_lanes; m++) {
        for (int k = 0; k < TH_MAX_NETS; k++) th_runner_free(b->lane[m].runner[k]);
        free(b->lane[m].pcm);
        free(b->lane[m].features);
        free(b->lane[m].scratch);
    }
    free(b->lane);
    for (int k = 0; k < TH_MAX_NETS; k++) th_plan_free(b->net[k].plan);
    free(b->tables);
}

const float *th_input_fill(const th_tensor *in, const float *x, void *to)
{
    const int32_t n = th_shape_count(&in->shape);
    if (in->type == TH_S8)
        th_features_to_s8(x, n, in->quant.scale[0], in->quant.zero[0], to);
    else
        memcpy(to, x, (size_t)n * sizeof *x);
    return x + n;
}

/* One network, one set of features: scores as real numbers.  What a network remembers is not of this clip. */
static th_err ask(const net *n, th_runner *r, const float *x, float *score, int32_t n_score)
{
    th_runner_reset(r);
    for (int32_t k = 0; k < n->g->n_inputs; k++)
        x = th_input_fill(&n->g->tensors[n->g->inputs[k]], x, th_runner_input(r, k));
    TH_TRY(th_runner_invoke(r, NULL, NULL));
    const void *out = th_runner_output(r, 0);
    for (int32_t k = 0; k < n_score; k++)
        score[k] = n->out->type == TH_F32
                       ? ((const float *)out)[k]
                       : n->out->quant.scale[0] * (float)(((const int8_t *)out)[k] - n->out->quant.zero[0]);
    return TH_OK;
}

/* Features of a clip, or the values of an example. */
static th_err get_features(const batch *b, lane *l, size_t i)
{
    const th_pipeline *p = b->job->pipe;
    if (!p) {
        b->job->values(b->job->ctx, i, l->features);
        return TH_OK;
    }
    TH_TRY(b->job->fill(b->job->ctx, i, l->pcm));
    th_frontend_clip(&b->frontend, l->pcm, p->clip_samples, l->scratch, l->features);
    return TH_OK;
}

static void classify_one(const batch *b, lane *l, size_t i)
{
    th_verdict *v = &b->out[i];
    v->err = get_features(b, l, i);
    if (v->err) return;
    for (int k = 0; k < TH_MAX_NETS; k++) {
        if (!l->runner[k]) continue;
        float *out = b->job->outputs[k] ? b->job->outputs[k] + i * (size_t)b->n_labels : v->score[k];
        l->err = ask(&b->net[k], l->runner[k], l->features, out, b->n_labels);
        if (l->err) return;
        if (out == v->score[k]) v->said[k] = th_score_best(v->score[k], b->n_labels);
    }
}

static void work(void *ctx, int member, int n_members)
{
    const batch *b = ctx;
    const th_classify_job *job = b->job;
    size_t seen = 0;
    for (size_t i = (size_t)member; i < job->n_clips && !b->lane[member].err && !th_interrupted();
         i += (size_t)n_members) {
        classify_one(b, &b->lane[member], i);
        if (member == 0 && job->progress && seen++ % 16 == 0) job->progress(job->ctx, (double)i / (double)job->n_clips);
    }
}

static th_err open_all(batch *b, th_why *why)
{
    TH_TRY(open_frontend(b, why));
    for (int k = 0; k < TH_MAX_NETS; k++)
        if (b->job->net[k]) TH_TRY(open_net(b, b->job->net[k], &b->net[k], why));
    b->lane = calloc((size_t)b->job->n_threads, sizeof *b->lane);
    if (!b->lane) return th_why_set(why, TH_ENOMEM, "out of memory");
    for (; b->n_lanes < b->job->n_threads; b->n_lanes++) {
        const th_err err = open_lane(b, &b->lane[b->n_lanes], why);
        if (err) {
            b->n_lanes++; /* half open: freed like the others */
            return err;
        }
    }
    return TH_OK;
}

th_err th_classify_clips(const th_classify_job *job, th_verdict *out, th_why *why)
{
    const th_pipeline *p = job->pipe;
    batch b = {.job = job,
               .out = out,
               .n_x = p ? p->n_frames * p->frontend.n_coef : job->n_values,
               .n_labels = p ? p->n_labels : job->n_labels};
    th_team *team = NULL;
    th_err err = open_all(&b, why);
    if (!err) err = th_team_new(job->n_threads, &team, why);
    if (!err) {
        th_team_run(team, work, &b);
        th_team_free(team);
        if (th_interrupted())
            err = th_why_set(why, TH_EINTR, "stopped; nothing was changed");
        else if (job->progress)
            job->progress(job->ctx, 1.0);
        for (int m = 0; m < b.n_lanes && !err; m++)
            if (b.lane[m].err) err = th_why_set(why, b.lane[m].err, "%s", th_err_text(b.lane[m].err));
    }
    close_all(&b);
    return err;
}
