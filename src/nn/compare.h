/* nn/compare.h -- EQUAL NOT_EQUAL GREATER GREATER_EQUAL LESS LESS_EQUAL.
 *
 *   y = a (relation) b, 0 or 1, element by element, broadcasting (nn/broadcast.h)
 *
 *   in[0] a, in[1] b   out[0] y bool, the shape to which they broadcast
 *
 * int8: both are brought to 1/256 of a real unit first: R((x - zero) 2^8, scale), R as in nn/requant.h; scales
 * are below 1, so |x - zero| 2^8 < 2^16 does not overflow.  float32 and int32 are compared as they are.
 * Source: TensorFlow Lite Micro, comparisons.cc, reference/comparisons.h. */
#ifndef TH_NN_COMPARE_H
#define TH_NN_COMPARE_H

#include "nn/broadcast.h"

#include <stdint.h>

typedef struct th_compare_par {
    th_broadcast map;
} th_compare_par;

typedef struct th_compare_s8_par {
    th_broadcast map;
    int32_t a_zero, a_multiplier, a_shift;
    int32_t b_zero, b_multiplier, b_shift;
} th_compare_s8_par;

/* th_compare_s8_par */
void th_equal_s8(const void *par, const void *const *in, void *const *out, void *scratch);
void th_not_equal_s8(const void *par, const void *const *in, void *const *out, void *scratch);
void th_greater_s8(const void *par, const void *const *in, void *const *out, void *scratch);
void th_greater_equal_s8(const void *par, const void *const *in, void *const *out, void *scratch);
void th_less_s8(const void *par, const void *const *in, void *const *out, void *scratch);
void th_less_equal_s8(const void *par, const void *const *in, void *const *out, void *scratch);

/* th_compare_par */
void th_equal_s32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_not_equal_s32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_greater_s32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_greater_equal_s32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_less_s32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_less_equal_s32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_equal_f32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_not_equal_f32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_greater_f32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_greater_equal_f32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_less_f32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_less_equal_f32(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
