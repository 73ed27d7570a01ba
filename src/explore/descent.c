/* The loss of two weights, and the way down. */
#include "explore/explore.h"
#include "explore/toy.h"

#include "base/rng.h"
#include "nn/unary.h"

#include <string.h>

#define POINTS 16

/* What each of the networks could learn without noise: the weights in the valley. */
static const struct {
    const char *text;
    float w[2];
} models[] = {
    {"dense 1 no-bias\n", {1.2f, 0}},
    {"dense 1\n", {1.2f, 0.6f}},
    {"dense 1 no-bias tanh\ndense 1 no-bias\n", {1.4f, 1.1f}},
};

static float tanh_of(float x)
{
    float y;
    th_tanh_f32(&(th_unary_par){1}, (const void *[]){&x}, (void *[]){&y}, NULL);
    return y;
}

th_toy *th_explore_descent(int32_t model, double noise, uint32_t seed)
{
    const float *w = models[model].w;
    th_toy *t = th_toy_make(&(th_toy_cfg){
        .text = models[model].text, .n_in = 1, .loss = "mse", .optimizer = "sgd", .n = POINTS, .seed = seed});
    th_rng rng = th_rng_make(seed, 1);
    for (int32_t i = 0; t && i < POINTS; i++) {
        const float x = t->x[0][i] = -1.5f + 3.0f * (float)i / (POINTS - 1);
        t->y[0][i] = (model == 2 ? w[1] * tanh_of(w[0] * x) : w[0] * x + w[1]) + (float)noise * th_rng_normal(&rng);
    }
    return t;
}

void th_explore_map(th_toy *t, double lo, double hi, int32_t side, float *loss)
{
    float kept[2] = {0}, w[2];
    const int32_t rows = th_explore_weights(t, kept) > 1 ? side : 1;
    const double step = (hi - lo) / (side - 1);
    for (int32_t r = 0; r < rows; r++)
        for (int32_t c = 0; c < side; c++) {
            w[0] = (float)(lo + step * c);
            w[1] = (float)(lo + step * r);
            th_explore_set_weights(t, w);
            *loss++ = (float)th_explore_loss(t, 0);
        }
    th_explore_set_weights(t, kept);
}
