#include "../test.h"

#include "base/rng.h"
#include "dsp/raster.h"

#include <math.h>

enum { SIDE = 64 };

static const th_raster_cfg whole = {32, 32, 256, {0, 0, 0, 0}};

static const uint8_t *pixel(const th_raster_cfg *c, const uint8_t *to, int32_t y, int32_t x)
{
    return to + (y * c->w + x) * 3;
}

static int is_black(const uint8_t *px)
{
    return !px[0] && !px[1] && !px[2];
}

static void assert_colour(const uint8_t *px, int r, int g, int b)
{
    assert_int_equal(px[0], r);
    assert_int_equal(px[1], g);
    assert_int_equal(px[2], b);
}

/* An L of three points: down in red, to the right in the colour of half the time, which is green. */
static void test_letter(void **state)
{
    (void)state;
    const th_point l[3] = {{100, 500}, {100, 100}, {500, 100}};
    uint8_t to[32 * 32 * 3];
    assert_int_equal(th_raster_stroke(&whole, l, 3, to), TH_OK);
    for (int32_t y = 0; y < 32; y++)
        for (int32_t x = 0; x < 32; x++) {
            if (y == 31)
                assert_colour(pixel(&whole, to, y, x), 0, 255, 0);
            else if (x == 0)
                assert_colour(pixel(&whole, to, y, x), 255, 0, 0);
            else
                assert_true(is_black(pixel(&whole, to, y, x)));
        }
}

/* ---- the picture in double, from the text of dsp/raster.h ---- */

typedef struct view {
    double x0, y0, sx, sy, mx, my; /* place = (x - x0) sx + mx, (y0 - y) sy + my */
} view;

static view plain_view(const th_raster_cfg *c, const th_point *p, int32_t n)
{
    double left = 1e9, right = -1e9, low = 1e9, high = -1e9;
    if (c->box.w > 0)
        return (view){c->box.left, c->box.low + c->box.h, (double)c->w / c->box.w, (double)c->h / c->box.h, 0.0, 0.0};
    for (int32_t i = 0; i < n; i++) {
        left = fmin(left, p[i].x);
        right = fmax(right, p[i].x);
        low = fmin(low, p[i].y);
        high = fmax(high, p[i].y);
    }
    double s = 1e9;
    if (right > left) s = (c->w - 1) / (right - left);
    if (high > low) s = fmin(s, (c->h - 1) / (high - low));
    if (right <= left && high <= low) s = 0.0;
    s *= c->part / 256.0;
    return (view){(left + right) / 2, (low + high) / 2, s, s, c->w / 2.0, c->h / 2.0};
}

/* t of lo .. hi where a + t d is between from and to. */
static void cut(double a, double d, double from, double to, double *lo, double *hi)
{
    if (d == 0.0) {
        if (a < from || a > to) *hi = -1.0;
        return;
    }
    *lo = fmax(*lo, fmin((from - a) / d, (to - a) / d));
    *hi = fmin(*hi, fmax((from - a) / d, (to - a) / d));
}

/* Does a line of the stroke go through the square around the middle of pixel (y, x)? */
static int is_crossed(const view *v, const th_point *p, int32_t n, double y, double x, double half)
{
    for (int32_t i = 1; i < n; i++) {
        double lo = 0.0, hi = 1.0;
        cut((p[i - 1].x - v->x0) * v->sx + v->mx, (p[i].x - p[i - 1].x) * v->sx, x + 0.5 - half, x + 0.5 + half, &lo,
            &hi);
        cut((v->y0 - p[i - 1].y) * v->sy + v->my, (p[i - 1].y - p[i].y) * v->sy, y + 0.5 - half, y + 0.5 + half, &lo,
            &hi);
        if (lo <= hi) return 1;
    }
    return 0;
}

/* Pixels are near a line of the stroke when they are drawn, and those that a line goes through the middle of are drawn.
 */
static void test_random_strokes(void **state)
{
    (void)state;
    static uint8_t to[SIDE * SIDE * 3];
    th_rng rng = th_rng_make(9, 0);
    for (int round = 0; round < 400; round++) {
        th_point p[40];
        const int32_t n = 2 + (int32_t)th_rng_below(&rng, 38);
        const uint32_t spread = 1u << (1 + th_rng_below(&rng, 16));
        th_raster_cfg c = {1 + (int32_t)th_rng_below(&rng, SIDE),
                           1 + (int32_t)th_rng_below(&rng, SIDE),
                           round % 3 ? 256 : 100,
                           {0, 0, 0, 0}};
        for (int32_t i = 0; i < n; i++) {
            p[i].x = (int16_t)((int32_t)th_rng_below(&rng, spread) - (int32_t)(spread / 2));
            p[i].y = (int16_t)((int32_t)th_rng_below(&rng, spread) - (int32_t)(spread / 2));
        }
        if (round % 5 == 0) {
            c.box.left = -(int32_t)(spread / 2), c.box.low = -(int32_t)(spread / 4);
            c.box.w = (int32_t)(spread < 4096 ? 4096 : spread < 65536 ? spread : 65535);
            c.box.h = (int32_t)(spread < 8192 ? 4096 : spread / 2);
        }
        assert_int_equal(th_raster_stroke(&c, p, n, to), TH_OK);
        const view v = plain_view(&c, p, n);
        for (int32_t y = 0; y < c.h; y++)
            for (int32_t x = 0; x < c.w; x++) {
                const uint8_t *px = pixel(&c, to, y, x);
                if (!is_black(px)) assert_true(is_crossed(&v, p, n, y, x, 0.505));
                if (is_crossed(&v, p, n, y, x, 0.0)) assert_false(is_black(px));
                if (!is_black(px)) assert_true(px[0] + px[1] + px[2] == 255 && (px[0] == 0 || px[2] == 0));
            }
    }
}

/* Colours of a line that goes to the right in n equal steps. */
static void test_colours(void **state)
{
    (void)state;
    static uint8_t to[3 * SIDE * 3];
    const th_raster_cfg c = {3, SIDE, 256, {0, 0, 0, 0}};
    th_point p[SIDE];
    for (int32_t i = 0; i < SIDE; i++) p[i] = (th_point){(int16_t)(i * 10), 7};
    assert_int_equal(th_raster_stroke(&c, p, SIDE, to), TH_OK);
    for (int32_t i = 0; i + 1 < SIDE; i++) { /* a pixel is covered by the line that begins in it */
        const double t = i / (SIDE - 1.0);
        const int k = (int)floor(255.0 * (t < 0.5 ? 2.0 * t : 2.0 * t - 1.0) + 0.5);
        if (t < 0.5)
            assert_colour(pixel(&c, to, 1, i), 255 - k, k, 0);
        else
            assert_colour(pixel(&c, to, 1, i), 0, 255 - k, k);
    }
}

static void test_one_place(void **state)
{
    (void)state;
    const th_point same[3] = {{-32768, 32767}, {-32768, 32767}, {-32768, 32767}};
    uint8_t to[32 * 32 * 3];
    for (int32_t n = 1; n <= 3; n += 2) {
        int32_t drawn = 0;
        assert_int_equal(th_raster_stroke(&whole, same, n, to), TH_OK);
        for (int32_t i = 0; i < 32 * 32; i++) drawn += !is_black(to + 3 * i);
        assert_int_equal(drawn, 1);
    }
    assert_int_equal(th_raster_stroke(&whole, same, 1, to), TH_OK);
    assert_colour(pixel(&whole, to, 16, 16), 255, 0, 0);
}

/* The whole range of points; a box that shows a small part of it, and boxes that show nothing. */
static void test_far(void **state)
{
    (void)state;
    static uint8_t to[SIDE * SIDE * 3];
    const th_point p[4] = {
        {-32768, -32768}, {32767, 32767}, {32767, -32768}, {-32768, 32767}}; /* the right side is outside */
    const th_point q[4] = {{-32768, -32768}, {32767, -32768}, {32767, -1}, {-32768, -1}};
    const int32_t boxes[][4] = {{-32768, -32768, 65535, 65535},
                                {-2048, -2048, 4096, 4096},
                                {32768, 32768, 4096, 65535},
                                {-32768, 0, 4096, 4096}};
    static const int32_t least[] = {2 * SIDE - 5, 2 * SIDE - 5, 0, 0}, most[] = {2 * SIDE, 2 * SIDE, 0, 0};
    for (size_t i = 0; i < 4; i++) {
        const th_raster_cfg c = {SIDE, SIDE, 256, {boxes[i][0], boxes[i][1], boxes[i][2], boxes[i][3]}};
        int32_t drawn = 0;
        assert_int_equal(th_raster_stroke(&c, i < 2 ? p : q, 4, to), TH_OK);
        for (int32_t k = 0; k < SIDE * SIDE; k++) drawn += !is_black(to + 3 * k);
        assert_in_range(drawn, least[i], most[i]);
    }
    const th_raster_cfg large = {TH_RASTER_SIDE, TH_RASTER_SIDE, 256, {0, 0, 0, 0}};
    uint8_t *all = malloc((size_t)TH_RASTER_SIDE * TH_RASTER_SIDE * 3);
    assert_int_equal(th_raster_stroke(&large, p, 4, all), TH_OK);
    for (int32_t k = 0; k < TH_RASTER_SIDE; k++) assert_false(is_black(pixel(&large, all, TH_RASTER_SIDE - 1 - k, k)));
    free(all);
}

static void test_refused(void **state)
{
    (void)state;
    uint8_t to[32 * 32 * 3];
    const th_point p[1] = {{0, 0}};
    assert_int_equal(th_raster_stroke(&whole, p, 0, to), TH_ERANGE);
    assert_int_equal(th_raster_stroke(&whole, p, TH_RASTER_POINTS + 1, to), TH_ERANGE);
    for (int i = 0; i < 6; i++) {
        th_raster_cfg c = whole;
        if (i == 0) c.h = 0;
        if (i == 1) c.w = TH_RASTER_SIDE + 1;
        if (i == 2) c.part = 0;
        if (i == 3) c.part = 257;
        if (i == 4) c.box.w = -1;
        if (i == 5) c.box.w = c.box.h = TH_RASTER_BOX - 1;
        assert_int_equal(th_raster_stroke(&c, p, 1, to), TH_ERANGE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_letter),  cmocka_unit_test(test_random_strokes),
        cmocka_unit_test(test_colours), cmocka_unit_test(test_one_place),
        cmocka_unit_test(test_far),     cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
