#include "nn/update_slice.h"

#include "nn/copy.h"

void th_update_slice(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_update_slice_par *p = (const th_update_slice_par *)par;
    uint8_t *y = (uint8_t *)out[0];
    (void)scratch;
    if (out[0] != in[0]) memcpy(out[0], in[0], (size_t)p->x_bytes);
    for (int32_t d = 0; d < p->rank; d++) {
        const int64_t start = p->wide ? ((const int64_t *)in[2])[d] : ((const int32_t *)in[2])[d];
        y += (start < 0 ? 0 : start > p->room[d] ? p->room[d] : (int32_t)start) * p->step_bytes[d];
    }
    th_copy_box(y, (const uint8_t *)in[1], p->run, p->n_dims, p->dim);
}
