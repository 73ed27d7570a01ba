/* nn/softmax_s16.h -- SOFTMAX over the last dimension, int16; formula and shapes as in nn/softmax.h.
 *
 * Zero points 0, output scale 2^-15.  Two tables of 513 int16, made when the model is loaded, with a line between
 * neighbours: exp(x) for x in [-10, 0] and 1 / (1 + x) for x in [0, 1], both in Q0.15.
 *   d = R(x - max, 10/65535 units) + 32767, limited to int16;  e = exp table(d);  sum of e in Q16.15, depth <= 65535
 *   y = e * reciprocal table(sum's fraction), shifted by sum's exponent, rounded, limited to 0..32767
 * Source: TensorFlow Lite Micro, reference/softmax.h SoftmaxInt16, common.h LUTLookup, LUTPopulate. */
#ifndef TH_NN_SOFTMAX_S16_H
#define TH_NN_SOFTMAX_S16_H

#include <stdint.h>

#define TH_SOFTMAX_S16_DEPTH INT32_C(65535)
#define TH_SOFTMAX_S16_WORDS 257

typedef struct th_softmax_s16_par {
    int32_t rows, depth;
    int32_t multiplier, shift; /* scale * beta * 65535 / 10 */
    int32_t n_words;           /* TH_SOFTMAX_S16_WORDS */
    const int32_t *exp_words,
        *reciprocal_words; /* [n_words] entry k is the lower (k even) or upper half of word k / 2 */
} th_softmax_s16_par;

void th_softmax_s16(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
