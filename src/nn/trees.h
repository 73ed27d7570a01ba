/* nn/trees.h -- ThimbleTrees: a decision tree, a random forest, or boosted trees.
 *
 *   node i:  feature[i] >= 0:  go on at i + 1 when x[feature[i]] <= threshold[i], else at i + next[i]
 *            feature[i] = -1:  a leaf: row next[i] of the values
 *   y[c] = sum over the trees of value[leaf][c];  with one value in a row, tree t counts for class t mod classes
 *
 *   in[0] x [rows][d]         in[1] feature [N] int16      in[2] threshold [N], type and scale of x
 *   in[3] next [N] uint16     in[4] root [T] int32: first node of each tree, rising from 0
 *   in[5] value [L][classes or 1], float32, or int16 with one scale and zero point 0; all but x are constants
 *   out[0] y [rows][classes]
 *
 * Option: "classes".  Each tree's nodes stand together and every step goes forward inside them (prepare refuses
 * others), so no input can make a tree longer than its nodes.  A NaN goes on at i + next[i].
 * int8, int16: whole numbers are compared and added; |sum| <= 32768 T < 2^31 for T <= TH_TREES_MOST, then requantised.
 */
#ifndef TH_NN_TREES_H
#define TH_NN_TREES_H

#include <stdint.h>

#define TH_TREES_MOST    65535
#define TH_TREES_CLASSES 256

typedef struct th_trees_par {
    int32_t rows, depth, trees;
    int32_t classes, wide;                   /* wide: values in a row, classes or 1 */
    int32_t multiplier, shift, zero, lo, hi; /* of an integer output (nn/requant.h) */
} th_trees_par;

void th_trees_f32(const void *par, const void *const *in, void *const *out, void *scratch);
/* scratch: classes * 4 bytes */
void th_trees_s8(const void *par, const void *const *in, void *const *out, void *scratch);
void th_trees_s16(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
