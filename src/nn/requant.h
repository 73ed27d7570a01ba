/* nn/requant.h -- fixed-point arithmetic of quantised networks, bit for bit as TensorFlow Lite Micro has it.
 *
 * A sum `acc` in units of s_in * s_w becomes an int8 in units of s_out:
 *
 *   q = zero_out + round(acc * s_in * s_w / s_out),   the factor written as  m * 2^(shift - 31),  2^30 <= m < 2^31
 *
 * TensorFlow Lite Micro rounds twice: the product to a whole number with ties upwards, then the right
 * shift with ties away from zero.  Right shifts of negative numbers keep the sign, as on every
 * compiler that exists for the targets.
 *
 * Source: tensorflow/tflite-micro 90b983c2, tensorflow/lite/kernels/internal/common.cc
 * (MultiplyByQuantizedMultiplier, double rounding), gemmlowp fixedpoint.h; ../shared/docs/NUMERICS.md 1. */
#ifndef TH_NN_REQUANT_H
#define TH_NN_REQUANT_H

#include <stdint.h>

/* round(a * b / 2^31), ties upwards.  Not both INT32_MIN. */
static inline int32_t th_high_mul(int32_t a, int32_t b)
{
    return (int32_t)(((int64_t)a * b + ((int64_t)1 << 30)) >> 31);
}

/* round(x / 2^e), ties away from zero.  1 <= e <= 31, x > INT32_MIN. */
static inline int32_t th_round_shift(int32_t x, int32_t e)
{
    const int32_t t = x - (x < 0); /* now ties go up on both sides */
    return (t >> e) + (t >> (e - 1) & 1);
}

/* a * 2^n and a + b that wrap like the reference's int32 instead of being undefined. */
static inline int32_t th_shift_left(int32_t a, int32_t n)
{
    return (int32_t)((uint32_t)a << n);
}
static inline int32_t th_add_wrap(int32_t a, int32_t b)
{
    return (int32_t)((uint32_t)a + (uint32_t)b);
}

/* acc * m * 2^(shift - 31), rounded twice.  0 <= m, -31 <= shift <= 31. */
static inline int32_t th_requant(int32_t acc, int32_t m, int32_t shift)
{
    if (shift >= 0) return th_high_mul(th_shift_left(acc, shift), m);
    return th_round_shift(th_high_mul(acc, m), -shift);
}

/* acc * m * 2^(shift - 31) for 64-bit sums (int16 activations): the multiplier is cut to 15 bits, then rounded
 * once, ties upwards.  0 <= m, -31 <= shift <= 7.  Exact while |acc| < 2^47; beyond that it wraps. */
static inline int32_t th_requant_64(int64_t acc, int32_t m, int32_t shift)
{
    const int64_t m16 = m < INT32_C(0x7fff0000) ? (m + (INT32_C(1) << 15)) >> 16 : 0x7fff;
    const uint64_t product = (uint64_t)acc * (uint64_t)m16 + ((uint64_t)1 << (14 - shift));
    return (int32_t)(uint32_t)(uint64_t)((int64_t)product >> (15 - shift));
}

static inline int32_t th_clamp(int32_t x, int32_t lo, int32_t hi)
{
    return x < lo ? lo : x > hi ? hi : x;
}

/* The int8 that a sum becomes: requantised, moved to `zero`, limited to lo .. hi (both in -128..127). */
static inline int8_t th_requant_s8(int32_t acc, int32_t m, int32_t shift, int32_t zero, int32_t lo, int32_t hi)
{
    return (int8_t)th_clamp(th_add_wrap(th_requant(acc, m, shift), zero), lo, hi);
}

#endif
