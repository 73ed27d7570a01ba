/* train/kinds/recurrent.h -- what LSTM and GRU share: where everything lies, the products, first weights.
 *
 * A picture [h][w][c] is a sequence of h steps of w * c values.  All samples of a member run through the steps side by
 * side, so that every product is one of matrices (N samples, T steps, `in` floats of a step, s stored units, G floats
 * of a step's gates, a multiple of s):
 *
 *   gates [N*T][G] = x [N*T][in] * W [in][G]                      all steps at once
 *   sums  [N][G]   = h of step t-1 [N][s] * R [s][G]              one step; h lies [N][T][s], so its rows are T*s apart
 *   dW += x^T dgates,  dR += h(t-1)^T dgates(t),  dx = dgates * W^T   all steps at once
 *   dh(t-1) = dgates(t) * R^T                                     one step
 *
 * Weights stand one after the other: W, R.  A bias [G], and with a GRU a second one [G], are the stage's n_bias, which
 * do not decay; W^T and R^T are its flipped weights. */
#ifndef TH_TRAIN_KINDS_RECURRENT_H
#define TH_TRAIN_KINDS_RECURRENT_H

#include "train/net.h"

typedef struct th_recurrent {
    int32_t gates, biases;
    int32_t order[4]; /* which gate of the logical tensors stands where among the stored ones */
    int32_t keeps;    /* arrays [N][T][s] that are kept beside h for the way back, gates included */
} th_recurrent;

void th_recurrent_prepare(const th_net *net, th_stage *st);
void th_recurrent_flip(const th_stage *st, const float *w, float *flipped);
size_t th_recurrent_place(const th_stage *st, th_param_role role, size_t i);
size_t th_recurrent_count(const th_stage *st, th_param_role role);

/* W normal with Glorot's deviation sqrt(2 / (in + units)) per gate; R orthogonal per gate; biases 0. */
void th_recurrent_init(const th_stage *st, th_rng *rng, float *w);

/* First parameters of R and of bias k. */
size_t th_recurrent_r(const th_stage *st);
size_t th_recurrent_bias(const th_stage *st, int32_t k);

/* What samples n0 to n1 keep, behind `keeps` arrays; of a layer that gives the whole sequence it is z. */
float *th_recurrent_h(const th_stage *st, int32_t n0, int32_t n1);

/* Inputs are read, and gates = x W. */
void th_recurrent_gates(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1, float *gates);
/* out [n][b] = rows a of a sequence [n][T][a floats] * w [a][b] */
void th_recurrent_product(const th_stage *st, int32_t n, int32_t a, int32_t b, const float *x, const float *w,
                          float *out);
/* z from h. */
void th_recurrent_out(const th_stage *st, int32_t n0, int32_t n1, const float *h);

/* dz of all samples; returns [N][out_h][s]. */
const float *th_recurrent_dz(th_net_member *m, const th_stage *st, int32_t n0, int32_t n1);
/* dz at step t of sample n, or NULL: there is none (only the last step is an output). */
const float *th_recurrent_dz_at(const th_stage *st, const float *dz, size_t n, size_t t);
/* All that is left to do with the gradients at the gates' sums: [N][T][G] on the side of x and on that of h. */
void th_recurrent_back(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1, const float *h,
                       const float *dgates, const float *dgates_h);
/* g [G] += sum of rows */
void th_recurrent_sum(const float *rows, size_t n, size_t width, float *g);

#endif
