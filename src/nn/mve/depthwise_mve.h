/* nn/mve/depthwise_mve.h -- DEPTHWISE_CONV_2D of int8 for Cortex-M55, one channel after the other.
 *
 * Lines are the rows of the picture, or its columns where these are longer.  The lines of one channel that a line of
 * outputs looks at stand in a ring in scratch, each in the slot (its number mod `slots`), slots of a pixel side by
 * side, here three:
 *
 *   l0 l1 l2 | l0 l1 l2 | l0 l1 l2 | ..      so the window of an output is 9 bytes in a row, from 3 stride x on
 *
 * An output is one load and one VMLADAV with all its weights, which are turned round by the slot where the window
 * begins.  Each pixel is loaded once (a gather) and put into its slot (a scatter).
 *
 * A line of outputs is written when all its inputs are in the ring, and outputs of a channel only lie on that
 * channel's inputs: with as many channels there as here it runs in place; columns only when as many as before. */
#ifndef TH_NN_MVE_DEPTHWISE_MVE_H
#define TH_NN_MVE_DEPTHWISE_MVE_H

#include "nn/window.h"

#include <stddef.h>
#include <stdint.h>

typedef struct th_depthwise_mve_par {
    th_window win; /* dilation 1; height and width exchanged where lines go down */
    int32_t down;  /* 1: lines are columns */
    int32_t in_zero, out_zero, act_min, act_max;
    int32_t n_weights;
    const int8_t *weights; /* [out_c][filter_h][filter_w], exchanged as well; at most TH_MVE_TAPS of a filter */
    int32_t n_scales;      /* 3 out_c */
    const int32_t *scales; /* [out_c] bias, multiplier, minus the shift */
} th_depthwise_mve_par;

#define TH_MVE_TAPS 16

/* scratch: th_depthwise_mve_scratch bytes. */
void th_depthwise_mve(const void *par, const void *const *in, void *const *out, void *scratch);
size_t th_depthwise_mve_scratch(const th_window *w);

/* int4 weights (nn/int4.h) in the same order: one channel's are unpacked at a time, into filter_h * filter_w bytes more
 * of scratch. */
void th_depthwise_w4_mve(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
