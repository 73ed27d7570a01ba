/* nn/x86/vec_vnni.h -- AVX-512 with VNNI: 32 registers of 512 bits, four int8 products in a lane. */
#ifndef TH_NN_X86_VEC_VNNI_H
#define TH_NN_X86_VEC_VNNI_H

#include "nn/vec/kernels.h"

extern const th_vec th_vec_vnni;
TH_VEC_DECLARE(vnni)

#endif
