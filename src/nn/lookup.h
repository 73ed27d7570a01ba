/* nn/lookup.h -- operators from 8 bits to 8 bits by a table of all 256 inputs.
 *
 *   y[i] = table[x[i]]      in[0] x any shape, int8 or uint8   out[0] y, as many elements, may lie on x
 *
 * The table is worked out when the model is loaded (nn/lookup_prepare.c), in the fixed-point arithmetic of the
 * reference: the same bytes, at 256 bytes of constants instead of the code, and as fast as a load.
 * ABS ELU HARD_SWISH LEAKY_RELU LOGISTIC RSQRT TANH, and QUANTIZE between int8 and uint8.
 * An index is x + 128 for int8: always inside the table.
 * Source: as in nn/unary.h and nn/quantize.h, whose arithmetic the table holds. */
#ifndef TH_NN_LOOKUP_H
#define TH_NN_LOOKUP_H

#include <stdint.h>

#define TH_LOOKUP_WORDS 64

typedef struct th_lookup_par {
    int32_t n;
    int32_t n_words;      /* TH_LOOKUP_WORDS */
    const int32_t *words; /* [n_words] entry b, b being the input's bits, is byte b % 4 of word b / 4, lowest first */
} th_lookup_par;

void th_lookup_8(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
