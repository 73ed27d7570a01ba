/* nn/wasm/vec_simd128.h -- WebAssembly with SIMD128 (-msimd128): every browser since 2021 to 2023, node 16. */
#ifndef TH_NN_WASM_VEC_SIMD128_H
#define TH_NN_WASM_VEC_SIMD128_H

#include "nn/vec/kernels.h"

extern const th_vec th_vec_simd128;
TH_VEC_DECLARE(simd128)

#endif
