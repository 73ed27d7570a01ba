#include "nn/log_softmax.h"

#include "base/fmath.h"
#include "nn/fixed.h"
#include "nn/requant.h"

static int32_t in_q5(const th_log_softmax_s8_par *p, int32_t diff)
{
    return th_high_mul(th_shift_left(diff, p->shift), p->multiplier);
}

static void row_s8(const th_log_softmax_s8_par *p, const int8_t *x, int8_t *y)
{
    int32_t most = x[0], sum = 0;
    for (int32_t c = 1; c < p->depth; c++)
        if (x[c] > most) most = x[c];
    for (int32_t c = 0; c < p->depth; c++)
        if (x[c] - most >= p->diff_min) sum += th_round_shift(th_fixed_exp(in_q5(p, x[c] - most), 5), 12);
    const int32_t log = th_fixed_log(sum);
    /* Differences up to `least` would leave Q5.26 once the logarithm is taken off. */
    int32_t least = th_requant(log - INT32_MAX - 1, p->reverse_multiplier, p->reverse_shift);
    if (least < p->diff_min - 1) least = p->diff_min - 1;
    for (int32_t c = 0; c < p->depth; c++) {
        const int32_t diff = x[c] - most;
        y[c] = -128;
        if (diff > least) y[c] = (int8_t)th_clamp(th_round_shift(in_q5(p, diff) - log, 22) + 127, -128, 127);
    }
}

void th_log_softmax_s8(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_log_softmax_s8_par *p = (const th_log_softmax_s8_par *)par;
    const int8_t *x = (const int8_t *)in[0];
    int8_t *y = (int8_t *)out[0];
    (void)scratch;
    for (int32_t r = 0; r < p->rows; r++, x += p->depth, y += p->depth) row_s8(p, x, y);
}

void th_log_softmax_f32(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_log_softmax_f32_par *p = (const th_log_softmax_f32_par *)par;
    const float *x = (const float *)in[0];
    float *y = (float *)out[0];
    (void)scratch;
    for (int32_t r = 0; r < p->rows; r++, x += p->depth, y += p->depth) {
        float most = x[0], sum = 0.0f;
        for (int32_t c = 1; c < p->depth; c++)
            if (x[c] > most) most = x[c];
        for (int32_t c = 0; c < p->depth; c++) sum += th_expf(x[c] - most);
        const float log = th_logf(sum);
        for (int32_t c = 0; c < p->depth; c++) y[c] = x[c] - most - log;
    }
}
