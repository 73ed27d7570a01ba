/* nn/vec/add.h -- ADD and SUB of int8 tensors, ADD of float32 tensors of the same shape.
 *
 * What an input becomes before the addition (nn/binary.h) depends on its byte only: two tables of 256 numbers,
 *
 *   y[i] = limit(zero + R( table_a[a[i] & 255] + table_b[b[i] & 255], multiplier ))
 *
 * and where vectors multiply and shift 32 bits lane by lane (th_vec.add_s8), it is computed.
 *
 *   in[0] a, in[1] b, out[0] y: n bytes; y may lie exactly on a or b */
#ifndef TH_NN_VEC_ADD_H
#define TH_NN_VEC_ADD_H

#include "nn/vec/vec.h"

typedef struct th_vec_add_s8_par {
    int32_t n;
    int32_t out_zero, act_min, act_max;
    int32_t a_zero, a_multiplier, a_shift; /* th_term_s8 */
    int32_t b_zero, b_multiplier, b_shift, negative;
    int32_t n_table;                          /* 256; 0 where nobody looks them up */
    const int32_t *a, *b;                     /* [n_table]; b of SUB with the other sign */
    int32_t n_lanes;                          /* TH_LINE_LANES */
    const int32_t *bias, *multiplier, *shift; /* [n_lanes] all the same: 0, and -31 <= shift <= -1 */
} th_vec_add_s8_par;

/* y[i] = limit(a[i] + b[i]), n floats */
typedef struct th_vec_add_f32_par {
    int32_t n;
    float act_min, act_max;
} th_vec_add_f32_par;

void th_vec_add_s8(const th_vec *v, const void *par, const void *const *in, void *const *out, void *scratch,
                   int32_t part, int32_t of);
void th_vec_add_f32(const th_vec *v, const void *par, const void *const *in, void *const *out, void *scratch,
                    int32_t part, int32_t of);

#endif
