/* Folders that are only tested: which part of them, and points with their right values. */
#include "../test.h"

#include "data/points.h"
#include "data/split.h"

#include <stdlib.h>
#include <string.h>

static void what_is_told_to_test_is_tested(void **state)
{
    (void)state;
    static const struct {
        size_t told[TH_N_SPLITS];
        int part;
    } cases[] = {{{0, 0, 0}, TH_PART_ALL}, {{9, 0, 0}, TH_PART_ALL}, {{9, 1, 0}, TH_VAL},
                 {{0, 4, 0}, TH_VAL},      {{9, 4, 1}, TH_TEST},     {{0, 0, 3}, TH_TEST}};
    int part;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(th_split_tested(cases[i].told), cases[i].part);
    assert_int_equal(th_split_part(NULL, &part, NULL), TH_OK);
    assert_int_equal(part, TH_PART_TOLD);
    assert_int_equal(th_split_part("all", &part, NULL), TH_OK);
    assert_int_equal(part, TH_PART_ALL);
    assert_int_equal(th_split_part("val", &part, NULL), TH_OK);
    assert_int_equal(part, TH_VAL);
    assert_int_equal(th_split_part("validation", &part, NULL), TH_EUSAGE);
}

static th_err add(th_examples *e, const char *text, th_why *why)
{
    return th_points_add(e, "p.csv", (th_span){(const uint8_t *)text, strlen(text)}, why);
}

static void points(void **state)
{
    (void)state;
    th_examples *e = calloc(1, sizeof *e);
    th_why why = {0};
    assert_non_null(e);
    e->h = e->w = 1, e->c = 2, e->n_targets = 1;
    assert_int_equal(add(e, "a,b,y\n1,2,3\r\n\n4, 5 ,-6\n", NULL), TH_OK);
    assert_int_equal(add(e, "7,8,9", NULL), TH_OK);
    assert_int_equal(e->n, 3);
    static const float in[] = {1, 2, 4, 5, 7, 8}, right[] = {3, -6, 9};
    for (int i = 0; i < 6; i++) assert_true(e->f32[i] >= in[i] && e->f32[i] <= in[i]);
    for (int i = 0; i < 3; i++) assert_true(e->target[i] >= right[i] && e->target[i] <= right[i]);
    assert_int_equal(add(e, "1,2,3\nx,2,3\n", &why), TH_EFORMAT);
    assert_non_null(strstr(why.text, "p.csv, line 2, column 1"));
    assert_int_equal(add(e, "1,2\n", NULL), TH_EFORMAT);
    assert_int_equal(add(e, "1,2,3,4\n", NULL), TH_EFORMAT);
    th_examples_free(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_told_to_test_is_tested), cmocka_unit_test(points)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
