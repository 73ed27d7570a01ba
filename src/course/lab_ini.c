/* Recipes and answers: lines into sections. */
#include "course/lab_ini.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS " \t\r"

enum { MOST_SECTIONS = 1000, MOST_ENTRIES = 1000, MOST_VALUE = 16384 };

typedef struct reader {
    th_lab_ini *ini;
    const char *file;
    bool comments;
    bool goes_on; /* the line before was a value, or went on with it */
    int line;
    th_why *why;
} reader;

static th_err no_memory(th_why *why)
{
    return th_why_set(why, TH_ENOMEM, "out of memory");
}

/* A copy without blanks around it. */
static char *trimmed(const char *text, size_t n)
{
    while (n && strchr(BLANKS, text[0])) text++, n--;
    while (n && strchr(BLANKS, text[n - 1])) n--;
    return strndup(text, n);
}

static th_err add_section(reader *r, char *kind, char *name)
{
    th_lab_ini *ini = r->ini;
    th_lab_section *more = NULL;
    if (ini->n < MOST_SECTIONS && kind && name) more = realloc(ini->section, (ini->n + 1) * sizeof *more);
    if (!more) {
        const bool many = ini->n >= MOST_SECTIONS;
        free(kind);
        free(name);
        return many ? th_why_set(r->why, TH_ERANGE, "%s: more than %d sections", r->file, MOST_SECTIONS)
                    : no_memory(r->why);
    }
    ini->section = more;
    more[ini->n++] = (th_lab_section){.kind = kind, .name = name, .line = r->line};
    return TH_OK;
}

/* "[c down]" without its brackets, n bytes. */
static th_err take_section(reader *r, const char *text, size_t n)
{
    while (n && strchr(BLANKS, text[0])) text++, n--;
    size_t kind = 0;
    while (kind < n && !strchr(BLANKS, text[kind])) kind++;
    if (kind == 0) return th_why_set(r->why, TH_EFORMAT, "%s, line %d: a section without a kind", r->file, r->line);
    return add_section(r, trimmed(text, kind), trimmed(text + kind, n - kind));
}

/* The line belongs to the value above it. */
static th_err go_on(reader *r, const char *text, size_t n)
{
    th_lab_section *s = &r->ini->section[r->ini->n - 1];
    th_lab_line *e = &s->entry[s->n - 1];
    char *more = trimmed(text, n);
    const size_t have = strlen(e->value), add = more ? strlen(more) : 0;
    if (have + add > MOST_VALUE) {
        free(more);
        return th_why_set(r->why, TH_ERANGE, "%s, line %d: a value is longer than %d bytes", r->file, r->line,
                          MOST_VALUE);
    }
    char *all = more ? realloc(e->value, have + add + 2) : NULL;
    if (all) {
        e->value = all;
        if (have) all[have] = ' ';
        memcpy(all + have + (have > 0), more, add + 1);
    }
    free(more);
    return all ? TH_OK : no_memory(r->why);
}

static th_err take_entry(reader *r, const char *text, size_t n)
{
    const char *equal = memchr(text, '=', n);
    th_lab_section *s = &r->ini->section[r->ini->n - 1];
    if (!equal || equal == text)
        return th_why_set(r->why, TH_EFORMAT, "%s, line %d: \"%.*s\" is no line \"name = value\"", r->file, r->line,
                          (int)(n > 60 ? 60 : n), text);
    if (s->n == MOST_ENTRIES)
        return th_why_set(r->why, TH_ERANGE, "%s, line %d: more than %d lines in a section", r->file, r->line,
                          MOST_ENTRIES);
    th_lab_line *more = realloc(s->entry, (s->n + 1) * sizeof *more);
    if (!more) return no_memory(r->why);
    s->entry = more;
    th_lab_line *e = &more[s->n];
    *e = (th_lab_line){trimmed(text, (size_t)(equal - text)), trimmed(equal + 1, n - (size_t)(equal + 1 - text)),
                       r->line};
    s->n++; /* freed with the others, whatever is missing */
    r->goes_on = true;
    return e->name && e->value ? TH_OK : no_memory(r->why);
}

/* Length without what is a comment. */
static size_t without_comment(const reader *r, const char *text, size_t n)
{
    if (n && text[0] == '#') return 0;
    for (size_t i = 1; r->comments && i < n; i++)
        if (text[i] == '#' && strchr(" \t", text[i - 1])) return i;
    return n;
}

static th_err take_line(reader *r, const char *text, size_t n)
{
    const bool comment = n && text[0] == '#';
    n = without_comment(r, text, n);
    size_t blanks = 0;
    while (blanks < n && strchr(BLANKS, text[blanks])) blanks++;
    if (blanks == n) {
        r->goes_on = r->goes_on && comment;
        return TH_OK;
    }
    if (blanks && r->goes_on) return go_on(r, text, n);
    text += blanks;
    n -= blanks;
    while (strchr(BLANKS, text[n - 1])) n--;
    if (text[0] == '[' && text[n - 1] == ']') {
        r->goes_on = false;
        return take_section(r, text + 1, n - 2);
    }
    return take_entry(r, text, n);
}

th_err th_lab_ini_read(th_span text, const char *file, bool comments, th_lab_ini *ini, th_why *why)
{
    reader r = {.ini = ini, .file = file, .comments = comments, .why = why};
    *ini = (th_lab_ini){0};
    if (text.n > TH_LAB_INI_BYTES)
        return th_why_set(why, TH_ERANGE, "%s is longer than %u bytes", file, TH_LAB_INI_BYTES);
    if (text.n && memchr(text.p, 0, text.n))
        return th_why_set(why, TH_EFORMAT, "%s is no text: it has a byte 0 in it", file);
    TH_TRY(add_section(&r, strdup(""), strdup("")));
    const char *at = (const char *)text.p, *end = at + text.n;
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        if (!stop) stop = end;
        r.line++;
        TH_TRY(take_line(&r, at, (size_t)(stop - at)));
        at = stop + 1;
    }
    return TH_OK;
}

void th_lab_ini_free(th_lab_ini *ini)
{
    for (size_t i = 0; i < ini->n; i++) {
        th_lab_section *s = &ini->section[i];
        for (size_t k = 0; k < s->n; k++) {
            free(s->entry[k].name);
            free(s->entry[k].value);
        }
        free(s->entry);
        free(s->kind);
        free(s->name);
    }
    free(ini->section);
    *ini = (th_lab_ini){0};
}

const th_lab_section *th_lab_ini_find(const th_lab_ini *ini, const char *kind, const char *name)
{
    for (size_t i = 0; i < ini->n; i++)
        if (strcmp(ini->section[i].kind, kind) == 0 && (!name || strcmp(ini->section[i].name, name) == 0))
            return &ini->section[i];
    return NULL;
}

const char *th_lab_get(const th_lab_section *s, const char *name)
{
    for (size_t i = 0; s && i < s->n; i++)
        if (strcmp(s->entry[i].name, name) == 0) return s->entry[i].value;
    return NULL;
}
