#include "dsp/signal_fft.h"

/* ---- int16: products in int32, which hold 2 * 2^15 * 2^15 because a twiddle factor has length 1 ---- */

static int16_t round_s16(int32_t x)
{
    return (int16_t)((x + (INT32_C(1) << 14)) >> 15);
}

#define T                 int16_t
#define cpx_T_s16         th_cpx_s16
#define par_T_s16         th_fft_s16_par
#define NAME(x)           x##_T_s16
#define rfft_T_s16        th_rfft_s16
#define irfft_T_s16       th_irfft_s16
#define ADD(a, b)         ((int16_t)((int32_t)(a) + (b)))
#define SUB(a, b)         ((int16_t)((int32_t)(a) - (b)))
#define NEG(a)            ((int16_t)(-(int32_t)(a)))
#define HALF(a)           ((int16_t)((a) >> 1))
#define HALF_ADD(a, b)    ((int16_t)(((int32_t)(a) + (b)) >> 1))
#define HALF_SUB(a, b)    ((int16_t)(((int32_t)(a) - (b)) >> 1))
#define MUL(a, b)         round_s16((int32_t)(a) * (b))
#define DOT(a, b, c, d)   round_s16((int32_t)(a) * (b) - (int32_t)(c) * (d))
#define CROSS(a, b, c, d) round_s16((int32_t)(a) * (b) + (int32_t)(c) * (d))
#define DIV(a, r)         round_s16((int32_t)(a) * (INT16_MAX / (r)))
#define LAST(a, n)        (a)
#include "dsp/signal_fft_body.h"

/* ---- int32: the same in int64 ---- */

static int32_t round_s32(int64_t x)
{
    return (int32_t)((x + (INT64_C(1) << 30)) >> 31);
}
static int32_t wrap_s32(uint32_t x)
{
    return (int32_t)x;
}

#define T                 int32_t
#define cpx_T_s32         th_cpx_s32
#define par_T_s32         th_fft_s32_par
#define NAME(x)           x##_T_s32
#define rfft_T_s32        th_rfft_s32
#define irfft_T_s32       th_irfft_s32
#define ADD(a, b)         wrap_s32((uint32_t)(a) + (uint32_t)(b))
#define SUB(a, b)         wrap_s32((uint32_t)(a) - (uint32_t)(b))
#define NEG(a)            wrap_s32(0u - (uint32_t)(a))
#define HALF(a)           ((a) >> 1)
#define HALF_ADD(a, b)    (ADD(a, b) >> 1)
#define HALF_SUB(a, b)    (SUB(a, b) >> 1)
#define MUL(a, b)         round_s32((int64_t)(a) * (b))
#define DOT(a, b, c, d)   round_s32((int64_t)(a) * (b) - (int64_t)(c) * (d))
#define CROSS(a, b, c, d) round_s32((int64_t)(a) * (b) + (int64_t)(c) * (d))
#define DIV(a, r)         round_s32((int64_t)(a) * (INT32_MAX / (r)))
#define LAST(a, n)        (a)
#include "dsp/signal_fft_body.h"

/* ---- float ---- */

#define T                 float
#define cpx_T_f32         th_cpx_f32
#define par_T_f32         th_fft_f32_par
#define NAME(x)           x##_T_f32
#define rfft_T_f32        th_rfft_f32
#define irfft_T_f32       th_irfft_f32
#define ADD(a, b)         ((a) + (b))
#define SUB(a, b)         ((a) - (b))
#define NEG(a)            (-(a))
#define HALF(a)           ((a)*0.5f)
#define HALF_ADD(a, b)    (((a) + (b)) * 0.5f)
#define HALF_SUB(a, b)    (((a) - (b)) * 0.5f)
#define MUL(a, b)         ((a) * (b))
#define DOT(a, b, c, d)   ((a) * (b) - (c) * (d))
#define CROSS(a, b, c, d) ((a) * (b) + (c) * (d))
#define DIV(a, r)         (a)
#define LAST(a, n)        ((a) / (float)(n))
#include "dsp/signal_fft_body.h"
