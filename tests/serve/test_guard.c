/* The guard before it knows anybody: hosts, origins, tokens, lengths, headers, limits, what is kept on the disk. */
#define _XOPEN_SOURCE 700
#include "guard_case.h"

#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* Of the course: classes and what was reported are the teachers', and how a class goes; everything else is everybody's
 * own. */
static th_role role_in_course(const th_route *r)
{
    static const char *const teachers[] = {"GET /api/v1/course/classes/{class}/dashboard",
                                           "GET /api/v1/course/classes/{class}/gradebook", "GET /api/v1/course/reports",
                                           "PATCH /api/v1/course/reports/{n}"};
    const bool group = !strncmp(r->path, "/api/v1/course/classes", 22) && strcmp(r->method, "GET") != 0 &&
                       !strstr(r->path, "/members/"); /* out of it goes who wants */
    return group || is_in(teachers, sizeof teachers / sizeof *teachers, r) ? TH_ROLE_TEACHER : TH_ROLE_LEARNER;
}

static th_role role_for(const th_route *r)
{
    if (!strncmp(r->path, "/api/v1/course/", 15)) return role_in_course(r);
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
    set.net = &net; /* and back: it is known there */
    assert_int_equal(th_guard_new(&set, &g, NULL), TH_OK);
    assert_string_equal(first, th_guard_fingerprint(g));
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
        T(every_route_has_its_role),
        T(many_at_once),
        T(limits_are_bounded),
        T(secrets_are_not_kept),
        T(a_folder_of_somebody_else),
        T(certificates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
