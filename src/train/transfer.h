/* train/transfer.h -- training only the end of a network whose beginning was trained before.
 *
 *   example --trunk (frozen)--> features, kept --head--> loss
 *
 * The trunk runs once for each example and not once for each epoch: what it makes is kept in memory. */
#ifndef TH_TRAIN_TRANSFER_H
#define TH_TRAIN_TRANSFER_H

#include "train/train.h"

/* job->spec is im->spec; layers 0 to `last` are the trunk.  Each training example is kept in `rounds` variants
 * (those of epochs 0 to rounds - 1), which the epochs take in turn.  Returns trunk and head as one graph.
 * job->start, frozen and simulation are not used.  on_progress sees epoch 0 while features are made.
 * Errors: TH_EUNSUP (the head reads more of the trunk than its last layer), those of th_train. */
TH_NODISCARD th_err th_transfer_train(const th_train_job *job, const th_import *im, int32_t last, int32_t rounds,
                                      th_model **model, th_why *why);

/* Bytes that the features take. */
size_t th_transfer_bytes(const th_train_job *job, const th_import *im, int32_t last, int32_t rounds);

#endif
