/* SignalRfft and SignalIrfft: near the transform of the definition in double, and byte for byte what the reference
 * gave. */
#include "one_op.h"

#include "dsp/signal_fft.h"

#include <math.h>

#define PI 3.14159265358979323846

/* Radices of all kinds, odd halves, the front end's 512. */
static const int32_t lengths[] = {4,  6,  8,  10,  12,  16,  18,  20,  30,  32,  36,  50,  54,
                                  60, 64, 90, 120, 128, 150, 200, 256, 400, 480, 512, 600, 1024};
#define N_LENGTHS (sizeof lengths / sizeof *lengths)

static double value(const void *p, th_type type, int32_t i)
{
    if (type == TH_F32) return (double)((const float *)p)[i];
    return type == TH_S16 ? ((const int16_t *)p)[i] : ((const int32_t *)p)[i];
}

/* `rows` rows of m samples (rfft) or of n/2 + 1 pairs (irfft).  quiet: a quarter of the range, so that no sum wraps. */
static one_op *run(uint64_t seed, th_op op, th_type type, int32_t n, int32_t m, int32_t rows, bool quiet)
{
    one_op *o = one_new(seed, op);
    const bool inverse = op == TH_OP_SIGNAL_IRFFT;
    one_in(o, type, one_shape(2, rows, inverse ? n + 2 : m, 0), NULL);
    one_out(o, type, one_shape(2, rows, inverse ? n : n + 2, 0));
    one_option(o, "T", (int32_t)type, false);
    one_option(o, "fft_length", n, false);
    one_feed(o, 1);
    for (size_t i = 0; quiet && type == TH_S16 && i < o->n_fed / 2; i++) ((int16_t *)(void *)o->fed_bytes)[i] /= 4;
    for (size_t i = 0; quiet && type == TH_S32 && i < o->n_fed / 4; i++) ((int32_t *)(void *)o->fed_bytes)[i] /= 4;
    one_run(o);
    return o;
}

static double real_dft(const one_op *o, th_type type, int32_t row, int32_t m, int32_t n, int32_t k, double *im)
{
    double re = 0;
    *im = 0;
    for (int32_t t = 0; t < m; t++) {
        const double x = value(o->fed_bytes, type, row * m + t), angle = -2 * PI * (double)((int64_t)k * t % n) / n;
        re += x * cos(angle);
        *im += x * sin(angle);
    }
    return re;
}

static void rfft_is_near_the_definition(void **state)
{
    (void)state;
    static const th_type type[] = {TH_S16, TH_S32, TH_F32};
    for (uint64_t seed = 0; seed < 3 * 20; seed++) {
        const th_type t = type[seed % 3];
        const int32_t n = lengths[seed / 3], m = n - (int32_t)(seed % 4 ? 0 : 3), rows = 1 + (int32_t)(seed % 2);
        one_op *o = run(seed, TH_OP_SIGNAL_RFFT, t, n, m, rows, true);
        double most = 0, worst = 0;
        for (int32_t i = 0; i < rows * (n / 2 + 1); i++) {
            double im;
            const double re = real_dft(o, t, i / (n / 2 + 1), m, n, i % (n / 2 + 1), &im),
                         scale = t == TH_F32 ? 1.0 : 1.0 / n;
            most = fmax(most, fmax(fabs(re), fabs(im)) * scale);
            worst = fmax(worst, fabs(value(o->made, t, 2 * i) - re * scale));
            worst = fmax(worst, fabs(value(o->made, t, 2 * i + 1) - im * scale));
        }
        /* integers: each of a few stages rounds by about one; twiddles and 1/r have 15 or 31 bits */
        if (worst > (t == TH_F32 ? 1e-5 * most : 6.0 + 3e-3 * most))
            fail_msg("n %d type %d: error %g of %g", n, (int)t, worst, most);
        one_free(o);
    }
}

static void irfft_is_near_the_definition(void **state)
{
    (void)state;
    static const th_type type[] = {TH_S16, TH_S32, TH_F32};
    for (uint64_t seed = 0; seed < 3 * 20; seed++) {
        const th_type t = type[seed % 3];
        const int32_t n = lengths[seed / 3], h = n / 2;
        one_op *o = run(seed, TH_OP_SIGNAL_IRFFT, t, n, n, 1, true);
        double most = 0, worst = 0;
        for (int32_t i = 0; i < n; i++) {
            double sum = value(o->fed_bytes, t, 0) +
                         (i % 2 ? -1 : 1) * value(o->fed_bytes, t, n); /* imaginary parts of the ends do not count */
            for (int32_t k = 1; k < h; k++) {
                const double angle = 2 * PI * (double)((int64_t)k * i % n) / n;
                sum +=
                    2 * (value(o->fed_bytes, t, 2 * k) * cos(angle) - value(o->fed_bytes, t, 2 * k + 1) * sin(angle));
            }
            sum /= n;
            most = fmax(most, fabs(sum));
            worst = fmax(worst, fabs(value(o->made, t, i) - sum));
        }
        if (worst > (t == TH_F32 ? 1e-5 * most : 6.0 + 3e-3 * most))
            fail_msg("n %d type %d: error %g of %g", n, (int)t, worst, most);
        one_free(o);
    }
}

/* All lengths, both directions, integers at full size (sums wrap). */
static void integers_equal_the_reference(void **state)
{
    (void)state;
    for (int type = 0; type < 2; type++)
        for (size_t i = 0; i < N_LENGTHS; i++)
            for (int inverse = 0; inverse < 2; inverse++)
                for (uint64_t seed = 0; seed < 2; seed++) {
                    const int32_t n = lengths[i];
                    one_free(run(100 * i + seed, inverse ? TH_OP_SIGNAL_IRFFT : TH_OP_SIGNAL_RFFT,
                                 type ? TH_S32 : TH_S16, n, n - (int32_t)seed, 1 + (int32_t)seed, false));
                }
}

static void refusals(void **state)
{
    (void)state;
    static const int32_t bad[] = {2, 5, 14, 22, 3 * 7 * 4, 131072, 0, -8};
    th_why why = {0};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        one_op *o = one_new(1, TH_OP_SIGNAL_RFFT);
        one_in(o, TH_S16, one_shape(1, 2, 0, 0), NULL);
        one_out(o, TH_S16, one_shape(1, bad[i] > 0 ? bad[i] + 2 : 2, 0, 0));
        one_option(o, "fft_length", bad[i], false);
        assert_int_not_equal(one_plan(o, &why), TH_OK);
        assert_non_null(strstr(why.text, "fft_length"));
        one_free(o);
    }
    one_op *o = one_new(1, TH_OP_SIGNAL_RFFT);
    one_in(o, TH_S16, one_shape(1, 8, 0, 0), NULL);
    one_out(o, TH_S16, one_shape(1, 9, 0, 0)); /* 10 would be right */
    one_option(o, "fft_length", 8, false);
    assert_int_equal(one_plan(o, &why), TH_ESHAPE);
    one_free(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rfft_is_near_the_definition),
        cmocka_unit_test(irfft_is_near_the_definition),
        cmocka_unit_test(integers_equal_the_reference),
        cmocka_unit_test(refusals),
        cmocka_unit_test(tflm_is_equal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
