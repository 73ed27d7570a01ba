#include "nn/nearest.h"

#include "base/fmath.h"
#include "nn/root.h"

/* The nearest so far, in rising order; int8 and float keep what they need. */
typedef struct near_f32 {
    float far;
    int32_t point;
} near_f32;

typedef struct near_s8 {
    uint64_t far;
    int32_t point;
} near_s8;

/* Puts a point into the list of at most `most`, which has n; its new length. */
#define KEEP(name, type, number)                                                                                       \
    static int32_t name(type *list, int32_t n, int32_t most, number far, int32_t point)                                \
    {                                                                                                                  \
        int32_t at = n;                                                                                                \
        if (n == most && !(far < list[n - 1].far)) return n;                                                           \
        if (n == most) at = n - 1;                                                                                     \
        for (; at > 0 && far < list[at - 1].far; at--) list[at] = list[at - 1];                                        \
        list[at].far = far;                                                                                            \
        list[at].point = point;                                                                                        \
        return n < most ? n + 1 : n;                                                                                   \
    }
KEEP(keep_f32, near_f32, float)
KEEP(keep_s8, near_s8, uint64_t)

/* The neighbours of x, fewer than asked for only where distances are no numbers. */
static int32_t search_f32(const th_nearest_f32_par *p, const float *x, const float *points, const float *w,
                          near_f32 *list)
{
    int32_t n = 0;
    for (int32_t i = 0; i < p->points; i++, points += p->depth) {
        float sum = 0.0f;
        for (int32_t j = 0; j < p->depth; j++) {
            const float d = x[j] - points[j];
            sum += d * d;
        }
        n = keep_f32(list, n, p->neighbours, w ? sum * w[i] : sum, i);
    }
    return n;
}

static void search_s8(const th_nearest_s8_par *p, const int8_t *x, const int8_t *points, near_s8 *list)
{
    int32_t n = 0;
    for (int32_t i = 0; i < p->points; i++, points += p->depth) {
        uint32_t sum = 0;
        for (int32_t j = 0; j < p->depth; j++) {
            const int32_t d = (int32_t)x[j] - points[j];
            sum += (uint32_t)(d * d);
        }
        n = keep_s8(list, n, p->neighbours, p->m ? (uint64_t)sum * (uint32_t)p->m[i] >> p->shift : sum, i);
    }
}

void th_nearest_distance_f32(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_nearest_f32_par *p = (const th_nearest_f32_par *)par;
    const float *x = (const float *)in[0];
    float *y = (float *)out[0];
    near_f32 *list = (near_f32 *)scratch;
    for (int32_t r = 0; r < p->rows; r++, x += p->depth) {
        const int32_t n = search_f32(p, x, (const float *)in[1], (const float *)in[2], list);
        float sum = 0.0f;
        for (int32_t k = 0; k < n; k++) sum += th_sqrtf(list[k].far);
        y[r] = sum / (float)n;
    }
}

void th_nearest_vote_f32(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_nearest_f32_par *p = (const th_nearest_f32_par *)par;
    const float *x = (const float *)in[0];
    const uint8_t *label = (const uint8_t *)in[2];
    float *y = (float *)out[0];
    near_f32 *list = (near_f32 *)scratch;
    for (int32_t r = 0; r < p->rows; r++, x += p->depth, y += p->classes) {
        const int32_t n = search_f32(p, x, (const float *)in[1], 0, list);
        for (int32_t c = 0; c < p->classes; c++) y[c] = 0.0f;
        for (int32_t k = 0; k < n; k++) y[label[list[k].point]] += 1.0f;
        for (int32_t c = 0; c < p->classes; c++) y[c] /= (float)n;
    }
}

void th_nearest_distance_s8(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_nearest_s8_par *p = (const th_nearest_s8_par *)par;
    const int8_t *x = (const int8_t *)in[0];
    int8_t *y = (int8_t *)out[0];
    near_s8 *list = (near_s8 *)scratch;
    for (int32_t r = 0; r < p->rows; r++, x += p->depth) {
        const uint64_t one = (uint64_t)(uint32_t)p->neighbours << 8;
        uint64_t sum = one / 2;
        search_s8(p, x, (const int8_t *)in[1], list);
        for (int32_t k = 0; k < p->neighbours; k++) sum += th_root_of(list[k].far);
        sum /= one;
        y[r] = (int8_t)(sum > 255 || p->zero + (int32_t)sum > 127 ? 127 : p->zero + (int32_t)sum);
    }
}

void th_nearest_vote_s8(const void *par, const void *const *in, void *const *out, void *scratch)
{
    const th_nearest_s8_par *p = (const th_nearest_s8_par *)par;
    const int8_t *x = (const int8_t *)in[0];
    const uint8_t *label = (const uint8_t *)in[2];
    int8_t *y = (int8_t *)out[0];
    near_s8 *list = (near_s8 *)scratch;
    for (int32_t r = 0; r < p->rows; r++, x += p->depth, y += p->classes) {
        search_s8(p, x, (const int8_t *)in[1], list);
        for (int32_t c = 0; c < p->classes; c++) {
            int32_t votes = 0;
            for (int32_t k = 0; k < p->neighbours; k++) votes += label[list[k].point] == c;
            votes = votes * 256 / p->neighbours - 128;
            y[c] = (int8_t)(votes > 127 ? 127 : votes);
        }
    }
}
