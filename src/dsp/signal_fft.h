/* dsp/signal_fft.h -- TensorFlow's Fourier transform of real samples, int16, int32, float32, bit for bit: of its
 * operators SignalRfft and SignalIrfft, whose calling convention it has (nn/kernel.h), and of its microfrontend
 * (dsp/micro.h).
 *
 *   rfft    X[k] = scale sum over t of x[t] e^(-2 pi i k t / n),   k = 0 .. n/2
 *   irfft   x[t] = the samples whose transform is X
 *
 *   rfft    in[0] x [.., m], m <= n: zeros follow   out[0] X [.., n + 2]: real and imaginary parts in turn
 *   irfft   in[0] X [.., n + 2]                     out[0] x [.., n]
 *   n even, n/2 = 4^a 2^b 3^c 5^d > 1; as many transforms as the outer dimensions have rows
 *
 * Integers: every butterfly divides its inputs by its radix r, which is a product with MAX/r and a rounding
 * shift by 15 (31) bits, so rfft gives about X / n and irfft the samples times 1 (int16 out of X / n).  int32: the same
 * with 31 bits.  float: rfft has no factor, irfft divides by n.  Where a sum does not fit (only after inputs near
 * the limits) it wraps as in the reference.
 *
 * The real transform of n is a complex one of h = n/2 and a last step that takes even and odd samples apart.
 * The complex one is decimation in time: fours first, then at most one two, threes, fives; the radix that comes first
 * is the last, widest stage.  The order decides the bits, so it is the reference's.
 *
 * The twiddle factors are constants: w[k] = e^(-+2 pi i k / h), k < h, and v[k] = e^(-+pi i ((k + 1) / h + 1/2)), k <
 * h/2, from the same double-precision phases as in the reference, floor(MAX cos + 1/2) for integers.
 *
 * Source: signal/src/rfft_*.cc, irfft_*.cc of tensorflow/tflite-micro 90b983c2, which wrap kissfft v130
 * with FIXED_POINT 16 and 32 (kiss_fft.c, tools/kiss_fftr.c). */
#ifndef TH_DSP_SIGNAL_FFT_H
#define TH_DSP_SIGNAL_FFT_H

#include <stdint.h>

#define TH_SIGNAL_FFT_MAX    65536 /* samples */
#define TH_SIGNAL_FFT_STAGES 12    /* of h <= 32768: at most 3^9 and one more */

/* h and its radices in the order above; rows; values that a row of the input and of the output has;
 * the numbers in w and v: 2h and 2 (h/2) */
typedef struct th_fft_s16_par {
    int32_t h, n_stages, radix[TH_SIGNAL_FFT_STAGES], rows, row_in, n_w, n_v;
    const int16_t *w, *v;
} th_fft_s16_par;

typedef struct th_fft_s32_par {
    int32_t h, n_stages, radix[TH_SIGNAL_FFT_STAGES], rows, row_in, n_w, n_v;
    const int32_t *w, *v;
} th_fft_s32_par;

typedef struct th_fft_f32_par {
    int32_t h, n_stages, radix[TH_SIGNAL_FFT_STAGES], rows, row_in, n_w, n_v;
    const float *w, *v;
} th_fft_f32_par;

/* The radices of h, in that order; returns how many, 0 where h is not possible. */
int32_t th_signal_fft_radices(int32_t h, int32_t radix[TH_SIGNAL_FFT_STAGES]);

/* Fills w [2 h] and v [2 (h / 2)].  On a computer (base/sincos.h); a device gets them as constants. */
void th_signal_fft_fill_s16(int32_t h, int32_t inverse, int16_t *w, int16_t *v);
void th_signal_fft_fill_s32(int32_t h, int32_t inverse, int32_t *w, int32_t *v);
void th_signal_fft_fill_f32(int32_t h, int32_t inverse, float *w, float *v);

void th_rfft_s16(const void *par, const void *const *in, void *const *out, void *scratch);
void th_rfft_s32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_rfft_f32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_irfft_s16(const void *par, const void *const *in, void *const *out, void *scratch);
void th_irfft_s32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_irfft_f32(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
