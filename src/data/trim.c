#include "data/trim.h"

#include "dsp/baseline.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 3
#define LEAST  20

typedef struct judged {
    float far;
    int32_t row;
} judged;

static int by_far(const void *a, const void *b)
{
    const judged *x = a, *y = b;
    if (x->far < y->far || x->far > y->far) return x->far < y->far ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

static int rising(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static float median(float *v, int32_t n)
{
    qsort(v, (size_t)n, sizeof *v, rising);
    return v[n / 2];
}

/* Sum over the columns of the squared distance from the median in median deviations; column: [n]. */
static void judge_columns(const float *x, int32_t n, int32_t d, float *column, judged *j)
{
    for (int32_t i = 0; i < n; i++) j[i] = (judged){0, i};
    for (int32_t k = 0; k < d; k++) {
        for (int32_t i = 0; i < n; i++) column[i] = x[(size_t)i * (size_t)d + (size_t)k];
        const float m = median(column, n);
        for (int32_t i = 0; i < n; i++) column[i] = fabsf(x[(size_t)i * (size_t)d + (size_t)k] - m);
        const float mad = fmaxf(fmaxf(median(column, n), fabsf(m) / 1000), 1e-9f);
        for (int32_t i = 0; i < n; i++) {
            const float u = (x[(size_t)i * (size_t)d + (size_t)k] - m) / mad;
            j[i].far += isfinite(u) ? fminf(u * u, 1e12f) : 1e12f;
        }
    }
}

/* By those that are kept: j is sorted, the first `kept` of it; row: [d]. */
static void judge_all(th_baseline *b, const float *x, int32_t n, int32_t d, int32_t kept, float *row, judged *j)
{
    int complete = 0;
    for (int32_t i = 0; i < kept; i++) complete = th_baseline_learn(b, x + (size_t)j[i].row * (size_t)d);
    for (int32_t i = 0; i < n && complete; i++) {
        float square = 0;
        memcpy(row, x + (size_t)j[i].row * (size_t)d, (size_t)d * sizeof *row);
        th_baseline_hold(b, row);
        for (int32_t k = 0; k < d; k++) square += row[k] * row[k];
        j[i].far = square;
    }
}

th_err th_trim(const float *x, int32_t n, int32_t d, double percent, bool *keep, th_why *why)
{
    const int32_t kept = n < LEAST ? n : n - (int32_t)(n * percent / 100 + 0.5);
    const th_baseline_cfg cfg = {.n = d, .windows = kept};
    for (int32_t i = 0; i < n; i++) keep[i] = true;
    if (kept == n || kept < TH_BASELINE_LEAST) return TH_OK;
    const size_t bytes = th_baseline_mem(&cfg) + TH_ARENA_ALIGN;
    judged *j = malloc((size_t)n * sizeof *j);
    float *column = malloc((size_t)(n > d ? n : d) * sizeof *column);
    void *memory = malloc(bytes);
    th_err err = j && column && memory ? TH_OK : th_why_set(why, TH_ENOMEM, "no memory to trim %d rows", (int)n);
    if (!err) judge_columns(x, n, d, column, j);
    for (int round = 0; round <= ROUNDS && !err; round++) {
        qsort(j, (size_t)n, sizeof *j, by_far);
        if (round == ROUNDS) break;
        th_baseline b;
        th_arena arena = th_arena_over(memory, bytes);
        err = th_baseline_init(&b, &cfg, &arena);
        if (!err) judge_all(&b, x, n, d, kept, column, j);
    }
    for (int32_t i = kept; i < n && !err; i++) keep[j[i].row] = false;
    free(j);
    free(column);
    free(memory);
    return err && !why->err ? th_why_set(why, err, "%d rows cannot be trimmed", (int)n) : err;
}
