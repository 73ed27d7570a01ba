/* nn/vec/depthwise.h -- DEPTHWISE_CONV_2D with one channel in each lane.
 *
 * For an output row the input rows that it looks at are copied to scratch with their padding, sorted by column modulo
 * the stride, and each input channel as often as it has outputs.  After that tap (i, j) of all output pixels of the row
 * is one line of numbers in memory:
 *
 *   stride 2:  columns 0 2 4 6 ..  |  1 3 5 7 ..      tap j starts at column j, in half j % 2, at pixel j / 2
 *
 * and a line is worked off in blocks of lanes, whatever pixel and channel they are.  Weights and scales repeat after
 * `period` blocks, a common multiple of lanes and channels; where that is too large each pixel is a line
 * of its own, and its last block reaches into the next pixel.
 *
 *   in[0] x   out[0] y;  weights and bias are in the parameters, the latter corrected as in nn/vec/matrix.h */
#ifndef TH_NN_VEC_DEPTHWISE_H
#define TH_NN_VEC_DEPTHWISE_H

#include "nn/vec/vec.h"
#include "nn/window.h"

typedef struct th_lines {
    th_window win;
    int32_t flow;     /* 1: lines go on over pixels */
    int32_t period;   /* packed blocks, after which weights repeat; without flow: blocks of a pixel */
    int32_t n_groups; /* of taps */
    int32_t phase;    /* pixels of one phase of a copied row */
    int32_t row;      /* bytes of a copied row, with what its last block reads too much */
} th_lines;

typedef struct th_depthwise_s8_par {
    th_lines l;
    th_vec_s8 s8; /* n_scales: period * lanes of a block */
} th_depthwise_s8_par;

typedef struct th_depthwise_f32_par {
    th_lines l;
    float act_min, act_max;
    int32_t n_bias;
    const float *bias; /* [n_bias] where sums start */
    int32_t n_w;
    const float *w;
} th_depthwise_f32_par;

/* Filters have at most so many taps, rounded up to whole groups. */
#define TH_LINE_TAPS 256

/* As in nn/vec/matrix.h; parts are output rows.  scratch: filter_h * row bytes. */
void th_depthwise_s8(const th_vec *v, const void *par, const void *const *in, void *const *out, void *scratch,
                     int32_t part, int32_t of);
void th_depthwise_f32(const th_vec *v, const void *par, const void *const *in, void *const *out, void *scratch,
                      int32_t part, int32_t of);

#endif
