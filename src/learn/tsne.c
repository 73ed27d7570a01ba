#include "learn/tsne.h"

#include "base/rng.h"
#include "learn/tsne_quad.h"
#include "os/run.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LANES 8 /* sums that are added up side by side, so that the order does not depend on the compiler */

th_tsne_cfg th_tsne_default(void)
{
    return (th_tsne_cfg){.perplexity = 30, .exaggeration = 12, .theta = -1, .steps = 750, .early = 250};
}

static float between(const float *a, const float *b, int32_t d)
{
    float part[LANES] = {0}, sum = 0;
    int32_t k = 0;
    for (; k + LANES <= d; k += LANES)
        for (int32_t l = 0; l < LANES; l++) part[l] += (a[k + l] - b[k + l]) * (a[k + l] - b[k + l]);
    for (; k < d; k++) part[0] += (a[k] - b[k]) * (a[k] - b[k]);
    for (int32_t l = 0; l < LANES; l++) sum += part[l];
    return sum;
}

/* ---- p ---- */

typedef struct other {
    float far; /* squared */
    int32_t i;
} other;

static int by_far(const void *x, const void *y)
{
    const other *a = x, *b = y;
    if (a->far != b->far) return a->far < b->far ? -1 : 1;
    return (a->i > b->i) - (a->i < b->i);
}

/* The k nearest come first, in no order (Hoare 1961); ties go by number, so the set is always the same. */
static void nearest_first(other *o, int32_t n, int32_t k)
{
    int32_t low = 0, high = n - 1;
    while (low < high) {
        const other middle = o[low + (high - low) / 2];
        int32_t i = low, j = high;
        while (i <= j) {
            while (by_far(&o[i], &middle) < 0) i++;
            while (by_far(&o[j], &middle) > 0) j--;
            if (i > j) break;
            const other t = o[i];
            o[i++] = o[j];
            o[j--] = t;
        }
        if (k <= j)
            high = j;
        else if (k >= i)
            low = i;
        else
            return;
    }
}

/* exp(-b far) of the others, with b so that their entropy is that of `perplexity` equal ones; their sum becomes 1. */
static void conditional(const other *o, int32_t k, double perplexity, float *p)
{
    double b = 1, low = 0, high = DBL_MAX, least = DBL_MAX, mean = 0;
    for (int32_t j = 0; j < k; j++) {
        least = fmin(least, (double)o[j].far);
        mean += (double)o[j].far / k;
    }
    if (mean > least) b = 1 / (mean - least);
    for (int turn = 0; turn < 100; turn++) {
        double sum = DBL_MIN, weighted = 0; /* at least the nearest one's 1 is added */
        for (int32_t j = 0; j < k; j++) {
            const double e = exp(-b * ((double)o[j].far - least));
            p[j] = (float)e;
            sum += e;
            weighted += e * ((double)o[j].far - least);
        }
        const double entropy = log(sum) + b * weighted / sum, off = entropy - log(perplexity);
        for (int32_t j = 0; j < k; j++) p[j] = (float)((double)p[j] / sum);
        if (fabs(off) < 1e-5) return;
        if (off > 0)
            low = b, b = high == DBL_MAX ? 2 * b : (low + high) / 2;
        else
            high = b, b = (low + high) / 2;
    }
}

typedef struct search {
    const float *x;
    int32_t n, d, k; /* k: neighbours of each */
    double perplexity;
    other *room; /* [members][n] */
    int32_t *to; /* [n][k] */
    float *p;    /* [n][k] */
} search;

static void look_around(void *ctx, int member, int n_members)
{
    const search *s = ctx;
    other *o = s->room + (size_t)member * (size_t)s->n;
    for (int32_t i = member; i < s->n && !th_interrupted(); i += n_members) {
        int32_t n = 0;
        for (int32_t j = 0; j < s->n; j++)
            if (j != i)
                o[n++] = (other){between(s->x + (size_t)i * (size_t)s->d, s->x + (size_t)j * (size_t)s->d, s->d), j};
        nearest_first(o, n, s->k);
        qsort(o, (size_t)s->k, sizeof *o, by_far);
        conditional(o, s->k, s->perplexity, s->p + (size_t)i * (size_t)s->k);
        for (int32_t j = 0; j < s->k; j++) s->to[(size_t)i * (size_t)s->k + (size_t)j] = o[j].i;
    }
}

typedef struct entry {
    int32_t to;
    float p;
} entry;

static int by_number(const void *x, const void *y)
{
    const entry *a = x, *b = y;
    return (a->to > b->to) - (a->to < b->to);
}

/* The rows of p(j|i) and of p(i|j), added up; near->first has room for each row of both. */
static void add_up(const search *s, entry *e, th_near *near)
{
    const int64_t k = s->k;
    int64_t n = 0, from = 0;
    int64_t *next = near->first; /* where the row's next entry goes; shifted by one row, as in a counting sort */
    memset(next, 0, ((size_t)s->n + 1) * sizeof *next);
    for (int64_t a = 0; a < s->n * k; a++) next[s->to[a] + 1]++;
    for (int32_t i = 0; i < s->n; i++) next[i + 1] += next[i] + k;
    for (int32_t i = s->n; i > 0; i--) next[i] = next[i - 1];
    next[0] = 0;
    for (int32_t i = 0; i < s->n; i++)
        for (int64_t a = i * k; a < (i + 1) * k; a++) {
            e[next[i + 1]++] = (entry){s->to[a], s->p[a]};
            e[next[s->to[a] + 1]++] = (entry){i, s->p[a]};
        }
    for (int32_t i = 0; i < s->n; i++) { /* next[i + 1] is the end of row i now */
        const int64_t end = next[i + 1];
        qsort(e + from, (size_t)(end - from), sizeof *e, by_number);
        near->first[i] = n;
        for (int64_t a = from; a < end; a++) {
            const float p = e[a].p / (2 * (float)s->n);
            if (n > near->first[i] && near->to[n - 1] == e[a].to)
                near->p[n - 1] += p;
            else
                near->to[n] = e[a].to, near->p[n++] = p;
        }
        from = end;
    }
    near->first[s->n] = n;
}

void th_near_free(th_near *near)
{
    free(near->to);
    free(near->first);
    free(near->p);
    *near = (th_near){0};
}

th_err th_near_make(th_team *team, const float *x, int32_t n, int32_t d, double perplexity, bool all, th_near *near,
                    th_why *why)
{
    const double most = 3 * perplexity;
    search s = {.x = x, .n = n, .d = d, .k = all || most > n - 1 ? n - 1 : (int32_t)most, .perplexity = perplexity};
    const size_t n_all = (size_t)n * (size_t)s.k;
    s.room = malloc((size_t)th_team_size(team) * (size_t)n * sizeof *s.room);
    s.to = malloc(n_all * sizeof *s.to);
    s.p = malloc(n_all * sizeof *s.p);
    entry *e = malloc(2 * n_all * sizeof *e);
    *near = (th_near){.n = n, .to = malloc(2 * n_all * sizeof *near->to), .p = malloc(2 * n_all * sizeof *near->p)};
    near->first = malloc(((size_t)n + 1) * sizeof *near->first);
    const bool room = s.room && s.to && s.p && e && near->to && near->p && near->first;
    th_err err = room ? TH_OK : th_why_set(why, TH_ENOMEM, "no memory for the neighbours of %d points", (int)n);
    if (!err) th_team_run(team, look_around, &s);
    if (!err && th_interrupted()) err = th_why_set(why, TH_EINTR, "interrupted");
    if (!err) add_up(&s, e, near);
    free(s.room);
    free(s.to);
    free(s.p);
    free(e);
    return err;
}

/* ---- the gradient ---- */

typedef struct forces {
    const th_near *near;
    const float *y;
    float *a, *b; /* [n rounded up to LANES] columns of y; behind n far away */
    float theta, more;
    th_quad tree;
    double *pull, *push, *sum, *split; /* [n][2], [n][2], [n], [n] what C has of the row */
    bool want_split;
} forces;

static void push_all(const forces *f, int32_t i, double push[2], double *sum)
{
    const float yi[2] = {f->y[2 * i], f->y[2 * i + 1]};
    double all = 0, x0 = 0, x1 = 0;
    for (int32_t j = 0; j < f->near->n; j += LANES) {
        float w[LANES], px[LANES], py[LANES], s = 0, sx = 0, sy = 0;
        for (int l = 0; l < LANES; l++) {
            const float dx = yi[0] - f->a[j + l], dy = yi[1] - f->b[j + l];
            w[l] = 1 / (1 + dx * dx + dy * dy);
            px[l] = w[l] * w[l] * dx;
            py[l] = w[l] * w[l] * dy;
        }
        for (int l = 0; l < LANES; l++) s += w[l], sx += px[l], sy += py[l];
        all += (double)s;
        x0 += (double)sx;
        x1 += (double)sy;
    }
    push[0] = x0;
    push[1] = x1;
    *sum = all - 1; /* itself */
}

static void pull(const forces *f, int32_t i, double to[2], double *split)
{
    const th_near *e = f->near;
    const float a = f->y[2 * i], b = f->y[2 * i + 1];
    double x0 = 0, x1 = 0, c = 0;
    for (int64_t k = e->first[i]; k < e->first[i + 1]; k++) {
        const float dx = a - f->y[2 * e->to[k]], dy = b - f->y[2 * e->to[k] + 1], w = 1 / (1 + dx * dx + dy * dy),
                    pw = e->p[k] * w;
        x0 += (double)(pw * dx);
        x1 += (double)(pw * dy);
        if (f->want_split && e->p[k] > 0) c += (double)e->p[k] * log((double)e->p[k] / (double)w);
    }
    to[0] = x0;
    to[1] = x1;
    *split = c;
}

static void of_points(void *ctx, int member, int n_members)
{
    const forces *f = ctx;
    for (int32_t i = member; i < f->near->n; i += n_members) {
        pull(f, i, f->pull + 2 * i, f->split + i);
        if (f->theta > 0)
            th_quad_push(&f->tree, f->y, i, f->theta, f->push + 2 * i, f->sum + i);
        else
            push_all(f, i, f->push + 2 * i, f->sum + i);
    }
}

static bool forces_new(forces *f, const th_near *near, double theta)
{
    const size_t n = (size_t)near->n, wide = (n + LANES - 1) / LANES * LANES;
    *f = (forces){.near = near, .theta = (float)theta, .more = 1};
    f->a = malloc(wide * sizeof *f->a);
    f->b = malloc(wide * sizeof *f->b);
    f->pull = malloc(2 * n * sizeof *f->pull);
    f->push = malloc(2 * n * sizeof *f->push);
    f->sum = malloc(n * sizeof *f->sum);
    f->split = malloc(n * sizeof *f->split);
    const bool tree = theta > 0 ? th_quad_new(&f->tree, near->n) : true;
    return tree && f->a && f->b && f->pull && f->push && f->sum && f->split;
}

static void forces_free(forces *f)
{
    th_quad_free(&f->tree);
    free(f->a);
    free(f->b);
    free(f->pull);
    free(f->push);
    free(f->sum);
    free(f->split);
}

static void gradient_of(forces *f, th_team *team, const float *y, float *gradient, double *divergence)
{
    const int32_t n = f->near->n, wide = (n + LANES - 1) / LANES * LANES;
    double z = 0, c = 0;
    f->y = y;
    f->want_split = divergence != NULL;
    for (int32_t i = 0; i < wide; i++) { /* 1 / (1 + 2e36) is nothing beside the others */
        f->a[i] = i < n ? y[2 * i] : 1e18f;
        f->b[i] = i < n ? y[2 * i + 1] : 1e18f;
    }
    if (f->theta > 0) th_quad_fill(&f->tree, y);
    th_team_run(team, of_points, f);
    for (int32_t i = 0; i < n; i++) z += f->sum[i], c += f->split[i];
    for (int32_t i = 0; i < 2 * n; i++) gradient[i] = (float)(4 * ((double)f->more * f->pull[i] - f->push[i] / z));
    if (divergence) *divergence = c + log(z); /* all p together are 1 */
}

th_err th_tsne_gradient(th_team *team, const th_near *near, const float *y, double theta, double more, float *gradient,
                        double *divergence, th_why *why)
{
    forces f;
    const th_err err =
        forces_new(&f, near, theta) ? TH_OK : th_why_set(why, TH_ENOMEM, "no memory for %d points", (int)near->n);
    f.more = (float)more;
    if (!err) gradient_of(&f, team, y, gradient, divergence);
    forces_free(&f);
    return err;
}

/* ---- the way down ---- */

/* Around 0, and so small that all points feel all others. */
static void start(float *y, int32_t n, uint64_t seed)
{
    double mean[2] = {0}, square = 0;
    th_rng r = th_rng_make(seed, 612);
    for (int32_t i = 0; i < 2 * n; i++) mean[i & 1] += (double)y[i] / n;
    for (int32_t i = 0; i < 2 * n; i += 2) square += ((double)y[i] - mean[0]) * ((double)y[i] - mean[0]) / n;
    const double by = square > 0 ? 1e-4 / sqrt(square) : 0;
    for (int32_t i = 0; i < 2 * n; i++)
        y[i] = (float)(((double)y[i] - mean[i & 1]) * by + 1e-6 * (double)th_rng_normal(&r));
}

static void step(float *y, const float *g, float *speed, float *gain, int32_t n, float momentum, float rate)
{
    double mean[2] = {0};
    for (int32_t i = 0; i < 2 * n; i++) {
        gain[i] = g[i] * speed[i] < 0 ? gain[i] + 0.2f : fmaxf(gain[i] * 0.8f, 0.01f);
        speed[i] = momentum * speed[i] - rate * gain[i] * g[i];
        y[i] += speed[i];
        mean[i & 1] += (double)y[i] / n;
    }
    for (int32_t i = 0; i < 2 * n; i++) y[i] -= (float)mean[i & 1];
}

static th_err descend(th_team *team, const th_near *near, const th_tsne_cfg *cfg, double theta, float *y,
                      double *divergence, th_why *why)
{
    const int32_t n = near->n;
    const float rate = fmaxf((float)(n / cfg->exaggeration / 4), 50);
    float *g = malloc(2 * (size_t)n * sizeof *g), *speed = calloc(2 * (size_t)n, sizeof *speed),
          *gain = malloc(2 * (size_t)n * sizeof *gain);
    forces f;
    const bool room = forces_new(&f, near, theta) && g && speed && gain;
    th_err err = room ? TH_OK : th_why_set(why, TH_ENOMEM, "no memory for %d points", (int)n);
    for (int32_t i = 0; i < 2 * n && !err; i++) gain[i] = 1;
    for (int32_t k = 0; k < cfg->steps && !err; k++) {
        const bool early = k < cfg->early;
        f.more = early ? (float)cfg->exaggeration : 1;
        gradient_of(&f, team, y, g, NULL);
        step(y, g, speed, gain, n, early ? 0.5f : 0.8f, rate);
        if (cfg->progress) cfg->progress(cfg->ctx, 0.1 + 0.9 * (k + 1) / cfg->steps);
        if (th_interrupted()) err = th_why_set(why, TH_EINTR, "interrupted");
    }
    f.more = 1;
    if (!err && divergence) gradient_of(&f, team, y, g, divergence);
    forces_free(&f);
    free(g);
    free(speed);
    free(gain);
    return err;
}

th_err th_tsne(th_team *team, const float *x, int32_t n, int32_t d, const th_tsne_cfg *cfg, float *y,
               double *divergence, th_why *why)
{
    th_near near;
    if (n > TH_TSNE_MOST)
        return th_why_set(why, TH_ERANGE, "t-SNE takes up to %d points, there are %d", TH_TSNE_MOST, (int)n);
    if (divergence) *divergence = 0;
    if (n < 4) return TH_OK;
    const double theta = cfg->theta >= 0 ? cfg->theta : n <= TH_TSNE_EXACT ? 0 : 0.5;
    const double most = (n - 1) / 3.0, perplexity = fmax(1.5, fmin(cfg->perplexity, most));
    th_err err = th_near_make(team, x, n, d, perplexity, theta <= 0, &near, why);
    if (!err && cfg->progress) cfg->progress(cfg->ctx, 0.1);
    start(y, n, cfg->seed);
    if (!err) err = descend(team, &near, cfg, theta, y, divergence, why);
    th_near_free(&near);
    return err;
}

/* ---- how far it can be trusted ---- */

#define JUDGED 500

static void far_from(const float *x, int32_t n, int32_t d, int32_t i, other *o)
{
    for (int32_t j = 0; j < n; j++)
        o[j] = (other){j == i ? -1 : between(x + (size_t)i * (size_t)d, x + (size_t)j * (size_t)d, d), j};
    qsort(o, (size_t)n, sizeof *o, by_far); /* the point itself comes first, its neighbours have ranks from 1 */
}

th_err th_trustworthiness(const float *x, int32_t n, int32_t d, const float *y, int32_t k, double *trust, th_why *why)
{
    const int32_t m = n < JUDGED ? n : JUDGED;
    other *o = malloc(((size_t)n + 1) * sizeof *o);
    int32_t *rank = malloc(((size_t)n + 1) * sizeof *rank);
    const th_err err = o && rank ? TH_OK : th_why_set(why, TH_ENOMEM, "out of memory");
    double sum = 0;
    *trust = 1;
    for (int32_t a = 0; a < m && !err && 2 * k < n; a++) {
        const int32_t i = (int32_t)((int64_t)a * n / m);
        far_from(x, n, d, i, o);
        for (int32_t j = 0; j < n; j++) rank[o[j].i] = j;
        far_from(y, n, 2, i, o);
        for (int32_t j = 1; j <= k; j++)
            if (rank[o[j].i] > k) sum += rank[o[j].i] - k;
    }
    if (m > 0 && 2 * k < n) *trust = 1 - 2 * sum / ((double)m * k * (2.0 * n - 3.0 * k - 1));
    free(o);
    free(rank);
    return err;
}
