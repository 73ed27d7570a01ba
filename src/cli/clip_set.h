/* cli/clip_set.h -- a project's clips as examples to train on: those of the float network, and those of the integer
 * one.
 */
#ifndef TH_CLI_CLIP_SET_H
#define TH_CLI_CLIP_SET_H

#include "data/sampler.h"
#include "model/spec.h"

typedef struct th_clip_set {
    th_augment augment;
    th_sampler *train, *val; /* val NULL: there are none to watch by */
    int32_t n_round, rounds; /* examples of the sampler's epoch, and how many of those make one of ours */
} th_clip_set;

/* Loads training and validation clips, changed as the preset and [features] change say.
 *   normalise   mean and deviation of the features -> pipe; else pipe has them
 * Free with th_clip_set_free, after an error too.  Errors: those of th_sampler_new. */
TH_NODISCARD th_err th_clip_set_open(const th_project *p, const th_dataset *set, const th_preset *preset,
                                     th_pipeline *pipe, uint64_t seed, bool normalise, th_clip_set *s, th_why *why);
void th_clip_set_free(th_clip_set *s);

/* th_example_fn; ctx is the set. */
void th_clip_set_train(void *set, int32_t epoch, int32_t i, int member, float *x, float *y);
void th_clip_set_val(void *set, int32_t epoch, int32_t i, int member, float *x, float *y);
int32_t th_clip_set_watched(const th_clip_set *s); /* examples of val; 0: none */

/* Clips of a split; label NULL: of all. */
int32_t th_count_clips(const th_dataset *set, th_split split, const char *label);

#endif
