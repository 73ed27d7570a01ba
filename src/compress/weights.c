#include "compress/weights.h"

#include <math.h>

static float *scale_at(const th_layer_weights *l, float *scale, int32_t c)
{
    return &scale[l->per_channel ? c : 0];
}

static float scale_of(const th_layer_weights *l, const float *scale, int32_t c)
{
    return scale[l->per_channel ? c : 0];
}

static void choose_scales(const th_layer_weights *l, float top, float *scale)
{
    const int32_t n_scales = th_weight_scales(l);
    float all = 0.0f;
    for (int32_t c = 0; c < n_scales; c++) scale[c] = 0.0f;
    for (int32_t i = 0; i < l->n; i++) {
        float *s = scale_at(l, scale, th_weight_channel(l, i));
        *s = fmaxf(*s, fabsf(l->w[i]) / top);
        all = fmaxf(all, *s);
    }
    if (!(all > 1e-20f)) all = 1.0f;
    for (int32_t c = 0; c < n_scales; c++)
        if (scale[c] < all * 1e-6f) scale[c] = all * 1e-6f;
    const double most = l->wide ? 35184372088832.0 : 1073741824.0; /* 2^45, 2^30 */
    for (int32_t c = 0; l->bias && c < l->n_out; c++) {
        float *s = scale_at(l, scale, c);
        const double least = fabs((double)l->bias[c]) / (l->in_scale * most);
        if ((double)*s < least) *s = (float)(least * 1.0001);
    }
}

void th_weights_to_bits(const th_layer_weights *l, int32_t bits, int8_t *q, float *scale)
{
    const float top = (float)((1 << (bits - 1)) - 1);
    choose_scales(l, top, scale);
    for (int32_t i = 0; i < l->n; i++) {
        const float v = roundf(l->w[i] / scale_of(l, scale, th_weight_channel(l, i)));
        q[i] = (int8_t)(v > top ? top : v < -top ? -top : v);
    }
}

void th_weights_to_s8(const th_layer_weights *l, int8_t *q, float *scale)
{
    th_weights_to_bits(l, 8, q, scale);
}

int64_t th_bias_to_int(const th_layer_weights *l, const float *scale, int32_t c, double extra)
{
    const double most = l->wide ? 70368744177664.0 : 2147483647.0; /* 2^46: nn/prepare.h, th_check_bias_s16 */
    const double b = l->bias ? (double)l->bias[c] : 0.0;
    const double v = round((b + extra) / (l->in_scale * (double)scale_of(l, scale, c)));
    return (int64_t)fmax(-most, fmin(most, v));
}
