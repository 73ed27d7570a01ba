/* train/train.h -- from a model description and examples to a float graph with weights. */
#ifndef TH_TRAIN_TRAIN_H
#define TH_TRAIN_TRAIN_H

#include "base/why.h"
#include "model/graph.h"
#include "model/spec.h"
#include "train/import.h"
#include "train/loss.h"
#include "train/metric.h"
#include "train/optim.h"
#include "train/schedule.h"

#include <stdbool.h>

/* Begin with th_train_default(). */
typedef struct th_train_cfg {
    int32_t epochs, batch;
    th_loss_cfg loss;
    const th_optim_row *optimizer;
    float learning_rate;      /* peak */
    float weight_decay;       /* of weights; gammas, betas and biases do not decay */
    double momentum;          /* below 0: what the optimiser takes */
    th_schedule_cfg schedule; /* its peak is learning_rate */
    float clip;               /* longest gradient (all parameters together); 0 = as long as it is */
    float ema;                /* weight averaging: decay per step, 0 = off */
    th_metric stop_on;        /* what the best epoch is best at, and a plateau schedule looks at */
    int32_t patience;         /* epochs without a better one before stopping; 0 = never */
    uint64_t seed;
    int n_threads;
} th_train_cfg;

/* Cross entropy, AdamW, cosine with a warm-up, best at val_loss; the numbers that a preset brings are 0. */
th_train_cfg th_train_default(void);

/* Fills example i of epoch e (both from 0) of a split; thread-safe, and a function of e and i only. Examples
 * are taken in the order of i: shuffle by e in here.  y: see th_loss_target_ok. */
typedef void th_example_fn(void *ctx, int32_t epoch, int32_t i, int member, float *x, float *y);

typedef struct th_epoch_report {
    int32_t epoch;              /* 1-based, finished ones */
    double value[TH_N_METRICS]; /* NaN where a metric does not suit the training */
    bool best;
    bool restored; /* from the checkpoint: it was trained before this run */
} th_epoch_report;

typedef struct th_train_job {
    const th_spec *spec;
    const th_import *start; /* parameters to begin with, of a model of this spec; NULL: random ones */
    const bool *frozen;     /* [n_layers] layers that keep theirs; NULL: none */
    th_train_cfg cfg;
    th_example_fn *train, *val;
    void *train_ctx, *val_ctx;
    int32_t n_train, n_val; /* examples per epoch */
    const char *checkpoint; /* path: written after each epoch (atomically), read when resume is set; or NULL */
    bool resume;
    bool light; /* examples cost next to nothing to make: a tiny network then trains on one thread, which is faster */
    uint64_t
        job_hash; /* of the data and features (spec and cfg are added here): a checkpoint of another job is refused */
    bool (*on_epoch)(void *ctx, const th_epoch_report *r); /* false stops; after a resume it sees the old ones first */
    void (*on_progress)(void *ctx, int32_t epoch, double part); /* may be NULL */
    const th_simulation *simulation;                            /* or NULL: the net computes itself */
    /* The net with the best epoch's parameters in net->w and net->stats, before it is exported; may be NULL. */
    th_err (*on_best)(void *ctx, th_net *net, th_why *why);
    void *ctx;
} th_train_job;

/* Names a job: of everything that decides which bytes come out, but for threads and processor. */
uint64_t th_train_hash(const th_train_job *job);

/* Without validation examples (n_val 0) there is no early stop, the last epoch counts as the best, and a plateau
 * schedule looks at the training loss.
 * Trains and returns the float graph (batch norm folded, soft-max at the end) of the best epoch.
 * Same job, seed, machine and thread count: the same bytes; also after an interruption and resume.
 * Errors: TH_EINTR after Ctrl-C (the checkpoint is there when on_epoch was called), TH_ERANGE for settings that are
 * none, examples that are no numbers or whose target is out of range, and a loss that is no number; TH_ENOMEM, ... */
TH_NODISCARD th_err th_train(const th_train_job *job, th_model **model, th_why *why);

#endif
