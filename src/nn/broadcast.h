/* nn/broadcast.h -- walking two or three tensors to the shape of an output (broadcasting).
 *
 * Shapes stand flush right; a dimension of size 1 is repeated until it has the size of the others:
 *
 *   a [2][1][3]      b [4][1]      output [2][4][3]      y[i][j][k] = f(a[i][0][k], b[j][0])
 *
 * Dimensions that all inputs walk alike are put together when the model is loaded, so two equal
 * shapes are one row, and a row is the inner loop of the kernel:
 *
 *   th_walk_start(&w, &p->map, in);
 *   do {
 *       const float *a = (const float *)w.x[0], *b = (const float *)w.x[1];
 *       for (int32_t i = 0; i < w.n; i++, a += w.step[0], b += w.step[1]) *y++ = f(*a, *b);
 *   } while (th_walk_next(&w));
 *
 * Source: numpy's broadcasting rules, which TFLite follows. */
#ifndef TH_NN_BROADCAST_H
#define TH_NN_BROADCAST_H

#include <stdint.h>

#define TH_BROADCAST_DIMS   8
#define TH_BROADCAST_INPUTS 3

typedef struct th_broadcast {
    int32_t n_dims;      /* 1 to TH_BROADCAST_DIMS, after putting together */
    int32_t n_strides;   /* n_dims * inputs */
    const int32_t *size; /* [n_dims] of the output, outermost first */
    const int32_t
        *stride; /* [n_strides] bytes from one index to the next: per dimension one for each input; 0 repeats */
} th_broadcast;

typedef struct th_walk {
    const th_broadcast *map;
    int32_t inputs;                     /* 1 to TH_BROADCAST_INPUTS */
    int32_t n;                          /* elements of a row, at least 1 */
    const void *x[TH_BROADCAST_INPUTS]; /* where the row begins in every input */
    int32_t step[TH_BROADCAST_INPUTS];  /* elements from one to the next in the row: 1, or 0 when it is repeated */
    int32_t at[TH_BROADCAST_DIMS];      /* which row */
} th_walk;

void th_walk_start(th_walk *w, const th_broadcast *map, const void *const *in);

/* Goes to the next row; 0 after the last. */
int32_t th_walk_next(th_walk *w);

#endif
