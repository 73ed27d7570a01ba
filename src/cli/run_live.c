/* What a device would say to the microphone or the sensor of this computer: its loops on this processor. */
#include "cli/run_live.h"

#include "base/text.h"
#include "cli/table.h"
#include "cli/target.h"
#include "data/live_rows.h"
#include "data/live_sound.h"
#include "evaluate/stream.h"
#include "evaluate/watch.h"
#include "os/run.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct live {
    const th_args *args;
    th_target t;
    th_plan *plan; /* for this processor */
    th_capture_cfg capture;
    double seconds; /* 0: until it ends */
    double rate_hz; /* --rate, 0: not given */
    bool json;
    int64_t n_said;
} live;

static void say(live *l, int32_t time_ms, const char *label, int32_t score)
{
    l->n_said++;
    if (!l->json) {
        const bool strange = l->t.has_sensor && l->t.sensor.answer != TH_ANSWER_LABELS; /* score 1 is the limit */
        printf(strange ? "%9.2f s  %s  (%.2f of the limit)\n" : "%9.2f s  %s  (%.0f %%)\n", time_ms / 1000.0, label,
               strange ? score / 256.0 : score / 2.56);
    } else {
        json_t *o = json_pack("{s:i,s:s,s:f}", "time_ms", (int)time_ms, "label", label, "score", score / 256.0);
        char *text = o ? json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(6)) : NULL;
        if (text) puts(text);
        free(text);
        json_decref(o);
    }
    fflush(stdout); /* who reads it wants it now */
}

/* ---- sound ---- */

static void on_detect(void *ctx, const th_detection *d)
{
    live *l = ctx;
    say(l, d->time_ms, l->t.pipe.labels[d->label], d->score);
}

static th_err listen(live *l, th_live_sound *s, th_stream *stream, th_why *why)
{
    int16_t pcm[2400];
    const int32_t rate = l->t.pipe.frontend.rate_hz, block = rate / 20; /* 48 kHz at most */
    int64_t left = l->seconds > 0 ? (int64_t)(l->seconds * rate) : INT64_MAX;
    while (left > 0) {
        int32_t got;
        const th_err err = th_live_sound_read(s, pcm, block < left ? block : (int32_t)left, &got, why);
        TH_TRY(th_stream_push(stream, pcm, got, on_detect, NULL, l, why));
        if (err || got == 0) return err;
        left -= got;
    }
    return TH_OK;
}

static th_err run_sound(live *l, const char *from, th_why *why)
{
    th_live_sound *s;
    th_stream *stream;
    const th_live_sound_cfg cfg = {
        .from = from, .capture = l->capture, .rate_hz = l->t.pipe.frontend.rate_hz, .raw_rate_hz = (int32_t)l->rate_hz};
    TH_TRY(th_stream_new(&l->t.pipe, l->plan, &stream, why));
    th_err err = th_stream_start(stream, why);
    if (!err) err = th_live_sound_open(&cfg, &s, why);
    if (err) {
        th_stream_free(stream);
        return err;
    }
    fprintf(stderr, "%s: listening. Ctrl-C ends it\n", th_live_sound_about(s)->source);
    err = listen(l, s, stream, why);
    if (th_live_sound_lost(s))
        fprintf(stderr, "warning: samples were lost %d times: this computer was too busy\n",
                (int)th_live_sound_lost(s));
    th_live_sound_close(s);
    th_stream_free(stream);
    return err;
}

/* ---- rows of a sensor ---- */

/* Rows at the model's rate: between two that came by a straight line. */
typedef struct bridge {
    double step_s; /* of the model's rows */
    double at_s;   /* of the last row that came, by its own clock */
    double next_s; /* of the next row for the model */
    float last[TH_FORWARDER_MOST];
    bool began;
} bridge;

typedef struct watching {
    live *l;
    th_live_rows *rows;
    th_watch *watch;
    bridge bridge;
    double source_hz; /* 0: not known yet */
    double pause_s;
    int32_t axes;
    int64_t n; /* rows that came */
} watching;

static th_err show_row(watching *w, const float *row, th_why *why)
{
    th_sighting seen;
    bool changed = false;
    const void *answer = NULL;
    TH_TRY(th_watch_row(w->watch, row, &seen, &changed, &answer, why));
    if (answer && changed) say(w->l, seen.time_ms, th_sensor_state(&w->l->t.sensor, seen.state), seen.score);
    return TH_OK;
}

/* A row of the time t_s.  After a pause both begin anew. */
static th_err cross(watching *w, const float *row, double t_s, th_why *why)
{
    bridge *b = &w->bridge;
    if (b->began && t_s - b->at_s > w->pause_s) {
        th_watch_gap(w->watch);
        b->began = false;
    }
    if (!b->began) {
        b->next_s = t_s;
        b->at_s = t_s;
        memcpy(b->last, row, (size_t)w->axes * sizeof *row);
    }
    b->began = true;
    for (; b->next_s <= t_s + 1e-9; b->next_s += b->step_s) {
        float between[TH_FORWARDER_MOST];
        const double gap = t_s - b->at_s;
        const float share = gap > 0 ? (float)((b->next_s - b->at_s) / gap) : 1;
        for (int32_t k = 0; k < w->axes; k++) between[k] = b->last[k] + share * (row[k] - b->last[k]);
        TH_TRY(show_row(w, between, why));
    }
    b->at_s = t_s;
    memcpy(b->last, row, (size_t)w->axes * sizeof *row);
    return TH_OK;
}

/* Whether the row goes on to the model: not while the rate of a board is being measured. */
static bool find_rate(watching *w)
{
    const double want = (double)w->l->t.sensor.block.rate_hz;
    if (w->source_hz > 0 || w->rows->timed) return true;
    const double hz = th_rate_meant(th_pace_hz(&w->rows->pace), want);
    if (hz <= 0) return !th_capture_about(w->rows->capture)->is_live; /* a file: as they come */
    w->source_hz = hz;
    if (fabs(hz - want) > 0.02 * want)
        fprintf(stderr, "note: %g rows a second come; the model gets %g of them\n", hz, want);
    return true;
}

static th_err take_row(watching *w, const double *row, double ms, th_why *why)
{
    float x[TH_FORWARDER_MOST];
    const double want = (double)w->l->t.sensor.block.rate_hz;
    w->n++;
    for (int32_t k = 0; k < w->axes; k++) x[k] = (float)row[k];
    if (!find_rate(w)) return TH_OK;
    if (w->rows->timed) return cross(w, x, ms / 1000, why);
    const bool same = w->source_hz <= 0 || fabs(w->source_hz - want) <= 0.02 * want;
    return same ? show_row(w, x, why) : cross(w, x, (double)w->n / w->source_hz, why);
}

static th_err watch_rows(watching *w, th_why *why)
{
    double row[TH_FORWARDER_MOST], ms;
    const double start = th_clock_s();
    while (w->l->seconds <= 0 || th_clock_s() - start < w->l->seconds) {
        bool got;
        TH_TRY(th_live_rows_next(w->rows, row, &ms, &got, why));
        if (!got) break;
        if (th_live_rows_axes(w->rows) != w->axes)
            return th_why_set(why, TH_ESHAPE,
                              "the lines have %d numbers (%s), the model watches %d. --channels names them; time_ms as "
                              "the first is a time",
                              (int)th_live_rows_axes(w->rows), w->rows->names, (int)w->axes);
        TH_TRY(take_row(w, row, ms, why));
    }
    return TH_OK;
}

static th_err run_rows(live *l, const char *from, th_why *why)
{
    const th_sensor *s = &l->t.sensor;
    const double pause_ms = l->t.card->recipe.pause_ms, four_ms = 4000 / (double)s->block.rate_hz;
    watching w = {.l = l,
                  .source_hz = l->rate_hz,
                  .axes = s->block.n_axes,
                  .pause_s = fmax(pause_ms, four_ms) / 1000,
                  .bridge = {.step_s = 1 / (double)s->block.rate_hz}};
    const th_live_rows_cfg cfg = {
        .from = from, .capture = l->capture, .channels = th_arg(l->args, "channels"), .renames = true};
    if (w.axes > TH_FORWARDER_MOST - 1)
        return th_why_set(why, TH_EUNSUP, "a line has at most %d numbers, the model watches %d channels",
                          TH_FORWARDER_MOST, (int)w.axes);
    TH_TRY(th_watch_new(s, l->plan, &w.watch, why));
    w.rows = calloc(1, sizeof *w.rows);
    th_err err = w.rows ? th_live_rows_open(w.rows, &cfg, why) : th_why_set(why, TH_ENOMEM, "out of memory");
    if (!err) {
        fprintf(stderr, "%s: watching. Ctrl-C ends it\n", th_capture_about(w.rows->capture)->source);
        err = watch_rows(&w, why);
        if (w.rows->n_broken)
            fprintf(stderr, "note: %d lines were left out; the first: \"%s\"\n", (int)w.rows->n_broken, w.rows->broken);
        th_live_rows_close(w.rows);
    }
    free(w.rows);
    th_watch_free(w.watch);
    return err;
}

/* ---- both ---- */

static th_err open_and_run(live *l, const char *from, th_why *why)
{
    TH_TRY(th_target_open(th_word(l->args, 0, "."), NULL, NULL, &l->t, why));
    if (!l->t.has_pipe && !l->t.has_sensor)
        return th_why_set(why, TH_EUNSUP,
                          "%s does not say how it hears or watches: --live is for models of sounds and of a sensor's "
                          "rows that thimble train has made",
                          l->t.path);
    TH_TRY(th_plan_make_host(&l->t.model->graphs[0], &l->plan, why));
    return l->t.has_pipe ? run_sound(l, *from ? from : "microphone", why) : run_rows(l, from, why);
}

th_err th_run_live(const th_args *a, th_why *why)
{
    static live l; /* large; a verb runs once */
    int64_t baud;
    const char *from = th_arg(a, "live");
    th_why inner = {0};
    l.args = a;
    l.json = th_arg_on(a, "json");
    TH_TRY(th_arg_float(a, "seconds", 0.1, 1e9, 0, &l.seconds, why));
    TH_TRY(th_arg_float(a, "rate", 1e-5, 768000, 0, &l.rate_hz, why));
    TH_TRY(th_arg_float(a, "timeout", 0.1, 86400, 10, &l.capture.timeout_s, why));
    TH_TRY(th_arg_int(a, "baud", 1, 4000000, 0, &baud, why));
    l.capture.baud = (int32_t)baud;
    th_interrupt_catch();
    const th_err err = open_and_run(&l, from, &inner);
    th_plan_free(l.plan);
    th_target_free(&l.t);
    if (err == TH_EINTR) return TH_OK; /* that is how somebody ends it */
    return err ? th_why_set(why, err, "%s", inner.text) : TH_OK;
}
