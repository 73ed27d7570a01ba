#include "nn/prelu.h"

#include "nn/requant.h"

#define KERNEL(name, par_type, type, alpha_type, value)                                                                \
    void name(const void *par, const void *const *in, void *const *out, void *scratch)                                 \
    {                                                                                                                  \
        const par_type *p = (const par_type *)par;                                                                     \
        type *y = (type *)out[0];                                                                                      \
        th_walk w;                                                                                                     \
        (void)scratch;                                                                                                 \
        th_walk_start(&w, &p->map, in);                                                                                \
        do {                                                                                                           \
            const type *x = (const type *)w.x[0];                                                                      \
            const alpha_type *alpha = (const alpha_type *)w.x[1];                                                      \
            for (int32_t i = 0; i < w.n; i++, x += w.step[0], alpha += w.step[1]) *y++ = (type)(value);                \
        } while (th_walk_next(&w));                                                                                    \
    }

static int32_t prelu(const th_prelu_q_par *p, int32_t x, int32_t alpha)
{
    const int32_t d = x - p->in_zero;
    const int32_t y = d >= 0 ? th_requant(d, p->multiplier, p->shift)
                             : th_requant(d * (alpha - p->alpha_zero), p->low_multiplier, p->low_shift);
    return th_add_wrap(y, p->out_zero);
}

KERNEL(th_prelu_s8, th_prelu_q_par, int8_t, int8_t, th_clamp(prelu(p, *x, *alpha), -128, 127))
KERNEL(th_prelu_s16, th_prelu_q_par, int16_t, int8_t, th_clamp(prelu(p, *x, *alpha), -32768, 32767))
KERNEL(th_prelu_f32, th_prelu_f32_par, float, float, *x >= 0.0f ? *x : *x * *alpha)
