#include "data/forwarder.h"

#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_BYTES 40

bool th_forwarder_take(th_forwarder *f, th_span *bytes)
{
    if (f->done) {
        f->n = 0;
        f->done = false;
    }
    while (bytes->n) {
        const char c = (char)*bytes->p;
        bytes->p++, bytes->n--;
        if (c == '\n' || c == '\r') {
            if (f->too_long) f->n = 0; /* it was told already */
            f->too_long = false;
            if (f->n) return f->done = true;
            continue;
        }
        f->line[f->n++] = c;
        if (f->n < sizeof f->line) continue;
        f->too_long = true; /* told now: perhaps it has no end */
        return f->done = true;
    }
    return false;
}

bool th_forwarder_rest(th_forwarder *f)
{
    if (f->done || f->n == 0 || f->too_long) return false;
    return f->done = true;
}

/* ---- cells ---- */

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_mark(char c)
{
    return c == ',' || c == ';';
}

static const char *skip_spaces(const char *at, const char *end)
{
    while (at < end && is_space(*at)) at++;
    return at;
}

/* The cell at *at, which is then behind its separator: a comma or semicolon with spaces around it, or spaces alone. */
static bool next_cell(const char **at, const char *end, const char **cell, size_t *n)
{
    const char *p = skip_spaces(*at, end);
    if (p == end) return false;
    *cell = p;
    while (p < end && !is_space(*p) && !is_mark(*p)) p++;
    *n = (size_t)(p - *cell);
    p = skip_spaces(p, end);
    if (p < end && is_mark(*p)) p++;
    *at = p;
    return true;
}

/* Digits, sign, point, exponent; no hexadecimal, infinity or "nan", which strtod would take. */
static bool is_number(const char *cell, size_t n, double *v)
{
    char text[NUMBER_BYTES], *stop;
    if (n == 0 || n >= sizeof text) return false;
    for (size_t i = 0; i < n; i++)
        if (!strchr("0123456789+-.eE", cell[i]) || !cell[i]) return false;
    memcpy(text, cell, n);
    text[n] = 0;
    *v = strtod(text, &stop);
    return stop == text + n && fabs(*v) < 1e30; /* what a float cannot hold is no measurement */
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_name(const char *cell, size_t n)
{
    if (n == 0 || n >= TH_FORWARDER_NAME || !is_letter(cell[0])) return false;
    for (size_t i = 1; i < n; i++)
        if (!is_letter(cell[i]) && !(cell[i] >= '0' && cell[i] <= '9') && cell[i] != '.' && cell[i] != '-')
            return false;
    return true;
}

/* "x:0.12": what stands behind the name. */
static void drop_label(const char **cell, size_t *n)
{
    const char *colon = memchr(*cell, ':', *n);
    if (!colon || !is_name(*cell, (size_t)(colon - *cell))) return;
    *n -= (size_t)(colon + 1 - *cell);
    *cell = colon + 1;
}

static bool begins(const th_forwarder *f, const char *word)
{
    const size_t n = strlen(word);
    return f->n >= n && memcmp(f->line, word, n) == 0;
}

/* Words with nothing but spaces between are a sentence and no names. */
static bool is_sentence(const th_forwarder *f)
{
    for (size_t i = 0; i < f->n; i++)
        if (is_mark(f->line[i]) || f->line[i] == '\t') return false;
    return memchr(f->line, ' ', f->n) != NULL;
}

th_line th_forwarder_read(const th_forwarder *f, double v[TH_FORWARDER_MOST], int32_t *n)
{
    const char *at = f->line, *end = f->line + f->n, *cell;
    size_t len;
    int32_t numbers = 0, names = 0;
    *n = 0;
    if (f->too_long) return TH_LINE_BROKEN;
    if (begins(f, "ERR") || begins(f, "<ERR")) return TH_LINE_ERROR;
    while (next_cell(&at, end, &cell, &len)) {
        if (*n == TH_FORWARDER_MOST) return TH_LINE_BROKEN;
        names += is_name(cell, len);
        drop_label(&cell, &len);
        numbers += is_number(cell, len, &v[*n]);
        ++*n;
    }
    if (*n == 0) return TH_LINE_EMPTY;
    if (numbers == *n) return TH_LINE_ROW;
    return names == *n && !is_sentence(f) ? TH_LINE_NAMES : TH_LINE_BROKEN;
}

void th_forwarder_name(const th_forwarder *f, int32_t i, char name[TH_FORWARDER_NAME])
{
    const char *at = f->line, *end = f->line + f->n, *cell = at;
    size_t len = 0;
    for (int32_t k = 0; k <= i; k++)
        if (!next_cell(&at, end, &cell, &len)) len = 0;
    th_text_fmt(name, TH_FORWARDER_NAME, "%.*s", (int)len, cell);
}
