/* Sine and cosine rounded right: as the C library's to a unit in the last place, and the same entries in every table
 * that is made of them (halves, where a unit decides, included). */
#include "../test.h"

#include "base/sincos.h"

#include <math.h>

#define PI 3.14159265358979323846

static void same(double a, double b)
{
    assert_true(fabs(a - b) <= 2.3e-16 * fmax(fabs(a), 1e-30));
    assert_true((float)a == (float)b);
    for (int sign = -1; sign <= 1; sign += 2) {
        assert_true(floor(0.5 + 32767 * (sign * a)) == floor(0.5 + 32767 * (sign * b)));
        assert_true(floor(0.5 + 2147483647 * (sign * a)) == floor(0.5 + 2147483647 * (sign * b)));
    }
}

static void angles_of_tables(void **state)
{
    (void)state;
    for (int h = 2; h <= 1024; h++) {
        int rest = h;
        while (rest % 2 == 0) rest /= 2;
        while (rest % 3 == 0) rest /= 3;
        while (rest % 5 == 0) rest /= 5;
        if (rest != 1) continue;
        for (int k = 0; k < h; k++) {
            double s, c;
            const double w = -2 * PI * k / h, v = -PI * ((double)(k + 1) / h + 0.5);
            th_sincos_rounded(w, &s, &c);
            same(s, sin(w));
            same(c, cos(w));
            th_sincos_rounded(v, &s, &c);
            same(s, sin(v));
            same(c, cos(v));
        }
    }
}

/* Where most digits cancel: the doubles next to multiples of pi/2. */
static void near_zeros(void **state)
{
    (void)state;
    for (int n = -5; n <= 5; n++) {
        double s, c;
        const double x = n * PI / 2;
        th_sincos_rounded(x, &s, &c);
        assert_true(fabs(s - sin(x)) <= 1e-15 * fabs(sin(x)));
        assert_true(fabs(c - cos(x)) <= 1e-15 * fabs(cos(x)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(angles_of_tables), cmocka_unit_test(near_zeros)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
