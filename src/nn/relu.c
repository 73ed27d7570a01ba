#include "nn/relu.h"

#include "nn/dot_f32.h"
#include "nn/requant.h"

void th_relu_s8(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_relu_q_par *p = (const th_relu_q_par *)par;
    const int8_t *x = (const int8_t *)in[0];
    int8_t *y = (int8_t *)out[0];
    (void)scratch;
    for (int32_t i = 0; i < p->n; i++)
        y[i] = th_requant_s8(x[i] - p->in_zero, p->multiplier, p->shift, p->out_zero, p->act_min, p->act_max);
}

void th_relu_s16(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_relu_q_par *p = (const th_relu_q_par *)par;
    const int16_t *x = (const int16_t *)in[0];
    int16_t *y = (int16_t *)out[0];
    (void)scratch;
    for (int32_t i = 0; i < p->n; i++) {
        const int32_t v = th_requant(x[i] - p->in_zero, p->multiplier, p->shift);
        y[i] = (int16_t)th_clamp(th_add_wrap(v, p->out_zero), p->act_min, p->act_max);
    }
}

void th_relu_f32(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_relu_f32_par *p = (const th_relu_f32_par *)par;
    const float *x = (const float *)in[0];
    float *y = (float *)out[0];
    (void)scratch;
    for (int32_t i = 0; i < p->n; i++) y[i] = th_clamp_f32(x[i], p->act_min, p->act_max);
}
