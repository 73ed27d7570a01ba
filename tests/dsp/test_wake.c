/* A model that wakes another: when, for how many answers, what counts, what time it is. */
#include "../test.h"

#include "dsp/wake.h"

static th_wake awake_of(int32_t answers)
{
    th_wake w = {.cfg = {.label = 2, .answers = answers, .skip = 8000, .rate = 16000000}};
    th_wake_start(&w);
    return w;
}

static void only_the_label_wakes(void **state)
{
    (void)state;
    th_wake w = awake_of(3);
    assert_int_equal(th_wake_by(&w, 0), 0);
    assert_int_equal(w.left, 0);
    assert_int_equal(th_wake_by(&w, 2), 1);
    assert_int_equal(w.left, 3);
}

static void the_surest_answer_counts(void **state)
{
    (void)state;
    th_wake w = awake_of(4);
    (void)th_wake_by(&w, 2);
    assert_int_equal(th_wake_answer(&w, -1, 250), 0); /* it does not know: no answer */
    assert_int_equal(th_wake_answer(&w, 5, 0), 0);
    assert_int_equal(th_wake_answer(&w, 1, 90), 0);
    assert_int_equal(th_wake_answer(&w, 4, 90), 1); /* of equals the first */
    assert_int_equal(w.label, 1);
    assert_int_equal(w.score, 90);
    assert_int_equal(w.left, 0);
    (void)th_wake_by(&w, 2); /* nothing of the look before is left */
    for (int i = 0; i < 4; i++) assert_int_equal(th_wake_answer(&w, -1, 0), i == 3);
    assert_int_equal(w.label, -1);
}

static void time_goes_on_while_it_looks(void **state)
{
    (void)state;
    th_wake w = awake_of(1);
    for (int i = 0; i < 100; i++) th_wake_pass(&w, 320);
    assert_int_equal(th_wake_ms(&w), 2000);
    (void)th_wake_by(&w, 2);
    assert_int_equal(th_wake_ms(&w), 2000);
    assert_int_equal(th_wake_answer(&w, 0, 1), 1);
    assert_int_equal(th_wake_ms(&w), 2500);
    w.units = INT64_C(16000) * 60 * 60 * 24 * 30; /* a month: it wraps around and stays a time */
    assert_int_equal(th_wake_ms(&w), INT64_C(2592000000) - 2147483648);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_label_wakes),
        cmocka_unit_test(the_surest_answer_counts),
        cmocka_unit_test(time_goes_on_while_it_looks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
