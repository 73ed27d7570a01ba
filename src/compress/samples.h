/* compress/samples.h -- example inputs of a float network, and how they go through it and through its integer forms. */
#ifndef TH_COMPRESS_SAMPLES_H
#define TH_COMPRESS_SAMPLES_H

#include "model/plan.h"

#include <stdbool.h>

/* Sample i: x [elements of all float inputs, one input after the other]. */
typedef void th_sample_fn(void *ctx, int32_t i, float *x);

typedef struct th_samples {
    int32_t n;
    th_sample_fn *sample;
    int32_t (*label)(void *ctx, int32_t i); /* class of sample i, -1: not known; NULL: none are known */
    void *ctx;
    int32_t in_a_row; /* for networks with state: so many samples follow each other, then it starts anew; 0: 1 */
} th_samples;

/* The same network, float or converted, that samples are run through. */
typedef struct th_trial {
    th_plan *plan;
    th_runner *runner;
    float *x, *y;      /* one input; the outputs of the newest run, as float */
    int32_t n_x, n_y;  /* their elements */
    int32_t n_classes; /* of output 0: its last dimension, when that is all it has; else 0 */
} th_trial;

/* Plans `graph`, whose inputs and outputs are float, int8 or int16; it must outlive the trial.
 * Free with th_trial_free, after an error too.  Errors: TH_ENOMEM, TH_EUNSUP (an input of another type), those of
 * th_plan_make. */
TH_NODISCARD th_err th_trial_new(const th_graph *graph, th_trial *t, th_why *why);
void th_trial_free(th_trial *t);

/* Runs sample i -> t->y; samples of one set are run in their order.  on_layer as th_runner_invoke has it, or NULL.
 * Errors: those of th_runner_invoke. */
TH_NODISCARD th_err th_trial_run(th_trial *t, const th_samples *s, int32_t i, th_layer_fn *on_layer, void *ctx);

/* x [elements of t] as t has numbers: float32, int8 or int16, rounded as QUANTIZE does, halves away from zero. */
void th_tensor_feed(const th_tensor *t, const float *x, void *to);

/* Element k of a tensor as a real number; float32, int8 and int16. */
float th_tensor_real(const th_tensor *t, const void *data, int32_t k);

/* Class that scores v [n] name: the largest, the last of equals as th_score_best has it; of a single score 1 from 0.5
 * on, else 0. */
int32_t th_scores_class(const float *v, int32_t n);

#endif
