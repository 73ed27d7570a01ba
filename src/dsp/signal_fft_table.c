#include "base/sincos.h"
#include "dsp/signal_fft.h"

#include <stddef.h>

int32_t th_signal_fft_radices(int32_t h, int32_t radix[TH_SIGNAL_FFT_STAGES])
{
    static const int32_t order[] = {4, 2, 3, 5};
    int32_t n = 0;
    if (h < 2 || h > TH_SIGNAL_FFT_MAX / 2) return 0;
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        for (; h % order[i] == 0; h /= order[i]) radix[n++] = order[i];
    return h == 1 ? n : 0;
}

#define PI 3.141592653589793238462643383279502884197

/* Sine and cosine of number k of w, or of v.  The order of the operations is the reference's: it decides the last bit
 * of the phase. */
static void turn(int32_t whole, int32_t inverse, int is_v, int32_t k, double *s, double *c)
{
    const double h = (double)whole;
    const double angle = is_v ? -PI * ((double)(k + 1) / h + 0.5) : -2 * PI * (double)k / h;
    th_sincos_rounded(inverse ? -angle : angle, s, c);
}

static int32_t round_up_half(double max, double v) /* floor(max v + 1/2) */
{
    const double x = 0.5 + max * v;
    const int32_t whole = (int32_t)x;
    return whole - ((double)whole > x);
}

/* The three types differ in nothing but the elements of their tables. */
#define FILL(ending, T, OF)                                                                                            \
    void th_signal_fft_fill_##ending(int32_t h, int32_t inverse, T *w, T *v)                                           \
    {                                                                                                                  \
        double s, c;                                                                                                   \
        for (int32_t k = 0; k < h; k++, w += 2) {                                                                      \
            turn(h, inverse, 0, k, &s, &c);                                                                            \
            w[0] = (T)OF(c);                                                                                           \
            w[1] = (T)OF(s);                                                                                           \
        }                                                                                                              \
        for (int32_t k = 0; k < h / 2; k++, v += 2) {                                                                  \
            turn(h, inverse, 1, k, &s, &c);                                                                            \
            v[0] = (T)OF(c);                                                                                           \
            v[1] = (T)OF(s);                                                                                           \
        }                                                                                                              \
    }
#define OF_S16(x) round_up_half(32767.0, x)
#define OF_S32(x) round_up_half(2147483647.0, x)
#define OF_F32(x) (x)
FILL(s16, int16_t, OF_S16)
FILL(s32, int32_t, OF_S32)
FILL(f32, float, OF_F32)
