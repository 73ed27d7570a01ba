#include "cli/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

th_err th_arg_project(const th_args *a, th_project *p, th_why *why)
{
    const char *dir = th_arg(a, "project");
    return th_project_load(dir ? dir : ".", p, why);
}

typedef struct who {
    const char *subject;
    int label;
} who;

static int by_label(const void *a, const void *b)
{
    const who *x = a, *y = b;
    return x->label != y->label ? (x->label < y->label ? -1 : 1) : strcmp(x->subject, y->subject);
}

static int by_speaker(const void *a, const void *b)
{
    return strcmp(((const who *)a)->subject, ((const who *)b)->subject);
}

typedef struct counting {
    const th_project *p;
    th_tally *t;
    const th_sample *sample;
    who *w;
    size_t n;
} counting;

static void count_label(void *ctx, const char *name, int32_t rows)
{
    counting *c = ctx;
    const int label = th_project_label(c->p, name);
    if (label < 0) return;
    c->t->clips[label][c->sample->split]++;
    if (c->sample->rate_hz > 0) c->t->seconds[label] += rows / c->sample->rate_hz;
    if (*c->sample->subject) c->w[c->n++] = (who){c->sample->subject, label};
}

th_err th_tally_make(const th_project *p, const th_dataset *set, th_tally *t, th_why *why)
{
    *t = (th_tally){0};
    size_t most = 1;
    for (size_t i = 0; i < set->n; i++) most += set->samples[i].n_segments + 1;
    who *w = calloc(most, sizeof *w);
    counting all = {.p = p, .t = t, .w = w};
    t->samples = set->n;
    if (!w) return th_why_set(why, TH_ENOMEM, "out of memory");
    for (size_t i = 0; i < set->n; i++) {
        all.sample = &set->samples[i];
        t->synthetic += strncmp(all.sample->source, "synthetic:", 10) == 0;
        th_sample_labels(all.sample, count_label, &all);
    }
    const size_t n = all.n;
    if (n) qsort(w, n, sizeof *w, by_label);
    for (size_t i = 0; i < n; i++) t->speakers[w[i].label] += i == 0 || by_label(&w[i], &w[i - 1]) != 0;
    if (n) qsort(w, n, sizeof *w, by_speaker);
    for (size_t i = 0; i < n; i++) t->all_speakers += i == 0 || by_speaker(&w[i], &w[i - 1]) != 0;
    free(w);
    return TH_OK;
}

static int width_of(const char *text)
{
    int n = 0;
    for (; *text; text++) n += (*text & 0xc0) != 0x80;
    return n;
}

void th_print_padded(const char *text, int width)
{
    const int pad = width - width_of(text);
    printf("%s%*s", text, pad > 0 ? pad : 0, "");
}

void th_tally_print(const th_project *p, const th_tally *t)
{
    int width = 8;
    size_t sum[TH_N_SPLITS] = {0};
    double seconds = 0;
    for (int i = 0; i < p->n_labels; i++) width = width_of(p->labels[i]) > width ? width_of(p->labels[i]) : width;
    th_print_padded("label", width);
    puts("   train     val    test   speakers   minutes");
    for (int i = 0; i < p->n_labels; i++) {
        const size_t *c = t->clips[i];
        th_print_padded(p->labels[i], width);
        printf(" %7zu %7zu %7zu %10zu %9.1f\n", c[TH_TRAIN], c[TH_VAL], c[TH_TEST], t->speakers[i], t->seconds[i] / 60);
        for (int s = 0; s < TH_N_SPLITS; s++) sum[s] += c[s];
        seconds += t->seconds[i];
    }
    th_print_padded("all", width);
    printf(" %7zu %7zu %7zu %10zu %9.1f\n", sum[TH_TRAIN], sum[TH_VAL], sum[TH_TEST], t->all_speakers, seconds / 60);
    if (t->synthetic) printf("synthetic: %zu of %zu\n", t->synthetic, t->samples);
}

th_err th_json_print(json_t *object, th_why *why)
{
    char *text = object ? json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL;
    json_decref(object);
    if (!text) return th_why_set(why, TH_ENOMEM, "out of memory");
    puts(text);
    free(text);
    return TH_OK;
}

void th_json_keep(const th_project *p, const char *name, const json_t *object)
{
    char path[TH_PATH_BYTES];
    th_why why = {0};
    char *text = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(9));
    th_err err = text ? th_project_path(p, TH_DIR_MODEL, path, &why) : TH_ENOMEM;
    if (!err) err = th_dir_make(path, &why);
    if (!err) err = th_project_path(p, name, path, &why);
    if (!err) err = th_file_write(path, (th_span){(const uint8_t *)text, strlen(text)}, &why);
    if (err) fprintf(stderr, "note: %s could not be kept: %s\n", name, why.err ? why.text : th_err_text(err));
    free(text);
}

th_err th_tally_print_json(const th_project *p, const th_tally *t, json_t *extra, th_why *why)
{
    json_t *rows = json_array(), *object = json_object();
    for (int i = 0; i < p->n_labels; i++)
        json_array_append_new(rows, json_pack("{s:s,s:I,s:I,s:I,s:I,s:f}", "label", p->labels[i], "train",
                                              (json_int_t)t->clips[i][TH_TRAIN], "val", (json_int_t)t->clips[i][TH_VAL],
                                              "test", (json_int_t)t->clips[i][TH_TEST], "speakers",
                                              (json_int_t)t->speakers[i], "seconds", t->seconds[i]));
    json_object_set_new(object, "labels", rows);
    json_object_set_new(object, "speakers", json_integer((json_int_t)t->all_speakers));
    json_object_set_new(object, "synthetic", json_integer((json_int_t)t->synthetic));
    if (extra) json_object_update(object, extra);
    json_decref(extra);
    return th_json_print(object, why);
}
