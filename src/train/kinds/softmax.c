#include "train/kinds/each.h"

#include <math.h>
#include <string.h>

/* ---- softmax over the channels of each pixel: dx = p * (dp - sum(p * dp)) ---- */

static void softmax_value(const th_stage *st, const float *const x[], float *z)
{
    const int32_t c = st->layer.out_c, s = st->s;
    memset(z, 0, th_stage_floats(st) * sizeof *z);
    for (int32_t p = 0; p < st->out_px; p++) {
        const float *v = x[0] + p * s;
        float top = v[0], sum = 0;
        for (int32_t i = 1; i < c; i++) top = v[i] > top ? v[i] : top;
        for (int32_t i = 0; i < c; i++) sum += z[p * s + i] = expf(v[i] - top);
        for (int32_t i = 0; i < c; i++) z[p * s + i] /= sum;
    }
}

static void softmax_gradient(const th_stage *st, int32_t k, const float *const x[], const float *z, const float *dz,
                             float *dx)
{
    (void)k, (void)x;
    const int32_t s = st->s;
    for (int32_t p = 0; p < st->out_px; p++) {
        float dot = 0;
        for (int32_t i = 0; i < s; i++) dot += z[p * s + i] * dz[p * s + i];
        for (int32_t i = 0; i < s; i++) dx[p * s + i] = z[p * s + i] * (dz[p * s + i] - dot);
    }
}

TH_EACH_KIND(softmax, TH_LAYER_SOFTMAX, softmax_gradient)
