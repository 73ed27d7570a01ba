#include "../test.h"

#include "base/rng.h"
#include "compress/range.h"

#include <math.h>

static th_histogram histogram; /* 8 kB: not on the stack */

static void fill(const float *v, int32_t n)
{
    th_histogram_start(&histogram);
    th_histogram_limits(&histogram, v, n);
    th_histogram_count(&histogram, v, n);
}

/* Mean squared error of v in int8 with this range. */
static double error_of(const float *v, int32_t n, float lo, float hi)
{
    float scale;
    int32_t zero;
    double sum = 0.0;
    th_range_to_s8(lo, hi, &scale, &zero);
    for (int32_t i = 0; i < n; i++) {
        double q = round((double)v[i] / (double)scale) + zero;
        q = q < -128.0 ? -128.0 : q > 127.0 ? 127.0 : q;
        const double d = (double)v[i] - (double)scale * (q - zero);
        sum += d * d;
    }
    return sum / n;
}

static void zero_is_met_exactly(void **state)
{
    (void)state;
    th_rng rng = th_rng_make(1, 1);
    for (int k = 0; k < 1000; k++) {
        const float lo = -th_rng_range(&rng, 0.0f, 5.0f), hi = th_rng_range(&rng, 0.0f, 50.0f);
        float scale;
        int32_t zero;
        th_range_to_s8(lo, hi, &scale, &zero);
        assert_true(scale > 0.0f);
        assert_in_range(zero + 128, 0, 255);
        /* both ends are covered but for half a step */
        assert_true(scale * (float)(-128 - zero) <= lo + 0.51f * scale);
        assert_true(scale * (float)(127 - zero) >= hi - 0.51f * scale);
    }
    float scale;
    int32_t zero;
    th_range_to_s8(0.0f, 0.0f, &scale, &zero);
    assert_true(scale == 1.0f && zero == -128);
}

static void min_max_takes_everything(void **state)
{
    (void)state;
    const float v[] = {-0.5f, 0.25f, 3.0f, 1.0f, INFINITY, NAN};
    float lo, hi;
    fill(v, 6);
    assert_int_equal(histogram.n, 4); /* numbers only */
    th_range_choose(&histogram, TH_RANGE_MIN_MAX, TH_PERCENTILE, &lo, &hi);
    assert_true(lo == -0.5f && hi == 3.0f);
    fill(v + 1, 3); /* all positive: zero belongs to the range */
    th_range_choose(&histogram, TH_RANGE_MIN_MAX, TH_PERCENTILE, &lo, &hi);
    assert_true(lo == 0.0f && hi == 3.0f);
}

static void outliers_are_clipped(void **state)
{
    (void)state;
    enum { N = 50000 };
    static float v[N];
    th_rng rng = th_rng_make(2, 2);
    for (int i = 0; i < N; i++) v[i] = fmaxf(0.0f, th_rng_normal(&rng));
    v[0] = 60.0f; /* one value that would make every step ten times as large */
    fill(v, N);
    double error[TH_RANGE_N];
    for (int m = 0; m < TH_RANGE_N; m++) {
        float lo, hi;
        th_range_choose(&histogram, (th_range_method)m, TH_PERCENTILE, &lo, &hi);
        assert_true(lo == 0.0f);
        error[m] = error_of(v, N, lo, hi);
        if (m == TH_RANGE_PERCENTILE) assert_true(hi < 5.0f);
    }
    assert_true(error[TH_RANGE_MSE] <= error[TH_RANGE_MIN_MAX]);
    assert_true(error[TH_RANGE_MSE] <= error[TH_RANGE_PERCENTILE]);
}

static void mse_is_near_the_best_of_all_ranges(void **state)
{
    (void)state;
    enum { N = 20000 };
    static float v[N];
    th_rng rng = th_rng_make(3, 3);
    for (int i = 0; i < N; i++) v[i] = th_rng_normal(&rng) * th_rng_normal(&rng) * th_rng_normal(&rng); /* long tails */
    fill(v, N);
    float lo, hi;
    th_range_choose(&histogram, TH_RANGE_MSE, TH_PERCENTILE, &lo, &hi);
    const double ours = error_of(v, N, lo, hi);
    for (int a = 5; a <= 100; a += 5)
        for (int b = 5; b <= 100; b += 5)
            assert_true(ours <=
                        1.1 * error_of(v, N, histogram.lo * (float)a / 100.0f, histogram.hi * (float)b / 100.0f));
}

static void names_are_found(void **state)
{
    (void)state;
    for (int m = 0; m < TH_RANGE_N; m++) assert_int_equal(th_range_find(th_range_name((th_range_method)m)), m);
    assert_int_equal(th_range_find("best"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zero_is_met_exactly),  cmocka_unit_test(min_max_takes_everything),
        cmocka_unit_test(outliers_are_clipped), cmocka_unit_test(mse_is_near_the_best_of_all_ranges),
        cmocka_unit_test(names_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
