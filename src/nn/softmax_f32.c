#include "nn/softmax_f32.h"

#include "base/fmath.h"

void th_softmax_f32(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_softmax_f32_par *p = (const th_softmax_f32_par *)par;
    const float *x = (const float *)in[0];
    float *y = (float *)out[0];
    (void)scratch;
    for (int32_t r = 0; r < p->rows; r++, x += p->depth, y += p->depth) {
        float most = x[0], sum = 0.0f;
        for (int32_t c = 1; c < p->depth; c++)
            if (x[c] > most) most = x[c];
        for (int32_t c = 0; c < p->depth; c++) {
            y[c] = th_expf((x[c] - most) * p->beta);
            sum += y[c];
        }
        for (int32_t c = 0; c < p->depth; c++) y[c] /= sum;
    }
}
