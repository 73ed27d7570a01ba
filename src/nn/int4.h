/* nn/int4.h -- int4 weights: two to a byte, the first one in the low half, in the order of the tensor.
 *
 *   byte k:  | w[2k + 1] (4 bits) | w[2k] (4 bits) |   each -8 to 7, two's complement
 *
 * Source: tensorflow/lite/kernels/internal/portable_tensor_utils.cc UnpackDenseInt4IntoInt8. */
#ifndef TH_NN_INT4_H
#define TH_NN_INT4_H

#include <stddef.h>
#include <stdint.h>

/* Bytes that n weights take. */
#define TH_INT4_BYTES(n) (((n) + 1) / 2)

/* Weight number k. */
static inline int32_t th_int4_at(const uint8_t *packed, int32_t k)
{
    const int32_t four = k % 2 ? packed[k / 2] >> 4 : packed[k / 2] & 15;
    return (four ^ 8) - 8; /* the fourth bit is the sign */
}

/* Weights first .. first + n - 1 -> w [n]. */
static inline void th_int4_unpack(const uint8_t *packed, int32_t first, int32_t n, int8_t *w)
{
    packed += first / 2;
    if (first % 2 && n > 0) *w++ = (int8_t)th_int4_at(packed++, 1), n--;
    for (; n > 1; n -= 2, w += 2) {
        const int32_t both = *packed++;
        w[0] = (int8_t)(((both & 15) ^ 8) - 8);
        w[1] = (int8_t)((both >> 4 ^ 8) - 8);
    }
    if (n > 0) *w = (int8_t)th_int4_at(packed, 0);
}

#endif
