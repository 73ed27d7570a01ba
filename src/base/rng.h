/* base/rng.h -- repeatable random numbers; the state is the caller's. */
#ifndef TH_BASE_RNG_H
#define TH_BASE_RNG_H

#include <stdint.h>

/* PCG-XSH-RR 64/32.  Source: O'Neill, "PCG: A Family of Simple Fast Space-Efficient
 * Statistically Good Algorithms for Random Number Generation", HMC-CS-2014-0905. */
typedef struct th_rng {
    uint64_t state, inc; /* inc is odd and names the stream */
} th_rng;

/* Streams of one seed are independent: give each clip, thread or use its own. */
th_rng th_rng_make(uint64_t seed, uint64_t stream);

/* Uniform in [0, 2^32). */
uint32_t th_rng_u32(th_rng *r);

/* Uniform in [0, n), without bias; n > 0. */
uint32_t th_rng_below(th_rng *r, uint32_t n);

/* Uniform in [0, 1), a multiple of 2^-24. */
float th_rng_unit(th_rng *r);

/* Uniform in [lo, hi). */
float th_rng_range(th_rng *r, float lo, float hi);

/* Sum of 12 uniforms minus 6: mean 0, deviation 1, range +-6; the same bits everywhere,
 * since no libm function decides. */
float th_rng_normal(th_rng *r);

#endif
