/* Threads and posts, votes, reports. */
#include "course/school_priv.h"
#include "course/school_together.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define AT_ONCE     20
#define HOUR_MS     INT64_C(3600000)
#define POSTS_HOUR  30
#define TITLE_BYTES 200
#define NO_POST     "there is no such post"

#define NAME_OF(l) "CASE WHEN " l ".name = '' THEN 'me' ELSE " l ".name END"

/* ---- reading -------------------------------------------------------------------------------------------------- */

#define THREADS                                                                                                        \
    "SELECT t.id, t.page, t.title, " NAME_OF(                                                                          \
        "l") ", t.made_ms, t.last_ms, "                                                                                \
             "(SELECT count(*) FROM posts p WHERE p.thread = t.id AND p.removed = ''), f.votes, t.accepted "           \
             "FROM threads t JOIN posts f ON f.id = t.first JOIN learners l ON l.id = t.author "                       \
             "WHERE (? = '' OR t.page = ?) AND (f.removed = '' OR ? = 1) AND (? = '%%' OR lower(t.title) LIKE "        \
             "lower(?) ESCAPE "                                                                                        \
             "'!' OR EXISTS (SELECT 1 FROM posts p WHERE p.thread = t.id AND p.removed = '' AND lower(p.text) LIKE "   \
             "lower(?) "                                                                                               \
             "ESCAPE '!')) "
#define SOME " LIMIT ? OFFSET ?"

static const char *threads_sql(const char *sort)
{
    if (sort && !strcmp(sort, "votes")) return THREADS "ORDER BY f.votes DESC, t.last_ms DESC, t.id DESC" SOME;
    if (sort && !strcmp(sort, "open")) return THREADS "AND t.accepted = 0 ORDER BY t.last_ms DESC, t.id DESC" SOME;
    return THREADS "ORDER BY t.last_ms DESC, t.id DESC" SOME;
}

th_err th_school_threads(th_school *s, const th_pupil *who, const th_threads *which, json_t **found, th_why *why)
{
    th_sql_link *link;
    th_sql_rows *q;
    json_t *list = NULL;
    const char *page = which->page ? which->page : "";
    char *like = th_rows_pattern(which->contains ? which->contains : "");
    if (!like) return th_why_set(why, TH_ENOMEM, "out of memory for the forum");
    th_err err = th_sql_read(s->sql, &link, why);
    if (!err) {
        err = th_sql_ask(link, &q, why, threads_sql(which->sort), "ssisssii", page, page, (int64_t)who->teacher, like,
                         like, like, (int64_t)AT_ONCE + 1, which->offset);
        if (!err) err = th_rows_list(q, "id:i page title author at:t last:t posts:i votes:i accepted:b", &list, why);
        err = th_sql_end(link, err, why);
    }
    free(like);
    if (err) return err;
    const bool more = json_array_size(list) > AT_ONCE;
    if (more) json_array_remove(list, AT_ONCE);
    *found = json_pack("{s:o, s:b}", "threads", list, "more", more);
    return TH_OK;
}

/* What may not be read by who asks is taken out. */
static void hide(json_t *posts, const th_pupil *who)
{
    json_t *post;
    size_t i;
    json_array_foreach(posts, i, post)
    {
        if (json_is_null(json_object_get(post, "removed")) || who->teacher ||
            json_is_true(json_object_get(post, "mine")))
            continue;
        json_object_set_new(post, "text", json_string(""));
    }
}

static th_err thread_of(th_sql_link *link, const th_pupil *who, int64_t number, json_t **thread, json_t **posts,
                        th_why *why)
{
    th_sql_rows *q;
    TH_TRY(th_sql_ask(link, &q, why,
                      "SELECT t.id, t.page, t.title, " NAME_OF(
                          "l") ", t.made_ms, t.last_ms, t.author = ?, "
                               "CASE WHEN t.accepted > 0 THEN t.accepted END "
                               "FROM threads t JOIN posts f ON f.id = t.first JOIN learners l ON l.id = t.author "
                               "WHERE t.id = ? AND (f.removed = '' OR t.author = ? OR ? = 1)",
                      "iiii", who->id, number, who->id, (int64_t)who->teacher));
    TH_TRY(th_rows_one(q, "id:i page title author at:t last:t mine:b accepted:i", thread, why));
    if (!*thread) return th_why_set(why, TH_ENOENT, "there is no such thread");
    TH_TRY(th_sql_ask(
        link, &q, why,
        "SELECT p.id, " NAME_OF(
            "l") ", p.author = ?, p.text, p.at_ms, p.edited_ms, p.votes, "
                 "EXISTS (SELECT 1 FROM votes v WHERE v.post = p.id AND v.learner = ?), t.accepted = p.id, p.removed "
                 "FROM posts p JOIN threads t ON t.id = p.thread JOIN learners l ON l.id = p.author "
                 "WHERE p.thread = ? ORDER BY p.id",
        "iii", who->id, who->id, number));
    return th_rows_list(q, "id:i author mine:b text at:t edited:t votes:i voted:b accepted:b removed:n", posts, why);
}

th_err th_school_thread(th_school *s, const th_pupil *who, int64_t thread, json_t **found, th_why *why)
{
    th_sql_link *link;
    json_t *posts = NULL;
    *found = NULL;
    TH_TRY(th_sql_read(s->sql, &link, why));
    th_err err = th_sql_end(link, thread_of(link, who, thread, found, &posts, why), why);
    if (!err) {
        hide(posts, who);
        err = th_rows_html(posts, why);
    }
    if (!err) json_object_set_new(*found, "posts", posts);
    if (err) json_decref(*found);
    return err;
}

/* ---- writing -------------------------------------------------------------------------------------------------- */

th_err th_school_post_wait(th_school *s, const th_pupil *who, int *wait_s, th_why *why)
{
    th_sql_link *link;
    int64_t oldest = 0;
    *wait_s = 0;
    if (who->teacher) return TH_OK;
    TH_TRY(th_sql_read(s->sql, &link, why));
    const th_err err = th_sql_number(link, &oldest, 0, why,
                                     "SELECT at_ms FROM posts WHERE author = ? AND at_ms > ? ORDER BY at_ms DESC "
                                     "LIMIT 1 OFFSET ?",
                                     "iii", who->id, who->now_ms - HOUR_MS, (int64_t)POSTS_HOUR - 1);
    if (!err && oldest) *wait_s = (int)((oldest + HOUR_MS - who->now_ms) / 1000) + 1;
    return th_sql_end(link, err, why);
}

static th_err add_post(th_sql_link *link, const th_pupil *who, int64_t thread, const char *text, int64_t *post,
                       th_why *why)
{
    TH_TRY(th_sql_number(link, post, 0, why,
                         "INSERT INTO posts (thread, author, text, at_ms) VALUES (?, ?, ?, ?) RETURNING id", "iisi",
                         thread, who->id, text, who->now_ms));
    TH_TRY(th_sql_do(link, why, "UPDATE threads SET last_ms = ? WHERE id = ?", "ii", who->now_ms, thread));
    return th_school_here(link, who, why);
}

th_err th_school_thread_add(th_school *s, const th_pupil *who, const char *page, const char *title, const char *text,
                            int64_t *thread, th_why *why)
{
    th_sql_link *link;
    int64_t post = 0;
    TH_TRY(th_words_ok("title", title, TITLE_BYTES, false, why));
    TH_TRY(th_words_ok("text", text, TH_POST_BYTES, false, why));
    TH_TRY(th_sql_begin(s->sql, 0, &link, why));
    th_err err = th_sql_number(link, thread, 0, why,
                               "INSERT INTO threads (page, author, title, made_ms, last_ms) VALUES (?, ?, ?, ?, ?) "
                               "RETURNING id",
                               "sisii", page, who->id, title, who->now_ms, who->now_ms);
    if (!err) err = add_post(link, who, *thread, text, &post, why);
    if (!err) err = th_sql_do(link, why, "UPDATE threads SET first = ? WHERE id = ?", "ii", post, *thread);
    return th_sql_end(link, err, why);
}

th_err th_school_post_add(th_school *s, const th_pupil *who, int64_t thread, const char *text, int64_t *post,
                          th_why *why)
{
    th_sql_link *link;
    int64_t there = 0;
    TH_TRY(th_words_ok("text", text, TH_POST_BYTES, false, why));
    TH_TRY(th_sql_begin(s->sql, 0, &link, why));
    th_err err = th_sql_number(link, &there, 0, why,
                               "SELECT 1 FROM threads t JOIN posts f ON f.id = t.first WHERE t.id = ? AND (f.removed = "
                               "'' OR ? = 1)",
                               "ii", thread, (int64_t)who->teacher);
    if (!err && !there) err = th_why_set(why, TH_ENOENT, "there is no such thread");
    if (!err) err = add_post(link, who, thread, text, post, why);
    return th_sql_end(link, err, why);
}

/* A post, who wrote it, and of what. */
typedef struct post_row {
    int64_t author, thread, first, asker;
    char removed[16];
} post_row;

static th_err post_of(th_sql_link *link, int64_t number, post_row *p, th_why *why)
{
    th_sql_rows *q;
    bool there = false;
    TH_TRY(th_sql_ask(link, &q, why,
                      "SELECT p.author, p.thread, t.first, t.author, p.removed FROM posts p "
                      "JOIN threads t ON t.id = p.thread WHERE p.id = ?",
                      "i", number));
    *p = (post_row){0};
    if (th_sql_next(q)) {
        there = true;
        *p = (post_row){th_sql_int(q, 0), th_sql_int(q, 1), th_sql_int(q, 2), th_sql_int(q, 3), ""};
        (void)th_text_fmt(p->removed, sizeof p->removed, "%s", th_sql_text(q, 4));
    }
    TH_TRY(th_sql_done(q, why));
    return there ? TH_OK : th_why_set(why, TH_ENOENT, NO_POST);
}

static th_err change_post(th_sql_link *link, const th_pupil *who, int64_t post, const char *text, th_why *why)
{
    post_row p;
    TH_TRY(post_of(link, post, &p, why));
    if (p.author != who->id) return th_why_set(why, TH_EUSAGE, "only who wrote it may change it");
    if (*p.removed) return th_why_set(why, TH_EUSAGE, "this post was removed");
    TH_TRY(th_sql_do(link, why, "INSERT INTO edits (post, text, at_ms) SELECT id, text, ? FROM posts WHERE id = ?",
                     "ii", who->now_ms, post));
    return th_sql_do(link, why, "UPDATE posts SET text = ?, edited_ms = ? WHERE id = ?", "sii", text, who->now_ms,
                     post);
}

th_err th_school_post_change(th_school *s, const th_pupil *who, int64_t post, const char *text, th_why *why)
{
    th_sql_link *link;
    TH_TRY(th_words_ok("text", text, TH_POST_BYTES, false, why));
    TH_TRY(th_sql_begin(s->sql, 0, &link, why));
    return th_sql_end(link, change_post(link, who, post, text, why), why);
}

static th_err remove_post(th_sql_link *link, const th_pupil *who, int64_t post, bool removed, th_why *why)
{
    post_row p;
    TH_TRY(post_of(link, post, &p, why));
    const bool own = p.author == who->id, teachers = !strcmp(p.removed, "teacher");
    if (!who->teacher && (!own || teachers))
        return th_why_set(why, TH_EUSAGE,
                          own ? "a teacher has removed this post" : "only who wrote it, or a teacher, may do that");
    if (removed && *p.removed) return TH_OK;
    return th_sql_do(link, why, "UPDATE posts SET removed = ? WHERE id = ?", "si",
                     !removed ? ""
                     : own    ? "author"
                              : "teacher",
                     post);
}

th_err th_school_post_remove(th_school *s, const th_pupil *who, int64_t post, bool removed, th_why *why)
{
    th_sql_link *link;
    TH_TRY(th_sql_begin(s->sql, 0, &link, why));
    return th_sql_end(link, remove_post(link, who, post, removed, why), why);
}

static th_err vote(th_sql_link *link, const th_pupil *who, int64_t post, bool on, th_why *why)
{
    post_row p;
    TH_TRY(post_of(link, post, &p, why));
    if (*p.removed) return th_why_set(why, TH_ENOENT, NO_POST);
    if (p.author == who->id) return th_why_set(why, TH_EUSAGE, "one's own posts have the votes of others");
    TH_TRY(on ? th_sql_do(link, why, "INSERT INTO votes (post, learner) VALUES (?, ?) ON CONFLICT DO NOTHING", "ii",
                          post, who->id)
              : th_sql_do(link, why, "DELETE FROM votes WHERE post = ? AND learner = ?", "ii", post, who->id));
    return th_sql_do(link, why, "UPDATE posts SET votes = (SELECT count(*) FROM votes WHERE post = ?) WHERE id = ?",
                     "ii", post, post);
}

th_err th_school_vote(th_school *s, const th_pupil *who, int64_t post, bool on, th_why *why)
{
    th_sql_link *link;
    TH_TRY(th_sql_begin(s->sql, post, &link, why));
    return th_sql_end(link, vote(link, who, post, on, why), why);
}

static th_err accept(th_sql_link *link, const th_pupil *who, int64_t post, bool on, th_why *why)
{
    post_row p;
    TH_TRY(post_of(link, post, &p, why));
    if (!who->teacher && p.asker != who->id)
        return th_why_set(why, TH_EUSAGE, "only who asked, or a teacher, may say which answer helped");
    if (post == p.first) return th_why_set(why, TH_EUSAGE, "the question is not its own answer");
    if (on && *p.removed) return th_why_set(why, TH_ENOENT, NO_POST);
    return th_sql_do(link, why, "UPDATE threads SET accepted = ? WHERE id = ? AND (? = 1 OR accepted = ?)", "iiii",
                     on ? post : 0, p.thread, (int64_t)on, post);
}

th_err th_school_accept(th_school *s, const th_pupil *who, int64_t post, bool on, th_why *why)
{
    th_sql_link *link;
    TH_TRY(th_sql_begin(s->sql, 0, &link, why));
    return th_sql_end(link, accept(link, who, post, on, why), why);
}

/* ---- reports
 * --------------------------------------------------------------------------------------------------------- */

th_err th_school_report(th_school *s, const th_pupil *who, int64_t post, const char *reason, th_why *why)
{
    th_sql_link *link;
    post_row p;
    TH_TRY(th_words_ok("reason", reason, TITLE_BYTES * 4, false, why));
    TH_TRY(th_sql_begin(s->sql, 0, &link, why));
    th_err err = post_of(link, post, &p, why);
    if (!err)
        err = th_sql_do(link, why,
                        "INSERT INTO reports (post, learner, reason, at_ms) VALUES (?, ?, ?, ?) "
                        "ON CONFLICT (post, learner) DO UPDATE SET reason = excluded.reason, at_ms = excluded.at_ms, "
                        "handled_ms = NULL",
                        "iisi", post, who->id, reason, who->now_ms);
    return th_sql_end(link, err, why);
}

th_err th_school_reports(th_school *s, const th_pupil *who, json_t **list, th_why *why)
{
    th_sql_link *link;
    th_sql_rows *q;
    (void)who;
    TH_TRY(th_sql_read(s->sql, &link, why));
    th_err err = th_sql_ask(link, &q, why,
                            "SELECT r.id, r.post, t.id, t.title, " NAME_OF("a") ", p.text, r.reason, " NAME_OF(
                                "l") ", r.at_ms, r.handled_ms, p.removed FROM reports r JOIN posts p ON p.id = r.post "
                                     "JOIN threads t ON t.id = p.thread JOIN learners a ON a.id = p.author "
                                     "JOIN learners l ON l.id = r.learner "
                                     "ORDER BY CASE WHEN r.handled_ms IS NULL THEN 0 ELSE 1 END, r.id DESC LIMIT 500",
                            "");
    if (!err)
        err = th_rows_list(q, "id:i post:i thread:i title author text reason by at:t handled:t removed:n", list, why);
    TH_TRY(th_sql_end(link, err, why));
    return th_rows_html(*list, why);
}

th_err th_school_report_handled(th_school *s, const th_pupil *who, int64_t report, bool handled, th_why *why)
{
    th_sql_link *link;
    TH_TRY(th_sql_begin(s->sql, 0, &link, why));
    const th_err err = th_sql_do(link, why, "UPDATE reports SET handled_ms = ? WHERE id = ?", "Ii",
                                 handled ? &who->now_ms : NULL, report);
    return th_school_end_one(link, err, "there is no such report", why);
}
