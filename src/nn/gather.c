#include "nn/gather.h"

#include <stddef.h>
#include <string.h>

/* Index i, or -1 when it is outside of 0 .. n - 1. */
static int32_t get_index(const void *index, int32_t i, int32_t wide, int32_t n)
{
    const int64_t v = wide ? ((const int64_t *)index)[i] : ((const int32_t *)index)[i];
    return v >= 0 && v < n ? (int32_t)v : -1;
}

void th_gather(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_gather_par *p = (const th_gather_par *)par;
    const uint8_t *x = (const uint8_t *)in[p->table_in];
    uint8_t *y = (uint8_t *)out[0];
    (void)scratch;
    for (int32_t b = 0; b < p->batches; b++)
        for (int32_t o = 0; o < p->outer; o++) {
            for (int32_t k = 0; k < p->picks; k++) {
                const int32_t at = get_index(in[p->index_in], b * p->picks + k, p->wide, p->rows);
                if (at >= 0)
                    memcpy(y, x + at * p->row_bytes, (size_t)p->row_bytes);
                else
                    memset(y, 0, (size_t)p->row_bytes);
                y += p->row_bytes;
            }
            x += p->rows * p->row_bytes;
        }
}

void th_gather_nd(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_gather_nd_par *p = (const th_gather_nd_par *)par;
    uint8_t *y = (uint8_t *)out[0];
    (void)scratch;
    for (int32_t k = 0; k < p->picks; k++, y += p->row_bytes) {
        int32_t from = 0, inside = 1;
        for (int32_t d = 0; d < p->m; d++) {
            const int32_t at = get_index(in[1], k * p->m + d, p->wide, p->size[d]);
            if (at < 0)
                inside = 0;
            else
                from += at * p->step_bytes[d];
        }
        if (inside)
            memcpy(y, (const uint8_t *)in[0] + from, (size_t)p->row_bytes);
        else
            memset(y, 0, (size_t)p->row_bytes);
    }
}

void th_embedding_s8_f32(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_embedding_s8_f32_par *p = (const th_embedding_s8_f32_par *)par;
    const int8_t *x = (const int8_t *)in[1];
    float *y = (float *)out[0];
    (void)scratch;
    for (int32_t k = 0; k < p->picks; k++) {
        const int32_t at = get_index(in[0], k, p->wide, p->rows);
        for (int32_t i = 0; i < p->columns; i++) *y++ = at < 0 ? 0.0f : p->scale * (float)x[at * p->columns + i];
    }
}
