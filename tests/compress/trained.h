/* tests/compress/trained.h -- a small network that has learnt something: four patterns under noise. The convolutions
 * are random, the dense layer behind them is trained here by gradient descent. */
#ifndef TH_TEST_TRAINED_H
#define TH_TEST_TRAINED_H

#include "../test.h"

#include "../models.h"

#include "compress/quantize.h"
#include "compress/score.h"

#include <math.h>

#define TRAINED_IN      120
#define TRAINED_CLASSES 4

/* Example i: pattern i % 4 under noise of its own size. */
static inline void trained_sample(void *ctx, int32_t i, float *x)
{
    th_rng pattern = th_rng_make(7, (uint64_t)(i % TRAINED_CLASSES)), noise = th_rng_make(8, (uint64_t)i);
    (void)ctx;
    for (int k = 0; k < TRAINED_IN; k++) x[k] = th_rng_normal(&pattern) + 1.3f * th_rng_normal(&noise);
}

static inline int32_t trained_label(void *ctx, int32_t i)
{
    (void)ctx;
    return i % TRAINED_CLASSES;
}

/* Examples that were neither trained nor calibrated with. */
static inline void trained_test_sample(void *ctx, int32_t i, float *x)
{
    trained_sample(ctx, i + 100000, x);
}

static inline th_samples trained_samples(int32_t n)
{
    return (th_samples){.n = n, .sample = trained_sample, .label = trained_label};
}

static inline th_samples trained_test_samples(int32_t n)
{
    return (th_samples){.n = n, .sample = trained_test_sample, .label = trained_label};
}

#define TRAINED_FEATURES 360

/* conv -> depthwise -> pointwise -> reshape -> dense -> soft-max, of 12 frames of 10. */
static inline th_model *trained_shape(void)
{
    test_build b = test_begin(11, 1, 12, 10, 1);
    test_conv(&b, 6, 5, 1, 8, 4, 3, 2);
    test_depthwise(&b, 6, 5, 8);
    test_conv(&b, 6, 5, 8, 12, 1, 1, 1);
    int32_t from = b.last;
    test_node(&b, TH_OP_RESHAPE, from, -1, -1, test_tensor(&b, "flat", 1, TRAINED_FEATURES, 0, 0));
    from = b.last;
    const int32_t w = test_weights(&b, "fc/w", 0.01f, TRAINED_CLASSES, TRAINED_FEATURES, 0, 0),
                  bias = test_weights(&b, "fc/b", 0.01f, TRAINED_CLASSES, 0, 0, 0);
    test_node(&b, TH_OP_FULLY_CONNECTED, from, w, bias, test_tensor(&b, "fc", 1, TRAINED_CLASSES, 0, 0));
    from = b.last;
    test_node(&b, TH_OP_SOFTMAX, from, -1, -1, test_tensor(&b, "scores", 1, TRAINED_CLASSES, 0, 0))->attr.softmax.beta =
        1.0f;
    return test_end(&b);
}

static inline void trained_features(void *ctx, int32_t node, int32_t tensor, const void *data)
{
    (void)tensor;
    if (node == 3) memcpy(ctx, data, TRAINED_FEATURES * sizeof(float));
}

/* One step of soft-max regression on the dense layer. */
static inline void trained_step(float *w, float *b, const float *x, int32_t label)
{
    float z[TRAINED_CLASSES], sum = 0.0f;
    for (int c = 0; c < TRAINED_CLASSES; c++) {
        z[c] = b[c];
        for (int k = 0; k < TRAINED_FEATURES; k++) z[c] += w[c * TRAINED_FEATURES + k] * x[k];
    }
    for (int c = 0; c < TRAINED_CLASSES; c++) sum += z[c] = expf(fminf(30.0f, z[c]));
    for (int c = 0; c < TRAINED_CLASSES; c++) {
        const float d = 0.003f * (z[c] / sum - (label == c ? 1.0f : 0.0f));
        for (int k = 0; k < TRAINED_FEATURES; k++) w[c * TRAINED_FEATURES + k] -= d * x[k];
        b[c] -= d;
    }
}

static inline th_model *trained_net(void)
{
    enum { N = 500, ROUNDS = 8 };
    static float x[N][TRAINED_FEATURES];
    th_model *m = trained_shape();
    th_graph *g = &m->graphs[0];
    float *w = (float *)(uintptr_t)g->tensors[g->nodes[4].in[1]].data,
          *b = (float *)(uintptr_t)g->tensors[g->nodes[4].in[2]].data;
    const th_samples s = trained_samples(N);
    th_trial t;
    th_why why = {0};
    if (th_trial_new(g, &t, &why)) fail_msg("%s", why.text);
    for (int32_t i = 0; i < N; i++) assert_int_equal(th_trial_run(&t, &s, i, trained_features, x[i]), TH_OK);
    th_trial_free(&t);
    for (int32_t i = 0; i < N * ROUNDS; i++) trained_step(w, b, x[i % N], i % N % TRAINED_CLASSES);
    return m;
}

#endif
