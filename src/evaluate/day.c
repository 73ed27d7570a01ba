#include "evaluate/day.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

static void on_detect(void *ctx, const th_detection *found)
{
    th_day *d = ctx;
    if (d->n_found == d->cap_found) {
        const size_t cap = 2 * d->cap_found + 64;
        th_detection *more = realloc(d->found, cap * sizeof *more);
        if (!more) {
            d->failed = true;
            return;
        }
        d->found = more;
        d->cap_found = cap;
    }
    d->found[d->n_found++] = *found;
}

/* The inference's place in the first hour or its repetition; -1: elsewhere, or it hears something else too. */
static int64_t slot_of(const th_day *d, int64_t first_sample)
{
    const int64_t again = (d->n_pieces - d->repeat) * d->piece_samples;
    const int64_t from = first_sample >= again ? first_sample - again : first_sample;
    return from < d->n_print * d->step ? from / d->step : -1;
}

static void on_features(void *ctx, int64_t first_sample, const int8_t *features, size_t n)
{
    th_day *d = ctx;
    d->slot = slot_of(d, first_sample);
    d->heard = th_fnv1a(TH_FNV1A_START, (th_span){(const uint8_t *)features, n});
}

static void on_scores(void *ctx, int32_t time_ms, const int8_t *scores)
{
    th_day *d = ctx;
    (void)time_ms;
    if (d->slot < 0) return;
    const uint64_t print = th_fnv1a(d->heard, (th_span){(const uint8_t *)scores, (size_t)d->n_labels});
    if (d->at < d->n_pieces - d->repeat) {
        d->print[d->slot] = print;
        return;
    }
    d->compared++;
    d->differ += d->print[d->slot] != print;
}

static int64_t step_samples(const th_pipeline *p)
{
    return (int64_t)th_pipeline_stride_frames(p) * p->frontend.hop;
}

int64_t th_day_piece_samples(const th_pipeline *p, double seconds)
{
    const int64_t step = step_samples(p), samples = (int64_t)(seconds * p->frontend.rate_hz);
    return (samples + step - 1) / step * step;
}

th_err th_day_new(th_day *d, const th_pipeline *p, const th_plan *plan, int64_t piece_samples, int64_t n_pieces,
                  int64_t repeat, th_why *why)
{
    const int64_t span = (int64_t)(p->n_frames - 1) * p->frontend.hop + p->frontend.window;
    *d = (th_day){.piece_samples = piece_samples,
                  .step = step_samples(p),
                  .rate_hz = p->frontend.rate_hz,
                  .n_labels = p->n_labels,
                  .n_pieces = n_pieces,
                  .repeat = repeat < n_pieces / 2 ? repeat : n_pieces / 2,
                  .slot = -1};
    const int64_t room = d->repeat * piece_samples - span;
    d->n_print = room < 0 ? 0 : room / d->step + 1;
    d->print = calloc((size_t)d->n_print + 1, sizeof *d->print);
    if (!d->print) return th_why_set(why, TH_ENOMEM, "out of memory");
    TH_TRY(th_stream_new(p, plan, &d->stream, why));
    th_stream_show_features(d->stream, on_features, d);
    return th_stream_start(d->stream, why);
}

int64_t th_day_next(const th_day *d)
{
    const int64_t again = d->n_pieces - d->repeat;
    return d->at < again ? d->at : d->at - again;
}

/* Detections of the piece: times from its beginning, which may have wrapped around since the stream's. */
static th_err judge(th_day *d, const th_truth *truth, size_t n_truth, th_day_count *count, th_why *why)
{
    const int32_t from = th_time_wrap((uint64_t)d->samples * 1000u / (uint32_t)d->rate_hz);
    int32_t *match = calloc(d->n_found + 1, sizeof *match), *heard = calloc(n_truth + 1, sizeof *heard);
    th_stream_score score;
    th_err err = match && heard ? TH_OK : TH_ENOMEM;
    for (size_t i = 0; i < d->n_found; i++)
        d->found[i].time_ms = th_time_wrap((uint64_t)(uint32_t)d->found[i].time_ms - (uint32_t)from);
    if (!err) err = th_detections_score(d->found, d->n_found, truth, n_truth, 0, match, heard, &score);
    free(match);
    free(heard);
    if (err) return th_why_set(why, err, "out of memory");
    *count = (th_day_count){score.n_truth, score.hits, score.false_accepts};
    d->all.words += count->words;
    d->all.hits += count->hits;
    d->all.false_accepts += count->false_accepts;
    if (score.hits) d->latency_ms += score.latency_mean_ms * score.hits;
    return TH_OK;
}

th_err th_day_push(th_day *d, const int16_t *pcm, const th_truth *truth, size_t n_truth, th_day_count *count,
                   th_why *why)
{
    d->n_found = 0;
    TH_TRY(th_stream_push(d->stream, pcm, d->piece_samples, on_detect, on_scores, d, why));
    if (d->failed) return th_why_set(why, TH_ENOMEM, "out of memory");
    TH_TRY(judge(d, truth, n_truth, count, why));
    d->samples += d->piece_samples;
    d->at++;
    return TH_OK;
}

void th_day_free(th_day *d)
{
    th_stream_free(d->stream);
    free(d->print);
    free(d->found);
}
