/* learn/learn.h -- classic learners: from rows of numbers to a model, a .tflite graph like those of networks.
 *
 *   rows --th_learn--> th_model: standard operators and, where these do not suffice, our own with constant tables
 *                      (nn/nearest.h, nn/mixture.h, nn/trees.h)
 *
 *   logistic             FULLY_CONNECTED, SOFTMAX                        scores of the classes
 *   knn (labels)         ThimbleNearest, votes                           the same
 *   tree, forest         ThimbleTrees, parts of the classes              the same
 *   boost                ThimbleTrees, SOFTMAX                           the same
 *   kmeans, knn          ThimbleNearest, a distance                      one score, 1 at the threshold
 *   mixture              ThimbleMixture                                  one score, 1 at the threshold
 *   pca                  FULLY_CONNECTED, ThimbleNearest                 one score, 1 at the threshold
 *
 * A score of strangeness is learned from normal rows alone; above 1 it is an alarm.  1 is the percentile that was asked
 * for of the scores that normal rows get from models which did not learn from them (five folds, in the order of the
 * rows: neighbours in time are alike, and a model knows its own rows too well), or of the watched rows (val) where
 * these have a higher one. Everything is a function of rows, settings and seed: the same bytes on any number of
 * threads. */
#ifndef TH_LEARN_LEARN_H
#define TH_LEARN_LEARN_H

#include "base/why.h"
#include "learn/settings.h"
#include "model/graph.h"

#include <stdbool.h>

/* n rows of d finite numbers. */
typedef struct th_rows {
    const float *x;       /* [n][d] */
    const int32_t *label; /* [n] 0 .. n_labels - 1, or NULL */
    int32_t n, d, n_labels;
} th_rows;

typedef struct th_learn_job {
    th_rows train, val; /* val.n = 0: there are none */
    th_shape input;     /* of the model's input, d values behind a first dimension of 1 */
    th_learn_cfg cfg;
    bool anomaly;                             /* learn a score from rows that are all normal; labels do not count */
    void (*progress)(void *ctx, double part); /* NULL, or called now and then, 0 to 1, from the calling thread */
    void *ctx;
} th_learn_job;

#define TH_LEARN_FIGURES 12

/* What the training has to tell: clusters, explained variance, accuracy out of the bag. */
typedef struct th_learn_report {
    int32_t n;
    struct {
        const char *name; /* "explained_variance": a key of JSON */
        double value;
    } figure[TH_LEARN_FIGURES];
} th_learn_report;

typedef enum th_learn_kind { TH_LEARN_CLASSES = 1, TH_LEARN_SCORE = 2 } th_learn_kind;

typedef struct th_learning th_learning; /* learn/learning.h */

typedef struct th_learner {
    const char *name, *summary;
    unsigned kinds; /* th_learn_kind, one or both */
    th_err (*train)(th_learning *l);
    th_err (*settle)(th_learning *l, th_learn_cfg *cfg); /* settings that follow from all rows, once; NULL: none do */
} th_learner;

/* All learners; *n their number. */
const th_learner *th_learners(size_t *n);

/* NULL when there is none of that name. */
const th_learner *th_learner_find(const char *name);

/* Errors: TH_EUSAGE (the learner cannot do this job, a setting out of range), TH_ERANGE (a row with no finite number,
 * too few rows), TH_ENOMEM, TH_EINTR after Ctrl-C. */
TH_NODISCARD th_err th_learn(const th_learner *learner, const th_learn_job *job, th_model **model,
                             th_learn_report *report, th_why *why);

#endif
