/* Training with the integer network in the loop, for `thimble quantize --train`. */
#include "cli/quantized.h"

#include "cli/train_view.h"
#include "compress/qat.h"
#include "os/run.h"

#include <stdio.h>
#include <stdlib.h>

static bool on_epoch(void *ctx, const th_epoch_report *r)
{
    th_train_view_epoch(ctx, r);
    return true;
}

static void on_progress(void *ctx, int32_t epoch, double part)
{
    th_train_view_progress(ctx, epoch, part);
}

static th_train_cfg settings_of(const th_quantize_options *o)
{
    th_train_cfg cfg = th_train_default();
    cfg.epochs = o->epochs;
    cfg.batch = 32;
    cfg.learning_rate = o->learning_rate;
    cfg.weight_decay = 0; /* the weights are where they should be, or nearly */
    cfg.seed = o->seed;
    cfg.n_threads = o->threads;
    return cfg;
}

/* What training made is kept when it is no worse than what there was. */
static th_err train(const th_qat_job *job, const th_scorer *scorer, th_quantized *r, th_why *why)
{
    th_qat_result trained;
    th_score after;
    th_err err = th_qat_train(job, &trained, why);
    if (!err) err = th_scorer_run(scorer, &trained.integer.model->graphs[0], &after, why);
    if (!err && th_score_loss(&r->f32_score, &after) <= th_score_loss(&r->f32_score, &r->score)) {
        th_model_free(r->model);
        r->model = trained.integer.model;
        trained.integer.model = NULL;
        r->kept = true;
    }
    if (!err) r->trained = after;
    th_qat_free(&trained);
    return err;
}

th_err th_quantized_train(const th_model *f32, const th_samples *calibrate, const th_scorer *scorer,
                          const struct th_train_job *examples, th_quantized *r, th_why *why)
{
    th_train_view view = {.epochs = r->options.epochs,
                          .n_train = examples->n_train,
                          .has_val = examples->n_val > 0,
                          .live = th_stderr_is_terminal()};
    th_train_job job = *examples;
    job.cfg = settings_of(&r->options);
    job.on_epoch = on_epoch;
    job.on_progress = on_progress;
    job.ctx = &view;
    const th_qat_job qat = {.model = f32, .samples = *calibrate, .settings = r->options.settings, .train = &job};
    view.done = calloc((size_t)view.epochs, sizeof *view.done);
    if (!view.done) return th_why_set(why, TH_ENOMEM, "out of memory");
    const th_err err = train(&qat, scorer, r, why);
    th_train_view_end(&view);
    for (int32_t i = 0; i < view.n; i++) {
        if (view.done[i].best) r->best_epoch = view.done[i].epoch;
        r->train_s += view.done[i].value[TH_SECONDS];
    }
    free(view.done);
    return err;
}
