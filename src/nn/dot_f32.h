/* nn/dot_f32.h -- the inner loop of float convolutions and dense layers. */
#ifndef TH_NN_DOT_F32_H
#define TH_NN_DOT_F32_H

#include <stdint.h>

/* Sum of a[k] * b[k], k < n.  Eight sums side by side, for compilers that know vectors; the order is
 * fixed, so that the result is the same everywhere (without contraction to FMA). */
static inline float th_dot_f32(const float *a, const float *b, int32_t n)
{
    float s[8] = {0};
    int32_t k = 0;
    for (; k + 8 <= n; k += 8)
        for (int32_t j = 0; j < 8; j++) s[j] += a[k + j] * b[k + j];
    float sum = ((s[0] + s[4]) + (s[1] + s[5])) + ((s[2] + s[6]) + (s[3] + s[7]));
    for (; k < n; k++) sum += a[k] * b[k];
    return sum;
}

static inline float th_clamp_f32(float v, float lo, float hi)
{
    return v < lo ? lo : v > hi ? hi : v;
}

#endif
