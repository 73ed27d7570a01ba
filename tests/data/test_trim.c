/* Rows of a cluster of faults among normal ones are found and left out. */
#include "../test.h"

#include "base/rng.h"
#include "data/trim.h"

#include <math.h>

enum { N = 400, WIDE = 40 };

static float x[N][WIDE];
static bool keep[N];

/* The last `faults` rows lie close together, `apart` away in half of the columns. */
static void make(int32_t d, int32_t faults, float apart)
{
    th_rng r = th_rng_make(9, 3);
    float *v = &x[0][0];
    for (int32_t i = 0; i < N; i++) {
        const float shared = th_rng_normal(&r);
        for (int32_t k = 0; k < d; k++)
            *v++ = 100 * (float)k + shared + 0.3f * th_rng_normal(&r) + (i >= N - faults && k % 2 ? apart : 0);
    }
}

static int32_t left_out(int32_t from, int32_t to)
{
    int32_t n = 0;
    for (int32_t i = from; i < to; i++) n += !keep[i];
    return n;
}

static void faults_are_left_out(void **state)
{
    (void)state;
    th_why why = {0};
    static const int32_t wide[] = {2, 8, WIDE};
    for (size_t k = 0; k < sizeof wide / sizeof *wide; k++) {
        make(wide[k], N / 10, wide[k] > 32 ? 12 : 4); /* many columns stand alone */
        assert_int_equal(th_trim(&x[0][0], N, wide[k], 10, keep, &why), TH_OK);
        assert_int_equal(left_out(0, N), N / 10);
        assert_true(left_out(N - N / 10, N) >= N / 10 - 2); /* all but a few */
    }
}

/* Columns that go together: what breaks that is strange though each column alone is not. */
static void columns_are_held_against_each_other(void **state)
{
    (void)state;
    th_why why = {0};
    make(8, 20, 2);
    assert_int_equal(th_trim(&x[0][0], N, 8, 5, keep, &why), TH_OK);
    assert_true(left_out(N - 20, N) >= 18);
}

static void says_how_many(void **state)
{
    (void)state;
    th_why why = {0};
    make(3, 0, 0);
    assert_int_equal(th_trim(&x[0][0], N, 3, 0, keep, &why), TH_OK);
    assert_int_equal(left_out(0, N), 0);
    assert_int_equal(th_trim(&x[0][0], N, 3, 50, keep, &why), TH_OK);
    assert_int_equal(left_out(0, N), N / 2);
    assert_int_equal(th_trim(&x[0][0], 19, 3, 50, keep, &why), TH_OK); /* too few to judge */
    assert_int_equal(left_out(0, 19), 0);
    x[0][3] = NAN; /* of row 1 */
    assert_int_equal(th_trim(&x[0][0], N, 3, 1, keep, &why), TH_OK);
    assert_false(keep[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faults_are_left_out),
        cmocka_unit_test(columns_are_held_against_each_other),
        cmocka_unit_test(says_how_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
