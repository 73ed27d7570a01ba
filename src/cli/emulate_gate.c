/* thimble emulate FIRST --with SECOND --gate P: a small network lets windows through to a large one, on the emulated
 * board and here; what it costs and hears beside the large one alone. */
#include "cli/emulate.h"
#include "cli/pair.h"
#include "cli/test.h"

#include "data/audio.h"
#include "deploy/measure.h"
#include "evaluate/stream.h"
#include "os/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_SECONDS (2 * 3600.0)

/* What a run on this computer heard. */
typedef struct heard {
    uint8_t *out; /* as the board writes it */
    size_t n_out, cap_out;
    th_detection *d;
    size_t n, cap;
    size_t n_small, n_large; /* bytes of scores */
    int64_t windows, open;
    bool failed;
    th_stream_score score; /* against the truth, when there is one */
} heard;

typedef struct gate_run {
    th_pair p;
    int16_t *pcm;
    int32_t n;
    th_truth *truth;
    size_t n_truth;
    bool has_truth;
    heard gated, large; /* with the gate; the large one alone */
    th_measure alone;   /* of the large one */
    th_firmware fw;
    th_emulation e;
    char dir[TH_PATH_BYTES];
    bool equal;
} gate_run;

static void *room(heard *h, void *all, size_t *cap, size_t n, size_t size)
{
    if (n <= *cap) return all;
    void *more = realloc(all, 2 * n * size);
    if (!more) {
        h->failed = true;
        return all;
    }
    *cap = 2 * n;
    return more;
}

static void add_scores(heard *h, const int8_t *scores, size_t n)
{
    h->out = room(h, h->out, &h->cap_out, h->n_out + n, 1);
    if (h->failed) return;
    memcpy(h->out + h->n_out, scores, n);
    h->n_out += n;
}

static void on_small(void *ctx, const int8_t *scores, bool open)
{
    heard *h = ctx;
    h->windows++;
    h->open += open;
    add_scores(h, scores, h->n_small);
}

static void on_scores(void *ctx, int32_t time_ms, const int8_t *scores)
{
    heard *h = ctx;
    (void)time_ms;
    add_scores(h, scores, h->n_large);
}

static void on_detect(void *ctx, const th_detection *d)
{
    heard *h = ctx;
    h->d = room(h, h->d, &h->cap, h->n + 1, sizeof *d);
    if (!h->failed) h->d[h->n++] = *d;
}

static th_err judge(const gate_run *r, heard *h, th_why *why)
{
    int32_t *match = calloc(h->n + 1, sizeof *match), *found = calloc(r->n_truth + 1, sizeof *found);
    th_err err = match && found ? TH_OK : TH_ENOMEM;
    const int64_t ms = (int64_t)r->n * 1000 / r->p.sense[1].sound->frontend.rate_hz;
    if (!err) err = th_detections_score(h->d, h->n, r->truth, r->n_truth, ms, match, found, &h->score);
    free(match);
    free(found);
    return err ? th_why_set(why, err, "out of memory") : TH_OK;
}

/* With the gate, or the large one alone. */
static th_err listen(const gate_run *r, bool gated, heard *h, th_why *why)
{
    const th_sense *s = r->p.sense;
    th_stream *stream;
    h->n_small = (size_t)s[0].sound->n_labels;
    h->n_large = (size_t)s[1].sound->n_labels;
    TH_TRY(th_stream_new(s[1].sound, s[1].plan, &stream, why));
    th_err err = gated ? th_stream_gate(stream, s[0].plan, &r->p.gate, on_small, h, why) : TH_OK;
    if (!err) err = th_stream_start(stream, why);
    if (!err) err = th_stream_push(stream, r->pcm, r->n, on_detect, on_scores, h, why);
    th_stream_free(stream);
    if (!err && h->failed) err = th_why_set(why, TH_ENOMEM, "out of memory");
    return err ? err : judge(r, h, why);
}

static bool same(const gate_run *r)
{
    const heard *h = &r->gated;
    const th_emulation *e = &r->e;
    if (h->n_out != e->n_out || memcmp(h->out, e->out, e->n_out) != 0 || h->n != e->n_detections) return false;
    for (size_t i = 0; i < h->n; i++)
        if (h->d[i].time_ms != e->detection[i].time_ms || h->d[i].label != e->detection[i].label ||
            h->d[i].score != e->detection[i].score)
            return false;
    return e->inference.n == h->windows && e->inference2.n == h->open;
}

static th_err build(gate_run *r, th_why *why)
{
    char out[TH_PATH_BYTES];
    const th_target *large = &r->p.t[1];
    TH_TRY(th_measure_model(large->plan, &large->app, large->board, &r->alone, why));
    TH_TRY(th_pair_join(&r->p, why));
    TH_TRY(th_dir_temp(r->dir, why));
    TH_TRY(th_path_join(out, r->dir, "firmware", why));
    const th_several several = th_pair_several(&r->p);
    return th_export_cascade_firmware(&several, large->board, out, &r->fw, why);
}

static th_err run_both(gate_run *r, th_why *why)
{
    const th_span feed = {(const uint8_t *)r->pcm, 2 * (size_t)r->n};
    const int patience = 300 + (int)(20.0 * r->n / r->p.sense[1].sound->frontend.rate_hz);
    TH_TRY(listen(r, true, &r->gated, why));
    TH_TRY(listen(r, false, &r->large, why));
    TH_TRY(th_emulator_run(r->p.t[0].board, r->fw.elf, TH_EMULATE_GATE, feed, true, patience, NULL, NULL, &r->e, why));
    r->equal = same(r);
    return TH_OK;
}

/* Instructions in a second: of the large network alone, of both with the gate; 0 where no window let it run. */
static void rates(const gate_run *r, double *large, double *both)
{
    const th_pipeline *pipe = r->p.sense[1].sound;
    const th_emulation *e = &r->e;
    const double frames = (double)pipe->frontend.rate_hz / pipe->frontend.hop,
                 windows = frames / th_pipeline_stride_frames(pipe),
                 open = r->gated.windows ? (double)r->gated.open / (double)r->gated.windows : 0.0;
    const double features = frames * (double)e->frame.mean;
    *large = e->inference2.n ? features + windows * (double)e->inference2.mean : 0.0;
    *both = features + windows * ((double)e->inference.mean + open * (double)e->inference2.mean);
}

static json_t *way_json(const gate_run *r, const heard *h, double per_second, size_t flash, size_t ram, size_t arena)
{
    const th_board *b = r->p.t[0].board;
    json_t *o = json_pack("{s:I,s:I,s:I,s:i}", "flash", (json_int_t)flash, "ram", (json_int_t)ram, "arena",
                          (json_int_t)arena, "detections", (int)h->n);
    if (per_second > 0.0) {
        json_object_set_new(o, "instructions_per_second", json_real(per_second));
        json_object_set_new(o, "duty_cycle_estimate", json_real(th_board_ms(b, per_second) / 1000.0));
        if (b->pj_per_cycle) json_object_set_new(o, "mw_estimate", json_real(th_board_mj(b, per_second)));
    }
    if (!r->has_truth) return o;
    json_object_set_new(o, "words", json_integer(h->score.n_truth));
    json_object_set_new(o, "hits", json_integer(h->score.hits));
    json_object_set_new(o, "misses", json_integer(h->score.misses));
    json_object_set_new(o, "false_accepts", json_integer(h->score.false_accepts));
    return o;
}

static json_t *report(const gate_run *r)
{
    const th_emulation *e = &r->e;
    const th_measure *m = &r->alone;
    double large, both;
    rates(r, &large, &both);
    json_t *list = json_array();
    for (size_t i = 0; i < e->n_detections; i++)
        json_array_append_new(list, json_pack("{s:f,s:s,s:f}", "time_s", e->detection[i].time_ms / 1000.0, "label",
                                              th_sense_label(&r->p.sense[1], e->detection[i].label), "score",
                                              e->detection[i].score / 256.0));
    return json_pack(
        "{s:s,s:f,s:f,s:I,s:I,s:I,s:I,s:I,s:o,s:o,s:o,s:b}", "board", r->p.t[0].board->name, "seconds",
        (double)r->n / r->p.sense[1].sound->frontend.rate_hz, "gate", r->p.gate.least / 256.0, "windows",
        (json_int_t)r->gated.windows, "windows_open", (json_int_t)r->gated.open, "frame_instructions",
        (json_int_t)e->frame.mean, "small_instructions", (json_int_t)e->inference.mean, "large_instructions",
        (json_int_t)e->inference2.mean, "detections", list, "large_alone",
        way_json(r, &r->large, large, m->flash, m->arena + m->fixed + (m->ran ? m->stack : m->stack_bound), m->arena),
        "gated", way_json(r, &r->gated, both, r->fw.flash, (size_t)r->fw.arena + r->fw.fixed + e->stack, r->fw.arena),
        "host_equal", r->equal);
}

static double number(const json_t *o, const char *way, const char *key)
{
    return json_number_value(json_object_get(way ? json_object_get(o, way) : o, key));
}

static void print_way(const gate_run *r, const json_t *o, const char *way, const char *title)
{
    printf("  %-20s %8.0f %8.0f %8.0f %14.0f %8.1f %%", title, number(o, way, "flash"), number(o, way, "ram"),
           number(o, way, "arena"), number(o, way, "instructions_per_second"),
           100.0 * number(o, way, "duty_cycle_estimate"));
    if (r->p.t[0].board->pj_per_cycle) printf(" %8.3f", number(o, way, "mw_estimate"));
    if (r->has_truth)
        printf(" %6.0f %6.0f %6.0f", number(o, way, "hits"), number(o, way, "misses"), number(o, way, "false_accepts"));
    puts("");
}

static void print_text(const gate_run *r, const json_t *o)
{
    const th_board *b = r->p.t[0].board;
    printf("%s, %s, emulated; %.1f s, the gate let %lld of %lld windows through\n", b->title, b->core->name,
           number(o, NULL, "seconds"), (long long)r->gated.open, (long long)r->gated.windows);
    printf("  %-20s %8s %8s %8s %14s %10s%s%s\n", "", "flash", "RAM", "arena", "instructions/s", "duty",
           b->pj_per_cycle ? "       mW" : "", r->has_truth ? "  heard missed  false" : "");
    print_way(r, o, "large_alone", "the second alone");
    print_way(r, o, "gated", "behind the first");
    printf("  instructions: %lld a frame, %lld the first, %lld the second\n", (long long)r->e.frame.mean,
           (long long)r->e.inference.mean, (long long)r->e.inference2.mean);
    printf("  duty and mW are estimates, of the processor at work: not of its sleep or the microphone\n");
    printf("  device equals host       %10s\n", r->equal ? "yes" : "NO");
}

static th_err show(const th_args *a, const gate_run *r, th_why *why)
{
    json_t *o = report(r);
    if (!o) return th_why_set(why, TH_ENOMEM, "out of memory");
    char *text = th_arg_on(a, "json") ? json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(10)) : NULL;
    if (text) puts(text);
    if (!th_arg_on(a, "json")) print_text(r, o);
    free(text);
    json_decref(o);
    if (!r->e.inference2.n)
        fprintf(stderr, "note: the gate never opened: what the second model costs is not known from this feed\n");
    return r->equal ? TH_OK
                    : th_why_set(why, TH_EIO,
                                 "the emulated board and this computer do not agree: this is a bug, please report it "
                                 "with models and feed");
}

static void clean(gate_run *r)
{
    heard *const both[2] = {&r->gated, &r->large};
    for (int i = 0; i < 2; i++) {
        free(both[i]->out);
        free(both[i]->d);
    }
    free(r->pcm);
    free(r->truth);
    th_emulation_free(&r->e);
    th_firmware_free(&r->fw);
    if (*r->dir) th_dir_remove(r->dir);
    th_pair_free(&r->p);
}

static th_err read_feed(const th_args *a, gate_run *r, th_why *why)
{
    const th_pipeline *pipe = r->p.sense[1].sound;
    const char *wav = th_arg(a, "feed");
    if (!wav) return th_why_set(why, TH_EUSAGE, "--gate listens to a recording: --feed FILE.wav");
    TH_TRY(th_audio_read(wav, pipe->frontend.rate_hz, MOST_SECONDS, &r->pcm, &r->n, why));
    return th_truth_read(pipe, wav, NULL, &r->truth, &r->n_truth, &r->has_truth, why);
}

static th_err run_all(const th_args *a, gate_run *r, th_why *why)
{
    TH_TRY(th_pair_ready(a, &r->p, why));
    TH_TRY(read_feed(a, r, why));
    TH_TRY(build(r, why));
    TH_TRY(run_both(r, why));
    return show(a, r, why);
}

th_err th_emulate_gate(const th_args *a, th_why *why)
{
    gate_run *r = calloc(1, sizeof *r);
    if (!r) return th_why_set(why, TH_ENOMEM, "out of memory");
    const th_err err = run_all(a, r, why);
    clean(r);
    free(r);
    return err;
}
