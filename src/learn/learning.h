/* learn/learning.h -- a training under way: its memory, its threads, the graph that it builds. */
#ifndef TH_LEARN_LEARNING_H
#define TH_LEARN_LEARNING_H

#include "base/rng.h"
#include "learn/learn.h"
#include "os/team.h"

struct th_learning {
    const th_learn_job *job;
    th_team *team;
    th_model *model;
    th_graph *graph;
    th_learn_report *report;
    th_why *why;
    double margin; /* factor of the threshold of a score */
    void *memory;  /* chain of blocks that th_learn frees */
};

/* n zeroed objects until the training ends; NULL without memory. */
void *th_learn_get(th_learning *l, size_t n, size_t size);

/* Frees all of them: of a training inside another one. */
void th_learn_forget(th_learning *l);

/* "no memory ..." */
TH_NODISCARD th_err th_learn_no_memory(const th_learning *l);

/* Adds a figure to the report. */
void th_learn_tell(th_learning *l, const char *name, double value);

/* Tells how much is done; TH_EINTR when Ctrl-C was pressed. */
TH_NODISCARD th_err th_learn_step(const th_learning *l, double part);

/* Streams of random numbers: one for each use, so that none depends on another. */
th_rng th_learn_rng(const th_learning *l, uint64_t stream);

/* Whole setting, or the learner's own value where it is 0. */
int32_t th_learn_whole(double setting, int32_t own);

/* The squared distance of two rows. */
double th_learn_distance(const float *a, const float *b, int32_t d);

/* order [n]: 0 .. n - 1 shuffled. */
void th_learn_shuffle(th_rng *r, int32_t *order, int32_t n);

/* The threshold: the percentile of the settings of score [n], which is sorted, times the margin; at least 1e-12. */
double th_learn_threshold(const th_learning *l, float *score, int32_t n);

/* ---- the graph; tensors and operators of it live in the model.  Numbers of tensors, -1: no memory. ---- */

/* A constant of the model: zeroed bytes for `shape` to fill, or NULL. */
void *th_learn_constant(th_learning *l, const char *name, th_type type, th_shape shape, int32_t *tensor);

/* An operator with inputs in[n] (-1 among them: no memory) and an output [1][classes]; the output's tensor.
 * options: of a custom operator, or NULL. */
int32_t th_learn_node(th_learning *l, th_op op, const th_attr *attr, const int32_t *in, int32_t n, const char *name,
                      int32_t classes);

/* The same of one of our own operators, with the options "classes" and, unless it is 0, "neighbours". */
int32_t th_learn_custom(th_learning *l, th_op op, int32_t neighbours, const int32_t *in, int32_t n, const char *name,
                        int32_t classes);

th_shape th_learn_shape(int32_t a, int32_t b); /* [a], or [a][b] where b > 0 */

/* The tensor is the model's output, with softmax behind it when asked. */
TH_NODISCARD th_err th_learn_end(th_learning *l, int32_t tensor, int32_t classes, bool softmax);

/* Rows of the table in learn.c. */
th_err th_learn_kmeans(th_learning *l);
th_err th_learn_knn(th_learning *l);
th_err th_learn_mixture(th_learning *l);
/* cfg->clusters, when nothing asked for a number. */
th_err th_learn_mixture_settle(th_learning *l, th_learn_cfg *cfg);
th_err th_learn_pca(th_learning *l);
th_err th_learn_logistic(th_learning *l);
th_err th_learn_tree(th_learning *l);
th_err th_learn_forest(th_learning *l);
th_err th_learn_boost(th_learning *l);

#endif
