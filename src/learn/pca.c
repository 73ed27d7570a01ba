/* Principal components as a score of strangeness: two statistics of process control in one.
 *
 *   T^2 = sum over j < m of (v_j . (x - mean))^2 / lambda_j      far along the directions that normal rows vary in
 *   Q   = sum over j >= m of (v_j . (x - mean))^2                off them
 *   phi = T^2 / limit(T^2) + Q / limit(Q)                        the limits are percentiles of the training rows
 *
 * phi is the squared length of z = W x + b with row j of W = v_j / sqrt(lambda_j limit(T^2)) for j < m and
 * v_j / sqrt(limit(Q)) for the others: one FULLY_CONNECTED and the distance to 0.
 * Source: Yue, Qin, "Reconstruction-based fault identification using a combined index" (2001). */
#include "learn/linear.h"

#include "evaluate/anomaly.h"

#include <math.h>

#define MOST_VALUES 1024 /* W has their square */

typedef struct pca {
    th_learning *l;
    int32_t d, kept;
    double *mean, *covariance, *value, *v;
    float *t2, *q, *phi; /* [n] */
} pca;

static bool make(pca *p)
{
    const size_t d = (size_t)p->d, n = (size_t)p->l->job->train.n;
    p->mean = th_learn_get(p->l, d, sizeof *p->mean);
    p->covariance = th_learn_get(p->l, d * d, sizeof *p->covariance);
    p->value = th_learn_get(p->l, d, sizeof *p->value);
    p->v = th_learn_get(p->l, d * d, sizeof *p->v);
    p->t2 = th_learn_get(p->l, n, sizeof *p->t2);
    p->q = th_learn_get(p->l, n, sizeof *p->q);
    p->phi = th_learn_get(p->l, n, sizeof *p->phi);
    return p->mean && p->covariance && p->value && p->v && p->t2 && p->q && p->phi;
}

/* How many components: the number itself, or as many as explain that part of the variance. */
static void choose(pca *p)
{
    const double asked = p->l->job->cfg.components;
    double all = 0, sum = 0;
    int32_t most = 0;
    for (int32_t j = 0; j < p->d; j++) {
        if (p->value[j] < 0) p->value[j] = 0;
        all += p->value[j];
        most += p->value[j] > 1e-9 * p->value[0];
    }
    if (most < 1) most = 1;
    for (p->kept = 0; p->kept < most; p->kept++) {
        if (asked >= 1 ? p->kept >= (int32_t)asked : p->kept > 0 && sum >= asked * all) break;
        sum += p->value[p->kept];
    }
    th_learn_tell(p->l, "components", p->kept);
    th_learn_tell(p->l, "explained_variance", all > 0 ? sum / all : 0);
}

static void statistics(pca *p)
{
    const th_rows *r = &p->l->job->train;
    for (int32_t i = 0; i < r->n; i++) {
        const float *x = r->x + (size_t)i * (size_t)p->d;
        double t2 = 0, q = 0;
        for (int32_t j = 0; j < p->d; j++) {
            const double *v = p->v + (size_t)j * (size_t)p->d;
            double z = 0;
            for (int32_t k = 0; k < p->d; k++) z += v[k] * ((double)x[k] - p->mean[k]);
            if (j < p->kept)
                t2 += z * z / fmax(p->value[j], 1e-12);
            else
                q += z * z;
        }
        p->t2[i] = (float)t2;
        p->q[i] = (float)q;
    }
}

/* W and b; the point at 0 and its weight. */
static th_err build(pca *p, double t2_limit, double q_limit, double threshold)
{
    th_learning *l = p->l;
    const int32_t d = p->d;
    int32_t dense[3] = {0}, in[3];
    float *w = th_learn_constant(l, "turn/weights", TH_F32, th_learn_shape(d, d), &dense[1]);
    float *b = th_learn_constant(l, "turn/bias", TH_F32, th_learn_shape(d, 0), &dense[2]);
    float *zero = th_learn_constant(l, "normal", TH_F32, th_learn_shape(1, d), &in[1]);
    float *weight = th_learn_constant(l, "weight", TH_F32, th_learn_shape(1, 0), &in[2]);
    if (!w || !b || !zero || !weight) return th_learn_no_memory(l);
    for (int32_t j = 0; j < d; j++) {
        const double *v = p->v + (size_t)j * (size_t)d;
        const double scale = 1 / sqrt(j < p->kept ? fmax(p->value[j], 1e-12) * t2_limit : q_limit);
        double sum = 0;
        for (int32_t k = 0; k < d; k++) {
            w[(size_t)j * (size_t)d + (size_t)k] = (float)(v[k] * scale);
            sum += v[k] * scale * p->mean[k];
        }
        b[j] = (float)-sum;
    }
    weight[0] = (float)(1 / (threshold * threshold));
    in[0] = th_learn_node(l, TH_OP_FULLY_CONNECTED, &(th_attr){0}, dense, 3, "turned", d);
    return th_learn_end(l, th_learn_custom(l, TH_OP_NEAREST, 1, in, 3, "score", 1), 1, false);
}

th_err th_learn_pca(th_learning *l)
{
    const th_rows *r = &l->job->train;
    pca p = {.l = l, .d = r->d};
    if (p.d > MOST_VALUES)
        return th_why_set(l->why, TH_EUSAGE,
                          "pca takes up to %d columns, there are %ld: compute features first, or take "
                          "kmeans",
                          MOST_VALUES, (long)p.d);
    if (!make(&p)) return th_learn_no_memory(l);
    (void)th_covariance(r, NULL, p.mean, p.covariance);
    TH_TRY(th_learn_step(l, 0.3));
    th_eigen(p.covariance, p.d, p.value, p.v);
    TH_TRY(th_learn_step(l, 0.6));
    choose(&p);
    statistics(&p);
    float *sorted = th_learn_get(l, (size_t)r->n, sizeof *sorted);
    if (!sorted) return th_learn_no_memory(l);
    double limit[2];
    for (int k = 0; k < 2; k++) {
        for (int32_t i = 0; i < r->n; i++) sorted[i] = k ? p.q[i] : p.t2[i];
        limit[k] = fmax((double)th_percentile(sorted, (size_t)r->n, l->job->cfg.percentile), 1e-9);
    }
    for (int32_t i = 0; i < r->n; i++) p.phi[i] = (float)sqrt((double)p.t2[i] / limit[0] + (double)p.q[i] / limit[1]);
    return build(&p, limit[0], limit[1], th_learn_threshold(l, p.phi, r->n));
}
