/* learn/tsne_quad.h -- points of the plane in squares within squares, and what all of them push one point with.
 *
 *   a cell: its square, how many points lie in it, their mean; four cells within, or up to TH_QUAD_LEAF points
 *
 * push_i = sum over j != i of w_ij^2 (y_i - y_j), sum_i = sum over j != i of w_ij, with w = 1 / (1 + |y_i - y_j|^2);
 * a cell whose side is below theta times its mean's distance from y_i counts as that mean, so many times. */
#ifndef TH_LEARN_TSNE_QUAD_H
#define TH_LEARN_TSNE_QUAD_H

#include <stdbool.h>
#include <stdint.h>

#define TH_QUAD_LEAF 4

typedef struct th_cell {
    float side, mean[2];
    int32_t count;
    int32_t child;       /* first of the four; -1: a leaf */
    int32_t first, last; /* of the points' order */
} th_cell;

typedef struct th_quad {
    th_cell *cell; /* [cap] */
    int32_t n_cells, cap;
    int32_t *order, *spare; /* [n] points, those of a cell together */
    int32_t n;
} th_quad;

/* Memory for trees over n points, filled again and again.  false: there is none (th_quad_free all the same). */
bool th_quad_new(th_quad *t, int32_t n);
void th_quad_free(th_quad *t);

void th_quad_fill(th_quad *t, const float *y);
void th_quad_push(const th_quad *t, const float *y, int32_t i, float theta, double push[2], double *sum);

#endif
