/* One table has every word that can follow a kind: what it asks for and where that goes.  Reading and printing go
 * through it from the first row to the last. */
#include "model/blocks.h"

#include "base/text.h"
#include "model/near.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS 24
#define BYTES 24

static const char *const stat_words[] = {"mean", "sd", "rms", "min", "max", "range", "skew", "kurtosis", "step", NULL};
static const char *const wavelet_words[] = {"haar", "db2", "db4", NULL};
static const char *const power_words[] = {"bands", "bins", NULL};
static const char *const gyro_words[] = {"", "rad", "deg", NULL};

typedef enum arg {
    ARG_COUNT,  /* a whole number from 1, without a word before it */
    ARG_ROWS,   /* a word and a whole number from 1 */
    ARG_POWER,  /* a word and a number above 0 */
    ARG_ONE_OF, /* one word of a list */
    ARG_STATS,  /* all words of the list that follow */
    ARG_FLAG,   /* 1 where the word stands */
    ARG_LOW,    /* a word and the upper edge of what passes */
    ARG_HIGH,   /* a word and the lower one */
    ARG_BAND    /* a word and both */
} arg;

#define K(kind)      (1u << TH_BLOCK_##kind)
#define POWER        (K(SPECTRAL) | K(SPECTROGRAM))
#define UPRIGHT      (POWER | K(STATS) | K(CROSSINGS) | K(AUTOCORRELATION) | K(WAVELET))
#define FIRST_ORDER  1 /* of gravity's edge */
#define FILTER_ORDER 2

/* A word, or what stands in its place. */
typedef struct word_row {
    unsigned kinds;
    arg arg;
    bool must;
    const char *word, *needed; /* needed: for the error */
    size_t at;                 /* int32_t or float of th_block_part */
    const char *const *list;
} word_row;

#define AT(member) offsetof(th_block_part, member)
static const word_row word_rows[] = {
    {K(STATS), ARG_STATS, true, "", "mean, sd, rms, min, max, range, skew, kurtosis or step", AT(what), stat_words},
    {K(AUTOCORRELATION), ARG_COUNT, true, "", "the number of lags", AT(n), NULL},
    {POWER, ARG_COUNT, true, "", "the number of bands or bins", AT(n), NULL},
    {K(WAVELET), ARG_COUNT, true, "", "the number of levels", AT(n), NULL},
    {POWER, ARG_ONE_OF, true, "", "bands or bins", AT(what), power_words},
    {K(WAVELET), ARG_ONE_OF, true, "", "haar, db2 or db4", AT(what), wavelet_words},
    {K(ORIENTATION), ARG_ONE_OF, false, "", "rad or deg", AT(what), gyro_words},
    {K(SPECTROGRAM), ARG_ROWS, true, "frame", "frame and its rows", AT(frame), NULL},
    {K(SPECTROGRAM), ARG_ROWS, true, "hop", "hop and its rows", AT(hop), NULL},
    {K(AUTOCORRELATION), ARG_ROWS, false, "step", "step and its rows", AT(hop), NULL},
    {K(SPECTRAL), ARG_ROWS, false, "peaks", "peaks and their number", AT(peaks), NULL},
    {POWER, ARG_ROWS, false, "fft", "fft and its rows", AT(n_fft), NULL},
    {POWER, ARG_POWER, false, "floor", "floor and a power above 0", AT(floor), NULL},
    {POWER | K(ORIENTATION), ARG_LOW, false, "lowpass", "lowpass and its edge in Hz", AT(filter), NULL},
    {POWER, ARG_HIGH, false, "highpass", "highpass and its edge in Hz", AT(filter), NULL},
    {POWER, ARG_BAND, false, "bandpass", "bandpass and its two edges in Hz", AT(filter), NULL},
    {POWER, ARG_ROWS, false, "order", "order and its number, 1 to 8", AT(filter.order), NULL},
    {UPRIGHT, ARG_FLAG, false, "upright", "upright", AT(upright), NULL},
};
#define N_ROWS ((int)(sizeof word_rows / sizeof word_rows[0]))

/* Gravity's filter has a word of its own. */
static const char *word_of(const word_row *r, th_block_kind kind)
{
    return r->arg == ARG_LOW && kind == TH_BLOCK_ORIENTATION ? "edge" : r->word;
}

/* ---- reading ---- */

typedef struct words {
    char word[WORDS][BYTES];
    int n, at, part;
    th_why *why;
} words;

static th_err bad(const words *w, const char *needed)
{
    if (w->at < w->n)
        return th_why_set(w->why, TH_EUSAGE, "blocks, part %d (%s), word %d: %s is needed here, not \"%s\"", w->part,
                          w->word[0], w->at + 1, needed, w->word[w->at]);
    return th_why_set(w->why, TH_EUSAGE, "blocks, part %d (%s): %s is needed behind \"%s\"", w->part, w->word[0],
                      needed, w->word[w->n - 1]);
}

static bool is_next(const words *w, const char *word)
{
    return w->at < w->n && strcmp(w->word[w->at], word) == 0;
}

static bool take_count(words *w, int32_t *v)
{
    char *stop = NULL;
    if (w->at == w->n) return false;
    const long n = strtol(w->word[w->at], &stop, 10);
    if (*stop || n < 1 || n > TH_BLOCK_ROWS * 2) return false;
    *v = (int32_t)n;
    w->at++;
    return true;
}

static bool take_positive(words *w, float *v)
{
    char *stop = NULL;
    if (w->at == w->n) return false;
    *v = strtof(w->word[w->at], &stop);
    if (*stop || !(*v > 0.0f && *v < 1e30f)) return false;
    w->at++;
    return true;
}

static bool take_one_of(words *w, const char *const *list, int32_t *v)
{
    for (int32_t i = 0; list[i]; i++)
        if (is_next(w, list[i])) {
            *v = i;
            w->at++;
            return true;
        }
    return false;
}

static bool take_stats(words *w, const char *const *list, int32_t *v)
{
    int32_t k;
    while (take_one_of(w, list, &k)) *v |= (int32_t)1 << k;
    return *v != 0;
}

static bool take_filter(words *w, th_block_part *p, arg a)
{
    p->filter.kind = a == ARG_LOW ? TH_FILTER_LOW : a == ARG_HIGH ? TH_FILTER_HIGH : TH_FILTER_BAND;
    p->filter.order = p->kind == TH_BLOCK_ORIENTATION ? FIRST_ORDER : FILTER_ORDER;
    return (a == ARG_LOW || take_positive(w, &p->filter.low_hz)) &&
           (a == ARG_HIGH || take_positive(w, &p->filter.high_hz));
}

static th_err take_word(words *w, th_block_part *p, const word_row *r)
{
    void *to = (char *)p + r->at;
    const char *word = word_of(r, p->kind);
    const bool is_order = r->at == AT(filter.order), has_filter = p->filter.kind != TH_FILTER_NONE;
    if ((is_order && !has_filter) || (r->arg >= ARG_LOW && has_filter)) return TH_OK; /* one filter, and its order */
    if (*word) {
        if (!is_next(w, word)) return r->must ? bad(w, r->needed) : TH_OK;
        w->at++;
    }
    bool taken = false;
    switch (r->arg) {
    case ARG_COUNT:
    case ARG_ROWS: taken = take_count(w, to); break;
    case ARG_POWER: taken = take_positive(w, to); break;
    case ARG_ONE_OF: taken = take_one_of(w, r->list, to) || !r->must; break;
    case ARG_STATS: taken = take_stats(w, r->list, to); break;
    case ARG_FLAG: taken = (*(int32_t *)to = 1); break;
    case ARG_LOW:
    case ARG_HIGH:
    case ARG_BAND: taken = take_filter(w, p, r->arg); break;
    }
    return taken ? TH_OK : bad(w, r->needed);
}

/* "1-3,5" -> bits */
static th_err take_axes(words *w, int32_t n_axes, int32_t *axes)
{
    static const char needed[] = "a list of axes such as 1-3,5 (the first is 1)";
    if (w->at == w->n) return bad(w, needed);
    for (const char *s = w->word[w->at];; s++) {
        char *stop = NULL;
        const long from = strtol(s, &stop, 10);
        long to = from;
        if (stop == s) return bad(w, needed);
        if (*stop == '-') {
            s = stop + 1;
            to = strtol(s, &stop, 10);
            if (stop == s) return bad(w, needed);
        }
        if (from < 1 || to < from || to > TH_BLOCK_AXES || to > n_axes) return bad(w, needed);
        for (long a = from; a <= to; a++) *axes |= (int32_t)1 << (a - 1);
        s = stop;
        if (!*s) break;
        if (*s != ',') return bad(w, needed);
    }
    w->at++;
    return TH_OK;
}

static th_err find_kind(const words *w, th_block_kind *kind)
{
    const char *near = NULL;
    int32_t distance = 0;
    for (int k = 0; k < TH_BLOCK_KINDS; k++) {
        const char *name = th_block_kind_name((th_block_kind)k);
        *kind = (th_block_kind)k;
        if (strcmp(name, w->word[0]) == 0) return TH_OK;
        th_word_nearer(w->word[0], name, &near, &distance);
    }
    return th_why_set(
        w->why, TH_EUSAGE,
        "blocks, part %d: there is no block \"%s\"%s%s%s. The blocks are: raw, aligned, stats, crossings, "
        "autocorrelation, spectral, wavelet, spectrogram, orientation",
        w->part, w->word[0], near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

/* What cannot follow: a word that is nearly one of those that can is named. */
static th_err too_many(const words *w, th_block_kind kind)
{
    char needed[96];
    const char *near = NULL;
    int32_t distance = 0;
    for (int i = 0; i < N_ROWS; i++)
        if (word_rows[i].kinds >> kind & 1)
            th_word_nearer(w->word[w->at], word_of(&word_rows[i], kind), &near, &distance);
    for (int i = 0; kind == TH_BLOCK_STATS && stat_words[i]; i++)
        th_word_nearer(w->word[w->at], stat_words[i], &near, &distance);
    th_word_nearer(w->word[w->at], "axes", &near, &distance);
    if (!near) return bad(w, "nothing more");
    th_text_fmt(needed, sizeof needed, "perhaps \"%s\" (the words have an order, see docs/features.md)", near);
    return bad(w, needed);
}

static th_err parse_part(words *w, int32_t n_axes, th_block_part *p)
{
    th_block_kind kind;
    TH_TRY(find_kind(w, &kind));
    *p = (th_block_part){.kind = kind};
    w->at = 1;
    for (int i = 0; i < N_ROWS; i++)
        if (word_rows[i].kinds >> kind & 1) TH_TRY(take_word(w, p, &word_rows[i]));
    if (kind == TH_BLOCK_ORIENTATION) {
        if (p->filter.kind == TH_FILTER_NONE)
            p->filter = (th_filter){.kind = TH_FILTER_LOW, .order = 1, .high_hz = 0.5f};
        if (!is_next(w, "axes")) p->axes = p->what == TH_GYRO_NONE ? 7 : 63;
    }
    if (is_next(w, "axes")) {
        w->at++;
        TH_TRY(take_axes(w, n_axes, &p->axes));
    }
    return w->at == w->n ? TH_OK : too_many(w, kind);
}

/* The words of a part, up to its end; \r is a blank. */
static th_err split(const char **text, words *w)
{
    w->n = 0;
    while (**text && **text != ';' && **text != '\n') {
        const size_t n = strcspn(*text, " \t\r\n;");
        if (n >= BYTES || w->n == WORDS)
            return th_why_set(w->why, TH_EUSAGE, "blocks, part %d: a word or the part is too long near \"%.20s\"",
                              w->part, *text);
        if (n) th_text_fmt(w->word[w->n++], BYTES, "%.*s", (int)n, *text);
        *text += n;
        *text += strspn(*text, " \t\r");
    }
    if (**text) ++*text;
    return TH_OK;
}

th_err th_blocks_parse(const char *text, th_block_cfg *cfg, th_why *why)
{
    words w = {.why = why, .part = 1};
    int32_t part = -1;
    char line[256];
    cfg->n_parts = 0;
    for (; *text; w.part = cfg->n_parts + 1) {
        TH_TRY(split(&text, &w));
        if (w.n == 0) continue;
        if (cfg->n_parts == TH_BLOCK_PARTS)
            return th_why_set(why, TH_EUSAGE, "blocks: there are more than %d parts", TH_BLOCK_PARTS);
        TH_TRY(parse_part(&w, cfg->n_axes, &cfg->part[cfg->n_parts++]));
    }
    if (cfg->n_parts == 0) return th_why_set(why, TH_EUSAGE, "there are no blocks; to take the rows as they are: raw");
    const th_err err = th_block_check(cfg, &part);
    if (!err) return TH_OK;
    th_text_fmt(line, sizeof line, "the settings");
    if (part >= 0) th_blocks_print(&cfg->part[part], line, sizeof line);
    if (err == TH_EUNSUP)
        return th_why_set(why, TH_EUSAGE, "blocks, part %d: \"%s\" has no fixed point", (int)part + 1, line);
    return th_why_set(
        why, TH_EUSAGE,
        "blocks, part %d: \"%s\" does not go with windows of %d rows of %d axes at %d.%02d Hz (2 to %d rows, "
        "up to %d axes; edges of filters below 0.49 of the rate; raw and aligned stand among themselves)",
        (int)part + 1, line, (int)cfg->window, (int)cfg->n_axes, (int)cfg->rate_hz, (int)(cfg->rate_hz * 100.0f) % 100,
        TH_BLOCK_ROWS, TH_BLOCK_AXES);
}

/* ---- printing ---- */

typedef struct line {
    char *buf;
    size_t cap, n;
} line;

static void TH_PRINTF(2, 3) put(line *o, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    o->n += th_text_vfmt(o->buf + (o->n < o->cap ? o->n : o->cap), o->n < o->cap ? o->cap - o->n : 0, fmt, args);
    va_end(args);
}

/* The fewest digits that give v again. */
static void put_float(line *o, float v)
{
    char text[32];
    for (int digits = 1; digits <= 9; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, (double)v);
        const bool round = strchr(text, 'e') && v >= 1.0f && v < 1e9f; /* 3e+01 is 30 */
        if (strtof(text, NULL) == v && !round) break;
    }
    put(o, " %s", text);
}

static void put_word(line *o, const th_block_part *p, const word_row *r)
{
    const void *at = (const char *)p + r->at;
    const char *word = word_of(r, p->kind);
    const int32_t whole = r->arg == ARG_POWER || r->arg >= ARG_LOW ? 0 : *(const int32_t *)at;
    switch (r->arg) {
    case ARG_COUNT: put(o, " %d", (int)whole); break;
    case ARG_ROWS:
        if (whole) put(o, " %s %d", word, (int)whole);
        break;
    case ARG_POWER:
        if (*(const float *)at > 0.0f) put(o, " %s", word), put_float(o, *(const float *)at);
        break;
    case ARG_ONE_OF:
        if (*r->list[whole]) put(o, " %s", r->list[whole]);
        break;
    case ARG_FLAG:
        if (whole) put(o, " %s", word);
        break;
    case ARG_STATS:
        for (int i = 0; r->list[i]; i++)
            if (whole >> i & 1) put(o, " %s", r->list[i]);
        break;
    case ARG_LOW:
    case ARG_HIGH:
    case ARG_BAND:
        if (p->filter.kind != (r->arg == ARG_LOW    ? TH_FILTER_LOW
                               : r->arg == ARG_HIGH ? TH_FILTER_HIGH
                                                    : TH_FILTER_BAND))
            break;
        put(o, " %s", word);
        if (r->arg != ARG_LOW) put_float(o, p->filter.low_hz);
        if (r->arg != ARG_HIGH) put_float(o, p->filter.high_hz);
        break;
    }
}

size_t th_blocks_print(const th_block_part *p, char *buf, size_t cap)
{
    line o = {buf, cap, 0};
    const bool usual = p->kind == TH_BLOCK_ORIENTATION && p->axes == (p->what == TH_GYRO_NONE ? 7 : 63);
    put(&o, "%s", th_block_kind_name(p->kind));
    for (int i = 0; i < N_ROWS; i++)
        if (word_rows[i].kinds >> p->kind & 1) put_word(&o, p, &word_rows[i]);
    for (int32_t a = 0, n = 0; a < TH_BLOCK_AXES && p->axes && !usual; a++)
        if (p->axes >> a & 1) put(&o, "%s%d", n++ ? "," : " axes ", (int)a + 1);
    return o.n;
}
