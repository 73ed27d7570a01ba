/* What is usual, against the formula of the header in doubles: another way to the distance (the inverse of C). */
#include "../test.h"

#include "base/rng.h"
#include "dsp/baseline.h"

#include <math.h>

enum { N = 4, WINDOWS = 200, FIRST = 140, WIDE = TH_BASELINE_WHOLE + 3 };

static float x[WINDOWS + 50][WIDE];
static uint8_t memory[1 << 15] __attribute__((aligned(16)));

/* A large level that hardly moves, two that go together, one that never changes. */
static void make(void)
{
    th_rng r = th_rng_make(7, 1);
    for (int t = 0; t < WINDOWS + 50; t++) {
        const float a = th_rng_normal(&r), b = th_rng_normal(&r);
        for (int i = N; i < WIDE; i++) x[t][i] = th_rng_normal(&r) * (float)i;
        x[t][0] = 10000.0f + 20.0f * a;
        x[t][1] = 0.5f * a + 0.02f * b;
        x[t][2] = -3.0f * b + 0.01f * (float)t;
        x[t][3] = 7.0f;
    }
}

static void start(th_baseline *b, const th_baseline_cfg *cfg)
{
    th_arena arena = th_arena_over(memory, th_baseline_mem(cfg)); /* as much as is said, not more */
    assert_true(th_baseline_mem(cfg) <= sizeof memory);
    assert_int_equal(th_baseline_init(b, cfg, &arena), TH_OK);
}

/* The inverse of a [n][n], by Gauss and Jordan. */
static void invert(double a[N][N], double y[N][N])
{
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) y[i][j] = i == j;
    for (int k = 0; k < N; k++) {
        const double p = a[k][k];
        for (int j = 0; j < N; j++) a[k][j] /= p, y[k][j] /= p;
        for (int i = 0; i < N; i++) {
            const double f = a[i][k];
            for (int j = 0; j < N && i != k; j++) a[i][j] -= f * a[k][j], y[i][j] -= f * y[k][j];
        }
    }
}

/* |w| of window v when the first n windows were learnt. */
static double plain(int n, const float *v)
{
    double m[N] = {0}, s[N] = {0}, c[N][N], inverse[N][N], square = 0;
    for (int t = 0; t < n; t++)
        for (int i = 0; i < N; i++) m[i] += (double)x[t][i] / n;
    for (int t = 0; t < n; t++)
        for (int i = 0; i < N; i++) s[i] += pow((double)x[t][i] - m[i], 2) / n;
    for (int i = 0; i < N; i++) s[i] = fmax(sqrt(s[i]), fabs(m[i]) / 1000);
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            c[i][j] = i == j ? 0.1 : 0;
            for (int t = 0; t < n; t++)
                c[i][j] += ((double)x[t][i] - m[i]) / s[i] * ((double)x[t][j] - m[j]) / s[j] / n;
        }
    invert(c, inverse);
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            square += ((double)v[i] - m[i]) / s[i] * inverse[i][j] * ((double)v[j] - m[j]) / s[j];
    return sqrt(square);
}

static int falling(const void *a, const void *b)
{
    return (*(const double *)a < *(const double *)b) - (*(const double *)a > *(const double *)b);
}

static void as_the_formula(int early)
{
    th_baseline b;
    const th_baseline_cfg cfg = {.n = N, .windows = WINDOWS, .early = early};
    double far[WINDOWS - FIRST];
    make();
    start(&b, &cfg);
    for (int t = 0; t < WINDOWS; t++) assert_int_equal(th_baseline_learn(&b, x[t]), t == WINDOWS - 1);
    for (int t = FIRST; t < WINDOWS; t++) far[t - FIRST] = plain(FIRST, x[t]);
    qsort(far, WINDOWS - FIRST, sizeof *far, falling);
    assert_true(fabs((double)b.reach / far[0] - 1) < 1e-4); /* 99 % of 60, the nearest rank: all of them */
    for (int t = WINDOWS; t < WINDOWS + 50; t++) {
        float z[N];
        double square = 0;
        memcpy(z, x[t], sizeof z);
        z[2] += (float)(t % 5) * 10.0f;
        const double w = plain(early ? FIRST : WINDOWS, z);
        th_baseline_hold(&b, z);
        for (int i = 0; i < N; i++) square += (double)z[i] * (double)z[i];
        assert_true(fabs(sqrt(square) - w / (far[0] + w)) < 1e-4);
    }
    assert_int_equal(th_baseline_learn(&b, x[0]), 1); /* no more is learnt */
    assert_int_equal(b.learnt, WINDOWS);
}

static void all_windows_count(void **state)
{
    (void)state;
    as_the_formula(0);
}

static void early_the_first_ones_count(void **state)
{
    (void)state;
    as_the_formula(1);
}

/* A direction keeps its sign; what is twice as far is farther; the end is 1. */
static void far_stays_below_one(void **state)
{
    (void)state;
    th_baseline b;
    const th_baseline_cfg cfg = {.n = N, .windows = WINDOWS};
    float last = 0;
    make();
    start(&b, &cfg);
    for (int t = 0; t < WINDOWS; t++) (void)th_baseline_learn(&b, x[t]);
    for (int k = 0; k < 9; k++) {
        float z[N] = {10000, 0, -4.0f - powf(10, (float)k), 7};
        th_baseline_hold(&b, z);
        const float length = sqrtf(z[0] * z[0] + z[1] * z[1] + z[2] * z[2] + z[3] * z[3]);
        assert_true(z[2] < 0 && length >= last && length <= 1.0f && (k > 4 || length > last));
        last = length;
    }
    float odd[N] = {NAN, INFINITY, -INFINITY, 7};
    th_baseline_hold(&b, odd);
    for (int i = 0; i < N; i++) assert_true(isfinite(odd[i]));
    assert_true(sqrtf(odd[0] * odd[0] + odd[1] * odd[1] + odd[2] * odd[2]) > 0.99f);
}

/* Windows without numbers are passed over while it learns. */
static void learns_numbers_only(void **state)
{
    (void)state;
    th_baseline b;
    const th_baseline_cfg cfg = {.n = N, .windows = TH_BASELINE_LEAST};
    const float bad[N] = {1, NAN, 2, 3};
    make();
    start(&b, &cfg);
    for (int t = 0; t < 20; t++) assert_int_equal(th_baseline_learn(&b, bad), 0);
    for (int t = 0; t < TH_BASELINE_LEAST; t++) assert_int_equal(th_baseline_learn(&b, x[t]), t == 9);
}

/* Of many features each alone, so that memory grows with their number and not with its square. */
static void many_features_stand_alone(void **state)
{
    (void)state;
    th_baseline b;
    const th_baseline_cfg cfg = {.n = WIDE, .windows = WINDOWS}, more = {.n = 10 * WIDE, .windows = WINDOWS};
    float z[WIDE];
    make();
    start(&b, &cfg);
    assert_true(th_baseline_mem(&more) < 11 * th_baseline_mem(&cfg));
    for (int t = 0; t < WINDOWS; t++) (void)th_baseline_learn(&b, x[t]);
    memcpy(z, x[0], sizeof z);
    for (int i = 0; i < WIDE; i++) z[i] = b.mean[i];
    z[5] += 2.0f / b.inv[5];
    th_baseline_hold(&b, z);
    const float w = 2.0f / sqrtf(1.1f);
    for (int i = 0; i < WIDE; i++) assert_true(fabsf(z[i] - (i == 5 ? w / (b.reach + w) : 0)) < 1e-4f);
}

/* A signal that never changed: what is near its level is usual all the same. */
static void constant_signal(void **state)
{
    (void)state;
    th_baseline b;
    const th_baseline_cfg cfg = {.n = 1, .windows = 20};
    const float level = 50;
    float near = 50.01f, far = 55;
    start(&b, &cfg);
    for (int t = 0; t < 20; t++) (void)th_baseline_learn(&b, &level);
    th_baseline_hold(&b, &near);
    th_baseline_hold(&b, &far);
    assert_true(near < 0.5f && far > 0.9f && far < 1);
}

static void refuses(void **state)
{
    (void)state;
    th_baseline b;
    th_arena arena = th_arena_over(memory, sizeof memory);
    static const th_baseline_cfg bad[] = {{0, 100, 0}, {4, TH_BASELINE_LEAST - 1, 0}, {4, 1000001, 0}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(th_baseline_init(&b, &bad[i], &arena), TH_ERANGE);
    const th_baseline_cfg good = {N, WINDOWS, 0};
    arena = th_arena_over(memory, th_baseline_mem(&good) - 16);
    assert_int_equal(th_baseline_init(&b, &good, &arena), TH_ENOMEM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_windows_count),
        cmocka_unit_test(early_the_first_ones_count),
        cmocka_unit_test(far_stays_below_one),
        cmocka_unit_test(learns_numbers_only),
        cmocka_unit_test(many_features_stand_alone),
        cmocka_unit_test(constant_signal),
        cmocka_unit_test(refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
