#include "sound.h"

static const char *const two[] = {"yes", "no"};

static const char hash_a[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
                  hash_b[] = "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";

/* A sample of each kind, with all that can be said of it. */
static th_dataset *samples(const th_project *p)
{
    th_dataset *set;
    static const th_segment segments[] = {{200, 300, "walk"}, {0, 200, "sit"}, {200, 300, "walk"}};
    static const th_box boxes[] = {{10.5f, -0.0f, 3, 4, "person"}, {1, 2, 3, 4, "dog, person"}};
    const th_sample all[] = {
        {.hash = hash_b,
         .suffix = "csv",
         .kind = TH_SIGNAL,
         .name = "run.csv",
         .label = "walk",
         .labels = "outside,uphill",
         .subject = "anna",
         .device = "phone",
         .consent = "research",
         .licence = "CC-BY-4.0",
         .source = "a\tb\\c\nd\re",
         .group = "monday",
         .notes = "\"quoted\", \xff no UTF-8",
         .channels = "x,y,z",
         .split = TH_VAL,
         .rate_hz = 62.5,
         .n_rows = INT32_MAX,
         .segments = segments,
         .n_segments = 3},
        {.hash = hash_a, .suffix = "wav", .name = "a.wav", .label = "yes", .word = "yes", .n_rows = 16000},
        {.hash = hash_b,
         .suffix = "png",
         .kind = TH_PICTURE,
         .label = "person",
         .split = TH_TEST,
         .width = 96,
         .height = 64,
         .boxes = boxes,
         .n_boxes = 2},
    };
    assert_int_equal(th_dataset_new(p, &set, NULL), TH_OK);
    for (int i = 0; i < 3; i++) assert_int_equal(th_dataset_add(set, &all[i], NULL), TH_OK);
    return set;
}

static void assert_same(const th_sample *a, const th_sample *b)
{
    char digest[2][TH_HASH_BYTES];
#define X(member, what) assert_string_equal(a->member, b->member);
    TH_SAMPLE_TEXTS(X)
#undef X
#define X(member) assert_int_equal(a->member, b->member);
    TH_SAMPLE_COUNTS(X)
#undef X
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->split, b->split);
    assert_true(a->rate_hz >= b->rate_hz && a->rate_hz <= b->rate_hz);
    assert_int_equal(a->n_segments, b->n_segments);
    for (size_t i = 0; i < a->n_segments; i++) {
        assert_int_equal(a->segments[i].from, b->segments[i].from);
        assert_int_equal(a->segments[i].to, b->segments[i].to);
        assert_string_equal(a->segments[i].label, b->segments[i].label);
    }
    assert_int_equal(a->n_boxes, b->n_boxes);
    for (size_t i = 0; i < a->n_boxes; i++) {
        assert_memory_equal(&a->boxes[i], &b->boxes[i], 4 * sizeof(float));
        assert_string_equal(a->boxes[i].label, b->boxes[i].label);
    }
    th_sample_digest(a, digest[0]);
    th_sample_digest(b, digest[1]);
    assert_string_equal(digest[0], digest[1]);
}

static void the_index_reads_back(void **state)
{
    th_project p;
    make_project(&p, at(*state, "p"), two, 2);
    th_dataset *a = samples(&p), *b;
    assert_int_equal(a->samples[0].n_segments, 2); /* equal ones are one */
    assert_int_equal(a->samples[0].segments[0].from, 0);
    assert_int_equal(th_dataset_load(&p, &b, NULL), TH_OK); /* none yet */
    assert_int_equal(b->n, 0);
    th_dataset_free(b);
    assert_int_equal(th_dataset_save(&p, a, NULL), TH_OK);
    assert_int_equal(th_dataset_load(&p, &b, NULL), TH_OK);
    assert_int_equal(b->n, a->n);
    th_dataset_sort(a);
    for (size_t i = 0; i < a->n; i++) assert_same(&a->samples[i], &b->samples[i]);
    th_dataset_free(a);
    th_dataset_free(b);
}

static void nobody_is_overwritten(void **state)
{
    th_project p;
    th_why why = {0};
    make_project(&p, at(*state, "p"), two, 2);
    th_dataset *a, *b;
    assert_int_equal(th_dataset_load(&p, &a, NULL), TH_OK);
    assert_int_equal(th_dataset_load(&p, &b, NULL), TH_OK);
    assert_int_equal(th_dataset_add(a, &(th_sample){.label = "yes", .name = "a"}, NULL), TH_OK);
    assert_int_equal(th_dataset_save(&p, a, NULL), TH_OK);
    assert_int_equal(th_dataset_save(&p, a, NULL), TH_OK); /* what it wrote itself is no surprise */
    assert_int_equal(th_dataset_save(&p, b, &why), TH_EEXIST);
    assert_non_null(strstr(why.text, "another program"));
    th_dataset_free(b);
    assert_int_equal(th_dataset_load(&p, &b, NULL), TH_OK);
    assert_int_equal(b->n, 1);
    th_dataset_free(a);
    th_dataset_free(b);
}

/* The same data in any order of coming is the same list. */
static void order_is_that_of_the_names(void **state)
{
    static const char *const names[] = {"b", "a", "c"};
    th_project p;
    th_dataset *set[2];
    for (int turn = 0; turn < 2; turn++) {
        make_project(&p, at(*state, turn ? "q" : "p"), two, 2);
        assert_int_equal(th_dataset_load(&p, &set[turn], NULL), TH_OK);
        for (int i = 0; i < 6; i++) {
            const int k = turn ? 5 - i : i;
            const th_sample s = {.label = two[k % 2], .word = two[k % 2], .name = names[k % 3]};
            assert_int_equal(th_dataset_add(set[turn], &s, NULL), TH_OK);
        }
        assert_int_equal(th_dataset_save(&p, set[turn], NULL), TH_OK);
        th_dataset_free(set[turn]);
        assert_int_equal(th_dataset_load(&p, &set[turn], NULL), TH_OK);
    }
    for (size_t i = 0; i < 6; i++) {
        assert_same(&set[0]->samples[i], &set[1]->samples[i]);
        assert_string_equal(set[0]->samples[i].name, i % 3 == 0 ? "a" : i % 3 == 1 ? "b" : "c");
        assert_string_equal(set[0]->samples[i].label, i < 3 ? "no" : "yes");
    }
    th_dataset_free(set[0]);
    th_dataset_free(set[1]);
}

static void texts_change_one_by_one(void **state)
{
    th_project p;
    make_project(&p, at(*state, "p"), two, 2);
    th_dataset *set = samples(&p);
    assert_int_equal(th_dataset_set(set, 0, "licence", "CC0", NULL), TH_OK);
    assert_int_equal(th_dataset_set(set, 0, "group", "tuesday", NULL), TH_OK);
    assert_int_equal(th_dataset_set(set, 0, "colour", "red", NULL), TH_EUSAGE);
    assert_string_equal(set->samples[0].licence, "CC0");
    assert_string_equal(th_sample_text(&set->samples[0], "group"), "tuesday");
    assert_null(th_sample_text(&set->samples[0], "colour"));
    assert_string_equal(set->samples[0].subject, "anna");
    assert_int_equal(set->samples[0].n_segments, 2);
    th_dataset_free(set);
}

static void signals_read_back(void **state)
{
    th_project p;
    float *rows;
    int32_t n, channels;
    static const float data[] = {1.5f, -0.1f, 3e-38f, 1e30f, 0, 123456.789f};
    th_why why = {0};
    make_project(&p, at(*state, "p"), two, 2);
    th_dataset *set;
    assert_int_equal(th_dataset_load(&p, &set, NULL), TH_OK);
    const th_sample s = {.label = "walk", .name = "w", .channels = "ax,ay", .rate_hz = 50};
    assert_int_equal(th_dataset_put_signal(set, &s, data, 3, NULL), TH_OK);
    assert_int_equal(set->samples[0].n_rows, 3);
    assert_int_equal(th_dataset_signal(set, &set->samples[0], &rows, &n, &channels, NULL), TH_OK);
    assert_int_equal(n, 3);
    assert_int_equal(channels, 2);
    assert_memory_equal(rows, data, sizeof data);
    free(rows);
    int16_t *pcm;
    assert_int_equal(th_dataset_samples(set, &set->samples[0], &pcm, &n, &why), TH_EUNSUP);
    assert_non_null(strstr(why.text, "a signal"));
    const th_sample bad[] = {{.channels = ""}, {.channels = "x,x"}, {.channels = "x,"}, {.channels = "x,\"y"}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(th_dataset_put_signal(set, &bad[i], data, 3, NULL), TH_EUSAGE);
    static const uint8_t not_png[] = "GIF89a.............";
    assert_int_equal(th_dataset_put_picture(set, &s, (th_span){not_png, sizeof not_png}, NULL), TH_EFORMAT);
    th_dataset_free(set);
}

static void bad_signals_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *text, *expect;
    } bad[] = {
        {"", "empty"},
        {"x,y\n", "no rows"},
        {"1,2\n3,4\n", "line 1: the first line has the names"},
        {"x,,z\n1,2,3\n", "line 1"},
        {"x,y\n1,2\n1\n", "line 3: it has 1 columns"},
        {"x,y\n1,2,3\n", "line 2: it has 3 columns"},
        {"x,y\n1,two\n", "line 2: \"two\" in column 2"},
        {"x,y\n1,nan\n", "line 2: \"nan\""},
        {"x,y\n1,1e99\n", "line 2: \"1e99\""},
        {"x,y\n1,\n", "line 2: \"\""},
        {"x,y\n1,2\n\n3,4\n", "line 3"},
    };
    char *names;
    float *rows;
    int32_t n, channels;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        th_why why = {0};
        const size_t len = strlen(bad[i].text);
        uint8_t *copy = malloc(len + 1); /* no NUL behind it: a sanitizer sees an over-read */
        memcpy(copy, bad[i].text, len);
        uint8_t *exact = realloc(copy, len ? len : 1);
        assert_int_equal(th_signal_parse((th_span){exact, len}, "s.csv", &names, &rows, &n, &channels, &why),
                         TH_EFORMAT);
        if (!strstr(why.text, "s.csv") || !strstr(why.text, bad[i].expect)) fail_msg("%s: %s", bad[i].text, why.text);
        free(exact);
    }
    static const char good[] = " x , \"y\"\r\n 1 ,-2e-1\r\n3,4";
    assert_int_equal(
        th_signal_parse((th_span){(const uint8_t *)good, sizeof good - 1}, "s.csv", &names, &rows, &n, &channels, NULL),
        TH_OK);
    assert_string_equal(names, "x,y");
    assert_int_equal(n, 2);
    assert_int_equal(th_channel_find(names, "y"), 1);
    assert_int_equal(th_channel_find(names, "z"), -1);
    assert_float_equal(rows[1], -0.2f, 0);
    free(names);
    free(rows);
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

#define T(name) cmocka_unit_test_setup_teardown(name, in_temp, remove_temp)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(the_index_reads_back),
        T(nobody_is_overwritten),
        T(order_is_that_of_the_names),
        T(texts_change_one_by_one),
        T(signals_read_back),
        cmocka_unit_test(bad_signals_are_named),
        cmocka_unit_test(the_window_holds_the_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
