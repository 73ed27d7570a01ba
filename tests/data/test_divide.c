/* Divisions of a data set: whatever is asked for, nothing that must stay together is on two sides. */
#include "sound.h"

#include "data/divide.h"

static const char *const two[] = {"yes", "no"};

static const char *number(char buf[24], const char *what, unsigned n)
{
    snprintf(buf, 24, "%s%u", what, n);
    return buf;
}

/* n samples of so many subjects and groups (0: not known), every tenth a twin of the one before. */
static th_dataset *make(const th_project *p, int n, unsigned subjects, unsigned groups, bool backwards)
{
    th_dataset *set;
    assert_int_equal(th_dataset_new(p, &set, NULL), TH_OK);
    for (int k = 0; k < n; k++) {
        const unsigned i = (unsigned)(backwards ? n - 1 - k : k);
        char subject[24] = "", group[24] = "", name[24], hash[TH_HASH_BYTES];
        const unsigned content = i % 10 == 9 ? i - 1 : i;
        th_hash_of((th_span){(const uint8_t *)&content, sizeof content}, hash);
        if (subjects) number(subject, "s", (content * content / 7) % subjects);
        if (groups) number(group, "g", (content / 3) % groups);
        const th_sample s = {.label = two[i % 2],
                             .word = two[i % 2],
                             .subject = subject,
                             .group = group,
                             .name = number(name, "n", i),
                             .hash = hash,
                             .suffix = "wav"};
        assert_int_equal(th_dataset_add(set, &s, NULL), TH_OK);
    }
    return set;
}

static bool share(const th_sample *a, const th_sample *b, const char *member)
{
    const char *x = th_sample_text(a, member);
    return *x && strcmp(x, th_sample_text(b, member)) == 0;
}

static void assert_apart(const th_dataset *set, const char *member)
{
    for (size_t i = 0; i < set->n; i++)
        for (size_t k = 0; k < i; k++)
            if (share(&set->samples[i], &set->samples[k], member) && set->samples[i].split != set->samples[k].split)
                fail_msg("%s is on two sides (%s, %s)", th_sample_text(&set->samples[i], member), set->samples[i].name,
                         set->samples[k].name);
}

static void assert_all_sides(const th_dataset *set)
{
    size_t n[TH_N_SPLITS] = {0};
    for (size_t i = 0; i < set->n; i++) n[set->samples[i].split]++;
    assert_true(n[TH_TRAIN] >= set->n / 3 && n[TH_VAL] && n[TH_TEST]);
}

static th_divided divide(th_dataset *set, th_divide_by by, uint64_t seed)
{
    th_divided done;
    th_why why = {0};
    const th_divide_cfg cfg = {.split = {.val = 0.15, .test = 0.15, .seed = seed}, .by = by, .gap_s = 0.05};
    if (th_dataset_divide(set, &cfg, &done, &why)) fail_msg("%s", why.text);
    return done;
}

static void nothing_is_on_two_sides(void **state)
{
    th_project p;
    make_project(&p, at(*state, "p"), two, 2);
    for (uint64_t seed = 1; seed < 12; seed++) {
        th_dataset *set = make(&p, 300, 0, 20 + (unsigned)seed, false);
        assert_int_equal(divide(set, TH_BY_BEST, seed).by, TH_BY_GROUP); /* no subject is known */
        assert_apart(set, "group");
        assert_apart(set, "hash");
        assert_all_sides(set);
        th_dataset_free(set);
        set = make(&p, 300, 12 + (unsigned)seed, 0, false);
        assert_int_equal(divide(set, TH_BY_BEST, seed).by, TH_BY_SUBJECT);
        assert_apart(set, "subject");
        assert_apart(set, "hash");
        assert_all_sides(set);
        th_dataset_free(set);
        set = make(&p, 300, 0, 0, false);
        assert_int_equal(divide(set, TH_BY_BEST, seed).by, TH_BY_SAMPLE);
        assert_apart(set, "hash");
        assert_all_sides(set);
        th_dataset_free(set);
        set = make(&p, 300, 9, 9, false); /* all of them hang together: only what was asked for is held */
        assert_int_equal(divide(set, TH_BY_GROUP, seed).by, TH_BY_GROUP);
        assert_apart(set, "group");
        th_dataset_free(set);
    }
}

/* Some samples have no subject, but a group or content in common with others. */
static void what_has_no_name_stays_together_too(void **state)
{
    th_project p;
    make_project(&p, at(*state, "p"), two, 2);
    th_dataset *set = make(&p, 200, 40, 0, false);
    for (size_t i = 0; i < set->n; i++) {
        char group[24];
        if (i % 4) continue;
        assert_int_equal(th_dataset_set(set, i, "subject", "", NULL), TH_OK);
        assert_int_equal(th_dataset_set(set, i, "group", number(group, "g", (unsigned)(i / 16)), NULL), TH_OK);
    }
    assert_true(divide(set, TH_BY_SUBJECT, 3).units >= 3);
    assert_apart(set, "subject");
    assert_apart(set, "hash");
    assert_apart(set, "group");
    assert_all_sides(set);
    th_dataset_free(set);
}

static void order_does_not_matter(void **state)
{
    th_project p;
    make_project(&p, at(*state, "p"), two, 2);
    for (int by = 0; by < TH_N_DIVIDE; by++) {
        th_dataset *a = make(&p, 150, 15, 0, false), *b = make(&p, 150, 15, 0, true);
        if (by == TH_BY_GROUP) {
            th_dataset_free(a), th_dataset_free(b);
            a = make(&p, 150, 0, 15, false), b = make(&p, 150, 0, 15, true);
        }
        (void)divide(a, (th_divide_by)by, 5);
        (void)divide(b, (th_divide_by)by, 5);
        th_dataset_sort(a);
        th_dataset_sort(b);
        for (size_t i = 0; i < a->n; i++) {
            assert_string_equal(a->samples[i].name, b->samples[i].name);
            assert_int_equal(a->samples[i].split, b->samples[i].split);
        }
        th_dataset_free(a);
        th_dataset_free(b);
    }
}

static void too_few_are_named(void **state)
{
    th_project p;
    th_divided done;
    th_why why = {0};
    make_project(&p, at(*state, "p"), two, 2);
    th_dataset *set = make(&p, 60, 2, 0, false);
    const th_divide_cfg cfg = {.split = {.val = 0.1, .test = 0.1, .seed = 1}, .by = TH_BY_SUBJECT};
    assert_int_equal(th_dataset_divide(set, &cfg, &done, &why), TH_ERANGE);
    assert_non_null(strstr(why.text, "subjects are known, and 3 are needed"));
    th_dataset_free(set);
}

/* The same content of many people: people count, and the rest is said. */
static void twins_tie_nobody_together(void **state)
{
    th_project p;
    make_project(&p, at(*state, "p"), two, 2);
    th_dataset *set = make(&p, 200, 20, 0, false);
    char hash[TH_HASH_BYTES];
    th_hash_of((th_span){NULL, 0}, hash);
    assert_int_equal(divide(set, TH_BY_BEST, 2).twins, 0);
    for (size_t i = 0; i < set->n; i += 3) assert_int_equal(th_dataset_set(set, i, "hash", hash, NULL), TH_OK);
    const th_divided done = divide(set, TH_BY_BEST, 2);
    assert_int_equal(done.by, TH_BY_SUBJECT);
    assert_int_equal(done.twins, 1);
    assert_apart(set, "subject");
    assert_all_sides(set);
    th_dataset_free(set);
}

/* Row i of a long recording says i, so that a part tells where it was cut. */
static void long_recordings_are_cut(void **state)
{
    th_project p;
    make_project(&p, at(*state, "p"), two, 2);
    th_dataset *set;
    assert_int_equal(th_dataset_new(&p, &set, NULL), TH_OK);
    float *rows = malloc(2000 * sizeof *rows);
    int16_t pcm[16000];
    for (int i = 0; i < 1000; i++) rows[2 * i] = (float)i, rows[2 * i + 1] = (float)-i;
    for (int i = 0; i < 16000; i++) pcm[i] = (int16_t)i;
    static const th_segment segments[] = {{0, 690, "ok"}, {690, 1000, "broken"}};
    th_sample s = {
        .label = "no", .name = "long.csv", .channels = "a,b", .rate_hz = 100, .segments = segments, .n_segments = 2};
    assert_int_equal(th_dataset_put_signal(set, &s, rows, 1000, NULL), TH_OK);
    s = (th_sample){.label = "no", .name = "strokes.csv", .channels = "a,b"}; /* without times: not cut */
    assert_int_equal(th_dataset_put_signal(set, &s, rows, 500, NULL), TH_OK);
    s = (th_sample){.label = "no", .name = "short.csv", .channels = "a,b", .rate_hz = 100};
    assert_int_equal(th_dataset_put_signal(set, &s, rows, 40, NULL), TH_OK);
    s = (th_sample){.label = "yes", .word = "yes", .name = "sound.wav"};
    assert_int_equal(th_dataset_put_sound(set, &s, pcm, 16000, NULL), TH_OK);
    free(rows);
    const th_divided done = divide(set, TH_BY_TIME, 1);
    assert_int_equal(done.by, TH_BY_TIME);
    assert_int_equal(done.cut, 2);
    assert_int_equal(set->n, 8);
    int32_t last = -1, parts = 0, n, channels;
    for (size_t i = 0; i < set->n; i++) {
        const th_sample *t = &set->samples[i];
        if (strncmp(t->name, "long.csv#", 9) != 0) continue;
        assert_int_equal(th_dataset_signal(set, t, &rows, &n, &channels, NULL), TH_OK);
        assert_int_equal(n, t->n_rows);
        assert_int_equal(t->split, parts);
        assert_true((int32_t)rows[0] >= last + (parts ? 6 : 1)); /* 0.05 s of 100 Hz are left out */
        last = (int32_t)rows[2 * (n - 1)];
        for (size_t k = 0; k < t->n_segments; k++) {
            const th_segment *g = &t->segments[k];
            assert_true(g->from >= 0 && g->from < g->to && g->to <= n);
            assert_true((rows[2 * g->from] < 690) == (strcmp(g->label, "ok") == 0));
            assert_true((rows[2 * (g->to - 1)] < 690) == (strcmp(g->label, "ok") == 0));
        }
        assert_int_equal(t->n_segments, parts == 0 ? 2 : 1);
        free(rows);
        parts++;
    }
    assert_int_equal(parts, 3);
    assert_int_equal(last, 999);
    assert_apart(set, "hash");
    const th_divided again = divide(set, TH_BY_TIME, 9); /* the parts stay what they are */
    assert_int_equal(again.cut, 0);
    for (size_t i = 0; i < set->n; i++)
        if (strncmp(set->samples[i].name, "long.csv#", 9) == 0)
            assert_int_equal(set->samples[i].split, set->samples[i].name[9] - '0');
    th_dataset_free(set);
}

/* Twenty pieces of a recording, as pauses cut it: the last ones test. */
static void pieces_follow_their_order(void **state)
{
    th_project p;
    make_project(&p, at(*state, "p"), two, 2);
    th_dataset *set;
    char name[24], hash[TH_HASH_BYTES];
    assert_int_equal(th_dataset_new(&p, &set, NULL), TH_OK);
    for (unsigned i = 0; i < 20; i++) {
        th_hash_of((th_span){(const uint8_t *)&i, sizeof i}, hash);
        const th_sample s = {.label = "no",
                             .name = number(name, "walk#", i),
                             .subject = "anna", /* the same on all sides: that is what time means */
                             .hash = hash,
                             .suffix = "csv",
                             .kind = TH_SIGNAL,
                             .rate_hz = 50,
                             .n_rows = 10};
        assert_int_equal(th_dataset_add(set, &s, NULL), TH_OK);
    }
    (void)divide(set, TH_BY_TIME, 1);
    for (size_t i = 0; i < set->n; i++) {
        const int k = atoi(set->samples[i].name + 5);
        assert_int_equal(set->samples[i].split, k < 14 ? TH_TRAIN : k < 17 ? TH_VAL : TH_TEST);
    }
    th_dataset_free(set);
}

#define T(name) cmocka_unit_test_setup_teardown(name, in_temp, remove_temp)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(nothing_is_on_two_sides),   T(what_has_no_name_stays_together_too), T(order_does_not_matter),
        T(too_few_are_named),         T(twins_tie_nobody_together),           T(long_recordings_are_cut),
        T(pieces_follow_their_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
