#include "nn/cortexm/quad_dsp_prepare.h"

#include "nn/cortexm/quad_dsp.h"
#include "nn/cortexm/scale_s16_dsp.h"
#include "nn/prepare.h"

static int32_t weight(const th_filters *f, int32_t o, int32_t k)
{
    return o < f->outs ? th_filter_weight(f, o, k) : 0;
}

/* In sets of four, filters 0 and 2 are low bytes, 1 and 3 high ones. */
bool th_quad_fits(const th_filters *f, th_quad_order order)
{
    for (int32_t o = 0; o < f->outs; o++) {
        int64_t sum = 0;
        for (int32_t k = 0; k < f->n; k++) {
            const int32_t w = weight(f, o, k);
            sum += w < 0 ? -w : w;
        }
        if (order == TH_QUAD_S8 && o % 2 == 1 && sum * 255 >= INT64_C(1) << 23) return false;
        if (order == TH_QUAD_S16 && o % 2 == 0 && sum * 32768 >= INT64_C(1) << 31) return false;
    }
    return f->n <= INT32_C(32768); /* the row's own sum */
}

int32_t th_quad_bytes(const th_filters *f)
{
    return TH_QUAD_N(f->outs) * TH_QUAD_N(f->n);
}

int8_t *th_quad_pack(const th_filters *f, int32_t set, th_quad_order order, int8_t *to)
{
    static const int32_t place[2][4] = {[TH_QUAD_S16] = {0, 1, 2, 3}, [TH_QUAD_S8] = {0, 2, 1, 3}};
    for (int32_t k = 0; k < f->n; k += 4)
        for (int32_t pair = 0; pair < 2; pair++)
            for (int32_t i = 0; i < 4; i++) {
                const int32_t low = weight(f, 4 * set + 2 * pair, k + place[order][i]) + 128,
                              high = weight(f, 4 * set + 2 * pair + 1, k + place[order][i]);
                *to++ = (int8_t)(low < 128 ? low : low - 256);
                *to++ = (int8_t)high;
            }
    return to;
}

th_err th_scale_s16_make(const th_prepare *p, const int32_t *multiplier, const int32_t *shift, int32_t n,
                         const int32_t **scale)
{
    int32_t *made = TH_NEW(p->arena, int32_t, (size_t)n);
    *scale = NULL;
    if (!made) return th_refuse(p, TH_ENOMEM, "no memory for the scales");
    for (int32_t i = 0; i < n; i++) {
        const int32_t k = 15 - shift[i],
                      m = multiplier[i] < INT32_C(0x7fff0000) ? (multiplier[i] + (INT32_C(1) << 15)) >> 16 : 0x7fff;
        if (k < TH_SCALE_S16_K_LEAST || k > 31) return TH_OK;
        made[i] = m << 8 | k;
    }
    *scale = made;
    return TH_OK;
}
