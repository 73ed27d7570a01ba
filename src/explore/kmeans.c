/* k-means step by step, and how far a point is from what is normal. */
#include "explore/explore.h"

#include "evaluate/anomaly.h"
#include "learn/kmeans.h"
#include "nn/nearest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define POINTS 120

struct th_clusters {
    float x[2 * POINTS];
    th_learn_job job;
    th_learning learning;
    th_kmeans m;
    th_lloyd lloyd;
};

/* Where the piles of each picture stand: x, y, how wide. */
static const float piles[][5][3] = {
    {{-1.1f, -0.7f, 0.32f}, {1.1f, -0.5f, 0.36f}, {0.0f, 1.1f, 0.3f}},
    {{-1.3f, -1.1f, 0.22f}, {1.3f, -1.1f, 0.24f}, {-1.2f, 1.1f, 0.24f}, {1.3f, 1.1f, 0.22f}, {0.0f, 0.0f, 0.22f}},
    {{0, 0, 0}}, /* two moons: a formula of their own */
    {{0, 0, 0.75f}},
};
static const int32_t n_piles[] = {3, 5, 2, 1};

enum { MOONS = 2 };

static void draw(int32_t kind, th_rng *rng, float *x)
{
    for (int32_t i = 0; i < POINTS; i++, x += 2) {
        const int32_t k = i % n_piles[kind];
        const float *p = piles[kind][k];
        if (kind == MOONS) {
            const double a = 3.141592653589793 * (double)th_rng_unit(rng);
            x[0] = (float)((k ? 0.5 - cos(a) : -0.5 + cos(a)) * 1.1) + 0.1f * th_rng_normal(rng);
            x[1] = (float)((k ? 0.3 - sin(a) : sin(a) - 0.3) * 1.1) + 0.1f * th_rng_normal(rng);
        } else {
            x[0] = p[0] + p[2] * th_rng_normal(rng);
            x[1] = p[1] + p[2] * th_rng_normal(rng);
        }
    }
}

th_clusters *th_explore_kmeans(int32_t kind, int32_t k, uint32_t seed)
{
    th_clusters *c = calloc(1, sizeof *c);
    if (!c) return NULL;
    th_rng rng = th_rng_make(seed, 7);
    draw(kind, &rng, c->x);
    c->job.train = (th_rows){.x = c->x, .n = POINTS, .d = 2};
    c->learning.job = &c->job;
    if (th_team_new(1, &c->learning.team, NULL) || th_lloyd_make(&c->learning, k, &c->m, &c->lloyd)) {
        th_explore_kmeans_free(c);
        return NULL;
    }
    th_rng start = th_rng_make(seed, 8);
    th_lloyd_start(&c->lloyd, &start);
    return c;
}

void th_explore_kmeans_free(th_clusters *c)
{
    if (!c) return;
    th_learn_forget(&c->learning);
    th_team_free(c->learning.team);
    free(c);
}

int32_t th_explore_kmeans_points(const th_clusters *c, float *x)
{
    if (x) memcpy(x, c->x, sizeof c->x);
    return POINTS;
}

void th_explore_kmeans_put(th_clusters *c, const float *centre)
{
    memcpy(c->m.centre, centre, (size_t)c->m.k * 2 * sizeof *centre);
}

int32_t th_explore_kmeans_assign(th_clusters *c)
{
    return th_lloyd_assign(&c->lloyd);
}

void th_explore_kmeans_move(th_clusters *c)
{
    th_lloyd_move(&c->lloyd);
}

double th_explore_kmeans_now(const th_clusters *c, float *centre, float *of)
{
    memcpy(centre, c->m.centre, (size_t)c->m.k * 2 * sizeof *centre);
    for (int32_t i = 0; i < POINTS; i++) of[i] = (float)c->m.of[i];
    return c->m.inertia;
}

/* As the model of `thimble train --learner kmeans` says it, but for its scale. */
static void distances(const th_clusters *c, const float *x, int32_t n, float *y)
{
    float *weight = calloc((size_t)c->m.k, sizeof *weight);
    uint8_t scratch[TH_NEAREST_BYTES] __attribute__((aligned(16)));
    for (int32_t k = 0; weight && k < c->m.k; k++) weight[k] = 1;
    const th_nearest_f32_par par = {.rows = n, .depth = 2, .points = c->m.k, .neighbours = 1, .classes = 1};
    if (weight) th_nearest_distance_f32(&par, (const void *[]){x, c->m.centre, weight}, (void *[]){y}, scratch);
    free(weight);
}

double th_explore_kmeans_far(const th_clusters *c, double x, double y, double percent, float *threshold)
{
    const float at[2] = {(float)x, (float)y};
    float own[POINTS], far = 0;
    distances(c, c->x, POINTS, own);
    *threshold = th_percentile(own, POINTS, percent);
    distances(c, at, 1, &far);
    return (double)far;
}
