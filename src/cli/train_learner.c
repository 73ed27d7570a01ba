#include "cli/train_learner.h"

#include "base/text.h"
#include "cli/example_set.h"
#include "data/task_examples.h"
#include "learn/learn.h"
#include "os/file.h"
#include "os/run.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct learner_cmd {
    const th_args *a;
    const th_learner *learner;
    th_examples *train, *val;
    th_card card;
    th_learn_job job;
    float *x[2]; /* rows of train and val */
    th_learn_report report;
    th_model *model;
    char out[TH_PATH_BYTES];
    double began;
} learner_cmd;

/* ---- settings ---- */

static th_err get_settings(learner_cmd *c, th_why *why)
{
    static const char *const names[] = {
#define X(member, name, arg, lo, hi, def, text, help) name,
        TH_LEARN_SETTING_LIST(X)
#undef X
    };
    int64_t seed, threads;
    TH_TRY(th_arg_int(c->a, "seed", 0, INT64_MAX, 1, &seed, why));
    TH_TRY(th_arg_int(c->a, "threads", 1, 64, th_cpu_count(), &threads, why));
    c->job.cfg = th_learn_default();
    c->job.cfg.seed = (uint64_t)seed;
    c->job.cfg.n_threads = (int)threads;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = th_arg(c->a, names[i]);
        if (value) TH_TRY(th_learn_set(&c->job.cfg, names[i], value, why));
    }
    return TH_OK;
}

static th_err name_output(learner_cmd *c, th_why *why)
{
    const char *out = th_arg(c->a, "out");
    const size_t n = out ? strlen(out) : 0;
    if (out && (n < 7 || strcmp(out + n - 7, ".tflite") != 0))
        return th_why_set(why, TH_EUSAGE, "--out %s: the model is a .tflite file", out);
    if (n >= sizeof c->out) return th_why_set(why, TH_ERANGE, "the path of the model is too long");
    th_text_fmt(c->out, sizeof c->out, "%s%s", out ? out : c->learner->name, out ? "" : ".tflite");
    return TH_OK;
}

/* ---- rows ---- */

/* Keeps the examples with the label `normal`; their labels are then of no interest. */
static th_err keep_normal(th_examples *e, const char *path, const char *normal, th_why *why)
{
    int32_t label = 0;
    while (label < e->n_labels && strcmp(e->labels[label], normal) != 0) label++;
    if (label == e->n_labels)
        return th_why_set(why, TH_EUSAGE, "--normal %s: no example of %s has that label; the first one is \"%s\"",
                          normal, path, e->n_labels ? e->labels[0] : "");
    bool *keep = malloc(((size_t)e->n + 1) * sizeof *keep);
    if (!keep) return th_why_set(why, TH_ENOMEM, "out of memory");
    for (int32_t i = 0; i < e->n; i++) keep[i] = e->label[i] == label;
    th_examples_keep(e, keep);
    free(keep);
    return TH_OK;
}

/* Trees ask whether a column is above a value, so any stretching of it is as good: into -1 .. 1, where int8 has most
 * steps for each. */
static void spread(const th_examples *e, th_card *card)
{
    const size_t n = (size_t)card->n_values;
    for (size_t j = 0; j < n; j++) {
        float lo = INFINITY, hi = -INFINITY;
        for (size_t i = 0; i < (size_t)e->n; i++) {
            lo = fminf(lo, e->f32[i * n + j]);
            hi = fmaxf(hi, e->f32[i * n + j]);
        }
        card->mean[j] = lo / 2 + hi / 2;
        card->inv[j] = hi > lo && isfinite(2 / (hi - lo)) ? 2 / (hi - lo) : 1;
    }
}

static th_err make_card(learner_cmd *c, const char *normal, th_why *why)
{
    float lo = 0, hi = 1;
    TH_TRY(th_pixels_parse(th_arg(c->a, "pixels"), &lo, &hi, why));
    th_card_make(c->train, lo, hi, &c->card);
    if (c->card.n_values && !c->job.anomaly && strstr("tree forest boost", c->learner->name))
        spread(c->train, &c->card);
    if (strcmp("logistic", c->learner->name) == 0) th_card_tame(c->train, &c->card);
    if (!c->job.anomaly) return TH_OK;
    c->card.n_labels = 0;
    c->card.scores = true;
    c->card.limit = 1;
    th_text_fmt(c->card.normal, sizeof c->card.normal, "%s", normal ? normal : "");
    return TH_OK;
}

static th_err load(learner_cmd *c, th_why *why)
{
    const char *data = th_arg(c->a, "data"), *val = th_arg(c->a, "val"), *normal = th_arg(c->a, "normal");
    th_examples_shape shape = {0};
    TH_TRY(th_example_size(th_arg(c->a, "size"), &shape, why));
    TH_TRY(th_examples_load(data, &shape, &c->train, why));
    shape = (th_examples_shape){c->train->h, c->train->w, c->train->c};
    if (val) TH_TRY(th_examples_load(val, &shape, &c->val, why));
    c->job.anomaly = normal || !(c->learner->kinds & TH_LEARN_CLASSES);
    if (normal) {
        TH_TRY(keep_normal(c->train, data, normal, why));
        if (c->val) TH_TRY(keep_normal(c->val, val, normal, why));
    }
    TH_TRY(make_card(c, normal, why));
    th_why inner = {0};
    const th_err err = c->val && !c->job.anomaly ? th_card_relabel(&c->card, c->val, false, &inner) : TH_OK;
    return err ? th_why_set(why, err, "%s: %s", val, inner.text) : TH_OK;
}

static th_err get_rows(learner_cmd *c, const th_examples *e, int which, th_rows *rows, th_why *why)
{
    const int32_t d = e->h * e->w * e->c;
    const th_examples_scale scale = th_card_scale(&c->card);
    float *x = c->x[which] = malloc(((size_t)e->n * (size_t)d + 1) * sizeof *x);
    if (!x) return th_why_set(why, TH_ENOMEM, "no memory for %ld rows of %ld values", (long)e->n, (long)d);
    for (int32_t i = 0; i < e->n; i++) th_examples_get(e, &scale, i, x + (size_t)i * (size_t)d);
    *rows = (th_rows){.x = x, .label = c->job.anomaly ? NULL : e->label, .n = e->n, .d = d, .n_labels = e->n_labels};
    return TH_OK;
}

/* ---- the result ---- */

static size_t bytes_of(const th_model *m)
{
    const th_graph *g = &m->graphs[0];
    size_t n = 0;
    for (int32_t i = 0; i < g->n_tensors; i++)
        if (g->tensors[i].data) n += th_tensor_bytes(&g->tensors[i]);
    return n;
}

static void print_result(const learner_cmd *c)
{
    const double seconds = th_clock_s() - c->began;
    const size_t bytes = bytes_of(c->model);
    if (!th_arg_on(c->a, "json")) {
        printf("%s: %s of %d rows of %d values, %zu bytes of tables (%.1f s)\n", c->out, c->learner->name,
               (int)c->job.train.n, (int)c->job.train.d, bytes, seconds);
        for (int32_t i = 0; i < c->report.n; i++)
            printf("  %-20s %.6g\n", c->report.figure[i].name, c->report.figure[i].value);
        printf("next: thimble test %s --data OTHER_EXAMPLES\n", c->out);
        return;
    }
    json_t *o =
        json_pack("{ss ss si si sI sf}", "model", c->out, "learner", c->learner->name, "examples", (int)c->job.train.n,
                  "values", (int)c->job.train.d, "bytes", (json_int_t)bytes, "seconds", seconds);
    for (int32_t i = 0; o && i < c->report.n; i++)
        json_object_set_new(o, c->report.figure[i].name, json_real(c->report.figure[i].value));
    char *text = o ? json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(6)) : NULL;
    if (text) puts(text);
    free(text);
    json_decref(o);
}

static void on_progress(void *ctx, double part)
{
    (void)ctx;
    th_progress("train", part);
}

static th_err all(learner_cmd *c, th_why *why)
{
    c->began = th_clock_s();
    TH_TRY(get_settings(c, why));
    TH_TRY(name_output(c, why));
    TH_TRY(load(c, why));
    TH_TRY(get_rows(c, c->train, 0, &c->job.train, why));
    if (c->val) TH_TRY(get_rows(c, c->val, 1, &c->job.val, why));
    const th_examples *e = c->train;
    c->job.input =
        e->h * e->w > 1 ? (th_shape){.rank = 4, .d = {1, e->h, e->w, e->c}} : (th_shape){.rank = 2, .d = {1, e->c}};
    c->job.progress = on_progress;
    TH_TRY(th_learn(c->learner, &c->job, &c->model, &c->report, why));
    th_progress("train", 1);
    TH_TRY(th_card_attach(&c->card, c->model, why));
    TH_TRY(th_model_save(c->model, c->out, why));
    print_result(c);
    return TH_OK;
}

/* Rows of a project's set, and its card. */
static th_err learn_set(learner_cmd *c, th_example_set *set, const th_project *p, th_model **model, char summary[1024],
                        th_why *why)
{
    const th_examples *e = set->train;
    size_t n = 0;
    TH_TRY(get_settings(c, why));
    if (!th_arg(c->a, "seed")) c->job.cfg.seed = p->seed;
    if (!th_arg(c->a, "percentile")) c->job.cfg.percentile = (double)p->percentile;
    if (e->u8) return th_why_set(why, TH_EUSAGE, "%s learns from rows of numbers, not from pictures", c->learner->name);
    c->job.anomaly = set->to_input;
    c->card = set->card;
    if (c->card.n_values && !c->job.anomaly && strstr("tree forest boost", c->learner->name)) spread(e, &c->card);
    c->card.scores = c->job.anomaly;
    c->card.limit = c->job.anomaly ? 1 : 0;
    if (c->job.anomaly) th_text_fmt(c->card.normal, sizeof c->card.normal, "%s", set->card.labels[0]);
    TH_TRY(get_rows(c, e, 0, &c->job.train, why));
    if (set->val) TH_TRY(get_rows(c, set->val, 1, &c->job.val, why));
    c->job.input =
        e->h * e->w > 1 ? (th_shape){.rank = 4, .d = {1, e->h, e->w, e->c}} : (th_shape){.rank = 2, .d = {1, e->c}};
    c->job.progress = on_progress;
    TH_TRY(th_learn(c->learner, &c->job, model, &c->report, why));
    th_progress("train", 1);
    set->card = c->card;
    for (int32_t i = 0; i < c->report.n && n < 1000; i++)
        n += (size_t)snprintf(summary + n, 1024 - n, "  %-20s %.6g\n", c->report.figure[i].name,
                              c->report.figure[i].value);
    return TH_OK;
}

th_err th_project_learn(const th_args *a, const char *name, th_example_set *set, const th_project *p, th_model **model,
                        char summary[1024], th_why *why)
{
    learner_cmd *c = calloc(1, sizeof *c);
    if (!c) return th_why_set(why, TH_ENOMEM, "out of memory");
    c->a = a;
    c->learner = th_learner_find(name);
    *model = NULL;
    *summary = 0;
    const th_err err = c->learner ? learn_set(c, set, p, model, summary, why)
                                  : th_why_set(why, TH_EUSAGE, "there is no learner \"%s\"", name);
    for (int i = 0; i < 2; i++) free(c->x[i]);
    free(c);
    return err;
}

th_err th_train_learner(const th_args *a, th_why *why)
{
    learner_cmd *c = calloc(1, sizeof *c);
    if (!c) return th_why_set(why, TH_ENOMEM, "out of memory");
    c->a = a;
    c->learner = th_learner_find(th_word(a, 0, ""));
    const th_err err = all(c, why);
    th_model_free(c->model);
    th_examples_free(c->train);
    th_examples_free(c->val);
    for (int i = 0; i < 2; i++) free(c->x[i]);
    free(c);
    return err;
}
