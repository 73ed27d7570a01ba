#include "nn/compare.h"

#include "nn/requant.h"

/* y = relation of left(p, a) and right(p, b) over every row. */
#define KERNEL(name, par_type, type, relation)                                                                         \
    void name(const void *par, const void *const *in, void *const *out, void *scratch)                                 \
    {                                                                                                                  \
        const par_type *p = (const par_type *)par;                                                                     \
        uint8_t *y = (uint8_t *)out[0];                                                                                \
        th_walk w;                                                                                                     \
        (void)scratch;                                                                                                 \
        th_walk_start(&w, &p->map, in);                                                                                \
        do {                                                                                                           \
            const type *a = (const type *)w.x[0], *b = (const type *)w.x[1];                                           \
            for (int32_t i = 0; i < w.n; i++, a += w.step[0], b += w.step[1]) *y++ = relation;                         \
        } while (th_walk_next(&w));                                                                                    \
    }

static int32_t left(const th_compare_s8_par *p, int32_t a)
{
    return th_requant((a - p->a_zero) * INT32_C(256), p->a_multiplier, p->a_shift);
}

static int32_t right(const th_compare_s8_par *p, int32_t b)
{
    return th_requant((b - p->b_zero) * INT32_C(256), p->b_multiplier, p->b_shift);
}

KERNEL(th_equal_s8, th_compare_s8_par, int8_t, left(p, *a) == right(p, *b))
KERNEL(th_not_equal_s8, th_compare_s8_par, int8_t, left(p, *a) != right(p, *b))
KERNEL(th_greater_s8, th_compare_s8_par, int8_t, left(p, *a) > right(p, *b))
KERNEL(th_greater_equal_s8, th_compare_s8_par, int8_t, left(p, *a) >= right(p, *b))
KERNEL(th_less_s8, th_compare_s8_par, int8_t, left(p, *a) < right(p, *b))
KERNEL(th_less_equal_s8, th_compare_s8_par, int8_t, left(p, *a) <= right(p, *b))

KERNEL(th_equal_s32, th_compare_par, int32_t, *a == *b)
KERNEL(th_not_equal_s32, th_compare_par, int32_t, *a != *b)
KERNEL(th_greater_s32, th_compare_par, int32_t, *a > *b)
KERNEL(th_greater_equal_s32, th_compare_par, int32_t, *a >= *b)
KERNEL(th_less_s32, th_compare_par, int32_t, *a < *b)
KERNEL(th_less_equal_s32, th_compare_par, int32_t, *a <= *b)

KERNEL(th_equal_f32, th_compare_par, float, *a == *b)
KERNEL(th_not_equal_f32, th_compare_par, float, *a != *b)
KERNEL(th_greater_f32, th_compare_par, float, *a > *b)
KERNEL(th_greater_equal_f32, th_compare_par, float, *a >= *b)
KERNEL(th_less_f32, th_compare_par, float, *a < *b)
KERNEL(th_less_equal_f32, th_compare_par, float, *a <= *b)
