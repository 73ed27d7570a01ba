/* nn/relu.h -- RELU and RELU6 as operators of their own (mostly they are fused into the one before).
 *
 *   y[i] = clamp( x[i], 0, infinity or 6 )
 *
 *   in[0] x any shape   out[0] y, same shape, may lie on x
 *
 * int8, int16: y = clamp( zero_out + R((x - zero_in), m), act_min, act_max ), R as in nn/requant.h, m = s_in / s_out.
 * prepare refuses an m from which (x - zero_in) 2^shift would leave int32 (2^22 for int8, 2^14 for int16).
 * Source: TensorFlow Lite Micro, activations_common.cc.  There an integer RELU6 takes the output's scale to be
 * the input's; here it may differ. */
#ifndef TH_NN_RELU_H
#define TH_NN_RELU_H

#include <stdint.h>

typedef struct th_relu_q_par {
    int32_t n, in_zero, out_zero, multiplier, shift, act_min, act_max;
} th_relu_q_par;

typedef struct th_relu_f32_par {
    int32_t n;
    float act_min, act_max;
} th_relu_f32_par;

void th_relu_s8(const void *par, const void *const *in, void *const *out, void *scratch);
void th_relu_s16(const void *par, const void *const *in, void *const *out, void *scratch);
void th_relu_f32(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
