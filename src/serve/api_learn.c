/* The learner's part of the course: who she is, where she is, what she answered and wrote. */
#include "report/html.h"
#include "serve/guard.h"
#include "serve/pupil.h"
#include "serve/routes.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *text_of(const json_t *body, const char *name)
{
    const char *text = json_string_value(json_object_get(body, name));
    return text ? text : "";
}

static th_err show_me(const th_request *r, th_reply *out, th_why *why)
{
    return th_pupil_reply(r, out, th_school_me, why);
}

static th_err change_me(const th_request *r, th_reply *out, th_why *why)
{
    th_pupil who;
    json_t *body;
    TH_TRY(th_request_pupil(r, &who, why));
    TH_TRY(th_request_json(r, &body, why));
    const th_err err = th_school_me_change(r->site->school, &who, body, why);
    json_decref(body);
    return err ? err : show_me(r, out, why);
}

/* ---- where she is --------------------------------------------------------------------------------------------- */

static th_err put_progress(const th_request *r, th_reply *out, th_why *why)
{
    th_pupil who;
    json_t *body;
    TH_TRY(th_request_pupil(r, &who, why));
    TH_TRY(th_request_page(r, r->part[0], false, why));
    TH_TRY(th_request_json(r, &body, why));
    const char *state = text_of(body, "state");
    const json_t *seconds = json_object_get(body, "seconds");
    th_err err = TH_OK;
    if ((strcmp(state, "seen") != 0 && strcmp(state, "done") != 0) || (seconds && !json_is_number(seconds)))
        err = th_why_set(why, TH_EUSAGE, "send {state: \"seen\" or \"done\", seconds: a number}");
    if (!err)
        err = th_school_progress(r->site->school, &who, r->part[0], *state == 'd',
                                 (int64_t)fmin(fmax(json_number_value(seconds), 0), 1e6), why);
    json_decref(body);
    return th_reply_nothing(out, err);
}

static th_err put_place(const th_request *r, th_reply *out, th_why *why)
{
    th_pupil who;
    json_t *body;
    TH_TRY(th_request_pupil(r, &who, why));
    TH_TRY(th_request_json(r, &body, why));
    const char *block = text_of(body, "block");
    th_err err = th_request_page(r, text_of(body, "id"), false, why);
    if (!err && strlen(block) > TH_PAGE_ID_BYTES)
        err = th_why_set(why, TH_EUSAGE, "block is the key of a block of the lesson");
    if (!err) err = th_school_place(r->site->school, &who, text_of(body, "id"), block, why);
    json_decref(body);
    return th_reply_nothing(out, err);
}

/* With their titles, in a language; without those that are not taught any more. */
static th_err list_bookmarks(const th_request *r, th_reply *out, th_why *why)
{
    th_pupil who;
    const th_shelf *shelf;
    json_t *list = NULL, *told, *one;
    size_t i;
    const char *lang = th_request_query(r, "lang");
    TH_TRY(th_request_pupil(r, &who, why));
    TH_TRY(th_library_borrow(r->site->library, &shelf, why));
    const th_err err = th_school_bookmarks(r->site->school, &who, &list, why);
    told = json_array();
    json_array_foreach(list, i, one)
    {
        const th_page *page = th_shelf_find(shelf, text_of(one, "id"));
        if (!page) continue;
        json_object_set_new(one, "title", json_string(th_page_value(shelf, page, lang ? lang : "en", "title")));
        json_array_append(told, one);
    }
    th_library_return(r->site->library, shelf);
    json_decref(list);
    if (!err) return th_reply_json(out, 200, told, why);
    json_decref(told);
    return err;
}

static th_err bookmark(const th_request *r, th_reply *out, bool on, th_why *why)
{
    th_pupil who;
    TH_TRY(th_request_pupil(r, &who, why));
    if (on) TH_TRY(th_request_page(r, r->part[0], false, why));
    return th_reply_nothing(out, th_school_bookmark(r->site->school, &who, r->part[0], on, why));
}

static th_err add_bookmark(const th_request *r, th_reply *out, th_why *why)
{
    return bookmark(r, out, true, why);
}

static th_err remove_bookmark(const th_request *r, th_reply *out, th_why *why)
{
    return bookmark(r, out, false, why);
}

/* ---- notes and journal ---------------------------------------------------------------------------------------- */

static th_err list_notes(const th_request *r, th_reply *out, th_why *why)
{
    th_pupil who;
    json_t *list;
    TH_TRY(th_request_pupil(r, &who, why));
    TH_TRY(th_school_notes(r->site->school, &who, th_request_query(r, "lesson"), NULL, &list, why));
    return th_reply_json(out, 200, list, why);
}

static th_err add_note(const th_request *r, th_reply *out, th_why *why)
{
    th_pupil who;
    json_t *body, *note = NULL;
    TH_TRY(th_request_pupil(r, &who, why));
    TH_TRY(th_request_json(r, &body, why));
    const char *lesson = text_of(body, "lesson");
    if (!*lesson && th_request_query(r, "lesson")) lesson = th_request_query(r, "lesson");
    th_err err = th_request_page(r, lesson, false, why);
    if (!err)
        err = th_school_note_add(r->site->school, &who, lesson, text_of(body, "block"), text_of(body, "text"), &note,
                                 why);
    json_decref(body);
    return err ? err : th_reply_json(out, 201, note, why);
}

static th_err change_note(const th_request *r, th_reply *out, th_why *why)
{
    th_pupil who;
    json_t *body;
    int64_t number;
    TH_TRY(th_request_pupil(r, &who, why));
    TH_TRY(th_request_number(r, 0, &number, why));
    TH_TRY(th_request_json(r, &body, why));
    const th_err err = th_school_note_change(r->site->school, &who, number, text_of(body, "text"), why);
    json_decref(body);
    return th_reply_nothing(out, err);
}

static th_err remove_note(const th_request *r, th_reply *out, th_why *why)
{
    th_pupil who;
    int64_t number;
    TH_TRY(th_request_pupil(r, &who, why));
    TH_TRY(th_request_number(r, 0, &number, why));
    return th_reply_nothing(out, th_school_note_remove(r->site->school, &who, number, why));
}

static th_err show_journal(const th_request *r, th_reply *out, th_why *why)
{
    th_pupil who;
    json_t *journal;
    TH_TRY(th_request_pupil(r, &who, why));
    TH_TRY(th_request_page(r, r->part[0], false, why));
    TH_TRY(th_school_journal(r->site->school, &who, r->part[0], &journal, why));
    return th_reply_json(out, 200, journal, why);
}

static th_err put_journal(const th_request *r, th_reply *out, th_why *why)
{
    th_pupil who;
    json_t *body;
    TH_TRY(th_request_pupil(r, &who, why));
    TH_TRY(th_request_page(r, r->part[0], false, why));
    TH_TRY(th_request_json(r, &body, why));
    const char *text = json_string_value(json_object_get(body, "text"));
    const th_err err = th_school_journal_write(r->site->school, &who, r->part[0], text, why);
    json_decref(body);
    return th_reply_nothing(out, err);
}

/* ---- questions ------------------------------------------------------------------------------------------------ */

static th_err show_quiz(const th_request *r, th_reply *out, th_why *why)
{
    th_pupil who;
    const th_shelf *shelf;
    json_t *quiz;
    TH_TRY(th_request_pupil(r, &who, why));
    TH_TRY(th_library_borrow(r->site->library, &shelf, why));
    const th_err err =
        th_school_quiz(r->site->school, &who, shelf, r->part[0], th_request_query(r, "lang"), &quiz, why);
    th_library_return(r->site->library, shelf);
    return err ? err : th_reply_json(out, 200, quiz, why);
}

typedef th_err told_of(th_school *school, const th_pupil *who, const th_shelf *shelf, const th_answer *answer,
                       json_t **told, th_why *why);

/* {quiz, item, given} to `tell`. */
static th_err ask_item(const th_request *r, th_reply *out, told_of *tell, int status, th_why *why)
{
    th_pupil who;
    const th_shelf *shelf;
    json_t *body, *told = NULL;
    TH_TRY(th_request_pupil(r, &who, why));
    TH_TRY(th_request_json(r, &body, why));
    const char *lang = text_of(body, "lang"), *query = th_request_query(r, "lang");
    const th_answer answer = {text_of(body, "quiz"), text_of(body, "item"), *lang ? lang : query,
                              json_object_get(body, "given")};
    th_err err = *answer.quiz && *answer.item && (answer.given || status == 200)
                     ? TH_OK
                     : th_why_set(why, TH_EUSAGE, "send {quiz, item%s}", status == 200 ? "" : ", given");
    if (!err) err = th_library_borrow(r->site->library, &shelf, why);
    if (!err) {
        err = tell(r->site->school, &who, shelf, &answer, &told, why);
        th_library_return(r->site->library, shelf);
    }
    json_decref(body);
    return err ? err : th_reply_json(out, status, told, why);
}

static th_err add_answer(const th_request *r, th_reply *out, th_why *why)
{
    return ask_item(r, out, th_school_answer, 201, why);
}

static th_err show_hint(const th_request *r, th_reply *out, th_why *why)
{
    return ask_item(r, out, th_school_hint, 200, why);
}

/* ---- her record ----------------------------------------------------------------------------------------------- */

static bool add_line(void *ctx, const char *line)
{
    th_html_put(ctx, line);
    th_html_put(ctx, "\n");
    return true;
}

static th_err export_xapi(const th_request *r, th_reply *out, const th_pupil *who, th_why *why)
{
    char site[TH_URL_BYTES];
    const char *host = th_request_header(r, "Host");
    th_html lines = {0};
    snprintf(site, sizeof site, "http%s://%.100s/", r->site->lan ? "s" : "", host ? host : "localhost");
    th_err err = th_school_xapi(r->site->school, who, site, add_line, &lines, why);
    if (!err && lines.failed) err = th_why_set(why, TH_ENOMEM, "out of memory for the record");
    if (!err) err = th_reply_bytes(out, "application/x-ndjson", lines.text, lines.n, why);
    th_html_free(&lines);
    snprintf(out->save_as, sizeof out->save_as, "thimble-course.jsonl");
    return err;
}

static th_err export_record(const th_request *r, th_reply *out, th_why *why)
{
    th_pupil who;
    json_t *all;
    const char *as = th_request_query(r, "as");
    TH_TRY(th_request_pupil(r, &who, why));
    if (as && !strcmp(as, "xapi")) return export_xapi(r, out, &who, why);
    if (!as || strcmp(as, "everything") != 0) return th_why_set(why, TH_EUSAGE, "as is xapi or everything");
    TH_TRY(th_school_everything(r->site->school, &who, &all, why));
    snprintf(out->save_as, sizeof out->save_as, "thimble-course.json");
    return th_reply_json(out, 200, all, why);
}

#define COURSE "/api/v1/course"
#define SMALL  4096
#define WORDS  (64 << 10)
const th_route th_routes_learn[] = {
    {"GET", COURSE "/me", TH_ROLE_LEARNER, 0, .handle = show_me},
    {"PATCH", COURSE "/me", TH_ROLE_LEARNER, SMALL, .handle = change_me},
    {"PUT", COURSE "/progress/{id..}", TH_ROLE_LEARNER, SMALL, .handle = put_progress},
    {"PUT", COURSE "/place", TH_ROLE_LEARNER, SMALL, .handle = put_place},
    {"GET", COURSE "/bookmarks", TH_ROLE_LEARNER, 0, .handle = list_bookmarks},
    {"POST", COURSE "/bookmarks/{id..}", TH_ROLE_LEARNER, SMALL, .handle = add_bookmark},
    {"DELETE", COURSE "/bookmarks/{id..}", TH_ROLE_LEARNER, 0, .handle = remove_bookmark},
    {"GET", COURSE "/notes", TH_ROLE_LEARNER, 0, .handle = list_notes},
    {"POST", COURSE "/notes", TH_ROLE_LEARNER, WORDS, .handle = add_note},
    {"PATCH", COURSE "/notes/{note}", TH_ROLE_LEARNER, WORDS, .handle = change_note},
    {"DELETE", COURSE "/notes/{note}", TH_ROLE_LEARNER, 0, .handle = remove_note},
    {"GET", COURSE "/quizzes/{id..}", TH_ROLE_LEARNER, 0, .handle = show_quiz},
    {"POST", COURSE "/answers", TH_ROLE_LEARNER, WORDS, .handle = add_answer},
    {"POST", COURSE "/hints", TH_ROLE_LEARNER, SMALL, .handle = show_hint},
    {"GET", COURSE "/journal/{id..}", TH_ROLE_LEARNER, 0, .handle = show_journal},
    {"PUT", COURSE "/journal/{id..}", TH_ROLE_LEARNER, WORDS, .handle = put_journal},
    {"GET", COURSE "/export", TH_ROLE_LEARNER, 0, .handle = export_record},
    {0},
};
