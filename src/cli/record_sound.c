/* Words and noise: seconds of sound, of which the loudest part becomes a clip. */
#include "cli/record.h"

#include "data/import.h"
#include "data/level.h"
#include "data/live_sound.h"
#include "os/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOISE_SECONDS 10.0
#define METER         24 /* characters: 2 dB each */

typedef struct take {
    th_recorder *r;
    th_live_sound *s;
    int32_t n, clip; /* samples of a recording, of a clip */
    bool noise, whole, live;
    int16_t *pcm; /* [n] */
    size_t n_clipped, n_quiet, n_empty, n_again;
} take;

/* ---- on a terminal ---- */

/* A bar of the loudest sample since the last one. */
static void show_level(const take *t, const int16_t *pcm, int32_t n, int32_t so_far)
{
    if (!t->r->terminal || n < 1) return;
    const th_level l = th_level_of(pcm, n);
    const double db = th_level_peak_db(&l);
    const int full = db > -2.0 * METER ? METER + (int)(db / 2) : 0;
    fprintf(stderr, "\r  %5.1f s [%.*s%*s] %s", (double)so_far / t->r->project.rate_hz, full,
            "########################", METER - full, "", l.full ? "TOO LOUD" : "        ");
    fflush(stderr);
}

static void clear_line(const take *t)
{
    if (t->r->terminal) fprintf(stderr, "\r%60s\r", "");
}

/* Lets the sound of so many seconds pass. */
static th_err count_down(take *t, double seconds, th_why *why)
{
    int16_t pass[256];
    const int32_t rate = t->r->project.rate_hz;
    for (int32_t left = (int32_t)(seconds * rate), got; left > 0; left -= got) {
        if (t->r->terminal) fprintf(stderr, "\r  in %d ..%20s", (left + rate - 1) / rate, "");
        TH_TRY(th_live_sound_read(t->s, pass, left < 256 ? left : 256, &got, why));
        if (got == 0) break;
    }
    clear_line(t);
    return TH_OK;
}

/* ---- one recording ---- */

static th_err listen(take *t, int32_t *n, th_why *why)
{
    const int32_t block = t->r->project.rate_hz / 20;
    th_err err = TH_OK;
    for (*n = 0; *n < t->n && !err;) {
        int32_t got;
        err = th_live_sound_read(t->s, t->pcm + *n, t->n - *n < block ? t->n - *n : block, &got, why);
        show_level(t, t->pcm + *n, got, *n + got);
        *n += got;
        if (got == 0) break;
    }
    clear_line(t);
    return err;
}

typedef struct clip {
    const int16_t *pcm;
    int32_t n;
    bool again; /* result: it was in the data before */
} clip;

static th_err add(void *ctx, th_recorder *r, th_dataset *set, size_t *added, th_why *why)
{
    clip *c = ctx;
    char name[200];
    th_recorder_name(r, "wav", name);
    const th_sample about = {.word = r->label, .name = name, .subject = r->subject, .source = r->source};
    const th_split_cfg split = {.val = 0.1, .test = 0.1, .seed = 1};
    th_why inner = {0};
    const th_err err = th_import_recorded(&r->project, set, &about, c->pcm, c->n, &split, added, &inner);
    c->again = err == TH_EEXIST;
    return err && !c->again ? th_why_set(why, err, "%s", inner.text) : TH_OK;
}

static void say(take *t, const th_level *l, double from_s, const clip *c, const char *where)
{
    const bool clipped = th_level_clipped(l), quiet = !t->noise && (th_level_silent(l) || th_level_quiet(l));
    const int32_t rate = t->r->project.rate_hz;
    printf("%d: %.2f s kept, from %.2f s on; loudest %.0f dB -> %s\n", (int)t->r->n_started, (double)c->n / rate,
           from_s, th_level_peak_db(l), where);
    t->n_clipped += clipped;
    t->n_quiet += quiet;
    if (clipped)
        fprintf(stderr,
                "warning: too loud: %d samples are cut off. Go away from the microphone, or turn it down (alsamixer)\n",
                (int)l->full);
    if (quiet) fprintf(stderr, "warning: too quiet. Go nearer, or turn the microphone up (alsamixer, F4)\n");
    fflush(stdout);
}

/* n samples are there: what of them becomes a clip goes into the project. */
static th_err keep(take *t, int32_t n, th_why *why)
{
    const bool all = t->noise || t->whole || n <= t->clip;
    const int32_t from = all ? 0 : th_clip_start(t->pcm, n, t->clip);
    clip c = {t->pcm + from, all ? n : t->clip, false};
    const th_level l = th_level_of(c.pcm, c.n);
    char where[40];
    size_t before[TH_N_SPLITS];
    t->r->n_started++;
    if (l.flat) {
        t->n_empty++;
        fprintf(stderr,
                "warning: recording %d is not kept: there is no sound in it, all samples are %d. Is the "
                "microphone muted? (alsamixer, F4)\n",
                (int)t->r->n_started, (int)c.pcm[0]);
        return TH_OK;
    }
    memcpy(before, t->r->split, sizeof before);
    const th_err err = th_recorder_put(t->r, add, &c, why);
    if (err) return err;
    if (c.again) {
        t->n_again++;
        fprintf(stderr, "warning: recording %d is not kept: this very sound is in the data already\n",
                (int)t->r->n_started);
        return TH_OK;
    }
    t->r->kept++;
    th_recorder_where(before, t->r, where);
    say(t, &l, (double)from / t->r->project.rate_hz, &c, where);
    return TH_OK;
}

/* One after the other. A recording that was cut off by an error is none; the last one of a pipe counts from half a clip
 * on. */
static th_err record_all(take *t, th_why *why)
{
    th_recorder *r = t->r;
    const int64_t count = r->count ? r->count : t->live ? 1 : INT64_MAX;
    for (int64_t i = 0; i < count; i++) {
        int32_t n;
        const double wait = r->countdown_s >= 0 ? r->countdown_s : r->terminal ? 3 : 0;
        if (t->live) TH_TRY(count_down(t, i && wait > 1 ? 1 : wait, why));
        if (r->terminal && !t->noise) fprintf(stderr, "say \"%s\" (%lld)\n", r->label, (long long)i + 1);
        TH_TRY(listen(t, &n, why));
        if (n < t->n && (t->live || n < t->clip / 2)) {
            if (n && i == 0)
                return th_why_set(why, TH_ETRUNC, "%s ended after %d ms, a clip has %d", r->source,
                                  (int)((int64_t)n * 1000 / r->project.rate_hz), (int)r->project.clip_ms);
            break;
        }
        TH_TRY(keep(t, n, why));
    }
    return TH_OK;
}

/* ---- all ---- */

static th_err begin(take *t, th_why *why)
{
    th_recorder *r = t->r;
    const th_project *p = &r->project;
    t->noise = strcmp(r->label, TH_LABEL_SILENCE) == 0;
    t->whole = th_arg_on(r->args, "whole");
    t->clip = (int32_t)((int64_t)p->rate_hz * p->clip_ms / 1000);
    const double seconds = r->seconds > 0 ? r->seconds
                           : t->noise     ? NOISE_SECONDS
                                          : 2.0 * p->clip_ms / 1000,
                 most = t->noise   ? TH_MAX_NOISE_SECONDS
                        : t->whole ? TH_MAX_WORD_SECONDS
                                   : 60;
    if (seconds > most)
        return th_why_set(why, TH_EUSAGE, "--seconds: a recording of %s has at most %d; --count N makes more of them",
                          t->noise ? "silence" : "a word", (int)most);
    t->n = (int32_t)(seconds * p->rate_hz + 0.5);
    if (t->n < t->clip)
        return th_why_set(why, TH_EUSAGE, "--seconds: a clip of this project is %d ms long (thimble.ini: clip_ms)",
                          (int)p->clip_ms);
    t->pcm = malloc((size_t)t->n * sizeof *t->pcm);
    return t->pcm ? TH_OK : th_why_set(why, TH_ENOMEM, "out of memory");
}

static void say_source(const take *t, const th_capture_info *info)
{
    fprintf(stderr, "%s%s%s%s", info->source, *info->device ? " (" : "", info->device, *info->device ? ")" : "");
    if (info->is_sound)
        fprintf(stderr, ", %d Hz, %d channel%s", (int)info->rate_hz, (int)info->channels,
                info->channels > 1 ? "s" : "");
    fprintf(stderr, ": recordings of %.1f s. Ctrl-C ends it\n", (double)t->n / t->r->project.rate_hz);
}

static th_err open_source(take *t, th_why *why)
{
    th_recorder *r = t->r;
    int64_t rate;
    TH_TRY(th_arg_int(r->args, "rate", 1000, 768000, 0, &rate, why));
    if (th_arg(r->args, "channels")) return th_why_set(why, TH_EUSAGE, "--channels is for rows of a sensor");
    const th_live_sound_cfg cfg = {.from = r->from ? r->from : "microphone",
                                   .capture = r->capture,
                                   .rate_hz = r->project.rate_hz,
                                   .raw_rate_hz = (int32_t)rate};
    TH_TRY(th_live_sound_open(&cfg, &t->s, why));
    const th_capture_info *info = th_live_sound_about(t->s);
    t->live = info->is_live;
    th_recorder_begin(r, info);
    say_source(t, info);
    return TH_OK;
}

static th_err close_source(take *t, json_t *report, th_err err, th_why *why)
{
    const th_capture_info *info = th_live_sound_about(t->s);
    const int32_t lost = th_live_sound_lost(t->s);
    if (lost)
        fprintf(stderr, "warning: %d times samples were lost: this computer was too busy. Listen to the clips\n",
                (int)lost);
    json_object_update_new(report,
                           json_pack("{s:i,s:i,s:i,s:I,s:I,s:I,s:I}", "device_rate_hz", (int)info->rate_hz,
                                     "device_channels", (int)info->channels, "lost", (int)lost, "too_loud",
                                     (json_int_t)t->n_clipped, "too_quiet", (json_int_t)t->n_quiet, "without_sound",
                                     (json_int_t)t->n_empty, "already", (json_int_t)t->n_again));
    if (!err && !t->r->kept)
        err = th_why_set(why, TH_ETRUNC,
                         t->n_again   ? "nothing was kept: all that %s gave is in the data already"
                         : t->n_empty ? "nothing was kept: %s gave no sound"
                                      : "%s ended before a sample came",
                         t->r->source);
    return err;
}

th_err th_record_sound(th_recorder *r, json_t *report, th_why *why)
{
    take t = {.r = r};
    th_err err = begin(&t, why);
    if (!err) err = open_source(&t, why);
    if (!err) err = close_source(&t, report, record_all(&t, why), why);
    th_live_sound_close(t.s);
    free(t.pcm);
    return err;
}
