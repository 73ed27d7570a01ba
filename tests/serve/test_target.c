/* Targets of requests are taken apart, and routes found by them. */
#include "../test.h"

#include "serve/routes.h"

static th_target t;

static void takes(const char *uri)
{
    th_why why = {0};
    if (th_target_parse(uri, &t, &why)) fail_msg("%s: %s", uri, why.text);
}

static void segments_are_decoded_after_they_are_parted(void **state)
{
    (void)state;
    takes("/api/v1/projects/my%20words/samples?label=s%C3%AD&name=a+b%2Bc&all&limit=5");
    assert_int_equal(t.n_segments, 5);
    assert_string_equal(t.segment[3], "my words");
    assert_int_equal(t.n_query, 4);
    assert_string_equal(t.query[0].value, "s\xC3\xAD");
    assert_string_equal(t.query[1].value, "a b+c");
    assert_string_equal(t.query[2].name, "all");
    assert_string_equal(t.query[2].value, "");
    takes("/");
    assert_int_equal(t.n_segments, 1);
    assert_string_equal(t.segment[0], "");
    takes("/a/b/");
    assert_int_equal(t.n_segments, 2);
    takes("/a+b");
    assert_string_equal(t.segment[0], "a+b");
}

static void what_is_no_name_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",        "a",  "*",    "/%",   "/%4",     "/%zz", "/%00", "/a%00b",   "/a%2fb",   "/..",       "/%2e%2e",
        "/a/../b", "/.", "/%2E", "/%ff", "/%c0%af", "/%0a", "/%7f", "/a?%00=1", "/a?b=%ff", "/a?b=%1b[", "/a?%e0%80%af",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        th_why why = {0};
        if (!th_target_parse(bad[i], &t, &why)) fail_msg("%s was taken", bad[i]);
        assert_true(why.text[0]);
    }
}

static void what_is_too_much_is_refused(void **state)
{
    (void)state;
    char uri[3 * TH_TARGET_BYTES];
    for (size_t n = 0; n < sizeof uri - 1; n++) { /* one long name of every length */
        uri[0] = '/';
        memset(uri + 1, 'a', n);
        uri[n + 1] = 0;
        if (!th_target_parse(uri, &t, NULL)) assert_int_equal(strlen(t.segment[0]), n);
        if (n > TH_TARGET_BYTES) n += 97;
    }
    for (size_t i = 0; i < 2 * TH_MAX_SEGMENTS; i++) memcpy(uri + 2 * i, "/a", 3);
    assert_int_equal(th_target_parse(uri, &t, NULL), TH_EUSAGE);
    memcpy(uri, "/?", 3);
    for (size_t i = 0; i < 2 * TH_MAX_QUERY; i++) memcpy(uri + 2 + 2 * i, "a&", 3);
    assert_int_equal(th_target_parse(uri, &t, NULL), TH_EUSAGE);
}

static const th_route *find(const char *method, const char *uri, const char *part[TH_MAX_PARTS], bool *known)
{
    static char rest[TH_TARGET_BYTES];
    takes(uri);
    return th_route_find(method, &t, part, rest, known);
}

static void routes_have_their_parts(void **state)
{
    (void)state;
    const char *part[TH_MAX_PARTS];
    bool known;
    const th_route *r = find("GET", "/api/v1/projects/a%20b", part, &known);
    assert_string_equal(r->path, "/api/v1/projects/{project}");
    assert_string_equal(part[0], "a b");
    assert_ptr_equal(find("HEAD", "/api/v1/projects/a%20b", part, &known), r);
    assert_null(find("DELETE", "/api/v1/projects", part, &known));
    assert_true(known);
    r = find("GET", "/assets/b/c.js", part, &known); /* the pages take what is left */
    assert_string_equal(r->path, "/{file..}");
    assert_string_equal(part[0], "assets/b/c.js");
    assert_null(find("POST", "/assets/b/c.js", part, &known));
    assert_null(find("GET", "/api/v1/projects/a/model/preview", part, &known)); /* only POST has it */
    assert_true(known);
    assert_string_equal(find("GET", "/", part, &known)->path, "/");
}

/* Each route by what the table of routes promises: parts fit, writing has a role, paths begin as they must. */
static void the_table_is_in_order(void **state)
{
    (void)state;
    for (const th_route *const *table = th_route_tables; *table; table++)
        for (const th_route *r = *table; r->method; r++) {
            int parts = 0;
            for (const char *c = r->path; *c; c++) parts += *c == '{';
            assert_true(parts <= TH_MAX_PARTS);
            assert_int_equal(r->path[0], '/');
            assert_true((r->handle == NULL) != (r->with_project == NULL));
            assert_true(r->body_max == 0 || strcmp(r->method, "GET") != 0);
            if (strcmp(r->method, "GET") != 0 && strncmp(r->path, "/api/v1/session", 15) != 0)
                assert_true(r->role > TH_ROLE_NOBODY);
        }
}

static void errors_are_json(void **state)
{
    (void)state;
    th_reply reply = {0};
    for (int status = 400; status < 600; status++) {
        th_reply_error(&reply, status, "what \"it\" is");
        assert_int_equal(reply.status, status);
        assert_memory_equal(reply.bytes, "{\"error\":{\"code\":\"", 18);
    }
    th_reply_free(&reply);
    assert_int_equal(th_status_of(TH_OK), 200);
    for (int err = -13; err < 0; err++) assert_true(th_status_of((th_err)err) >= 400);
}

static void names_of_projects_are_plain(void **state)
{
    (void)state;
    assert_true(th_project_name_ok("my words"));
    assert_true(th_project_name_ok("\xD9\x85\xD8\xB1\xD8\xAD\xD8\xA8\xD8\xA7"));
    static const char *const bad[] = {"", ".", "..", ".a", "-a", "a/b", "a\\b", " a", "a ", "a:b", "a*", "\xff"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert_false(th_project_name_ok(bad[i]));
    char name[TH_NAME_BYTES + 1];
    memset(name, 'a', sizeof name);
    name[TH_NAME_BYTES] = 0;
    assert_false(th_project_name_ok(name));
    name[TH_NAME_BYTES - 1] = 0;
    assert_true(th_project_name_ok(name));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(segments_are_decoded_after_they_are_parted),
        cmocka_unit_test(what_is_no_name_is_refused),
        cmocka_unit_test(what_is_too_much_is_refused),
        cmocka_unit_test(routes_have_their_parts),
        cmocka_unit_test(the_table_is_in_order),
        cmocka_unit_test(errors_are_json),
        cmocka_unit_test(names_of_projects_are_plain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
