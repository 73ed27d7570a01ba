#include "sound.h"

#include <locale.h>

static const char *const two[] = {"yes", "no"};

static th_err parse(const char *text, th_project *p, th_why *why)
{
    *why = (th_why){0};
    return th_project_parse((th_span){(const uint8_t *)text, strlen(text)}, "x.ini", p, why);
}

static void a_new_project_reads_back(void **state)
{
    th_project a, b;
    char dir[TH_PATH_BYTES];
    snprintf(dir, sizeof dir, "%s/new/deep", (char *)*state);
    assert_int_equal(th_project_defaults("keyword", two, 2, &a, NULL), TH_OK);
    assert_int_equal(a.n_labels, 4);
    assert_string_equal(a.labels[2], "unknown");
    assert_string_equal(a.labels[3], "silence");
    assert_int_equal(th_project_create(&a, dir, NULL), TH_OK);
    assert_int_equal(th_project_load(dir, &b, NULL), TH_OK);
    assert_string_equal(b.dir, dir);
    memset(a.dir, 0, sizeof a.dir);
    memset(b.dir, 0, sizeof b.dir);
    assert_memory_equal(&a, &b, sizeof a);
    th_why why = {0};
    assert_int_equal(th_project_create(&a, dir, &why), TH_EEXIST);
    assert_non_null(strstr(why.text, dir));
    assert_int_equal(th_project_load(*state, &b, NULL), TH_ENOENT);
}

static void every_key_is_read(void **state)
{
    (void)state;
    th_project p;
    th_why why;
    const th_err err = parse("\xef\xbb\xbf[project]\r\n task = keyword\r\nlabels: a, b ,c\n; "
                             "remark\n[features]\nrate_hz=8000\nclip_ms = 1500\nwindow_ms=25\nhop_ms=10\n"
                             "kind=logmel\nmel_bands=32\ncoefficients=32\nlow_hz=50.5\nhigh_hz=3800\n[train]\npreset="
                             "tiny-conv\nepochs=7\nbatch=16\n"
                             "learning_rate = 2.5e-3\nseed = 1844674407370955160\n[detect]\nthreshold = "
                             ".75\nwindow_ms=800\nsuppress_ms=0\nmin_count=2\n"
                             "stride_ms = 40\n[deploy]\nboard = other",
                             &p, &why);
    if (err) fail_msg("%s", why.text);
    assert_int_equal(p.n_labels, 5);
    assert_string_equal(p.labels[1], "b");
    assert_int_equal(p.rate_hz, 8000);
    assert_int_equal(p.clip_ms, 1500);
    assert_int_equal(p.window_ms, 25);
    assert_int_equal(p.hop_ms, 10);
    assert_int_equal(p.feature_kind, TH_LOGMEL);
    assert_int_equal(p.n_mel, 32);
    assert_int_equal(p.n_coef, 32);
    assert_true(p.low_hz == 50.5f && p.high_hz == 3800.0f);
    assert_string_equal(p.preset, "tiny-conv");
    assert_int_equal(p.epochs, 7);
    assert_int_equal(p.batch, 16);
    assert_true(p.learning_rate == 2.5e-3f);
    assert_true(p.seed == 1844674407370955160u);
    assert_true(p.detect.threshold == 0.75f);
    assert_int_equal(p.detect.window_ms, 800);
    assert_int_equal(p.detect.suppress_ms, 0);
    assert_int_equal(p.detect.min_count, 2);
    assert_int_equal(p.detect.stride_ms, 40);
    assert_string_equal(p.board, "other");
}

static void errors_name_line_and_possible_values(void **state)
{
    (void)state;
    static const struct {
        const char *text, *expect, *also;
    } bad[] = {
        {"[project]\nlabels = yes\ncolour = red\n", "line 3", "[train] preset"},
        {"[project]\nlabels = yes\n[garden]\nx = 1\n", "line 4", "[detect]"},
        {"[project]\nlabels = yes\n[train]\n\npreset = huge\n", "line 5", "tiny-conv, ds-cnn-s, ds-cnn"},
        {"[project]\nlabels = yes\n[train]\npreset = mobilenet-v1-3\n", "line 4", "0.05 to 2.00"},
        {"[project]\nlabels = yes\n[train]\nepochs = many\n", "line 4", "1 to 10000, or the word preset"},
        {"[project]\nlabels = yes\n[train]\nepochs = 1.5\n", "line 4", "whole number"},
        {"[project]\nlabels = yes\n[train]\nepochs = 0\n", "line 4", "epochs"},
        {"[project]\nlabels = yes\n[train]\nseed = -1\n", "line 4", "seed"},
        {"[project]\nlabels = yes\n[features]\nrate_hz = preset\n", "line 4", "4000 to 48000"},
        {"[project]\nlabels = yes\n[features]\nkind = fft\n", "line 4", "mfcc, logmel, preset"},
        {"[project]\nlabels = yes\n[detect]\nthreshold = 0,5\n", "line 4", "0 to 1"},
        {"[project]\nlabels = yes\n[detect]\nthreshold = nan\n", "line 4", "0 to 1"},
        {"[project]\ntask = dance\n", "line 2", "keyword"},
        {"[project]\nlabels = yes\nlabels = no\n", "line 3", "line 2"},
        {"[project]\nlabels = yes, Yes\n", "line 2", "upper and lower case"},
        {"[project]\nlabels = yes, yes\n", "line 2", "twice"},
        {"[project]\nlabels = a/b\n", "line 2", "not possible"},
        {"[project]\nlabels = ,\n", "line 2", "no label"},
        {"[project]\nlabels = yes\nnonsense\n", "line 3", "key = value"},
        {"[project\nlabels = yes\n", "line 1", "[section]"},
        {"[project]\ntask = keyword\n", "labels", "labels = yes, no"},
        {"", "labels", "labels = yes, no"},
        {"[project]\nlabels = yes\n[features]\nhigh_hz = 9000\n", "high_hz", "half of rate_hz"},
        {"[project]\nlabels = yes\n[features]\nmel_bands = 10\ncoefficients = 20\n", "coefficients", "mel_bands"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        th_project p;
        th_why why;
        assert_int_equal(parse(bad[i].text, &p, &why), TH_EFORMAT);
        if (!strstr(why.text, bad[i].expect) || !strstr(why.text, bad[i].also))
            fail_msg("\"%s\" gave: %s", bad[i].text, why.text);
        assert_non_null(strstr(why.text, "x.ini"));
    }
}

static void layers_of_ones_own(void **state)
{
    (void)state;
    static const char start[] = "[project]\nlabels = yes\n[model]\n";
    th_project p;
    th_why why;
    if (parse("[project]\nlabels = yes\n\n  [model]\n# a remark = 1\n  conv2d 8 3x3 # two\r\n\n; ini\ndense "
              "classes\n[train]\nseed = 3\n",
              &p, &why))
        fail_msg("%s", why.text);
    assert_string_equal(p.model, "\nconv2d 8 3x3 # two\n\n\ndense classes\n");
    assert_int_equal(p.model_line, 5);
    assert_true(p.seed == 3);
    assert_int_equal(parse("[project]\nlabels = yes\n[model]\n# nothing\n", &p, &why), TH_OK);
    assert_string_equal(p.model, "");
    assert_int_equal(p.model_line, 0);
    assert_int_equal(parse("[project]\nlabels = yes\n[model]\ndense 3", &p, &why), TH_OK);
    assert_string_equal(p.model, "dense 3\n");
    assert_int_equal(parse("[model]\ndense 3\n[project]\nlabels = yes\n[model]\ndense 4\n", &p, &why), TH_EFORMAT);
    assert_string_equal(why.text, "x.ini, line 5: there is a [model] already. Keep one of them");

    char text[TH_MODEL_BYTES + 64]; /* as long as it may be, and one longer */
    for (int extra = 0; extra < 2; extra++) {
        const size_t n = TH_MODEL_BYTES - 2 + (size_t)extra;
        memcpy(text, start, sizeof start);
        memset(text + sizeof start - 1, 'x', n);
        text[sizeof start - 1 + n] = 0;
        assert_int_equal(parse(text, &p, &why), extra ? TH_EFORMAT : TH_OK);
    }
    assert_string_equal(why.text, "x.ini, line 4: the lines of [model] are longer than 8000 bytes");
    memcpy(text, start, sizeof start);
    assert_int_equal(th_project_parse((th_span){(const uint8_t *)text, sizeof start}, "x.ini", &p, &why), TH_EFORMAT);
}

static void many_long_labels_in_one_line(void **state)
{
    (void)state;
    th_project p;
    th_why why;
    char text[8192];
    size_t n = (size_t)snprintf(text, sizeof text, "[project]\nlabels = ");
    for (int i = 0; i < TH_MAX_LABELS - 2; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%sكلمة-عربية-طويلة-جدا-%02d", i ? ", " : "", i);
    snprintf(text + n, sizeof text - n, "\n[train]\nseed = 3\n");
    if (parse(text, &p, &why)) fail_msg("%s", why.text);
    assert_int_equal(p.n_labels, TH_MAX_LABELS);
    assert_string_equal(p.labels[29], "كلمة-عربية-طويلة-جدا-29");
    assert_true(p.seed == 3);
    snprintf(text + n, sizeof text - n, ", 31\n");
    assert_int_equal(parse(text, &p, &why), TH_EFORMAT);
    assert_non_null(strstr(why.text, "more than 30"));
}

static void numbers_are_the_same_in_every_locale(void **state)
{
    static const char *const locales[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "C.UTF-8"};
    th_project p;
    th_why why;
    char dir[TH_PATH_BYTES];
    for (int i = 0; i < 3; i++) {
        (void)setlocale(LC_ALL, locales[i]);
        snprintf(dir, sizeof dir, "%s/%d", (char *)*state, i);
        assert_int_equal(th_project_defaults("keyword", two, 2, &p, NULL), TH_OK);
        p.detect.threshold = 0.625f;
        assert_int_equal(th_project_create(&p, dir, NULL), TH_OK);
        if (th_project_load(dir, &p, &why)) fail_msg("%s", why.text);
        assert_true(p.detect.threshold == 0.625f);
    }
    (void)setlocale(LC_ALL, "C");
}

static void labels_are_checked(void **state)
{
    (void)state;
    static const char *const good[] = {"yes", "نعم", "はい", "turn on", "é", "🙂", "a-b_c.d"};
    static const char *const bad[] = {"",         ".hidden", "..",  "a/b",  "a\\b",  "a,b",          "a\tb",
                                      "a\nb",     " a",      "a ",  "\xff", "a\xc3", "\xed\xa0\x80", "\xc0\xaf",
                                      "\xc2\x85", "[x]",     "a=b", "a;b",  "#1"};
    char longest[TH_LABEL_BYTES + 1];
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) assert_int_equal(th_label_check(good[i], NULL), TH_OK);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        th_why why = {0};
        if (th_label_check(bad[i], &why) != TH_EUSAGE) fail_msg("\"%s\" passed", bad[i]);
        assert_true(why.text[0]);
    }
    memset(longest, 'x', sizeof longest);
    longest[TH_LABEL_BYTES - 1] = 0;
    assert_int_equal(th_label_check(longest, NULL), TH_OK);
    longest[TH_LABEL_BYTES - 1] = 'x';
    longest[TH_LABEL_BYTES] = 0;
    assert_int_equal(th_label_check(longest, NULL), TH_EUSAGE);
    assert_true(th_label_same("Ja", "jA") && th_label_same("ДА", "да") && th_label_same("Ñ", "ñ") &&
                th_label_same("Σ", "σ"));
    assert_false(th_label_same("a", "ab") || th_label_same("ab", "a") || th_label_same("", "a") ||
                 th_label_same("×", "÷"));
    th_project p;
    const char *const cases[] = {"yes", "Yes"}, *const reserved[] = {"Unknown"},
                      *const all[] = {"yes", "unknown", "silence"};
    assert_int_equal(th_project_defaults("keyword", cases, 2, &p, NULL), TH_EUSAGE);
    assert_int_equal(th_project_defaults("keyword", reserved, 1, &p, NULL), TH_EUSAGE);
    assert_int_equal(th_project_defaults("dance", two, 2, &p, NULL), TH_EUSAGE);
    assert_int_equal(th_project_defaults("keyword", all, 3, &p, NULL), TH_OK);
    assert_int_equal(p.n_labels, 3);
}

static void new_labels_leave_the_rest_of_the_file(void **state)
{
    th_project p;
    th_why why = {0};
    uint8_t *text;
    size_t n;
    const char *const other[] = {"نعم", "لا"};
    make_text(at(*state, "thimble.ini"), "# mine\n[train]\nseed = 9\n[project]\n  labels : yes,no\n# end\n");
    assert_int_equal(th_project_load(*state, &p, &why), TH_OK);
    assert_int_equal(th_project_set_labels(&p, other, 2, &why), TH_OK);
    assert_int_equal(th_project_save_labels(&p, &why), TH_OK);
    assert_int_equal(th_file_read(at(*state, "thimble.ini"), 0, &text, &n, NULL), TH_OK);
    const char want[] = "# mine\n[train]\nseed = 9\n[project]\nlabels = نعم, لا\n# end\n";
    assert_int_equal(n, strlen(want));
    assert_memory_equal(text, want, n);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_new_project_reads_back, in_temp, remove_temp),
        cmocka_unit_test(every_key_is_read),
        cmocka_unit_test(errors_name_line_and_possible_values),
        cmocka_unit_test(layers_of_ones_own),
        cmocka_unit_test(many_long_labels_in_one_line),
        cmocka_unit_test_setup_teardown(numbers_are_the_same_in_every_locale, in_temp, remove_temp),
        cmocka_unit_test(labels_are_checked),
        cmocka_unit_test_setup_teardown(new_labels_leave_the_rest_of_the_file, in_temp, remove_temp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
