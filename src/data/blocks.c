#include "data/blocks.h"

#include "base/text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define WORDS 16
#define BYTES 24

typedef struct words {
    char word[WORDS][BYTES];
    int n, at;
    th_why *why;
} words;

static const char *const stat_words[TH_STATS] = {"mean",  "sd",   "rms",      "min", "max",
                                                 "range", "skew", "kurtosis", "step"};
static const char *const wavelet_words[TH_WAVELETS] = {"haar", "db2", "db4"};
static const char *const power_words[] = {"bands", "bins"};
static const char *const gyro_words[TH_GYROS] = {"", "rad", "deg"};

static th_err bad(words *w, const char *needed)
{
    return th_why_set(w->why, TH_EUSAGE, "blocks, %s: %s is needed%s%s", w->word[0], needed,
                      w->at < w->n ? ", not " : " behind it", w->at < w->n ? w->word[w->at] : "");
}

/* The next word is one of a list. */
static int choose(words *w, const char *const *list, int n)
{
    for (int i = 0; w->at < w->n && i < n; i++)
        if (strcmp(w->word[w->at], list[i]) == 0) return w->at++, i;
    return -1;
}

static bool take_number(words *w, int32_t *v)
{
    char *stop;
    if (w->at == w->n) return false;
    const long n = strtol(w->word[w->at], &stop, 10);
    if (*stop || n < 1 || n > TH_BLOCK_ROWS) return false;
    *v = (int32_t)n;
    return ++w->at > 0;
}

static bool take_named(words *w, const char *name, int32_t *v)
{
    if (choose(w, &name, 1) < 0) return false;
    return take_number(w, v);
}

static th_err parse_stats(words *w, th_block_part *p)
{
    while (w->at < w->n) {
        const int k = choose(w, stat_words, TH_STATS);
        if (k < 0) return bad(w, "mean, sd, rms, min, max, range, skew, kurtosis or step");
        p->what |= 1 << k;
    }
    return p->what ? TH_OK : bad(w, "mean, sd, rms, min, max, range, skew, kurtosis or step");
}

static th_err parse_power(words *w, th_block_part *p)
{
    if (!take_number(w, &p->n)) return bad(w, "their number");
    p->what = choose(w, power_words, 2);
    if (p->what < 0) return bad(w, "bands or bins");
    if (p->kind == TH_BLOCK_SPECTROGRAM)
        return take_named(w, "frame", &p->frame) && take_named(w, "hop", &p->hop) ? TH_OK
                                                                                  : bad(w, "frame ROWS hop ROWS");
    if (w->at < w->n && !take_named(w, "peaks", &p->peaks)) return bad(w, "peaks and their number");
    return TH_OK;
}

static th_err parse_part(words *w, th_block_part *p)
{
    int kind = 0;
    while (kind < TH_BLOCK_KINDS && strcmp(th_block_kind_name((th_block_kind)kind), w->word[0]) != 0) kind++;
    if (kind == TH_BLOCK_KINDS)
        return th_why_set(
            w->why, TH_EUSAGE,
            "there is no block \"%s\". The blocks are: raw, aligned, stats, crossings, autocorrelation, spectral, "
            "wavelet, spectrogram, orientation",
            w->word[0]);
    *p = (th_block_part){.kind = (th_block_kind)kind};
    w->at = 1;
    switch (p->kind) {
    case TH_BLOCK_STATS: return parse_stats(w, p);
    case TH_BLOCK_SPECTRAL:
    case TH_BLOCK_SPECTROGRAM: TH_TRY(parse_power(w, p)); break;
    case TH_BLOCK_AUTOCORRELATION:
        if (!take_number(w, &p->n)) return bad(w, "the number of lags");
        break;
    case TH_BLOCK_WAVELET:
        if (!take_number(w, &p->n)) return bad(w, "the number of levels");
        p->what = choose(w, wavelet_words, TH_WAVELETS);
        if (p->what < 0) return bad(w, "haar, db2 or db4");
        break;
    case TH_BLOCK_ORIENTATION:
        p->what = choose(w, gyro_words, TH_GYROS);
        if (p->what < 0) p->what = TH_GYRO_NONE, p->axes = 7;
        p->filter = (th_filter){.kind = TH_FILTER_LOW, .order = 1, .high_hz = 0.5f};
        break;
    case TH_BLOCK_RAW:
    case TH_BLOCK_ALIGNED:
    case TH_BLOCK_CROSSINGS:
    case TH_BLOCK_KINDS: break;
    }
    return w->at == w->n ? TH_OK : bad(w, "nothing more");
}

/* The words of a part, up to its ';'. */
static th_err split(const char **text, words *w)
{
    w->n = 0;
    while (**text && **text != ';') {
        const size_t n = strcspn(*text, " \t;");
        if (n >= BYTES || w->n == WORDS)
            return th_why_set(w->why, TH_EUSAGE, "blocks: a word or a part is too long near \"%.20s\"", *text);
        if (n) th_text_fmt(w->word[w->n++], BYTES, "%.*s", (int)n, *text);
        *text += n;
        *text += strspn(*text, " \t");
    }
    if (**text) ++*text;
    return TH_OK;
}

th_err th_blocks_parse(const char *text, th_block_cfg *cfg, th_why *why)
{
    words w = {.why = why};
    int32_t part = -1;
    cfg->n_parts = 0;
    while (*text) {
        TH_TRY(split(&text, &w));
        if (w.n == 0) continue;
        if (cfg->n_parts == TH_BLOCK_PARTS)
            return th_why_set(why, TH_EUSAGE, "there are more than %d blocks", TH_BLOCK_PARTS);
        TH_TRY(parse_part(&w, &cfg->part[cfg->n_parts++]));
    }
    if (cfg->n_parts == 0) return th_why_set(why, TH_EUSAGE, "there are no blocks; to take the rows as they are: raw");
    if (th_block_check(cfg, &part) == TH_OK) return TH_OK;
    return th_why_set(
        why, TH_EUSAGE,
        "block %s does not go with windows of %d rows of %d axes at %g Hz (2 to %d rows, up to %d axes; raw "
        "stands alone)",
        part >= 0 ? th_block_kind_name(cfg->part[part].kind) : "settings", (int)cfg->window, (int)cfg->n_axes,
        (double)cfg->rate_hz, TH_BLOCK_ROWS, TH_BLOCK_AXES);
}
