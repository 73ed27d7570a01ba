#include "nn/mve/mve_prepare.h"

#include "nn/mve/mve.h"
#include "nn/prepare.h"

static int32_t bias_of(const th_filters *f, const th_dsp_scales *s, int32_t o, int32_t in_zero)
{
    int32_t sum = 0;
    for (int32_t k = 0; k < f->n; k++) sum += th_filter_weight(f, o, k);
    return (int32_t)((uint32_t)s->bias[o] - (uint32_t)sum * (uint32_t)in_zero);
}

static void pack_four(const th_filters *f, const th_dsp_scales *s, int32_t first, int32_t in_zero, int32_t *to)
{
    uint32_t shifts = 0;
    for (int32_t i = 0; i < 4; i++) {
        to[i] = bias_of(f, s, first + i, in_zero);
        to[4 + i] = s->multiplier[first + i];
        shifts |= ((uint32_t)(-1 - s->shift[first + i]) & 255) << (8 * i);
    }
    to[8] = (int32_t)shifts;
}

static void pack_each(const th_filters *f, const th_dsp_scales *s, int32_t in_zero, int32_t *to)
{
    for (int32_t o = 0; o < f->outs; o++) {
        *to++ = bias_of(f, s, o, in_zero);
        *to++ = s->multiplier[o];
        *to++ = -1 - s->shift[o];
    }
}

th_err th_mve_pack(const th_prepare *p, th_filters *f, const th_own_scales *own, int32_t in_zero, int32_t groups,
                   int32_t fours, int32_t more, th_mve_packed *packed)
{
    const int32_t outs = f->outs / groups, sets = (outs + 3) / 4;
    const int32_t n_scales = fours ? TH_MVE_SCALE * groups * sets : 3 * f->outs;
    th_dsp_scales s;
    bool fits;
    *packed = (th_mve_packed){.n_weights = f->outs * f->n + more, .n_scales = n_scales};
    TH_TRY(th_dsp_scales_make(p, f, own->multiplier, own->shift, own->n, &s, &fits));
    if (!fits) return TH_OK;
    int32_t *scales = TH_NEW(p->arena, int32_t, (size_t)n_scales);
    int8_t *weights = TH_NEW(p->arena, int8_t, (size_t)packed->n_weights), *to = weights;
    if (!scales || !weights) return th_refuse(p, TH_ENOMEM, "no memory for the packed weights");
    for (int32_t o = 0; o < f->outs; o++)
        for (int32_t k = 0; k < f->n; k++) *to++ = th_filter_weight(f, o, k);
    packed->weights = weights;
    packed->scales = scales;
    if (!fours) {
        pack_each(f, &s, in_zero, scales);
        return TH_OK;
    }
    for (int32_t g = 0; g < groups; g++)
        for (int32_t i = 0; i < sets; i++, scales += TH_MVE_SCALE)
            pack_four(f, &s, g * outs + (4 * i + 4 <= outs ? 4 * i : outs - 4), in_zero, scales);
    return TH_OK;
}
