#include "nn/trees.h"

#include "nn/requant.h"

/* The leaf that x comes to, starting at node i. */
#define LEAF(name, type)                                                                                               \
    static int32_t name(const type *x, const void *const *in, int32_t i)                                               \
    {                                                                                                                  \
        const int16_t *feature = (const int16_t *)in[1];                                                               \
        const type *threshold = (const type *)in[2];                                                                   \
        const uint16_t *next = (const uint16_t *)in[3];                                                                \
        while (feature[i] >= 0) i += x[feature[i]] <= threshold[i] ? 1 : (int32_t)next[i];                             \
        return (int32_t)next[i];                                                                                       \
    }
LEAF(leaf_f32, float)
LEAF(leaf_s8, int8_t)
LEAF(leaf_s16, int16_t)

void th_trees_f32(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_trees_par *p = (const th_trees_par *)par;
    const float *x = (const float *)in[0], *value = (const float *)in[5];
    const int32_t *root = (const int32_t *)in[4];
    float *y = (float *)out[0];
    (void)scratch;
    for (int32_t r = 0; r < p->rows; r++, x += p->depth, y += p->classes) {
        int32_t turn = 0;
        for (int32_t c = 0; c < p->classes; c++) y[c] = 0.0f;
        for (int32_t t = 0; t < p->trees; t++) {
            const float *v = value + leaf_f32(x, in, root[t]) * p->wide;
            if (p->wide == 1)
                y[turn] += v[0];
            else
                for (int32_t c = 0; c < p->classes; c++) y[c] += v[c];
            turn = turn + 1 < p->classes ? turn + 1 : 0;
        }
    }
}

#define TREES(name, type, leaf)                                                                                        \
    void name(const void *par, const void *const *in, void *const *out, void *scratch)                                 \
    {                                                                                                                  \
        const th_trees_par *p = (const th_trees_par *)par;                                                             \
        const type *x = (const type *)in[0];                                                                           \
        const int16_t *value = (const int16_t *)in[5];                                                                 \
        const int32_t *root = (const int32_t *)in[4];                                                                  \
        int32_t *sum = (int32_t *)scratch;                                                                             \
        type *y = (type *)out[0];                                                                                      \
        for (int32_t r = 0; r < p->rows; r++, x += p->depth, y += p->classes) {                                        \
            int32_t turn = 0;                                                                                          \
            for (int32_t c = 0; c < p->classes; c++) sum[c] = 0;                                                       \
            for (int32_t t = 0; t < p->trees; t++) {                                                                   \
                const int16_t *v = value + leaf(x, in, root[t]) * p->wide;                                             \
                if (p->wide == 1)                                                                                      \
                    sum[turn] += v[0];                                                                                 \
                else                                                                                                   \
                    for (int32_t c = 0; c < p->classes; c++) sum[c] += v[c];                                           \
                turn = turn + 1 < p->classes ? turn + 1 : 0;                                                           \
            }                                                                                                          \
            for (int32_t c = 0; c < p->classes; c++)                                                                   \
                y[c] =                                                                                                 \
                    (type)th_clamp(th_add_wrap(th_requant(sum[c], p->multiplier, p->shift), p->zero), p->lo, p->hi);   \
        }                                                                                                              \
    }
TREES(th_trees_s8, int8_t, leaf_s8)
TREES(th_trees_s16, int16_t, leaf_s16)
