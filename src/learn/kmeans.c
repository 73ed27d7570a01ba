#include "learn/kmeans.h"

#include <math.h>
#include <string.h>

#define MOST_STEPS 100

static const float *row_of(const th_rows *r, int32_t i)
{
    return r->x + (size_t)i * (size_t)r->d;
}

/* ---- start ---- */

/* A row, drawn in proportion to far[i]. */
static int32_t draw(th_rng *rng, const double *far, int32_t n)
{
    double all = 0;
    for (int32_t i = 0; i < n; i++) all += far[i];
    if (!(all > 0)) return (int32_t)th_rng_below(rng, (uint32_t)n);
    double left = all * ((double)th_rng_u32(rng) + 0.5) / 4294967296.0;
    for (int32_t i = 0; i < n; i++)
        if ((left -= far[i]) < 0) return i;
    return n - 1;
}

void th_lloyd_start(th_lloyd *s, th_rng *rng)
{
    const th_rows *r = s->rows;
    th_kmeans *m = s->m;
    for (int32_t i = 0; i < r->n; i++) m->far[i] = HUGE_VAL;
    for (int32_t k = 0; k < m->k; k++) {
        const int32_t at = k ? draw(rng, m->far, r->n) : (int32_t)th_rng_below(rng, (uint32_t)r->n);
        float *centre = m->centre + (size_t)k * (size_t)r->d;
        memcpy(centre, row_of(r, at), (size_t)r->d * sizeof *centre);
        for (int32_t i = 0; i < r->n; i++) m->far[i] = fmin(m->far[i], th_learn_distance(row_of(r, i), centre, r->d));
    }
    for (int32_t i = 0; i < r->n; i++) m->of[i] = -1;
}

/* ---- a step ---- */

/* Rows of this member to their nearest centre. */
static void assign(void *ctx, int member, int n_members)
{
    th_lloyd *s = ctx;
    const th_rows *r = s->rows;
    const int32_t from = (int32_t)((int64_t)r->n * member / n_members),
                  to = (int32_t)((int64_t)r->n * (member + 1) / n_members);
    s->changed[member] = false;
    for (int32_t i = from; i < to; i++) {
        int32_t best = 0;
        double least = HUGE_VAL;
        for (int32_t k = 0; k < s->m->k; k++) {
            const double far = th_learn_distance(row_of(r, i), s->m->centre + (size_t)k * (size_t)r->d, r->d);
            if (far < least) least = far, best = k;
        }
        s->changed[member] |= s->m->of[i] != best;
        s->m->of[i] = best;
        s->m->far[i] = least;
    }
}

static int32_t farthest(const th_kmeans *m, int32_t n)
{
    int32_t at = 0;
    for (int32_t i = 1; i < n; i++)
        if (m->far[i] > m->far[at]) at = i;
    return at;
}

void th_lloyd_move(th_lloyd *s)
{
    const th_rows *r = s->rows;
    const size_t d = (size_t)r->d;
    memset(s->sum, 0, (size_t)s->m->k * d * sizeof *s->sum);
    memset(s->count, 0, (size_t)s->m->k * sizeof *s->count);
    for (int32_t i = 0; i < r->n; i++) {
        double *sum = s->sum + (size_t)s->m->of[i] * d;
        for (size_t j = 0; j < d; j++) sum[j] += (double)row_of(r, i)[j];
        s->count[s->m->of[i]]++;
    }
    for (int32_t k = 0; k < s->m->k; k++) {
        float *centre = s->m->centre + (size_t)k * d;
        if (s->count[k]) {
            for (size_t j = 0; j < d; j++) centre[j] = (float)(s->sum[(size_t)k * d + j] / s->count[k]);
            continue;
        }
        const int32_t at = farthest(s->m, r->n);
        memcpy(centre, row_of(r, at), d * sizeof *centre);
        s->m->far[at] = 0; /* the next empty one takes another row */
    }
}

bool th_lloyd_assign(th_lloyd *s)
{
    bool changed = false;
    th_team_run(s->l->team, assign, s);
    for (int i = 0; i < th_team_size(s->l->team); i++) changed |= s->changed[i];
    s->m->inertia = 0;
    for (int32_t i = 0; i < s->rows->n; i++) s->m->inertia += s->m->far[i];
    s->m->steps++;
    return changed;
}

static bool make(th_learning *l, int32_t k, th_kmeans *m)
{
    const size_t n = (size_t)l->job->train.n, d = (size_t)l->job->train.d;
    *m = (th_kmeans){.k = k,
                     .centre = th_learn_get(l, (size_t)k * d, sizeof *m->centre),
                     .of = th_learn_get(l, n, sizeof *m->of),
                     .far = th_learn_get(l, n, sizeof *m->far)};
    return m->centre && m->of && m->far;
}

th_err th_lloyd_make(th_learning *l, int32_t k, th_kmeans *m, th_lloyd *s)
{
    const th_rows *r = &l->job->train;
    *s = (th_lloyd){.l = l,
                    .rows = r,
                    .m = m,
                    .sum = th_learn_get(l, (size_t)k * (size_t)r->d, sizeof *s->sum),
                    .count = th_learn_get(l, (size_t)k, sizeof *s->count),
                    .changed = th_learn_get(l, (size_t)th_team_size(l->team), sizeof *s->changed)};
    return make(l, k, m) && s->sum && s->count && s->changed ? TH_OK : th_learn_no_memory(l);
}

th_err th_kmeans_fit(th_learning *l, int32_t k, th_kmeans *best,
                     void (*watch)(void *ctx, int32_t start, double inertia), void *ctx)
{
    const int32_t restarts = th_learn_whole(l->job->cfg.restarts, 5);
    th_kmeans m;
    th_lloyd s;
    TH_TRY(th_lloyd_make(l, k, &m, &s));
    if (!make(l, k, best)) return th_learn_no_memory(l);
    best->inertia = HUGE_VAL;
    for (int32_t t = 0; t < restarts; t++) {
        th_rng rng = th_learn_rng(l, (uint64_t)t);
        th_lloyd_start(&s, &rng);
        for (m.steps = 0; th_lloyd_assign(&s) && m.steps < MOST_STEPS;) {
            if (watch) watch(ctx, t, m.inertia);
            TH_TRY(th_learn_step(l, ((double)t + (double)m.steps / MOST_STEPS) / restarts));
            th_lloyd_move(&s);
        }
        if (m.inertia < best->inertia) {
            const th_kmeans other = *best;
            *best = m;
            m = other;
        }
    }
    return TH_OK;
}
