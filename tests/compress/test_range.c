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

/* 2048 values, one in each bin: P = 99 leaves out floor(20.48) = 20 of them at each end. */
static void percentile_by_hand(void **state)
{
    (void)state;
    static float v[TH_HISTOGRAM_BINS];
    float lo, hi;
    for (int i = 0; i < TH_HISTOGRAM_BINS; i++) v[i] = (float)(i - 1024) + 0.5f;
    fill(v, TH_HISTOGRAM_BINS);
    th_range_choose(&histogram, TH_RANGE_PERCENTILE, 99.0, &lo, &hi);
    const double width = 2047.0 / 2048.0;
    assert_true(fabs((double)lo - (-1023.5 + 20.0 * width)) < 1e-3);
    assert_true(fabs((double)hi - (1023.5 - 20.0 * width)) < 1e-3);
    th_range_choose(&histogram, TH_RANGE_PERCENTILE, 100.0, &lo, &hi);
    assert_true(lo == -1023.5f && hi == 1023.5f);
}

/* Values that 256 levels show as they are: nothing is gained by clipping.  One far away: it is clipped. */
static void entropy_by_hand(void **state)
{
    (void)state;
    enum { EACH = 40 };
    static float v[256 * EACH + 1];
    float lo, hi;
    for (int i = 0; i < 256 * EACH; i++) v[i] = (float)(i % 256) + 0.5f;
    fill(v, 256 * EACH);
    th_range_choose(&histogram, TH_RANGE_KL, TH_PERCENTILE, &lo, &hi);
    assert_true(lo == 0.0f && hi == 255.5f);
    v[256 * EACH] = 3000.0f;
    fill(v, 256 * EACH + 1);
    th_range_choose(&histogram, TH_RANGE_KL, TH_PERCENTILE, &lo, &hi);
    assert_true(hi >= 255.5f && hi < 800.0f);
    fill(v, 0); /* nothing seen */
    histogram.lo = histogram.hi = 0.0f;
    th_range_choose(&histogram, TH_RANGE_KL, TH_PERCENTILE, &lo, &hi);
    assert_true(lo == 0.0f && hi == 0.0f);
}

/* The divergence of one threshold, straight from the definition and with all bins in float64. */
static double divergence_at(const double *bin, int n, int levels)
{
    double p[TH_HISTOGRAM_BINS], q[TH_HISTOGRAM_BINS] = {0}, all = 0.0, kept = 0.0, d = 0.0;
    for (int i = 0; i < TH_HISTOGRAM_BINS; i++) all += bin[i];
    for (int i = 0; i < n; i++) p[i] = bin[i], kept += bin[i];
    p[n - 1] += all - kept;
    for (int g = 0; g < levels; g++) {
        const int from = g * n / levels, to = (g + 1) * n / levels;
        int filled = 0;
        for (int i = from; i < to; i++) filled += bin[i] > 0.0;
        for (int i = from; i < to; i++)
            for (int k = from; k < to && bin[i] > 0.0; k++) q[i] += bin[k] / filled;
    }
    for (int i = 0; i < n; i++) {
        if (p[i] > 0.0) d += p[i] / all * log(p[i] / all / (q[i] > 0.0 ? q[i] / kept : 1e-4));
    }
    return d;
}

static void entropy_is_the_least_of_all_thresholds(void **state)
{
    (void)state;
    enum { N = 60000 };
    static float v[N];
    static double bin[TH_HISTOGRAM_BINS];
    float lo, hi;
    th_rng rng = th_rng_make(4, 4);
    for (int i = 0; i < N; i++) v[i] = expf(th_rng_normal(&rng)); /* positive, a long tail */
    v[0] = 0.0f;                                                  /* so that bins begin at 0 */
    fill(v, N);
    for (int i = 0; i < TH_HISTOGRAM_BINS; i++) bin[i] = histogram.count[i];
    bin[0] = bin[1];
    th_range_choose(&histogram, TH_RANGE_KL, TH_PERCENTILE, &lo, &hi);
    const int ours = (int)lround((double)hi / (double)histogram.hi * TH_HISTOGRAM_BINS);
    double least = (double)INFINITY;
    for (int n = 256; n <= TH_HISTOGRAM_BINS; n++) least = fmin(least, divergence_at(bin, n, 256));
    printf("threshold %d of 2048: %.6f, the least is %.6f\n", ours, divergence_at(bin, ours, 256), least);
    assert_true(divergence_at(bin, ours, 256) <= least * 1.05 + 1e-9);
}

static void what_is_outside_is_counted(void **state)
{
    (void)state;
    const float v[] = {0.0f, 1.0f, 2.0f, 3.0f};
    fill(v, 4);
    assert_true(fabs(th_histogram_outside(&histogram, -1.0, 4.0)) < 1e-9);
    assert_true(fabs(th_histogram_outside(&histogram, 0.0, 2.5) - 0.25) < 1e-9);
    assert_true(fabs(th_histogram_outside(&histogram, 0.5, 2.5) - 0.5) < 1e-9);
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
        cmocka_unit_test(zero_is_met_exactly),
        cmocka_unit_test(min_max_takes_everything),
        cmocka_unit_test(outliers_are_clipped),
        cmocka_unit_test(mse_is_near_the_best_of_all_ranges),
        cmocka_unit_test(percentile_by_hand),
        cmocka_unit_test(entropy_by_hand),
        cmocka_unit_test(entropy_is_the_least_of_all_thresholds),
        cmocka_unit_test(what_is_outside_is_counted),
        cmocka_unit_test(names_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
