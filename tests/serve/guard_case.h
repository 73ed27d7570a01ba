/* tests/serve/guard_case.h -- a guard in a folder of its own, whose clock is a variable, and who visits it. */
#ifndef TH_GUARD_CASE_H
#define TH_GUARD_CASE_H

#include "../test.h"

#include "os/file.h"
#include "serve/door.h"
#include "serve/guard.h"
#include "serve/limits.h"

#define PORT  8765
#define DAY   INT64_C(86400000)
#define START (INT64_C(20000) * DAY + 3600000)

static int64_t now_ms = START;

static inline int64_t test_clock(void *ctx)
{
    (void)ctx;
    return now_ms;
}

static const th_net net = {.address = {"192.168.1.5", "2001:db8::5"}, .n = 2, .name = "desk"};

static inline struct th_guard *guard_of(const char *root, bool lan)
{
    const th_guard_settings set = {.root = root, .port = PORT, .lan = lan, .now_ms = test_clock, .net = &net};
    struct th_guard *g;
    th_why why = {0};
    if (th_guard_new(&set, &g, &why)) fail_msg("%s", why.text);
    return g;
}

static inline int set_up(void **state)
{
    static char dir[TH_PATH_BYTES];
    now_ms = START;
    *state = dir;
    return th_dir_temp(dir, NULL);
}

static inline int clean_up(void **state)
{
    th_dir_remove(*state);
    return 0;
}

/* A GET of a page, by somebody on the network. */
static inline th_guard_ask ask_get(const char *host)
{
    return (th_guard_ask){.method = "GET", .host = host, .address = "192.168.1.77", .role = TH_ROLE_NOBODY};
}

static inline int status_of(struct th_guard *g, const th_guard_ask *ask)
{
    th_guard_answer answer;
    th_why why = {0};
    const int status = th_guard_check(g, ask, &answer, &why);
    assert_int_equal(status != 0, why.text[0] != 0); /* a refusal says why */
    assert_int_equal(status == 429, answer.retry_after_s > 0);
    return status;
}

/* ---- people ------------------------------------------------------------------------------------------------------ */

typedef struct visitor {
    char cookie[256], token[TH_TOKEN_BYTES];
    th_guard_answer who;
} visitor;

static inline int join_from(struct th_guard *g, const char *address, const char *code, const char *name, visitor *v)
{
    th_why why = {0};
    const int status = th_guard_join(g, address, code, name, v->cookie, &v->who, &why);
    assert_int_equal(status != 0, why.text[0] != 0);
    if (!status) th_guard_token(g, v->cookie, v->token);
    return status;
}

static inline void teacher_code(struct th_guard *g, char code[TH_ONCE_BYTES])
{
    char *text;
    assert_int_equal(th_guard_welcome(g, false, &text, NULL), TH_OK);
    const char *at = strstr(text, "https://localhost:8765/#/join/");
    assert_non_null(at);
    snprintf(code, TH_ONCE_BYTES, "%.14s", at + strlen("https://localhost:8765/#/join/"));
    free(text);
}

static inline visitor teacher_of(struct th_guard *g)
{
    visitor v = {.cookie = ""};
    char code[TH_ONCE_BYTES];
    teacher_code(g, code);
    assert_int_equal(join_from(g, "127.0.0.1", code, "Ms Curie", &v), 0);
    return v;
}

static inline visitor learner_of(struct th_guard *g, const char *name)
{
    visitor v = {.cookie = ""};
    th_guard_pairing p;
    assert_int_equal(th_guard_pairing_of(g, false, &p, NULL), TH_OK);
    assert_int_equal(join_from(g, "192.168.1.77", p.code, name, &v), 0);
    return v;
}

/* A request of a page of a visitor. */
static inline th_guard_ask by(const visitor *v, const char *method, th_role role)
{
    th_guard_ask ask = ask_get("192.168.1.5:8765");
    ask.method = method;
    ask.role = role;
    ask.cookie = v ? v->cookie : NULL;
    ask.token = v ? v->token : NULL;
    ask.body_max = 1 << 30;
    return ask;
}

static inline int may(struct th_guard *g, const visitor *v, const char *method, th_role role)
{
    const th_guard_ask ask = by(v, method, role);
    return status_of(g, &ask);
}

#endif
