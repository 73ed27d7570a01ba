#include "data/mirror.h"

#include <stdlib.h>

/* Of those that are right without a mirror: of clothes 83 % (shoes all point one way), of digits drawn by hand 44 %. */
#define LEAST_PART (2 / 3.0)

typedef struct means {
    float *of; /* [n_labels][h][w] */
    size_t *n; /* [n_labels] pictures in each; a label that has none is never said */
    int32_t labels, h, w;
} means;

static void add(means *m, const uint8_t *picture, int32_t label)
{
    const size_t size = (size_t)m->h * (size_t)m->w;
    float *mean = m->of + (size_t)label * size;
    const float part = 1 / (float)++m->n[label];
    for (size_t i = 0; i < size; i++) mean[i] += part * ((float)picture[i] - mean[i]);
}

/* The label with the nearest mean. */
static int32_t nearest(const means *m, const uint8_t *picture, bool mirrored)
{
    int32_t best = -1;
    float least = 0;
    for (int32_t k = 0; k < m->labels; k++) {
        const float *mean = m->of + (size_t)k * (size_t)m->h * (size_t)m->w;
        float sum = 0;
        for (int32_t y = 0; y < m->h && m->n[k]; y++)
            for (int32_t x = 0; x < m->w; x++) {
                const float d = mean[y * m->w + x] - (float)picture[y * m->w + (mirrored ? m->w - 1 - x : x)];
                sum += d * d;
            }
        if (m->n[k] && (best < 0 || sum < least)) {
            best = k;
            least = sum;
        }
    }
    return best;
}

th_err th_mirror_keeps(const uint8_t *grey, const int32_t *label, size_t n, int32_t h, int32_t w, int32_t n_labels,
                       bool *keeps, th_why *why)
{
    const size_t size = (size_t)h * (size_t)w, labels = (size_t)n_labels;
    means m = {.of = calloc(labels * size + 1, sizeof *m.of),
               .n = calloc(labels + 1, sizeof *m.n),
               .labels = n_labels,
               .h = h,
               .w = w};
    bool *learnt = calloc(n + 1, sizeof *learnt), *odd = calloc(labels + 1, sizeof *odd);
    const bool have = m.of && m.n && learnt && odd;
    size_t right = 0, mirrored = 0;
    for (size_t i = 0; have && i < n; i++) { /* every other one of its label */
        learnt[i] = odd[label[i]] = !odd[label[i]];
        if (learnt[i]) add(&m, grey + i * size, label[i]);
    }
    for (size_t i = 0; have && i < n; i++) {
        if (learnt[i]) continue;
        right += nearest(&m, grey + i * size, false) == label[i];
        mirrored += nearest(&m, grey + i * size, true) == label[i];
    }
    *keeps = have && n >= TH_MIRROR_LEAST && right && (double)mirrored >= LEAST_PART * (double)right;
    free(m.of);
    free(m.n);
    free(learnt);
    free(odd);
    return have ? TH_OK : th_why_set(why, TH_ENOMEM, "out of memory");
}
