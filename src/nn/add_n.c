#include "nn/add_n.h"

#include "nn/requant.h"

static int32_t scaled(const th_add_n_s8_par *p, int32_t x)
{
    return th_requant(th_shift_left(x - p->zero, 20), p->multiplier, p->shift);
}

void th_add_n_s8(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_add_n_s8_par *p = (const th_add_n_s8_par *)par;
    int8_t *y = (int8_t *)out[0];
    (void)scratch;
    for (int32_t i = 0; i < p->n; i++) {
        int32_t sum = scaled(p, 0);
        for (int32_t k = 0; k < p->inputs; k++) sum += scaled(p, ((const int8_t *)in[k])[i]);
        y[i] = th_requant_s8(sum, p->out_multiplier, p->out_shift, p->out_zero, -128, 127);
    }
}

void th_add_n_f32(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_add_n_f32_par *p = (const th_add_n_f32_par *)par;
    float *y = (float *)out[0];
    (void)scratch;
    for (int32_t i = 0; i < p->n; i++) {
        float sum = 0.0f;
        for (int32_t k = 0; k < p->inputs; k++) sum += ((const float *)in[k])[i];
        y[i] = sum;
    }
}
