#include "nn/batch_matmul.h"

#include "nn/requant.h"

#include <stddef.h>

/* First elements of the two matrices of product b, counted over all leading dimensions. */
static void starts(const th_matmul *m, int32_t b, ptrdiff_t *l, ptrdiff_t *r)
{
    const int32_t b2 = b % m->batch[2], b1 = b / m->batch[2] % m->batch[1], b0 = b / m->batch[2] / m->batch[1];
    *l = (ptrdiff_t)b0 * m->l_step[0] + (ptrdiff_t)b1 * m->l_step[1] + (ptrdiff_t)b2 * m->l_step[2];
    *r = (ptrdiff_t)b0 * m->r_step[0] + (ptrdiff_t)b1 * m->r_step[1] + (ptrdiff_t)b2 * m->r_step[2];
}

/* A kernel: y[i][j] = result, where acc is the sum of `product` over the depth; a is a number of the left matrix, b one
 * of the right. */
#define MATMUL(name, type, acc_type, product, result)                                                                  \
    void name(const void *par, const void *const *in, void *const *out, void *scratch)                                 \
    {                                                                                                                  \
        const th_batch_matmul_par *p = (const th_batch_matmul_par *)par;                                               \
        const th_matmul *m = &p->size;                                                                                 \
        type *y = (type *)out[0];                                                                                      \
        (void)scratch;                                                                                                 \
        for (int32_t k = 0; k < m->batch[0] * m->batch[1] * m->batch[2]; k++) {                                        \
            ptrdiff_t l, r;                                                                                            \
            starts(m, k, &l, &r);                                                                                      \
            for (int32_t i = 0; i < m->rows; i++)                                                                      \
                for (int32_t j = 0; j < m->cols; j++) {                                                                \
                    const type *left = (const type *)in[0] + l + (ptrdiff_t)i * m->l_row,                              \
                               *right = (const type *)in[1] + r + (ptrdiff_t)j * m->r_col;                             \
                    acc_type acc = 0;                                                                                  \
                    for (int32_t d = 0; d < m->depth; d++) {                                                           \
                        const type a = left[(ptrdiff_t)d * m->l_col], b = right[(ptrdiff_t)d * m->r_row];              \
                        acc += product;                                                                                \
                    }                                                                                                  \
                    *y++ = result;                                                                                     \
                }                                                                                                      \
        }                                                                                                              \
    }

MATMUL(th_batch_matmul_s8, int8_t, int32_t, (a - p->l_zero) * (b - p->r_zero),
       th_requant_s8(acc, p->multiplier, p->shift, p->out_zero, INT8_MIN, INT8_MAX))
MATMUL(th_batch_matmul_s16, int16_t, int64_t, (int32_t)a *b,
       (int16_t)th_clamp(th_requant_64(acc, p->multiplier, p->shift), INT16_MIN, INT16_MAX))
MATMUL(th_batch_matmul_f32, float, float, a *b, acc)
