#include "../test.h"

#include "evaluate/detections.h"

enum { YES, NO };

static th_stream_score score(const th_detection *d, size_t n_d, const th_truth *t, size_t n_t, int64_t ms,
                             int32_t *match, int32_t *heard)
{
    th_stream_score s;
    assert_int_equal(th_detections_score(d, n_d, t, n_t, ms, match, heard, &s), TH_OK);
    return s;
}

/* The picture in the header. */
static void hit_once_others_are_false(void **state)
{
    (void)state;
    const th_truth truth[] = {{1000, 1800, YES}, {6000, 6500, NO}};
    const th_detection found[] = {{1500, YES, 200}, {2700, YES, 200}, {3500, NO, 200}};
    int32_t match[3], heard[2];
    const th_stream_score s = score(found, 3, truth, 2, 36000, match, heard);
    assert_int_equal(s.hits, 1);
    assert_int_equal(s.misses, 1);
    assert_int_equal(s.false_accepts, 2);
    assert_true(s.recall == 0.5);
    assert_true(s.false_accepts_per_hour == 200.0); /* 2 in 36 s */
    assert_true(s.latency_mean_ms == 500.0);
    assert_true(s.latency_p95_ms == 500.0);
    assert_int_equal(match[0], 0);
    assert_int_equal(match[1], -1);
    assert_int_equal(match[2], -1);
    assert_int_equal(heard[0], 0);
    assert_int_equal(heard[1], -1);
}

static void edges_of_the_interval(void **state)
{
    (void)state;
    const th_truth truth[] = {{1000, 1800, YES}};
    const struct {
        int32_t ms, hits;
    } at[] = {{999, 0}, {1000, 1}, {2800, 1}, {2801, 0}};
    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        const th_detection d = {at[i].ms, YES, 200};
        int32_t match[1], heard[1];
        assert_int_equal(score(&d, 1, truth, 1, 5000, match, heard).hits, at[i].hits);
    }
}

static void wrong_label_is_a_miss_and_a_false_accept(void **state)
{
    (void)state;
    const th_truth truth[] = {{1000, 1800, YES}};
    const th_detection d = {1500, NO, 200};
    int32_t match[1], heard[1];
    const th_stream_score s = score(&d, 1, truth, 1, 5000, match, heard);
    assert_int_equal(s.hits, 0);
    assert_int_equal(s.misses, 1);
    assert_int_equal(s.false_accepts, 1);
    assert_true(s.latency_mean_ms == -1.0);
}

/* Two words close together: the second detection belongs to the second word. */
static void neighbours_share_fairly(void **state)
{
    (void)state;
    const th_truth truth[] = {{1000, 1500, YES}, {1600, 2100, YES}};
    const th_detection found[] = {{1700, YES, 200}, {2200, YES, 200}};
    int32_t match[2], heard[2];
    const th_stream_score s = score(found, 2, truth, 2, 5000, match, heard);
    assert_int_equal(s.hits, 2);
    assert_int_equal(match[0], 0);
    assert_int_equal(match[1], 1);
    assert_true(s.latency_mean_ms == 650.0);
    assert_true(s.latency_p95_ms == 700.0);
}

/* 20 hits of 10, 20 ... 200 ms: the 19th is the 95th percentile by nearest rank. */
static void percentile_is_nearest_rank(void **state)
{
    (void)state;
    th_truth truth[20];
    th_detection found[20];
    int32_t match[20], heard[20];
    for (int32_t i = 0; i < 20; i++) {
        truth[i] = (th_truth){i * 5000, i * 5000 + 500, YES};
        found[i] = (th_detection){i * 5000 + (i + 1) * 10, YES, 200};
    }
    assert_true(score(found, 20, truth, 20, 100000, match, heard).latency_p95_ms == 190.0);
}

static void nothing_at_all(void **state)
{
    (void)state;
    const th_stream_score s = score(NULL, 0, NULL, 0, 0, NULL, NULL);
    assert_true(s.recall == -1.0);
    assert_true(s.false_accepts_per_hour == 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hit_once_others_are_false),
        cmocka_unit_test(edges_of_the_interval),
        cmocka_unit_test(wrong_label_is_a_miss_and_a_false_accept),
        cmocka_unit_test(neighbours_share_fairly),
        cmocka_unit_test(percentile_is_nearest_rank),
        cmocka_unit_test(nothing_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
