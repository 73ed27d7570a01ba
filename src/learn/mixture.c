#include "learn/mixture.h"

#include "learn/kmeans.h"
#include "learn/linear.h"

#include <math.h>
#include <string.h>

#define MOST_STEPS  200
#define LEAST_PART  1e-3 /* of a column's variance */
#define LOG_2PI     1.8378770664093453
#define MOST_MATRIX 512 /* columns of whole covariances */
#define FOLDS       5
#define FEWEST      40   /* rows by which a number of components can be chosen */
#define MOST_ROWS   1000 /* and with how many it is */
#define MOST_WORK   4e5  /* products of all of them with a component */

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

/* ln p(x); p [k]: its parts in the components. */
static double log_p(const th_mixture *m, const float *x, int32_t d, double *p)
{
    double most = -HUGE_VAL, sum = 0;
    for (int32_t k = 0; k < m->k; k++) {
        p[k] = log(m->weight[k]) + m->log_f[k] - square(m, x, k, (size_t)d) / 2 - LOG_2PI / 2 * d;
        most = fmax(most, p[k]);
    }
    for (int32_t k = 0; k < m->k; k++) sum += p[k] = exp(p[k] - most);
    for (int32_t k = 0; k < m->k; k++) p[k] /= sum;
    return most + log(fmax(sum, 1e-300));
}

/* Parts of the rows in the components; the log likelihood. */
static double expect(em *s)
{
    const th_rows *r = &s->l->job->train;
    double all = 0;
    for (int32_t i = 0; i < r->n; i++) {
        all += log_p(s->m, row_of(r, i), r->d, s->p);
        for (int32_t k = 0; k < s->m->k; k++) s->part[(size_t)k * (size_t)r->n + (size_t)i] = s->p[k];
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

/* Rows for the choice: evenly spread over all, in their order, as many as that work allows. */
static th_err thin(th_learning *l, bool full, th_rows *some, float **rest)
{
    const th_rows *r = &l->job->train;
    const double each = full ? (double)r->d * r->d / 2 : r->d, most = fmax(FEWEST, fmin(MOST_ROWS, MOST_WORK / each));
    const int32_t step = (int32_t)ceil(r->n / most), n = (r->n - 1) / step + 1;
    const size_t d = (size_t)r->d;
    float *x = th_learn_get(l, (size_t)n * d, sizeof *x);
    *rest = th_learn_get(l, (size_t)n * d, sizeof *x);
    if (!x || !*rest) return th_learn_no_memory(l);
    for (int32_t i = 0; i < n; i++) memcpy(x + (size_t)i * d, row_of(r, i * step), d * sizeof *x);
    *some = (th_rows){.x = x, .n = n, .d = r->d};
    return TH_OK;
}

/* ln p of rows from .. to - 1 under k components fitted to the others, which `rest` has room for. */
static th_err left_out(const th_learning *l, const th_rows *r, int32_t from, int32_t to, float *rest, int32_t k,
                       bool full, double *sum)
{
    const size_t d = (size_t)r->d;
    th_learn_job job = *l->job;
    th_learning part = {.job = &job, .team = l->team, .why = l->why};
    th_mixture m;
    memcpy(rest, r->x, (size_t)from * d * sizeof *rest);
    memcpy(rest + (size_t)from * d, row_of(r, to), (size_t)(r->n - to) * d * sizeof *rest);
    job.train = (th_rows){.x = rest, .n = r->n - (to - from), .d = r->d};
    job.progress = NULL;
    const th_err err = th_mixture_fit(&part, k, full, &m, NULL, NULL);
    double *p = err ? NULL : th_learn_get(&part, (size_t)k, sizeof *p);
    for (int32_t i = from; i < to && p; i++) *sum += log_p(&m, row_of(r, i), r->d, p);
    th_learn_forget(&part);
    return err ? err : p ? TH_OK : th_learn_no_memory(l);
}

/* The number of 1, 2, 4, 8 under which rows are likeliest that were left out: each fifth, one after the other in time.
 * BIC takes rows for independent, and neighbours in time are alike: it takes more components, each of which knows one
 * stretch of time, and what is normal at another time is then far from all of them. */
static th_err choose_number(th_learning *l, bool full, int32_t *best)
{
    double most = -HUGE_VAL;
    th_rows r = {0};
    float *rest = NULL;
    TH_TRY(thin(l, full, &r, &rest));
    for (int32_t k = 1; k <= 8; k *= 2) {
        double sum = 0;
        for (int32_t f = 0; f < FOLDS; f++)
            TH_TRY(left_out(l, &r, (int32_t)((int64_t)r.n * f / FOLDS), (int32_t)((int64_t)r.n * (f + 1) / FOLDS), rest,
                            k, full, &sum));
        if (sum > most) {
            most = sum;
            *best = k;
        }
    }
    return TH_OK;
}

th_err th_learn_mixture_settle(th_learning *l, th_learn_cfg *cfg)
{
    int32_t k = 1;
    if (cfg->clusters > 0) return TH_OK;
    if (l->job->train.n >= FEWEST) TH_TRY(choose_number(l, cfg->full > 0, &k));
    cfg->clusters = k;
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
    const int32_t parts = (int32_t)l->job->cfg.clusters;
    TH_TRY(th_mixture_fit(l, parts < r->n ? parts : r->n, full, &m, NULL, NULL));
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
