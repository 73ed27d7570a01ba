#include "nn/cortexm/tile_dsp_prepare.h"

#include "nn/cortexm/tile_dsp.h"
#include "nn/prepare.h"

int8_t th_filter_weight(const th_filters *f, int32_t o, int32_t k)
{
    return k < f->n ? f->w[(size_t)o * (size_t)f->per_filter + (size_t)k * (size_t)f->per_tap] : 0;
}

bool th_filters_constant(const th_prepare *p, th_filters *f)
{
    const th_tensor *w = th_prepare_in(p, 1), *bias = th_prepare_in(p, 2);
    if (!w || !w->data || w->is_variable || w->type != TH_S8) return false;
    if (bias && (!bias->data || bias->is_variable)) return false;
    f->w = (const int8_t *)w->data;
    f->bias = bias ? (const int32_t *)bias->data : NULL;
    return true;
}

/* round(sum m / 2^31) of filter o is always smaller than this. */
static int64_t most(const th_filters *f, int32_t o, int32_t m)
{
    int64_t sum = f->bias ? f->bias[o] < 0 ? -(int64_t)f->bias[o] : f->bias[o] : 0;
    for (int32_t k = 0; k < f->n; k++) {
        const int32_t w = th_filter_weight(f, o, k);
        sum += 255 * (w < 0 ? -w : w);
    }
    return (sum * m >> 31) + 2;
}

th_err th_dsp_scales_make(const th_prepare *p, const th_filters *f, const int32_t *multiplier, const int32_t *shift,
                          int32_t n_scales, int32_t narrow, th_dsp_scales *scales, bool *fits)
{
    *fits = false;
    if (!narrow) return TH_OK;
    int32_t *m = TH_NEW(p->arena, int32_t, (size_t)f->outs);
    int8_t *s = TH_NEW(p->arena, int8_t, (size_t)f->outs);
    if (!m || !s) return th_refuse(p, TH_ENOMEM, "no memory for the scales");
    for (int32_t o = 0; o < f->outs; o++) {
        const int32_t i = n_scales == 1 ? 0 : o;
        m[o] = multiplier[i];
        s[o] = (int8_t)-shift[i];
        if (s[o] <= TH_TILE_SHIFT_MAX) continue;
        if (most(f, o, m[o]) >= INT64_C(1) << (s[o] - 1)) return TH_OK;
        m[o] = 0; /* it becomes 0 anyway: a channel that is never used */
        s[o] = 1;
    }
    *scales = (th_dsp_scales){f->bias, m, s};
    *fits = true;
    return TH_OK;
}

const int8_t *th_filters_pack(const th_prepare *p, const th_filters *f, int32_t groups, int32_t per, bool again,
                              int32_t *bytes)
{
    const int32_t outs = f->outs / groups, n4 = (f->n + 3) / 4 * 4, sets = (outs + per - 1) / per;
    int8_t *packed = (int8_t *)TH_NEW(p->arena, int32_t, (size_t)groups * (size_t)sets * (size_t)per * (size_t)n4 / 4);
    if (!packed) return NULL;
    int8_t *to = packed;
    for (int32_t g = 0; g < groups; g++)
        for (int32_t s = 0; s < sets; s++) {
            const int32_t first = again && (s + 1) * per > outs ? outs - per : s * per;
            for (int32_t k = 0; k < n4; k += 4)
                for (int32_t o = first; o < first + per; o++)
                    for (int32_t j = 0; j < 4; j++) *to++ = o < outs ? th_filter_weight(f, g * outs + o, k + j) : 0;
        }
    *bytes = groups * sets * per * n4;
    return packed;
}
