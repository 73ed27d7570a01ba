/* dsp/fft.h -- Fourier transform of n real samples, n even, in float and in 16 bits.
 *
 *   X[k] = sum over t of x[t] e^(-2 pi i k t / n),   k = 0 .. n/2
 *
 * n = 2 to TH_FFT_MAX.  The work goes with n (a + b + ..) for n/2 = a b ..: fours first, then other primes from small
 * to large, a two last.  Products of 2, 3 and 5 are fast; a large prime is right, but takes its square.
 *
 * Plain additions and multiplications in a fixed order: the same bits on every machine. */
#ifndef TH_DSP_FFT_H
#define TH_DSP_FFT_H

#include <stddef.h>
#include <stdint.h>

#define TH_FFT_MAX 8192

/* numbers in the table for th_fft_real or th_fft_real_s16; 0 when n is not possible.
 *
 *   [(n/2 + 1) / 2][2]   e^(-2 pi i k / n), for taking the two halves apart
 *   for each stage of radix r > 2, which splits a length of m into r parts:
 *   [r - 1][m/r][2]      e^(-2 pi i j p / m), j = 1 .. r - 1, unless m = r
 *   [r][2]               e^(-2 pi i j / r), for odd r */
int32_t th_fft_table_size(int32_t n);

/* Fills twiddle [th_fft_table_size(n)].  Error of each entry: half a unit in the last place. */
void th_fft_table_init(int32_t n, float *twiddle);

/* x [n + 2] samples (the last two are room); work [n + 2].  Returns x or work, which then holds
 * [n/2 + 1][2] real and imaginary parts; the other one is overwritten.
 * Error: below 2e-7 * log2(n) of the root mean square of the spectrum; with a prime factor r of n/2 above 5 another
 * 1e-7 sqrt(r). */
float *th_fft_real(int32_t n, const float *twiddle, float *x, float *work);

/* The same in 16 bits: the table has the roots times 32768, rounded, at most 32767. */
void th_fft_table_init_s16(int32_t n, int16_t *twiddle);

/* As th_fft_real; the spectrum is what is returned times 2^*exponent (0 to 13 for loud samples, below 0 for faint
 * ones: block floating point, each stage takes the shift that its largest value allows).
 * Error: root mean square below 1e-4 + 5e-5 sqrt(n) of that of the spectrum, whatever the loudness.  Digital silence
 * gives zeros. */
int16_t *th_fft_real_s16(int32_t n, const int16_t *twiddle, int16_t *x, int16_t *work, int32_t *exponent);

#endif
