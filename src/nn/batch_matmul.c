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

void th_batch_matmul_s8(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_batch_matmul_par *p = (const th_batch_matmul_par *)par;
    const th_matmul *m = &p->size;
    int8_t *y = (int8_t *)out[0];
    (void)scratch;
    for (int32_t b = 0; b < m->batch[0] * m->batch[1] * m->batch[2]; b++) {
        ptrdiff_t l, r;
        starts(m, b, &l, &r);
        for (int32_t i = 0; i < m->rows; i++)
            for (int32_t j = 0; j < m->cols; j++) {
                const int8_t *a = (const int8_t *)in[0] + l + (ptrdiff_t)i * m->l_row,
                             *c = (const int8_t *)in[1] + r + (ptrdiff_t)j * m->r_col;
                int32_t acc = 0;
                for (int32_t k = 0; k < m->depth; k++)
                    acc += (int32_t)(a[(ptrdiff_t)k * m->l_col] - p->l_zero) * (c[(ptrdiff_t)k * m->r_row] - p->r_zero);
                *y++ = th_requant_s8(acc, p->multiplier, p->shift, p->out_zero, INT8_MIN, INT8_MAX);
            }
    }
}

void th_batch_matmul_s16(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_batch_matmul_par *p = (const th_batch_matmul_par *)par;
    const th_matmul *m = &p->size;
    int16_t *y = (int16_t *)out[0];
    (void)scratch;
    for (int32_t b = 0; b < m->batch[0] * m->batch[1] * m->batch[2]; b++) {
        ptrdiff_t l, r;
        starts(m, b, &l, &r);
        for (int32_t i = 0; i < m->rows; i++)
            for (int32_t j = 0; j < m->cols; j++) {
                const int16_t *a = (const int16_t *)in[0] + l + (ptrdiff_t)i * m->l_row,
                              *c = (const int16_t *)in[1] + r + (ptrdiff_t)j * m->r_col;
                int64_t acc = 0;
                for (int32_t k = 0; k < m->depth; k++)
                    acc += (int32_t)a[(ptrdiff_t)k * m->l_col] * c[(ptrdiff_t)k * m->r_row];
                *y++ = (int16_t)th_clamp(th_requant_64(acc, p->multiplier, p->shift), INT16_MIN, INT16_MAX);
            }
    }
}

void th_batch_matmul_f32(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_batch_matmul_par *p = (const th_batch_matmul_par *)par;
    const th_matmul *m = &p->size;
    float *y = (float *)out[0];
    (void)scratch;
    for (int32_t b = 0; b < m->batch[0] * m->batch[1] * m->batch[2]; b++) {
        ptrdiff_t l, r;
        starts(m, b, &l, &r);
        for (int32_t i = 0; i < m->rows; i++)
            for (int32_t j = 0; j < m->cols; j++) {
                const float *a = (const float *)in[0] + l + (ptrdiff_t)i * m->l_row,
                            *c = (const float *)in[1] + r + (ptrdiff_t)j * m->r_col;
                float acc = 0.0f;
                for (int32_t k = 0; k < m->depth; k++) acc += a[(ptrdiff_t)k * m->l_col] * c[(ptrdiff_t)k * m->r_row];
                *y++ = acc;
            }
    }
}
