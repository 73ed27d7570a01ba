#include "evaluate/together.h"

#include "evaluate/look.h"
#include "evaluate/stream.h"
#include "evaluate/watch.h"
#include "os/run.h"

#include <stdlib.h>
#include <string.h>

size_t th_sense_unit(const th_sense *s)
{
    if (s->sound) return sizeof(int16_t);
    return s->sensor ? sizeof(float) * (size_t)s->sensor->block.n_axes : th_pixel_bytes(&s->camera->pixels);
}

const char *th_sense_label(const th_sense *s, int32_t label)
{
    const int32_t n = s->sound ? s->sound->n_labels : s->sensor ? s->sensor->n_labels : s->camera->n_labels;
    if (label < 0 || (label >= n && !s->sensor)) return "?";
    if (s->sensor) return th_sensor_state(s->sensor, label);
    return s->sound ? s->sound->labels[label] : s->camera->labels[label];
}

double th_sense_rate(const th_sense *s, double frames_hz)
{
    return s->sound ? s->sound->frontend.rate_hz : s->sensor ? (double)s->sensor->block.rate_hz : frames_hz;
}

double th_sense_look(const th_sense *s, int32_t answers, double frames_hz)
{
    const double units = s->sound    ? (double)answers * s->sound->clip_samples
                         : s->sensor ? s->sensor->block.window + (answers - 1.0) * s->sensor->hop
                                     : (double)answers;
    return units / th_sense_rate(s, frames_hz);
}

/* The loop of one of the two. */
typedef struct one {
    const th_sense *sense;
    th_stream *stream;
    th_watch *watch;
    th_look *look;
    th_span feed;
    size_t at;     /* bytes of it that are used */
    uint8_t *unit; /* what is taken at a time */
    int32_t state; /* of a camera: the label of the frame before, -1 none */
} one;

typedef struct loop {
    one part[2];
    th_wake wake;
    const th_together_see *see;
    int32_t since_ms; /* when the first model began anew */
    int32_t any, label, score;
    th_detection heard; /* any: what the first model has just said; its own time */
} loop;

static size_t take_bytes(const th_sense *s)
{
    if (s->sound)
        return sizeof(int16_t) * (size_t)(s->sound->clip_samples > s->sound->frontend.hop ? s->sound->clip_samples
                                                                                          : s->sound->frontend.hop);
    return th_sense_unit(s);
}

static th_err one_open(one *p, const th_sense *s, th_span feed, th_why *why)
{
    const size_t unit = th_sense_unit(s);
    p->sense = s;
    p->state = -1;
    p->feed = (th_span){feed.p, feed.n / unit * unit};
    if (!p->feed.n) return th_why_set(why, TH_EFORMAT, "a feed of %zu bytes has nothing whole in it", feed.n);
    p->unit = malloc(take_bytes(s));
    if (!p->unit) return th_why_set(why, TH_ENOMEM, "out of memory");
    if (s->sound) TH_TRY(th_stream_new(s->sound, s->plan, &p->stream, why));
    if (p->stream) return th_stream_start(p->stream, why);
    return s->sensor ? th_watch_new(s->sensor, s->plan, &p->watch, why)
                     : th_look_new(s->camera, s->plan, &p->look, why);
}

static void one_close(one *p)
{
    th_stream_free(p->stream);
    th_watch_free(p->watch);
    th_look_free(p->look);
    free(p->unit);
}

static void on_detect(void *ctx, const th_detection *d)
{
    loop *l = ctx;
    l->heard = *d;
    l->heard.time_ms = th_time_add(d->time_ms, l->since_ms);
    l->any = 1;
}

static void on_scores(void *ctx, int32_t time_ms, const int8_t *scores)
{
    loop *l = ctx;
    (void)time_ms;
    l->see->out(l->see->ctx, scores, (size_t)l->part[0].sense->sound->n_labels);
}

static void on_frame(void *ctx, const int8_t *scores, int32_t label, int32_t score)
{
    loop *l = ctx;
    const one *p = l->wake.left ? &l->part[1] : &l->part[0];
    l->see->out(l->see->ctx, scores, (size_t)p->sense->camera->n_labels);
    l->label = label;
    l->score = score;
}

static void say(loop *l, int32_t label, int32_t score)
{
    l->heard = (th_detection){th_wake_ms(&l->wake), label, score};
    l->any = 1;
}

static th_err first_row(loop *l, const void *row, th_why *why)
{
    th_watch *w = l->part[0].watch;
    th_sighting seen = {0};
    bool changed = false;
    const void *answer = NULL;
    TH_TRY(th_watch_row(w, row, &seen, &changed, &answer, why));
    if (answer) l->see->out(l->see->ctx, answer, th_watch_answer_bytes(w));
    if (answer && changed) say(l, seen.state, seen.score);
    return TH_OK;
}

static th_err first_frame(loop *l, const uint8_t *frame, th_why *why)
{
    one *p = &l->part[0];
    TH_TRY(th_look_frame(p->look, frame, on_frame, l, why));
    if (l->label != p->state) say(l, l->label, l->score);
    p->state = l->label;
    return TH_OK;
}

/* The next of the first model's feed: one hop of sound, a row, a frame. *more: there was one. */
static th_err first_take(loop *l, bool *more, th_why *why)
{
    one *p = &l->part[0];
    const size_t unit = th_sense_unit(p->sense), left = p->feed.n - p->at;
    size_t n = p->sense->sound ? unit * (size_t)p->sense->sound->frontend.hop : unit;
    if (n > left) n = left;
    *more = n > 0;
    l->any = 0;
    if (!n) return TH_OK;
    memcpy(p->unit, p->feed.p + p->at, n); /* aligned */
    p->at += n;
    th_wake_pass(&l->wake, (int32_t)(n / unit));
    if (p->stream)
        return th_stream_push(p->stream, (const int16_t *)(void *)p->unit, (int64_t)(n / unit), on_detect, on_scores, l,
                              why);
    return p->watch ? first_row(l, p->unit, why) : first_frame(l, p->unit, why);
}

/* The next n bytes of the second model's feed, which begins again at its end. */
static const void *second_bytes(one *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        p->unit[i] = p->feed.p[p->at];
        p->at = p->at + 1 == p->feed.n ? 0 : p->at + 1;
    }
    return p->unit;
}

static th_err second_clip(loop *l, th_why *why)
{
    one *p = &l->part[1];
    const th_pipeline *pipe = p->sense->sound;
    int8_t scores[TH_MAX_LABELS];
    const int16_t *pcm = second_bytes(p, sizeof *pcm * (size_t)pipe->clip_samples);
    TH_TRY(th_stream_clip(p->stream, pcm, pipe->clip_samples, scores, why));
    l->see->out(l->see->ctx, scores, (size_t)pipe->n_labels);
    l->label = th_camera_best(scores, pipe->n_labels, -128, 65536, &l->score);
    return TH_OK;
}

static th_err second_window(loop *l, th_why *why)
{
    one *p = &l->part[1];
    th_sighting seen = {0};
    bool changed = false;
    const void *answer = NULL;
    while (!answer)
        TH_TRY(th_watch_row(p->watch, second_bytes(p, th_sense_unit(p->sense)), &seen, &changed, &answer, why));
    l->see->out(l->see->ctx, answer, th_watch_answer_bytes(p->watch));
    l->label = seen.state;
    l->score = seen.score;
    return TH_OK;
}

static th_err second_answer(loop *l, th_why *why)
{
    one *p = &l->part[1];
    if (p->stream) return second_clip(l, why);
    if (p->watch) return second_window(l, why);
    return th_look_frame(p->look, second_bytes(p, th_sense_unit(p->sense)), on_frame, l, why);
}

/* Units that passed while nobody heard them, and the first model from the start. */
static th_err begin_again(loop *l, th_why *why)
{
    one *p = &l->part[0];
    const size_t skip = (size_t)l->wake.cfg.skip * th_sense_unit(p->sense), left = p->feed.n - p->at;
    p->at += skip < left ? skip : left;
    l->since_ms = th_wake_ms(&l->wake);
    if (p->stream) return th_stream_start(p->stream, why);
    if (p->watch) th_watch_gap(p->watch);
    return TH_OK;
}

static th_err look(loop *l, th_why *why)
{
    const int32_t began = l->heard.time_ms;
    bool last = false;
    if (l->part[1].watch) TH_TRY(th_watch_start(l->part[1].watch, why));
    while (!last) {
        if (th_interrupted()) return th_why_set(why, TH_EINTR, "interrupted");
        TH_TRY(second_answer(l, why));
        last = th_wake_answer(&l->wake, l->label, l->score) != 0;
    }
    l->see->answer(l->see->ctx, &(th_detection){began, l->wake.label, l->wake.score});
    return begin_again(l, why);
}

static th_err run(loop *l, th_why *why)
{
    bool more = true;
    for (;;) {
        if (th_interrupted()) return th_why_set(why, TH_EINTR, "interrupted");
        TH_TRY(first_take(l, &more, why));
        if (!more) return TH_OK;
        if (l->any) l->see->heard(l->see->ctx, &l->heard);
        if (l->any && th_wake_by(&l->wake, l->heard.label)) TH_TRY(look(l, why));
    }
}

th_err th_together_run(const th_sense sense[2], const th_wake_cfg *cfg, const th_span feed[2],
                       const th_together_see *see, th_why *why)
{
    loop l = {.wake = {.cfg = *cfg}, .see = see};
    th_err err = TH_OK;
    th_wake_start(&l.wake);
    for (int i = 0; i < 2 && !err; i++) err = one_open(&l.part[i], &sense[i], feed[i], why);
    if (!err) err = run(&l, why);
    for (int i = 0; i < 2; i++) one_close(&l.part[i]);
    return err;
}
