#include "../test.h"

#include "base/hash.h"
#include "base/rng.h"
#include "dsp/watcher.h"

#include <math.h>

enum { ROWS = 400, AXES = 2, WINDOW = 8, HOP = 3, WINDOWS = (ROWS - WINDOW) / HOP + 1 };

static float rows[ROWS][AXES];

/* A network of three labels: the mean of the first axis, of the second, and a constant. */
static void labels_of(void *ctx, const void *in, void *out)
{
    const float *x = in;
    float *y = out;
    ++*(int *)ctx;
    y[0] = y[1] = 0.0f;
    y[2] = 0.6f;
    for (int t = 0; t < WINDOW; t++)
        for (int a = 0; a < AXES; a++) y[a] += x[t * AXES + a] / WINDOW;
}

/* Gives back the last row only. */
static void one_row_of(void *ctx, const void *in, void *out)
{
    (void)ctx;
    const int8_t *x = in;
    int8_t *y = out;
    memset(y, -4, WINDOW * AXES);
    memcpy(y + (WINDOW - 1) * AXES, x + (WINDOW - 1) * AXES, AXES);
}

static void first_of(void *ctx, const void *in, void *out)
{
    ++*(int *)ctx;
    memcpy(out, in, sizeof(float));
}

typedef struct made {
    th_block block;
    th_watcher w;
    uint8_t tables[256] __attribute__((aligned(16)));
    uint8_t memory[8192] __attribute__((aligned(16)));
} made;

static th_watcher_cfg cfg_of(made *m)
{
    const th_block_cfg c = {
        .n_parts = 1, .part = {{.kind = TH_BLOCK_RAW}}, .n_axes = AXES, .window = WINDOW, .rate_hz = 20.0f};
    th_arena arena = th_arena_over(m->tables, sizeof m->tables);
    assert_int_equal(th_block_init(&m->block, &c, &arena), TH_OK);
    return (th_watcher_cfg){
        .block = &m->block, .scratch = th_block_scratch(&c), .hop = HOP, .in = {.n = WINDOW * AXES}};
}

static void start(made *m, const th_watcher_cfg *cfg)
{
    th_arena arena = th_arena_over(m->memory, th_watcher_mem(cfg)); /* as much as is said, not more */
    assert_true(th_watcher_mem(cfg) <= sizeof m->memory);
    assert_int_equal(th_watcher_init(&m->w, cfg, &arena), TH_OK);
}

static void make_rows(void)
{
    th_rng r = th_rng_make(4, 4);
    for (int t = 0; t < ROWS; t++)
        for (int a = 0; a < AXES; a++) rows[t][a] = (t / 50 + a) % 3 == 0 ? 0.9f : 0.1f * th_rng_normal(&r);
}

/* The state is that of the last window that could be believed, said when it changes, at the time of its last row. */
static void says_what_changes(void **state)
{
    (void)state;
    made m;
    int runs = 0, windows = 0, changes = 0, was = -1;
    th_watcher_cfg cfg = cfg_of(&m);
    cfg.out.n = 3;
    cfg.least = 0.65f;
    cfg.network = labels_of;
    cfg.ctx = &runs;
    start(&m, &cfg);
    make_rows();
    for (int t = 0; t < ROWS; t++) {
        th_sighting seen;
        int changed;
        const int full = th_watcher_push(&m.w, rows[t], &seen, &changed);
        assert_int_equal(full, t + 1 >= WINDOW && (t + 1 - WINDOW) % HOP == 0);
        if (!full) continue;
        float y[3];
        int unused = 0, best = 0;
        labels_of(&unused, rows[t + 1 - WINDOW], y); /* the same rows, out of the whole recording */
        assert_memory_equal(y, m.w.out, sizeof y);
        for (int k = 1; k < 3; k++)
            if (y[k] > y[best]) best = k;
        if (y[best] < 0.65f) best = was;
        assert_int_equal(changed, best != was);
        assert_int_equal(seen.state, best);
        assert_int_equal(seen.time_ms, (t + 1) * 50);
        changes += changed;
        was = best;
        windows++;
    }
    assert_int_equal(windows, WINDOWS);
    assert_int_equal(runs, WINDOWS);
    assert_true(changes > 4 && m.w.n_windows == WINDOWS);
}

/* The mean of squares of what a network cannot give back, int8; above the limit it is an alarm. */
static void strangeness(void **state)
{
    (void)state;
    made m;
    int alarms = 0;
    th_watcher_cfg cfg = cfg_of(&m);
    cfg.in = cfg.out = (th_numbers){WINDOW * AXES, 0.01f, -4};
    cfg.answer = TH_ANSWER_ERROR;
    cfg.network = one_row_of;
    th_arena arena = th_arena_over(m.memory, sizeof m.memory);
    assert_int_equal(th_watcher_init(&m.w, &cfg, &arena), TH_ERANGE); /* no limit */
    cfg.limit = 0.3f;
    start(&m, &cfg);
    make_rows();
    for (int t = 0; t < ROWS; t++) {
        th_sighting seen;
        int changed;
        if (!th_watcher_push(&m.w, rows[t], &seen, &changed)) continue;
        double want = 0;
        for (int i = t + 1 - WINDOW; i <= t; i++)
            for (int a = 0; a < AXES; a++) {
                const double x = (double)rows[i][a], y = i == t ? floor(x * 100 + 0.5) / 100 : 0;
                want += (x - y) * (x - y) / (WINDOW * AXES);
            }
        assert_true(fabs((double)m.w.strangeness - want) < 1e-5);
        assert_int_equal(seen.state, m.w.strangeness > 0.3f);
        assert_true(abs(seen.score - (int)(256 * want / 0.3)) <= 1);
        alarms += changed && seen.state;
    }
    assert_true(alarms > 1);
}

/* What a window gives, with filters and orientation, at the start and after `before` rows; a hash of all features, and
 * times that begin again at 2^31. */
static uint64_t watched(int64_t before, float rate_hz, int32_t *windows)
{
    static uint8_t tables[8192] __attribute__((aligned(16))), memory[16384] __attribute__((aligned(16)));
    enum { LONG = 32 };
    const th_block_cfg c = {.n_parts = 2,
                            .part = {{.kind = TH_BLOCK_SPECTRAL,
                                      .n = 4,
                                      .peaks = 1,
                                      .filter = {.kind = TH_FILTER_LOW, .order = 4, .high_hz = rate_hz / 8}},
                                     {.kind = TH_BLOCK_ORIENTATION,
                                      .axes = 7,
                                      .filter = {.kind = TH_FILTER_LOW, .order = 1, .high_hz = rate_hz / 40}}},
                            .n_axes = 3,
                            .window = LONG,
                            .rate_hz = rate_hz};
    th_block block;
    th_watcher w;
    th_arena arena = th_arena_over(tables, sizeof tables);
    assert_int_equal(th_block_init(&block, &c, &arena), TH_OK);
    int runs = 0;
    const th_watcher_cfg cfg = {.block = &block,
                                .scratch = th_block_scratch(&c),
                                .hop = HOP,
                                .in = {.n = block.n_out},
                                .out = {.n = 1},
                                .answer = TH_ANSWER_SCORE,
                                .limit = 0.5f,
                                .network = first_of,
                                .ctx = &runs};
    arena = th_arena_over(memory, sizeof memory);
    assert_int_equal(th_watcher_init(&w, &cfg, &arena), TH_OK);
    w.n_rows = before;
    th_rng r = th_rng_make(8, 8);
    uint64_t hash = TH_FNV1A_START;
    for (int64_t t = 0; t < 2000; t++) {
        th_sighting seen;
        int changed;
        float row[3];
        for (int a = 0; a < 3; a++) row[a] = th_rng_normal(&r);
        if (!th_watcher_push(&w, row, &seen, &changed)) continue;
        const double ms = floor((double)(before + t + 1) * 1000 / (double)rate_hz);
        assert_int_equal(seen.time_ms, (uint64_t)ms % (UINT64_C(1) << 31));
        hash = th_fnv1a(hash, (th_span){w.in, sizeof(float) * (size_t)block.n_out});
        ++*windows;
    }
    return hash;
}

static void after_days_it_sees_the_same(void **state)
{
    (void)state;
    const float rates[] = {50.0f, 62.5f, 100.0f, 1.0f / 300.0f};
    const int64_t before[] = {INT64_C(23) * 3600 * 50, 107374000, INT64_C(1) << 31, (INT64_C(1) << 32) - 700};
    for (size_t k = 0; k < 16; k++) {
        int32_t windows = 0, again = 0;
        const uint64_t then = watched(0, rates[k / 4], &windows);
        if (k / 4 == 3 && k % 4) continue; /* a row in five minutes: 23 hours of 50 Hz are 39 years */
        assert_true(watched(before[k % 4], rates[k / 4], &again) == then);
        assert_true(again == windows && windows > 600);
    }
}

static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    made m;
    th_arena arena = th_arena_over(m.memory, sizeof m.memory);
    th_watcher_cfg cfg = cfg_of(&m), bad;
    cfg.out.n = 3;
    cfg.network = labels_of;
    bad = cfg, bad.hop = 0;
    assert_int_equal(th_watcher_init(&m.w, &bad, &arena), TH_ERANGE);
    bad = cfg, bad.in.n--;
    assert_int_equal(th_watcher_init(&m.w, &bad, &arena), TH_ERANGE);
    bad = cfg, bad.out.n = 0;
    assert_int_equal(th_watcher_init(&m.w, &bad, &arena), TH_ERANGE);
    bad = cfg, bad.answer = TH_ANSWER_ERROR, bad.limit = 1.0f;
    assert_int_equal(th_watcher_init(&m.w, &bad, &arena), TH_ERANGE);
    for (size_t n = 0; n < th_watcher_mem(&cfg); n += 16) {
        arena = th_arena_over(m.memory, n);
        assert_int_equal(th_watcher_init(&m.w, &cfg, &arena), TH_ENOMEM);
    }
}

/* The first rows say what is usual, and are not judged; what comes then is held against them, times the gain. */
static void learns_at_the_start(void **state)
{
    (void)state;
    enum { LEARN = 20, NUMBERS = WINDOW * AXES };
    made m;
    th_baseline own;
    static uint8_t memory[4096] __attribute__((aligned(16)));
    const th_baseline_cfg learnt = {NUMBERS, LEARN, 0};
    th_arena arena = th_arena_over(memory, sizeof memory);
    th_watcher_cfg cfg = cfg_of(&m);
    int runs = 0, judged = 0;
    assert_int_equal(th_baseline_init(&own, &learnt, &arena), TH_OK);
    cfg.out.n = 3;
    cfg.least = 0.0f;
    cfg.network = labels_of;
    cfg.ctx = &runs;
    cfg.baseline = &th_baseline_group;
    cfg.learn = LEARN;
    cfg.gain = 3.0f;
    start(&m, &cfg);
    make_rows();
    for (int t = 0; t < ROWS; t++) {
        th_sighting seen;
        int changed;
        const int full = th_watcher_push(&m.w, rows[t], &seen, &changed), windows = (t + 1 - WINDOW) / HOP + 1;
        const int whole = t + 1 >= WINDOW && (t + 1 - WINDOW) % HOP == 0;
        assert_int_equal(full, whole && windows > LEARN);
        assert_int_equal(m.w.learning, t + 1 < WINDOW || windows < LEARN);
        if (whole && windows <= LEARN) (void)th_baseline_learn(&own, rows[t + 1 - WINDOW]);
        if (!full) continue;
        float x[NUMBERS];
        memcpy(x, rows[t + 1 - WINDOW], sizeof x);
        th_baseline_hold(&own, x);
        for (int i = 0; i < NUMBERS; i++) x[i] *= 3.0f;
        assert_memory_equal(m.w.in, x, sizeof x);
        assert_int_equal(changed, judged == 0 || changed);
        judged++;
    }
    assert_int_equal(judged, WINDOWS - LEARN);
    assert_int_equal(runs, judged); /* the network rests while it learns */
    cfg.learn = TH_BASELINE_LEAST - 1;
    arena = th_arena_over(m.memory, sizeof m.memory);
    assert_int_equal(th_watcher_init(&m.w, &cfg, &arena), TH_ERANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_what_changes),
        cmocka_unit_test(strangeness),
        cmocka_unit_test(after_days_it_sees_the_same),
        cmocka_unit_test(learns_at_the_start),
        cmocka_unit_test(what_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
