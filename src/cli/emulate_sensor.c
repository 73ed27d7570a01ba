/* Rows of a sensor through the emulated board, and through the same loop here. */
#include "cli/emulate.h"

#include "base/text.h"
#include "data/layout.h"
#include "evaluate/watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct rows {
    float *x;
    size_t n, cap; /* numbers */
    int32_t axes;
} rows;

static th_err take(void *ctx, const th_recording *r, th_why *why)
{
    rows *all = ctx;
    const size_t more = (size_t)r->n * (size_t)r->n_channels;
    if (r->n_channels != all->axes)
        return th_why_set(why, TH_ESHAPE, "%s has %d channels (%s), the model watches %d", r->name, (int)r->n_channels,
                          r->channels, (int)all->axes);
    if (all->n + more > all->cap) {
        const size_t cap = 2 * (all->n + more);
        float *x = realloc(all->x, cap * sizeof *x);
        if (!x) return th_why_set(why, TH_ENOMEM, "no memory for %zu rows", cap / (size_t)all->axes);
        all->x = x;
        all->cap = cap;
    }
    memcpy(all->x + all->n, r->rows, more * sizeof *all->x);
    all->n += more;
    return TH_OK;
}

/* What the host saw, held against what the board says. */
typedef struct host {
    const th_emulation *e;
    size_t at, detection; /* bytes of e->out, e->detection so far */
    bool equal;
} host;

static void on_window(void *ctx, const void *answer, size_t bytes, const th_sighting *seen)
{
    host *h = ctx;
    if (h->at + bytes > h->e->n_out || memcmp(h->e->out + h->at, answer, bytes) != 0) h->equal = false;
    h->at += bytes;
    if (!seen) return;
    const th_detection *d = h->detection < h->e->n_detections ? &h->e->detection[h->detection] : NULL;
    h->detection++;
    if (!d || d->time_ms != seen->time_ms || d->label != seen->state || d->score != seen->score) h->equal = false;
}

static void print_sighting(void *ctx, const th_detection *d)
{
    const th_session *s = ctx;
    json_t *o = json_pack("{s:i,s:s,s:f}", "time_ms", (int)d->time_ms, "label", th_sensor_state(&s->t.sensor, d->label),
                          "score", d->score / 256.0);
    char *text = o ? json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(6)) : NULL;
    if (text) puts(text);
    fflush(stdout);
    free(text);
    json_decref(o);
}

static void add_costs(th_session *s, const th_emulation *e, double seconds)
{
    const double windows = (double)s->t.sensor.block.rate_hz / s->t.sensor.hop;
    const double per_second = windows * (double)(e->frame.mean + e->inference.mean);
    json_t *list = json_array();
    for (size_t i = 0; i < e->n_detections; i++)
        json_array_append_new(list, json_pack("{s:f,s:s,s:f}", "time_s", e->detection[i].time_ms / 1000.0, "label",
                                              th_sensor_state(&s->t.sensor, e->detection[i].label), "score",
                                              e->detection[i].score / 256.0));
    json_t *o =
        json_pack("{s:f,s:I,s:I,s:f,s:f,s:o}", "seconds", seconds, "windows", (json_int_t)e->inference.n,
                  "features_instructions_per_window", (json_int_t)e->frame.mean, "instructions_per_second_sensor",
                  per_second, "duty_cycle_estimate", th_board_ms(s->t.board, per_second) / 1000.0, "detections", list);
    json_object_update(s->out, o);
    json_decref(o);
}

/* What went by before the first window was judged. */
static void say_start(const th_sensor *s, size_t n_rows, bool judged)
{
    const double first = (double)s->block.window + (double)s->hop * (s->learn - 1);
    if (!judged && s->learn)
        fprintf(stderr, "note: %zu rows are too few: the first %.0f say what is usual ([signal] baseline_ms)\n", n_rows,
                first);
    else if (!judged)
        fprintf(stderr, "note: %zu rows are no whole window of %d\n", n_rows, (int)s->block.window);
    else if (s->learn)
        fprintf(stderr, "note: the first %.0f rows (%.0f s) said what is usual, and were not judged\n", first,
                first / (double)s->block.rate_hz);
}

th_err th_session_same_rows(th_session *s, const float *x, int64_t n, const th_emulation *e, th_why *why)
{
    host h = {.e = e, .equal = true};
    TH_TRY(th_watch_run(&s->t.sensor, s->t.plan, x, n, on_window, &h, why));
    if (!h.equal || h.at != e->n_out || h.detection != e->n_detections) s->equal = false;
    return TH_OK;
}

static th_err run(th_session *s, const rows *all, th_why *why)
{
    const size_t n = all->n / (size_t)all->axes;
    const double seconds = (double)n / (double)s->t.sensor.block.rate_hz;
    th_emulation e;
    th_err err = th_emulator_run(s->t.board, s->fw.elf, TH_EMULATE_WATCH,
                                 (th_span){(const uint8_t *)all->x, all->n * sizeof *all->x}, true, 600, print_sighting,
                                 s, &e, why);
    if (!err) err = th_session_same_rows(s, all->x, (int64_t)n, &e, why);
    if (!err) {
        th_session_inference(s, &e);
        add_costs(s, &e, seconds);
        say_start(&s->t.sensor, n, e.inference.n > 0);
    }
    th_emulation_free(&e);
    return err;
}

/* A file of no layout: a line of channel names, a line a row. */
static th_err read_plain(const char *path, const th_layout_cfg *cfg, rows *all, th_why *why)
{
    char name[TH_PATH_BYTES];
    uint8_t *bytes;
    size_t n;
    const char *slash = strrchr(path, '/');
    th_text_fmt(name, sizeof name, "feed/%s", slash ? slash + 1 : path); /* in place of a label's folder */
    TH_TRY(th_file_read(path, 0, &bytes, &n, why));
    const th_err err = th_layout_plain.parse((th_span){bytes, n}, name, cfg, take, all, why);
    free(bytes);
    return err;
}

static th_err read_rows(const th_target *t, const char *path, rows *all, th_why *why)
{
    const th_card *card = t->card;
    const th_layout_cfg cfg = {
        .rate_hz = (double)card->recipe.rate_hz, .pause_ms = card->recipe.pause_ms, .device = card->device};
    th_layout_report report;
    th_why inner = {0};
    *all = (rows){.axes = card->axes};
    const th_err err = th_layout_read(th_task_find(card->task), path, &cfg, take, all, &report, &inner);
    if (err == TH_ENOENT && th_file_exists(path) && th_text_ends(path, ".csv")) return read_plain(path, &cfg, all, why);
    return err ? th_why_set(why, err, "%s", inner.text) : TH_OK;
}

th_err th_target_rows(const th_target *t, const char *path, float **x, size_t *n, th_why *why)
{
    rows all;
    const th_err err = read_rows(t, path, &all, why);
    *x = all.x;
    *n = all.n;
    return err;
}

th_err th_session_watch(th_session *s, const char *path, th_why *why)
{
    rows all;
    th_err err = read_rows(&s->t, path, &all, why);
    if (!err) err = run(s, &all, why);
    free(all.x);
    return err;
}
