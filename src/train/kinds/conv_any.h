/* train/kinds/conv_any.h -- what convolutions share: places, weights turned round, and loops for those that the
 * kernels do not know (groups, dilation), which are plain: groups of few channels leave little for vectors. */
#ifndef TH_TRAIN_KINDS_CONV_ANY_H
#define TH_TRAIN_KINDS_CONV_ANY_H

#include "train/net.h"

/* One group and no dilation: the kernels know it. */
static inline bool th_conv_is_plain(const th_layer *l)
{
    return l->groups <= 1 && l->dilation_h == 1 && l->dilation_w == 1;
}

/* Sets in[0].at, dz_at, g and back of a convolution or a depthwise one. */
void th_conv_places(th_stage *st);

/* w [taps][in][s] -> f [taps, last first][s][in] */
void th_conv_flip(const th_stage *st, size_t taps, const float *w, float *f);

/* Weights [k_h][k_w][in_c / groups][s].  A depthwise convolution has as many groups as channels.
 * x and dz lie as th_conv_places says; dx is plain, [in_h][in_w][in_s]. */
void th_conv_any(const th_stage *st, const float *x, const float *w, float *z);
void th_conv_any_weights(const th_stage *st, const float *x, const float *dz, float *gw);
void th_conv_any_inputs(const th_stage *st, const float *dz, const float *w, float *dx);

#endif
