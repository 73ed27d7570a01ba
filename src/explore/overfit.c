/* A network that learns a few noisy points by heart. */
#include "explore/explore.h"
#include "explore/toy.h"

#include "base/rng.h"
#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define UNSEEN 200
#define RATE   0.01

double th_explore_truth(double x)
{
    return sin(2.2 * x) * 0.8 + 0.25 * x;
}

static void draw(th_toy *t, int32_t part, double noise, th_rng *rng)
{
    for (int32_t i = 0; i < t->n[part]; i++) {
        const float x = t->x[part][i] = th_rng_range(rng, -2.0f, 2.0f);
        t->y[part][i] = (float)th_explore_truth((double)x) + (float)noise * th_rng_normal(rng);
    }
}

th_toy *th_toy_curve(const char *act, int32_t size, int32_t points, double noise, uint32_t seed)
{
    char text[96];
    (void)th_text_fmt(text, sizeof text, "dense %d %s\ndense %d %s\ndense 1\n", (int)size, act, (int)size, act);
    th_toy *t = th_toy_make(&(th_toy_cfg){
        .text = text, .n_in = 1, .loss = "mse", .optimizer = "adam", .n = points, .n_unseen = UNSEEN, .seed = seed});
    if (t) t->best = calloc(t->net->n_params, sizeof *t->best);
    if (!t || !t->best) {
        th_explore_free(t);
        return NULL;
    }
    th_rng seen = th_rng_make(seed, 2), unseen = th_rng_make(seed, 3);
    draw(t, 0, noise, &seen);
    draw(t, 1, noise, &unseen);
    return t;
}

th_toy *th_explore_overfit(int32_t size, int32_t points, double noise, uint32_t seed)
{
    return th_toy_curve("tanh", size, points, noise, seed);
}

void th_explore_epochs(th_toy *t, int32_t n, float *loss)
{
    for (int32_t i = 0; i < n; i++) {
        (void)th_explore_step(t, RATE);
        *loss++ = (float)th_explore_loss(t, 0);
        const double unseen = th_explore_loss(t, 1);
        *loss++ = (float)unseen;
        if (unseen >= t->best_at) continue;
        t->best_at = unseen;
        memcpy(t->best, t->net->params, t->net->n_params * sizeof *t->best);
    }
}

void th_explore_best(th_toy *t, const float *x, int32_t n, float *y)
{
    const float *last = t->net->w;
    t->net->w = t->best;
    th_explore_answer(t, x, n, y);
    t->net->w = last;
}
