/* Any float .tflite, with samples in a file. */
#include "cli/cmd.h"
#include "cli/quantized.h"

#include "model/pipeline.h"
#include "os/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

typedef struct data {
    float *x; /* [all][n_values] */
    int32_t *label;
    int32_t all, n; /* in the file; used to calibrate: spread over it */
    int32_t n_classes;
    size_t n_values;
} data;

static void spread_sample(void *ctx, int32_t i, float *x)
{
    const data *d = ctx;
    const size_t at = (size_t)((int64_t)i * d->all / d->n);
    memcpy(x, d->x + at * d->n_values, d->n_values * sizeof *x);
}

static void get_sample(void *ctx, int32_t i, float *x)
{
    const data *d = ctx;
    memcpy(x, d->x + (size_t)i * d->n_values, d->n_values * sizeof *x);
}

static int32_t get_label(void *ctx, int32_t i)
{
    const data *d = ctx;
    return d->label ? d->label[i] : -1;
}

static th_err read_data(const char *path, const th_graph *g, int32_t at_most, data *d, th_why *why)
{
    uint8_t *bytes = NULL;
    size_t n = 0;
    for (int32_t i = 0; i < g->n_inputs; i++) d->n_values += (size_t)th_shape_count(&g->tensors[g->inputs[i]].shape);
    const size_t each = d->n_values * sizeof *d->x;
    TH_TRY(th_file_read(path, 0, &bytes, &n, why));
    d->x = (float *)(void *)bytes;
    if (each == 0 || n == 0 || n % each != 0 || n / each > INT32_MAX)
        return th_why_set(
            why, TH_EFORMAT,
            "%s has %zu bytes, but one input of the model is %zu bytes of float32: give whole inputs, one "
            "after another",
            path, n, each);
    d->n_classes = g->n_outputs > 0 ? th_shape_count(&g->tensors[g->outputs[0]].shape) : 0;
    if (d->n_classes == 1) d->n_classes = 2; /* one score: yes or no */
    d->all = (int32_t)(n / each);
    d->n = d->all < at_most ? d->all : at_most;
    return TH_OK;
}

static th_err parse_labels(const char *path, const char *text, data *d, th_why *why)
{
    const char *at = text;
    for (int32_t i = 0; i < d->all; i++) {
        char *end = NULL;
        errno = 0;
        const long v = strtol(at, &end, 10);
        if (end == at || errno || v < 0 || v > 1000000)
            return th_why_set(why, TH_EFORMAT,
                              "%s, label %ld: a class number from 0 on is needed; there are %ld samples", path,
                              (long)i + 1, (long)d->all);
        if (v >= d->n_classes)
            return th_why_set(why, TH_EFORMAT,
                              "%s, label %ld is %ld, but the model has %ld classes, which count from 0", path,
                              (long)i + 1, v, (long)d->n_classes);
        d->label[i] = (int32_t)v;
        at = end;
    }
    while (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t') at++;
    return *at ? th_why_set(why, TH_EFORMAT, "%s has more labels than there are samples, %ld", path, (long)d->all)
               : TH_OK;
}

static th_err read_labels(const char *path, data *d, th_why *why)
{
    uint8_t *bytes = NULL;
    size_t n = 0;
    if (!path) return TH_OK;
    TH_TRY(th_file_read(path, 0, &bytes, &n, why));
    char *text = calloc(n + 1, 1);
    d->label = calloc((size_t)d->all + 1, sizeof *d->label);
    th_err err = TH_OK;
    if (text && d->label) {
        memcpy(text, bytes, n);
        err = parse_labels(path, text, d, why);
    } else {
        err = th_why_set(why, TH_ENOMEM, "no memory for %s", path);
    }
    free(text);
    free(bytes);
    return err;
}

static th_err write_model(const char *out, th_quantized *q, th_why *why)
{
    uint8_t *bytes = NULL;
    TH_TRY(th_model_to_tflite(q->model, &bytes, &q->int_bytes, why));
    const th_err err = out ? th_file_write(out, (th_span){bytes, q->int_bytes}, why) : TH_OK;
    free(bytes);
    return err;
}

/* A project's settings and labels describe the integer model, too. */
static th_err keep_metadata(const th_model *from, th_model *to, th_why *why)
{
    const th_span settings = th_model_metadata(from, TH_PIPELINE_METADATA);
    return settings.n > 0 ? th_model_set_metadata(to, TH_PIPELINE_METADATA, settings, why) : TH_OK;
}

static th_err read_model(const char *path, th_model **model, size_t *n, th_why *why)
{
    uint8_t *bytes = NULL;
    th_why inner = {0};
    TH_TRY(th_file_read(path, 0, &bytes, n, why));
    const th_err err = th_model_from_tflite((th_span){bytes, *n}, model, &inner);
    free(bytes);
    return err ? th_why_set(why, err, "%s: %s", path, inner.text) : TH_OK;
}

th_err th_file_quantize(const char *model, const char *path, const char *labels, const char *out,
                        const th_quantize_options *options, th_quantized *q, th_why *why)
{
    th_model *f32 = NULL;
    data d = {0};
    size_t bytes = 0;
    th_why inner = {0};
    *q = (th_quantized){.options = *options};
    TH_TRY(read_model(model, &f32, &bytes, why));
    th_err err = read_data(path, &f32->graphs[0], options->n_samples, &d, why);
    if (!err) err = read_labels(labels, &d, why);
    if (err) {
        th_model_free(f32);
    } else {
        const th_samples calibrate = {.n = d.n, .sample = spread_sample, .ctx = &d};
        const th_samples check = {.n = d.all, .sample = get_sample, .label = labels ? get_label : NULL, .ctx = &d};
        err = th_quantized_make(f32, &calibrate, &check, options, q, &inner);
        if (err) err = th_why_set(why, err, "%s: %s", model, inner.text);
    }
    if (!err) err = keep_metadata(q->f32, q->model, why);
    if (!err) err = write_model(out, q, why);
    q->float_bytes = bytes;
    free(d.x);
    free(d.label);
    return err;
}
