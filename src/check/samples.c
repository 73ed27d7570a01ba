/* What can be wrong with a single sample; the facts are those of sound.c, signal.c, picture.c. */
#include "check/check_priv.h"

#include <math.h>
#include <string.h>

static const char *shown(const th_check *c, size_t i)
{
    return th_sample_shown(&c->set->samples[i]);
}

static const th_fact *good(const th_check *c, size_t i)
{
    const th_fact *f = &c->fact[i];
    return f->state == TH_FILE_GOOD || f->state == TH_FILE_CHANGED ? f : NULL;
}

static bool is_state(const th_check *c, size_t i, th_file_state state, char *text, size_t cap)
{
    th_text_fmt(text, cap, "%s", shown(c, i));
    return c->fact[i].state == state;
}

bool th_check_missing(const th_check *c, size_t i, char *text, size_t cap, double *score)
{
    (void)score;
    return is_state(c, i, TH_FILE_MISSING, text, cap);
}

bool th_check_damaged(const th_check *c, size_t i, char *text, size_t cap, double *score)
{
    (void)score;
    return is_state(c, i, TH_FILE_DAMAGED, text, cap);
}

bool th_check_changed(const th_check *c, size_t i, char *text, size_t cap, double *score)
{
    (void)score;
    return is_state(c, i, TH_FILE_CHANGED, text, cap);
}

/* ---- sounds and signals ---- */

/* The index says what rate a signal has; a sound's file says it itself. */
bool th_check_rate(const th_check *c, size_t i, char *text, size_t cap, double *score)
{
    const th_fact *f = good(c, i);
    const th_sample *s = &c->set->samples[i];
    const bool sound = s->kind == TH_SOUND;
    const double is = sound && f ? f->is.sound.file_rate_hz : s->rate_hz,
                 wanted = sound ? c->p->rate_hz : (double)c->p->recipe.rate_hz;
    char a[32], b[32];
    if (!f || !(is > 0) || !(wanted > 0)) return false;
    *score = fabs(log(is / wanted));
    th_text_fmt(text, cap, "%s: %s Hz, the project has %s", shown(c, i), th_number(a, is, 1), th_number(b, wanted, 1));
    return sound ? *score > 1e-6 : is < wanted * 0.8; /* a sensor's rows become fewer without harm */
}

bool th_check_bandwidth(const th_check *c, size_t i, char *text, size_t cap, double *score)
{
    const th_fact *f = good(c, i);
    char a[32];
    if (!f || !(f->is.sound.top_hz > 0)) return false;
    *score = 1 - 2 * (double)f->is.sound.top_hz / c->p->rate_hz;
    th_text_fmt(text, cap, "%s: nothing above %s Hz", shown(c, i), th_number(a, (double)f->is.sound.top_hz, 0));
    return *score > 0.3;
}

static bool clipped_signal(const th_check *c, size_t i, const th_fact *f, char *text, size_t cap, double *score)
{
    int32_t worst = 0;
    char a[32];
    for (int32_t k = 1; k < f->is.signal.n_channels && f->channel; k++)
        if (f->channel[k].at_limit > f->channel[worst].at_limit) worst = k;
    if (!f->channel || !(c->set->samples[i].rate_hz > 0)) return false;
    *score = (double)f->channel[worst].at_limit;
    th_text_fmt(text, cap, "%s: channel %ld stands at its limit in %s %% of the rows", shown(c, i), (long)worst + 1,
                th_number(a, 100 * *score, 1));
    return *score > 0.01;
}

bool th_check_clipped(const th_check *c, size_t i, char *text, size_t cap, double *score)
{
    const th_fact *f = good(c, i);
    char a[32];
    if (!f) return false;
    if (c->set->samples[i].kind == TH_SIGNAL) return clipped_signal(c, i, f, text, cap, score);
    const th_level *l = &f->is.sound.level;
    *score = l->n ? (double)l->full / l->n : 0;
    th_text_fmt(text, cap, "%s: %s %% of its samples at full scale", shown(c, i), th_number(a, 100 * *score, 1));
    return th_level_clipped(l);
}

static bool is_noise(const th_check *c, size_t i)
{
    return strcmp(c->set->samples[i].label, TH_LABEL_SILENCE) == 0;
}

bool th_check_quiet(const th_check *c, size_t i, char *text, size_t cap, double *score)
{
    const th_fact *f = good(c, i);
    char a[32];
    if (!f || is_noise(c, i)) return false;
    const double db = 10 * log10(fmax(f->is.sound.level.power / (32768.0 * 32768.0), 1e-12));
    *score = -db;
    th_text_fmt(text, cap, "%s: %s dB of full scale", shown(c, i), th_number(a, db, 0));
    return th_level_silent(&f->is.sound.level);
}

bool th_check_offset(const th_check *c, size_t i, char *text, size_t cap, double *score)
{
    const th_fact *f = good(c, i);
    char a[32];
    if (!f) return false;
    *score = fabs(f->is.sound.level.mean) / 32768;
    th_text_fmt(text, cap, "%s: swings around %s %% of full scale", shown(c, i),
                th_number(a, 100 * f->is.sound.level.mean / 32768, 1));
    return *score > 0.02;
}

bool th_check_short(const th_check *c, size_t i, char *text, size_t cap, double *score)
{
    const th_fact *f = good(c, i);
    const th_sample *s = &c->set->samples[i];
    const th_recipe *r = &c->p->recipe;
    const bool sound = s->kind == TH_SOUND;
    char a[32], b[32];
    if (!f || (sound && is_noise(c, i)) || (!sound && !(s->rate_hz > 0))) return false;
    const double is = sound ? (double)f->is.sound.level.n / c->p->rate_hz : f->is.signal.n / s->rate_hz,
                 wanted = sound ? TH_LEAST_SOUND_S : (double)r->window_ms / 1000;
    *score = wanted - is;
    th_text_fmt(text, cap, "%s: %s s, %s are needed", shown(c, i), th_number(a, is, 2), th_number(b, wanted, 2));
    return is < wanted * (1 - 1e-6);
}

/* ---- signals ---- */

bool th_check_stuck(const th_check *c, size_t i, char *text, size_t cap, double *score)
{
    const th_fact *f = good(c, i);
    const th_sample *s = &c->set->samples[i];
    if (!f || f->is.signal.n < 2) return false;
    const int32_t least = f->is.signal.n / 10 > 20 ? f->is.signal.n / 10 : 20;
    *score = (double)f->is.signal.stuck / f->is.signal.n;
    th_text_fmt(text, cap, "%s: %ld rows are the same one after the other", shown(c, i), (long)f->is.signal.stuck);
    return s->rate_hz > 0 && f->is.signal.stuck >= least;
}

bool th_check_bridged(const th_check *c, size_t i, char *text, size_t cap, double *score)
{
    const th_fact *f = good(c, i);
    const th_sample *s = &c->set->samples[i];
    char a[32];
    if (!f || !(s->rate_hz > 0) || f->is.signal.n < 20) return false;
    const double gap_s = f->is.signal.bridge / s->rate_hz, straight = (double)f->is.signal.straight;
    *score = fmax(straight, fmin(1, gap_s));
    if (straight > 0.4)
        th_text_fmt(text, cap, "%s: %s %% of the rows lie on straight lines between others, so the real rate is lower",
                    shown(c, i), th_number(a, 100 * straight, 0));
    else
        th_text_fmt(text, cap, "%s: rows are missing for %s s, a straight line stands there", shown(c, i),
                    th_number(a, gap_s, 2));
    return straight > 0.4 || (f->is.signal.bridge >= 10 && gap_s >= 0.1);
}

/* The first channel of which `is` holds; -1 when there is none. */
static int32_t channel_that(const th_fact *f, bool (*is)(const th_channel *c))
{
    for (int32_t k = 0; k < f->is.signal.n_channels; k++)
        if (f->channel && is(&f->channel[k])) return k;
    return -1;
}

static bool is_constant(const th_channel *c)
{
    return c->hi <= c->lo;
}

static bool is_counter(const th_channel *c)
{
    return c->rises;
}

bool th_check_constant(const th_check *c, size_t i, char *text, size_t cap, double *score)
{
    const th_fact *f = good(c, i);
    const int32_t k = f && f->is.signal.n >= 10 ? channel_that(f, is_constant) : -1;
    (void)score;
    th_text_fmt(text, cap, "%s: channel %ld (%s) never changes", shown(c, i), (long)k + 1, c->set->samples[i].channels);
    return k >= 0 && c->set->samples[i].rate_hz > 0;
}

bool th_check_counter(const th_check *c, size_t i, char *text, size_t cap, double *score)
{
    const th_fact *f = good(c, i);
    const int32_t k = f ? channel_that(f, is_counter) : -1;
    (void)score;
    th_text_fmt(text, cap, "%s: channel %ld (%s) rises from row to row", shown(c, i), (long)k + 1,
                c->set->samples[i].channels);
    return k >= 0 && c->set->samples[i].rate_hz > 0;
}

/* ---- pictures ---- */

bool th_check_blank(const th_check *c, size_t i, char *text, size_t cap, double *score)
{
    const th_fact *f = good(c, i);
    (void)score;
    th_text_fmt(text, cap, "%s", shown(c, i));
    return f && f->is.picture.deviation < 2;
}

bool th_check_dark(const th_check *c, size_t i, char *text, size_t cap, double *score)
{
    const th_fact *f = good(c, i);
    char a[32];
    if (!f || f->is.picture.deviation < 2) return false;
    const double mean = (double)f->is.picture.mean, sd = (double)f->is.picture.deviation;
    *score = fabs(mean - 127.5);
    th_text_fmt(text, cap, "%s: mean %s of 255", shown(c, i), th_number(a, mean, 0));
    return (mean < 25 && sd < 20) || (mean > 230 && sd < 20);
}

bool th_check_tiny(const th_check *c, size_t i, char *text, size_t cap, double *score)
{
    const th_fact *f = good(c, i);
    if (!f) return false;
    const int32_t h = f->is.picture.h, w = f->is.picture.w;
    *score = (double)c->p->picture_h / h + (double)c->p->picture_w / w;
    th_text_fmt(text, cap, "%s: %ld x %ld, the network sees %ld x %ld", shown(c, i), (long)h, (long)w,
                (long)c->p->picture_h, (long)c->p->picture_w);
    return h * 4 < c->p->picture_h * 3 || w * 4 < c->p->picture_w * 3;
}

bool th_check_stretched(const th_check *c, size_t i, char *text, size_t cap, double *score)
{
    const th_fact *f = good(c, i);
    if (!f) return false;
    const int32_t h = f->is.picture.h, w = f->is.picture.w;
    *score = fabs(log((double)h * c->p->picture_w / ((double)w * c->p->picture_h)));
    th_text_fmt(text, cap, "%s: %ld x %ld becomes %ld x %ld", shown(c, i), (long)h, (long)w, (long)c->p->picture_h,
                (long)c->p->picture_w);
    return *score > log(2.0);
}
