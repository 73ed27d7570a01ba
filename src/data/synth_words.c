/* Voice k says all labels and a few other words in one run of espeak-ng, with pauses between; the pauses
 * cut the recording into words again, and each word is put into a room of its own. */
#include "data/synth_kind.h"

#include "base/text.h"
#include "data/audio.h"
#include "data/room.h"
#include "data/voices.h"
#include "os/process.h"
#include "os/run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ESPEAK_HZ      22050
#define QUIET          2    /* a sample of a pause is at most this loud */
#define PAUSE_S        0.35 /* and a pause at least this long; sounds stop for 0.15 s at most inside a word */
#define PAUSE_MARK     "<break time=\"600ms\"/>"
#define SPEAKER_PREFIX "espeak:"
#define USUAL          150 /* of each label */
#define OTHERS         2   /* words that are no label, per voice */

/* One clip that will be made. */
typedef struct plan {
    unsigned voice; /* number of the voice; of the noise for silence */
    const char *label, *word, *language;
    char subject[32], source[160];
    th_split split;
} plan;

typedef struct synth {
    const th_project *p;
    th_dataset *set;
    const th_synth_cfg *cfg;
    int32_t count; /* of each label */
    th_synth_report *report;
    th_hash_index *index;
    plan *plan;
    size_t n, cap;
    int32_t len;              /* samples of a clip */
    float *dry, *wet, *noise; /* [len] */
    int16_t *pcm;             /* [len] */
    char wav[TH_PATH_BYTES];
    th_why *why;
} synth;

/* ---- the plan ------------------------------------------------------------------------------- */

/* What decides how voice k sounds, drawn in this order. */
typedef struct manner {
    int speed, pitch; /* words per minute, 0 to 99 */
    float tract;      /* stretches all frequencies */
} manner;

static manner manner_of(const synth *s, unsigned k)
{
    th_rng r = th_rng_make(s->cfg->seed, 2 * (uint64_t)k + 1);
    manner m = {.speed = 110 + (int)th_rng_below(&r, 110), .pitch = 20 + (int)th_rng_below(&r, 70)};
    m.tract = th_rng_range(&r, 0.93f, 1.07f);
    return m;
}

static plan *plan_add(synth *s)
{
    if (s->n == s->cap) {
        const size_t cap = s->cap ? s->cap * 2 : 256;
        plan *more = realloc(s->plan, cap * sizeof *more);
        if (!more) return NULL;
        s->plan = more;
        s->cap = cap;
    }
    plan *c = &s->plan[s->n++];
    *c = (plan){0};
    return c;
}

static th_err no_memory(const synth *s)
{
    return th_why_set(s->why, TH_ENOMEM, "out of memory");
}

static th_err plan_word(synth *s, unsigned k, const char *label, const char *word, const char *language)
{
    plan *c = plan_add(s);
    if (!c) return no_memory(s);
    char voice[64];
    const char *speaker;
    const manner m = manner_of(s, k);
    th_voice_name(language, k, voice, sizeof voice, &speaker);
    c->voice = k;
    c->label = label;
    c->word = word;
    c->language = language;
    th_text_fmt(c->subject, sizeof c->subject, SPEAKER_PREFIX "%s", speaker);
    th_text_fmt(c->source, sizeof c->source, "synthetic:espeak-ng seed %llu, voice %u %s, speed %d, pitch %d, \"%s\"",
                (unsigned long long)s->cfg->seed, k, voice, m.speed, m.pitch, word);
    return TH_OK;
}

/* Is `word` a label, or the name of a digit that is one ("two" for "2")? */
static bool is_label(const th_project *p, const char *word)
{
    static const char *const digits[] = {"zero", "one", "two",   "three", "four",
                                         "five", "six", "seven", "eight", "nine"};
    for (int i = 0; i < p->n_labels; i++) {
        const char *label = p->labels[i];
        if (label[0] >= '0' && label[0] <= '9' && !label[1] && strcmp(digits[label[0] - '0'], word) == 0) return true;
        if (th_label_same(label, word)) return true;
    }
    return false;
}

/* Voice k takes the next OTHERS words of the list, so all words come equally often. */
static th_err plan_others(synth *s, unsigned k, const char *language)
{
    size_t n;
    const char *const *words = th_voice_other_words(language, &n);
    for (unsigned i = 0, step = 0; i < OTHERS && step < n; step++) {
        const char *word = words[(k * OTHERS + i + step + k / n) % n];
        if (is_label(s->p, word)) continue;
        TH_TRY(plan_word(s, k, TH_LABEL_UNKNOWN, word, language));
        i++;
    }
    return TH_OK;
}

static th_err plan_voices(synth *s)
{
    const char *language[TH_MAX_LABELS];
    const int n = s->p->n_labels - 2;
    for (int i = 0; i < n; i++) {
        language[i] = s->cfg->voice;
        if (!language[i]) TH_TRY(th_voice_language(s->p->labels[i], &language[i], s->why));
    }
    for (unsigned k = 0; k < (unsigned)s->count; k++) {
        for (int i = 0; i < n; i++) TH_TRY(plan_word(s, k, s->p->labels[i], s->p->labels[i], language[i]));
        TH_TRY(plan_others(s, k, language[k % (unsigned)n]));
    }
    return TH_OK;
}

static th_err plan_silence(synth *s)
{
    for (unsigned k = 0; k < (unsigned)s->count; k++) {
        plan *c = plan_add(s);
        if (!c) return no_memory(s);
        *c = (plan){.voice = k, .label = TH_LABEL_SILENCE, .word = TH_LABEL_SILENCE};
        th_text_fmt(c->source, sizeof c->source, "synthetic:noise seed %llu, number %u",
                    (unsigned long long)s->cfg->seed, k);
    }
    return TH_OK;
}

static th_err plan_splits(synth *s)
{
    th_split_item *items = calloc(s->n + s->set->n + 1, sizeof *items);
    if (!items) return no_memory(s);
    for (size_t i = 0; i < s->n; i++)
        items[i] = (th_split_item){.label = s->plan[i].label, .subject = s->plan[i].subject, .key = s->plan[i].source};
    size_t n = s->n;
    for (size_t i = 0; i < s->set->n; i++) { /* voices that are here already stay on their side */
        const th_sample *c = &s->set->samples[i];
        if (strncmp(c->subject, SPEAKER_PREFIX, strlen(SPEAKER_PREFIX)) == 0)
            items[n++] = (th_split_item){
                .label = c->label, .subject = c->subject, .key = c->source, .fixed = true, .split = c->split};
    }
    const th_split_cfg cfg = {.val = 0.15, .test = 0.15, .seed = s->cfg->seed};
    bool by_speaker;
    const th_err err = th_split_choose(items, n, &cfg, &by_speaker, s->why);
    for (size_t i = 0; i < s->n && !err; i++) s->plan[i].split = items[i].split;
    free(items);
    return err;
}

/* ---- speaking --------------------------------------------------------------------------------- */

/* Appends text for SSML; "_" and "-" are spoken as pauses between words. */
static size_t append_text(char *out, size_t cap, const char *text)
{
    size_t n = 0;
    for (const char *c = text; *c && n + 8 < cap; c++) {
        if (*c == '&')
            n += th_text_fmt(out + n, cap - n, "&amp;");
        else if (*c == '<')
            n += th_text_fmt(out + n, cap - n, "&lt;");
        else
            out[n++] = *c == '_' || *c == '-' ? ' ' : *c;
    }
    out[n] = 0;
    return n;
}

static th_err espeak(synth *s, unsigned k, const char *language, const char *ssml)
{
    char voice[64], speed[16], pitch[16], tail[300];
    const char *speaker;
    const manner m = manner_of(s, k);
    th_voice_name(language, k, voice, sizeof voice, &speaker);
    th_text_fmt(speed, sizeof speed, "%d", m.speed);
    th_text_fmt(pitch, sizeof pitch, "%d", m.pitch);
    const char *argv[] = {"espeak-ng", "-v", voice, "-s", speed, "-p", pitch, "-m", "-w", s->wav, ssml, NULL};
    const th_process run = {.argv = argv, .timeout_s = 60};
    int status;
    th_file_remove(s->wav);
    TH_TRY(th_process_run(&run, &status, tail, sizeof tail, s->why));
    if (status == 0 && th_file_size(s->wav) > 44) return TH_OK;
    return th_why_set(s->why, TH_ETOOL, "espeak-ng -v %s failed (exit code %d): %s", voice, status, tail);
}

typedef struct piece {
    int32_t at, n;
} piece;

/* Cuts at the pauses; returns how many words there are (more than `most` are counted, not kept). */
static size_t cut(const int16_t *pcm, int32_t n, piece *out, size_t most)
{
    const int32_t gap = (int32_t)(PAUSE_S * ESPEAK_HZ);
    size_t k = 0;
    for (int32_t i = 0; i < n;) {
        while (i < n && abs(pcm[i]) <= QUIET) i++;
        if (i == n) break;
        int32_t end = i, quiet = 0;
        const int32_t start = i;
        for (; i < n && quiet < gap; i++) {
            quiet = abs(pcm[i]) <= QUIET ? quiet + 1 : 0;
            if (!quiet) end = i + 1;
        }
        if (end - start < ESPEAK_HZ / 50) continue; /* a click */
        if (k < most) out[k] = (piece){start, end - start};
        k++;
    }
    return k;
}

/* ---- one clip --------------------------------------------------------------------------------- */

static th_err store(synth *s, const plan *c)
{
    float peak = 0.9f; /* louder ones are turned down, not cut off */
    for (int32_t i = 0; i < s->len; i++) peak = fabsf(s->wet[i]) > peak ? fabsf(s->wet[i]) : peak;
    for (int32_t i = 0; i < s->len; i++) s->wet[i] *= 0.9f / peak;
    for (int32_t i = 0; i < s->len; i++) {
        const float v = s->wet[i] * 32768.0f;
        s->pcm[i] = v > 32767.0f ? 32767 : v < -32768.0f ? -32768 : (int16_t)lrintf(v);
    }
    char name[TH_LABEL_BYTES + 40], hash[TH_HASH_BYTES];
    const th_sample clip = {.name = name,
                            .label = c->label,
                            .word = c->word,
                            .subject = c->subject,
                            .source = c->source,
                            .split = c->split};
    TH_TRY(th_sound_hash(s->p->rate_hz, s->pcm, s->len, hash, s->why));
    if (th_hash_index_find(s->index, hash) >= 0) {
        s->report->already++;
        return TH_OK;
    }
    th_text_fmt(name, sizeof name, "%s-synthetic-%u.wav", c->word, c->voice);
    TH_TRY(th_dataset_put_sound(s->set, &clip, s->pcm, s->len, s->why));
    th_hash_index_add(s->index, s->set->n - 1);
    s->report->added++;
    return TH_OK;
}

/* The word somewhere near the middle of an empty clip, at level 1 (root mean square of the word). */
static void place(synth *s, th_rng *r, const float *x, int32_t n)
{
    const int32_t slack = s->len - n, wobble = slack / 2 < s->len / 8 ? slack / 2 : s->len / 8;
    const int32_t shift = (int32_t)(th_rng_range(r, -1.0f, 1.0f) * (float)wobble),
                  at = slack > 0 ? slack / 2 + shift : 0;
    const int32_t from = slack < 0 ? -slack / 2 : 0, count = slack < 0 ? s->len : n;
    const float level = th_rms(x + from, (size_t)count);
    memset(s->dry, 0, (size_t)s->len * sizeof *s->dry);
    for (int32_t i = 0; i < count; i++) s->dry[at + i] = x[from + i] / (level > 0 ? level : 1.0f);
}

static th_err make_word(synth *s, const plan *c, size_t number, const int16_t *pcm, int32_t n)
{
    th_rng r = th_rng_make(s->cfg->seed ^ 0x776f7264u, (uint64_t)c->voice * 4096 + number);
    const float rate = (float)s->p->rate_hz;
    float *raw = malloc((size_t)n * sizeof *raw), *x;
    int32_t n_x;
    if (!raw) return no_memory(s);
    for (int32_t i = 0; i < n; i++) raw[i] = (float)pcm[i] * 0x1p-15f;
    const th_err err =
        th_audio_resample(raw, n, (double)rate / ESPEAK_HZ * (double)manner_of(s, c->voice).tract, &x, &n_x, s->why);
    free(raw);
    if (err) return err;
    place(s, &r, x, n_x);
    free(x);
    const float rt60 = th_rng_range(&r, 0.05f, 0.35f), wet = th_rng_range(&r, 0.0f, 0.25f);
    th_room_apply(&r, rt60, wet, rate, s->dry, s->wet, (size_t)s->len);
    th_noise_any(&r, rate, s->noise, (size_t)s->len);
    const float level = th_gain(th_rng_range(&r, -34.0f, -14.0f)), noise = th_gain(th_rng_range(&r, -40.0f, -6.0f));
    for (int32_t i = 0; i < s->len; i++) s->wet[i] = level * (s->wet[i] + noise * s->noise[i]);
    return store(s, c);
}

/* Noise at any level from almost nothing to loud, sometimes with knocks. */
static th_err make_silence(synth *s, const plan *c)
{
    th_rng r = th_rng_make(s->cfg->seed ^ 0x6e6f6973u, c->voice);
    const float level = th_gain(th_rng_range(&r, -80.0f, -14.0f));
    th_noise_any(&r, (float)s->p->rate_hz, s->noise, (size_t)s->len);
    for (int32_t i = 0; i < s->len; i++) s->wet[i] = level * s->noise[i];
    const uint32_t knocks = th_rng_below(&r, 3) ? 0 : 1 + th_rng_below(&r, 4);
    for (uint32_t k = 0; k < knocks; k++) {
        const int32_t at = (int32_t)th_rng_below(&r, (uint32_t)s->len),
                      n = s->p->rate_hz / 200 + (int32_t)th_rng_below(&r, (uint32_t)s->p->rate_hz / 15);
        float loud = level * th_rng_range(&r, 2.0f, 8.0f);
        if (loud > 0.5f) loud = 0.5f;
        const float fall = 1.0f - 4.0f / (float)n;
        for (int32_t i = at; i < s->len && i < at + n; i++, loud *= fall)
            s->wet[i] += loud * th_rng_range(&r, -1.0f, 1.0f);
    }
    return store(s, c);
}

/* ---- one voice ---------------------------------------------------------------------------------- */

/* The recording of one or several words: cut, and each made into a clip.  False in *whole: the number of
 * pieces is not the number of words. */
static th_err make_words(synth *s, const plan *c, size_t n, size_t number, bool *whole)
{
    piece pieces[TH_MAX_LABELS + OTHERS];
    int16_t *pcm;
    int32_t n_pcm;
    TH_TRY(th_audio_read(s->wav, ESPEAK_HZ, 600, &pcm, &n_pcm, s->why));
    const size_t found = cut(pcm, n_pcm, pieces, TH_MAX_LABELS + OTHERS);
    *whole = found == n || (n == 1 && found > 0);
    if (n == 1 && found > 1) pieces[0].n = n_pcm - pieces[0].at; /* a word with a long pause inside */
    th_err err = TH_OK;
    for (size_t i = 0; i < n && *whole && !err; i++)
        err = make_word(s, &c[i], number + i, pcm + pieces[i].at, pieces[i].n);
    free(pcm);
    return err;
}

/* n words of one voice and language, in one run of espeak-ng if its pauses can be trusted. */
static th_err speak(synth *s, const plan *c, size_t n, size_t number)
{
    char ssml[(TH_MAX_LABELS + OTHERS) * (TH_LABEL_BYTES * 2 + sizeof PAUSE_MARK) + 32];
    size_t used = th_text_fmt(ssml, sizeof ssml, "<speak>");
    bool whole;
    for (size_t i = 0; i < n; i++) {
        if (i) used += th_text_fmt(ssml + used, sizeof ssml - used, PAUSE_MARK);
        used += append_text(ssml + used, sizeof ssml - used, c[i].word);
    }
    th_text_fmt(ssml + used, sizeof ssml - used, "</speak>");
    TH_TRY(espeak(s, c->voice, c->language, ssml));
    TH_TRY(make_words(s, c, n, number, &whole));
    if (whole) return TH_OK;
    if (n == 1)
        return th_why_set(
            s->why, TH_EUNSUP,
            "espeak-ng's voice \"%s\" makes no sound for \"%s\". Try --voice LANGUAGE (espeak-ng --voices lists them), "
            "or record it: thimble data import FOLDER",
            c->language, c->word);
    for (size_t i = 0; i < n; i++) TH_TRY(speak(s, &c[i], 1, number + i));
    return TH_OK;
}

static th_err make_all(synth *s)
{
    th_err err = TH_OK;
    for (size_t i = 0, k, number = 0; i < s->n && !err; i = k) {
        const plan *c = &s->plan[i];
        k = i + 1;
        if (!c->language) {
            err = make_silence(s, c);
        } else {
            number = i && s->plan[i - 1].voice == c->voice ? number : 0;
            while (k < s->n && k - i < TH_MAX_LABELS && s->plan[k].voice == c->voice && s->plan[k].language &&
                   strcmp(s->plan[k].language, c->language) == 0)
                k++;
            err = speak(s, c, k - i, number);
            number += k - i;
        }
        if (!err && th_interrupted())
            err =
                th_why_set(s->why, TH_EINTR, "interrupted; %zu clips are made. Run the same command again for the rest",
                           s->report->added);
        if (s->cfg->progress) s->cfg->progress(s->cfg->ctx, (double)k / (double)s->n);
    }
    const th_err at_end = s->report->added ? th_dataset_save(s->p, s->set, s->why) : TH_OK;
    return err ? err : at_end;
}

static th_err with_memory(synth *s)
{
    const size_t n = (size_t)s->len;
    s->dry = calloc(n, sizeof *s->dry);
    s->wet = calloc(n, sizeof *s->wet);
    s->noise = calloc(n, sizeof *s->noise);
    s->pcm = calloc(n, sizeof *s->pcm);
    th_err err = s->dry && s->wet && s->noise && s->pcm ? TH_OK : no_memory(s);
    if (!err) err = plan_voices(s);
    if (!err) err = plan_silence(s);
    if (!err) err = plan_splits(s);
    if (!err) err = th_hash_index_new(s->set, &s->index, s->why);
    if (!err) err = make_all(s);
    th_hash_index_free(s->index);
    free(s->dry);
    free(s->wet);
    free(s->noise);
    free(s->pcm);
    free(s->plan);
    return err;
}

th_err th_synth_words(const th_project *p, th_dataset *set, const th_synth_cfg *cfg, th_synth_report *report,
                      th_why *why)
{
    char dir[TH_PATH_BYTES];
    if (!th_program_exists("espeak-ng"))
        return th_why_set(why, TH_ETOOL,
                          "the program espeak-ng is missing: it makes the synthetic voices. Install the package "
                          "espeak-ng (./run setup does), "
                          "or use recordings: thimble data import FOLDER");
    synth s = {.p = p,
               .set = set,
               .cfg = cfg,
               .count = cfg->count ? cfg->count : USUAL,
               .report = report,
               .why = why,
               .len = (int32_t)((int64_t)p->rate_hz * p->clip_ms / 1000)};
    TH_TRY(th_dir_temp(dir, why));
    th_err err = th_path_join(s.wav, dir, "voice.wav", why);
    if (!err) err = with_memory(&s);
    th_dir_remove(dir);
    return err;
}
