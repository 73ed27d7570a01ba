/* base/fmath.h -- logarithm, exponential, sine, cosine and rounding of our own.
 *
 * C libraries differ in the last bit of these, and then training on a computer and hearing on a
 * device would differ too.  Here only IEEE additions, multiplications and divisions decide, in one
 * fixed order, so every machine gives the same bits (compile with -ffp-contract=off). */
#ifndef TH_BASE_FMATH_H
#define TH_BASE_FMATH_H

#include <stdint.h>

/* A union, not memcpy: where compilers know no library (-ffreestanding) that would be a call. */
typedef union th_float_word {
    float f;
    uint32_t u;
} th_float_word;

static inline uint32_t th_float_bits(float x)
{
    th_float_word w;
    w.f = x;
    return w.u;
}

static inline float th_float_from(uint32_t bits)
{
    th_float_word w;
    w.u = bits;
    return w.f;
}

/* ln(x) for a normal x: 2^-126 <= x < infinity, not checked; no branches, so that loops over it
 * become vector code.  Error below 2 units in the last place.
 *
 *   x = 2^e * m, sqrt(1/2) <= m < sqrt(2);  s = (m - 1) / (m + 1), |s| < 0.1716
 *   ln m = 2 atanh s = 2s + 2/3 s^3 + 2/5 s^5 + 2/7 s^7 + 2/9 s^9 + (less than 4e-9 s)
 *   ln x = e ln 2 + ln m, where e * (upper part of ln 2) is exact */
static inline float th_logf_normal(float x)
{
    const uint32_t bits = th_float_bits(x) - UINT32_C(0x3f3504f3); /* minus sqrt(1/2) */
    const int32_t e = (int32_t)(bits & UINT32_C(0xff800000)) / (INT32_C(1) << 23);
    const float m = th_float_from((bits & UINT32_C(0x007fffff)) + UINT32_C(0x3f3504f3));
    const float s = (m - 1.0f) / (m + 1.0f), s2 = s * s, fe = (float)e;
    const float tail =
        s * (s2 * (0x1.555556p-1f + s2 * (0x1.99999ap-2f + s2 * (0x1.24924ap-2f + s2 * 0x1.c71c72p-3f))));
    return fe * 0x1.62e4p-1f + ((fe * 0x1.7f7d1cp-20f + tail) + (s + s));
}

/* ln(x).  0: -infinity; below 0 and NaN: NaN; infinity: infinity.  Error below 2 ulp. */
float th_logf(float x);

/* e^x.  Error below 2 ulp where the result is normal; 0 below -104, infinity above 88.73. */
float th_expf(float x);

/* e^x - 1 without cancellation.  Error below 2 ulp; -1 below -104, infinity above 88.73. */
float th_expm1f(float x);

/* tanh(x).  Error below 3 ulp. */
float th_tanhf(float x);

/* sin and cos of x radians, any finite x; NaN else.  Error below 1 ulp. */
float th_sinf(float x);
float th_cosf(float x);

/* Angle of the point (x, y) from the x axis, -pi to pi; 0 for (0, 0), NaN when one is no number or infinite.
 * Error below 4 ulp. */
float th_atan2f(float y, float x);

/* sqrt(x), rounded to the nearest; NaN below 0.  The hardware's where the compiler makes one instruction of it. */
float th_sqrtf(float x);

/* Down, up, and to the nearest whole number, ties away from zero (th_roundf) or to the even one (th_roundf_even).
 * Exact; what is no number or large stays what it is. */
float th_floorf(float x);
float th_ceilf(float x);
float th_roundf(float x);
float th_roundf_even(float x);

/* What is left of x after y has been taken from it as often as it goes, with the sign of x; exact.
 * NaN for y = 0, infinite x, or no numbers. */
float th_fmodf(float x, float y);

/* Down to a whole number; exact. */
double th_floor(double x);

/* For tables and settings, in double (software on small devices: not for the inner loop).
 * th_log as th_logf; th_exp as th_expf with the limits of double.  Error below 4 ulp. */
double th_log(double x);
double th_exp(double x);

/* sin and cos of x radians, |x| <= 1e5; NaN outside.  Absolute error below 1e-15 for |x| <= 1000,
 * 1e-13 elsewhere. */
double th_sin(double x);
double th_cos(double x);

#endif
