#include "../test.h"

#include "dsp/detector.h"

/* classes: 0 yes, 1 no, 2 unknown, 3 silence */
static const th_detector_cfg usual = {.window_ms = 1000,
                                      .suppress_ms = 1500,
                                      .min_count = 3,
                                      .threshold = 128,
                                      .stride_ms = 200,
                                      .n_classes = 4,
                                      .keyword_mask = 3};

/* scores with `top` at `score` of 256 and the rest shared out */
static int32_t push(th_detector *d, int32_t time_ms, int32_t top, int32_t score, th_detection *out)
{
    int8_t s[4];
    for (int i = 0; i < 4; i++) s[i] = (int8_t)((i == top ? score : (255 - score) / 3) - 128);
    return th_detector_push(d, time_ms, s, out);
}

static void waits_for_enough_results(void **state)
{
    (void)state;
    th_detector d;
    th_detection found;
    th_detector_init(&d, &usual);
    assert_int_equal(push(&d, 1000, 0, 255, &found), 0);
    assert_int_equal(push(&d, 1200, 0, 255, &found), 0);
    assert_int_equal(push(&d, 1400, 0, 240, &found), 1);
    assert_int_equal(found.label, 0);
    assert_int_equal(found.time_ms, 1400);
    assert_int_equal(found.score, 250); /* (255 + 255 + 240) / 3 */
}

static void mean_has_to_reach_the_threshold(void **state)
{
    (void)state;
    th_detector d;
    th_detection found;
    th_detector_init(&d, &usual);
    (void)push(&d, 0, 1, 128, &found);
    (void)push(&d, 200, 1, 128, &found);
    assert_int_equal(push(&d, 400, 1, 127, &found), 0); /* mean 127.67 */
    th_detector_init(&d, &usual);
    (void)push(&d, 0, 1, 128, &found);
    (void)push(&d, 200, 1, 128, &found);
    assert_int_equal(push(&d, 400, 1, 128, &found), 1);
    assert_int_equal(found.score, 128);
}

static void other_classes_are_not_reported(void **state)
{
    (void)state;
    th_detector d;
    th_detection found;
    th_detector_init(&d, &usual);
    for (int32_t t = 0; t < 10000; t += 200) assert_int_equal(push(&d, t, t < 5000 ? 2 : 3, 255, &found), 0);
}

static void is_quiet_after_a_detection(void **state)
{
    (void)state;
    th_detector d;
    th_detection found;
    int32_t times[8], n = 0;
    th_detector_init(&d, &usual);
    for (int32_t t = 0; t <= 4000; t += 100)
        if (push(&d, t, 0, 255, &found)) times[n++] = found.time_ms;
    assert_int_equal(n, 3);
    assert_int_equal(times[0], 200);
    assert_int_equal(times[1], 1700);
    assert_int_equal(times[2], 3200);
}

static void old_results_leave_the_window(void **state)
{
    (void)state;
    th_detector_cfg cfg = usual;
    th_detector d;
    th_detection found;
    cfg.threshold = 200; /* two of three results are not enough */
    th_detector_init(&d, &cfg);
    (void)push(&d, 0, 3, 255, &found);
    (void)push(&d, 100, 3, 255, &found);
    assert_int_equal(d.count, 2);
    (void)push(&d, 1000, 0, 255, &found); /* 0 is exactly 1000 ms old: still in */
    assert_int_equal(d.count, 3);
    assert_int_equal(push(&d, 1050, 0, 255, &found), 0);
    assert_int_equal(d.count, 3);                        /* 0 has left */
    assert_int_equal(push(&d, 1101, 0, 255, &found), 1); /* 100 has left: only yes is in the window */
    assert_int_equal(found.score, 255);
    assert_int_equal(push(&d, 9000, 0, 255, &found), 0); /* a gap: one result is not enough */
    assert_int_equal(d.count, 1);
}

static void full_history_keeps_the_newest(void **state)
{
    (void)state;
    th_detector_cfg cfg = usual;
    th_detector d;
    th_detection found;
    cfg.window_ms = 100000;
    cfg.min_count = TH_DETECT_HISTORY;
    cfg.threshold = 255;
    th_detector_init(&d, &cfg);
    for (int32_t i = 0; i < 100; i++) assert_int_equal(push(&d, i, 2, 255, &found), 0);
    for (int32_t i = 100; i < 100 + TH_DETECT_HISTORY - 1; i++) assert_int_equal(push(&d, i, 1, 255, &found), 0);
    assert_int_equal(push(&d, 100 + TH_DETECT_HISTORY - 1, 1, 255, &found), 1);
    assert_int_equal(found.score, 255);
}

static void equal_means_go_to_the_first_class(void **state)
{
    (void)state;
    th_detector d;
    th_detection found = {0};
    const int8_t even[4] = {0, 0, -128, -128};
    th_detector_init(&d, &usual);
    for (int32_t i = 0; i < 2; i++) assert_int_equal(th_detector_push(&d, i, even, &found), 0);
    assert_int_equal(th_detector_push(&d, 2, even, &found), 1);
    assert_int_equal(found.label, 0);
}

static void time_may_wrap_around(void **state)
{
    (void)state;
    th_detector d;
    th_detection found;
    int32_t n = 0;
    th_detector_init(&d, &usual);
    for (uint32_t k = 0; k < 40; k++) n += push(&d, th_time_wrap(0x7ffffc00u + k * 100u), 0, 255, &found);
    assert_int_equal(n, 3); /* at 200, 1700, 3200 ms as ever */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waits_for_enough_results),          cmocka_unit_test(mean_has_to_reach_the_threshold),
        cmocka_unit_test(other_classes_are_not_reported),    cmocka_unit_test(is_quiet_after_a_detection),
        cmocka_unit_test(old_results_leave_the_window),      cmocka_unit_test(full_history_keeps_the_newest),
        cmocka_unit_test(equal_means_go_to_the_first_class), cmocka_unit_test(time_may_wrap_around),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
