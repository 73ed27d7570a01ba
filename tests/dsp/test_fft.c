#include "../test.h"

#include "base/rng.h"
#include "dsp/fft.h"

#include <math.h>

#define PI 3.14159265358979323846

static float table[40000], x[TH_FFT_MAX + 2], work[TH_FFT_MAX + 2];
static int16_t table16[40000], x16[TH_FFT_MAX + 2], work16[TH_FFT_MAX + 2];
static double in[TH_FFT_MAX];

/* bin k of in [n] by its definition */
static void plain_bin(int n, int k, double *re, double *im)
{
    *re = *im = 0.0;
    for (int i = 0; i < n; i++) {
        const double a = 2.0 * PI * (double)((int64_t)k * i % n) / n;
        *re += in[i] * cos(a);
        *im -= in[i] * sin(a);
    }
}

static int largest_prime(int m)
{
    int r = 1;
    for (int p = 2; m > 1; p++)
        for (; m % p == 0; m /= p) r = p;
    return r;
}

/* every size up to 300, and larger ones of each kind: powers, products, primes */
static int next_size(int n)
{
    static const int large[] = {480,  500,  512,  600,  750,  882,  960,  998,  1000, 1024, 1102, 1200, 1250, 1536,
                                1920, 2048, 2050, 2206, 3072, 3750, 4000, 4094, 4096, 4802, 8000, 8186, 8192};
    if (n < 300) return n + 2;
    for (size_t i = 0; i < sizeof large / sizeof large[0]; i++)
        if (large[i] > n) return large[i];
    return 0;
}

static void float_equals_plain_sums(void **state)
{
    (void)state;
    for (int n = 2; n; n = next_size(n)) {
        th_rng r = th_rng_make(7, (uint64_t)n);
        double time = 0.0, freq = 0.0, worst = 0.0;
        for (int i = 0; i < n; i++) {
            x[i] = th_rng_range(&r, -1.0f, 1.0f);
            in[i] = (double)x[i];
            time += in[i] * in[i];
        }
        assert_in_range(th_fft_table_size(n), 2, 40000);
        th_fft_table_init(n, table);
        const float *y = th_fft_real(n, table, x, work);
        const int step = n > 512 ? n / 2 / 128 : 1; /* long ones: some bins, and always the last */
        for (int k = n / 2; k >= 0; k -= step) {
            double re, im;
            plain_bin(n, k, &re, &im);
            worst = fmax(worst, hypot(re - (double)y[2 * k], im - (double)y[2 * k + 1]));
        }
        for (int k = 0; k <= n / 2; k++) { /* Parseval */
            const double p = (double)y[2 * k] * (double)y[2 * k] + (double)y[2 * k + 1] * (double)y[2 * k + 1];
            freq += k == 0 || k == n / 2 ? p : 2.0 * p;
        }
        const int prime = largest_prime(n / 2);
        const double bound = 2e-7 * log2(n) + (prime > 5 ? 1e-7 * sqrt(prime) : 0.0);
        if (worst > bound * sqrt(time)) fail_msg("n = %d: %g, bound %g", n, worst / sqrt(time), bound);
        assert_true(fabs(freq / n - time) < 2e-6 * time);
        assert_true(y[1] == 0.0f && y[n + 1] == 0.0f);
    }
}

enum { WAVE_NOISE, WAVE_SINE, WAVE_FULL, WAVE_FAINT, WAVES };

static void wave_s16(int n, int kind)
{
    th_rng r = th_rng_make(9, (uint64_t)n);
    for (int i = 0; i < n; i++) {
        const double noise = (double)th_rng_range(&r, -1.0f, 1.0f);
        x16[i] = kind == WAVE_NOISE  ? (int16_t)(9000.0 * noise)
                 : kind == WAVE_SINE ? (int16_t)(30000.0 * sin(0.37 * i) + 300.0 * noise)
                 : kind == WAVE_FULL ? (int16_t)(noise > 0.0 ? 32767 : -32768)
                                     : (int16_t)(3.0 * noise);
        in[i] = (double)x16[i];
    }
}

/* Root mean square of the error, by that of the spectrum. */
static double error_s16(int n, int kind)
{
    int32_t e;
    wave_s16(n, kind);
    const int16_t *y = th_fft_real_s16(n, table16, x16, work16, &e);
    const int step = n > 512 ? n / 2 / 128 : 1;
    double err = 0.0, all = 0.0;
    int count = 0;
    for (int k = n / 2; k >= 0; k -= step, count++) {
        double re, im;
        plain_bin(n, k, &re, &im);
        const double dr = re - ldexp((double)y[2 * k], (int)e), di = im - ldexp((double)y[2 * k + 1], (int)e);
        err += dr * dr + di * di;
    }
    for (int i = 0; i < n; i++) all += in[i] * in[i];
    assert_true(y[1] == 0 && y[n + 1] == 0);
    return all > 0.0 ? sqrt(err / count / all) : err;
}

static void s16_is_near(void **state)
{
    (void)state;
    for (int n = 2; n; n = next_size(n)) {
        th_fft_table_init_s16(n, table16);
        for (int kind = 0; kind < WAVES; kind++) {
            const double e = error_s16(n, kind), bound = 1e-4 + 5e-5 * sqrt(n);
            if (e > bound) fail_msg("n = %d, wave %d: %g, bound %g", n, kind, e, bound);
        }
    }
}

static void s16_of_silence_is_zero(void **state)
{
    (void)state;
    const int sizes[] = {2, 6, 30, 64, 98, 480};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        int32_t e;
        th_fft_table_init_s16(sizes[i], table16);
        memset(x16, 0, sizeof x16);
        const int16_t *y = th_fft_real_s16(sizes[i], table16, x16, work16, &e);
        for (int k = 0; k < sizes[i] + 2; k++) assert_int_equal(y[k], 0);
        assert_int_equal(e, 0);
    }
}

static void other_sizes_are_refused(void **state)
{
    (void)state;
    const int32_t bad[] = {INT32_MIN, -512, -1, 0, 1, 3, 63, 511, 8193, 8194, INT32_MAX};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) assert_int_equal(th_fft_table_size(bad[i]), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(float_equals_plain_sums),
        cmocka_unit_test(s16_is_near),
        cmocka_unit_test(s16_of_silence_is_zero),
        cmocka_unit_test(other_sizes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
