/* nn/signal_spectrum.h -- SignalWindow, SignalFftAutoScale, SignalEnergy: before and after the Fourier transform.
 *
 *   window       y[i] = limit( (x[i] * w[i mod size]) >> shift )       int16; |x w| <= 2^30
 *     in[0] x [.., size]   in[1] w [size]   out[0] y, the shape of x, may lie on x
 *
 *   auto scale   y[i] = x[i] * 2^s,  s = 15 - (bits of max |x|), at least 0; x all 0: s = 0
 *     in[0] x [n] int16   out[0] y [n] int16, may lie on x   out[1] s, int32 scalar
 *     -32768 as the reference has it: its |x| wraps to -32768, which any later value then beats; y wraps.
 *
 *   energy       E[k] = re[k]^2 + im[k]^2 for start <= k < end, as uint32: 2^31 at most; 0 elsewhere
 *     in[0] re, im in turn [2 m] int16   out[0] E [n] uint32
 *     The reference leaves the others as they were before; nothing can depend on them.
 *
 * Options: shift; none; start_index, end_index.
 * Source: signal/src/{window,fft_auto_scale,max_abs,energy}.cc of tensorflow/tflite-micro 90b983c2. */
#ifndef TH_NN_SIGNAL_SPECTRUM_H
#define TH_NN_SIGNAL_SPECTRUM_H

#include <stdint.h>

typedef struct th_signal_window_par {
    int32_t n, size; /* values of x; of w */
    int32_t shift;   /* 0 .. 31 */
} th_signal_window_par;

typedef struct th_signal_auto_scale_par {
    int32_t n;
} th_signal_auto_scale_par;

typedef struct th_signal_energy_par {
    int32_t n, start, end; /* 0 <= start <= end <= n */
} th_signal_energy_par;

void th_signal_window(const void *par, const void *const *in, void *const *out, void *scratch);
void th_signal_auto_scale(const void *par, const void *const *in, void *const *out, void *scratch);
void th_signal_energy(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
