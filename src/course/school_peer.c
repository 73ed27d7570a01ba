/* Peers: who handed a text in reads three of others, without names, and hears what three say of hers. */
#include "course/school_priv.h"
#include "course/school_together.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

/* Texts of a lab are given out one learner after the other, so that none is given out twice as often. */
static int64_t lock_of(const char *lab)
{
    return (int64_t)(th_fnv1a(TH_FNV1A_START, (th_span){(const uint8_t *)lab, strlen(lab)}) >> 1) | 1;
}

/* Further texts of this lab and question until she has three. */
static th_err give_out(th_sql_link *link, const th_pupil *who, const char *lab, const char *name, th_why *why)
{
    int64_t has;
    TH_TRY(th_sql_number(link, &has, 0, why,
                         "SELECT count(*) FROM peers p JOIN written w ON w.id = p.written "
                         "WHERE p.learner = ? AND w.lab = ? AND w.name = ?",
                         "iss", who->id, lab, name));
    if (has >= TH_PEER_TEXTS) return TH_OK;
    return th_sql_do(link, why,
                     "INSERT INTO peers (written, learner, given_ms) SELECT w.id, ?, ? FROM written w "
                     "WHERE w.lab = ? AND w.name = ? AND w.learner <> ? "
                     "AND EXISTS (SELECT 1 FROM members a JOIN members b ON b.class = a.class "
                     " WHERE a.learner = ? AND b.learner = w.learner) "
                     "AND NOT EXISTS (SELECT 1 FROM peers p WHERE p.written = w.id AND p.learner = ?) "
                     "ORDER BY (SELECT count(*) FROM peers p WHERE p.written = w.id), w.id LIMIT ?",
                     "iissiiii", who->id, who->now_ms, lab, name, who->id, who->id, who->id, TH_PEER_TEXTS - has);
}

/* For each text that she handed in and has fewer than three to read for. */
static th_err give_all(th_school *s, const th_pupil *who, th_why *why)
{
    th_sql_link *link;
    th_sql_rows *q;
    json_t *mine = NULL, *one;
    size_t i;
    TH_TRY(th_sql_read(s->sql, &link, why));
    th_err err = th_sql_ask(link, &q, why,
                            "SELECT w.lab, w.name FROM written w WHERE w.learner = ? AND (SELECT count(*) FROM peers p "
                            "JOIN written o ON o.id = p.written WHERE p.learner = w.learner AND o.lab = w.lab AND "
                            "o.name = w.name) < ?",
                            "ii", who->id, (int64_t)TH_PEER_TEXTS);
    if (!err) err = th_rows_list(q, "lab name", &mine, why);
    TH_TRY(th_sql_end(link, err, why));
    json_array_foreach(mine, i, one)
    {
        const char *lab = json_string_value(json_object_get(one, "lab")),
                   *name = json_string_value(json_object_get(one, "name"));
        if (!err) err = th_sql_begin(s->sql, lock_of(lab), &link, why);
        if (!err) err = th_sql_end(link, give_out(link, who, lab, name, why), why);
    }
    json_decref(mine);
    return err;
}

/* Of one's text: the mean of each row of the rubric, and what was said. */
static void hear(json_t *received, json_t *row)
{
    json_t *last = json_array_get(received, json_array_size(received) - 1), *points, *sum;
    const char *name;
    const json_t *id = json_object_get(row, "id");
    if (!last || !json_equal(json_object_get(last, "id"), id)) {
        last = json_pack("{s:O, s:O, s:O, s:i, s:{}, s:[]}", "id", id, "lab", json_object_get(row, "lab"), "title",
                         json_object_get(row, "title"), "n", 0, "scores", "texts");
        json_array_append_new(received, last);
    }
    const double n = json_number_value(json_object_get(last, "n"));
    json_object_foreach(json_object_get(row, "scores"), name, points)
    {
        sum = json_object_get(json_object_get(last, "scores"), name);
        json_object_set_new(json_object_get(last, "scores"), name,
                            json_real((json_number_value(sum) * n + json_number_value(points)) / (n + 1)));
    }
    json_array_append(json_object_get(last, "texts"), json_object_get(row, "text"));
    json_object_set_new(last, "n", json_integer((json_int_t)n + 1));
}

static th_err peer_of(th_sql_link *link, const th_pupil *who, json_t **review, json_t **said, th_why *why)
{
    th_sql_rows *q;
    TH_TRY(
        th_sql_ask(link, &q, why,
                   "SELECT p.id, w.lab, w.title, w.text, w.rubric, CASE WHEN p.scores = '' THEN 'null' ELSE p.scores "
                   "END, p.text, CASE WHEN p.done_ms > 0 THEN 1 ELSE 0 END FROM peers p JOIN written w ON w.id = "
                   "p.written WHERE p.learner = ? ORDER BY p.id",
                   "i", who->id));
    TH_TRY(th_rows_list(q, "id:i lab title text rubric:j scores:j said done:b", review, why));
    TH_TRY(th_sql_ask(link, &q, why,
                      "SELECT w.id, w.lab, w.title, p.scores, p.text FROM peers p JOIN written w ON w.id = p.written "
                      "WHERE w.learner = ? AND p.done_ms > 0 ORDER BY w.id, p.done_ms, p.id",
                      "i", who->id));
    const th_err err = th_rows_list(q, "id:i lab title scores:j text", said, why);
    if (err) json_decref(*review);
    return err;
}

th_err th_school_peer(th_school *s, const th_pupil *who, json_t **peer, th_why *why)
{
    th_sql_link *link;
    json_t *review, *said, *row, *received = NULL;
    size_t i;
    TH_TRY(give_all(s, who, why));
    TH_TRY(th_sql_read(s->sql, &link, why));
    TH_TRY(th_sql_end(link, peer_of(link, who, &review, &said, why), why));
    const th_err err = th_rows_html(review, why);
    if (!err) {
        received = json_array();
        json_array_foreach(said, i, row) hear(received, row);
        *peer = json_pack("{s:o, s:o}", "review", review, "received", received);
    }
    json_decref(said);
    return err;
}

/* Points from 1 to 4 for each row of the rubric, and nothing else. */
static th_err check_scores(const json_t *rubric, const json_t *scores, th_why *why)
{
    json_t *one;
    size_t i;
    if (!json_is_object(scores)) return th_why_set(why, TH_EUSAGE, "scores is an object: {name: 1 to 4}");
    json_array_foreach(rubric, i, one)
    {
        const char *name = json_string_value(json_object_get(one, "name"));
        const json_t *points = name ? json_object_get(scores, name) : NULL;
        if (!json_is_integer(points) || json_integer_value(points) < 1 || json_integer_value(points) > 4)
            return th_why_set(why, TH_EUSAGE, "scores.%.60s is 1, 2, 3 or 4", name ? name : "");
    }
    if (json_object_size(scores) != json_array_size(rubric))
        return th_why_set(why, TH_EUSAGE, "scores has names that are not in the rubric");
    return TH_OK;
}

static th_err say(th_sql_link *link, const th_pupil *who, int64_t number, const json_t *scores, const char *text,
                  th_why *why)
{
    th_sql_rows *q;
    json_t *row = NULL;
    char *points;
    TH_TRY(
        th_sql_ask(link, &q, why,
                   "SELECT w.rubric FROM peers p JOIN written w ON w.id = p.written WHERE p.id = ? AND p.learner = ?",
                   "ii", number, who->id));
    TH_TRY(th_rows_one(q, "rubric:j", &row, why));
    if (!row) return th_why_set(why, TH_ENOENT, "you have no such text to read");
    th_err err = check_scores(json_object_get(row, "rubric"), scores, why);
    json_decref(row);
    if (!err) err = th_rows_text(scores, &points, why);
    if (err) return err;
    err = th_sql_do(link, why, "UPDATE peers SET scores = ?, text = ?, done_ms = ? WHERE id = ?", "ssii", points, text,
                    who->now_ms, number);
    free(points);
    return err ? err : th_school_here(link, who, why);
}

th_err th_school_peer_say(th_school *s, const th_pupil *who, int64_t number, const json_t *body, th_why *why)
{
    th_sql_link *link;
    const char *text = json_string_value(json_object_get(body, "text"));
    TH_TRY(th_words_ok("text", text, TH_NOTE_BYTES, false, why));
    TH_TRY(th_sql_begin(s->sql, 0, &link, why));
    return th_sql_end(link, say(link, who, number, json_object_get(body, "scores"), text, why), why);
}
