/* nn/x86/vec_avx2.h -- AVX2: 16 registers of 256 bits. */
#ifndef TH_NN_X86_VEC_AVX2_H
#define TH_NN_X86_VEC_AVX2_H

#include "nn/vec/kernels.h"

extern const th_vec th_vec_avx2;
TH_VEC_DECLARE(avx2)

#endif
