#include "nn/vec/add.h"

#include "nn/dot_f32.h"
#include "nn/taps.h"

#include <string.h>

/* Eight bytes are one load each from a and b; vector machines are little-endian. */
static void add_tables(const th_vec_add_s8_par *p, const int8_t *a, const int8_t *b, int32_t n, int32_t *sums)
{
    int32_t i = 0;
    for (; i + 8 <= n; i += 8) {
        uint64_t va, vb;
        memcpy(&va, a + i, 8);
        memcpy(&vb, b + i, 8);
        TH_UNROLL
        for (int32_t k = 0; k < 8; k++, va >>= 8, vb >>= 8) sums[i + k] = p->a[va & 255] + p->b[vb & 255];
    }
    for (; i < n; i++) sums[i] = p->a[(uint8_t)a[i]] + p->b[(uint8_t)b[i]];
}

static void add_computed(const th_vec *v, const th_vec_add_s8_par *p, const int8_t *a, const int8_t *b, int32_t n,
                         int8_t *y)
{
    const th_add_s8_job j = {
        .a = a,
        .b = b,
        .of_a = {p->a_zero, p->a_multiplier, p->a_shift},
        .of_b = {p->b_zero, p->b_multiplier, p->b_shift},
        .negative = p->negative,
        .finish = {.bias = p->bias,
                   .multiplier = p->multiplier,
                   .shift = p->shift,
                   .rows = 1,
                   .n = n,
                   .zero = p->out_zero,
                   .lo = p->act_min,
                   .hi = p->act_max,
                   .y = y},
    };
    v->add_s8(&j);
}

void th_vec_add_s8(const th_vec *v, const void *par, const void *const *in, void *const *out, void *scratch,
                   int32_t part, int32_t of)
{
    const th_vec_add_s8_par *p = (const th_vec_add_s8_par *)par;
    const int8_t *a = (const int8_t *)in[0], *b = (const int8_t *)in[1];
    const int32_t end = (int32_t)((int64_t)p->n * (part + 1) / of);
    const int32_t first = (int32_t)((int64_t)p->n * part / of);
    int32_t sums[TH_LINE_LANES];
    (void)scratch;
    if (p->n_table == 0) {
        add_computed(v, p, a + first, b + first, end - first, (int8_t *)out[0] + first);
        return;
    }
    for (int32_t at = first; at < end; at += TH_LINE_LANES) {
        const int32_t n = end - at < TH_LINE_LANES ? end - at : TH_LINE_LANES;
        add_tables(p, a + at, b + at, n, sums);
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

void th_vec_add_f32(const th_vec *v, const void *par, const void *const *in, void *const *out, void *scratch,
                    int32_t part, int32_t of)
{
    const th_vec_add_f32_par *p = (const th_vec_add_f32_par *)par;
    const float *a = (const float *)in[0], *b = (const float *)in[1];
    float *y = (float *)out[0];
    const int32_t first = (int32_t)((int64_t)p->n * part / of), end = (int32_t)((int64_t)p->n * (part + 1) / of);
    const int32_t whole = (end - first) / v->lanes * v->lanes;
    const th_finish_f32 f = {.sums = a + first,
                             .bias = b + first, /* the other summand; whole vectors only, as it has no room behind it */
                             .rows = 1,
                             .n = whole,
                             .lo = p->act_min,
                             .hi = p->act_max,
                             .y = y + first};
    (void)scratch;
    v->finish_f32(&f);
    for (int32_t i = first + whole; i < end; i++) y[i] = th_clamp_f32(a[i] + b[i], p->act_min, p->act_max);
}
