#include "../test.h"

#include "evaluate/detections.h"

static th_pipeline pipeline(void)
{
    th_pipeline p = {.n_labels = 4, .labels = {"yes", "\xd9\x86\xd8\xb9\xd9\x85", "unknown", "silence"}};
    p.detect = (th_detect_settings){1000, 1500, 3, 200, 0.6f};
    p.frontend.rate_hz = 16000;
    p.frontend.hop = 320;
    return p;
}

static th_err parse(const char *text, th_truth **t, size_t *n, th_why *why)
{
    const th_pipeline p = pipeline();
    return th_truth_parse("kitchen.tsv", text, strlen(text), &p, t, n, why);
}

/* Heading, comment, DOS line ends, no newline at the end, other words, not in order. */
static void label_tracks_of_several_programs(void **state)
{
    (void)state;
    th_truth *t;
    size_t n;
    th_why why = {0};
    const th_err err = parse(
        "start\tend\tlabel\r\n12.5\t13\t\xd9\x86\xd8\xb9\xd9\x85\r\n# a remark\n\n1.0015\t1.7509\tyes\n3\t4\tunknown\n"
        "5\t6\tmarvin\n\\\t100.0\t2000.0\n8\t8.25\tyes",
        &t, &n, &why);
    if (err) fail_msg("%s", why.text);
    assert_int_equal(n, 3);
    assert_int_equal(t[0].start_ms, 1002);
    assert_int_equal(t[0].end_ms, 1751);
    assert_int_equal(t[0].label, 0);
    assert_int_equal(t[1].start_ms, 8000);
    assert_int_equal(t[2].start_ms, 12500);
    assert_int_equal(t[2].label, 1);
    free(t);
}

static void empty_text_has_no_words(void **state)
{
    (void)state;
    th_truth *t;
    size_t n = 7;
    assert_int_equal(parse("", &t, &n, NULL), TH_OK);
    assert_int_equal(n, 0);
    free(t);
}

static void wrong_lines_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        th_err err;
        const char *says;
    } wrong[] = {
        {"1\t2\tyes\nyes\t1\t2\n", TH_EFORMAT, "kitchen.tsv: line 2"},
        {"1 2 yes\n", TH_EFORMAT, "line 1"},
        {"1\t2\n", TH_EFORMAT, "line 1"},
        {"-1\t2\tyes\n", TH_EFORMAT, "line 1"},
        {"1\t\tyes\n", TH_EFORMAT, "line 1"},
        {"9999999999\t2\tyes\n", TH_EFORMAT, "line 1"},
        {"1,5\t2\tyes\n", TH_EFORMAT, "line 1"},
        {"2\t1\tyes\n", TH_ERANGE, "ends before it starts"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        th_truth *t;
        size_t n;
        th_why why = {0};
        assert_int_equal(parse(wrong[i].text, &t, &n, &why), wrong[i].err);
        if (!strstr(why.text, wrong[i].says)) fail_msg("\"%s\" does not say %s", why.text, wrong[i].says);
        assert_null(t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(label_tracks_of_several_programs),
                                       cmocka_unit_test(empty_text_has_no_words),
                                       cmocka_unit_test(wrong_lines_are_named)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
