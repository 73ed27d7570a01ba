/* Recipes and answers, drawn values, bars, and what a learner's C file may not have. */
#include "course/lab_guard.h"
#include "course/lab_priv.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static th_span span(const char *text)
{
    return (th_span){(const uint8_t *)text, strlen(text)};
}

/* ---- recipes ---- */

static void lines_become_sections(void **state)
{
    (void)state;
    th_lab_ini ini;
    const char *text =
        "top = 1\r\n[lab]\n# a comment\nedit = step.c, a.txt   # which\n\n[number loss]\nask = How much\n"
        "  is it?\n# between\n  Really.\nunit = m\nmistake = /a: one\nmistake = /b: two # 2\n[c]\n";
    assert_int_equal(th_lab_ini_read(span(text), "lab.ini", true, &ini, NULL), TH_OK);
    assert_int_equal(ini.n, 4);
    assert_string_equal(th_lab_get(&ini.section[0], "top"), "1");
    assert_string_equal(th_lab_get(th_lab_ini_find(&ini, "lab", NULL), "edit"), "step.c, a.txt");
    const th_lab_section *s = th_lab_ini_find(&ini, "number", "loss");
    assert_non_null(s);
    assert_string_equal(th_lab_get(s, "ask"), "How much is it? Really.");
    assert_string_equal(s->entry[3].value, "/b: two");
    assert_int_equal(s->entry[3].line, 13);
    assert_null(th_lab_get(s, "is"));
    assert_string_equal(ini.section[3].name, "");
    th_lab_ini_free(&ini);
    /* of answers " #" is a part */
    assert_int_equal(th_lab_ini_read(span("a = no 5 # five\n"), "answers.ini", false, &ini, NULL), TH_OK);
    assert_string_equal(th_lab_get(&ini.section[0], "a"), "no 5 # five");
    th_lab_ini_free(&ini);
}

static void what_is_no_line_is_refused(void **state)
{
    (void)state;
    th_lab_ini ini;
    th_why why = {0};
    assert_int_equal(th_lab_ini_read(span("a = 1\n\n  b\n"), "lab.ini", true, &ini, &why), TH_EFORMAT);
    assert_non_null(strstr(why.text, "lab.ini, line 3"));
    th_lab_ini_free(&ini);
    assert_int_equal(th_lab_ini_read(span("[ ]\n"), "x", true, &ini, NULL), TH_EFORMAT);
    th_lab_ini_free(&ini);
    assert_int_equal(th_lab_ini_read((th_span){(const uint8_t *)"a\0=1", 4}, "x", true, &ini, NULL), TH_EFORMAT);
    th_lab_ini_free(&ini);
}

/* ---- values ---- */

static void a_seed_draws_the_same_again(void **state)
{
    (void)state;
    char a[TH_DRAWN_BYTES], b[TH_DRAWN_BYTES];
    int seen[5] = {0};
    for (uint64_t seed = 1; seed <= 200; seed++) {
        assert_int_equal(th_draw_grid(0.5, 2.5, 0.5, seed, "rule/x/lab", "w", a, NULL), TH_OK);
        assert_int_equal(th_draw_grid(0.5, 2.5, 0.5, seed, "rule/x/lab", "w", b, NULL), TH_OK);
        assert_string_equal(a, b);
        const double v = strtod(a, NULL);
        assert_int_equal(strlen(a), 3);
        seen[(int)(v / 0.5 + 0.5) - 1]++;
    }
    for (int i = 0; i < 5; i++) assert_in_range(seen[i], 20, 65);
    assert_int_equal(th_draw_grid(1, 0, 1, 1, "p", "w", a, NULL), TH_EUSAGE);
    assert_int_equal(th_draw_grid(0, 1, 0, 1, "p", "w", a, NULL), TH_EUSAGE);
}

static void values_stand_in_texts(void **state)
{
    (void)state;
    th_values v = {0};
    char *text;
    assert_int_equal(th_values_set(&v, "w", "1.5", NULL), TH_OK);
    assert_int_equal(th_values_set(&v, "w", "2", NULL), TH_OK);
    assert_int_equal(th_values_fill(&v, "a [[w]][[w]] [[b]] [[w", false, &text, NULL), TH_OK);
    assert_string_equal(text, "a 22 [[b]] [[w");
    free(text);
    assert_int_equal(th_values_fill(&v, "[[b]]", true, &text, NULL), TH_EFORMAT);
    th_values_free(&v);
}

static void words_are_those_of_a_shell(void **state)
{
    (void)state;
    th_words w;
    assert_int_equal(th_words_split(" data  list 'a b' \"c\\\"d\" e\\ f ''", &w, NULL), TH_OK);
    const char *const want[] = {"data", "list", "a b", "c\"d", "e f", ""};
    assert_int_equal(w.n, 6);
    for (size_t i = 0; i < w.n; i++) assert_string_equal(w.word[i], want[i]);
    assert_true(th_words_are(&w, (const char *const[]){"calc", "data list", NULL}));
    assert_false(th_words_are(&w, (const char *const[]){"data", "data listing", "dat", NULL}) &&
                 !th_words_are(&w, (const char *const[]){"data", NULL}));
    th_words_free(&w);
    assert_int_equal(th_words_split("a 'b", &w, NULL), TH_EFORMAT);
    th_words_free(&w);
}

static void values_out_of_json(void **state)
{
    (void)state;
    double x;
    json_t *o = json_loads("{\"a\": {\"b\": [1, 2.5]}, \"c/d\": 4, \"t\": \"5\", \"y\": true}", 0, NULL);
    assert_int_equal(th_value_of(o, "/a/b/1 * 2 + 1", &x, NULL), TH_OK);
    assert_true(fabs(x - 6) < 1e-12);
    assert_int_equal(th_value_of(o, "/c~1d", &x, NULL), TH_OK);
    assert_true(fabs(x - 4) < 1e-12);
    assert_int_equal(th_value_of(o, "/y", &x, NULL), TH_OK);
    assert_true(fabs(x - 1) < 1e-12);
    assert_int_equal(th_value_of(NULL, "1e3 - 1", &x, NULL), TH_OK);
    assert_true(fabs(x - 999) < 1e-12);
    static const char *const none[] = {"/a", "/t", "/a/b/2", "/a/b/-1", "two", "1 ^ 2", "1 *", ""};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        assert_int_equal(th_value_of(o, none[i], &x, NULL), TH_EFORMAT);
    json_decref(o);
}

static void numbers_as_people_write_them(void **state)
{
    (void)state;
    static const struct {
        const char *text, *unit;
        bool good;
        double value;
    } t[] = {{"3,5", NULL, true, 3.5},    {"12 000", NULL, true, 12000}, {"-1.5e3", NULL, true, -1500},
             {"7 days", "days", true, 7}, {"7days", "days", true, 7},    {"7 hours", "days", false, 0},
             {"1 2 3", NULL, true, 123},  {"", NULL, false, 0},          {"nan", NULL, false, 0},
             {"1e999", NULL, false, 0},   {"five", NULL, false, 0},      {"0.5 %", "%", true, 0.5}};
    for (size_t i = 0; i < sizeof t / sizeof t[0]; i++) {
        double x = 0;
        assert_int_equal(th_lab_read_number(t[i].text, t[i].unit, &x), t[i].good);
        if (t[i].good) assert_true(fabs(x - t[i].value) < 1e-9);
    }
    assert_int_equal(th_lab_words("One, two - three\xC3\xA9 4 .. !"), 4);
}

/* ---- bars ---- */

static th_err held(const char *bar, const char *runs)
{
    th_lab_line line = {(char *)(uintptr_t) "runs", (char *)(uintptr_t)runs, 1};
    const th_lab_section s = {.entry = &line, .n = 1};
    const th_lab_prop p = {.own = &s};
    th_lab_bar b;
    if (th_lab_bar_read(bar, &b, NULL)) return TH_EUSAGE;
    return th_lab_bar_check(&p, "runs", &b, NULL);
}

static void a_bar_is_set_from_runs(void **state)
{
    (void)state;
    assert_int_equal(held(">= 0.85", "0.91 0.93 0.9 0.92 0.94"), TH_OK);
    assert_int_equal(held(">= 0.895", "0.91 0.93 0.9 0.92 0.94"), TH_EFORMAT); /* too near */
    assert_int_equal(held(">= 0.92", "0.91 0.93 0.9 0.92 0.94"), TH_EFORMAT);  /* missed by some */
    assert_int_equal(held(">= 0.5", "0.91 0.93 0.9 0.92"), TH_EFORMAT);        /* too few */
    assert_int_equal(held("<= 3", "1 1 2 0 1"), TH_OK);
    assert_int_equal(held("0..1", "0.4 0.5 0.6 0.5 0.5"), TH_OK);
    assert_int_equal(held("0.9", "1 1 1 1 1"), TH_EUSAGE);
}

/* ---- C files ---- */

static bool may(const char *text)
{
    static const char *const names[] = {"math.h", "nudge.h", NULL};
    th_why why = {0};
    const th_err err = th_lab_guard_source(span(text), "step.c", names, &why);
    assert_true(err == TH_OK || (err == TH_EFORMAT && strstr(why.text, "step.c, line ")));
    return err == TH_OK;
}

static void includes_are_looked_at_before_a_compiler_reads_them(void **state)
{
    (void)state;
    assert_true(
        may("#include <math.h>\n# include \"nudge.h\"\nint a; // #include <x>\nchar *s = \"\\\n#include <x>\";\n"));
    assert_true(may("/*\n#include \"/etc/passwd\"\n*/ int a;\n#if 0\n#endif\n"));
    static const char *const never[] = {
        "#include </etc/passwd>\n",
        "#include \"../../secret.h\"\n",
        "  #  include<stdio.h>\n",
        "/**/#include \"/dev/zero\"\n",
        "#inc\\\nlude \"/dev/zero\"\n",
        "#inc\\  \nlude \"/dev/zero\"\n",
        "%:include \"/dev/zero\"\n",
        "?\?=include \"/dev/zero\"\n",
        "#define P \"/etc/passwd\"\n#include P\n",
        "#include_next <math.h>\n",
        "#pragma GCC dependency \"/etc/passwd\"\n",
        "#line 3 \"x\"\n",
        "#if __has_include(\"/etc/passwd\")\n#endif\n",
        "char q = '\"';\n#include \"/etc/passwd\"\n",
        "char *s = \"/*\";\n#include \"/etc/passwd\"\n",
        "int a; /\\\n/ a comment \\\n still one\n#include \"/etc/passwd\"\n",
    };
    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++)
        if (may(never[i])) fail_msg("it may include: %s", never[i]);
}

static void what_a_macro_makes_is_looked_at(void **state)
{
    (void)state;
    static const char *const from[] = {"../include/", NULL};
    const char *good =
        "# 1 \"step.c\"\n# 1 \"../include/math.h\" 1\n__attribute__((x)) int f(void);\n# 2 \"step.c\" 2\n"
        "char *s = \"__asm__\"; int asmus;\n";
    assert_int_equal(th_lab_guard_expanded(span(good), "step.c", from, NULL), TH_OK);
    th_why why = {0};
    const char *bad = "# 1 \"step.c\"\n\nint a;\n  __asm__(\"bkpt\");\n";
    assert_int_equal(th_lab_guard_expanded(span(bad), "step.c", from, &why), TH_EFORMAT);
    assert_non_null(strstr(why.text, "step.c, line 3: __asm__"));
    assert_int_equal(th_lab_guard_expanded(span("# 1 \"/etc/passwd\" 1\nroot\n"), "step.c", from, NULL), TH_EFORMAT);
    assert_int_equal(th_lab_guard_expanded(span("# 1 \"step.c\"\n#pragma x\n"), "step.c", from, NULL), TH_EFORMAT);
    const char *builtin = "# 1 \"step.c\"\nint f(float x) { return __builtin_isnan(x); }\n",
               *jump = "# 1 \"step.c\"\nvoid f(void) { __builtin_longjmp(q, 1); }\n";
    assert_int_equal(th_lab_guard_expanded(span(builtin), "step.c", from, NULL), TH_OK);
    assert_int_equal(th_lab_guard_expanded(span(jump), "step.c", from, NULL), TH_EFORMAT);
}

static void lines_of_code_are_counted(void **state)
{
    (void)state;
    assert_int_equal(th_lab_code_lines(span("")), 0);
    assert_int_equal(th_lab_code_lines(span("int f(void)\n{\n    /* no\n code */\n\n    return 1; // yes\n}\n")), 2);
}

static void paths_stay_in_the_folder(void **state)
{
    (void)state;
    assert_true(th_lab_path_ok("a/b.c"));
    static const char *const never[] = {"", "/etc/passwd", "../x", "a/../b", "a//b", "./a", "a/", "a\nb", "a\\b"};
    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++) assert_false(th_lab_path_ok(never[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_become_sections),
        cmocka_unit_test(what_is_no_line_is_refused),
        cmocka_unit_test(a_seed_draws_the_same_again),
        cmocka_unit_test(values_stand_in_texts),
        cmocka_unit_test(words_are_those_of_a_shell),
        cmocka_unit_test(values_out_of_json),
        cmocka_unit_test(numbers_as_people_write_them),
        cmocka_unit_test(a_bar_is_set_from_runs),
        cmocka_unit_test(includes_are_looked_at_before_a_compiler_reads_them),
        cmocka_unit_test(what_a_macro_makes_is_looked_at),
        cmocka_unit_test(lines_of_code_are_counted),
        cmocka_unit_test(paths_stay_in_the_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
