#include "nn/arg_most.h"

#define ARG_MOST(name, type)                                                                                           \
    void name(const void *par, const void *const *in, void *const *out, void *scratch)                                 \
    {                                                                                                                  \
        const th_arg_most_par *p = (const th_arg_most_par *)par;                                                       \
        (void)scratch;                                                                                                 \
        for (int32_t o = 0; o < p->outer; o++)                                                                         \
            for (int32_t i = 0; i < p->inner; i++) {                                                                   \
                const type *x = (const type *)in[0] + o * p->size * p->inner + i;                                      \
                int32_t best = 0;                                                                                      \
                for (int32_t a = 1; a < p->size; a++) {                                                                \
                    const type v = x[a * p->inner], w = x[best * p->inner];                                            \
                    if (p->least ? v < w : v > w) best = a;                                                            \
                }                                                                                                      \
                if (p->wide)                                                                                           \
                    ((int64_t *)out[0])[o * p->inner + i] = best;                                                      \
                else                                                                                                   \
                    ((int32_t *)out[0])[o * p->inner + i] = best;                                                      \
            }                                                                                                          \
    }
ARG_MOST(th_arg_most_f32, float)
ARG_MOST(th_arg_most_s8, int8_t)
ARG_MOST(th_arg_most_u8, uint8_t)
ARG_MOST(th_arg_most_s16, int16_t)
