/* Many clips at once give what one clip at a time gives on the device's path. */
#include "../deploy/small.h"

#include "evaluate/classify.h"
#include "evaluate/stream.h"

#define N_CLIPS 37
#define BROKEN  11 /* this one cannot be read */

static void clip_of(const th_pipeline *p, size_t i, int16_t *pcm)
{
    th_rng rng = th_rng_make(3, i);
    for (int32_t k = 0; k < p->clip_samples; k++)
        pcm[k] = (int16_t)((int32_t)th_rng_below(&rng, 200 + 700 * (uint32_t)i) - 100 - 350 * (int32_t)i);
}

static th_err fill(void *ctx, size_t i, int16_t *pcm)
{
    clip_of(&((small *)ctx)->pipe, i, pcm);
    return i == BROKEN ? TH_EFORMAT : TH_OK;
}

static void classify(small *s, int threads, th_verdict *out)
{
    th_why why = {0};
    memset(out, 0, N_CLIPS * sizeof *out); /* so that padding can be compared */
    const th_classify_job job = {
        .pipe = &s->pipe, .net = {s->f32, s->s8}, .fill = fill, .n_clips = N_CLIPS, .ctx = s, .n_threads = threads};
    if (th_classify_clips(&job, out, &why)) fail_msg("%s", why.text);
}

static void same_for_any_number_of_threads(void **state)
{
    (void)state;
    small s;
    static th_verdict one[N_CLIPS], many[N_CLIPS];
    small_make(&s);
    classify(&s, 1, one);
    for (int threads = 2; threads <= 5; threads++) {
        classify(&s, threads, many);
        assert_memory_equal(one, many, sizeof one);
    }
    for (size_t i = 0; i < N_CLIPS; i++) assert_int_equal(one[i].err, i == BROKEN ? TH_EFORMAT : TH_OK);
    small_free(&s);
}

static void int8_scores_are_those_of_the_device_run(void **state)
{
    (void)state;
    small s;
    static th_verdict got[N_CLIPS];
    small_make(&s);
    classify(&s, 2, got);
    int16_t *pcm = malloc((size_t)s.pipe.clip_samples * sizeof *pcm);
    assert_non_null(pcm);
    int different_answers = 0;
    for (size_t i = 0; i < N_CLIPS; i++) {
        int8_t want[TH_MAX_LABELS];
        th_why why = {0};
        if (i == BROKEN) continue;
        clip_of(&s.pipe, i, pcm);
        if (th_stream_clips(&s.pipe, s.plan, pcm, 1, want, &why)) fail_msg("%s", why.text);
        for (int32_t k = 0; k < s.pipe.n_labels; k++)
            assert_true(got[i].score[1][k] == (float)(want[k] + 128) / 256.0f);
        assert_int_equal(got[i].said[1], th_score_best(got[i].score[1], s.pipe.n_labels));
        float sum = 0.0f;
        for (int32_t k = 0; k < s.pipe.n_labels; k++) sum += got[i].score[0][k];
        assert_true(sum > 0.999f && sum < 1.001f);
        different_answers += got[i].said[0] != got[0].said[0];
    }
    assert_true(different_answers > 0); /* else this test would see little */
    free(pcm);
    small_free(&s);
}

static void network_that_does_not_fit_is_refused(void **state)
{
    (void)state;
    small s;
    small_make(&s);
    static th_verdict out[N_CLIPS];
    const th_classify_job job = {
        .pipe = &s.pipe, .net = {s.f32, NULL}, .fill = fill, .n_clips = N_CLIPS, .ctx = &s, .n_threads = 2};
    th_why why = {0};
    s.pipe.n_labels--;
    assert_int_equal(th_classify_clips(&job, out, &why), TH_ESHAPE);
    assert_non_null(strstr(why.text, "thimble train"));
    s.pipe.n_labels++;
    s.pipe.n_frames++;
    assert_int_equal(th_classify_clips(&job, out, NULL), TH_ERANGE);
    small_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_for_any_number_of_threads),
        cmocka_unit_test(int8_scores_are_those_of_the_device_run),
        cmocka_unit_test(network_that_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
