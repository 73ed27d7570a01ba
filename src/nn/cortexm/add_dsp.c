#include "nn/cortexm/add_dsp.h"

#include "nn/cortexm/tile_dsp.h"
#include "nn/requant.h"

/* One input's scale. */
typedef struct side {
    uint32_t minus;
    int32_t left, multiplier, half, shift;
} side;

static side side_of(int32_t zero, int32_t left, int32_t multiplier, int32_t shift)
{
    side s;
    s.minus = th_pack_16(-zero, -zero);
    s.left = left;
    s.multiplier = multiplier;
    s.half = INT32_C(1) << (shift - 1);
    s.shift = shift;
    return s;
}

/* R(d 2^20, m); d may have anything above its 11 bits. */
TH_INLINE int32_t scaled(const side *s, uint32_t d)
{
    const int32_t v = (int32_t)(d << s->left);
    return (th_smmlar(v, s->multiplier, s->half) + (v >> 31)) >> s->shift;
}

/* Four numbers at x. */
TH_INLINE void four(const side *s, const int8_t *x, int32_t d[4])
{
    const uint32_t v = th_load_4(x), even = th_sxtab16(s->minus, v), odd = th_sxtab16_odd(s->minus, v);
    d[0] = scaled(s, even);
    d[1] = scaled(s, odd);
    d[2] = scaled(s, even >> 16);
    d[3] = scaled(s, odd >> 16);
}

TH_INLINE int8_t sum(const side *out, int32_t a, int32_t b)
{
    const int32_t v = 2 * (a + b);
    return th_ssat_8((th_smmlar(v, out->multiplier, out->half) + (v >> 31)) >> out->shift);
}

void th_add_dsp(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_add_dsp_par *p = (const th_add_dsp_par *)par;
    const side a = side_of(p->a_zero, p->a_left, p->a_multiplier, p->a_shift),
               b = side_of(p->b_zero, p->b_left, p->b_multiplier, p->b_shift);
    side s = side_of(0, 0, p->out_multiplier, p->out_shift);
    const int8_t *x = (const int8_t *)in[0], *z = (const int8_t *)in[1];
    int8_t *y = (int8_t *)out[0];
    int32_t n = p->n;
    (void)scratch;
    s.half *= 2 * p->out_zero + 1;
    for (; n >= 4; n -= 4, x += 4, z += 4, y += 4) {
        int32_t d[4], e[4];
        four(&a, x, d);
        four(&b, z, e);
        const int8_t q[4] = {sum(&s, d[0], e[0]), sum(&s, d[1], e[1]), sum(&s, d[2], e[2]), sum(&s, d[3], e[3])};
        memcpy(y, q, 4);
    }
    for (; n > 0; n--)
        *y++ = sum(&s, scaled(&a, (uint32_t)(*x++ - p->a_zero)), scaled(&b, (uint32_t)(*z++ - p->b_zero)));
    th_tile_clamp((int8_t *)out[0], p->n, p->act_min, p->act_max);
}
