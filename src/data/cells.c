#include "data/cells.h"

#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CELL_BYTES 64

th_cells th_cells_of(th_span text, const char *name, char sep)
{
    th_cells c = {.at = (const char *)text.p, .end = (const char *)text.p + text.n, .name = name, .sep = sep};
    if (text.n >= 3 && memcmp(text.p, "\xef\xbb\xbf", 3) == 0) c.at += 3; /* spreadsheets put this in front */
    return c;
}

bool th_cells_line(th_cells *c)
{
    while (c->at < c->end) {
        const char *stop = memchr(c->at, '\n', (size_t)(c->end - c->at));
        c->cell_at = c->at;
        c->cell_end = stop ? stop : c->end;
        c->at = stop ? stop + 1 : c->end;
        c->line++;
        c->column = 0;
        if (c->cell_end > c->cell_at && c->cell_end[-1] == '\r') c->cell_end--;
        c->more = c->cell_end > c->cell_at;
        if (c->more) return true;
    }
    return false;
}

bool th_cells_next(th_cells *c, const char **cell, size_t *n)
{
    if (!c->more) return false;
    const char *at = c->cell_at, *stop = memchr(at, c->sep, (size_t)(c->cell_end - at)),
               *end = stop ? stop : c->cell_end;
    c->more = stop != NULL;
    c->cell_at = stop ? stop + 1 : c->cell_end;
    c->column++;
    while (at < end && (*at == ' ' || *at == '\t')) at++;
    while (end > at && (end[-1] == ' ' || end[-1] == '\t')) end--;
    if (end - at >= 2 && *at == '"' && end[-1] == '"') at++, end--;
    *cell = at;
    *n = (size_t)(end - at);
    return true;
}

th_err th_cells_bad(const th_cells *c, th_why *why, const char *what)
{
    return th_why_set(why, TH_EFORMAT, "%s, line %d: %s", c->name, (int)c->line, what);
}

static th_err missing(const th_cells *c, th_why *why)
{
    return th_why_set(why, TH_EFORMAT, "%s, line %d: it ends after column %d, more are needed", c->name, (int)c->line,
                      (int)c->column);
}

/* Text that may hold anything, for an error: at most 40 bytes, and only those that are printed in ASCII. */
static const char *printable(const char *cell, size_t n, char buf[48])
{
    size_t k = 0;
    for (; k < n && k < 40; k++) buf[k] = (char)(cell[k] >= ' ' && cell[k] < 127 ? cell[k] : '?');
    buf[k] = 0;
    return buf;
}

th_err th_cells_number(th_cells *c, double *v, th_why *why)
{
    const char *cell;
    char text[CELL_BYTES], shown[48], *stop = text;
    size_t n;
    if (!th_cells_next(c, &cell, &n)) return missing(c, why);
    if (n > 0 && n < sizeof text) {
        memcpy(text, cell, n);
        text[n] = 0;
        *v = strtod(text, &stop);
    }
    /* what a float cannot hold is no measurement */
    if (n > 0 && stop == text + n && fabs(*v) < 1e30) return TH_OK;
    return th_why_set(why, TH_EFORMAT, "%s, line %d, column %d: \"%s\" is no number", c->name, (int)c->line,
                      (int)c->column, printable(cell, n, shown));
}

th_err th_cells_text(th_cells *c, char *buf, size_t cap, th_why *why)
{
    const char *cell;
    size_t n;
    if (!th_cells_next(c, &cell, &n)) return missing(c, why);
    if (n > 0 && n < cap && !memchr(cell, 0, n)) {
        memcpy(buf, cell, n);
        buf[n] = 0;
        return TH_OK;
    }
    return th_why_set(why, TH_EFORMAT, "%s, line %d, column %d: a text of 1 to %d bytes is needed", c->name,
                      (int)c->line, (int)c->column, (int)cap - 1);
}

/* Days from 1970-01-01.  Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil. */
static int64_t days_of(int64_t y, int64_t m, int64_t d)
{
    y -= m <= 2;
    const int64_t era = y / 400, yoe = y - era * 400, doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static bool digits(const char *at, int n, int64_t lo, int64_t hi, int64_t *v)
{
    *v = 0;
    for (int i = 0; i < n; i++) {
        if (at[i] < '0' || at[i] > '9') return false;
        *v = *v * 10 + (at[i] - '0');
    }
    return *v >= lo && *v <= hi;
}

th_err th_cells_time(th_cells *c, double *seconds, th_why *why)
{
    char text[CELL_BYTES] = "", *stop;
    int64_t y, mo, d, h, mi, s;
    TH_TRY(th_cells_text(c, text, sizeof text, why));
    const bool good = strlen(text) >= 19 && digits(text, 4, 1900, 2999, &y) && digits(text + 5, 2, 1, 12, &mo) &&
                      digits(text + 8, 2, 1, 31, &d) && digits(text + 11, 2, 0, 23, &h) &&
                      digits(text + 14, 2, 0, 59, &mi) && digits(text + 17, 2, 0, 60, &s) && text[4] == '-' &&
                      text[7] == '-' && text[13] == ':' && text[16] == ':';
    const double fraction = good && text[19] ? strtod(text + 19, &stop) : 0;
    if (!good || (text[19] && (text[19] != '.' || *stop)))
        return th_why_set(why, TH_EFORMAT, "%s, line %d, column %d: a time such as 2020-02-08 19:16:28 is needed",
                          c->name, (int)c->line, (int)c->column);
    *seconds = (double)(days_of(y, mo, d) * 86400 + h * 3600 + mi * 60 + s) + fraction;
    return TH_OK;
}

th_err th_cells_end(th_cells *c, th_why *why)
{
    if (!c->more) return TH_OK;
    return th_why_set(why, TH_EFORMAT, "%s, line %d: it has more than %d columns", c->name, (int)c->line,
                      (int)c->column);
}

bool th_cells_begin(th_span text, const char *head)
{
    const size_t n = strlen(head), skip = text.n >= 3 && memcmp(text.p, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    return text.n >= n + skip && memcmp(text.p + skip, head, n) == 0;
}

/* ---- rows ---- */

static th_err grow(th_reading *r, th_why *why)
{
    const size_t cap = r->cap ? 2 * (size_t)r->cap : 1024;
    if (cap > (size_t)INT32_MAX / sizeof(float) / (size_t)r->n_channels)
        return th_why_set(why, TH_ENOMEM, "there are too many rows");
    float *x = realloc(r->x, cap * (size_t)r->n_channels * sizeof *x);
    if (x) r->x = x;
    double *ms = realloc(r->ms, cap * sizeof *ms);
    if (ms) r->ms = ms;
    int32_t *label = realloc(r->label, cap * sizeof *label);
    if (label) r->label = label;
    if (!x || !ms || !label) return th_why_set(why, TH_ENOMEM, "no memory for %zu rows", cap);
    r->cap = (int32_t)cap;
    return TH_OK;
}

static th_err label_of(th_reading *r, const char *name, const th_cells *where, int32_t *k, th_why *why)
{
    th_why inner = {0};
    *k = -1;
    if (!name) return TH_OK;
    if (r->n && r->label[r->n - 1] >= 0 && strcmp(r->labels[r->label[r->n - 1]], name) == 0) {
        *k = r->label[r->n - 1];
        return TH_OK;
    }
    for (*k = 0; *k < r->n_labels; ++*k)
        if (strcmp(r->labels[*k], name) == 0) return TH_OK;
    if (th_label_check(name, &inner)) return th_cells_bad(where, why, inner.text);
    if (r->n_labels == TH_MAX_LABELS) return th_cells_bad(where, why, "there are too many different labels");
    th_text_fmt(r->labels[r->n_labels++], TH_LABEL_BYTES, "%s", name);
    return TH_OK;
}

th_err th_reading_add(th_reading *r, const double *x, double ms, const char *label, const th_cells *where, th_why *why)
{
    int32_t k;
    TH_TRY(label_of(r, label, where, &k, why));
    if (r->n == r->cap) TH_TRY(grow(r, why));
    for (int32_t i = 0; i < r->n_channels; i++) r->x[(size_t)r->n * (size_t)r->n_channels + (size_t)i] = (float)x[i];
    r->ms[r->n] = ms;
    r->label[r->n++] = k;
    return TH_OK;
}

th_err th_reading_give(const th_reading *r, int32_t from, int32_t to, const th_recording *like, th_recording_take *take,
                       void *ctx, th_why *why)
{
    th_recording out = *like;
    int32_t n = 0;
    th_part *part = calloc((size_t)(to - from) + 1, sizeof *part);
    if (!part) return th_why_set(why, TH_ENOMEM, "out of memory");
    for (int32_t i = from; i < to; i++) {
        if (r->label[i] < 0) continue;
        if (n && part[n - 1].to == i - from && part[n - 1].label == r->labels[r->label[i]])
            part[n - 1].to++;
        else
            part[n++] = (th_part){i - from, i - from + 1, r->labels[r->label[i]]};
    }
    out.parts = part, out.n_parts = n;
    out.rows = r->x + (size_t)from * (size_t)r->n_channels;
    out.n = to - from, out.n_channels = r->n_channels;
    const th_err err = out.n > 0 ? take(ctx, &out, why) : TH_OK;
    free(part);
    return err;
}

/* Rows from .. to - 1 of r at an even rate. */
static th_err make_even(const th_reading *r, int32_t from, int32_t to, double rate_hz, th_reading *even, th_why *why)
{
    const double step = 1000 / rate_hz, length = r->ms[to - 1] - r->ms[from];
    const double count = floor(length / step) + 1;
    const size_t c = (size_t)r->n_channels;
    if (count > 2e7)
        return th_why_set(why, TH_EFORMAT, "its times go over too long a span for %g rows a second", rate_hz);
    even->n = even->cap = (int32_t)count;
    even->x = malloc((size_t)even->n * c * sizeof *even->x);
    even->ms = malloc((size_t)even->n * sizeof *even->ms);
    even->label = malloc((size_t)even->n * sizeof *even->label);
    if (!even->x || !even->ms || !even->label) return th_why_set(why, TH_ENOMEM, "no memory for %d rows", (int)even->n);
    for (int32_t t = 0, i = from; t < even->n; t++) {
        const double ms = r->ms[from] + t * step;
        while (i + 2 < to && r->ms[i + 1] < ms) i++;
        const int32_t next = i + 1 < to ? i + 1 : i;
        const double gap = r->ms[next] - r->ms[i], share = gap > 0 ? fmin(1, (ms - r->ms[i]) / gap) : 0;
        const float *a = r->x + (size_t)i * c, *b = r->x + (size_t)next * c;
        for (size_t k = 0; k < c; k++) even->x[(size_t)t * c + k] = a[k] + (float)share * (b[k] - a[k]);
        even->ms[t] = ms;
        even->label[t] = r->label[i];
    }
    return TH_OK;
}

th_err th_reading_give_even(const th_reading *r, const th_recording *like, const th_layout_cfg *cfg,
                            th_recording_take *take, void *ctx, th_why *why)
{
    th_err err = TH_OK;
    int32_t piece = 0;
    th_reading *even = malloc(sizeof *even);
    if (!even) return th_why_set(why, TH_ENOMEM, "out of memory");
    for (int32_t from = 0, to; from < r->n && !err; from = to) {
        char name[512];
        for (to = from + 1; to < r->n && r->ms[to] - r->ms[to - 1] <= cfg->pause_ms;) to++;
        *even = (th_reading){.n_channels = r->n_channels, .n_labels = r->n_labels};
        memcpy(even->labels, r->labels, sizeof even->labels);
        err = make_even(r, from, to, cfg->rate_hz, even, why);
        th_recording out = *like;
        piece++;
        th_text_fmt(name, sizeof name, piece > 1 ? "%s#%d" : "%s", like->name, (int)piece);
        out.name = name;
        out.rate_hz = cfg->rate_hz;
        if (!err) err = th_reading_give(even, 0, even->n, &out, take, ctx, why);
        free(even->x);
        free(even->ms);
        free(even->label);
    }
    free(even);
    return err;
}

void th_reading_free(th_reading *r)
{
    if (!r) return;
    free(r->x);
    free(r->ms);
    free(r->label);
    free(r);
}
