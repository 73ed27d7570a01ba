/* nn/gather.h -- GATHER, GATHER_ND, EMBEDDING_LOOKUP: rows of a table, picked by numbers that come while running.
 *
 *   GATHER            in[0] x, in[1] indices.  y[b, o, k, i] = x[b, o, index[b, k], i];  b the first batch_dims
 * dimensions of both, o those before the axis, k the other ones of the indices, i those behind the axis GATHER_ND in[0]
 * x, in[1] indices [.., m].  y[k, i] = x[index[k, 0], .., index[k, m - 1], i] EMBEDDING_LOOKUP  in[0] indices [n],
 * in[1] table.  y[k, i] = table[index[k], i]; an int8 table with a float output gives scale * number
 *
 * Indices int32 or int64.  Constant ones are checked before running.  Others that lie outside of the table give a row
 * of zero bytes: a kernel has no way to fail.
 * Any type of 1, 2, 4 or 8 bytes.  Source: TensorFlow Lite Micro, micro/kernels/{gather,gather_nd,embedding_lookup}.cc.
 */
#ifndef TH_NN_GATHER_H
#define TH_NN_GATHER_H

#include <stdint.h>

typedef struct th_gather_par {
    int32_t table_in, index_in; /* numbers of the inputs */
    int32_t wide;               /* 1: int64 indices */
    int32_t batches, outer, picks, rows, row_bytes;
} th_gather_par;

typedef struct th_gather_nd_par {
    int32_t wide;
    int32_t picks, row_bytes, m;
    const int32_t *size;       /* [m] of x's first dimensions */
    const int32_t *step_bytes; /* [m] */
} th_gather_nd_par;

typedef struct th_embedding_s8_f32_par {
    int32_t wide;
    int32_t picks, rows, columns;
    float scale;
} th_embedding_s8_f32_par;

void th_gather(const void *par, const void *const *in, void *const *out, void *scratch);
void th_gather_nd(const void *par, const void *const *in, void *const *out, void *scratch);
void th_embedding_s8_f32(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
