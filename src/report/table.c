#include "report/table.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

th_table th_table_make(int columns)
{
    return (th_table){.columns = columns};
}

void th_table_free(th_table *t)
{
    for (size_t i = 0; i < t->n; i++) free(t->cell[i]);
    free(t->cell);
    free(t->strong);
    *t = (th_table){0};
}

static bool grow(th_table *t)
{
    if (t->failed || t->n < t->cap) return !t->failed;
    const size_t cap = t->cap ? 2 * t->cap : 64;
    char **cell = realloc(t->cell, cap * sizeof *cell);
    if (cell) t->cell = cell;
    bool *strong = realloc(t->strong, cap * sizeof *strong);
    if (strong) t->strong = strong;
    t->failed = !cell || !strong;
    if (!t->failed) t->cap = cap;
    return !t->failed;
}

void th_table_cell(th_table *t, const char *fmt, ...)
{
    if (!grow(t)) return;
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    const int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    char *text = n < 0 ? NULL : malloc((size_t)n + 1);
    if (text) vsnprintf(text, (size_t)n + 1, fmt, again);
    va_end(again);
    if (!text) {
        t->failed = true;
        return;
    }
    for (char *c = text; *c; c++) /* a name with control characters must not steer the terminal */
        if ((unsigned char)*c < 0x20 || *c == 0x7f) *c = '?';
    t->strong[t->n] = false;
    t->cell[t->n++] = text;
}

void th_table_strong(th_table *t)
{
    if (t->n) t->strong[t->n - 1] = true;
}

/* One character; *n its bytes. */
static uint32_t decode(const unsigned char *p, size_t *n)
{
    const size_t len = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : p[0] >= 0xc0 ? 2 : 1;
    uint32_t c = len == 1 ? p[0] : p[0] & (0x7fu >> len);
    for (size_t i = 1; i < len; i++) {
        if ((p[i] & 0xc0) != 0x80) {
            *n = 1;
            return p[0];
        }
        c = c << 6 | (p[i] & 0x3fu);
    }
    *n = len;
    return c;
}

/* Source: Unicode 15, DerivedGeneralCategory (Mn of the common scripts, Cf) and EastAsianWidth (W), abridged. */
static int width_of(uint32_t c)
{
    static const uint32_t none[][2] = {
        {0x300, 0x36f}, {0x591, 0x5bd}, {0x5c1, 0x5c2},   {0x610, 0x61a},   {0x64b, 0x65f},   {0x670, 0x670},
        {0x6d6, 0x6dc}, {0x900, 0x902}, {0x93c, 0x93c},   {0x941, 0x948},   {0x94d, 0x94d},   {0xe31, 0xe31},
        {0xe34, 0xe3a}, {0xe47, 0xe4e}, {0x200b, 0x200f}, {0x202a, 0x202e}, {0x2060, 0x2069}, {0xfe00, 0xfe0f}};
    static const uint32_t two[][2] = {{0x1100, 0x115f},   {0x2e80, 0x303e},  {0x3041, 0xa4cf}, {0xac00, 0xd7a3},
                                      {0xf900, 0xfaff},   {0xfe30, 0xfe6f},  {0xff00, 0xff60}, {0xffe0, 0xffe6},
                                      {0x1f300, 0x1faff}, {0x20000, 0x3fffd}};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        if (c >= none[i][0] && c <= none[i][1]) return 0;
    for (size_t i = 0; i < sizeof two / sizeof *two; i++)
        if (c >= two[i][0] && c <= two[i][1]) return 2;
    return 1;
}

int th_text_columns(const char *text)
{
    int columns = 0;
    size_t n;
    for (const unsigned char *p = (const unsigned char *)text; *p; p += n) columns += width_of(decode(p, &n));
    return columns;
}

static void print_cell(const char *text, bool strong, int width, bool left, FILE *to)
{
    const int columns = th_text_columns(text), blanks = columns < width ? width - columns : 0;
    if (!left) fprintf(to, "%*s", blanks, "");
    fprintf(to, "%s%s%s", strong ? "\033[1m" : "", text, strong ? "\033[0m" : "");
    if (left) fprintf(to, "%*s", blanks, "");
}

void th_table_print(const th_table *t, FILE *to, bool terminal)
{
    int width[TH_TABLE_COLUMNS] = {0};
    for (size_t i = 0; i < t->n; i++) {
        const int w = th_text_columns(t->cell[i]), c = (int)(i % (size_t)t->columns);
        if (w > width[c]) width[c] = w;
    }
    for (size_t i = 0; i < t->n; i++) {
        const int c = (int)(i % (size_t)t->columns);
        const bool last = c == t->columns - 1 || i == t->n - 1;
        if (c) fputs("  ", to);
        print_cell(t->cell[i], terminal && t->strong[i], last && t->last_left ? 0 : width[c],
                   c == 0 || (last && t->last_left), to);
        if (last) fputc('\n', to);
    }
}
