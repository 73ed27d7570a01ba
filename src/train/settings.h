/* train/settings.h -- everything that can be said about a training, in words: the keys of [train] in thimble.ini and
 * the options of `thimble train`, from one list. */
#ifndef TH_TRAIN_SETTINGS_H
#define TH_TRAIN_SETTINGS_H

#include "train/train.h"

/*  name as an option (in thimble.ini with _ for -), its value, its default, help */
#define TH_TRAIN_SETTING_LIST(X)                                                                                       \
    X("loss", "NAME", "cross-entropy", "what to make small: cross-entropy, binary, mse, mae or huber")                 \
    X("label-smoothing", "PART", "from the preset", "0 to below 1, spread over all classes")                           \
    X("class-weights", "LIST", "none", "auto: rare classes count more; or numbers, by label")                          \
    X("huber-delta", "X", "1", "loss huber: distance from which it is a line")                                         \
    X("optimizer", "NAME", "adamw", "adamw, adam, rmsprop or sgd")                                                     \
    X("learning-rate", "X", "from the preset", "its peak")                                                             \
    X("momentum", "PART", "0.9, rmsprop 0", "0 to below 1")                                                            \
    X("weight-decay", "X", "from the preset", "0 to 1; pulls weights to 0")                                            \
    X("batch", "N", "from the preset", "examples per step")                                                            \
    X("schedule", "NAME", "cosine", "learning rate over time: cosine, constant, step or plateau")                      \
    X("warmup", "EPOCHS", "4 %, at most 2", "the learning rate rises for so long")                                     \
    X("rate-floor", "PART", "0.01", "schedule cosine: ends at this part of the peak")                                  \
    X("drop-every", "EPOCHS", "10", "schedule step: so often; plateau: after so many not better")                      \
    X("drop-factor", "PART", "0.5", "schedule step and plateau: the rate times this")                                  \
    X("clip", "LENGTH", "0 = off", "longest gradient, all weights together")                                           \
    X("average", "PART", "from the preset", "weight averaging: how much stays at each step; 0 = off")                  \
    X("stop-on", "METRIC", "loss", "best epoch: of loss, accuracy, balanced_accuracy, f1, mae or rmse")                \
    X("patience", "EPOCHS", "a third of all", "stop after so many that were not better; 0 = never")

typedef enum th_weighting { TH_WEIGHTS_NONE, TH_WEIGHTS_AUTO, TH_WEIGHTS_LIST } th_weighting;

#define TH_MAX_CLASS_WEIGHTS 256

typedef struct th_train_settings {
    th_train_cfg cfg;
    th_weighting weighting;
    float class_weight[TH_MAX_CLASS_WEIGHTS]; /* cfg.loss.class_weight points here once they are known */
    int32_t n_class_weights;
    bool has_rate, has_decay; /* were said */
} th_train_settings;

/* Is it in the list?  '-' and '_' are the same. */
bool th_train_setting_known(const char *name);

/* Sets one of them from text; the word "preset" leaves what is there.
 * Errors: TH_EUSAGE; the text names the setting and what is possible, without a full stop. */
TH_NODISCARD th_err th_train_set(th_train_settings *s, const char *name, const char *value, th_why *why);

/* When all is said: rates that suit the optimiser where none were given (a preset's are those of adamw), and the class
 * weights: a list must have one for each class; auto gives all / (classes * examples of the class), which is 1 where
 * all are alike.
 *
 *   labels, counts [n]  names and training examples of the classes; n 0: the outputs are no classes
 *
 * Errors: TH_EUSAGE (wrong number of weights), TH_ERANGE (auto, and a class without examples). */
TH_NODISCARD th_err th_train_settle(th_train_settings *s, const char *const *labels, const int64_t *counts, int32_t n,
                                    th_why *why);

/* All settings as lines "name = value\n", in the order of the list: with them the training can be made again.
 * Returns the length as snprintf does. */
size_t th_train_settings_print(const th_train_settings *s, char *buf, size_t cap);

#endif
