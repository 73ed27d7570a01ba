/* nn/cortexm/add_dsp.h -- ADD of int8 tensors of one shape, for Cortex-M4, M7 and M33.
 *
 *   y = clamp( zero + R( R(a 2^20, m_a) + R(b 2^20, m_b), m_out ) )     a, b without their zero points (nn/binary.h)
 *
 * Each R is a product by SMMLAR that takes half of what is shifted away, and one correction for negative numbers
 * (nn/cortexm/tile_dsp.h).  One of the two factors is a half, for which no shift is left: there a 2^21 is used with a
 * shift of 1, which is the same as nothing is rounded.  |a 2^21| < 2^29 and |sum| < 2^28, so nothing overflows. */
#ifndef TH_NN_CORTEXM_ADD_DSP_H
#define TH_NN_CORTEXM_ADD_DSP_H

#include <stdint.h>

typedef struct th_add_dsp_par {
    int32_t n;
    int32_t a_zero, a_left, a_multiplier, a_shift; /* left: the power of two above, plus 1 */
    int32_t b_zero, b_left, b_multiplier, b_shift; /* shift: to the right, 1..31 */
    int32_t out_zero, out_multiplier, out_shift;   /* 1..TH_TILE_SHIFT_MAX */
    int32_t act_min, act_max;
} th_add_dsp_par;

void th_add_dsp(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
