/* Points and those beside them: distances and votes come from the device's kernels (nn/nearest.h). */
#include "course/calc_priv.h"
#include "learn/learning.h"
#include "nn/nearest.h"

#include <math.h>
#include <string.h>

void th_calc_distance(th_calc *c)
{
    th_numbers a, b;
    double steps = 0;
    th_calc_list(c, "a", 1, TH_CALC_VALUES, &a);
    th_calc_list(c, "b", 1, TH_CALC_VALUES, &b);
    th_calc_need(c, a.n == b.n, "a and b are as many numbers");
    if (c->err) return;
    const double squared = th_learn_distance(a.f, b.f, a.n);
    for (int32_t i = 0; i < a.n; i++) steps += fabs(a.v[i] - b.v[i]);
    th_calc_set(c, "distance", sqrt(squared));
    th_calc_set(c, "squared", squared);
    th_calc_set(c, "steps", steps);
}

/* Distances of x to each point, squared; the place of the least. */
static int32_t nearest(const float *x, const th_numbers *points, double *squared)
{
    int32_t best = 0;
    for (int32_t i = 0; i < points->rows; i++) {
        squared[i] = th_learn_distance(x, points->f + i * points->columns, points->columns);
        if (squared[i] < squared[best]) best = i;
    }
    return best;
}

/* Labels are places from 0: votes [*classes] for each. */
static void read_labels(th_calc *c, const th_numbers *points, uint8_t *label, int32_t *classes)
{
    th_numbers labels;
    th_calc_list(c, "labels", 1, TH_CALC_VALUES, &labels);
    th_calc_need(c, labels.n == points->rows, "there is a label for each point");
    *classes = 1;
    for (int32_t i = 0; i < labels.n && !c->err; i++) {
        th_calc_need(c, labels.v[i] >= 0 && labels.v[i] <= 63 && labels.v[i] == floor(labels.v[i]),
                     "labels are whole numbers from 0 to 63");
        if (c->err) return;
        label[i] = (uint8_t)labels.v[i];
        if (label[i] >= *classes) *classes = label[i] + 1;
    }
}

void th_calc_knn(th_calc *c)
{
    th_numbers points, x;
    uint8_t label[TH_CALC_VALUES];
    float votes[64], weight[TH_CALC_VALUES], score;
    double distance[TH_CALC_VALUES];
    _Alignas(16) unsigned char scratch[TH_NEAREST_MOST * TH_NEAREST_BYTES];
    int32_t classes;
    th_calc_table(c, "points", &points);
    th_calc_list(c, "x", 1, TH_CALC_VALUES, &x);
    th_calc_need(c, x.n == points.columns, "x has as many numbers as a point");
    if (c->err) return;
    read_labels(c, &points, label, &classes);
    const int32_t k = th_calc_whole(c, "k", 1, points.rows < TH_NEAREST_MOST ? points.rows : TH_NEAREST_MOST);
    if (c->err) return;
    const th_nearest_f32_par vote = {1, x.n, points.rows, k, classes}, far = {1, x.n, points.rows, k, 1};
    for (int32_t i = 0; i < points.rows; i++) weight[i] = 1;
    const void *in[] = {x.f, points.f, label}, *weighed[] = {x.f, points.f, weight};
    void *out[] = {votes}, *mean[] = {&score};
    th_nearest_vote_f32(&vote, in, out, scratch);
    th_nearest_distance_f32(&far, weighed, mean, scratch);
    const int32_t best = nearest(x.f, &points, distance);
    for (int32_t i = 0; i < points.rows; i++) distance[i] = sqrt(distance[i]);
    int32_t said = 0;
    for (int32_t i = 1; i < classes; i++)
        if (votes[i] > votes[said]) said = i;
    th_calc_set_whole(c, "label", said);
    th_calc_set_floats(c, "votes", votes, classes);
    th_calc_set_list(c, "distances", distance, points.rows);
    th_calc_set_whole(c, "nearest", best);
    th_calc_set(c, "score", (double)score);
}

/* Each point's nearest centre, and the sum of the squared distances to them. */
static double assign(const th_numbers *points, const th_numbers *centres, int32_t *of)
{
    double squared[TH_CALC_VALUES], inertia = 0;
    for (int32_t i = 0; i < points->rows; i++) {
        of[i] = nearest(points->f + i * points->columns, centres, squared);
        inertia += squared[of[i]];
    }
    return inertia;
}

/* Each centre to the mean of its points; one without points stays. */
static void move(const th_numbers *points, th_numbers *centres, const int32_t *of)
{
    const int32_t d = points->columns;
    for (int32_t k = 0; k < centres->rows; k++) {
        int32_t n = 0;
        double sum[TH_CALC_VALUES] = {0};
        for (int32_t i = 0; i < points->rows; i++) {
            if (of[i] != k) continue;
            n++;
            for (int32_t j = 0; j < d; j++) sum[j] += points->v[i * d + j];
        }
        for (int32_t j = 0; j < d && n; j++) centres->f[k * d + j] = (float)(sum[j] / n);
    }
}

void th_calc_kmeans(th_calc *c)
{
    th_numbers points, centres, before;
    int32_t of[TH_CALC_VALUES], again[TH_CALC_VALUES];
    double place[TH_CALC_VALUES];
    th_calc_table(c, "points", &points);
    th_calc_table(c, "centres", &centres);
    th_calc_need(c, points.columns == centres.columns, "a centre has as many numbers as a point");
    if (c->err) return;
    before = centres;
    const double inertia = assign(&points, &centres, of);
    move(&points, &centres, of);
    for (int32_t i = 0; i < points.rows; i++) place[i] = of[i];
    th_calc_set_list(c, "of", place, points.rows);
    th_calc_set_table(c, "centres", centres.f, centres.rows, centres.columns);
    th_calc_set(c, "inertia", inertia);
    th_calc_set(c, "after", assign(&points, &centres, again));
    th_calc_set_yes(c, "moved", memcmp(before.f, centres.f, (size_t)centres.n * sizeof(float)) != 0);
}
