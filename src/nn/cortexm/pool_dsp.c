#include "nn/cortexm/pool_dsp.h"

#include "nn/cortexm/instr.h"
#include "nn/pool_part.h"
#include "nn/requant.h"

/* The sum of n taps in the low half of a word becomes an output. */
TH_INLINE int8_t mean(const th_pool_2d_s8_par *p, uint32_t sum, int32_t n)
{
    return (int8_t)th_clamp(th_pool_mean((int16_t)sum, n), p->act_min, p->act_max);
}

/* Four channels. */
TH_INLINE void average(const th_pool_2d_s8_par *p, const th_pool_part *area, const int8_t *x, int8_t *y)
{
    const int32_t in_c = p->win.in_c, next_row = (p->win.in_w - area->w) * in_c;
    uint32_t even = 0, odd = 0;
    for (int32_t i = area->h; i > 0; i--, x += next_row)
        for (int32_t j = area->w; j > 0; j--, x += in_c) {
            const uint32_t v = th_load_4(x);
            even = th_sxtab16(even, v);
            odd = th_sxtab16_odd(odd, v);
        }
    for (int32_t k = 0; k < 4; k += 2, even >>= 16, odd >>= 16) {
        y[k] = mean(p, even, area->n);
        y[k + 1] = mean(p, odd, area->n);
    }
}

TH_INLINE void most(const th_pool_2d_s8_par *p, const th_pool_part *area, const int8_t *x, int8_t *y)
{
    const int32_t in_c = p->win.in_c, next_row = (p->win.in_w - area->w) * in_c;
    uint32_t largest = 0x80808080;
    for (int32_t i = area->h; i > 0; i--, x += next_row)
        for (int32_t j = area->w; j > 0; j--, x += in_c) largest = th_max_8(largest, th_load_4(x));
    for (int32_t k = 0; k < 4; k++, largest >>= 8) y[k] = (int8_t)th_clamp((int8_t)largest, p->act_min, p->act_max);
}

#define POOL(name, block)                                                                                              \
    void name(const void *par, const void *const *in, void *const *out, void *scratch)                                 \
    {                                                                                                                  \
        const th_pool_2d_s8_par *p = (const th_pool_2d_s8_par *)par;                                                   \
        const th_window *w = &p->win;                                                                                  \
        int8_t *y = (int8_t *)out[0];                                                                                  \
        (void)scratch;                                                                                                 \
        for (int32_t k = 0; k < w->batches * w->out_h * w->out_w; k++) {                                               \
            const th_pool_part area = th_pool_part_of(w, k);                                                           \
            const int8_t *x = (const int8_t *)in[0] + area.first;                                                      \
            for (int32_t c = w->in_c; c > 0; c -= 4, x += 4, y += 4) block(p, &area, x, y);                            \
        }                                                                                                              \
    }

POOL(th_average_pool_dsp, average)
POOL(th_max_pool_dsp, most)
