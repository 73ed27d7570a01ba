/* nn/arm64/vec_neon.h -- any 64-bit Arm processor (Raspberry Pi 3 and 4). */
#ifndef TH_NN_ARM64_VEC_NEON_H
#define TH_NN_ARM64_VEC_NEON_H

#include "nn/vec/kernels.h"

extern const th_vec th_vec_neon;
TH_VEC_DECLARE(neon)

#endif
