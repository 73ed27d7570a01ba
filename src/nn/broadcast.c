#include "nn/broadcast.h"

void th_walk_start(th_walk *w, const th_broadcast *map, const void *const *in)
{
    const int32_t last = map->n_dims - 1;
    w->map = map;
    w->inputs = map->n_strides / map->n_dims;
    w->n = map->size[last];
    for (int32_t i = 0; i < w->inputs; i++) {
        w->x[i] = in[i];
        w->step[i] = map->stride[last * w->inputs + i] != 0;
    }
    for (int32_t d = 0; d < TH_BROADCAST_DIMS; d++) w->at[d] = 0;
}

int32_t th_walk_next(th_walk *w)
{
    for (int32_t d = w->map->n_dims - 2; d >= 0; d--) {
        const int32_t *stride = w->map->stride + d * w->inputs, size = w->map->size[d];
        const int32_t steps = ++w->at[d] < size ? 1 : 1 - size; /* one on, or back to the first */
        for (int32_t i = 0; i < w->inputs; i++) w->x[i] = (const uint8_t *)w->x[i] + steps * stride[i];
        if (steps > 0) return 1;
        w->at[d] = 0;
    }
    return 0;
}
