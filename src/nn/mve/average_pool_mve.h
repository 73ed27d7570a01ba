/* nn/mve/average_pool_mve.h -- AVERAGE_POOL_2D of int8 for Cortex-M55: eight channels at a time, summed in int16.
 *
 * par: a th_pool_2d_s8_par with filters of at most 255 taps, whose sums fit. */
#ifndef TH_NN_MVE_AVERAGE_POOL_MVE_H
#define TH_NN_MVE_AVERAGE_POOL_MVE_H

#include "nn/pool_2d.h"

void th_average_pool_mve(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
