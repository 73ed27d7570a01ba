/* nn/add_n.h -- ADD_N: the sum of two or more tensors of one shape.
 *
 *   y[i] = sum over k of x_k[i]
 *
 *   in[0..] x_k   out[0] y, same shape; it may lie on any input
 *
 * int8: all inputs have one scale and zero point, R as in nn/requant.h:
 *   y = zero_out + R( R(-zero 2^20, 1/2) + sum R((x_k - zero) 2^20, 1/2), 2 s_in / (2^20 s_out) )
 * The first term is the reference's: it counts one more input whose bytes are all 0.  The result is the plain sum
 * only for zero point 0; to agree with it byte for byte, this does the same.
 * |R| <= 2^27: up to 15 inputs cannot overflow; the loader refuses more.
 * Source: TensorFlow Lite Micro, add_n.cc, reference/add_n.h. */
#ifndef TH_NN_ADD_N_H
#define TH_NN_ADD_N_H

#include <stdint.h>

#define TH_ADD_N_S8_INPUTS 15

typedef struct th_add_n_f32_par {
    int32_t n, inputs;
} th_add_n_f32_par;

typedef struct th_add_n_s8_par {
    int32_t n, inputs;
    int32_t zero, multiplier, shift;
    int32_t out_zero, out_multiplier, out_shift;
} th_add_n_s8_par;

void th_add_n_s8(const void *par, const void *const *in, void *const *out, void *scratch);
void th_add_n_f32(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
