#include "../test.h"

#include "data/split.h"

#define N 600

typedef struct set {
    th_split_item item[N];
    char speaker[N][16], key[N][32];
} set;

static set *make(int n_speakers, int n_labels)
{
    static const char *const labels[] = {"a", "b", "c", "d"};
    set *s = calloc(1, sizeof *s);
    assert_non_null(s);
    for (int i = 0; i < N; i++) {
        if (n_speakers) snprintf(s->speaker[i], sizeof s->speaker[i], "s%d", (i * i / 7) % n_speakers);
        snprintf(s->key[i], sizeof s->key[i], "clip%d", i);
        s->item[i] = (th_split_item){.label = labels[i % n_labels], .subject = s->speaker[i], .key = s->key[i]};
    }
    return s;
}

static bool choose(set *s, int n, uint64_t seed)
{
    bool by_speaker;
    const th_split_cfg cfg = {.val = 0.1, .test = 0.1, .seed = seed};
    assert_int_equal(th_split_choose(s->item, (size_t)n, &cfg, &by_speaker, NULL), TH_OK);
    return by_speaker;
}

static void nobody_is_on_two_sides(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        set *s = make(5 + (int)seed * 3, 4);
        size_t count[TH_N_SPLITS] = {0};
        assert_true(choose(s, N, seed));
        for (int i = 0; i < N; i++) {
            count[s->item[i].split]++;
            for (int k = 0; k < i; k++)
                if (strcmp(s->speaker[i], s->speaker[k]) == 0) assert_int_equal(s->item[i].split, s->item[k].split);
        }
        assert_true(count[TH_TRAIN] > N / 3 && count[TH_VAL] > 0 && count[TH_TEST] > 0);
        if (seed > 10) assert_true(count[TH_TEST] < N / 4 && count[TH_VAL] < N / 4 && count[TH_TRAIN] > N * 6 / 10);
        free(s);
    }
}

static void known_speakers_stay(void **state)
{
    (void)state;
    set *s = make(12, 3);
    s->item[3].fixed = true;
    s->item[3].split = TH_TEST;
    assert_true(choose(s, N, 1));
    for (int i = 0; i < N; i++)
        if (strcmp(s->speaker[i], s->speaker[3]) == 0) assert_int_equal(s->item[i].split, TH_TEST);
    free(s);
}

static void few_or_unknown_speakers_are_divided_by_clip(void **state)
{
    (void)state;
    for (int speakers = 0; speakers < TH_MIN_SPEAKERS; speakers++) {
        set *s = make(speakers, 4);
        assert_false(choose(s, N, 5));
        size_t count[4][TH_N_SPLITS] = {{0}};
        for (int i = 0; i < N; i++) count[i % 4][s->item[i].split]++;
        for (int l = 0; l < 4; l++)
            assert_true(count[l][TH_VAL] == 15 && count[l][TH_TEST] == 15 && count[l][TH_TRAIN] == 120);
        free(s);
    }
}

static void small_labels(void **state)
{
    (void)state;
    for (int n = 1; n < 12; n++) {
        set *s = make(0, 1);
        size_t count[TH_N_SPLITS] = {0};
        choose(s, n, 1);
        for (int i = 0; i < n; i++) count[s->item[i].split]++;
        if (n < TH_MIN_TO_SPLIT)
            assert_int_equal(count[TH_TRAIN], n); /* one clip is enough to go on */
        else
            assert_true(count[TH_VAL] >= 1 && count[TH_TEST] >= 1 && count[TH_TRAIN] >= 3);
        free(s);
    }
}

static void a_rare_label_is_trained(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 50; seed++) {
        set *s = make(20, 1);
        s->item[17].label = "rare"; /* one clip, of somebody who says nothing else */
        s->item[17].subject = "x";
        choose(s, N, seed);
        assert_int_equal(s->item[17].split, TH_TRAIN);
        free(s);
    }
}

static void same_seed_same_split_other_seed_other(void **state)
{
    (void)state;
    set *a = make(40, 4), *b = make(40, 4), *c = make(40, 4);
    choose(a, N, 1);
    choose(b, N, 1);
    choose(c, N, 2);
    int other = 0;
    for (int i = 0; i < N; i++) {
        assert_int_equal(a->item[i].split, b->item[i].split);
        other += a->item[i].split != c->item[i].split;
    }
    assert_true(other > 0);
    free(a);
    free(b);
    free(c);
}

static void pieces_are_divided_in_the_order_of_time(void **state)
{
    (void)state;
    set *s = make(0, 1);
    for (int i = 0; i < 60; i++)
        snprintf(s->key[i], sizeof s->key[i], "%s.wav#%d", i < 40 ? "rain" : "rainy", i < 40 ? 39 - i : i - 40);
    choose(s, 60, 9);
    for (int i = 0; i < 40; i++) /* 80, 10, 10 % of 40; the list stands backwards */
        assert_int_equal(s->item[39 - i].split, i < 32 ? TH_TRAIN : i < 36 ? TH_VAL : TH_TEST);
    for (int i = 0; i < 20; i++) assert_int_equal(s->item[40 + i].split, i < 16 ? TH_TRAIN : i < 18 ? TH_VAL : TH_TEST);
    free(s);
}

/* Clips that come one by one: the shares fill up; a known speaker stays where the others' clips put them. */
static void one_after_the_other(void **state)
{
    (void)state;
    const th_split_cfg cfg = {.val = 0.1, .test = 0.1, .seed = 1};
    set *s = make(0, 2);
    size_t count[TH_N_SPLITS] = {0}, first_test = 0;
    for (size_t i = 0; i < 200; i++) {
        assert_int_equal(th_split_next(s->item, i + 1, i, &cfg, NULL), TH_OK);
        s->item[i].fixed = true;
        count[s->item[i].split]++;
        if (!first_test && s->item[i].split == TH_TEST) first_test = i;
    }
    assert_in_range(count[TH_TEST], 18, 22);
    assert_in_range(count[TH_VAL], 18, 22);
    assert_in_range(first_test, 8, 14); /* of a label's clips the sixth or so */
    free(s);
    s = make(10, 2);
    for (size_t i = 0; i < 300; i++) {
        assert_int_equal(th_split_next(s->item, i + 1, i, &cfg, NULL), TH_OK);
        s->item[i].fixed = true;
    }
    for (size_t i = 200; i < 300; i++) { /* ten are known by then: nobody changes sides any more */
        size_t k = 150;
        while (strcmp(s->speaker[k], s->speaker[i]) != 0) k++;
        assert_int_equal(s->item[i].split, s->item[k].split);
    }
    free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_is_on_two_sides),
        cmocka_unit_test(known_speakers_stay),
        cmocka_unit_test(few_or_unknown_speakers_are_divided_by_clip),
        cmocka_unit_test(small_labels),
        cmocka_unit_test(a_rare_label_is_trained),
        cmocka_unit_test(same_seed_same_split_other_seed_other),
        cmocka_unit_test(pieces_are_divided_in_the_order_of_time),
        cmocka_unit_test(one_after_the_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
