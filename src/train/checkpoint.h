/* train/checkpoint.h -- the state of a training, in one file that is good or not there.
 *
 *   "THCK" version:u32 job:u64 n_params:u64 n_channels:u64 step:u64 since_best:u32 n_epochs:u32
 *   n_epochs x {epoch:u32 best:u32 metrics:f64[TH_N_METRICS]}, in the order of train/metric.h
 *   floats: params, m, v, average, best [n_params each], running, average, best [2*n_channels each]
 *   fnv1a:u64 of everything before                                       (all little-endian) */
#ifndef TH_TRAIN_CHECKPOINT_H
#define TH_TRAIN_CHECKPOINT_H

#include "train/train.h"

typedef struct th_train_state {
    uint64_t job; /* hash */
    size_t n_params, n_channels;
    float *params, *m, *v, *average, *best;          /* [n_params] */
    float *running, *average_running, *best_running; /* [2 * n_channels] */
    uint64_t step;                                   /* optimiser steps done */
    int32_t since_best;
    int32_t n_epochs;        /* done */
    th_epoch_report *epochs; /* [room for all] */
    int32_t max_epochs;
} th_train_state;

/* synced: waits for the disk; without, a power cut may leave the file damaged (a killed program never does). */
TH_NODISCARD th_err th_checkpoint_save(const th_train_state *s, const char *path, bool synced, th_why *why);

/* Fills s, whose sizes, arrays and job are set.
 * Errors: TH_ENOENT, TH_EFORMAT (damaged, or saved by another version), TH_EUSAGE (of another job); texts say what to
 * do. */
TH_NODISCARD th_err th_checkpoint_load(th_train_state *s, const char *path, th_why *why);

#endif
