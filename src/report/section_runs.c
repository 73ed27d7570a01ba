/* The newest runs of thimble.db side by side: their curves, what they differ in, how well they did. */
#include "report/sections.h"

#include "train/metric.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool ready(const th_report *r)
{
    return r->n_runs >= 2;
}

static void run_name(th_html *h, const th_run *run)
{
    th_html_fmt(h, "%lld", (long long)run->id);
    if (!*run->name) return;
    th_html_put(h, " ");
    th_html_name(h, run->name);
}

/* What all of them measured: accuracy if they did, else the loss. */
static th_metric common_metric(const th_report *r)
{
    static const th_metric order[] = {TH_VAL_ACCURACY, TH_VAL_MAE, TH_VAL_LOSS};
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        int32_t n = 0;
        for (int32_t k = 0; k < r->n_runs; k++)
            n += isfinite(th_runs_value(&r->runs[k].metrics, 1, th_metric_name(order[i])));
        if (n == r->n_runs) return order[i];
    }
    return TH_TRAIN_LOSS;
}

static void draw(th_html *h, const th_report *r, const double *x, const double *y, size_t n, th_metric metric)
{
    static const char *const css[TH_REPORT_RUNS] = {"run r1", "run r2", "run r3", "run r4", "run r5", "run r6"};
    const bool percent = th_metric_better(metric) > 0;
    th_series series[TH_REPORT_RUNS];
    double most = 0, least = 1;
    char alt[160];
    for (size_t i = 0; i < n * (size_t)r->n_runs; i++)
        if (isfinite(y[i])) most = fmax(most, y[i]), least = fmin(least, y[i]);
    for (int32_t k = 0; k < r->n_runs; k++) series[k] = (th_series){css[k], y + (size_t)k * n};
    const double step = th_svg_tick(most > 0 ? most : 1, 4);
    snprintf(alt, sizeof alt, "Line chart of %s over the epochs of %d runs; the table below has the figures.",
             th_metric_name(metric), (int)r->n_runs);
    const th_chart c = {.alt = alt,
                        .y_low = percent ? fmax(0.0, floor(least * 5.0 - 1e-9) / 5.0) : 0.0,
                        .y_high = percent ? 1.0 : ceil((most > 0 ? most : 1) / step) * step,
                        .percent = percent,
                        .x = x,
                        .n = (int32_t)n,
                        .mark = -1,
                        .x_text = "epoch"};
    th_html_fmt(h, "<figure><figcaption>%s</figcaption>\n",
                percent                 ? "Accuracy in validation. Up is better."
                : metric == TH_VAL_LOSS ? "Loss in validation. Down is better."
                : metric == TH_VAL_MAE  ? "Mean distance in validation. Down is better."
                                        : "Loss in training. Down is better.");
    th_svg_chart(h, &c, series, r->n_runs);
    th_html_put(h, "</figure>\n");
}

static void write_curves(th_html *h, const th_report *r, th_metric metric)
{
    size_t n = 0;
    for (int32_t k = 0; k < r->n_runs; k++) {
        const size_t epochs = (size_t)th_runs_epochs(&r->runs[k].metrics);
        if (epochs > n) n = epochs;
    }
    double *x = malloc((n + 1) * sizeof *x), *y = malloc((n + 1) * (size_t)r->n_runs * sizeof *y);
    if (!x || !y) {
        h->failed = true;
    } else if (n) {
        for (size_t i = 0; i < n; i++) x[i] = (double)i + 1;
        for (size_t i = 0; i < n * (size_t)r->n_runs; i++)
            y[i] = th_runs_value(&r->runs[i / n].metrics, (int64_t)(i % n) + 1, th_metric_name(metric));
        draw(h, r, x, y, n, metric);
    }
    free(x);
    free(y);
}

static void write_key(th_html *h, const th_report *r)
{
    th_html_put(h, "<ul class=\"key\">");
    for (int32_t k = 0; k < r->n_runs; k++) {
        th_html_fmt(h, "<li><i class=\"k-run r%d\"></i>run ", (int)k + 1);
        run_name(h, r->runs[k].run);
        th_html_put(h, "</li>");
    }
    th_html_put(h, "</ul>\n");
}

static void value_cell(th_html *h, const char *name, double v)
{
    th_html_put(h, "<td>");
    if (strstr(name, "accuracy") || strstr(name, "f1") || strstr(name, "balanced"))
        th_html_percent(h, isfinite(v) ? v : -1);
    else if (isfinite(v))
        th_html_fmt(h, "%.4g", v);
    else
        th_html_put(h, "-");
    th_html_put(h, "</td>");
}

static void figure_row(th_html *h, const th_report *r, const char *name, bool result)
{
    bool any = false;
    double v[TH_REPORT_RUNS];
    for (int32_t k = 0; k < r->n_runs; k++) {
        const th_run_full *f = &r->runs[k];
        v[k] = result ? th_runs_value(&f->results, 0, name) : th_runs_value(&f->metrics, th_run_best(f), name);
        any = any || isfinite(v[k]);
    }
    if (!any) return;
    th_html_put(h, "<tr><td>");
    th_html_text(h, name);
    th_html_put(h, "</td>");
    for (int32_t k = 0; k < r->n_runs; k++) value_cell(h, name, v[k]);
    th_html_put(h, "</tr>\n");
}

static void write_figures(th_html *h, const th_report *r)
{
    th_html_put(h, "<tr><td>best epoch</td>");
    for (int32_t k = 0; k < r->n_runs; k++)
        th_html_fmt(h, "<td>%lld of %lld</td>", (long long)th_run_best(&r->runs[k]),
                    (long long)th_runs_epochs(&r->runs[k].metrics));
    th_html_put(h, "</tr>\n");
    for (int m = 0; m < TH_N_METRICS; m++)
        if (th_metric_better((th_metric)m)) figure_row(h, r, th_metric_name((th_metric)m), false);
#define X(name) figure_row(h, r, name, true);
    TH_RUN_RESULTS(X)
#undef X
}

static void write_table(th_html *h, const th_report *r)
{
    const th_run *runs[TH_REPORT_RUNS];
    th_compare c;
    for (int32_t k = 0; k < r->n_runs; k++) runs[k] = r->runs[k].run;
    if (th_compare_make(runs, r->n_runs, false, &c, NULL)) {
        h->failed = true;
        return;
    }
    char names[TH_REPORT_RUNS][96];
    const char *headings[1 + TH_REPORT_RUNS] = {"Run"};
    for (int32_t k = 0; k < r->n_runs; k++) {
        snprintf(names[k], sizeof names[k], "%lld %s", (long long)runs[k]->id, runs[k]->name);
        headings[k + 1] = names[k];
    }
    th_html_table(h, "What the runs differ in, and how well they did", headings, 1 + r->n_runs);
    for (size_t i = 0; i < c.n; i++) {
        th_html_put(h, "<tr><td>");
        th_html_text(h, c.row[i].name);
        th_html_put(h, "</td>");
        for (int32_t k = 0; k < r->n_runs; k++) {
            th_html_put(h, "<td>");
            th_html_text(h, *c.row[i].value[k] ? c.row[i].value[k] : "-");
            th_html_put(h, "</td>");
        }
        th_html_put(h, "</tr>\n");
    }
    th_compare_free(&c);
    write_figures(h, r);
    th_html_table_end(h);
}

static void write(th_html *h, const th_report *r)
{
    th_report_see(h, "The same data, other settings: which change made the curve better? A run is better by chance, "
                     "too: train twice with another seed to see how much.");
    write_key(h, r);
    const th_metric metric = common_metric(r);
    th_html_put(h, "<div class=\"pair\">\n");
    write_curves(h, r, metric);
    if (metric == TH_VAL_ACCURACY) write_curves(h, r, TH_VAL_LOSS);
    th_html_put(h, "</div>\n");
    write_table(h, r);
    if (r->all_runs > (size_t)r->n_runs)
        th_html_fmt(h,
                    "<p class=\"soft\">These are the newest %d of %zu runs; <code>thimble runs</code> lists all.</p>\n",
                    (int)r->n_runs, r->all_runs);
}

const th_section th_section_runs = {"runs",
                                    "Runs compared",
                                    "thimble train",
                                    "how trainings with other settings compare (two of them are needed)",
                                    ready,
                                    write,
                                    0};
