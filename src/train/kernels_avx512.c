/* AVX-512: 32 registers of 16 floats.  The Makefile compiles this file with the flags it needs. */
#include "train/kernels.h"

#if defined(__AVX512F__) && defined(__AVX512VL__)
#include <immintrin.h>

#define LANES 16
#define WIDE  4
#define TABLE th_kernels_avx512
#define NAME  "avx512"

typedef float v __attribute__((vector_size(64)));
typedef int32_t v_int __attribute__((vector_size(64)));

#define v_fma(a, b, c) ((v)_mm512_fmadd_ps((a), (b), (c)))
#define v_max(a, b)    ((v)_mm512_max_ps((a), (b))) /* b where one is no number */
#define v_sqrt(a)      ((v)_mm512_sqrt_ps(a))
#define v_kept(m)      ((v_int)(_mm512_cvtepu8_epi32(_mm_loadu_si128((const void *)(m)))) != (v_int){0})

#include "train/kernels_simd.h"
#else
const th_kernels th_kernels_avx512 = {.name = NULL};
#endif
