#include "../test.h"

#include "base/fmath.h"

#include <math.h>

/* distance of y from the true value in units of the last place of a float of that size */
static double ulps_float(float y, double want)
{
    const double unit = ldexp(1.0, (int)fmax(floor(log2(fabs(want))), -126.0) - 23);
    return fabs((double)y - want) / unit;
}

static double ulps_double(double y, long double want)
{
    const long double unit = ldexpl(1.0L, (int)fmaxl(floorl(log2l(fabsl(want))), -1022.0L) - 52);
    return (double)(fabsl((long double)y - want) / unit);
}

static void log_of_every_kind_of_float(void **state)
{
    (void)state;
    double worst = 0.0;
    for (uint32_t u = 1; u < 0x7f800000u; u += 4999) {
        const float x = th_float_from(u);
        if (u == 0x3f800000u) continue; /* ln 1 = 0 has no size */
        worst = fmax(worst, ulps_float(th_logf(x), log((double)x)));
        if (u >= 0x00800000u) assert_true(th_logf(x) == th_logf_normal(x));
    }
    for (uint32_t u = 0x3f7f0000u; u < 0x3f810000u; u++) /* all around 1, where the result is small */
        if (u != 0x3f800000u) worst = fmax(worst, ulps_float(th_logf(th_float_from(u)), log((double)th_float_from(u))));
    printf("th_logf: %.3f ulp\n", worst);
    assert_true(worst < 2.0);
    assert_true(th_logf(1.0f) == 0.0f);
    assert_true(th_logf(0.0f) == -INFINITY && th_logf(-0.0f) == -INFINITY);
    assert_true(th_logf(INFINITY) == INFINITY);
    assert_true(isnan(th_logf(-1.0f)) && isnan(th_logf(NAN)) && isnan(th_logf(-INFINITY)));
}

static void exp_of_every_kind_of_float(void **state)
{
    (void)state;
    double worst = 0.0, worst_small = 0.0;
    for (double x = -103.9; x < 88.72; x += 0.00037) {
        const double want = exp((double)(float)x), d = ulps_float(th_expf((float)x), want);
        if (want >= 0x1p-126)
            worst = fmax(worst, d);
        else
            worst_small = fmax(worst_small, d);
    }
    printf("th_expf: %.3f ulp, subnormal %.3f\n", worst, worst_small);
    assert_true(worst < 2.0 && worst_small < 2.0);
    assert_true(th_expf(0.0f) == 1.0f && th_expf(-0.0f) == 1.0f);
    assert_true(th_expf(INFINITY) == INFINITY && th_expf(89.0f) == INFINITY);
    assert_true(th_expf(-INFINITY) == 0.0f && th_expf(-200.0f) == 0.0f && isnan(th_expf(NAN)));
}

static void doubles_are_good_enough_for_tables(void **state)
{
    (void)state;
    double worst_log = 0.0, worst_exp = 0.0, worst_sin = 0.0, worst_far = 0.0;
    for (int i = -2000; i <= 2000; i++) {
        const double x = (double)i * 0.351237;
        const long double e = expl((long double)x);
        worst_exp = fmax(worst_exp, ulps_double(th_exp(x), e));
        if (i) worst_log = fmax(worst_log, ulps_double(th_log((double)e), logl((long double)(double)e)));
        worst_sin = fmax(worst_sin, fabs(th_sin(x) - (double)sinl((long double)x)));
        worst_sin = fmax(worst_sin, fabs(th_cos(x) - (double)cosl((long double)x)));
        worst_far = fmax(worst_far, fabs(th_sin(x * 140.0) - (double)sinl((long double)(x * 140.0))));
    }
    printf("th_log %.3f ulp, th_exp %.3f ulp, sin/cos %.3g, far %.3g\n", worst_log, worst_exp, worst_sin, worst_far);
    assert_true(worst_log < 4.0 && worst_exp < 4.0 && worst_sin < 1e-15 && worst_far < 1e-13);
    assert_true(th_log(0.0) == -(double)INFINITY && isnan(th_log(-1.0)) && isnan(th_log((double)NAN)));
    assert_true(th_log((double)INFINITY) == (double)INFINITY);
    assert_true(th_exp(1000.0) == (double)INFINITY && th_exp(-1000.0) == 0.0 && isnan(th_exp((double)NAN)));
    assert_true(isnan(th_sin(1e6)) && isnan(th_cos((double)NAN)) && th_sin(0.0) == 0.0 && th_cos(0.0) == 1.0);
}

/* Floats of every size, both signs, against a function of the C library in double. */
static double worst_of(float (*f)(float), double (*want)(double), uint32_t last)
{
    double worst = 0.0;
    for (uint32_t u = 1; u < last; u += 49999)
        for (uint32_t sign = 0; sign < 2; sign++) {
            const float x = th_float_from(u | sign << 31), y = f(x);
            const double w = want((double)x);
            if (isnan(w))
                assert_true(isnan(y));
            else if (isinf(w) || isinf((float)w))
                assert_true((double)y == w || isinf(y));
            else
                worst = fmax(worst, w == 0.0 ? fabs((double)y) : ulps_float(y, w));
        }
    return worst;
}

static void more_functions_of_floats(void **state)
{
    (void)state;
    assert_true(worst_of(th_expm1f, expm1, 0x7f800000u) < 2.0);
    assert_true(worst_of(th_tanhf, tanh, 0x7f800000u) < 3.0);
    assert_true(worst_of(th_sinf, sin, 0x7f800000u) < 1.0);
    assert_true(worst_of(th_cosf, cos, 0x7f800000u) < 1.0);
    assert_true(worst_of(th_sqrtf, sqrt, 0x7f800000u) <= 0.5);
    assert_true(isnan(th_sinf(INFINITY)) && isnan(th_cosf(NAN)) && isnan(th_sqrtf(-1.0f)) && isinf(th_sqrtf(INFINITY)));
    assert_true(th_expm1f(-200.0f) == -1.0f && isinf(th_expm1f(100.0f)) && isnan(th_tanhf(NAN)) &&
                th_tanhf(-50.0f) == -1.0f);
}

/* These are exact: the same bits as the C library's, -0 too. */
static void whole_numbers(void **state)
{
    (void)state;
    for (uint32_t u = 0; u < 0x7f800000u; u += 30011)
        for (int k = 0; k < 4; k++) {
            const float any = th_float_from(u), near = (float)(u % 4001) * 0.25f - 500.0f, x = k < 2 ? any : near,
                        v = k % 2 ? -x : x;
            assert_int_equal(th_float_bits(th_floorf(v)), th_float_bits(floorf(v)));
            assert_int_equal(th_float_bits(th_ceilf(v)), th_float_bits(ceilf(v)));
            assert_int_equal(th_float_bits(th_roundf(v)), th_float_bits(roundf(v)));
            assert_int_equal(th_float_bits(th_roundf_even(v)), th_float_bits(rintf(v)));
            assert_int_equal(th_float_bits(th_fmodf(v, near + 500.5f)), th_float_bits(fmodf(v, near + 500.5f)));
            assert_int_equal(th_float_bits(th_fmodf(near, v + 0.0f == 0.0f ? 1.0f : v)),
                             th_float_bits(fmodf(near, v + 0.0f == 0.0f ? 1.0f : v)));
            assert_true(th_floor((double)v * 1.37) == floor((double)v * 1.37));
        }
    assert_true(isnan(th_fmodf(1.0f, 0.0f)) && isnan(th_fmodf(INFINITY, 1.0f)) && isnan(th_floorf(NAN)) &&
                th_fmodf(3.0f, INFINITY) == 3.0f);
}

static void angles_of_points(void **state)
{
    (void)state;
    double worst = 0.0;
    for (int i = 0; i < 20000; i++) {
        const float far = (float)ldexp(1.0, i % 60 - 30);
        const float x = (float)cos(i * 0.00031415926) * far, y = (float)sin(i * 0.00031415926) * far;
        const float p[4][2] = {{y, x}, {-y, x}, {x, y}, {y * 1e-6f, -x}};
        for (int k = 0; k < 4; k++)
            if (p[k][0] != 0.0f)
                worst = fmax(worst, ulps_float(th_atan2f(p[k][0], p[k][1]), atan2((double)p[k][0], (double)p[k][1])));
    }
    printf("th_atan2f: %.3f ulp\n", worst);
    assert_true(worst < 4.0);
    assert_true(th_atan2f(0.0f, 0.0f) == 0.0f && th_atan2f(0.0f, 2.0f) == 0.0f);
    assert_true(th_atan2f(0.0f, -2.0f) == 3.14159265f && th_atan2f(-3.0f, 0.0f) == -1.57079633f);
    assert_true(isnan(th_atan2f(NAN, 1.0f)) && isnan(th_atan2f(1.0f, INFINITY)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(angles_of_points),
                                       cmocka_unit_test(more_functions_of_floats),
                                       cmocka_unit_test(whole_numbers),
                                       cmocka_unit_test(log_of_every_kind_of_float),
                                       cmocka_unit_test(exp_of_every_kind_of_float),
                                       cmocka_unit_test(doubles_are_good_enough_for_tables)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
