/* The Cortex-M version of the inner loops gives the bytes of the one in C.  Here its instructions are C
 * (nn/cortexm/instr.h); the emulated board runs the real ones. */
#include "../test.h"

#include "base/rng.h"
#include "nn/cortexm/inner_dsp.h"
#include "nn/raw/inner_c.h"

#define MOST 160

static void fill(th_rng *rng, int8_t *x, size_t n)
{
    for (size_t i = 0; i < n; i++) x[i] = (int8_t)th_rng_u32(rng);
}

/* Extremes now and then, where an int16 would overflow if one could. */
static int32_t zero_point(th_rng *rng)
{
    const uint32_t k = th_rng_below(rng, 4);
    return k == 0 ? -128 : k == 1 ? 127 : (int32_t)th_rng_below(rng, 256) - 128;
}

static void pairs(void **state)
{
    (void)state;
    th_rng rng = th_rng_make(1, 1);
    for (int round = 0; round < 400; round++) {
        const int32_t n = 1 + (int32_t)th_rng_below(&rng, MOST), zero = zero_point(&rng);
        int8_t *a = malloc((size_t)n), *b = malloc((size_t)n), *w0 = malloc((size_t)n),
               *w1 = malloc((size_t)n); /* own blocks: asan sees one byte too far */
        int16_t *plain = malloc(TH_PAIR_BYTES(n)), *dsp = malloc(TH_PAIR_BYTES(n));
        int32_t want[4], got[4];
        assert_true(a && b && w0 && w1 && plain && dsp);
        fill(&rng, a, (size_t)n), fill(&rng, b, (size_t)n), fill(&rng, w0, (size_t)n), fill(&rng, w1, (size_t)n);
        if (round % 7 == 0) memset(a, -128, (size_t)n), memset(w1, -128, (size_t)n);
        th_pair_set_c(plain, 0, a, n, zero), th_pair_set_c(plain, 1, b, n, zero);
        th_pair_set_dsp(dsp, 0, a, n, zero), th_pair_set_dsp(dsp, 1, b, n, zero);
        th_pair_dot_c(plain, w0, w1, n, want);
        th_pair_dot_dsp(dsp, w0, w1, n, got);
        assert_memory_equal(want, got, sizeof want);
        th_rows_dot_c(a, w0, w1, n, zero, want);
        th_rows_dot_dsp(a, w0, w1, n, zero, got);
        assert_memory_equal(want, got, 2 * sizeof *want);
        int32_t sum = 0; /* and the plain one that of the definition */
        for (int32_t k = 0; k < n; k++) sum += (a[k] - zero) * w1[k];
        assert_int_equal(want[1], sum);
        free(a), free(b), free(w0), free(w1), free(plain), free(dsp);
    }
}

static void taps(void **state)
{
    (void)state;
    th_rng rng = th_rng_make(2, 1);
    for (int round = 0; round < 400; round++) {
        const int32_t cols = 1 + (int32_t)th_rng_below(&rng, 5), rows = 1 + (int32_t)th_rng_below(&rng, 4),
                      step = (int32_t)th_rng_below(&rng, 2);
        const int32_t in_c = step ? 4 + (int32_t)th_rng_below(&rng, 9) : 1, zero = zero_point(&rng), wide = cols + 2;
        const th_taps t = {rows, cols, wide * in_c, in_c, cols * 8, 8};
        int8_t x[512], w[512];
        int32_t want[4], got[4];
        fill(&rng, x, sizeof x), fill(&rng, w, sizeof w);
        th_taps_dot_c(&t, x, w, step, zero, want);
        th_taps_dot_dsp(&t, x, w, step, zero, got);
        assert_memory_equal(want, got, sizeof want);
        for (int32_t c = 0; c < 4; c++) {
            int32_t sum = 0;
            for (int32_t i = 0; i < rows; i++)
                for (int32_t j = 0; j < cols; j++)
                    sum += (x[(i * wide + j) * in_c + c * step] - zero) * w[(i * cols + j) * 8 + c];
            assert_int_equal(want[c], sum);
        }
    }
}

static void rounded_products(void **state)
{
    (void)state;
    th_rng rng = th_rng_make(3, 1);
    for (int round = 0; round < 100000; round++) {
        const int32_t a = (int32_t)th_rng_u32(&rng) >> (2 + th_rng_below(&rng, 20)),
                      m = (int32_t)(th_rng_u32(&rng) >> 1) | 1 << 30;
        const int32_t e = (int32_t)th_rng_below(&rng, 31);
        assert_int_equal(th_round_half_dsp(a, m, e), th_round_half_c(a, m, e));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(pairs), cmocka_unit_test(taps),
                                       cmocka_unit_test(rounded_products)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
