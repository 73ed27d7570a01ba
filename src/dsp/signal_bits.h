/* dsp/signal_bits.h -- the number of bits that a value needs, as the audio operators count them. */
#ifndef TH_DSP_SIGNAL_BITS_H
#define TH_DSP_SIGNAL_BITS_H

#include <stdint.h>

/* floor(log2 x) + 1.  0 gives 32: the reference's answer where it is built with GCC or Clang. */
static inline int32_t th_signal_bits(uint32_t x)
{
    int32_t n = 0;
    if (x == 0) return 32;
    for (int32_t half = 16; half > 0; half /= 2) {
        if (x >> half) {
            n += half;
            x >>= half;
        }
    }
    return n + 1;
}

#endif
