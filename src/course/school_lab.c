/* What grading said of labs; when a course is complete; certificates. */
#include "course/school_priv.h"

#include <stdlib.h>
#include <string.h>

#define RESULTS_SHOWN 10

/* ---- labs ----------------------------------------------------------------------------------------------------- */

/* A text for peers: the last version of it, which nobody has read yet. */
static th_err keep_text(th_sql_link *link, const th_pupil *who, const char *lab, const json_t *text, th_why *why)
{
    const char *name = json_string_value(json_object_get(text, "name")),
               *title = json_string_value(json_object_get(text, "title")),
               *words = json_string_value(json_object_get(text, "text"));
    const json_t *rubric = json_object_get(text, "rubric");
    char *rubric_text;
    if (!name || !title || !words || !json_is_array(rubric))
        return th_why_set(why, TH_EFORMAT, "%s: a text for peers is {name, title, text, rubric: [{name, text}]}", lab);
    TH_TRY(th_rows_text(rubric, &rubric_text, why));
    const th_err err =
        th_sql_do(link, why,
                  "INSERT INTO written (learner, lab, name, title, text, rubric, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?) "
                  "ON CONFLICT (learner, lab, name) DO UPDATE SET title = excluded.title, text = excluded.text, "
                  "rubric = excluded.rubric, at_ms = excluded.at_ms",
                  "isssssi", who->id, lab, name, title, words, rubric_text, who->now_ms);
    free(rubric_text);
    return err;
}

static th_err keep_best(th_sql_link *link, const th_pupil *who, const char *lab, double score, double of, th_why *why)
{
    const bool passed = of > 0 && score >= TH_SCHOOL_PASS * of;
    return th_sql_do(link, why,
                     "INSERT INTO labs (learner, lab, score, total, first_ms, best_ms, passed_ms) "
                     "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (learner, lab) DO UPDATE SET "
                     "best_ms = CASE WHEN excluded.score * labs.total > labs.score * excluded.total "
                     " THEN excluded.best_ms ELSE labs.best_ms END, "
                     "passed_ms = COALESCE(labs.passed_ms, excluded.passed_ms), "
                     "score = CASE WHEN excluded.score * labs.total > labs.score * excluded.total "
                     " THEN excluded.score ELSE labs.score END, "
                     "total = CASE WHEN excluded.score * labs.total > labs.score * excluded.total "
                     " THEN excluded.total ELSE labs.total END",
                     "isddiiI", who->id, lab, score, of, who->now_ms, who->now_ms, passed ? &who->now_ms : NULL);
}

static th_err keep_result(th_sql_link *link, const th_pupil *who, const char *lab, const json_t *result,
                          const char *told, th_why *why)
{
    const char *level = json_string_value(json_object_get(result, "level"));
    const double score = json_number_value(json_object_get(result, "score")),
                 unseen = json_number_value(json_object_get(result, "unseen")), /* no fault of hers */
        of = json_number_value(json_object_get(result, "of")) - unseen;
    json_t *text;
    size_t i;
    TH_TRY(th_sql_do(link, why,
                     "INSERT INTO lab_results (learner, lab, level, score, total, result, at_ms) "
                     "VALUES (?, ?, ?, ?, ?, ?, ?)",
                     "issddsi", who->id, lab, level ? level : "practice", score, of, told, who->now_ms));
    TH_TRY(keep_best(link, who, lab, score, of, why));
    json_array_foreach(json_object_get(result, "texts"), i, text) TH_TRY(keep_text(link, who, lab, text, why));
    return th_school_here(link, who, why);
}

th_err th_school_lab_result(th_school *s, const th_pupil *who, const char *lab, const json_t *result, th_why *why)
{
    th_sql_link *link;
    json_t *told = json_object(), *properties = json_object_get(result, "properties");
    char *text = NULL;
    if (!json_is_number(json_object_get(result, "score")) || !json_is_number(json_object_get(result, "of"))) {
        json_decref(told);
        return th_why_set(why, TH_EFORMAT, "%s: a result of grading has score and of", lab);
    }
    json_object_set(told, "properties", properties ? properties : json_null());
    th_err err = th_rows_text(told, &text, why);
    json_decref(told);
    if (!err) err = th_sql_begin(s->sql, who->id, &link, why);
    if (!err) err = th_sql_end(link, keep_result(link, who, lab, result, text, why), why);
    free(text);
    return err;
}

th_err th_school_lab_results(th_school *s, const th_pupil *who, const char *lab, json_t **results, th_why *why)
{
    th_sql_link *link;
    th_sql_rows *q;
    json_t *row;
    size_t i;
    TH_TRY(th_sql_read(s->sql, &link, why));
    th_err err = th_sql_ask(link, &q, why,
                            "SELECT at_ms, level, score, total, result FROM lab_results WHERE learner = ? AND lab = ? "
                            "ORDER BY id DESC LIMIT ?",
                            "isi", who->id, lab, (int64_t)RESULTS_SHOWN);
    if (!err) err = th_rows_list(q, "at:t level score:d of:d result:j", results, why);
    TH_TRY(th_sql_end(link, err, why));
    json_array_foreach(*results, i, row)
    {
        json_object_update(row, json_object_get(row, "result"));
        json_object_del(row, "result");
    }
    return TH_OK;
}

/* ---- the end of a course -------------------------------------------------------------------------------------- */

/* When the last thing of the course was done that counts. */
static th_err last_of(th_sql_link *link, const th_pupil *who, const char *course, int64_t *at_ms, th_why *why)
{
    char below[TH_PAGE_ID_BYTES];
    const size_t n = strlen(course);
    if (n + 3 > sizeof below) return th_why_set(why, TH_ERANGE, "this course's id is too long");
    memcpy(below, course, n);
    memcpy(below + n, "/%", 3); /* ids have no % or _ */
    return th_sql_number(
        link, at_ms, 0, why,
        "SELECT MAX(t) FROM (SELECT MAX(first_ms) AS t FROM progress WHERE learner = ? AND page LIKE ? "
        "UNION ALL SELECT MAX(last_ms) FROM items WHERE learner = ? AND quiz LIKE ? "
        "UNION ALL SELECT MAX(passed_ms) FROM labs WHERE learner = ? AND lab LIKE ?) u",
        "isisis", who->id, below, who->id, below, who->id, below);
}

th_err th_school_completion(th_school *s, const th_pupil *who, const th_shelf *shelf, const char *course,
                            json_t **completion, th_why *why)
{
    th_sql_link *link;
    th_known known = {0};
    json_t *missing = NULL;
    int64_t at_ms = 0;
    TH_TRY(th_sql_read(s->sql, &link, why));
    th_err err = th_known_of(link, who->id, &known, why);
    if (!err) err = last_of(link, who, course, &at_ms, why);
    err = th_sql_end(link, err, why);
    if (!err) err = th_known_missing(s, shelf, &known, course, &missing, why);
    th_known_free(&known);
    if (err) return err;
    const bool complete = json_array_size(missing) == 0;
    *completion = json_pack("{s:b, s:o, s:o}", "complete", complete, "missing", missing, "at",
                            complete ? json_integer((json_int_t)(at_ms / 1000)) : json_null());
    return *completion ? TH_OK : th_why_set(why, TH_ENOMEM, "out of memory");
}

th_err th_school_certificates(th_school *s, const th_pupil *who, json_t **list, th_why *why)
{
    th_sql_link *link;
    th_sql_rows *q;
    TH_TRY(th_sql_read(s->sql, &link, why));
    th_err err = th_sql_ask(link, &q, why,
                            "SELECT course, at_ms, level, jwt, svg FROM certificates WHERE learner = ? ORDER BY at_ms",
                            "i", who->id);
    if (!err) err = th_rows_list(q, "course at:t level jwt svg", list, why);
    return th_sql_end(link, err, why);
}

th_err th_school_certificate_keep(th_school *s, const th_pupil *who, const json_t *certificate, th_why *why)
{
    th_sql_link *link;
    const char *course = json_string_value(json_object_get(certificate, "course")),
               *level = json_string_value(json_object_get(certificate, "level")),
               *jwt = json_string_value(json_object_get(certificate, "jwt")),
               *svg = json_string_value(json_object_get(certificate, "svg"));
    if (!course || !level || !jwt || !svg)
        return th_why_set(why, TH_EFORMAT, "a certificate is {course, level, jwt, svg}");
    TH_TRY(th_sql_begin(s->sql, who->id, &link, why));
    const th_err err =
        th_sql_do(link, why,
                  "INSERT INTO certificates (learner, course, level, jwt, svg, at_ms) "
                  "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (learner, course) DO UPDATE SET "
                  "level = excluded.level, jwt = excluded.jwt, svg = excluded.svg, at_ms = excluded.at_ms",
                  "issssi", who->id, course, level, jwt, svg, who->now_ms);
    return th_sql_end(link, err, why);
}
