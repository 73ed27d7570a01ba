#include "cli/quantized.h"

#include "base/hash.h"
#include "cli/cmd.h"
#include "data/sampler.h"

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

/* ---- calibration samples, computed once ---- */

typedef struct samples {
    float *x; /* [n][n_values] */
    int32_t n;
    size_t n_values;
} samples;

static void get_sample(void *ctx, int32_t i, float *x)
{
    const samples *s = ctx;
    memcpy(x, s->x + (size_t)i * s->n_values, s->n_values * sizeof *x);
}

static th_err fill_samples(const th_sampler *sampler, int32_t n_labels, int32_t at_most, samples *s, th_why *why)
{
    const int32_t all = th_sampler_epoch_size(sampler);
    float y[TH_MAX_LABELS];
    if (all < 1 || n_labels > TH_MAX_LABELS)
        return th_why_set(why, TH_ENOENT,
                          "there are no training clips to calibrate with: import or make some (thimble data import, "
                          "thimble data synth)");
    s->n = all < at_most ? all : at_most;
    s->x = calloc((size_t)s->n * s->n_values, sizeof *s->x);
    if (!s->x) return th_why_set(why, TH_ENOMEM, "no memory for %ld calibration samples", (long)s->n);
    for (int32_t i = 0; i < s->n; i++)
        th_sampler_example(sampler, 0, (int32_t)((int64_t)i * all / s->n), 0, s->x + (size_t)i * s->n_values, y);
    return TH_OK;
}

static th_err load_samples(const th_project *p, const th_pipeline *pipe, int32_t at_most, samples *s, th_why *why)
{
    th_dataset *set = NULL;
    th_sampler *sampler = NULL;
    s->n_values = (size_t)(pipe->n_frames * pipe->frontend.n_coef);
    TH_TRY(th_dataset_load(p, &set, why));
    th_err err = th_sampler_new(set, TH_TRAIN, pipe, NULL, p->seed, &sampler, why);
    if (!err) err = fill_samples(sampler, pipe->n_labels, at_most, s, why);
    th_sampler_free(sampler);
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
    TH_TRY(th_model_to_tflite(q->model, &bytes, &q->int8_bytes, why));
    const th_err err = th_file_write(path, (th_span){bytes, q->int8_bytes}, why);
    free(bytes);
    return err;
}

json_t *th_name_json(const char *name)
{
    json_t *o = json_string(name);
    return o ? o : json_string("?"); /* names in foreign files need not be UTF-8 */
}

json_t *th_quantized_json(const th_quantized *q)
{
    json_t *layers = json_array();
    for (int32_t i = 0; i < q->n_layers; i++) {
        const th_layer_error *l = &q->layers[i];
        json_array_append_new(layers, json_pack("{s:i, s:s, s:o, s:f, s:f, s:i}", "index", (int)l->node, "op", l->op,
                                                "name", th_name_json(l->name), "snr_db", l->snr_db, "scale",
                                                (double)l->scale, "zero", (int)l->zero));
    }
    return json_pack("{s:s, s:i, s:I, s:I, s:o}", "method", th_range_name(q->method), "samples", (int)q->n_samples,
                     "float_bytes", (json_int_t)q->float_bytes, "int8_bytes", (json_int_t)q->int8_bytes, "layers",
                     layers);
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

static void show_progress(void *ctx, double part)
{
    (void)ctx;
    th_progress("quantise", part);
}

static th_err quantise(const th_project *p, const source *s, samples *in, th_quantized *q, th_why *why)
{
    const th_quantize_job job = {
        .model = s->model,
        .samples = {.n = in->n, .sample = get_sample, .ctx = in},
        .settings = {.method = q->method, .correct_bias = true},
        .on_progress = show_progress};
    q->n_samples = in->n;
    q->float_bytes = s->bytes;
    TH_TRY(th_quantize(&job, &q->model, &q->layers, &q->n_layers, why));
    TH_TRY(write_int8(p, s, q, why));
    return write_report(p, q, why);
}

th_err th_project_quantize(const th_project *p, int32_t n_samples, th_range_method method, th_quantized *result,
                           th_why *why)
{
    source s = {0};
    samples in = {0};
    *result = (th_quantized){.method = method};
    th_err err = read_source(p, &s, why);
    if (!err) err = load_samples(p, &s.pipe, n_samples, &in, why);
    if (!err) err = quantise(p, &s, &in, result, why);
    free(in.x);
    result->f32 = s.model;
    return err;
}

void th_quantized_free(th_quantized *q)
{
    free(q->layers);
    th_model_free(q->model);
    th_model_free(q->f32);
    *q = (th_quantized){0};
}

static bool same_detect(const th_detect_settings *a, const th_detect_settings *b)
{
    const float d = a->threshold - b->threshold;
    return a->window_ms == b->window_ms && a->suppress_ms == b->suppress_ms && a->min_count == b->min_count &&
           a->stride_ms == b->stride_ms && d < 1e-6f && d > -1e-6f;
}

/* True when int8.tflite is sound, was made from a float file with this hash, and detects by thimble.ini's settings. */
static bool is_fresh(const char *path, const th_project *p, uint64_t hash)
{
    th_model *m = NULL;
    th_pipeline pipe;
    th_why ignored = {0};
    if (!th_file_exists(path) || th_model_load(path, &m, &ignored)) return false;
    const bool fresh = th_pipeline_from(m, &pipe, &ignored) == TH_OK && pipe.source_hash == hash &&
                       same_detect(&pipe.detect, &p->detect);
    th_model_free(m);
    return fresh;
}

th_err th_project_quantize_if_stale(const th_project *p, bool *made, th_why *why)
{
    char path[TH_PATH_BYTES];
    source s = {0};
    *made = false;
    TH_TRY(th_project_path(p, TH_FILE_INT8, path, why));
    th_err err = read_source(p, &s, why);
    if (!err && !is_fresh(path, p, s.hash)) {
        th_quantized q;
        *made = true;
        err = th_project_quantize(p, TH_CALIBRATION_SAMPLES, TH_RANGE_MSE, &q, why);
        th_quantized_free(&q);
    }
    th_model_free(s.model);
    return err;
}
