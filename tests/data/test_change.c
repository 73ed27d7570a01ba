/* Changes of examples in training: what each word does, and what is refused. */
#include "../test.h"

#include "data/change.h"

#include <math.h>
#include <string.h>

enum { SIDE = 24, PIXELS = SIDE * SIDE * 3, STEPS = 64 };

static const th_examples_scale plain = {.pixel_lo = 0, .pixel_hi = 1};

static th_change words(const char *text)
{
    th_change c;
    th_why why = {0};
    if (th_change_parse(text, &c, &why)) fail_msg("%s: %s", text, why.text);
    return c;
}

/* A bright bar that lies across the middle, on grey that becomes lighter to the right. */
static void draw(uint8_t *p)
{
    for (int r = 0; r < SIDE; r++)
        for (int c = 0; c < SIDE; c++)
            for (int k = 0; k < 3; k++)
                p[(r * SIDE + c) * 3 + k] = (uint8_t)(r >= SIDE / 2 - 2 && r < SIDE / 2 + 2 ? 220 : 40 + 3 * c);
}

static void get(const th_examples *e, const char *text, int epoch, float *x)
{
    const th_change c = words(text);
    th_why why = {0};
    if (th_change_check(&c, e, "it", &why)) fail_msg("%s: %s", text, why.text);
    th_change_get(e, &plain, &c, 7, epoch, 0, x);
}

static void words_have_amounts(void **state)
{
    (void)state;
    assert_float_equal(words("rotate").amount[TH_CHANGE_ROTATE], 15, 0);
    assert_float_equal(words("flip, rotate 7.5 ,noise").amount[TH_CHANGE_ROTATE], 7.5, 0);
    assert_float_equal(words("light").amount[TH_CHANGE_CONTRAST], 0.2f, 0);
    assert_float_equal(words("tilt").amount[TH_CHANGE_TURN], 30, 0);
    const th_change none = words("none"), empty = words("");
    const th_change zero = {0};
    assert_memory_equal(&none, &zero, sizeof zero);
    assert_memory_equal(&empty, &zero, sizeof zero);
}

static void what_is_wrong_is_named(void **state)
{
    const struct {
        const char *text, *says;
    } bad[] = {{"flop", "\"flop\" is none of flip, shift"},
               {"flip,,shift", "\"\" is none of"},
               {"shift 0", "shift takes a number above 0 and up to 0.5, not \"0\""},
               {"shift 0.6", "up to 0.5"},
               {"rotate nan", "rotate takes"},
               {"rotate 5x", "not \"5x\""},
               {"none,flip", "\"none\" is none of"},
               {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "too long"}};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        th_change c;
        th_why why = {0};
        assert_int_equal(th_change_parse(bad[i].text, &c, &why), TH_EUSAGE);
        if (!strstr(why.text, bad[i].says)) fail_msg("%s: no \"%s\" in: %s", bad[i].text, bad[i].says, why.text);
    }
}

static void words_are_for_kinds_of_examples(void **state)
{
    static uint8_t u8[PIXELS];
    static float f32[STEPS * 6];
    const th_examples picture = {.n = 1, .h = SIDE, .w = SIDE, .c = 3, .u8 = u8};
    const th_examples rows = {.n = 1, .h = STEPS, .w = 1, .c = 6, .f32 = f32};
    const th_examples stroke = {.n = 1, .h = STEPS, .w = 1, .c = 2, .f32 = f32};
    const th_examples table = {.n = 1, .h = 1, .w = 1, .c = 6, .f32 = f32};
    const struct {
        const char *text;
        const th_examples *e;
        const char *says; /* NULL: goes */
    } cases[] = {{"flip,shift,zoom,light,noise,cutout,rotate,stretch", &picture, NULL},
                 {"turn", &picture, "change turn is for rows of a sensor; it has pictures"},
                 {"turn,scale,warp,jitter", &rows, NULL},
                 {"flip", &rows, "change flip is for pictures; it has rows"},
                 {"rotate", &rows, "change rotate is for pictures and strokes; it has rows"},
                 {"rotate,stretch,warp,jitter", &stroke, NULL},
                 {"turn", &stroke, "three axes"},
                 {"jitter", &table, NULL},
                 {"warp", &table, "one line of numbers"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const th_change c = words(cases[i].text);
        th_why why = {0};
        assert_int_equal(th_change_check(&c, cases[i].e, "it", &why), cases[i].says ? TH_EUSAGE : TH_OK);
        if (cases[i].says && !strstr(why.text, cases[i].says))
            fail_msg("%s: no \"%s\" in: %s", cases[i].text, cases[i].says, why.text);
    }
}

/* Every word changes the picture, keeps it in its range, and is a function of seed, epoch and number. */
static void pictures_change_and_repeat(void **state)
{
    static const char *const each[] = {
        "flip",  "shift",  "zoom",   "brightness", "contrast",
        "noise", "cutout", "rotate", "stretch",    "flip,rotate,zoom,shift,noise,cutout"};
    static uint8_t u8[PIXELS];
    static float same[PIXELS], x[PIXELS], again[PIXELS];
    const th_examples e = {.n = 1, .h = SIDE, .w = SIDE, .c = 3, .u8 = u8};
    (void)state;
    draw(u8);
    th_examples_get(&e, &plain, 0, same);
    get(&e, "none", 0, x);
    for (int k = 0; k < PIXELS; k++) assert_float_equal(x[k], same[k], 1e-6f);
    for (size_t i = 0; i < sizeof each / sizeof *each; i++) {
        int changed = 0;
        for (int epoch = 0; epoch < 20; epoch++) {
            get(&e, each[i], epoch, x);
            get(&e, each[i], epoch, again);
            assert_memory_equal(x, again, sizeof x);
            changed += memcmp(x, same, sizeof x) != 0;
            for (int k = 0; k < PIXELS; k++) assert_in_range(1000 + (int)(1000 * x[k]), 1000, 2000);
        }
        if (changed < 5) fail_msg("%s changes %d of 20", each[i], changed);
    }
}

/* A bar that is turned by up to 40 degrees is as bright as before, and lies in other rows. */
static void a_turned_picture_is_turned(void **state)
{
    static uint8_t u8[PIXELS];
    static float x[PIXELS];
    float most = 0;
    const th_examples e = {.n = 1, .h = SIDE, .w = SIDE, .c = 3, .u8 = u8};
    (void)state;
    draw(u8);
    for (int epoch = 0; epoch < 50; epoch++) {
        float middle = 0, high = 0; /* where the bar is at the left side: mean row of what is bright */
        get(&e, "rotate 40", epoch, x);
        assert_float_equal(x[(SIDE / 2 * SIDE + SIDE / 2) * 3], 220.0f / 255, 0.02f); /* the centre stays */
        for (int r = 0; r < SIDE; r++)
            if (x[(r * SIDE + 2) * 3] > 0.5f) middle += (float)r, high += 1;
        if (high > 0) most = fmaxf(most, fabsf(middle / high - (float)(SIDE - 1) / 2));
    }
    assert_true(most > 4 && most < 9); /* 9.5 columns from the centre, tan 40 = 0.84 */
}

/* Strokes keep their way round and their lengths when they turn; warped rows are rows of the same line. */
static void strokes_turn_and_rows_warp(void **state)
{
    float f32[STEPS * 2], x[STEPS * 2], most = 0;
    const th_examples e = {.n = 1, .h = STEPS, .w = 1, .c = 2, .f32 = f32};
    (void)state;
    for (int t = 0; t < STEPS; t++) f32[2 * t] = (float)t / STEPS, f32[2 * t + 1] = 0.5f;
    for (int epoch = 0; epoch < 50; epoch++) {
        get(&e, "rotate 20", epoch, x);
        for (int t = 0; t < STEPS; t++)
            assert_float_equal(hypotf(x[2 * t], x[2 * t + 1]), hypotf(f32[2 * t], f32[2 * t + 1]), 1e-5f);
        most = fmaxf(most, fabsf(atan2f(x[1], x[0]) - atan2f(f32[1], f32[0])));
        get(&e, "warp 0.5", epoch, x);
        for (int t = 1; t < STEPS; t++) assert_true(x[2 * t] >= x[2 * t - 2] && x[2 * t + 1] == 0.5f);
    }
    assert_true(most > 0.25f && most < 0.3491f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_have_amounts),
        cmocka_unit_test(what_is_wrong_is_named),
        cmocka_unit_test(words_are_for_kinds_of_examples),
        cmocka_unit_test(pictures_change_and_repeat),
        cmocka_unit_test(a_turned_picture_is_turned),
        cmocka_unit_test(strokes_turn_and_rows_warp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
