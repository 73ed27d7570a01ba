/* FlexBuffers maps: all kinds of numbers and widths, and every cut and every changed byte. */
#include "../test.h"

#include "fmt/flexbuf.h"

/* {"a": 7, "bc": -2, "d": true}, 1 byte wide, written by hand. */
static const uint8_t small[] = {'a',    0,      'b',     'c', 0,    'd', 0, /* 0: keys */
                                3,      8,      7,       5, /* 7: n, then distances to 0, 2, 5 from 8, 9, 10 */
                                3,      1,      3,       7,   0xfe, 1, /* 11: distance to 8, width, n, values */
                                1 << 2, 1 << 2, 26 << 2,               /* 17: types */
                                6,      9 << 2, 1};                    /* 20: root: distance to 14 */

/* {"k": indirect -70000 in 4 bytes, "u": 40000} with values of 2 bytes. */
static const uint8_t wide[] = {'k',        0,          'u',  0,          /* 0 */
                               0x90,       0xee,       0xfe, 0xff,       /* 4: -70000 */
                               2,          9,          8,                /* 8: n, distances from 9 and 10 */
                               0,                                        /* 11 */
                               3,          0,          1,    0,    2, 0, /* 12: distance to 9, width 1, n */
                               14,         0,          0x40, 0x9c,       /* 18: 18 - 14 = 4; 40000 */
                               6 << 2 | 2, 2 << 2 | 1,                   /* 22 */
                               6,          9 << 2 | 1, 1};               /* 24: root: distance to 18 */

static int32_t get(const uint8_t *p, size_t n, const char *key)
{
    th_flex_map m;
    int32_t v = 0;
    th_diag d = {0, ""};
    if (th_flex_map_open((th_span){p, n}, &m, &d) || th_flex_map_i32(&m, key, &v, &d)) fail_msg("%s: %s", key, d.msg);
    return v;
}

static void numbers(void **state)
{
    (void)state;
    assert_int_equal(get(small, sizeof small, "a"), 7);
    assert_int_equal(get(small, sizeof small, "bc"), -2);
    assert_int_equal(get(small, sizeof small, "d"), 1);
    assert_int_equal(get(wide, sizeof wide, "k"), -70000);
    assert_int_equal(get(wide, sizeof wide, "u"), 40000);
}

static void what_is_missing(void **state)
{
    (void)state;
    th_flex_map m;
    int32_t v;
    assert_int_equal(th_flex_map_open((th_span){small, sizeof small}, &m, NULL), TH_OK);
    assert_int_equal(m.n, 3);
    assert_int_equal(th_flex_map_i32(&m, "b", &v, NULL), TH_ENOENT); /* "bc" begins with it */
    assert_int_equal(th_flex_map_i32(&m, "bcd", &v, NULL), TH_ENOENT);
    assert_int_equal(th_flex_map_open((th_span){NULL, 0}, &m, NULL), TH_OK);
    assert_int_equal(th_flex_map_i32(&m, "a", &v, NULL), TH_ENOENT);
}

/* A value that is text, and one that does not fit. */
static void other_kinds(void **state)
{
    (void)state;
    uint8_t b[sizeof small];
    th_flex_map m;
    int32_t v;
    memcpy(b, small, sizeof b);
    b[17] = 5 << 2;
    assert_int_equal(th_flex_map_open((th_span){b, sizeof b}, &m, NULL), TH_OK);
    assert_int_equal(th_flex_map_i32(&m, "a", &v, NULL), TH_EFORMAT);
    uint8_t w[sizeof wide];
    memcpy(w, wide, sizeof w);
    w[22] = 7 << 2 | 2; /* -70000 as unsigned */
    assert_int_equal(th_flex_map_open((th_span){w, sizeof w}, &m, NULL), TH_OK);
    assert_int_equal(th_flex_map_i32(&m, "k", &v, NULL), TH_ERANGE);
    b[21] = 10 << 2; /* a vector */
    assert_int_equal(th_flex_map_open((th_span){b, sizeof b}, &m, NULL), TH_EFORMAT);
}

/* In memory of exactly its size, so that the sanitizers see every step outside. */
static void broken(const uint8_t *p, size_t n)
{
    static const char *const key[] = {"a", "bc", "d", "k", "u", ""};
    uint8_t *copy = malloc(n + 1);
    th_flex_map m;
    int32_t v;
    memcpy(copy + 1, p, n);
    if (th_flex_map_open((th_span){copy + 1, n}, &m, NULL) == TH_OK)
        for (size_t i = 0; i < sizeof key / sizeof *key; i++) (void)!th_flex_map_i32(&m, key[i], &v, NULL);
    free(copy);
}

static void every_cut_and_change(void **state)
{
    (void)state;
    const uint8_t *const from[] = {small, wide};
    const size_t n[] = {sizeof small, sizeof wide};
    for (int k = 0; k < 2; k++) {
        uint8_t b[64];
        th_flex_map m;
        memcpy(b, from[k], n[k]);
        for (size_t cut = 1; cut <= n[k]; cut++) broken(b, cut);
        for (size_t first = 1; first < n[k]; first++) broken(b + first, n[k] - first);
        for (size_t i = 0; i < n[k]; i++)
            for (int v = 0; v < 256; v++) {
                b[i] = (uint8_t)v;
                broken(b, n[k]);
                b[i] = from[k][i];
            }
        for (size_t cut = 1; cut < 3; cut++) assert_int_equal(th_flex_map_open((th_span){b, cut}, &m, NULL), TH_ETRUNC);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers),
        cmocka_unit_test(what_is_missing),
        cmocka_unit_test(other_kinds),
        cmocka_unit_test(every_cut_and_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
