/* The int8 model of a project. */
#include "cli/quantized.h"

#include "base/hash.h"
#include "cli/clip_set.h"
#include "cli/cmd.h"
#include "design/design.h"
#include "data/card.h"
#include "data/front.h"
#include "train/train.h"

#include <stdlib.h>
#include <string.h>

/* The float model of the project, with its settings and the hash of its file. */
typedef struct source {
    th_model *model;
    th_pipeline pipe;
    size_t bytes;
    uint64_t hash;
} source;

static th_err read_source(const th_project *p, source *s, th_why *why)
{
    char path[TH_PATH_BYTES];
    uint8_t *bytes = NULL;
    th_why inner = {0};
    TH_TRY(th_project_path(p, TH_FILE_FLOAT, path, why));
    if (!th_file_exists(path))
        return th_why_set(why, TH_ENOENT, "%s is not there yet: run `thimble train %s` first", path, p->dir);
    TH_TRY(th_file_read(path, 0, &bytes, &s->bytes, why));
    s->hash = th_fnv1a(TH_FNV1A_START, (th_span){bytes, s->bytes});
    th_err err = th_model_from_tflite((th_span){bytes, s->bytes}, &s->model, &inner);
    free(bytes);
    if (!err) err = th_pipeline_from(s->model, &s->pipe, &inner);
    return err ? th_why_set(why, err, "%s: %s", path, inner.text) : TH_OK;
}

/* ---- samples, computed once ---- */

typedef struct samples {
    float *x;       /* [n][n_values] */
    int32_t *label; /* [n] */
    int32_t n;
    size_t n_values;
} samples;

static void get_sample(void *ctx, int32_t i, float *x)
{
    const samples *s = ctx;
    memcpy(x, s->x + (size_t)i * s->n_values, s->n_values * sizeof *x);
}

static int32_t get_label(void *ctx, int32_t i)
{
    return ((const samples *)ctx)->label[i];
}

static void free_samples(samples *s)
{
    free(s->x);
    free(s->label);
}

static th_err fill_samples(const th_sampler *sampler, int32_t n_labels, samples *s, th_why *why)
{
    const int32_t all = th_sampler_epoch_size(sampler);
    float y[TH_MAX_LABELS];
    if (all < 1 || n_labels > TH_MAX_LABELS)
        return th_why_set(why, TH_ENOENT,
                          "there are no training clips to calibrate with: import or make some (thimble data import, "
                          "thimble data synth)");
    s->n = all;
    s->x = calloc((size_t)s->n * s->n_values, sizeof *s->x);
    s->label = calloc((size_t)s->n, sizeof *s->label);
    if (!s->x || !s->label) return th_why_set(why, TH_ENOMEM, "no memory for %ld calibration samples", (long)s->n);
    for (int32_t i = 0; i < s->n; i++) {
        th_sampler_example(sampler, 0, i, 0, s->x + (size_t)i * s->n_values, y);
        for (int32_t c = 0; c < n_labels; c++)
            if (y[c] > y[s->label[i]]) s->label[i] = c;
    }
    return TH_OK;
}

static th_err load_samples(const th_project *p, const th_dataset *set, th_split split, const th_pipeline *pipe,
                           int32_t at_most, samples *s, th_why *why)
{
    th_sampler *sampler = NULL;
    s->n_values = (size_t)(pipe->n_frames * pipe->frontend.n_coef);
    th_err err = th_sampler_clean(p, set, split, pipe, at_most, &sampler, why);
    if (!err) err = fill_samples(sampler, pipe->n_labels, s, why);
    th_sampler_free(sampler);
    return err;
}

/* Training clips to calibrate, validation clips to compare with; training clips again where there are no others. */
static th_err load_both(const th_project *p, const th_pipeline *pipe, int32_t at_most, bool compare, samples *train,
                        samples *check, th_why *why)
{
    th_dataset *set = NULL;
    th_why none = {0};
    TH_TRY(th_dataset_load(p, &set, why));
    th_err err = load_samples(p, set, TH_TRAIN, pipe, at_most, train, why);
    if (!err && compare) {
        err = load_samples(p, set, TH_VAL, pipe, INT32_MAX, check, &none);
        if (err == TH_ENOENT) {
            free_samples(check);
            *check = (samples){0};
            err = load_samples(p, set, TH_TRAIN, pipe, at_most, check, why);
        } else if (err) {
            err = th_why_set(why, err, "%s", none.text);
        }
    }
    th_dataset_free(set);
    return err;
}

/* ---- results ---- */

static th_err write_int8(const th_project *p, const source *s, th_quantized *q, th_why *why)
{
    th_pipeline pipe = s->pipe;
    char path[TH_PATH_BYTES];
    uint8_t *bytes = NULL;
    pipe.source_hash = s->hash;
    pipe.detect = p->detect; /* may have changed since training */
    TH_TRY(th_pipeline_attach(&pipe, q->model, why));
    TH_TRY(th_project_path(p, TH_FILE_INT8, path, why));
    TH_TRY(th_model_to_tflite(q->model, &bytes, &q->int_bytes, why));
    const th_err err = th_file_write(path, (th_span){bytes, q->int_bytes}, why);
    free(bytes);
    return err;
}

static th_err write_report(const th_project *p, const th_quantized *q, th_why *why)
{
    char path[TH_PATH_BYTES];
    TH_TRY(th_project_path(p, TH_FILE_QUANTIZE, path, why));
    json_t *o = th_quantized_json(q);
    char *text = o ? json_dumps(o, JSON_INDENT(1) | JSON_REAL_PRECISION(9)) : NULL;
    json_decref(o);
    if (!text) return th_why_set(why, TH_ENOMEM, "no memory for %s", path);
    const th_err err = th_file_write(path, (th_span){(const uint8_t *)text, strlen(text)}, why);
    free(text);
    return err;
}

/* The clips as `thimble train` shows them, with the features that the float model has learnt. */
static th_err open_clips(const th_project *p, source *s, uint64_t seed, th_dataset **set, th_clip_set *clips,
                         th_why *why)
{
    char text[TH_PRESET_BYTES];
    th_preset preset;
    TH_TRY(th_front_preset(p, strcmp(s->pipe.preset, "own") == 0 ? NULL : s->pipe.preset, text, &preset, why));
    TH_TRY(th_dataset_load(p, set, why));
    return th_clip_set_open(p, *set, &preset, &s->pipe, seed, false, clips, why);
}

static th_err quantise(const th_project *p, source *s, const th_quantize_options *options, samples *train,
                       samples *check, const struct th_train_job *examples, th_quantized *q, th_why *why)
{
    const th_samples calibrate = {.n = train->n, .sample = get_sample, .label = get_label, .ctx = train};
    const th_samples compare = {.n = check->n, .sample = get_sample, .label = get_label, .ctx = check};
    th_model *f32 = s->model;
    s->model = NULL;
    TH_TRY(th_quantized_make(f32, &calibrate, check->n > 0 ? &compare : NULL, options, examples, q, why));
    q->float_bytes = s->bytes;
    TH_TRY(write_int8(p, s, q, why));
    return write_report(p, q, why);
}

static th_err train_and_quantise(const th_project *p, source *s, const th_quantize_options *options, samples *train,
                                 samples *check, th_quantized *q, th_why *why)
{
    th_dataset *set = NULL;
    th_clip_set clips = {0};
    if (!options->epochs) return quantise(p, s, options, train, check, NULL, q, why);
    th_err err = open_clips(p, s, options->has_seed ? options->seed : p->seed, &set, &clips, why);
    if (!err) {
        const th_train_job examples = {.train = th_clip_set_train,
                                       .val = th_clip_set_val,
                                       .train_ctx = &clips,
                                       .val_ctx = &clips,
                                       .n_train = clips.n_round * clips.rounds,
                                       .n_val = th_clip_set_watched(&clips)};
        err = quantise(p, s, options, train, check, &examples, q, why);
    }
    th_clip_set_free(&clips);
    th_dataset_free(set);
    return err;
}

/* Projects of other things than sounds go the way of examples. */
static th_err quantize_examples(const th_project *p, const th_quantize_options *options, th_quantized *q, th_why *why)
{
    char f32[TH_PATH_BYTES], int8[TH_PATH_BYTES];
    TH_TRY(th_project_path(p, TH_FILE_FLOAT, f32, why));
    TH_TRY(th_project_path(p, TH_FILE_INT8, int8, why));
    *q = (th_quantized){.options = *options};
    if (!th_file_exists(f32))
        return th_why_set(why, TH_ENOENT, "%s is not there yet: run `thimble train %s` first", f32, p->dir);
    const th_quantize_files files = {.project = p, .out = int8};
    TH_TRY(th_file_quantize(f32, &files, options, q, why));
    return write_report(p, q, why);
}

static th_err quantize_clips(const th_project *p, const th_quantize_options *options, th_quantized *result, th_why *why)
{
    source s = {0};
    samples train = {0}, check = {0};
    const bool compare = options->debug || options->repair || options->epochs > 0;
    *result = (th_quantized){.options = *options};
    th_err err = read_source(p, &s, why);
    if (!err) err = load_both(p, &s.pipe, options->n_samples, compare, &train, &check, why);
    if (!err) err = train_and_quantise(p, &s, options, &train, &check, result, why);
    free_samples(&train);
    free_samples(&check);
    th_model_free(s.model);
    return err;
}

th_err th_project_quantize(const th_project *p, const th_quantize_options *options, th_quantized *result, th_why *why)
{
    *result = (th_quantized){.options = *options};
    if (options->settings.ends != TH_ENDS_S8)
        return th_why_set(why, TH_EUSAGE,
                          "--io is for .tflite files: the model of a project has int8 inputs, which is what "
                          "its firmware feeds");
    return th_project_task(p)->input == TH_IN_SOUND ? quantize_clips(p, options, result, why)
                                                    : quantize_examples(p, options, result, why);
}

static bool same_detect(const th_detect_settings *a, const th_detect_settings *b)
{
    const float d = a->threshold - b->threshold;
    return a->window_ms == b->window_ms && a->suppress_ms == b->suppress_ms && a->min_count == b->min_count &&
           a->stride_ms == b->stride_ms && d < 1e-6f && d > -1e-6f;
}

/* Was a model of examples made from a float file with this hash? */
static bool card_names(const th_model *m, uint64_t hash)
{
    th_card *card = malloc(sizeof *card);
    const bool good = card && th_card_from(m, card, NULL) == TH_OK && card->source_hash == hash;
    free(card);
    return good;
}

/* Settings of detection are beside the network: other ones in thimble.ini leave its integers, which may have been
 * trained for long, as they are. */
static th_err set_detect(const char *path, const th_project *p, th_model *m, th_pipeline *pipe, th_why *why)
{
    if (same_detect(&pipe->detect, &p->detect)) return TH_OK;
    pipe->detect = p->detect;
    TH_TRY(th_pipeline_attach(pipe, m, why));
    return th_model_save(m, path, why);
}

/* *fresh: int8.tflite is sound, and was made from a float file with this hash; then it detects by thimble.ini's
 * settings. */
static th_err look(const char *path, const th_project *p, uint64_t hash, bool *fresh, th_why *why)
{
    th_model *m = NULL;
    th_pipeline pipe;
    th_why ignored = {0};
    th_err err = TH_OK;
    *fresh = false;
    if (!th_file_exists(path) || th_model_load(path, &m, &ignored)) return TH_OK;
    if (th_project_task(p)->input == TH_IN_SOUND) {
        *fresh = th_pipeline_from(m, &pipe, &ignored) == TH_OK && pipe.source_hash == hash;
        if (*fresh) err = set_detect(path, p, m, &pipe, why);
    } else {
        *fresh = card_names(m, hash);
    }
    th_model_free(m);
    return err;
}

static th_err hash_source(const th_project *p, uint64_t *hash, th_why *why)
{
    char path[TH_PATH_BYTES];
    uint8_t *bytes;
    size_t n;
    TH_TRY(th_project_path(p, TH_FILE_FLOAT, path, why));
    TH_TRY(th_file_read(path, 0, &bytes, &n, why));
    *hash = th_fnv1a(TH_FNV1A_START, (th_span){bytes, n});
    free(bytes);
    return TH_OK;
}

th_err th_project_quantize_if_stale(const th_project *p, bool *made, th_why *why)
{
    char path[TH_PATH_BYTES];
    uint64_t hash = 0;
    *made = false;
    TH_TRY(th_project_path(p, TH_FILE_INT8, path, why));
    bool fresh = false;
    th_err err = hash_source(p, &hash, why);
    if (!err) err = look(path, p, hash, &fresh, why);
    if (!err && !fresh) {
        const th_quantize_options options = th_quantize_defaults();
        th_quantized q;
        *made = true;
        err = th_project_quantize(p, &options, &q, why);
        th_quantized_free(&q);
    }
    return err;
}
