#include "nn/cumsum.h"

#include "nn/requant.h"

void th_cumsum_f32(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_cumsum_f32_par *p = (const th_cumsum_f32_par *)par;
    (void)scratch;
    for (int32_t o = 0; o < p->outer; o++)
        for (int32_t i = 0; i < p->inner; i++) {
            const int32_t first = o * p->size * p->inner + i;
            const float *x = (const float *)in[0] + first;
            float *y = (float *)out[0] + first, sum = 0.0f;
            for (int32_t k = 0; k < p->size; k++) {
                const int32_t at = (p->reverse ? p->size - 1 - k : k) * p->inner;
                const float before = sum;
                sum += x[at];
                y[at] = p->exclusive ? before : sum;
            }
        }
}

/* (x - zero) 2^20 / 2 */
static int32_t half_step(int32_t x, int32_t zero)
{
    return th_requant(th_shift_left(x - zero, TH_CUMSUM_BITS), INT32_C(1) << 30, 0);
}

void th_cumsum_s8(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_cumsum_s8_par *p = (const th_cumsum_s8_par *)par;
    (void)scratch;
    for (int32_t o = 0; o < p->outer; o++)
        for (int32_t i = 0; i < p->inner; i++) {
            const int32_t first = o * p->size * p->inner + i;
            const int8_t *x = (const int8_t *)in[0] + first;
            int8_t *y = (int8_t *)out[0] + first;
            int32_t sum = half_step(0, p->in_zero);
            for (int32_t k = 0; k < p->size; k++) {
                const int32_t at = (p->reverse ? p->size - 1 - k : k) * p->inner;
                const int32_t before = sum;
                sum = th_add_wrap(sum, half_step(x[at], p->in_zero));
                y[at] =
                    th_requant_s8(p->exclusive ? before : sum, p->out_multiplier, p->out_shift, p->out_zero, -128, 127);
            }
        }
}
