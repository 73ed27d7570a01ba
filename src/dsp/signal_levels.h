/* dsp/signal_levels.h -- the arithmetic of TensorFlow's levels of bands, on whole numbers, one value at a time: of its
 * operators (nn/signal_filter_bank.h) and of its microfrontend (dsp/micro.h).
 *
 * Source: signal/src/{filter_bank*,square_root_*,pcan_argc_fixed,log}.cc and the same functions in
 * tensorflow/lite/experimental/microfrontend/lib of tensorflow/tflite-micro 90b983c2. */
#ifndef TH_DSP_SIGNAL_LEVELS_H
#define TH_DSP_SIGNAL_LEVELS_H

#include <stdint.h>

#define TH_PCAN_TABLE 125

/* Triangles that overlap by half: band i = 0 .. n covers `width[i]` places from `start[i]`; what it weighs with w rises
 * for output i - 1, what it weighs with u (1 - w) falls for output i.  The weights of band i begin at first[i].
 *   y[c] = sum over k of rising[c + 1][k] E[k] + falling[c][k] E[k],  c = 0 .. n - 1       uint64, wraps */
typedef struct th_signal_bands {
    int32_t n;
    const int16_t *w, *u, *start, *first, *width;
} th_signal_bands;
void th_signal_band_sums(const th_signal_bands *b, const uint32_t *energy, uint64_t *y);

/* round(sqrt x); at most 65535 for x < 2^32 and 2^32 - 1 else */
uint32_t th_signal_root(uint64_t x);

/* With v = x 2^smoothing_bits (uint32): *noise = (v smoothing + *noise one_minus) >> bits;  e = min(*noise, v), with
 * clamping *noise = e;  returns max((v - e) >> smoothing_bits, x min_signal >> bits). */
typedef struct th_signal_smooth {
    uint32_t smoothing, one_minus, min_signal;
    int32_t smoothing_bits; /* 0 .. 31 */
    int32_t bits;           /* 0 .. 63 */
    int32_t clamping;       /* 0, 1 */
} th_signal_smooth;
uint32_t th_signal_subtract(const th_signal_smooth *s, uint32_t x, uint32_t *noise);

/* shrink((x g(noise)) >> shift),  shrink(z) = z^2 / 4 below 2, else z - 1; z has 12, the result 6 bits after the point;
 * g: table [TH_PCAN_TABLE] of parabolas over the octaves of its argument: values for 0, 1, 2; then value, slope and
 * bend of each octave from 4 on, four numbers apart (the entries between are not used).  shift 0 .. 63 */
uint32_t th_signal_gain(const int16_t *table, uint32_t x, uint32_t noise, int32_t shift);

/* 2^16 ln x, rounded, x > 1: 128 straight pieces of log2 */
uint32_t th_signal_ln(uint32_t x);

#endif
