/* nn/scalar/conv_2d_scalar.h -- convolutions of int8 for processors that multiply one number at a time: Cortex-M0, M0+,
 * M3, RV32IMAC.
 *
 * Four output pixels a b c d are collected, then two filters at a time run over them: eight
 * sums share the loads.  How the pixels stand in scratch depends on the processor:
 *
 *   Cortex-M3     a + b 2^23 | c + d 2^23       SMLAL multiplies both with one weight; the low 23 bits are the sum of a
 *   Cortex-M0     a b of all taps, then c d     words, for LDM; sums stand in r8 to r11, where ADD reaches them
 *   others        a b c d                       int16
 *
 * par: a th_conv_2d_mve_par, whose zero point is in the bias, with other packed arrays: n is a multiple of 4,
 *   weights [groups][(outs + 1) / 2][n / 4][8], four taps of one filter and four of the next; an odd last filter stands
 *           together with the one before it
 *   scales  [out_c] bias, multiplier, minus the shift
 * The output may slide over the input. */
#ifndef TH_NN_SCALAR_CONV_2D_SCALAR_H
#define TH_NN_SCALAR_CONV_2D_SCALAR_H

#include "nn/mve/conv_2d_mve.h"

#include <stddef.h>

#define TH_SCALAR_TILE 4

/* Filters with more taps are left to the plain kernel: scratch would take more than it is worth. */
#define TH_SCALAR_TAPS 640

/* Bytes of scratch: four pixels of n taps, a multiple of 4, and one as it stands in the picture. */
#define TH_SCALAR_BYTES(n) (17 * (size_t)(n))

void th_conv_2d_scalar(const void *par, const void *const *in, void *const *out, void *scratch);
/* int4 weights (nn/int4.h) in the same order: two filters are unpacked for each four pixels, into 2 n bytes more. */
void th_conv_2d_w4_scalar(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
