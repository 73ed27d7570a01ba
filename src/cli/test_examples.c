/* `thimble test` of a model that takes pictures or numbers, made by `thimble train --data`. */
#include "cli/test.h"
#include "data/task_examples.h"
#include "data/task_scan.h"

#include "base/text.h"
#include "os/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void th_test_input(void *ctx, size_t i, float *x)
{
    const th_test *t = ctx;
    const th_examples_scale scale = th_card_scale(&t->card);
    th_examples_get(t->shown, &scale, (int32_t)i, x);
}

static void on_progress(void *ctx, double part)
{
    (void)ctx;
    th_progress("test", part);
}

static const th_graph *graph_of(const th_test *t)
{
    return &(t->net[TH_NET_INT8] ? t->net[TH_NET_INT8] : t->net[TH_NET_FLOAT])->graphs[0];
}

/* A model without a card: its classes are taken to be in the order of the labels' names. */
static th_err assume_card(th_test *t, const char *pixels, th_why *why)
{
    float lo = 0, hi = 1;
    const th_graph *g = graph_of(t);
    TH_TRY(th_pixels_parse(pixels, &lo, &hi, why));
    const int32_t n = g->n_outputs > 0 ? th_shape_count(&g->tensors[g->outputs[0]].shape) : 0;
    if (t->shown->n_labels != n)
        return th_why_set(why, TH_ESHAPE, "the examples have %d labels, but the network gives %d values",
                          (int)t->shown->n_labels, (int)n);
    th_card_make(t->shown, lo, hi, &t->card);
    t->card.n_values = 0;
    return TH_OK;
}

th_task_output th_test_output(const th_test *t)
{
    if (t->has_card && t->card.scores) return TH_OUT_INPUT;
    const th_task *task = t->has_card && t->card.task[0] ? th_task_find(t->card.task) : NULL;
    if (task) return task->output;
    return t->has_card && t->card.n_labels == 0 ? TH_OUT_INPUT : TH_OUT_LABELS; /* `train --target input` */
}

/* Without a folder: the project's own, or what is computed. */
static th_err open_project_examples(th_test *t, const char *split_name, th_why *why)
{
    th_split split;
    TH_TRY(th_test_split(split_name, &split, why));
    if (!t->has_project) TH_TRY(th_project_defaults(t->card.task, NULL, 0, &t->project, why));
    if (!t->has_card)
        return th_why_set(why, TH_ENOENT, "the model of %s has no card. Train it again: thimble train %s",
                          t->project.dir, t->project.dir);
    return th_task_examples(&t->project, split, &t->card, &t->shown, why);
}

/* Labels of the examples become 0 for what is normal and 1 for the rest; of one label alone all are normal. */
static th_err tell_normal(th_test *t, th_why *why)
{
    static const char *const usual[] = {"normal", "0"};
    th_examples *e = t->shown;
    const char *label = t->normal ? t->normal : t->card.normal;
    int32_t k = e->n_labels;
    for (size_t i = 0; !*label && i < sizeof usual / sizeof *usual; i++)
        for (int32_t j = 0; j < e->n_labels; j++)
            if (strcmp(e->labels[j], usual[i]) == 0) label = usual[i];
    if (!*label && e->n_labels == 1) label = e->labels[0];
    if (!*label)
        return th_why_set(why, TH_EUSAGE, "the model does not know the name of what is normal: say --normal LABEL");
    for (int32_t j = 0; j < e->n_labels; j++)
        if (strcmp(e->labels[j], label) == 0) k = j;
    if (k == e->n_labels)
        return th_why_set(why, TH_EUSAGE, "no example has the label \"%s\" of what is normal: say --normal LABEL",
                          label);
    if (t->card.n_values && t->card.n_values != e->h * e->w * e->c)
        return th_why_set(why, TH_ESHAPE, "the examples have %ld numbers each, the model was trained with %ld",
                          (long)(e->h * e->w * e->c), (long)t->card.n_values);
    for (int32_t i = 0; i < e->n; i++) e->label[i] = e->label[i] != k;
    return TH_OK;
}

static bool holds_label_folders(const th_examples_shape *shape, const char *data)
{
    return th_dir_exists(data) && (shape->c == 1 || shape->c == 3) && shape->h > 1;
}

/* Of a model that was made without a project: files and folders as it was trained with, and pictures in any layout. */
static th_err open_files(th_test *t, const char *data, const th_scan_cfg *scan, const char *pixels, th_why *why)
{
    const bool classes = th_test_output(t) == TH_OUT_LABELS;
    if (holds_label_folders(&scan->shape, data))
        TH_TRY(th_scan_pictures(t->has_card && classes ? &t->card : NULL, data, scan, &t->shown, why));
    else
        TH_TRY(th_examples_load(data, &scan->shape, &t->shown, why));
    if (!t->has_card) return assume_card(t, pixels, why);
    if (!classes) return tell_normal(t, why);
    if (t->normal)
        return th_why_set(why, TH_EUSAGE,
                          "--normal is for autoencoders, and models that give a score of how strange a row is");
    th_why inner = {0};
    const th_err err = th_card_relabel(&t->card, t->shown, true, &inner);
    return err ? th_why_set(why, err, "%s: %s", data, inner.text) : TH_OK;
}

static th_err open_examples(th_test *t, const char *data, const char *pixels, const char *split, const char *device,
                            th_why *why)
{
    const th_graph *g = graph_of(t);
    th_scan_cfg scan = {.device = device, .shape = th_example_shape(g)};
    if (!t->has_card && !pixels)
        return th_why_set(
            why, TH_ENOENT,
            "the model does not say what it was trained on: it has neither labels and features of sound (%s) nor a "
            "card of examples (%s). Models made by `thimble train` have one. Of another model of pictures say what "
            "black and white become, --pixels 0..1; its classes must then be in the order of the labels' names. "
            "`thimble run` takes any model with raw tensors",
            TH_PIPELINE_METADATA, TH_CARD_METADATA);
    if (!data)
        return th_why_set(why, TH_EUSAGE, "this model takes pictures or numbers: name labelled ones with --data PATH");
    if (t->has_card && pixels)
        return th_why_set(why, TH_EUSAGE, "leave out --pixels: the model's card says what black and white become");
    TH_TRY(th_split_part(split, &scan.part, why));
    scan.n_targets = g->n_outputs > 0 ? th_shape_count(&g->tensors[g->outputs[0]].shape) : 0;
    return t->card.task[0] ? th_task_scan(&t->card, data, &scan, &t->shown, why)
                           : open_files(t, data, &scan, pixels, why);
}

th_err th_test_ask(th_test *t, th_why *why)
{
    const th_graph *g = graph_of(t);
    const bool classes = th_test_output(t) == TH_OUT_LABELS;
    t->n_out = classes ? t->card.n_labels : g->n_outputs > 0 ? th_shape_count(&g->tensors[g->outputs[0]].shape) : 0;
    for (int k = 0; k < TH_MAX_NETS && !classes; k++) {
        t->out[k] = t->net[k] ? malloc(t->n * (size_t)t->n_out * sizeof **t->out) : NULL;
        if (t->net[k] && !t->out[k]) return th_why_set(why, TH_ENOMEM, "out of memory for %zu examples", t->n);
    }
    const th_classify_job job = {.values = th_test_input,
                                 .n_values = t->shown->h * t->shown->w * t->shown->c,
                                 .n_labels = t->n_out,
                                 .net = {t->net[0], t->net[1]},
                                 .outputs = {t->out[0], t->out[1]},
                                 .n_clips = t->n,
                                 .ctx = t,
                                 .progress = on_progress,
                                 .n_threads = th_cpu_count()};
    return th_classify_clips(&job, t->verdict, why);
}

th_err th_test_examples(th_test *t, const char *data, const char *pixels, const char *split, const char *device,
                        th_why *why)
{
    const bool computed = t->has_card && th_test_output(t) == TH_OUT_VALUES;
    TH_TRY(!data && (t->has_project || computed) ? open_project_examples(t, split, why)
                                                 : open_examples(t, data, pixels, split, device, why));
    const size_t n = t->n = (size_t)t->shown->n;
    t->pipe.n_labels = t->card.n_labels;
    memcpy(t->pipe.labels, t->card.labels, sizeof t->pipe.labels);
    t->truth = malloc(n * sizeof *t->truth);
    t->verdict = calloc(n, sizeof *t->verdict);
    if (!t->truth || !t->verdict) return th_why_set(why, TH_ENOMEM, "out of memory for %zu examples", n);
    memcpy(t->truth, t->shown->label, n * sizeof *t->truth);
    if (data)
        th_text_fmt(t->what, sizeof t->what, "examples of %s", data);
    else
        th_text_fmt(t->what, sizeof t->what, "%s %s", split ? split : th_split_name(TH_TEST),
                    th_project_task(&t->project)->noun);
    if (t->shown->n_skipped)
        fprintf(stderr, "note: %d files could not be read and are left out; the first: %s\n", (int)t->shown->n_skipped,
                t->shown->skipped);
    TH_TRY(th_test_ask(t, why));
    if (th_test_output(t) != TH_OUT_LABELS) return th_test_values(t, why);
    th_test_count(t);
    if (t->no_class)
        fprintf(stderr, "note: %zu examples were left out: this network has no class for their label\n", t->no_class);
    if (t->tested == 0)
        return th_why_set(why, TH_EFORMAT, "not one of %zu examples has a label that the network knows", t->n);
    return TH_OK;
}
