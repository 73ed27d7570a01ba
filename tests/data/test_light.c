/* Pictures in other light: formulas of data/light.h at points that can be said by hand, order, and grey. */
#include "../test.h"

#include "data/light.h"

static void known_points(void **state)
{
    (void)state;
    uint8_t to[3][256];
    th_light_tables(&(th_light){TH_LIGHT_STOPS, -1.0f}, to);
    assert_int_equal(to[0][255], 188); /* half of white's light is 0.7354 of its byte */
    assert_int_equal(to[1][0], 0);
    th_light_tables(&(th_light){TH_LIGHT_STOPS, 1.0f}, to);
    assert_int_equal(to[2][188], 255);
    th_light_tables(&(th_light){TH_LIGHT_CONTRAST, 0.5f}, to);
    assert_int_equal(to[0][0], 64);
    assert_int_equal(to[0][255], 191);
    th_light_tables(&(th_light){TH_LIGHT_GAMMA, 2.0f}, to);
    assert_int_equal(to[0][128], 64); /* (128 / 255)^2 255 = 64.25 */
}

static void none_changes_nothing(void **state)
{
    (void)state;
    const th_light none[] = {
        {TH_LIGHT_STOPS, 0.0f}, {TH_LIGHT_CONTRAST, 1.0f}, {TH_LIGHT_GAMMA, 1.0f}, {TH_LIGHT_KELVIN, 6504.0f}};
    uint8_t to[3][256];
    for (size_t k = 0; k < 4; k++) {
        th_light_tables(&none[k], to);
        for (int i = 0; i < 768; i++) assert_int_equal(to[i / 256][i % 256], i % 256);
    }
}

/* A lamp is yellow, the shade is blue, and the brightness (BT.709's Y of linear light) stays: tables rise. */
static void colours_of_light(void **state)
{
    (void)state;
    uint8_t lamp[3][256], shade[3][256];
    th_light_tables(&(th_light){TH_LIGHT_KELVIN, 2700.0f}, lamp);
    th_light_tables(&(th_light){TH_LIGHT_KELVIN, 10000.0f}, shade);
    assert_true(lamp[0][100] > 120 && lamp[2][100] < 60);
    assert_true(shade[0][100] < 100 && shade[2][100] > 110);
    for (int s = 0; s < TH_LIGHT_STEPS; s++) {
        th_light_tables(&th_light_steps[s], lamp);
        for (int c = 0; c < 3; c++)
            for (int i = 1; i < 256; i++) assert_true(lamp[c][i] >= lamp[c][i - 1]);
        assert_true(lamp[0][200] != 200 || lamp[2][200] != 200); /* each step does something */
    }
}

static void pixels_by_their_colour(void **state)
{
    (void)state;
    uint8_t to[3][256], x[6] = {1, 1, 1, 2, 2, 2};
    for (int i = 0; i < 768; i++) to[i / 256][i % 256] = (uint8_t)(i % 256 + 10 * (i / 256));
    th_light_apply((const uint8_t(*)[256])to, x, 2, 3, x);
    const uint8_t rgb[6] = {1, 11, 21, 2, 12, 22};
    assert_memory_equal(x, rgb, 6);
    th_light_apply((const uint8_t(*)[256])to, x, 6, 1, x);
    const uint8_t grey[6] = {11, 21, 31, 12, 22, 32};
    assert_memory_equal(x, grey, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_points),
        cmocka_unit_test(none_changes_nothing),
        cmocka_unit_test(colours_of_light),
        cmocka_unit_test(pixels_by_their_colour),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
