/* nn/arm64/vec_dot.h -- 64-bit Arm processors with the dot product instructions (Raspberry Pi 5). */
#ifndef TH_NN_ARM64_VEC_DOT_H
#define TH_NN_ARM64_VEC_DOT_H

#include "nn/vec/kernels.h"

extern const th_vec th_vec_dot;
TH_VEC_DECLARE(dot)

#endif
