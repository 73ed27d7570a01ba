#include "../test.h"

#include "evaluate/metrics.h"

static void nothing_counted_is_zero_not_nan(void **state)
{
    (void)state;
    const th_confusion c = {.n = 3};
    assert_int_equal(th_confusion_total(&c), 0);
    assert_true(th_confusion_accuracy(&c) == 0.0);
    assert_true(th_confusion_balanced(&c) == 0.0);
    assert_true(th_confusion_recall(&c, 1) == -1.0);
    assert_true(th_confusion_precision(&c, 1) == -1.0);
}

/* By hand: 8 clips of class 0 (6 right, 2 called 1), 2 of class 1 (1 right, 1 called 0), none of class 2. */
static void scores_by_hand(void **state)
{
    (void)state;
    th_confusion c = {.n = 3};
    for (int i = 0; i < 8; i++) th_confusion_add(&c, 0, i < 6 ? 0 : 1);
    th_confusion_add(&c, 1, 1);
    th_confusion_add(&c, 1, 0);
    assert_int_equal(th_confusion_total(&c), 10);
    assert_true(th_confusion_accuracy(&c) == 0.7);
    assert_true(th_confusion_recall(&c, 0) == 0.75);
    assert_true(th_confusion_recall(&c, 1) == 0.5);
    assert_true(th_confusion_recall(&c, 2) == -1.0);
    assert_true(th_confusion_balanced(&c) == 0.625);
    assert_true(th_confusion_precision(&c, 0) == 6.0 / 7.0);
    assert_true(th_confusion_precision(&c, 1) == 1.0 / 3.0);
    assert_true(th_confusion_precision(&c, 2) == -1.0);
    assert_int_equal(th_confusion_row(&c, 0), 8);
    assert_int_equal(th_confusion_column(&c, 1), 3);
}

static void classes_outside_are_not_counted(void **state)
{
    (void)state;
    th_confusion c = {.n = 2};
    th_confusion_add(&c, -1, 0);
    th_confusion_add(&c, 0, 2);
    th_confusion_add(&c, 2, 0);
    assert_int_equal(th_confusion_total(&c), 0);
    c.n = TH_MAX_LABELS;
    assert_int_equal(th_confusion_total(&c), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_counted_is_zero_not_nan),
        cmocka_unit_test(scores_by_hand),
        cmocka_unit_test(classes_outside_are_not_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
