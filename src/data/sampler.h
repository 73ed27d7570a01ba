/* data/sampler.h -- training examples: clips of a split, augmented, as features.
 *
 * Example i of epoch e depends only on (seed, e, i): any number of threads, any order, same bytes. */
#ifndef TH_DATA_SAMPLER_H
#define TH_DATA_SAMPLER_H

#include "data/dataset.h"

typedef struct th_sampler th_sampler;

typedef struct th_augment {
    float shift_ms;                 /* uniform +- */
    float speed;                    /* resampling factor uniform in 1 +- speed */
    float gain_db;                  /* uniform +- */
    float noise_prob, snr_lo_db, snr_hi_db; /* noise relative to the clip's level */
    int32_t time_mask_frames, freq_mask_coefs; /* SpecAugment: longest mask, 0 = none */
    float mixup;                    /* 0 = none, else alpha of the mixing weight */
} th_augment;

/* Loads all clips of the split into memory. `augment` NULL: as at test.
 * Noise is taken from silence clips of the same split and from generated coloured noise. */
TH_NODISCARD th_err th_sampler_new(const th_dataset *set, th_split split, const th_pipeline *pipe,
                                   const th_augment *augment, uint64_t seed, th_sampler **s, th_why *why);
void th_sampler_free(th_sampler *s);

/* Number of examples in one epoch (classes balanced when augmenting: unknown and silence limited). */
int32_t th_sampler_epoch_size(const th_sampler *s);

/* Example i of epoch e: x [n_frames][n_coef] normalised features, y [n_labels] class weights that sum to 1.
 * May be called from many threads at once; `member` < 64 names the thread. */
void th_sampler_example(const th_sampler *s, int32_t epoch, int32_t i, int member, float *x, float *y);

/* Mean and inverse deviation of each coefficient over the split's augmented examples -> pipe->mean, inv_std. */
TH_NODISCARD th_err th_sampler_normalise(th_sampler *s, th_pipeline *pipe, th_why *why);

#endif
