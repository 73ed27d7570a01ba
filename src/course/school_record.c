/* The record of learners for other programs: xAPI statements (IEEE 9274.1.1), a table, everything as JSON. */
#include "course/csv.h"
#include "course/school_priv.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One thing that happened. */
typedef struct event {
    const char *verb; /* answered, experienced, completed, passed, failed */
    int64_t at_ms;
    const char *page, *item, *said;
    double got, of; /* of 0: nothing was scored */
    int64_t n;
} event;

static const struct {
    const char *verb, *id;
} verbs[] = {
    {"answered", "http://adlnet.gov/expapi/verbs/answered"},
    {"experienced", "http://adlnet.gov/expapi/verbs/experienced"},
    {"completed", "http://adlnet.gov/expapi/verbs/completed"},
    {"passed", "http://adlnet.gov/expapi/verbs/passed"},
    {"failed", "http://adlnet.gov/expapi/verbs/failed"},
    {"earned", "http://id.tincanapi.com/verb/earned"},
};

/* All that happened to a learner, in the order of time. */
static const char events_sql[] =
    "SELECT verb, at_ms, page, item, said, got, total, n FROM ("
    "SELECT 'answered' AS verb, at_ms, quiz AS page, item, given AS said, points AS got, 1.0 AS total, id AS n "
    " FROM answers WHERE learner = ? "
    "UNION ALL SELECT 'experienced', first_ms, page, '', '', 0.0, 0.0, 0 FROM progress WHERE learner = ? "
    "UNION ALL SELECT 'completed', done_ms, page, '', '', 0.0, 0.0, 0 FROM progress WHERE learner = ? AND done_ms > 0 "
    "UNION ALL SELECT CASE WHEN score >= ? * total THEN 'passed' ELSE 'failed' END, at_ms, lab, '', '', score, total, "
    "id"
    " FROM lab_results WHERE learner = ? "
    "UNION ALL SELECT 'earned', at_ms, course, '', level, 0.0, 0.0, 0 FROM certificates WHERE learner = ?"
    ") e ORDER BY at_ms, verb, page, item, n";

/* "2026-11-23T07:12:28.250Z". Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days. */
static void time_text(int64_t ms, char text[48])
{
    const int64_t days = ms / DAY_MS, rest = ms % DAY_MS, z = days + 719468, era = z / 146097;
    const int64_t doe = z - era * 146097, yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    const int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153,
                  day = doy - (153 * mp + 2) / 5;
    const int64_t month = mp < 10 ? mp + 3 : mp - 9, year = yoe + era * 400 + (month <= 2);
    (void)snprintf(text, 48, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", (int)(year % 10000), (int)month, (int)day + 1,
                   (int)(rest / 3600000), (int)(rest / 60000 % 60), (int)(rest / 1000 % 60), (int)(rest % 1000));
}

/* The same event has the same id, however often it is exported. */
static void uuid_of(const th_school *s, const char *name, const event *e, char text[40])
{
    unsigned char h[16];
    char what[512];
    (void)snprintf(what, sizeof what, "%s|%s|%s|%s|%lld|%lld", name, e->verb, e->page, e->item, (long long)e->at_ms,
                   (long long)e->n);
    (void)crypto_generichash(h, sizeof h, (const unsigned char *)what, strlen(what), s->secret, sizeof s->secret);
    h[6] = (unsigned char)((h[6] & 0x0f) | 0x50); /* version 5: of a name */
    h[8] = (unsigned char)((h[8] & 0x3f) | 0x80);
    (void)snprintf(text, 40, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", h[0], h[1], h[2],
                   h[3], h[4], h[5], h[6], h[7], h[8], h[9], h[10], h[11], h[12], h[13], h[14], h[15]);
}

static json_t *statement(const th_school *s, const char *name, const char *site, const event *e)
{
    char id[40], at[48], object[512];
    const char *verb = "";
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (!strcmp(verbs[i].verb, e->verb)) verb = verbs[i].id;
    uuid_of(s, name, e, id);
    time_text(e->at_ms, at);
    (void)snprintf(object, sizeof object, "%s#/learn/%s%s%s", site, e->page, *e->item ? "/" : "", e->item);
    json_t *o = json_pack("{s:s, s:s, s:{s:s, s:{s:s, s:s}}, s:{s:s, s:{s:s}}, s:{s:s, s:s, s:{s:{s:s}}}, s:s}", "id",
                          id, "timestamp", at, "actor", "objectType", "Agent", "account", "homePage", site, "name",
                          name, "verb", "id", verb, "display", "en", e->verb, "object", "objectType", "Activity", "id",
                          object, "definition", "name", "en", *e->item ? e->item : e->page, "version", "1.0.3");
    if (e->of > 0) {
        json_t *result = json_pack("{s:{s:f, s:f, s:f, s:f}, s:b}", "score", "scaled", e->got / e->of, "raw", e->got,
                                   "min", 0.0, "max", e->of, "success",
                                   strcmp(e->verb, "answered") ? !strcmp(e->verb, "passed") : e->got >= e->of);
        if (*e->said) json_object_set_new(result, "response", json_string(e->said));
        json_object_set_new(o, "result", result);
    }
    return o;
}

/* Each event of a learner to `each`, until it says no. */
typedef th_err each_event(void *ctx, const char *name, const event *e, bool *more, th_why *why);
static th_err events_of(th_sql_link *link, int64_t learner, const char *name, each_event *each, void *ctx, bool *more,
                        th_why *why)
{
    th_sql_rows *q;
    th_err err = TH_OK;
    TH_TRY(
        th_sql_ask(link, &q, why, events_sql, "iiidii", learner, learner, learner, TH_SCHOOL_PASS, learner, learner));
    while (!err && *more && th_sql_next(q)) {
        const event e = {.verb = th_sql_text(q, 0),
                         .at_ms = th_sql_int(q, 1),
                         .page = th_sql_text(q, 2),
                         .item = th_sql_text(q, 3),
                         .said = th_sql_text(q, 4),
                         .got = th_sql_double(q, 5),
                         .of = th_sql_double(q, 6),
                         .n = th_sql_int(q, 7)};
        err = each(ctx, name, &e, more, why);
    }
    const th_err end = th_sql_done(q, why);
    return err ? err : end;
}

/* One learner's, or all learners', one after the other. */
static th_err all_events(th_school *s, const th_pupil *who, each_event *each, void *ctx, th_why *why)
{
    th_sql_link *link;
    th_sql_rows *q;
    json_t *learners = NULL, *one;
    size_t i;
    bool more = true;
    TH_TRY(th_sql_read(s->sql, &link, why));
    if (who) return th_sql_end(link, events_of(link, who->id, who->name, each, ctx, &more, why), why);
    th_err err = th_sql_ask(link, &q, why,
                            "SELECT id, CASE WHEN name = '' THEN 'me' ELSE name END FROM learners ORDER BY id", "");
    if (!err) err = th_rows_list(q, "id:i name", &learners, why);
    json_array_foreach(learners, i, one) if (!err && more) err =
        events_of(link, (int64_t)json_integer_value(json_object_get(one, "id")),
                  json_string_value(json_object_get(one, "name")), each, ctx, &more, why);
    json_decref(learners);
    return th_sql_end(link, err, why);
}

/* ---- xAPI and the table --------------------------------------------------------------------------------------- */

typedef struct to_lines {
    const th_school *school;
    const char *site;
    th_record_line *line;
    void *ctx;
} to_lines;

static th_err xapi_line(void *ctx, const char *name, const event *e, bool *more, th_why *why)
{
    const to_lines *to = ctx;
    json_t *o = statement(to->school, name, to->site, e);
    char *text;
    const th_err err = th_rows_text(o, &text, why);
    json_decref(o);
    if (err) return err;
    *more = to->line(to->ctx, text);
    free(text);
    return TH_OK;
}

th_err th_school_xapi(th_school *s, const th_pupil *who, const char *site, th_record_line *line, void *ctx, th_why *why)
{
    to_lines to = {s, site, line, ctx};
    return all_events(s, who, xapi_line, &to, why);
}

static th_err csv_line(void *ctx, const char *name, const event *e, bool *more, th_why *why)
{
    const to_lines *to = ctx;
    th_html csv = {0};
    char at[48];
    time_text(e->at_ms, at);
    th_csv_text(&csv, true, at);
    th_csv_text(&csv, false, name);
    th_csv_text(&csv, false, e->verb);
    th_csv_text(&csv, false, e->page);
    th_csv_text(&csv, false, e->item);
    th_csv_number(&csv, false, e->got);
    th_csv_number(&csv, false, e->of);
    th_csv_text(&csv, false, e->said);
    th_html_put(&csv, "\r"); /* the line's end comes with the newline */
    const th_err err = csv.failed ? th_why_set(why, TH_ENOMEM, "out of memory for a line") : TH_OK;
    if (!err) *more = to->line(to->ctx, csv.text);
    th_html_free(&csv);
    return err;
}

th_err th_school_csv(th_school *s, const th_pupil *who, th_record_line *line, void *ctx, th_why *why)
{
    to_lines to = {s, "", line, ctx};
    if (!line(ctx, "at,learner,verb,page,item,points,of,answer\r")) return TH_OK;
    return all_events(s, who, csv_line, &to, why);
}

/* ---- everything ----------------------------------------------------------------------------------------------- */

/* Tables with a column of whose it is, and what is told of each. */
static const struct {
    const char *name, *sql, *shape;
} tables[] = {
    {"days", "SELECT day FROM days WHERE learner = ? ORDER BY day", "day:i"},
    {"progress",
     "SELECT page, done, seconds, first_ms, last_ms, done_ms FROM progress WHERE learner = ? ORDER BY first_ms",
     "page done:b seconds:i first:t last:t done_at:t"},
    {"bookmarks", "SELECT page, at_ms FROM bookmarks WHERE learner = ? ORDER BY at_ms", "page at:t"},
    {"notes", "SELECT page, block, text, at_ms FROM notes WHERE learner = ? ORDER BY id", "page block text at:t"},
    {"journals", "SELECT page, text, at_ms FROM journals WHERE learner = ? ORDER BY page", "page text at:t"},
    {"answers",
     "SELECT quiz, item, review, attempt, given, points, is_right, at_ms FROM answers WHERE learner = ? ORDER BY id",
     "quiz item review:b attempt:i given:j points:d right:b at:t"},
    {"items",
     "SELECT quiz, item, attempts, reviews, points, hint, box, due_ms FROM items WHERE learner = ? ORDER BY quiz, item",
     "quiz item attempts:i reviews:i points:d hint:b box:i due:t"},
    {"lab_results", "SELECT lab, level, score, total, result, at_ms FROM lab_results WHERE learner = ? ORDER BY id",
     "lab level score:d of:d result:j at:t"},
    {"certificates", "SELECT course, level, jwt, at_ms FROM certificates WHERE learner = ? ORDER BY at_ms",
     "course level jwt at:t"},
    {"threads", "SELECT page, title, made_ms FROM threads WHERE author = ? ORDER BY id", "page title at:t"},
    {"posts", "SELECT thread, text, at_ms, edited_ms, votes, removed FROM posts WHERE author = ? ORDER BY id",
     "thread:i text at:t edited:t votes:i removed"},
    {"votes", "SELECT post FROM votes WHERE learner = ? ORDER BY post", "post:i"},
    {"reports", "SELECT post, reason, at_ms FROM reports WHERE learner = ? ORDER BY id", "post:i reason at:t"},
    {"showcase", "SELECT title, text, project, made, at_ms FROM projects WHERE author = ? ORDER BY id",
     "title text project made:j at:t"},
    {"reviews",
     "SELECT project, mastery, creativity, benefit, text, at_ms FROM reviews WHERE learner = ? ORDER BY at_ms",
     "project:i mastery:i creativity:i benefit:i text at:t"},
    {"written", "SELECT lab, name, text, at_ms FROM written WHERE learner = ? ORDER BY id", "lab name text at:t"},
    {"peers", "SELECT written, scores, text, done_ms FROM peers WHERE learner = ? ORDER BY id",
     "written:i scores:j text at:t"},
};

static th_err everything(th_sql_link *link, const th_pupil *who, json_t *all, th_why *why)
{
    th_sql_rows *q;
    json_t *list;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        TH_TRY(th_sql_ask(link, &q, why, tables[i].sql, "i", who->id));
        TH_TRY(th_rows_list(q, tables[i].shape, &list, why));
        json_object_set_new(all, tables[i].name, list);
    }
    return TH_OK;
}

th_err th_school_everything(th_school *s, const th_pupil *who, json_t **all, th_why *why)
{
    th_sql_link *link;
    json_t *me;
    TH_TRY(th_school_me(s, who, &me, why));
    *all = json_pack("{s:o}", "me", me);
    th_err err = th_sql_read(s->sql, &link, why);
    if (!err) err = th_sql_end(link, everything(link, who, *all, why), why);
    if (err) json_decref(*all);
    return err;
}
