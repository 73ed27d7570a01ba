#include "nn/cortexm/tile_dsp.h"

#include "nn/requant.h"

/* Where the filters' scales stand, as the assembly goes through them: two filters at a time. */
typedef struct cursor {
    const int32_t *bias, *multiplier;
    const int8_t *shift;
    int32_t half; /* 2 zero + 1: what is added before shifting is 2^e + zero 2^(e+1) = half 2^e */
} cursor;

/* All pairs of filters over two pixels, with the weights as they are packed. */
typedef struct narrow_job {
    cursor at;
    const int16_t *x, *x_16, *x_end; /* x_16: behind the last whole block of 16 inputs */
    const int8_t *w;
    int8_t *y;
    int32_t stride;
    int8_t *y_end;
} narrow_job;

/* Two filters, widened, over all pairs of pixels. */
typedef struct wide_job {
    const int16_t *x, *w, *w_16, *w_end;
    int8_t *y;
    int32_t stride;
    int8_t *y_end;
    int32_t bias[2];
    struct {
        int32_t multiplier, half, shift; /* half 2^e, e */
    } scale[2];
} wide_job;

#if defined(__ARM_FEATURE_DSP)

/* clang-format off */

/* Registers of both: r0 pixels, r1 weights, r2 r3 sums of filter 0 for the pixels a b, r4 r5 of filter 1, r6..r9 four
 * inputs of both pixels.  All 14 are at work in the inner loops: what they need besides stands in the frame. */

/* Four inputs; the weights are widened for these two pixels only. */
#define NARROW_STEP                  \
    "ldm r0!, {r6, r7, r8, r9}\n\t"  \
    "ldrd r10, r11, [r1], #8\n\t"    \
    "sxtb16 r12, r10\n\t"            \
    "sxtb16 r10, r10, ror #8\n\t"    \
    "smlad r2, r6, r12, r2\n\t"      \
    "smlad r3, r8, r12, r3\n\t"      \
    "sxtb16 r12, r11\n\t"            \
    "sxtb16 r11, r11, ror #8\n\t"    \
    "smlad r4, r6, r12, r4\n\t"      \
    "smlad r5, r8, r12, r5\n\t"      \
    "smlad r2, r7, r10, r2\n\t"      \
    "smlad r3, r9, r10, r3\n\t"      \
    "smlad r4, r7, r11, r4\n\t"      \
    "smlad r5, r9, r11, r5\n\t"

#define WIDE_STEP                      \
    "ldm r0!, {r6, r7, r8, r9}\n\t"    \
    "ldm r1!, {r10, r11, r12, lr}\n\t" \
    "smlad r2, r6, r10, r2\n\t"        \
    "smlad r3, r8, r10, r3\n\t"        \
    "smlad r4, r6, r12, r4\n\t"        \
    "smlad r5, r8, r12, r5\n\t"        \
    "smlad r2, r7, r11, r2\n\t"        \
    "smlad r3, r9, r11, r3\n\t"        \
    "smlad r4, r7, lr, r4\n\t"         \
    "smlad r5, r9, lr, r5\n\t"

/* lr = the int8 of sum `a`, with multiplier m, half r9 and shift e. */
#define SCALE(a, m, e)                \
    "lsl " a ", " a ", #1\n\t"        \
    "smmlar lr, " a ", " m ", r9\n\t" \
    "add lr, lr, " a ", asr #31\n\t"  \
    "asr lr, lr, " e "\n\t"           \
    "ssat lr, #8, lr, asr #1\n\t"

TH_INLINE void run_narrow(narrow_job *job)
{
    __asm__ volatile(
        "ldr r1, %[w]\n"
        "1:\n\t" /* two filters */
        "ldr r0, %[x]\n\t"
        "ldr r6, %[bias]\n\t"
        "ldrd r2, r4, [r6]\n\t"
        "ldrd r3, r5, [r6], #8\n\t"
        "str r6, %[bias]\n\t"
        "ldr lr, %[x_16]\n\t"
        "cmp r0, lr\n\t"
        "beq 3f\n"
        "2:\n\t"
        NARROW_STEP NARROW_STEP NARROW_STEP NARROW_STEP
        "cmp r0, lr\n\t"
        "bne 2b\n"
        "3:\n\t"
        "ldr lr, %[x_end]\n\t"
        "cmp r0, lr\n\t"
        "beq 5f\n"
        "4:\n\t"
        NARROW_STEP
        "cmp r0, lr\n\t"
        "bne 4b\n"
        "5:\n\t"
        "ldrd r6, r7, %[multiplier]\n\t" /* and shift */
        "ldrd r8, r11, [r6], #8\n\t"
        "ldrsb r10, [r7], #1\n\t"
        "ldrsb r12, [r7], #1\n\t"
        "strd r6, r7, %[multiplier]\n\t"
        "ldr r6, %[half]\n\t"
        "ldrd r0, r7, %[y]\n\t" /* and stride */
        "lsl r9, r6, r10\n\t"
        /* The second pixel first: where there is none, stride is 0 and the first one overwrites it. */
        SCALE("r3", "r8", "r10")
        "strb lr, [r0, r7]\n\t"
        SCALE("r2", "r8", "r10")
        "add r7, r7, r0\n\t"
        "strb lr, [r0], #1\n\t"
        "lsl r9, r6, r12\n\t"
        SCALE("r5", "r11", "r12")
        "strb lr, [r7, #1]\n\t"
        SCALE("r4", "r11", "r12")
        "strb lr, [r0], #1\n\t"
        "str r0, %[y]\n\t"
        "ldr r2, %[y_end]\n\t"
        "cmp r0, r2\n\t"
        "bne 1b\n\t"
        "str r1, %[w]\n\t"
        : [w] "+m"(job->w), [y] "+m"(job->y), [bias] "+m"(job->at.bias), [multiplier] "+m"(job->at.multiplier),
          [shift] "+m"(job->at.shift)
        : [x] "m"(job->x), [x_16] "m"(job->x_16), [x_end] "m"(job->x_end), [stride] "m"(job->stride),
          [y_end] "m"(job->y_end), [half] "m"(job->at.half)
        : "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory");
}

TH_INLINE void run_wide(wide_job *job)
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
        "2:\n\t"
        WIDE_STEP WIDE_STEP WIDE_STEP WIDE_STEP
        "ldr r6, %[w_16]\n\t"
        "cmp r1, r6\n\t"
        "bne 2b\n"
        "3:\n\t"
        "ldr r6, %[w_end]\n\t"
        "cmp r1, r6\n\t"
        "beq 5f\n"
        "4:\n\t"
        WIDE_STEP
        "ldr r6, %[w_end]\n\t"
        "cmp r1, r6\n\t"
        "bne 4b\n"
        "5:\n\t"
        "ldrd r8, r9, %[scale0]\n\t"
        "ldr r10, %[shift0]\n\t"
        "ldrd r11, r12, %[y]\n\t" /* and stride */
        SCALE("r3", "r8", "r10")
        "strb lr, [r11, r12]\n\t" /* the second pixel first, as above */
        SCALE("r2", "r8", "r10")
        "strb lr, [r11]\n\t"
        "ldrd r8, r9, %[scale1]\n\t"
        "ldr r10, %[shift1]\n\t"
        SCALE("r5", "r8", "r10")
        "add r2, r11, r12\n\t"
        "strb lr, [r2, #1]\n\t"
        SCALE("r4", "r8", "r10")
        "strb lr, [r11, #1]\n\t"
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
#define WIDEN                              \
    "ldrd %[a], %[c], [%[p]], #8\n\t"      \
    "sxtb16 %[b], %[a], ror #8\n\t"        \
    "sxtb16 %[a], %[a]\n\t"                \
    "sxtb16 %[d], %[c], ror #8\n\t"        \
    "sxtb16 %[c], %[c]\n\t"                \
    "strd %[a], %[b], [%[w]], #8\n\t"      \
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

/* clang-format on */

#else

static int8_t scaled(int32_t sum, int32_t multiplier, int32_t half, int32_t e)
{
    return th_ssat_8(th_add_wrap(th_smmlar(th_shift_left(sum, 1), multiplier, half), sum >> 31) >> e >> 1);
}

static void run_narrow(narrow_job *job)
{
    for (; job->y != job->y_end; job->y += 2)
        for (int32_t lane = 1; lane >= 0; lane--)
            for (int32_t f = 0; f < 2; f++) {
                const int8_t *w = job->w + 4 * f;
                int32_t sum = job->at.bias[f];
                for (const int16_t *x = job->x + 4 * lane; x < job->x_end; x += 8, w += 8) {
                    const uint32_t four = th_load_4(w);
                    sum = th_smlad(th_load_2(x), th_sxtb16(four), sum);
                    sum = th_smlad(th_load_2(x + 2), th_sxtb16_odd(four), sum);
                }
                const int32_t e = job->at.shift[f];
                job->y[lane * job->stride + f] =
                    scaled(sum, job->at.multiplier[f], job->at.half * (INT32_C(1) << e), e);
                if (lane || !f) continue;
                job->w = w - 4;
                job->at.bias += 2, job->at.multiplier += 2, job->at.shift += 2;
            }
}

static void run_wide(wide_job *job)
{
    const int16_t *x = job->x;
    do {
        int32_t sum[4] = {job->bias[0], job->bias[0], job->bias[1], job->bias[1]};
        for (const int16_t *w = job->w; w != job->w_end; w += 8, x += 8)
            for (int32_t i = 0; i < 8; i += 2) /* words: pixel a even, odd, pixel b even, odd */
                for (int32_t f = 0; f < 2; f++)
                    sum[2 * f + i / 4] = th_smlad(th_load_2(x + i), th_load_2(w + 4 * f + i % 4), sum[2 * f + i / 4]);
        for (int32_t lane = 1; lane >= 0; lane--)
            for (int32_t f = 0; f < 2; f++)
                job->y[lane * job->stride + f] =
                    scaled(sum[2 * f + lane], job->scale[f].multiplier, job->scale[f].half, job->scale[f].shift);
        job->y += 2 * job->stride;
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

static cursor cursor_at(const th_tile_scale *s, int32_t o)
{
    const cursor c = {s->bias + o, s->multiplier + o, s->shift + o, 2 * s->zero + 1};
    return c;
}

/* One or two pixels. */
TH_INLINE void two_pixels(const th_tile_scale *s, const int16_t *x, int32_t pixels, const int8_t *w, int32_t n,
                          int32_t outs, int8_t *y, int32_t stride)
{
    narrow_job job;
    job.at = cursor_at(s, 0);
    job.x = x;
    job.x_16 = x + n / 16 * 32;
    job.x_end = x + 2 * n;
    job.w = w;
    job.y = y;
    job.stride = pixels == 2 ? stride : 0;
    job.y_end = y + outs / 2 * 2;
    for (;;) {
        run_narrow(&job);
        if (job.y == y + outs) return;
        job.at = cursor_at(s, outs - 2); /* an odd one is left: with the one before it */
        job.y = y + outs - 2;
        job.y_end = y + outs;
    }
}

/* Two filters o, o + 1, widened, over a tile. */
TH_INLINE void two_filters(const th_tile_scale *s, const int16_t *x, int32_t pixels, const int16_t *w, int32_t n,
                           int32_t o, int8_t *y, int32_t stride)
{
    wide_job job;
    for (int32_t f = 0; f < 2; f++) {
        const int32_t e = s->shift[o + f];
        job.bias[f] = s->bias[o + f];
        job.scale[f].multiplier = s->multiplier[o + f];
        job.scale[f].half = (2 * s->zero + 1) * (INT32_C(1) << e);
        job.scale[f].shift = e;
    }
    job.x = x;
    job.w = w;
    job.w_16 = w + n / 16 * 32;
    job.w_end = w + 2 * n;
    job.y = y + o;
    job.stride = stride;
    job.y_end = job.y + pixels / 2 * 2 * stride;
    for (;;) {
        run_wide(&job);
        if (!(pixels & 1) || !job.stride) return;
        job.x = x + (pixels - 1) * n; /* the last one alone */
        job.stride = 0;
    }
}

TH_INLINE void clamp_pixels(const th_tile_scale *s, int32_t pixels, int32_t outs, int8_t *y, int32_t stride)
{
    if (s->lo <= -128 && s->hi >= 127) return;
    for (; pixels > 0; pixels--, y += stride) th_tile_clamp(y, outs, s->lo, s->hi);
}

void th_tile_run(const th_tile_scale *s, int16_t *x, int32_t pixels, const int8_t *w, int32_t n, int32_t outs,
                 int8_t *y, int32_t stride)
{
    int16_t *wide = x + 2 * ((pixels + 1) / 2) * n;
    if (pixels <= TH_TILE_NARROW) {
        for (int32_t p = 0; p < pixels; p += 2)
            two_pixels(s, x + p * n, pixels - p < 2 ? 1 : 2, w, n, outs, y + p * stride, stride);
    } else {
        for (int32_t o = 0; o < outs; o += 2) {
            w = widen_weights(w, wide, n);
            two_filters(s, x, pixels, wide, n, o + 2 <= outs ? o : outs - 2, y, stride);
        }
    }
    clamp_pixels(s, pixels, outs, y, stride);
}

/* Two filters of int4, packed -> widened; returns what lies behind them. */
static const int8_t *widen_w4(const int8_t *packed, int16_t *w, int32_t n)
{
    const uint32_t mask = TH_TILE_W4_MASK, minus = th_pack_16(-8, -8);
    for (; n > 0; n -= 4, packed += 4, w += 8) {
        const uint32_t v = th_load_4(packed);
        const uint32_t word[4] = {th_add_16(v & mask, minus), th_add_16(v >> 4 & mask, minus),
                                  th_add_16(v >> 8 & mask, minus), th_add_16(v >> 12 & mask, minus)};
        memcpy(w, word, sizeof word);
    }
    return packed;
}

void th_tile_run_w4(const th_tile_scale *s, int16_t *x, int32_t pixels, const int8_t *w, int32_t n, int32_t outs,
                    int8_t *y, int32_t stride)
{
    int16_t *wide = x + 2 * ((pixels + 1) / 2) * n;
    const int32_t one = pixels == 1; /* then the second one of its pair lies on it */
    for (int32_t o = 0; o < outs; o += 2) {
        w = widen_w4(w, wide, n);
        two_filters(s, x, pixels + one, wide, n, o + 2 <= outs ? o : outs - 2, y, one ? 0 : stride);
    }
    clamp_pixels(s, pixels, outs, y, stride);
}
