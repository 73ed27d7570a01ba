/* The benchmark's score, by hand. */
#include "../test.h"

#include "evaluate/timely.h"

#include <math.h>

/* S(y) of y above 0 as the benchmark's paper draws it: 1 at -1, 0 at 0, -1 at 1, nearly. */
static const double S_1 = 0.98661430, S_half = 0.84828364, S_quarter = 0.55460074; /* of -1, -1/2, -1/4 */

static th_timely score_of(const char *truth, const char *alarms, float threshold)
{
    static th_timely_point p[64];
    th_timely t;
    th_why why = {0};
    size_t n = 0;
    int32_t recording = 0;
    for (size_t i = 0; truth[i]; i++) {
        if (truth[i] == '|')
            recording++;
        else
            p[n++] = (th_timely_point){(float)(alarms[i] - '0'), truth[i] == 'x', recording};
    }
    assert_int_equal(th_timely_score(p, n, threshold, &t, &why), TH_OK);
    return t;
}

static void near(double a, double b)
{
    if (fabs(a - b) > 1e-3) fail_msg("%.6f is not %.6f", a, b);
}

/* One window of four points, w = 4.  The first alarm in it is at its third point: y = -(2 / 4), S(-1/2) / S(-1).  One
 * false alarm before it: -0.11; one three points behind it, y = 3 / 3: 0.11 S(1) = -0.11 (1 - 2 / (1 + e^5)). */
static void worked_example(void **state)
{
    (void)state;
    const th_timely t = score_of("..xxxx...", "100011001", 0.5f);
    const double late = 1 - 2 / (1 + exp(5.0));
    assert_int_equal(t.windows, 1);
    assert_int_equal(t.found, 1);
    near(t.score, 100 * (S_half / S_1 - 0.11 - 0.11 * late + 1) / 2);
    near(t.score, 100 * (0.859793 - 0.11 - 0.108528 + 1) / 2);
}

static void ends_of_the_scale(void **state)
{
    (void)state;
    near(score_of("..xxxx..xx", "0000000000", 0.5f).score, 0);             /* nothing said */
    near(score_of("..xxxx..xx", "0010000010", 0.5f).score, 100);           /* all found at once */
    near(score_of("..xxxx..xx", "0011110011", 0.5f).score, 100);           /* more alarms in a window change nothing */
    near(score_of("..xxxx..xx", "0000000010", 0.5f).score, 50);            /* one of two missed */
    near(score_of("....xxxx", "11110000", 0.5f).score, -100 * 0.22);       /* four false ones, before: -0.44 of 2 */
    assert_int_equal(score_of("....", "1111", 0.5f).windows, 0);           /* nothing abnormal */
    assert_int_equal(score_of("....|xxxx", "1111|1111", 0.5f).windows, 0); /* recordings of one kind */
}

/* A false alarm counts from the last window of its own recording; windows that touch in other recordings are two. */
static void recordings_are_apart(void **state)
{
    (void)state;
    const th_timely t = score_of(".xxxx|.xxxx", "01000|11000", 0.5f);
    assert_int_equal(t.windows, 2);
    near(t.score, 100 * (2 - 0.11 + 2) / 4);
    assert_int_equal(score_of(".xx|xx.", "000|000", 0.5f).windows, 2);
    /* behind a window of five: y = 1 / 4, and far behind it -1 */
    near(score_of(".xxxxx.", "0100001", 0.5f).score, 100 * (1 - 0.11 * S_quarter + 1) / 2);
    near(score_of(".xx....", "0100001", 0.5f).score, 100 * (1 - 0.11 + 1) / 2);
}

/* The best threshold: without the false alarms of score 1, with the one of 3 just behind the window. */
static void best_of_all_thresholds(void **state)
{
    (void)state;
    const th_timely t = score_of("....xxxxx...", "111112223111", 0.5f), late = score_of("..xxxx", "000025", 1);
    near(t.best, 100 * ((1 - 2 / (1 + exp(4.0))) / S_1 + 1) / 2);
    assert_true(t.score < t.best);
    near(late.score, late.best);
    near(late.best, 100 * (S_half / S_1 + 1) / 2);
    near(score_of("..xx", "9900", 0.5f).best, 89); /* to cry at everything: found at once, two false ones */
    static const th_timely_point odd[] = {{0, false, 0}, {NAN, true, 0}, {0, true, 0}};
    th_timely nan;
    th_why why = {0};
    assert_int_equal(th_timely_score(odd, 3, 0.5f, &nan, &why), TH_OK);
    near(nan.score, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(worked_example),
        cmocka_unit_test(ends_of_the_scale),
        cmocka_unit_test(recordings_are_apart),
        cmocka_unit_test(best_of_all_thresholds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
