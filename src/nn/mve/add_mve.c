#include "nn/mve/add_mve.h"

#include "nn/mve/mve.h"

#if defined(__ARM_FEATURE_MVE)
#include <arm_mve.h>

/* R(v, m 2^-shift) */
TH_INLINE int32x4_t scaled_4(int32x4_t v, int32_t m, int32_t shift)
{
    return vrshlq_n_s32(vqrdmlahq_n_s32(vshrq_n_s32(v, 31), v, m), -shift);
}

/* Whole fours; returns how many numbers they are. */
static int32_t fours(const th_add_dsp_par *p, const int8_t *a, const int8_t *b, int8_t *y)
{
    const int32_t n = p->n / 4 * 4;
    for (const int8_t *end = y + n; y != end; a += 4, b += 4, y += 4) {
        const int32x4_t d = vshlq_r_s32(vsubq_n_s32(vldrbq_s32(a), p->a_zero), p->a_left - 1),
                        e = vshlq_r_s32(vsubq_n_s32(vldrbq_s32(b), p->b_zero), p->b_left - 1);
        const int32x4_t sum =
            vaddq_s32(scaled_4(d, p->a_multiplier, p->a_shift), scaled_4(e, p->b_multiplier, p->b_shift));
        const int32x4_t q = vaddq_n_s32(scaled_4(sum, p->out_multiplier, p->out_shift), p->out_zero);
        const int16x8_t half = vqmovnbq_s32(vdupq_n_s16(0), q);
        vstrbq_s32(y, (int32x4_t)vqmovnbq_s16(vdupq_n_s8(0), half));
    }
    return n;
}

#else

static int32_t fours(const th_add_dsp_par *p, const int8_t *a, const int8_t *b, int8_t *y)
{
    (void)p, (void)a, (void)b, (void)y;
    return 0;
}

#endif

void th_add_mve(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_add_dsp_par *p = (const th_add_dsp_par *)par;
    const int8_t *a = (const int8_t *)in[0], *b = (const int8_t *)in[1];
    int8_t *y = (int8_t *)out[0];
    (void)scratch;
    for (int32_t i = fours(p, a, b, y); i < p->n; i++) {
        const int32_t d = th_requant((a[i] - p->a_zero) * (INT32_C(1) << (p->a_left - 1)), p->a_multiplier,
                                     -p->a_shift),
                      e = th_requant((b[i] - p->b_zero) * (INT32_C(1) << (p->b_left - 1)), p->b_multiplier,
                                     -p->b_shift);
        y[i] = th_requant_s8(d + e, p->out_multiplier, -p->out_shift, p->out_zero, -128, 127);
    }
    th_mve_clamp(y, p->n, p->act_min, p->act_max);
}
