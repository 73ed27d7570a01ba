/* `thimble test --soak`: hours of test clips, made while they are heard, through the host's copy of the device's loop.
 */
#include "cli/table.h"
#include "cli/test.h"
#include "data/stream.h"
#include "evaluate/day.h"
#include "os/run.h"
#include "report/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PIECE_S 60.0
#define TAIL_S  1.5 /* more than TH_MATCH_AFTER_MS: what is said in a piece is heard in it */

typedef struct hours {
    const th_test *t;
    th_day day;
    th_plan *plan; /* of the board's network: the day's loop runs it */
    th_stream_cfg cfg;
    th_day_count hour;
    json_t *list; /* of hours */
} hours;

static th_err one_piece(hours *h, const th_dataset *set, th_why *why)
{
    const th_pipeline *p = &h->t->pipe;
    const th_stream_cfg piece = th_stream_piece(&h->cfg, p->frontend.rate_hz, (uint32_t)th_day_next(&h->day));
    th_stream_cfg alone = piece;
    th_truth *truth = NULL;
    th_day_count count;
    int16_t *pcm;
    char *text;
    size_t words, n_truth;
    int32_t n;
    alone.from = 0;
    TH_TRY(th_stream_make(&h->t->project, set, &alone, &pcm, &n, &text, &words, why));
    th_err err = th_truth_parse("truth", text, strlen(text), p, &truth, &n_truth, why);
    if (!err) err = th_day_push(&h->day, pcm, truth, n_truth, &count, why);
    free(pcm);
    free(text);
    free(truth);
    if (err) return err;
    h->hour.words += count.words;
    h->hour.hits += count.hits;
    h->hour.false_accepts += count.false_accepts;
    return TH_OK;
}

/* An hour is over, or the stream. */
static void close_hour(hours *h)
{
    const double rate = h->day.rate_hz, samples = (double)h->day.samples;
    json_array_append_new(h->list, json_pack("{s:f,s:I,s:I,s:I}", "until_s", samples / rate, "words",
                                             (json_int_t)h->hour.words, "hits", (json_int_t)h->hour.hits,
                                             "false_accepts", (json_int_t)h->hour.false_accepts));
    h->hour = (th_day_count){0};
}

static th_err all_pieces(hours *h, const th_dataset *set, th_why *why)
{
    const int64_t n = h->day.n_pieces;
    while (h->day.at < n) {
        TH_TRY(one_piece(h, set, why));
        if (h->day.at % 60 == 0 || h->day.at == n) close_hour(h);
        th_progress("test", (double)h->day.at / (double)n);
    }
    return TH_OK;
}

static json_t *figures(const hours *h)
{
    const th_day *d = &h->day;
    const th_day_count *c = &d->all;
    const double seconds = (double)d->samples / d->rate_hz;
    json_t *o = json_pack("{s:f,s:I,s:I,s:I,s:I,s:f,s:o,s:f,s:O,s:{s:f,s:I,s:I},s:f}", "seconds", seconds, "words",
                          (json_int_t)c->words, "hits", (json_int_t)c->hits, "misses", (json_int_t)(c->words - c->hits),
                          "false_accepts", (json_int_t)c->false_accepts, "false_accepts_per_hour",
                          (double)c->false_accepts * 3600 / seconds, "recall",
                          c->words ? json_real((double)c->hits / (double)c->words) : json_null(), "threshold",
                          (double)h->t->pipe.detect.threshold, "hours", h->list, "repeat", "seconds",
                          (double)(d->repeat * d->piece_samples) / d->rate_hz, "windows", (json_int_t)d->compared,
                          "differ", (json_int_t)d->differ, "memory_peak_mb", th_memory_peak_mb());
    if (o && c->hits) json_object_set_new(o, "latency_ms", json_pack("{s:f}", "mean", d->latency_ms / (double)c->hits));
    return json_pack("{s:o}", "stream", o);
}

static th_err print_text(const hours *h, th_why *why)
{
    static const char *const heading[4] = {"hour", "words", "heard", "false alarms"};
    const th_day *d = &h->day;
    th_table table = th_table_make(4);
    for (int i = 0; i < 4; i++) th_table_cell(&table, "%s", heading[i]);
    for (size_t i = 0; i < json_array_size(h->list); i++) {
        json_t *hour = json_array_get(h->list, i);
        th_table_cell(&table, "%zu", i + 1);
        th_table_cell(&table, "%d", (int)json_integer_value(json_object_get(hour, "words")));
        th_table_cell(&table, "%d", (int)json_integer_value(json_object_get(hour, "hits")));
        th_table_cell(&table, "%d", (int)json_integer_value(json_object_get(hour, "false_accepts")));
    }
    th_table_print(&table, stdout, th_stdout_is_terminal());
    printf("\n%lld of %lld words heard, %lld false alarms in %.0f s.\n"
           "The last %.0f s were the first ones again: %lld windows compared, %lld of them heard otherwise than then.\n"
           "Memory, at most: %.1f MB.\n",
           (long long)d->all.hits, (long long)d->all.words, (long long)d->all.false_accepts,
           (double)d->samples / d->rate_hz, (double)(d->repeat * d->piece_samples) / d->rate_hz, (long long)d->compared,
           (long long)d->differ, th_memory_peak_mb());
    const bool failed = table.failed;
    th_table_free(&table);
    return failed ? th_why_set(why, TH_ENOMEM, "out of memory") : TH_OK;
}

static th_err listen(hours *h, double n_hours, th_why *why)
{
    const th_test *t = h->t;
    const th_pipeline *p = &t->pipe;
    const int64_t samples = th_day_piece_samples(p, PIECE_S), n = (int64_t)(n_hours * 3600 / PIECE_S + 0.5);
    th_dataset *set = NULL;
    h->cfg.seconds = ((double)samples + 0.5) / p->frontend.rate_hz;
    TH_TRY(th_plan_make_host(&t->net[TH_NET_INT8]->graphs[0], &h->plan, why));
    th_err err = th_day_new(&h->day, p, h->plan, samples, n, 60, why);
    if (!err) err = th_dataset_load(&t->project, &set, why);
    if (!err) err = all_pieces(h, set, why);
    th_dataset_free(set);
    return err;
}

static th_err check(const th_test *t, th_why *why)
{
    if (!t->has_project || t->of_examples)
        return th_why_set(why, TH_EUSAGE, "--soak makes a stream of a project's test clips: name a project of words");
    if (!t->net[TH_NET_INT8])
        return th_why_set(why, TH_ENOENT, "the board's loop needs the int8 network. Make it: thimble quantize %s",
                          t->project.dir);
    if (t->project.rate_hz != t->pipe.frontend.rate_hz)
        return th_why_set(why, TH_ERANGE,
                          "the project has clips of %d Hz, its model hears %d Hz. Train it again: thimble "
                          "train",
                          (int)t->project.rate_hz, (int)t->pipe.frontend.rate_hz);
    return TH_OK;
}

th_err th_test_soak(const th_test *t, double n_hours, uint64_t seed, bool json, th_why *why)
{
    hours h = {.t = t, .cfg = {.seed = seed, .split = TH_TEST, .tail_s = TAIL_S}, .list = json_array()};
    th_err err = h.list ? check(t, why) : th_why_set(why, TH_ENOMEM, "out of memory");
    if (!err) err = listen(&h, n_hours, why);
    json_t *o = err ? NULL : figures(&h);
    if (!err && !o) err = th_why_set(why, TH_ENOMEM, "out of memory");
    if (!err) err = json ? th_json_print(json_incref(o), why) : print_text(&h, why);
    if (!err && h.day.differ)
        err = th_why_set(why, TH_EIO,
                         "%lld of %lld windows were heard otherwise than an hour or more before: this is a bug, please "
                         "report it with the model",
                         (long long)h.day.differ, (long long)h.day.compared);
    json_decref(o);
    json_decref(h.list);
    th_day_free(&h.day);
    th_plan_free(h.plan);
    return err;
}
