/* nn/x86/vec_sse2.h -- any x86-64: 16 registers of 128 bits. */
#ifndef TH_NN_X86_VEC_SSE2_H
#define TH_NN_X86_VEC_SSE2_H

#include "nn/vec/kernels.h"

extern const th_vec th_vec_sse2;
TH_VEC_DECLARE(sse2)

#endif
