/* nn/signal_filter_bank.h -- from the energy spectrum to levels of bands: SignalFilterBank, ..SquareRoot,
 * ..SpectralSubtraction, SignalPCAN, SignalFilterBankLog.  All on whole numbers; c counts bands, 0 .. n - 1.
 *
 *   filter bank  y[c] = sum over k of rising[c + 1][k] E[k] + falling[c][k] E[k]       uint64, wraps
 *     Triangles that overlap by half: band i = 0 .. n covers `width[i]` places from `start[i]`; what it weighs with w
 *     rises for output i - 1, what it weighs with u (1 - w) falls for output i.
 *     in[0] E [..] uint32   in[1] w, in[2] u [..] int16   in[3] start, in[4] first weight, in[5] width [n + 1] int16,
 *     constant   out[0] y [n] uint64
 *
 *   square root  y[c] = round(sqrt x[c]) >> s, round(sqrt) at most 65535 for x < 2^32 and 2^32 - 1 else
 *     in[0] x [n] uint64   in[1] s, int32 scalar (outside 0 .. 31: y is 0)   out[0] y [n] uint32
 *
 *   spectral subtraction   with a = smoothing (even c) or alternate_smoothing, b = one_minus of it, q = smoothing_bits,
 *                          r = spectral_subtraction_bits, v = x 2^q (uint32):
 *     noise = (v a + noise b) >> r;   e = min(noise, v), with clamping noise = e;   y = max((v - e) >> q, x min_signal
 * >> r) in[0] x [n] uint32   in[1] the state: noise [n], 0 at first   out[0] y [n]   out[1] noise [n]   uint32
 *
 *   PCAN         y = shrink((x g(noise)) >> snr_shift),  shrink(z) = z^2 / 4 below 2, else z - 1; z has 12, y 6 bits
 * after the point; g is a table: parabolas over the octaves of its argument in[0] x [n] uint32   in[1] noise [n] uint32
 * in[2] table [>= 125] int16   out[0] y [n] uint32, may lie on x
 *
 *   log          y = min(output_scale ln(x 2^input_correction_bits), 32767), 0 for x 2^.. <= 1
 *     ln by 128 straight pieces of log2 in 16 bits after the point, wraps in uint32
 *     in[0] x [n] uint32   out[0] y [n] int16
 *
 * Source: signal/src/{filter_bank*,square_root_*,pcan_argc_fixed,log}.cc of tensorflow/tflite-micro 90b983c2. */
#ifndef TH_NN_SIGNAL_FILTER_BANK_H
#define TH_NN_SIGNAL_FILTER_BANK_H

#include <stdint.h>

typedef struct th_signal_filter_bank_par {
    int32_t n;
} th_signal_filter_bank_par;

typedef struct th_signal_square_root_par {
    int32_t n;
} th_signal_square_root_par;

/* Factors are the bits of a uint32. */
typedef struct th_signal_subtraction_par {
    int32_t n;
    int32_t smoothing, one_minus_smoothing, alternate_smoothing, alternate_one_minus_smoothing;
    int32_t min_signal_remaining;
    int32_t smoothing_bits;            /* 0 .. 31 */
    int32_t spectral_subtraction_bits; /* 0 .. 63 */
    int32_t clamping;                  /* 0, 1 */
} th_signal_subtraction_par;

typedef struct th_signal_pcan_par {
    int32_t n;
    int32_t snr_shift; /* 0 .. 63 */
} th_signal_pcan_par;

typedef struct th_signal_log_par {
    int32_t n;
    int32_t output_scale;    /* the bits of a uint32 */
    int32_t correction_bits; /* 0 .. 31 */
} th_signal_log_par;

void th_signal_filter_bank(const void *par, const void *const *in, void *const *out, void *scratch);
void th_signal_square_root(const void *par, const void *const *in, void *const *out, void *scratch);
void th_signal_subtraction(const void *par, const void *const *in, void *const *out, void *scratch);
void th_signal_pcan(const void *par, const void *const *in, void *const *out, void *scratch);
void th_signal_log(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
