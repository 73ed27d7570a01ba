/* nn/mve/mve.h -- what the kernels for the Helium vectors of a Cortex-M55 (MVE) share.
 *
 * 16 products of int8 and their sum are one instruction, VMLADAVA.S8, into a general register.  The zero point of x is
 * not taken off before:  sum (x - zero) w = sum x w - zero sum w, the last part is in the bias.
 *
 * A sum becomes an int8 as in nn/requant.h, rounded twice; VQRDMULH is the first product and VRSHL the shift, whose
 * ties go up, so negative sums are made one less before (nn/raw/inner.h says why that is the same).  That needs |sum| <
 * 2^31 and shifts of 1 or more.
 *
 * Scales of four outputs are TH_MVE_SCALE words:   bias of 0 1 2 3 | multiplier of 0 1 2 3 | minus the shift, 4 int8 */
#ifndef TH_NN_MVE_MVE_H
#define TH_NN_MVE_MVE_H

#include "nn/requant.h"
#include "nn/taps.h"

#include <stddef.h>

#define TH_MVE_SCALE 9

/* lo..hi for n values that are saturated to -128..127. */
TH_INLINE void th_mve_clamp(int8_t *y, int32_t n, int32_t lo, int32_t hi)
{
    if (lo <= -128 && hi >= 127) return;
    for (; n > 0; n--, y++) *y = (int8_t)th_clamp(*y, lo, hi);
}

/* Instructions that make the int8 of four sums q, which stay in the low bytes of its lanes; t: a register to spoil.
 * `bias`, m, e: registers with bias, multiplier and minus the shift, vectors or numbers; zero: a register with it. */
#define TH_MVE_FINISH(q, t, bias, m, e, zero)                                                                          \
    "vadd.i32 " q ", " q ", " bias "\n\t"                                                                              \
    "vshr.s32 " t ", " q ", #31\n\t"                                                                                   \
    "vqrdmulh.s32 " q ", " q ", " m "\n\t"                                                                             \
    "vadd.i32 " q ", " q ", " t "\n\t"                                                                                 \
    "vrshl.s32 " q ", " q ", " e "\n\t"                                                                                \
    "vadd.i32 " q ", " q ", " zero "\n\t"                                                                              \
    "vqmovnb.s32 " q ", " q "\n\t"                                                                                     \
    "vqmovnb.s16 " q ", " q "\n\t"

#if !defined(__ARM_FEATURE_MVE)

/* The same for one of the four: number i. */
TH_INLINE int8_t th_mve_finish(const int32_t *scale, int32_t i, int32_t sum, int32_t zero)
{
    const int32_t a = th_add_wrap(sum, scale[i]), e = -(int8_t)((uint32_t)scale[8] >> (8 * i) & 255);
    const int32_t h = th_high_mul(a, scale[4 + i]) + (a >> 31);
    return (int8_t)th_clamp((int32_t)(((int64_t)h + (INT32_C(1) << (e - 1))) >> e) + zero, -128, 127);
}

TH_INLINE int32_t th_mve_dot(const int8_t *x, const int8_t *w, int32_t n)
{
    int32_t sum = 0;
    for (int32_t k = 0; k < n; k++) sum += x[k] * w[k];
    return sum;
}

#endif
#endif
