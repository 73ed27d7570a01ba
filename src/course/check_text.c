/* Markdown as its author wrote it: links, pictures, headings, formulas. */
#include "course/check_priv.h"
#include "course/formula.h"
#include "course/map.h"
#include "course/markdown.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct walker {
    th_checker *c;
    const th_page *page;
    const char *file;
    th_span text;
    int line;
    size_t at;   /* how far in the text we surely are */
    th_html alt; /* of the picture that is open */
    bool in_picture;
    char picture[TH_COURSE_PATH];
    th_html tex;
    bool in_tex;
} walker;

/* The line in which `what` stands next; the block's own when it is not found as it was written. */
static int line_of(walker *w, const char *what, size_t n)
{
    int line = w->line;
    for (size_t i = w->at; n && i + n <= w->text.n; i++) {
        if (memcmp(w->text.p + i, what, n) != 0) continue;
        w->at = i;
        break;
    }
    for (size_t i = 0; i < w->at; i++) line += w->text.p[i] == '\n';
    return line;
}

/* ---- links ------------------------------------------------------------------------------------------------------- */

static const char *behind(const char *target, const char *scheme)
{
    const size_t n = strlen(scheme);
    return strncmp(target, scheme, n) == 0 ? target + n : NULL;
}

static bool has_page(const th_checker *c, const char *id, const char *end)
{
    char whole[TH_PAGE_ID_BYTES + 8];
    snprintf(whole, sizeof whole, "%.*s%s", TH_PAGE_ID_BYTES, id, end);
    return th_shelf_find(c->shelf, whole) != NULL;
}

static bool has_term(const th_checker *c, const char *slug)
{
    json_t *terms, *term;
    size_t i;
    bool found = false;
    if (th_glossary_json(c->shelf, "en", &terms, NULL)) return true; /* said where the glossary is looked at */
    json_array_foreach(terms, i, term) if (strcmp(json_string_value(json_object_get(term, "slug")), slug) == 0) found =
        true;
    json_decref(terms);
    return found;
}

static bool is_studio_page(const char *name)
{
    static const char *const pages[] = {"home", "overview", "collect", "look",     "train",
                                        "test", "squeeze",  "deploy",  "settings", "people"};
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
        if (strcmp(pages[i], name) == 0) return true;
    return false;
}

/* A link's target, "lesson:rule/coin/what-fits", exists? */
static void check_target(th_checker *c, const char *file, int line, const char *target)
{
    const char *rest;
    if ((rest = behind(target, "lesson:"))) {
        if (!has_page(c, rest, ""))
            th_check_say(c, file, line, "there is no lesson %.160s (thimble course list)", rest);
    } else if ((rest = behind(target, "lab:"))) {
        if (!has_page(c, rest, "/lab")) th_check_say(c, file, line, "chapter %.160s has no lab", rest);
    } else if ((rest = behind(target, "quiz:"))) {
        if (!has_page(c, rest, "/quiz")) th_check_say(c, file, line, "chapter %.160s has no quiz", rest);
    } else if ((rest = behind(target, "glossary:"))) {
        if (!has_term(c, rest))
            th_check_say(c, file, line, "the glossary has no \"%.80s\": add it, or mend the link", rest);
    } else if ((rest = behind(target, "studio:"))) {
        if (!is_studio_page(rest)) th_check_say(c, file, line, "the studio has no page \"%.80s\"", rest);
    } else if (!behind(target, "https://")) {
        th_check_say(c, file, line, "\"%.160s\" leads nowhere: lesson:, lab:, quiz:, glossary:, studio: or https://",
                     target);
    }
}

static void check_link(walker *w, const MD_ATTRIBUTE *href)
{
    char target[TH_LINK_BYTES];
    snprintf(target, sizeof target, "%.*s", (int)(href->size < sizeof target ? href->size : sizeof target - 1),
             href->text ? href->text : "");
    check_target(w->c, w->file, line_of(w, target, strlen(target)), target);
}

/* ---- pictures ---------------------------------------------------------------------------------------------------- */

static void open_picture(walker *w, const MD_ATTRIBUTE *src)
{
    w->in_picture = true;
    w->alt.n = 0;
    th_html_bytes(&w->alt, "", 0);
    snprintf(w->picture, sizeof w->picture, "%.*s", (int)(src->size < sizeof w->picture ? src->size : 1),
             src->text ? src->text : "");
}

static void close_picture(walker *w)
{
    char path[2 * TH_COURSE_PATH];
    th_span bytes;
    const char *slash = strrchr(w->page->file, '/');
    const int line = line_of(w, w->picture, strlen(w->picture));
    w->in_picture = false;
    snprintf(path, sizeof path, "%.*s%s", slash ? (int)(slash + 1 - w->page->file) : 0, w->page->file, w->picture);
    if (th_shelf_file(w->c->shelf, path, &bytes, NULL))
        th_check_say(w->c, w->file, line, "there is no picture %.200s beside this file", w->picture);
    if (w->alt.n < 20)
        th_check_say(w->c, w->file, line,
                     "the picture %.200s has no alt text: say what one learns from it, in a sentence or two",
                     w->picture);
}

/* ---- md4c -------------------------------------------------------------------------------------------------------- */

static int enter_block(MD_BLOCKTYPE type, void *detail, void *ctx)
{
    walker *w = ctx;
    if (type != MD_BLOCK_H) return 0;
    const unsigned level = ((MD_BLOCK_H_DETAIL *)detail)->level;
    if (level == 1)
        th_check_say(w->c, w->file, w->line, "the title stands in the front matter: headings begin with ##");
    if (level > 3 || (level == 3 && w->c->heading < 2))
        th_check_say(w->c, w->file, w->line, "a heading ## comes first, then ###; deeper ones there are none");
    w->c->heading = level;
    return 0;
}

static int leave_block(MD_BLOCKTYPE type, void *detail, void *ctx)
{
    (void)type;
    (void)detail;
    (void)ctx;
    return 0;
}

static int enter_span(MD_SPANTYPE type, void *detail, void *ctx)
{
    walker *w = ctx;
    if (type == MD_SPAN_A) check_link(w, &((MD_SPAN_A_DETAIL *)detail)->href);
    if (type == MD_SPAN_IMG) open_picture(w, &((MD_SPAN_IMG_DETAIL *)detail)->src);
    if (type == MD_SPAN_LATEXMATH || type == MD_SPAN_LATEXMATH_DISPLAY) {
        w->in_tex = true;
        w->tex.n = 0;
        th_html_bytes(&w->tex, "", 0);
    }
    return w->alt.failed || w->tex.failed;
}

static void check_formula(walker *w)
{
    char *mathml = NULL;
    th_why why = {0};
    w->in_tex = false;
    if (th_formula_mathml((th_span){(const uint8_t *)w->tex.text, w->tex.n}, false, &mathml, &why))
        th_check_say(w->c, w->file, line_of(w, w->tex.text, w->tex.n),
                     "$%.60s$: %s. A dollar that begins no formula is \\$", w->tex.text, why.text);
    free(mathml);
}

static int leave_span(MD_SPANTYPE type, void *detail, void *ctx)
{
    walker *w = ctx;
    (void)detail;
    if (type == MD_SPAN_IMG) close_picture(w);
    if (type == MD_SPAN_LATEXMATH || type == MD_SPAN_LATEXMATH_DISPLAY) check_formula(w);
    return 0;
}

static int text(MD_TEXTTYPE type, const MD_CHAR *bytes, MD_SIZE n, void *ctx)
{
    walker *w = ctx;
    if (w->in_tex) th_html_bytes(&w->tex, bytes, n);
    if (w->in_picture) th_html_bytes(&w->alt, bytes, n);
    if (type == MD_TEXT_NORMAL && n >= 2 && memchr(bytes + 1, '$', n - 1)) /* the first was \\$ */
        th_check_say(w->c, w->file, line_of(w, bytes, n),
                     "a single dollar: a formula that does not end? A dollar is \\$");
    return w->alt.failed || w->tex.failed;
}

th_err th_check_text(th_checker *c, const th_page *page, const char *file, th_span markdown, int line, th_why *why)
{
    const MD_PARSER parser = {
        .enter_block = enter_block,
        .leave_block = leave_block,
        .enter_span = enter_span,
        .leave_span = leave_span,
        .text = text,
    };
    walker w = {.c = c, .page = page, .file = file, .text = markdown, .line = line};
    th_html_bytes(&w.tex, "", 0);
    th_html_bytes(&w.alt, "", 0);
    const int failed = th_markdown_parse(markdown, parser, &w);
    th_html_free(&w.tex);
    th_html_free(&w.alt);
    return failed ? th_why_set(why, TH_ENOMEM, "out of memory for %s", file) : TH_OK;
}
