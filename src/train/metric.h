/* train/metric.h -- the figures of an epoch: one list gives their names, places and which way is better. */
#ifndef TH_TRAIN_METRIC_H
#define TH_TRAIN_METRIC_H

#include "train/loss.h"

#include <stddef.h>

/*  id, name, better (+1 larger, -1 smaller, 0 neither) */
#define TH_METRIC_LIST(X)                                                                                              \
    X(TH_TRAIN_LOSS, "train_loss", -1)                                                                                 \
    X(TH_TRAIN_ACCURACY, "train_accuracy", 1)                                                                          \
    X(TH_TRAIN_MAE, "train_mae", -1)                                                                                   \
    X(TH_VAL_LOSS, "val_loss", -1)                                                                                     \
    X(TH_VAL_ACCURACY, "val_accuracy", 1)                                                                              \
    X(TH_VAL_BALANCED, "val_balanced_accuracy", 1)                                                                     \
    X(TH_VAL_F1, "val_f1", 1)                                                                                          \
    X(TH_VAL_MAE, "val_mae", -1)                                                                                       \
    X(TH_VAL_RMSE, "val_rmse", -1)                                                                                     \
    X(TH_LEARNING_RATE, "learning_rate", 0)                                                                            \
    X(TH_GRADIENT, "gradient", 0) /* longest gradient of the epoch, before it was clipped */                           \
    X(TH_SECONDS, "seconds", 0)

typedef enum th_metric {
#define X(id, name, better) id,
    TH_METRIC_LIST(X)
#undef X
        TH_N_METRICS
} th_metric;

const char *th_metric_name(th_metric m);
int th_metric_better(th_metric m);

/* By name, where "val_" may be left out ("accuracy" is val_accuracy); TH_N_METRICS when there is none. */
th_metric th_metric_find(const char *name);

/* Does a training with this loss measure it?  (Accuracy is for classes, mae for numbers.) */
bool th_metric_suits(th_metric m, const th_loss_row *loss);

/* What validation counts, sample by sample.  Whole numbers, so that the order does not matter; the two sums of
 * distances are added up in the order of the team's members. */
typedef struct th_scoring {
    const th_loss_row *loss;
    int32_t n; /* outputs */
    int64_t samples;
    int64_t *truth, *said,
        *hit;                /* [n] of each class: samples that are, that were called, that were rightly called it */
    double distance, square; /* sums over samples of mean |z - y| and mean (z - y)^2 */
} th_scoring;

/* counts: room for 3 * n numbers, set to 0 here. */
void th_scoring_start(th_scoring *t, const th_loss_row *loss, int32_t n, int64_t *counts);
/* scores, y [n]: what the model answers, and what it should. */
void th_scoring_add(th_scoring *t, const float *scores, const float *y);
void th_scoring_join(th_scoring *t, const th_scoring *other);

/* accuracy   right / all                       (binary: over all outputs)
 * balanced   mean recall of the classes that occur  (binary: mean of both sides' recall over outputs)
 * f1         mean of 2 hit / (truth + said) over classes that occur or were said (binary: of "yes", over outputs)
 * mae, rmse  numbers only
 * into value[TH_VAL_..]; those that do not suit the loss stay as they are. */
void th_scoring_values(const th_scoring *t, double value[TH_N_METRICS]);

#endif
