/* nn/cortexm/pool_dsp.h -- AVERAGE_POOL_2D and MAX_POOL_2D of int8 (nn/pool_2d.h) for Cortex-M4, M7 and M33.
 *
 * Four channels at a time, so there must be a multiple of four.  Sums have 16 bits, two in a word: SXTAB16 adds two
 * bytes to them, so a window may have TH_POOL_DSP_TAPS taps at most.  The larger of four bytes each is SSUB8 and SEL.
 * Parameters: th_pool_2d_s8_par. */
#ifndef TH_NN_CORTEXM_POOL_DSP_H
#define TH_NN_CORTEXM_POOL_DSP_H

#include "nn/pool_2d.h"

#define TH_POOL_DSP_TAPS 255 /* of 128 at most */

void th_average_pool_dsp(const void *par, const void *const *in, void *const *out, void *scratch);
void th_max_pool_dsp(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
