/* nn/cast.h -- CAST: the same number in another type, scales not looked at.
 *
 *   in[0] x any shape   out[0] y, as many elements; may lie on x when they are of one size
 *
 * Whole numbers keep the low bits that fit; float32 to whole numbers cuts towards 0 (no number is 0, beyond int32
 * the end of int32, for uint32 2^32 - 1) and then keeps the low bits; bool is 0 or 1, and to bool everything but 0
 * is 1. Source: TensorFlow Lite Micro, cast.cc. */
#ifndef TH_NN_CAST_H
#define TH_NN_CAST_H

#include <stdint.h>

enum { TH_CAST_BOOL, TH_CAST_S8, TH_CAST_U8, TH_CAST_S16, TH_CAST_S32, TH_CAST_U32, TH_CAST_S64, TH_CAST_F32 };

typedef struct th_cast_par {
    int32_t n, from, to; /* TH_CAST_* */
} th_cast_par;

void th_cast(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
