#include "../deploy/small.h"

#include "evaluate/stream.h"
#include "evaluate/sweep.h"

#define SAMPLES 160000

typedef struct heard {
    th_detection d[200];
    size_t n;
    th_score_log log;
} heard;

static void on_detect(void *ctx, const th_detection *d)
{
    heard *h = ctx;
    if (h->n < 200) h->d[h->n++] = *d;
}

static void on_scores(void *ctx, int32_t time_ms, const int8_t *score)
{
    th_score_log_add(&((heard *)ctx)->log, time_ms, score);
}

/* Detections of the run are the truth: replayed at the same threshold, each must be a hit and none false. */
static void replay_at_the_runs_threshold_is_the_run(void **state)
{
    (void)state;
    small s;
    th_why why = {0};
    small_make(&s);
    static heard h;
    h.log.n_classes = s.pipe.n_labels;
    int16_t *pcm = malloc(SAMPLES * sizeof *pcm);
    assert_non_null(pcm);
    small_noise(pcm, SAMPLES);
    if (th_stream_run(&s.pipe, s.plan, pcm, SAMPLES, on_detect, on_scores, &h, &why)) fail_msg("%s", why.text);
    assert_true(h.n > 2);
    th_truth truth[200];
    for (size_t i = 0; i < h.n; i++) truth[i] = (th_truth){h.d[i].time_ms, h.d[i].time_ms, h.d[i].label};
    const th_detector_cfg cfg = th_pipeline_detector(&s.pipe);
    th_sweep_point p[2] = {{.threshold = cfg.threshold}, {.threshold = 256}};
    assert_int_equal(th_sweep(&h.log, &cfg, truth, h.n, 10000, p, 2), TH_OK);
    assert_int_equal(p[0].score.hits, h.n);
    assert_int_equal(p[0].score.false_accepts, 0);
    assert_int_equal(p[1].score.hits, 0);
    assert_int_equal(p[1].score.misses, h.n);
    int32_t said = 0, hits = 0;
    for (int i = 0; i < TH_DETECT_CLASSES; i++) {
        said += p[1].word[i].said;
        hits += p[0].word[i].hits;
        assert_int_equal(p[0].word[i].hits, p[0].word[i].said);
        assert_int_equal(p[1].word[i].hits, 0);
    }
    assert_int_equal(said, h.n);
    assert_int_equal(hits, h.n);
    th_score_log_free(&h.log);
    free(pcm);
    small_free(&s);
}

static void best_is_the_middle_of_the_fewest_mistakes(void **state)
{
    (void)state;
    static const int32_t misses[6] = {0, 1, 1, 1, 2, 9}, false_accepts[6] = {5, 1, 1, 1, 0, 0};
    th_sweep_point p[6];
    for (int i = 0; i < 6; i++)
        p[i] = (th_sweep_point){.threshold = i, .score = {.misses = misses[i], .false_accepts = false_accepts[i]}};
    assert_int_equal(th_sweep_best(p, 6), 2); /* 1 to 4 make two mistakes each */
    p[1].score.misses = 0;
    assert_int_equal(th_sweep_best(p, 6), 1);
    assert_int_equal(th_sweep_best(p, 1), 0);
}

static void choice_keeps_the_rate_and_misses_least(void **state)
{
    (void)state;
    static const int32_t misses[6] = {0, 0, 1, 1, 4, 9}, false_accepts[6] = {50, 9, 2, 2, 1, 0};
    th_sweep_point p[6];
    for (int i = 0; i < 6; i++)
        p[i] = (th_sweep_point){.threshold = i,
                                .score = {.misses = misses[i],
                                          .false_accepts = false_accepts[i],
                                          .false_accepts_per_hour = false_accepts[i]}};
    assert_int_equal(th_sweep_choose(p, 6, 100), 1); /* fewer false accepts for the same misses */
    assert_int_equal(th_sweep_choose(p, 6, 5), 2);   /* 2 and 3 are equal: the middle */
    assert_int_equal(th_sweep_choose(p, 6, 1), 4);
    assert_int_equal(th_sweep_choose(p, 6, 0.5), 5);
    assert_int_equal(th_sweep_choose(p, 5, 0.5), 5); /* none of these five */
}

/* Tables of the Poisson distribution: upper 95 % limits of 0, 1, 2, 10. */
static void limit_of_a_count_is_poisson(void **state)
{
    (void)state;
    assert_float_equal(th_sweep_most(0), 2.9957, 1e-3);
    assert_float_equal(th_sweep_most(1), 4.7439, 1e-3);
    assert_float_equal(th_sweep_most(2), 6.2958, 1e-3);
    assert_float_equal(th_sweep_most(10), 16.9622, 1e-3);
    assert_true(th_sweep_most(5000) > 5000 && th_sweep_most(5000) < 5200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(replay_at_the_runs_threshold_is_the_run),
                                       cmocka_unit_test(best_is_the_middle_of_the_fewest_mistakes),
                                       cmocka_unit_test(choice_keeps_the_rate_and_misses_least),
                                       cmocka_unit_test(limit_of_a_count_is_poisson)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
