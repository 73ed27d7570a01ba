#include "nn/shape.h"

void th_shape_of(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_shape_of_par *p = (const th_shape_of_par *)par;
    (void)in;
    (void)scratch;
    for (int32_t i = 0; i < p->n; i++) {
        if (p->wide)
            ((int64_t *)out[0])[i] = p->size[i];
        else
            ((int32_t *)out[0])[i] = p->size[i];
    }
}

/* Place i from the end. */
static int64_t from_end(const void *shape, int32_t n, int32_t i, int32_t wide)
{
    if (i >= n) return 1;
    return wide ? ((const int64_t *)shape)[n - 1 - i] : ((const int32_t *)shape)[n - 1 - i];
}

void th_broadcast_args(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_broadcast_args_par *p = (const th_broadcast_args_par *)par;
    (void)scratch;
    for (int32_t i = 0; i < p->n; i++) {
        const int64_t a = from_end(in[0], p->n_a, i, p->wide), b = from_end(in[1], p->n_b, i, p->wide);
        const int64_t y = a == 1 ? b : a;
        if (p->wide)
            ((int64_t *)out[0])[p->n - 1 - i] = y;
        else
            ((int32_t *)out[0])[p->n - 1 - i] = (int32_t)y;
    }
}
