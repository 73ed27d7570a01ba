/* Rows of a sensor: lines of numbers from a board, until so many seconds are over or the source ends. */
#include "cli/record.h"

#include "base/text.h"
#include "data/cells.h"
#include "data/live_rows.h"
#include "data/task_import.h"
#include "os/run.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEVICE_SECONDS 10.0

typedef struct take {
    th_recorder *r;
    th_live_rows *l;
    bool live;
    double seconds;               /* of a recording; 0: until the source ends */
    double given_hz;              /* --rate; 0: measured */
    double rate_hz;               /* of the last recording */
    double shown_s;               /* when the line on the terminal was written */
    char channels[TH_LIVE_NAMES]; /* that the rows must have, "" for any */
    th_reading *rows;
    bool had_labels;
    int32_t n_rows;
} take;

/* ---- on a terminal ---- */

static void show(take *t, const char *what, int32_t rows, double seconds)
{
    const double now = th_clock_s();
    if (!t->r->terminal || now - t->shown_s < 0.1) return;
    t->shown_s = now;
    fprintf(stderr, "\r  %s %6.1f s  %d rows  %d broken%8s", what, seconds, (int)rows, (int)t->l->n_broken, "");
    fflush(stderr);
}

static void clear_line(const take *t)
{
    if (t->r->terminal) fprintf(stderr, "\r%60s\r", "");
}

/* Lets the rows of so many seconds pass. */
static th_err count_down(take *t, double seconds, th_why *why)
{
    double row[TH_FORWARDER_MOST], ms;
    bool got = true;
    for (const double start = th_clock_s(); seconds > 0 && got && th_clock_s() - start < seconds;) {
        show(t, "begins in", 0, seconds - (th_clock_s() - start));
        TH_TRY(th_live_rows_next(t->l, row, &ms, &got, why));
    }
    clear_line(t);
    return TH_OK;
}

/* ---- one recording ---- */

static bool is_full(const take *t)
{
    const th_reading *r = t->rows;
    if (t->seconds <= 0 || r->n < 2) return false;
    return t->given_hz > 0 ? r->n >= t->seconds * t->given_hz : r->ms[r->n - 1] - r->ms[0] >= t->seconds * 1000;
}

static th_err listen(take *t, bool *ended, th_why *why)
{
    double row[TH_FORWARDER_MOST], ms;
    th_reading *r = t->rows;
    r->n = 0;
    *ended = false;
    while (!is_full(t)) {
        bool got;
        TH_TRY(th_live_rows_next(t->l, row, &ms, &got, why));
        *ended = !got;
        if (!got) break;
        r->n_channels = th_live_rows_axes(t->l);
        TH_TRY(th_reading_add(r, row, ms, NULL, NULL, why));
        show(t, t->r->label, r->n, (ms - r->ms[0]) / 1000);
    }
    return TH_OK;
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Rows a second by the times in them: the mean of the steps but for pauses, which are more than 1.5 times the median.
 */
static th_err rate_of_times(const th_reading *r, double *hz, th_why *why)
{
    double sum = 0;
    int32_t n = 0;
    double *step = malloc((size_t)r->n * sizeof *step);
    if (!step) return th_why_set(why, TH_ENOMEM, "out of memory");
    for (int32_t i = 1; i < r->n; i++) step[i - 1] = r->ms[i] - r->ms[i - 1];
    qsort(step, (size_t)r->n - 1, sizeof *step, by_size);
    for (; n < r->n - 1 && step[n] <= 1.5 * step[(r->n - 1) / 2]; n++) sum += step[n];
    free(step);
    *hz = sum > 0 ? 1000 * n / sum : 0;
    return TH_OK;
}

static th_err find_rate(take *t, th_why *why)
{
    const double near = (double)t->r->project.recipe.rate_hz, before = t->rate_hz;
    double hz = th_pace_hz(&t->l->pace);
    if (t->l->timed) TH_TRY(rate_of_times(t->rows, &hz, why));
    t->rate_hz = t->given_hz > 0 ? t->given_hz : th_rate_meant(hz, near);
    /* one rate for all of them, unless it is another one */
    if (before > 0 && fabs(t->rate_hz - before) <= 0.02 * before) t->rate_hz = before;
    if (t->rate_hz >= 1e-5 && t->rate_hz <= 100000 && (hz <= 0 || t->given_hz > 0 || hz < 50000)) return TH_OK;
    return th_why_set(why, TH_EFORMAT,
                      "how many rows a second there are cannot be seen: the %d lines came at once, or for less than a "
                      "second. Say it with --rate HZ, or let the first column be time_ms",
                      (int)t->rows->n);
}

typedef struct part {
    const take *t;
    const th_recording *recording;
} part;

static th_err add(void *ctx, th_recorder *r, th_dataset *set, size_t *added, th_why *why)
{
    const part *x = ctx;
    th_task_import_report report;
    const th_task_import_cfg cfg = {.split = {.val = 0.15, .test = 0.15, .seed = 1}};
    TH_TRY(th_task_import_recorded(&r->project, set, x->recording, r->source, &cfg, &report, why));
    *added = report.added;
    bool new_label = false;
    if (r->project.n_labels) TH_TRY(th_project_add_label(&r->project, r->label, &new_label, why));
    if (new_label)
        fprintf(stderr, "note: %s/%s has the label \"%s\" now, too\n", r->project.dir, TH_FILE_INI, r->label);
    return TH_OK;
}

static th_err put(void *ctx, const th_recording *recording, th_why *why)
{
    take *t = ctx;
    part x = {t, recording};
    t->n_rows += recording->n;
    return th_recorder_put(t->r, add, &x, why);
}

static th_err keep(take *t, th_why *why)
{
    th_recorder *r = t->r;
    char name[200], where[40];
    size_t before[TH_N_SPLITS];
    const int32_t rows = t->rows->n, window_ms = r->project.recipe.window_ms;
    r->n_started++;
    TH_TRY(find_rate(t, why));
    th_recorder_name(r, "csv", name);
    const th_recording like = {.name = name,
                               .channels = t->l->names,
                               .label = r->label,
                               .subject = r->subject,
                               .device = "",
                               .group = r->group,
                               .rate_hz = t->rate_hz};
    const double pause = 4 * 1000 / t->rate_hz;
    const th_layout_cfg even = {.rate_hz = t->rate_hz,
                                .pause_ms = r->project.recipe.pause_ms > pause ? r->project.recipe.pause_ms : pause};
    memcpy(before, r->split, sizeof before);
    TH_TRY(t->l->timed ? th_reading_give_even(t->rows, &like, &even, put, t, why)
                       : th_reading_give(t->rows, 0, rows, &like, put, t, why));
    r->kept++;
    th_recorder_where(before, r, where);
    printf("%d: %d rows of %s at %g Hz, %.1f s -> %s\n", (int)r->n_started, (int)rows, t->l->names, t->rate_hz,
           rows / t->rate_hz, where);
    if (rows / t->rate_hz * 1000 < window_ms)
        fprintf(stderr, "warning: it is shorter than a window of %d ms, so nothing is learnt from it\n",
                (int)window_ms);
    fflush(stdout);
    return TH_OK;
}

/* Was there enough before the source went for it to be kept? */
static bool is_enough(const take *t)
{
    const double hz = t->given_hz > 0  ? t->given_hz
                      : t->rate_hz > 0 ? t->rate_hz
                                       : (double)t->r->project.recipe.rate_hz;
    return t->rows->n >= 2 && t->rows->n >= hz * t->r->project.recipe.window_ms / 1000;
}

/* One after the other.  Of one that is cut off, by Ctrl-C or a pulled plug, is kept what there is. */
static th_err record_all(take *t, th_why *why)
{
    th_recorder *r = t->r;
    const int64_t count = r->count ? r->count : 1;
    bool ended = false;
    for (int64_t i = 0; i < count && !ended; i++) {
        const double wait = r->countdown_s >= 0 ? r->countdown_s : r->terminal ? 3 : 0;
        if (t->live) TH_TRY(count_down(t, i && wait > 1 ? 1 : wait, why));
        th_err err = listen(t, &ended, why);
        clear_line(t);
        if (!err && t->rows->n == 0) break;
        if (!err && t->rows->n == 1) return th_why_set(why, TH_ETRUNC, "%s ended after one row", r->source);
        if (!err || is_enough(t)) {
            const th_err kept = keep(t, why);
            if (!err) err = kept;
        }
        if (err) return err;
    }
    return TH_OK;
}

/* ---- all ---- */

/* The channels that the project's data have, and those of --channels, which must be the same. */
static th_err find_channels(take *t, th_why *why)
{
    const char *given = th_arg(t->r->args, "channels"), *rest = given;
    th_dataset *set;
    TH_TRY(th_dataset_load(&t->r->project, &set, why));
    const char *there = set->n ? set->samples[0].channels : "";
    th_err err = TH_OK;
    if (given && (strncmp(given, "time_ms,", 8) == 0 || strncmp(given, "timestamp,", 10) == 0))
        rest = strchr(given, ',') + 1;
    if (given && *there && strcmp(there, rest) != 0)
        err = th_why_set(why, TH_EUSAGE, "--channels %s: the project's data have %s", given, there);
    if (!err && th_text_fmt(t->channels, sizeof t->channels, "%s", given ? given : there) >= sizeof t->channels)
        err = th_why_set(why, TH_EUSAGE, "the names of the channels are too long");
    th_dataset_free(set);
    return err;
}

static th_err open_source(take *t, th_why *why)
{
    th_recorder *r = t->r;
    if (!r->from || strcmp(r->from, "microphone") == 0)
        return th_why_set(why, TH_EUSAGE,
                          "%s has task = %s: its rows come from a board or a program. --from serial:/dev/ttyACM0, "
                          "fifo:PATH or - (standard input); --list shows the ports that are here",
                          r->project.dir, r->project.task);
    if (th_arg_on(r->args, "whole")) return th_why_set(why, TH_EUSAGE, "--whole is for words");
    TH_TRY(th_arg_float(r->args, "rate", 1e-5, 100000, 0, &t->given_hz, why));
    TH_TRY(find_channels(t, why));
    const th_live_rows_cfg cfg = {.from = r->from,
                                  .capture = r->capture,
                                  .channels = *t->channels ? t->channels : NULL,
                                  .renames = th_arg(r->args, "channels") != NULL};
    TH_TRY(th_live_rows_open(t->l, &cfg, why));
    const th_capture_info *info = th_capture_about(t->l->capture);
    t->live = info->is_live;
    t->seconds = r->seconds > 0 ? r->seconds : t->live ? DEVICE_SECONDS : 0;
    th_recorder_begin(r, info);
    if (t->seconds > 0)
        fprintf(stderr, "%s: recordings of %.1f s. Ctrl-C ends it\n", info->source, t->seconds);
    else
        fprintf(stderr, "%s: until it ends. Ctrl-C ends it, too\n", info->source);
    return TH_OK;
}

static th_err close_source(take *t, json_t *report, th_err err, th_why *why)
{
    const th_live_rows *l = t->l;
    const double rate = (double)t->r->project.recipe.rate_hz;
    if (l->n_broken) fprintf(stderr, "note: %d lines were left out; the first: \"%s\"\n", (int)l->n_broken, l->broken);
    if (t->r->kept && fabs(t->rate_hz - rate) > 0.02 * rate)
        fprintf(stderr, "note: the rows come at %g Hz; training brings them to %g (rate_hz under [signal] in %s/%s)\n",
                t->rate_hz, rate, t->r->project.dir, TH_FILE_INI);
    json_object_update_new(report, json_pack("{s:I,s:I,s:f,s:s}", "rows", (json_int_t)t->n_rows, "broken_lines",
                                             (json_int_t)l->n_broken, "rate_hz", t->rate_hz, "channels", l->names));
    if (!err && !t->r->kept)
        err = th_why_set(why, TH_ETRUNC, "%s ended without a row of numbers%s%s%s", t->r->source,
                         l->n_broken ? "; the first line: \"" : "", l->broken, l->n_broken ? "\"" : "");
    return err;
}

th_err th_record_rows(th_recorder *r, json_t *report, th_why *why)
{
    take t = {.r = r, .l = calloc(1, sizeof *t.l), .rows = calloc(1, sizeof *t.rows)};
    th_err err = t.l && t.rows ? open_source(&t, why) : th_why_set(why, TH_ENOMEM, "out of memory");
    if (!err) err = close_source(&t, report, record_all(&t, why), why);
    if (t.l) th_live_rows_close(t.l);
    th_reading_free(t.rows);
    free(t.l);
    return err;
}
