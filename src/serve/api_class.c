/* Classes of the course: what a teacher sets and sees, what a member may. */
#include "course/school_class.h"
#include "serve/guard.h"
#include "serve/limits.h"
#include "serve/pupil.h"
#include "serve/routes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *language(const th_request *r)
{
    const char *lang = th_request_query(r, "lang");
    return lang && *lang ? lang : "en";
}

/* Who asks, and the class of the path. */
typedef struct asked {
    th_pupil who;
    int64_t class, part; /* {class}, {n} */
} asked;

static th_err read_asked(const th_request *r, int numbers, asked *a, th_why *why)
{
    *a = (asked){0};
    TH_TRY(th_request_pupil(r, &a->who, why));
    if (numbers > 0) TH_TRY(th_request_number(r, 0, &a->class, why));
    if (numbers > 1) TH_TRY(th_request_number(r, 1, &a->part, why));
    return TH_OK;
}

static th_err reply_class(const th_request *r, th_reply *out, const asked *a, int status, th_why *why)
{
    json_t *one;
    TH_TRY(th_school_class(r->site->school, &a->who, a->class, &one, why));
    return th_reply_json(out, status, one, why);
}

/* ---- classes -------------------------------------------------------------------------------------------------- */

static th_err list_classes(const th_request *r, th_reply *out, th_why *why)
{
    return th_pupil_reply(r, out, th_school_classes, why);
}

/* The body's change, with the courses as they are now. */
static th_err write_class(const th_request *r, th_reply *out, asked *a, th_why *why)
{
    json_t *body;
    const th_shelf *shelf;
    const bool adds = !a->class;
    TH_TRY(th_request_json(r, &body, why));
    th_err err = th_library_borrow(r->site->library, &shelf, why);
    if (!err) {
        err = adds ? th_school_class_add(r->site->school, &a->who, shelf, body, &a->class, why)
                   : th_school_class_change(r->site->school, shelf, a->class, body, why);
        th_library_return(r->site->library, shelf);
    }
    json_decref(body);
    return err ? err : reply_class(r, out, a, adds ? 201 : 200, why);
}

static th_err add_class(const th_request *r, th_reply *out, th_why *why)
{
    asked a;
    TH_TRY(read_asked(r, 0, &a, why));
    return write_class(r, out, &a, why);
}

static th_err show_class(const th_request *r, th_reply *out, th_why *why)
{
    asked a;
    TH_TRY(read_asked(r, 1, &a, why));
    return reply_class(r, out, &a, 200, why);
}

static th_err change_class(const th_request *r, th_reply *out, th_why *why)
{
    asked a;
    TH_TRY(read_asked(r, 1, &a, why));
    return write_class(r, out, &a, why);
}

static th_err remove_class(const th_request *r, th_reply *out, th_why *why)
{
    asked a;
    TH_TRY(read_asked(r, 1, &a, why));
    return th_reply_nothing(out, th_school_class_remove(r->site->school, a.class, why));
}

/* Six digits are guessed in a million tries: after five wrong ones the wait grows, for a person and wherever she is. */
static th_err may_try(const th_request *r, const th_pupil *who, th_reply *out, th_why *why)
{
    char key[TH_USER_BYTES + 16];
    th_limits *limits = th_guard_limits(r->site->guard);
    if (!limits) return TH_OK; /* nobody but who owns the computer */
    snprintf(key, sizeof key, "class-code:%lld", (long long)who->id);
    const int64_t wait_ms = th_limits_try(limits, key, who->now_ms);
    if (!wait_ms) return TH_OK;
    out->status = 429;
    out->retry_after_s = (int)((wait_ms + 999) / 1000);
    return th_why_set(why, TH_EUSAGE, "too many wrong codes: wait %d s and try again", out->retry_after_s);
}

static void was_right(const th_request *r, const th_pupil *who)
{
    char key[TH_USER_BYTES + 16];
    th_limits *limits = th_guard_limits(r->site->guard);
    snprintf(key, sizeof key, "class-code:%lld", (long long)who->id);
    if (limits) th_limits_right(limits, key);
}

static th_err join(const th_request *r, th_reply *out, th_why *why)
{
    asked a;
    json_t *body;
    TH_TRY(read_asked(r, 0, &a, why));
    TH_TRY(th_request_json(r, &body, why));
    const char *code = json_string_value(json_object_get(body, "code"));
    th_err err = code && strlen(code) == 6 && strspn(code, "0123456789") == 6
                     ? may_try(r, &a.who, out, why)
                     : th_why_set(why, TH_EUSAGE, "a class's code has six digits");
    if (!err) err = th_school_join(r->site->school, &a.who, code, &a.class, why);
    json_decref(body);
    if (err) return err;
    was_right(r, &a.who);
    return reply_class(r, out, &a, 200, why);
}

static th_err remove_member(const th_request *r, th_reply *out, th_why *why)
{
    asked a;
    TH_TRY(read_asked(r, 1, &a, why));
    if (!a.who.teacher && strcmp(r->part[1], a.who.name) != 0) {
        out->status = 403;
        return th_why_set(why, TH_EUSAGE, "only a teacher may take others out of a class");
    }
    return th_reply_nothing(out, th_school_member_remove(r->site->school, a.class, r->part[1], why));
}

/* ---- what a teacher sees -------------------------------------------------------------------------------------- */

typedef th_err find_board(const th_request *r, const asked *a, const th_shelf *shelf, json_t **found, th_why *why);

static th_err with_shelf(const th_request *r, find_board *find, json_t **found, th_why *why)
{
    asked a;
    const th_shelf *shelf;
    TH_TRY(read_asked(r, 1, &a, why));
    TH_TRY(th_library_borrow(r->site->library, &shelf, why));
    const th_err err = find(r, &a, shelf, found, why);
    th_library_return(r->site->library, shelf);
    return err;
}

static th_err find_dashboard(const th_request *r, const asked *a, const th_shelf *shelf, json_t **found, th_why *why)
{
    return th_school_dashboard(r->site->school, &a->who, shelf, a->class, language(r), found, why);
}

static th_err find_gradebook(const th_request *r, const asked *a, const th_shelf *shelf, json_t **found, th_why *why)
{
    return th_school_gradebook(r->site->school, shelf, a->class, language(r), found, why);
}

static th_err show_dashboard(const th_request *r, th_reply *out, th_why *why)
{
    json_t *board;
    TH_TRY(with_shelf(r, find_dashboard, &board, why));
    return th_reply_json(out, 200, board, why);
}

static th_err show_gradebook(const th_request *r, th_reply *out, th_why *why)
{
    json_t *book;
    char *csv;
    const char *as = th_request_query(r, "as");
    if (as && strcmp(as, "json") != 0 && strcmp(as, "csv") != 0) return th_why_set(why, TH_EUSAGE, "as is json or csv");
    TH_TRY(with_shelf(r, find_gradebook, &book, why));
    if (!as || *as == 'j') return th_reply_json(out, 200, book, why);
    const th_err err = th_school_gradebook_csv(book, &csv, why);
    json_decref(book);
    if (err) return err;
    out->bytes = (uint8_t *)csv;
    out->n = strlen(csv);
    out->type = "text/csv; charset=utf-8";
    snprintf(out->save_as, sizeof out->save_as, "gradebook-%.20s.csv", r->part[0]);
    return TH_OK;
}

/* ---- what she sets -------------------------------------------------------------------------------------------- */

static th_err put_deadlines(const th_request *r, th_reply *out, th_why *why)
{
    asked a;
    json_t *list;
    const th_shelf *shelf;
    TH_TRY(read_asked(r, 1, &a, why));
    TH_TRY(th_json_read(r->body, JSON_REJECT_DUPLICATES, TH_JSON_BODY, &list, why));
    th_err err = th_library_borrow(r->site->library, &shelf, why);
    if (!err) {
        err = th_school_deadlines(r->site->school, shelf, a.class, list, why);
        th_library_return(r->site->library, shelf);
    }
    json_decref(list);
    return th_reply_nothing(out, err);
}

static th_err list_announcements(const th_request *r, th_reply *out, th_why *why)
{
    asked a;
    json_t *list;
    TH_TRY(read_asked(r, 1, &a, why));
    TH_TRY(th_school_announcements(r->site->school, &a.who, a.class, &list, why));
    return th_reply_json(out, 200, list, why);
}

static th_err announce(const th_request *r, th_reply *out, th_why *why)
{
    asked a;
    json_t *body, *list;
    TH_TRY(read_asked(r, 1, &a, why));
    TH_TRY(th_request_json(r, &body, why));
    th_err err =
        th_school_announce(r->site->school, &a.who, a.class, json_string_value(json_object_get(body, "text")), why);
    json_decref(body);
    if (!err) err = th_school_announcements(r->site->school, &a.who, a.class, &list, why);
    if (err) return err;
    json_t *newest = json_incref(json_array_get(list, 0));
    json_decref(list);
    return th_reply_json(out, 201, newest, why);
}

static th_err remove_announcement(const th_request *r, th_reply *out, th_why *why)
{
    asked a;
    TH_TRY(read_asked(r, 2, &a, why));
    return th_reply_nothing(out, th_school_announcement_remove(r->site->school, a.class, a.part, why));
}

static th_err list_lessons(const th_request *r, th_reply *out, th_why *why)
{
    asked a;
    json_t *list;
    TH_TRY(read_asked(r, 1, &a, why));
    TH_TRY(th_school_own_lessons(r->site->school, &a.who, a.class, &list, why));
    return th_reply_json(out, 200, list, why);
}

static th_err write_lesson(const th_request *r, asked *a, th_why *why)
{
    json_t *body;
    const th_shelf *shelf;
    TH_TRY(th_request_json(r, &body, why));
    th_err err = th_library_borrow(r->site->library, &shelf, why);
    if (!err) {
        err = th_school_own_lesson_put(r->site->school, &a->who, shelf, a->class, &a->part, body, why);
        th_library_return(r->site->library, shelf);
    }
    json_decref(body);
    return err;
}

static th_err add_lesson(const th_request *r, th_reply *out, th_why *why)
{
    asked a;
    char page[40];
    TH_TRY(read_asked(r, 1, &a, why));
    TH_TRY(write_lesson(r, &a, why));
    snprintf(page, sizeof page, "own/%lld", (long long)a.part);
    return th_reply_json(out, 201, json_pack("{s:I, s:s}", "id", (json_int_t)a.part, "page", page), why);
}

static th_err put_lesson(const th_request *r, th_reply *out, th_why *why)
{
    asked a;
    TH_TRY(read_asked(r, 2, &a, why));
    return th_reply_nothing(out, write_lesson(r, &a, why));
}

static th_err remove_lesson(const th_request *r, th_reply *out, th_why *why)
{
    asked a;
    TH_TRY(read_asked(r, 2, &a, why));
    return th_reply_nothing(out, th_school_own_lesson_remove(r->site->school, a.class, a.part, why));
}

#define CLASSES "/api/v1/course/classes"
#define CLASS   CLASSES "/{class}"
#define SMALL   (16 << 10)
#define LONG    (128 << 10)
const th_route th_routes_class[] = {
    {"GET", CLASSES, TH_ROLE_LEARNER, 0, .handle = list_classes},
    {"POST", CLASSES, TH_ROLE_TEACHER, SMALL, .handle = add_class},
    {"GET", CLASS, TH_ROLE_LEARNER, 0, .handle = show_class},
    {"PATCH", CLASS, TH_ROLE_TEACHER, SMALL, .handle = change_class},
    {"DELETE", CLASS, TH_ROLE_TEACHER, 0, .handle = remove_class},
    {"POST", "/api/v1/course/join", TH_ROLE_LEARNER, SMALL, .handle = join},
    {"DELETE", CLASS "/members/{learner}", TH_ROLE_LEARNER, 0, .handle = remove_member},
    {"GET", CLASS "/dashboard", TH_ROLE_TEACHER, 0, .handle = show_dashboard},
    {"GET", CLASS "/gradebook", TH_ROLE_TEACHER, 0, .handle = show_gradebook},
    {"PUT", CLASS "/deadlines", TH_ROLE_TEACHER, LONG, .handle = put_deadlines},
    {"GET", CLASS "/announcements", TH_ROLE_LEARNER, 0, .handle = list_announcements},
    {"POST", CLASS "/announcements", TH_ROLE_TEACHER, SMALL, .handle = announce},
    {"DELETE", CLASS "/announcements/{n}", TH_ROLE_TEACHER, 0, .handle = remove_announcement},
    {"GET", CLASS "/lessons", TH_ROLE_LEARNER, 0, .handle = list_lessons},
    {"POST", CLASS "/lessons", TH_ROLE_TEACHER, LONG, .handle = add_lesson},
    {"PUT", CLASS "/lessons/{n}", TH_ROLE_TEACHER, LONG, .handle = put_lesson},
    {"DELETE", CLASS "/lessons/{n}", TH_ROLE_TEACHER, 0, .handle = remove_lesson},
    {0},
};
