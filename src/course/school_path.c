/* The way of a learner: what she read, where she stopped, what she noted, and the map with all that on it. */
#include "course/lesson.h"
#include "course/school_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OWN         "own/"
#define UNKNOWN     "und" /* a language, by BCP 47: a teacher writes in whichever */
#define SECONDS_MAX 3600  /* of one look: more is a page that was left open */

/* ---- progress ------------------------------------------------------------------------------------------------- */

th_err th_school_progress(th_school *s, const th_pupil *who, const char *page, bool done, int64_t seconds, th_why *why)
{
    th_sql_link *link;
    const int64_t *done_ms = done ? &who->now_ms : NULL;
    if (seconds < 0) seconds = 0;
    if (seconds > SECONDS_MAX) seconds = SECONDS_MAX;
    TH_TRY(th_sql_begin_light(s->sql, &link, why));
    th_err err = th_sql_do(link, why,
                           "INSERT INTO progress (learner, page, done, seconds, first_ms, last_ms, done_ms) "
                           "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (learner, page) DO UPDATE SET "
                           "last_ms = excluded.last_ms, seconds = progress.seconds + excluded.seconds, "
                           "done = CASE WHEN excluded.done > progress.done THEN 1 ELSE progress.done END, "
                           "done_ms = COALESCE(progress.done_ms, excluded.done_ms)",
                           "isiiiiI", who->id, page, (int64_t)done, seconds, who->now_ms, who->now_ms, done_ms);
    if (!err) err = th_school_here(link, who, why);
    return th_sql_end(link, err, why);
}

th_err th_school_place(th_school *s, const th_pupil *who, const char *page, const char *block, th_why *why)
{
    th_sql_link *link;
    TH_TRY(th_sql_begin_light(s->sql, &link, why));
    const th_err err =
        th_sql_do(link, why, "UPDATE learners SET place = ?, block = ? WHERE id = ?", "ssi", page, block, who->id);
    return th_sql_end(link, err, why);
}

/* ---- what she has done, at one look --------------------------------------------------------------------------- */

void th_known_free(th_known *k)
{
    json_decref(k->pages);
    json_decref(k->quizzes);
    json_decref(k->labs);
    json_decref(k->journals);
    *k = (th_known){0};
}

/* Rows of an id and what is made of the rest. */
static th_err by_id(th_sql_rows *q, json_t **all, json_t *(*make)(th_sql_rows *q), th_why *why)
{
    *all = json_object();
    while (th_sql_next(q)) json_object_set_new(*all, th_sql_text(q, 0), make(q));
    return th_sql_done(q, why);
}

static json_t *truth(th_sql_rows *q)
{
    return json_boolean(th_sql_int(q, 1) != 0);
}

static json_t *number(th_sql_rows *q)
{
    return json_real(th_sql_double(q, 1));
}

static json_t *score(th_sql_rows *q)
{
    return json_pack("{s:f, s:f}", "score", th_sql_double(q, 1), "of", th_sql_double(q, 2));
}

static th_err known_of(th_sql_link *link, int64_t learner, th_known *k, th_why *why)
{
    th_sql_rows *q;
    TH_TRY(th_sql_ask(link, &q, why, "SELECT page, done FROM progress WHERE learner = ?", "i", learner));
    TH_TRY(by_id(q, &k->pages, truth, why));
    TH_TRY(th_sql_ask(link, &q, why,
                      "SELECT quiz, SUM(points) FROM items WHERE learner = ? AND attempts > 0 GROUP BY quiz", "i",
                      learner));
    TH_TRY(by_id(q, &k->quizzes, number, why));
    TH_TRY(th_sql_ask(link, &q, why, "SELECT lab, score, total FROM labs WHERE learner = ?", "i", learner));
    TH_TRY(by_id(q, &k->labs, score, why));
    TH_TRY(th_sql_ask(link, &q, why, "SELECT page, 1 FROM journals WHERE learner = ? AND text <> ''", "i", learner));
    return by_id(q, &k->journals, truth, why);
}

th_err th_known_of(th_sql_link *link, int64_t learner, th_known *k, th_why *why)
{
    *k = (th_known){0};
    const th_err err = known_of(link, learner, k, why);
    if (err) th_known_free(k);
    return err;
}

/* What a page still asks for, or NULL: nothing. */
static json_t *missing_of(const th_page *page, const th_known *k, double points)
{
    const json_t *lab = json_object_get(k->labs, page->id);
    const double best = json_number_value(json_object_get(k->quizzes, page->id)),
                 got = json_number_value(json_object_get(lab, "score")),
                 of = json_number_value(json_object_get(lab, "of"));
    switch (page->kind) {
    case TH_PAGE_LESSON:
        if (json_object_get(k->pages, page->id)) return NULL;
        return json_pack("{s:s, s:s, s:n, s:n}", "id", page->id, "what", "lesson", "best", "of");
    case TH_PAGE_QUIZ:
        if (best >= TH_SCHOOL_PASS * points) return NULL;
        return json_pack("{s:s, s:s, s:f, s:f}", "id", page->id, "what", "quiz", "best", best, "of", points);
    case TH_PAGE_LAB:
        if (lab && got >= TH_SCHOOL_PASS * of) return NULL;
        return json_pack("{s:s, s:s, s:f, s:f}", "id", page->id, "what", "lab", "best", got, "of", of);
    case TH_PAGE_COURSE:
    case TH_PAGE_CHAPTER:
    case TH_PAGE_JOURNAL:
    case TH_PAGE_PLACEMENT:
    case TH_PAGE_GLOSSARY: break;
    }
    return NULL;
}

th_err th_known_missing(th_school *s, const th_shelf *shelf, const th_known *k, const char *course, json_t **missing,
                        th_why *why)
{
    size_t n;
    const th_page *pages = th_shelf_pages(shelf, &n), *own = th_shelf_find(shelf, course);
    *missing = NULL;
    if (!own || own->kind != TH_PAGE_COURSE) return th_why_set(why, TH_ENOENT, "there is no course \"%s\"", course);
    *missing = json_array();
    for (size_t i = 0; i < n; i++) {
        int points = 0;
        if (pages[i].course < 0 || &pages[pages[i].course] != own) continue;
        if (pages[i].kind == TH_PAGE_QUIZ && th_quiz_points(s, shelf, pages[i].id, &points, why)) {
            json_decref(*missing);
            *missing = NULL;
            return why ? why->err : TH_EFORMAT;
        }
        json_t *more = missing_of(&pages[i], k, points);
        if (more) json_array_append_new(*missing, more);
    }
    return TH_OK;
}

/* ---- the map -------------------------------------------------------------------------------------------------- */

static const char *id_of(const json_t *o)
{
    const char *id = json_string_value(json_object_get(o, "id"));
    return id ? id : "";
}

/* What is known of an id, or another value (taken). */
static void put(json_t *o, const char *name, const json_t *known, const char *member, json_t *other)
{
    json_t *found = json_object_get(known, id_of(o));
    if (member) found = json_object_get(found, member);
    if (!json_is_object(o)) {
        json_decref(other);
        return;
    }
    if (found) json_decref(other);
    json_object_set_new(o, name, found ? json_incref(found) : other);
}

static void fill_chapter(json_t *chapter, const th_known *k, const json_t *own)
{
    json_t *lessons = json_object_get(chapter, "lessons"), *one;
    size_t i;
    json_array_foreach(own, i, one)
    {
        const char *where = json_string_value(json_object_get(one, "chapter"));
        if (where && !strcmp(where, id_of(chapter))) json_array_append(lessons, one);
    }
    json_array_foreach(lessons, i, one) put(one, "done", k->pages, NULL, json_false());
    json_t *quiz = json_object_get(chapter, "quiz"), *lab = json_object_get(chapter, "lab");
    put(quiz, "best", k->quizzes, NULL, json_null());
    put(lab, "best", k->labs, "score", json_null());
    put(lab, "of", k->labs, "of", json_null());
    put(json_object_get(chapter, "journal"), "done", k->journals, NULL, json_false());
}

/* Has any page of the course been begun? */
static bool begun(const th_known *k, const char *course)
{
    json_t *const all[] = {k->pages, k->quizzes, k->labs, k->journals};
    const size_t n = strlen(course);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const char *id;
        json_t *value;
        json_object_foreach(all[i], id, value)
        {
            (void)value;
            if (!strncmp(id, course, n) && id[n] == '/') return true;
        }
    }
    return false;
}

static th_err fill_courses(th_school *s, const th_shelf *shelf, const th_known *k, const json_t *own, json_t *map,
                           th_why *why)
{
    size_t i, j;
    json_t *course, *chapter, *missing;
    json_array_foreach(json_object_get(map, "courses"), i, course)
    {
        json_array_foreach(json_object_get(course, "chapters"), j, chapter) fill_chapter(chapter, k, own);
        TH_TRY(th_known_missing(s, shelf, k, id_of(course), &missing, why));
        json_object_set_new(course, "done", json_boolean(json_array_size(missing) == 0));
        json_object_set_new(course, "open", json_boolean(begun(k, id_of(course))));
        json_decref(missing);
    }
    return TH_OK;
}

/* last, due, certificates, deadlines of her classes, their own lessons. */
static th_err around(th_sql_link *link, const th_pupil *who, json_t *map, json_t **own, th_why *why)
{
    th_sql_rows *q;
    json_t *more, *certificates, *deadlines;
    TH_TRY(th_sql_ask(link, &q, why,
                      "SELECT place, (SELECT count(*) FROM items i WHERE i.learner = l.id AND i.due_ms <= ?) "
                      "FROM learners l WHERE id = ?",
                      "ii", who->now_ms, who->id));
    TH_TRY(th_rows_one(q, "last:n due:i", &more, why));
    if (more) json_object_update(map, more);
    json_decref(more);
    TH_TRY(th_sql_ask(link, &q, why, "SELECT course, at_ms, level FROM certificates WHERE learner = ? ORDER BY at_ms",
                      "i", who->id));
    TH_TRY(th_rows_list(q, "course at:t level", &certificates, why));
    json_object_set_new(map, "certificates", certificates);
    TH_TRY(th_sql_ask(link, &q, why,
                      "SELECT d.page, d.at_ms, d.class FROM members m JOIN deadlines d ON d.class = m.class "
                      "WHERE m.learner = ? ORDER BY d.at_ms, d.page",
                      "i", who->id));
    TH_TRY(th_rows_list(q, "id at:t class:i", &deadlines, why));
    json_object_set_new(map, "deadlines", deadlines);
    TH_TRY(th_sql_ask(link, &q, why,
                      "SELECT 'own/' || o.id, o.chapter, o.title, 1, 1 + length(o.markdown) / 1000 "
                      "FROM members m JOIN own_lessons o ON o.class = m.class WHERE m.learner = ? ORDER BY o.id",
                      "i", who->id));
    return th_rows_list(q, "id chapter title own:b minutes:i", own, why);
}

th_err th_school_fill_map(th_school *s, const th_pupil *who, const th_shelf *shelf, json_t *map, th_why *why)
{
    th_sql_link *link;
    th_known k = {0};
    json_t *own = NULL;
    TH_TRY(th_sql_read(s->sql, &link, why));
    th_err err = th_known_of(link, who->id, &k, why);
    if (!err) err = around(link, who, map, &own, why);
    err = th_sql_end(link, err, why);
    if (!err) err = fill_courses(s, shelf, &k, own, map, why);
    json_decref(own);
    th_known_free(&k);
    return err;
}

/* ---- one page ------------------------------------------------------------------------------------------------- */

static th_err fill_lesson(th_sql_link *link, const th_pupil *who, json_t *lesson, th_why *why)
{
    th_sql_rows *q;
    json_t *notes, *place;
    int64_t done, marked;
    const char *id = id_of(lesson);
    TH_TRY(th_sql_number(link, &done, 0, why, "SELECT done FROM progress WHERE learner = ? AND page = ?", "is", who->id,
                         id));
    TH_TRY(th_sql_number(link, &marked, 0, why, "SELECT 1 FROM bookmarks WHERE learner = ? AND page = ?", "is", who->id,
                         id));
    TH_TRY(th_sql_ask(link, &q, why,
                      "SELECT id, block, text, at_ms FROM notes WHERE learner = ? AND page = ? ORDER BY id", "is",
                      who->id, id));
    TH_TRY(th_rows_list(q, "id:i block text at:t", &notes, why));
    json_object_set_new(lesson, "done", json_boolean(done != 0));
    json_object_set_new(lesson, "bookmarked", json_boolean(marked != 0));
    json_object_set_new(lesson, "notes", notes);
    TH_TRY(th_sql_ask(link, &q, why, "SELECT block FROM learners WHERE id = ? AND place = ?", "is", who->id, id));
    TH_TRY(th_rows_one(q, "place:n", &place, why));
    json_object_set_new(lesson, "place", json_null());
    if (place) json_object_update(lesson, place);
    json_decref(place);
    return TH_OK;
}

/* The questions of the blocks "ask", in their order. */
static th_err fill_asks(th_school *s, const th_pupil *who, const th_shelf *shelf, json_t *lesson, th_why *why)
{
    size_t i, n = 0;
    json_t *block, *item;
    th_quiz_held *held = NULL;
    th_err err = TH_OK;
    const char *lang = json_string_value(json_object_get(lesson, "lang"));
    json_array_foreach(json_object_get(lesson, "blocks"), i, block)
    {
        const char *kind = json_string_value(json_object_get(block, "kind"));
        if (err || !kind || strcmp(kind, "ask") != 0) continue;
        if (!held) err = th_quiz_hold(s, shelf, id_of(lesson), lang, who->seed, &held, why);
        if (err || n >= th_quiz_of(held)->n) continue;
        err = th_item_json(&th_quiz_of(held)->items[n++], who->seed, &item, why);
        if (!err) json_object_set_new(block, "item", item);
    }
    th_quiz_let_go(s->cache, held);
    return err;
}

th_err th_school_fill_lesson(th_school *s, const th_pupil *who, const th_shelf *shelf, json_t *lesson, th_why *why)
{
    th_sql_link *link;
    TH_TRY(fill_asks(s, who, shelf, lesson, why));
    TH_TRY(th_sql_read(s->sql, &link, why));
    return th_sql_end(link, fill_lesson(link, who, lesson, why), why);
}

/* The lesson with one block, of its text. */
static th_err own_of(th_sql_link *link, const th_pupil *who, int64_t number, json_t **lesson, th_why *why)
{
    th_sql_rows *q;
    char *html = NULL;
    TH_TRY(th_sql_ask(link, &q, why,
                      "SELECT o.id, o.chapter, o.title, 1 + length(o.markdown) / 1000, o.markdown FROM own_lessons o "
                      "WHERE o.id = ? AND (? = 1 OR o.class IN (SELECT class FROM members WHERE learner = ?))",
                      "iii", number, (int64_t)who->teacher, who->id));
    TH_TRY(th_rows_one(q, "-:i chapter title minutes:i markdown", lesson, why));
    if (!*lesson) return th_why_set(why, TH_ENOENT, "there is no such lesson in your classes");
    const char *text = json_string_value(json_object_get(*lesson, "markdown"));
    TH_TRY(th_markdown_html((th_span){(const uint8_t *)text, strlen(text)}, false, &html, why));
    const char *chapter = json_string_value(json_object_get(*lesson, "chapter"));
    json_object_set_new(*lesson, "course", json_stringn(chapter, strcspn(chapter, "/")));
    json_object_set_new(*lesson, "own", json_true());
    json_object_set_new(*lesson, "blocks",
                        json_pack("[{s:s, s:s, s:s, s:s, s:n, s:n, s:n}]", "kind", "html", "key", "own", "html", html,
                                  "lang", UNKNOWN, "name", "settings", "item"));
    json_object_del(*lesson, "markdown");
    free(html);
    return TH_OK;
}

th_err th_school_own_lesson(th_school *s, const th_pupil *who, const char *id, json_t **lesson, th_why *why)
{
    th_sql_link *link;
    char *end = NULL;
    *lesson = NULL;
    const int64_t number = strncmp(id, OWN, strlen(OWN)) ? 0 : strtoll(id + strlen(OWN), &end, 10);
    if (!number || *end) return th_why_set(why, TH_ENOENT, "there is no lesson \"%s\"", id);
    TH_TRY(th_sql_read(s->sql, &link, why));
    th_err err = own_of(link, who, number, lesson, why);
    if (!err) {
        json_object_set_new(*lesson, "id", json_string(id));
        json_object_set_new(*lesson, "lang", json_string(UNKNOWN));
        json_object_set_new(*lesson, "before", json_null());
        json_object_set_new(*lesson, "after", json_null());
        err = fill_lesson(link, who, *lesson, why);
    }
    if (err) {
        json_decref(*lesson);
        *lesson = NULL;
    }
    return th_sql_end(link, err, why);
}

/* ---- bookmarks, notes, journal -------------------------------------------------------------------------------- */

th_err th_school_bookmark(th_school *s, const th_pupil *who, const char *page, bool on, th_why *why)
{
    th_sql_link *link;
    TH_TRY(th_sql_begin(s->sql, 0, &link, why));
    const th_err err =
        on ? th_sql_do(link, why,
                       "INSERT INTO bookmarks (learner, page, at_ms) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", "isi",
                       who->id, page, who->now_ms)
           : th_sql_do(link, why, "DELETE FROM bookmarks WHERE learner = ? AND page = ?", "is", who->id, page);
    return on ? th_sql_end(link, err, why) : th_school_end_one(link, err, "there is no such bookmark", why);
}

th_err th_school_bookmarks(th_school *s, const th_pupil *who, json_t **list, th_why *why)
{
    th_sql_link *link;
    th_sql_rows *q;
    TH_TRY(th_sql_read(s->sql, &link, why));
    th_err err = th_sql_ask(
        link, &q, why, "SELECT page, at_ms FROM bookmarks WHERE learner = ? ORDER BY at_ms DESC, page", "i", who->id);
    if (!err) err = th_rows_list(q, "id at:t", list, why);
    return th_sql_end(link, err, why);
}

th_err th_school_notes(th_school *s, const th_pupil *who, const char *lesson, const char *containing, json_t **list,
                       th_why *why)
{
    th_sql_link *link;
    th_sql_rows *q;
    char *like = th_rows_pattern(containing ? containing : "");
    if (!like) return th_why_set(why, TH_ENOMEM, "out of memory for notes");
    th_err err = th_sql_read(s->sql, &link, why);
    if (!err) {
        err = th_sql_ask(link, &q, why,
                         "SELECT id, page, block, text, at_ms FROM notes WHERE learner = ? AND (? = '' OR page = ?) "
                         "AND lower(text) LIKE lower(?) ESCAPE '!' ORDER BY id DESC",
                         "isss", who->id, lesson ? lesson : "", lesson ? lesson : "", like);
        if (!err) err = th_rows_list(q, "id:i lesson block text at:t", list, why);
        err = th_sql_end(link, err, why);
    }
    free(like);
    return err;
}

th_err th_school_note_add(th_school *s, const th_pupil *who, const char *lesson, const char *block, const char *text,
                          json_t **note, th_why *why)
{
    th_sql_link *link;
    int64_t id;
    TH_TRY(th_words_ok("a note", text, TH_NOTE_BYTES, false, why));
    TH_TRY(th_sql_begin(s->sql, 0, &link, why));
    th_err err = th_sql_number(
        link, &id, 0, why, "INSERT INTO notes (learner, page, block, text, at_ms) VALUES (?, ?, ?, ?, ?) RETURNING id",
        "isssi", who->id, lesson, block, text, who->now_ms);
    if (!err) err = th_school_here(link, who, why);
    TH_TRY(th_sql_end(link, err, why));
    *note = json_pack("{s:I, s:s, s:s, s:s, s:I}", "id", (json_int_t)id, "lesson", lesson, "block", block, "text", text,
                      "at", (json_int_t)(who->now_ms / 1000));
    return *note ? TH_OK : th_why_set(why, TH_ENOMEM, "out of memory for a note");
}

th_err th_school_note_change(th_school *s, const th_pupil *who, int64_t note, const char *text, th_why *why)
{
    th_sql_link *link;
    TH_TRY(th_words_ok("a note", text, TH_NOTE_BYTES, false, why));
    TH_TRY(th_sql_begin(s->sql, 0, &link, why));
    const th_err err = th_sql_do(link, why, "UPDATE notes SET text = ?, at_ms = ? WHERE id = ? AND learner = ?", "siii",
                                 text, who->now_ms, note, who->id);
    return th_school_end_one(link, err, "you have no such note", why);
}

th_err th_school_note_remove(th_school *s, const th_pupil *who, int64_t note, th_why *why)
{
    th_sql_link *link;
    TH_TRY(th_sql_begin(s->sql, 0, &link, why));
    const th_err err = th_sql_do(link, why, "DELETE FROM notes WHERE id = ? AND learner = ?", "ii", note, who->id);
    return th_school_end_one(link, err, "you have no such note", why);
}

th_err th_school_journal(th_school *s, const th_pupil *who, const char *page, json_t **journal, th_why *why)
{
    th_sql_link *link;
    th_sql_rows *q;
    TH_TRY(th_sql_read(s->sql, &link, why));
    th_err err = th_sql_ask(link, &q, why, "SELECT text, at_ms FROM journals WHERE learner = ? AND page = ?", "is",
                            who->id, page);
    if (!err) err = th_rows_one(q, "text at:t", journal, why);
    TH_TRY(th_sql_end(link, err, why));
    if (!*journal) *journal = json_pack("{s:s, s:n}", "text", "", "at");
    return TH_OK;
}

th_err th_school_journal_write(th_school *s, const th_pupil *who, const char *page, const char *text, th_why *why)
{
    th_sql_link *link;
    TH_TRY(th_words_ok("a journal", text, TH_JOURNAL_BYTES, true, why));
    TH_TRY(th_sql_begin(s->sql, 0, &link, why));
    th_err err = th_sql_do(link, why,
                           "INSERT INTO journals (learner, page, text, at_ms) VALUES (?, ?, ?, ?) "
                           "ON CONFLICT (learner, page) DO UPDATE SET text = excluded.text, at_ms = excluded.at_ms",
                           "issi", who->id, page, text, who->now_ms);
    if (!err) err = th_school_here(link, who, why);
    return th_sql_end(link, err, why);
}
