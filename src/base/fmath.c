#include "base/fmath.h"

#define LN2_HI 0x1.62e42fefp-1 /* 33 bits: a multiple by an exponent is exact */
#define LN2_LO 0x1.473de6af278edp-34

float th_logf(float x)
{
    const uint32_t u = th_float_bits(x);
    if (u - 1u < UINT32_C(0x007fffff)) /* subnormal: * 2^24 makes it normal */
        return th_logf_normal(x * 0x1p24f) - 24.0f * 0x1.62e43p-1f;
    if (u - UINT32_C(0x00800000) < UINT32_C(0x7f000000)) return th_logf_normal(x);
    if (u << 1 == 0) return th_float_from(UINT32_C(0xff800000));
    return u == UINT32_C(0x7f800000) ? x : th_float_from(UINT32_C(0x7fc00000));
}

static float power_of_two(int32_t n) /* -126 <= n <= 127 */
{
    return th_float_from((uint32_t)(n + 127) << 23);
}

/* e^x = 2^n e^r, |r| <= ln(2)/2 + rounding; series of e^r to r^7, rest below 6e-9 */
float th_expf(float x)
{
    if (!(x < 88.75f)) return x > 0.0f ? th_float_from(UINT32_C(0x7f800000)) : x + x; /* big; NaN */
    if (x < -104.0f) return 0.0f;
    const int32_t n = (int32_t)(x * 0x1.715476p0f + (x < 0.0f ? -0.5f : 0.5f));
    const float fn = (float)n, r = (x - fn * 0x1.62e4p-1f) - fn * 0x1.7f7d1cp-20f;
    float y = 1.0f / 720.0f + r * (1.0f / 5040.0f);
    y = 1.0f / 24.0f + r * (1.0f / 120.0f + r * y);
    y = 0.5f + r * (1.0f / 6.0f + r * y);
    y = 1.0f + (r + r * r * y);
    const int32_t half = n / 2; /* in two steps: 2^n alone may be no normal number */
    return y * power_of_two(half) * power_of_two(n - half);
}

typedef union double_word {
    double d;
    uint64_t u;
} double_word;

static uint64_t double_bits(double x)
{
    double_word w;
    w.d = x;
    return w.u;
}

static double double_from(uint64_t bits)
{
    double_word w;
    w.u = bits;
    return w.d;
}

/* as th_logf_normal, with the series to s^21 */
double th_log(double x)
{
    int32_t e = 0;
    if (!(x > 0.0))
        return double_from(x < 0.0 || x != x ? UINT64_C(0x7ff8000000000000)
                                             : UINT64_C(0xfff0000000000000));
    if (double_bits(x) >= UINT64_C(0x7ff0000000000000)) return x;
    if (double_bits(x) < UINT64_C(0x0010000000000000)) x *= 0x1p54, e = -54; /* subnormal */
    const uint64_t root = UINT64_C(0x3fe6a09e667f3bcd);                      /* sqrt(1/2) */
    const uint64_t bits = double_bits(x) - root;
    e += (int32_t)((int64_t)(bits & UINT64_C(0xfff0000000000000)) / (INT64_C(1) << 52));
    const double m = double_from((bits & UINT64_C(0x000fffffffffffff)) + root);
    const double s = (m - 1.0) / (m + 1.0), s2 = s * s;
    double sum = 0.0;
    for (int32_t k = 21; k >= 3; k -= 2) sum = s2 * (2.0 / (double)k + sum);
    return (double)e * LN2_HI + (((double)e * LN2_LO + s * sum) + (s + s));
}

/* as th_expf, with the series to r^14 */
double th_exp(double x)
{
    if (!(x < 709.8)) return x > 0.0 ? double_from(UINT64_C(0x7ff0000000000000)) : x + x;
    if (x < -746.0) return 0.0;
    const int32_t n = (int32_t)(x * 0x1.71547652b82fep0 + (x < 0.0 ? -0.5 : 0.5));
    const double r = (x - (double)n * LN2_HI) - (double)n * LN2_LO;
    double y = 1.0;
    for (int32_t k = 14; k >= 1; k--) y = 1.0 + y * r / (double)k;
    const int32_t half = n / 2;
    return y * double_from((uint64_t)(half + 1023) << 52) *
           double_from((uint64_t)(n - half + 1023) << 52);
}

/* series on |r| <= pi/4: the first term left out is below 2e-18 */
static double sin_series(double r)
{
    double y = 1.0;
    for (int32_t k = 18; k >= 2; k -= 2) y = 1.0 - y * (r * r) / (double)(k * (k + 1));
    return r * y;
}

static double cos_series(double r)
{
    double y = 1.0;
    for (int32_t k = 18; k >= 2; k -= 2) y = 1.0 - y * (r * r) / (double)(k * (k - 1));
    return y;
}

/* x = n pi/2 + r; pi/2 in three parts, of which the first two have 33 bits (Cody and Waite, 1980)
 */
static double sin_quarter(double x, int32_t quarter)
{
    if (!(x >= -1e5 && x <= 1e5)) return double_from(UINT64_C(0x7ff8000000000000));
    const int32_t n = (int32_t)(x * 0x1.45f306dc9c883p-1 + (x < 0.0 ? -0.5 : 0.5));
    const double fn = (double)n;
    const double r =
        ((x - fn * 0x1.921fb544p0) - fn * 0x1.0b4611a6p-34) - fn * 0x1.3198a2e037073p-69;
    switch (((uint32_t)n + (uint32_t)quarter) & 3u) {
    case 0: return sin_series(r);
    case 1: return cos_series(r);
    case 2: return -sin_series(r);
    default: return -cos_series(r);
    }
}

double th_sin(double x)
{
    return sin_quarter(x, 0);
}

double th_cos(double x)
{
    return sin_quarter(x, 1);
}
