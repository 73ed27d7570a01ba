#include "rig.h"

#include "nn/raw/inner.h"
#include "nn/prepare.h"
#include "nn/requant.h"

static void high_mul_rounds_ties_up(void **state)
{
    (void)state;
    assert_int_equal(th_high_mul(1 << 30, 1 << 30), 1 << 29);
    assert_int_equal(th_high_mul(1, 1 << 30), 1);   /* 0.5 -> 1 */
    assert_int_equal(th_high_mul(-1, 1 << 30), 0);  /* -0.5 -> 0 */
    assert_int_equal(th_high_mul(-3, 1 << 30), -1); /* -1.5 -> -1 */
    assert_int_equal(th_high_mul(INT32_MIN, INT32_MAX), -INT32_MAX);
    assert_int_equal(th_high_mul(INT32_MAX, INT32_MAX), INT32_MAX - 1);
}

static void shift_rounds_ties_away(void **state)
{
    (void)state;
    const struct {
        int32_t x, e, want;
    } row[] = {{2, 2, 1},
               {-2, 2, -1},
               {1, 2, 0},
               {-1, 2, 0},
               {3, 1, 2},
               {-3, 1, -2},
               {-1, 1, -1},
               {5, 3, 1},
               {-5, 3, -1},
               {4, 3, 1},
               {-4, 3, -1},
               {-3, 3, 0},
               {0, 31, 0},
               {INT32_MAX, 31, 1},
               {INT32_MAX, 1, 1 << 30},
               {-INT32_MAX, 31, -1},
               {-INT32_MAX, 1, -(1 << 30)}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        assert_int_equal(th_round_shift(row[i].x, row[i].e), row[i].want);
}

static void requant_by_hand(void **state)
{
    (void)state;
    assert_int_equal(th_requant(100, 1 << 30, 1), 100); /* factor 1 */
    assert_int_equal(th_requant(100, 1 << 30, 0), 50);
    assert_int_equal(th_requant(101, 1 << 30, 0), 51);    /* 50.5 up */
    assert_int_equal(th_requant(-101, 1 << 30, 0), -50);  /* -50.5 up */
    assert_int_equal(th_requant(-101, 1 << 30, -1), -25); /* -50.5 -> -50 -> -25 */
    assert_int_equal(th_requant(-103, 1 << 30, -1),
                     -26); /* -51.5 -> -51 -> -25.5 -> -26: rounded twice, single rounding gives -26 too */
    assert_int_equal(th_requant(5, 1 << 30, -1), 2); /* 2.5 -> 3 -> 1.5 -> 2; rounded once it would be 1 */
    assert_int_equal(th_requant(-20000000, 1518500250, -20), -13); /* 2^-20.5 */
    assert_int_equal(th_requant(7, 0, 0), 0);
    assert_int_equal(th_requant(3, 1 << 30, 4), 24);
}

static void multipliers_are_taken_apart(void **state)
{
    (void)state;
    int32_t m, shift;
    assert_true(th_quantize_multiplier(1.0, &m, &shift));
    assert_int_equal(m, 1 << 30);
    assert_int_equal(shift, 1);
    assert_true(th_quantize_multiplier(0.75, &m, &shift));
    assert_int_equal(m, 3 << 29);
    assert_int_equal(shift, 0);
    assert_true(th_quantize_multiplier(1.0 - 0x1p-40, &m, &shift)); /* rounds up to 2^31: halved */
    assert_int_equal(m, 1 << 30);
    assert_int_equal(shift, 1);
    assert_true(th_quantize_multiplier(0x1p-33, &m, &shift)); /* 0.5 * 2^-32: below what a shift can do */
    assert_int_equal(m, 0);
    assert_int_equal(shift, 0);
    assert_true(th_quantize_multiplier(0x1p-32, &m, &shift));
    assert_int_equal(shift, -31);
    assert_true(th_quantize_multiplier(0.0, &m, &shift));
    assert_int_equal(m, 0);
    assert_false(th_quantize_multiplier(-1.0, &m, &shift));
    assert_false(th_quantize_multiplier((double)INFINITY, &m, &shift));
    assert_false(th_quantize_multiplier((double)NAN, &m, &shift));
    assert_false(th_quantize_multiplier(0x1p30, &m, &shift));
}

static void agrees_with_the_second_version(void **state)
{
    (void)state;
    th_rng rng = th_rng_make(3, 3);
    for (int i = 0; i < 200000; i++) {
        const double factor = ldexp(1.0 + (double)th_rng_u32(&rng) / 4294967296.0, (int)th_rng_below(&rng, 34) - 32);
        const int32_t acc = (int32_t)th_rng_u32(&rng) >> th_rng_below(&rng, 31);
        int32_t m, shift;
        assert_true(th_quantize_multiplier(factor, &m, &shift));
        if (shift > 0 && (acc >= 1 << (30 - shift) || acc < -(1 << (30 - shift))))
            continue; /* wraps, in the reference too */
        assert_int_equal(th_requant(acc, m, shift), plain_requant(acc, factor));
    }
}

/* Narrow and wide way of th_scale are one function wherever the narrow one may be taken. */
static void narrow_is_wide(void **state)
{
    (void)state;
    th_rng rng = th_rng_make(4, 3);
    for (int i = 0; i < 200000; i++) {
        const int32_t m = (int32_t)(th_rng_u32(&rng) >> 2) | 1 << 30, shift = -1 - (int32_t)th_rng_below(&rng, 31);
        const int32_t sum = ((int32_t)th_rng_u32(&rng) >> 2) >> th_rng_below(&rng, 25);
        const int32_t zero = (int32_t)th_rng_below(&rng, 256) - 128;
        th_scaler s = {NULL, &m, &shift, zero, -120, 110, 0};
        const int8_t wide = th_scale(&s, sum, 0, 0);
        s.narrow = 1;
        assert_int_equal(th_scale(&s, sum, 0, 0), wide);
    }
}

static void narrow_is_found(void **state)
{
    (void)state;
    int32_t bias[2] = {1 << 20, -(1 << 20)}, shift[2] = {-3, -5};
    th_tensor t = {.name = "bias", .type = TH_S32, .shape = {.rank = 1, .d = {2}}, .data = bias};
    assert_int_equal(th_sums_are_narrow(&t, 2, 100, shift, 2), 1);
    assert_int_equal(th_sums_are_narrow(NULL, 2, 100, shift, 2), 1);
    assert_int_equal(th_sums_are_narrow(&t, 2, 16600, shift, 2), 0);
    bias[1] = INT32_MIN;
    assert_int_equal(th_sums_are_narrow(&t, 2, 100, shift, 2), 0);
    bias[1] = 0;
    shift[1] = 0;
    assert_int_equal(th_sums_are_narrow(&t, 2, 100, shift, 2), 0);
    t.data = NULL;
    shift[1] = -1;
    assert_int_equal(th_sums_are_narrow(&t, 2, 100, shift, 2), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(high_mul_rounds_ties_up),
        cmocka_unit_test(shift_rounds_ties_away),
        cmocka_unit_test(requant_by_hand),
        cmocka_unit_test(multipliers_are_taken_apart),
        cmocka_unit_test(agrees_with_the_second_version),
        cmocka_unit_test(narrow_is_wide),
        cmocka_unit_test(narrow_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
