/* train/mask_word.h -- the random bits of dropout: word i of a sequence that `a` and `b` name.
 * Source: C. Wellons, "Prospecting for hash functions", 2018 (lowbias32). */
#ifndef TH_TRAIN_MASK_WORD_H
#define TH_TRAIN_MASK_WORD_H

/* i -> word i; i may be a vector of uint32_t. */
#define TH_MASK_MIX(i, a, b)                                                                                           \
    do {                                                                                                               \
        (i) = (i)*0x9e3779b9u + (a);                                                                                   \
        (i) = ((i) ^ (i) >> 16) * 0x7feb352du;                                                                         \
        (i) = (((i) ^ (i) >> 15) + (b)) * 0x846ca68bu;                                                                 \
        (i) ^= (i) >> 16;                                                                                              \
    } while (0)

#endif
