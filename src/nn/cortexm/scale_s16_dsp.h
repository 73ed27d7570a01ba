/* nn/cortexm/scale_s16_dsp.h -- 64-bit sums of int16 layers become int16, with the arithmetic of th_requant_64:
 *
 *   y = clamp( zero + (((sum + bias) m + 2^(k - 1)) >> k) )      m < 2^15, TH_SCALE_S16_K_LEAST <= k <= 31
 *
 * One word of parameters holds both, m 2^8 + k.  With k < 32 the low word of what is shifted is a shift of two words.
 */
#ifndef TH_NN_CORTEXM_SCALE_S16_DSP_H
#define TH_NN_CORTEXM_SCALE_S16_DSP_H

#include "nn/requant.h"
#include "nn/taps.h"

#define TH_SCALE_S16_K_LEAST 8

typedef struct th_scale_s16_dsp {
    const int64_t *bias;  /* or NULL */
    const int32_t *scale; /* [outputs], or [1] when each is 0 */
    int32_t each;         /* outputs to scales: 1 or 0 */
    int32_t zero, lo, hi; /* of the output */
} th_scale_s16_dsp;

/* Output of channel o. */
TH_INLINE int16_t th_scale_s16_of(const th_scale_s16_dsp *s, int64_t sum, int32_t o)
{
    const uint32_t both = (uint32_t)s->scale[o * s->each], k = both & 0xff;
    uint64_t v = (uint64_t)sum;
    if (s->bias) v += (uint64_t)s->bias[o];
    v = v * (both >> 8) + (UINT32_C(1) << (k - 1));
    const int32_t q = (int32_t)((uint32_t)v >> k | (uint32_t)(v >> 32) << (32 - k));
    return (int16_t)th_clamp(th_add_wrap(q, s->zero), s->lo, s->hi);
}

#endif
