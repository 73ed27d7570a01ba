/* Windows of machines at different levels, held each against its own. */
#include "../test.h"

#include "base/rng.h"
#include "data/groups.h"

#include <math.h>

enum { N = 3, WINDOWS = 100 };

static void window_of(th_rng *r, float level, float spread, float x[N])
{
    for (int i = 0; i < N; i++) x[i] = level + spread * th_rng_normal(r);
}

static float length(const float *z)
{
    return sqrtf(z[0] * z[0] + z[1] * z[1] + z[2] * z[2]);
}

static th_groups *two_machines(bool early)
{
    th_groups *g = th_groups_new(early, 0);
    th_rng r = th_rng_make(1, 2);
    th_why why = {0};
    for (int t = 0; t < WINDOWS; t++) {
        float x[N];
        window_of(&r, 100, 5, x);
        assert_int_equal(th_groups_learn(g, "loud", x, N, &why), TH_OK);
        window_of(&r, 1, 0.1f, x);
        assert_int_equal(th_groups_learn(g, "quiet", x, N, &why), TH_OK);
    }
    return g;
}

/* What is a small step at one machine is a large one at the other, and levels are nothing. */
static void each_against_its_own(void **state)
{
    (void)state;
    th_why why = {0};
    th_groups *g = two_machines(false);
    float usual[2][N] = {{100, 101, 99}, {1, 1.02f, 0.98f}}, moved[2][N] = {{103, 103, 103}, {4, 4, 4}};
    for (int k = 0; k < 2; k++) {
        const char *name = k ? "quiet" : "loud";
        assert_int_equal(th_groups_hold(g, name, "file", usual[k], N, &why), TH_OK);
        assert_int_equal(th_groups_hold(g, name, "file", moved[k], N, &why), TH_OK);
        assert_true(length(usual[k]) < 0.3f);
    }
    assert_true(length(moved[0]) < 0.5f && length(moved[1]) > 0.8f);
    th_groups_free(g);
}

/* Early: a machine that has drifted since the first 7/10 is farther away than when all of it is known. */
static void early_holds_against_the_first(void **state)
{
    (void)state;
    float far[2];
    for (int early = 0; early < 2; early++) {
        th_groups *g = th_groups_new(early, 0);
        th_why why = {0};
        float z[N] = {0.99f, 2, 3};
        for (int t = 0; t < WINDOWS; t++) {
            const float x[N] = {(float)t / WINDOWS, 2 + 0.1f * (float)(t % 7), 3 + 0.1f * (float)(t % 5)};
            assert_int_equal(th_groups_learn(g, "", x, N, &why), TH_OK);
        }
        assert_int_equal(th_groups_hold(g, "", "file", z, N, &why), TH_OK);
        far[early] = length(z);
        th_groups_free(g);
    }
    assert_true(far[1] > far[0] + 0.02f);
}

/* The median group has 30 windows: so has one with 300 then, spread over its time, and the others keep theirs. */
static void no_group_outvotes_the_others(void **state)
{
    (void)state;
    static const char *const names[] = {"loud", "quiet", "third"};
    static const int each[] = {300, 30, 20};
    static bool keep[350];
    th_why why = {0};
    th_groups *g = two_machines(true);
    int kept[3] = {0}, of_first_half = 0, at = 0;
    for (int t = 0; t < 20; t++) {
        const float x[N] = {(float)t, 1, 2};
        assert_int_equal(th_groups_learn(g, "third", x, N, &why), TH_OK);
    }
    for (int k = 0; k < 3; k++)
        for (int t = 0; t < each[k]; t++) {
            float x[N] = {1, 2, 3};
            assert_int_equal(th_groups_hold(g, names[k], "file", x, N, &why), TH_OK);
        }
    assert_int_equal(th_groups_thin(g, keep, &why), TH_OK);
    for (int k = 0; k < 3; k++)
        for (int t = 0; t < each[k]; t++, at++) {
            kept[k] += keep[at];
            of_first_half += k == 0 && t < 150 && keep[at];
        }
    assert_int_equal(kept[0], 30);
    assert_int_equal(kept[1], 30);
    assert_int_equal(kept[2], 20);
    assert_int_equal(of_first_half, 15);
    th_groups_free(g);
}

static void says_what_is_missing(void **state)
{
    (void)state;
    th_why why = {0};
    th_groups *g = two_machines(false);
    float x[N] = {1, 2, 3};
    const float odd[N] = {1, NAN, 3};
    assert_int_equal(th_groups_hold(g, "third", "file.csv", x, N, &why), TH_EFORMAT);
    assert_non_null(strstr(why.text, "file.csv: nothing normal of its group \"third\""));
    why = (th_why){0};
    for (int t = 0; t < 9; t++) assert_int_equal(th_groups_learn(g, "third", x, N, &why), TH_OK);
    assert_int_equal(th_groups_hold(g, "third", "file.csv", x, N, &why), TH_EFORMAT);
    assert_non_null(strstr(why.text, "9 normal windows"));
    why = (th_why){0};
    for (int t = 0; t < 12; t++) assert_int_equal(th_groups_learn(g, "odd", odd, N, &why), TH_OK);
    assert_int_equal(th_groups_hold(g, "odd", "file.csv", x, N, &why), TH_EFORMAT);
    assert_non_null(strstr(why.text, "no finite number"));
    assert_int_equal(th_groups_learn(g, "loud", x, 2, &why), TH_ESHAPE);
    th_groups_free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_against_its_own),
        cmocka_unit_test(early_holds_against_the_first),
        cmocka_unit_test(no_group_outvotes_the_others),
        cmocka_unit_test(says_what_is_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
