/* nn/copy.h -- copies a box of bytes from one layout to another: what all operators share that only move numbers.
 *
 *   to[ sum_d i_d to_step_d + b ] = from[ sum_d i_d from_step_d + b ],   0 <= i_d < n_d,   0 <= b < run
 *
 *   run     bytes that lie together on both sides, >= 1
 *   n_dims  0 to TH_COPY_DIMS
 *   dim     [3 n_dims] of each dimension, outermost first: n >= 1, from_step, to_step in bytes; steps may be 0 or
 *           negative.  |n step| must fit int32. */
#ifndef TH_NN_COPY_H
#define TH_NN_COPY_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define TH_COPY_DIMS 8

/* n runs.  The sizes of one element are written out: then a copy is one load and one store. */
static inline void th_copy_line(uint8_t *to, const uint8_t *from, int32_t run, const int32_t *dim)
{
    const int32_t n = dim[0], from_step = dim[1], to_step = dim[2];
    int32_t i, f = 0, t = 0;
    switch (run) {
    case 1:
        for (i = 0; i < n; i++, f += from_step, t += to_step) to[t] = from[f];
        break;
    case 2:
        for (i = 0; i < n; i++, f += from_step, t += to_step) memcpy(to + t, from + f, 2);
        break;
    case 4:
        for (i = 0; i < n; i++, f += from_step, t += to_step) memcpy(to + t, from + f, 4);
        break;
    default:
        for (i = 0; i < n; i++, f += from_step, t += to_step) memcpy(to + t, from + f, (size_t)run);
        break;
    }
}

static inline void th_copy_box(uint8_t *to, const uint8_t *from, int32_t run, int32_t n_dims, const int32_t *dim)
{
    int32_t at[TH_COPY_DIMS] = {0}, f = 0, t = 0, d;
    if (n_dims == 0) {
        if (to != from) memcpy(to, from, (size_t)run);
        return;
    }
    for (;;) {
        th_copy_line(to + t, from + f, run, dim + 3 * (n_dims - 1));
        for (d = n_dims - 2; d >= 0; d--) { /* the next place, as a counter of several digits */
            const int32_t *e = dim + 3 * d;
            f += e[1];
            t += e[2];
            if (++at[d] < e[0]) break;
            f -= e[0] * e[1];
            t -= e[0] * e[2];
            at[d] = 0;
        }
        if (d < 0) return;
    }
}

#endif
