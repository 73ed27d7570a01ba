/* kmeans and knn: what is stored are points, and a distance to the nearest ones is what comes out (nn/nearest.h). */
#include "learn/kmeans.h"
#include "nn/nearest.h"

#include <math.h>
#include <string.h>

static const float *row_of(const th_rows *r, int32_t i)
{
    return r->x + (size_t)i * (size_t)r->d;
}

/* ---- k-means ---- */

/* Half of a cluster's own spread and half of the typical one: a cluster of one row has no radius of its own. */
static void radii(const th_rows *r, const th_kmeans *m, double *square, double *count)
{
    const double typical = m->inertia / r->n;
    for (int32_t k = 0; k < m->k; k++) square[k] = count[k] = 0;
    for (int32_t i = 0; i < r->n; i++) square[m->of[i]] += m->far[i], count[m->of[i]] += 1;
    for (int32_t k = 0; k < m->k; k++) {
        const double own = count[k] > 0 ? square[k] / count[k] : typical;
        square[k] = fmax((own + typical) / 2, 1e-12);
    }
}

/* What the model will say to row i: the smallest distance, each in its cluster's radii. */
static double score_of(const th_rows *r, const th_kmeans *m, const double *square, int32_t i)
{
    double least = HUGE_VAL;
    for (int32_t k = 0; k < m->k; k++)
        least = fmin(least, th_learn_distance(row_of(r, i), m->centre + (size_t)k * (size_t)r->d, r->d) / square[k]);
    return sqrt(least);
}

th_err th_learn_kmeans(th_learning *l)
{
    const th_rows *r = &l->job->train;
    const int32_t asked = th_learn_whole(l->job->cfg.clusters, 16), k = asked < r->n ? asked : r->n;
    int32_t in[3] = {0};
    th_kmeans m;
    TH_TRY(th_kmeans_fit(l, k, &m, NULL, NULL));
    double *square = th_learn_get(l, (size_t)k, sizeof *square), *count = th_learn_get(l, (size_t)k, sizeof *count);
    float *score = th_learn_get(l, (size_t)r->n, sizeof *score);
    float *points = th_learn_constant(l, "centres", TH_F32, th_learn_shape(k, r->d), &in[1]);
    float *w = th_learn_constant(l, "weights", TH_F32, th_learn_shape(k, 0), &in[2]);
    if (!square || !count || !score || !points || !w) return th_learn_no_memory(l);
    radii(r, &m, square, count);
    for (int32_t i = 0; i < r->n; i++) score[i] = (float)score_of(r, &m, square, i);
    th_learn_tell(l, "clusters", k);
    th_learn_tell(l, "inertia", m.inertia);
    const double threshold = th_learn_threshold(l, score, r->n);
    memcpy(points, m.centre, (size_t)k * (size_t)r->d * sizeof *points);
    for (int32_t c = 0; c < k; c++) w[c] = (float)(1 / (square[c] * threshold * threshold));
    return th_learn_end(l, th_learn_custom(l, TH_OP_NEAREST, 1, in, 3, "score", 1), 1, false);
}

/* ---- k-NN ---- */

/* Rows that are stored, drawn from all; their number. */
static int32_t choose(th_learning *l, int32_t *order)
{
    const int32_t most = (int32_t)l->job->cfg.points, n = l->job->train.n;
    th_rng rng = th_learn_rng(l, 50);
    th_learn_shuffle(&rng, order, n);
    return most < n ? most : n;
}

typedef struct search {
    th_learning *l;
    const int32_t *stored; /* [points] rows */
    int32_t points, neighbours;
    double *list; /* [threads][neighbours] */
    float *score; /* [n] */
} search;

/* The smallest so far, in rising order; their new number. */
static int32_t keep(double *list, int32_t n, int32_t most, double far)
{
    if (n == most && !(far < list[n - 1])) return n;
    int32_t at = n == most ? n - 1 : n;
    for (; at > 0 && far < list[at - 1]; at--) list[at] = list[at - 1];
    list[at] = far;
    return n < most ? n + 1 : n;
}

/* Mean distance of each row of this member to the nearest stored ones but itself. */
static void leave_one_out(void *ctx, int member, int n_members)
{
    search *s = ctx;
    const th_rows *r = &s->l->job->train;
    double *list = s->list + (size_t)member * (size_t)s->neighbours;
    for (int32_t i = member; i < r->n; i += n_members) {
        int32_t n = 0;
        for (int32_t p = 0; p < s->points; p++) {
            if (s->stored[p] == i) continue;
            const double far = th_learn_distance(row_of(r, i), row_of(r, s->stored[p]), r->d);
            n = keep(list, n, s->neighbours, far);
        }
        double sum = 0;
        for (int32_t k = 0; k < n; k++) sum += sqrt(list[k]);
        s->score[i] = (float)(n ? sum / n : 0);
    }
}

static th_err distances(search *s, float *w)
{
    th_learning *l = s->l;
    s->list = th_learn_get(l, (size_t)s->neighbours * (size_t)th_team_size(l->team), sizeof *s->list);
    s->score = th_learn_get(l, (size_t)l->job->train.n, sizeof *s->score);
    if (!s->list || !s->score || !w) return th_learn_no_memory(l);
    th_team_run(l->team, leave_one_out, s);
    const double threshold = th_learn_threshold(l, s->score, l->job->train.n);
    for (int32_t i = 0; i < s->points; i++) w[i] = (float)(1 / (threshold * threshold));
    return TH_OK;
}

th_err th_learn_knn(th_learning *l)
{
    const th_rows *r = &l->job->train;
    const bool anomaly = l->job->anomaly;
    const int32_t classes = anomaly ? 1 : r->n_labels;
    int32_t in[3] = {0}, *order = th_learn_get(l, (size_t)r->n, sizeof *order);
    if (!order) return th_learn_no_memory(l);
    search s = {.l = l, .stored = order, .points = choose(l, order)};
    const int32_t asked = (int32_t)l->job->cfg.neighbours;
    s.neighbours = asked < s.points ? asked : s.points;
    float *points = th_learn_constant(l, "points", TH_F32, th_learn_shape(s.points, r->d), &in[1]);
    void *table = th_learn_constant(l, anomaly ? "weights" : "labels", anomaly ? TH_F32 : TH_U8,
                                    th_learn_shape(s.points, 0), &in[2]);
    if (!points || !table) return th_learn_no_memory(l);
    for (int32_t i = 0; i < s.points; i++)
        memcpy(points + (size_t)i * (size_t)r->d, row_of(r, order[i]), (size_t)r->d * sizeof *points);
    th_learn_tell(l, "points", s.points);
    if (anomaly) TH_TRY(distances(&s, table));
    for (int32_t i = 0; i < s.points && !anomaly; i++) ((uint8_t *)table)[i] = (uint8_t)r->label[order[i]];
    return th_learn_end(l,
                        th_learn_custom(l, TH_OP_NEAREST, s.neighbours, in, 3, anomaly ? "score" : "scores", classes),
                        classes, false);
}
