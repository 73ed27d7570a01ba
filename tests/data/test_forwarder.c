#include "../test.h"

#include "data/forwarder.h"

static th_line read_line(const char *text, double v[TH_FORWARDER_MOST], int32_t *n)
{
    th_forwarder f = {0};
    th_span s = {(const uint8_t *)text, strlen(text)};
    if (!th_forwarder_take(&f, &s) && !th_forwarder_rest(&f)) return TH_LINE_EMPTY;
    return th_forwarder_read(&f, v, n);
}

static void rows_in_all_their_forms(void **state)
{
    (void)state;
    static const char *const same[] = {"1.5,-2,3e2\n",       "1.5\t-2\t3e2\r\n",    "1.5 -2 3e2",
                                       " 1.5 , -2 , 3e2 \n", "1.5;-2;3e2;\n",       "1.5,-2,3e2,\n",
                                       "x:1.5,y:-2,z:300\n", "\n\r\n1.5,-2,+300\n", "1.5,-2, \t300\n"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        double v[TH_FORWARDER_MOST];
        int32_t n;
        assert_int_equal(read_line(same[i], v, &n), TH_LINE_ROW);
        assert_int_equal(n, 3);
        assert_true(v[0] > 1.49 && v[0] < 1.51 && v[1] < -1.99 && v[1] > -2.01 && v[2] > 299.9 && v[2] < 300.1);
    }
}

static void what_is_no_row(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        th_line line;
    } cases[] = {{"1,,3\n", TH_LINE_BROKEN},
                 {",1\n", TH_LINE_BROKEN},
                 {"1,nan,3\n", TH_LINE_BROKEN},
                 {"1,inf,3\n", TH_LINE_BROKEN},
                 {"1e31\n", TH_LINE_BROKEN},
                 {"0x10,2\n", TH_LINE_BROKEN},
                 {"1.2.3,4\n", TH_LINE_BROKEN},
                 {"1,2,x\n", TH_LINE_BROKEN},
                 {"--1\n", TH_LINE_BROKEN},
                 {"sensor is ready\n", TH_LINE_BROKEN},
                 {"ERR: no sensor\n", TH_LINE_ERROR},
                 {"<ERR>\n", TH_LINE_ERROR},
                 {"   \n", TH_LINE_EMPTY},
                 {"ax,ay,az\n", TH_LINE_NAMES},
                 {"time_ms\tx\ty\n", TH_LINE_NAMES},
                 {"light\n", TH_LINE_NAMES},
                 {"x,y,3\n", TH_LINE_BROKEN},
                 {"\xff\xfe\x01\n", TH_LINE_BROKEN},
                 {"123456789012345678901234567890123456789012\n", TH_LINE_BROKEN}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double v[TH_FORWARDER_MOST];
        int32_t n;
        if (read_line(cases[i].text, v, &n) != cases[i].line) fail_msg("%s", cases[i].text);
    }
}

static void names_of_channels(void **state)
{
    (void)state;
    th_forwarder f = {0};
    char name[TH_FORWARDER_NAME];
    const char text[] = "time_ms, acc.x ,a2\n";
    th_span s = {(const uint8_t *)text, sizeof text - 1};
    assert_true(th_forwarder_take(&f, &s));
    static const char *const want[] = {"time_ms", "acc.x", "a2", ""};
    for (int i = 0; i < 4; i++) {
        th_forwarder_name(&f, i, name);
        assert_string_equal(name, want[i]);
    }
}

static void too_many_and_too_long(void **state)
{
    (void)state;
    char text[8 * TH_FORWARDER_BYTES];
    double v[TH_FORWARDER_MOST];
    int32_t n;
    for (int i = 0; i < TH_FORWARDER_MOST + 1; i++) memcpy(text + 2 * i, "1,", 2);
    text[2 * TH_FORWARDER_MOST] = 0;
    assert_int_equal(read_line(text, v, &n), TH_LINE_ROW);
    assert_int_equal(n, TH_FORWARDER_MOST);
    text[2 * TH_FORWARDER_MOST] = '1';
    text[2 * TH_FORWARDER_MOST + 2] = 0;
    assert_int_equal(read_line(text, v, &n), TH_LINE_BROKEN);
    /* a line of 6 kB is told as broken again and again, its end is no row, and the next line is fine */
    memset(text, '1', 6 * TH_FORWARDER_BYTES);
    memcpy(text + 6 * TH_FORWARDER_BYTES, ",2\n3,4\n", 8);
    th_forwarder f = {0};
    th_span s = {(const uint8_t *)text, strlen(text)};
    int broken = 0, rows = 0;
    while (th_forwarder_take(&f, &s)) {
        const th_line line = th_forwarder_read(&f, v, &n);
        broken += line == TH_LINE_BROKEN;
        rows += line == TH_LINE_ROW;
    }
    assert_int_equal(broken, 6);
    assert_int_equal(rows, 1);
    assert_true(n == 2 && v[0] > 2.9 && v[0] < 3.1);
}

/* However the bytes are cut, the lines are the same. */
static void in_any_pieces(void **state)
{
    (void)state;
    const char text[] = "1,2\r\n\r\n3,4\nhello there\n5,6\n7,8";
    for (size_t piece = 1; piece < sizeof text; piece++) {
        th_forwarder f = {0};
        double v[TH_FORWARDER_MOST], sum = 0;
        int32_t n;
        int lines = 0;
        for (size_t at = 0; at < sizeof text - 1; at += piece) {
            const size_t left = sizeof text - 1 - at;
            th_span s = {(const uint8_t *)text + at, piece < left ? piece : left};
            while (th_forwarder_take(&f, &s)) {
                lines++;
                if (th_forwarder_read(&f, v, &n) == TH_LINE_ROW) sum += v[0] * v[1];
            }
        }
        assert_true(th_forwarder_rest(&f));
        assert_false(th_forwarder_rest(&f));
        assert_int_equal(th_forwarder_read(&f, v, &n), TH_LINE_ROW);
        assert_int_equal(lines, 4);
        assert_true(sum + v[0] * v[1] > 99.9 && sum + v[0] * v[1] < 100.1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(rows_in_all_their_forms), cmocka_unit_test(what_is_no_row),
                                       cmocka_unit_test(names_of_channels), cmocka_unit_test(too_many_and_too_long),
                                       cmocka_unit_test(in_any_pieces)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
