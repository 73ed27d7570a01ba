#include "nn/scalar/conv_2d_scalar.h"

#include "nn/int4.h"
#include "nn/patch.h"
#include "nn/scalar/finish.h"

#define FILTERS 2 /* at a time */

#if defined(__ARM_ARCH_6M__)

typedef int32_t tap;

/* n taps of pixel `lane`. */
TH_INLINE void put(tap *x, int32_t lane, const int8_t *from, int32_t n, int32_t all)
{
    for (x += (lane / 2) * 2 * all + (lane & 1); n > 0; n--, x += 2) *x = *from++;
}

/* clang-format off */

/* One tap of filters 0 and 1, whose weights are bytes `u` and `v`; r2, r3: both pixels. */
#define STEP(u, v)                \
    "ldmia r0!, {r2, r3}\n\t"     \
    "ldrb r4, [r1, #" u "]\n\t"   \
    "ldrb r5, [r1, #" v "]\n\t"   \
    "sxtb r4, r4\n\t"             \
    "sxtb r5, r5\n\t"             \
    "movs r6, r4\n\t"             \
    "muls r6, r2, r6\n\t"         \
    "add r8, r8, r6\n\t"          \
    "muls r4, r3, r4\n\t"         \
    "add r9, r9, r4\n\t"          \
    "muls r2, r5, r2\n\t"         \
    "add r10, r10, r2\n\t"        \
    "muls r3, r5, r3\n\t"         \
    "add r11, r11, r3\n\t"

/* sum[filter][pixel] of two pixels, n taps. */
TH_APART void two_pixels(const tap *x, const int8_t *w, int32_t n, int32_t *sum)
{
    register const tap *r0 __asm__("r0") = x;
    register const int8_t *r1 __asm__("r1") = w;
    register const tap *r2 __asm__("r2") = x + 2 * n;
    register int32_t *r3 __asm__("r3") = sum;
    __asm__ volatile(
        ".syntax unified\n\t"
        "mov r7, r3\n\t"
        "mov r12, r2\n\t"
        "movs r4, #0\n\t"
        "mov r8, r4\n\t"
        "mov r9, r4\n\t"
        "mov r10, r4\n\t"
        "mov r11, r4\n"
        "1:\n\t"
        STEP("0", "4") STEP("1", "5") STEP("2", "6") STEP("3", "7")
        "adds r1, #8\n\t"
        "cmp r0, r12\n\t"
        "bne 1b\n\t"
        "mov r0, r7\n\t"
        "mov r1, r8\n\t"
        "mov r2, r9\n\t"
        "mov r3, r10\n\t"
        "mov r4, r11\n\t"
        "stmia r0!, {r1, r2}\n\t"
        "adds r0, #8\n\t"
        "stmia r0!, {r3, r4}\n\t"
        : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3)
        :
        : "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", "cc", "memory");
}

/* clang-format on */

TH_INLINE void sums(const tap *x, const int8_t *w, int32_t n, int32_t sum[FILTERS][TH_SCALAR_TILE])
{
    two_pixels(x, w, n, sum[0]);
    two_pixels(x + 2 * n, w, n, sum[0] + 2);
}

#elif defined(__ARM_ARCH_7M__)

typedef int32_t tap;
#define FIELD 23 /* bits of the lower sum: enough for MOST products of -128 and 127 */
#define MOST  252

TH_INLINE void put(tap *x, int32_t lane, const int8_t *from, int32_t n, int32_t all)
{
    (void)all;
    if (lane & 1)
        for (x += lane / 2; n > 0; n--, x += 2) *x += *from++ * (INT32_C(1) << FIELD);
    else
        for (x += lane / 2; n > 0; n--, x += 2) *x = *from++;
}

/* Two sums of one word: where the lower one is negative, it has borrowed from the upper one. */
TH_INLINE void split(int64_t both, int32_t sum[2])
{
    const uint32_t low = (uint32_t)both, high = (uint32_t)((uint64_t)both >> 32);
    sum[0] += (int32_t)(low << (32 - FIELD)) >> (32 - FIELD);
    sum[1] += (int32_t)((high << (32 - FIELD) | low >> FIELD) + (low >> (FIELD - 1) & 1));
}

/* clang-format off */

#define STEP(u, v)                                \
    "ldrd %[p], %[q], [%[x]], #8\n\t"             \
    "ldrsb %[t], [%[w], #" u "]\n\t"              \
    "smlal %Q[a], %R[a], %[t], %[p]\n\t"          \
    "smlal %Q[b], %R[b], %[t], %[q]\n\t"          \
    "ldrsb %[t], [%[w], #" v "]\n\t"              \
    "smlal %Q[c], %R[c], %[t], %[p]\n\t"          \
    "smlal %Q[d], %R[d], %[t], %[q]\n\t"

TH_INLINE void sums(const tap *x, const int8_t *w, int32_t n, int32_t sum[FILTERS][TH_SCALAR_TILE])
{
    memset(sum, 0, FILTERS * TH_SCALAR_TILE * sizeof(int32_t));
    for (int32_t left = n; left > 0; left -= MOST) {
        const tap *const end = x + 2 * (left < MOST ? left : MOST);
        int64_t a = 0, b = 0, c = 0, d = 0;
        int32_t p, q, t;
        do
            __asm__ volatile(STEP("0", "4") STEP("1", "5") STEP("2", "6") STEP("3", "7")
                             "adds %[w], #8\n\t"
                             : [a] "+r"(a), [b] "+r"(b), [c] "+r"(c), [d] "+r"(d), [x] "+r"(x), [w] "+r"(w),
                               [p] "=&r"(p), [q] "=&r"(q), [t] "=&r"(t)
                             :
                             : "cc", "memory");
        while (x != end);
        split(a, sum[0]);
        split(b, sum[0] + 2);
        split(c, sum[1]);
        split(d, sum[1] + 2);
    }
}

/* clang-format on */

#else

typedef int16_t tap;

TH_INLINE void put(tap *x, int32_t lane, const int8_t *from, int32_t n, int32_t all)
{
    (void)all;
    for (x += lane; n > 0; n--, x += 4) *x = *from++;
}

/* One tap of both filters. */
#define STEP(k)                                                                                                        \
    do {                                                                                                               \
        const int32_t u = w[k], v = w[4 + (k)], p = x[4 * (k)], q = x[4 * (k) + 1], r = x[4 * (k) + 2],                \
                      s = x[4 * (k) + 3];                                                                              \
        a0 += u * p, b0 += u * q, c0 += u * r, d0 += u * s;                                                            \
        a1 += v * p, b1 += v * q, c1 += v * r, d1 += v * s;                                                            \
    } while (0)

TH_INLINE void sums(const tap *x, const int8_t *w, int32_t n, int32_t sum[FILTERS][TH_SCALAR_TILE])
{
    int32_t a0 = 0, b0 = 0, c0 = 0, d0 = 0, a1 = 0, b1 = 0, c1 = 0, d1 = 0;
    for (const tap *end = x + 4 * n; x != end; x += 16, w += 8) {
        STEP(0);
        STEP(1);
        STEP(2);
        STEP(3);
    }
    sum[0][0] = a0, sum[0][1] = b0, sum[0][2] = c0, sum[0][3] = d0;
    sum[1][0] = a1, sum[1][1] = b1, sum[1][2] = c1, sum[1][3] = d1;
}

#endif

/* One pixel's taps, collected into `patch` where they don't stand side by side. */
TH_INLINE const int8_t *take(const th_conv_2d_mve_par *p, const th_patch *at, int32_t n_c, int8_t *patch)
{
    const th_window *w = &p->win;
    if (w->filter_h == 1 && w->filter_w == 1 && th_patch_inside(at, w))
        return at->x + ((ptrdiff_t)at->iy * w->in_w + at->ix) * w->in_c;
    th_patch_collect(w, at, n_c, p->in_zero, patch);
    return patch;
}

/* Filters o, o + 1 of some pixels; y of the first pixel, filter 0 of the group. */
TH_INLINE void finish(const th_conv_2d_mve_par *p, int32_t sum[FILTERS][TH_SCALAR_TILE], int32_t pixels, int32_t scale,
                      int8_t *y)
{
    for (int32_t f = 0; f < FILTERS; f++) {
        const int32_t *s = p->scales + 3 * (scale + f), bias = s[0], m = s[1], e = -1 - s[2];
        for (int32_t i = 0; i < pixels; i++)
            y[i * p->win.out_c + f] = th_scalar_finish(sum[f][i] + bias, m, e, p->out_zero);
    }
}

static void clamp(int8_t *y, int32_t n, int32_t lo, int32_t hi)
{
    if (lo <= -128 && hi >= 127) return;
    for (; n > 0; n--, y++) *y = (int8_t)th_clamp(*y, lo, hi);
}

TH_INLINE void conv_2d(const th_conv_2d_mve_par *p, const void *const *in, void *const *out, void *scratch,
                       int four_bits)
{
    const th_window *w = &p->win;
    const int32_t n_c = w->in_c / p->groups, taps = w->filter_h * w->filter_w * n_c, outs = w->out_c / p->groups,
                  n_pixels = w->batches * w->out_h * w->out_w;
    tap *x = (tap *)scratch;
    int8_t *patch = (int8_t *)scratch + 16 * p->n, *unpacked = patch + p->n;
    const int32_t step = four_bits ? FILTERS * p->n / 2 : FILTERS * p->n; /* bytes of weights */
    int32_t sum[FILTERS][TH_SCALAR_TILE];
    memset(scratch, 0, (size_t)(16 * p->n)); /* also what fills the last four taps */
    for (int32_t g = 0; g < p->groups; g++) {
        int8_t *y = (int8_t *)out[0] + g * outs;
        th_patch at = {(const int8_t *)in[0] + g * n_c, 0, 0, -w->pad_top, -w->pad_left};
        for (int32_t left = n_pixels; left > 0; left -= TH_SCALAR_TILE, y += TH_SCALAR_TILE * w->out_c) {
            const int32_t pixels = left < TH_SCALAR_TILE ? left : TH_SCALAR_TILE;
            const int8_t *weights = p->weights + (ptrdiff_t)g * ((outs + 1) / FILTERS) * step;
            for (int32_t i = 0; i < pixels; i++, th_patch_next(&at, w)) put(x, i, take(p, &at, n_c, patch), taps, p->n);
            for (int32_t o = 0; o < outs; o += FILTERS, weights += step) {
                const int32_t first =
                    o + FILTERS <= outs ? o : outs - FILTERS; /* an odd last one: with the one before */
                if (four_bits) th_int4_unpack((const uint8_t *)weights, 0, FILTERS * p->n, unpacked);
                sums(x, four_bits ? unpacked : weights, p->n, sum);
                finish(p, sum, pixels, g * outs + first, y + first);
            }
        }
    }
    clamp((int8_t *)out[0], n_pixels * w->out_c, p->act_min, p->act_max);
}

void th_conv_2d_scalar(const void *par, const void *const *in, void *const *out, void *scratch)
{
    conv_2d((const th_conv_2d_mve_par *)par, in, out, scratch, 0);
}

void th_conv_2d_w4_scalar(const void *par, const void *const *in, void *const *out, void *scratch)
{
    conv_2d((const th_conv_2d_mve_par *)par, in, out, scratch, 1);
}
