/* dsp/block_priv.h -- what a kind of part is made of, and small things that kinds share.  A new kind is a file and a
 * row in dsp/block.c. */
#ifndef TH_DSP_BLOCK_PRIV_H
#define TH_DSP_BLOCK_PRIV_H

#include "dsp/block.h"

/* Tables to fill, one after the other from their beginnings; with NULL pointers they are only counted. */
typedef struct th_block_data {
    float *f32;
    int16_t *s16;
    int32_t *s32;
    int32_t n_f32, n_s16, n_s32;
} th_block_data;

typedef struct th_block_row {
    const char *name;
    int upright;                                                      /* 1: a part may be so */
    int (*check)(const th_block_cfg *cfg, const th_block_part *part); /* 1: possible; axes were looked at */
    int32_t (*values)(const th_block_cfg *cfg, const th_block_part *part);
    int32_t (*per_row)(const th_block_cfg *cfg, const th_block_part *part); /* values of a row; NULL: of the window */
    size_t (*scratch)(const th_block_cfg *cfg, const th_block_part *part);
    void (*fill)(const th_block_cfg *cfg, const th_block_part *part, th_block_data *d); /* NULL: no tables */
    th_block_run_fn *run;
    th_block_run_s16_fn *run_s16; /* NULL: there is no fixed point */
} th_block_row;

extern const th_block_row th_block_raw_row, th_block_stats_row, th_block_crossings_row, th_block_autocorrelation_row,
    th_block_spectral_row, th_block_wavelet_row, th_block_spectrogram_row, th_block_orientation_row,
    th_block_aligned_row;

th_block_run_fn th_block_raw, th_block_stats, th_block_crossings, th_block_autocorrelation, th_block_spectral,
    th_block_wavelet, th_block_spectrogram, th_block_orientation, th_block_aligned;
th_block_run_s16_fn th_block_raw_s16, th_block_stats_s16, th_block_crossings_s16, th_block_spectral_s16;

/* Does the axis take part?  How many do? */
static inline int th_block_has(const th_block_part *part, int32_t axis)
{
    return !part->axes || (part->axes >> axis & 1);
}
static inline int32_t th_block_count(const th_block_cfg *cfg, const th_block_part *part)
{
    int32_t n = 0;
    for (int32_t a = 0; a < cfg->n_axes; a++) n += th_block_has(part, a);
    return n;
}

/* Rows of one axis -> x [cfg.window] */
static inline void th_block_column(const th_block_cfg *cfg, const float *window, int32_t axis, float *x)
{
    for (int32_t t = 0; t < cfg->window; t++) x[t] = window[t * cfg->n_axes + axis];
}

/* x [n] becomes its distances to its mean, which is returned.  x[0] is taken away first, and sums are made in pieces of
 * 64: nothing large cancels, a constant gives zeros.  Error: below 1e-5 of the range of x. */
static inline float th_block_center(float *x, int32_t n)
{
    const float first = x[0];
    float sum = 0.0f;
    for (int32_t t = 0; t < n;) {
        float piece = 0.0f;
        for (const int32_t end = n - t < 64 ? n : t + 64; t < end; t++) {
            x[t] -= first;
            piece += x[t];
        }
        sum += piece;
    }
    const float mean = sum / (float)n;
    for (int32_t t = 0; t < n; t++) x[t] -= mean;
    return first + mean;
}

/* Sum of a[t] b[t], in pieces of 64. */
static inline float th_block_dot(const float *a, const float *b, int32_t n)
{
    float sum = 0.0f;
    for (int32_t t = 0; t < n;) {
        float piece = 0.0f;
        for (const int32_t end = n - t < 64 ? n : t + 64; t < end; t++) piece += a[t] * b[t];
        sum += piece;
    }
    return sum;
}

/* Sums of squares below this have lost digits: what is divided by them is 0 instead. */
#define TH_BLOCK_TINY 1e-32f

#endif
