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

/* ---- a window over a picture: window (nn/conv_2d.h, nn/pool_2d.h) ---- */

/* x [side][side] and a kernel [3][3] -> y [out][out]; same: zeros around, so that a stride of 1 keeps the size. Returns
 * out; y NULL only counts. */
int32_t th_explore_window(const float *x, int32_t side, const float *kernel, int32_t stride, int32_t same, int32_t relu,
                          float *y);
/* The largest value (most) or the mean of each 2 x 2: y [side / 2][side / 2]. */
int32_t th_explore_pool(const float *x, int32_t side, int32_t most, float *y);

/* ---- a tone and its samples: alias (dsp/fft.h, dsp/biquad.h) ---- */

/* The frequency that the samples of a tone have: the tone folded at half the sampling rate. */
double th_explore_heard(double tone, double rate);

/* A sine of amplitude 1, `rate` samples a second, filter: after a low-pass of order 8 at 0.4 rate.
 *   wave [16][TH_WAVE_SAMPLES]  16 points for each sample, one after the other
 *   samples [TH_WAVE_SAMPLES]   every 16th of them */
#define TH_WAVE_SAMPLES 512
void th_explore_wave(double tone, double rate, int32_t filter, float *wave, float *samples);

/* The amplitudes of 0, rate / 512 .. rate / 2 in samples [TH_WAVE_SAMPLES]: loudness [TH_WAVE_SAMPLES / 2 + 1]. */
void th_explore_spectrum(const float *samples, float *loudness);

/* ---- sounds and mel bands: mel (dsp/frontend.h) ---- */

/* n samples of a vowel made of puffs of air and three resonances, or of another sound: whole numbers, as of 16 bits. */
enum { TH_SOUND_AA, TH_SOUND_EE, TH_SOUND_OO, TH_SOUND_HISS, TH_SOUND_WHISTLE, TH_SOUND_SWEEP };
void th_explore_sound(int32_t kind, double pitch, double rate, int32_t n, uint32_t seed, float *pcm);

/* The front end of `thimble train`: frames of `window` samples, one each `hop`, `bands` mel bands from 20 Hz to half
 * the rate; the FFT has the next power of two.  NULL also for sizes that are not possible. */
typedef struct th_ear th_ear;
th_ear *th_explore_ear(double rate, int32_t window, int32_t hop, int32_t bands);
void th_explore_ear_free(th_ear *e);
int32_t th_explore_ear_bins(const th_ear *e); /* of the FFT: half of its length and one */

/* Log mel energies of all frames of pcm [n]: bands [frames][bands].  Returns the frames; NULL only counts. */
int32_t th_explore_ear_clip(th_ear *e, const float *pcm, int32_t n, float *bands);
/* What happens to one frame on the way: pcm [window] -> windowed [window], power [bins]. */
void th_explore_ear_frame(th_ear *e, const float *pcm, float *windowed, float *power);
/* How much each bin counts in each band: weight [bands][bins]. */
void th_explore_ear_weights(const th_ear *e, float *weight);

/* ---- buffers in an arena: arena (model/plan.h) ---- */

typedef struct th_packing th_packing;

/* The int8 network of a description (model/spec.h) with input [h][w][c] and 4 classes, planned with the reference
 * kernels.  NULL also for a text that describes none. */
th_packing *th_explore_arena(const char *text, int32_t h, int32_t w, int32_t c);
void th_explore_arena_free(th_packing *a);

/* The plan's bytes, what no plan can go below, the bytes of all buffers side by side, steps, buffers. */
enum { TH_ARENA_BYTES, TH_ARENA_BOUND, TH_ARENA_APART, TH_ARENA_STEPS, TH_ARENA_BLOCKS, TH_ARENA_N };
void th_explore_arena_figures(const th_packing *a, float *out);

/* Of each buffer its bytes, its place in the plan and side by side, the first and the last step that needs it. */
enum { TH_BLOCK_BYTES, TH_BLOCK_AT, TH_BLOCK_APART, TH_BLOCK_FIRST, TH_BLOCK_LAST, TH_BLOCK_N };
const float *th_explore_arena_blocks(const th_packing *a); /* [TH_ARENA_BLOCKS][TH_BLOCK_N] */

/* The operator that runs as k-th: "CONV_2D". */
const char *th_explore_arena_step(const th_packing *a, int32_t k);

/* ---- boards and batteries: budget (deploy/board.h) ---- */

int32_t th_explore_boards(void);
const char *th_explore_board_name(int32_t i);  /* "nano33ble" */
const char *th_explore_board_title(int32_t i); /* "Arduino Nano 33 BLE Sense" */
const char *th_explore_board_chip(int32_t i);

/* Bytes of flash and RAM, clock, and about how long so many multiply-accumulates take it, and how much energy; 0 where
 * no figure is known. */
enum { TH_BOARD_FLASH, TH_BOARD_RAM, TH_BOARD_HZ, TH_BOARD_MS, TH_BOARD_MJ, TH_BOARD_N };
void th_explore_board(int32_t i, double macs, float *out);

/* How long a battery lasts that gives `mj` every so many seconds and a current that always flows. */
double th_explore_days(double mj, double every_s, double sleep_ua, double mah, double volts);

/* ---- k-means: kmeans (learn/kmeans.h, nn/nearest.h) ---- */

typedef struct th_clusters th_clusters;

/* Points in three piles, five piles, two moons or one cloud (0 to 3), and k centres, drawn as k-means++ does. */
th_clusters *th_explore_kmeans(int32_t kind, int32_t k, uint32_t seed);
void th_explore_kmeans_free(th_clusters *c);
int32_t th_explore_kmeans_points(const th_clusters *c, float *x); /* [n][2]; NULL only counts */
void th_explore_kmeans_put(th_clusters *c, const float *centre);  /* [k][2]: begins there */

/* The two halves of a step: points to their nearest centre (0: no point has another one than before), and centres to
 * the means of their points. */
int32_t th_explore_kmeans_assign(th_clusters *c);
void th_explore_kmeans_move(th_clusters *c);

/* centre [k][2], of [n] (-1: none yet).  Returns the sum of the squared distances at the last assignment. */
double th_explore_kmeans_now(const th_clusters *c, float *centre, float *of);

/* The distance of (x, y) to its nearest centre, and the distance that so many per cent of the points do not exceed. */
double th_explore_kmeans_far(const th_clusters *c, double x, double y, double percent, float *threshold);

/* ---- who is in training, who in test: split (data/split.h, nn/nearest.h) ---- */

typedef struct th_people th_people;

/* `each` recordings of two words by each of some people.  habit: 0 all say them alike, 1 each in a way of her own. */
th_people *th_explore_split(int32_t people, int32_t each, double habit, uint32_t seed);
void th_explore_split_free(th_people *p);

/* Deals as `thimble data split` does: each recording for itself, or whole people.  tested [people][each] 0 or 1;
 * returns their number. */
int32_t th_explore_split_deal(th_people *p, int32_t by_person, double test, float *tested);

/* After dealing: the nearest recording that was trained with says which word each tested one is.  wrong [people][each];
 * returns the part that is right. */
double th_explore_split_judge(const th_people *p, float *wrong);
/* The same of 40 people who were not there. */
double th_explore_split_later(const th_people *p);

#endif
