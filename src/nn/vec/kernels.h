/* nn/vec/kernels.h -- writes the kernels of one processor family: the drivers with its th_vec.
 *
 *   TH_VEC_DECLARE(avx2)               in its header: the kernels and their parts
 *   TH_VEC_DEFINE(avx2, &my_vec)       in its source
 *   TH_VEC_FAMILY(avx2, &my_vec, "nn/x86/vec_avx2.h")   the list of them, for nn/vec/prepare.c */
#ifndef TH_NN_VEC_KERNELS_H
#define TH_NN_VEC_KERNELS_H

#include "nn/vec/add.h"
#include "nn/vec/depthwise.h"
#include "nn/vec/lstm.h"
#include "nn/vec/matrix.h"

/* Drivers, in the order of th_vec_kernel_id (nn/vec/prepare.h). */
#define TH_VEC_LIST(X, family)                                                                                         \
    X(family, matrix_s8)                                                                                               \
    X(family, matrix_s16)                                                                                              \
    X(family, matrix_f32)                                                                                              \
    X(family, depthwise_s8)                                                                                            \
    X(family, depthwise_f32)                                                                                           \
    X(family, vec_add_s8)                                                                                              \
    X(family, vec_add_f32)                                                                                             \
    X(family, vec_lstm_f32)                                                                                            \
    X(family, vec_lstm_s8)

#define TH_VEC_DECLARE_ONE(family, name)                                                                               \
    void th_##name##_##family(const void *par, const void *const *in, void *const *out, void *scratch);                \
    void th_##name##_##family##_part(const void *par, const void *const *in, void *const *out, void *scratch,          \
                                     int32_t part, int32_t of);
#define TH_VEC_DECLARE(family) TH_VEC_LIST(TH_VEC_DECLARE_ONE, family)

#define TH_VEC_DEFINE_ONE(family, name)                                                                                \
    void th_##name##_##family##_part(const void *par, const void *const *in, void *const *out, void *scratch,          \
                                     int32_t part, int32_t of)                                                         \
    {                                                                                                                  \
        th_##name(&th_vec_##family, par, in, out, scratch, part, of);                                                  \
    }                                                                                                                  \
    void th_##name##_##family(const void *par, const void *const *in, void *const *out, void *scratch)                 \
    {                                                                                                                  \
        th_##name(&th_vec_##family, par, in, out, scratch, 0, 1);                                                      \
    }
/* `family` has its th_vec as th_vec_<family>. */
#define TH_VEC_DEFINE(family) TH_VEC_LIST(TH_VEC_DEFINE_ONE, family)

#endif
