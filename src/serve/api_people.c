/* Who is in the class, and the tokens of programs. */
#include "course/school.h"
#include "serve/guard.h"
#include "serve/routes.h"

#include <stdlib.h>
#include <string.h>

#define HERE_MS           120000 /* seen in the last two minutes: pages ask more often */
#define ORDERS_A_DAY      10
#define ORDERS_A_DAY_MOST 100000
#define ORDER_BYTES       (256 << 20)
#define ORDER_BYTES_MOST  (INT64_C(4) << 30)

/* The accounts, with lan. */
static th_err accounts_of(const th_request *r, th_accounts **a, th_why *why)
{
    *a = th_guard_accounts(r->site->guard);
    return *a ? TH_OK : th_why_set(why, TH_ENOENT, "this studio is for this computer only: people are for serve --lan");
}

static json_t *person_json(const th_person *p, int64_t seen_ms, int64_t now_ms)
{
    json_t *o = json_pack("{s:s, s:s, s:b, s:I, s:b}", "name", p->name, "role", p->teacher ? "teacher" : "learner",
                          "password", p->password[0] != 0, "joined", (json_int_t)(p->joined_ms / 1000), "here",
                          seen_ms && now_ms - seen_ms < HERE_MS);
    if (o) json_object_set_new(o, "seen", seen_ms ? json_integer((json_int_t)(seen_ms / 1000)) : json_null());
    return o;
}

static th_err list(const th_request *r, th_reply *out, th_why *why)
{
    th_accounts *a;
    th_person *people;
    int64_t *seen_ms;
    size_t n;
    TH_TRY(accounts_of(r, &a, why));
    TH_TRY(th_accounts_all(a, &people, &seen_ms, &n, why));
    json_t *all = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(all, person_json(&people[i], seen_ms[i], th_guard_now_ms(r->site->guard)));
    free(people);
    free(seen_ms);
    return th_reply_json(out, 200, all, why);
}

/* {role} and {password} of a body, NULL where they are not there. */
static th_err read_change(const json_t *body, const bool **teacher, const char **password, th_why *why)
{
    static const bool yes = true, no = false;
    const json_t *role = json_object_get(body, "role"), *word = json_object_get(body, "password");
    const char *text = json_string_value(role);
    if (role && (!text || (strcmp(text, "teacher") != 0 && strcmp(text, "learner") != 0)))
        return th_why_set(why, TH_EUSAGE, "role is \"teacher\" or \"learner\"");
    if (word && !json_is_string(word)) return th_why_set(why, TH_EUSAGE, "password must be a text");
    if (!role && !word) return th_why_set(why, TH_EUSAGE, "send {role} or {password}");
    *teacher = !role ? NULL : !strcmp(text, "teacher") ? &yes : &no;
    *password = json_string_value(word);
    return TH_OK;
}

static th_err change(const th_request *r, th_reply *out, th_why *why)
{
    th_accounts *a;
    json_t *body;
    const bool *teacher = NULL;
    const char *password = NULL, *name = r->part[0];
    const bool self = !strcmp(name, r->user);
    TH_TRY(accounts_of(r, &a, why));
    TH_TRY(th_request_json(r, &body, why));
    th_err err = read_change(body, &teacher, &password, why);
    if (!err && r->role != TH_ROLE_TEACHER && (!self || teacher)) {
        out->status = 403;
        err = th_why_set(why, TH_EUSAGE, "only a teacher may change others, and roles; you may choose your password");
    } else if (!err && self && teacher && !*teacher) {
        out->status = 409;
        err = th_why_set(why, TH_EEXIST, "you can't stop being a teacher yourself: ask another teacher");
    }
    if (!err) err = th_accounts_change(a, name, teacher, password, self, why);
    json_decref(body);
    if (!err) out->status = 204;
    return err;
}

static th_err take_out(const th_request *r, th_reply *out, th_why *why)
{
    th_accounts *a;
    TH_TRY(accounts_of(r, &a, why));
    if (!strcmp(r->part[0], r->user))
        return th_why_set(why, TH_EEXIST, "you can't remove yourself: ask another teacher");
    TH_TRY(th_accounts_remove(a, r->part[0], why));
    if (r->site->school) TH_TRY(th_school_left(r->site->school, r->part[0], why));
    out->status = 204;
    return TH_OK;
}

/* ---- programs -------------------------------------------------------------------------------------------------- */

static json_t *program_json(const th_program *p)
{
    return json_pack("{s:s, s:I, s:I, s:I}", "name", p->name, "orders_a_day", (json_int_t)p->orders_a_day,
                     "order_bytes", (json_int_t)p->order_bytes, "made", (json_int_t)(p->made_ms / 1000));
}

static th_err list_tokens(const th_request *r, th_reply *out, th_why *why)
{
    th_accounts *a;
    th_program *programs;
    size_t n;
    TH_TRY(accounts_of(r, &a, why));
    TH_TRY(th_accounts_programs(a, &programs, &n, why));
    json_t *all = json_array();
    for (size_t i = 0; i < n; i++) json_array_append_new(all, program_json(&programs[i]));
    free(programs);
    return th_reply_json(out, 200, all, why);
}

static th_err number(const json_t *body, const char *name, int64_t most, int64_t def, int64_t *v, th_why *why)
{
    const json_t *given = json_object_get(body, name);
    *v = given ? (int64_t)json_integer_value(given) : def;
    if (given && (!json_is_integer(given) || *v < 0 || *v > most))
        return th_why_set(why, TH_EUSAGE, "%s is a whole number from 0 to %lld", name, (long long)most);
    return TH_OK;
}

static th_err read_program(const json_t *body, th_program *p, th_why *why)
{
    const char *name = json_string_value(json_object_get(body, "name"));
    if (!name || strlen(name) >= sizeof p->name)
        return th_why_set(why, TH_EUSAGE, "a token needs a name: what is it for?");
    memcpy(p->name, name, strlen(name) + 1);
    TH_TRY(number(body, "orders_a_day", ORDERS_A_DAY_MOST, ORDERS_A_DAY, &p->orders_a_day, why));
    return number(body, "order_bytes", ORDER_BYTES_MOST, ORDER_BYTES, &p->order_bytes, why);
}

static th_err make_token(const th_request *r, th_reply *out, th_why *why)
{
    th_accounts *a;
    json_t *body;
    char token[TH_SECRET_BYTES];
    th_program p = {.made_ms = th_guard_now_ms(r->site->guard)};
    TH_TRY(accounts_of(r, &a, why));
    TH_TRY(th_request_json(r, &body, why));
    th_err err = read_program(body, &p, why);
    json_decref(body);
    if (!err) err = th_accounts_program_add(a, &p, token, why);
    if (err) return err;
    json_t *o = program_json(&p);
    if (o) json_object_set_new(o, "token", json_string(token));
    return th_reply_json(out, 201, o, why);
}

static th_err remove_token(const th_request *r, th_reply *out, th_why *why)
{
    th_accounts *a;
    TH_TRY(accounts_of(r, &a, why));
    TH_TRY(th_accounts_program_remove(a, r->part[0], why));
    out->status = 204;
    return TH_OK;
}

const th_route th_routes_people[] = {
    {"GET", "/api/v1/users", TH_ROLE_TEACHER, 0, .handle = list},
    {"PATCH", "/api/v1/users/{user}", TH_ROLE_LEARNER, 4096, .handle = change},
    {"DELETE", "/api/v1/users/{user}", TH_ROLE_TEACHER, 0, .handle = take_out},
    {"GET", "/api/v1/tokens", TH_ROLE_TEACHER, 0, .handle = list_tokens},
    {"POST", "/api/v1/tokens", TH_ROLE_TEACHER, 4096, .handle = make_token},
    {"DELETE", "/api/v1/tokens/{token}", TH_ROLE_TEACHER, 0, .handle = remove_token},
    {0},
};
