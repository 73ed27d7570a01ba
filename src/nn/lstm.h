/* nn/lstm.h -- UNIDIRECTIONAL_SEQUENCE_LSTM with state that survives from one invoke to the next.
 *
 *   for every batch b and, in order, every time t:
 *     i = sigmoid(Wi x + Ri h + bi)    f = sigmoid(Wf x + Rf h + bf)
 *     g = tanh(Wg x + Rg h + bg)       o = sigmoid(Wo x + Ro h + bo)
 *     c = clip(f * c + i * g)          h = tanh(c) * o          y[b][t] = h
 *
 *   in[0] x [batches][steps][n_in], or [steps][batches][n_in] when time_major
 *   in[1..4] Wi Wf Wg Wo [n_cell][n_in]   in[5..8] Ri Rf Rg Ro [n_cell][n_cell]   in[12..15] bi bf bg bo [n_cell]
 *   in[18] h [batches][n_cell], in[19] c [batches][n_cell]: variable tensors, they are written
 *   out[0] y as x, with n_cell
 * The other inputs (peepholes, projection, layer norm) must be absent; so all four gates must be there.
 *
 * int8 or int16 x, h and y, int8 weights, int16 c: each of the two sums of a gate is requantised to int16 with scale
 * 2^-12, they are added and limited; sigmoid and tanh by nn/sigmoid_s16.h, with scale 2^-15.  Products of gates are
 * requantised (rounded twice) to the scale of c, or of h; sums are limited to int16. int8:  int32 sums and biases,
 * th_requant       int16: int64 sums and biases, th_requant_64 Overflow: n_in, n_cell <= 32768 keep the int32 sums
 * exact; adding the bias wraps as in the reference. h is written when a step is done: every cell of a step sees the h
 * of the step before. Source: TensorFlow Lite Micro, micro/kernels/lstm_eval.h, lstm_eval.cc, lstm_eval_common.cc. */
#ifndef TH_NN_LSTM_H
#define TH_NN_LSTM_H

#include <stdint.h>

/* Gates stand in the order i, f, g, o. */
typedef struct th_lstm_s16_par { /* int16 cell: x of int8 or int16 */
    int32_t batches, steps, n_in, n_cell;
    int32_t time_major;
    int32_t in_zero, hidden_zero;
    int32_t in_multiplier[4], in_shift[4];         /* sums over x, to 2^-12 */
    int32_t hidden_multiplier[4], hidden_shift[4]; /* sums over h, to 2^-12 */
    int32_t forget_multiplier, forget_shift;       /* f * c, to the scale of c */
    int32_t input_multiplier, input_shift;         /* i * g, to the scale of c */
    int32_t out_multiplier, out_shift;             /* tanh(c) * o, to the scale of h */
    int32_t tanh_shift;                            /* c * 2^tanh_shift has the scale 2^-12 */
    int32_t cell_clip;                             /* in units of c; 0: none */
} th_lstm_s16_par;

typedef struct th_lstm_f32_par {
    int32_t batches, steps, n_in, n_cell;
    int32_t time_major;
    float cell_clip; /* 0: none */
} th_lstm_f32_par;

void th_lstm_s8(const void *par, const void *const *in, void *const *out, void *scratch);
void th_lstm_s16(const void *par, const void *const *in, void *const *out, void *scratch);
void th_lstm_f32(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
