/* Numbers as examples: one scale a channel, and sensors that sit in any direction. */
#include "data/card.h"
#include "data/change.h"

#include "../test.h"

#include <math.h>
#include <string.h>

#define STEPS    4
#define CHANNELS 6

/* Two examples; channel k runs around 10 k with a deviation that grows with it. */
static void fill(float *x)
{
    for (int i = 0; i < 2 * STEPS; i++)
        for (int k = 0; k < CHANNELS; k++) x[i * CHANNELS + k] = 10.0f * (float)k + (float)((i % 2 ? 1 : -1) * (k + 1));
}

static void card_has_one_scale_a_channel(void **state)
{
    static th_card card;
    float x[2 * STEPS * CHANNELS];
    (void)state;
    fill(x);
    const th_examples e = {.n = 2, .h = STEPS, .w = 1, .c = CHANNELS, .f32 = x};
    th_card_make(&e, 0, 1, &card);
    assert_int_equal(card.n_values, STEPS * CHANNELS);
    for (int i = 0; i < STEPS * CHANNELS; i++) {
        const int k = i % CHANNELS;
        assert_float_equal(card.mean[i], 10.0f * (float)k, 1e-4f);
        assert_float_equal(card.inv[i], 1.0f / (float)(k + 1), 1e-5f);
    }
}

static float dot(const float *a, const float *b)
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/* A turn keeps lengths and angles, also those between accelerometer and gyroscope; it is a function of seed, epoch and
 * number only, and others have another. */
static void turned_signals_keep_lengths_and_angles(void **state)
{
    float x[2 * STEPS * CHANNELS], y[STEPS * CHANNELS], again[STEPS * CHANNELS], other[STEPS * CHANNELS];
    const th_examples_scale plain = {.pixel_hi = 1};
    const th_change turn = {.amount = {[TH_CHANGE_TURN] = 180.0f}};
    (void)state;
    fill(x);
    const th_examples e = {.n = 2, .h = STEPS, .w = 1, .c = CHANNELS, .f32 = x};
    th_change_get(&e, &plain, &turn, 1, 3, 0, y);
    th_change_get(&e, &plain, &turn, 1, 3, 0, again);
    th_change_get(&e, &plain, &turn, 1, 4, 0, other);
    assert_memory_equal(y, again, sizeof y);
    assert_memory_not_equal(y, other, sizeof y);
    assert_true(fabsf(y[0] - x[0]) > 1e-3f);
    for (int t = 0; t < STEPS; t++) {
        const float *a = x + t * CHANNELS, *b = y + t * CHANNELS;
        assert_float_equal(dot(b, b), dot(a, a), 1e-4f * dot(a, a));
        assert_float_equal(dot(b + 3, b + 3), dot(a + 3, a + 3), 1e-4f * dot(a + 3, a + 3));
        assert_float_equal(dot(b, b + 3), dot(a, a + 3), 1e-3f * dot(a + 3, a + 3));
    }
}

/* A tilt is a turn by up to so many degrees, and only the first channels take part. */
static void tilted_rows_turn_a_little_and_alone(void **state)
{
    float x[2 * STEPS * CHANNELS], y[STEPS * CHANNELS], most = 0;
    const th_examples_scale plain = {.pixel_hi = 1};
    const th_change tilt = {.amount = {[TH_CHANGE_TURN] = 30.0f}, .turned = 3};
    (void)state;
    fill(x);
    const th_examples e = {.n = 2, .h = STEPS, .w = 1, .c = CHANNELS, .f32 = x};
    for (int epoch = 0; epoch < 200; epoch++) {
        th_change_get(&e, &plain, &tilt, 1, epoch, 0, y);
        for (int t = 0; t < STEPS; t++) {
            const float *a = x + t * CHANNELS, *b = y + t * CHANNELS;
            const float angle = acosf(fminf(1, dot(a, b) / sqrtf(dot(a, a) * dot(b, b)))) * 57.29578f;
            assert_true(angle < 30.1f);
            most = fmaxf(most, angle);
            assert_memory_equal(a + 3, b + 3, 3 * sizeof *a);
        }
    }
    assert_true(most > 20.0f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(card_has_one_scale_a_channel),
        cmocka_unit_test(turned_signals_keep_lengths_and_angles),
        cmocka_unit_test(tilted_rows_turn_a_little_and_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
