/* nn/sigmoid_s16.h -- logistic function and tanh of int16 by a table with interpolation: LOGISTIC, TANH, LSTM.
 *
 *   input  x in units of 1 / (3 * 2^12): an int16 with scale 2^-12, times 3
 *   output q in units of 2^-15, -32768..32767
 *
 *   sigmoid(i / 24) * 2^16 stands in the table for i = 0 .. 255, and between two entries a line is drawn;
 *   beyond the last, the function is 1.  For negative x: sigmoid(-x) = 1 - sigmoid(x), tanh(x) = 2 sigmoid(2x) - 1.
 *
 * Error against the real functions: at most 4 units in 2^15.
 * Source: TensorFlow Lite Micro, reference/integer_ops/{logistic,tanh}.h, kernels/internal/common.h. */
#ifndef TH_NN_SIGMOID_S16_H
#define TH_NN_SIGMOID_S16_H

#include <stdint.h>

extern const uint16_t th_sigmoid_table[256];

/* |x| < 2^31 */
int16_t th_logistic_s16_of(int32_t x);
int16_t th_tanh_s16_of(int32_t x);

#endif
