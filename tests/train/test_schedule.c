/* Schedules at their corners, and that no step is out of range. */
#include "../test.h"

#include "train/schedule.h"

#include <math.h>

static double rate(const char *name, double warmup, uint64_t step, int32_t drops)
{
    const th_schedule_cfg c = {th_schedule_find(name), 2, warmup, 0.1, 3, 0.5};
    const th_schedule_at at = {step, 10, 20, drops}; /* 200 steps */
    return th_schedule_rate(&c, &at);
}

static void near(double a, double b)
{
    if (fabs(a - b) > 1e-12) fail_msg("%.15g is not %.15g", a, b);
}

static void corners(void **state)
{
    (void)state;
    near(rate("cosine", 0, 0, 0), 2);
    near(rate("cosine", 0, 100, 0), 2 * 0.55);
    near(rate("cosine", 0, 200, 0), 2 * 0.1);
    near(rate("cosine", 2, 110, 0), 2 * 0.55); /* half of what comes after the warm-up */
    near(rate("constant", 0, 199, 0), 2);
    near(rate("step", 0, 29, 0), 2);
    near(rate("step", 0, 30, 0), 1);
    near(rate("step", 0, 60, 0), 0.5);
    near(rate("plateau", 0, 150, 0), 2);
    near(rate("plateau", 0, 150, 3), 0.25);
    size_t n;
    const th_schedule_row *rows = th_schedule_all(&n);
    for (size_t i = 0; i < n; i++) {
        near(rate(rows[i].name, 2, 0, 0), 2.0 / 21); /* 20 steps of warm-up */
        near(rate(rows[i].name, 2, 19, 0), 2 * 20.0 / 21);
        near(rate(rows[i].name, -1, 0, 0), 2.0 / 9); /* 4 % of 200 steps */
        near(rate(rows[i].name, 0.25, 0, 0), 2 / 3.5);
        for (uint64_t step = 0; step < 200; step++) {
            const double r = rate(rows[i].name, -1, step, 1);
            assert_true(r > 0 && r <= 2);
        }
    }
    assert_null(th_schedule_find("linear"));
}

/* What thimble did before there was a choice: to the last bit, or old trainings would give other bytes. */
static void cosine_as_ever(void **state)
{
    (void)state;
    const double peak = (double)0.02f;
    const int32_t steps = 37, epochs = 61;
    const th_schedule_cfg c = {th_schedule_find("cosine"), peak, -1, 0.01, 1, 1};
    for (uint64_t step = 0; step < (uint64_t)(steps * epochs); step++) {
        const double all = (double)steps * epochs, warm = 0.04 * all < 2.0 * steps ? 0.04 * all : 2.0 * steps;
        const double part = ((double)step - warm) / (all - warm);
        const double want = (double)step < warm ? peak * ((double)step + 1) / (warm + 1)
                                                : peak * (0.01 + 0.99 * 0.5 * (1 + cos(3.14159265358979323846 * part)));
        const th_schedule_at at = {step, steps, epochs, 0};
        assert_true(th_schedule_rate(&c, &at) == want);
    }
}

static void plateaus(void **state)
{
    (void)state;
    static const double loss[] = {5, 4, 4, 4.5, 3, 3, 3, 3, 3, 3};
    static const int32_t want[] = {0, 0, 0, 1, 1, 1, 2, 2, 3, 3};
    for (int32_t n = 1; n <= 10; n++) assert_int_equal(th_schedule_drops(loss, n, -1, 2), want[n - 1]);
    static const double accuracy[] = {0.5, 0.6, 0.7, 0.7, 0.7, 0.8};
    assert_int_equal(th_schedule_drops(accuracy, 6, 1, 2), 1);
    assert_int_equal(th_schedule_drops(accuracy, 6, 1, 3), 0);
    assert_int_equal(th_schedule_drops(accuracy, 0, 1, 1), 0);
    const double none[] = {(double)NAN, (double)NAN, (double)NAN};
    assert_int_equal(th_schedule_drops(none, 3, 1, 1), 3); /* what is no number is not better */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(corners),
        cmocka_unit_test(cosine_as_ever),
        cmocka_unit_test(plateaus),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
