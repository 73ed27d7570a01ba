#include "nn/quantize.h"

#include "base/fmath.h"
#include "nn/requant.h"

/* y[i] = value, v being x[i]. */
#define KERNEL(name, par_type, in_type, out_type, value)                                                               \
    void name(const void *par, const void *const *in, void *const *out, void *scratch)                                 \
    {                                                                                                                  \
        const par_type *p = (const par_type *)par;                                                                     \
        const in_type *x = (const in_type *)in[0];                                                                     \
        out_type *y = (out_type *)out[0];                                                                              \
        (void)scratch;                                                                                                 \
        for (int32_t i = 0; i < p->n; i++) {                                                                           \
            const in_type v = x[i];                                                                                    \
            y[i] = (out_type)(value);                                                                                  \
        }                                                                                                              \
    }

static int32_t quantize(const th_quantize_par *p, float v, int32_t lo, int32_t hi)
{
    const float q = th_roundf(v / p->scale);
    if (q >= 131072.0f) return hi; /* beyond every zero point */
    if (q <= -131072.0f) return lo;
    return th_clamp((q == q ? (int32_t)q : 0) + p->zero, lo, hi);
}

KERNEL(th_quantize_s8, th_quantize_par, float, int8_t, quantize(p, v, -128, 127))
KERNEL(th_quantize_u8, th_quantize_par, float, uint8_t, quantize(p, v, 0, 255))
KERNEL(th_quantize_s16, th_quantize_par, float, int16_t, quantize(p, v, -32768, 32767))

KERNEL(th_dequantize_s8, th_quantize_par, int8_t, float, (float)(v - p->zero) * p->scale)
KERNEL(th_dequantize_u8, th_quantize_par, uint8_t, float, (float)(v - p->zero) * p->scale)
KERNEL(th_dequantize_s16, th_quantize_par, int16_t, float, (float)(v - p->zero) * p->scale)

static int32_t requantize(const th_requantize_par *p, int32_t v)
{
    return th_add_wrap(th_requant(th_add_wrap(v, -p->in_zero), p->multiplier, p->shift), p->out_zero);
}

KERNEL(th_requantize_s8_s16, th_requantize_par, int8_t, int16_t, th_clamp(requantize(p, v), -32768, 32767))
KERNEL(th_requantize_s8_s32, th_requantize_par, int8_t, int32_t, requantize(p, v))
KERNEL(th_requantize_s16_s8, th_requantize_par, int16_t, int8_t, th_clamp(requantize(p, v), -128, 127))
KERNEL(th_requantize_s16_s16, th_requantize_par, int16_t, int16_t, th_clamp(requantize(p, v), -32768, 32767))
KERNEL(th_requantize_s16_s32, th_requantize_par, int16_t, int32_t, requantize(p, v))
KERNEL(th_requantize_s32_s8, th_requantize_par, int32_t, int8_t, th_clamp(requantize(p, v), -128, 127))
KERNEL(th_requantize_s32_s16, th_requantize_par, int32_t, int16_t, th_clamp(requantize(p, v), -32768, 32767))
