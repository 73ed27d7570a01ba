/* nn/svdf.h -- SVDF: a dense layer over time whose weights are split into a part over the features and one over time.
 *
 *   filter f = 0 .. filters-1, unit u = f / rank, state[b][f][0 .. memory-1], newest last
 *   state[b][f]  moves one to the left;  state[b][f][memory-1] = sum_k x[b][k] * wf[f][k]
 *   y[b][u] = act( bias[u] + sum_{f of u} sum_t state[b][f][t] * wt[f][t] )
 *
 *   in[0] x [batches][n_in]              in[1] wf [filters][n_in]      in[2] wt [filters][memory]
 *   in[3] bias [units] or NULL           in[4] state [batches][filters * memory], variable: it is written
 *   out[0] y [batches][units]
 *
 * int8: x - in_zero; the new state is requantised and limited to its type, and only then its zero point is added (wraps
 * as in the reference); state - state_zero times wt, summed in int32 with the bias, requantised, + out_zero, limited to
 * int8.  State and wt are both int8 or both int16.
 * A fused activation is not applied, as in the reference: what it cuts off, the output's scale and zero point do.
 * Overflow: none in the first sum (n_in <= 32768); the second one wraps as in the reference.
 * Source: TensorFlow Lite Micro, micro/kernels/svdf_common.cc. */
#ifndef TH_NN_SVDF_H
#define TH_NN_SVDF_H

#include <stdint.h>

typedef struct th_svdf_s8_par {
    int32_t batches, n_in, units, rank, memory;
    int32_t in_zero, state_zero, out_zero;
    int32_t state_multiplier, state_shift; /* of a sum over features */
    int32_t out_multiplier, out_shift;     /* of a sum over time */
} th_svdf_s8_par;

typedef struct th_svdf_f32_par {
    int32_t batches, n_in, units, rank, memory;
    float act_min, act_max;
} th_svdf_f32_par;

void th_svdf_s8(const void *par, const void *const *in, void *const *out, void *scratch);
void th_svdf_s8_s16(const void *par, const void *const *in, void *const *out,
                    void *scratch); /* int16 state; par: th_svdf_s8_par */
void th_svdf_f32(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
