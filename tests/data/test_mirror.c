/* What a mirror does to pictures: bright halves that change sides, and such that do not. */
#include "../test.h"

#include "base/rng.h"
#include "data/mirror.h"

#define SIDE 8

/* n pictures: label 0 is bright in one half, 1 in the other one: left and right, or top and bottom; with noise. */
static bool keeps(size_t n, bool beside)
{
    static uint8_t grey[400][SIDE][SIDE];
    static int32_t label[400];
    th_rng rng = th_rng_make(3, beside);
    bool answer = !beside;
    assert_true(n <= 400);
    for (size_t i = 0; i < n; i++) {
        label[i] = (int32_t)th_rng_below(&rng, 2);
        for (int y = 0; y < SIDE; y++)
            for (int x = 0; x < SIDE; x++)
                grey[i][y][x] =
                    (uint8_t)((((beside ? x : y) < SIDE / 2) == (label[i] == 0) ? 120 : 60) + th_rng_below(&rng, 100));
    }
    assert_int_equal(th_mirror_keeps(&grey[0][0][0], label, n, SIDE, SIDE, 2, &answer, NULL), TH_OK);
    return answer;
}

static void tells_sides_apart(void **state)
{
    (void)state;
    assert_true(keeps(400, false));
    assert_false(keeps(400, true));
}

static void few_say_nothing(void **state)
{
    (void)state;
    assert_true(keeps(TH_MIRROR_LEAST, false));
    assert_false(keeps(TH_MIRROR_LEAST - 1, false));
    assert_false(keeps(0, false));
}

/* A label without a picture among those that the means are of is never said. */
static void label_without_pictures(void **state)
{
    (void)state;
    static const uint8_t grey[60][SIDE * SIDE];
    static const int32_t label[60] = {[3] = 4};
    bool answer;
    assert_int_equal(th_mirror_keeps(&grey[0][0], label, 60, SIDE, SIDE, 7, &answer, NULL), TH_OK);
    assert_true(answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_sides_apart),
        cmocka_unit_test(few_say_nothing),
        cmocka_unit_test(label_without_pictures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
