#include "nn/cortexm/tile_dsp.h"

#include "nn/cortexm/instr.h"
#include "nn/requant.h"

void th_tile_widen(int16_t *pair, int32_t lane, const int8_t *src, int32_t n, int32_t zero)
{
    const uint32_t z = (uint32_t)-zero & 0xffff, minus = z | z << 16;
    for (int16_t *dst = pair + 4 * lane; n > 0; n -= 4, src += 4, dst += 8) {
        const uint32_t v = th_load_4(src), even = th_sxtab16(minus, v), odd = th_sxtab16_odd(minus, v);
        memcpy(dst, &even, 4);
        memcpy(dst + 2, &odd, 4);
    }
}

/* Two filters over all pixels of the tile.  The assembly below knows the order of the members. */
typedef struct two {
    const int16_t *x;
    const int16_t *w, *w_16, *w_end; /* widened; w_16: behind the last whole block of 16 inputs */
    int8_t *y;
    int32_t stride;
    int8_t *y_end;
    int32_t bias[2];
    struct {
        int32_t multiplier, half, shift; /* half = 2^e + zero 2^(e+1), shift = e + 1 */
    } scale[2];
} two;

#if defined(__ARM_FEATURE_DSP)

/* Four inputs of two pixels against two filters: r2 r3 filter 0, r4 r5 filter 1. */
#define STEP                                                                                                           \
    "ldm r0!, {r6, r7, r8, r9}\n\t"                                                                                    \
    "ldm r1!, {r10, r11, r12, lr}\n\t"                                                                                 \
    "smlad r2, r6, r10, r2\n\t"                                                                                        \
    "smlad r3, r8, r10, r3\n\t"                                                                                        \
    "smlad r4, r6, r12, r4\n\t"                                                                                        \
    "smlad r5, r8, r12, r5\n\t"                                                                                        \
    "smlad r2, r7, r11, r2\n\t"                                                                                        \
    "smlad r3, r9, r11, r3\n\t"                                                                                        \
    "smlad r4, r7, lr, r4\n\t"                                                                                         \
    "smlad r5, r9, lr, r5\n\t"

/* lr = the int8 of sum `a`, with multiplier r8, half r9, shift r10. */
#define SCALE(a)                                                                                                       \
    "lsl " a ", " a ", #1\n\t"                                                                                         \
    "smmlar lr, " a ", r8, r9\n\t"                                                                                     \
    "add lr, lr, " a ", asr #31\n\t"                                                                                   \
    "asr lr, lr, r10\n\t"                                                                                              \
    "ssat lr, #8, lr\n\t"

/* All 14 registers are at work in the inner loop: what it needs besides stands on the stack, as the operands say. */
TH_INLINE void run_two(two *job)
{
    __asm__ volatile(
        "ldr r0, %[x]\n"
        "1:\n\t" /* two pixels */
        "ldr r1, %[w]\n\t"
        "ldr r2, %[bias0]\n\t"
        "ldr r4, %[bias1]\n\t"
        "mov r3, r2\n\t"
        "mov r5, r4\n\t"
        "ldr r6, %[w_16]\n\t"
        "cmp r1, r6\n\t"
        "beq 3f\n"
        "2:\n\t" STEP STEP STEP STEP "ldr r6, %[w_16]\n\t"
        "cmp r1, r6\n\t"
        "bne 2b\n"
        "3:\n\t"
        "ldr r6, %[w_end]\n\t"
        "cmp r1, r6\n\t"
        "beq 5f\n"
        "4:\n\t" STEP "ldr r6, %[w_end]\n\t"
        "cmp r1, r6\n\t"
        "bne 4b\n"
        "5:\n\t"
        "ldrd r8, r9, %[scale0]\n\t"
        "ldr r10, %[shift0]\n\t"
        "ldrd r11, r12, %[y]\n\t" /* and stride */
        /* The second pixel first: where there is none, stride is 0 and the first one overwrites it. */
        SCALE("r3") "strb lr, [r11, r12]\n\t" SCALE(
            "r2") "strb lr, [r11]\n\t"
                  "ldrd r8, r9, %[scale1]\n\t"
                  "ldr r10, %[shift1]\n\t" SCALE("r5") "add r2, r11, r12\n\t"
                                                       "strb lr, [r2, #1]\n\t" SCALE("r4") "strb lr, [r11, #1]\n\t"
                                                                                           "add r11, r2, r12\n\t"
                                                                                           "str r11, %[y]\n\t"
                                                                                           "ldr r7, %[y_end]\n\t"
                                                                                           "cmp r11, r7\n\t"
                                                                                           "bne 1b\n\t"
        : [y] "+m"(job->y)
        : [x] "m"(job->x), [w] "m"(job->w), [w_16] "m"(job->w_16), [w_end] "m"(job->w_end), [stride] "m"(job->stride),
          [y_end] "m"(job->y_end), [bias0] "m"(job->bias[0]), [bias1] "m"(job->bias[1]),
          [scale0] "m"(job->scale[0].multiplier), [half0] "m"(job->scale[0].half), [shift0] "m"(job->scale[0].shift),
          [scale1] "m"(job->scale[1].multiplier), [half1] "m"(job->scale[1].half), [shift1] "m"(job->scale[1].shift)
        : "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory");
}

/* Eight packed weights; p and w move on. */
#define WIDEN                                                                                                          \
    "ldrd %[a], %[c], [%[p]], #8\n\t"                                                                                  \
    "sxtb16 %[b], %[a], ror #8\n\t"                                                                                    \
    "sxtb16 %[a], %[a]\n\t"                                                                                            \
    "sxtb16 %[d], %[c], ror #8\n\t"                                                                                    \
    "sxtb16 %[c], %[c]\n\t"                                                                                            \
    "strd %[a], %[b], [%[w]], #8\n\t"                                                                                  \
    "strd %[c], %[d], [%[w]], #8\n\t"

/* Two filters, packed -> widened; returns what lies behind them. */
TH_INLINE const int8_t *widen_weights(const int8_t *packed, int16_t *w, int32_t n)
{
    uint32_t a, b, c, d;
    const int8_t *const end = packed + 2 * n;
    if (n & 4)
        __asm__ volatile(WIDEN
                         : [p] "+r"(packed), [w] "+r"(w), [a] "=&r"(a), [b] "=&r"(b), [c] "=&r"(c), [d] "=&r"(d)
                         :
                         : "memory");
    while (packed != end)
        __asm__ volatile(WIDEN WIDEN
                         : [p] "+r"(packed), [w] "+r"(w), [a] "=&r"(a), [b] "=&r"(b), [c] "=&r"(c), [d] "=&r"(d)
                         :
                         : "memory");
    return packed;
}

#else

static int8_t scaled(const two *job, int32_t filter, int32_t sum)
{
    const int32_t h = th_smmlar(2 * sum, job->scale[filter].multiplier, job->scale[filter].half);
    return (int8_t)th_clamp((h + (sum >> 31)) >> job->scale[filter].shift, -128, 127);
}

static void run_two(two *job)
{
    const int16_t *x = job->x;
    do {
        int32_t sum[4] = {job->bias[0], job->bias[0], job->bias[1], job->bias[1]};
        for (const int16_t *w = job->w; w != job->w_end; w += 8, x += 8)
            for (int32_t i = 0; i < 8; i += 2) /* words: pixel a even, odd, pixel b even, odd */
                for (int32_t f = 0; f < 2; f++)
                    sum[2 * f + i / 4] = th_smlad(th_load_2(x + i), th_load_2(w + 4 * f + i % 4), sum[2 * f + i / 4]);
        int8_t *second = job->y + job->stride;
        second[0] = scaled(job, 0, sum[1]);
        job->y[0] = scaled(job, 0, sum[0]);
        second[1] = scaled(job, 1, sum[3]);
        job->y[1] = scaled(job, 1, sum[2]);
        job->y = second + job->stride;
    } while (job->y != job->y_end);
}

static const int8_t *widen_weights(const int8_t *packed, int16_t *w, int32_t n)
{
    for (; n > 0; n -= 4, packed += 8, w += 8) {
        const uint32_t u = th_load_4(packed), v = th_load_4(packed + 4);
        const uint32_t word[4] = {th_sxtb16(u), th_sxtb16_odd(u), th_sxtb16(v), th_sxtb16_odd(v)};
        memcpy(w, word, sizeof word);
    }
    return packed;
}

#endif

void th_tile_clamp(int8_t *y, int32_t n, int32_t lo, int32_t hi)
{
    if (lo <= -128 && hi >= 127) return;
    for (; n > 0; n--, y++) *y = (int8_t)th_clamp(*y, lo, hi);
}

void th_tile_run(const th_tile_scale *s, int16_t *x, int32_t pixels, const int8_t *w, int32_t n, int32_t outs,
                 int8_t *y, int32_t stride)
{
    int16_t *wide = x + 2 * ((pixels + 1) / 2) * n;
    two job;
    job.w = wide;
    job.w_16 = wide + n / 16 * 32;
    job.w_end = wide + 2 * n;
    for (int32_t o = 0;;) {
        w = widen_weights(w, wide, n);
        for (int32_t f = 0; f < 2; f++) {
            const int32_t shift = s->shift[o + f];
            job.bias[f] = s->bias[o + f];
            job.scale[f].multiplier = s->multiplier[o + f];
            job.scale[f].half = (INT32_C(1) << (shift - 1)) + s->zero * (INT32_C(1) << shift);
            job.scale[f].shift = shift;
        }
        job.x = x;
        job.y = y + o;
        job.stride = stride;
        job.y_end = job.y + pixels / 2 * 2 * stride;
        for (int32_t left = pixels;;) {
            if (left == 1) { /* the last one alone */
                job.x = x + (pixels - 1) * n;
                job.stride = 0;
            }
            run_two(&job);
            if (left == 1 || !(pixels & 1)) break;
            left = 1;
        }
        if (o + 2 >= outs) break;
        o = o + 4 <= outs ? o + 2 : outs - 2;
    }
    for (; pixels > 0; pixels--, y += stride) th_tile_clamp(y, outs, s->lo, s->hi);
}
