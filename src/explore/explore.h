/* explore/explore.h -- what the explorables of the courses compute (docs/explorables.md), for a page that calls it as
 * WebAssembly: web/engine puts these functions, and what they need of the library, into engine.wasm.
 *
 *   web/src/explore/NAME.tsx --engine.ts--> th_explore_.. --> train, learn, compress, evaluate, model, nn, dsp
 *
 * Every function whose declaration begins a line here is exported.  Numbers are int32_t, uint32_t and double, which a
 * page can give as they are; arrays are the caller's.  Who makes something frees it; NULL: there is no memory.
 * The same arguments give the same results; random numbers come from `seed` alone. */
#ifndef TH_EXPLORE_EXPLORE_H
#define TH_EXPLORE_EXPLORE_H

#include <stdbool.h>
#include <stdint.h>

/* ---- small networks that learn from a few points: descent, neuron, overfit (explore/toy.h) ---- */

typedef struct th_toy th_toy;

/* model 0: y = w x; 1: y = w x + b; 2: y = v tanh(w x).  16 points of one with noise. */
th_toy *th_explore_descent(int32_t model, double noise, uint32_t seed);

/* A neuron with two inputs, and 40 points of two classes; data 0: apart, 1: touching, 2: a ring around the other one,
 * 3: in opposite corners (XOR). */
th_toy *th_explore_neuron(int32_t data, uint32_t seed);

/* One input, two layers of `size` neurons, one output; `points` of th_explore_truth to learn from, 200 to watch. */
th_toy *th_explore_overfit(int32_t size, int32_t points, double noise, uint32_t seed);

void th_explore_free(th_toy *t); /* NULL is fine */

/* Points to learn from, or those that it has not seen: x [n][inputs], y [n]; each may be NULL.  Returns n. */
int32_t th_explore_points(const th_toy *t, int32_t unseen, float *x, float *y);

/* Weights and biases, layer by layer.  Returns their number; NULL only counts. */
int32_t th_explore_weights(const th_toy *t, float *w);
void th_explore_set_weights(th_toy *t, const float *w);

/* Mean loss of the points as the weights are now. */
double th_explore_loss(th_toy *t, int32_t unseen);
/* The same of those it learns from, and its gradient, in the order of the weights. */
double th_explore_gradient(th_toy *t, float *grad);
/* One step of gradient descent on all points: the loss before it. */
double th_explore_step(th_toy *t, double rate);

/* The loss [side][side] with the first weight from lo to hi along a row and the second one from row to row; of a
 * network with one weight [1][side]. */
void th_explore_map(th_toy *t, double lo, double hi, int32_t side, float *loss);

/* What the network says: x [n][inputs] -> y [n]. */
void th_explore_answer(th_toy *t, const float *x, int32_t n, float *y);

/* n epochs of th_explore_overfit: loss [n][2], of the points and of the unseen ones, after each. */
void th_explore_epochs(th_toy *t, int32_t n, float *loss);
/* As th_explore_answer, of the epoch that was best on the unseen points. */
void th_explore_best(th_toy *t, const float *x, int32_t n, float *y);
/* The curve that the points of th_explore_overfit come from: 0.8 sin(2.2 x) + x / 4. */
double th_explore_truth(double x);

/* What a neuron says: w[0] x[0] + w[1] x[1] + w[2], and then its activation.  x [n][2] -> y [n]. */
enum { TH_FIRE_STEP, TH_FIRE_SIGMOID, TH_FIRE_RELU };
void th_explore_fire(const float *w, int32_t activation, const float *x, int32_t n, float *y);

/* ---- scores and thresholds: threshold, fair (evaluate/anomaly.h) ---- */

typedef struct th_scores th_scores;

/* n scores from 0 to 1, a part of which, `events`, stand for something that happened: 1 / (1 + e^(-1.3 x)) of normal
 * numbers x around `high` for these and around `low` for the others. */
th_scores *th_explore_scores(int32_t n, double events, double low, double high, uint32_t seed);
void th_explore_scores_free(th_scores *t);

/* How many scores of each kind are in each of the bins [bins] from 0 to 1. */
void th_explore_piles(const th_scores *t, int32_t bins, float *quiet, float *events);

/* A score above the threshold is an alarm: out [TH_ALARM_N]. */
enum { TH_ALARM_HITS, TH_ALARM_MISSES, TH_ALARM_FALSE, TH_ALARM_QUIET, TH_ALARM_N };
void th_explore_alarms(const th_scores *t, double threshold, float *out);

double th_explore_auc(const th_scores *t);
/* At most `cap` points of the ROC curve; returns their number. */
int32_t th_explore_roc(const th_scores *t, int32_t cap, float *false_rate, float *recall);

/* Of thresholds 0, 1/200 .. 1 the first that costs least; *cost. */
#define TH_THRESHOLDS 200
double th_explore_cheapest(const th_scores *t, double miss, double alarm, float *cost);

/* A rate of those whose score is above the threshold ("yes"): how many get one; of events; of the others; how many of
 * the yeses are right; how many of all are judged right.  -1 where there is nobody to ask. */
enum { TH_RATE_YES, TH_RATE_HIT, TH_RATE_FALSE, TH_RATE_RIGHT, TH_RATE_ALL };
double th_explore_rate(const th_scores *t, double threshold, int32_t rate);
/* The threshold whose rate comes nearest to the one wanted. */
double th_explore_match(const th_scores *t, int32_t rate, double wanted);

/* ---- numbers on a grid: grid (compress/weights.h, compress/range.h) ---- */

/* 16 x 16 numbers: the weights of a layer that was trained here, the same with one far away, or what neurons say.
 * Returns how many; v NULL only counts. */
enum { TH_VALUES_WEIGHTS, TH_VALUES_OUTLIER, TH_VALUES_OUTPUTS };
int32_t th_explore_values(int32_t kind, uint32_t seed, float *v);

/* v [256] on a grid of 2 to 8 bits and back again; scale [16] (affine, or one for all: only the first is set).
 *   affine       a zero point, as for outputs; else none, as for weights
 *   per_channel  each row its own scale; weights only
 *   keep         above 0, up to 1: that part of the range; what is beyond is cut off
 * out [TH_GRID_N]: root of the mean squared error, signal to noise in dB, numbers that were cut, steps in use, zero,
 * the median of the errors. */
enum { TH_GRID_RMS, TH_GRID_SNR, TH_GRID_CUT, TH_GRID_USED, TH_GRID_ZERO, TH_GRID_MEDIAN, TH_GRID_N };
void th_explore_grid(const float *v, int32_t bits, int32_t affine, int32_t per_channel, double keep, float *back,
                     float *scale, float *out);

#endif
