/* nn/taps.h -- what the versions of the inner loops share: limits, and the taps of a window. */
#ifndef TH_NN_TAPS_H
#define TH_NN_TAPS_H

#include <stdint.h>

#define TH_INNER_MAX INT32_C(65536)
/* Bytes of a pair of n inputs each; aligned to 4. */
#define TH_PAIR_BYTES(n) (4 * (size_t)(n))

/* Inner loops belong into their callers, whatever the compiler thinks of their size. */
#if defined(__GNUC__)
#define TH_INLINE static inline __attribute__((always_inline))
#define TH_APART  static __attribute__((noinline)) /* and what surrounds them apart: registers are few */
#else
#define TH_INLINE static inline
#define TH_APART  static
#endif

/* In front of a loop of few known rounds: written out, so that its arrays can be registers.  A GCC older than 8 cannot.
 */
#if defined(__clang__)
#define TH_UNROLL _Pragma("clang loop unroll(full)")
#elif defined(__GNUC__) && __GNUC__ >= 8
#define TH_UNROLL _Pragma("GCC unroll 16")
#else
#define TH_UNROLL
#endif

/* A block of rows x cols taps. */
typedef struct th_taps {
    int32_t rows, cols;
    int32_t x_row, x_col; /* bytes from one tap to the next in the picture */
    int32_t w_row, w_col; /* and in the filter */
} th_taps;

#endif
