/* train/kinds/conv_any.h -- what convolutions share: their shape, and loops for grouped ones, which are plain: groups
 * of few channels leave little for vectors. */
#ifndef TH_TRAIN_KINDS_CONV_ANY_H
#define TH_TRAIN_KINDS_CONV_ANY_H

#include "train/conv.h"
#include "train/net.h"

/* Sets the shape of a convolution or a depthwise one, and the places of its input and dz: without borders. */
void th_conv_prepare(th_stage *st);

/* Grouped: weights [k_h][k_w][in_c / groups][s]; x, dz and dx plain. */
void th_conv_any(const th_stage *st, const float *x, const float *w, float *z);
void th_conv_any_weights(const th_stage *st, const float *x, const float *dz, float *gw);
void th_conv_any_inputs(const th_stage *st, const float *dz, const float *w, float *dx);

#endif
