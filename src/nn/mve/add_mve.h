/* nn/mve/add_mve.h -- ADD of int8 tensors of one shape, for Cortex-M55: nn/cortexm/add_dsp.h, four numbers at a time.
 *
 * par: a th_add_dsp_par; VQRDMULH doubles by itself, so `left` is taken less 1. */
#ifndef TH_NN_MVE_ADD_MVE_H
#define TH_NN_MVE_ADD_MVE_H

#include "nn/cortexm/add_dsp.h"

void th_add_mve(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
