/* What learners do with each other: forum, showcase, peers. */
#include "course/school_together.h"
#include "serve/pupil.h"
#include "serve/routes.h"

#include <string.h>

/* Who asks, about what, and with which body (NULL: none was read). */
typedef struct asked {
    th_pupil who;
    int64_t number;
    json_t *body;
} asked;

static th_err read_asked(const th_request *r, bool number, bool body, asked *a, th_why *why)
{
    *a = (asked){0};
    TH_TRY(th_request_pupil(r, &a->who, why));
    if (number) TH_TRY(th_request_number(r, 0, &a->number, why));
    return body ? th_request_json(r, &a->body, why) : TH_OK;
}

static const char *text_of(const json_t *body, const char *name)
{
    const char *text = json_string_value(json_object_get(body, name));
    return text ? text : "";
}

/* {value: 1} or true: on; 0 or false: off; nothing: on. */
static th_err switch_of(const json_t *body, const char *name, bool *on, th_why *why)
{
    const json_t *value = json_object_get(body, name);
    *on = !value || json_is_true(value) || (json_is_integer(value) && json_integer_value(value) == 1);
    if (!value || json_is_boolean(value) || (json_is_integer(value) && (*on || !json_integer_value(value))))
        return TH_OK;
    return th_why_set(why, TH_EUSAGE, "%s is 1 or 0", name);
}

/* The body is done with; 204 unless it failed. */
static th_err end(asked *a, th_reply *out, th_err err)
{
    json_decref(a->body);
    return th_reply_nothing(out, err);
}

/* ---- threads -------------------------------------------------------------------------------------------------- */

static th_err list_threads(const th_request *r, th_reply *out, th_why *why)
{
    asked a;
    json_t *found;
    th_threads which = {th_request_query(r, "at"), th_request_query(r, "sort"), th_request_query(r, "q"), 0};
    TH_TRY(read_asked(r, false, false, &a, why));
    TH_TRY(th_request_int(r, "offset", 0, 1000000, 0, &which.offset, why));
    if (which.sort && strcmp(which.sort, "new") != 0 && strcmp(which.sort, "votes") != 0 &&
        strcmp(which.sort, "open") != 0)
        return th_why_set(why, TH_EUSAGE, "sort is new, votes or open");
    TH_TRY(th_school_threads(r->site->school, &a.who, &which, &found, why));
    return th_reply_json(out, 200, found, why);
}

static th_err reply_thread(const th_request *r, th_reply *out, const asked *a, int64_t thread, int status, th_why *why)
{
    json_t *found;
    TH_TRY(th_school_thread(r->site->school, &a->who, thread, &found, why));
    return th_reply_json(out, status, found, why);
}

static th_err show_thread(const th_request *r, th_reply *out, th_why *why)
{
    asked a;
    TH_TRY(read_asked(r, true, false, &a, why));
    return reply_thread(r, out, &a, a.number, 200, why);
}

static th_err may_post(const th_request *r, const asked *a, th_reply *out, th_why *why)
{
    int wait_s;
    TH_TRY(th_school_post_wait(r->site->school, &a->who, &wait_s, why));
    if (!wait_s) return TH_OK;
    out->status = 429;
    out->retry_after_s = wait_s;
    return th_why_set(why, TH_EUSAGE, "that are many posts for an hour: wait %d s and read a little", wait_s);
}

static th_err add_thread(const th_request *r, th_reply *out, th_why *why)
{
    asked a;
    int64_t thread;
    TH_TRY(read_asked(r, false, true, &a, why));
    const char *page = text_of(a.body, "at");
    th_err err = th_request_page(r, page, true, why);
    if (!err) err = may_post(r, &a, out, why);
    if (!err)
        err = th_school_thread_add(r->site->school, &a.who, page, text_of(a.body, "title"), text_of(a.body, "text"),
                                   &thread, why);
    json_decref(a.body);
    return err ? err : reply_thread(r, out, &a, thread, 201, why);
}

static th_err add_post(const th_request *r, th_reply *out, th_why *why)
{
    asked a;
    int64_t post;
    TH_TRY(read_asked(r, true, true, &a, why));
    th_err err = may_post(r, &a, out, why);
    if (!err) err = th_school_post_add(r->site->school, &a.who, a.number, text_of(a.body, "text"), &post, why);
    json_decref(a.body);
    return err ? err : reply_thread(r, out, &a, a.number, 201, why);
}

/* ---- posts ---------------------------------------------------------------------------------------------------- */

static th_err change_post(const th_request *r, th_reply *out, th_why *why)
{
    asked a;
    bool removed = false;
    TH_TRY(read_asked(r, true, true, &a, why));
    const bool restores = json_object_get(a.body, "removed") != NULL;
    th_err err = restores ? switch_of(a.body, "removed", &removed, why) : TH_OK;
    if (!err)
        err = restores ? th_school_post_remove(r->site->school, &a.who, a.number, removed, why)
                       : th_school_post_change(r->site->school, &a.who, a.number, text_of(a.body, "text"), why);
    return end(&a, out, err);
}

static th_err remove_post(const th_request *r, th_reply *out, th_why *why)
{
    asked a;
    TH_TRY(read_asked(r, true, false, &a, why));
    return end(&a, out, th_school_post_remove(r->site->school, &a.who, a.number, true, why));
}

typedef th_err switch_fn(th_school *school, const th_pupil *who, int64_t number, bool on, th_why *why);

static th_err put_switch(const th_request *r, th_reply *out, const char *name, switch_fn *put, th_why *why)
{
    asked a;
    bool on = false;
    TH_TRY(read_asked(r, true, true, &a, why));
    th_err err = switch_of(a.body, name, &on, why);
    if (!err) err = put(r->site->school, &a.who, a.number, on, why);
    return end(&a, out, err);
}

static th_err put_vote(const th_request *r, th_reply *out, th_why *why)
{
    return put_switch(r, out, "value", th_school_vote, why);
}

static th_err put_accepted(const th_request *r, th_reply *out, th_why *why)
{
    return put_switch(r, out, "value", th_school_accept, why);
}

static th_err report(const th_request *r, th_reply *out, th_why *why)
{
    asked a;
    TH_TRY(read_asked(r, true, true, &a, why));
    return end(&a, out, th_school_report(r->site->school, &a.who, a.number, text_of(a.body, "reason"), why));
}

static th_err list_reports(const th_request *r, th_reply *out, th_why *why)
{
    return th_pupil_reply(r, out, th_school_reports, why);
}

static th_err change_report(const th_request *r, th_reply *out, th_why *why)
{
    return put_switch(r, out, "handled", th_school_report_handled, why);
}

/* ---- showcase ------------------------------------------------------------------------------------------------- */

static th_err list_shows(const th_request *r, th_reply *out, th_why *why)
{
    return th_pupil_reply(r, out, th_school_showcase, why);
}

static th_err reply_show(const th_request *r, th_reply *out, const asked *a, int status, th_why *why)
{
    json_t *one;
    TH_TRY(th_school_show(r->site->school, &a->who, a->number, &one, why));
    return th_reply_json(out, status, one, why);
}

static th_err show_one(const th_request *r, th_reply *out, th_why *why)
{
    asked a;
    TH_TRY(read_asked(r, true, false, &a, why));
    return reply_show(r, out, &a, 200, why);
}

static th_err add_show(const th_request *r, th_reply *out, th_why *why)
{
    asked a;
    TH_TRY(read_asked(r, false, true, &a, why));
    const th_err err = th_school_show_put(r->site->school, &a.who, &a.number, a.body, why);
    json_decref(a.body);
    return err ? err : reply_show(r, out, &a, 201, why);
}

static th_err change_show(const th_request *r, th_reply *out, th_why *why)
{
    asked a;
    bool removed = false;
    TH_TRY(read_asked(r, true, true, &a, why));
    const bool restores = json_object_get(a.body, "removed") != NULL;
    th_err err = restores ? switch_of(a.body, "removed", &removed, why) : TH_OK;
    if (!err)
        err = restores ? th_school_show_remove(r->site->school, &a.who, a.number, removed, why)
                       : th_school_show_put(r->site->school, &a.who, &a.number, a.body, why);
    json_decref(a.body);
    return err ? err : reply_show(r, out, &a, 200, why);
}

static th_err remove_show(const th_request *r, th_reply *out, th_why *why)
{
    asked a;
    TH_TRY(read_asked(r, true, false, &a, why));
    return end(&a, out, th_school_show_remove(r->site->school, &a.who, a.number, true, why));
}

static th_err add_review(const th_request *r, th_reply *out, th_why *why)
{
    asked a;
    TH_TRY(read_asked(r, true, true, &a, why));
    const th_err err = th_school_review(r->site->school, &a.who, a.number, a.body, why);
    json_decref(a.body);
    return err ? err : reply_show(r, out, &a, 201, why);
}

/* ---- peers ---------------------------------------------------------------------------------------------------- */

static th_err show_peer(const th_request *r, th_reply *out, th_why *why)
{
    return th_pupil_reply(r, out, th_school_peer, why);
}

static th_err add_peer(const th_request *r, th_reply *out, th_why *why)
{
    asked a;
    TH_TRY(read_asked(r, true, true, &a, why));
    return end(&a, out, th_school_peer_say(r->site->school, &a.who, a.number, a.body, why));
}

#define COURSE   "/api/v1/course"
#define POST     COURSE "/posts/{n}"
#define SHOWCASE COURSE "/showcase"
#define SMALL    (16 << 10)
#define LONG     (64 << 10)
const th_route th_routes_together[] = {
    {"GET", COURSE "/threads", TH_ROLE_LEARNER, 0, .handle = list_threads},
    {"POST", COURSE "/threads", TH_ROLE_LEARNER, LONG, .handle = add_thread},
    {"GET", COURSE "/threads/{n}", TH_ROLE_LEARNER, 0, .handle = show_thread},
    {"POST", COURSE "/threads/{n}/posts", TH_ROLE_LEARNER, LONG, .handle = add_post},
    {"PATCH", POST, TH_ROLE_LEARNER, LONG, .handle = change_post},
    {"DELETE", POST, TH_ROLE_LEARNER, 0, .handle = remove_post},
    {"PUT", POST "/vote", TH_ROLE_LEARNER, SMALL, .handle = put_vote},
    {"PUT", POST "/accepted", TH_ROLE_LEARNER, SMALL, .handle = put_accepted},
    {"POST", POST "/report", TH_ROLE_LEARNER, SMALL, .handle = report},
    {"GET", COURSE "/reports", TH_ROLE_TEACHER, 0, .handle = list_reports},
    {"PATCH", COURSE "/reports/{n}", TH_ROLE_TEACHER, SMALL, .handle = change_report},
    {"GET", SHOWCASE, TH_ROLE_LEARNER, 0, .handle = list_shows},
    {"POST", SHOWCASE, TH_ROLE_LEARNER, LONG, .handle = add_show},
    {"GET", SHOWCASE "/{n}", TH_ROLE_LEARNER, 0, .handle = show_one},
    {"PATCH", SHOWCASE "/{n}", TH_ROLE_LEARNER, LONG, .handle = change_show},
    {"DELETE", SHOWCASE "/{n}", TH_ROLE_LEARNER, 0, .handle = remove_show},
    {"POST", SHOWCASE "/{n}/reviews", TH_ROLE_LEARNER, LONG, .handle = add_review},
    {"GET", COURSE "/peer", TH_ROLE_LEARNER, 0, .handle = show_peer},
    {"POST", COURSE "/peer/{n}", TH_ROLE_LEARNER, LONG, .handle = add_peer},
    {0},
};
