#include "../test.h"

#include "base/rng.h"
#include "dsp/block.h"
#include "dsp/window.h"
#include "block_cases.h"
#include "plain_block.h"

#define MOST 70000

static float window[TH_BLOCK_ROWS * TH_BLOCK_AXES], got[MOST];
static double want[MOST];

#define STATS_ALL ((1 << TH_STATS) - 1)

/* The parts that are tried, alone, with every kind of window. */
static const th_block_part parts[] = {
    {.kind = TH_BLOCK_RAW},
    {.kind = TH_BLOCK_RAW, .axes = 5},
    {.kind = TH_BLOCK_STATS, .what = STATS_ALL},
    {.kind = TH_BLOCK_STATS, .what = 1 << TH_STAT_RMS | 1 << TH_STAT_KURTOSIS, .axes = 6},
    {.kind = TH_BLOCK_CROSSINGS},
    {.kind = TH_BLOCK_AUTOCORRELATION, .n = 10},
    {.kind = TH_BLOCK_AUTOCORRELATION, .n = 5, .hop = 9, .axes = 32},
    {.kind = TH_BLOCK_SPECTRAL, .n = 16},
    {.kind = TH_BLOCK_SPECTRAL, .n = 7, .peaks = 3, .floor = 1e-3f},
    {.kind = TH_BLOCK_SPECTRAL, .what = TH_POWER_BINS, .n = 20, .n_fft = 1000, .peaks = 8},
    {.kind = TH_BLOCK_SPECTRAL, .n = 12, .filter = {TH_FILTER_HIGH, 4, 0.5f, 0.0f}},
    {.kind = TH_BLOCK_SPECTRAL, .n = 12, .filter = {TH_FILTER_LOW, 5, 0.0f, 6.0f}, .peaks = 2},
    {.kind = TH_BLOCK_SPECTRAL, .n = 12, .filter = {TH_FILTER_BAND, 8, 1.0f, 15.0f}},
    {.kind = TH_BLOCK_SPECTRAL, .n = 12, .filter = {TH_FILTER_BAND, 1, 2.0f, 3.0f}},
    {.kind = TH_BLOCK_WAVELET, .what = TH_WAVELET_HAAR, .n = 3},
    {.kind = TH_BLOCK_WAVELET, .what = TH_WAVELET_DB2, .n = 4},
    {.kind = TH_BLOCK_WAVELET, .what = TH_WAVELET_DB4, .n = 5, .axes = 3},
    {.kind = TH_BLOCK_SPECTROGRAM, .n = 8, .frame = 32, .hop = 16},
    {.kind = TH_BLOCK_SPECTROGRAM,
     .what = TH_POWER_BINS,
     .n = 10,
     .frame = 25,
     .hop = 10,
     .axes = 34,
     .filter = {TH_FILTER_HIGH, 2, 0.3f, 0.0f}},
    {.kind = TH_BLOCK_ORIENTATION, .axes = 7, .filter = {TH_FILTER_LOW, 1, 0.0f, 0.4f}},
    {.kind = TH_BLOCK_ORIENTATION, .what = TH_GYRO_RAD, .filter = {TH_FILTER_LOW, 1, 0.0f, 0.2f}},
    {.kind = TH_BLOCK_ORIENTATION, .what = TH_GYRO_DEG, .filter = {TH_FILTER_LOW, 1, 0.0f, 0.2f}},
    {.kind = TH_BLOCK_ALIGNED},
    {.kind = TH_BLOCK_ALIGNED, .axes = 7},
    {.kind = TH_BLOCK_STATS, .what = 1 << TH_STAT_MEAN | 1 << TH_STAT_SD | 1 << TH_STAT_STEP, .upright = 1},
    {.kind = TH_BLOCK_SPECTRAL, .n = 8, .axes = 5, .upright = 1, .filter = {TH_FILTER_HIGH, 2, 0.5f, 0.0f}},
    {.kind = TH_BLOCK_SPECTROGRAM, .n = 8, .frame = 32, .hop = 16, .upright = 1},
};
#define N_PARTS ((int)(sizeof parts / sizeof parts[0]))

static th_block_cfg cfg_of(const th_block_part *part, int n_axes, int rows)
{
    th_block_cfg c = {.n_parts = 1, .n_axes = n_axes, .window = rows, .rate_hz = 50.0f};
    c.part[0] = *part;
    return c;
}

enum { WALK, SHAKE, CONSTANT, ZERO, FAR, FAINT, WAVES };

/* Something that moves: gravity, steps of 1.9 Hz and their overtones, noise; or what is hard to compute. */
static void make_window(const th_block_cfg *c, int kind, uint64_t seed)
{
    th_rng r = th_rng_make(seed, 4);
    for (int t = 0; t < c->window; t++)
        for (int a = 0; a < c->n_axes; a++) {
            const double s = t / (double)c->rate_hz, noise = (double)th_rng_range(&r, -1.0f, 1.0f);
            const double walk = 3.0 * sin(2.0 * PI * 1.9 * s + a) + 1.2 * sin(2.0 * PI * 5.7 * s) + 0.3 * noise;
            const double v = kind == WALK       ? walk + (a == 2 ? 9.8 : 0.1 * a)
                             : kind == SHAKE    ? 20.0 * noise
                             : kind == CONSTANT ? 9.80665 - a
                             : kind == FAR      ? 1e4 + walk
                             : kind == FAINT    ? 1e-9 * noise
                                                : 0.0;
            window[t * c->n_axes + a] = (float)v;
        }
}

typedef struct made {
    th_block b;
    void *memory;
    void *scratch;
} made;

static made make_block(const th_block_cfg *c)
{
    made m;
    const size_t bytes = th_block_mem(c);
    m.memory = aligned_alloc(TH_ARENA_ALIGN, bytes + TH_ARENA_ALIGN);
    th_arena arena = th_arena_over(m.memory, bytes);
    assert_int_equal(th_block_init(&m.b, c, &arena), TH_OK);
    assert_int_equal(arena.peak, bytes); /* exactly what was announced */
    m.scratch = malloc(4 * th_block_scratch(c));
    return m;
}

static void free_block(made *m)
{
    free(m->memory);
    free(m->scratch);
}

/* Runs into an array that is as long as announced, so that ASan sees a value too many. */
static int run(const th_block_cfg *c)
{
    made m = make_block(c);
    int32_t h, w, ch;
    float *out = malloc(sizeof *out * (size_t)m.b.n_out), *in = malloc(sizeof *in * (size_t)(c->window * c->n_axes));
    memcpy(in, window, sizeof *in * (size_t)(c->window * c->n_axes));
    th_block_run(&m.b, in, m.scratch, out);
    memcpy(got, out, sizeof *out * (size_t)m.b.n_out);
    assert_int_equal(th_block_shape(c, &h, &w, &ch), TH_OK);
    assert_int_equal(h * w * ch, m.b.n_out);
    const int n = m.b.n_out;
    free(out);
    free(in);
    free_block(&m);
    return n;
}

/* What an error of 1 in the input means: features are in its unit, squares and logarithms are not. */
static double tolerance(const th_block_cfg *c, int kind, int i)
{
    const th_block_kind k = c->part[0].kind;
    const double value = fabs(want[i]);
    if (k == TH_BLOCK_RAW) return 0.0;
    if (k == TH_BLOCK_CROSSINGS) return 1e-7;
    if (kind == FAR && c->part[0].upright) return 0.1; /* lengths of 17,000 keep 3 digits behind the point */
    if (kind == FAR) return k == TH_BLOCK_SPECTRAL || k == TH_BLOCK_SPECTROGRAM ? 0.02 : 0.003 + 1e-5 * value;
    if (kind == FAINT && k != TH_BLOCK_SPECTRAL && k != TH_BLOCK_SPECTROGRAM) return 1e-14 + 1e-4 * value;
    return 2e-4 + 2e-5 * value;
}

static void every_kind_equals_a_plain_one(void **state)
{
    (void)state;
    const int rows[] = {128, 100, 33, 512};
    for (int p = 0; p < N_PARTS; p++)
        for (int kind = 0; kind < 4 * WAVES; kind++) {
            th_block_cfg c = cfg_of(&parts[p], 6, rows[kind / WAVES]);
            if (th_block_check(&c, NULL)) {
                assert_true(c.window == 33); /* too short for some */
                continue;
            }
            make_window(&c, kind % WAVES, (uint64_t)kind);
            const int n = run(&c);
            assert_int_equal(n, plain_block(&c, window, want));
            for (int i = 0; i < n; i++)
                if (!(fabs((double)got[i] - want[i]) <= tolerance(&c, kind % WAVES, i)))
                    fail_msg("part %d (%s), wave %d, %d rows, value %d: %.9g, plain %.9g", p,
                             th_block_kind_name(parts[p].kind), kind % WAVES, c.window, i, (double)got[i], want[i]);
        }
}

/* Parts with values for each row stand side by side; nothing else stands beside them. */
static void rows_stand_side_by_side(void **state)
{
    (void)state;
    th_block_cfg c = {.n_parts = 2, .n_axes = 6, .window = 50, .rate_hz = 50.0f};
    c.part[0] = (th_block_part){.kind = TH_BLOCK_RAW, .axes = 63};
    c.part[1] = (th_block_part){.kind = TH_BLOCK_ALIGNED};
    int32_t h, w, ch;
    assert_int_equal(th_block_shape(&c, &h, &w, &ch), TH_OK);
    assert_true(h == 50 && w == 1 && ch == 12);
    assert_int_equal(th_block_norms(&c), 12);
    make_window(&c, WALK, 3);
    run(&c);
    static float both[50][12], alone[50][6];
    memcpy(both, got, sizeof both);
    th_block_cfg one = cfg_of(&c.part[1], 6, 50);
    run(&one);
    memcpy(alone, got, sizeof alone);
    for (int t = 0; t < 50; t++) {
        assert_memory_equal(both[t], window + (size_t)t * 6, 6 * sizeof(float));
        assert_memory_equal(both[t] + 6, alone[t], 6 * sizeof(float));
    }
    c.part[1] = (th_block_part){.kind = TH_BLOCK_CROSSINGS};
    assert_int_equal(th_block_check(&c, NULL), TH_ERANGE);
}

/* ---- limits ---- */

static void nothing_and_constants_give_numbers(void **state)
{
    (void)state;
    const int rows[] = {2, 3, 4, 5, 64, TH_BLOCK_ROWS};
    for (int p = 0; p < N_PARTS; p++)
        for (int r = 0; r < 6; r++)
            for (int kind = 0; kind < 6; kind++) {
                th_block_part part = parts[p];
                part.n_fft = 0;
                if (rows[r] <= 5 && part.n > 1) part.n = 1; /* what a window of 2 can have */
                if (rows[r] <= 5) part.hop = part.hop > 0, part.frame = part.frame ? 2 : 0;
                const th_block_cfg c = cfg_of(&part, 6, rows[r]);
                assert_int_equal(th_block_check(&c, NULL), TH_OK);
                make_window(&c, kind, 3);
                for (int i = 0; i < 6 * rows[r] && kind == SHAKE; i++) window[i] *= 4e13f; /* the largest there are */
                const int n = run(&c);
                for (int i = 0; i < n; i++)
                    if (!isfinite(got[i])) fail_msg("part %d, %d rows, wave %d, value %d", p, rows[r], kind, i);
            }
}

static void constants_have_no_shape(void **state)
{
    (void)state;
    const th_block_cfg c = cfg_of(&parts[2], 6, 77);
    make_window(&c, CONSTANT, 1);
    assert_int_equal(run(&c), 6 * TH_STATS);
    for (int a = 0; a < 6; a++) {
        const float *v = got + a * TH_STATS, x = (float)(9.80665 - a), flat[] = {x, 0, fabsf(x), x, x, 0, 0, 0, 0};
        for (int s = 0; s < TH_STATS; s++)
            if (s != TH_STAT_RMS) assert_true(v[s] == flat[s]);
        assert_true(fabs((double)(v[TH_STAT_RMS] - flat[TH_STAT_RMS])) < 1e-6);
    }
}

static void the_largest_window_goes(void **state)
{
    (void)state;
    th_block_cfg c = {.n_parts = 8, .n_axes = TH_BLOCK_AXES, .window = TH_BLOCK_ROWS, .rate_hz = 4000.0f};
    c.part[0] = parts[2];
    c.part[1] = parts[4];
    c.part[2] = parts[5];
    c.part[3] = (th_block_part){.kind = TH_BLOCK_SPECTRAL, .n = 64, .n_fft = 8192, .peaks = 8};
    c.part[4] = (th_block_part){.kind = TH_BLOCK_WAVELET, .what = TH_WAVELET_DB4, .n = TH_BLOCK_LEVELS};
    c.part[5] = (th_block_part){.kind = TH_BLOCK_SPECTROGRAM, .n = 4, .frame = 512, .hop = 512};
    c.part[6] = (th_block_part){
        .kind = TH_BLOCK_ORIENTATION, .axes = 7, .filter = {.kind = TH_FILTER_LOW, .order = 1, .high_hz = 0.5f}};
    c.part[7] = (th_block_part){.kind = TH_BLOCK_AUTOCORRELATION, .n = 2, .hop = 2000};
    make_window(&c, WALK, 8);
    const int n = run(&c);
    assert_int_equal(n, 16 * (9 + 1 + 10 + 80 + 55 + 32 + 2) + 8);
    for (int i = 0; i < n; i++) assert_true(isfinite(got[i]));
}

static void settings_are_checked(void **state)
{
    (void)state;
    const th_filter low = {TH_FILTER_LOW, 1, 0.0f, 0.5f}, high = {TH_FILTER_HIGH, 9, 0.5f, 0.0f},
                    band = {TH_FILTER_BAND, 2, 3.0f, 3.0f}, slow = {TH_FILTER_HIGH, 2, 0.001f, 0.0f},
                    fast = {TH_FILTER_LOW, 2, 0.0f, 24.6f}, none = {(th_filter_kind)4, 2, 1.0f, 2.0f};
    const th_block_part bad[] = {{.kind = (th_block_kind)TH_BLOCK_KINDS},
                                 {.kind = TH_BLOCK_RAW, .axes = 64},
                                 {.kind = TH_BLOCK_RAW, .axes = -1},
                                 {.kind = TH_BLOCK_STATS},
                                 {.kind = TH_BLOCK_STATS, .what = 1 << TH_STATS},
                                 {.kind = TH_BLOCK_AUTOCORRELATION},
                                 {.kind = TH_BLOCK_AUTOCORRELATION, .n = 128},
                                 {.kind = TH_BLOCK_AUTOCORRELATION, .n = 64, .hop = 2},
                                 {.kind = TH_BLOCK_AUTOCORRELATION, .n = INT32_MAX, .hop = INT32_MAX},
                                 {.kind = TH_BLOCK_AUTOCORRELATION, .n = 1, .hop = -1},
                                 {.kind = TH_BLOCK_SPECTRAL},
                                 {.kind = TH_BLOCK_SPECTRAL, .n = 65},
                                 {.kind = TH_BLOCK_SPECTRAL, .n = 8, .n_fft = 126},
                                 {.kind = TH_BLOCK_SPECTRAL, .n = 8, .n_fft = 129},
                                 {.kind = TH_BLOCK_SPECTRAL, .n = 8, .n_fft = 8194},
                                 {.kind = TH_BLOCK_SPECTRAL, .n = 8, .peaks = TH_BLOCK_PEAKS + 1},
                                 {.kind = TH_BLOCK_SPECTRAL, .n = 8, .what = 2},
                                 {.kind = TH_BLOCK_SPECTRAL, .n = 8, .floor = -1.0f},
                                 {.kind = TH_BLOCK_SPECTRAL, .n = 8, .floor = NAN},
                                 {.kind = TH_BLOCK_SPECTRAL, .n = 8, .filter = high},
                                 {.kind = TH_BLOCK_SPECTRAL, .n = 8, .filter = band},
                                 {.kind = TH_BLOCK_SPECTRAL, .n = 8, .filter = slow},
                                 {.kind = TH_BLOCK_SPECTRAL, .n = 8, .filter = fast},
                                 {.kind = TH_BLOCK_SPECTRAL, .n = 8, .filter = none},
                                 {.kind = TH_BLOCK_WAVELET, .n = 0},
                                 {.kind = TH_BLOCK_WAVELET, .n = 8},
                                 {.kind = TH_BLOCK_WAVELET, .n = 2, .what = TH_WAVELETS},
                                 {.kind = TH_BLOCK_SPECTROGRAM, .n = 4, .frame = 129, .hop = 1},
                                 {.kind = TH_BLOCK_SPECTROGRAM, .n = 4, .frame = 32, .hop = 0},
                                 {.kind = TH_BLOCK_ORIENTATION, .filter = low},
                                 {.kind = TH_BLOCK_ORIENTATION, .axes = 7, .what = TH_GYRO_RAD, .filter = low},
                                 {.kind = TH_BLOCK_ORIENTATION, .axes = 7}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        th_block_cfg c = cfg_of(&parts[2], 6, 127);
        uint8_t memory[16];
        th_arena arena = th_arena_over(memory, sizeof memory);
        th_block b;
        int32_t which;
        c.n_parts = 2;
        c.part[1] = bad[i];
        if (th_block_check(&c, &which) != TH_ERANGE || which != 1) fail_msg("part %d is not refused", (int)i);
        assert_int_equal(th_block_mem(&c), 0);
        assert_int_equal(th_block_norms(&c), 0);
        assert_int_equal(th_block_init(&b, &c, &arena), TH_ERANGE);
    }
}

static void settings_of_the_whole_are_checked(void **state)
{
    (void)state;
    th_block_cfg whole[9];
    for (int i = 0; i < 9; i++) whole[i] = cfg_of(&parts[2], 6, 128);
    whole[0].n_parts = 0, whole[1].n_parts = 9, whole[2].n_axes = 0, whole[3].n_axes = 17, whole[4].window = 1;
    whole[5].window = 4097, whole[6].rate_hz = NAN, whole[7].rate_hz = 0.0f, whole[8].fixed = 2;
    for (int i = 0; i < 9; i++) {
        int32_t which;
        assert_int_equal(th_block_check(&whole[i], &which), TH_ERANGE);
        assert_int_equal(which, -1);
    }
    th_block_cfg two = cfg_of(&parts[0], 6, 128); /* raw stands alone */
    two.n_parts = 2, two.part[1] = parts[2];
    assert_int_equal(th_block_check(&two, NULL), TH_ERANGE);
}

static void little_memory_is_an_error(void **state)
{
    (void)state;
    const th_block_cfg c = cfg_of(&parts[12], 6, 128);
    static uint8_t memory[8192] __attribute__((aligned(16)));
    assert_in_range(th_block_mem(&c), 16, sizeof memory);
    for (size_t size = 0; size < th_block_mem(&c); size += 16) {
        th_arena arena = th_arena_over(memory, size);
        th_block b;
        assert_int_equal(th_block_init(&b, &c, &arena), TH_ENOMEM);
    }
}

static void shapes_are_what_networks_want(void **state)
{
    (void)state;
    int32_t h, w, ch;
    th_block_cfg c = cfg_of(&parts[1], 6, 128);
    assert_int_equal(th_block_shape(&c, &h, &w, &ch), TH_OK);
    assert_true(h == 128 && w == 1 && ch == 2 && th_block_norms(&c) == 2);
    c = cfg_of(&parts[17], 6, 128);
    assert_int_equal(th_block_shape(&c, &h, &w, &ch), TH_OK);
    assert_true(h == 7 && w == 8 && ch == 6 && th_block_norms(&c) == 48);
    c.n_parts = 2, c.part[1] = parts[2];
    assert_int_equal(th_block_shape(&c, &h, &w, &ch), TH_OK);
    assert_true(h == 1 && w == 1 && ch == 7 * 48 + 54 && th_block_norms(&c) == ch);
}

static void normalisation_goes_by_channel(void **state)
{
    (void)state;
    const th_block_cfg c = cfg_of(&parts[0], 3, 20);
    const float mean[3] = {1.0f, -2.0f, 0.5f}, inv[3] = {2.0f, 0.25f, 3.0f};
    float out[60];
    made m = make_block(&c);
    make_window(&c, WALK, 2);
    m.b.mean = mean, m.b.inv_std = inv;
    th_block_run(&m.b, window, m.scratch, out);
    for (int i = 0; i < 60; i++) assert_true(out[i] == (window[i] - mean[i % 3]) * inv[i % 3]);
    free_block(&m);
}

static void tables_are_all_there_is(void **state)
{
    (void)state;
    th_block_cfg c = cfg_of(&parts[12], 6, 128);
    c.n_parts = 3, c.part[1] = parts[2], c.part[2] = parts[19];
    th_block_table t[TH_BLOCK_TABLES];
    size_t bytes = 0;
    made m = make_block(&c);
    const int n = th_block_tables(&m.b, t);
    assert_int_equal(n, 3 * 3 + 2);
    for (int i = 0; i < n; i++) {
        assert_true((t[i].count > 0) == (t[i].data != NULL));
        bytes += ((size_t)t[i].count * (t[i].type == TH_BLOCK_S16 ? 2 : 4) + 15) / 16 * 16;
    }
    assert_int_equal(bytes, th_block_mem(&c));
    assert_true(t[0].part == 0 && t[0].data == m.b.step[0].f32 && t[n - 1].part == -1);
    free_block(&m);
}

/* ---- streams ---- */

static void a_stream_is_its_windows(void **state)
{
    (void)state;
    enum { ROWS = 700, N_AXES = 3 };
    const int windows[][2] = {{64, 64}, {64, 10}, {64, 1}, {33, 50}, {2, 3}, {1, 1}, {100, 99}};
    static float stream[ROWS * N_AXES], piece[ROWS * N_AXES];
    th_rng r = th_rng_make(5, 5);
    for (int i = 0; i < ROWS * N_AXES; i++) stream[i] = th_rng_range(&r, -5.0f, 5.0f);
    for (size_t k = 0; k < sizeof windows / sizeof windows[0]; k++) {
        static uint8_t memory[4096] __attribute__((aligned(16)));
        th_arena arena = th_arena_over(memory, sizeof memory);
        th_window w;
        const int length = windows[k][0], hop = windows[k][1];
        int done = 0, ready = 0;
        assert_int_equal(th_window_init(&w, length, hop, N_AXES * 4, &arena), TH_OK);
        while (done < ROWS) { /* pieces of any size, as they come */
            int n = 1 + (int)th_rng_below(&r, 37);
            for (n = n < ROWS - done ? n : ROWS - done; n > 0; n--, done++) {
                if (!th_window_push(&w, stream + done * N_AXES)) continue;
                assert_int_equal(done + 1, ready * hop + length);
                th_window_copy(&w, piece);
                assert_memory_equal(piece, stream + ready * hop * N_AXES, (size_t)length * N_AXES * 4);
                ready++;
            }
        }
        assert_int_equal(ready, (ROWS - length) / hop + 1);
    }
    th_window w;
    th_arena none = th_arena_over(NULL, 0);
    assert_int_equal(th_window_init(&w, 4, 4, 4, &none), TH_ENOMEM);
    assert_int_equal(th_window_init(&w, 0, 4, 4, &none), TH_ERANGE);
    assert_int_equal(th_window_init(&w, 4, 0, 4, &none), TH_ERANGE);
    assert_int_equal(th_window_init(&w, 4096, 1, 8192, &none), TH_ERANGE);
}

/* Features of a stream, bit for bit those of the windows that were cut out of it. */
static void features_of_a_stream_are_those_of_the_batch(void **state)
{
    (void)state;
    enum { ROWS = 1000 };
    static float stream[ROWS * 6], piece[128 * 6];
    static float batch[1000], live[1000];
    th_block_cfg c = cfg_of(&parts[2], 6, 128);
    c.n_parts = 5, c.part[1] = parts[10], c.part[2] = parts[15], c.part[3] = parts[19], c.part[4] = parts[5];
    made m = make_block(&c);
    th_window w;
    static uint8_t memory[4096] __attribute__((aligned(16)));
    th_arena arena = th_arena_over(memory, sizeof memory);
    th_block_cfg all = c;
    int seen = 0;
    all.window = ROWS;
    make_window(&all, WALK, 12);
    memcpy(stream, window, sizeof stream);
    assert_int_equal(th_window_init(&w, 128, 45, 24, &arena), TH_OK);
    for (int t = 0; t < ROWS; t++) {
        if (!th_window_push(&w, stream + 6 * t)) continue;
        th_window_copy(&w, piece);
        th_block_run(&m.b, piece, m.scratch, live);
        th_block_run(&m.b, stream + 6 * (t - 127), m.scratch, batch);
        assert_memory_equal(live, batch, sizeof(float) * (size_t)m.b.n_out);
        seen++;
    }
    assert_int_equal(seen, (ROWS - 128) / 45 + 1);
    free_block(&m);
}

/* ---- 16 bits ---- */

static int16_t window16[TH_BLOCK_ROWS * TH_BLOCK_AXES], got16[MOST];

static int run_s16(const th_block_cfg *c)
{
    th_block_cfg fixed = *c;
    fixed.fixed = 1;
    made m = make_block(&fixed);
    int16_t *out = malloc(sizeof *out * (size_t)m.b.n_out);
    th_block_run_s16(&m.b, window16, m.scratch, out);
    memcpy(got16, out, sizeof *out * (size_t)m.b.n_out);
    const int n = m.b.n_out;
    free(out);
    free_block(&m);
    return n;
}

/* The same window in both types: the walk in steps of a sensor, loud, faint, at the ends, one step of one row. */
enum { STEPS_WALK, STEPS_NOISE, STEPS_FAINT, STEPS_ENDS, STEPS_ZERO, STEPS_ONE, STEPS_KINDS };
static void make_window_s16(const th_block_cfg *c, int kind)
{
    th_rng r = th_rng_make(77, (uint64_t)kind);
    make_window(c, WALK, 77);
    for (int i = 0; i < c->window * c->n_axes; i++) {
        const float noise = th_rng_range(&r, -1.0f, 1.0f);
        const float step = kind == STEPS_WALK    ? window[i] * 2000.0f
                           : kind == STEPS_NOISE ? noise * 20000.0f
                           : kind == STEPS_FAINT ? noise * 3.0f
                           : kind == STEPS_ENDS  ? (noise > 0.0f ? 32767.0f : -32768.0f)
                           : kind == STEPS_ONE   ? (float)(i / c->n_axes == 7)
                                                 : 0.0f;
        window16[i] = (int16_t)step;
        window[i] = (float)window16[i];
    }
}

static double clamp16(double v)
{
    return fmax(-32768.0, fmin(32767.0, v));
}

static void stats_s16_are_near(void **state)
{
    (void)state;
    static const double scale[TH_STATS] = {1, 1, 1, 1, 1, 2, 1.0 / 256, 1.0 / 8, 1};
    const int rows[] = {2, 3, 100, 128, 4096};
    for (int k = 0; k < 5 * STEPS_KINDS; k++) {
        const th_block_cfg c = cfg_of(&parts[2], 6, rows[k / STEPS_KINDS]);
        make_window_s16(&c, k % STEPS_KINDS);
        assert_int_equal(run(&c), 6 * TH_STATS);
        assert_int_equal(run_s16(&c), 6 * TH_STATS);
        for (int i = 0; i < 6 * TH_STATS; i++) {
            const int s = i % TH_STATS;
            const double exact = clamp16((double)got[i] / scale[s]);
            const bool shape = s == TH_STAT_SKEW || s == TH_STAT_KURTOSIS;
            const double bound = 0.51 + (shape ? 0.5 + 0.01 * fabs(exact) : 1e-6 * fabs(exact));
            if (fabs((double)got16[i] - exact) > bound)
                fail_msg("window %d of %d rows, stat %d: %d, float %.4f", k % STEPS_KINDS, (int)c.window, s, got16[i],
                         exact);
        }
    }
}

static void crossings_s16_are_near(void **state)
{
    (void)state;
    for (int kind = 0; kind < STEPS_KINDS; kind++) {
        const th_block_cfg c = cfg_of(&parts[4], 6, 128);
        make_window_s16(&c, kind);
        assert_int_equal(run(&c), 6);
        assert_int_equal(run_s16(&c), 6);
        for (int a = 0; a < 6; a++) assert_true(fabs((double)got16[a] - clamp16((double)got[a] * 32768.0)) <= 0.51);
    }
}

static void raw_s16_is_the_window(void **state)
{
    (void)state;
    const th_block_cfg c = cfg_of(&parts[0], 6, 50);
    make_window_s16(&c, STEPS_WALK);
    assert_int_equal(run_s16(&c), 300);
    assert_memory_equal(got16, window16, 600);
}

/* In amplitudes, since that is where 16 bits round: as block.h promises. */
static void spectral_s16_is_near(void **state)
{
    (void)state;
    const int rows[] = {100, 128, 500, 4096};
    double worst = 0.0;
    for (int p = 7; p <= 13; p++)
        for (int k = 0; k < 4 * STEPS_KINDS; k++) {
            th_block_cfg c = cfg_of(&parts[p], 2, rows[k / STEPS_KINDS]), deviation = c;
            if (c.part[0].n_fft) c.part[0].n_fft = c.window * 2 > 8192 ? 8192 : c.window * 2;
            c.part[0].floor = 1e-3f;
            make_window_s16(&c, k % STEPS_KINDS);
            deviation.part[0] = (th_block_part){.kind = TH_BLOCK_STATS, .what = 1 << TH_STAT_SD};
            assert_int_equal(run(&deviation), 2);
            const double sd[2] = {(double)got[0], (double)got[1]};
            const int n = run(&c), n_part = c.part[0].n, each = n_part + 2 * c.part[0].peaks;
            const double bins = ceil((c.part[0].n_fft ? c.part[0].n_fft : c.window) / 2.0 / n_part);
            assert_int_equal(run_s16(&c), n);
            for (int i = 0; i < n; i++) {
                const double value = exp(got16[i] / 2048.0), exact = exp((double)got[i] / 2.0);
                const double unit = sd[i / each] * sqrt(c.part[0].what == TH_POWER_BINS ? 1.0 : bins);
                if (i % each >= n_part) continue;
                worst = fmax(worst, (fabs(value - exact) - 1e-3 * exact) / (unit + 1e-30));
                if (fabs(value - exact) > 1e-3 * exact + 1e-3 * unit)
                    fail_msg("part %d, window %d of %d rows, value %d: %g, float %g, deviation %g", p, k % STEPS_KINDS,
                             (int)c.window, i, value, exact, sd[i / each]);
            }
        }
    printf("worst: %.2g of the deviation\n", worst);
}

static void peaks_s16_are_those_of_floats(void **state)
{
    (void)state;
    const th_block_part part = {.kind = TH_BLOCK_SPECTRAL, .n = 4, .peaks = 3, .floor = 1.0f};
    const th_block_cfg c = cfg_of(&part, 1, 250);
    for (int t = 0; t < 250; t++) {
        const double s = t / 50.0;
        window16[t] = (int16_t)(4000.0 + 9000.0 * sin(2 * PI * 4.0 * s) + 3000.0 * sin(2 * PI * 9.0 * s) +
                                1000.0 * sin(2 * PI * 17.0 * s));
        window[t] = (float)window16[t];
    }
    assert_int_equal(run(&c), 10);
    assert_int_equal(run_s16(&c), 10);
    const double hz[] = {4.0, 9.0, 17.0}, high[] = {9000.0, 3000.0, 1000.0};
    for (int j = 0; j < 3; j++) {
        assert_true(fabs((double)got[4 + 2 * j] - hz[j]) < 1e-5);
        assert_true(fabs((double)got[5 + 2 * j] - 2.0 * log(high[j])) < 0.001);
        assert_true(fabs(got16[4 + 2 * j] * 50.0 / 65536.0 - hz[j]) < 0.001);
        assert_true(fabs(got16[5 + 2 * j] / 1024.0 - 2.0 * log(high[j])) < 0.003);
    }
}

static void upright_parts_do_not_see_how_the_sensor_is_held(void **state)
{
    (void)state;
    static float before[MOST];
    const th_block_part stats = {.kind = TH_BLOCK_STATS, .what = STATS_ALL, .upright = 1};
    th_block_cfg c = cfg_of(&stats, 6, 128);
    make_window(&c, WALK, 5);
    const int n = run(&c);
    memcpy(before, got, sizeof before);
    for (int t = 0; t < c.window; t++) { /* a quarter about x, then half a right angle about y */
        for (int k = 0; k < 6; k += 3) {
            float *r = window + t * 6 + k;
            const float x = r[0], y = -r[2], z = r[1], s = 0.70710678f;
            r[0] = s * (x + z), r[1] = y, r[2] = s * (z - x);
        }
    }
    assert_int_equal(run(&c), n);
    for (int i = 0; i < n; i++) assert_float_equal(got[i], before[i], 2e-3f);
    c.part[0].upright = 0;
    assert_int_equal(run(&c), n);
    assert_true(fabsf(got[0] - before[0]) > 1.0f); /* the mean of x is another one */
    c.n_axes = 4;
    c.part[0].upright = 1;
    assert_int_equal(th_block_check(&c, NULL), TH_ERANGE);
}

static void other_kinds_have_no_fixed_point(void **state)
{
    (void)state;
    for (int p = 0; p < N_PARTS; p++) {
        th_block_cfg c = cfg_of(&parts[p], 6, 128);
        const th_block_kind k = parts[p].kind;
        const int can = k == TH_BLOCK_RAW || k == TH_BLOCK_STATS || k == TH_BLOCK_CROSSINGS || k == TH_BLOCK_SPECTRAL;
        c.fixed = 1;
        assert_int_equal(th_block_check(&c, NULL), can && !parts[p].upright ? TH_OK : TH_EUNSUP);
    }
}

static void bits_are_the_committed_ones(void **state)
{
    (void)state;
    static block_room room;
    int wrong = 0;
    case_fill(&room);
    for (int32_t k = 0; k < N_BLOCK_CASES; k++) {
        assert_int_equal(case_prepare(&block_cases[k], &room), TH_OK);
        case_run(&block_cases[k], &room);
        if (case_hash(&room) == block_cases[k].hash) continue;
        printf("%s: %016llx\n", block_cases[k].name, (unsigned long long)case_hash(&room));
        wrong++;
    }
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_equals_a_plain_one),
        cmocka_unit_test(rows_stand_side_by_side),
        cmocka_unit_test(nothing_and_constants_give_numbers),
        cmocka_unit_test(constants_have_no_shape),
        cmocka_unit_test(the_largest_window_goes),
        cmocka_unit_test(settings_are_checked),
        cmocka_unit_test(settings_of_the_whole_are_checked),
        cmocka_unit_test(little_memory_is_an_error),
        cmocka_unit_test(shapes_are_what_networks_want),
        cmocka_unit_test(normalisation_goes_by_channel),
        cmocka_unit_test(tables_are_all_there_is),
        cmocka_unit_test(a_stream_is_its_windows),
        cmocka_unit_test(features_of_a_stream_are_those_of_the_batch),
        cmocka_unit_test(stats_s16_are_near),
        cmocka_unit_test(crossings_s16_are_near),
        cmocka_unit_test(raw_s16_is_the_window),
        cmocka_unit_test(spectral_s16_is_near),
        cmocka_unit_test(peaks_s16_are_those_of_floats),
        cmocka_unit_test(upright_parts_do_not_see_how_the_sensor_is_held),
        cmocka_unit_test(other_kinds_have_no_fixed_point),
        cmocka_unit_test(bits_are_the_committed_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
