#include "nn/cortexm/quad_dsp.h"

#include "nn/cortexm/instr.h"

int32_t th_quad_widen(int16_t *row, const int8_t *x, int32_t n, int32_t zero)
{
    const uint32_t minus = th_pack_16(-zero, -zero), ones = th_pack_16(1, 1);
    int32_t sum = 0;
    for (; n >= 4; n -= 4, x += 4, row += 4) {
        const uint32_t v = th_load_4(x), even = th_sxtab16(minus, v), odd = th_sxtab16_odd(minus, v);
        memcpy(row, &even, 4);
        memcpy(row + 2, &odd, 4);
        sum = th_smlad(even, ones, th_smlad(odd, ones, sum));
    }
    if (n > 0) memset(row, 0, 8);
    for (int32_t k = 0; k < n; k++) {
        const int32_t v = x[k] - zero;
        row[k % 2 * 2 + k / 2] = (int16_t)v;
        sum += v;
    }
    return sum;
}

int32_t th_quad_copy(int16_t *row, const int16_t *x, int32_t n)
{
    const uint32_t ones = th_pack_16(1, 1);
    int32_t sum = 0;
    for (; n >= 2; n -= 2, x += 2, row += 2) {
        const uint32_t v = th_load_2(x);
        memcpy(row, &v, 4);
        sum = th_smlad(v, ones, sum);
    }
    if (n > 0) {
        *row = *x;
        sum += *x;
    }
    return sum;
}

/* What the loops have: sums of the low bytes, and of the whole halves. */
#if defined(__ARM_FEATURE_DSP)

/* clang-format off */

/* One word of weights w and one of the row x: the sum of its low bytes, and of its halves. */
#define WORD_S8(x, w, low, both)                  \
    "uxtb16 r12, " w "\n\t"                       \
    "smlad " low ", " x ", r12, " low "\n\t"      \
    "smlad " both ", " x ", " w ", " both "\n\t"

#define STEP_S8                                   \
    "ldm r0!, {r6, r7}\n\t"                       \
    "ldm r1!, {r8, r9, r10, r11}\n\t"             \
    WORD_S8("r6", "r8", "r2", "r3")               \
    WORD_S8("r7", "r9", "r2", "r3")               \
    WORD_S8("r6", "r10", "r4", "r5")              \
    WORD_S8("r7", "r11", "r4", "r5")

#define WORD_S16(x, w, low, both)                 \
    "uxtb16 r12, " w "\n\t"                       \
    "smlad " low ", " x ", r12, " low "\n\t"      \
    "smlald " both ", " x ", " w "\n\t"

#define STEP_S16                                  \
    "ldm r0!, {r8, r9}\n\t"                       \
    "ldrd r10, r11, [r1], #8\n\t"                 \
    WORD_S16("r8", "r10", "r2", "r4, r5")         \
    WORD_S16("r9", "r11", "r2", "r4, r5")         \
    "ldrd r10, r11, [r1], #8\n\t"                 \
    WORD_S16("r8", "r10", "r3", "r6, r7")         \
    WORD_S16("r9", "r11", "r3", "r6, r7")

/* Single steps until the rest is a multiple of four steps, then four at a time; lr is the row's end. */
#define LOOPS(step)                               \
    "1:\n\t"                                      \
    "sub r12, lr, r0\n\t"                         \
    "tst r12, #24\n\t"                            \
    "beq 2f\n\t"                                  \
    step                                          \
    "b 1b\n"                                      \
    "2:\n\t"                                      \
    "cmp r0, lr\n\t"                              \
    "beq 3f\n\t"                                  \
    step step step step                           \
    "b 2b\n"                                      \
    "3:\n\t"

#define ZERO(r) "mov " r ", #0\n\t"

TH_INLINE const int8_t *loops_s8(const int16_t *row, const int8_t *w, int32_t n, uint32_t low[2], uint32_t both[2])
{
    register const int16_t *x __asm__("r0") = row;
    register const int8_t *at __asm__("r1") = w;
    register uint32_t low0 __asm__("r2"), both0 __asm__("r3"), low1 __asm__("r4"), both1 __asm__("r5");
    register const int16_t *end __asm__("lr") = row + n;
    __asm__ volatile(ZERO("r2") ZERO("r3") ZERO("r4") ZERO("r5")
                     LOOPS(STEP_S8)
                     : "+r"(x), "+r"(at), "=&r"(low0), "=&r"(both0), "=&r"(low1), "=&r"(both1)
                     : "r"(end)
                     : "r6", "r7", "r8", "r9", "r10", "r11", "r12", "cc", "memory");
    low[0] = low0, low[1] = low1, both[0] = both0, both[1] = both1;
    return at;
}

TH_INLINE const int8_t *loops_s16(const int16_t *row, const int8_t *w, int32_t n, uint32_t low[2], int64_t both[2])
{
    register const int16_t *x __asm__("r0") = row;
    register const int8_t *at __asm__("r1") = w;
    register uint32_t low0 __asm__("r2"), low1 __asm__("r3");
    register uint32_t least0 __asm__("r4"), most0 __asm__("r5"), least1 __asm__("r6"), most1 __asm__("r7");
    register const int16_t *end __asm__("lr") = row + n;
    __asm__ volatile(ZERO("r2") ZERO("r3") ZERO("r4") ZERO("r5") ZERO("r6") ZERO("r7")
                     LOOPS(STEP_S16)
                     : "+r"(x), "+r"(at), "=&r"(low0), "=&r"(low1), "=&r"(least0), "=&r"(most0), "=&r"(least1),
                       "=&r"(most1)
                     : "r"(end)
                     : "r8", "r9", "r10", "r11", "r12", "cc", "memory");
    low[0] = low0, low[1] = low1;
    both[0] = (int64_t)((uint64_t)most0 << 32 | least0), both[1] = (int64_t)((uint64_t)most1 << 32 | least1);
    return at;
}

/* clang-format on */

#else

/* Word j of four inputs: the sums of two filters. */
static void word(const int16_t *row, const int8_t *w, uint32_t *low, uint64_t *both)
{
    const uint32_t v = th_load_4(w);
    for (int32_t half = 0; half < 2; half++) {
        const uint32_t bits = v >> 16 * half & 0xffff;
        *low += (uint32_t)((int32_t)(bits & 0xff) * row[half]);
        *both += (uint64_t)((int64_t)(int16_t)bits * row[half]);
    }
}

static const int8_t *loops_s16(const int16_t *row, const int8_t *w, int32_t n, uint32_t low[2], int64_t both[2])
{
    uint64_t b[2] = {0, 0};
    low[0] = low[1] = 0;
    for (; n > 0; n -= 4, row += 4, w += 16)
        for (int32_t j = 0; j < 4; j++) word(row + j % 2 * 2, w + 4 * j, &low[j / 2], &b[j / 2]);
    both[0] = (int64_t)b[0], both[1] = (int64_t)b[1];
    return w;
}

static const int8_t *loops_s8(const int16_t *row, const int8_t *w, int32_t n, uint32_t low[2], uint32_t both[2])
{
    int64_t b[2];
    w = loops_s16(row, w, n, low, b);
    both[0] = (uint32_t)(uint64_t)b[0], both[1] = (uint32_t)(uint64_t)b[1];
    return w;
}

#endif

const int8_t *th_quad_s8(const int16_t *row, const int8_t *w, int32_t n, int32_t total, int32_t sum[4])
{
    uint32_t low[2], both[2];
    w = loops_s8(row, w, n, low, both);
    for (int32_t j = 0; j < 2; j++) {
        sum[2 * j] = (int32_t)(low[j] - 128 * (uint32_t)total);
        sum[2 * j + 1] = (int32_t)(both[j] - low[j]) >> 8;
    }
    return w;
}

const int8_t *th_quad_s16(const int16_t *row, const int8_t *w, int32_t n, int32_t total, int64_t sum[4])
{
    uint32_t low[2];
    int64_t both[2];
    w = loops_s16(row, w, n, low, both);
    for (int32_t j = 0; j < 2; j++) {
        const int64_t t = (int32_t)(low[j] - 128 * (uint32_t)total);
        sum[2 * j] = t;
        sum[2 * j + 1] = (both[j] - t - 128 * (int64_t)total) >> 8;
    }
    return w;
}
