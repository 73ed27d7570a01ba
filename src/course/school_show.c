/* The showcase: what learners made, and what others say of it by a rubric. */
#include "course/school_priv.h"
#include "course/school_together.h"

#include <stdlib.h>
#include <string.h>

#define TITLE_BYTES 200
#define MADE_MOST   10
#define NO_SHOW     "there is no such project in the showcase"

#define SHOWS                                                                                                          \
    "SELECT p.id, CASE WHEN l.name = '' THEN 'me' ELSE l.name END, p.author = ?, p.title, p.text, p.project, p.made, " \
    "p.at_ms, p.removed, count(r.learner), AVG(r.mastery * 1.0), AVG(r.creativity * 1.0), AVG(r.benefit * 1.0) "       \
    "FROM projects p JOIN learners l ON l.id = p.author LEFT JOIN reviews r ON r.project = p.id "                      \
    "WHERE (p.removed = 0 OR p.author = ? OR ? = 1) AND (? = 0 OR p.id = ?) "                                          \
    "GROUP BY p.id, l.name, p.author, p.title, p.text, p.project, p.made, p.at_ms, p.removed ORDER BY p.id DESC "      \
    "LIMIT 500"
#define SHOW_SHAPE                                                                                                     \
    "id:i author mine:b title text project made:j at:t removed:b reviews:i mastery:d creativity:d benefit:d"

static th_err shows(th_sql_link *link, const th_pupil *who, int64_t number, json_t **list, th_why *why)
{
    th_sql_rows *q;
    TH_TRY(th_sql_ask(link, &q, why, SHOWS, "iiiii", who->id, who->id, (int64_t)who->teacher, number, number));
    return th_rows_list(q, SHOW_SHAPE, list, why);
}

th_err th_school_showcase(th_school *s, const th_pupil *who, json_t **list, th_why *why)
{
    th_sql_link *link;
    TH_TRY(th_sql_read(s->sql, &link, why));
    TH_TRY(th_sql_end(link, shows(link, who, 0, list, why), why));
    return th_rows_html(*list, why);
}

static th_err reviews_of(th_sql_link *link, const th_pupil *who, int64_t number, json_t **told, th_why *why)
{
    th_sql_rows *q;
    TH_TRY(th_sql_ask(link, &q, why,
                      "SELECT CASE WHEN l.name = '' THEN 'me' ELSE l.name END, r.learner = ?, r.mastery, r.creativity, "
                      "r.benefit, r.text, r.at_ms FROM reviews r JOIN learners l ON l.id = r.learner "
                      "WHERE r.project = ? ORDER BY r.at_ms, r.learner",
                      "ii", who->id, number));
    return th_rows_list(q, "author mine:b mastery:i creativity:i benefit:i text at:t", told, why);
}

th_err th_school_show(th_school *s, const th_pupil *who, int64_t number, json_t **one, th_why *why)
{
    th_sql_link *link;
    json_t *list = NULL, *told = NULL;
    TH_TRY(th_sql_read(s->sql, &link, why));
    th_err err = shows(link, who, number, &list, why);
    if (!err && !json_array_size(list)) err = th_why_set(why, TH_ENOENT, NO_SHOW);
    if (!err) err = reviews_of(link, who, number, &told, why);
    err = th_sql_end(link, err, why);
    if (!err) err = th_rows_html(told, why);
    if (err) {
        json_decref(list);
        return err;
    }
    json_object_set_new(json_array_get(list, 0), "told", told);
    TH_TRY(th_rows_html(list, why));
    *one = json_incref(json_array_get(list, 0));
    json_decref(list);
    return TH_OK;
}

static th_err check_made(const json_t *made, th_why *why)
{
    json_t *one;
    size_t i;
    if (!json_is_array(made) || json_array_size(made) > MADE_MOST)
        return th_why_set(why, TH_EUSAGE, "made is a list of at most %d texts", MADE_MOST);
    json_array_foreach(made, i, one) TH_TRY(th_words_ok("made", json_string_value(one), TITLE_BYTES, false, why));
    return TH_OK;
}

th_err th_school_show_put(th_school *s, const th_pupil *who, int64_t *number, const json_t *body, th_why *why)
{
    th_sql_link *link;
    char *made;
    json_t *none = json_array(), *list = json_object_get(body, "made") ? json_object_get(body, "made") : none;
    const json_t *project = json_object_get(body, "project");
    const char *title = json_string_value(json_object_get(body, "title")),
               *text = json_string_value(json_object_get(body, "text")),
               *name = project && !json_is_null(project) ? json_string_value(project) : "";
    th_err err = th_words_ok("title", title, TITLE_BYTES, false, why);
    if (!err) err = th_words_ok("text", text, TH_POST_BYTES, false, why);
    if (!err) err = th_words_ok("project", name, TITLE_BYTES, true, why);
    if (!err) err = check_made(list, why);
    if (!err) err = th_rows_text(list, &made, why);
    json_decref(none);
    if (err) return err;
    err = th_sql_begin(s->sql, 0, &link, why);
    const int64_t old = *number;
    if (!err && !old) {
        err =
            th_sql_number(link, number, 0, why,
                          "INSERT INTO projects (author, title, text, project, made, at_ms) VALUES (?, ?, ?, ?, ?, ?) "
                          "RETURNING id",
                          "issssi", who->id, title, text, name, made, who->now_ms);
        err = th_sql_end(link, err, why);
    } else if (!err) {
        err = th_sql_do(link, why,
                        "UPDATE projects SET title = ?, text = ?, project = ?, made = ? WHERE id = ? AND author = ?",
                        "ssssii", title, text, name, made, old, who->id);
        err = th_school_end_one(link, err, "you have no such project in the showcase", why);
    }
    free(made);
    return err;
}

th_err th_school_show_remove(th_school *s, const th_pupil *who, int64_t number, bool removed, th_why *why)
{
    th_sql_link *link;
    TH_TRY(th_sql_begin(s->sql, 0, &link, why));
    const th_err err = th_sql_do(link, why, "UPDATE projects SET removed = ? WHERE id = ? AND (author = ? OR ? = 1)",
                                 "iiii", (int64_t)removed, number, who->id, (int64_t)who->teacher);
    return th_school_end_one(link, err, "you have no such project in the showcase", why);
}

th_err th_school_review(th_school *s, const th_pupil *who, int64_t number, const json_t *body, th_why *why)
{
    static const char *const names[] = {"mastery", "creativity", "benefit"};
    th_sql_link *link;
    int64_t points[3], author = 0;
    const char *text = json_string_value(json_object_get(body, "text"));
    for (int i = 0; i < 3; i++) {
        const json_t *given = json_object_get(body, names[i]);
        points[i] = (int64_t)json_integer_value(given);
        if (!json_is_integer(given) || points[i] < 1 || points[i] > 4)
            return th_why_set(why, TH_EUSAGE, "%s is 1, 2, 3 or 4", names[i]);
    }
    TH_TRY(th_words_ok("text", text, TH_NOTE_BYTES, false, why));
    TH_TRY(th_sql_begin(s->sql, 0, &link, why));
    th_err err =
        th_sql_number(link, &author, 0, why, "SELECT author FROM projects WHERE id = ? AND removed = 0", "i", number);
    if (!err && !author) err = th_why_set(why, TH_ENOENT, NO_SHOW);
    if (!err && author == who->id) err = th_why_set(why, TH_EUSAGE, "others say what your project is like");
    if (!err)
        err = th_sql_do(link, why,
                        "INSERT INTO reviews (project, learner, mastery, creativity, benefit, text, at_ms) "
                        "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (project, learner) DO UPDATE SET "
                        "mastery = excluded.mastery, creativity = excluded.creativity, benefit = excluded.benefit, "
                        "text = excluded.text, at_ms = excluded.at_ms",
                        "iiiiisi", number, who->id, points[0], points[1], points[2], text, who->now_ms);
    return th_sql_end(link, err, why);
}
