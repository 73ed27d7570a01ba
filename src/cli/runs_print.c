#include "cli/runs_print.h"

#include "cli/spark.h"
#include "cli/table.h"
#include "os/run.h"
#include "report/runs_json.h"
#include "report/table.h"
#include "train/metric.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CURVE 12 /* characters */

/* The figure of the best epoch. */
static double best_value(const th_run_full *f, const char *name)
{
    return th_runs_value(&f->metrics, th_run_best(f), name);
}

/* What a run's curve shows: accuracy when there is one, else what the best epoch was best at. */
static const char *curve_metric(const th_run_full *f)
{
    static const th_metric order[] = {TH_VAL_ACCURACY, TH_TRAIN_ACCURACY};
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
        if (isfinite(th_runs_value(&f->metrics, 1, th_metric_name(order[i])))) return th_metric_name(order[i]);
    return isfinite(th_runs_value(&f->metrics, 1, f->run->metric)) ? f->run->metric : th_metric_name(TH_TRAIN_LOSS);
}

static void curve_cell(th_table *t, const th_run_full *f)
{
    const size_t n = (size_t)th_runs_epochs(&f->metrics);
    const char *name = curve_metric(f);
    char text[3 * CURVE + 1] = "";
    double *y = calloc(n + 1, sizeof *y);
    for (size_t i = 0; y && i < n; i++) y[i] = th_runs_value(&f->metrics, (int64_t)i + 1, name);
    if (y) th_spark(y, n, CURVE, th_terminal_is_utf8(), text);
    free(y);
    th_table_cell(t, "%s", text);
}

/* Accuracies and F1 as percent, everything else as a number. */
static void value_cell(th_table *t, const char *name, double v)
{
    if (!isfinite(v))
        th_table_cell(t, "-");
    else if (strstr(name, "accuracy") || strstr(name, "f1") || strstr(name, "balanced"))
        th_table_cell(t, "%.1f %%", 100 * v);
    else
        th_table_cell(t, "%.4g", v);
}

static th_err finish(th_table *t, th_why *why)
{
    th_table_print(t, stdout, th_stdout_is_terminal());
    const bool failed = t->failed;
    th_table_free(t);
    return failed ? th_why_set(why, TH_ENOMEM, "out of memory") : TH_OK;
}

/* "2026-11-22T18:05:09Z" as "2026-11-22 18:05" */
static void when_cell(th_table *t, const char *when)
{
    if (strlen(when) < 16)
        th_table_cell(t, "-");
    else
        th_table_cell(t, "%.10s %.5s", when, when + 11);
}

th_err th_runs_table(const th_runs_print *p, const th_run_full *full, size_t n, th_why *why)
{
    static const char *const heads[] = {"run",    "name", "started (UTC)", "preset",       "data",      "state",
                                        "epochs", "best", "val loss",      "val accuracy", "test int8", "curve"};
    th_table t = th_table_make((int)(sizeof heads / sizeof heads[0]));
    t.last_left = true;
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) th_table_cell(&t, "%s", heads[i]);
    for (size_t i = 0; i < n; i++) {
        const th_run *r = full[i].run;
        th_table_cell(&t, "%lld", (long long)r->id);
        th_table_cell(&t, "%s", *r->name ? r->name : "-");
        when_cell(&t, r->started);
        th_table_cell(&t, "%s", r->preset);
        th_table_cell(&t, "%.8s", *r->data_version ? r->data_version : "-");
        th_table_cell(&t, "%s", th_run_state(r, p->training));
        th_table_cell(&t, "%lld/%lld", (long long)th_runs_epochs(&full[i].metrics), (long long)r->epochs);
        th_table_cell(&t, "%lld", (long long)th_run_best(&full[i]));
        value_cell(&t, "loss", best_value(&full[i], "val_loss"));
        value_cell(&t, "accuracy", best_value(&full[i], "val_accuracy"));
        value_cell(&t, "accuracy", th_runs_value(&full[i].results, 0, "test_accuracy_int8"));
        curve_cell(&t, &full[i]);
    }
    return finish(&t, why);
}

/* ---- one run ---- */

static void print_facts(const th_runs_print *p, const th_run_full *f)
{
    const th_run *r = f->run;
    printf("run %lld%s%s: %s%s%s\n", (long long)r->id, *r->name ? " " : "", r->name, th_run_state(r, p->training),
           *r->message ? ", " : "", r->message);
    printf("started %s, ended %s; %lld parameters, %lld multiplications\n", r->started,
           *r->finished ? r->finished : "-", (long long)r->parameters, (long long)r->macs);
    printf("\nlayers\n%s%s", r->model, *r->model && r->model[strlen(r->model) - 1] == '\n' ? "" : "\n");
}

static th_err print_epochs(const th_run_full *f, th_why *why)
{
    int columns[TH_N_METRICS], n = 0;
    const int64_t epochs = th_runs_epochs(&f->metrics), best = th_run_best(f);
    for (int m = 0; m < TH_N_METRICS; m++)
        if (isfinite(th_runs_value(&f->metrics, epochs, th_metric_name((th_metric)m)))) columns[n++] = m;
    th_table t = th_table_make(n + 1);
    th_table_cell(&t, "epoch");
    for (int i = 0; i < n; i++) th_table_cell(&t, "%s", th_metric_name((th_metric)columns[i]));
    for (int64_t e = 1; e <= epochs; e++) {
        th_table_cell(&t, "%lld%s", (long long)e, e == best ? " best" : "");
        for (int i = 0; i < n; i++) {
            const char *name = th_metric_name((th_metric)columns[i]);
            value_cell(&t, name, th_runs_value(&f->metrics, e, name));
            if (e == best) th_table_strong(&t);
        }
    }
    return finish(&t, why);
}

th_err th_runs_show(const th_runs_print *p, const th_run_full *full, size_t n, th_why *why)
{
    th_compare c;
    (void)n;
    print_facts(p, full);
    TH_TRY(th_compare_make(&full->run, 1, true, &c, why));
    th_table t = th_table_make(2);
    t.last_left = true;
    th_table_cell(&t, "made by");
    th_table_cell(&t, "%s", "");
    for (size_t i = 0; i < c.n; i++) {
        th_table_cell(&t, "%s", c.row[i].name);
        th_table_cell(&t, "%s", c.row[i].value[0]);
    }
    th_compare_free(&c);
    for (size_t i = 0; i < full->results.n; i++) {
        th_table_cell(&t, "%s", full->results.v[i].name);
        value_cell(&t, full->results.v[i].name, full->results.v[i].value);
    }
    putchar('\n');
    TH_TRY(finish(&t, why));
    putchar('\n');
    return print_epochs(full, why);
}

/* ---- several ---- */

static void name_cells(th_table *t, const char *first, const th_run_full *full, size_t n)
{
    th_table_cell(t, "%s", first);
    for (size_t k = 0; k < n; k++)
        th_table_cell(t, "%lld%s%s", (long long)full[k].run->id, *full[k].run->name ? " " : "", full[k].run->name);
}

/* A row of figures, the best one strong. */
static void figure_row(th_table *t, const char *name, int better, const double *v, size_t n)
{
    double best = (double)NAN;
    for (size_t k = 0; k < n; k++)
        if (isfinite(v[k]) && (!isfinite(best) || better * v[k] > better * best)) best = v[k];
    if (!isfinite(best)) return;
    th_table_cell(t, "%s", name);
    for (size_t k = 0; k < n; k++) {
        value_cell(t, name, v[k]);
        if (better && isfinite(v[k]) && v[k] >= best && v[k] <= best) th_table_strong(t);
    }
}

static void figure_rows(th_table *t, const th_run_full *full, size_t n)
{
    double v[TH_COMPARE_RUNS];
    for (size_t k = 0; k < n; k++) v[k] = (double)th_run_best(&full[k]);
    figure_row(t, "best epoch", 0, v, n);
    for (int m = 0; m < TH_N_METRICS; m++) {
        for (size_t k = 0; k < n; k++) v[k] = best_value(&full[k], th_metric_name((th_metric)m));
        if (th_metric_better((th_metric)m))
            figure_row(t, th_metric_name((th_metric)m), th_metric_better((th_metric)m), v, n);
    }
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < full[k].results.n; i++) {
            const char *name = full[k].results.v[i].name;
            bool seen = false;
            for (size_t b = 0; b < k && !seen; b++) seen = isfinite(th_runs_value(&full[b].results, 0, name));
            for (size_t b = 0; b < n; b++) v[b] = th_runs_value(&full[b].results, 0, name);
            if (!seen) figure_row(t, name, 1, v, n);
        }
    th_table_cell(t, "curve");
    for (size_t k = 0; k < n; k++) curve_cell(t, &full[k]);
}

th_err th_runs_compare(const th_runs_print *p, const th_run_full *full, size_t n, th_why *why)
{
    const th_run *runs[TH_COMPARE_RUNS];
    th_compare c;
    (void)p;
    for (size_t k = 0; k < n; k++) runs[k] = full[k].run;
    TH_TRY(th_compare_make(runs, (int)n, false, &c, why));
    if (c.n == 0) puts("made by the same options, data and code\n");
    th_table t = th_table_make((int)n + 1);
    name_cells(&t, c.n ? "differ in" : "", full, n);
    for (size_t i = 0; i < c.n; i++) {
        th_table_cell(&t, "%s", c.row[i].name);
        for (size_t k = 0; k < n; k++) th_table_cell(&t, "%s", c.row[i].value[k]);
    }
    th_compare_free(&c);
    figure_rows(&t, full, n);
    return finish(&t, why);
}

/* ---- JSON ---- */

th_err th_runs_json(const th_runs_print *p, const th_run_full *full, size_t n, th_why *why)
{
    json_t *all = json_array();
    for (size_t i = 0; i < n; i++) json_array_append_new(all, th_run_json(&full[i], p->training, p->with_epochs));
    return th_json_print(json_pack("{so}", "runs", all), why);
}

/* ---- CSV ---- */

/* A field, in quotes where it needs them. */
static void csv_text(const char *text, const char *after)
{
    if (!strpbrk(text, ",\"\n\r")) {
        printf("%s%s", text, after);
        return;
    }
    putchar('"');
    for (; *text; text++) printf(*text == '"' ? "\"\"" : "%c", *text);
    printf("\"%s", after);
}

static void csv_number(double v, const char *after)
{
    if (isfinite(v)) printf("%.9g", v);
    fputs(after, stdout);
}

/* Settings that every run has: columns by the names of the first. */
static void csv_run(const th_runs_print *p, const th_run_full *f)
{
    const th_run *r = f->run;
    const char *const texts[] = {r->name, r->started,   r->finished, th_run_state(r, p->training), r->preset, r->seed,
                                 r->path, r->data_hash, r->code};
    printf("%lld,", (long long)r->id);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) csv_text(texts[i], ",");
    printf("%lld,%lld,%lld,%lld,%lld,", (long long)r->threads, (long long)r->parameters, (long long)r->macs,
           (long long)th_runs_epochs(&f->metrics), (long long)th_run_best(f));
    for (int m = 0; m < TH_N_METRICS; m++) csv_number(best_value(f, th_metric_name((th_metric)m)), ",");
#define X(name) csv_number(th_runs_value(&f->results, 0, name), ",");
    TH_RUN_RESULTS(X)
#undef X
    putchar('"');
    for (const char *c = r->options; *c; c++)
        if (*c == '\n')
            fputs(c[1] ? "; " : "", stdout);
        else
            printf(*c == '"' ? "\"\"" : "%c", *c);
    puts("\"");
}

th_err th_runs_csv(const th_runs_print *p, const th_run_full *full, size_t n, th_why *why)
{
    (void)why;
    if (p->with_epochs) {
        puts("run,epoch,metric,value");
        for (size_t k = 0; k < n; k++)
            for (size_t i = 0; i < full[k].metrics.n; i++) {
                const th_run_value *v = &full[k].metrics.v[i];
                printf("%lld,%lld,", (long long)full[k].run->id, (long long)v->epoch);
                csv_text(v->name, ",");
                csv_number(v->value, "\n");
            }
        return TH_OK;
    }
    printf("run,name,started,finished,state,preset,seed,path,data_hash,code,threads,parameters,macs,epochs,best_epoch");
    for (int m = 0; m < TH_N_METRICS; m++) printf(",%s", th_metric_name((th_metric)m));
#define X(name) printf(",%s", name);
    TH_RUN_RESULTS(X)
#undef X
    puts(",options");
    for (size_t i = 0; i < n; i++) csv_run(p, &full[i]);
    return TH_OK;
}
