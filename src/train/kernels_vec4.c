/* Four floats at a time in the compiler's own vectors: SSE2, NEON, or whatever the machine has. */
#include "train/kernels.h"

#include <math.h>

#define LANES 4
#define WIDE  2
#define TABLE th_kernels_vec4
#define NAME  "vec4"

typedef float v __attribute__((vector_size(16)));
typedef int32_t v_int __attribute__((vector_size(16)));

static inline v v_sqrt(v a)
{
    return (v){sqrtf(a[0]), sqrtf(a[1]), sqrtf(a[2]), sqrtf(a[3])};
}

static inline v_int v_kept(const uint8_t *m)
{
    const v_int bytes = {m[0], m[1], m[2], m[3]}, none = {0};
    return bytes != none;
}

#if defined(__ARM_NEON) && defined(__aarch64__)
#include <arm_neon.h>
#define v_fma(a, b, c) ((v)vfmaq_f32((float32x4_t)(c), (float32x4_t)(a), (float32x4_t)(b)))
#else
#define v_fma(a, b, c) ((a) * (b) + (c))
#endif

/* b where one is no number */
static inline v v_max(v a, v b)
{
    const v_int more = (v_int)(a > b);
    return (v)((more & (v_int)a) | (~more & (v_int)b));
}

#include "train/kernels_simd.h"
