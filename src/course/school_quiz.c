/* Questions: what a learner is shown, her answers, and missed ones that come back after 1, 3, 7 and 21 days (Leitner's
 * boxes: right, and it goes one box on; wrong, and it begins again). */
#include "course/lesson.h"
#include "course/school_priv.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define REVIEW      "review"
#define PLACEMENT   "placement/"
#define DUE_AT_ONCE 20 /* questions of one review */
#define ATTEMPTS    2  /* where an item doesn't say */

static const int box_days[] = {1, 3, 7, 21};
#define BOXES ((int64_t)(sizeof box_days / sizeof *box_days))

static const char *language_of(const th_pupil *who, const char *lang)
{
    return lang && *lang ? lang : *who->language ? who->language : "en";
}

/* "placement/rule" as the shelf has it. */
static const char *shelf_id(const char *id, char buf[TH_PAGE_ID_BYTES])
{
    const size_t n = strlen(PLACEMENT);
    if (strncmp(id, PLACEMENT, n) != 0) return id;
    (void)th_text_fmt(buf, TH_PAGE_ID_BYTES, "%s/placement", id + n);
    return buf;
}

static const th_item *item_of(const th_quiz *quiz, const char *name)
{
    for (size_t i = 0; i < quiz->n; i++)
        if (quiz->items[i].name && !strcmp(quiz->items[i].name, name)) return &quiz->items[i];
    return NULL;
}

static int64_t attempts_of(const th_item *item)
{
    return item->attempts > 0 ? item->attempts : ATTEMPTS;
}

static json_t *text_or_null(const char *text)
{
    return text && *text ? json_string(text) : json_null();
}

/* ---- shown ---------------------------------------------------------------------------------------------------- */

/* Markdown as HTML, null where there is none. */
static th_err html_of(const char *markdown, json_t **html, th_why *why)
{
    char *text = NULL;
    if (markdown) TH_TRY(th_markdown_html((th_span){(const uint8_t *)markdown, strlen(markdown)}, false, &text, why));
    *html = text_or_null(text);
    free(text);
    return TH_OK;
}

/* What came of the last answer.  over: no more attempts, so the key may be told. */
static json_t *answered_json(const th_item *item, const json_t *given, bool over)
{
    th_marked m = {0};
    if (th_item_mark(item, given, &m, NULL)) return json_null(); /* the question has changed since then */
    json_t *o = json_pack("{s:b, s:f, s:O}", "right", m.right, "points", m.points, "given", given);
    json_object_set_new(o, "feedback", text_or_null(m.feedback));
    json_object_set_new(o, "explanation", over || m.right ? text_or_null(m.explanation) : json_null());
    json_object_set_new(o, "key", over && !m.right ? text_or_null(m.key) : json_null());
    json_object_set_new(o, "lesson", text_or_null(item->lesson));
    th_marked_free(&m);
    return o;
}

/* row: what is known of it, {attempts, given, hint}, or NULL. */
static th_err shown_item(const th_item *item, const th_pupil *who, const json_t *row, json_t **shown, th_why *why)
{
    const int64_t used = (int64_t)json_integer_value(json_object_get(row, "attempts"));
    const json_t *given = json_object_get(row, "given");
    const bool over = used >= attempts_of(item) || json_is_true(json_object_get(row, "right"));
    json_t *hint = NULL;
    TH_TRY(th_item_json(item, who->seed, shown, why));
    const th_err err = html_of(json_is_true(json_object_get(row, "hint")) ? item->hint : NULL, &hint, why);
    json_object_set_new(*shown, "attempts", json_integer((json_int_t)attempts_of(item)));
    json_object_set_new(*shown, "used", json_integer((json_int_t)used));
    json_object_set_new(*shown, "hint_html", hint ? hint : json_null());
    json_object_set_new(*shown, "answered", used && given ? answered_json(item, given, over) : json_null());
    return err;
}

static th_err rows_of(th_school *s, const th_pupil *who, const char *quiz, json_t **by_name, th_why *why)
{
    th_sql_link *link;
    th_sql_rows *q;
    json_t *list = NULL, *row;
    size_t i;
    TH_TRY(th_sql_read(s->sql, &link, why));
    th_err err = th_sql_ask(
        link, &q, why, "SELECT item, attempts, points, is_right, given, hint FROM items WHERE learner = ? AND quiz = ?",
        "is", who->id, quiz);
    if (!err) err = th_rows_list(q, "name attempts:i points:d right:b given:j hint:b", &list, why);
    TH_TRY(th_sql_end(link, err, why));
    *by_name = json_object();
    json_array_foreach(list, i, row) json_object_set(*by_name, json_string_value(json_object_get(row, "name")), row);
    json_decref(list);
    return TH_OK;
}

static th_err shown_items(const th_quiz *quiz, const th_pupil *who, const json_t *rows, json_t *shown, th_why *why)
{
    json_t *items = json_array(), *one;
    double points = 0;
    int of = 0;
    json_object_set_new(shown, "items", items);
    for (size_t i = 0; i < quiz->n; i++) {
        const json_t *row = json_object_get(rows, quiz->items[i].name);
        TH_TRY(shown_item(&quiz->items[i], who, row, &one, why));
        json_array_append_new(items, one);
        points += json_number_value(json_object_get(row, "points"));
        of += quiz->items[i].kind != TH_ITEM_ESSAY;
    }
    json_object_set_new(shown, "points", json_real(points));
    json_object_set_new(shown, "of", json_integer(of));
    return TH_OK;
}

/* A quiz is called as its chapter is, a placement check as its course. */
static const char *title_of(const th_shelf *shelf, const char *id, const char *lang)
{
    size_t n;
    const th_page *page = th_shelf_find(shelf, id), *pages = th_shelf_pages(shelf, &n);
    const int above = !page ? -1 : page->chapter >= 0 ? page->chapter : page->course;
    return above >= 0 && (size_t)above < n ? th_page_value(shelf, &pages[above], lang, "title") : "";
}

static th_err quiz_json(th_school *s, const th_pupil *who, const th_shelf *shelf, const char *id, const char *lang,
                        json_t *shown, th_why *why)
{
    th_quiz_held *held;
    json_t *rows = NULL;
    TH_TRY(th_quiz_hold(s, shelf, id, lang, who->seed, &held, why));
    th_err err = rows_of(s, who, id, &rows, why);
    json_object_set_new(shown, "id", json_string(id));
    json_object_set_new(shown, "title", json_string(title_of(shelf, id, lang)));
    if (!err) err = shown_items(th_quiz_of(held), who, rows, shown, why);
    json_decref(rows);
    th_quiz_let_go(s->cache, held);
    return err;
}

/* ---- what is due again ---------------------------------------------------------------------------------------- */

static th_err due_item(th_school *s, const th_pupil *who, const th_shelf *shelf, const char *lang, const json_t *row,
                       json_t *items, th_why *why)
{
    char name[2 * TH_PAGE_ID_BYTES];
    th_quiz_held *held;
    json_t *shown;
    const char *quiz = json_string_value(json_object_get(row, "quiz")),
               *own = json_string_value(json_object_get(row, "item"));
    if (th_quiz_hold(s, shelf, quiz, lang, who->seed, &held, NULL)) return TH_OK; /* it is not taught any more */
    const th_item *item = item_of(th_quiz_of(held), own);
    th_err err = item ? shown_item(item, who, NULL, &shown, why) : TH_OK;
    if (item && !err) {
        (void)th_text_fmt(name, sizeof name, "%s/%s", quiz, own);
        json_object_set_new(shown, "name", json_string(name));
        json_object_set_new(shown, "attempts", json_integer(1));
        json_array_append_new(items, shown);
    }
    th_quiz_let_go(s->cache, held);
    return err;
}

static th_err due_json(th_school *s, const th_pupil *who, const th_shelf *shelf, const char *lang, json_t *shown,
                       th_why *why)
{
    th_sql_link *link;
    th_sql_rows *q;
    json_t *list = NULL, *row, *items = json_array();
    size_t i;
    json_object_set_new(shown, "id", json_string(REVIEW));
    json_object_set_new(shown, "title", json_string(""));
    json_object_set_new(shown, "items", items);
    TH_TRY(th_sql_read(s->sql, &link, why));
    th_err err =
        th_sql_ask(link, &q, why,
                   "SELECT quiz, item FROM items WHERE learner = ? AND due_ms <= ? ORDER BY due_ms, quiz, item "
                   "LIMIT ?",
                   "iii", who->id, who->now_ms, (int64_t)DUE_AT_ONCE);
    if (!err) err = th_rows_list(q, "quiz item", &list, why);
    TH_TRY(th_sql_end(link, err, why));
    json_array_foreach(list, i, row) if (!err) err = due_item(s, who, shelf, lang, row, items, why);
    json_object_set_new(shown, "points", json_real(0));
    json_object_set_new(shown, "of", json_integer((json_int_t)json_array_size(items)));
    json_decref(list);
    return err;
}

th_err th_school_quiz(th_school *s, const th_pupil *who, const th_shelf *shelf, const char *id, const char *lang,
                      json_t **quiz, th_why *why)
{
    char buf[TH_PAGE_ID_BYTES];
    lang = language_of(who, lang);
    *quiz = json_object();
    const th_err err = strcmp(id, REVIEW) ? quiz_json(s, who, shelf, shelf_id(id, buf), lang, *quiz, why)
                                          : due_json(s, who, shelf, lang, *quiz, why);
    if (!err) return TH_OK;
    json_decref(*quiz);
    *quiz = NULL;
    return err;
}

/* ---- an answer ------------------------------------------------------------------------------------------------ */

/* The question that is answered: of which quiz, by which name there. */
typedef struct question {
    char quiz[TH_PAGE_ID_BYTES];
    const char *name;
    bool review, placement, for_oneself;
    th_quiz_held *held;
    const th_item *item;
} question;

static th_err find(th_school *s, const th_pupil *who, const th_shelf *shelf, const th_answer *a, question *q,
                   th_why *why)
{
    char buf[TH_PAGE_ID_BYTES];
    const char *slash = strrchr(a->item, '/');
    *q = (question){.review = !strcmp(a->quiz, REVIEW), .name = a->item};
    if (q->review && slash) {
        q->name = slash + 1;
        (void)th_text_fmt(q->quiz, sizeof q->quiz, "%.*s", (int)(slash - a->item), a->item);
    } else {
        (void)th_text_fmt(q->quiz, sizeof q->quiz, "%s", shelf_id(a->quiz, buf));
    }
    TH_TRY(th_quiz_hold(s, shelf, q->quiz, language_of(who, a->lang), who->seed, &q->held, why));
    const th_page *page = th_shelf_find(shelf, q->quiz);
    q->placement = page && page->kind == TH_PAGE_PLACEMENT;
    q->for_oneself = page && !q->placement && page->kind != TH_PAGE_QUIZ;
    q->item = item_of(th_quiz_of(q->held), q->name);
    if (q->item) return TH_OK;
    th_quiz_let_go(s->cache, q->held);
    return th_why_set(why, TH_ENOENT, "there is no question \"%s\" in %s", q->name, q->quiz);
}

/* How it stands before the answer, and after. */
typedef struct standing {
    int64_t attempts, reviews, box, due_ms;
    bool right;
} standing;

static th_err standing_of(th_sql_link *link, const th_pupil *who, const question *q, standing *now, th_why *why)
{
    th_sql_rows *rows;
    *now = (standing){0};
    TH_TRY(th_sql_ask(link, &rows, why,
                      "SELECT attempts, reviews, box, due_ms, is_right FROM items WHERE learner = ? AND quiz = ? AND "
                      "item = ?",
                      "iss", who->id, q->quiz, q->name));
    if (th_sql_next(rows))
        *now = (standing){th_sql_int(rows, 0), th_sql_int(rows, 1), th_sql_int(rows, 2), th_sql_int(rows, 3),
                          th_sql_int(rows, 4) != 0};
    return th_sql_done(rows, why);
}

static th_err may_answer(const question *q, const standing *now, const th_pupil *who, th_why *why)
{
    if (q->review && (!now->due_ms || now->due_ms > who->now_ms))
        return th_why_set(why, TH_EEXIST, "this question is not due again yet");
    if (q->review) return TH_OK;
    if (now->right) return th_why_set(why, TH_EEXIST, "you have answered this question right already");
    if (now->attempts >= attempts_of(q->item))
        return th_why_set(why, TH_EEXIST, "no attempts are left for this question: it will come back");
    return TH_OK;
}

/* When it comes back: 0 never. */
static void schedule(const question *q, bool right, int64_t now_ms, standing *next)
{
    if (q->review && right) {
        next->box++;
        next->due_ms = next->box < BOXES ? now_ms + box_days[next->box] * DAY_MS : 0;
    } else if (!right && !q->placement) {
        next->box = 0;
        next->due_ms = now_ms + box_days[0] * DAY_MS;
    }
}

static th_err keep(th_sql_link *link, const th_pupil *who, const question *q, const th_marked *m, const char *given,
                   standing *now, th_why *why)
{
    const bool right = m->right || q->item->kind == TH_ITEM_ESSAY;
    TH_TRY(standing_of(link, who, q, now, why));
    TH_TRY(may_answer(q, now, who, why));
    *(q->review ? &now->reviews : &now->attempts) += 1;
    schedule(q, right, who->now_ms, now);
    now->right = now->right || right;
    TH_TRY(th_sql_do(link, why,
                     "INSERT INTO answers (learner, quiz, item, review, attempt, given, points, is_right, at_ms) "
                     "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                     "issiisdii", who->id, q->quiz, q->name, (int64_t)q->review,
                     q->review ? now->reviews : now->attempts, given, m->points, (int64_t)right, who->now_ms));
    const int64_t *due = now->due_ms ? &now->due_ms : NULL;
    if (q->review) /* the best of both counts: whoever has learnt it since then can still complete the course */
        TH_TRY(th_sql_do(link, why,
                         "UPDATE items SET reviews = ?, box = ?, due_ms = ?, "
                         "given = CASE WHEN ? > points THEN ? ELSE given END, "
                         "best_ms = CASE WHEN ? > points THEN ? ELSE best_ms END, "
                         "is_right = CASE WHEN ? > is_right THEN 1 ELSE is_right END, "
                         "points = CASE WHEN ? > points THEN ? ELSE points END "
                         "WHERE learner = ? AND quiz = ? AND item = ?",
                         "iiIdsdiiddiss", now->reviews, now->box, due, m->points, given, m->points, who->now_ms,
                         (int64_t)right, m->points, m->points, who->id, q->quiz, q->name));
    else
        TH_TRY(th_sql_do(
            link, why,
            "INSERT INTO items (learner, quiz, item, attempts, points, best_ms, is_right, given, last_ms, box, due_ms) "
            "VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (learner, quiz, item) DO UPDATE SET "
            "attempts = items.attempts + 1, given = excluded.given, last_ms = excluded.last_ms, box = excluded.box, "
            "best_ms = CASE WHEN excluded.points > items.points OR items.attempts = 0 THEN excluded.best_ms "
            " ELSE items.best_ms END, "
            "points = CASE WHEN excluded.points > items.points THEN excluded.points ELSE items.points END, "
            "is_right = CASE WHEN excluded.is_right > items.is_right THEN 1 ELSE items.is_right END, "
            "due_ms = excluded.due_ms",
            "issdiisiiI", who->id, q->quiz, q->name, m->points, who->now_ms, (int64_t)right, given, who->now_ms,
            now->box, due));
    return th_school_here(link, who, why);
}

static json_t *told_json(const question *q, const th_marked *m, const standing *now)
{
    const int64_t left = q->review || q->for_oneself || m->right ? 0 : attempts_of(q->item) - now->attempts;
    const bool over = left <= 0;
    json_t *o = json_pack("{s:b, s:f, s:I}", "right", m->right, "points", m->points, "attempts_left", (json_int_t)left);
    json_object_set_new(o, "feedback", text_or_null(m->feedback));
    json_object_set_new(o, "explanation", over ? text_or_null(m->explanation) : json_null());
    json_object_set_new(o, "key", over && !m->right ? text_or_null(m->key) : json_null());
    json_object_set_new(o, "lesson", text_or_null(q->item->lesson));
    json_object_set_new(o, "due", now->due_ms ? json_integer((json_int_t)(now->due_ms / 1000)) : json_null());
    return o;
}

static th_err answer(th_school *s, const th_pupil *who, const question *q, const json_t *given, json_t **told,
                     th_why *why)
{
    th_marked m = {0};
    th_sql_link *link;
    standing now = {0};
    char *text = NULL;
    th_err err = th_item_mark(q->item, given, &m, why);
    if (!err) err = th_rows_text(given, &text, why);
    if (!err && strlen(text) > TH_NOTE_BYTES)
        err = th_why_set(why, TH_EUSAGE, "an answer has at most %d bytes", TH_NOTE_BYTES);
    if (!err && !q->for_oneself) err = th_sql_begin(s->sql, who->id, &link, why);
    if (!err && !q->for_oneself) err = th_sql_end(link, keep(link, who, q, &m, text, &now, why), why);
    if (!err) *told = told_json(q, &m, &now);
    free(text);
    th_marked_free(&m);
    return err;
}

th_err th_school_answer(th_school *s, const th_pupil *who, const th_shelf *shelf, const th_answer *a, json_t **told,
                        th_why *why)
{
    question q;
    TH_TRY(find(s, who, shelf, a, &q, why));
    const th_err err = answer(s, who, &q, a->given, told, why);
    th_quiz_let_go(s->cache, q.held);
    return err;
}

static th_err note_hint(th_school *s, const th_pupil *who, const question *q, th_why *why)
{
    th_sql_link *link;
    TH_TRY(th_sql_begin(s->sql, who->id, &link, why));
    const th_err err = th_sql_do(link, why,
                                 "INSERT INTO items (learner, quiz, item, hint) VALUES (?, ?, ?, 1) "
                                 "ON CONFLICT (learner, quiz, item) DO UPDATE SET hint = 1",
                                 "iss", who->id, q->quiz, q->name);
    return th_sql_end(link, err, why);
}

th_err th_school_hint(th_school *s, const th_pupil *who, const th_shelf *shelf, const th_answer *a, json_t **hint,
                      th_why *why)
{
    question q;
    json_t *html = NULL;
    TH_TRY(find(s, who, shelf, a, &q, why));
    th_err err =
        q.item->hint ? html_of(q.item->hint, &html, why) : th_why_set(why, TH_ENOENT, "this question has no hint");
    if (!err && !q.for_oneself) err = note_hint(s, who, &q, why);
    th_quiz_let_go(s->cache, q.held);
    if (!err) *hint = json_pack("{s:O}", "hint", html);
    json_decref(html);
    return err;
}
