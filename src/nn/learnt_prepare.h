/* nn/learnt_prepare.h -- what the prepare functions of the classic learners' operators share (nn/nearest.h, mixture.h,
 * trees.h): custom operators of our own, whose tables are constant tensors. */
#ifndef TH_NN_LEARNT_PREPARE_H
#define TH_NN_LEARNT_PREPARE_H

#include "nn/prepare.h"

/* Tensor i of the node, which must be a constant of `type` and `rank` with something in it; NULL: it is none, and
 * p->diag says so. */
const th_tensor *th_learnt_table(const th_prepare *p, int32_t i, th_type type, int32_t rank);

/* n numbers, each from 0 to FLT_MAX. */
bool th_learnt_weights(const float *v, int32_t n);

/* Rows of x, each of `depth` values, into an output of `classes` values for each; x and y float32, or both int8.
 * Errors: TH_ESHAPE, TH_EUNSUP. */
TH_NODISCARD th_err th_learnt_rows(const th_prepare *p, int32_t depth, int32_t classes, int32_t *rows);

/* A row's `infer`: [rows][classes]. */
void th_learnt_shape(const th_prepare *p, int32_t depth, int32_t classes, th_shape *out);

/* m[i] = round(v[i] * factor * 2^shift) < 2^31 with the largest shift, 0 .. 62, that the largest v[i] allows.
 * false: a product that is larger, or no finite number. */
bool th_learnt_multipliers(const float *v, int32_t n, double factor, int32_t *m, int32_t *shift);

#endif
