#include "nn/add.h"

#include "nn/dot_f32.h"
#include "nn/requant.h"

void th_add_s8(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_add_s8_par *p = (const th_add_s8_par *)par;
    const int8_t *a = (const int8_t *)in[0], *b = (const int8_t *)in[1];
    int8_t *y = (int8_t *)out[0];
    (void)scratch;
    for (int32_t i = 0; i < p->n; i++) {
        const int32_t va = th_requant(th_shift_left(a[i] - p->a_zero, TH_ADD_S8_BITS), p->a_multiplier, p->a_shift);
        const int32_t vb = th_requant(th_shift_left(b[i] - p->b_zero, TH_ADD_S8_BITS), p->b_multiplier, p->b_shift);
        y[i] = th_requant_s8(va + vb, p->out_multiplier, p->out_shift, p->out_zero, p->act_min, p->act_max);
    }
}

void th_add_f32(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_add_f32_par *p = (const th_add_f32_par *)par;
    const float *a = (const float *)in[0], *b = (const float *)in[1];
    float *y = (float *)out[0];
    (void)scratch;
    for (int32_t i = 0; i < p->n; i++) y[i] = th_clamp_f32(a[i] + b[i], p->act_min, p->act_max);
}
