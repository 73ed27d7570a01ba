/* Area under the ROC curve against all pairs; alarms against counting; percentiles by hand. */
#include "../test.h"

#include "base/rng.h"
#include "evaluate/anomaly.h"

#include <math.h>
#include <string.h>

#define N 300

static void fill(th_scored *s, size_t n, uint64_t seed, uint32_t steps)
{
    th_rng r = th_rng_make(seed, 3);
    for (size_t i = 0; i < n; i++) {
        s[i].abnormal = th_rng_below(&r, 3) == 0;
        s[i].score = (float)th_rng_below(&r, steps) + (s[i].abnormal ? 0.25f * (float)steps : 0.0f);
    }
}

static void auc_is_the_share_of_pairs(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        th_scored s[N];
        double right = 0, pairs = 0;
        fill(s, N, seed, seed % 2 ? 7 : 100000);
        for (size_t i = 0; i < N; i++)
            for (size_t k = 0; k < N; k++)
                if (s[i].abnormal && !s[k].abnormal) {
                    pairs += 1;
                    right += s[i].score > s[k].score ? 1 : s[i].score < s[k].score ? 0 : 0.5;
                }
        assert_true(fabs(th_anomaly_auc(s, N) - right / pairs) < 1e-12);
    }
}

static void auc_needs_both_kinds(void **state)
{
    (void)state;
    th_scored s[2] = {{1, true}, {2, true}};
    assert_true(th_anomaly_auc(s, 2) < 0);
    assert_true(th_anomaly_auc(s, 0) < 0);
    s[0].abnormal = false;
    assert_true(fabs(th_anomaly_auc(s, 2) - 1) < 1e-12);
}

static void alarms_count(void **state)
{
    (void)state;
    const th_scored s[] = {{1, false}, {2, true}, {3, false}, {4, true}, {5, true}, {NAN, true}};
    const th_alarms a = th_anomaly_alarms(s, 6, 2.0f);
    assert_int_equal(a.hits, 3); /* a score that is no number is an alarm */
    assert_int_equal(a.misses, 1);
    assert_int_equal(a.false_alarms, 1);
    assert_int_equal(a.quiet, 1);
    assert_true(fabs(a.f1 - 6.0 / 8.0) < 1e-12);
    assert_true(fabs(a.recall - 0.75) < 1e-12 && fabs(a.false_rate - 0.5) < 1e-12);
    const th_alarms none = th_anomaly_alarms(s, 0, 0);
    assert_true(none.recall < 0 && none.false_rate < 0 && none.f1 < 1e-12);
}

static void percentile_is_a_rank(void **state)
{
    (void)state;
    float v[100];
    for (int i = 0; i < 100; i++) v[i] = (float)((i * 37) % 100);
    assert_true(fabsf(th_percentile(v, 100, 99) - 98) < 1e-6f);
    assert_true(fabsf(th_percentile(v, 100, 100) - 99) < 1e-6f);
    assert_true(fabsf(th_percentile(v, 100, 0)) < 1e-6f);
    assert_true(fabsf(th_percentile(v, 100, 0.5)) < 1e-6f);
    assert_true(fabsf(th_percentile(v, 1, 50)) < 1e-6f);
}

/* The curve's own area, with all its points, is the AUC. */
static void roc_has_the_area(void **state)
{
    (void)state;
    th_scored s[N];
    double x[N + 1], y[N + 1];
    fill(s, N, 5, 40);
    const double auc = th_anomaly_auc(s, N);
    double area = 0;
    const size_t n = th_anomaly_roc(s, N, x, y, N + 1);
    for (size_t i = 1; i < n; i++) area += (x[i] - x[i - 1]) * (y[i] + y[i - 1]) / 2;
    assert_true(fabs(area - auc) < 1e-12);
    assert_true(fabs(x[n - 1] - 1) < 1e-12 && fabs(y[n - 1] - 1) < 1e-12);
    const size_t few = th_anomaly_roc(s, N, x, y, 5);
    assert_true(few <= 5 && fabs(x[few - 1] - 1) < 1e-12);
}

/* Ten normal windows of which the highest is 1, four faults: 0.5, 2, 3, 4. */
static float cheapest(const th_alarm_cost *cost, size_t n_faults, double *expected)
{
    float normal[] = {0.7f, 0.1f, 0.2f, 0.3f, 0.4f, 0.6f, 0.5f, 0.8f, 0.9f, 1}, faults[] = {4, 0.5f, 3, 2};
    return th_anomaly_cheapest(normal, 10, faults, n_faults, cost, expected);
}

/* Where faults are known both kinds are counted. */
static void cheapest_threshold_of_counts(void **state)
{
    (void)state;
    double expected;
    /* half are faults: to notice the one of 0.5 would take six alarms for nothing of ten */
    const float t = cheapest(&(th_alarm_cost){1, 1, 0.5}, 4, &expected);
    assert_true(t >= 0.9f && t < 2 && expected > 0.124 && expected < 0.13); /* a quarter of them is missed */
    /* a miss that costs a hundred times as much: all faults above it, and 6 of 10 false alarms */
    const float low = cheapest(&(th_alarm_cost){1, 100, 0.5}, 4, &expected);
    assert_true(low < 0.5f && low >= 0.4f && fabs(expected - 0.5 * 0.6) < 1e-9);
    assert_true(low < t);
}

/* Without faults dearer misses and more of them lower it; alarms rarer than one in ten windows lie in the tail. */
static void cheapest_threshold_of_normal_ones_alone(void **state)
{
    (void)state;
    double expected[3];
    const float rare = cheapest(&(th_alarm_cost){1, 1, 1e-6}, 0, &expected[0]),
                usual = cheapest(&(th_alarm_cost){1, 1, 0.01}, 0, &expected[1]),
                dear = cheapest(&(th_alarm_cost){1, 100, 0.3}, 0, &expected[2]);
    assert_true(rare > 1 && rare > usual && usual > dear && dear < 0.5f);
    assert_true(expected[0] < expected[1] && expected[1] < expected[2]);
    /* t = u + excess ln(0.1 (1 - p) 3 / (p excess)): the derivative is 0 there, u = 0.9, excess = 0.1, 3 = the end */
    const double p = 0.01, by_hand = 0.9 + 0.1 * log(0.1 * (1 - p) * 3 / (p * 0.1));
    assert_true(fabs((double)usual - by_hand) < 0.1 / 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(auc_is_the_share_of_pairs),
        cmocka_unit_test(auc_needs_both_kinds),
        cmocka_unit_test(alarms_count),
        cmocka_unit_test(percentile_is_a_rank),
        cmocka_unit_test(roc_has_the_area),
        cmocka_unit_test(cheapest_threshold_of_counts),
        cmocka_unit_test(cheapest_threshold_of_normal_ones_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
