/* AVX2 with FMA: 16 registers of 8 floats.  The Makefile compiles this file with the flags it needs. */
#include "train/kernels.h"

#if defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>

#define LANES 8
#define WIDE  2
#define TABLE th_kernels_avx2
#define NAME  "avx2"

typedef float v __attribute__((vector_size(32)));
typedef int32_t v_int __attribute__((vector_size(32)));

#define v_fma(a, b, c) ((v)_mm256_fmadd_ps((a), (b), (c)))
#define v_max(a, b)    ((v)_mm256_max_ps((a), (b))) /* b where one is no number */
#define v_sqrt(a)      ((v)_mm256_sqrt_ps(a))
#define v_kept(m)      ((v_int)(_mm256_cvtepu8_epi32(_mm_loadl_epi64((const void *)(m)))) != (v_int){0})

#include "train/kernels_simd.h"
#else
const th_kernels th_kernels_avx2 = {.name = NULL};
#endif
