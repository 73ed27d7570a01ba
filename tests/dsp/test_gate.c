/* The gate between two networks of the same words: when it opens, what stands for a window that it keeps, and features
 * of one network as those of the other. */
#include "../test.h"

#include "base/rng.h"
#include "dsp/frontend.h"
#include "dsp/gate.h"

static void words_open_it(void **state)
{
    (void)state;
    const th_gate g = {.labels = 3, .n_small = 4, .least = 64};
    const int8_t word[4] = {-90, -102, 0, 64};   /* 38 + 26 of 256: just enough */
    const int8_t other[4] = {-90, -103, 127, 0}; /* labels that are no words do not count */
    assert_int_equal(th_gate_opens(&g, word), 1);
    assert_int_equal(th_gate_opens(&g, other), 0);
    const th_gate always = {.labels = 0, .n_small = 4, .least = 0};
    assert_int_equal(th_gate_opens(&always, other), 1);
}

static void what_it_keeps_is_quiet(void **state)
{
    (void)state;
    const th_gate g = {.n_large = 5, .quiet = 3};
    int8_t scores[6] = {1, 2, 3, 4, 5, 6};
    th_gate_shut(&g, scores);
    for (int c = 0; c < 5; c++) assert_int_equal(scores[c], c == 3 ? 127 : -128);
    assert_int_equal(scores[5], 6);
}

/* x is the same number for both, within half a step of each. */
static void features_change_their_scale(void **state)
{
    (void)state;
    enum { COEFS = 3, FRAMES = 50 };
    const float mean[2][COEFS] = {{-30.0f, 6.0f, 0.5f}, {-28.0f, 5.0f, 0.0f}}, /* of the small and the large one */
        inv[2][COEFS] = {{0.04f, 0.11f, 0.3f}, {0.05f, 0.1f, 0.25f}}, scale[2] = {0.03f, 0.025f};
    const int32_t zero[2] = {5, -7};
    float gain[COEFS], shift[COEFS], x[COEFS], row[2][COEFS];
    for (int c = 0; c < COEFS; c++) {
        gain[c] = scale[1] / inv[1][c] * inv[0][c];
        shift[c] = (mean[1][c] - mean[0][c]) * inv[0][c];
    }
    const th_gate g = {
        .zero = zero[1], .n_coef = COEFS, .gain = gain, .shift = shift, .small_scale = scale[0], .small_zero = zero[0]};
    th_rng rng = th_rng_make(3, 1);
    for (int k = 0; k < FRAMES; k++) {
        int8_t q[2][COEFS], got[COEFS];
        for (int c = 0; c < COEFS; c++) {
            x[c] = mean[0][c] + th_rng_normal(&rng) / inv[0][c];
            for (int i = 0; i < 2; i++) row[i][c] = (x[c] - mean[i][c]) * inv[i][c];
        }
        for (int i = 0; i < 2; i++) th_features_to_s8(row[i], COEFS, scale[i], zero[i], q[i]);
        th_gate_features(&g, q[1], COEFS, got);
        for (int c = 0; c < COEFS; c++)
            if (q[1][c] > -128 && q[1][c] < 127) assert_in_range(got[c] - q[0][c] + 2, 1, 3);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_open_it),
        cmocka_unit_test(what_it_keeps_is_quiet),
        cmocka_unit_test(features_change_their_scale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
