#include "../test.h"

#include "base/rng.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void formats_like_printf(void **state)
{
    (void)state;
    char buf[64];
    assert_int_equal(th_text_fmt(buf, sizeof buf, "%d|%05d|%3u|%x|%s|%c|%%|%zu|%lld", -7, -42, 5u, 255u, "ab", 'z',
                                 (size_t)9, -5000000000ll),
                     36);
    assert_string_equal(buf, "-7|-0042|  5|ff|ab|z|%|9|-5000000000");
    assert_int_equal(th_text_fmt(buf, 4, "%s", "abcdef"), 6);
    assert_string_equal(buf, "abc");
    assert_int_equal(th_text_fmt(buf, sizeof buf, "%.*s", 2, "abcdef"), 2);
    char *two = malloc(2); /* a sanitizer sees whether what is behind them is read */
    memcpy(two, "ab", 2);
    assert_int_equal(th_text_fmt(buf, sizeof buf, "%.*s", 2, two), 2);
    free(two);
    assert_string_equal(buf, "ab");
    assert_int_equal(th_text_fmt(buf, sizeof buf, "%.3s|", "abcdef"), 4);
    assert_string_equal(buf, "abc|");
}

/* Numbers of all sizes against the C library's. */
static void numbers_are_those_of_printf(void **state)
{
    static const double some[] = {0,      1,          -1,     0.5,     0.1,     100,       123456,   1234567,  999999.7,
                                  0.0001, 0.00001234, 1e30,   3e-30,   16000,   0.9999,    9.999999, 1e6,      12.5,
                                  -0.25,  2.5e-5,     1e-300, 1.7e308, 1.0 / 3, 2.0 / 3e5, HUGE_VAL, -HUGE_VAL};
    char ours[80], theirs[80];
    th_rng r = th_rng_make(1, 1);
    (void)state;
    for (size_t i = 0; i < sizeof some / sizeof *some + 20000; i++) {
        const double v = i < sizeof some / sizeof *some
                             ? some[i]
                             : (double)th_rng_normal(&r) * exp((double)th_rng_range(&r, -30, 30));
        th_text_fmt(ours, sizeof ours, "%g|%.3g|%.9g|%d", v, v, v, 7);
        snprintf(theirs, sizeof theirs, "%g|%.3g|%.9g|%d", v, v, v, 7);
        assert_string_equal(ours, theirs);
        if (i < sizeof some / sizeof *some || !(fabs(v) < 1e5)) continue; /* halves go away from 0 here */
        th_text_fmt(ours, sizeof ours, "%.1f|%.4f|%f|%d", v, v, v, 7);
        snprintf(theirs, sizeof theirs, "%.1f|%.4f|%f|%d", v, v, v, 7);
        assert_string_equal(ours, theirs);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(formats_like_printf),
                                       cmocka_unit_test(numbers_are_those_of_printf)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
