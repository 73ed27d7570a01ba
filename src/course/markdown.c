#include "course/markdown.h"

#include "course/formula.h"
#include "course/lesson.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum link { LINK_NONE, LINK_OURS, LINK_OUTSIDE } link;

typedef struct writer {
    th_html *out;
    const th_markdown *how;
    int picture;     /* depth of pictures: only text counts there */
    bool alt_only;   /* of a picture that is not shown */
    link link;       /* that is open */
    size_t link_at;  /* of the out text: where its words begin */
    th_html address; /* of a link to the outside */
    th_html tex;     /* of the formula that is open */
    bool in_tex;
    bool in_head; /* of a table */
} writer;

/* ---- addresses --------------------------------------------------------------------------------------------------- */

/* Letters, digits and what else stands in ids. */
static bool is_id(const char *s)
{
    return *s && s[strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-/")] == 0;
}

static const struct {
    const char *scheme, *before, *behind;
} schemes[] = {
    {"lesson:", "#/learn/", ""},    {"lab:", "#/learn/", "/lab"},
    {"quiz:", "#/learn/", "/quiz"}, {"glossary:", "#/learn/glossary/", ""},
    {"studio:", "#/", NULL}, /* the page is not in the address: which project it is, only the pages know */
};

/* The row of a link's scheme, or -1; *rest: what stands behind it. */
static int scheme_of(const char *target, const char **rest)
{
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        const size_t n = strlen(schemes[i].scheme);
        if (strncmp(target, schemes[i].scheme, n) != 0 || !is_id(target + n)) continue;
        *rest = target + n;
        return (int)i;
    }
    return -1;
}

/* Where a link of ours leads: "#/learn/..". false: it is none of ours. */
static bool our_link(const char *target, char address[TH_LINK_BYTES])
{
    const char *rest;
    const int i = scheme_of(target, &rest);
    if (i < 0) return false;
    if (!schemes[i].behind) return snprintf(address, TH_LINK_BYTES, "%s", schemes[i].before) > 0;
    const int n = snprintf(address, TH_LINK_BYTES, "%s%s%s", schemes[i].before, rest, schemes[i].behind);
    return n > 0 && n < TH_LINK_BYTES;
}

/* An address as it was written, with & for &amp;. */
static void put_attribute(th_html *to, const MD_ATTRIBUTE *a)
{
    for (unsigned i = 0; a->size && a->substr_offsets[i] < a->size; i++) {
        const char *at = a->text + a->substr_offsets[i];
        const size_t n = a->substr_offsets[i + 1] - a->substr_offsets[i];
        const bool is_and = a->substr_types[i] == MD_TEXT_ENTITY && n == 5 && memcmp(at, "&amp;", 5) == 0;
        if (a->substr_types[i] != MD_TEXT_NULLCHAR) th_html_bytes(to, at, is_and ? 1 : n);
    }
}

static bool is_outside(const char *target)
{
    return strncmp(target, "https://", 8) == 0 || strncmp(target, "http://", 7) == 0;
}

static void open_link(writer *w, const MD_SPAN_A_DETAIL *d)
{
    char address[TH_LINK_BYTES];
    const char *rest = "";
    w->address.n = 0;
    th_html_bytes(&w->address, "", 0);
    put_attribute(&w->address, &d->href);
    if (w->address.failed) return;
    const char *target = w->address.text;
    const int i = scheme_of(target, &rest);
    w->link = our_link(target, address) ? LINK_OURS : is_outside(target) ? LINK_OUTSIDE : LINK_NONE;
    if (w->link == LINK_OUTSIDE) {
        th_html_put(w->out, "<a class=\"outside\" rel=\"noopener noreferrer\" target=\"_blank\" href=\"");
        th_html_text(w->out, target);
    } else if (w->link == LINK_OURS) {
        const char *scheme = schemes[i].scheme;
        th_html_fmt(w->out, "<a%s href=\"%s\" data-", scheme[0] == 'g' ? " class=\"term\"" : "", address);
        if (scheme[0] == 'g')
            th_html_fmt(w->out, "term=\"%s", rest);
        else if (scheme[0] == 's')
            th_html_fmt(w->out, "studio=\"%s", rest);
        else
            th_html_fmt(w->out, "id=\"%s%s", rest, schemes[i].behind);
    }
    if (w->link != LINK_NONE) th_html_put(w->out, "\">");
    w->link_at = w->out->n;
}

/* A link to the outside says where it leads, unless its words do. */
static void close_link(writer *w)
{
    if (w->link == LINK_NONE) return;
    th_html shown = {0};
    if (w->link == LINK_OUTSIDE) th_html_text(&shown, w->address.text);
    const bool said =
        w->out->failed || !shown.text ||
        (w->out->n - w->link_at == shown.n && memcmp(w->out->text + w->link_at, shown.text, shown.n) == 0);
    th_html_put(w->out, "</a>");
    if (w->link == LINK_OUTSIDE && !said) {
        th_html_put(w->out, " <span class=\"address\">(");
        th_html_put(w->out, shown.text);
        th_html_put(w->out, ")</span>");
    }
    th_html_free(&shown);
    w->link = LINK_NONE;
}

/* A file beside the page's, and nothing else. */
static bool is_beside(const char *name)
{
    return name[0] && name[0] != '/' && name[0] != '.' && !strchr(name, ':') && !strstr(name, "..") &&
           !strchr(name, '\\') && !strchr(name, '%') && !strchr(name, '?') && !strchr(name, '#');
}

static void open_picture(writer *w, const MD_SPAN_IMG_DETAIL *d)
{
    if (w->picture++) return;
    th_html name = {0};
    th_html_bytes(&name, "", 0);
    put_attribute(&name, &d->src);
    w->alt_only = !w->how->folder || !name.text || !is_beside(name.text);
    if (!w->alt_only) {
        th_html_put(w->out, "<img loading=\"lazy\" src=\"" TH_COURSE_FILES);
        th_html_text(w->out, w->how->folder);
        th_html_put(w->out, w->how->folder[0] ? "/" : "");
        th_html_text(w->out, name.text);
        th_html_put(w->out, "\" alt=\"");
    }
    th_html_free(&name);
}

static void close_picture(writer *w)
{
    if (--w->picture == 0 && !w->alt_only) th_html_put(w->out, "\"/>");
}

/* ---- blocks ------------------------------------------------------------------------------------------------------ */

/* The tags that need no more than their name. */
static const char *const plain_tags[] = {
    [MD_BLOCK_QUOTE] = "blockquote", [MD_BLOCK_UL] = "ul",       [MD_BLOCK_LI] = "li", [MD_BLOCK_P] = "p",
    [MD_BLOCK_THEAD] = "thead",      [MD_BLOCK_TBODY] = "tbody", [MD_BLOCK_TR] = "tr", [MD_BLOCK_HTML] = NULL,
};

static const char *plain_tag(MD_BLOCKTYPE type)
{
    return (size_t)type < sizeof plain_tags / sizeof *plain_tags ? plain_tags[type] : NULL;
}

static void open_code(writer *w, const MD_BLOCK_CODE_DETAIL *d)
{
    th_html_put(w->out, "<pre tabindex=\"0\"><code");
    if (d->lang.size) {
        th_html_put(w->out, " class=\"language-");
        th_html_text_n(w->out, d->lang.text, d->lang.size);
        th_html_put(w->out, "\"");
    }
    th_html_put(w->out, ">");
}

static void open_cell(writer *w, const MD_BLOCK_TD_DETAIL *d)
{
    static const char *const classes[] = {[MD_ALIGN_DEFAULT] = "",
                                          [MD_ALIGN_LEFT] = " class=\"left\"",
                                          [MD_ALIGN_CENTER] = " class=\"center\"",
                                          [MD_ALIGN_RIGHT] = " class=\"right\""};
    th_html_fmt(w->out, w->in_head ? "<th scope=\"col\"%s>" : "<td%s>", classes[d->align]);
}

static int enter_block(MD_BLOCKTYPE type, void *detail, void *ctx)
{
    writer *w = ctx;
    if (plain_tag(type)) {
        if (type == MD_BLOCK_THEAD) w->in_head = true;
        th_html_fmt(w->out, "<%s>", plain_tag(type));
    } else if (type == MD_BLOCK_OL) {
        const unsigned start = ((MD_BLOCK_OL_DETAIL *)detail)->start;
        if (start == 1)
            th_html_put(w->out, "<ol>");
        else
            th_html_fmt(w->out, "<ol start=\"%u\">", start);
    } else if (type == MD_BLOCK_H) {
        th_html_fmt(w->out, "<h%u>", ((MD_BLOCK_H_DETAIL *)detail)->level);
    } else if (type == MD_BLOCK_HR) {
        th_html_put(w->out, "<hr/>");
    } else if (type == MD_BLOCK_CODE) {
        open_code(w, detail);
    } else if (type == MD_BLOCK_TABLE) {
        th_html_put(w->out, "<div class=\"table\" tabindex=\"0\"><table>");
    } else if (type == MD_BLOCK_TH || type == MD_BLOCK_TD) {
        open_cell(w, detail);
    }
    return w->out->failed;
}

static int leave_block(MD_BLOCKTYPE type, void *detail, void *ctx)
{
    writer *w = ctx;
    if (plain_tag(type)) {
        if (type == MD_BLOCK_THEAD) w->in_head = false;
        th_html_fmt(w->out, "</%s>\n", plain_tag(type));
    } else if (type == MD_BLOCK_OL) {
        th_html_put(w->out, "</ol>\n");
    } else if (type == MD_BLOCK_H) {
        th_html_fmt(w->out, "</h%u>\n", ((MD_BLOCK_H_DETAIL *)detail)->level);
    } else if (type == MD_BLOCK_CODE) {
        th_html_put(w->out, "</code></pre>\n");
    } else if (type == MD_BLOCK_TABLE) {
        th_html_put(w->out, "</table></div>\n");
    } else if (type == MD_BLOCK_TH || type == MD_BLOCK_TD) {
        th_html_put(w->out, w->in_head ? "</th>" : "</td>");
    }
    return w->out->failed;
}

/* ---- spans ------------------------------------------------------------------------------------------------------- */

static const char *span_tag(MD_SPANTYPE type)
{
    static const char *const tags[] = {
        [MD_SPAN_EM] = "em", [MD_SPAN_STRONG] = "strong", [MD_SPAN_CODE] = "code", [MD_SPAN_DEL] = "del"};
    return (size_t)type < sizeof tags / sizeof *tags ? tags[type] : NULL;
}

static int enter_span(MD_SPANTYPE type, void *detail, void *ctx)
{
    writer *w = ctx;
    if (type == MD_SPAN_LATEXMATH || type == MD_SPAN_LATEXMATH_DISPLAY) {
        w->in_tex = true;
        w->tex.n = 0;
        th_html_bytes(&w->tex, "", 0);
    } else if (type == MD_SPAN_IMG) {
        open_picture(w, detail);
    } else if (w->picture) {
        return 0;
    } else if (type == MD_SPAN_A) {
        open_link(w, detail);
    } else if (span_tag(type)) {
        th_html_fmt(w->out, "<%s>", span_tag(type));
    }
    return w->out->failed || w->address.failed || w->tex.failed;
}

/* A text that is no formula ("$5 or $6") stays as it was written. */
static int put_formula(writer *w, bool display)
{
    char *mathml = NULL;
    const th_span tex = {(const uint8_t *)w->tex.text, w->tex.n};
    w->in_tex = false;
    const th_err err = w->picture || w->tex.failed ? TH_EFORMAT : th_formula_mathml(tex, display, &mathml, NULL);
    if (err && !w->tex.failed) {
        th_html_put(w->out, display ? "$$" : "$");
        th_html_text_n(w->out, w->tex.text, w->tex.n);
        th_html_put(w->out, display ? "$$" : "$");
    }
    if (mathml) th_html_put(w->out, mathml);
    free(mathml);
    return err == TH_ENOMEM || w->tex.failed;
}

static int leave_span(MD_SPANTYPE type, void *detail, void *ctx)
{
    writer *w = ctx;
    (void)detail;
    if (type == MD_SPAN_LATEXMATH || type == MD_SPAN_LATEXMATH_DISPLAY)
        return put_formula(w, type == MD_SPAN_LATEXMATH_DISPLAY);
    if (type == MD_SPAN_IMG)
        close_picture(w);
    else if (w->picture)
        return 0;
    else if (type == MD_SPAN_A)
        close_link(w);
    else if (span_tag(type))
        th_html_fmt(w->out, "</%s>", span_tag(type));
    return w->out->failed;
}

/* ---- text -------------------------------------------------------------------------------------------------------- */

/* Foreign text with its line ends. */
static void put_text(th_html *out, const char *text, size_t n)
{
    while (n) {
        size_t line = 0;
        while (line < n && text[line] != '\n' && text[line] != '\t') line++;
        th_html_text_n(out, text, line);
        if (line < n) th_html_bytes(out, text + line++, 1);
        text += line;
        n -= line;
    }
}

/* XHTML knows only few of their names, so they become the characters. */
const char *th_markdown_entity(const char *text, size_t n)
{
    static const struct {
        const char *name, *put;
    } known[] = {{"&amp;", "&"},   {"&lt;", "<"},    {"&gt;", ">"},    {"&quot;", "\""},  {"&nbsp;", "\xc2\xa0"},
                 {"&mdash;", "—"}, {"&ndash;", "–"}, {"&times;", "×"}, {"&hellip;", "…"}, {"&rarr;", "→"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strlen(known[i].name) == n && memcmp(known[i].name, text, n) == 0) return known[i].put;
    return NULL;
}

static void put_entity(th_html *out, const char *text, size_t n)
{
    const char *c = th_markdown_entity(text, n);
    if (c)
        th_html_text(out, c);
    else
        put_text(out, text, n);
}

static int put_any(MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE n, void *ctx)
{
    writer *w = ctx;
    th_html *out = w->out;
    if (w->in_tex)
        th_html_bytes(&w->tex, text, n);
    else if (type == MD_TEXT_NULLCHAR)
        th_html_put(out, "\xef\xbf\xbd");
    else if (type == MD_TEXT_BR)
        th_html_put(out, w->picture ? " " : "<br/>\n");
    else if (type == MD_TEXT_SOFTBR)
        th_html_put(out, w->picture ? " " : "\n");
    else if (type == MD_TEXT_ENTITY)
        put_entity(out, text, n);
    else
        put_text(out, text, n);
    return out->failed || w->tex.failed;
}

int th_markdown_parse(th_span text, MD_PARSER parser, void *ctx)
{
    static const char end[] = "\n\n\n";
    char *copy = text.n < UINT32_MAX / 2 ? malloc(text.n + sizeof end) : NULL;
    if (!copy) return -1;
    if (text.n) memcpy(copy, text.p, text.n);
    memcpy(copy + text.n, end, sizeof end);
    parser.flags = MD_FLAG_NOHTML | MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_LATEXMATHSPANS |
                   MD_FLAG_PERMISSIVEURLAUTOLINKS;
    const int failed = md_parse(copy, (MD_SIZE)text.n, &parser, ctx);
    free(copy);
    return failed;
}

th_err th_markdown_put(th_html *out, th_span text, const th_markdown *how, th_why *why)
{
    const MD_PARSER parser = {
        .enter_block = enter_block,
        .leave_block = leave_block,
        .enter_span = enter_span,
        .leave_span = leave_span,
        .text = put_any,
    };
    writer w = {.out = out, .how = how};
    th_html_bytes(out, "", 0);
    const int failed = th_markdown_parse(text, parser, &w);
    th_html_free(&w.tex);
    th_html_free(&w.address);
    return failed || out->failed ? th_why_set(why, TH_ENOMEM, "out of memory for a page") : TH_OK;
}

th_err th_markdown_html(th_span markdown, bool pictures, char **html, th_why *why)
{
    th_html out = {0};
    const th_err err = th_markdown_put(&out, markdown, &(th_markdown){.folder = pictures ? "" : NULL}, why);
    if (err) {
        th_html_free(&out);
        return err;
    }
    *html = out.text;
    return TH_OK;
}
