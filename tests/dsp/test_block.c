#include "../test.h"

#include "base/rng.h"
#include "dsp/block.h"
#include "plain_block.h"

#define MOST 70000

static float window[TH_BLOCK_ROWS * TH_BLOCK_AXES], got[MOST];
static double want[MOST];

#define STATS_ALL ((1 << TH_STATS) - 1)
#define AXES(c)   (c).n_axes = 6, (c).window = 128, (c).rate_hz = 50.0f

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_equals_a_plain_one),
        cmocka_unit_test(rows_stand_side_by_side),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
