/* dsp/power.h -- logarithms of a signal's power, in bins or bands; what spectral and spectrogram share.
 *
 *   P[k] = |sum over t of w[t] (x[t] - mean) e^(-2 pi i k t / n_fft)|^2 (2 / sum w)^2,   w[t] = 1/2 - 1/2 cos(2 pi t /
 * n) bins:   v[b] = ln(P[b + 1] + floor) bands:  v[b] = ln(floor + sum of P[k] for floor(b K / n) < k <= floor((b + 1)
 * K / n)),   K = n_fft / 2
 *
 * A sine of amplitude A on a bin has P = A^2 there, and a quarter of that on the bins beside it. */
#ifndef TH_DSP_POWER_H
#define TH_DSP_POWER_H

#include "dsp/block_priv.h"

typedef struct th_power {
    const th_block_part *part;
    int32_t n;     /* samples: the window or the frame */
    int32_t n_fft; /* as in the part, or the least even number from n on */
    float floor;
} th_power;

th_power th_power_of(const th_block_part *part, int32_t n);

/* 1: bands, FFT, filter and floor are possible. */
int th_power_ok(const th_power *p, float rate_hz);

/* float:   f32 = window [n] with 2 / sum w in it, roots, the filter's coefficients
 * 16 bits: s16 = window [n] times 32768, roots;  s32 = 3 numbers for th_power_ln_s16, the filter's coefficients */
void th_power_fill(const th_power *p, const th_block_cfg *cfg, th_block_data *d);
const float *th_power_filter(const th_power *p, const float *f32);

/* x [n_fft + 2]: samples [n] in its beginning; work [n_fft + 2].  Returns P [n_fft / 2 + 1], in one of the two. */
float *th_power_spectrum(const th_power *p, const float *f32, float *x, float *work);

/* Logarithms of bins or bands -> out [part->n], `stride` apart. */
void th_power_logs(const th_power *p, const float *power, float *out, int32_t stride);

/* ---- 16 bits ---- */

/* Samples c [n] (times 4096; used up) to a spectrum: returns x or work, both [n_fft + 2]; true values are those times
 * 2^*exponent. */
int16_t *th_power_spectrum_s16(const th_power *p, const int16_t *s16, int32_t *c, int16_t *x, int16_t *work,
                               int32_t *exponent);

/* ln(square 4^exponent (2 / sum w)^2 + floor) times 1024, rounded and clamped.  Error: below 0.001 in units of ln. */
int16_t th_power_ln_s16(const int32_t *s32, uint64_t square, int32_t exponent);

#endif
