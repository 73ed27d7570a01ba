/* data/augment.h -- what happens to a recording before a network hears it in training: float
 * samples (1.0 is full scale of 16 bits), scratch of the caller, the same bits on every machine. */
#ifndef TH_DATA_AUGMENT_H
#define TH_DATA_AUGMENT_H

#include "base/rng.h"

#include <stdint.h>

#define TH_SPEED_STEPS 64 /* speeds are multiples of 1/64 */

/* out[t] = pcm at start + t * step / TH_SPEED_STEPS, t = 0 .. n_out-1, in samples, 0 outside [0,
 * n); cubic interpolation (Catmull and Rom 1974), so exact copies for step = TH_SPEED_STEPS. step
 * 1 to 4 * TH_SPEED_STEPS */
void th_wave_resample(const int16_t *pcm, int32_t n, int32_t start, int32_t step, float *out, int32_t n_out);

/* How a recording is played: all factors, 1 leaves it as it is. */
typedef struct th_wave_way {
    int32_t rate_hz;
    int32_t step; /* speed in 1 / TH_SPEED_STEPS, as above: tempo and pitch together */
    float tempo;  /* faster, at the same pitch */
    float pitch;  /* higher, at the same tempo */
} th_wave_way;

/* out [n_out] = x [n] at `tempo` times its speed and at its own pitch; 0 outside x.  Pieces of 1/80 s are laid over one
 * another where they fit what came before best, at most 1/160 s from where they belong, and faded linearly.  Source:
 * Verhelst and Roelands, WSOLA, 1993. */
void th_wave_stretch(const float *x, int32_t n, float tempo, int32_t rate_hz, float *out, int32_t n_out);

/* out[n_out / 2] = pcm at `middle`, and what is around it, played so.  Where tempo and pitch are 1 this is
 * th_wave_resample; else the pitch comes from resampling, and th_wave_stretch puts the tempo right.
 *   wide   scratch [th_wave_wide(way, n_out)]; not used when tempo and pitch are 1 */
void th_wave_play(const int16_t *pcm, int32_t n, int32_t middle, const th_wave_way *way, float *wide, float *out,
                  int32_t n_out);
int32_t th_wave_wide(const th_wave_way *way, int32_t n_out);

/* Mean of x^2. */
double th_wave_power(const float *x, int32_t n);

/* x += gain * y */
void th_wave_add(float *restrict x, const float *restrict y, int32_t n, float gain);

/* x += noise, as loud as makes the ratio of mean powers snr_db; nothing when one of them is silent.
 */
void th_wave_mix(float *restrict x, const float *restrict noise, int32_t n, double snr_db);

/* Small room and another microphone: 3 to 6 early reflections of 1 to 30 ms and a tilt of the
 * spectrum. x    [n] -> out [n] */
void th_wave_room(th_rng *r, int32_t rate_hz, const float *restrict x, float *restrict out, int32_t n);

/* gain * x to 16 bits, rounded to nearest, clipped; |gain * x| below 2^15. */
void th_wave_to_s16(const float *x, int32_t n, float gain, int16_t *out);

/* 10^(db / 20) and 10 log10(power) */
double th_gain_of_db(double db);
double th_db_of_power(double power);

/* One time mask of up to max_frames and one mask of up to max_coefs, set to 0 (the mean of
 * normalised features): x [n_frames][n_coef].  Source: Park et al., SpecAugment, 2019. */
void th_features_mask(th_rng *r, float *x, int32_t n_frames, int32_t n_coef, int32_t max_frames, int32_t max_coefs);

/* A draw of Beta(alpha, alpha), 0 < alpha <= 4. */
float th_rng_beta(th_rng *r, float alpha);

#endif
