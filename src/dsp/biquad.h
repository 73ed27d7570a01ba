/* dsp/biquad.h -- Butterworth low-pass, high-pass and band-pass filters in sections of second order.
 *
 *   y[t] = b0 x[t] + b1 x[t-1] + b2 x[t-2] - a1 y[t-1] - a2 y[t-2]
 *
 * Bilinear transform of the analogue filter with its edge (-3 dB) put where it belongs, K = tan(pi edge / rate);
 * section i of an even order N has Q = 1 / (2 cos(pi (2i + 1) / (2N))), of an odd one 1 / (2 cos(pi (i + 1) / N)) and a
 * section of first order more.  A band-pass is a high-pass of the order at its lower edge and then a low-pass of the
 * order at its upper one.
 * Source: Oppenheim, Schafer, "Discrete-Time Signal Processing", chapter 7 (bilinear transform, Butterworth). */
#ifndef TH_DSP_BIQUAD_H
#define TH_DSP_BIQUAD_H

#include <stdint.h>

#define TH_BIQUAD_ORDER 8

typedef enum th_filter_kind {
    TH_FILTER_NONE,
    TH_FILTER_LOW,
    TH_FILTER_HIGH,
    TH_FILTER_BAND,
    TH_FILTERS
} th_filter_kind;

typedef struct th_filter {
    th_filter_kind kind;
    int32_t order;         /* 1 to TH_BIQUAD_ORDER */
    float low_hz, high_hz; /* high-pass: low_hz; low-pass: high_hz; band-pass: both */
} th_filter;

/* 1: order and edges are possible: rate_hz / 10000 <= edge <= 0.49 rate_hz, low_hz < high_hz. */
int th_filter_ok(const th_filter *f, float rate_hz);

/* Sections of the filter; 0 for none. */
int32_t th_filter_sections(const th_filter *f);

/* coef [sections][5] = b0 b1 b2 a1 a2 */
void th_filter_design(const th_filter *f, float rate_hz, float *coef);

/* The same times 2^29, rounded. */
void th_filter_design_s32(const th_filter *f, float rate_hz, int32_t *coef);

/* x [n] less x[0] is filtered in place: as if x had always been x[0] before, but for what a low-pass gives of x[0],
 * which is x[0] again (who takes the mean away does not need it). Error: below 1e-4 of the largest |x[t] - x[0]| for
 * edges from rate / 500, 1e-2 at rate / 10000. */
void th_filter_run(const th_filter *f, const float *coef, float *x, int32_t n);

/* The same in integers: |x[t]| <= 2^27; products have 64 bits. */
void th_filter_run_s32(const th_filter *f, const int32_t *coef, int32_t *x, int32_t n);

#endif
