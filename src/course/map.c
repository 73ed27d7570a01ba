#include "course/map.h"

#include "course/front.h"

#include <stdlib.h>
#include <string.h>

typedef struct mapper {
    const th_shelf *shelf;
    const char *lang;
    const th_page *pages;
    size_t n;
    bool failed;
} mapper;

static const char *value(const mapper *m, const th_page *p, const char *name)
{
    return th_page_value(m->shelf, p, m->lang, name);
}

/* "a; b" -> ["a", "b"] */
static json_t *list_json(const char *text)
{
    json_t *list = json_array();
    for (const char *at = text; *at;) {
        const size_t n = strcspn(at, ";");
        const th_span part = th_text_trim((th_span){(const uint8_t *)at, n});
        if (part.n) json_array_append_new(list, json_stringn((const char *)part.p, part.n));
        at += n + (at[n] == ';');
    }
    return list;
}

/* Items of a quiz: each has its name, "::slug::" at the beginning of a line. */
static int count_items(const mapper *m, const th_page *quiz)
{
    th_span bytes, line;
    int n = 0;
    if (th_shelf_file(m->shelf, quiz->file, &bytes, NULL)) return 0;
    for (size_t at = 0; th_text_line(bytes, &at, &line);) n += th_text_begins(th_text_trim(line), "::");
    return n;
}

static json_t *lesson(const mapper *m, const th_page *p)
{
    return json_pack("{s:s, s:s, s:i, s:b}", "id", p->id, "title", value(m, p, "title"), "minutes",
                     th_page_number(m->shelf, p, "minutes"), "done", 0);
}

static json_t *lab(const mapper *m, const th_page *p)
{
    return json_pack("{s:s, s:s, s:i, s:n}", "id", p->id, "title", value(m, p, "title"), "minutes",
                     th_page_number(m->shelf, p, "minutes"), "best");
}

/* Puts a page into its chapter's object. */
static void put_page(mapper *m, json_t *o, const th_page *p)
{
    int bad = 0;
    if (p->kind == TH_PAGE_LESSON) bad = json_array_append_new(json_object_get(o, "lessons"), lesson(m, p));
    if (p->kind == TH_PAGE_LAB) bad = json_object_set_new(o, "lab", lab(m, p));
    if (p->kind == TH_PAGE_QUIZ)
        bad = json_object_set_new(o, "quiz",
                                  json_pack("{s:s, s:i, s:n}", "id", p->id, "items", count_items(m, p), "best"));
    if (p->kind == TH_PAGE_JOURNAL)
        bad = json_object_set_new(o, "journal", json_pack("{s:s, s:b}", "id", p->id, "done", 0));
    if (bad) m->failed = true;
}

static json_t *chapter(mapper *m, size_t at)
{
    const th_page *p = &m->pages[at];
    json_t *o = json_pack("{s:s, s:s, s:s, s:o, s:b, s:o, s:[], s:n, s:n, s:n}", "id", p->id, "title",
                          value(m, p, "title"), "question", value(m, p, "question"), "goals",
                          list_json(value(m, p, "goals")), "care", strcmp(value(m, p, "care"), "yes") == 0, "sense",
                          list_json(value(m, p, "sense")), "lessons", "quiz", "lab", "journal");
    for (size_t i = at + 1; o && i < m->n; i++)
        if (m->pages[i].chapter == (int)at) put_page(m, o, &m->pages[i]);
    return o;
}

static json_t *course(mapper *m, size_t at)
{
    const th_page *p = &m->pages[at];
    json_t *o = json_pack("{s:s, s:s, s:s, s:i, s:n, s:b, s:b, s:[]}", "id", p->id, "title", value(m, p, "title"),
                          "summary", value(m, p, "summary"), "hours", th_page_number(m->shelf, p, "hours"), "placement",
                          "open", 1, "done", 0, "chapters");
    for (size_t i = at + 1; o && i < m->n; i++) {
        const th_page *q = &m->pages[i];
        if (q->course != (int)at) continue;
        int bad = 0;
        if (q->kind == TH_PAGE_PLACEMENT) bad = json_object_set_new(o, "placement", json_string(q->id));
        if (q->kind == TH_PAGE_CHAPTER) bad = json_array_append_new(json_object_get(o, "chapters"), chapter(m, i));
        if (bad) m->failed = true;
    }
    return o;
}

th_err th_map_json(const th_shelf *shelf, const char *lang, json_t **map, th_why *why)
{
    mapper m = {.shelf = shelf, .lang = lang};
    m.pages = th_shelf_pages(shelf, &m.n);
    json_t *courses = json_array();
    for (size_t i = 0; i < m.n; i++)
        if (m.pages[i].kind == TH_PAGE_COURSE && json_array_append_new(courses, course(&m, i))) m.failed = true;
    *map = json_pack("{s:o, s:n, s:i, s:[]}", "courses", courses, "last", "due", 0, "certificates");
    if (*map && !m.failed) return TH_OK;
    json_decref(*map);
    return th_why_set(why, TH_EFORMAT, "the courses' front matter is no text of UTF-8, or memory is out");
}
