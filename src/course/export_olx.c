/* A course of Open edX:
 *
 *   course/course.xml                which run
 *   course/course/run.xml            its chapters
 *   course/chapter, sequential, vertical/NAME.xml   parts inside each other
 *   course/html/NAME.xml, NAME.html  a text
 *   course/problem/NAME.xml          a question
 *   course/static/                   pictures
 *   course/policies/run/             names and the policy of grading
 *   course/about/                    what the catalogue says
 *
 * A chapter has its lessons, its quiz (graded), its lab and its journal prompt as sequentials.
 * Source: docs.openedx.org, "Open Learning XML (OLX)". */
#include "course/export_priv.h"

#include "base/text.h"
#include "course/olx.h"

#include <stdlib.h>
#include <string.h>

#define NAME_BYTES (TH_PAGE_ID_BYTES + 32)

typedef struct run {
    th_export *x;
    th_html chapters;    /* of the course */
    th_html sequentials; /* of the chapter */
    th_html verticals;   /* of the sequential */
    th_html parts;       /* of the vertical */
    const th_page *chapter;
    th_export_word part; /* of the chapter: what the sequential holds */
    const char *flat;    /* the vertical's name */
    int n;               /* parts of it so far */
} run;

static const char *page_address(const th_export *x, const char *id, char *buf, size_t cap)
{
    char flat[TH_PAGE_ID_BYTES];
    if (!th_export_has(x, id) || strlen(id) >= sizeof flat) return NULL;
    th_text_fmt(buf, cap, "/jump_to_id/%s", th_export_flat(id, flat, sizeof flat));
    return buf;
}

static const th_export_links links = {page_address, "/static/"};

static th_err add(const run *r, const char *folder, const char *name, const char *end, th_html *text)
{
    char path[NAME_BYTES + 64];
    th_text_fmt(path, sizeof path, "course/%s/%s%s", folder, name, end);
    return th_export_add(r->x, path, text);
}

/* <word url_name="name"/> */
static void refer(th_html *out, const char *word, const char *name)
{
    th_html_fmt(out, "  <%s url_name=\"", word);
    th_html_text(out, name);
    th_html_put(out, "\"/>\n");
}

static void attribute(th_html *out, const char *name, const char *value)
{
    th_html_fmt(out, " %s=\"", name);
    th_html_text(out, value);
    th_html_put(out, "\"");
}

/* <word display_name="title" ..>children</word> as a file of its own; children is emptied. */
static th_err add_block(run *r, const char *word, const char *name, const char *title, const char *more,
                        th_html *children)
{
    th_html out = {0};
    th_html_fmt(&out, "<%s", word);
    attribute(&out, "display_name", title);
    th_html_fmt(&out, "%s>\n%s</%s>\n", more, children->text ? children->text : "", word);
    if (children->failed) out.failed = true;
    th_html_free(children);
    return add(r, word, name, ".xml", &out);
}

/* What was collected of a text becomes a component of the vertical. */
static th_err end_text(run *r, const char *title, th_html *text)
{
    char name[NAME_BYTES];
    th_html out = {0};
    if (!text->n && !text->failed) return TH_OK;
    th_text_fmt(name, sizeof name, "%s-%d", r->flat, ++r->n);
    TH_TRY(add(r, "html", name, ".html", text));
    th_html_put(&out, "<html");
    attribute(&out, "filename", name);
    attribute(&out, "display_name", title);
    th_html_put(&out, "/>\n");
    refer(&r->parts, "html", name);
    return add(r, "html", name, ".xml", &out);
}

/* A question; an essay is a text to think about. */
static th_err put_item(void *ctx, const th_item *item, th_html *text)
{
    run *r = ctx;
    char name[NAME_BYTES];
    th_html out = {0};
    if (item->kind == TH_ITEM_ESSAY) {
        TH_TRY(th_export_text(r->x, item, item->stem, text));
        th_html_fmt(text, "<p><em>%s</em></p>\n", th_export_say(r->x, TH_WORD_WRITE));
        return TH_OK;
    }
    TH_TRY(end_text(r, r->chapter ? th_export_title(r->x, r->chapter) : "", text));
    th_text_fmt(name, sizeof name, "%s-%d", r->flat, ++r->n);
    const th_err err = th_olx_problem(r->x, item, &out);
    if (err) {
        th_html_free(&out);
        return err;
    }
    refer(&r->parts, "problem", name);
    return add(r, "problem", name, ".xml", &out);
}

/* A page as a vertical. */
static th_err put_page(run *r, const th_page *page)
{
    char flat[TH_PAGE_ID_BYTES];
    th_html text = {0};
    const char *title = th_export_title(r->x, page);
    r->flat = th_export_flat(page->id, flat, sizeof flat);
    r->n = 0;
    th_err err = th_export_page(r->x, page, put_item, r, &text);
    if (!err) err = end_text(r, title, &text);
    th_html_free(&text);
    if (!err) err = add_block(r, "vertical", flat, title, "", &r->parts);
    if (!err) refer(&r->verticals, "vertical", flat);
    return err;
}

/* The pages so far as a sequential of the chapter. */
static th_err end_sequential(run *r)
{
    char name[NAME_BYTES];
    if (!r->verticals.n || !r->chapter) return TH_OK;
    th_text_fmt(name, sizeof name, "%s-part%d", r->chapter->id, (int)r->part);
    th_export_flat(name, name, sizeof name);
    const bool quiz = r->part == TH_WORD_QUIZ;
    TH_TRY(add_block(r, "sequential", name, th_export_say(r->x, r->part),
                     quiz ? " format=\"Quiz\" graded=\"true\"" : "", &r->verticals));
    refer(&r->sequentials, "sequential", name);
    return TH_OK;
}

static th_err end_chapter(run *r)
{
    char flat[TH_PAGE_ID_BYTES];
    TH_TRY(end_sequential(r));
    if (!r->chapter || !r->sequentials.n) return TH_OK;
    th_export_flat(r->chapter->id, flat, sizeof flat);
    refer(&r->chapters, "chapter", flat);
    return add_block(r, "chapter", flat, th_export_title(r->x, r->chapter), "", &r->sequentials);
}

static th_err put_pages(run *r)
{
    size_t at = 0;
    const th_page *page;
    while ((page = th_export_next(r->x, &at)) != NULL) {
        const th_export_word part = page->kind == TH_PAGE_QUIZ        ? TH_WORD_QUIZ
                                    : page->kind == TH_PAGE_LAB       ? TH_WORD_LAB
                                    : page->kind == TH_PAGE_JOURNAL   ? TH_WORD_JOURNAL
                                    : page->kind == TH_PAGE_PLACEMENT ? TH_WORD_PLACEMENT
                                                                      : TH_WORD_LESSONS;
        const bool opens = page->kind == TH_PAGE_CHAPTER || page->kind == TH_PAGE_COURSE;
        if (opens) TH_TRY(end_chapter(r));
        if (opens) r->chapter = page;
        if (!opens && part != r->part) TH_TRY(end_sequential(r));
        r->part = part;
        TH_TRY(put_page(r, page));
    }
    return end_chapter(r);
}

/* ---- around it -----------------------------------------------------------------------------------------------------
 */

static th_err add_course(run *r)
{
    const th_export *x = r->x;
    th_html out = {0}, about = {0}, inner = {0};
    th_html_put(&out, "<course url_name=\"run\" org=\"Thimble\"");
    attribute(&out, "course", x->course->id);
    th_html_put(&out, "/>\n");
    TH_TRY(th_export_add(x, "course/course.xml", &out));
    th_html_put(&inner, " start=\"&quot;2026-01-01T00:00:00+00:00&quot;\"");
    attribute(&inner, "language", x->cfg->lang);
    const th_err err = inner.failed
                           ? th_why_set(x->why, TH_ENOMEM, "out of memory while the course is written")
                           : add_block(r, "course", "run", th_export_title(x, x->course), inner.text, &r->chapters);
    th_html_free(&inner);
    TH_TRY(err);
    th_html_put(&about, "<p>");
    th_html_text(&about, th_page_value(x->cfg->shelf, x->course, x->cfg->lang, "summary"));
    th_html_put(&about, "</p>\n");
    TH_TRY(th_export_add(x, "course/about/overview.html", &about));
    th_html_text(&about, th_page_value(x->cfg->shelf, x->course, x->cfg->lang, "summary"));
    return th_export_add(x, "course/about/short_description.html", &about);
}

static th_err add_policies(const run *r)
{
    const th_export *x = r->x;
    th_html out = {0};
    json_t *policy = json_pack("{s:{s:s, s:s}}", "course/run", "display_name", th_export_title(x, x->course),
                               "language", x->cfg->lang);
    char *text = policy ? json_dumps(policy, JSON_INDENT(2)) : NULL;
    json_decref(policy);
    if (!text) return th_why_set(x->why, TH_ENOMEM, "out of memory while the course is written");
    th_html_put(&out, text);
    free(text);
    TH_TRY(th_export_add(x, "course/policies/run/policy.json", &out));
    th_html_put(&out, "{\n  \"GRADER\": [\n    {\"type\": \"Quiz\", \"short_label\": \"Quiz\", \"min_count\": 1, "
                      "\"drop_count\": 0, \"weight\": 1.0}\n  ],\n  \"GRADE_CUTOFFS\": {\"Pass\": 0.5}\n}\n");
    return th_export_add(x, "course/policies/run/grading_policy.json", &out);
}

th_err th_export_olx(th_export *x)
{
    run r = {.x = x};
    x->links = &links;
    th_err err = put_pages(&r);
    if (!err) err = add_course(&r);
    if (!err) err = add_policies(&r);
    if (!err) err = th_export_pictures(x, "course/static/", NULL, NULL);
    th_html *const all[] = {&r.chapters, &r.sequentials, &r.verticals, &r.parts};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) th_html_free(all[i]);
    return err;
}
