#include "dsp/baseline.h"

#include "base/fmath.h"

#include <string.h>

#define RIDGE  0.1
#define FAR    1e6f /* deviations: farther is no stranger, and its square is still a number */
#define MOST   1000000
#define LEAST  1e-9
#define NEARBY 1.0f /* the reach is at least one deviation: of a signal that never changes it would be none */

static size_t rounded(size_t n)
{
    return (n + TH_ARENA_ALIGN - 1) & ~(size_t)(TH_ARENA_ALIGN - 1);
}

static int whole(const th_baseline_cfg *c)
{
    return c->n <= TH_BASELINE_WHOLE;
}

static size_t products_of(const th_baseline_cfg *c)
{
    return whole(c) ? (size_t)c->n * ((size_t)c->n + 1) / 2 : (size_t)c->n;
}

/* Windows whose m, s and L judge the others. */
static int32_t first_part(const th_baseline_cfg *c)
{
    return c->windows * 7 / 10;
}

/* As many of the farthest as it takes to know the 99th percentile, the nearest rank. */
static int32_t farthest_of(const th_baseline_cfg *c)
{
    const int32_t n = c->windows - first_part(c);
    return n - (99 * n + 99) / 100 + 1;
}

size_t th_baseline_mem(const th_baseline_cfg *c)
{
    const size_t n = (size_t)c->n, p = products_of(c);
    return rounded(n * sizeof(double)) + rounded(p * sizeof(double)) + 3 * rounded(n * sizeof(float)) +
           rounded(p * sizeof(float)) + rounded((size_t)farthest_of(c) * sizeof(float));
}

th_err th_baseline_init(th_baseline *b, const th_baseline_cfg *c, th_arena *arena)
{
    if (c->n < 1 || c->windows < TH_BASELINE_LEAST || c->windows > MOST) return TH_ERANGE;
    memset(b, 0, sizeof *b);
    b->cfg = *c;
    b->n_farthest = farthest_of(c);
    b->sum_mean = TH_NEW(arena, double, (size_t)c->n);
    b->products = TH_NEW(arena, double, products_of(c));
    b->mean = TH_NEW(arena, float, (size_t)c->n);
    b->inv = TH_NEW(arena, float, (size_t)c->n);
    b->work = TH_NEW(arena, float, (size_t)c->n);
    b->factor = TH_NEW(arena, float, products_of(c));
    b->farthest = TH_NEW(arena, float, (size_t)b->n_farthest);
    return b->sum_mean && b->products && b->mean && b->inv && b->work && b->factor && b->farthest ? TH_OK : TH_ENOMEM;
}

/* ---- m, s and L ---- */

static void add(th_baseline *b, const float *x)
{
    const int32_t n = b->cfg.n;
    const double count = (double)b->learnt + 1, part = (double)b->learnt / count;
    double *p = b->products;
    for (int32_t i = 0; i < n; i++) {
        const double d = (double)x[i] - b->sum_mean[i];
        for (int32_t j = 0; whole(&b->cfg) && j < i; j++) *p++ += part * d * ((double)x[j] - b->sum_mean[j]);
        *p++ += part * d * d;
    }
    for (int32_t i = 0; i < n; i++) b->sum_mean[i] += ((double)x[i] - b->sum_mean[i]) / count;
}

static double larger(double a, double b)
{
    return a > b ? a : b;
}

/* The products of row i begin here. */
static size_t row(const th_baseline *b, int32_t i)
{
    return whole(&b->cfg) ? (size_t)i * ((size_t)i + 1) / 2 : (size_t)i;
}

/* C = L L^T, row by row; each number of it is needed but once. */
static void find_factor(th_baseline *b)
{
    for (int32_t i = 0; i < b->cfg.n; i++) {
        const double *p = b->products + row(b, i);
        float *l = b->factor + row(b, i);
        const int32_t beside = whole(&b->cfg) ? i : 0;
        double own = p[beside] / b->learnt * (double)b->inv[i] * (double)b->inv[i] + RIDGE;
        for (int32_t j = 0; j < beside; j++) {
            const float *m = b->factor + row(b, j);
            double c = p[j] / b->learnt * (double)b->inv[i] * (double)b->inv[j];
            for (int32_t k = 0; k < j; k++) c -= (double)l[k] * (double)m[k];
            l[j] = (float)(c * (double)m[j]);
            own -= (double)l[j] * (double)l[j];
        }
        l[beside] = 1.0f / th_sqrtf((float)larger(own, RIDGE / 2));
    }
}

static void fit(th_baseline *b)
{
    for (int32_t i = 0; i < b->cfg.n; i++) {
        const double m = b->sum_mean[i], square = b->products[row(b, i) + (whole(&b->cfg) ? (size_t)i : 0)] / b->learnt,
                     least = larger((m < 0 ? -m : m) / 1000, LEAST);
        b->mean[i] = (float)m;
        b->inv[i] = (float)(1 / larger((double)th_sqrtf((float)square), least));
    }
    find_factor(b);
}

/* ---- distance ---- */

/* x -> w; |w|. */
static float distance(const th_baseline *b, const float *x, float *w)
{
    float sum = 0.0f;
    for (int32_t i = 0; i < b->cfg.n; i++) {
        const float *l = b->factor + row(b, i);
        const float u = (x[i] - b->mean[i]) * b->inv[i];
        const int32_t beside = whole(&b->cfg) ? i : 0;
        float v = u < -FAR ? -FAR : u <= FAR ? u : FAR; /* what is no number is far */
        for (int32_t j = 0; j < beside; j++) v -= l[j] * w[j];
        w[i] = v * l[beside];
        sum += w[i] * w[i];
    }
    return th_sqrtf(sum);
}

static void keep_farthest(th_baseline *b, float far)
{
    int32_t at = b->n_farthest - 1;
    if (!(far > b->farthest[at])) return;
    for (; at > 0 && far > b->farthest[at - 1]; at--) b->farthest[at] = b->farthest[at - 1];
    b->farthest[at] = far;
}

static int all_numbers(const th_baseline *b, const float *x)
{
    for (int32_t i = 0; i < b->cfg.n; i++)
        if (!(x[i] - x[i] == 0.0f)) return 0;
    return 1;
}

int th_baseline_learn(th_baseline *b, const float *x)
{
    const int32_t first = first_part(&b->cfg);
    if (b->learnt == b->cfg.windows || !all_numbers(b, x)) return b->learnt == b->cfg.windows;
    if (b->learnt >= first) keep_farthest(b, distance(b, x, b->work));
    add(b, x);
    b->learnt++;
    if (b->learnt == first || (b->learnt == b->cfg.windows && !b->cfg.early)) fit(b);
    if (b->learnt < b->cfg.windows) return 0;
    const float far = b->farthest[b->n_farthest - 1];
    b->reach = far > NEARBY ? far : NEARBY;
    return 1;
}

void th_baseline_hold(const th_baseline *b, float *x)
{
    const float far = distance(b, x, x), scale = 1.0f / (b->reach + far);
    for (int32_t i = 0; i < b->cfg.n; i++) x[i] *= scale;
}

const th_baseline_way th_baseline_group = {th_baseline_mem, th_baseline_init, th_baseline_learn, th_baseline_hold};
