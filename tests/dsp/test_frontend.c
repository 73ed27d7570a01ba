#include "../test.h"

#include "base/rng.h"
#include "dsp/frontend.h"
#include "reference.h"

#include <math.h>

#define PI     3.14159265358979323846
#define SECOND 16000

static const th_frontend_cfg mfcc = {TH_MFCC, 16000, 480, 320, 512, 40, 10, 20.0f, 7600.0f};
static const th_frontend_cfg logmel = {TH_LOGMEL, 16000, 480, 320, 512, 40, 40, 20.0f, 7600.0f};

/* ---- a plain front end in double, written from the formulas alone ---- */

static double mel_of_hz(double f)
{
    return 1127.0 * log(1.0 + f / 700.0);
}

static double hz_of_mel(double m)
{
    return 700.0 * (exp(m / 1127.0) - 1.0);
}

static double band_weight(const th_frontend_cfg *c, int b, double hz)
{
    const double low = mel_of_hz((double)c->low_hz), step = (mel_of_hz((double)c->high_hz) - low) / (c->n_mel + 1);
    const double left = hz_of_mel(low + step * b), top = hz_of_mel(low + step * (b + 1)),
                 right = hz_of_mel(low + step * (b + 2));
    return fmax(0.0, fmin((hz - left) / (top - left), (right - hz) / (right - top)));
}

static void plain_frame(const th_frontend_cfg *c, const int16_t *pcm, double *out)
{
    double band[TH_MAX_COEFS] = {0};
    for (int k = 0; k <= c->n_fft / 2; k++) {
        double re = 0.0, im = 0.0;
        for (int t = 0; t < c->window; t++) {
            const double x = pcm[t] / 32768.0 * (0.5 - 0.5 * cos(2.0 * PI * t / c->window));
            re += x * cos(2.0 * PI * k * t / c->n_fft);
            im -= x * sin(2.0 * PI * k * t / c->n_fft);
        }
        for (int b = 0; b < c->n_mel; b++)
            band[b] += (re * re + im * im) * band_weight(c, b, (double)k * c->rate_hz / c->n_fft);
    }
    for (int b = 0; b < c->n_mel; b++) band[b] = log(band[b] + 1e-6);
    for (int k = 0; k < c->n_coef; k++) {
        out[k] = c->kind == TH_LOGMEL ? band[k] : 0.0;
        for (int m = 0; c->kind == TH_MFCC && m < c->n_mel; m++)
            out[k] += sqrt((k ? 2.0 : 1.0) / c->n_mel) * cos(PI * k * (m + 0.5) / c->n_mel) * band[m];
    }
}

/* ---- helpers ---- */

typedef struct fixture {
    th_frontend f;
    void *memory;
    float *scratch;
} fixture;

static fixture open_frontend(const th_frontend_cfg *cfg, const float *mean, const float *inv_std)
{
    fixture x;
    const size_t bytes = th_frontend_mem(cfg);
    assert_true(bytes > 0);
    x.memory = aligned_alloc(TH_ARENA_ALIGN, bytes);
    th_arena arena = th_arena_over(x.memory, bytes);
    assert_int_equal(th_frontend_init(&x.f, cfg, mean, inv_std, &arena), TH_OK);
    assert_int_equal(arena.peak, bytes); /* exactly what was announced */
    x.scratch = malloc(th_frontend_scratch(cfg) * sizeof(float));
    return x;
}

static void close_frontend(fixture *x)
{
    free(x->memory);
    free(x->scratch);
}

static void speech_like(int16_t *pcm, int n, uint64_t seed, float loud)
{
    th_rng r = th_rng_make(seed, 1);
    double phase = 0.0;
    for (int i = 0; i < n; i++) {
        phase += 0.02 + 0.3 * i / n;
        pcm[i] = (int16_t)((double)loud * (0.7 * sin(phase) + 0.05 * (double)th_rng_normal(&r)));
    }
}

/* ---- tests ---- */

static void features_equal_a_plain_front_end(void **state)
{
    (void)state;
    const th_frontend_cfg cfg[] = {mfcc,
                                   logmel,
                                   {TH_MFCC, 8000, 256, 128, 256, 26, 13, 0.0f, 4000.0f},
                                   {TH_LOGMEL, 44100, 1102, 441, 2048, 64, 64, 50.0f, 16000.0f},
                                   {TH_MFCC, 16000, 480, 320, 480, 40, 10, 20.0f, 7600.0f},
                                   {TH_LOGMEL, 11025, 275, 110, 276, 30, 30, 0.0f, 5512.5f},
                                   {TH_LOGMEL, 400, 50, 25, 50, 12, 12, 2.0f, 200.0f},
                                   {TH_MFCC, 96000, 2000, 960, 2000, 40, 13, 20.0f, 20000.0f}};
    for (size_t k = 0; k < sizeof cfg / sizeof cfg[0]; k++) {
        fixture x = open_frontend(&cfg[k], NULL, NULL);
        static int16_t pcm[2048];
        const float loud[] = {0.0f, 3.0f, 500.0f, 30000.0f};
        for (size_t l = 0; l < 4; l++) {
            float got[TH_MAX_COEFS];
            double want[TH_MAX_COEFS];
            speech_like(pcm, cfg[k].window, l + 10, loud[l]);
            th_frontend_frame(&x.f, pcm, x.scratch, got);
            plain_frame(&cfg[k], pcm, want);
            for (int c = 0; c < cfg[k].n_coef; c++) assert_true(fabs((double)got[c] - want[c]) < 1e-4);
        }
        close_frontend(&x);
    }
}

static void normalisation_is_applied(void **state)
{
    (void)state;
    float mean[10], inv[10], plain[10], scaled[10];
    int16_t pcm[480];
    for (int i = 0; i < 10; i++) mean[i] = (float)i - 5.0f, inv[i] = 0.5f + (float)i;
    speech_like(pcm, 480, 3, 9000.0f);
    fixture a = open_frontend(&mfcc, NULL, NULL), b = open_frontend(&mfcc, mean, inv);
    th_frontend_frame(&a.f, pcm, a.scratch, plain);
    th_frontend_frame(&b.f, pcm, b.scratch, scaled);
    for (int i = 0; i < 10; i++) assert_true(scaled[i] == (plain[i] - mean[i]) * inv[i]);
    close_frontend(&a);
    close_frontend(&b);
}

static void extremes_stay_finite(void **state)
{
    (void)state;
    fixture x = open_frontend(&logmel, NULL, NULL);
    static int16_t pcm[480];
    float out[40];
    for (int kind = 0; kind < 5; kind++) {
        for (int i = 0; i < 480; i++) {
            const int16_t alternating = i & 1 ? INT16_MAX : INT16_MIN;
            pcm[i] = kind == 0   ? 0
                     : kind == 1 ? INT16_MIN
                     : kind == 2 ? INT16_MAX
                     : kind == 3 ? alternating
                                 : (int16_t)(i == 240);
        }
        th_frontend_frame(&x.f, pcm, x.scratch, out);
        for (int c = 0; c < 40; c++) {
            assert_true(isfinite(out[c]) && out[c] > -14.0f && out[c] < 20.0f);
            if (kind == 0) assert_true(fabs((double)out[c] - log(1e-6)) < 1e-5);
        }
    }
    close_frontend(&x);
}

static void a_clip_is_its_frames(void **state)
{
    (void)state;
    static int16_t pcm[SECOND];
    static float whole[49 * 10];
    float one[10];
    fixture x = open_frontend(&mfcc, NULL, NULL);
    speech_like(pcm, SECOND, 5, 8000.0f);
    assert_int_equal(th_frontend_frames(&mfcc, SECOND), 49);
    assert_int_equal(th_frontend_frames(&mfcc, 480), 1);
    assert_int_equal(th_frontend_frames(&mfcc, 479), 0);
    assert_int_equal(th_frontend_frames(&mfcc, 0), 0);
    th_frontend_clip(&x.f, pcm, SECOND, x.scratch, whole);
    for (int i = 0; i < 49; i++) {
        th_frontend_frame(&x.f, pcm + 320 * i, x.scratch, one);
        assert_memory_equal(one, whole + 10 * i, sizeof one);
    }
    close_frontend(&x);
}

static void settings_are_checked(void **state)
{
    (void)state;
    th_frontend_cfg bad[14];
    for (int i = 0; i < 14; i++) bad[i] = mfcc;
    bad[0].kind = (th_feature_kind)2;
    bad[1].rate_hz = 99;
    bad[2].rate_hz = 192001;
    bad[3].window = 1;
    bad[4].window = 513;
    bad[5].hop = 0;
    bad[6].hop = 480 * 4 + 1;
    bad[7].n_fft = 501;
    bad[8].n_mel = 65;
    bad[9].n_coef = 41;
    bad[10].high_hz = 8001.0f;
    bad[11].low_hz = 7600.0f;
    bad[12].low_hz = NAN;
    bad[13].kind = TH_LOGMEL; /* 40 bands, but 10 values */
    for (int i = 0; i < 14; i++) {
        uint8_t memory[16];
        th_arena arena = th_arena_over(memory, sizeof memory);
        th_frontend f;
        assert_int_equal(th_frontend_mem(&bad[i]), 0);
        assert_int_equal(th_frontend_init(&f, &bad[i], NULL, NULL, &arena), TH_ERANGE);
    }
    for (size_t size = 0; size < th_frontend_mem(&mfcc); size += 16) {
        static uint8_t memory[32768] __attribute__((aligned(16)));
        th_arena arena = th_arena_over(memory, size);
        th_frontend f;
        assert_int_equal(th_frontend_init(&f, &mfcc, NULL, NULL, &arena), TH_ENOMEM);
    }
}

static void narrow_bands_take_the_nearest_bin(void **state)
{
    (void)state;
    const th_frontend_cfg narrow = {TH_LOGMEL, 16000, 64, 64, 64, 64, 64, 20.0f, 7600.0f};
    fixture x = open_frontend(&narrow, NULL, NULL);
    for (int b = 0; b < 64; b++) {
        assert_true(x.f.mel_start[b + 1] > x.f.mel_start[b]);
        assert_true(x.f.mel_bin[b] + x.f.mel_start[b + 1] - x.f.mel_start[b] <= 33);
    }
    close_frontend(&x);
}

static void quantising_rounds_half_up_and_clamps(void **state)
{
    (void)state;
    const float x[] = {0.0f, 0.24f, 0.25f, -0.25f, -0.26f, 1e30f, -1e30f, NAN, INFINITY, 0.75f, -0.75f};
    const int8_t want[] = {3, 3, 4, 3, 2, 127, -128, -128, 127, 5, 2};
    int8_t got[11];
    th_features_to_s8(x, 11, 0.5f, 3, got);
    for (int i = 0; i < 11; i++) assert_int_equal(got[i], want[i]);
    for (int q = -128; q <= 127; q++) { /* what was an int8 comes back as itself */
        const float v = (float)(q + 7) * 0.037f;
        th_features_to_s8(&v, 1, 0.037f, -7, got);
        assert_int_equal(got[0], q);
    }
}

static void bits_are_the_committed_ones(void **state)
{
    (void)state;
    static int16_t pcm[REFERENCE_SAMPLES];
    static uint8_t memory[REFERENCE_MEMORY] __attribute__((aligned(16)));
    static float scratch[2 * (512 + 2)];
    reference_sound(pcm, REFERENCE_SAMPLES);
    for (int32_t k = 0; k < N_REFERENCES; k++) {
        th_arena arena = th_arena_over(memory, sizeof memory);
        th_frontend f;
        assert_int_equal(reference_frontend(&references[k], &arena, &f), TH_OK);
        const uint64_t tables = reference_tables(&f),
                       features = reference_features(&f, pcm, REFERENCE_SAMPLES, scratch);
        printf("reference %d: tables %llx features %llx\n", (int)k, (unsigned long long)tables,
               (unsigned long long)features);
        assert_true(tables == references[k].tables);
        assert_true(features == references[k].features);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(features_equal_a_plain_front_end),
        cmocka_unit_test(normalisation_is_applied),
        cmocka_unit_test(extremes_stay_finite),
        cmocka_unit_test(a_clip_is_its_frames),
        cmocka_unit_test(settings_are_checked),
        cmocka_unit_test(narrow_bands_take_the_nearest_bin),
        cmocka_unit_test(quantising_rounds_half_up_and_clamps),
        cmocka_unit_test(bits_are_the_committed_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
