/* train/kernels_simd.h -- the fast kernels, once for every instruction set.
 *
 * Included by kernels_<isa>.c, which defines
 *   LANES  floats in a vector        TABLE, NAME  the table to define and its name
 *   WIDE   most vectors in a tile    v_fma(a, b, c), v_relu(a), v_sqrt(a) */
#include "train/kernels_depthwise.h"
#include "train/kernels_norm.h"
#include "train/kernels_tile.h"

const th_kernels TABLE = {
    .name = NAME,
    .lanes = LANES,
    .read = simd_read,
    .conv = simd_conv,
    .conv_weights = simd_conv_weights,
    .transpose = simd_transpose,
    .depthwise = simd_depthwise,
    .depthwise_back = simd_depthwise_back,
    .moments = simd_moments,
    .norm_back = simd_norm_back,
    .read_back = simd_read_back,
    .sigmoid = simd_sigmoid,
    .tanh = simd_tanh,
    .adam = simd_adam,
};
