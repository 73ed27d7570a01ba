/* nn/reshape.h -- RESHAPE: the same bytes under another shape.
 *
 *   in[0] x any shape   in[1] the new shape, int32 (optional, constant)   out[0] y, as many elements
 *
 * The planner lays y on x where it can; then there is nothing to do.  Any type; nothing is computed.
 * Source: TensorFlow Lite Micro, reshape.cc, reshape_common.cc. */
#ifndef TH_NN_RESHAPE_H
#define TH_NN_RESHAPE_H

#include <stdint.h>

typedef struct th_reshape_par {
    int32_t n_bytes;
} th_reshape_par;

void th_reshape(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
