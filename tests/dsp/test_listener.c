#include "../test.h"

#include "base/hash.h"
#include "base/rng.h"
#include "dsp/listener.h"

#define N_FRAMES 49
#define LENGTH   80000

typedef struct log {
    uint64_t pictures; /* hash of every picture that was classified */
    int32_t n_classified, n_scores, n_found;
    int32_t time[400];
    th_detection found[64];
} log;

/* a network that knows loud from quiet: the last frame's first value decides */
static void classify(void *ctx, const int8_t *features, int8_t *scores)
{
    log *l = ctx;
    const th_span s = {(const uint8_t *)features, N_FRAMES * 10};
    l->pictures = th_fnv1a(l->pictures, s);
    l->n_classified++;
    scores[0] = features[(N_FRAMES - 1) * 10];
    scores[1] = (int8_t)(-1 - scores[0]);
}

static void on_detect(void *ctx, const th_detection *d)
{
    log *l = ctx;
    l->found[l->n_found++] = *d;
}

static void on_scores(void *ctx, int32_t time_ms, const int8_t *scores)
{
    log *l = ctx;
    (void)scores;
    l->time[l->n_scores++] = time_ms;
}

typedef struct fixture {
    th_frontend f;
    th_listener_cfg cfg;
    void *tables, *memory;
    int16_t *pcm;
} fixture;

static fixture make_kind(th_feature_kind kind, int32_t hop)
{
    const th_frontend_cfg cfg = {kind, 16000, 480, hop, 512, kind == TH_MFCC ? 40 : 10, 10, 20.0f, 7600.0f};
    fixture x = {.tables = aligned_alloc(16, th_frontend_mem(&cfg)), .pcm = malloc(LENGTH * sizeof(int16_t))};
    th_arena arena = th_arena_over(x.tables, th_frontend_mem(&cfg));
    assert_int_equal(th_frontend_init(&x.f, &cfg, NULL, NULL, &arena), TH_OK);
    th_rng r = th_rng_make(4, 4);
    for (int i = 0; i < LENGTH; i++) {
        const float loud = i / 16000 % 2 ? 8000.0f : 10.0f;
        x.pcm[i] = (int16_t)(loud * th_rng_range(&r, -1.0f, 1.0f));
    }
    return x;
}

static fixture make(int32_t hop)
{
    return make_kind(TH_MFCC, hop);
}

static void finish(fixture *x) /* after x is where it stays */
{
    x->cfg = (th_listener_cfg){.frontend = &x->f,
                               .n_frames = N_FRAMES,
                               .stride_frames = 5,
                               .in_scale = 0.5f,
                               .in_zero = 40,
                               .classify = classify};
    x->cfg.detector = (th_detector_cfg){.window_ms = 1000,
                                        .suppress_ms = 1500,
                                        .min_count = 3,
                                        .threshold = 120,
                                        .stride_ms = 100,
                                        .n_classes = 2,
                                        .keyword_mask = 1};
}

static void drop(fixture *x)
{
    free(x->tables);
    free(x->pcm);
}

/* All samples, in pieces of `piece` (0: of random sizes, also 0), after `frames` frames have gone by. */
static log listen_after(fixture *x, int32_t piece, int64_t frames)
{
    log l = {.pictures = TH_FNV1A_START};
    th_listener listener;
    x->cfg.ctx = &l;
    const size_t bytes = th_listener_mem(&x->cfg);
    void *memory = aligned_alloc(16, bytes);
    th_arena arena = th_arena_over(memory, bytes);
    assert_int_equal(th_listener_init(&listener, &x->cfg, &arena), TH_OK);
    assert_int_equal(arena.peak, bytes);
    const int64_t samples = frames * x->f.cfg.hop;
    listener.n_done = frames;
    listener.n_samples = samples;
    listener.n_invoked = frames / x->cfg.stride_frames;
    th_rng r = th_rng_make((uint64_t)piece, 9);
    for (int32_t at = 0; at < LENGTH;) {
        int32_t n = piece ? piece : (int32_t)th_rng_below(&r, 2000);
        if (n > LENGTH - at) n = LENGTH - at;
        th_listener_push(&listener, x->pcm + at, n, on_detect, on_scores, &l);
        at += n;
    }
    assert_int_equal(listener.n_samples - samples, LENGTH);
    assert_int_equal(listener.n_done - frames, th_frontend_frames(&x->f.cfg, LENGTH));
    assert_int_equal(listener.n_invoked - frames / x->cfg.stride_frames, l.n_classified);
    free(memory);
    return l;
}

static log listen(fixture *x, int32_t piece)
{
    return listen_after(x, piece, 0);
}

/* The same from whole clips: picture k is frames 5k .. 5k+48 of the whole sound. */
static uint64_t batch(const fixture *x, int32_t *count)
{
    const int32_t frames = th_frontend_frames(&x->f.cfg, LENGTH);
    float *features = malloc((size_t)frames * 10 * sizeof *features), scratch[2 * (512 + 2)];
    int8_t *q = malloc((size_t)frames * 10);
    uint64_t h = TH_FNV1A_START;
    th_frontend_clip(&x->f, x->pcm, LENGTH, scratch, features);
    th_features_to_s8(features, frames * 10, x->cfg.in_scale, x->cfg.in_zero, q);
    *count = 0;
    for (int32_t first = 0; first + N_FRAMES <= frames; first += x->cfg.stride_frames, ++*count) {
        const th_span s = {(const uint8_t *)q + first * 10, N_FRAMES * 10};
        h = th_fnv1a(h, s);
    }
    free(features);
    free(q);
    return h;
}

static void stream_equals_batch_for_any_pieces(void **state)
{
    (void)state;
    const int32_t hops[] = {320, 480, 160, 700}; /* the last one leaves samples out between frames */
    const int32_t strides[] = {5, 1, N_FRAMES, N_FRAMES + 7};
    for (size_t k = 0; k < 4; k++) {
        fixture x = make(hops[k]);
        finish(&x);
        x.cfg.stride_frames = strides[k];
        int32_t count;
        const uint64_t want = batch(&x, &count);
        const log first = listen(&x, LENGTH);
        assert_int_equal(first.n_classified, count);
        assert_true(first.pictures == want);
        const int32_t pieces[] = {1, 7, 320, 479, 480, 481, 16000, 0};
        for (size_t p = 0; p < 8; p++) {
            const log other = listen(&x, pieces[p]);
            assert_memory_equal(&other, &first, sizeof first);
        }
        drop(&x);
    }
}

static void times_are_the_ends_of_the_frames(void **state)
{
    (void)state;
    fixture x = make(320);
    finish(&x);
    const log l = listen(&x, 1000);
    assert_int_equal(l.time[0], (48 * 320 + 480) * 1000 / 16000);
    for (int32_t k = 1; k < l.n_scores; k++) assert_int_equal(l.time[k] - l.time[0], k * 100);
    assert_true(l.n_found > 0); /* loud from 1 s to 2 s and from 3 s to 4 s */
    for (int32_t k = 0; k < l.n_found; k++) assert_int_equal(l.found[k].label, 0);
    drop(&x);
}

/* The same sound after hours, at the moment when times begin again, and after more samples than 32 bits count: the same
 * pictures, the same detections, and times that are never below 0. */
static void after_days_it_hears_the_same(void **state)
{
    (void)state;
    const int64_t frames[] = {INT64_C(23) * 3600 * 50, 107374060, 214748200, INT64_C(1) << 40};
    const th_feature_kind kinds[] = {TH_MFCC, TH_LOGMEL};
    for (size_t k = 0; k < 8; k++) {
        fixture x = make_kind(kinds[k / 4], 320);
        finish(&x);
        const log then = listen(&x, 1000), now = listen_after(&x, 1000, frames[k % 4]);
        const uint64_t gone = (uint64_t)frames[k % 4] * 20;
        assert_true(now.pictures == then.pictures && then.n_found > 0);
        assert_int_equal(now.n_scores, then.n_scores);
        assert_int_equal(now.n_found, then.n_found);
        for (int32_t i = 0; i < then.n_scores; i++)
            assert_int_equal(now.time[i], ((uint64_t)then.time[i] + gone) % (UINT64_C(1) << 31));
        for (int32_t i = 0; i < then.n_found; i++) {
            assert_int_equal(now.found[i].label, then.found[i].label);
            assert_int_equal(now.found[i].score, then.found[i].score);
            assert_int_equal(now.found[i].time_ms, ((uint64_t)then.found[i].time_ms + gone) % (UINT64_C(1) << 31));
        }
        drop(&x);
    }
}

static void borrowed_scratch_changes_nothing(void **state)
{
    (void)state;
    fixture x = make(320);
    finish(&x);
    const log own = listen(&x, 333);
    const size_t with = th_listener_mem(&x.cfg);
    float scratch[2 * (512 + 2)];
    x.cfg.scratch = scratch;
    const log borrowed = listen(&x, 333);
    assert_memory_equal(&own, &borrowed, sizeof own);
    assert_true(with - th_listener_mem(&x.cfg) >= sizeof scratch);
    drop(&x);
}

static void settings_and_memory_are_checked(void **state)
{
    (void)state;
    fixture x = make(320);
    finish(&x);
    static uint8_t memory[16384] __attribute__((aligned(16)));
    th_listener l;
    th_listener_cfg bad[10];
    for (int i = 0; i < 10; i++) bad[i] = x.cfg;
    bad[0].n_frames = 0;
    bad[1].stride_frames = 0;
    bad[2].in_scale = 0.0f;
    bad[3].detector.n_classes = TH_DETECT_CLASSES + 1;
    bad[4].detector.n_classes = 0;
    bad[5].detector.min_count = 0;
    bad[6].detector.min_count = TH_DETECT_HISTORY + 1;
    bad[7].detector.threshold = 257;
    bad[8].detector.window_ms = -1;
    bad[9].detector.suppress_ms = -1;
    for (int i = 0; i < 10; i++) {
        th_arena arena = th_arena_over(memory, sizeof memory);
        assert_int_equal(th_listener_init(&l, &bad[i], &arena), TH_ERANGE);
    }
    for (size_t size = 0; size < th_listener_mem(&x.cfg); size += 16) {
        th_arena arena = th_arena_over(memory, size);
        assert_int_equal(th_listener_init(&l, &x.cfg, &arena), TH_ENOMEM);
    }
    drop(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stream_equals_batch_for_any_pieces), cmocka_unit_test(times_are_the_ends_of_the_frames),
        cmocka_unit_test(after_days_it_hears_the_same),       cmocka_unit_test(borrowed_scratch_changes_nothing),
        cmocka_unit_test(settings_and_memory_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
