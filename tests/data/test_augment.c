#include "../test.h"

#include "data/augment.h"
#include "data/noise.h"
#include "dsp/fft.h"

#include <math.h>

#define N  16000
#define PI 3.14159265358979323846

static void resampling_moves_and_stretches(void **state)
{
    (void)state;
    static int16_t pcm[N];
    static float out[N];
    for (int i = 0; i < N; i++) pcm[i] = (int16_t)lrint(20000.0 * sin(0.2 * i));
    th_wave_resample(pcm, N, 0, TH_SPEED_STEPS, out, N);
    for (int i = 0; i < N; i++) assert_true(out[i] == (float)pcm[i] / 32768.0f);
    th_wave_resample(pcm, N, -700, TH_SPEED_STEPS, out, N); /* starts before the recording */
    for (int i = 0; i < N; i++) assert_true(out[i] == (i < 700 ? 0.0f : (float)pcm[i - 700] / 32768.0f));
    th_wave_resample(pcm, N, 900, TH_SPEED_STEPS, out, N);
    for (int i = 0; i < N; i++) assert_true(out[i] == (i >= N - 900 ? 0.0f : (float)pcm[i + 900] / 32768.0f));
    for (int step = 1; step <= 4 * TH_SPEED_STEPS; step++) {
        const double speed = (double)step / TH_SPEED_STEPS;
        const int n = N - step; /* also lengths that are no whole number of blocks */
        double worst = 0.0;
        out[n] = 7.0f;
        th_wave_resample(pcm, N, 10, step, out, n);
        for (int i = 0; i < n && 13.0 + i * speed < N; i++)
            worst = fmax(worst, fabs((double)out[i] - 20000.0 / 32768.0 * sin(0.2 * (10.0 + i * speed))));
        assert_true(worst < 2e-3); /* cubic at 1/30 of the rate */
        assert_true(out[n] == 7.0f);
    }
    th_wave_resample(pcm, 1, -5, TH_SPEED_STEPS, out, 5);
    for (int i = 0; i < 5; i++) assert_true(out[i] == 0.0f);
    th_wave_resample(pcm, N, 1000000000, 70, out, 10);
    for (int i = 0; i < 10; i++) assert_true(out[i] == 0.0f);
}

/* Period of x [n] in samples, 40 to 260, by its autocorrelation, and between samples by a parabola. */
static double period_of(const float *x, int n)
{
    double r[262], most = -1.0;
    int best = 40;
    for (int lag = 39; lag <= 261; lag++) {
        r[lag] = 0.0;
        for (int i = 0; i + 261 < n; i++) r[lag] += (double)(x[i] * x[i + lag]);
    }
    for (int lag = 40; lag <= 260; lag++)
        if (r[lag] > most) {
            most = r[lag];
            best = lag;
        }
    while (best > 80 && r[best / 2] > 0.9 * most) best /= 2; /* not two periods */
    return best + 0.5 * (r[best - 1] - r[best + 1]) / (r[best - 1] - 2.0 * r[best] + r[best + 1]);
}

/* A voice of 125 Hz that sounds from 5000 to 11000, played so: its pitch and how long it sounds. */
static void play(float tempo, float pitch, int step, double *hz, double *length)
{
    static int16_t pcm[N];
    static float wide[3 * N], out[N];
    const th_wave_way way = {.rate_hz = N, .step = step, .tempo = tempo, .pitch = pitch};
    int first = N, last = 0;
    for (int i = 0; i < N; i++) {
        double v = 0.0;
        for (int k = 1; k <= 12; k++) v += sin(2.0 * PI * 125.0 * k * i / N + 0.7 * k * k) / k;
        pcm[i] = (int16_t)lrint(i >= 5000 && i < 11000 ? 5000.0 * v : 0.0);
    }
    assert_in_range(th_wave_wide(&way, N), 1, 3 * N);
    th_wave_play(pcm, N, N / 2, &way, wide, out, N);
    for (int i = 0; i < N; i++)
        if (fabsf(out[i]) > 0.02f) {
            first = i < first ? i : first;
            last = i;
        }
    *length = last - first;
    *hz = N / period_of(out + 7000, 2000);
    assert_true(abs((first + last) / 2 - 8000) < 250); /* the middle stays */
}

static void tempo_and_pitch_are_apart(void **state)
{
    (void)state;
    static const float factors[] = {0.6f, 0.75f, 0.85f, 0.9f, 1.0f, 1.1f, 1.2f, 1.4f};
    double hz, length;
    for (size_t i = 0; i < sizeof factors / sizeof *factors; i++) {
        const float f = factors[i];
        play(f, 1.0f, TH_SPEED_STEPS, &hz, &length);
        assert_true(fabs(hz / 125.0 - 1.0) < 0.02);
        assert_true(fabs(length * (double)f / 6000.0 - 1.0) < 0.05);
        play(1.0f, f, TH_SPEED_STEPS, &hz, &length);
        assert_true(fabs(hz / (125.0 * (double)f) - 1.0) < 0.02);
        assert_true(fabs(length / 6000.0 - 1.0) < 0.05);
    }
    play(1.0f, 1.0f, TH_SPEED_STEPS * 5 / 4, &hz, &length); /* speed changes both */
    assert_true(fabs(hz / 156.25 - 1.0) < 0.02 && fabs(length / 4800.0 - 1.0) < 0.02);
}

static void stretching_by_nothing_changes_nothing(void **state)
{
    (void)state;
    static float x[N], out[N];
    th_rng r = th_rng_make(3, 3);
    for (int i = 0; i < N; i++) x[i] = th_rng_normal(&r);
    th_wave_stretch(x, N, 1.0f, N, out, N);
    assert_memory_equal(x, out, sizeof x);
    th_wave_stretch(x, 10, 1.3f, N, out, 100); /* shorter than a piece */
    for (int i = 0; i < 100; i++) assert_true(out[i] == 0.0f);
}

static void noise_has_the_asked_ratio(void **state)
{
    (void)state;
    static float clean[N], mixed[N], noise[N];
    th_rng r = th_rng_make(1, 1);
    for (int i = 0; i < N; i++) clean[i] = (float)(0.1 * sin(0.05 * i) * (i % 4000) / 4000.0);
    for (int kind = 0; kind < TH_NOISE_KINDS; kind++)
        for (int db = -20; db <= 40; db += 15) {
            th_noise_make((th_noise_kind)kind, &r, N, noise, N);
            for (int i = 0; i < N; i++) mixed[i] = clean[i], noise[i] *= 0.01f * (float)(kind + 1);
            th_wave_mix(mixed, noise, N, (double)db);
            for (int i = 0; i < N; i++) noise[i] = mixed[i] - clean[i];
            const double got = th_db_of_power(th_wave_power(clean, N) / th_wave_power(noise, N));
            assert_true(fabs(got - (double)db) < 0.01);
        }
    static float zero[N];
    memcpy(mixed, clean, sizeof mixed);
    th_wave_mix(mixed, zero, N, 10.0);
    assert_memory_equal(mixed, clean, sizeof mixed);
    th_wave_mix(zero, noise, N, 10.0);
    for (int i = 0; i < N; i++) assert_true(zero[i] == 0.0f);
}

static void power_and_decibels(void **state)
{
    (void)state;
    float x[19];
    for (int i = 0; i < 19; i++) x[i] = i & 1 ? -0.5f : 0.5f;
    for (int n = 1; n <= 19; n++) assert_true(th_wave_power(x, n) == 0.25);
    assert_true(th_wave_power(x, 0) == 0.0);
    assert_true(fabs(th_gain_of_db(20.0) - 10.0) < 1e-12 && fabs(th_gain_of_db(-6.0) - 0.501187) < 1e-6);
    assert_true(fabs(th_db_of_power(0.001) + 30.0) < 1e-12);
}

static void sixteen_bits_round_and_clip(void **state)
{
    (void)state;
    int16_t out[9];
    const float x[9] = {
        0.0f, 1.0f, -1.0f, 5.0f, -5.0f, 100.4f / 32768.0f, -100.4f / 32768.0f, 100.6f / 32768.0f, -100.6f / 32768.0f};
    const int16_t want[9] = {0, 32767, -32768, 32767, -32768, 100, -100, 101, -101};
    th_wave_to_s16(x, 9, 1.0f, out);
    assert_memory_equal(out, want, sizeof want);
    for (int q = -32768; q <= 32767; q++) { /* what came from 16 bits goes back unchanged */
        const float v = (float)q / 32768.0f;
        th_wave_to_s16(&v, 1, 1.0f, out);
        assert_int_equal(out[0], q);
    }
}

/* mean power of bins [from, to) of a Hann-windowed long average, in dB */
static double band_db(const float *x, int n, int from, int to)
{
    static float table[8192], a[1026], b[1026];
    double sum = 0.0;
    th_fft_table_init(1024, table);
    for (int at = 0; at + 1024 <= n; at += 512) {
        for (int i = 0; i < 1024; i++) a[i] = x[at + i] * (float)(0.5 - 0.5 * cos(2.0 * PI * i / 1024.0));
        const float *y = th_fft_real(1024, table, a, b);
        for (int k = from; k < to; k++)
            sum += (double)(y[2 * k] * y[2 * k] + y[2 * k + 1] * y[2 * k + 1]) / (to - from);
    }
    return th_db_of_power(sum);
}

static void noises_have_their_colours(void **state)
{
    (void)state;
    const int n = 10 * N;
    float *x = malloc((size_t)n * sizeof *x);
    const double slope[] = {0.0, -3.01, -6.02};
    for (int kind = 0; kind < TH_NOISE_KINDS; kind++) {
        th_rng r = th_rng_make(3, (uint64_t)kind);
        th_noise_make((th_noise_kind)kind, &r, N, x, n);
        assert_true(fabs(th_wave_power(x, n) - 1.0) < 1e-3);
        for (int i = 0; i < n; i++) assert_true(isfinite(x[i]));
        if (kind > TH_NOISE_BROWN) continue;
        const double fall = (band_db(x, n, 240, 272) - band_db(x, n, 15, 17)) / 4.0; /* four octaves, 250 Hz to 4 kHz */
        assert_true(fabs(fall - slope[kind]) < 0.8);
    }
    th_rng r = th_rng_make(3, 3);
    th_noise_make(TH_NOISE_HUM, &r, N, x, n);
    assert_true(band_db(x, n, 2, 50) > band_db(x, n, 200, 400) + 10.0);
    free(x);
}

static void masks_are_zeros_of_the_asked_size(void **state)
{
    (void)state;
    int longest_time = 0, longest_coef = 0, none = 0;
    for (uint64_t seed = 0; seed < 500; seed++) {
        float x[49 * 10];
        int frames = 0, coefs = 0;
        th_rng r = th_rng_make(seed, 0);
        for (int i = 0; i < 490; i++) x[i] = 1.0f;
        th_features_mask(&r, x, 49, 10, 8, 3);
        for (int f = 0; f < 49; f++) {
            int zeros = 0;
            for (int c = 0; c < 10; c++) zeros += x[f * 10 + c] == 0.0f;
            frames += zeros == 10;
            if (zeros < 10 && zeros > coefs) coefs = zeros;
        }
        assert_true(frames <= 8 && coefs <= 3);
        if (frames > longest_time) longest_time = frames;
        if (coefs > longest_coef) longest_coef = coefs;
        none += frames == 0 && coefs == 0;
    }
    assert_int_equal(longest_time, 8);
    assert_int_equal(longest_coef, 3);
    assert_true(none > 0);
    float x[4] = {1.0f, 1.0f, 1.0f, 1.0f};
    th_rng r = th_rng_make(0, 0);
    th_features_mask(&r, x, 2, 2, 0, 0);
    for (int i = 0; i < 4; i++) assert_true(x[i] == 1.0f);
    th_features_mask(&r, x, 2, 2, 100, 100); /* longer than there is room for */
}

static void beta_has_its_mean_and_variance(void **state)
{
    (void)state;
    const float alpha[] = {0.2f, 1.0f, 3.0f};
    for (int k = 0; k < 3; k++) {
        th_rng r = th_rng_make(5, (uint64_t)k);
        double sum = 0.0, squares = 0.0;
        const int n = 20000;
        for (int i = 0; i < n; i++) {
            const double v = (double)th_rng_beta(&r, alpha[k]);
            assert_true(v >= 0.0 && v <= 1.0);
            sum += v;
            squares += v * v;
        }
        const double mean = sum / n, variance = squares / n - mean * mean;
        assert_true(fabs(mean - 0.5) < 0.015);
        assert_true(fabs(variance - 1.0 / (4.0 * (2.0 * (double)alpha[k] + 1.0))) < 0.006);
    }
}

static void rooms_keep_the_first_sound(void **state)
{
    (void)state;
    static float x[N], y[N];
    int echoes = 0;
    th_rng r = th_rng_make(8, 8);
    x[100] = 1.0f;
    th_wave_room(&r, N, x, y, N);
    for (int i = 0; i < 100; i++) assert_true(y[i] == 0.0f);
    assert_true(y[100] == 1.0f && fabsf(y[101]) <= 0.4f);
    for (int i = 102; i < N; i++) {
        if (y[i] == 0.0f) continue;
        echoes++;
        assert_true(i >= 100 + 16 && i < 100 + 16 + 480 && fabsf(y[i]) <= 1.0f);
    }
    assert_true(echoes >= 3 && echoes <= 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resampling_moves_and_stretches),
        cmocka_unit_test(tempo_and_pitch_are_apart),
        cmocka_unit_test(stretching_by_nothing_changes_nothing),
        cmocka_unit_test(noise_has_the_asked_ratio),
        cmocka_unit_test(power_and_decibels),
        cmocka_unit_test(sixteen_bits_round_and_clip),
        cmocka_unit_test(noises_have_their_colours),
        cmocka_unit_test(masks_are_zeros_of_the_asked_size),
        cmocka_unit_test(beta_has_its_mean_and_variance),
        cmocka_unit_test(rooms_keep_the_first_sound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
