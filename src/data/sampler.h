/* data/sampler.h -- training examples: clips of a split, augmented, as features.
 *
 * Example i of epoch e depends only on (seed, e, i): any number of threads, any order, same bytes.
 */
#ifndef TH_DATA_SAMPLER_H
#define TH_DATA_SAMPLER_H

#include "data/dataset.h"

typedef struct th_sampler th_sampler;
#define TH_SAMPLER_MEMBERS 64

typedef struct th_augment {
    float shift_ms;                         /* uniform +- */
    float speed;                            /* resampling factor uniform in 1 +- speed, in steps of 1/64; below 0.5 */
    float stretch, pitch;                   /* tempo at the same pitch, pitch at the same tempo: every other example's
                                             * uniform in 1 +- that, at most 0.4; 0: none */
    float gain_db;                          /* uniform +- */
    float noise_prob, snr_lo_db, snr_hi_db; /* noise relative to the clip's level (mean power of its window) */
    float room_prob;                        /* early reflections and a tilted spectrum */
    int32_t time_mask_frames, freq_mask_coefs; /* SpecAugment: longest mask, 0 = none */
    float mixup; /* 0 = none, else alpha (to 4) of the mixing weight; example i mixes with i ^ 1 */
    float unknown_share, silence_share; /* examples of these classes per example of a mean keyword; 0: by the
                                         * number of other words' clips (1.5 to 4), and 1 */
} th_augment;

/* Settings that work for keywords, without masks and mixup (those depend on the network). */
th_augment th_augment_default(void);

/* Loads all clips of the split into memory (two bytes a sample). `augment` NULL: as at test, every
 * clip once and in order.  Features are normalised by pipe->mean and inv_std (all 0: not yet known,
 * taken as mean 0 and deviation 1).
 * Noise is taken from silence clips of the same split and from generated noise. Silence is made at
 * all levels from digital zero to loud, also when no clip of it is there. Errors: TH_ENOENT (no
 * clips in this split), TH_ERANGE (settings), TH_ENOMEM, and those of reading. */
TH_NODISCARD th_err th_sampler_new(const th_dataset *set, th_split split, const th_pipeline *pipe,
                                   const th_augment *augment, uint64_t seed, th_sampler **s, th_why *why);
void th_sampler_free(th_sampler *s);

/* Clips of a split as at test, at most `at_most` of them and then evenly among all.  Their features come from
 * PROJECT/cache when they have been computed before (data/kept.h); no recording is read then.  Errors: those above. */
TH_NODISCARD th_err th_sampler_clean(const th_project *p, const th_dataset *set, th_split split,
                                     const th_pipeline *pipe, int32_t at_most, th_sampler **s, th_why *why);

/* Number of examples in one epoch.  When augmenting: each keyword's clips once; unknown and silence
 * limited or repeated to their share, unknown words by the root of their number of clips. */
int32_t th_sampler_epoch_size(const th_sampler *s);
int32_t th_sampler_label_size(const th_sampler *s, int32_t label); /* of them this class */

/* Example i of epoch e: x [n_frames][n_coef] normalised features, y [n_labels] class weights that
 * sum to 1. May be called from many threads at once; `member` < TH_SAMPLER_MEMBERS names the
 * thread. i of one member in a row are fastest: pairs that mix are made once. */
void th_sampler_example(const th_sampler *s, int32_t epoch, int32_t i, int member, float *x, float *y);

/* Mean and inverse deviation of each coefficient over about 1,000 augmented examples, without masks
 * and mixup -> pipe->mean, inv_std; used by this sampler from now on. */
TH_NODISCARD th_err th_sampler_normalise(th_sampler *s, th_pipeline *pipe, th_why *why);

#endif
