/* nn/mixture.h -- ThimbleMixture: how unlikely an input is under a mixture of Gaussians.
 *
 *   q_k = sum_j (F_k (x - mean_k))[j]^2        F_k^T F_k is the inverse of component k's covariance
 *   y   = gain * sqrt( min_k (q_k + offset_k) )
 *
 *   in[0] x [rows][d]   in[1] mean [K][d]   in[2] F [K][d]: the diagonal, 1 / deviation; or [K][d][d], lower triangular
 *   in[3] offset [K] float32 >= 0: -2 ln(weight_k / sqrt(det covariance_k)), less the smallest of these
 *   in[4] gain [1] float32 > 0; all but x are constants
 *   out[0] y [rows][1]
 *
 * The most likely component speaks for all: -ln p(x) is y^2 / (2 gain^2) and a constant, too large by at most ln K.
 * So no exponential is needed, and y is a distance: 0 in the middle of the likeliest component.
 *
 * int8: x and mean have one scale and zero point; diagonal only.  |x - mean|^2 <= 65025 < 2^16, factors have 31 bits,
 * so sums over d <= TH_MIXTURE_VALUES stay below 2^62. */
#ifndef TH_NN_MIXTURE_H
#define TH_NN_MIXTURE_H

#include <stdint.h>

#define TH_MIXTURE_VALUES 32768 /* of an int8 input */

typedef struct th_mixture_f32_par {
    int32_t rows, depth, parts; /* depth: d, parts: K */
    int32_t full;               /* 1: F is a matrix for each part */
    float gain;
} th_mixture_f32_par;

/* q_k in steps of the output squared, with 16 bits after the point, is (sum d^2 m) >> shift. */
typedef struct th_mixture_s8_par {
    int32_t rows, depth, parts, factors; /* factors: parts * depth */
    int32_t zero, shift;                 /* of the output; 0 .. 62 */
    const int32_t *m;                    /* [factors] */
    const int64_t *offset;               /* [parts] in the same steps */
} th_mixture_s8_par;

void th_mixture_f32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_mixture_s8(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
