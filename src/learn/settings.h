/* learn/settings.h -- what can be said about the training of a classic learner, from one list: options, help, ranges.
 */
#ifndef TH_LEARN_SETTINGS_H
#define TH_LEARN_SETTINGS_H

#include "base/why.h"

#include <stdint.h>

/*  member, option, value, smallest, largest, default (0: the learner's own), text of the default, help */
#define TH_LEARN_SETTING_LIST(X)                                                                                       \
    X(neighbours, "neighbours", "N", 1, 256, 5, "5", "knn: how many of the nearest count")                             \
    X(points, "points", "N", 1, 1000000, 1000, "1000", "knn: rows that are kept, drawn from all")                      \
    X(clusters, "clusters", "N", 1, 4096, 0, "kmeans 16, mixture 1 to 8", "kmeans, mixture: how many")                 \
    X(restarts, "restarts", "N", 1, 100, 5, "5", "kmeans, mixture: the best of so many starts")                        \
    X(full, "covariance", "0|1", 0, 1, 0, "0", "mixture: 1 = whole covariances instead of their diagonals")            \
    X(components, "components", "X", 0, 4096, 0.95, "0.95", "pca: how many, or below 1 the part of the variance")      \
    X(percentile, "percentile", "X", 1, 100, 99, "99", "scores: part of the normal rows below the threshold, in %")    \
    X(l2, "l2", "X", 0, 1e6, 1, "1", "logistic, boost: pulls weights and leaves to 0")                                 \
    X(trees, "trees", "N", 1, 5000, 0, "forest 100, boost 200", "forest, boost: how many (boost: rounds)")             \
    X(depth, "depth", "N", 1, 30, 0, "tree 12, forest 16, boost 4", "trees: questions one after the other")            \
    X(min_leaf, "min-leaf", "N", 1, 1000000, 0, "tree 5, forest 1, boost 20", "trees: rows in a leaf, at least")       \
    X(features, "features", "N", 1, 65536, 0, "the root of all", "forest: columns that a question chooses from")       \
    X(shrinkage, "shrinkage", "X", 0.001, 1, 0.1, "0.1", "boost: what each tree may say of its answer")                \
    X(wait, "wait", "N", 1, 5000, 20, "20", "boost: ends after so many rounds without gain on --val")

typedef struct th_learn_cfg {
#define X(member, name, arg, lo, hi, def, text, help) double member;
    TH_LEARN_SETTING_LIST(X)
#undef X
    uint64_t seed;
    int n_threads;
} th_learn_cfg;

th_learn_cfg th_learn_default(void);

/* Sets one of them from text.  Errors: TH_EUSAGE; the text names the setting and its range. */
TH_NODISCARD th_err th_learn_set(th_learn_cfg *cfg, const char *name, const char *value, th_why *why);

#endif
