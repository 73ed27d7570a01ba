/* learn/trees.h -- growing decision trees: what tree, forest and boost share.
 *
 * Columns are cut into at most 256 bins once: one for each value where there are no more, else of about as many rows
 * each.  A node looks at sums over its rows for each bin, and takes the question "x <= edge" whose two sides score
 * most:
 *
 *   classes     sum over the sides of (sum_c count_c^2) / count        the largest: the smallest Gini impurity
 *   gradients   sum over the sides of g^2 / (h + l2)                   Newton's step for a loss with slope g, bend h
 *
 * Edges lie in the middle between two values.  Nodes stand as nn/trees.h wants them: what is <= comes next. */
#ifndef TH_LEARN_TREES_H
#define TH_LEARN_TREES_H

#include "learn/learning.h"

#define TH_TREE_BINS  256
#define TH_TREE_NODES 60000 /* of one tree: steps in it fit 16 bits */

typedef struct th_bins {
    int32_t n, d;
    uint8_t *bin;   /* [d][n] */
    float *edge;    /* [d][TH_TREE_BINS] upper edges of the bins but the last */
    int32_t *count; /* [d] bins */
} th_bins;

/* Memory is the training's.  Errors: TH_ENOMEM. */
TH_NODISCARD th_err th_bins_make(th_learning *l, th_bins *b);

typedef struct th_tree_node {
    int16_t feature; /* -1: a leaf */
    float threshold;
    int32_t next; /* nodes further, or number of the leaf */
} th_tree_node;

typedef struct th_tree {
    th_tree_node *node; /* [n], from malloc, as value */
    int32_t n, cap;
    float *value; /* [n_leaves][width] */
    int32_t n_leaves, leaf_cap;
} th_tree;

void th_tree_free(th_tree *t);

/* The leaf of row x. */
int32_t th_tree_leaf(const th_tree *t, const float *x);

typedef struct th_grow {
    const th_bins *bins;
    const int32_t *label; /* of classes, or NULL */
    const double *g, *h;  /* of gradients */
    int32_t classes;      /* 0: gradients */
    int32_t width;        /* values of a leaf: classes, or what the gradients' leaves have */
    double l2;
    int32_t depth, min_leaf, features; /* features: columns that a question chooses from, d: all */
    th_rng *rng;
    th_team *team; /* NULL: this thread alone */
    int32_t *row;  /* [n_rows] the rows, in an order that changes; some may be there several times */
    int32_t n_rows;
    double *sums;     /* [threads][TH_TREE_BINS * (classes or 2, + 1)] */
    int32_t *columns; /* [d] */
    int32_t *spare;   /* [n_rows] */
    th_tree *tree;    /* out */
} th_grow;

/* Bytes of sums for so many threads. */
size_t th_grow_sums(int32_t classes, int threads);

/* Leaves of classes have their parts; those of gradients the Newton step -g / (h + l2) in their first value.
 * false: no memory. */
bool th_grow_tree(th_grow *g);

/* The trees as a ThimbleTrees operator: its output tensor, -1: no memory.
 *   width  values of a leaf: classes, or 1
 *   step   leaves are rounded to it, so that equal ones are one; 0: as they are.  Made coarser until 65535 suffice. */
int32_t th_trees_node(th_learning *l, const th_tree *tree, int32_t n_trees, int32_t classes, int32_t width, double step,
                      const char *name);

#endif
