/* train/loss.h -- what a training makes small: one row per loss, pure functions on the outputs of one sample.
 *
 *   z   [n] what the last layer computes, before any soft-max or sigmoid ("logits")
 *   y   [n] what it should be
 *
 * Losses of several outputs are means over them, except cross entropy, which looks at one class. */
#ifndef TH_TRAIN_LOSS_H
#define TH_TRAIN_LOSS_H

#include "base/why.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct th_loss_row th_loss_row;

typedef struct th_loss_cfg {
    const th_loss_row *row;
    float smoothing; /* 0 <= smoothing < 1: that much of the target is spread over all classes; classes only */
    float delta;     /* Huber: where the parabola becomes a line, > 0 */
    const float *class_weight; /* th_loss_n_weights of them, or NULL: all 1 */
} th_loss_cfg;

/* What a finished model does to z before anyone sees it. */
typedef enum th_loss_head { TH_HEAD_SOFTMAX, TH_HEAD_SIGMOID, TH_HEAD_LINEAR } th_loss_head;

/* The loss of one sample, and unless grad is NULL its gradient dL/dz [n]; grad may be z itself.
 * What is no number comes out as no number. */
typedef double th_loss_fn(const th_loss_cfg *cfg, const float *z, const float *y, int32_t n, float *grad);

struct th_loss_row {
    const char *name;   /* "cross-entropy" */
    const char *metric; /* what `score` gives: "accuracy" (larger is better) or "mae" (smaller is better) */
    th_loss_head head;
    th_loss_fn *loss;
    /* The metric of one sample: its mean over samples is what is shown. */
    double (*score)(const float *z, const float *y, int32_t n);
    const char *help; /* one line: formula and what for */
};

/*  name           L                                                                         metric
 *  cross-entropy  -sum_i w_i q_i ln softmax(z)_i,  q = (1 - s) y + s / n                     right class or not
 *  binary         mean_i w (q softplus(-z) + (1 - q) softplus(z)),  q = (1 - s) y + s / 2    part of outputs on y's
 * side mse            mean_i (z - y)^2                                                           mean |z - y| mae
 * mean_i |z - y|;  its gradient at 0 is 0                                    mean |z - y| huber          mean_i d^2 / 2
 * where |d| <= delta, else delta (|d| - delta / 2),  d = z - y  mean |z - y|
 *
 * s is the smoothing, w the class weight: in cross entropy of class i; in binary with one output class_weight[0]
 * weighs what is no (1 - q) and class_weight[1] what is yes (q), with several class_weight[i] weighs output i.
 * Sources: Szegedy et al. 2016 (smoothing), Huber 1964; definitions and means as in PyTorch's losses, so that
 * figures can be compared. */
const th_loss_row *th_loss_all(size_t *n);

/* Row by name; NULL when there is none. */
const th_loss_row *th_loss_find(const char *name);

/* Number of class weights that n outputs take: n, and 2 for binary with one output; 0: this loss takes none. */
int32_t th_loss_n_weights(const th_loss_row *row, int32_t n);

/* Do smoothing, delta and weights go with the loss and n outputs?  Errors: TH_ERANGE, with the setting's name. */
TH_NODISCARD th_err th_loss_check(const th_loss_cfg *cfg, int32_t n, th_why *why);

/* Is y [n] a target that the loss can take: numbers, and for classes from 0 to 1 with a sum of 1 (binary: from 0 to 1
 * each)? */
bool th_loss_target_ok(const th_loss_row *row, const float *y, int32_t n);

/* No infinity and nothing that is no number among x [n]. */
bool th_all_finite(const float *x, size_t n);

/* z -> what the finished model answers: soft-max, sigmoid or z; out may be z. */
void th_loss_scores(const th_loss_row *row, const float *z, int32_t n, float *out);

#endif
