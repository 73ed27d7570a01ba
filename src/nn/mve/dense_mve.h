/* nn/mve/dense_mve.h -- FULLY_CONNECTED of int8 with one row, for Cortex-M55.
 *
 * Four filters at a time share each load of 16 inputs: five loads and four VMLADAVA for 64 products.  Weights stay in
 * the model's order; the last four filters may overlap those before them. */
#ifndef TH_NN_MVE_DENSE_MVE_H
#define TH_NN_MVE_DENSE_MVE_H

#include <stdint.h>

typedef struct th_dense_mve_par {
    int32_t n_in, n_out; /* n_out >= 4 */
    int32_t out_zero, act_min, act_max;
    int32_t n_weights;
    const int8_t *weights; /* [n_out][n_in] */
    int32_t n_scales;      /* TH_MVE_SCALE * ((n_out + 3) / 4) */
    const int32_t *scales; /* nn/mve/mve.h */
} th_dense_mve_par;

void th_dense_mve(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
