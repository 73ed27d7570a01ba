/* What `thimble test` shows: tables for people, JSON for programs and the report. */
#include "cli/test.h"
#include "cli/table.h"

#include "base/text.h"
#include "os/run.h"
#include "report/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORST 20 /* wrong clips that are kept for the report */
#define RIGHT 6

static int shown_net(const th_test *t) /* the one that a board runs, when it is there */
{
    return t->net[TH_NET_INT8] ? TH_NET_INT8 : TH_NET_FLOAT;
}

static const char *noun(const th_test *t)
{
    return t->of_examples ? "examples" : "clips";
}

/* ---- examples ------------------------------------------------------------------------------- */

typedef struct example {
    size_t i;
    float score;
} example;

static int by_score(const void *a, const void *b)
{
    const example *x = a, *y = b;
    if (x->score != y->score) return x->score > y->score ? -1 : 1;
    return (x->i > y->i) - (x->i < y->i);
}

/* Clips that were right (or wrong), surest first; fresh memory, *n of them. */
static example *examples(const th_test *t, bool right, size_t *n)
{
    const int k = shown_net(t);
    example *e = malloc((t->n + 1) * sizeof *e);
    *n = 0;
    for (size_t i = 0; e && i < t->n; i++) {
        const th_verdict *v = &t->verdict[i];
        if (v->err || t->truth[i] < 0 || (v->said[k] == t->truth[i]) != right) continue;
        e[(*n)++] = (example){i, v->score[k][v->said[k]]};
    }
    if (e && *n) qsort(e, *n, sizeof *e, by_score);
    return e;
}

/* Where a tested picture or row comes from. */
static void origin(const th_test *t, size_t i, char *text, size_t cap)
{
    if (t->shown->file && t->shown->file[i])
        th_text_fmt(text, cap, "%s", t->shown->file[i]);
    else
        th_text_fmt(text, cap, "example %zu", i + 1);
}

static json_t *shown_json(const th_test *t, const example *e)
{
    const th_verdict *v = &t->verdict[e->i];
    char path[TH_PATH_BYTES];
    origin(t, e->i, path, sizeof path);
    return json_pack("{s:s%,s:s,s:s,s:f}", "file", path, strlen(path), "truth", t->pipe.labels[t->truth[e->i]], "said",
                     t->pipe.labels[v->said[shown_net(t)]], "score", (double)e->score);
}

static json_t *example_json(const th_test *t, const example *e)
{
    if (t->of_examples) return shown_json(t, e);
    const th_sample *c = &t->set->samples[t->clip[e->i]];
    const th_verdict *v = &t->verdict[e->i];
    char path[TH_PATH_BYTES];
    if (*c->file || strlen(c->hash) < 3)
        th_text_fmt(path, sizeof path, "%s", c->file);
    else
        th_text_fmt(path, sizeof path, "%.*s/%s.%s", 2, c->hash, c->hash + 2, c->suffix); /* below data/objects */
    return json_pack("{s:s%,s:s,s:s,s:s,s:s,s:f,s:s}", "file", path, strlen(path), "name", th_sample_shown(c), "truth",
                     t->pipe.labels[t->truth[e->i]], "word", c->word, "said", t->pipe.labels[v->said[shown_net(t)]],
                     "score", (double)e->score, "speaker", c->subject);
}

static json_t *worst_json(const th_test *t)
{
    size_t n;
    example *e = examples(t, false, &n);
    json_t *list = json_array();
    for (size_t i = 0; e && i < n && i < WORST; i++) json_array_append_new(list, example_json(t, &e[i]));
    free(e);
    return list;
}

/* The surest right clip of each label, round by round, keywords first. */
static json_t *right_json(const th_test *t)
{
    size_t n;
    example *e = examples(t, true, &n);
    json_t *list = json_array();
    for (int32_t k = 0; e && k < t->pipe.n_labels && json_array_size(list) < RIGHT; k++)
        for (size_t i = 0; i < n; i++)
            if (t->truth[e[i].i] == k) {
                json_array_append_new(list, example_json(t, &e[i]));
                break;
            }
    free(e);
    return list;
}

/* ---- JSON ----------------------------------------------------------------------------------- */

static json_t *scores_json(const th_test *t, int k)
{
    const th_confusion *c = &t->confusion[k];
    json_t *o = json_pack("{s:f,s:f,s:f}", "accuracy", th_confusion_accuracy(c), "balanced", th_confusion_balanced(c),
                          "macro_f1", th_confusion_macro_f1(c));
    if (t->auc[k] >= 0) json_object_set_new(o, "auc", json_real(t->auc[k]));
    return o;
}

static json_t *matrix_json(const th_confusion *c)
{
    json_t *rows = json_array();
    for (int32_t t = 0; t < c->n; t++) {
        json_t *row = json_array();
        for (int32_t s = 0; s < c->n; s++) json_array_append_new(row, json_integer(c->count[t][s]));
        json_array_append_new(rows, row);
    }
    return rows;
}

static json_t *part_json(double part)
{
    return part < 0.0 ? json_null() : json_real(part);
}

static json_t *classes_json(const th_test *t)
{
    json_t *list = json_array();
    for (int32_t k = 0; k < t->pipe.n_labels; k++) {
        json_t *o = json_pack("{s:s,s:i}", "label", t->pipe.labels[k], noun(t),
                              (int)th_confusion_row(&t->confusion[shown_net(t)], k));
        for (int net = 0; net < TH_TEST_NETS; net++)
            if (th_test_has(t, net))
                json_object_set_new(o, th_test_net(net),
                                    json_pack("{s:o,s:o}", "recall",
                                              part_json(th_confusion_recall(&t->confusion[net], k)), "precision",
                                              part_json(th_confusion_precision(&t->confusion[net], k))));
        json_array_append_new(list, o);
    }
    return list;
}

json_t *th_test_json(const th_test *t)
{
    json_t *o = json_object(), *confusion = json_object(), *labels = json_array();
    for (int32_t k = 0; k < t->pipe.n_labels; k++) json_array_append_new(labels, json_string(t->pipe.labels[k]));
    json_object_set_new(confusion, "labels", labels);
    for (int k = 0; k < TH_TEST_NETS; k++) {
        if (!th_test_has(t, k)) continue;
        json_object_set_new(o, th_test_net(k), scores_json(t, k));
        json_object_set_new(confusion, th_test_net(k), matrix_json(&t->confusion[k]));
    }
    json_object_set_new(o, "confusion", confusion);
    json_object_set_new(o, noun(t), json_integer((json_int_t)t->tested));
    json_object_set_new(o, "unreadable", json_integer((json_int_t)t->unreadable));
    json_object_set_new(o, "left_out", json_integer((json_int_t)t->no_class));
    if (t->net[0] && t->net[1]) json_object_set_new(o, "agreement", json_real((double)t->agree / (double)t->tested));
    json_object_set_new(o, "classes", classes_json(t));
    json_object_set_new(o, "right", right_json(t));
    json_object_set_new(o, "worst", worst_json(t));
    return o;
}

void th_test_save(const th_test *t, json_t *object, uint64_t model, const char *name)
{
    char hash[24];
    th_text_fmt(hash, sizeof hash, "%016llx", (unsigned long long)model);
    json_object_set_new(object, "model", json_string(hash));
    th_json_keep(&t->project, name, object);
}

/* ---- tables --------------------------------------------------------------------------------- */

static void percent_cell(th_table *table, double part)
{
    if (part < 0.0)
        th_table_cell(table, "-");
    else
        th_table_cell(table, "%.1f %%", part * 100.0);
}

static void scores_table(const th_test *t, th_table *table)
{
    const int n_nets = th_test_has(t, TH_NET_DEVICE) ? TH_TEST_NETS : TH_MAX_NETS;
    *table = th_table_make(1 + n_nets);
    th_table_cell(table, "%s", "");
    for (int k = 0; k < n_nets; k++) th_table_cell(table, "%s", th_test_heading(t, k));
    static const char *const names[] = {"accuracy", "balanced", "macro F1"};
    for (int row = 0; row < 3; row++) {
        th_table_cell(table, "%s", names[row]);
        for (int k = 0; k < n_nets; k++) {
            const th_confusion *c = &t->confusion[k];
            const double part[] = {th_confusion_accuracy(c), th_confusion_balanced(c), th_confusion_macro_f1(c)};
            percent_cell(table, th_test_has(t, k) ? part[row] : -1.0);
            if (row == 0) th_table_strong(table);
        }
    }
    if (t->auc[0] < 0 && t->auc[1] < 0) return;
    th_table_cell(table, "AUC");
    for (int k = 0; k < n_nets; k++)
        if (t->auc[k] < 0)
            th_table_cell(table, "-");
        else
            th_table_cell(table, "%.3f", t->auc[k]);
}

/* The first `max` code points of a label: headings of a wide matrix. */
static int cut(const char *label, int max)
{
    int n = 0, at = 0;
    for (; label[at]; at++)
        if (((unsigned char)label[at] & 0xc0) != 0x80 && n++ == max) break;
    return at;
}

static void matrix_table(const th_test *t, th_table *table)
{
    const th_confusion *c = &t->confusion[shown_net(t)];
    *table = th_table_make(c->n + 1);
    th_table_cell(table, t->of_examples ? "is \\ called" : "said \\ heard");
    for (int32_t k = 0; k < c->n; k++)
        th_table_cell(table, "%.*s", cut(t->pipe.labels[k], c->n > 6 ? 5 : 20), t->pipe.labels[k]);
    for (int32_t truth = 0; truth < c->n; truth++) {
        th_table_cell(table, "%s", t->pipe.labels[truth]);
        for (int32_t said = 0; said < c->n; said++) {
            const int32_t n = c->count[truth][said];
            if (n)
                th_table_cell(table, "%d", (int)n);
            else
                th_table_cell(table, ".");
            if (truth == said) th_table_strong(table);
        }
    }
}

static void classes_table(const th_test *t, th_table *table)
{
    *table = th_table_make(6);
    const char *const heading[6] = {"label",       noun(t),           "recall float",
                                    "recall int8", "precision float", "precision int8"};
    for (int i = 0; i < 6; i++) th_table_cell(table, "%s", heading[i]);
    for (int32_t k = 0; k < t->pipe.n_labels; k++) {
        th_table_cell(table, "%s", t->pipe.labels[k]);
        th_table_cell(table, "%d", (int)th_confusion_row(&t->confusion[shown_net(t)], k));
        for (int column = 0; column < 4; column++) {
            const int net = column % 2;
            percent_cell(table, !t->net[net] ? -1.0
                                : column < 2 ? th_confusion_recall(&t->confusion[net], k)
                                             : th_confusion_precision(&t->confusion[net], k));
        }
    }
}

static th_err print_table(th_table *table, const char *title, th_why *why)
{
    printf("%s", title);
    th_table_print(table, stdout, th_stdout_is_terminal());
    const bool failed = table->failed;
    th_table_free(table);
    return failed ? th_why_set(why, TH_ENOMEM, "out of memory") : TH_OK;
}

static void print_worst(const th_test *t)
{
    size_t n;
    example *e = examples(t, false, &n);
    if (e && n) puts("\nWrong and sure of it:");
    for (size_t i = 0; e && i < n && i < 5; i++) {
        const char *said = t->pipe.labels[t->verdict[e[i].i].said[shown_net(t)]];
        char from[TH_PATH_BYTES];
        if (t->of_examples) {
            origin(t, e[i].i, from, sizeof from);
            printf("  %3.0f %%  %s taken for %s: %s\n", (double)e[i].score * 100.0, t->pipe.labels[t->truth[e[i].i]],
                   said, from);
            continue;
        }
        const th_sample *c = &t->set->samples[t->clip[e[i].i]];
        printf("  %3.0f %%  %s heard as %s: %s\n", (double)e[i].score * 100.0, c->word[0] ? c->word : c->label, said,
               th_sample_shown(c));
    }
    free(e);
}

th_err th_test_print(const th_test *t, th_why *why)
{
    th_table table;
    char recall[160];
    const char *matrix = t->of_examples                ? "\nWhat it is and what it was called:\n"
                         : shown_net(t) == TH_NET_INT8 ? "\nWhat was said and what int8 heard:\n"
                                                       : "\nWhat was said and what was heard:\n";
    printf("%zu %s\n\n", t->tested, t->what);
    scores_table(t, &table);
    TH_TRY(print_table(&table, "", why));
    if (t->net[0] && t->net[1])
        printf("\nfloat and int8 say the same of %.1f %% of the %s\n", 100.0 * (double)t->agree / (double)t->tested,
               noun(t));
    matrix_table(t, &table);
    TH_TRY(print_table(&table, matrix, why));
    classes_table(t, &table);
    snprintf(recall, sizeof recall,
             "\nRecall: part of the label's %s that were found. Precision: how often the label is right when it is "
             "given.\n",
             noun(t));
    TH_TRY(print_table(&table, recall, why));
    print_worst(t);
    return TH_OK;
}
