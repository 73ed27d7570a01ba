/* What a teacher sees of a class as a whole. */
#include "course/groups.h"
#include "course/school_class.h"
#include "course/school_marks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AWAY_DAYS   7 /* without a sign: she has stopped */
#define GROUPS_MOST 16

typedef struct board {
    const th_shelf *shelf;
    const char *lang;
    th_marks marks;
    json_t *lessons; /* id: {started, done, median_s}, of the class's courses */
    json_t *seen;    /* member's id: how many of these she has seen */
    json_t *last;    /* member's id: {page, at_ms}, where she was last */
    size_t n_lessons;
} board;

/* ---- days ----------------------------------------------------------------------------------------------------- */

static th_err days(th_sql_link *link, int64_t number, const char *sql, const char *name, json_t *out, th_why *why)
{
    th_sql_rows *q;
    json_t *list;
    TH_TRY(th_sql_ask(link, &q, why, sql, "i", number));
    TH_TRY(th_rows_list(q, "day:t n:i", &list, why));
    json_object_set_new(out, name, list);
    return TH_OK;
}

static th_err all_days(th_sql_link *link, int64_t number, json_t *out, th_why *why)
{
    TH_TRY(days(link, number,
                "SELECT joined_ms / 86400000 * 86400000 AS day, count(*) FROM members WHERE class = ? GROUP BY day "
                "ORDER BY day",
                "enrolment", out, why));
    return days(link, number,
                "SELECT d.day * 86400000, count(*) FROM days d JOIN members m ON m.learner = d.learner WHERE m.class = "
                "? GROUP BY d.day ORDER BY d.day",
                "active", out, why);
}

/* ---- lessons -------------------------------------------------------------------------------------------------- */

static bool in_courses(const board *b, const char *page)
{
    json_t *one;
    size_t i;
    json_array_foreach(b->marks.courses, i, one)
    {
        const char *course = json_string_value(one);
        const size_t n = strlen(course);
        if (!strncmp(page, course, n) && page[n] == '/') return true;
    }
    return false;
}

static void add_one(json_t *counts, const char *name)
{
    json_object_set_new(counts, name, json_integer(json_integer_value(json_object_get(counts, name)) + 1));
}

/* Rows of one page come by their seconds: the middle one is the median. */
typedef struct run_of {
    char page[TH_PAGE_ID_BYTES];
    int64_t *seconds;
    size_t n, cap;
    int64_t done;
} run_of;

static void end_run(board *b, run_of *run)
{
    if (run->n)
        json_object_set_new(b->lessons, run->page,
                            json_pack("{s:I, s:I, s:I}", "started", (json_int_t)run->n, "done", (json_int_t)run->done,
                                      "median_s", (json_int_t)run->seconds[run->n / 2]));
    run->n = 0;
    run->done = 0;
}

static th_err add_look(board *b, run_of *run, th_sql_rows *q, th_why *why)
{
    const char *page = th_sql_text(q, 1), *learner = th_sql_text(q, 0);
    const json_t *last = json_object_get(b->last, learner);
    if (!last || json_integer_value(json_object_get(last, "at")) < (json_int_t)th_sql_int(q, 4))
        json_object_set_new(b->last, learner,
                            json_pack("{s:s, s:I}", "page", page, "at", (json_int_t)th_sql_int(q, 4)));
    const th_page *known = th_shelf_find(b->shelf, page);
    if (!known || known->kind != TH_PAGE_LESSON || !in_courses(b, page)) return TH_OK;
    if (strcmp(run->page, known->id) != 0) {
        end_run(b, run);
        memcpy(run->page, known->id, sizeof run->page);
    }
    if (run->n == run->cap) {
        const size_t cap = run->cap ? 2 * run->cap : 64;
        int64_t *more = realloc(run->seconds, cap * sizeof *more);
        if (!more) return th_why_set(why, TH_ENOMEM, "out of memory for a dashboard");
        run->seconds = more;
        run->cap = cap;
    }
    run->seconds[run->n++] = th_sql_int(q, 3);
    run->done += th_sql_int(q, 2) != 0;
    add_one(b->seen, learner);
    return TH_OK;
}

static th_err looks(th_sql_link *link, board *b, int64_t number, th_why *why)
{
    th_sql_rows *q;
    run_of run = {.n = 0};
    th_err err = TH_OK;
    TH_TRY(th_sql_ask(link, &q, why,
                      "SELECT p.learner, p.page, p.done, p.seconds, p.last_ms FROM progress p "
                      "JOIN members m ON m.learner = p.learner WHERE m.class = ? ORDER BY p.page, p.seconds",
                      "i", number));
    while (!err && th_sql_next(q)) err = add_look(b, &run, q, why);
    end_run(b, &run);
    free(run.seconds);
    const th_err end = th_sql_done(q, why);
    return err ? err : end;
}

/* ---- items ---------------------------------------------------------------------------------------------------- */

static json_t *lesson_item(const board *b, const th_page *page)
{
    json_t *o = json_object_get(b->lessons, page->id);
    o = o ? json_incref(o) : json_pack("{s:i, s:i, s:n}", "started", 0, "done", 0, "median_s");
    json_object_set_new(o, "id", json_string(page->id));
    json_object_set_new(o, "title", json_string(th_page_value(b->shelf, page, b->lang, "title")));
    json_object_set_new(o, "kind", json_string("lesson"));
    return o;
}

static bool passed(const th_marks *m, size_t member, size_t column)
{
    const th_column *c = &m->column[column];
    return c->kind == TH_MARK_JOURNAL || m->points[member * m->n_columns + column] >= TH_SCHOOL_PASS * c->of - 1e-9;
}

static json_t *marked_item(const board *b, size_t column)
{
    const th_marks *m = &b->marks;
    int started = 0, done = 0;
    for (size_t i = 0; i < m->n_members; i++) {
        const bool there = m->mark[i * m->n_columns + column].there;
        started += there;
        done += there && passed(m, i, column);
    }
    return json_pack("{s:s, s:s, s:s, s:i, s:i, s:n}", "id", m->column[column].page->id, "title",
                     th_column_title(b->shelf, &m->column[column], b->lang), "kind",
                     th_mark_kind_name(m->column[column].kind), "started", started, "done", done, "median_s");
}

/* In the order in which they are learnt. */
static json_t *items(board *b)
{
    size_t n, column = 0;
    const th_page *pages = th_shelf_pages(b->shelf, &n);
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) {
        if (column < b->marks.n_columns && b->marks.column[column].page == &pages[i]) {
            json_array_append_new(list, marked_item(b, column++));
        } else if (pages[i].kind == TH_PAGE_LESSON && in_courses(b, pages[i].id)) {
            json_array_append_new(list, lesson_item(b, &pages[i]));
            b->n_lessons++;
        }
    }
    return list;
}

/* ---- people --------------------------------------------------------------------------------------------------- */

static const json_t *of_member(const board *b, const json_t *table, size_t member)
{
    char id[32];
    const json_t *number = json_object_get(json_array_get(b->marks.members, member), "id");
    (void)snprintf(id, sizeof id, "%lld", (long long)json_integer_value(number));
    return json_object_get(table, id);
}

static bool complete(const board *b, size_t member)
{
    bool all = (size_t)json_integer_value(of_member(b, b->seen, member)) == b->n_lessons && b->n_lessons;
    for (size_t c = 0; all && c < b->marks.n_columns; c++) all = passed(&b->marks, member, c);
    return all;
}

/* Pages where those were last who have not been here for a week and are not done. */
static json_t *stopped(const board *b, const bool *done, int64_t now_ms)
{
    json_t *counts = json_object(), *list = json_array(), *n;
    const char *page;
    for (size_t i = 0; i < b->marks.n_members; i++) {
        const json_t *last = of_member(b, b->last, i);
        if (last && !done[i] && now_ms - (int64_t)json_integer_value(json_object_get(last, "at")) >= AWAY_DAYS * DAY_MS)
            add_one(counts, json_string_value(json_object_get(last, "page")));
    }
    json_object_foreach(counts, page, n) json_array_append_new(list, json_pack("{s:s, s:O}", "id", page, "n", n));
    json_decref(counts);
    return list;
}

/* The groups of what they told of themselves, as far as they may be told. */
static json_t *groups_of(const board *b, const bool *done, const char *what)
{
    th_group group[GROUPS_MOST] = {{.name = NULL}};
    size_t n = 1;
    json_t *list = json_array();
    for (size_t i = 0; i < b->marks.n_members; i++) {
        const char *name = json_string_value(json_object_get(json_array_get(b->marks.members, i), what));
        size_t g = name ? 1 : 0;
        while (name && g < n && strcmp(group[g].name, name) != 0) g++;
        if (g == GROUPS_MOST) g = 0; /* more than there are words */
        if (g == n) group[n++] = (th_group){.name = name};
        group[g].n++;
        group[g].done += done[i];
    }
    th_groups_hide(group, n);
    for (size_t g = 0; g < n; g++)
        if (group[g].told)
            json_array_append_new(
                list, json_pack("{s:s?, s:i, s:i}", "group", group[g].name, "n", group[g].n, "done", group[g].done));
    return list;
}

static th_err people(const board *b, int64_t now_ms, json_t *out, th_why *why)
{
    const size_t n = b->marks.n_members;
    size_t ends = 0;
    bool *done = calloc(n ? n : 1, sizeof *done);
    if (!done) return th_why_set(why, TH_ENOMEM, "out of memory for a dashboard");
    for (size_t i = 0; i < n; i++) ends += done[i] = complete(b, i);
    json_object_set_new(out, "members", json_integer((json_int_t)n));
    json_object_set_new(out, "completion", json_real(n ? (double)ends / (double)n : 0));
    json_object_set_new(out, "stopped", stopped(b, done, now_ms));
    json_object_set_new(out, "groups",
                        json_pack("{s:o, s:o, s:o}", "age", groups_of(b, done, "age"), "education",
                                  groups_of(b, done, "education"), "gender", groups_of(b, done, "gender")));
    free(done);
    return TH_OK;
}

th_err th_school_dashboard(th_school *s, const th_pupil *who, const th_shelf *shelf, int64_t number, const char *lang,
                           json_t **out, th_why *why)
{
    th_sql_link *link;
    board b = {.shelf = shelf, .lang = lang};
    TH_TRY(th_marks_of(s, shelf, number, &b.marks, why));
    b.lessons = json_object();
    b.seen = json_object();
    b.last = json_object();
    *out = json_object();
    th_err err = th_sql_read(s->sql, &link, why);
    if (!err) {
        err = all_days(link, number, *out, why);
        if (!err) err = looks(link, &b, number, why);
        err = th_sql_end(link, err, why);
    }
    if (!err) json_object_set_new(*out, "items", items(&b));
    if (!err) err = people(&b, who->now_ms, *out, why);
    json_decref(b.lessons);
    json_decref(b.seen);
    json_decref(b.last);
    th_marks_free(&b.marks);
    if (err) json_decref(*out);
    return err;
}
