/* Metrics against counts by hand. */
#include "../test.h"

#include "train/metric.h"

#include <math.h>

static void near(double a, double b)
{
    if (!(fabs(a - b) < 1e-9)) fail_msg("%.12g is not %.12g", a, b);
}

static th_scoring start(const char *loss, int32_t n, int64_t *counts)
{
    th_scoring t;
    th_scoring_start(&t, th_loss_find(loss), n, counts);
    return t;
}

/* truth \\ said   0  1  2
 *            0   3  1  0
 *            1   0  2  0
 *            2   never occurs, and was said once (for a 1) */
static void classes(void **state)
{
    (void)state;
    static const int pairs[][2] = {{0, 0}, {0, 0}, {0, 0}, {0, 1}, {1, 1}, {1, 1}, {1, 2}};
    int64_t counts[2][9];
    th_scoring t = start("cross-entropy", 3, counts[0]), u = start("cross-entropy", 3, counts[1]);
    for (int i = 0; i < 7; i++) {
        float y[3] = {0}, p[3] = {0.1f, 0.1f, 0.1f};
        y[pairs[i][0]] = 1;
        p[pairs[i][1]] = 0.8f;
        th_scoring_add(i < 3 ? &t : &u, p, y);
    }
    th_scoring_join(&t, &u);
    double v[TH_N_METRICS] = {[TH_VAL_MAE] = -7};
    th_scoring_values(&t, v);
    near(v[TH_VAL_ACCURACY], 5.0 / 7);
    near(v[TH_VAL_BALANCED], (3.0 / 4 + 2.0 / 3) / 2);
    near(v[TH_VAL_F1], (6.0 / 7 + 4.0 / 6 + 0) / 3);
    near(v[TH_VAL_MAE], -7);
}

static void yes_or_no(void **state)
{
    (void)state;
    /* truth and answer of two outputs */
    static const float cases[][4] = {{1, 0, 0.9f, 0.2f}, {1, 1, 0.4f, 0.6f}, {0, 0, 0.7f, 0.1f}, {0, 1, 0.2f, 0.3f}};
    int64_t counts[6];
    th_scoring t = start("binary", 2, counts);
    for (int i = 0; i < 4; i++) th_scoring_add(&t, cases[i] + 2, cases[i]);
    double v[TH_N_METRICS] = {0};
    th_scoring_values(&t, v);
    near(v[TH_VAL_ACCURACY], (2 + 3) / 8.0);
    near(v[TH_VAL_BALANCED], ((0.5 + 0.5) / 2 + (0.5 + 1) / 2) / 2);
    near(v[TH_VAL_F1], (2 * 1 / 4.0 + 2 * 1 / 3.0) / 2);
}

static void numbers(void **state)
{
    (void)state;
    int64_t counts[6];
    th_scoring t = start("mse", 2, counts);
    th_scoring_add(&t, (const float[]){1, 2}, (const float[]){0, 0});
    th_scoring_add(&t, (const float[]){0, 1}, (const float[]){0, -2});
    double v[TH_N_METRICS] = {0};
    th_scoring_values(&t, v);
    near(v[TH_VAL_MAE], (1.5 + 1.5) / 2);
    near(v[TH_VAL_RMSE], sqrt((2.5 + 4.5) / 2));
    near(v[TH_VAL_ACCURACY], 0);
}

static void nothing_yet(void **state)
{
    (void)state;
    static const char *const losses[] = {"cross-entropy", "binary", "huber"};
    int64_t counts[6];
    for (int i = 0; i < 3; i++) {
        th_scoring t = start(losses[i], 2, counts);
        double v[TH_N_METRICS] = {0};
        th_scoring_values(&t, v);
        for (int m = 0; m < TH_N_METRICS; m++) assert_true(isfinite(v[m]));
    }
}

static void names(void **state)
{
    (void)state;
    for (int m = 0; m < TH_N_METRICS; m++) assert_int_equal(th_metric_find(th_metric_name((th_metric)m)), m);
    assert_int_equal(th_metric_find("loss"), TH_VAL_LOSS);
    assert_int_equal(th_metric_find("f1"), TH_VAL_F1);
    assert_int_equal(th_metric_find("val"), TH_N_METRICS);
    assert_true(th_metric_better(TH_VAL_F1) == 1 && th_metric_better(TH_VAL_MAE) == -1);
    assert_true(th_metric_better(TH_SECONDS) == 0);
    assert_false(th_metric_suits(TH_VAL_MAE, th_loss_find("binary")));
    assert_false(th_metric_suits(TH_VAL_F1, th_loss_find("mae")));
    assert_true(th_metric_suits(TH_VAL_LOSS, th_loss_find("mae")) && th_metric_suits(TH_VAL_RMSE, th_loss_find("mae")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classes),     cmocka_unit_test(yes_or_no), cmocka_unit_test(numbers),
        cmocka_unit_test(nothing_yet), cmocka_unit_test(names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
