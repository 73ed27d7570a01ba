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

/* The same with int4: two filters in a word of weights w, sums a and b; r10 is the mask. */
#define FILTERS_W4(w, a, b)                       \
    "and r11, r10, " w "\n\t"                     \
    "and r12, r10, " w ", lsr #4\n\t"             \
    "smlad " a ", r6, r11, " a "\n\t"             \
    "smlad " a ", r7, r12, " a "\n\t"             \
    "and r11, r10, " w ", lsr #8\n\t"             \
    "and r12, r10, " w ", lsr #12\n\t"            \
    "smlad " b ", r6, r11, " b "\n\t"             \
    "smlad " b ", r7, r12, " b "\n\t"

#define STEP_W4                                   \
    "ldr r6, [r0], #4\n\t"                        \
    "ldrd r8, r9, [r1], #8\n\t"                   \
    "sxtab16 r7, lr, r6, ror #8\n\t"              \
    "sxtab16 r6, lr, r6\n\t"                      \
    FILTERS_W4("r8", "r2", "r3") FILTERS_W4("r9", "r4", "r5")

TH_APART const int8_t *four_w4(const int8_t *x, const int8_t *w, int32_t n, uint32_t minus, int32_t sum[4])
{
    struct {
        const int8_t *x, *w, *x_16, *x_end;
        uint32_t minus, mask;
        int32_t *sum;
    } job = {x, w, x + n / 16 * 16, x + n, minus, TH_TILE_W4_MASK, sum};
    __asm__ volatile(
        "ldrd r0, r1, %[x]\n\t" /* and w */
        "ldr r2, %[sum]\n\t"
        "ldr lr, %[minus]\n\t"
        "ldr r10, %[mask]\n\t"
        "ldm r2, {r2, r3, r4, r5}\n\t"
        "ldr r12, %[x_16]\n\t"
        "cmp r0, r12\n\t"
        "beq 3f\n"
        "2:\n\t"
        STEP_W4 STEP_W4 STEP_W4 STEP_W4
        "ldr r12, %[x_16]\n\t"
        "cmp r0, r12\n\t"
        "bne 2b\n"
        "3:\n\t"
        "ldr r12, %[x_end]\n\t"
        "cmp r0, r12\n\t"
        "beq 5f\n"
        "4:\n\t"
        STEP_W4
        "ldr r12, %[x_end]\n\t"
        "cmp r0, r12\n\t"
        "bne 4b\n"
        "5:\n\t"
        "ldr r6, %[sum]\n\t"
        "stm r6, {r2, r3, r4, r5}\n\t"
        "str r1, %[w]\n\t"
        : [w] "+m"(job.w)
        : [x] "m"(job.x), [x_16] "m"(job.x_16), [x_end] "m"(job.x_end), [minus] "m"(job.minus), [mask] "m"(job.mask),
          [sum] "m"(job.sum)
        : "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory");
    return job.w;
}

/* clang-format on */

#else

static const int8_t *four_w4(const int8_t *x, const int8_t *w, int32_t n, uint32_t minus, int32_t sum[4])
{
    for (; n > 0; n -= 4, x += 4) {
        const uint32_t v = th_load_4(x), even = th_sxtab16(minus, v), odd = th_sxtab16_odd(minus, v);
        for (int32_t f = 0; f < 4; f += 2, w += 4) {
            const uint32_t ww = th_load_4(w), mask = TH_TILE_W4_MASK;
            sum[f] = th_smlad(odd, ww >> 4 & mask, th_smlad(even, ww & mask, sum[f]));
            sum[f + 1] = th_smlad(odd, ww >> 12 & mask, th_smlad(even, ww >> 8 & mask, sum[f + 1]));
        }
    }
    return w;
}

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

/* sum of x - zero over n inputs, a multiple of 4. */
static int32_t total(const int8_t *x, int32_t n, uint32_t minus)
{
    int32_t sum = 0;
    for (const int8_t *end = x + n; x != end; x += 4) {
        const uint32_t v = th_load_4(x), ones = th_pack_16(1, 1);
        sum = th_smlad(th_sxtab16_odd(minus, v), ones, th_smlad(th_sxtab16(minus, v), ones, sum));
    }
    return sum;
}

/* Four sums with their biases; `more` goes on top for int4. */
TH_INLINE const int8_t *four_sums(const int8_t *x, const int8_t *w, int32_t n, uint32_t minus, int32_t more,
                                  int four_bits, int32_t sum[4])
{
    if (!four_bits) return four(x, w, n, minus, sum);
    for (int32_t f = 0; f < 4; f++) sum[f] += more;
    return four_w4(x, w, n, minus, sum);
}

TH_INLINE void dense(const th_dense_dsp_par *p, const int8_t *x, int8_t *y, void *scratch, int four_bits)
{
    const int32_t n4 = (p->n_in + 3) / 4 * 4, whole = p->n_out / 4 * 4;
    const uint32_t minus = th_pack_16(-p->in_zero, -p->in_zero);
    const int8_t *w = p->weights;
    int32_t sum[4] = {0, 0, 0, 0};
    if (scratch) {
        memset((int8_t *)scratch + p->n_in / 4 * 4, 0, 4);
        x = (const int8_t *)memcpy(scratch, x, (size_t)p->n_in);
    }
    const int32_t more = four_bits ? -8 * total(x, n4, minus) : 0; /* int4 weights are stored 8 too large */
    for (int32_t o = 0; o < whole; o += 4) {
        memcpy(sum, p->bias + o, sizeof sum);
        w = four_sums(x, w, n4, minus, more, four_bits, sum);
        if (p->n_scales == 1)
            finish(p, sum, o, 4, 0, y + o);
        else
            finish(p, sum, o, 4, 1, y + o);
    }
    if (whole < p->n_out) {
        for (int32_t f = 0; f < p->n_out - whole; f++) sum[f] = p->bias[whole + f];
        (void)four_sums(x, w, n4, minus, more, four_bits, sum);
        finish(p, sum, whole, p->n_out - whole, p->n_scales != 1, y + whole);
    }
    th_tile_clamp(y, p->n_out, p->act_min, p->act_max);
}

void th_dense_dsp(const void *par, const void *const *in, void *const *out, void *scratch)
{
    dense((const th_dense_dsp_par *)par, (const int8_t *)in[0], (int8_t *)out[0], scratch, 0);
}

void th_dense_w4_dsp(const void *par, const void *const *in, void *const *out, void *scratch)
{
    dense((const th_dense_dsp_par *)par, (const int8_t *)in[0], (int8_t *)out[0], scratch, 1);
}
