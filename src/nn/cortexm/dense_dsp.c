#include "nn/cortexm/dense_dsp.h"

#include "nn/cortexm/tile_dsp.h"
#include "nn/requant.h"

#include <string.h>

#if defined(__ARM_FEATURE_DSP)

/* clang-format off */

/* One of four filters: weights w to the sum a. */
#define FILTER(w, a)                              \
    "sxtb16 r12, " w "\n\t"                       \
    "sxtb16 " w ", " w ", ror #8\n\t"             \
    "smlad " a ", r6, r12, " a "\n\t"             \
    "smlad " a ", r7, " w ", " a "\n\t"

#define STEP                                      \
    "ldr r6, [r0], #4\n\t"                        \
    "ldm r1!, {r8, r9, r10, r11}\n\t"             \
    "sxtab16 r7, lr, r6, ror #8\n\t"              \
    "sxtab16 r6, lr, r6\n\t"                      \
    FILTER("r8", "r2") FILTER("r9", "r3") FILTER("r10", "r4") FILTER("r11", "r5")

/* Four sums of n products, n a multiple of 4; returns what lies behind the weights. */
TH_APART const int8_t *four(const int8_t *x, const int8_t *w, int32_t n, uint32_t minus, int32_t sum[4])
{
    struct {
        const int8_t *x, *w, *x_16, *x_end;
        uint32_t minus;
        int32_t *sum;
    } job = {x, w, x + n / 16 * 16, x + n, minus, sum};
    __asm__ volatile(
        "ldrd r0, r1, %[x]\n\t" /* and w */
        "ldr r2, %[sum]\n\t"
        "ldr lr, %[minus]\n\t"
        "ldm r2, {r2, r3, r4, r5}\n\t"
        "ldr r12, %[x_16]\n\t"
        "cmp r0, r12\n\t"
        "beq 3f\n"
        "2:\n\t"
        STEP STEP STEP STEP
        "ldr r12, %[x_16]\n\t"
        "cmp r0, r12\n\t"
        "bne 2b\n"
        "3:\n\t"
        "ldr r12, %[x_end]\n\t"
        "cmp r0, r12\n\t"
        "beq 5f\n"
        "4:\n\t"
        STEP
        "ldr r12, %[x_end]\n\t"
        "cmp r0, r12\n\t"
        "bne 4b\n"
        "5:\n\t"
        "ldr r6, %[sum]\n\t"
        "stm r6, {r2, r3, r4, r5}\n\t"
        "str r1, %[w]\n\t"
        : [w] "+m"(job.w)
        : [x] "m"(job.x), [x_16] "m"(job.x_16), [x_end] "m"(job.x_end), [minus] "m"(job.minus), [sum] "m"(job.sum)
        : "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory");
    return job.w;
}

/* clang-format on */

#else

static const int8_t *four(const int8_t *x, const int8_t *w, int32_t n, uint32_t minus, int32_t sum[4])
{
    for (; n > 0; n -= 4, x += 4) {
        const uint32_t v = th_load_4(x), even = th_sxtab16(minus, v), odd = th_sxtab16_odd(minus, v);
        for (int32_t f = 0; f < 4; f++, w += 4) {
            const uint32_t ww = th_load_4(w);
            sum[f] = th_smlad(odd, th_sxtb16_odd(ww), th_smlad(even, th_sxtb16(ww), sum[f]));
        }
    }
    return w;
}

#endif

/* n sums become outputs; each: 1 when every filter has its own scale, else 0. */
TH_INLINE void finish(const th_dense_dsp_par *p, const int32_t *sum, int32_t o, int32_t n, int32_t each, int8_t *y)
{
    const int32_t *m = p->multiplier + o * each;
    const int8_t *s = p->shift + o * each;
    for (int32_t f = 0; f < n; f++, m += each, s += each) {
        const int32_t h = th_smmlar(2 * sum[f], *m, (2 * p->out_zero + 1) * (INT32_C(1) << *s));
        y[f] = th_ssat_8((h + (sum[f] >> 31)) >> *s >> 1);
    }
}

void th_dense_dsp(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_dense_dsp_par *p = (const th_dense_dsp_par *)par;
    const int32_t n4 = (p->n_in + 3) / 4 * 4, whole = p->n_out / 4 * 4;
    const uint32_t minus = th_pack_16(-p->in_zero, -p->in_zero);
    const int8_t *x = (const int8_t *)in[0], *w = p->weights;
    int8_t *y = (int8_t *)out[0];
    int32_t sum[4] = {0, 0, 0, 0};
    if (scratch) {
        memset((int8_t *)scratch + p->n_in / 4 * 4, 0, 4);
        x = (const int8_t *)memcpy(scratch, x, (size_t)p->n_in);
    }
    for (int32_t o = 0; o < whole; o += 4) {
        memcpy(sum, p->bias + o, sizeof sum);
        w = four(x, w, n4, minus, sum);
        if (p->n_scales == 1)
            finish(p, sum, o, 4, 0, y + o);
        else
            finish(p, sum, o, 4, 1, y + o);
    }
    if (whole < p->n_out) {
        for (int32_t f = 0; f < p->n_out - whole; f++) sum[f] = p->bias[whole + f];
        (void)four(x, w, n4, minus, sum);
        finish(p, sum, whole, p->n_out - whole, p->n_scales != 1, y + whole);
    }
    th_tile_clamp(y, p->n_out, p->act_min, p->act_max);
}
