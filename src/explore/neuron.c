/* One neuron with two inputs. */
#include "explore/explore.h"
#include "explore/toy.h"

#include "base/rng.h"
#include "nn/fully_connected.h"
#include "nn/relu.h"
#include "nn/unary.h"

#include <float.h>
#include <math.h>

#define POINTS 40

enum { APART, TOUCHING, RING, XOR };

/* Point i of class c (0 or 1). */
static void place(int32_t data, int32_t c, th_rng *rng, float *x)
{
    const float side = c ? 1.0f : -1.0f;
    if (data == RING) {
        const double angle = 6.283185307179586 * (double)th_rng_unit(rng);
        const double far = (c ? 0.5 : 1.9) + 0.2 * (double)th_rng_normal(rng);
        x[0] = (float)(far * cos(angle));
        x[1] = (float)(far * sin(angle));
        return;
    }
    const float across = data == XOR && th_rng_below(rng, 2) ? -1.0f : 1.0f;
    const float wide = data == TOUCHING ? 0.8f : 0.42f, middle = data == TOUCHING ? 0.75f : 1.2f;
    x[0] = across * (data == XOR ? 1.2f : side * middle) + wide * th_rng_normal(rng);
    x[1] = across * (data == XOR ? 1.2f * side : -side * middle * 0.5f) + wide * th_rng_normal(rng);
}

th_toy *th_explore_neuron(int32_t data, uint32_t seed)
{
    th_toy *t = th_toy_make(
        &(th_toy_cfg){.text = "dense 1\n", .n_in = 2, .loss = "binary", .optimizer = "sgd", .n = POINTS, .seed = seed});
    th_rng rng = th_rng_make(seed, 4);
    for (int32_t i = 0; t && i < POINTS; i++) {
        const int32_t c = i % 2;
        place(data, c, &rng, t->x[0] + (size_t)2 * (size_t)i);
        t->y[0][i] = (float)c;
    }
    return t;
}

void th_explore_fire(const float *w, int32_t activation, const float *x, int32_t n, float *y)
{
    const th_fully_connected_f32_par sum = {n, 2, 1, -FLT_MAX, FLT_MAX};
    const void *y_in[] = {y};
    void *out[] = {y};
    th_fully_connected_f32(&sum, (const void *[]){x, w, w + 2}, out, NULL);
    if (activation == TH_FIRE_SIGMOID) th_logistic_f32(&(th_unary_par){n}, y_in, out, NULL);
    if (activation == TH_FIRE_RELU) th_relu_f32(&(th_relu_f32_par){n, 0, FLT_MAX}, y_in, out, NULL);
    for (int32_t i = 0; activation == TH_FIRE_STEP && i < n; i++) y[i] = y[i] > 0 ? 1.0f : 0.0f;
}
