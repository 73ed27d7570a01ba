/* train/train.h -- from a model description and examples to a float graph with weights. */
#ifndef TH_TRAIN_TRAIN_H
#define TH_TRAIN_TRAIN_H

#include "base/why.h"
#include "model/graph.h"
#include "model/spec.h"

#include <stdbool.h>

typedef struct th_train_cfg {
    int32_t epochs, batch;
    float learning_rate; /* peak; warm-up, then cosine to 1 % */
    float weight_decay, label_smoothing;
    int32_t patience; /* epochs without a better validation score before stopping; 0 = never */
    float ema;        /* weight averaging: decay per step, 0 = off */
    uint64_t seed;
    int n_threads;
} th_train_cfg;

/* Fills example i of epoch e (both from 0) of a split; thread-safe, and a function of e and i only. Examples
 * are taken in the order of i: shuffle by e in here.  y [n_classes] sums to 1. */
typedef void th_example_fn(void *ctx, int32_t epoch, int32_t i, int member, float *x, float *y);

typedef struct th_epoch_report {
    int32_t epoch; /* 1-based, finished ones */
    double train_loss, train_accuracy, val_loss, val_accuracy, learning_rate, seconds;
    bool best;
    bool restored; /* from the checkpoint: it was trained before this run */
} th_epoch_report;

typedef struct th_train_job {
    const th_spec *spec;
    th_train_cfg cfg;
    th_example_fn *train, *val;
    void *train_ctx, *val_ctx;
    int32_t n_train, n_val; /* examples per epoch */
    const char *checkpoint; /* path: written after each epoch (atomically), read when resume is set; or NULL */
    bool resume;
    uint64_t
        job_hash; /* of the data and features (spec and cfg are added here): a checkpoint of another job is refused */
    bool (*on_epoch)(void *ctx, const th_epoch_report *r); /* false stops; after a resume it sees the old ones first */
    void (*on_progress)(void *ctx, int32_t epoch, double part); /* may be NULL */
    void *ctx;
} th_train_job;

/* Without validation examples (n_val 0) there is no early stop and the last epoch counts as the best.
 * Trains and returns the float graph (batch norm folded, soft-max at the end) of the best epoch.
 * Same job, seed, machine and thread count: the same bytes; also after an interruption and resume.
 * Errors: TH_EINTR after Ctrl-C (the checkpoint is there when on_epoch was called), TH_ENOMEM, ... */
TH_NODISCARD th_err th_train(const th_train_job *job, th_model **model, th_why *why);

#endif
