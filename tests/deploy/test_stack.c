#include "../test.h"

#include "deploy/stack.h"

static th_stack_bound bound_of(const char *text, const char *root)
{
    static const char *const indirect[] = {"callback"};
    th_calls *calls;
    th_stack_bound b = {0};
    assert_int_equal(th_calls_new(&calls, NULL), TH_OK);
    assert_int_equal(th_calls_add(calls, (th_span){(const uint8_t *)text, strlen(text)}, NULL), TH_OK);
    assert_int_equal(th_calls_bound(calls, root, indirect, 1, 64, &b, NULL), TH_OK);
    b.weak = b.weak ? "yes" : NULL; /* the name goes with the graph */
    th_calls_free(calls);
    return b;
}

#define NODE(name, bytes) "node: { title: \"" name "\" label: \"" name "\\nx.c:1:1\\n" bytes "\" }\n"
#define EDGE(a, b)        "edge: { sourcename: \"" a "\" targetname: \"" b "\" label: \"x.c:2:3\" }\n"

static void longest_way_counts(void **state)
{
    (void)state;
    const th_stack_bound b =
        bound_of("graph: { title: \"x.c\"\n" NODE("main", "16 bytes (static)") NODE("x.c:a", "100 bytes (static)")
                     NODE("b", "40 bytes (static)") NODE("c", "80 bytes (static)") EDGE("main", "x.c:a")
                         EDGE("main", "b") EDGE("b", "c") "}\n",
                 "main");
    assert_int_equal(b.bytes, 16 + 40 + 80);
    assert_true(b.exact);
}

static void pointers_reach_the_callbacks(void **state)
{
    (void)state;
    const th_stack_bound b =
        bound_of(NODE("main", "8 bytes (static)")
                     NODE("m.c:callback",
                          "200 bytes (static)") "node: { title: \"__indirect_call\" label: \"Indirect Call "
                                                "Placeholder\" shape : ellipse }\n" EDGE("main", "__indirect_call"),
                 "main");
    assert_int_equal(b.bytes, 208);
    assert_true(b.exact);
}

static void what_is_not_known_is_said(void **state)
{
    (void)state;
    th_stack_bound b = bound_of(
        NODE("main", "8 bytes (static)") "node: { title: \"__aeabi_ldivmod\" label: \"__aeabi_ldivmod\\n<built-in>\" "
                                         "shape : ellipse }\n" EDGE("main", "__aeabi_ldivmod"),
        "main");
    assert_int_equal(b.bytes, 8 + 64);
    assert_false(b.exact);
    b = bound_of(NODE("main", "8 bytes (static)") NODE("r", "8 bytes (static)") EDGE("main", "r") EDGE("r", "main"),
                 "main");
    assert_false(b.exact);
    assert_non_null(b.weak);
    b = bound_of(NODE("main", "56 bytes (dynamic)"), "main");
    assert_false(b.exact);
    b = bound_of(NODE("main", "56 bytes (dynamic,bounded)"), "main");
    assert_true(b.exact);
}

static void broken_text_is_skipped(void **state)
{
    (void)state;
    static const char text[] =
        "node:\nnode: { title: \"\nnode: { title: \"x\nedge: { sourcename: \"a\" \n" NODE("main", "24 bytes (static)");
    assert_int_equal(bound_of(text, "main").bytes, 24);
    th_calls *calls;
    th_stack_bound b;
    assert_int_equal(th_calls_new(&calls, NULL), TH_OK);
    assert_int_equal(th_calls_bound(calls, "nothing", NULL, 0, 0, &b, NULL), TH_ENOENT);
    th_calls_free(calls);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(longest_way_counts),
        cmocka_unit_test(pointers_reach_the_callbacks),
        cmocka_unit_test(what_is_not_known_is_said),
        cmocka_unit_test(broken_text_is_skipped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
