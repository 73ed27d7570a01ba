#include "nn/reduce.h"

#include "nn/requant.h"

#include <float.h>

#define MOST_DIMS 8

/* A counter of several digits over dimensions of {size, step}; `at` is the place in elements. */
typedef struct counter {
    int32_t digit[MOST_DIMS], at;
} counter;

static void count_on(counter *c, const int32_t *dims, int32_t n_numbers)
{
    for (int32_t d = n_numbers / 2 - 1; d >= 0; d--) {
        c->at += dims[2 * d + 1];
        if (++c->digit[d] < dims[2 * d]) return;
        c->at -= dims[2 * d] * dims[2 * d + 1];
        c->digit[d] = 0;
    }
}

/* The frame of every kernel: for each number of y, `start`, then `each` for every x[at] in the order of x, then `end`.
 * The inmost reduced dimension is a plain loop; the others are counted.  After the last number of a walk its counter
 * is back at 0. */
#define WALK(w, start, each, end)                                                                                      \
    do {                                                                                                               \
        const int32_t line = (w)->n_reduced ? (w)->reduced[(w)->n_reduced - 2] : 1;                                    \
        const int32_t step = (w)->n_reduced ? (w)->reduced[(w)->n_reduced - 1] : 0;                                    \
        counter o = {{0}, 0}, i = {{0}, 0};                                                                            \
        for (int32_t k = 0; k < (w)->n_out; k++) {                                                                     \
            start;                                                                                                     \
            for (int32_t left = (w)->n; left > 0; left -= line) {                                                      \
                int32_t at = o.at + i.at;                                                                              \
                for (int32_t j = 0; j < line; j++, at += step) {                                                       \
                    each;                                                                                              \
                }                                                                                                      \
                count_on(&i, (w)->reduced, (w)->n_reduced - 2);                                                        \
            }                                                                                                          \
            end;                                                                                                       \
            count_on(&o, (w)->kept, (w)->n_kept);                                                                      \
        }                                                                                                              \
    } while (0)

void th_reduce_sum_f32(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_reduce_f32_par *p = (const th_reduce_f32_par *)par;
    const float *x = (const float *)in[0];
    float *y = (float *)out[0];
    (void)scratch;
    WALK(&p->walk, float sum = 0.0f, sum += x[at], y[k] = sum / p->divisor);
}

static int32_t finish(const th_reduce_sum_par *p, int32_t sum, int32_t lo, int32_t hi)
{
    const int32_t s = (int32_t)((uint32_t)sum - (uint32_t)p->in_zero * (uint32_t)p->walk.n);
    return th_clamp(th_add_wrap(th_requant(s, p->multiplier, p->shift), p->out_zero), lo, hi);
}

void th_reduce_sum_s8(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_reduce_sum_par *p = (const th_reduce_sum_par *)par;
    const int8_t *x = (const int8_t *)in[0];
    int8_t *y = (int8_t *)out[0];
    (void)scratch;
    WALK(&p->walk, int32_t sum = 0, sum = th_add_wrap(sum, x[at]), y[k] = (int8_t)finish(p, sum, -128, 127));
}

void th_reduce_sum_s16(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_reduce_sum_par *p = (const th_reduce_sum_par *)par;
    const int16_t *x = (const int16_t *)in[0];
    int16_t *y = (int16_t *)out[0];
    (void)scratch;
    WALK(&p->walk, int32_t sum = 0, sum = th_add_wrap(sum, x[at]),
         y[k] = (int16_t)finish(p, sum, INT32_C(-32768), 32767));
}

/* NaN never wins against a number: it is neither greater nor less, as in the reference. */
#define MOST(name, type, first_least, first_most)                                                                      \
    void name(const void *par, const void *const *in, void *const *out, void *scratch)                                 \
    {                                                                                                                  \
        const th_reduce_par *p = (const th_reduce_par *)par;                                                           \
        const type *x = (const type *)in[0];                                                                           \
        type *y = (type *)out[0];                                                                                      \
        (void)scratch;                                                                                                 \
        WALK(&p->walk, type best = p->least ? (first_least) : (first_most), const type v = x[at];                      \
             if (p->least ? v < best : v > best) best = v, y[k] = best);                                               \
    }
MOST(th_reduce_most_f32, float, FLT_MAX, -FLT_MAX)
MOST(th_reduce_most_s8, int8_t, INT8_MAX, INT8_MIN)
MOST(th_reduce_most_u8, uint8_t, UINT8_MAX, 0)
MOST(th_reduce_most_s16, int16_t, INT16_MAX, INT16_MIN)
MOST(th_reduce_most_s32, int32_t, INT32_MAX, INT32_MIN)
