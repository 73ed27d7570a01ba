/* `thimble test --stream`: a long recording through the host's copy of the device's loop, held against the truth. */
#include "cli/test.h"

#include "base/text.h"
#include "cli/table.h"
#include "data/audio.h"
#include "evaluate/detections.h"
#include "evaluate/stream.h"
#include "evaluate/sweep.h"
#include "os/run.h"
#include "report/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_SECONDS 14400.0 /* four hours: 460 MB of samples at 16 kHz */

/* Thresholds that are tried: 0.30, 0.35 .. 0.95. */
#define N_POINTS 14

typedef struct run {
    th_detection *found;
    size_t n_found, cap;
    bool failed;
    th_truth *truth;
    size_t n_truth;
    bool has_truth;
    int32_t *match, *heard;
    th_stream_score score;
    th_score_log log;
    th_sweep_point point[N_POINTS]; /* with truth only */
} run;

static void on_detect(void *ctx, const th_detection *d)
{
    run *r = ctx;
    if (r->n_found == r->cap) {
        const size_t cap = r->cap ? 2 * r->cap : 64;
        th_detection *more = realloc(r->found, cap * sizeof *more);
        if (!more) {
            r->failed = true;
            return;
        }
        r->found = more;
        r->cap = cap;
    }
    r->found[r->n_found++] = *d;
}

static void on_scores(void *ctx, int32_t time_ms, const int8_t *scores)
{
    run *r = ctx;
    th_score_log_add(&r->log, time_ms, scores);
}

th_err th_truth_read(const th_pipeline *pipe, const char *wav, const char *name, th_truth **truth, size_t *n, bool *has,
                     th_why *why)
{
    char beside[TH_PATH_BYTES];
    *has = false;
    if (!name) {
        const char *dot = strrchr(wav, '.'), *slash = strrchr(wav, '/');
        const int stem = (int)(dot && (!slash || dot > slash) ? dot - wav : (long)strlen(wav));
        th_text_fmt(beside, sizeof beside, "%.*s.tsv", stem, wav);
        if (!th_file_exists(beside)) return TH_OK;
        name = beside;
    }
    uint8_t *text;
    size_t n_bytes;
    TH_TRY(th_file_read(name, 64u << 20, &text, &n_bytes, why));
    const th_err err = th_truth_parse(name, (const char *)text, n_bytes, pipe, truth, n, why);
    free(text);
    *has = !err;
    return err;
}

static th_err judge(const th_test *t, int64_t audio_ms, run *r, th_why *why)
{
    const th_detector_cfg cfg = th_pipeline_detector(&t->pipe);
    th_err err =
        th_detections_score(r->found, r->n_found, r->truth, r->n_truth, audio_ms, r->match, r->heard, &r->score);
    for (int i = 0; i < N_POINTS; i++)
        r->point[i].threshold = ((30 + 5 * i) * 256 + 50) / 100; /* rounded as th_pipeline_detector does */
    if (!err && r->has_truth) err = th_sweep(&r->log, &cfg, r->truth, r->n_truth, audio_ms, r->point, N_POINTS);
    return err ? th_why_set(why, err, "out of memory") : TH_OK;
}

static th_err listen(const th_test *t, const char *wav, run *r, th_why *why)
{
    int16_t *pcm;
    int32_t n;
    th_plan *plan;
    TH_TRY(th_audio_read(wav, t->pipe.frontend.rate_hz, MOST_SECONDS, &pcm, &n, why));
    th_err err = th_plan_make_host(&t->net[TH_NET_INT8]->graphs[0], &plan, why);
    if (!err) {
        r->log.n_classes = t->pipe.n_labels;
        err = th_stream_run(&t->pipe, plan, pcm, n, on_detect, r->has_truth ? on_scores : NULL, r, why);
        th_plan_free(plan);
    }
    free(pcm);
    if (err) return err;
    r->match = calloc(r->n_found + 1, sizeof *r->match);
    r->heard = calloc(r->n_truth + 1, sizeof *r->heard);
    if (!r->match || !r->heard || r->failed || r->log.failed) return th_why_set(why, TH_ENOMEM, "out of memory");
    return judge(t, (int64_t)n * 1000 / t->pipe.frontend.rate_hz, r, why);
}

/* ---- what came out -------------------------------------------------------------------------- */

static double threshold_of(size_t i)
{
    return (30.0 + 5.0 * (double)i) / 100.0;
}

static json_t *sweep_json(const run *r)
{
    json_t *list = json_array();
    for (size_t i = 0; i < N_POINTS; i++)
        json_array_append_new(list, json_pack("{s:f,s:i,s:i,s:i}", "threshold", threshold_of(i), "hits",
                                              (int)r->point[i].score.hits, "misses", (int)r->point[i].score.misses,
                                              "false_accepts", (int)r->point[i].score.false_accepts));
    return list;
}

static json_t *stream_json(const th_test *t, const run *r)
{
    json_t *o = json_pack("{s:f}", "seconds", (double)r->score.audio_ms / 1000.0), *found = json_array(),
           *truth = json_array();
    for (size_t i = 0; i < r->n_found; i++) {
        const th_detection *d = &r->found[i];
        json_t *item = json_pack("{s:f,s:s,s:f}", "time_s", d->time_ms / 1000.0, "label", t->pipe.labels[d->label],
                                 "score", d->score / 256.0);
        if (r->has_truth) json_object_set_new(item, "hit", json_boolean(r->match[i] >= 0));
        json_array_append_new(found, item);
    }
    if (r->has_truth) {
        const th_stream_score *s = &r->score;
        json_object_set_new(o, "words", json_integer(s->n_truth));
        json_object_set_new(o, "hits", json_integer(s->hits));
        json_object_set_new(o, "misses", json_integer(s->misses));
        json_object_set_new(o, "false_accepts", json_integer(s->false_accepts));
        json_object_set_new(o, "false_accepts_per_hour", json_real(s->false_accepts_per_hour));
        json_object_set_new(o, "recall", s->recall < 0.0 ? json_null() : json_real(s->recall));
        if (s->hits)
            json_object_set_new(o, "latency_ms",
                                json_pack("{s:f,s:f}", "mean", s->latency_mean_ms, "p95", s->latency_p95_ms));
        for (size_t i = 0; i < r->n_truth; i++)
            json_array_append_new(truth, json_pack("{s:s,s:f,s:f,s:b}", "label", t->pipe.labels[r->truth[i].label],
                                                   "start_s", r->truth[i].start_ms / 1000.0, "end_s",
                                                   r->truth[i].end_ms / 1000.0, "heard", r->heard[i] >= 0));
    }
    json_object_set_new(o, "threshold", json_real((double)t->pipe.detect.threshold));
    if (r->has_truth) json_object_set_new(o, "thresholds", sweep_json(r));
    json_object_set_new(o, "detections", found);
    json_object_set_new(o, "truth", truth);
    return json_pack("{s:o}", "stream", o);
}

/* What other thresholds would have done; the best one stands out. */
static th_err print_sweep(const th_test *t, const run *r, th_why *why)
{
    const size_t best = th_sweep_best(r->point, N_POINTS);
    th_table table = th_table_make(4);
    static const char *const heading[4] = {"threshold", "heard", "missed", "false alarms"};
    for (int i = 0; i < 4; i++) th_table_cell(&table, "%s", heading[i]);
    for (size_t i = 0; i < N_POINTS; i++) {
        const th_stream_score *s = &r->point[i].score;
        th_table_cell(&table, "%.2f", threshold_of(i));
        th_table_cell(&table, "%d", (int)s->hits);
        th_table_cell(&table, "%d", (int)s->misses);
        th_table_cell(&table, "%d", (int)s->false_accepts);
        if (i == best) th_table_strong(&table);
    }
    printf("\nOther thresholds (this run: %.2f):\n", (double)t->pipe.detect.threshold);
    th_table_print(&table, stdout, th_stdout_is_terminal());
    printf(
        "\nFewest mistakes at %.2f. To use another one: threshold under [detect] in thimble.ini, then thimble "
        "quantize.\n"
        "Choose it by one recording and judge it by another; thimble test --choose 1 chooses it by validation clips.\n",
        threshold_of(best));
    const bool failed = table.failed;
    th_table_free(&table);
    return failed ? th_why_set(why, TH_ENOMEM, "out of memory") : TH_OK;
}

static void print_text(const th_test *t, const char *wav, const run *r)
{
    const th_stream_score *s = &r->score;
    printf("%s: %.1f seconds\n\n", wav, (double)s->audio_ms / 1000.0);
    for (size_t i = 0; i < r->n_found; i++)
        printf("  %8.2f s  %s  (%.0f %%)%s\n", r->found[i].time_ms / 1000.0, t->pipe.labels[r->found[i].label],
               r->found[i].score / 2.56,
               !r->has_truth      ? ""
               : r->match[i] >= 0 ? ""
                                  : "  FALSE ALARM");
    for (size_t i = 0; i < r->n_truth; i++)
        if (r->heard[i] < 0)
            printf("  %8.2f s  %s  MISSED\n", r->truth[i].start_ms / 1000.0, t->pipe.labels[r->truth[i].label]);
    if (!r->has_truth) {
        printf("\n%zu detections. With the truth of what was said (--truth FILE.tsv) they can be judged.\n",
               r->n_found);
        return;
    }
    if (s->n_truth)
        printf("\nheard            %d of %d words (%.1f %%)\n", (int)s->hits, (int)s->n_truth, 100.0 * s->recall);
    printf("false alarms     %d, %.1f per hour\n", (int)s->false_accepts, s->false_accepts_per_hour);
    if (s->hits)
        printf("delay            %.0f ms on average, 95 %% within %.0f ms (from the start of the word)\n",
               s->latency_mean_ms, s->latency_p95_ms);
}

static th_err show(th_test *t, const char *wav, const run *r, bool json, th_why *why)
{
    json_t *o = stream_json(t, r);
    if (!o) return th_why_set(why, TH_ENOMEM, "out of memory");
    th_err err = TH_OK;
    if (!json) print_text(t, wav, r);
    if (!json && r->n_truth) err = print_sweep(t, r, why);
    if (t->has_project) th_test_save(t, o, t->hash[TH_NET_INT8], TH_FILE_STREAM);
    if (json) return th_json_print(o, why);
    json_decref(o);
    return err;
}

th_err th_test_stream(th_test *t, const char *wav, const char *truth, bool json, th_why *why)
{
    if (!t->net[TH_NET_INT8])
        return th_why_set(
            why, TH_ENOENT,
            "the board's loop needs the int8 network, and there is only a float one. Make it: thimble quantize%s%s",
            t->has_project ? " " : "", t->has_project ? t->project.dir : " PROJECT");
    run r = {0};
    th_err err = th_truth_read(&t->pipe, wav, truth, &r.truth, &r.n_truth, &r.has_truth, why);
    if (!err) err = listen(t, wav, &r, why);
    if (!err) err = show(t, wav, &r, json, why);
    free(r.found);
    free(r.truth);
    free(r.match);
    free(r.heard);
    th_score_log_free(&r.log);
    return err;
}
