/* train/conv.h -- a convolution or depthwise layer on one sample, forwards and backwards, built from the kernels.
 *
 * Nothing but z is kept of a layer: its inputs x = act(a*z + b) * mask are made again from the z of the layer before,
 * piece by piece, just before they are used, and dz = da*dy + db*z + dc likewise.  A piece (some rows, or for 1x1
 * convolutions some pixels) stays in the first cache between the two; what a layer writes is summed up for batch norm
 * while it is still in registers.
 *
 *   forward   z_in --read--> x --conv--> z, sums of z and z*z
 *   backward  dy, z --norm_back--> dz --+--> gw += x^T dz
 *             z_in --read-----> x ------+
 *             dz --conv with the weights turned round--> dy_in = dx * act'(...) * mask, sums of dy_in and dy_in*z_in
 *
 * A dense layer (kinds/dense.c) is a product of the samples with its weights: th_product. */
#ifndef TH_TRAIN_CONV_H
#define TH_TRAIN_CONV_H

#include "train/kernels.h"

/* out [n][b] = x [n][a] * w [a][b], the rows of x x_step floats apart. */
static inline th_conv th_product(int32_t n, int32_t x_step, int32_t a, int32_t b)
{
    return (th_conv){.in_row = n * x_step,
                     .in_col = x_step,
                     .k_h = 1,
                     .k_w = 1,
                     .in_c = a,
                     .tap_row = a,
                     .tap_col = a,
                     .out_h = 1,
                     .out_w = n,
                     .out_c = b,
                     .to_row = n * b,
                     .to_col = b};
}

/* Floats of room that a layer needs while it runs, for the wider of its two directions. */
size_t th_conv_room(const th_conv_shape *g);

/* z and, unless sum is NULL, sum [2][out_s] += z, z*z */
void th_conv_forward(const th_kernels *k, const th_conv_shape *g, const th_read *from, const float *w, float *room,
                     float *z, float *sum);

/* The weights [k_h*k_w][in_s][out_s] as the data gradient wants them: n_w floats as well. */
void th_conv_flip(const th_kernels *k, const th_conv_shape *g, const float *w, float *flipped);

/* gw += .. (unless it is NULL), and the gradient of the input. */
void th_conv_backward(const th_kernels *k, const th_conv_shape *g, const th_read *from, const th_back *back,
                      const float *flipped, float *room, float *gw, const th_input_grad *to);

#endif
