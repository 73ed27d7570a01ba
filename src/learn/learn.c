#include "learn/learn.h"

#include "evaluate/anomaly.h"
#include "fmt/flexbuf.h"
#include "learn/learning.h"
#include "model/plan.h"
#include "os/run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const th_learner learners[] = {
    {"knn", "the nearest stored rows vote, or say how far away they are", TH_LEARN_CLASSES | TH_LEARN_SCORE,
     th_learn_knn, NULL},
    {"kmeans", "distance to the nearest of some centres of what is normal", TH_LEARN_SCORE, th_learn_kmeans, NULL},
    {"mixture", "how unlikely a row is under some Gaussians", TH_LEARN_SCORE, th_learn_mixture,
     th_learn_mixture_settle},
    {"pca", "distance along and beside the directions in which normal rows vary", TH_LEARN_SCORE, th_learn_pca, NULL},
    {"logistic", "one weighted sum for each class", TH_LEARN_CLASSES, th_learn_logistic, NULL},
    {"tree", "one question after the other", TH_LEARN_CLASSES, th_learn_tree, NULL},
    {"forest", "many trees, each of other rows and columns, vote", TH_LEARN_CLASSES, th_learn_forest, NULL},
    {"boost", "small trees, each mending what those before it left", TH_LEARN_CLASSES, th_learn_boost, NULL},
};

const th_learner *th_learners(size_t *n)
{
    *n = sizeof learners / sizeof *learners;
    return learners;
}

const th_learner *th_learner_find(const char *name)
{
    for (size_t i = 0; i < sizeof learners / sizeof *learners; i++)
        if (strcmp(learners[i].name, name) == 0) return &learners[i];
    return NULL;
}

/* ---- what learners share ---- */

void *th_learn_get(th_learning *l, size_t n, size_t size)
{
    if (size && n > (SIZE_MAX - 64) / size) return NULL;
    void **block = calloc(1, 16 + n * size);
    if (!block) return NULL;
    block[0] = l->memory;
    l->memory = block;
    return block + 2;
}

void th_learn_forget(th_learning *l)
{
    for (void *block = l->memory, *next; block; block = next) {
        next = *(void **)block;
        free(block);
    }
    l->memory = NULL;
}

th_err th_learn_no_memory(const th_learning *l)
{
    return th_why_set(l->why, TH_ENOMEM, "no memory to learn from %ld rows of %ld values", (long)l->job->train.n,
                      (long)l->job->train.d);
}

void th_learn_tell(th_learning *l, const char *name, double value)
{
    th_learn_report *r = l->report;
    if (r->n == TH_LEARN_FIGURES) return;
    r->figure[r->n].name = name;
    r->figure[r->n++].value = value;
}

th_err th_learn_step(const th_learning *l, double part)
{
    if (l->job->progress) l->job->progress(l->job->ctx, part);
    return th_interrupted() ? th_why_set(l->why, TH_EINTR, "stopped") : TH_OK;
}

th_rng th_learn_rng(const th_learning *l, uint64_t stream)
{
    return th_rng_make(l->job->cfg.seed, 1000 + stream);
}

int32_t th_learn_whole(double setting, int32_t own)
{
    return setting > 0 ? (int32_t)setting : own;
}

double th_learn_distance(const float *a, const float *b, int32_t d)
{
    float sum[8] = {0}; /* eight sums side by side become vector code */
    int32_t j = 0;
    for (; j + 8 <= d; j += 8)
        for (int k = 0; k < 8; k++) {
            const float v = a[j + k] - b[j + k];
            sum[k] += v * v;
        }
    for (; j < d; j++) sum[0] += (a[j] - b[j]) * (a[j] - b[j]);
    return (double)((sum[0] + sum[4]) + (sum[1] + sum[5])) + (double)((sum[2] + sum[6]) + (sum[3] + sum[7]));
}

void th_learn_shuffle(th_rng *r, int32_t *order, int32_t n)
{
    for (int32_t i = 0; i < n; i++) order[i] = i;
    for (int32_t i = n - 1; i > 0; i--) {
        const int32_t k = (int32_t)th_rng_below(r, (uint32_t)i + 1), v = order[i];
        order[i] = order[k];
        order[k] = v;
    }
}

double th_learn_threshold(const th_learning *l, float *score, int32_t n)
{
    return fmax((double)th_percentile(score, (size_t)n, l->job->cfg.percentile) * l->margin, 1e-12);
}

/* ---- the graph ---- */

#define MOST_TENSORS 24
#define MOST_NODES   6

static th_err begin(th_learning *l)
{
    TH_TRY(th_model_new(&l->model, l->why));
    th_graph *g = l->graph = th_model_alloc(l->model, 1, sizeof *g);
    if (!g) return th_learn_no_memory(l);
    g->name = "main";
    g->tensors = th_model_alloc(l->model, MOST_TENSORS, sizeof *g->tensors);
    g->nodes = th_model_alloc(l->model, MOST_NODES, sizeof *g->nodes);
    if (!g->tensors || !g->nodes) return th_learn_no_memory(l);
    g->tensors[g->n_tensors++] = (th_tensor){.name = "input", .type = TH_F32, .shape = l->job->input};
    l->model->description = "made by thimble train";
    l->model->graphs = g;
    l->model->n_graphs = 1;
    return TH_OK;
}

th_shape th_learn_shape(int32_t a, int32_t b)
{
    return (th_shape){.rank = b > 0 ? 2 : 1, .d = {a, b}};
}

void *th_learn_constant(th_learning *l, const char *name, th_type type, th_shape shape, int32_t *tensor)
{
    th_tensor t = {.name = name, .type = type, .shape = shape};
    const size_t n = th_tensor_bytes(&t);
    void *data = n ? th_model_alloc(l->model, n, 1) : NULL;
    *tensor = -1;
    if (!data) return NULL;
    t.data = data;
    *tensor = l->graph->n_tensors;
    l->graph->tensors[l->graph->n_tensors++] = t;
    return data;
}

int32_t th_learn_node(th_learning *l, th_op op, const th_attr *attr, const int32_t *in, int32_t n, const char *name,
                      int32_t classes)
{
    th_graph *g = l->graph;
    int32_t *io = th_model_alloc(l->model, (size_t)n + 1, sizeof *io);
    for (int32_t i = 0; i < n; i++)
        if (in[i] < 0) return -1;
    if (!io) return -1;
    memcpy(io, in, (size_t)n * sizeof *io);
    io[n] = g->n_tensors;
    g->tensors[g->n_tensors++] = (th_tensor){.name = name, .type = TH_F32, .shape = th_learn_shape(1, classes)};
    g->nodes[g->n_nodes++] = (th_node){.op = op, .n_in = n, .n_out = 1, .in = io, .out = io + n, .attr = *attr};
    return io[n];
}

int32_t th_learn_custom(th_learning *l, th_op op, int32_t neighbours, const int32_t *in, int32_t n, const char *name,
                        int32_t classes)
{
    const th_flex_entry entry[] = {{"classes", classes}, {"neighbours", neighbours}};
    const size_t entries = neighbours ? 2 : 1, bytes = th_flex_map_write(entry, entries, NULL, 0);
    uint8_t *options = th_model_alloc(l->model, bytes, 1);
    if (!options) return -1;
    (void)th_flex_map_write(entry, entries, options, bytes);
    return th_learn_node(l, op, &(th_attr){.custom = {.options = {options, bytes}}}, in, n, name, classes);
}

th_err th_learn_end(th_learning *l, int32_t tensor, int32_t classes, bool softmax)
{
    const th_attr attr = {.softmax = {.beta = 1}};
    if (softmax && tensor >= 0) tensor = th_learn_node(l, TH_OP_SOFTMAX, &attr, &tensor, 1, "scores", classes);
    if (tensor < 0) return th_learn_no_memory(l);
    int32_t *ends = th_model_alloc(l->model, 2, sizeof *ends);
    if (!ends) return th_learn_no_memory(l);
    ends[1] = tensor; /* ends[0]: tensor 0 */
    l->graph->inputs = ends;
    l->graph->outputs = ends + 1;
    l->graph->n_inputs = l->graph->n_outputs = 1;
    return TH_OK;
}

/* ---- the job ---- */

static th_err check_rows(const th_rows *r, bool labels, const char *which, th_why *why)
{
    for (int32_t i = 0; i < r->n; i++) {
        for (int32_t j = 0; j < r->d; j++)
            if (!isfinite(r->x[(size_t)i * (size_t)r->d + (size_t)j]))
                return th_why_set(why, TH_ERANGE, "%s row %ld, column %ld is no finite number", which, (long)i + 1,
                                  (long)j + 1);
        if (labels && (r->label[i] < 0 || r->label[i] >= r->n_labels))
            return th_why_set(why, TH_ERANGE, "%s row %ld has no label", which, (long)i + 1);
    }
    return TH_OK;
}

static th_err check(const th_learner *learner, const th_learn_job *job, th_why *why)
{
    const th_rows *r = &job->train;
    if (job->anomaly && !(learner->kinds & TH_LEARN_SCORE))
        return th_why_set(why, TH_EUSAGE,
                          "%s tells classes apart and learns no score of what is normal: take kmeans, knn, mixture or "
                          "pca",
                          learner->name);
    if (!job->anomaly && !(learner->kinds & TH_LEARN_CLASSES))
        return th_why_set(why, TH_EUSAGE, "%s learns what is normal: say which rows are with --normal LABEL",
                          learner->name);
    if (r->n < 2 || r->d < 1)
        return th_why_set(why, TH_ERANGE, "at least 2 rows are needed, there are %ld", (long)r->n);
    if (!job->anomaly && (!r->label || r->n_labels < 2))
        return th_why_set(why, TH_ERANGE, "at least two labels are needed to tell apart");
    if (!job->anomaly && r->n_labels > 256)
        return th_why_set(why, TH_ERANGE, "%ld labels; classic learners take up to 256", (long)r->n_labels);
    TH_TRY(check_rows(r, !job->anomaly, "training", why));
    return check_rows(&job->val, !job->anomaly, "validation", why);
}

/* One model of job's training rows; its memory, but the model's, is free again. */
static th_err train(const th_learner *learner, const th_learn_job *job, double margin, th_team *team,
                    th_learn_report *report, th_model **model, th_why *why)
{
    th_learning l = {.job = job, .report = report, .why = why, .team = team, .margin = margin};
    *report = (th_learn_report){0};
    th_err err = begin(&l);
    if (!err) err = learner->train(&l);
    th_learn_forget(&l);
    if (err) th_model_free(l.model);
    *model = err ? NULL : l.model;
    return err;
}

/* ---- the threshold of a score ---- */

#define FOLDS 5

/* Scores of rows from .. to - 1 -> score. */
static th_err score_rows(const th_model *model, const th_rows *r, int32_t from, int32_t to, float *score, th_why *why)
{
    th_plan *plan = NULL;
    th_runner *runner = NULL;
    th_err err = th_plan_make(&model->graphs[0], &plan, why);
    if (!err) err = th_runner_new(plan, &runner, why);
    for (int32_t i = from; i < to && !err; i++) {
        memcpy(th_runner_input(runner, 0), r->x + (size_t)i * (size_t)r->d, (size_t)r->d * sizeof *r->x);
        err = th_runner_invoke(runner, NULL, NULL);
        if (!err) score[i] = *(const float *)th_runner_output(runner, 0);
    }
    th_runner_free(runner);
    th_plan_free(plan);
    return err;
}

/* Without rows from .. to - 1, and then those: rest has room for all rows. */
static th_err score_fold(const th_learner *learner, const th_learn_job *job, th_team *team, int32_t from, int32_t to,
                         float *rest, float *score, th_why *why)
{
    const th_rows *r = &job->train;
    const size_t d = (size_t)r->d;
    th_learn_job part = *job;
    th_learn_report report;
    th_model *model;
    memcpy(rest, r->x, (size_t)from * d * sizeof *rest);
    memcpy(rest + (size_t)from * d, r->x + (size_t)to * d, (size_t)(r->n - to) * d * sizeof *rest);
    part.train = (th_rows){.x = rest, .n = r->n - (to - from), .d = r->d};
    part.progress = NULL;
    TH_TRY(train(learner, &part, 1, team, &report, &model, why));
    const th_err err = score_rows(model, r, from, to, score, why);
    th_model_free(model);
    return err;
}

/* How far above the threshold that a model finds in the rows it learned from the same percentile of rows lies that it
 * did not: each fifth of the rows, one after the other in time, is scored by a model of the others. */
static th_err find_margin(const th_learner *learner, const th_learn_job *job, th_team *team, double *margin,
                          th_why *why)
{
    const th_rows *r = &job->train;
    *margin = 1;
    if (r->n < 4 * FOLDS) return TH_OK;
    float *rest = malloc((size_t)r->n * (size_t)r->d * sizeof *rest), *score = malloc((size_t)r->n * sizeof *score);
    th_err err = rest && score ? TH_OK : th_why_set(why, TH_ENOMEM, "no memory for %ld scores", (long)r->n);
    for (int32_t f = 0; f < FOLDS && !err; f++) {
        const int32_t from = (int32_t)((int64_t)r->n * f / FOLDS), to = (int32_t)((int64_t)r->n * (f + 1) / FOLDS);
        err = score_fold(learner, job, team, from, to, rest, score, why);
        if (job->progress) job->progress(job->ctx, 0.8 * (f + 1) / FOLDS);
    }
    if (!err) *margin = fmax(1, (double)th_percentile(score, (size_t)r->n, job->cfg.percentile));
    free(rest);
    free(score);
    return err;
}

#define FEWEST 50 /* watched rows that say something of a percentile */

/* The same of the watched rows, for a model of all others; the margin only grows. */
static th_err watch_margin(const th_learner *learner, const th_learn_job *job, th_team *team, double *margin,
                           th_why *why)
{
    th_learn_report report;
    th_model *model;
    th_learn_job all = *job;
    if (job->val.n < FEWEST) return TH_OK;
    float *score = malloc((size_t)job->val.n * sizeof *score);
    if (!score) return th_why_set(why, TH_ENOMEM, "no memory for %ld scores", (long)job->val.n);
    all.progress = NULL;
    th_err err = train(learner, &all, 1, team, &report, &model, why);
    if (!err) err = score_rows(model, &job->val, 0, job->val.n, score, why);
    if (!err) *margin = fmax(*margin, (double)th_percentile(score, (size_t)job->val.n, job->cfg.percentile));
    th_model_free(model);
    free(score);
    return err;
}

/* The same settings for the folds and for the model that is kept: a margin is that of one kind of model. */
static th_err settle(const th_learner *learner, th_learn_job *job, th_team *team, th_why *why)
{
    const th_learn_job given = *job;
    th_learning l = {.job = &given, .why = why, .team = team};
    const th_err err = learner->settle ? learner->settle(&l, &job->cfg) : TH_OK;
    th_learn_forget(&l);
    return err;
}

th_err th_learn(const th_learner *learner, const th_learn_job *asked, th_model **model, th_learn_report *report,
                th_why *why)
{
    th_team *team;
    double margin = 1;
    th_learn_job settled = *asked;
    const th_learn_job *job = &settled;
    *report = (th_learn_report){0};
    *model = NULL;
    TH_TRY(check(learner, job, why));
    TH_TRY(th_team_new(job->cfg.n_threads < 1 ? 1 : job->cfg.n_threads, &team, why));
    th_err err = settle(learner, &settled, team, why);
    if (!err && job->anomaly) err = find_margin(learner, job, team, &margin, why);
    if (!err && job->anomaly) err = watch_margin(learner, job, team, &margin, why);
    if (!err) err = train(learner, job, margin, team, report, model, why);
    if (!err && job->anomaly && report->n < TH_LEARN_FIGURES) {
        report->figure[report->n].name = "margin";
        report->figure[report->n++].value = margin;
    }
    th_team_free(team);
    return err;
}
