/* explore/toy.h -- a network so small that it is trained while somebody watches: a few points, all of them in each
 * step.
 *
 * It is the engine of `thimble train` (train/net.h, train/step.h) with its reference kernels, so that the same numbers
 * come out in every browser. */
#ifndef TH_EXPLORE_TOY_H
#define TH_EXPLORE_TOY_H

#include "train/step.h"

typedef struct th_toy {
    th_spec spec;
    th_net *net;
    th_team *team;
    th_train_step step;
    const th_optim_row *optimizer;
    double momentum;
    uint64_t done;  /* steps */
    int32_t n[2];   /* points that it learns from, points that it has not seen */
    float *x[2];    /* [n][inputs] */
    float *y[2];    /* [n] */
    float *state;   /* of the optimiser */
    float *best;    /* [n_params] of the best step so far on unseen points; NULL: nothing watches */
    double best_at; /* their loss */
    float *own_y;   /* of the net: taken away while there is nothing to compare with */
} th_toy;

typedef struct th_toy_cfg {
    const char *text;      /* the network, model/spec.h: one output */
    int32_t n_in;          /* values of a point */
    const char *loss;      /* "mse", "binary" */
    const char *optimizer; /* "sgd" without momentum, "adam" */
    int32_t n, n_unseen;
    uint32_t seed; /* of the first weights */
} th_toy_cfg;

/* x and y are zero, to be filled.  NULL without memory, or for a text that is no such network. */
th_toy *th_toy_make(const th_toy_cfg *cfg);

/* One input, two layers of `size` neurons with that activation ("tanh"), one output, and noisy points of
 * th_explore_truth to learn from; others to watch. */
th_toy *th_toy_curve(const char *act, int32_t size, int32_t points, double noise, uint32_t seed);

#endif
