/* Classes: their members, deadlines, announcements, own lessons. */
#include "course/school_class.h"

#include "base/text.h"
#include "course/lesson.h"
#include "course/school_marks.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define NAME_BYTES    80
#define CODE_BYTES    8
#define TRIES         50 /* for a code that no other class has */
#define DEADLINES_MAX 500
#define NO_CLASS      "there is no such class"

/* ---- classes -------------------------------------------------------------------------------------------------- */

static th_err deadlines_of(th_sql_link *link, json_t *class, th_why *why)
{
    th_sql_rows *q;
    json_t *list;
    const int64_t number = (int64_t)json_integer_value(json_object_get(class, "id"));
    TH_TRY(th_sql_ask(link, &q, why, "SELECT page, at_ms FROM deadlines WHERE class = ? ORDER BY at_ms, page", "i",
                      number));
    TH_TRY(th_rows_list(q, "id at:t", &list, why));
    json_object_set_new(class, "deadlines", list);
    return TH_OK;
}

/* number 0: all that she may see. */
static th_err classes(th_sql_link *link, const th_pupil *who, int64_t number, json_t **list, th_why *why)
{
    th_sql_rows *q;
    json_t *one;
    size_t i;
    TH_TRY(th_sql_ask(link, &q, why,
                      "SELECT c.id, c.name, c.code, c.courses, c.policy, "
                      "(SELECT count(*) FROM members m WHERE m.class = c.id) FROM classes c WHERE (? = 0 OR c.id = ?) "
                      "AND (? = 1 OR c.id IN (SELECT class FROM members WHERE learner = ?)) ORDER BY c.id",
                      "iiii", number, number, (int64_t)who->teacher, who->id));
    TH_TRY(th_rows_list(q, "id:i name code courses:j policy:j members:i", list, why));
    th_err err = TH_OK;
    json_array_foreach(*list, i, one)
    {
        if (!who->teacher) json_object_del(one, "code");
        if (!err) err = deadlines_of(link, one, why);
    }
    if (!err && number && !json_array_size(*list)) err = th_why_set(why, TH_ENOENT, NO_CLASS);
    if (err) json_decref(*list);
    return err;
}

th_err th_school_classes(th_school *s, const th_pupil *who, json_t **list, th_why *why)
{
    th_sql_link *link;
    TH_TRY(th_sql_read(s->sql, &link, why));
    return th_sql_end(link, classes(link, who, 0, list, why), why);
}

static th_err learners_of(th_sql_link *link, int64_t number, json_t *class, th_why *why)
{
    th_sql_rows *q;
    json_t *list;
    TH_TRY(th_sql_ask(link, &q, why,
                      "SELECT CASE WHEN l.name = '' THEN 'me' ELSE l.name END, m.joined_ms, "
                      "(SELECT MAX(day) FROM days d WHERE d.learner = l.id) * ? "
                      "FROM members m JOIN learners l ON l.id = m.learner WHERE m.class = ? ORDER BY l.name",
                      "ii", DAY_MS, number));
    TH_TRY(th_rows_list(q, "name joined:t seen:t", &list, why));
    json_object_set_new(class, "learners", list);
    return TH_OK;
}

th_err th_school_class(th_school *s, const th_pupil *who, int64_t number, json_t **one, th_why *why)
{
    th_sql_link *link;
    json_t *list = NULL;
    TH_TRY(th_sql_read(s->sql, &link, why));
    th_err err = classes(link, who, number, &list, why);
    if (err) return th_sql_end(link, err, why);
    *one = json_incref(json_array_get(list, 0));
    json_decref(list);
    if (who->teacher) err = learners_of(link, number, *one, why);
    if (err) json_decref(*one);
    return th_sql_end(link, err, why);
}

/* "101010" .. nobody else's. Six digits: a phone types them; how often one may try is limited. */
static th_err set_code(th_school *s, int64_t number, th_why *why)
{
    char code[CODE_BYTES];
    th_err err = TH_EEXIST;
    for (int i = 0; err == TH_EEXIST && i < TRIES; i++) {
        th_sql_link *link;
        (void)th_text_fmt(code, sizeof code, "%u", (unsigned)(100000 + randombytes_uniform(900000)));
        TH_TRY(th_sql_begin(s->sql, 0, &link, why));
        err = th_sql_do(link, NULL, "UPDATE classes SET code = ? WHERE id = ?", "si", code, number);
        err = th_sql_end(link, err, NULL);
    }
    return err ? th_why_set(why, err, "the class has no code: try again") : TH_OK;
}

static th_err check_courses(const th_shelf *shelf, const json_t *courses, th_why *why)
{
    json_t *one;
    size_t i;
    if (!json_is_array(courses)) return th_why_set(why, TH_EUSAGE, "courses is a list of ids");
    json_array_foreach(courses, i, one)
    {
        const th_page *page = json_is_string(one) ? th_shelf_find(shelf, json_string_value(one)) : NULL;
        if (!page || page->kind != TH_PAGE_COURSE)
            return th_why_set(why, TH_EUSAGE, "courses[%d] is no course's id: see GET /course/map", (int)i);
    }
    return TH_OK;
}

/* The columns that a body names are set. */
static th_err set_columns(th_sql_link *link, const th_shelf *shelf, int64_t number, const json_t *body, th_why *why)
{
    static const char *const sql[] = {"UPDATE classes SET courses = ? WHERE id = ?",
                                      "UPDATE classes SET policy = ? WHERE id = ?"};
    const json_t *const values[] = {json_object_get(body, "courses"), json_object_get(body, "policy")};
    const json_t *name = json_object_get(body, "name");
    if (name) {
        TH_TRY(th_words_ok("name", json_string_value(name), NAME_BYTES, false, why));
        TH_TRY(th_sql_do(link, why, "UPDATE classes SET name = ? WHERE id = ?", "si", json_string_value(name), number));
    }
    if (values[0]) TH_TRY(check_courses(shelf, values[0], why));
    if (values[1]) TH_TRY(th_policy_check(values[1], why));
    for (int i = 0; i < 2; i++) {
        char *text;
        if (!values[i]) continue;
        TH_TRY(th_rows_text(values[i], &text, why));
        const th_err err = th_sql_do(link, why, sql[i], "si", text, number);
        free(text);
        if (err) return err;
    }
    return TH_OK;
}

th_err th_school_class_add(th_school *s, const th_pupil *who, const th_shelf *shelf, const json_t *body,
                           int64_t *number, th_why *why)
{
    th_sql_link *link;
    char unique[40];
    TH_TRY(th_words_ok("name", json_string_value(json_object_get(body, "name")), NAME_BYTES, false, why));
    (void)th_text_fmt(unique, sizeof unique, "new %08x%08x", (unsigned)randombytes_random(),
                      (unsigned)randombytes_random());
    TH_TRY(th_sql_begin(s->sql, 0, &link, why));
    th_err err = th_sql_number(link, number, 0, why,
                               "INSERT INTO classes (name, code, courses, policy, made_ms) "
                               "VALUES ('', ?, '[]', '" TH_POLICY_USUAL "', ?) RETURNING id",
                               "si", unique, who->now_ms);
    if (!err) err = set_columns(link, shelf, *number, body, why);
    TH_TRY(th_sql_end(link, err, why));
    return set_code(s, *number, why);
}

th_err th_school_class_change(th_school *s, const th_shelf *shelf, int64_t number, const json_t *body, th_why *why)
{
    th_sql_link *link;
    int64_t there;
    TH_TRY(th_sql_begin(s->sql, 0, &link, why));
    th_err err = th_sql_number(link, &there, 0, why, "SELECT id FROM classes WHERE id = ?", "i", number);
    if (!err && !there) err = th_why_set(why, TH_ENOENT, NO_CLASS);
    if (!err) err = set_columns(link, shelf, number, body, why);
    TH_TRY(th_sql_end(link, err, why));
    return json_is_true(json_object_get(body, "renew")) ? set_code(s, number, why) : TH_OK;
}

th_err th_school_class_remove(th_school *s, int64_t number, th_why *why)
{
    th_sql_link *link;
    TH_TRY(th_sql_begin(s->sql, 0, &link, why));
    const th_err err = th_sql_do(link, why, "DELETE FROM classes WHERE id = ?", "i", number);
    return th_school_end_one(link, err, NO_CLASS, why);
}

th_err th_school_join(th_school *s, const th_pupil *who, const char *code, int64_t *number, th_why *why)
{
    th_sql_link *link;
    TH_TRY(th_sql_begin(s->sql, 0, &link, why));
    th_err err = th_sql_number(link, number, 0, why, "SELECT id FROM classes WHERE code = ?", "s", code);
    if (!err && !*number) err = th_why_set(why, TH_ENOENT, "no class has this code: ask your teacher for it");
    if (!err)
        err = th_sql_do(link, why,
                        "INSERT INTO members (class, learner, joined_ms) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                        "iii", *number, who->id, who->now_ms);
    return th_sql_end(link, err, why);
}

th_err th_school_member_remove(th_school *s, int64_t number, const char *name, th_why *why)
{
    th_sql_link *link;
    TH_TRY(th_sql_begin(s->sql, 0, &link, why));
    const th_err err =
        th_sql_do(link, why,
                  "DELETE FROM members WHERE class = ? AND learner IN (SELECT id FROM learners WHERE name = ? OR "
                  "(name = '' AND ? = 'me'))",
                  "iss", number, name, name);
    return th_school_end_one(link, err, "nobody of this name is in the class", why);
}

/* ---- deadlines ------------------------------------------------------------------------------------------------ */

static th_err set_deadlines(th_sql_link *link, const th_shelf *shelf, int64_t number, const json_t *list, th_why *why)
{
    json_t *one;
    size_t i;
    int64_t there;
    TH_TRY(th_sql_number(link, &there, 0, why, "SELECT id FROM classes WHERE id = ?", "i", number));
    if (!there) return th_why_set(why, TH_ENOENT, NO_CLASS);
    TH_TRY(th_sql_do(link, why, "DELETE FROM deadlines WHERE class = ?", "i", number));
    json_array_foreach(list, i, one)
    {
        const char *id = json_string_value(json_object_get(one, "id"));
        const json_t *at = json_object_get(one, "at");
        if (!id || !json_is_integer(at) || json_integer_value(at) < 0 || json_integer_value(at) > INT64_C(100000000000))
            return th_why_set(why, TH_EUSAGE, "deadline %d: {id, at: seconds since 1970}", (int)i + 1);
        if (!th_shelf_find(shelf, id)) return th_why_set(why, TH_EUSAGE, "there is no page \"%.100s\"", id);
        TH_TRY(th_sql_do(link, why,
                         "INSERT INTO deadlines (class, page, at_ms) VALUES (?, ?, ?) ON CONFLICT (class, page) DO "
                         "UPDATE SET at_ms = excluded.at_ms",
                         "isi", number, id, (int64_t)json_integer_value(at) * 1000));
    }
    return TH_OK;
}

th_err th_school_deadlines(th_school *s, const th_shelf *shelf, int64_t number, const json_t *list, th_why *why)
{
    th_sql_link *link;
    if (!json_is_array(list) || json_array_size(list) > DEADLINES_MAX)
        return th_why_set(why, TH_EUSAGE, "deadlines are a list [{id, at}] of at most %d", DEADLINES_MAX);
    TH_TRY(th_sql_begin(s->sql, 0, &link, why));
    return th_sql_end(link, set_deadlines(link, shelf, number, list, why), why);
}

/* ---- announcements -------------------------------------------------------------------------------------------- */

/* Is she in the class, or a teacher? */
static th_err may_see(th_sql_link *link, const th_pupil *who, int64_t number, th_why *why)
{
    int64_t there;
    TH_TRY(th_sql_number(link, &there, 0, why,
                         "SELECT 1 FROM classes c WHERE c.id = ? AND (? = 1 OR EXISTS (SELECT 1 FROM members m WHERE "
                         "m.class = c.id AND m.learner = ?))",
                         "iii", number, (int64_t)who->teacher, who->id));
    return there ? TH_OK : th_why_set(why, TH_ENOENT, NO_CLASS);
}

th_err th_school_announcements(th_school *s, const th_pupil *who, int64_t number, json_t **list, th_why *why)
{
    th_sql_link *link;
    th_sql_rows *q;
    TH_TRY(th_sql_read(s->sql, &link, why));
    th_err err = may_see(link, who, number, why);
    if (!err)
        err = th_sql_ask(link, &q, why,
                         "SELECT a.id, CASE WHEN l.name = '' THEN 'me' ELSE l.name END, a.text, a.at_ms "
                         "FROM announcements a JOIN learners l ON l.id = a.author WHERE a.class = ? ORDER BY a.id DESC",
                         "i", number);
    if (!err) err = th_rows_list(q, "id:i author text at:t", list, why);
    TH_TRY(th_sql_end(link, err, why));
    return th_rows_html(*list, why);
}

th_err th_school_announce(th_school *s, const th_pupil *who, int64_t number, const char *text, th_why *why)
{
    th_sql_link *link;
    TH_TRY(th_words_ok("text", text, TH_NOTE_BYTES, false, why));
    TH_TRY(th_sql_begin(s->sql, 0, &link, why));
    th_err err = may_see(link, who, number, why);
    if (!err)
        err = th_sql_do(link, why, "INSERT INTO announcements (class, author, text, at_ms) VALUES (?, ?, ?, ?)", "iisi",
                        number, who->id, text, who->now_ms);
    return th_sql_end(link, err, why);
}

th_err th_school_announcement_remove(th_school *s, int64_t number, int64_t announcement, th_why *why)
{
    th_sql_link *link;
    TH_TRY(th_sql_begin(s->sql, 0, &link, why));
    const th_err err =
        th_sql_do(link, why, "DELETE FROM announcements WHERE id = ? AND class = ?", "ii", announcement, number);
    return th_school_end_one(link, err, "there is no such announcement", why);
}

/* ---- own lessons ---------------------------------------------------------------------------------------------- */

th_err th_school_own_lessons(th_school *s, const th_pupil *who, int64_t number, json_t **list, th_why *why)
{
    th_sql_link *link;
    th_sql_rows *q;
    TH_TRY(th_sql_read(s->sql, &link, why));
    th_err err = may_see(link, who, number, why);
    if (!err)
        err = th_sql_ask(link, &q, why,
                         "SELECT id, 'own/' || id, chapter, title, markdown, at_ms FROM own_lessons WHERE class = ? "
                         "ORDER BY id",
                         "i", number);
    if (!err) err = th_rows_list(q, "id:i page chapter title markdown at:t", list, why);
    return th_sql_end(link, err, why);
}

th_err th_school_own_lesson_put(th_school *s, const th_pupil *who, const th_shelf *shelf, int64_t number,
                                int64_t *lesson, const json_t *body, th_why *why)
{
    th_sql_link *link;
    const char *chapter = json_string_value(json_object_get(body, "chapter")),
               *title = json_string_value(json_object_get(body, "title")),
               *markdown = json_string_value(json_object_get(body, "markdown"));
    const th_page *page = chapter ? th_shelf_find(shelf, chapter) : NULL;
    if (!page || page->kind != TH_PAGE_CHAPTER)
        return th_why_set(why, TH_EUSAGE, "chapter is the id of the chapter that the lesson stands in");
    TH_TRY(th_words_ok("title", title, NAME_BYTES, false, why));
    TH_TRY(th_words_ok("markdown", markdown, TH_OWN_LESSON_BYTES, false, why));
    TH_TRY(th_sql_begin(s->sql, 0, &link, why));
    th_err err = may_see(link, who, number, why);
    const int64_t old = *lesson;
    if (!err && !old)
        err = th_sql_number(link, lesson, 0, why,
                            "INSERT INTO own_lessons (class, chapter, title, markdown, at_ms) VALUES (?, ?, ?, ?, ?) "
                            "RETURNING id",
                            "isssi", number, chapter, title, markdown, who->now_ms);
    if (err || !old) return th_sql_end(link, err, why);
    err = th_sql_do(link, why,
                    "UPDATE own_lessons SET chapter = ?, title = ?, markdown = ?, at_ms = ? WHERE id = ? AND class = ?",
                    "sssiii", chapter, title, markdown, who->now_ms, old, number);
    return th_school_end_one(link, err, "there is no such lesson in this class", why);
}

th_err th_school_own_lesson_remove(th_school *s, int64_t number, int64_t lesson, th_why *why)
{
    th_sql_link *link;
    TH_TRY(th_sql_begin(s->sql, 0, &link, why));
    const th_err err = th_sql_do(link, why, "DELETE FROM own_lessons WHERE id = ? AND class = ?", "ii", lesson, number);
    return th_school_end_one(link, err, "there is no such lesson in this class", why);
}
