/* nn/cortexm/dense_dsp.h -- FULLY_CONNECTED of int8 with one row, for Cortex-M4, M7 and M33.
 *
 * Every weight is used once, so it is widened where it is loaded, and four filters share each load of the input:
 *
 *   packed weights, filters t u v w:   t0 t1 t2 t3 | u0 u1 u2 u3 | v0 .. | w0 ..      16 bytes for four inputs
 *
 * 16 products are one load and two widenings of inputs, one LDM, eight SXTB16 and eight SMLAD.  Missing filters of the
 * last four, and inputs of the last four, have weights 0.  Sums become int8 as in nn/cortexm/tile_dsp.h.
 *
 * int4 weights stand as there, two filters to a word:   t0 t1 u0 u1 t2 t3 u2 u3 | v0 v1 w0 w1 v2 v3 w2 w3     8 bytes
 * each 8 more than it is, so that one AND makes two of them a word:  sum x w = sum x (w + 8) - 8 sum x, and the last
 * sum is made once for all filters.  16 products are one load and two widenings of inputs, one LDRD, eight AND (their
 * second operand is shifted for nothing) and eight SMLAD. */
#ifndef TH_NN_CORTEXM_DENSE_DSP_H
#define TH_NN_CORTEXM_DENSE_DSP_H

#include <stdint.h>

typedef struct th_dense_dsp_par {
    int32_t n_in, n_out;
    int32_t in_zero, out_zero, act_min, act_max;
    int32_t n_weights;
    const int8_t *weights; /* [(n_out + 3) / 4][(n_in + 3) / 4][4][4] */
    const int32_t *bias;   /* [n_out] */
    int32_t n_scales;      /* n_out, or 1 for all */
    const int32_t *multiplier;
    const int8_t *shift; /* e of tile_dsp.h */
} th_dense_dsp_par;

/* scratch: n_in bytes rounded up to a multiple of 4, or none where n_in is one. */
void th_dense_dsp(const void *par, const void *const *in, void *const *out, void *scratch);
/* int4: weights are half as many bytes. */
void th_dense_w4_dsp(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
