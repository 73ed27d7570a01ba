#include "nn/vec/add.h"

void th_vec_add_s8(const th_vec *v, const void *par, const void *const *in, void *const *out, void *scratch,
                   int32_t part, int32_t of)
{
    const th_vec_add_s8_par *p = (const th_vec_add_s8_par *)par;
    const int8_t *a = (const int8_t *)in[0], *b = (const int8_t *)in[1];
    const int32_t *table_a = p->a + 128, *table_b = p->b + 128;
    const int32_t end = (int32_t)((int64_t)p->n * (part + 1) / of);
    int32_t sums[TH_LINE_LANES];
    (void)scratch;
    for (int32_t at = (int32_t)((int64_t)p->n * part / of); at < end; at += TH_LINE_LANES) {
        const int32_t n = end - at < TH_LINE_LANES ? end - at : TH_LINE_LANES;
        for (int32_t i = 0; i < n; i++) sums[i] = table_a[a[at + i]] + table_b[b[at + i]];
        const th_finish_s8 f = {
            .sums = sums,
            .bias = p->bias,
            .multiplier = p->multiplier,
            .shift = p->shift,
            .rows = 1,
            .n = n,
            .zero = p->out_zero,
            .lo = p->act_min,
            .hi = p->act_max,
            .y = (int8_t *)out[0] + at,
        };
        v->finish_s8(&f);
    }
}
