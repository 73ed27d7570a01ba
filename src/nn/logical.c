#include "nn/logical.h"

/* y = value over every row; NOT has one input. */
#define KERNEL(name, value)                                                                                            \
    void name(const void *par, const void *const *in, void *const *out, void *scratch)                                 \
    {                                                                                                                  \
        const th_logical_par *p = (const th_logical_par *)par;                                                         \
        uint8_t *y = (uint8_t *)out[0];                                                                                \
        th_walk w;                                                                                                     \
        (void)scratch;                                                                                                 \
        th_walk_start(&w, &p->map, in);                                                                                \
        do {                                                                                                           \
            const uint8_t *a = (const uint8_t *)w.x[0], *b = (const uint8_t *)w.x[w.inputs - 1];                       \
            for (int32_t i = 0; i < w.n; i++, a += w.step[0], b += w.step[w.inputs - 1]) *y++ = value;                 \
        } while (th_walk_next(&w));                                                                                    \
    }

KERNEL(th_logical_and, *a != 0 && *b != 0)
KERNEL(th_logical_or, *a != 0 || *b != 0)
KERNEL(th_logical_not, *a == 0 && *b == 0)
