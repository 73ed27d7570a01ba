/* nn/vec/tile.h -- the matrix micro-kernel, written once and included for each kind of vector.  No include guard.
 *
 *   T_NAME       name of the function to make
 *   T_SUM        type of a vector of sums          T_ZERO()        one of zeros
 *   T_X(p)       the group at p, in every lane     T_X_BYTES       bytes of a group of x
 *   T_W          type of a vector of weights       T_LOAD(p)       the groups of all lanes
 *   T_W_BYTES    bytes of those
 *   T_DOT(s,x,w) s + x w                           T_STORE(p, s)   sums to memory
 *   T_ROWS       pixels of a tile                  T_LANES
 *   T_AT_ONCE    pixels whose sums fit into the registers: 4, 6 or 8; larger tiles are done in turns
 *   T_END        only float32: T_END(s, bias, lo, hi) makes outputs of sums where th_tile.end wants them, and
 *                T_ALL(x) a vector of one number
 *
 * For each group: load `units` vectors of weights, and for each row spread one group of x over all lanes; then
 * rows * units products, whose sums stay in registers until the end. */
#include "nn/taps.h"

#include <string.h>

#define T_JOIN2(a, b) a##b
#define T_JOIN(a, b)  T_JOIN2(a, b)
#define T_BODY        T_JOIN(T_NAME, _body)
#define T_SOME        T_JOIN(T_NAME, _some)

TH_INLINE void T_BODY(const th_tile *t, const int rows, const int units)
{
    T_SUM sum[T_AT_ONCE * TH_TILE_UNITS];
    const char *segment = (const char *)t->x, *w = (const char *)t->w;
    const ptrdiff_t x_row = t->x_row, w_unit = t->w_unit;
    TH_UNROLL
    for (int r = 0; r < rows; r++) {
        TH_UNROLL
        for (int u = 0; u < units; u++) sum[r * units + u] = T_ZERO();
    }
    for (int32_t s = t->n_segments; s > 0; s--, segment += t->x_segment) {
        const char *x = segment;
        for (int32_t g = t->n_groups; g > 0; g--, x += T_X_BYTES, w += T_W_BYTES) {
            T_W wu[TH_TILE_UNITS];
            TH_UNROLL
            for (int u = 0; u < units; u++) wu[u] = T_LOAD(w + u * w_unit);
            TH_UNROLL
            for (int r = 0; r < rows; r++) {
                const T_W xr = T_X(x + r * x_row);
                TH_UNROLL
                for (int u = 0; u < units; u++) sum[r * units + u] = T_DOT(sum[r * units + u], xr, wu[u]);
            }
        }
    }
    char *out = (char *)t->sums;
#if defined(T_END)
    if (t->end) {
        const T_SUM lo = T_ALL(t->end->lo), hi = T_ALL(t->end->hi);
        TH_UNROLL
        for (int r = 0; r < rows; r++) {
            TH_UNROLL
            for (int u = 0; u < units; u++)
                sum[r * units + u] = T_END(sum[r * units + u], t->end->bias + u * T_LANES, lo, hi);
        }
    }
#endif
    TH_UNROLL
    for (int r = 0; r < rows; r++) {
        TH_UNROLL
        for (int u = 0; u < units; u++) T_STORE(out + r * t->sums_row + u * T_LANES * 4, sum[r * units + u]);
    }
}

#define T_CASE(rows)                                                                                                   \
    case rows:                                                                                                         \
        if (t->units == 2)                                                                                             \
            T_BODY(t, (rows), 2);                                                                                      \
        else                                                                                                           \
            T_BODY(t, (rows), 1);                                                                                      \
        break

TH_INLINE void T_SOME(const th_tile *t)
{
    switch (t->rows) {
#if T_AT_ONCE >= 8
        T_CASE(8);
        T_CASE(7);
#endif
#if T_AT_ONCE >= 6
        T_CASE(6);
        T_CASE(5);
#endif
        T_CASE(4);
        T_CASE(3);
        T_CASE(2);
    default:
        switch (t->units) {
        case 4: T_BODY(t, 1, 4); break;
        case 3: T_BODY(t, 1, 3); break;
        case 2: T_BODY(t, 1, 2); break;
        default: T_BODY(t, 1, 1); break;
        }
    }
}

static void T_NAME(const th_tile *t)
{
#if T_ROWS > T_AT_ONCE
    if (t->rows > T_AT_ONCE) {
        th_tile some = *t;
        for (int32_t left = t->rows; left > 0; left -= some.rows) {
            some.rows = left > T_AT_ONCE ? T_AT_ONCE : left;
            T_SOME(&some);
            some.x = (const char *)some.x + some.rows * some.x_row;
            some.sums = (char *)some.sums + some.rows * some.sums_row;
        }
        return;
    }
#endif
    T_SOME(t);
}

#undef T_CASE
#undef T_BODY
#undef T_SOME
#undef T_JOIN
#undef T_JOIN2
#undef T_NAME
#undef T_SUM
#undef T_ZERO
#undef T_X
#undef T_X_BYTES
#undef T_W
#undef T_LOAD
#undef T_W_BYTES
#undef T_DOT
#undef T_STORE
#undef T_ROWS
#undef T_AT_ONCE
#undef T_LANES
#undef T_ALL
#undef T_END
