/* nn/dot_f32.h -- the inner loop of float convolutions and dense layers. */
#ifndef TH_NN_DOT_F32_H
#define TH_NN_DOT_F32_H

#include <stdint.h>

/* sum + a[0] b[0] + a[1] b[1] + .., added in this order: the reference's.  Any other order moves a deep network's
 * outputs by up to 1e-4 of the largest (measured on the anomaly model's goldens), ten times what is allowed. */
static inline float th_dot_f32(float sum, const float *a, const float *b, int32_t n)
{
    for (int32_t k = 0; k < n; k++) sum += a[k] * b[k];
    return sum;
}

#define TH_DOTS 8

/* The same for TH_DOTS rows of b that lie `row` floats apart: sum[j] of row j.  Sums that do not wait for one another.
 */
static inline void th_dots_f32(float *sum, const float *a, const float *b, int32_t row, int32_t n)
{
    const float *b0 = b, *b1 = b0 + row, *b2 = b1 + row, *b3 = b2 + row, *b4 = b3 + row, *b5 = b4 + row, *b6 = b5 + row,
                *b7 = b6 + row;
    float s0 = sum[0], s1 = sum[1], s2 = sum[2], s3 = sum[3], s4 = sum[4], s5 = sum[5], s6 = sum[6], s7 = sum[7];
    for (int32_t k = 0; k < n; k++) {
        const float v = a[k];
        s0 += v * b0[k], s1 += v * b1[k], s2 += v * b2[k], s3 += v * b3[k];
        s4 += v * b4[k], s5 += v * b5[k], s6 += v * b6[k], s7 += v * b7[k];
    }
    sum[0] = s0, sum[1] = s1, sum[2] = s2, sum[3] = s3, sum[4] = s4, sum[5] = s5, sum[6] = s6, sum[7] = s7;
}

static inline float th_clamp_f32(float v, float lo, float hi)
{
    return v < lo ? lo : v > hi ? hi : v;
}

#endif
