/* nn/scalar/finish.h -- sums to int8 where a product of 64 bits is dear: nn/raw/inner.h's narrow way, |sum| < 2^30. */
#ifndef TH_NN_SCALAR_FINISH_H
#define TH_NN_SCALAR_FINISH_H

#include "nn/requant.h"
#include "nn/taps.h"

/* round(a m / 2^31), ties up; |a| < 2^30, 0 <= m. */
#if defined(__ARM_ARCH_6M__)
/* No product of 64 bits: with a = ah 2^16 + al, al signed, and m likewise, ml unsigned,
 *   a m / 2^16 = ah mh 2^16 + ah ml + al mh + al ml / 2^16
 * where the two in the middle are below 2^30; what the last one loses is less than 1 and changes no later floor. */
TH_INLINE int32_t th_scalar_high(int32_t a, int32_t m)
{
    const int32_t al = (int16_t)a, ah = (a - al) >> 16, mh = m >> 16, ml = m & 0xffff;
    return 2 * (ah * mh) + ((ah * ml + al * mh + ((al * ml) >> 16) + (1 << 14)) >> 15);
}
#else
/* The upper word of 2 a m, and the bit below it. */
TH_INLINE int32_t th_scalar_high(int32_t a, int32_t m)
{
    const int64_t p = (int64_t)(2 * a) * m;
    return (int32_t)(p >> 32) + (int32_t)((uint32_t)p >> 31);
}
#endif

/* round(sum m / 2^(31 + e + 1)) + zero, -128..127; the last shift by one joins the addition of zero. */
TH_INLINE int8_t th_scalar_finish(int32_t sum, int32_t m, int32_t e, int32_t zero)
{
    const int32_t q = ((th_scalar_high(sum, m) + (INT32_C(1) << e) + (sum >> 31)) >> (e + 1)) + zero;
#if defined(__ARM_ARCH_7M__)
    int32_t r;
    __asm__("ssat %0, #8, %1" : "=r"(r) : "r"(q));
    return (int8_t)r;
#else
    return (int8_t)th_clamp(q, -128, 127);
#endif
}

#endif
