/* Any float .tflite, with examples in files. */
#include "cli/cmd.h"
#include "cli/example_set.h"
#include "data/task_examples.h"
#include "cli/quantized.h"
#include "base/hash.h"
#include "base/text.h"

#include "os/file.h"
#include "train/train.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- examples ---- */

typedef struct samples {
    th_example_set set;
    bool train;          /* those that are set aside are not calibrated with */
    int32_t all, n_used; /* that may be calibrated with, and are: spread over them */
} samples;

static void spread_sample(void *ctx, int32_t i, float *x)
{
    const samples *s = ctx;
    const int32_t at = (int32_t)((int64_t)i * s->all / s->n_used);
    th_examples_get(s->set.train, &s->set.scale, s->train ? s->set.order[at] : at, x);
}

/* Example i to compare with: of --val, set aside from training, or of all. */
static const th_examples *compared(const samples *s, int32_t i, int32_t *at)
{
    if (s->set.val || s->train) return th_example_set_watched(&s->set, i, at);
    *at = i;
    return s->set.train;
}

static void get_sample(void *ctx, int32_t i, float *x)
{
    const samples *s = ctx;
    int32_t at;
    const th_examples *e = compared(s, i, &at);
    th_examples_get(e, &s->set.scale, at, x);
}

static int32_t get_label(void *ctx, int32_t i)
{
    int32_t at;
    const th_examples *e = compared(ctx, i, &at);
    return e->label[at];
}

/* Inputs as the model takes them, and no labelled examples of data/examples.h. */
static bool is_raw(const th_quantize_files *f)
{
    char labels[TH_PATH_BYTES];
    if (f->labels) return true;
    if (th_dir_exists(f->data) || strstr(f->data, "idx3") || th_text_ends(f->data, ".csv")) return false;
    return !th_examples_labels_path(f->data, labels) || !th_file_exists(labels);
}

/* Numbers are taken as they are, pictures as --pixels says; classes are in the order of the labels' names. */
static th_err without_card(samples *s, const char *model, const th_quantize_files *files, int32_t n_classes,
                           th_why *why)
{
    if (s->set.train->u8 && !files->pixels)
        return th_why_set(why, TH_ENOENT,
                          "%s does not say how pictures become its inputs (it has no card, %s: `thimble train --data` "
                          "makes models with one). Say what black and white become, such as --pixels 0..1 or -1..1; "
                          "its classes must be in the order of the labels' names",
                          model, TH_CARD_METADATA);
    if (s->set.card.n_labels > n_classes)
        return th_why_set(why, TH_ESHAPE, "%s has %ld labels, but %s gives %ld values", files->data,
                          (long)s->set.card.n_labels, model, (long)n_classes);
    s->set.card.n_values = 0;
    s->set.card.n_labels = n_classes;
    s->set.scale = th_card_scale(&s->set.card);
    return TH_OK;
}

static int32_t classes_of(const th_graph *g)
{
    const int32_t n = g->n_outputs > 0 ? th_shape_count(&g->tensors[g->outputs[0]].shape) : 0;
    return n == 1 ? 2 : n; /* one score: yes or no */
}

/* Enough of each kind? */
static th_err check_samples(samples *s, const char *path, const char *data, const th_quantize_options *o, th_why *why)
{
    if (s->train && s->set.to_input)
        return th_why_set(why, TH_EUSAGE, "--train is for classes; %s is an autoencoder: leave it out", path);
    if (s->train && s->set.n_val < 1)
        return th_why_set(why, TH_EFORMAT, "%s has too few examples to set some aside: --val PATH names others", data);
    s->all = s->train ? s->set.n_train : s->set.train->n;
    s->n_used = s->all < o->n_samples ? s->all : o->n_samples;
    return TH_OK;
}

static th_err open_project(const char *path, const th_model *model, const th_project *p, const th_quantize_options *o,
                           samples *s, th_why *why)
{
    th_card *card = malloc(sizeof *card);
    th_why inner = {0};
    if (!card) return th_why_set(why, TH_ENOMEM, "out of memory");
    th_err err = th_card_from(model, card, &inner);
    if (err) err = th_why_set(why, err, "%s: %s. Train it again: thimble train %s", path, inner.text, p->dir);
    s->train = o->epochs > 0;
    s->set.seed = o->has_seed ? o->seed : p->seed;
    if (!err) err = th_example_set_project(&s->set, p, NULL, card, why);
    free(card);
    return err ? err : check_samples(s, path, p->dir, o, why);
}

static th_err open_samples(const char *path, const th_model *model, const th_quantize_files *files,
                           const th_quantize_options *o, samples *s, th_why *why)
{
    const th_graph *g = &model->graphs[0];
    th_card card;
    th_example_files f = {.data = files->data,
                          .val = files->val,
                          .shape = th_example_shape(g),
                          .keep_labels = true,
                          .pixel_hi = 1,
                          .raw = is_raw(files),
                          .labels = files->labels,
                          .change = files->change,
                          .n_classes = classes_of(g)};
    if (f.raw && f.val)
        return th_why_set(why, TH_EUSAGE, "--val goes with labelled examples, and %s is raw inputs", f.data);
    if (!f.raw && th_model_metadata(model, TH_CARD_METADATA).n > 0) {
        TH_TRY(th_card_from(model, &card, why));
        f.card = &card;
    }
    s->train = o->epochs > 0;
    s->set.seed = o->seed;
    TH_TRY(th_pixels_parse(files->pixels, &f.pixel_lo, &f.pixel_hi, why));
    TH_TRY(th_example_set_open(&s->set, &f, why));
    if (!f.raw && !f.card) TH_TRY(without_card(s, path, files, f.n_classes, why));
    if (s->train && f.raw && !f.labels)
        return th_why_set(why, TH_EUSAGE, "--train needs examples with labels: --labels FILE, or labelled examples");
    return check_samples(s, path, f.data, o, why);
}

/* ---- models ---- */

static th_err write_model(const char *out, th_quantized *q, th_why *why)
{
    uint8_t *bytes = NULL;
    TH_TRY(th_model_to_tflite(q->model, &bytes, &q->int_bytes, why));
    const th_err err = out ? th_file_write(out, (th_span){bytes, q->int_bytes}, why) : TH_OK;
    free(bytes);
    return err;
}

/* What the float model says of sound or of examples is true of the integer model, too. */
static th_err keep_metadata(const th_model *from, th_model *to, th_why *why)
{
    static const char *const names[] = {TH_PIPELINE_METADATA, TH_CARD_METADATA};
    for (int i = 0; i < 2; i++) {
        const th_span entry = th_model_metadata(from, names[i]);
        if (entry.n > 0) TH_TRY(th_model_set_metadata(to, names[i], entry, why));
    }
    return TH_OK;
}

/* The integer model of a project says of which float file it is. */
static th_err name_source(th_model *model, uint64_t hash, th_why *why)
{
    th_card *card = malloc(sizeof *card);
    if (!card) return th_why_set(why, TH_ENOMEM, "out of memory");
    th_err err = th_card_from(model, card, why);
    card->source_hash = hash;
    if (!err) err = th_card_attach(card, model, why);
    free(card);
    return err;
}

static th_err read_model(const char *path, th_model **model, size_t *n, uint64_t *hash, th_why *why)
{
    uint8_t *bytes = NULL;
    th_why inner = {0};
    TH_TRY(th_file_read(path, 0, &bytes, n, why));
    const th_err err = th_model_from_tflite((th_span){bytes, *n}, model, &inner);
    *hash = th_fnv1a(TH_FNV1A_START, (th_span){bytes, *n});
    free(bytes);
    return err ? th_why_set(why, err, "%s: %s", path, inner.text) : TH_OK;
}

static th_err quantise(const char *path, uint64_t hash, th_model *f32, samples *s, const th_quantize_files *files,
                       const th_quantize_options *options, th_quantized *q, th_why *why)
{
    const int32_t n = s->set.val || s->train ? s->set.n_val : s->set.train->n;
    const bool labelled = s->set.train->label[0] >= 0 && !s->set.to_input;
    const th_samples calibrate = {.n = s->n_used, .sample = spread_sample, .ctx = s};
    const th_samples check = {.n = n, .sample = get_sample, .label = labelled ? get_label : NULL, .ctx = s};
    const th_train_job examples = {.train = th_example_set_train,
                                   .val = th_example_set_val,
                                   .train_ctx = &s->set,
                                   .val_ctx = &s->set,
                                   .n_train = s->set.n_train,
                                   .n_val = s->set.n_val};
    th_why inner = {0};
    const th_err err = th_quantized_make(f32, &calibrate, &check, options, s->train ? &examples : NULL, q, &inner);
    if (err) return th_why_set(why, err, "%s: %s", path, inner.text);
    TH_TRY(keep_metadata(q->f32, q->model, why));
    if (files->project) TH_TRY(name_source(q->model, hash, why));
    return write_model(files->out, q, why);
}

th_err th_file_quantize(const char *model, const th_quantize_files *files, const th_quantize_options *options,
                        th_quantized *q, th_why *why)
{
    th_model *f32 = NULL;
    size_t bytes = 0;
    uint64_t hash = 0;
    *q = (th_quantized){.options = *options};
    samples *s = calloc(1, sizeof *s);
    if (!s) return th_why_set(why, TH_ENOMEM, "out of memory");
    th_err err = read_model(model, &f32, &bytes, &hash, why);
    if (!err)
        err = files->project ? open_project(model, f32, files->project, options, s, why)
                             : open_samples(model, f32, files, options, s, why);
    if (err)
        th_model_free(f32);
    else
        err = quantise(model, hash, f32, s, files, options, q, why); /* q has the model now */
    q->float_bytes = bytes;
    th_example_set_free(&s->set);
    free(s);
    return err;
}
