#include "../test.h"

#include "base/text.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(formats_like_printf)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
