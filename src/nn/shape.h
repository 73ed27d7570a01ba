/* nn/shape.h -- SHAPE and BROADCAST_ARGS: operators that compute with shapes.
 *
 *   SHAPE           y[d] = size of dimension d of in[0]; int32 or int64
 *   BROADCAST_ARGS  in[0] a, in[1] b: two shapes, both int32 or both int64; y = the shape both can be broadcast to:
 *                   y[d] = b[d] where a[d] = 1, else a[d]; aligned at the end, missing places count as 1.
 *                   Shapes that do not fit together (neither equal nor 1) are not noticed: a's number is taken.
 * Source: TensorFlow Lite Micro, micro/kernels/shape.cc, reference/broadcast_args.h. */
#ifndef TH_NN_SHAPE_H
#define TH_NN_SHAPE_H

#include <stdint.h>

typedef struct th_shape_of_par {
    int32_t wide; /* 1: int64 */
    int32_t n;
    const int32_t *size; /* [n] */
} th_shape_of_par;

typedef struct th_broadcast_args_par {
    int32_t wide;
    int32_t n_a, n_b, n; /* n is the greater one */
} th_broadcast_args_par;

void th_shape_of(const void *par, const void *const *in, void *const *out, void *scratch);
void th_broadcast_args(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
