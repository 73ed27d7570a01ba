/* Who has come in, and what they may: roles, sessions, codes, passwords, programs, thirty phones. */
#include "guard_case.h"

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
    ask.length = (64 << 20) + 1; /* all bodies are held in memory: a project of one's own makes them no larger */
    assert_int_equal(status_of(g, &ask), 413);
    ask.length = 64 << 20;
    assert_int_equal(status_of(g, &ask), 0);
    assert_int_equal(status_of(g, &ask), 429); /* nor more of them */
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
                                      ("a\xe2\x80\xae"
                                       "b"),
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

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, clean_up)
    const struct CMUnitTest tests[] = {
        T(roles),
        T(owners_are_teachers_of_their_project),
        T(orders_are_for_teachers),
        T(samples_are_their_makers),
        T(sessions),
        T(the_class_code),
        T(the_teachers_link_opens_once),
        T(names),
        T(tries_cost_time),
        T(many_guesses_change_the_code),
        T(passwords),
        T(passwords_cannot_be_guessed),
        T(programs),
        T(thirty_phones_behind_one_address),
        T(one_phone_alone_is_slowed_down),
        T(uploads_of_a_minute),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
