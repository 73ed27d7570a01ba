#include "nn/l2_normalization.h"

#include "base/fmath.h"
#include "nn/fixed.h"
#include "nn/requant.h"

void th_l2_normalization_s8(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_l2_normalization_par *p = (const th_l2_normalization_par *)par;
    const int8_t *x = (const int8_t *)in[0];
    int8_t *y = (int8_t *)out[0];
    (void)scratch;
    for (int32_t r = 0; r < p->rows; r++, x += p->depth, y += p->depth) {
        int32_t sum = 0, m, shift;
        for (int32_t c = 0; c < p->depth; c++) sum += (x[c] - p->zero) * (int32_t)(x[c] - p->zero);
        th_fixed_inv_sqrt(sum, &m, &shift);
        for (int32_t c = 0; c < p->depth; c++) y[c] = th_requant_s8(x[c] - p->zero, m, shift + 7, 0, -128, 127);
    }
}

void th_l2_normalization_f32(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_l2_normalization_par *p = (const th_l2_normalization_par *)par;
    const float *x = (const float *)in[0];
    float *y = (float *)out[0];
    (void)scratch;
    for (int32_t r = 0; r < p->rows; r++, x += p->depth, y += p->depth) {
        float sum = 0.0f;
        for (int32_t c = 0; c < p->depth; c++) sum += x[c] * x[c];
        float length = th_sqrtf(sum);
        if (length < 1e-6f) length = 1e-6f;
        for (int32_t c = 0; c < p->depth; c++) y[c] = x[c] / length;
    }
}
