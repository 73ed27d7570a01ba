/* dsp/fft_priv.h -- what the transforms of both types share: which stages there are, and their tables. */
#ifndef TH_DSP_FFT_PRIV_H
#define TH_DSP_FFT_PRIV_H

#include <stdint.h>

/* Radix of the stage that splits `length`: 4, an odd prime, or 2 (then the last); 1 at the end. */
int32_t th_fft_radix(int32_t length);

/* Numbers of that stage's tables. */
static inline int32_t th_fft_roots(int32_t length, int32_t r)
{
    return (length > r ? 2 * (r - 1) * (length / r) : 0) + (r % 2 ? 2 * r : 0);
}

#endif
