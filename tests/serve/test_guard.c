/* The guard: every rule and its opposite.  The clock is a variable of the test. */
#define _XOPEN_SOURCE 700
#include "../test.h"

#include "os/file.h"
#include "serve/door.h"
#include "serve/guard.h"
#include "serve/limits.h"

#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#define PORT  8765
#define DAY   INT64_C(86400000)
#define START (INT64_C(20000) * DAY + 3600000)

static int64_t now_ms = START;

static int64_t test_clock(void *ctx)
{
    (void)ctx;
    return now_ms;
}

static const th_net net = {.address = {"192.168.1.5", "2001:db8::5"}, .n = 2, .name = "desk"};

static struct th_guard *guard_of(const char *root, bool lan)
{
    const th_guard_settings set = {.root = root, .port = PORT, .lan = lan, .now_ms = test_clock, .net = &net};
    struct th_guard *g;
    th_why why = {0};
    if (th_guard_new(&set, &g, &why)) fail_msg("%s", why.text);
    return g;
}

static int set_up(void **state)
{
    static char dir[TH_PATH_BYTES];
    now_ms = START;
    *state = dir;
    return th_dir_temp(dir, NULL);
}

static int clean_up(void **state)
{
    th_dir_remove(*state);
    return 0;
}

/* A GET of a page, by somebody on the network. */
static th_guard_ask ask_get(const char *host)
{
    return (th_guard_ask){.method = "GET", .host = host, .address = "192.168.1.77", .role = TH_ROLE_NOBODY};
}

static int status_of(struct th_guard *g, const th_guard_ask *ask)
{
    th_guard_answer answer;
    th_why why = {0};
    const int status = th_guard_check(g, ask, &answer, &why);
    assert_int_equal(status != 0, why.text[0] != 0); /* a refusal says why */
    assert_int_equal(status == 429, answer.retry_after_s > 0);
    return status;
}

static int host_status(struct th_guard *g, const char *host, const char *origin)
{
    th_guard_ask ask = ask_get(host);
    ask.origin = origin;
    return status_of(g, &ask);
}

static void only_our_hosts(void **state)
{
    struct th_guard *g = guard_of(*state, false);
    static const char *const good[] = {"localhost:8765", "127.0.0.1:8765", "[::1]:8765", "LOCALHOST:8765"};
    static const char *const bad[] = {"localhost",
                                      "localhost:80",
                                      "evil.example:8765",
                                      "localhost.evil.example:8765",
                                      "localhost:8765.evil.example",
                                      "192.168.1.5:8765",
                                      "",
                                      "localhost:08765",
                                      "localhost:8765 ",
                                      "[::1:8765",
                                      "::1:8765",
                                      "localhost@evil:8765",
                                      "127.0.0.1.:8765",
                                      "2130706433:8765",
                                      "localhost:87650",
                                      "[localhost]:8765",
                                      "desk.local:8765"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) assert_int_equal(host_status(g, good[i], NULL), 0);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert_int_equal(host_status(g, bad[i], NULL), 403);
    assert_int_equal(host_status(g, NULL, NULL), 403);
    th_guard_free(g);
}

static void hosts_of_a_network(void **state)
{
    struct th_guard *g = guard_of(*state, true);
    static const char *const good[] = {"localhost:8765",  "192.168.1.5:8765", "[2001:db8::5]:8765", "desk:8765",
                                       "Desk.local:8765", "10.0.0.9:8765" /* another address of a bridge to here */};
    static const char *const bad[] = {"desk.evil.example:8765", "desk.local.:8765", "desktop:8765",
                                      "evil.example:8765",      "des:8765",         "192.168.1.5:443"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) assert_int_equal(host_status(g, good[i], NULL), 0);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert_int_equal(host_status(g, bad[i], NULL), 403);
    th_guard_free(g);
}

static void only_our_pages(void **state)
{
    struct th_guard *g = guard_of(*state, false);
    const char *host = "localhost:8765";
    assert_int_equal(host_status(g, host, "http://localhost:8765"), 0);
    assert_int_equal(host_status(g, host, "HTTP://LocalHost:8765"), 0);
    static const char *const bad[] = {"https://localhost:8765",
                                      "http://localhost",
                                      "http://localhost:8766",
                                      "null",
                                      "",
                                      "http://127.0.0.1:8765",
                                      "http://evil.example",
                                      "http://localhost:8765/",
                                      "http://localhost:8765.evil.example"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert_int_equal(host_status(g, host, bad[i]), 403);
    th_guard_free(g);
    g = guard_of(*state, true);
    assert_int_equal(host_status(g, "192.168.1.5:8765", "https://192.168.1.5:8765"), 0);
    assert_int_equal(host_status(g, "192.168.1.5:8765", "http://192.168.1.5:8765"), 403);
    th_guard_free(g);
}

static void writing_needs_the_token(void **state)
{
    struct th_guard *g = guard_of(*state, false), *other = guard_of(*state, false);
    char token[TH_TOKEN_BYTES], wrong[TH_TOKEN_BYTES];
    th_guard_token(g, NULL, token);
    th_guard_ask ask = ask_get("localhost:8765");
    ask.role = TH_ROLE_TEACHER;
    assert_int_equal(status_of(g, &ask), 0); /* this computer is the teacher's */
    ask.method = "HEAD";
    assert_int_equal(status_of(g, &ask), 0);
    static const char *const writing[] = {"POST", "PUT", "PATCH", "DELETE", "OPTIONS", "get"};
    for (size_t i = 0; i < sizeof writing / sizeof *writing; i++) {
        ask.method = writing[i];
        ask.token = NULL;
        assert_int_equal(status_of(g, &ask), 403);
        ask.token = "";
        assert_int_equal(status_of(g, &ask), 403);
        memcpy(wrong, token, sizeof wrong);
        wrong[5] = wrong[5] == 'A' ? 'B' : 'A';
        ask.token = wrong;
        assert_int_equal(status_of(g, &ask), 403);
        ask.token = token;
        assert_int_equal(status_of(g, &ask), 0);
        assert_int_equal(status_of(other, &ask), 403); /* each start has its own */
    }
    th_guard_free(g);
    th_guard_free(other);
}

static void lengths(void **state)
{
    struct th_guard *g = guard_of(*state, false);
    char token[TH_TOKEN_BYTES];
    th_guard_token(g, NULL, token);
    th_guard_ask ask = ask_get("localhost:8765");
    ask.method = "POST";
    ask.token = token;
    ask.body_max = 1000;
    static const struct {
        int64_t length;
        int status;
    } rows[] = {{0, 0}, {1000, 0}, {1001, 413}, {INT64_MAX, 413}, {-1, 411}, {INT64_MIN, 411}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ask.length = rows[i].length;
        assert_int_equal(status_of(g, &ask), rows[i].status);
    }
    assert_false(th_guard_too_slow(0, 20000));
    assert_true(th_guard_too_slow(100, 21000));
    assert_false(th_guard_too_slow(100000, 100000));
    th_guard_free(g);
}

static bool has_header(const char *name, const char *part)
{
    for (const th_guard_header *h = th_guard_headers(); h->name; h++)
        if (!strcmp(h->name, name)) return strstr(h->value, part) != NULL;
    return false;
}

static void headers_of_replies(void **state)
{
    (void)state;
    assert_true(has_header("Content-Security-Policy", "default-src 'self'; script-src 'self' 'wasm-unsafe-eval';"));
    assert_true(has_header("Content-Security-Policy", "frame-ancestors 'none'"));
    assert_false(has_header("Content-Security-Policy", "unsafe-inline"));
    assert_false(has_header("Content-Security-Policy", "'unsafe-eval'"));
    assert_true(has_header("X-Content-Type-Options", "nosniff"));
    assert_true(has_header("Permissions-Policy", "microphone=(self)"));
    assert_false(has_header("Strict-Transport-Security", "")); /* guard.c says why */
}

/* ---- people ------------------------------------------------------------------------------------------------------ */

typedef struct visitor {
    char cookie[256], token[TH_TOKEN_BYTES];
    th_guard_answer who;
} visitor;

static int join_from(struct th_guard *g, const char *address, const char *code, const char *name, visitor *v)
{
    th_why why = {0};
    const int status = th_guard_join(g, address, code, name, v->cookie, &v->who, &why);
    assert_int_equal(status != 0, why.text[0] != 0);
    if (!status) th_guard_token(g, v->cookie, v->token);
    return status;
}

static void teacher_code(struct th_guard *g, char code[TH_ONCE_BYTES])
{
    char *text;
    assert_int_equal(th_guard_welcome(g, false, &text, NULL), TH_OK);
    const char *at = strstr(text, "https://localhost:8765/#/join/");
    assert_non_null(at);
    snprintf(code, TH_ONCE_BYTES, "%.14s", at + strlen("https://localhost:8765/#/join/"));
    free(text);
}

static visitor teacher_of(struct th_guard *g)
{
    visitor v = {.cookie = ""};
    char code[TH_ONCE_BYTES];
    teacher_code(g, code);
    assert_int_equal(join_from(g, "127.0.0.1", code, "Ms Curie", &v), 0);
    return v;
}

static visitor learner_of(struct th_guard *g, const char *name)
{
    visitor v = {.cookie = ""};
    th_guard_pairing p;
    assert_int_equal(th_guard_pairing_of(g, false, &p, NULL), TH_OK);
    assert_int_equal(join_from(g, "192.168.1.77", p.code, name, &v), 0);
    return v;
}

/* A request of a page of a visitor. */
static th_guard_ask by(const visitor *v, const char *method, th_role role)
{
    th_guard_ask ask = ask_get("192.168.1.5:8765");
    ask.method = method;
    ask.role = role;
    ask.cookie = v ? v->cookie : NULL;
    ask.token = v ? v->token : NULL;
    ask.body_max = 1 << 30;
    return ask;
}

static int may(struct th_guard *g, const visitor *v, const char *method, th_role role)
{
    const th_guard_ask ask = by(v, method, role);
    return status_of(g, &ask);
}

static void roles(void **state)
{
    struct th_guard *g = guard_of(*state, true);
    const visitor teacher = teacher_of(g), ana = learner_of(g, "Ana"), zoe = learner_of(g, "Zoé");
    assert_int_equal(teacher.who.role, TH_ROLE_TEACHER);
    assert_int_equal(ana.who.role, TH_ROLE_LEARNER);
    assert_string_equal(ana.who.user, "Ana");
    assert_int_equal(may(g, NULL, "GET", TH_ROLE_NOBODY), 0);
    assert_int_equal(may(g, NULL, "GET", TH_ROLE_LEARNER), 401);
    assert_int_equal(may(g, NULL, "GET", TH_ROLE_TEACHER), 401);
    assert_int_equal(may(g, &ana, "GET", TH_ROLE_LEARNER), 0);
    assert_int_equal(may(g, &ana, "GET", TH_ROLE_TEACHER), 403);
    assert_int_equal(may(g, &teacher, "GET", TH_ROLE_TEACHER), 0);
    assert_int_equal(may(g, &ana, "POST", TH_ROLE_LEARNER), 0);
    visitor mixed = ana; /* the token of somebody else */
    memcpy(mixed.token, zoe.token, sizeof mixed.token);
    assert_int_equal(may(g, &mixed, "POST", TH_ROLE_LEARNER), 403);
    th_guard_free(g);
}

static void owners_are_teachers_of_their_project(void **state)
{
    struct th_guard *g = guard_of(*state, true);
    const visitor ana = learner_of(g, "Ana"), zoe = learner_of(g, "Zoé");
    assert_int_equal(th_guard_own(g, "birds", NULL, "Ana", TH_ROLE_LEARNER, NULL), TH_OK);
    th_guard_ask ask = by(&ana, "POST", TH_ROLE_TEACHER);
    assert_int_equal(status_of(g, &ask), 403);
    ask.project = "birds";
    assert_int_equal(status_of(g, &ask), 0);
    ask.project = "Birds";
    assert_int_equal(status_of(g, &ask), 403);
    ask = by(&zoe, "POST", TH_ROLE_TEACHER);
    ask.project = "birds";
    assert_int_equal(status_of(g, &ask), 403);
    assert_int_equal(th_guard_own(g, "birds", NULL, "Zoé", TH_ROLE_LEARNER, NULL), TH_OK);
    assert_int_equal(status_of(g, &ask), 0);
    th_guard_free(g);
}

static void orders_are_for_teachers(void **state)
{
    struct th_guard *g = guard_of(*state, true);
    const visitor ana = learner_of(g, "Ana"), teacher = teacher_of(g);
    th_guard_ask ask = by(&ana, "GET", TH_ROLE_LEARNER);
    ask.project = "order-0123456789abcdef";
    assert_int_equal(status_of(g, &ask), 403);
    ask.project = "orders";
    assert_int_equal(status_of(g, &ask), 0);
    ask = by(&teacher, "GET", TH_ROLE_LEARNER);
    ask.project = "order-0123456789abcdef";
    assert_int_equal(status_of(g, &ask), 0);
    th_guard_free(g);
}

static void samples_are_their_makers(void **state)
{
    struct th_guard *g = guard_of(*state, true);
    const visitor ana = learner_of(g, "Ana"), zoe = learner_of(g, "Zoé");
    assert_int_equal(th_guard_own(g, "birds", "00ff", "Ana", TH_ROLE_LEARNER, NULL), TH_OK);
    assert_int_equal(th_guard_own(g, "birds", "0123", "Zoé", TH_ROLE_TEACHER, NULL), TH_OK); /* is one anyway */
    th_guard_ask ask = by(&ana, "DELETE", TH_ROLE_TEACHER);
    ask.project = "birds";
    assert_int_equal(status_of(g, &ask), 403);
    ask.sample = "00ff";
    assert_int_equal(status_of(g, &ask), 0);
    ask.sample = "00f";
    assert_int_equal(status_of(g, &ask), 403);
    ask.project = "bees";
    ask.sample = "00ff";
    assert_int_equal(status_of(g, &ask), 403);
    ask = by(&zoe, "DELETE", TH_ROLE_TEACHER);
    ask.project = "birds";
    ask.sample = "00ff";
    assert_int_equal(status_of(g, &ask), 403);
    ask.sample = "0123";
    assert_int_equal(status_of(g, &ask), 403);
    assert_int_equal(th_guard_own(g, "birds", NULL, "Zoé", TH_ROLE_LEARNER, NULL), TH_OK);
    assert_int_equal(status_of(g, &ask), 0); /* all samples of one's own project */
    th_guard_free(g);
}

/* What others than teachers may write; all other writing needs a teacher, or the maker of the project or sample. */
static const char *const for_all[] = {"POST /api/v1/session", "DELETE /api/v1/session"};
static const char *const for_learners[] = {"PATCH /api/v1/users/{user}", /* their own password */
                                           "POST /api/v1/projects",      /* which are theirs then */
                                           "POST /api/v1/projects/{project}/samples",
                                           "POST /api/v1/projects/{project}/model/preview", /* writes nothing */
                                           "POST /api/v1/service",                          /* programs, by quota */
                                           "DELETE /api/v1/service/{order}"};               /* their own */

static bool is_in(const char *const *list, size_t n, const th_route *r)
{
    char text[160];
    snprintf(text, sizeof text, "%s %s", r->method, r->path);
    for (size_t i = 0; i < n; i++)
        if (!strcmp(list[i], text)) return true;
    return false;
}

static th_role role_for(const th_route *r)
{
    if (!strcmp(r->method, "GET")) return strncmp(r->path, "/api/v1/projects", 16) ? TH_ROLE_NOBODY : TH_ROLE_LEARNER;
    if (is_in(for_all, sizeof for_all / sizeof *for_all, r)) return TH_ROLE_NOBODY;
    return is_in(for_learners, sizeof for_learners / sizeof *for_learners, r) ? TH_ROLE_LEARNER : TH_ROLE_TEACHER;
}

static void every_route_has_its_role(void **state)
{
    (void)state;
    int n = 0;
    for (const th_route *const *table = th_route_tables; *table; table++)
        for (const th_route *r = *table; r->method; r++, n++) {
            const bool reads = !strcmp(r->method, "GET"); /* may ask for more */
            if (reads ? r->role < role_for(r) : r->role != role_for(r))
                fail_msg("%s %s: role %d", r->method, r->path, (int)r->role);
        }
    assert_true(n > 40);
}

static void sessions(void **state)
{
    struct th_guard *g = guard_of(*state, true);
    const visitor ana = learner_of(g, "Ana");
    assert_non_null(strstr(ana.cookie, "; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age="));
    assert_memory_equal(ana.cookie, "__Host-thimble-8765=", 20);
    th_guard_free(g);
    g = guard_of(*state, true); /* a restart */
    assert_int_equal(may(g, &ana, "POST", TH_ROLE_LEARNER), 0);
    char twice[600], cleared[256];
    snprintf(twice, sizeof twice, "%s; %s", ana.cookie, ana.cookie);
    th_guard_ask ask = by(&ana, "GET", TH_ROLE_LEARNER);
    ask.cookie = twice;
    assert_int_equal(status_of(g, &ask), 401);
    snprintf(twice, sizeof twice, "a=b; %s; c=d", ana.cookie);
    assert_int_equal(status_of(g, &ask), 0);
    twice[25] ^= 1;
    assert_int_equal(status_of(g, &ask), 401);
    now_ms += TH_LEARNER_DAYS * DAY - 1000;
    assert_int_equal(may(g, &ana, "GET", TH_ROLE_LEARNER), 0);
    now_ms += 2000;
    assert_int_equal(may(g, &ana, "GET", TH_ROLE_LEARNER), 401);
    now_ms = START;
    assert_int_equal(may(g, &ana, "GET", TH_ROLE_LEARNER), 0);
    assert_int_equal(th_guard_logout(g, ana.cookie, cleared, NULL), 0);
    assert_non_null(strstr(cleared, "Max-Age=0"));
    assert_int_equal(may(g, &ana, "GET", TH_ROLE_LEARNER), 401);
    th_guard_free(g);
}

static void the_class_code(void **state)
{
    struct th_guard *g = guard_of(*state, true);
    visitor v = {.cookie = ""};
    th_guard_pairing p, q;
    assert_int_equal(th_guard_pairing_of(g, false, &p, NULL), TH_OK);
    assert_int_equal(strlen(p.code), 6);
    char url[64];
    snprintf(url, sizeof url, "https://192.168.1.5:8765/#/join/%s", p.code);
    assert_string_equal(p.url, url);
    now_ms += TH_PAIRING_MS - 1000;
    assert_int_equal(th_guard_pairing_of(g, false, &q, NULL), TH_OK);
    assert_string_equal(p.code, q.code);
    assert_int_equal(q.expires_s, 1);
    char spaced[16];
    snprintf(spaced, sizeof spaced, " %.3s %.3s", p.code, p.code + 3);
    assert_int_equal(join_from(g, "192.168.1.7", spaced, "Ana", &v), 0);
    assert_int_equal(join_from(g, "192.168.1.7", p.code, "ANA", &v), 409);
    now_ms += 1000;
    assert_int_equal(join_from(g, "192.168.1.7", p.code, "Bo", &v), 403); /* too late */
    do {
        assert_int_equal(th_guard_pairing_of(g, true, &q, NULL), TH_OK);
    } while (!strcmp(p.code, q.code));
    assert_int_equal(join_from(g, "192.168.1.7", p.code, "Bo", &v), 403); /* the old one */
    assert_int_equal(join_from(g, "192.168.1.7", "", "Bo", &v), 403);
    assert_int_equal(join_from(g, "192.168.1.7", q.code, "Bo", &v), 0);
    assert_int_equal(v.who.role, TH_ROLE_LEARNER);
    th_guard_free(g);
    g = guard_of(*state, false);
    assert_int_equal(th_guard_pairing_of(g, false, &p, NULL), TH_ENOENT);
    assert_int_equal(join_from(g, "127.0.0.1", "123456", "Ana", &v), 404);
    th_guard_free(g);
}

static void the_teachers_link_opens_once(void **state)
{
    struct th_guard *g = guard_of(*state, true);
    visitor v = {.cookie = ""};
    char code[TH_ONCE_BYTES], low[TH_ONCE_BYTES];
    teacher_code(g, code);
    for (size_t i = 0; i < sizeof low; i++) low[i] = (char)(code[i] >= 'A' && code[i] <= 'Z' ? code[i] + 32 : code[i]);
    assert_int_equal(join_from(g, "127.0.0.1", code, "a:b", &v), 400); /* a wrong name does not use it up */
    assert_int_equal(join_from(g, "127.0.0.1", low, "Ms Curie", &v), 0);
    assert_int_equal(v.who.role, TH_ROLE_TEACHER);
    assert_int_equal(join_from(g, "127.0.0.1", code, "Eve", &v), 403);
    th_guard_free(g);
    g = guard_of(*state, true); /* the next start has another, for the same person */
    char next[TH_ONCE_BYTES];
    teacher_code(g, next);
    assert_string_not_equal(code, next);
    assert_int_equal(join_from(g, "127.0.0.1", next, "ms curie", &v), 0);
    assert_string_equal(v.who.user, "Ms Curie");
    th_guard_free(g);
}

static void names(void **state)
{
    struct th_guard *g = guard_of(*state, true);
    visitor v;
    th_guard_pairing p;
    assert_int_equal(th_guard_pairing_of(g, false, &p, NULL), TH_OK);
    static const char *const good[] = {"a", "Noor نور", "Ñandú-2", "0123456789012345678901234567890123456789", "李雷"};
    static const char *const bad[] = {"",
                                      " a",
                                      "a ",
                                      "a\nb",
                                      "a\x7f",
                                      "program:x",
                                      "a/b",
                                      "<b>",
                                      "\xff",
                                      "\xc3",
                                      "\xc0\xaf",
                                      "a\xe2\x80\xae"
                                      "b",
                                      "a\xe2\x80\x8b",
                                      "\xed\xa0\x80",
                                      "\xf4\x90\x80\x80",
                                      "01234567890123456789012345678901234567890",
                                      "نننننننننننننننننننننننننننننننن" /* 64 bytes */};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_int_equal(join_from(g, "192.168.1.7", p.code, good[i], &v), 0);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(join_from(g, "192.168.1.7", p.code, bad[i], &v), 400);
    th_guard_free(g);
}

static void tries_cost_time(void **state)
{
    struct th_guard *g = guard_of(*state, true);
    visitor v;
    th_guard_pairing p;
    assert_int_equal(th_guard_pairing_of(g, false, &p, NULL), TH_OK);
    const char *wrong = strcmp(p.code, "000000") ? "000000" : "000001";
    for (int i = 0; i < TH_TRIES_FREE; i++) assert_int_equal(join_from(g, "192.168.1.7", wrong, "Eve", &v), 403);
    int64_t wait = TH_TRIES_WAIT_MS;
    for (int i = 0; i < 10; i++) {
        assert_int_equal(join_from(g, "192.168.1.7", p.code, "Eve", &v), 429); /* even the right one */
        assert_int_equal(v.who.retry_after_s, wait / 1000);
        now_ms += wait;
        if (i < 9) assert_int_equal(join_from(g, "192.168.1.7", wrong, "Eve", &v), 403);
        wait = wait * 2 < TH_TRIES_MOST_MS ? wait * 2 : TH_TRIES_MOST_MS;
    }
    assert_int_equal(join_from(g, "192.168.1.8", wrong, "Bo", &v), 403); /* others do not wait */
    assert_int_equal(th_guard_pairing_of(g, false, &p, NULL), TH_OK);
    assert_int_equal(join_from(g, "192.168.1.7", p.code, "Eve", &v), 0);
    assert_int_equal(join_from(g, "192.168.1.7", wrong, "Eve", &v), 403); /* all is forgiven */
    th_guard_free(g);
}

static void many_guesses_change_the_code(void **state)
{
    struct th_guard *g = guard_of(*state, true);
    visitor v;
    th_guard_pairing p, q;
    char address[32];
    assert_int_equal(th_guard_pairing_of(g, false, &p, NULL), TH_OK);
    for (int i = 0; i < TH_PAIRING_TRIES; i++) {
        snprintf(address, sizeof address, "10.0.%d.%d", i / 250, i % 250);
        assert_int_equal(join_from(g, address, "no", "Eve", &v), 403);
        assert_int_equal(th_guard_pairing_of(g, false, &q, NULL), TH_OK);
        if (i < TH_PAIRING_TRIES - 1) assert_string_equal(p.code, q.code);
    }
    /* a new one may, once in a million, be the same: then the next hundred tries decide */
    if (!strcmp(p.code, q.code)) skip();
    assert_int_equal(join_from(g, "192.168.1.7", p.code, "Bo", &v), 403);
    th_guard_free(g);
}

static void passwords(void **state)
{
    struct th_guard *g = guard_of(*state, true);
    th_accounts *a = th_guard_accounts(g);
    const visitor ana = learner_of(g, "Ana");
    visitor v;
    th_why why = {0};
    assert_int_equal(th_guard_login(g, "192.168.1.7", "Ana", "", v.cookie, &v.who, &why), 403); /* none yet */
    assert_int_equal(th_accounts_change(a, "Ana", NULL, "short", false, NULL), TH_EUSAGE);
    assert_int_equal(th_accounts_change(a, "Ana", NULL, "correct horse", true, NULL), TH_OK);
    assert_int_equal(may(g, &ana, "GET", TH_ROLE_LEARNER), 0);
    assert_int_equal(th_guard_login(g, "192.168.1.7", "ana", "correct horse", v.cookie, &v.who, &why), 0);
    assert_string_equal(v.who.user, "Ana");
    th_guard_token(g, v.cookie, v.token);
    assert_int_equal(may(g, &v, "POST", TH_ROLE_LEARNER), 0);
    assert_int_equal(th_guard_login(g, "192.168.1.7", "Ana", "correct horsf", v.cookie, &v.who, &why), 403);
    assert_int_equal(th_guard_login(g, "192.168.1.7", "Eve", "correct horse", v.cookie, &v.who, &why), 403);
    assert_int_equal(th_accounts_change(a, "Ana", NULL, "battery staple", false, NULL), TH_OK);
    assert_int_equal(may(g, &ana, "GET", TH_ROLE_LEARNER), 401); /* another password ends what was open */
    const bool yes = true;
    assert_int_equal(th_guard_login(g, "192.168.1.7", "Ana", "battery staple", v.cookie, &v.who, &why), 0);
    assert_int_equal(th_accounts_change(a, "Ana", &yes, NULL, false, NULL), TH_OK);
    assert_int_equal(may(g, &v, "GET", TH_ROLE_TEACHER), 0);
    assert_int_equal(th_accounts_remove(a, "Ana", NULL), TH_OK);
    assert_int_equal(may(g, &v, "GET", TH_ROLE_LEARNER), 401);
    assert_int_equal(th_accounts_remove(a, "Ana", NULL), TH_ENOENT);
    th_guard_free(g);
}

static void passwords_cannot_be_guessed(void **state)
{
    struct th_guard *g = guard_of(*state, true);
    visitor v;
    th_why why = {0};
    char name[32];
    const char *too_long =
        "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123"
        "4567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567"
        "89012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789";
    for (int i = 0; i < TH_TRIES_FREE; i++)
        assert_int_equal(th_guard_login(g, "192.168.1.7", "Ana", too_long, v.cookie, &v.who, &why), 403);
    assert_int_equal(th_guard_login(g, "192.168.1.7", "Ana", too_long, v.cookie, &v.who, &why), 429);
    for (int i = 0; i < 30; i++) { /* thirty phones behind that address */
        snprintf(name, sizeof name, "phone %d", i);
        assert_int_equal(th_guard_login(g, "192.168.1.7", name, too_long, v.cookie, &v.who, &why), 403);
    }
    for (int i = 0; i < 10; i++) {
        snprintf(name, sizeof name, "guess %d", i);
        th_guard_login(g, "192.168.1.7", name, too_long, v.cookie, &v.who, &why);
    }
    assert_in_range(v.who.retry_after_s, 2, 3); /* one in two seconds from now on, whatever the name */
    th_guard_free(g);
}

static void programs(void **state)
{
    struct th_guard *g = guard_of(*state, true);
    th_accounts *a = th_guard_accounts(g);
    char token[TH_SECRET_BYTES], header[80];
    th_program p = {.name = "mill", .orders_a_day = 2, .order_bytes = 1000};
    assert_int_equal(th_accounts_program_add(a, &p, token, NULL), TH_OK);
    assert_int_equal(th_accounts_program_add(a, &p, token + 0, NULL), TH_EEXIST);
    th_guard_free(g);
    g = guard_of(*state, true);
    a = th_guard_accounts(g);
    memcpy(p.name, "loom", 5);
    assert_int_equal(th_accounts_program_add(a, &p, token, NULL), TH_OK);
    snprintf(header, sizeof header, "Bearer %s", token);
    th_guard_ask ask = by(NULL, "POST", TH_ROLE_LEARNER);
    ask.authorization = header;
    assert_int_equal(status_of(g, &ask), 0); /* without X-Thimble-Token */
    ask.role = TH_ROLE_TEACHER;
    assert_int_equal(status_of(g, &ask), 403);
    header[12] ^= 1;
    ask.role = TH_ROLE_NOBODY;
    assert_int_equal(status_of(g, &ask), 401);
    ask.authorization = "Basic YTpi";
    assert_int_equal(status_of(g, &ask), 401);
    int wait;
    th_why why = {0};
    assert_int_equal(th_guard_order(g, "program:loom", TH_ROLE_LEARNER, 1001, &wait, &why), 413);
    assert_int_equal(th_guard_order(g, "program:loom", TH_ROLE_LEARNER, 1000, &wait, &why), 0);
    assert_int_equal(th_guard_order(g, "program:loom", TH_ROLE_LEARNER, 1000, &wait, &why), 0);
    assert_int_equal(th_guard_order(g, "program:loom", TH_ROLE_LEARNER, 1000, &wait, &why), 429);
    assert_int_equal(wait, 23 * 3600 + 1); /* START is at 1 o'clock */
    assert_int_equal(th_guard_order(g, "program:mill", TH_ROLE_LEARNER, 1000, &wait, &why), 0);
    now_ms += DAY;
    assert_int_equal(th_guard_order(g, "program:loom", TH_ROLE_LEARNER, 1000, &wait, &why), 0);
    assert_int_equal(th_guard_order(g, "Ana", TH_ROLE_LEARNER, 1, &wait, &why), 403);
    assert_int_equal(th_guard_order(g, "Ms Curie", TH_ROLE_TEACHER, 1u << 30, &wait, &why), 0);
    assert_int_equal(th_accounts_program_remove(a, "loom", NULL), TH_OK);
    assert_int_equal(th_guard_order(g, "program:loom", TH_ROLE_LEARNER, 1, &wait, &why), 404);
    th_guard_free(g);
}

/* ---- how much -------------------------------------------------------------------------------------------------- */

static void thirty_phones_behind_one_address(void **state)
{
    struct th_guard *g = guard_of(*state, true);
    visitor phone[30];
    char name[32];
    for (int i = 0; i < 30; i++) {
        snprintf(name, sizeof name, "phone %d", i);
        phone[i] = learner_of(g, name);
    }
    for (int second = 0; second < 20; second++, now_ms += 1000)
        for (int i = 0; i < 30; i++)
            for (int k = 0; k < 20; k++) assert_int_equal(may(g, &phone[i], "POST", TH_ROLE_LEARNER), 0);
    th_guard_free(g);
}

static void one_phone_alone_is_slowed_down(void **state)
{
    struct th_guard *g = guard_of(*state, true);
    const visitor ana = learner_of(g, "Ana"), zoe = learner_of(g, "Zoé");
    int n = 0;
    while (!may(g, &ana, "GET", TH_ROLE_LEARNER)) assert_true(n++ < 10000);
    assert_in_range(n, 300, 1000);
    assert_int_equal(may(g, &zoe, "GET", TH_ROLE_LEARNER), 0);
    now_ms += 1000;
    for (n = 0; !may(g, &ana, "GET", TH_ROLE_LEARNER); n++) {
    }
    assert_in_range(n, 39, 41);
    for (n = 0; !may(g, NULL, "GET", TH_ROLE_NOBODY); n++) {
    } /* who has not joined: its address */
    assert_in_range(n, 1000, 5000);
    th_guard_free(g);
}

static void uploads_of_a_minute(void **state)
{
    struct th_guard *g = guard_of(*state, true);
    const visitor ana = learner_of(g, "Ana"), teacher = teacher_of(g);
    th_guard_ask ask = by(&ana, "POST", TH_ROLE_LEARNER);
    ask.length = 16 << 20;
    for (int i = 0; i < 4; i++) assert_int_equal(status_of(g, &ask), 0);
    assert_int_equal(status_of(g, &ask), 429);
    now_ms += 16000;
    assert_int_equal(status_of(g, &ask), 0);
    ask.length = (64 << 20) + 1; /* nor more in one piece */
    now_ms += 600000;
    assert_int_equal(status_of(g, &ask), 413);
    ask = by(&teacher, "POST", TH_ROLE_TEACHER);
    ask.length = 1 << 30;
    for (int i = 0; i < 4; i++) assert_int_equal(status_of(g, &ask), 0);
    th_guard_free(g);
}

static void limits_are_bounded(void **state)
{
    (void)state;
    th_limits *l;
    char who[64];
    const th_bucket b = {'t', 1, 3};
    assert_int_equal(th_limits_new(&l, NULL), TH_OK);
    for (int i = 0; i < 100000; i++) {
        snprintf(who, sizeof who, "%d", i);
        assert_int_equal(th_limits_take(l, &b, who, 1, now_ms + i), 0);
    }
    for (int i = 0; i < 3; i++) assert_int_equal(th_limits_take(l, &b, "x", 1, now_ms + 100000), 0);
    assert_int_equal(th_limits_take(l, &b, "x", 1, now_ms + 100000), 1001);
    assert_int_equal(th_limits_take(l, &b, "x", 1, now_ms), 1001); /* a clock that was set back gives nothing */
    assert_int_equal(th_limits_take(l, &b, "x", 1, now_ms + 1000), 0);
    const th_bucket other = {'u', 1, 3};
    assert_int_equal(th_limits_take(l, &other, "x", 100, now_ms), 0); /* more than the burst, once */
    assert_in_range(th_limits_take(l, &other, "x", 1, now_ms), 98000, 98002);
    th_limits_free(l);
    th_limits_who("2001:db8:1:2:3:4:5:6", who, sizeof who);
    assert_string_equal(who, "2001:db8:1:2::/64");
    th_limits_who("::ffff:192.168.1.7", who, sizeof who);
    assert_string_equal(who, "192.168.1.7");
    th_limits_who("192.168.1.7", who, sizeof who);
    assert_string_equal(who, "192.168.1.7");
}

#define THREADS 8
#define ROUNDS  20

typedef struct crowd {
    struct th_guard *g;
    int member, wrong;
} crowd;

static void *come_and_go(void *ctx)
{
    crowd *c = ctx;
    char name[32], cleared[256], *text;
    for (int i = 0; i < ROUNDS; i++) {
        visitor v = {.cookie = ""};
        th_guard_pairing p;
        th_why why = {0};
        th_guard_answer answer;
        snprintf(name, sizeof name, "%d of %d", i, c->member);
        c->wrong += th_guard_pairing_of(c->g, false, &p, NULL) != TH_OK;
        c->wrong += th_guard_join(c->g, "192.168.1.7", p.code, name, v.cookie, &v.who, &why) != 0;
        th_guard_token(c->g, v.cookie, v.token);
        const th_guard_ask ask = by(&v, "POST", TH_ROLE_LEARNER);
        c->wrong += th_guard_check(c->g, &ask, &answer, &why) != 0 || strcmp(answer.user, name) != 0;
        c->wrong += th_guard_own(c->g, name, NULL, name, TH_ROLE_LEARNER, NULL) != TH_OK;
        c->wrong += th_guard_welcome(c->g, true, &text, NULL) != TH_OK;
        free(text);
        if (i % 2) c->wrong += th_guard_logout(c->g, v.cookie, cleared, NULL) != 0;
        c->wrong += (th_guard_check(c->g, &ask, &answer, &why) == 0) != (i % 2 == 0);
    }
    return NULL;
}

static void many_at_once(void **state)
{
    pthread_t thread[THREADS];
    crowd all[THREADS];
    struct th_guard *g = guard_of(*state, true);
    for (int i = 0; i < THREADS; i++) {
        all[i] = (crowd){.g = g, .member = i};
        assert_int_equal(pthread_create(&thread[i], NULL, come_and_go, &all[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(thread[i], NULL), 0);
        assert_int_equal(all[i].wrong, 0);
    }
    th_person *people;
    int64_t *seen;
    size_t n;
    assert_int_equal(th_accounts_all(th_guard_accounts(g), &people, &seen, &n, NULL), TH_OK);
    assert_int_equal(n, THREADS * ROUNDS);
    free(people);
    free(seen);
    th_guard_free(g);
}

/* ---- what is kept ---------------------------------------------------------------------------------------------- */

static unsigned mode_of(const char *dir, const char *name)
{
    char path[TH_PATH_BYTES];
    struct stat st;
    snprintf(path, sizeof path, "%s/.thimble/%s", dir, name);
    assert_int_equal(lstat(path, &st), 0);
    return st.st_mode & 0777;
}

/* No byte of `secret` may stand in any file. */
static void assert_not_kept(const char *dir, const char *secret)
{
    static const char *const files[] = {"people.db", "tls.pem"};
    char path[TH_PATH_BYTES];
    for (size_t f = 0; f < 2; f++) {
        uint8_t *bytes;
        size_t n, len = strlen(secret);
        snprintf(path, sizeof path, "%s/.thimble/%s", dir, files[f]);
        assert_int_equal(th_file_read(path, 0, &bytes, &n, NULL), TH_OK);
        for (size_t i = 0; i + len <= n; i++) assert_memory_not_equal(bytes + i, secret, len);
        free(bytes);
    }
}

static void secrets_are_not_kept(void **state)
{
    struct th_guard *g = guard_of(*state, true);
    const visitor ana = learner_of(g, "Ana");
    char session[44], token[TH_SECRET_BYTES];
    const th_program p = {.name = "mill", .orders_a_day = 2, .order_bytes = 1000};
    snprintf(session, sizeof session, "%.43s", strchr(ana.cookie, '=') + 1);
    assert_int_equal(th_accounts_change(th_guard_accounts(g), "Ana", NULL, "correct horse", true, NULL), TH_OK);
    assert_int_equal(th_accounts_program_add(th_guard_accounts(g), &p, token, NULL), TH_OK);
    th_guard_free(g);
    assert_int_equal(mode_of(*state, ""), 0700);
    assert_int_equal(mode_of(*state, "people.db"), 0600);
    assert_int_equal(mode_of(*state, "tls.key"), 0600);
    assert_not_kept(*state, session);
    assert_not_kept(*state, token);
    assert_not_kept(*state, "correct horse");
}

static void a_folder_of_somebody_else(void **state)
{
    char path[TH_PATH_BYTES];
    const th_guard_settings set = {.root = *state, .port = PORT, .lan = true, .now_ms = test_clock, .net = &net};
    struct th_guard *g;
    th_why why = {0};
    snprintf(path, sizeof path, "%s/.thimble", (const char *)*state);
    assert_int_equal(symlink("/tmp", path), 0);
    assert_int_equal(th_guard_new(&set, &g, &why), TH_EIO);
    assert_null(g);
    assert_int_equal(unlink(path), 0);
}

static void certificates(void **state)
{
    const char *root = *state;
    th_net moved = net;
    th_guard_settings set = {.root = root, .port = PORT, .lan = true, .now_ms = test_clock, .net = &net};
    struct th_guard *g;
    char first[128];
    assert_int_equal(th_guard_new(&set, &g, NULL), TH_OK);
    snprintf(first, sizeof first, "%s", th_guard_fingerprint(g));
    assert_int_equal(strlen(first), 95);
    assert_non_null(strstr(th_guard_key(g), "PRIVATE KEY"));
    th_guard_free(g);
    assert_int_equal(th_guard_new(&set, &g, NULL), TH_OK); /* the next day */
    assert_string_equal(first, th_guard_fingerprint(g));
    th_guard_free(g);
    now_ms += 390 * DAY; /* soon over */
    assert_int_equal(th_guard_new(&set, &g, NULL), TH_OK);
    assert_string_not_equal(first, th_guard_fingerprint(g));
    snprintf(first, sizeof first, "%s", th_guard_fingerprint(g));
    th_guard_free(g);
    snprintf(moved.address[0], sizeof moved.address[0], "10.1.2.3");
    set.net = &moved; /* another network */
    assert_int_equal(th_guard_new(&set, &g, NULL), TH_OK);
    assert_string_not_equal(first, th_guard_fingerprint(g));
    snprintf(first, sizeof first, "%s", th_guard_fingerprint(g));
    th_guard_free(g);
    char path[TH_PATH_BYTES]; /* a damaged key */
    snprintf(path, sizeof path, "%s/.thimble/tls.key", root);
    assert_int_equal(th_file_write_private(path, (th_span){(const uint8_t *)"x", 1}, NULL), TH_OK);
    assert_int_equal(th_guard_new(&set, &g, NULL), TH_OK);
    assert_string_not_equal(first, th_guard_fingerprint(g));
    th_guard_free(g);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, clean_up)
    const struct CMUnitTest tests[] = {
        T(only_our_hosts),
        T(hosts_of_a_network),
        T(only_our_pages),
        T(writing_needs_the_token),
        T(lengths),
        T(headers_of_replies),
        T(roles),
        T(owners_are_teachers_of_their_project),
        T(orders_are_for_teachers),
        T(samples_are_their_makers),
        T(every_route_has_its_role),
        T(sessions),
        T(the_class_code),
        T(the_teachers_link_opens_once),
        T(names),
        T(tries_cost_time),
        T(many_guesses_change_the_code),
        T(passwords),
        T(passwords_cannot_be_guessed),
        T(programs),
        T(many_at_once),
        T(thirty_phones_behind_one_address),
        T(one_phone_alone_is_slowed_down),
        T(uploads_of_a_minute),
        T(limits_are_bounded),
        T(secrets_are_not_kept),
        T(a_folder_of_somebody_else),
        T(certificates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
