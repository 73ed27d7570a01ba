#include "learn/mixture.h"

#include "learn/kmeans.h"
#include "learn/linear.h"

#include <math.h>
#include <string.h>

#define MOST_STEPS  200
#define LEAST_PART  1e-3 /* of a column's variance */
#define LOG_2PI     1.8378770664093453
#define MOST_MATRIX 512 /* columns of whole covariances */

typedef struct em {
    th_learning *l;
    th_mixture *m;
    double *part;       /* [k][n] of a row in a component */
    double *floor;      /* [d] */
    double *covariance; /* [d][d], full only */
    double *p;          /* [k] */
} em;

static const float *row_of(const th_rows *r, int32_t i)
{
    return r->x + (size_t)i * (size_t)r->d;
}

/* |F (x - mean)|^2 of component k. */
static double square(const th_mixture *m, const float *x, int32_t k, size_t d)
{
    const double *mean = m->mean + (size_t)k * d, *f = m->f + (size_t)k * d * (m->full ? d : 1);
    double q = 0;
    for (size_t j = 0; j < d; j++) {
        double z = m->full ? 0 : f[j] * ((double)x[j] - mean[j]);
        for (size_t i = 0; m->full && i <= j; i++) z += f[j * d + i] * ((double)x[i] - mean[i]);
        q += z * z;
    }
    return q;
}

/* Parts of the rows in the components; the log likelihood. */
static double expect(em *s)
{
    const th_rows *r = &s->l->job->train;
    th_mixture *m = s->m;
    double all = 0;
    for (int32_t i = 0; i < r->n; i++) {
        double most = -HUGE_VAL, sum = 0;
        for (int32_t k = 0; k < m->k; k++) {
            const double q = square(m, row_of(r, i), k, (size_t)r->d);
            s->p[k] = log(m->weight[k]) + m->log_f[k] - q / 2 - LOG_2PI / 2 * r->d;
            most = fmax(most, s->p[k]);
        }
        for (int32_t k = 0; k < m->k; k++) sum += s->p[k] = exp(s->p[k] - most);
        for (int32_t k = 0; k < m->k; k++) s->part[(size_t)k * (size_t)r->n + (size_t)i] = s->p[k] / sum;
        all += most + log(fmax(sum, 1e-300));
    }
    return all;
}

static void diagonal(const em *s, int32_t k, const double *part)
{
    const th_rows *r = &s->l->job->train;
    const size_t d = (size_t)r->d;
    double *mean = s->m->mean + (size_t)k * d, *f = s->m->f + (size_t)k * d, all = 1e-12;
    memset(mean, 0, d * sizeof *mean);
    memset(f, 0, d * sizeof *f);
    for (int32_t i = 0; i < r->n; i++) all += part[i];
    for (int32_t i = 0; i < r->n; i++)
        for (size_t j = 0; j < d; j++) mean[j] += part[i] / all * (double)row_of(r, i)[j];
    for (int32_t i = 0; i < r->n; i++)
        for (size_t j = 0; j < d; j++) f[j] += part[i] / all * pow((double)row_of(r, i)[j] - mean[j], 2);
    for (size_t j = 0; j < d; j++) f[j] = 1 / sqrt(fmax(f[j], s->floor[j]));
    s->m->weight[k] = all / r->n;
}

/* What keeps a covariance definite is added to its diagonal until it is. */
static void whole(const em *s, int32_t k, const double *part)
{
    const th_rows *r = &s->l->job->train;
    const size_t d = (size_t)r->d;
    double *f = s->m->f + (size_t)k * d * d, more = 1;
    const double all = th_covariance(r, part, s->m->mean + (size_t)k * d, s->covariance);
    do {
        memcpy(f, s->covariance, d * d * sizeof *f);
        for (size_t j = 0; j < d; j++) f[j * d + j] += more * s->floor[j];
        more *= 10;
    } while (!th_cholesky(f, r->d) && more < 1e12);
    th_lower_inverse(f, r->d);
    s->m->weight[k] = all / r->n;
}

static void maximise(const em *s)
{
    const th_rows *r = &s->l->job->train;
    const size_t d = (size_t)r->d;
    for (int32_t k = 0; k < s->m->k; k++) {
        const double *part = s->part + (size_t)k * (size_t)r->n;
        if (s->m->full)
            whole(s, k, part);
        else
            diagonal(s, k, part);
        s->m->log_f[k] = 0;
        for (size_t j = 0; j < d; j++)
            s->m->log_f[k] += log(s->m->full ? s->m->f[(size_t)k * d * d + j * (d + 1)] : s->m->f[(size_t)k * d + j]);
    }
}

static void set_floor(const em *s)
{
    const th_rows *r = &s->l->job->train;
    for (int32_t j = 0; j < r->d; j++) {
        double mean = 0, var = 0;
        for (int32_t i = 0; i < r->n; i++) mean += (double)row_of(r, i)[j] / r->n;
        for (int32_t i = 0; i < r->n; i++) var += pow((double)row_of(r, i)[j] - mean, 2) / r->n;
        s->floor[j] = fmax(LEAST_PART * var, 1e-9);
    }
}

static bool make(em *s, int32_t k, bool full)
{
    th_learning *l = s->l;
    const size_t d = (size_t)l->job->train.d, n = (size_t)l->job->train.n, parts = (size_t)k;
    *s->m = (th_mixture){.k = k,
                         .full = full,
                         .weight = th_learn_get(l, parts, sizeof(double)),
                         .mean = th_learn_get(l, parts * d, sizeof(double)),
                         .f = th_learn_get(l, parts * d * (full ? d : 1), sizeof(double)),
                         .log_f = th_learn_get(l, parts, sizeof(double))};
    s->part = th_learn_get(l, parts * n, sizeof(double));
    s->floor = th_learn_get(l, d, sizeof(double));
    s->covariance = th_learn_get(l, full ? d * d : 1, sizeof(double));
    s->p = th_learn_get(l, parts, sizeof(double));
    return s->m->weight && s->m->mean && s->m->f && s->m->log_f && s->part && s->floor && s->covariance && s->p;
}

th_err th_mixture_fit(th_learning *l, int32_t k, bool full, th_mixture *m,
                      void (*watch)(void *ctx, double log_likelihood), void *ctx)
{
    const th_rows *r = &l->job->train;
    em s = {.l = l, .m = m};
    th_kmeans start;
    TH_TRY(th_kmeans_fit(l, k, &start, NULL, NULL));
    if (!make(&s, k, full)) return th_learn_no_memory(l);
    set_floor(&s);
    for (int32_t i = 0; i < r->n; i++) s.part[(size_t)start.of[i] * (size_t)r->n + (size_t)i] = 1;
    maximise(&s);
    double before = -HUGE_VAL;
    for (m->steps = 0; m->steps < MOST_STEPS; m->steps++) {
        m->log_likelihood = expect(&s);
        if (watch) watch(ctx, m->log_likelihood);
        TH_TRY(th_learn_step(l, (double)m->steps / MOST_STEPS));
        if (m->log_likelihood - before < 1e-6 * fabs(m->log_likelihood)) break;
        before = m->log_likelihood;
        maximise(&s);
    }
    const double d = r->d, each = d + (full ? d * (d + 1) / 2 : d);
    m->bic = -2 * m->log_likelihood + (k * (each + 1) - 1) * log(r->n);
    return TH_OK;
}

/* ---- the learner ---- */

/* As many components as asked for, or the number of 1, 2, 4, 8 with the smallest BIC. */
static th_err choose(th_learning *l, bool full, th_mixture *best)
{
    const int32_t asked = (int32_t)l->job->cfg.clusters, n = l->job->train.n;
    if (asked) return th_mixture_fit(l, asked < n ? asked : n, full, best, NULL, NULL);
    best->bic = HUGE_VAL;
    for (int32_t k = 1; k <= 8 && k <= n / 2; k *= 2) {
        th_mixture m;
        TH_TRY(th_mixture_fit(l, k, full, &m, NULL, NULL));
        if (m.bic < best->bic) *best = m;
    }
    return TH_OK;
}

/* -2 ln(weight / sqrt(det covariance)) of a component. */
static double offset_of(const th_mixture *m, int32_t k)
{
    return -2 * (log(m->weight[k]) + m->log_f[k]);
}

th_err th_learn_mixture(th_learning *l)
{
    const th_rows *r = &l->job->train;
    const bool full = l->job->cfg.full > 0;
    const size_t d = (size_t)r->d;
    int32_t in[5] = {0};
    th_mixture m = {0};
    if (full && r->d > MOST_MATRIX)
        return th_why_set(l->why, TH_EUSAGE,
                          "whole covariances are for up to %d columns, there are %ld: leave out "
                          "--covariance",
                          MOST_MATRIX, (long)r->d);
    TH_TRY(choose(l, full, &m));
    const size_t factors = (size_t)m.k * d * (full ? d : 1);
    const th_shape shape = {.rank = full ? 3 : 2, .d = {m.k, r->d, r->d}};
    float *mean = th_learn_constant(l, "means", TH_F32, th_learn_shape(m.k, r->d), &in[1]);
    float *f = th_learn_constant(l, "factors", TH_F32, shape, &in[2]);
    float *offset = th_learn_constant(l, "offsets", TH_F32, th_learn_shape(m.k, 0), &in[3]);
    float *gain = th_learn_constant(l, "gain", TH_F32, th_learn_shape(1, 0), &in[4]);
    float *score = th_learn_get(l, (size_t)r->n, sizeof *score);
    if (!mean || !f || !offset || !gain || !score) return th_learn_no_memory(l);
    double least = HUGE_VAL;
    for (int32_t k = 0; k < m.k; k++) least = fmin(least, offset_of(&m, k));
    for (int32_t k = 0; k < m.k; k++) offset[k] = (float)(offset_of(&m, k) - least);
    for (size_t i = 0; i < (size_t)m.k * d; i++) mean[i] = (float)m.mean[i];
    for (size_t i = 0; i < factors; i++) f[i] = full && i % d > i / d % d ? 0 : (float)m.f[i];
    for (int32_t i = 0; i < r->n; i++) {
        double q = HUGE_VAL;
        for (int32_t k = 0; k < m.k; k++) q = fmin(q, square(&m, row_of(r, i), k, d) + (double)offset[k]);
        score[i] = (float)sqrt(q);
    }
    th_learn_tell(l, "components", m.k);
    th_learn_tell(l, "log_likelihood", m.log_likelihood);
    th_learn_tell(l, "bic", m.bic);
    gain[0] = (float)(1 / th_learn_threshold(l, score, r->n));
    return th_learn_end(l, th_learn_custom(l, TH_OP_MIXTURE, 0, in, 5, "score", 1), 1, false);
}
