#include "data/signal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CELL_BYTES 64 /* of a number: longer ones are none that we print */

int32_t th_channel_count(const char *channels)
{
    int32_t n = *channels != 0;
    for (const char *c = channels; *c; c++) n += *c == ',';
    return n;
}

int32_t th_channel_find(const char *channels, const char *name)
{
    const size_t n = strlen(name);
    int32_t k = 0;
    for (const char *at = channels; *at; k++) {
        const size_t len = strcspn(at, ",");
        if (len == n && memcmp(at, name, n) == 0) return k;
        at += len + (at[len] == ',');
    }
    return -1;
}

/* ---- reading ------------------------------------------------------------------------------ */

typedef struct lines {
    const uint8_t *at, *end;
    const char *name;
    int32_t line;
    th_why *why;
} lines;

/* The next line without its end; false when there is none. */
static bool next_line(lines *l, th_span *line)
{
    if (l->at == l->end) return false;
    const uint8_t *stop = memchr(l->at, '\n', (size_t)(l->end - l->at));
    *line = (th_span){l->at, (size_t)((stop ? stop : l->end) - l->at)};
    l->at = stop ? stop + 1 : l->end;
    l->line++;
    if (line->n && line->p[line->n - 1] == '\r') line->n--;
    return true;
}

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t';
}

static void trim(th_span *cell)
{
    while (cell->n && is_space(cell->p[0])) *cell = (th_span){cell->p + 1, cell->n - 1};
    while (cell->n && is_space(cell->p[cell->n - 1])) cell->n--;
}

/* The next cell of a line, without spaces around it; `line` becomes what follows. False after the last one. */
static bool next_cell(th_span *line, bool *more, th_span *cell)
{
    if (!*more) return false;
    const uint8_t *comma = line->n ? memchr(line->p, ',', line->n) : NULL;
    *cell = (th_span){line->p, comma ? (size_t)(comma - line->p) : line->n};
    *more = comma != NULL;
    if (comma) *line = (th_span){comma + 1, line->n - cell->n - 1};
    trim(cell);
    if (cell->n < 2 || cell->p[0] != '"' || cell->p[cell->n - 1] != '"') return true;
    *cell = (th_span){cell->p + 1, cell->n - 2};
    trim(cell);
    return true;
}

static bool parse_number(th_span cell, float *v)
{
    char text[CELL_BYTES], *end;
    if (!cell.n || cell.n >= sizeof text) return false;
    memcpy(text, cell.p, cell.n);
    text[cell.n] = 0;
    *v = strtof(text, &end);
    return end == text + cell.n && isfinite(*v);
}

static th_err bad_line(const lines *l, const char *what)
{
    return th_why_set(l->why, TH_EFORMAT, "%s, line %d: %s", l->name, (int)l->line, what);
}

static th_err parse_names(lines *l, char **channels, int32_t *n)
{
    th_span line, cell;
    bool more = true;
    float number;
    size_t used = 0;
    if (!next_line(l, &line))
        return th_why_set(l->why, TH_EFORMAT, "%s is empty: the first line has the names of the channels", l->name);
    char *names = malloc(line.n + 2);
    if (!names) return th_why_set(l->why, TH_ENOMEM, "out of memory reading %s", l->name);
    *n = 0;
    th_err err = TH_OK;
    while (!err && next_cell(&line, &more, &cell)) {
        names[used] = 0;
        char *name = names + used + (*n > 0);
        if (*n) names[used++] = ',';
        if (cell.n) memcpy(name, cell.p, cell.n);
        name[cell.n] = 0;
        if (!cell.n || parse_number(cell, &number) || memchr(cell.p, 0, cell.n))
            err = bad_line(l, "the first line has the names of the channels, with commas between");
        else if (++*n > TH_MAX_CHANNELS)
            err = bad_line(l, "more channels than 256");
        used += cell.n;
    }
    if (err)
        free(names);
    else
        *channels = names;
    return err;
}

static th_err parse_row(lines *l, th_span line, int32_t n, float *row)
{
    th_span cell;
    bool more = true;
    int32_t k = 0;
    for (; next_cell(&line, &more, &cell); k++)
        if (k < n && !parse_number(cell, &row[k]))
            return th_why_set(l->why, TH_EFORMAT, "%s, line %d: \"%.*s\" in column %d is no number", l->name,
                              (int)l->line, (int)(cell.n < 40 ? cell.n : 40), (const char *)cell.p, (int)k + 1);
    if (k == n) return TH_OK;
    return th_why_set(l->why, TH_EFORMAT, "%s, line %d: it has %d columns, the first line has %d", l->name,
                      (int)l->line, (int)k, (int)n);
}

static th_err parse_rows(lines *l, int32_t n_channels, float **rows, int32_t *n)
{
    size_t cap = 0;
    th_span line;
    *rows = NULL;
    *n = 0;
    while (next_line(l, &line)) {
        if (!line.n && l->at == l->end) break; /* an empty last line */
        if ((size_t)*n == cap) {
            cap = cap ? 2 * cap : 256;
            if (cap > (size_t)INT32_MAX / sizeof **rows / (size_t)n_channels)
                return th_why_set(l->why, TH_ERANGE, "%s has too many rows", l->name);
            float *more = realloc(*rows, cap * (size_t)n_channels * sizeof *more);
            if (!more) return th_why_set(l->why, TH_ENOMEM, "out of memory reading %s", l->name);
            *rows = more;
        }
        TH_TRY(parse_row(l, line, n_channels, *rows + (size_t)*n * (size_t)n_channels));
        ++*n;
    }
    return *n ? TH_OK : th_why_set(l->why, TH_EFORMAT, "%s has names of channels, but no rows", l->name);
}

th_err th_signal_parse(th_span text, const char *name, char **channels, float **rows, int32_t *n, int32_t *n_channels,
                       th_why *why)
{
    lines l = {.at = text.p, .end = text.p + text.n, .name = name, .why = why};
    *rows = NULL;
    TH_TRY(parse_names(&l, channels, n_channels));
    const th_err err = parse_rows(&l, *n_channels, rows, n);
    if (err) {
        free(*channels);
        free(*rows);
    }
    return err;
}

/* ---- writing ------------------------------------------------------------------------------ */

static th_err check_names(const char *channels, th_why *why)
{
    if (!*channels) return th_why_set(why, TH_EUSAGE, "a signal needs the names of its channels");
    if (strpbrk(channels, "\r\n\"")) return th_why_set(why, TH_EUSAGE, "a channel's name is one line without quotes");
    int32_t k = 0;
    for (const char *at = channels;; k++) {
        const size_t len = strcspn(at, ",");
        char name[128];
        if (len == 0 || len >= sizeof name)
            return th_why_set(why, TH_EUSAGE, "the channels \"%s\" have a name that is empty or too long", channels);
        memcpy(name, at, len);
        name[len] = 0;
        if (th_channel_find(channels, name) != k)
            return th_why_set(why, TH_EUSAGE, "two channels are called \"%s\"", name);
        if (!at[len]) return TH_OK;
        at += len + 1;
    }
}

th_err th_signal_print(const char *channels, const float *rows, int32_t n, uint8_t **text, size_t *n_bytes, th_why *why)
{
    const int32_t columns = th_channel_count(channels);
    TH_TRY(check_names(channels, why));
    char *out = malloc(strlen(channels) + 2 + (size_t)n * (size_t)columns * 17);
    if (!out) return th_why_set(why, TH_ENOMEM, "out of memory for a signal of %d rows", (int)n);
    size_t used = (size_t)sprintf(out, "%s\n", channels);
    for (size_t i = 0; i < (size_t)n * (size_t)columns; i++) {
        if (!isfinite(rows[i])) {
            free(out);
            return th_why_set(why, TH_ERANGE, "row %d, channel %d is no number", (int)(i / (size_t)columns) + 1,
                              (int)(i % (size_t)columns) + 1);
        }
        used += (size_t)sprintf(out + used, "%.9g", (double)(rows[i] + 0.0f)); /* at most -1.23456789e-38 */
        out[used++] = (i + 1) % (size_t)columns ? ',' : '\n';
    }
    *text = (uint8_t *)out;
    *n_bytes = used;
    return TH_OK;
}
