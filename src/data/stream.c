#include "data/stream.h"

#include "base/text.h"
#include "data/room.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LINE_BYTES (TH_LABEL_BYTES + 64)
#define FADE_S     0.01f
#define FLOOR_DB   -62.0f /* the background that never stops */

/* The clips of one class, in a random order that starts anew at its end. */
typedef struct deck {
    size_t *clip;
    size_t n, next;
} deck;

typedef struct stream {
    const th_project *p;
    const th_dataset *set;
    const th_stream_cfg *cfg;
    th_rng rng;
    deck deck[TH_MAX_LABELS];
    float *x;
    int32_t n, at, end; /* end: no clip goes beyond it */
    char *truth;
    size_t truth_len, truth_cap, words;
    th_why *why;
} stream;

static void shuffle(stream *s, deck *d)
{
    for (size_t i = d->n; i > 1; i--) {
        const size_t k = th_rng_below(&s->rng, (uint32_t)i), swap = d->clip[k];
        d->clip[k] = d->clip[i - 1];
        d->clip[i - 1] = swap;
    }
    d->next = 0;
}

static th_err deal(stream *s)
{
    for (int i = 0; i < s->p->n_labels; i++) {
        deck *d = &s->deck[i];
        d->clip = calloc(s->set->n + 1, sizeof *d->clip);
        if (!d->clip) return th_why_set(s->why, TH_ENOMEM, "out of memory");
        for (size_t k = 0; k < s->set->n; k++)
            if (s->set->samples[k].split == s->cfg->split && strcmp(s->set->samples[k].label, s->p->labels[i]) == 0)
                d->clip[d->n++] = k;
        if (d->n == 0 && i < s->p->n_labels - 2)
            return th_why_set(
                s->why, TH_ENOENT,
                "there is no %s clip of \"%s\" for the stream. Import more, or divide anew: thimble data split",
                th_split_name(s->cfg->split), s->p->labels[i]);
        shuffle(s, d);
    }
    return TH_OK;
}

static int by_energy(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Where the word stands: from the first to the last stretch of 10 ms that is within 26 dB of the loudest
 * one and 8 dB above the quiet fifth of the clip. */
static th_err find_word(const int16_t *pcm, int32_t n, int32_t rate_hz, int32_t *from, int32_t *to)
{
    const int32_t step = rate_hz / 100, frames = n / step;
    int64_t *energy = calloc(2 * (size_t)frames + 1, sizeof *energy);
    *from = 0;
    *to = n;
    if (!energy) return TH_ENOMEM;
    int64_t *sorted = energy + frames;
    for (int32_t f = 0; f < frames; f++)
        for (int32_t k = f * step; k < (f + 1) * step; k++) energy[f] += (int32_t)pcm[k] * pcm[k];
    memcpy(sorted, energy, (size_t)frames * sizeof *energy);
    qsort(sorted, (size_t)frames, sizeof *sorted, by_energy);
    const int64_t loudest = frames ? sorted[frames - 1] : 0, quiet = frames ? sorted[frames / 5] : 0;
    int64_t enough = loudest / 400 > quiet * 6 ? loudest / 400 : quiet * 6;
    if (enough > loudest / 2) enough = loudest / 2; /* even noise: the loudest part */
    bool found = false;
    for (int32_t f = 0; f < frames; f++) {
        if (energy[f] < enough) continue;
        if (!found) *from = f * step;
        found = true;
        *to = (f + 1) * step;
    }
    free(energy);
    return TH_OK;
}

static size_t print_seconds(char *out, size_t cap, int64_t samples, int32_t rate_hz)
{
    const int64_t ms = samples * 1000 / rate_hz;
    return th_text_fmt(out, cap, "%lld.%03lld", (long long)(ms / 1000), (long long)(ms % 1000));
}

static th_err note(stream *s, const char *label, int64_t from, int64_t to)
{
    if (s->truth_cap - s->truth_len < LINE_BYTES) {
        const size_t cap = s->truth_cap * 2 + 4096;
        char *more = realloc(s->truth, cap);
        if (!more) return th_why_set(s->why, TH_ENOMEM, "out of memory");
        s->truth = more;
        s->truth_cap = cap;
    }
    char *out = s->truth + s->truth_len;
    size_t n = s->truth_len || s->cfg->from ? 0 : th_text_fmt(out, LINE_BYTES, "start\tend\tlabel\n");
    n += print_seconds(out + n, LINE_BYTES, from, s->p->rate_hz);
    out[n++] = '\t';
    n += print_seconds(out + n, LINE_BYTES, to, s->p->rate_hz);
    n += th_text_fmt(out + n, LINE_BYTES + 64, "\t%s\n", label);
    s->truth_len += n;
    s->words++;
    return TH_OK;
}

/* Mixes a clip in at s->at with short ramps; TH_ERANGE when it does not fit any more. */
static th_err mix(stream *s, size_t number)
{
    const th_sample *c = &s->set->samples[number];
    int16_t *pcm;
    int32_t n, from, to;
    TH_TRY(th_dataset_samples(s->set, c, &pcm, &n, s->why));
    const bool fits = n <= s->end - s->at;
    const float fade = FADE_S * (float)s->p->rate_hz;
    for (int32_t i = 0; i < n && fits; i++) {
        const float in = (float)i / fade, out = (float)(n - 1 - i) / fade, ramp = in < out ? in : out;
        s->x[s->at + i] += (float)pcm[i] * (ramp < 1.0f ? ramp : 1.0f);
    }
    const th_err err = find_word(pcm, n, s->p->rate_hz, &from, &to);
    free(pcm);
    if (err) return th_why_set(s->why, err, "out of memory");
    if (!fits) return TH_ERANGE;
    const int64_t at = s->cfg->from + s->at;
    TH_TRY(note(s, c->label, at + from, at + to));
    s->at += n;
    return TH_OK;
}

/* Keywords in turn on every second place, else unknown (2 of 3) or silence. */
static int next_label(stream *s, size_t turn)
{
    const int keywords = s->p->n_labels - 2;
    const int next = (int)((turn / 2 + s->cfg->number) % (size_t)keywords);
    if (turn % 2 == 0) return next;
    const int other = th_rng_below(&s->rng, 3) ? keywords : keywords + 1;
    if (s->deck[other].n) return other;
    return s->deck[keywords].n ? keywords : s->deck[keywords + 1].n ? keywords + 1 : next;
}

static th_err fill(stream *s)
{
    th_noise_fill(&s->rng, 0.6f, 0, 0, (float)s->p->rate_hz, s->x, (size_t)s->n);
    const float floor_level = th_gain(FLOOR_DB) * 32768.0f;
    for (int32_t i = 0; i < s->n; i++) s->x[i] *= floor_level;
    for (size_t turn = 0;; turn++) {
        s->at += (int32_t)(th_rng_range(&s->rng, 0.7f, 2.0f) *
                           (float)s->p->rate_hz); /* longer than the detector's silence with the clips */
        if (s->at >= s->n) return TH_OK;
        deck *d = &s->deck[next_label(s, turn)];
        if (d->next == d->n) shuffle(s, d);
        const th_err err = mix(s, d->clip[d->next++]);
        if (err == TH_ERANGE && !(s->why && s->why->err)) return TH_OK;
        if (err) return err;
    }
}

static th_err to_samples(const stream *s, int16_t **pcm)
{
    *pcm = malloc((size_t)s->n * sizeof **pcm);
    if (!*pcm) return th_why_set(s->why, TH_ENOMEM, "out of memory");
    for (int32_t i = 0; i < s->n; i++) {
        const float v = s->x[i];
        (*pcm)[i] = v > 32767.0f ? 32767 : v < -32768.0f ? -32768 : (int16_t)lrintf(v);
    }
    return TH_OK;
}

th_stream_cfg th_stream_piece(const th_stream_cfg *cfg, int32_t rate_hz, uint32_t k)
{
    th_stream_cfg piece = *cfg;
    piece.seed ^= k * UINT64_C(0x9e3779b97f4a7c15); /* far from those of other streams */
    piece.from += k * (int64_t)(cfg->seconds * rate_hz);
    piece.number += k;
    return piece;
}

th_err th_stream_make(const th_project *p, const th_dataset *set, const th_stream_cfg *cfg, int16_t **pcm, int32_t *n,
                      char **truth, size_t *n_words, th_why *why)
{
    th_why inner = {0};
    stream s = {.p = p, .set = set, .cfg = cfg, .rng = th_rng_make(cfg->seed, 0x73747265u), .why = &inner};
    if (cfg->seconds * p->rate_hz > INT32_MAX)
        return th_why_set(why, TH_ERANGE, "%.0f s at %d Hz are too many samples for one piece", cfg->seconds,
                          (int)p->rate_hz);
    s.n = (int32_t)(cfg->seconds * p->rate_hz);
    s.end = s.n - (int32_t)(cfg->tail_s * p->rate_hz);
    s.x = malloc((size_t)s.n * sizeof *s.x + 1);
    th_err err =
        s.x ? deal(&s) : th_why_set(&inner, TH_ENOMEM, "out of memory for %lld s of sound", (long long)cfg->seconds);
    if (!err) err = fill(&s);
    if (!err && s.words == 0)
        err = th_why_set(&inner, TH_ERANGE, "the stream is too short for a clip. Take more --seconds");
    if (!err) err = to_samples(&s, pcm);
    for (int i = 0; i < TH_MAX_LABELS; i++) free(s.deck[i].clip);
    free(s.x);
    if (err) {
        free(s.truth);
        return inner.err ? th_why_set(why, err, "%s", inner.text) : err;
    }
    *n = s.n;
    *truth = s.truth;
    *n_words = s.words;
    return TH_OK;
}
