/* A sensor's rows on emulated boards against the host: every answer of the network, everything that is seen; each kind
 * of block once. */
#include "small.h"

#include "deploy/emulator.h"
#include "deploy/export.h"
#include "evaluate/watch.h"

#include <math.h>

enum { ROWS = 1500, AXES = 6 };

static const char labels[4][TH_LABEL_BYTES] = {"still", "walking", "turning", "\xd9\x86\xd8\xb9\xd9\x85"};

/* Blocks of 120 values, which is what the small network takes. */
static const th_block_cfg blocks[] = {
    {.n_parts = 2,
     .n_axes = 6,
     .window = 10,
     .rate_hz = 50.0f,
     .part = {{.kind = TH_BLOCK_RAW}, {.kind = TH_BLOCK_ALIGNED}}},
    {.n_parts = 4,
     .n_axes = 6,
     .window = 100,
     .rate_hz = 50.0f,
     .part = {{.kind = TH_BLOCK_STATS, .what = (1 << TH_STATS) - 1, .axes = 15},
              {.kind = TH_BLOCK_CROSSINGS, .axes = 15, .upright = 1},
              {.kind = TH_BLOCK_AUTOCORRELATION, .n = 10, .axes = 15, .upright = 1},
              {.kind = TH_BLOCK_SPECTRAL, .n = 8, .peaks = 1, .axes = 15, .filter = {TH_FILTER_HIGH, 4, 0.5f, 0.0f}}}},
    {.n_parts = 1,
     .n_axes = 6,
     .window = 64,
     .rate_hz = 50.0f,
     .part = {{.kind = TH_BLOCK_SPECTROGRAM, .n = 10, .frame = 32, .hop = 10, .axes = 7}}},
    {.n_parts = 4,
     .n_axes = 6,
     .window = 64,
     .rate_hz = 62.5f,
     .part = {{.kind = TH_BLOCK_WAVELET, .what = TH_WAVELET_DB2, .n = 3, .axes = 7},
              {.kind = TH_BLOCK_ORIENTATION, .what = TH_GYRO_RAD, .filter = {TH_FILTER_LOW, 1, 0.0f, 0.4f}},
              {.kind = TH_BLOCK_AUTOCORRELATION, .n = 17, .axes = 56},
              {.kind = TH_BLOCK_CROSSINGS, .axes = 1}}},
};

static float rows[ROWS][AXES];
static float mean[120], inv_std[120];

static void make_rows(void)
{
    th_rng r = th_rng_make(3, 9);
    for (int t = 0; t < ROWS; t++)
        for (int a = 0; a < AXES; a++)
            rows[t][a] = (a == 2 ? 9.81f : 0.0f) + (float)(t / 200) * sinf((float)t * (0.1f + 0.07f * (float)a)) +
                         0.3f * th_rng_normal(&r);
}

/* Features get mean 0 and deviation 1/2 over the rows. */
static void standardise(const th_block_cfg *cfg)
{
    static float features[120], scratch[1 << 12];
    static double sum[120], square[120];
    static uint8_t memory[1 << 16] __attribute__((aligned(16)));
    th_arena arena = th_arena_over(memory, sizeof memory);
    th_block b;
    int n = 0;
    assert_int_equal(th_block_init(&b, cfg, &arena), TH_OK);
    assert_true(b.n_out == 120 && th_block_scratch(cfg) <= 1 << 12);
    memset(sum, 0, sizeof sum);
    memset(square, 0, sizeof square);
    for (int t = 0; t + cfg->window <= ROWS; t += 20, n++) {
        th_block_run(&b, &rows[t][0], scratch, features);
        for (int i = 0; i < 120; i++) {
            sum[i % b.n_norm] += (double)features[i] * b.n_norm / 120;
            square[i % b.n_norm] += (double)features[i] * (double)features[i] * b.n_norm / 120;
        }
    }
    for (int i = 0; i < b.n_norm; i++) {
        const double m = sum[i] / n;
        mean[i] = (float)m;
        inv_std[i] = (float)(0.5 / sqrt(square[i] / n - m * m + 1e-6));
    }
}

static th_sensor sensor_of(int block, th_answer answer, int32_t learn)
{
    return (th_sensor){.block = blocks[block],
                       .mean = learn ? NULL : mean,
                       .inv_std = learn ? NULL : inv_std,
                       .learn = learn,
                       .gain = 30,
                       .hop = 7,
                       .answer = answer,
                       .limit = 0.26f,
                       .n_labels = 4,
                       .labels = labels};
}

typedef struct seen {
    th_sighting what[ROWS];
    size_t n, bytes;
    uint8_t answer[ROWS * 4];
} seen;

static void on_window(void *ctx, const void *answer, size_t bytes, const th_sighting *what)
{
    seen *s = ctx;
    assert_true(s->bytes + bytes <= sizeof s->answer);
    memcpy(s->answer + s->bytes, answer, bytes);
    s->bytes += bytes;
    if (what) s->what[s->n++] = *what;
}

/* learn: windows of a baseline, or 0 */
static void board_equals_host(const char *name, int block, int32_t learn)
{
    static seen host;
    small s;
    th_why why = {0};
    th_emulation e;
    th_firmware fw;
    const th_board *board;
    char dir[TH_PATH_BYTES], out[TH_PATH_BYTES];
    const th_sensor sensor = sensor_of(block, TH_ANSWER_LABELS, learn);
    assert_int_equal(th_board_find(name, &board, &why), TH_OK);
    if (th_firmware_tools(board, NULL) || th_emulator_tools(board, NULL)) {
        printf("# SKIP arm-none-eabi-gcc or qemu-system-arm is not here\n");
        skip();
    }
    small_make(&s);
    make_rows();
    standardise(&blocks[block]);
    host.n = host.bytes = 0;
    if (th_watch_run(&sensor, s.plan, &rows[0][0], ROWS, on_window, &host, &why)) fail_msg("%s", why.text);
    assert_true(host.n > 2); /* or the test says nothing */
    th_plan_free(s.plan);
    if (th_plan_make_for(&s.s8->graphs[0], board->isa, &s.plan, &why)) fail_msg("%s", why.text);
    assert_int_equal(th_dir_temp(dir, &why), TH_OK);
    assert_int_equal(th_path_join(out, dir, "fw", &why), TH_OK);
    if (th_export_firmware(s.plan, &(th_app){.sensor = &sensor}, board, out, 0, &fw, &why)) fail_msg("%s", why.text);
    if (th_emulator_run(board, fw.elf, TH_EMULATE_WATCH, (th_span){(const uint8_t *)rows, sizeof rows}, true, 120, NULL,
                        NULL, &e, &why))
        fail_msg("%s", why.text);
    assert_int_equal(e.n_out, host.bytes);
    assert_memory_equal(e.out, host.answer, host.bytes);
    assert_int_equal(e.n_detections, host.n);
    for (size_t i = 0; i < host.n; i++) {
        assert_int_equal(e.detection[i].time_ms, host.what[i].time_ms);
        assert_int_equal(e.detection[i].label, host.what[i].state);
        assert_int_equal(e.detection[i].score, host.what[i].score);
    }
    assert_true(e.frame.n == e.inference.n && e.frame.mean > 1000 && e.stack <= fw.stack);
    printf("# %s, block %d: %lld instructions for the features of a window\n", name, block, (long long)e.frame.mean);
    th_emulation_free(&e);
    th_firmware_free(&fw);
    th_dir_remove(dir);
    small_free(&s);
}

static void rows_of_their_own(void **state)
{
    (void)state;
    board_equals_host("nano33ble", 0, 0);
}

static void numbers_and_spectra(void **state)
{
    (void)state;
    board_equals_host("nano33ble", 1, 0);
}

static void spectrograms(void **state)
{
    (void)state;
    board_equals_host("nano33ble", 2, 0);
}

static void wavelets_and_orientation_without_a_float_unit(void **state)
{
    (void)state;
    board_equals_host("microbit", 3, 0);
}

/* 100 windows to learn from, 113 to judge. */
static void what_is_usual_is_learnt_there(void **state)
{
    (void)state;
    board_equals_host("nano33ble", 0, 100);
    board_equals_host("microbit", 0, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_of_their_own),
        cmocka_unit_test(numbers_and_spectra),
        cmocka_unit_test(spectrograms),
        cmocka_unit_test(wavelets_and_orientation_without_a_float_unit),
        cmocka_unit_test(what_is_usual_is_learnt_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
