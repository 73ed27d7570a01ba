#include "course/safe_html.h"

#include "report/html.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME  16 /* bytes of a tag's name, with its NUL */
#define DEPTH 64 /* elements inside each other */

static const char *const allowed[] = {"p",   "br", "b",  "strong", "i",  "em", "u",  "sub",        "sup",   "code",
                                      "pre", "ul", "ol", "li",     "dl", "dt", "dd", "table",      "thead", "tbody",
                                      "tr",  "th", "td", "h1",     "h2", "h3", "h4", "blockquote", "span",  "div"};

typedef struct cleaner {
    th_html out;
    char open[DEPTH][NAME];
    size_t depth;
    const char *p, *end;
} cleaner;

static int allowed_index(const char *name)
{
    for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++)
        if (strcmp(name, allowed[i]) == 0) return (int)i;
    return -1;
}

/* An entity at p as XML knows it, into text: "&amp;" and numbers as they are, a few names as numbers.  Its length; 0:
 * it is none. */
static size_t read_entity(const char *p, const char *end, char text[16])
{
    static const struct {
        const char *name, *xml;
    } known[] = {{"amp", "&amp;"},      {"lt", "&lt;"},      {"gt", "&gt;"},       {"quot", "&quot;"},
                 {"apos", "&#39;"},     {"nbsp", "&#160;"},  {"ndash", "&#8211;"}, {"mdash", "&#8212;"},
                 {"hellip", "&#8230;"}, {"times", "&#215;"}, {"minus", "&#8722;"}, {"deg", "&#176;"},
                 {"rarr", "&#8594;"},   {"le", "&#8804;"},   {"ge", "&#8805;"}};
    const char *semicolon = memchr(p, ';', (size_t)(end - p < 12 ? end - p : 12));
    if (!semicolon) return 0;
    const size_t n = (size_t)(semicolon - p - 1);
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strlen(known[i].name) != n || memcmp(known[i].name, p + 1, n) != 0) continue;
        snprintf(text, 16, "%s", known[i].xml);
        return n + 2;
    }
    if (n < 2 || n > 7 || p[1] != '#' || strspn(p + 2, "0123456789") != n - 1 || strtol(p + 2, NULL, 10) < 160)
        return 0;
    snprintf(text, 16, "%.*s", (int)n + 2, p);
    return n + 2;
}

/* Bytes as text; what is & and no entity is an &. */
static void put_text(cleaner *c, const char *p, const char *end)
{
    char piece[16];
    for (; p < end; p++) {
        const size_t n = *p == '&' ? read_entity(p, end, piece) : 0;
        if (n) {
            th_html_put(&c->out, piece);
            p += n - 1;
            continue;
        }
        piece[0] = *p;
        piece[1] = 0;
        th_html_put(&c->out, *p == '<'   ? "&lt;"
                             : *p == '>' ? "&gt;"
                             : *p == '&' ? "&amp;"
                             : *p == '"' ? "&quot;"
                                         : piece);
    }
}

/* What an attribute of the tag [p, end) says; NULL: it has none. */
static const char *attribute(const char *p, const char *end, const char *name, const char **stop)
{
    const size_t n = strlen(name);
    for (; p + n + 2 < end; p++) {
        if ((*p != ' ' && *p != '\n' && *p != '\t') || memcmp(p + 1, name, n) != 0 || p[n + 1] != '=') continue;
        const char quote = p[n + 2];
        if (quote != '"' && quote != '\'') return NULL;
        *stop = memchr(p + n + 3, quote, (size_t)(end - (p + n + 3)));
        return *stop ? p + n + 3 : NULL;
    }
    return NULL;
}

static void close_until(cleaner *c, size_t depth)
{
    while (c->depth > depth) {
        c->depth--;
        th_html_put(&c->out, "</");
        th_html_put(&c->out, c->open[c->depth]);
        th_html_put(&c->out, ">");
    }
}

static void close_tag(cleaner *c, const char *name)
{
    for (size_t i = c->depth; i-- > 0;)
        if (strcmp(c->open[i], name) == 0) {
            close_until(c, i);
            return;
        }
}

static void open_tag(cleaner *c, const char *name)
{
    const bool empty = strcmp(name, "br") == 0;
    if (allowed_index(name) < 0 || (!empty && c->depth == DEPTH)) return;
    th_html_put(&c->out, "<");
    th_html_put(&c->out, name);
    th_html_put(&c->out, empty ? "/>" : ">");
    if (!empty) snprintf(c->open[c->depth++], NAME, "%s", name);
}

/* The content of <script> and <style> is no text. */
static void skip_content(cleaner *c, const char *name)
{
    const size_t n = strlen(name);
    for (; c->p < c->end; c->p++) {
        if (c->p[0] != '<' || (size_t)(c->end - c->p) < n + 2 || c->p[1] != '/') continue;
        size_t k = 0;
        while (k < n && (c->p[2 + k] | 0x20) == name[k]) k++;
        if (k == n) return;
    }
}

/* A tag at c->p, which is '<'. */
static void tag(cleaner *c)
{
    const char *start = c->p, *stop, *alt;
    if ((size_t)(c->end - start) >= 4 && memcmp(start, "<!--", 4) == 0) {
        for (c->p = start + 4; c->p + 3 <= c->end && memcmp(c->p, "-->", 3) != 0;) c->p++;
        c->p = c->p + 3 <= c->end ? c->p + 3 : c->end;
        return;
    }
    const char *close = memchr(start, '>', (size_t)(c->end - start));
    const bool ends = start + 1 < c->end && start[1] == '/';
    const char *p = start + 1 + ends;
    char name[NAME] = "";
    size_t n = 0;
    for (; p < c->end && n + 1 < NAME; p++) {
        const bool letter = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z');
        if (!letter && !(n && *p >= '0' && *p <= '9')) break;
        name[n++] = (char)(letter ? *p | 0x20 : *p);
    }
    name[n] = 0;
    if (!close || (!n && *p != '!' && *p != '?')) { /* "a < b" */
        put_text(c, start, start + 1);
        c->p++;
        return;
    }
    c->p = close + 1;
    if (ends) {
        close_tag(c, name);
    } else if (strcmp(name, "img") == 0 && (alt = attribute(start, close, "alt", &stop)) != NULL) {
        put_text(c, alt, stop);
    } else if (strcmp(name, "script") == 0 || strcmp(name, "style") == 0) {
        skip_content(c, name);
    } else {
        open_tag(c, name);
    }
}

th_err th_html_safe(th_span html, char **safe, th_why *why)
{
    cleaner c = {.p = (const char *)html.p, .end = (const char *)html.p + html.n};
    th_html_put(&c.out, "");
    while (c.p < c.end) {
        const char *next = memchr(c.p, '<', (size_t)(c.end - c.p));
        if (!next) next = c.end;
        put_text(&c, c.p, next);
        c.p = next;
        if (c.p < c.end) tag(&c);
    }
    close_until(&c, 0);
    *safe = c.out.text;
    if (!c.out.failed) return TH_OK;
    th_html_free(&c.out);
    return th_why_set(why, TH_ENOMEM, "out of memory while a text is made ready to be shown");
}
