/* nn/softmax_f32.h -- SOFTMAX over the last dimension, float32; formula and shapes as in nn/softmax.h.
 *
 * The exponential is base/fmath.h's, so every machine gives the same bits; they agree with the reference's
 * (libm) to 1e-6.  No exponent is above 0, so the sum lies between 1 and depth: nothing overflows.
 * Source: TensorFlow Lite Micro, reference/softmax.h. */
#ifndef TH_NN_SOFTMAX_F32_H
#define TH_NN_SOFTMAX_F32_H

#include <stdint.h>

typedef struct th_softmax_f32_par {
    int32_t rows, depth;
    float beta;
} th_softmax_f32_par;

void th_softmax_f32(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
