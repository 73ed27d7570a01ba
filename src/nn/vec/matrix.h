/* nn/vec/matrix.h -- CONV_2D, FULLY_CONNECTED and DEPTHWISE_CONV_2D with one input channel as products with packed
 * weights; nn/vec/vec.h draws the layouts.
 *
 * A dense layer is a 1x1 convolution of a picture whose pixels are its rows; the depthwise layer is a convolution
 * whose filters stand the other way round.
 *
 * Where the taps of a pixel come from (th_matrix.from):
 *   TH_FROM_PICTURE  a 1x1 filter without stride: they are the picture itself
 *   TH_FROM_ROWS     taps of one filter row lie side by side in the picture; so they stay there, as a segment for each
 *                    filter row, `pitch` numbers apart, and the next pixel begins stride_w * in_c numbers further
 *   TH_FROM_PADDED   the same from copies of the picture's rows with their padding, made once for each output row
 *   TH_FROM_TAPS     anything else: collected, pixel by pixel
 *
 *   in[0] x   out[0] y;  weights and bias are in the parameters
 *   scratch: th_matrix_scratch bytes
 *
 * The zero point of x and the micro-kernel's offset leave the sums when the weights are packed:
 *   sum (x - zero) w  =  sum (x + offset) w  -  (zero + offset) sum w,   the last part is added to the bias (it wraps)
 * so a tap outside the picture is `zero` in the collected taps. */
#ifndef TH_NN_VEC_MATRIX_H
#define TH_NN_VEC_MATRIX_H

#include "nn/vec/vec.h"
#include "nn/window.h"

typedef enum th_matrix_from { TH_FROM_PICTURE, TH_FROM_ROWS, TH_FROM_PADDED, TH_FROM_TAPS } th_matrix_from;

/* What all types share: one picture to another.  Channels of a group are rounded up to whole units: `stride_n`. */
typedef struct th_matrix {
    th_window win;
    int32_t groups;
    int32_t n_k;        /* taps of one output: filter_h * filter_w * in_c / groups */
    int32_t n_segments; /* that these are cut into: filter_h with TH_FROM_ROWS and _PADDED, else 1 */
    int32_t n_groups;   /* of a segment, of the dot product */
    int32_t stride_n;   /* packed channels of a group of channels */
    int32_t from;       /* th_matrix_from */
    int32_t pitch;      /* from one segment to the next */
} th_matrix;

typedef struct th_matrix_s8_par {
    th_matrix m;
    th_vec_s8 s8; /* n_scales: groups * stride_n */
} th_matrix_s8_par;

typedef struct th_matrix_s16_par {
    th_matrix m;
    int32_t out_zero, wide, act_min, act_max; /* th_scaler_s16 */
    int32_t n_scales;
    const int32_t *multiplier, *shift;
    int32_t n_wide, n_narrow; /* n_scales, or 0 */
    const int64_t *bias_wide;
    const int32_t *bias_narrow;
    int32_t n_w;
    const int16_t *w;
} th_matrix_s16_par;

typedef struct th_matrix_f32_par {
    th_matrix m;
    float act_min, act_max;
    int32_t n_bias;
    const float *bias; /* [groups * stride_n] */
    int32_t n_w;
    const float *w;
} th_matrix_f32_par;

/* Taps of one row of a tile in scratch, in elements: whole groups, and room for copying in steps of 16. */
#define TH_MATRIX_ROW(n_k) (((n_k) + 15) / 16 * 16 + 16)

/* Part `part` of `of` of the outputs; parts may run at the same time, each with its own scratch.
 * v: what this processor brings. */
void th_matrix_s8(const th_vec *v, const void *par, const void *const *in, void *const *out, void *scratch,
                  int32_t part, int32_t of);
void th_matrix_s16(const th_vec *v, const void *par, const void *const *in, void *const *out, void *scratch,
                   int32_t part, int32_t of);
void th_matrix_f32(const th_vec *v, const void *par, const void *const *in, void *const *out, void *scratch,
                   int32_t part, int32_t of);

#endif
