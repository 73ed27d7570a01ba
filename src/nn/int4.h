/* nn/int4.h -- int4 weights: two to a byte, the first one in the low half, in the order of the tensor.
 *
 *   byte k:  | w[2k + 1] (4 bits) | w[2k] (4 bits) |   each -8 to 7, two's complement
 *
 * Source: tensorflow/lite/kernels/internal/portable_tensor_utils.cc UnpackDenseInt4IntoInt8. */
#ifndef TH_NN_INT4_H
#define TH_NN_INT4_H

#include <stddef.h>
#include <stdint.h>

/* Bytes for n unpacked weights that something aligned to 4 follows. */
#define TH_INT4_ROOM(n) (((size_t)(n) + 3) / 4 * 4)

/* packed [(n + 1) / 2] -> w [n] */
static inline void th_int4_unpack(const uint8_t *packed, int32_t n, int8_t *w)
{
    for (int32_t k = 0; k < n; k++) {
        const int32_t four = k % 2 ? packed[k / 2] >> 4 : packed[k / 2] & 15;
        w[k] = (int8_t)((four ^ 8) - 8); /* the fourth bit is the sign */
    }
}

#endif
