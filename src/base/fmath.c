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
    if (!(x > 0.0)) return double_from(x < 0.0 || x != x ? UINT64_C(0x7ff8000000000000) : UINT64_C(0xfff0000000000000));
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
    return y * double_from((uint64_t)(half + 1023) << 52) * double_from((uint64_t)(n - half + 1023) << 52);
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
    const double r = ((x - fn * 0x1.921fb544p0) - fn * 0x1.0b4611a6p-34) - fn * 0x1.3198a2e037073p-69;
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

float th_floorf(float x)
{
    if (!(x > -8388608.0f && x < 8388608.0f)) return x; /* whole already, or no number */
    const float whole = (float)(int32_t)x;
    if (whole > x) return whole - 1.0f;
    return whole == 0.0f ? th_float_from(th_float_bits(x) & UINT32_C(0x80000000)) : whole; /* keeps -0 */
}

float th_ceilf(float x)
{
    return -th_floorf(-x);
}

float th_roundf(float x)
{
    if (!(x > -8388608.0f && x < 8388608.0f)) return x;
    const float whole = (float)(int32_t)x, rest = x - whole; /* exact */
    if (rest >= 0.5f) return whole + 1.0f;
    if (rest <= -0.5f) return whole - 1.0f;
    return whole == 0.0f ? th_float_from(th_float_bits(x) & UINT32_C(0x80000000)) : whole;
}

float th_roundf_even(float x)
{
    if (!(x > -8388608.0f && x < 8388608.0f)) return x;
    const float down = th_floorf(x), rest = x - down;
    if (rest < 0.5f || (rest == 0.5f && ((int32_t)down & 1) == 0)) return down;
    return x < 0.0f ? -(-down - 1.0f) : down + 1.0f; /* -1 + 1 is -0 */
}

double th_floor(double x)
{
    if (!(x > -4503599627370496.0 && x < 4503599627370496.0)) return x;
    const double whole = (double)(int64_t)x;
    return whole > x ? whole - 1.0 : whole;
}

/* Schoolbook division in binary: |x| = a 2^i, |y| = b 2^j with whole a, b < 2^24. */
float th_fmodf(float x, float y)
{
    const uint32_t infinite = UINT32_C(0x7f800000), low = UINT32_C(0x007fffff),
                   sign = th_float_bits(x) & UINT32_C(0x80000000);
    const uint32_t ux = th_float_bits(x) & UINT32_C(0x7fffffff), uy = th_float_bits(y) & UINT32_C(0x7fffffff);
    if (ux >= infinite || uy > infinite || uy == 0) return th_float_from(UINT32_C(0x7fc00000));
    if (ux < uy) return x;
    int32_t i = (int32_t)(ux >> 23), j = (int32_t)(uy >> 23);
    uint32_t a = ux & low, b = uy & low;
    if (i > 0)
        a |= low + 1;
    else
        i = 1;
    if (j > 0)
        b |= low + 1;
    else
        j = 1;
    for (a %= b; i > j && a != 0; i--) a = (a << 1) % b;
    if (a == 0) return th_float_from(sign);
    for (; j > 1 && a <= low; j--) a <<= 1;
    return th_float_from(sign | (a > low ? ((uint32_t)j << 23) | (a & low) : a));
}

/* Newton's method in double from a guess by the exponent; the last step's error is far below a float's last bit. */
float th_sqrtf(float x)
{
#if defined(__arm__) && defined(__ARM_FP) && (__ARM_FP & 4) && defined(__GNUC__)
    float y;
    __asm__("vsqrt.f32 %0, %1" : "=t"(y) : "t"(x));
    return y;
#else
    if (!(x > 0.0f) || th_float_bits(x) >= UINT32_C(0x7f800000))
        return x < 0.0f ? th_float_from(UINT32_C(0x7fc00000)) : x;
    const double v = (double)x;
    double y = double_from((double_bits(v) >> 1) + (UINT64_C(1023) << 51));
    for (int32_t k = 0; k < 5; k++) y = 0.5 * (y + v / y);
    return (float)y;
#endif
}

/* x = n ln 2 + r as in th_expf; e^x - 1 = 2^n (e^r - 1) + (2^n - 1). */
float th_expm1f(float x)
{
    if (!(x < 88.0f && x > -18.0f))
        return th_expf(x) - 1.0f; /* here one of the two is far below the other's last bit */
    const int32_t n = (int32_t)(x * 0x1.715476p0f + (x < 0.0f ? -0.5f : 0.5f));
    const float fn = (float)n, r = (x - fn * 0x1.62e4p-1f) - fn * 0x1.7f7d1cp-20f;
    float y = 1.0f / 720.0f + r * (1.0f / 5040.0f);
    y = 1.0f / 24.0f + r * (1.0f / 120.0f + r * y);
    y = 0.5f + r * (1.0f / 6.0f + r * y);
    y = r + r * r * y;
    if (n == 0) return y;
    const float scale = power_of_two(n);
    return y * scale + (scale - 1.0f);
}

/* tanh x = m / (m + 2), m = e^2x - 1 */
float th_tanhf(float x)
{
    const float size = x < 0.0f ? -x : x;
    if (size > 9.1f) return x < 0.0f ? -1.0f : 1.0f;
    if (!(size > 0x1p-12f)) return x; /* the cube is far below the last bit; or no number */
    const float m = th_expm1f(2.0f * size), y = m / (m + 2.0f);
    return x < 0.0f ? -y : y;
}

/* x = a 2^e with a whole; x 2/pi modulo 4 = a W / 2^94 modulo 4, W 96 bits of 2/pi: those before make whole turns,
 * those behind are too small (Payne and Hanek, 1983).  Its whole part is *quarter, the rest in radians is returned. */
static double large_rest(float x, uint32_t *quarter)
{
    static const uint32_t two_over_pi[7] = {UINT32_C(0xa2f9836e), UINT32_C(0x4e441529), UINT32_C(0xfc2757d1),
                                            UINT32_C(0xf534ddc0), UINT32_C(0xdb629599), UINT32_C(0x3c439041),
                                            UINT32_C(0xfe5163ab)};
    const uint32_t bits = th_float_bits(x), a = (bits & UINT32_C(0x007fffff)) | UINT32_C(0x00800000);
    const int32_t e = (int32_t)(bits >> 23 & 0xff) - 150; /* -7 to 104, as x > 1e5 */
    uint64_t turns = 0;                                   /* Q2.62 */
    for (int32_t k = 0; k < 3; k++) {
        uint32_t word = 0;
        for (int32_t bit = e - 2 + 32 * k; bit < e + 30 + 32 * k; bit++)
            word = word << 1 | (bit < 0 ? 0u : two_over_pi[bit / 32] >> (31 - bit % 32) & 1u);
        turns += k == 0 ? (uint64_t)a * word << 32 : k == 1 ? (uint64_t)a * word : (uint64_t)a * word >> 32;
    }
    const uint64_t whole = (turns + (UINT64_C(1) << 61)) >> 62;
    *quarter = (uint32_t)whole;
    return (double)(int64_t)(turns - (whole << 62)) * (1.5707963267948966 / 4611686018427387904.0);
}

static float turn(float x, uint32_t quarter)
{
    const float size = x < 0.0f ? -x : x;
    if (size <= 1e5f) return (float)sin_quarter((double)x, (int32_t)quarter);
    if (!(size < th_float_from(UINT32_C(0x7f800000)))) return th_float_from(UINT32_C(0x7fc00000));
    uint32_t n;
    const double rest = large_rest(size, &n), r = x < 0.0f ? -rest : rest;
    switch ((x < 0.0f ? quarter - n : quarter + n) & 3u) {
    case 0: return (float)sin_series(r);
    case 1: return (float)cos_series(r);
    case 2: return (float)-sin_series(r);
    default: return (float)-cos_series(r);
    }
}

float th_sinf(float x)
{
    return turn(x, 0);
}

float th_cosf(float x)
{
    return turn(x, 1);
}

/* atan(t) for 0 <= t <= 1: above tan(pi/8) atan(t) = pi/4 + atan((t - 1) / (t + 1)); then the series to t^9 with
 * coefficients that spread its error.  Source: S. Moshier, Cephes (formula of atanf). */
static float atan_part(float t)
{
    const float from = t > 0.41421357f ? 0.78539819f : 0.0f, u = t > 0.41421357f ? (t - 1.0f) / (t + 1.0f) : t;
    const float z = u * u;
    const float tail =
        (((8.05374449538e-2f * z - 1.38776856032e-1f) * z + 1.99777106478e-1f) * z - 3.33329491539e-1f) * z;
    return from + (tail * u + u);
}

float th_atan2f(float y, float x)
{
    const float ax = x < 0.0f ? -x : x, ay = y < 0.0f ? -y : y;
    const float high = ax > ay ? ax : ay, low = ax > ay ? ay : ax;
    if (!(high > 0.0f) || x - x != 0.0f || y - y != 0.0f) return x - x + (y - y);
    float a = atan_part(low / high);
    if (ay > ax) a = 1.57079633f - a;
    if (x < 0.0f) a = 3.14159265f - a;
    return y < 0.0f ? -a : a;
}
