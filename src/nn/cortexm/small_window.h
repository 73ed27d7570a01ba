/* nn/cortexm/small_window.h -- a window and the limits of int8 tensors in 8 words instead of 19: every layer has one in
 * flash, and there they are a good part of what is not weights.
 *
 *   word        bits 0..15     bits 16..31
 *   in          in_h           in_w
 *   out         out_h          out_w
 *   channels    in_c           out_c
 *   filter      filter_h       filter_w
 *   pad         pad_top        pad_left
 *   steps       stride_h, stride_w, dilation_h, dilation_w      a byte each
 *   limits      in_zero, out_zero, act_min, act_max             a signed byte each
 *
 * Sizes are less than 32768, steps less than 128. */
#ifndef TH_NN_CORTEXM_SMALL_WINDOW_H
#define TH_NN_CORTEXM_SMALL_WINDOW_H

#include "nn/window.h"

typedef struct th_small_window {
    int32_t batches, in, out, channels, filter, pad, steps, limits;
} th_small_window;

typedef struct th_limits {
    int32_t in_zero, out_zero, act_min, act_max;
} th_limits;

/* 1 when all fits; else *small is not set. */
int32_t th_small_window_pack(const th_window *w, const th_limits *limits, th_small_window *small);
void th_small_window_unpack(const th_small_window *small, th_window *w, th_limits *limits);

#endif
