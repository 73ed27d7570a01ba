/* train/kernels_transpose.h -- turning weights round, in square blocks of registers: see kernels_simd.h. */
#ifndef TH_TRAIN_KERNELS_TRANSPOSE_H
#define TH_TRAIN_KERNELS_TRANSPOSE_H

#include "train/kernels_base.h"

/* The lower and upper halves of two vectors, one value of each in turn. */
#if LANES == 16
#define LOWER 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define UPPER 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#define TURNS 4 /* 2^TURNS = LANES */
#elif LANES == 8
#define LOWER 0, 8, 1, 9, 2, 10, 3, 11
#define UPPER 4, 12, 5, 13, 6, 14, 7, 15
#define TURNS 3
#else
#define LOWER 0, 4, 1, 5
#define UPPER 2, 6, 3, 7
#define TURNS 2
#endif
#if defined(__clang__)
#define ZIP(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define ZIP(a, b, ...) __builtin_shuffle(a, b, (v_int){__VA_ARGS__})
#endif

/* LANES x LANES values.  Zipping row i with row i + LANES / 2 takes the highest bit of the row's number to the lowest
 * place of (row, column); after TURNS times rows and columns have changed places. */
INLINE void turn_block(const float *m, size_t step, float *to, size_t to_step)
{
    v a[LANES], b[LANES];
    UNROLL for (int i = 0; i < LANES; i++) a[i] = ld(m + (size_t)i * step);
    UNROLL for (int turn = 0; turn < TURNS; turn++)
    {
        UNROLL for (int i = 0; i < LANES / 2; i++)
        {
            b[2 * i] = ZIP(a[i], a[i + LANES / 2], LOWER);
            b[2 * i + 1] = ZIP(a[i], a[i + LANES / 2], UPPER);
        }
        UNROLL for (int i = 0; i < LANES; i++) a[i] = b[i];
    }
    UNROLL for (int i = 0; i < LANES; i++) st(to + (size_t)i * to_step, a[i]);
}

static void simd_transpose(const float *m, int32_t r, int32_t c, float *to)
{
    const int32_t whole_r = r - r % LANES, whole_c = c - c % LANES;
    for (int32_t i = 0; i < whole_r; i += LANES)
        for (int32_t j = 0; j < whole_c; j += LANES)
            turn_block(m + (size_t)i * (size_t)c + j, (size_t)c, to + (size_t)j * (size_t)r + i, (size_t)r);
    for (int32_t i = 0; i < r; i++)
        for (int32_t j = i < whole_r ? whole_c : 0; j < c; j++) to[j * r + i] = m[i * c + j];
}

#endif
