#include "course/school_marks.h"

#include "course/csv.h"
#include "course/school_class.h"

#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- policy
 * ----------------------------------------------------------------------------------------------------------- */

const char *th_mark_kind_name(th_mark_kind kind)
{
    static const char *const names[] = {"quiz", "lab", "journal"};
    return names[kind];
}

static bool is_kind(const char *name)
{
    for (int k = 0; k < TH_MARK_KINDS; k++)
        if (!strcmp(th_mark_kind_name((th_mark_kind)k), name)) return true;
    return false;
}

/* An object of numbers 0 .. most, whose names are kinds (or any). */
static th_err check_numbers(const json_t *policy, const char *part, double most, bool kinds, th_why *why)
{
    const char *name;
    json_t *value, *numbers = json_object_get(policy, part);
    if (numbers && !json_is_object(numbers)) return th_why_set(why, TH_EUSAGE, "policy.%s is an object", part);
    json_object_foreach(numbers, name, value)
    {
        if (kinds ? !is_kind(name) : !*name || strlen(name) > 20)
            return th_why_set(why, TH_EUSAGE, "policy.%s: \"%.40s\" is no name for one; quiz, lab and journal are",
                              part, name);
        if (!json_is_number(value) || json_number_value(value) < 0 || json_number_value(value) > most)
            return th_why_set(why, TH_EUSAGE, "policy.%s.%.40s is a number from 0 to %d", part, name, (int)most);
    }
    return TH_OK;
}

th_err th_policy_check(const json_t *policy, th_why *why)
{
    const json_t *late = json_object_get(policy, "late");
    if (!json_is_object(policy)) return th_why_set(why, TH_EUSAGE, "policy is an object: see docs/api-course.md");
    TH_TRY(check_numbers(policy, "weights", 1000, true, why));
    TH_TRY(check_numbers(policy, "drop", 100, true, why));
    TH_TRY(check_numbers(policy, "cutoffs", 100, false, why));
    if (late && (!json_is_number(late) || json_number_value(late) < 0 || json_number_value(late) > 100))
        return th_why_set(why, TH_EUSAGE, "policy.late is so many percent a day, 0 to 100");
    return TH_OK;
}

/* ---- columns
 * ----------------------------------------------------------------------------------------------------------- */

static bool kind_of(const th_page *page, th_mark_kind *kind)
{
    if (page->kind != TH_PAGE_QUIZ && page->kind != TH_PAGE_LAB && page->kind != TH_PAGE_JOURNAL) return false;
    *kind = page->kind == TH_PAGE_QUIZ ? TH_MARK_QUIZ : page->kind == TH_PAGE_LAB ? TH_MARK_LAB : TH_MARK_JOURNAL;
    return true;
}

static bool has_course(const json_t *courses, const char *id)
{
    json_t *one;
    size_t i;
    json_array_foreach(courses, i, one) if (!strcmp(json_string_value(one), id)) return true;
    return false;
}

/* Of the page, else of its chapter, else of its course. */
static int64_t deadline_of(const json_t *deadlines, const th_page *pages, const th_page *page)
{
    const char *const ids[] = {page->id, page->chapter >= 0 ? pages[page->chapter].id : "", pages[page->course].id};
    for (int i = 0; i < 3; i++) {
        const json_t *at = json_object_get(deadlines, ids[i]);
        if (at) return (int64_t)json_integer_value(at);
    }
    return 0;
}

static th_err make_columns(th_school *s, const th_shelf *shelf, const json_t *deadlines, th_marks *m, th_why *why)
{
    size_t n;
    const th_page *pages = th_shelf_pages(shelf, &n);
    m->column = calloc(n ? n : 1, sizeof *m->column);
    if (!m->column) return th_why_set(why, TH_ENOMEM, "out of memory for a gradebook");
    for (size_t i = 0; i < n; i++) {
        th_column *c = &m->column[m->n_columns];
        int points = 1;
        if (pages[i].course < 0 || !has_course(m->courses, pages[pages[i].course].id) || !kind_of(&pages[i], &c->kind))
            continue;
        if (c->kind == TH_MARK_QUIZ) TH_TRY(th_quiz_points(s, shelf, pages[i].id, &points, why));
        c->page = &pages[i];
        c->of = points;
        c->deadline_ms = deadline_of(deadlines, pages, &pages[i]);
        m->n_columns++;
    }
    return TH_OK;
}

/* The column of an id, or -1. There are about a hundred of them, and each is asked for by every answer of a class. */
static long column_of(const json_t *places, const char *id)
{
    const json_t *place = json_object_get(places, id);
    return place ? (long)json_integer_value(place) : -1;
}

/* ---- what was done
 * ------------------------------------------------------------------------------------------------------ */

typedef struct filling {
    th_marks *m;
    json_t *members, *columns; /* id: place */
    double late;               /* percent a day */
} filling;

/* What is left of points that were got at a time. */
static double part_left(const filling *f, const th_column *c, int64_t at_ms, int *days)
{
    *days = c->deadline_ms && at_ms > c->deadline_ms ? (int)((at_ms - c->deadline_ms + DAY_MS - 1) / DAY_MS) : 0;
    return fmax(0, 1 - *days * f->late / 100);
}

/* Some of the column's points (add), or all that there are, of which the best counts. */
static void put(const filling *f, const char *learner, const char *page, double points, int64_t at_ms, bool add)
{
    const json_t *member = json_object_get(f->members, learner);
    const long column = column_of(f->columns, page);
    int days;
    if (!member || column < 0) return;
    const size_t at = (size_t)json_integer_value(member) * f->m->n_columns + (size_t)column;
    const th_column *c = &f->m->column[column];
    th_mark *mark = &f->m->mark[at];
    const double part = points / c->of * part_left(f, c, at_ms, &days);
    const bool better = !mark->there || part > mark->part;
    if (add || better) mark->late = add && mark->late > days ? mark->late : days;
    mark->part = add ? mark->part + part : better ? part : mark->part;
    mark->there = true;
    f->m->points[at] = add ? f->m->points[at] + points : fmax(f->m->points[at], points);
}

#define OF_MEMBERS "learner IN (SELECT learner FROM members WHERE class = ?)"

static th_err put_rows(th_sql_link *link, const filling *f, int64_t number, const char *sql, bool add, th_why *why)
{
    th_sql_rows *q;
    TH_TRY(th_sql_ask(link, &q, why, sql, "i", number));
    while (th_sql_next(q)) put(f, th_sql_text(q, 0), th_sql_text(q, 1), th_sql_double(q, 2), th_sql_int(q, 3), add);
    return th_sql_done(q, why);
}

/* A lab's points are of its own total, which may change with its recipe: its column has 1. */
static th_err put_all(th_sql_link *link, const filling *f, int64_t number, th_why *why)
{
    TH_TRY(put_rows(link, f, number,
                    "SELECT learner, quiz, points, best_ms FROM items WHERE attempts > 0 AND " OF_MEMBERS, true, why));
    TH_TRY(put_rows(link, f, number,
                    "SELECT learner, lab, score / total, at_ms FROM lab_results WHERE total > 0 AND " OF_MEMBERS, false,
                    why));
    return put_rows(link, f, number, "SELECT learner, page, 1.0, at_ms FROM journals WHERE text <> '' AND " OF_MEMBERS,
                    false, why);
}

/* ---- all of it
 * ---------------------------------------------------------------------------------------------------------- */

static th_err read_class(th_sql_link *link, int64_t number, th_marks *m, json_t **deadlines, th_why *why)
{
    th_sql_rows *q;
    json_t *class = NULL;
    TH_TRY(th_sql_ask(link, &q, why, "SELECT courses, policy FROM classes WHERE id = ?", "i", number));
    TH_TRY(th_rows_one(q, "courses:j policy:j", &class, why));
    if (!class) return th_why_set(why, TH_ENOENT, "there is no such class");
    m->courses = json_incref(json_object_get(class, "courses"));
    m->policy = json_incref(json_object_get(class, "policy"));
    json_decref(class);
    TH_TRY(th_sql_ask(link, &q, why,
                      "SELECT l.id, CASE WHEN l.name = '' THEN 'me' ELSE l.name END, m.joined_ms, "
                      "CASE WHEN l.share = 1 THEN l.age END, CASE WHEN l.share = 1 THEN l.education END, "
                      "CASE WHEN l.share = 1 THEN l.gender END "
                      "FROM members m JOIN learners l ON l.id = m.learner WHERE m.class = ? ORDER BY l.name",
                      "i", number));
    TH_TRY(th_rows_list(q, "id:i name joined_ms:i age education gender", &m->members, why));
    m->n_members = json_array_size(m->members);
    TH_TRY(th_sql_ask(link, &q, why, "SELECT page, at_ms FROM deadlines WHERE class = ?", "i", number));
    *deadlines = json_object();
    while (th_sql_next(q))
        json_object_set_new(*deadlines, th_sql_text(q, 0), json_integer((json_int_t)th_sql_int(q, 1)));
    return th_sql_done(q, why);
}

static th_err fill(th_sql_link *link, int64_t number, th_marks *m, th_why *why)
{
    filling f = {m, json_object(), json_object(), json_number_value(json_object_get(m->policy, "late"))};
    const size_t n = m->n_members * m->n_columns;
    m->mark = calloc(n ? n : 1, sizeof *m->mark);
    m->points = calloc(n ? n : 1, sizeof *m->points);
    for (size_t i = 0; i < m->n_members; i++) {
        char id[32];
        const json_int_t number_of = json_integer_value(json_object_get(json_array_get(m->members, i), "id"));
        (void)th_text_fmt(id, sizeof id, "%lld", (long long)number_of);
        json_object_set_new(f.members, id, json_integer((json_int_t)i));
    }
    for (size_t i = 0; i < m->n_columns; i++)
        json_object_set_new(f.columns, m->column[i].page->id, json_integer((json_int_t)i));
    th_err err = m->mark && m->points ? TH_OK : th_why_set(why, TH_ENOMEM, "out of memory for a gradebook");
    if (!err) err = put_all(link, &f, number, why);
    json_decref(f.members);
    json_decref(f.columns);
    return err;
}

void th_marks_free(th_marks *m)
{
    json_decref(m->members);
    json_decref(m->policy);
    json_decref(m->courses);
    free(m->column);
    free(m->mark);
    free(m->points);
    *m = (th_marks){0};
}

th_err th_marks_of(th_school *s, const th_shelf *shelf, int64_t number, th_marks *m, th_why *why)
{
    th_sql_link *link;
    json_t *deadlines = NULL;
    *m = (th_marks){0};
    TH_TRY(th_sql_read(s->sql, &link, why));
    th_err err = read_class(link, number, m, &deadlines, why);
    if (!err) err = make_columns(s, shelf, deadlines, m, why);
    if (!err) err = fill(link, number, m, why);
    json_decref(deadlines);
    if (err) th_marks_free(m);
    return th_sql_end(link, err, why);
}

/* ---- the gradebook
 * ------------------------------------------------------------------------------------------------------ */

static double of_kind(const json_t *policy, const char *part, th_mark_kind kind)
{
    return json_number_value(json_object_get(json_object_get(policy, part), th_mark_kind_name(kind)));
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The mean of a kind's parts without the worst `drop`; -1: there are none. */
static double mean_of(const th_marks *m, size_t member, th_mark_kind kind, double *part)
{
    size_t n = 0, drop = (size_t)of_kind(m->policy, "drop", kind);
    double sum = 0;
    for (size_t c = 0; c < m->n_columns; c++)
        if (m->column[c].kind == kind) part[n++] = m->mark[member * m->n_columns + c].part;
    if (n == 0) return -1;
    if (drop >= n) drop = n - 1; /* one always counts */
    qsort(part, n, sizeof *part, by_value);
    for (size_t i = drop; i < n; i++) sum += part[i];
    return sum / (double)(n - drop);
}

static double total_of(const th_marks *m, size_t member, double *part)
{
    double sum = 0, weights = 0;
    for (int k = 0; k < TH_MARK_KINDS; k++) {
        const double mean = mean_of(m, member, (th_mark_kind)k, part),
                     weight = of_kind(m->policy, "weights", (th_mark_kind)k);
        if (mean < 0) continue;
        sum += weight * mean;
        weights += weight;
    }
    return weights > 0 ? 100 * sum / weights : 0;
}

/* The name of the highest limit that is reached, or "". */
static const char *grade_of(const json_t *policy, double total)
{
    const char *name, *best = "";
    json_t *limit;
    double highest = -1;
    json_object_foreach(json_object_get(policy, "cutoffs"), name, limit)
    {
        const double at = json_number_value(limit);
        if (total + 1e-9 < at || at <= highest) continue;
        highest = at;
        best = name;
    }
    return best;
}

static json_t *row_of(const th_marks *m, size_t member, double *part)
{
    json_t *cells = json_array();
    const double total = total_of(m, member, part);
    for (size_t c = 0; c < m->n_columns; c++) {
        const th_mark *mark = &m->mark[member * m->n_columns + c];
        json_array_append_new(
            cells, !mark->there ? json_pack("{s:n, s:i}", "points", "late", 0)
                                : json_pack("{s:f, s:i}", "points", mark->part * m->column[c].of, "late", mark->late));
    }
    return json_pack("{s:O, s:o, s:f, s:s}", "learner", json_object_get(json_array_get(m->members, member), "name"),
                     "cells", cells, "total", total, "grade", grade_of(m->policy, total));
}

const char *th_column_title(const th_shelf *shelf, const th_column *c, const char *lang)
{
    size_t n;
    const th_page *pages = th_shelf_pages(shelf, &n);
    const th_page *page = c->kind == TH_MARK_QUIZ && c->page->chapter >= 0 ? &pages[c->page->chapter] : c->page;
    return th_page_value(shelf, page, lang, "title");
}

th_err th_school_gradebook(th_school *s, const th_shelf *shelf, int64_t number, const char *lang, json_t **book,
                           th_why *why)
{
    th_marks m;
    json_t *columns = json_array(), *rows = json_array();
    th_err err = th_marks_of(s, shelf, number, &m, why);
    double *part = err ? NULL : calloc(m.n_columns ? m.n_columns : 1, sizeof *part);
    if (!err && !part) err = th_why_set(why, TH_ENOMEM, "out of memory for a gradebook");
    for (size_t c = 0; !err && c < m.n_columns; c++)
        json_array_append_new(columns, json_pack("{s:s, s:s, s:s, s:f, s:f, s:o}", "id", m.column[c].page->id, "title",
                                                 th_column_title(shelf, &m.column[c], lang), "kind",
                                                 th_mark_kind_name(m.column[c].kind), "of", m.column[c].of, "weight",
                                                 of_kind(m.policy, "weights", m.column[c].kind), "deadline",
                                                 m.column[c].deadline_ms
                                                     ? json_integer((json_int_t)(m.column[c].deadline_ms / 1000))
                                                     : json_null()));
    for (size_t i = 0; !err && i < m.n_members; i++) json_array_append_new(rows, row_of(&m, i, part));
    free(part);
    if (!err) th_marks_free(&m);
    *book = json_pack("{s:o, s:o}", "columns", columns, "rows", rows);
    if (!err) return TH_OK;
    json_decref(*book);
    return err;
}

th_err th_school_gradebook_csv(const json_t *book, char **csv, th_why *why)
{
    th_html out = {0};
    json_t *one, *cell;
    size_t i, j;
    th_csv_text(&out, true, "learner");
    json_array_foreach(json_object_get(book, "columns"), i, one)
        th_csv_text(&out, false, json_string_value(json_object_get(one, "id")));
    th_csv_text(&out, false, "total");
    th_csv_text(&out, false, "grade");
    th_csv_end(&out);
    json_array_foreach(json_object_get(book, "rows"), i, one)
    {
        th_csv_text(&out, true, json_string_value(json_object_get(one, "learner")));
        json_array_foreach(json_object_get(one, "cells"), j, cell)
        {
            const json_t *points = json_object_get(cell, "points");
            if (json_is_null(points))
                th_csv_text(&out, false, "");
            else
                th_csv_number(&out, false, json_number_value(points));
        }
        th_csv_number(&out, false, json_number_value(json_object_get(one, "total")));
        th_csv_text(&out, false, json_string_value(json_object_get(one, "grade")));
        th_csv_end(&out);
    }
    *csv = out.failed ? NULL : out.text;
    if (*csv) return TH_OK;
    th_html_free(&out);
    return th_why_set(why, TH_ENOMEM, "out of memory for a table");
}
