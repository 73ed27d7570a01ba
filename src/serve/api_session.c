/* Who am I, coming in, going out; and the code by which the class comes in. */
#include "serve/guard.h"
#include "serve/qr.h"
#include "serve/routes.h"

#include <stdlib.h>
#include <string.h>

static const char *role_word(th_role role)
{
    return role == TH_ROLE_TEACHER ? "teacher" : role == TH_ROLE_LEARNER ? "learner" : NULL;
}

/* {user, role, token, lan, fingerprint} of whoever has the cookie. */
static json_t *session_json(const th_request *r, const char *user, th_role role, const char *cookie)
{
    char token[TH_TOKEN_BYTES];
    th_guard_token(r->site->guard, cookie, token);
    return json_pack("{s:s?, s:s?, s:s, s:b, s:s}", "user", user[0] ? user : NULL, "role", role_word(role), "token",
                     token, "lan", r->site->lan, "fingerprint", th_guard_fingerprint(r->site->guard));
}

static th_err show(const th_request *r, th_reply *out, th_why *why)
{
    return th_reply_json(out, 200, session_json(r, r->user, r->role, th_request_header(r, "Cookie")), why);
}

static th_err enter(const th_request *r, th_reply *out, th_why *why)
{
    json_t *body;
    th_guard_answer who = {.role = TH_ROLE_NOBODY};
    TH_TRY(th_request_json(r, &body, why));
    const char *code = json_string_value(json_object_get(body, "code")),
               *name = json_string_value(json_object_get(body, "name")),
               *password = json_string_value(json_object_get(body, "password"));
    int status = 400;
    if (!name || (!code && !password))
        (void)th_why_set(why, TH_EUSAGE, "send {code, name} to join, or {name, password} to log in");
    else if (code)
        status = th_guard_join(r->site->guard, r->address, code, name, out->cookie, &who, why);
    else
        status = th_guard_login(r->site->guard, r->address, name, password, out->cookie, &who, why);
    json_decref(body);
    if (!status) return th_reply_json(out, 201, session_json(r, who.user, who.role, out->cookie), why);
    out->status = status;
    out->retry_after_s = who.retry_after_s;
    return why->err;
}

static th_err leave(const th_request *r, th_reply *out, th_why *why)
{
    out->status = th_guard_logout(r->site->guard, th_request_header(r, "Cookie"), out->cookie, why);
    if (out->status) return why->err;
    out->status = 204;
    return TH_OK;
}

static th_err pairing(const th_request *r, bool renew, th_reply *out, th_why *why)
{
    th_guard_pairing p;
    char *svg;
    TH_TRY(th_guard_pairing_of(r->site->guard, renew, &p, why));
    TH_TRY(th_qr_svg(p.url, &svg, why));
    const th_err err =
        th_reply_json(out, 200,
                      json_pack("{s:s, s:s, s:s, s:i, s:s}", "code", p.code, "url", p.url, "qr", svg, "expires_s",
                                p.expires_s, "fingerprint", th_guard_fingerprint(r->site->guard)),
                      why);
    free(svg);
    return err;
}

static th_err show_pairing(const th_request *r, th_reply *out, th_why *why)
{
    return pairing(r, false, out, why);
}

static th_err renew_pairing(const th_request *r, th_reply *out, th_why *why)
{
    return pairing(r, true, out, why);
}

const th_route th_routes_session[] = {
    {"GET", "/api/v1/session", TH_ROLE_NOBODY, 0, .handle = show},
    {"POST", "/api/v1/session", TH_ROLE_NOBODY, 4096, .handle = enter},
    {"DELETE", "/api/v1/session", TH_ROLE_NOBODY, 0, .handle = leave},
    {"GET", "/api/v1/pairing", TH_ROLE_TEACHER, 0, .handle = show_pairing},
    {"POST", "/api/v1/pairing", TH_ROLE_TEACHER, 1024, .handle = renew_pairing},
    {0},
};
