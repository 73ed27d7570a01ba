/* A toy task for tests of training: a square in one of three places, in noise that depends on seed, epoch and example.
 */
#ifndef TH_TESTS_SQUARES_H
#define TH_TESTS_SQUARES_H

#include "base/rng.h"

#define SQUARES_H 8 /* pixels a side */

static inline void squares_example(uint64_t seed, int32_t epoch, int32_t i, float brightness, float *x, float *y)
{
    const int32_t label = i % 3;
    th_rng rng = th_rng_make(seed, (uint64_t)epoch << 32 | (uint64_t)i);
    for (int32_t k = 0; k < SQUARES_H * SQUARES_H; k++) x[k] = 0.4f * th_rng_normal(&rng);
    for (int32_t k = 0; k < 9; k++) x[(1 + label * 2 + k / 3) * SQUARES_H + 2 + k % 3] += brightness;
    for (int32_t k = 0; k < 3; k++) y[k] = k == label;
}

#endif
