/* nn/cortexm/instr.h -- instructions of the Cortex-M DSP extension; elsewhere the same in C, for the tests.
 *
 * A word holds two int16 (low, high) or four int8.  Source: Arm v7-M Architecture Reference Manual, A7.7. */
#ifndef TH_NN_CORTEXM_INSTR_H
#define TH_NN_CORTEXM_INSTR_H

#include "nn/requant.h"
#include "nn/taps.h"

#include <stdint.h>
#include <string.h>

/* Four int8 from any address. */
TH_INLINE uint32_t th_load_4(const int8_t *p)
{
    uint32_t v;
    memcpy(&v, p, 4);
    return v;
}

/* Two int16 in a word; what is above their 16 bits is cut. */
TH_INLINE uint32_t th_pack_16(int32_t low, int32_t high)
{
    return ((uint32_t)low & 0xffff) | (uint32_t)high << 16;
}

/* Two int16 from any address. */
TH_INLINE uint32_t th_load_2(const int16_t *p)
{
    uint32_t v;
    memcpy(&v, p, 4);
    return v;
}

#if defined(__ARM_FEATURE_DSP)

#define TH_DSP2(name, text)                                                                                            \
    TH_INLINE uint32_t name(uint32_t a, uint32_t b)                                                                    \
    {                                                                                                                  \
        uint32_t r;                                                                                                    \
        __asm__(text : "=r"(r) : "r"(a), "r"(b));                                                                      \
        return r;                                                                                                      \
    }
#define TH_DSP3(name, text)                                                                                            \
    TH_INLINE int32_t name(uint32_t a, uint32_t b, int32_t sum)                                                        \
    {                                                                                                                  \
        int32_t r;                                                                                                     \
        __asm__(text : "=r"(r) : "r"(a), "r"(b), "r"(sum));                                                            \
        return r;                                                                                                      \
    }
TH_DSP2(th_sxtab16, "sxtab16 %0, %1, %2")             /* a + (byte 0, byte 2) of b */
TH_DSP2(th_add_16, "sadd16 %0, %1, %2")               /* both halves for themselves */
TH_DSP2(th_sxtab16_odd, "sxtab16 %0, %1, %2, ror #8") /* a + (byte 1, byte 3) of b */
TH_DSP3(th_smlad, "smlad %0, %1, %2, %3")             /* sum + low * low + high * high */
TH_DSP3(th_smlabb, "smlabb %0, %1, %2, %3")           /* sum + low * low */
TH_DSP3(th_smlabt, "smlabt %0, %1, %2, %3")           /* sum + low of a * high of b */
TH_DSP3(th_smlatb, "smlatb %0, %1, %2, %3")           /* sum + high of a * low of b */
TH_DSP3(th_smlatt, "smlatt %0, %1, %2, %3")           /* sum + high * high */
#undef TH_DSP2
#undef TH_DSP3

/* sum + high word of a * b, rounded to the nearest, ties up. */
TH_INLINE int32_t th_smmlar(int32_t a, int32_t b, int32_t sum)
{
    int32_t r;
    __asm__("smmlar %0, %1, %2, %3" : "=r"(r) : "r"(a), "r"(b), "r"(sum));
    return r;
}

/* -128..127 */
TH_INLINE int8_t th_ssat_8(int32_t a)
{
    int32_t r;
    __asm__("ssat %0, #8, %1" : "=r"(r) : "r"(a));
    return (int8_t)r;
}

/* The larger of each two of four int8: SSUB8 says which, SEL takes it. */
TH_INLINE uint32_t th_max_8(uint32_t a, uint32_t b)
{
    uint32_t r;
    __asm__("ssub8 %0, %1, %2\n\tsel %0, %1, %2" : "=&r"(r) : "r"(a), "r"(b));
    return r;
}

/* -32768..32767 */
TH_INLINE int32_t th_ssat_16(int32_t a)
{
    int32_t r;
    __asm__("ssat %0, #16, %1" : "=r"(r) : "r"(a));
    return r;
}

/* One step of a pair's dot product: 4 inputs of lanes a and b against 4 weights of two filters, 16 products in
 * 16 instructions.  By hand, because a compiler that reorders these runs out of registers. */
#define TH_PAIR_STEP                                                                                                   \
    "ldrd %[p], %[q], [%[x]], #8\n\t"                                                                                  \
    "ldrd %[r], %[s], [%[x]], #8\n\t"                                                                                  \
    "ldr %[v], [%[w0]], #4\n\t"                                                                                        \
    "sxtb16 %[u], %[v]\n\t"                                                                                            \
    "sxtb16 %[v], %[v], ror #8\n\t"                                                                                    \
    "smlad %[a0], %[u], %[p], %[a0]\n\t"                                                                               \
    "smlad %[b0], %[u], %[r], %[b0]\n\t"                                                                               \
    "ldr %[u], [%[w1]], #4\n\t"                                                                                        \
    "smlad %[a0], %[v], %[q], %[a0]\n\t"                                                                               \
    "smlad %[b0], %[v], %[s], %[b0]\n\t"                                                                               \
    "sxtb16 %[v], %[u]\n\t"                                                                                            \
    "sxtb16 %[u], %[u], ror #8\n\t"                                                                                    \
    "smlad %[a1], %[v], %[p], %[a1]\n\t"                                                                               \
    "smlad %[b1], %[v], %[r], %[b1]\n\t"                                                                               \
    "smlad %[a1], %[u], %[q], %[a1]\n\t"                                                                               \
    "smlad %[b1], %[u], %[s], %[b1]\n\t"
#define TH_PAIR_ASM(text)                                                                                              \
    uint32_t p, q, r, s, u, v;                                                                                         \
    int32_t a0 = acc[0], b0 = acc[1], a1 = acc[2], b1 = acc[3];                                                        \
    const int16_t *px = *x;                                                                                            \
    const int8_t *p0 = *w0, *p1 = *w1;                                                                                 \
    __asm__ volatile(                                                                                                  \
        text                                                                                                           \
        : [x] "+r"(px), [w0] "+r"(p0), [w1] "+r"(p1), [a0] "+r"(a0), [b0] "+r"(b0), [a1] "+r"(a1), [b1] "+r"(b1),      \
          [p] "=&r"(p), [q] "=&r"(q), [r] "=&r"(r), [s] "=&r"(s), [u] "=&r"(u), [v] "=&r"(v)                           \
        :                                                                                                              \
        : "memory");                                                                                                   \
    acc[0] = a0, acc[1] = b0, acc[2] = a1, acc[3] = b1;                                                                \
    *x = px, *w0 = p0, *w1 = p1

/* All pointers move on. */
TH_INLINE void th_pair_4(const int16_t **x, const int8_t **w0, const int8_t **w1, int32_t acc[4])
{
    TH_PAIR_ASM(TH_PAIR_STEP);
}
TH_INLINE void th_pair_16(const int16_t **x, const int8_t **w0, const int8_t **w1, int32_t acc[4])
{
    TH_PAIR_ASM(TH_PAIR_STEP TH_PAIR_STEP TH_PAIR_STEP TH_PAIR_STEP);
}
#undef TH_PAIR_STEP
#undef TH_PAIR_ASM

TH_INLINE uint32_t th_sxtb16(uint32_t b)
{
    uint32_t r;
    __asm__("sxtb16 %0, %1" : "=r"(r) : "r"(b));
    return r;
}
TH_INLINE uint32_t th_sxtb16_odd(uint32_t b)
{
    uint32_t r;
    __asm__("sxtb16 %0, %1, ror #8" : "=r"(r) : "r"(b));
    return r;
}

#else

/* Sums wrap, as the instructions do: a lane without a pixel holds anything. */

TH_INLINE int32_t th_low(uint32_t a)
{
    return (int16_t)(a & 0xffff);
}
TH_INLINE int32_t th_high(uint32_t a)
{
    return (int16_t)(a >> 16);
}
TH_INLINE uint32_t th_sxtab16(uint32_t a, uint32_t b)
{
    const uint32_t low = (uint32_t)(th_low(a) + (int8_t)(b & 0xff)),
                   high = (uint32_t)(th_high(a) + (int8_t)(b >> 16 & 0xff));
    return (low & 0xffff) | high << 16;
}
TH_INLINE uint32_t th_add_16(uint32_t a, uint32_t b)
{
    return th_pack_16(th_low(a) + th_low(b), th_high(a) + th_high(b));
}
TH_INLINE uint32_t th_sxtab16_odd(uint32_t a, uint32_t b)
{
    return th_sxtab16(a, b >> 8 | b << 24);
}
TH_INLINE uint32_t th_sxtb16(uint32_t b)
{
    return th_sxtab16(0, b);
}
TH_INLINE uint32_t th_sxtb16_odd(uint32_t b)
{
    return th_sxtab16_odd(0, b);
}
TH_INLINE int32_t th_smlabb(uint32_t a, uint32_t b, int32_t sum)
{
    return th_add_wrap(sum, th_low(a) * th_low(b));
}
TH_INLINE int32_t th_smlabt(uint32_t a, uint32_t b, int32_t sum)
{
    return th_add_wrap(sum, th_low(a) * th_high(b));
}
TH_INLINE int32_t th_smlatb(uint32_t a, uint32_t b, int32_t sum)
{
    return th_add_wrap(sum, th_high(a) * th_low(b));
}
TH_INLINE int32_t th_smlatt(uint32_t a, uint32_t b, int32_t sum)
{
    return th_add_wrap(sum, th_high(a) * th_high(b));
}
TH_INLINE int32_t th_smmlar(int32_t a, int32_t b, int32_t sum)
{
    return th_add_wrap(sum, (int32_t)(((int64_t)a * b + INT64_C(0x80000000)) >> 32));
}
TH_INLINE int8_t th_ssat_8(int32_t a)
{
    return (int8_t)(a < -128 ? -128 : a > 127 ? 127 : a);
}
TH_INLINE uint32_t th_max_8(uint32_t a, uint32_t b)
{
    uint32_t r = 0;
    for (int32_t shift = 0; shift < 32; shift += 8) {
        const uint32_t x = a >> shift & 0xff, y = b >> shift & 0xff;
        r |= ((x ^ 0x80) > (y ^ 0x80) ? x : y) << shift;
    }
    return r;
}
TH_INLINE int32_t th_ssat_16(int32_t a)
{
    return a < INT16_MIN ? INT16_MIN : a > INT16_MAX ? INT16_MAX : a;
}
TH_INLINE int32_t th_smlad(uint32_t a, uint32_t b, int32_t sum)
{
    return th_add_wrap(th_add_wrap(sum, th_low(a) * th_low(b)), th_high(a) * th_high(b));
}

TH_INLINE void th_pair_4(const int16_t **x, const int8_t **w0, const int8_t **w1, int32_t acc[4])
{
    const uint32_t v0 = th_load_4(*w0), v1 = th_load_4(*w1);
    for (int32_t odd = 0; odd < 2; odd++) {
        const uint32_t a = th_load_2(*x + 2 * odd), b = th_load_2(*x + 2 * odd + 4);
        const uint32_t e0 = odd ? th_sxtb16_odd(v0) : th_sxtb16(v0), e1 = odd ? th_sxtb16_odd(v1) : th_sxtb16(v1);
        acc[0] = th_smlad(e0, a, acc[0]);
        acc[1] = th_smlad(e0, b, acc[1]);
        acc[2] = th_smlad(e1, a, acc[2]);
        acc[3] = th_smlad(e1, b, acc[3]);
    }
    *x += 8, *w0 += 4, *w1 += 4;
}
TH_INLINE void th_pair_16(const int16_t **x, const int8_t **w0, const int8_t **w1, int32_t acc[4])
{
    for (int32_t i = 0; i < 4; i++) th_pair_4(x, w0, w1, acc);
}

#endif
#endif
