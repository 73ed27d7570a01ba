/* thimble train: project, clips and preset -> model/float.tflite and model/history.json. */
#include "cli/cmd.h"

#include "base/hash.h"
#include "cli/clip_set.h"
#include "design/design.h"
#include "cli/example_set.h"
#include "cli/train_record.h"
#include "cli/train_few.h"
#include "cli/train_file.h"
#include "cli/table.h"
#include "cli/train_learner.h"
#include "cli/train_view.h"
#include "cli/version.h"
#include "data/front.h"
#include "data/version.h"
#include "learn/learn.h"
#include "os/lock.h"
#include "os/run.h"
#include "train/settings.h"
#include "train/transfer.h"

#include <jansson.h>
#include <math.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_EXAMPLES 4000 /* larger sets take fewer epochs than the preset says */
#define FEWEST_EPOCHS 15
#define FEW_EPOCHS    30 /* of the last layer alone */

typedef struct train_cmd {
    th_project project;
    th_preset preset; /* with what thimble.ini and the options say */
    char preset_text[TH_PRESET_BYTES];
    th_pipeline pipe;
    th_spec spec;
    th_dataset *set;
    th_clip_set clips;
    th_few few;       /* only the last layer is learnt */
    bool of_examples; /* the task is not of sounds: `examples`, and not pipe, set and clips */
    th_example_set examples;
    th_train_settings settings;
    th_train_view view;
    th_train_record record;
    th_run run; /* for the record, with its texts */
    char options[8192], job[24], data_hash[24], version[TH_HASH_BYTES], seed[24];
    int lock; /* of the project: one training at a time */
    char checkpoint[TH_PATH_BYTES], model_path[TH_PATH_BYTES], history_path[TH_PATH_BYTES];
    const char *stopped; /* "finished", "early", "interrupted" */
    double seconds;
} train_cmd;

/* ---- what is trained ---- */

/* The backbone's layers, and clips changed as its preset says. */
static th_err design_few(train_cmd *c, th_why *why)
{
    const char *preset = strcmp(c->pipe.preset, "own") == 0 ? "ds-cnn" : c->pipe.preset;
    TH_TRY(th_front_preset(&c->project, preset, c->preset_text, &c->preset, why));
    snprintf(c->preset.name, sizeof c->preset.name, "%s", c->pipe.preset);
    c->settings.has_rate = c->project.learning_rate > 0;
    c->spec = c->few.im.spec;
    return TH_OK;
}

static th_err design(const th_args *a, train_cmd *c, th_why *why)
{
    TH_TRY(th_few_open(a, &c->project, &c->few, &c->pipe, why));
    if (c->few.is_on) return design_few(c, why);
    TH_TRY(th_front_preset(&c->project, th_arg(a, "preset"), c->preset_text, &c->preset, why));
    c->settings.has_rate = c->project.learning_rate > 0;
    const th_err err = th_design_make(&c->project, &c->preset, &c->pipe, &c->spec, why);
    if (c->spec.n_layers) th_design_print(stderr, &c->spec, !err);
    return err;
}

/* The classic learner that is named in place of a network; NULL. */
static const char *learner_of(const th_args *a, const train_cmd *c)
{
    const char *name = th_arg(a, "preset") ? th_arg(a, "preset") : c->project.preset;
    return th_task_learner(th_project_task(&c->project), name) ? name : NULL;
}

/* The examples first: the network's shape follows from them. */
static th_err design_examples(const th_args *a, train_cmd *c, th_why *why)
{
    th_example_set *s = &c->examples;
    s->seed = c->project.seed;
    TH_TRY(th_example_set_project(s, &c->project, th_arg(a, "preset"), NULL, why));
    if (learner_of(a, c)) return TH_OK;
    const th_err err = th_design_examples(&c->project, th_arg(a, "preset"), s->train->h, s->train->w, s->train->c,
                                          c->preset_text, &c->preset, &c->spec, why);
    c->settings.has_rate = c->project.learning_rate > 0;
    if (c->spec.n_layers) th_design_print(stderr, &c->spec, !err);
    return err;
}

/* ---- are there clips to learn from? ---- */

static th_err check_clips(const train_cmd *c, th_why *why)
{
    const th_project *p = &c->project;
    if (th_count_clips(c->set, TH_TRAIN, NULL) == 0)
        return th_why_set(why, TH_ENOENT,
                          "there are no clips to learn from in %s. Bring some in with: thimble data import FOLDER, "
                          "or make some with: thimble data synth",
                          p->dir);
    for (int32_t i = 0; i < p->n_labels; i++) {
        const char *label = p->labels[i];
        const int32_t n = th_count_clips(c->set, TH_TRAIN, label);
        const bool unknown = strcmp(label, TH_LABEL_UNKNOWN) == 0;
        if (strcmp(label, TH_LABEL_SILENCE) == 0) continue; /* the sampler makes silence */
        if (unknown && n == 0)
            fputs("note: there are no clips of other words, so the network cannot learn what is no keyword and will "
                  "take any word for one.\n"
                  "      Import clips of any other words (they become \"unknown\"), or: thimble data synth\n",
                  stderr);
        if (!unknown && n < (c->few.is_on ? 1 : 2))
            return th_why_set(
                why, TH_ENOENT,
                "the label \"%s\" has %s for training. At least 2 are needed, and some 50 from several "
                "people work much better: thimble data import FOLDER, or: thimble data synth; then thimble data split",
                label, n ? "only one clip" : "no clip");
    }
    if (th_count_clips(c->set, TH_VAL, NULL) == 0 && !c->few.shots)
        fputs("note: no clips are set aside for validation, so training runs to its last epoch (thimble data split "
              "sets some aside)\n",
              stderr);
    return TH_OK;
}

/* The clips: content, label and split of each. */
static uint64_t hash_data(const train_cmd *c)
{
    uint64_t h = TH_FNV1A_START;
    if (c->of_examples) return th_example_set_hash(&c->examples);
    for (size_t i = 0; i < c->set->n; i++) {
        const th_sample *clip = &c->set->samples[i];
        h = th_fnv1a(h, (th_span){(const uint8_t *)clip->hash, strlen(clip->hash)});
        h = th_fnv1a(h, (th_span){(const uint8_t *)&clip->split, sizeof clip->split});
        h = th_fnv1a(h, (th_span){(const uint8_t *)clip->label, strlen(clip->label)});
    }
    return h;
}

/* A run names the version of its data, so that the data it saw can be had again; a training goes on without. */
static void keep_version(train_cmd *c)
{
    th_why why = {0};
    bool made;
    const th_err err = th_dataset_commit(&c->project, c->set, "for thimble train", c->version, &made, &why);
    if (!err) return;
    c->version[0] = 0;
    fprintf(stderr, "note: the training goes on, but its data is not kept as a version: %s\n",
            why.err ? why.text : th_err_text(err));
}

/* Everything that decides what is learned, apart from what th_train knows itself. */
static uint64_t hash_job(const train_cmd *c)
{
    uint64_t h = hash_data(c);
    if (c->of_examples) return h;
    if (c->few.is_on) h = th_fnv1a(h, (th_span){(const uint8_t *)&c->few.hash, sizeof c->few.hash});
    h = th_fnv1a(h, (th_span){(const uint8_t *)&c->clips.augment, sizeof c->clips.augment});
    h = th_fnv1a(h, (th_span){(const uint8_t *)&c->pipe.frontend, sizeof c->pipe.frontend});
    return th_fnv1a(h, (th_span){(const uint8_t *)c->pipe.labels, sizeof c->pipe.labels});
}

/* ---- running ---- */

static bool on_epoch(void *ctx, const th_epoch_report *r)
{
    train_cmd *c = ctx;
    c->seconds += r->value[TH_SECONDS];
    th_train_view_epoch(&c->view, r);
    if (!r->restored) th_train_record_epochs(&c->record, c->view.done, c->view.n, false);
    return true;
}

static void on_progress(void *ctx, int32_t epoch, double part)
{
    train_cmd *c = ctx;
    if (epoch == 0)
        th_progress("features", part);
    else
        th_train_view_progress(&c->view, epoch, part);
}

/* Epochs: the option, thimble.ini, or the preset's, fewer for large sets. */
static int32_t choose_epochs(const th_args *a, const train_cmd *c, int64_t option)
{
    if (th_arg(a, "epochs")) return (int32_t)option;
    if (c->few.is_on) return FEW_EPOCHS;
    if (c->project.epochs > 0) return c->project.epochs;
    int32_t n = c->preset.epochs;
    if (c->clips.n_round > MOST_EXAMPLES) n = (int32_t)((int64_t)n * MOST_EXAMPLES / c->clips.n_round);
    return n < FEWEST_EPOCHS ? FEWEST_EPOCHS : n;
}

static const char *const setting_names[] = {
#define X(name, value, def, help) name,
    TH_TRAIN_SETTING_LIST(X)
#undef X
};

/* Training examples of a label. */
static int64_t count_label(const train_cmd *c, int32_t label)
{
    const th_example_set *s = &c->examples;
    int64_t n = 0;
    if (!c->of_examples) return th_sampler_label_size(c->clips.train, label);
    for (int32_t i = 0; i < s->n_train; i++) n += s->train->label[s->order[i]] == label;
    return n;
}

/* When all is said. */
static th_err settle(train_cmd *c, th_why *why)
{
    const th_project *p = &c->project;
    const bool classes = th_project_task(p)->output == TH_OUT_LABELS;
    const char *labels[TH_MAX_LABELS];
    int64_t counts[TH_MAX_LABELS];
    th_train_settings *s = &c->settings;
    for (int32_t i = 0; i < p->n_labels; i++) {
        labels[i] = p->labels[i];
        counts[i] = classes ? count_label(c, i) : 0;
    }
    if (classes != (s->cfg.loss.row->head == TH_HEAD_SOFTMAX))
        return th_why_set(why, TH_EUSAGE, "task = %s learns %s, not %s", p->task,
                          classes ? "classes, which takes loss = cross-entropy"
                                  : "numbers, which takes loss = mse, mae or huber",
                          s->cfg.loss.row->name);
    return th_train_settle(s, labels, counts, classes ? p->n_labels : 0, why);
}

/* The preset, then thimble.ini, then the command line. */
static th_err make_settings(const th_args *a, train_cmd *c, int32_t epochs, int threads, th_why *why)
{
    const th_preset *p = &c->preset;
    const th_project *project = &c->project;
    const bool has_rate = c->settings.has_rate;
    th_train_settings *s = &c->settings;
    *s = (th_train_settings){.cfg = th_train_default(), .has_rate = has_rate};
    s->cfg.epochs = epochs;
    s->cfg.batch = p->batch < 2 ? 2 : p->batch;
    s->cfg.learning_rate = p->learning_rate;
    s->cfg.weight_decay = p->weight_decay;
    s->cfg.loss.smoothing = p->label_smoothing;
    s->cfg.ema = p->ema;
    s->cfg.patience = epochs / 3 > 10 ? epochs / 3 : 10;
    s->cfg.seed = project->seed;
    s->cfg.n_threads = threads;
    if (th_project_task(project)->output != TH_OUT_LABELS) s->cfg.loss.row = th_loss_find("mse");
    for (int32_t i = 0; i < project->n_train; i++) {
        th_why inner = {0};
        const th_ini_line *line = &project->train[i];
        if (th_train_set(s, line->key, line->value, &inner))
            return th_why_set(why, TH_EFORMAT, "%s/%s, line %d: %s", project->dir, TH_FILE_INI, (int)line->line,
                              inner.text);
    }
    for (size_t i = 0; i < sizeof setting_names / sizeof setting_names[0]; i++) {
        const char *value = th_arg(a, setting_names[i]);
        th_why inner = {0};
        if (value && th_train_set(s, setting_names[i], value, &inner))
            return th_why_set(why, TH_EUSAGE, "--%s", inner.text);
    }
    return settle(c, why);
}

/* What made the run, for the record. */
static void start_record(train_cmd *c, const th_train_job *job, bool resume)
{
    const th_frontend_cfg *f = &c->pipe.frontend;
    const th_train_cfg *cfg = &job->cfg;
    const size_t n = job->spec ? th_train_settings_print(&c->settings, c->options, sizeof c->options) : 0;
    if (n < sizeof c->options && c->of_examples)
        snprintf(c->options + n, sizeof c->options - n, "epochs = %d\nexamples = %d\nvalidation_examples = %d\n",
                 (int)cfg->epochs, (int)job->n_train, (int)job->n_val);
    else if (n < sizeof c->options)
        snprintf(c->options + n, sizeof c->options - n,
                 "epochs = %d\nfeatures = %s\nrate_hz = %d\nclip_samples = %d\nwindow = %d\nhop = %d\nmel_bands = %d\n"
                 "coefficients = %d\nlow_hz = %g\nhigh_hz = %g\nexamples = %d\nvalidation_examples = %d\n",
                 (int)cfg->epochs, f->kind == TH_MFCC ? "mfcc" : "logmel", (int)f->rate_hz, (int)c->pipe.clip_samples,
                 (int)f->window, (int)f->hop, (int)f->n_mel, (int)f->n_coef, (double)f->low_hz, (double)f->high_hz,
                 (int)job->n_train, (int)job->n_val);
    snprintf(c->job, sizeof c->job, "%016llx", (unsigned long long)(job->spec ? th_train_hash(job) : hash_data(c)));
    snprintf(c->data_hash, sizeof c->data_hash, "%016llx", (unsigned long long)hash_data(c));
    snprintf(c->seed, sizeof c->seed, "%llu", (unsigned long long)cfg->seed);
    c->run = (th_run){.name = c->run.name,
                      .job = c->job,
                      .preset = c->preset.name,
                      .options = c->options,
                      .model = c->preset.text,
                      .seed = c->seed,
                      .path = th_kernels_get(0)->name,
                      .data_hash = c->data_hash,
                      .data_version = c->version,
                      .code = th_version(),
                      .metric = job->spec ? th_metric_name(cfg->stop_on) : "",
                      .threads = cfg->n_threads,
                      .parameters = th_spec_parameters(&c->spec),
                      .macs = th_spec_macs(&c->spec),
                      .epochs = cfg->epochs};
    th_train_record_start(&c->record, &c->project, &c->run, resume);
}

/* Where examples come from. */
static void set_examples(train_cmd *c, th_train_job *job)
{
    const bool clips = !c->of_examples;
    job->train = clips ? th_clip_set_train : th_example_set_train;
    job->val = clips ? th_clip_set_val : th_example_set_val;
    job->train_ctx = job->val_ctx = clips ? (void *)&c->clips : (void *)&c->examples;
    job->n_train = clips ? c->clips.n_round * c->clips.rounds : c->examples.n_train;
    job->n_val = clips ? th_clip_set_watched(&c->clips) : c->examples.n_val;
    job->light = !clips && c->examples.train->f32;
}

static th_err run_training(train_cmd *c, bool resume, th_model **model, th_why *why)
{
    const th_train_cfg *cfg = &c->settings.cfg;
    th_train_job job = {.spec = &c->spec,
                        .cfg = *cfg,
                        .checkpoint = c->checkpoint,
                        .resume = resume,
                        .job_hash = hash_job(c),
                        .on_epoch = on_epoch,
                        .on_progress = on_progress,
                        .ctx = c};
    set_examples(c, &job);
    if (c->few.is_on && !c->few.rounds) job.start = &c->few.im; /* all layers go on from the backbone's */
    c->view = (th_train_view){
        .epochs = cfg->epochs, .n_train = job.n_train, .has_val = job.n_val > 0, .live = th_stderr_is_terminal()};
    c->view.done = calloc((size_t)cfg->epochs, sizeof *c->view.done);
    if (!c->view.done) return th_why_set(why, TH_ENOMEM, "out of memory");
    fprintf(stderr, "%s: %lld parameters, %lld multiplications per answer; %d examples per epoch, %d for validation\n",
            c->preset.name, (long long)th_spec_parameters(&c->spec), (long long)th_spec_macs(&c->spec),
            (int)job.n_train, (int)job.n_val);
    start_record(c, &job, resume);
    const th_err err = c->few.rounds ? th_transfer_train(&job, &c->few.im, c->few.cut, c->few.rounds, model, why)
                                     : th_train(&job, model, why);
    th_train_view_end(&c->view);
    c->stopped = err ? "interrupted" : c->view.n < cfg->epochs ? "early" : "finished";
    return err;
}

/* ---- results ---- */

static json_t *history_of(const train_cmd *c, int threads, int32_t *best)
{
    json_t *epochs = json_array();
    *best = 0;
    for (int32_t i = 0; i < c->view.n; i++) {
        const th_epoch_report *e = &c->view.done[i];
        if (e->best) *best = e->epoch;
        json_array_append_new(epochs, th_epoch_json(e));
    }
    return json_pack("{ss sI sI sI si so si ss}", "preset", c->preset.name, "seed", (json_int_t)c->project.seed,
                     "parameters", (json_int_t)th_spec_parameters(&c->spec), "macs", (json_int_t)th_spec_macs(&c->spec),
                     "threads", threads, "epochs", epochs, "best_epoch", (int)*best, "stopped", c->stopped);
}

static th_err write_history(const train_cmd *c, int threads, th_why *why)
{
    int32_t best;
    json_t *root = history_of(c, threads, &best);
    char *text = json_dumps(root, JSON_INDENT(1) | JSON_REAL_PRECISION(9));
    json_decref(root);
    if (!text) return th_why_set(why, TH_ENOMEM, "out of memory while writing %s", c->history_path);
    const th_err err = th_file_write(c->history_path, (th_span){(const uint8_t *)text, strlen(text)}, why);
    free(text);
    return err;
}

static th_metric result_metric(const train_cmd *c)
{
    return th_project_task(&c->project)->output == TH_OUT_LABELS ? TH_VAL_ACCURACY : TH_VAL_RMSE;
}

static const char *result_key(const train_cmd *c)
{
    return result_metric(c) == TH_VAL_ACCURACY ? "val_accuracy" : "val_rmse";
}

static void print_result(const th_args *a, const train_cmd *c, int threads)
{
    int32_t best = 0;
    json_t *root = history_of(c, threads, &best);
    const th_epoch_report *e = best ? &c->view.done[best - 1] : NULL;
    if (th_arg_on(a, "json")) {
        json_object_set_new(root, "epochs", json_integer(c->view.n));
        json_object_set_new(root, "seconds", json_real(c->seconds));
        json_object_set_new(root, "model", json_string(c->model_path));
        if (e && c->view.has_val) json_object_set_new(root, result_key(c), json_real(e->value[result_metric(c)]));
        char *text = json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(6));
        if (text) puts(text);
        free(text);
    } else {
        printf("%s", c->model_path);
        if (e && c->view.has_val && result_metric(c) == TH_VAL_ACCURACY)
            printf(": epoch %d was best, %.1f %% of the validation %s right", (int)best,
                   100 * e->value[TH_VAL_ACCURACY], th_project_task(&c->project)->noun);
        else if (e && c->view.has_val)
            printf(": epoch %d was best, off by %.3f in validation (root of the mean square)", (int)best,
                   e->value[TH_VAL_RMSE]);
        printf(" (%.0f s)\nnext: thimble test%s%s, thimble quantize%s%s\n", c->seconds,
               strcmp(c->project.dir, ".") ? " " : "", strcmp(c->project.dir, ".") ? c->project.dir : "",
               strcmp(c->project.dir, ".") ? " " : "", strcmp(c->project.dir, ".") ? c->project.dir : "");
    }
    json_decref(root);
}

/* The model of before is replaced only now, when there is a better one to put there. */
static th_err save(train_cmd *c, th_model *model, int threads, th_why *why)
{
    if (c->of_examples && c->examples.to_input)
        TH_TRY(th_example_set_limit(&c->examples, &c->project, model, threads, why));
    TH_TRY(c->of_examples ? th_card_attach(&c->examples.card, model, why) : th_pipeline_attach(&c->pipe, model, why));
    TH_TRY(th_model_save(model, c->model_path, why));
    return write_history(c, threads, why);
}

static th_err paths(train_cmd *c, th_why *why)
{
    char folder[TH_PATH_BYTES];
    TH_TRY(th_project_path(&c->project, "model", folder, why));
    TH_TRY(th_dir_make(folder, why));
    TH_TRY(th_train_lock(&c->project, &c->lock, why));
    TH_TRY(th_project_path(&c->project, TH_FILE_CHECKPOINT, c->checkpoint, why));
    TH_TRY(th_project_path(&c->project, TH_FILE_FLOAT, c->model_path, why));
    return th_project_path(&c->project, TH_FILE_HISTORY, c->history_path, why);
}

/* The whole command line: a checkpoint goes on only with the settings that it was made with. */
static th_err say_resume(const th_args *a, const train_cmd *c, const th_why *stop, th_why *why)
{
    char options[768] = "";
    size_t used = 0;
    for (const th_opt *o = a->cmd->opts; o->name && used < sizeof options; o++)
        if (th_arg(a, o->name) && o->arg) {
            const char *value = th_arg(a, o->name), *quote = strpbrk(value, " '\"$`\\") ? "'" : "";
            used +=
                (size_t)snprintf(options + used, sizeof options - used, " --%s %s%s%s", o->name, quote, value, quote);
        }
    if (c->view.n == 0) return th_why_set(why, TH_EINTR, "%s", stop->text);
    return th_why_set(why, TH_EINTR, "%s. Go on with: thimble train %s%s --resume", stop->text, c->project.dir,
                      options);
}

static th_err open_clips(const th_args *a, train_cmd *c, th_why *why)
{
    TH_TRY(design(a, c, why));
    TH_TRY(th_dataset_load(&c->project, &c->set, why));
    TH_TRY(check_clips(c, why));
    TH_TRY(paths(c, why));
    keep_version(c);
    if (c->few.shots) TH_TRY(th_few_draw(c->set, &c->project, c->few.shots, c->project.seed, why));
    return th_clip_set_open(&c->project, c->set, &c->preset, &c->pipe, c->project.seed, !c->few.is_on, &c->clips, why);
}

static th_err open_examples(const th_args *a, train_cmd *c, th_why *why)
{
    TH_TRY(design_examples(a, c, why));
    TH_TRY(paths(c, why));
    if (th_project_task(&c->project)->input == TH_IN_NUMBER) return TH_OK; /* computed: there is no data to keep */
    TH_TRY(th_dataset_load(&c->project, &c->set, why));
    keep_version(c);
    return TH_OK;
}

/* A learner has no epochs: its run is what it started from and its result. */
static th_err learn(const th_args *a, train_cmd *c, const char *name, int threads, th_why *why)
{
    th_model *model = NULL;
    char summary[1024];
    const double began = th_clock_s();
    snprintf(c->preset.name, sizeof c->preset.name, "%s", name);
    c->preset.text = "";
    c->stopped = "finished";
    const th_train_job job = {.n_train = c->examples.n_train, .n_val = c->examples.n_val};
    th_err err = th_project_learn(a, name, &c->examples, &c->project, &model, summary, why);
    if (!err) start_record(c, &job, false);
    if (!err) err = save(c, model, threads, why);
    th_model_free(model);
    if (err) return err;
    th_train_record_end(&c->record, NULL, 0, "done", NULL, &c->project, TH_FILE_FLOAT);
    c->seconds = th_clock_s() - began;
    if (!th_arg_on(a, "json")) fputs(summary, stdout);
    print_result(a, c, threads);
    return TH_OK;
}

static th_err only_words(const th_args *a, th_why *why)
{
    if (!th_arg(a, "from") && !th_arg(a, "shots")) return TH_OK;
    return th_why_set(why, TH_EUSAGE,
                      "--from and --shots are for a project of words. For pictures and numbers: thimble train "
                      "FILE.tflite --data FOLDER --freeze LAYER (docs/transfer.md)");
}

static th_err train(const th_args *a, train_cmd *c, th_why *why)
{
    int64_t seed, epochs, threads;
    TH_TRY(th_project_load(th_word(a, 0, "."), &c->project, why));
    TH_TRY(th_arg_int(a, "seed", 0, INT64_MAX, (int64_t)(c->project.seed & INT64_MAX), &seed, why));
    TH_TRY(th_arg_int(a, "epochs", 1, 10000, 0, &epochs, why));
    TH_TRY(th_arg_int(a, "threads", 1, 64, th_cpu_count(), &threads, why));
    c->project.seed = (uint64_t)seed;
    c->run.name = th_arg(a, "name");
    c->of_examples = th_project_task(&c->project)->input != TH_IN_SOUND;
    if (c->of_examples) TH_TRY(only_words(a, why));
    TH_TRY(c->of_examples ? open_examples(a, c, why) : open_clips(a, c, why));
    if (c->of_examples && learner_of(a, c)) return learn(a, c, learner_of(a, c), (int)threads, why);
    TH_TRY(make_settings(a, c, choose_epochs(a, c, epochs), (int)threads, why));
    th_model *model = NULL;
    th_why stop = {0};
    th_err err = run_training(c, th_arg_on(a, "resume"), &model, &stop);
    if (!err)
        err = save(c, model, (int)threads, why);
    else if (err != TH_EINTR)
        (void)th_why_set(why, err, "%s", stop.text);
    else
        (void)say_resume(a, c, &stop, why);
    if (c->view.done)
        th_train_record_end(&c->record, c->view.done, c->view.n,
                            !err              ? "done"
                            : err == TH_EINTR ? "stopped"
                                              : "failed",
                            err ? stop.err ? stop.text : th_err_text(err) : NULL, &c->project,
                            err ? NULL : TH_FILE_FLOAT);
    if (err == TH_EINTR && c->view.n && !th_file_exists(c->model_path)) (void)write_history(c, (int)threads, NULL);
    th_model_free(model);
    if (!err) print_result(a, c, (int)threads);
    return err;
}

static th_err run(const th_args *a, th_why *why)
{
    if (th_arg(a, "data")) {
        TH_TRY(only_words(a, why));
        th_interrupt_catch();
        return th_learner_find(th_word(a, 0, "")) ? th_train_learner(a, why) : th_train_file(a, why);
    }
    if (th_learner_find(th_word(a, 0, "")))
        return th_why_set(why, TH_EUSAGE, "%s learns from rows of numbers: name them with --data FILE.csv",
                          th_word(a, 0, ""));
    train_cmd *c = calloc(1, sizeof *c);
    if (!c) return th_why_set(why, TH_ENOMEM, "out of memory");
    c->lock = -1;
    th_interrupt_catch();
    const th_err err = train(a, c, why);
    th_lock_release(c->lock);
    th_clip_set_free(&c->clips);
    th_few_free(&c->few);
    th_example_set_free(&c->examples);
    th_dataset_free(c->set);
    free(c->view.done);
    free(c);
    return err;
}

static const th_opt opts[] = {
    {"preset", "NAME", "from thimble.ini", "the network; all of them: thimble model --list"},
    {"seed", "N", "from thimble.ini", "start of all chance; the same seed gives the same bytes"},
    {"from", "BACKBONE", NULL, "words: a project or float .tflite that knows others; only the last layer is learnt"},
    {"shots", "N", "all", "of --from: learn from N clips of each word, drawn by the seed"},
    {"epochs", "N", "what the preset takes", "how many times to go through the clips"},
    {"resume", NULL, NULL, "go on where a training was stopped"},
    {"name", "NAME", NULL, "what to call this run in thimble runs"},
    {"threads", "N", "all processors", "threads to use; another number changes the last digits"},
#define X(name, value, def, help) {name, value, def, help},
    TH_TRAIN_SETTING_LIST(X)
#undef X
        {"json", NULL, NULL, "print the result as one JSON object"},
    TH_TRAIN_FILE_OPTIONS,
    TH_TRAIN_LEARNER_OPTIONS{NULL, NULL, NULL, NULL},
};

const th_cmd th_cmd_train = {
    .name = "train",
    .words = "[PROJECT | PRESET | LEARNER | FILE.txt | FILE.tflite]",
    .summary = "learn from the data: makes model/float.tflite",
    .detail =
        "Clips are changed a little each time they are shown (shifted, faster or slower, louder, with\n"
        "noise), so that few of them go a long way. The network of the epoch that does best on the\n"
        "validation clips is kept. Ctrl-C stops; --resume goes on from the last whole epoch.\n\n"
        "  thimble train my-word --preset ds-cnn --seed 2\n\n"
        "  thimble train my-words --from many-words --shots 5\n"
        "                                   new words from few clips: another project's network, a new last layer\n\n"
        "With --data there is no project: the network is a preset, a description in a file, or a float .tflite\n"
        "that was trained before, of which layers can stay as they are and the end be replaced.\n\n"
        "  thimble train mobilenet-v1-0.25-96 --data pictures/train --val pictures/val --out mine.tflite\n"
        "  thimble train vww.tflite --data pictures/train --freeze avgpool1 --keep 4\n\n"
        "LEARNER is a classic one: knn, kmeans, mixture, pca, logistic, tree, forest or boost (docs/learners.md).\n"
        "With --normal LABEL, knn, kmeans, mixture and pca learn what those rows are like; above 1 is an alarm.\n\n"
        "  thimble train forest --data train.csv --trees 50 --depth 10 --out forest.tflite\n"
        "  thimble train kmeans --data fan.csv --normal ok --clusters 16",
    .opts = opts,
    .max_words = 1,
    .run = run,
};
