/* train/kernels_simd.h -- the fast kernels, once for every instruction set.
 *
 * Included by kernels_<isa>.c, which defines
 *   LANES  floats in a vector        TABLE, NAME  the table to define and its name
 *   WIDE   most vectors in a tile    v_fma(a, b, c), v_max(a, b), v_sqrt(a),
 *   v_kept(m): of LANES bytes, all ones where one is not 0 */
#include "train/kernels_depthwise.h"
#include "train/kernels_norm.h"
#include "train/kernels_pool.h"
#include "train/kernels_tile.h"
#include "train/kernels_transpose.h"

static double simd_busy(int32_t rounds)
{
    v acc[12];
    v x = splat(0.999f), y = splat(1e-3f);
    UNROLL for (int i = 0; i < 12; i++) acc[i] = splat((float)i);
    for (int32_t r = 0; r < rounds; r++) {
        __asm__ volatile("" ::: "memory"); /* a loop whose results nobody uses must still be run */
        UNROLL for (int i = 0; i < 12; i++) acc[i] = v_fma(acc[i], x, y);
    }
    volatile float sink = 0;
    UNROLL for (int i = 0; i < 12; i++) sink = sink + acc[i][0];
    return 12.0 * 2 * LANES * rounds;
}

const th_kernels TABLE = {
    .name = NAME,
    .lanes = LANES,
    .busy = simd_busy,
    .read = simd_read,
    .conv = simd_conv,
    .conv_weights = simd_conv_weights,
    .transpose = simd_transpose,
    .depthwise = simd_depthwise,
    .depthwise_back = simd_depthwise_back,
    .pool = simd_pool,
    .pool_back = simd_pool_back,
    .join = simd_join,
    .moments = simd_moments,
    .norm_back = simd_norm_back,
    .read_back = simd_read_back,
    .mask = simd_mask,
    .sigmoid = simd_sigmoid,
    .tanh = simd_tanh,
    .adam = simd_adam,
};
