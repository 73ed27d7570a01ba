/* train/optim.h -- how gradients change parameters: one row per optimiser.
 *
 * g gradient, p parameter, a learning rate, u momentum, d weight decay, t step from 1, e = 1e-8; m and v start at 0.
 *
 *   sgd      g += d p;  m = u m + g;  p -= a m                                                     (Polyak 1964)
 *   rmsprop  g += d p;  v = 0.99 v + 0.01 g^2;  m = u m + g / (sqrt(v) + e);  p -= a m             (Hinton 2012,
 * lecture 6) adam     g += d p;  m = u m + (1 - u) g;  v = 0.999 v + 0.001 g^2; p -= a m / (1 - u^t) / (sqrt(v / (1 -
 * 0.999^t)) + e)                                  (Kingma & Ba 2015) adamw    as adam, but d p stays out of g:  p -= a
 * d p besides                                  (Loshchilov & Hutter 2019)
 *
 * Forms and constants are those of PyTorch.  Weights decay; gammas, betas and biases do not. */
#ifndef TH_TRAIN_OPTIM_H
#define TH_TRAIN_OPTIM_H

#include "train/kernels.h"

#include <stdbool.h>

typedef struct th_optim_row th_optim_row;

/* The numbers of one step, the same for all parameters. */
typedef struct th_optim_step {
    const th_optim_row *row;
    th_adam adam;   /* rate, keep and, for adam and adamw, the rest */
    float decay;    /* d */
    float momentum; /* u */
    bool averaging; /* average = keep * average + (1 - keep) * p after the step, keep in `adam` */
} th_optim_step;

/* Parameters of one update [n], n a multiple of 16. */
typedef struct th_optim_part {
    size_t n;
    float *g; /* changed where weight decay is added to it */
    float *p, *m, *v, *average;
    bool decays; /* weights */
} th_optim_part;

struct th_optim_row {
    const char *name;
    bool uses_m, uses_v; /* which state arrays it keeps */
    double momentum;     /* where none is set */
    float rate, decay;   /* where none are set; rate 0, decay -1: those of the model's preset */
    void (*update)(const th_optim_step *o, const th_optim_part *part, const th_kernels *kernels);
    const char *help;
};

const th_optim_row *th_optim_all(size_t *n);
const th_optim_row *th_optim_find(const char *name); /* NULL when there is none */

/* Step number `done` + 1 at a learning rate.  momentum: 0 to below 1; ema: decay of the weight average per step,
 * 0 = off; a young average must not remember the start, so the first steps keep less: (1 + t) / (10 + t) at most. */
th_optim_step th_optim_step_make(const th_optim_row *row, double rate, uint64_t done, double momentum, float decay,
                                 float ema);

/* Factor that brings a gradient whose squares add up to `sum` down to length `clip`; 1 when it is not longer.
 * Source: Pascanu, Mikolov, Bengio 2013. */
float th_optim_clip(double sum, float clip);

#endif
