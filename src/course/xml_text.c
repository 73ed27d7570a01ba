#include "course/xml_text.h"

#include <stdlib.h>
#include <string.h>

bool th_xml_is(const xmlNode *n, const char *name)
{
    return n && n->type == XML_ELEMENT_NODE && strcmp((const char *)n->name, name) == 0;
}

bool th_xml_is_one(const xmlNode *n, const char *const *names)
{
    for (; names && *names; names++)
        if (th_xml_is(n, *names)) return true;
    return false;
}

char *th_xml_value(const xmlNode *n, const char *name)
{
    return (char *)xmlGetNoNsProp(n, (const xmlChar *)name);
}

static char last(const th_html *out)
{
    return out->n ? out->text[out->n - 1] : '\n';
}

static void put_char(th_html *out, char c)
{
    th_html_put(out, (const char[]){c, 0});
}

/* Nothing but spaces since the line began. */
static bool at_line_start(const th_html *out)
{
    size_t n = out->n;
    while (n && out->text[n - 1] == ' ') n--;
    return n == 0 || out->text[n - 1] == '\n';
}

/* A new paragraph begins here. */
static void blank_line(th_html *out)
{
    while (out->n && (last(out) == ' ' || last(out) == '\n')) out->text[--out->n] = 0;
    if (out->n) th_html_put(out, "\n\n");
}

/* Words of the page as words of Markdown: what would mean something gets a backslash. */
static void put_words(th_html *out, const char *text)
{
    for (const char *p = text; *p; p++) {
        const bool space = *p == ' ' || *p == '\t' || *p == '\n' || *p == '\r';
        if (space) {
            if (out->n && last(out) != ' ' && last(out) != '\n') put_char(out, *p == '\n' ? '\n' : ' ');
            continue;
        }
        const bool digits = strspn(p, "0123456789") > 0 && at_line_start(out);
        if (strchr("\\`*_[]<&$~|", *p) || (strchr("#+->=:", *p) && at_line_start(out))) put_char(out, '\\');
        if (digits) {
            const size_t n = strspn(p, "0123456789");
            for (size_t i = 0; i < n; i++) put_char(out, p[i]);
            p += n - 1;
            if (p[1] == '.' || p[1] == ')') put_char(out, '\\');
            continue;
        }
        put_char(out, *p);
    }
}

static void put_inside(const xmlNode *n, th_html *out)
{
    th_xml_text(n, NULL, out);
}

/* "**text**" without spaces inside the stars. */
static void put_marked(const xmlNode *n, const char *mark, th_html *out)
{
    th_html inner = {0};
    put_inside(n, &inner);
    if (inner.failed) out->failed = true;
    char *p = inner.text;
    size_t k = inner.n;
    while (k && (p[k - 1] == ' ' || p[k - 1] == '\n')) p[--k] = 0;
    if (k) {
        th_html_put(out, mark);
        th_html_put(out, p);
        th_html_put(out, mark);
    }
    th_html_free(&inner);
}

/* As it stands, between more backticks than it has in a row. */
static void put_code(const xmlNode *n, bool block, th_html *out)
{
    xmlChar *text = xmlNodeGetContent(n);
    size_t longest = 0, run = 0;
    for (const char *p = text ? (const char *)text : ""; *p; p++) {
        run = *p == '`' ? run + 1 : 0;
        if (run > longest) longest = run;
    }
    const size_t ticks = block && longest < 2 ? 3 : longest + 1;
    if (block) blank_line(out);
    for (size_t i = 0; i < ticks; i++) put_char(out, '`');
    if (block) put_char(out, '\n');
    if (!block && longest) put_char(out, ' ');
    th_html_put(out, text ? (const char *)text : "");
    if (!block && longest) put_char(out, ' ');
    if (block && last(out) != '\n') put_char(out, '\n');
    for (size_t i = 0; i < ticks; i++) put_char(out, '`');
    if (block) th_html_put(out, "\n\n");
    xmlFree(text);
}

static void put_item(const xmlNode *n, const char *mark, const char *indent, th_html *out)
{
    th_html inner = {0};
    put_inside(n, &inner);
    if (inner.failed) out->failed = true;
    while (inner.n && last(&inner) == '\n') inner.text[--inner.n] = 0;
    th_html_put(out, mark);
    for (const char *p = inner.text ? inner.text : ""; *p; p++) {
        if (p[0] == '\n' && p[1] == '\n') continue; /* a list has no empty lines inside */
        put_char(out, *p);
        if (*p == '\n') th_html_put(out, indent);
    }
    put_char(out, '\n');
    th_html_free(&inner);
}

static void put_list(const xmlNode *n, th_html *out)
{
    int number = 1;
    const bool ordered = th_xml_is(n, "ol");
    blank_line(out);
    for (const xmlNode *c = n->children; c; c = c->next) {
        char mark[16] = "- ";
        if (!th_xml_is(c, "li")) continue;
        if (ordered) {
            mark[0] = (char)('0' + number % 10);
            memcpy(mark + 1, ". ", 3);
            number++;
        }
        put_item(c, mark, ordered ? "   " : "  ", out);
    }
    put_char(out, '\n');
}

/* Rows of a table, wherever they are in it. */
static void put_rows(const xmlNode *n, int *row, th_html *out)
{
    static const char *const cells[] = {"td", "th", NULL};
    for (const xmlNode *c = n->children; c; c = c->next) {
        int columns = 0;
        if (c->type == XML_ELEMENT_NODE && !th_xml_is(c, "tr")) put_rows(c, row, out);
        if (!th_xml_is(c, "tr")) continue;
        for (const xmlNode *d = c->children; d; d = d->next) {
            if (!th_xml_is_one(d, cells)) continue;
            th_html_put(out, columns++ ? " | " : "| ");
            const size_t from = out->n;
            put_inside(d, out);
            for (size_t i = from; i < out->n; i++)
                if (out->text[i] == '\n') out->text[i] = ' ';
        }
        th_html_put(out, " |\n");
        if ((*row)++ == 0) {
            for (int i = 0; i < columns; i++) th_html_put(out, i ? " --- |" : "| --- |");
            put_char(out, '\n');
        }
    }
}

static void put_attribute(const xmlNode *n, const char *name, const char *before, const char *after, th_html *out)
{
    char *value = th_xml_value(n, name);
    if (value && *value) {
        th_html_put(out, before);
        th_html_put(out, value);
        th_html_put(out, after);
    }
    xmlFree(value);
}

static void put_link(const xmlNode *n, th_html *out)
{
    char *to = th_xml_value(n, "href");
    const bool shown = to && strncmp(to, "https://", 8) == 0 && !strpbrk(to, " ()<>\"");
    if (shown) put_char(out, '[');
    put_inside(n, out);
    if (shown) {
        th_html_put(out, "](");
        th_html_put(out, to);
        put_char(out, ')');
    }
    xmlFree(to);
}

static void put_formula(const xmlNode *n, th_html *out)
{
    char *display = th_xml_value(n, "display"), *text = th_xml_value(n, "alttext");
    const char *mark = display && strcmp(display, "block") == 0 ? "$$" : "$";
    if (text)
        put_attribute(n, "alttext", mark, mark, out);
    else
        put_inside(n, out);
    xmlFree(display);
    xmlFree(text);
}

static void put_picture(const xmlNode *n, th_html *out)
{
    char *alt = th_xml_value(n, "alt");
    if (alt) put_words(out, alt);
    xmlFree(alt);
}

/* What our own Markdown puts behind a link: its address, once more. */
static bool is_address(const xmlNode *n)
{
    char *class = th_xml_is(n, "span") ? th_xml_value(n, "class") : NULL;
    const bool is = class && strcmp(class, "address") == 0;
    xmlFree(class);
    return is;
}

static void put_node(const xmlNode *n, th_html *out)
{
    static const char *const paragraphs[] = {"p",  "div", "label", "description", "blockquote", "section",
                                             "h1", "h2",  "h3",    "h4",          NULL};
    static const char *const strong[] = {"strong", "b", NULL}, *const emphasis[] = {"em", "i", NULL},
                             *const lists[] = {"ul", "ol", NULL}, *const hidden[] = {"script", "style", "head", NULL};
    if (n->type == XML_TEXT_NODE || n->type == XML_CDATA_SECTION_NODE) {
        put_words(out, n->content ? (const char *)n->content : "");
        return;
    }
    if (n->type != XML_ELEMENT_NODE || th_xml_is_one(n, hidden) || is_address(n)) return;
    const bool paragraph = th_xml_is_one(n, paragraphs);
    if (paragraph) blank_line(out);
    if (th_xml_is_one(n, strong)) {
        put_marked(n, "**", out);
    } else if (th_xml_is_one(n, emphasis)) {
        put_marked(n, "*", out);
    } else if (th_xml_is_one(n, lists)) {
        put_list(n, out);
    } else if (th_xml_is(n, "code") || th_xml_is(n, "pre")) {
        put_code(n, th_xml_is(n, "pre"), out);
    } else if (th_xml_is(n, "table")) {
        int row = 0;
        blank_line(out);
        put_rows(n, &row, out);
        put_char(out, '\n');
    } else if (th_xml_is(n, "br")) {
        th_html_put(out, "\\\n");
    } else if (th_xml_is(n, "a")) {
        put_link(n, out);
    } else if (th_xml_is(n, "math")) {
        put_formula(n, out);
    } else if (th_xml_is(n, "img")) {
        put_picture(n, out);
    } else {
        put_inside(n, out);
    }
    if (paragraph) blank_line(out);
}

void th_xml_text(const xmlNode *n, const char *const *without, th_html *out)
{
    for (const xmlNode *c = n->children; c; c = c->next)
        if (!th_xml_is_one(c, without)) put_node(c, out);
}
