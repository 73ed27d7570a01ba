/* train/mask_word.h -- the random bits of dropout: word i of a sequence that `a` and `b` name.
 * Source: C. Wellons, "Prospecting for hash functions", 2018 (lowbias32). */
#ifndef TH_TRAIN_MASK_WORD_H
#define TH_TRAIN_MASK_WORD_H

#include <stdint.h>

static inline uint32_t th_mask_word(uint32_t a, uint32_t b, uint32_t i)
{
    uint32_t x = i * 0x9e3779b9u + a;
    x = (x ^ x >> 16) * 0x7feb352du;
    x = ((x ^ x >> 15) + b) * 0x846ca68bu;
    return x ^ x >> 16;
}

#endif
