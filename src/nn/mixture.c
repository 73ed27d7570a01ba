#include "nn/mixture.h"

#include "base/fmath.h"
#include "nn/root.h"

/* |F (x - mean)|^2, F lower triangular. */
static float full_f32(const float *x, const float *mean, const float *f, int32_t depth)
{
    float q = 0.0f;
    for (int32_t j = 0; j < depth; j++, f += depth) {
        float sum = 0.0f;
        for (int32_t i = 0; i <= j; i++) sum += f[i] * (x[i] - mean[i]);
        q += sum * sum;
    }
    return q;
}

static float diagonal_f32(const float *x, const float *mean, const float *f, int32_t depth)
{
    float q = 0.0f;
    for (int32_t j = 0; j < depth; j++) {
        const float d = f[j] * (x[j] - mean[j]);
        q += d * d;
    }
    return q;
}

void th_mixture_f32(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_mixture_f32_par *p = (const th_mixture_f32_par *)par;
    const float *x = (const float *)in[0], *offset = (const float *)in[3];
    const int32_t step = p->full ? p->depth * p->depth : p->depth;
    float *y = (float *)out[0];
    (void)scratch;
    for (int32_t r = 0; r < p->rows; r++, x += p->depth) {
        const float *mean = (const float *)in[1], *f = (const float *)in[2];
        float least = 0.0f;
        for (int32_t k = 0; k < p->parts; k++, mean += p->depth, f += step) {
            const float q = offset[k] + (p->full ? full_f32(x, mean, f, p->depth) : diagonal_f32(x, mean, f, p->depth));
            if (k == 0 || q < least) least = q;
        }
        y[r] = p->gain * th_sqrtf(least);
    }
}

void th_mixture_s8(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_mixture_s8_par *p = (const th_mixture_s8_par *)par;
    const int8_t *x = (const int8_t *)in[0];
    int8_t *y = (int8_t *)out[0];
    (void)scratch;
    for (int32_t r = 0; r < p->rows; r++, x += p->depth) {
        const int8_t *mean = (const int8_t *)in[1];
        const int32_t *m = p->m;
        uint64_t least = 0;
        for (int32_t k = 0; k < p->parts; k++, mean += p->depth, m += p->depth) {
            uint64_t q = 0;
            for (int32_t j = 0; j < p->depth; j++) {
                const int32_t d = (int32_t)x[j] - mean[j];
                q += (uint64_t)(uint32_t)(d * d) * (uint32_t)m[j];
            }
            q = (q >> p->shift) + (uint64_t)p->offset[k];
            if (k == 0 || q < least) least = q;
        }
        const uint32_t score = (uint32_t)(((uint64_t)th_root_of(least) + 128) >> 8);
        y[r] = (int8_t)(score > 255 || p->zero + (int32_t)score > 127 ? 127 : p->zero + (int32_t)score);
    }
}
