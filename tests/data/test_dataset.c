#include "sound.h"

static const char *const two[] = {"yes", "no"};

static th_dataset *sample(const th_project *p)
{
    th_dataset *set;
    assert_int_equal(th_dataset_new(p, &set, NULL), TH_OK);
    const th_clip clips[] = {
        {.file = "yes/a.wav",
         .label = "yes",
         .word = "yes",
         .speaker = "anna",
         .source = "src/yes/a.wav",
         .split = TH_TRAIN,
         .hash = 0x0123456789abcdefu,
         .n_samples = 16000},
        {.file = "no/ü.wav",
         .label = "no",
         .word = "no",
         .speaker = "",
         .source = "a\tb\\c\nd\re",
         .split = TH_VAL,
         .hash = UINT64_MAX,
         .n_samples = 1},
        {.file = "unknown/x.wav",
         .label = "unknown",
         .word = "märz",
         .speaker = "b",
         .source = "x",
         .split = TH_TEST,
         .hash = 0,
         .n_samples = INT32_MAX},
    };
    for (int i = 0; i < 3; i++) assert_int_equal(th_dataset_add(set, &clips[i], NULL), TH_OK);
    return set;
}

static th_err parse(const th_project *p, const char *text, size_t n, th_dataset **set, th_why *why)
{
    *why = (th_why){0};
    return th_dataset_parse((th_span){(const uint8_t *)text, n}, "index.tsv", p, set, why);
}

static void the_index_reads_back(void **state)
{
    th_project p;
    make_project(&p, at(*state, "p"), two, 2);
    th_dataset *a = sample(&p), *b;
    assert_int_equal(th_dataset_load(&p, &b, NULL), TH_OK); /* none yet */
    assert_int_equal(b->n, 0);
    th_dataset_free(b);
    assert_int_equal(th_dataset_save(&p, a, NULL), TH_OK);
    assert_int_equal(th_dataset_load(&p, &b, NULL), TH_OK);
    assert_int_equal(b->n, a->n);
    for (size_t i = 0; i < a->n; i++) {
        assert_string_equal(a->clips[i].file, b->clips[i].file);
        assert_string_equal(a->clips[i].label, b->clips[i].label);
        assert_string_equal(a->clips[i].word, b->clips[i].word);
        assert_string_equal(a->clips[i].speaker, b->clips[i].speaker);
        assert_string_equal(a->clips[i].source, b->clips[i].source);
        assert_true(a->clips[i].hash == b->clips[i].hash && a->clips[i].split == b->clips[i].split &&
                    a->clips[i].n_samples == b->clips[i].n_samples);
    }
    th_dataset_free(a);
    th_dataset_free(b);
}

static void every_cut_of_the_index_is_refused(void **state)
{
    (void)state;
    th_project p;
    th_why why;
    assert_int_equal(th_project_defaults("keyword", two, 2, &p, NULL), TH_OK);
    th_dataset *set = sample(&p), *cut;
    uint8_t *text;
    size_t n;
    assert_int_equal(th_dataset_print(set, &text, &n, NULL), TH_OK);
    for (size_t i = 0; i + 1 < n; i++) { /* without its last newline it is still whole */
        char *copy = malloc(i + 1);      /* exact size, so that a sanitizer sees an over-read */
        memcpy(copy, text, i);
        const th_err err = parse(&p, copy, i, &cut, &why);
        free(copy);
        assert_true(err == TH_ETRUNC || err == TH_EFORMAT);
        assert_non_null(strstr(why.text, "line "));
    }
    assert_int_equal(parse(&p, (char *)text, n, &cut, &why), TH_OK);
    th_dataset_free(cut);
    th_dataset_free(set);
    free(text);
}

#define HEAD "# thimble index 1\nfile\tlabel\tsplit\tspeaker\tword\tsource\thash\tsamples\n"
#define GOOD "yes/a.wav\tyes\ttrain\ts\tyes\tx\t0123456789abcdef\t5\n"

static void damaged_lines_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *line, *expect;
    } bad[] = {
        {"../a.wav\tyes\ttrain\ts\tyes\tx\t0123456789abcdef\t5\n", "inside data/clips"},
        {"yes/../../a.wav\tyes\ttrain\ts\tyes\tx\t0123456789abcdef\t5\n", "inside data/clips"},
        {"/etc/passwd\tyes\ttrain\ts\tyes\tx\t0123456789abcdef\t5\n", "inside data/clips"},
        {"a.wav\tye/s\ttrain\ts\tyes\tx\t0123456789abcdef\t5\n", "label"},
        {"a.wav\tyes\ttrian\ts\tyes\tx\t0123456789abcdef\t5\n", "train, val, test"},
        {"a.wav\tyes\ttrain\ts\tyes\tx\t0123456789ABCDEF\t5\n", "hash"},
        {"a.wav\tyes\ttrain\ts\tyes\tx\t0123\t5\n", "hash"},
        {"a.wav\tyes\ttrain\ts\tyes\tx\t0123456789abcdef\t0\n", "samples"},
        {"a.wav\tyes\ttrain\ts\tyes\tx\t0123456789abcdef\t-5\n", "samples"},
        {"a.wav\tyes\ttrain\ts\tyes\tx\t0123456789abcdef\t99999999999\n", "samples"},
        {"a.wav\tyes\ttrain\ts\tyes\tx\t0123456789abcdef\n", "fewer columns"},
        {"a.wav\tyes\ttrain\ts\tyes\tx\t0123456789abcdef\t5\t6\n", "more columns"},
        {"a.wav\tyes\ttrain\ts\\q\tyes\tx\t0123456789abcdef\t5\n", "backslash"},
        {"\n", "columns"},
    };
    th_project p;
    assert_int_equal(th_project_defaults("keyword", two, 2, &p, NULL), TH_OK);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char text[1024];
        th_dataset *set;
        th_why why;
        const int n = snprintf(text, sizeof text, HEAD GOOD "%s" GOOD "# end\n", bad[i].line);
        assert_int_equal(parse(&p, text, (size_t)n, &set, &why), TH_EFORMAT);
        if (!strstr(why.text, "index.tsv, line 4") || !strstr(why.text, bad[i].expect))
            fail_msg("%s: %s", bad[i].line, why.text);
    }
}

static void labels_follow_the_project(void **state)
{
    (void)state;
    static const char text[] = HEAD "a.wav\tup\ttrain\t\tup\tx\t0000000000000001\t5\n"
                                    "b.wav\tunknown\ttrain\t\tno\tx\t0000000000000002\t5\n"
                                    "c.wav\tyes\ttrain\t\tno\tx\t0000000000000003\t5\r\n"
                                    "d.wav\tsilence\ttrain\t\tsilence\tx\t0000000000000004\t5\n# end";
    th_project p;
    th_dataset *set;
    th_why why;
    assert_int_equal(th_project_defaults("keyword", two, 2, &p, NULL), TH_OK);
    if (parse(&p, text, sizeof text - 1, &set, &why)) fail_msg("%s", why.text);
    assert_string_equal(set->clips[0].label, "unknown"); /* "up" is no label any more */
    assert_string_equal(set->clips[1].label, "no");      /* "no" has become one */
    assert_string_equal(set->clips[2].label, "yes");     /* somebody corrected the label by hand */
    assert_string_equal(set->clips[3].label, "silence");
    th_dataset_free(set);
}

static void the_window_holds_the_word(void **state)
{
    (void)state;
    int16_t in[1000] = {0}, out[400];
    for (int i = 600; i < 700; i++) in[i] = (int16_t)(i % 2 ? 1000 : -1000);
    th_clip_window(in, 1000, 0, out, 400);
    int32_t first = -1, last = -1;
    for (int i = 0; i < 400; i++)
        if (out[i]) {
            if (first < 0) first = i;
            last = i;
        }
    assert_in_range(first, 145, 155); /* the whole word, in the middle */
    assert_int_equal(last - first, 99);
    th_clip_window(in, 1000, 30, out, 400);
    assert_int_equal(out[first - 30], in[600]);
    assert_int_equal(out[first - 31], 0);
    th_clip_window(in + 600, 100, 0, out, 400); /* short: centred, zeros around */
    assert_int_equal(out[149], 0);
    assert_int_equal(out[150], in[600]);
    assert_int_equal(out[249], in[699]);
    assert_int_equal(out[250], 0);
    th_clip_window(in + 600, 100, 5000, out, 400); /* far outside: silence */
    for (int i = 0; i < 400; i++) assert_int_equal(out[i], 0);
    th_clip_window(in, 400, 0, out, 400);
    assert_memory_equal(in, out, sizeof out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_index_reads_back, in_temp, remove_temp),
        cmocka_unit_test(every_cut_of_the_index_is_refused),
        cmocka_unit_test(damaged_lines_are_named),
        cmocka_unit_test(labels_follow_the_project),
        cmocka_unit_test(the_window_holds_the_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
