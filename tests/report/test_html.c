#include "page.h"

#include "report/html.h"
#include "report/picture.h"
#include "report/svg.h"

static void foreign_text_cannot_become_markup(void **state)
{
    (void)state;
    th_html h = {0};
    th_html_text(&h, "<script>alert(\"&'\")</script>");
    assert_string_equal(h.text, "&lt;script&gt;alert(&quot;&amp;&#39;&quot;)&lt;/script&gt;");
    th_html_free(&h);
    th_html_name(&h, "\xd9\x86\xd8\xb9\xd9\x85");
    assert_string_equal(h.text, "<bdi>\xd9\x86\xd8\xb9\xd9\x85</bdi>");
    th_html_free(&h);
}

/* Control characters, a lone continuation byte, an overlong '/', a surrogate, a cut character. */
static void bad_utf8_becomes_the_replacement_character(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "\x01", "\n", "\x7f", "\x80", "\xc0\xaf", "\xed\xa0\x80", "\xe2\x82", "\xf5\x80\x80\x80", "\xc2\x85"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        th_html h = {0};
        th_html_text(&h, bad[i]);
        assert_int_equal(h.n, 3 * strlen(bad[i]));
        assert_memory_equal(h.text, "\xef\xbf\xbd", 3);
        th_html_free(&h);
    }
    th_html h = {0};
    th_html_text(&h, "\xf0\x9f\x8e\xa4 \xed\x9f\xbf \xf4\x8f\xbf\xbf");
    assert_string_equal(h.text, "\xf0\x9f\x8e\xa4 \xed\x9f\xbf \xf4\x8f\xbf\xbf");
    th_html_free(&h);
}

/* RFC 4648, section 10. */
static void base64_test_vectors(void **state)
{
    (void)state;
    static const char *const vector[][2] = {{"", ""},
                                            {"f", "Zg=="},
                                            {"fo", "Zm8="},
                                            {"foo", "Zm9v"},
                                            {"foob", "Zm9vYg=="},
                                            {"fooba", "Zm9vYmE="},
                                            {"foobar", "Zm9vYmFy"}};
    for (size_t i = 0; i < sizeof vector / sizeof *vector; i++) {
        th_html h = {0};
        th_html_put(&h, "");
        th_html_base64(&h, (const uint8_t *)vector[i][0], strlen(vector[i][0]));
        assert_string_equal(h.text, vector[i][1]);
        th_html_free(&h);
    }
}

static void numbers_for_people(void **state)
{
    (void)state;
    th_html h = {0};
    th_html_count(&h, 1234567);
    th_html_put(&h, " ");
    th_html_count(&h, 999);
    th_html_put(&h, " ");
    th_html_percent(&h, 0.5);
    th_html_percent(&h, -1.0);
    assert_string_equal(h.text, "1\xe2\x80\xaf"
                                "234\xe2\x80\xaf"
                                "567 999 50.0\xe2\x80\xaf%-");
    th_html_free(&h);
    assert_true(th_svg_tick(100.0, 4) == 50.0);
    assert_true(th_svg_tick(1.0, 5) == 0.2);
    assert_true(th_svg_tick(0.0, 4) == 1.0);
}

/* A 2x2 picture, byte for byte: signature, IHDR, palette, one stored block with its checksums. */
static void png_has_the_right_bytes(void **state)
{
    (void)state;
    const float value[4] = {0.0f, 1.0f, 2.0f, -1.0f};
    th_html h = {0};
    th_picture_grid(&h, value, 2, 2, "a \"b\"");
    assert_non_null(strstr(h.text, "<img alt=\"a &quot;b&quot;\" width=\"2\" height=\"2\" "
                                   "src=\"data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAMAAAB"));
    /* IEND with its CRC, as in every PNG */
    assert_non_null(strstr(h.text, "RK5CYII=\"/>"));
    assert_null(page_broken_at(h.text));
    th_html_free(&h);
}

static void chart_survives_odd_values(void **state)
{
    (void)state;
    const double x[3] = {1, 2, 3}, y[3] = {0.5, 1.0 / 0.0, -5.0};
    const th_series s = {"main", y};
    const th_chart c = {
        .alt = "<odd>", .y_low = 0, .y_high = 1, .x = x, .n = 3, .mark = 2, .mark_text = "kept", .x_text = "epoch"};
    th_html h = {0};
    th_svg_chart(&h, &c, &s, 1);
    assert_null(page_broken_at(h.text));
    assert_null(strstr(h.text, "inf"));
    assert_null(strstr(h.text, "nan"));
    th_html_free(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(foreign_text_cannot_become_markup),
        cmocka_unit_test(bad_utf8_becomes_the_replacement_character),
        cmocka_unit_test(base64_test_vectors),
        cmocka_unit_test(numbers_for_people),
        cmocka_unit_test(png_has_the_right_bytes),
        cmocka_unit_test(chart_survives_odd_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
