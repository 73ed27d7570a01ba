/* dsp/fft.h -- Fourier transform of real samples, float, n = 64 to 4096 (a power of two).
 *
 *   X[k] = sum over t of x[t] e^(-2 pi i k t / n),   k = 0 .. n/2
 *
 * Plain additions and multiplications in a fixed order: the same bits on every machine. */
#ifndef TH_DSP_FFT_H
#define TH_DSP_FFT_H

#include <stddef.h>
#include <stdint.h>

/* floats of the table for th_fft_real; 0 when n is not possible.
 *
 *   [n/4][2]          e^(-2 pi i k / n), for taking the two halves apart
 *   for m = n/2, n/8, n/32, .. while m > 4:
 *   [3][m/4][2]       e^(-2 pi i j p / m), j = 1, 2, 3, for one radix-4 stage */
int32_t th_fft_table_size(int32_t n);

/* Fills twiddle [th_fft_table_size(n)].  Error of each entry: half a unit in the last place. */
void th_fft_table_init(int32_t n, float *twiddle);

/* x [n + 2] samples (the last two are room); work [n + 2].  Returns x or work, which then holds
 * [n/2 + 1][2] real and imaginary parts; the other one is overwritten.
 * Error: below 2e-7 * log2(n) of the root mean square of the spectrum. */
float *th_fft_real(int32_t n, const float *twiddle, float *x, float *work);

#endif
