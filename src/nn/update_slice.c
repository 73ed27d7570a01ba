#include "nn/update_slice.h"

#include "nn/copy.h"

/* Bytes from the start of the whole to the start of the part. */
static int32_t place(const th_update_slice_par *p, const void *start)
{
    int32_t at = 0;
    for (int32_t d = 0; d < p->rank; d++) {
        const int64_t s = p->wide ? ((const int64_t *)start)[d] : ((const int32_t *)start)[d];
        at += (s < 0 ? 0 : s > p->room[d] ? p->room[d] : (int32_t)s) * p->step_bytes[d];
    }
    return at;
}

void th_update_slice(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_update_slice_par *p = (const th_update_slice_par *)par;
    (void)scratch;
    if (out[0] != in[0]) memcpy(out[0], in[0], (size_t)p->x_bytes);
    th_copy_box((uint8_t *)out[0] + place(p, in[2]), (const uint8_t *)in[1], p->run, p->n_dims, p->dim);
}

void th_slice_at(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_update_slice_par *p = (const th_update_slice_par *)par;
    (void)scratch;
    th_copy_box((uint8_t *)out[0], (const uint8_t *)in[0] + place(p, in[1]), p->run, p->n_dims, p->dim);
}
