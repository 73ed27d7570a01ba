/* nn/update_slice.h -- a part of a tensor at a place that is told while running.
 *
 * th_update_slice, DYNAMIC_UPDATE_SLICE: the part is replaced
 *   y = x, then y[s_0 + i_0, s_1 + i_1, ..] = u[i_0, i_1, ..],   s_d = start_d brought into 0 .. size of x - size of u
 *   in[0] x, in[1] u of the same rank and no larger, in[2] start, int32 or int64 [rank]   out[0] y, may lie on x
 *
 * th_slice_at, SLICE whose begin is no constant: the part is taken out
 *   y[i_0, i_1, ..] = x[s_0 + i_0, s_1 + i_1, ..],   s_d = start_d brought into 0 .. size of x - size of y
 *   in[0] x, in[1] start, int32 or int64 [rank]   out[0] y of the same rank and no larger
 *
 * Any type of 1, 2, 4 or 8 bytes.  Source: TensorFlow Lite Micro, micro/kernels/dynamic_update_slice.cc, slice.cc
 * (which leaves the memory of x when the place is outside). */
#ifndef TH_NN_UPDATE_SLICE_H
#define TH_NN_UPDATE_SLICE_H

#include <stdint.h>

typedef struct th_update_slice_par {
    int32_t wide;    /* 1: int64 start */
    int32_t x_bytes; /* of the whole */
    int32_t rank;
    const int32_t *room;       /* [rank] greatest start */
    const int32_t *step_bytes; /* [rank] of the whole */
    int32_t run, n_dims, n_words;
    const int32_t *dim; /* [n_words] box of the part, nn/copy.h; 3 n_dims numbers count */
} th_update_slice_par;

void th_update_slice(const void *par, const void *const *in, void *const *out, void *scratch);
void th_slice_at(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
