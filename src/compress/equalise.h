/* compress/equalise.h -- cross-layer equalisation: the same float function with channels of like size.
 *
 * ReLU does not mind a positive factor: relu(s x) = s relu(x).  So a channel between two layers can be made smaller by
 * dividing the weights and the bias that make it by s, when the weights that read it are multiplied by s.  int8 gives
 * all channels of a tensor the same steps, and one that is far larger than the others leaves them none.
 *
 *   r1[c] = max |weights that make channel c, its bias|     r2[c] = max |weights that read it|
 *   s[c] = sqrt(r1[c] / r2[c]),   then both are sqrt(r1[c] r2[c])
 *
 * over all pairs again and again until nothing changes by more than a thousandth; a depthwise layer in the middle is
 * the second of one pair and the first of the next.  The bias counts, which it does not in the paper: a channel that
 * has died in training, of a bias and of next to no weights, would become the largest of all. Source: Nagel et al.,
 * "Data-Free Quantization Through Weight Equalization and Bias Correction", 2019, section 4.1. */
#ifndef TH_COMPRESS_EQUALISE_H
#define TH_COMPRESS_EQUALISE_H

#include "model/graph.h"

/* Two layers with weights; what lies between them does not mind a factor: ReLU, leaky ReLU, PRELU, pools, padding,
 * resizing, means over places, reshaping before a dense layer. */
typedef struct th_pair {
    int32_t first, second; /* nodes */
    int32_t channels;      /* that the first one makes */
} th_pair;

/* Pairs of graph 0 -> pairs [n_nodes], their number.  Weights that another operator uses too are left alone. */
int32_t th_pairs_find(const th_graph *g, th_pair *pairs);

/* A copy of the model with pairs equalised: the same function up to float rounding, the same numbers of tensors and
 * nodes.  *n_pairs: how many there are; 0: it is the same model.
 * Errors: TH_ENOMEM, those of writing and reading a model. */
TH_NODISCARD th_err th_equalise(const th_model *f32, th_model **equal, int32_t *n_pairs, th_why *why);

/* A copy with channel `channel` between a pair `factor` times as large, and read that much smaller: the same function,
 * and a network that int8 breaks.  For tests and lessons.
 *   first   node that makes the channel and is the first of a pair
 * Errors: TH_ERANGE (no such pair or channel, factor not positive), else those of th_equalise. */
TH_NODISCARD th_err th_stretch(const th_model *f32, int32_t first, int32_t channel, double factor, th_model **out,
                               th_why *why);

#endif
