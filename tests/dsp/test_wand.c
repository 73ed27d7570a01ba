#include "../test.h"

#include "base/rng.h"
#include "dsp/wand.h"

#include <math.h>

#define PI 3.14159265358979323846

enum { RATE = 100, G = 8192 };

/* 0.07 degrees a second per unit, as an LSM9DS1 at 2000 degrees a second */
static th_wand_cfg lsm9ds1(void)
{
    const double turn = 0.07 * PI / 180.0 / RATE * 1073741824.0;
    return (th_wand_cfg){(int32_t)(turn + 0.5), G, 1, 8, 60};
}

/* ---- a hand in double ---- */

/* Rotation of the wand: to the left by yaw, up by pitch, around itself by roll; columns are its axes in the room. */
static void rotation(double yaw, double pitch, double roll, double m[3][3])
{
    const double cy = cos(yaw), sy = sin(yaw), cp = cos(pitch), sp = sin(pitch), cr = cos(roll), sr = sin(roll);
    const double of[3][3] = {{cy * cp, -sy * cr - cy * sp * sr, sy * sr - cy * sp * cr},
                             {sy * cp, cy * cr - sy * sp * sr, -cy * sr - sy * sp * cr},
                             {sp, cp * sr, cp * cr}};
    memcpy(m, of, sizeof of);
}

static void pose(double t, double m[3][3])
{
    const double s = t < 2.0 ? 0.0 : t - 2.0; /* two seconds of rest */
    rotation(0.5 * sin(2.0 * PI * s), 0.4 - 0.4 * cos(2.0 * PI * s), 0.6 * sin(3.4 * PI * s), m);
}

/* The turn from a to b, as b's own axes see it: radians around each. */
static void turn_between(double a[3][3], double b[3][3], double by[3])
{
    double d[3][3];
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++) d[i][k] = a[0][i] * b[0][k] + a[1][i] * b[1][k] + a[2][i] * b[2][k];
    const double c = fmin(1.0, (d[0][0] + d[1][1] + d[2][2] - 1.0) / 2.0), angle = acos(c);
    const double f = angle < 1e-9 ? 0.5 : angle / (2.0 * sin(angle));
    by[0] = f * (d[2][1] - d[1][2]);
    by[1] = f * (d[0][2] - d[2][0]);
    by[2] = f * (d[1][0] - d[0][1]);
}

static int16_t whole(double v)
{
    return (int16_t)floor(v + 0.5);
}

/* Rows of the sensor at row i; drift: units beside 0; jerk: g of acceleration by the hand. */
static void sense(int i, double drift, double jerk, int16_t accel[3], int16_t gyro[3])
{
    double before[3][3], now[3][3], by[3];
    const double unit = lsm9ds1().turn / 1073741824.0;
    pose((i - 1.0) / RATE, before);
    pose(i / (double)RATE, now);
    turn_between(before, now, by);
    for (int k = 0; k < 3; k++) {
        gyro[k] = whole(by[k] / unit + drift * (k + 1));
        accel[k] = whole(G * (now[2][k] + jerk * sin(i * 0.9 + k)));
    }
}

/* Farthest that the points of three circles are from the truth, in sines. */
static double farthest(double drift, double jerk, int rows)
{
    th_wand w;
    const th_wand_cfg cfg = lsm9ds1();
    double worst = 0.0;
    assert_int_equal(th_wand_init(&w, &cfg), TH_OK);
    for (int i = 0; i < rows; i++) {
        int16_t accel[3], gyro[3];
        double m[3][3];
        sense(i, drift, i < 2 * RATE ? 0.0 : jerk, accel, gyro);
        if (i == 2 * RATE) th_wand_begin(&w); /* the stroke, from where it points now */
        const th_point p = th_wand_row(&w, accel, gyro);
        pose(i / (double)RATE, m);
        if (i < 2 * RATE) continue;
        worst = fmax(worst, fabs(p.x / 8192.0 + m[1][0])); /* to the right is -y of the room */
        worst = fmax(worst, fabs(p.y / 8192.0 - m[2][0]));
    }
    return worst;
}

static void test_circles(void **state)
{
    (void)state;
    const double quiet = farthest(0.0, 0.0, 5 * RATE), drift = farthest(10.0, 0.0, 5 * RATE),
                 jerk = farthest(0.0, 0.4, 5 * RATE), all = farthest(10.0, 0.4, 5 * RATE);
    printf("three circles: at most %.4f from the truth, %.4f with drift, %.4f with jerks, %.4f with both\n", quiet,
           drift, jerk, all);
    assert_true(quiet < 0.005);
    assert_true(drift < 0.015);
    assert_true(jerk < 0.03);
    assert_true(all < 0.03);
}

/* Every axis can be the tip. */
static void test_tips(void **state)
{
    (void)state;
    for (int tip = -3; tip <= 3; tip++) {
        th_wand w;
        th_wand_cfg cfg = lsm9ds1();
        const int axis = abs(tip) - 1, side = tip < 0 ? -1 : 1;
        int16_t accel[3] = {0}, gyro[3] = {0};
        cfg.tip = tip;
        if (!tip) continue;
        assert_int_equal(th_wand_init(&w, &cfg), TH_OK);
        const int up = (axis + 1) % 3, across = (axis + 2) % 3;
        accel[up] = G;
        th_point p = th_wand_row(&w, accel, gyro);
        assert_true(p.x == 0 && p.y == 0);
        /* Around up, against the clock as seen from above: the tip goes to the left, whichever axis it is. */
        gyro[up] = 1000;
        for (int i = 0; i < 20; i++) p = th_wand_row(&w, accel, gyro);
        assert_true(p.x < -1500 && abs(p.y) < 20);
        /* Around the axis across: the tip goes up or down. */
        assert_int_equal(th_wand_init(&w, &cfg), TH_OK);
        (void)th_wand_row(&w, accel, (const int16_t[3]){0, 0, 0});
        gyro[up] = 0;
        gyro[across] = (int16_t)(1000 * side);
        accel[up] = 2 * G; /* shaken: gravity is not looked at */
        for (int i = 0; i < 20; i++) p = th_wand_row(&w, accel, gyro);
        assert_true(abs(p.x) < 20 && p.y > 1500);
    }
}

/* Nothing that a sensor can say leaves the numbers (run with UBSan). */
static void test_anything(void **state)
{
    (void)state;
    th_rng rng = th_rng_make(4, 0);
    for (int round = 0; round < 200; round++) {
        th_wand w;
        th_wand_cfg cfg = {round % 3 ? INT32_MAX : 13118, round % 2 ? 64 : 32767, 1 + round % 3, 2 + round % 11,
                           round % 5 ? 32767 : 0};
        assert_int_equal(th_wand_init(&w, &cfg), TH_OK);
        for (int i = 0; i < 50; i++) {
            int16_t row[6];
            for (int k = 0; k < 6; k++) {
                const uint32_t v = th_rng_below(&rng, 65536 + 4);
                row[k] = (int16_t)(v < 65536 ? (int32_t)v - 32768 : v < 65538 ? -32768 : 32767);
                if (round % 7 == 0) row[k] = i % 2 ? -32768 : 0;
            }
            const th_point p = th_wand_row(&w, row, row + 3);
            assert_in_range(p.x + 8200, 0, 16400);
            assert_in_range(p.y + 8200, 0, 16400);
            if (i % 9 == 0) th_wand_begin(&w);
        }
    }
}

static void test_refused(void **state)
{
    (void)state;
    for (int i = 0; i < 9; i++) {
        th_wand w;
        th_wand_cfg c = lsm9ds1();
        if (i == 0) c.turn = 0;
        if (i == 1) c.g = 63;
        if (i == 2) c.g = 32768;
        if (i == 3) c.tip = 0;
        if (i == 4) c.tip = -4;
        if (i == 5) c.settle = 1;
        if (i == 6) c.settle = 13;
        if (i == 7) c.still = -1;
        if (i == 8) c.still = 32768;
        assert_int_equal(th_wand_init(&w, &c), TH_ERANGE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_circles),
        cmocka_unit_test(test_tips),
        cmocka_unit_test(test_anything),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
