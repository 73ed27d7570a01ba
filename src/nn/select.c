#include "nn/select.h"

#define KERNEL(name, type)                                                                                             \
    void name(const void *par, const void *const *in, void *const *out, void *scratch)                                 \
    {                                                                                                                  \
        const th_select_par *p = (const th_select_par *)par;                                                           \
        type *y = (type *)out[0];                                                                                      \
        th_walk w;                                                                                                     \
        (void)scratch;                                                                                                 \
        th_walk_start(&w, &p->map, in);                                                                                \
        do {                                                                                                           \
            const uint8_t *c = (const uint8_t *)w.x[0];                                                                \
            const type *a = (const type *)w.x[1], *b = (const type *)w.x[2];                                           \
            for (int32_t i = 0; i < w.n; i++, c += w.step[0], a += w.step[1], b += w.step[2]) *y++ = *c ? *a : *b;     \
        } while (th_walk_next(&w));                                                                                    \
    }

KERNEL(th_select_8, uint8_t)
KERNEL(th_select_16, uint16_t)
KERNEL(th_select_32, uint32_t)
KERNEL(th_select_64, uint64_t)
