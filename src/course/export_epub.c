/* A book: one XHTML file for each page, quizzes with their answers at the end, the glossary.
 *
 *   mimetype                 first, not compressed
 *   META-INF/container.xml   where the package is
 *   book/package.opf         what there is, and in which order it is read
 *   book/nav.xhtml           the contents
 *   book/rule-coin.xhtml ..  pages; pictures beside them
 *
 * Source: W3C, EPUB 3.3; formulas are MathML. */
#include "course/export_priv.h"
#include "course/map.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

typedef struct book {
    th_export *x;
    th_html manifest, spine, toc, answers;
    int depth;                /* of the contents: 0 outside, 1 in a list, 2 in a chapter's */
    const char *flat, *title; /* the page's name and title */
    bool answered;            /* one of its questions stands among the answers */
    int number;               /* of the quiz's last question; -1: no quiz */
} book;

static const char *page_address(const th_export *x, const char *id, char *buf, size_t cap)
{
    char flat[TH_PAGE_ID_BYTES];
    if (strncmp(id, "glossary/", 9) == 0) {
        th_text_fmt(buf, cap, "glossary.xhtml#%s", id + 9);
        return buf;
    }
    if (!th_export_has(x, id) || strlen(id) >= sizeof flat) return NULL;
    th_text_fmt(buf, cap, "%s.xhtml", th_export_flat(id, flat, sizeof flat));
    return buf;
}

static const th_export_links links = {page_address, ""};

static const char *direction(const th_export *x)
{
    return strcmp(x->cfg->lang, "ar") == 0 ? "rtl" : "ltr";
}

static void open_page(const th_export *x, th_html *out, const char *title)
{
    th_html_put(out,
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE html>\n"
                "<html xmlns=\"http://www.w3.org/1999/xhtml\" xmlns:epub=\"http://www.idpf.org/2007/ops\" lang=\"");
    th_html_text(out, x->cfg->lang);
    th_html_put(out, "\" xml:lang=\"");
    th_html_text(out, x->cfg->lang);
    th_html_fmt(out, "\" dir=\"%s\">\n<head><meta charset=\"UTF-8\"/><title>", direction(x));
    th_html_text(out, title);
    th_html_put(out, "</title><link rel=\"stylesheet\" href=\"style.css\"/></head>\n<body>\n");
}

static void close_page(th_html *out)
{
    th_html_put(out, "</body>\n</html>\n");
}

/* An item of the package; pages are read in the order in which they are listed. */
static void list_file(book *b, const char *name, const char *type, bool read, bool math)
{
    th_html_put(&b->manifest, "<item id=\"f-");
    th_html_text(&b->manifest, name);
    th_html_put(&b->manifest, "\" href=\"");
    th_html_text(&b->manifest, name);
    th_html_fmt(&b->manifest, "\" media-type=\"%s\"%s/>\n", type, math ? " properties=\"mathml\"" : "");
    if (!read) return;
    th_html_put(&b->spine, "<itemref idref=\"f-");
    th_html_text(&b->spine, name);
    th_html_put(&b->spine, "\"/>\n");
}

static void list_picture(void *ctx, const char *name)
{
    list_file(ctx, name, th_picture_type(name), false, false);
}

/* Adds a page and lists it. */
static th_err add_page(book *b, const char *name, th_html *page)
{
    char path[TH_COURSE_PATH];
    th_text_fmt(path, sizeof path, "book/%s", name);
    list_file(b, name, "application/xhtml+xml", true, page->text && strstr(page->text, "<math ") != NULL);
    return th_export_add(b->x, path, page);
}

/* The contents: lists inside lists, closed as far as the next line needs it. */
static void to_depth(book *b, int depth)
{
    for (; b->depth > depth; b->depth--) th_html_put(&b->toc, "</li></ol>");
    if (b->depth == depth) th_html_put(&b->toc, "</li>");
    for (; b->depth < depth; b->depth++) th_html_put(&b->toc, "<ol>");
}

static void list_title(book *b, int depth, const char *name, const char *title)
{
    to_depth(b, depth);
    th_html_put(&b->toc, "\n<li><a href=\"");
    th_html_text(&b->toc, name);
    th_html_put(&b->toc, "\">");
    th_html_text(&b->toc, title);
    th_html_put(&b->toc, "</a>");
}

/* ---- questions --------------------------------------------------------------------------------------------------- */

static th_err put_choices(const th_export *x, th_html *out, const th_item *item, const char *side)
{
    json_t *shown, *choice;
    size_t i;
    TH_TRY(th_item_json(item, TH_EXPORT_SEED, &shown, x->why));
    const json_t *list = json_object_get(shown, side);
    if (json_array_size(list)) th_html_fmt(out, "<ul class=\"%s\">", side);
    json_array_foreach(list, i, choice)
    {
        th_html_put(out, "<li>");
        th_export_html(x, out, json_string_value(json_object_get(choice, "html")));
        th_html_put(out, "</li>");
    }
    if (json_array_size(list)) th_html_put(out, "</ul>\n");
    json_decref(shown);
    return TH_OK;
}

/* "q-rule-coin-quiz-two-errors": ids hold no spaces. */
static void put_anchor(th_html *out, const char *before, const char *page, const char *name)
{
    th_html_put(out, before);
    th_html_text(out, page);
    th_html_put(out, "-");
    for (const char *p = name; *p; p++) {
        const bool fine = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') || *p == '-';
        th_html_put(out, (const char[]){fine ? *p : '_', 0});
    }
}

/* Among the answers at the end. */
static th_err put_answer(book *b, const th_item *item)
{
    th_marked m;
    th_html *out = &b->answers;
    json_t *right = th_item_right(item);
    const th_err err = th_item_mark(item, right, &m, b->x->why);
    json_decref(right);
    TH_TRY(err);
    if (!b->answered) {
        th_html_put(out, "<h2>");
        th_html_text(out, b->title);
        th_html_put(out, "</h2>\n");
    }
    b->answered = true;
    put_anchor(out, "<div class=\"answer\" id=\"a-", b->flat, item->name);
    th_html_put(out, "\">");
    const th_err bad = th_export_text(b->x, item, item->stem, out);
    th_html_put(out, "<div class=\"key\">");
    th_export_html(b->x, out, m.key ? m.key : "");
    th_html_put(out, "</div>");
    th_export_html(b->x, out, m.explanation ? m.explanation : "");
    th_html_put(out, "<p><a href=\"");
    th_html_text(out, b->flat);
    put_anchor(out, ".xhtml#q-", b->flat, item->name);
    th_html_put(out, "\">&#8617;</a></p></div>\n");
    th_marked_free(&m);
    return bad;
}

static th_err put_item(void *ctx, const th_item *item, th_html *out)
{
    book *b = ctx;
    static const char *const sides[] = {"choices", "left", "right"};
    if (b->number >= 0) th_html_fmt(out, "<h2>%d</h2>\n", ++b->number);
    put_anchor(out, "<div class=\"ask\" id=\"q-", b->flat, item->name);
    th_html_put(out, "\">");
    TH_TRY(th_export_text(b->x, item, item->stem, out));
    for (int i = 0; i < 3; i++) TH_TRY(put_choices(b->x, out, item, sides[i]));
    put_anchor(out, "<p><a href=\"answers.xhtml#a-", b->flat, item->name);
    th_html_put(out, "\">");
    th_html_text(out, th_export_say(b->x, TH_WORD_ANSWERS));
    th_html_put(out, "</a></p></div>\n");
    return put_answer(b, item);
}

/* ---- pages ------------------------------------------------------------------------------------------------------- */

static th_err put_page(book *b, const th_page *page)
{
    char flat[TH_PAGE_ID_BYTES], name[TH_PAGE_ID_BYTES + 8];
    const char *title = th_export_title(b->x, page);
    th_html out = {0};
    b->flat = flat;
    b->title = page->kind == TH_PAGE_QUIZ ? th_export_chapter(b->x, page) : title;
    b->answered = false;
    b->number = th_export_is_quiz(page) ? 0 : -1;
    th_export_flat(page->id, flat, sizeof flat);
    th_text_fmt(name, sizeof name, "%s.xhtml", flat);
    open_page(b->x, &out, title);
    th_html_put(&out, "<h1>");
    th_html_text(&out, title);
    th_html_put(&out, "</h1>\n");
    const th_err err = th_export_page(b->x, page, put_item, b, &out);
    close_page(&out);
    if (err) {
        th_html_free(&out);
        return err;
    }
    list_title(b, page->chapter >= 0 && page->kind != TH_PAGE_CHAPTER ? 2 : 1, name, title);
    return add_page(b, name, &out);
}

static th_err put_answers(book *b)
{
    th_html out = {0};
    const char *title = th_export_say(b->x, TH_WORD_ANSWERS);
    open_page(b->x, &out, title);
    th_html_fmt(&out, "<h1>%s</h1>\n", title);
    th_html_put(&out, b->answers.text ? b->answers.text : "<p></p>");
    if (b->answers.failed) out.failed = true;
    close_page(&out);
    list_title(b, 1, "answers.xhtml", title);
    return add_page(b, "answers.xhtml", &out);
}

static th_err put_glossary(book *b)
{
    th_html out = {0};
    json_t *terms, *term;
    size_t i;
    const th_page *page = th_shelf_find(b->x->cfg->shelf, "glossary");
    const char *title = page ? th_export_title(b->x, page) : "";
    TH_TRY(th_glossary_json(b->x->cfg->shelf, b->x->cfg->lang, &terms, b->x->why));
    if (!*title || strcmp(title, "glossary") == 0) title = "Glossary";
    open_page(b->x, &out, title);
    th_html_fmt(&out, "<h1>%s</h1>\n", title);
    json_array_foreach(terms, i, term)
    {
        th_html_put(&out, "<div id=\"");
        th_html_text(&out, json_string_value(json_object_get(term, "slug")));
        th_html_put(&out, "\"><h2>");
        th_html_text(&out, json_string_value(json_object_get(term, "term")));
        th_html_put(&out, "</h2>");
        th_export_html(b->x, &out, json_string_value(json_object_get(term, "html")));
        th_html_put(&out, "</div>\n");
    }
    json_decref(terms);
    close_page(&out);
    list_title(b, 1, "glossary.xhtml", title);
    return add_page(b, "glossary.xhtml", &out);
}

static th_err put_nav(book *b)
{
    th_html out = {0};
    const char *title = th_export_say(b->x, TH_WORD_CONTENTS);
    to_depth(b, 1);
    th_html_put(&b->toc, "</ol>");
    open_page(b->x, &out, title);
    th_html_fmt(&out, "<nav epub:type=\"toc\" id=\"toc\" role=\"doc-toc\"><h1>%s</h1>", title);
    th_html_put(&out, b->toc.text);
    th_html_put(&out, "</nav>\n");
    if (b->toc.failed) out.failed = true;
    close_page(&out);
    return th_export_add(b->x, "book/nav.xhtml", &out);
}

/* ---- the package ------------------------------------------------------------------------------------------------- */

static th_err put_package(book *b)
{
    const th_export *x = b->x;
    th_html out = {0};
    th_html_put(&out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<package xmlns=\"http://www.idpf.org/2007/opf\" "
                      "version=\"3.0\" unique-identifier=\"id\" xml:lang=\"");
    th_html_text(&out, x->cfg->lang);
    th_html_put(&out, "\">\n<metadata xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\n<dc:identifier id=\"id\">"
                      "urn:thimble:course:");
    th_html_text(&out, x->course->id);
    th_html_put(&out, ":");
    th_html_text(&out, x->cfg->lang);
    th_html_put(&out, "</dc:identifier>\n<dc:title>");
    th_html_text(&out, th_export_title(x, x->course));
    th_html_put(&out, "</dc:title>\n<dc:language>");
    th_html_text(&out, x->cfg->lang);
    th_html_put(&out, "</dc:language>\n<dc:publisher>Thimble</dc:publisher>\n<dc:description>");
    th_html_text(&out, th_page_value(x->cfg->shelf, x->course, x->cfg->lang, "summary"));
    th_html_put(&out, "</dc:description>\n"
                      /* one date for all: the same course gives the same bytes */
                      "<meta property=\"dcterms:modified\">2026-01-01T00:00:00Z</meta>\n"
                      "<meta property=\"schema:accessMode\">textual</meta>\n"
                      "<meta property=\"schema:accessMode\">visual</meta>\n"
                      "<meta property=\"schema:accessModeSufficient\">textual</meta>\n"
                      "<meta property=\"schema:accessibilityFeature\">alternativeText</meta>\n"
                      "<meta property=\"schema:accessibilityFeature\">MathML</meta>\n"
                      "<meta property=\"schema:accessibilityFeature\">tableOfContents</meta>\n"
                      "<meta property=\"schema:accessibilityHazard\">none</meta>\n"
                      "</metadata>\n<manifest>\n<item id=\"nav\" href=\"nav.xhtml\" "
                      "media-type=\"application/xhtml+xml\" properties=\"nav\"/>\n"
                      "<item id=\"style\" href=\"style.css\" media-type=\"text/css\"/>\n");
    th_html_put(&out, b->manifest.text ? b->manifest.text : "");
    th_html_fmt(&out, "</manifest>\n<spine page-progression-direction=\"%s\">\n", direction(x));
    th_html_put(&out, b->spine.text ? b->spine.text : "");
    th_html_put(&out, "</spine>\n</package>\n");
    if (b->manifest.failed || b->spine.failed) out.failed = true;
    return th_export_add(x, "book/package.opf", &out);
}

static th_err add_text(const th_export *x, const char *name, const char *text, bool plain)
{
    return th_pack_add(x->pack, name, (th_span){(const uint8_t *)text, strlen(text)}, plain, x->why);
}

static th_err add_frame(const th_export *x)
{
    TH_TRY(add_text(x, "mimetype", "application/epub+zip", true));
    TH_TRY(add_text(x, "META-INF/container.xml",
                    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                    "<container version=\"1.0\" xmlns=\"urn:oasis:names:tc:opendocument:xmlns:container\">\n"
                    "<rootfiles><rootfile full-path=\"book/package.opf\" "
                    "media-type=\"application/oebps-package+xml\"/></rootfiles>\n</container>\n",
                    false));
    return add_text(
        x, "book/style.css",
        "body { line-height: 1.5; margin: 5%; }\nimg { max-width: 100%; }\n"
        "table { border-collapse: collapse; }\nth, td { border: 1px solid; padding: 0.2em 0.5em; }\n"
        ".explore, .aside, .ask { border-inline-start: 0.25em solid; padding-inline-start: 1em; margin: 1em 0; }\n"
        ".key { font-weight: bold; }\n.answer { break-inside: avoid; margin: 1.5em 0; }\n",
        false);
}

static th_err make(book *b)
{
    size_t at = 0;
    const th_page *page;
    TH_TRY(add_frame(b->x));
    while ((page = th_export_next(b->x, &at)) != NULL) TH_TRY(put_page(b, page));
    TH_TRY(put_answers(b));
    TH_TRY(put_glossary(b));
    TH_TRY(put_nav(b));
    TH_TRY(th_export_pictures(b->x, "book/", list_picture, b));
    return put_package(b);
}

th_err th_export_epub(th_export *x)
{
    book b = {.x = x};
    x->links = &links;
    const th_err err = make(&b);
    th_html_free(&b.manifest);
    th_html_free(&b.spine);
    th_html_free(&b.toc);
    th_html_free(&b.answers);
    return err;
}
