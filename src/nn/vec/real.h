/* nn/vec/real.h -- what a family brings for float32, written once and included for each kind of vector: tile_f32,
 * finish_f32 and line_f32 of its th_vec.  No include guard.
 *
 *   F_VEC          type of a vector              F_LANES           numbers in it
 *   F_LOAD(p)      from memory                   F_STORE(p, v)     to memory
 *   F_SPREAD(p)    the number at p in all lanes  F_ALL(x)          a number in all lanes
 *   F_ADD, F_MUL   lane by lane                  F_ROWS, F_AT_ONCE T_ROWS, T_AT_ONCE of nn/vec/tile.h
 *   F_LIMIT(v, lo, hi)   min(max(v, lo), hi); what is not a number stays
 *
 * Products and sums are rounded apart, as in the plain kernels: no fused multiply-add. */
#define F_END(s, bias, lo, hi) F_LIMIT(F_ADD((s), F_LOAD(bias)), (lo), (hi))

#define T_NAME         tile_f32
#define T_SUM          F_VEC
#define T_ZERO()       F_ALL(0.0f)
#define T_X            F_SPREAD
#define T_X_BYTES      4
#define T_W            F_VEC
#define T_LOAD         F_LOAD
#define T_W_BYTES      (F_LANES * 4)
#define T_DOT(s, x, w) F_ADD((s), F_MUL((x), (w)))
#define T_STORE        F_STORE
#define T_ROWS         F_ROWS
#define T_AT_ONCE      F_AT_ONCE
#define T_LANES        F_LANES
#define T_ALL          F_ALL
#define T_END          F_END
#include "nn/vec/tile.h"

static void finish_f32(const th_finish_f32 *f)
{
    const F_VEC lo = F_ALL(f->lo), hi = F_ALL(f->hi);
    for (int32_t r = 0; r < f->rows; r++) {
        const float *sums = f->sums + (ptrdiff_t)r * f->sums_row;
        float *y = f->y + r * f->y_row;
        int32_t c = 0;
        for (; c + F_LANES <= f->n; c += F_LANES) F_STORE(y + c, F_END(F_LOAD(sums + c), f->bias + c, lo, hi));
        if (c < f->n) {
            float some[F_LANES];
            F_STORE(some, F_END(F_LOAD(sums + c), f->bias + c, lo, hi));
            memcpy(y + c, some, (size_t)(f->n - c) * sizeof *y);
        }
    }
}

/* `blocks` at once, which share the addresses of taps and whose sums do not wait for one another. */
TH_INLINE void blocks_f32(const th_line *l, const int blocks, int32_t b)
{
    const float *w = (const float *)l->w + (ptrdiff_t)b * l->n_groups * F_LANES;
    const ptrdiff_t at = l->at + (ptrdiff_t)b * F_LANES * 4, next = (ptrdiff_t)l->n_groups * F_LANES;
    const F_VEC lo = F_ALL(l->lo), hi = F_ALL(l->hi);
    F_VEC s[4];
    TH_UNROLL
    for (int i = 0; i < blocks; i++) s[i] = F_LOAD(l->bias + (b + i) * F_LANES);
    for (int32_t t = 0; t < l->n_groups; t++, w += F_LANES) {
        const char *x = (const char *)l->tap[t] + at;
        TH_UNROLL
        for (int i = 0; i < blocks; i++)
            s[i] = F_ADD(s[i], F_MUL(F_LOAD(x + (ptrdiff_t)i * F_LANES * 4), F_LOAD(w + i * next)));
    }
    TH_UNROLL
    for (int i = 0; i < blocks; i++) F_STORE((float *)l->sums + (b + i) * F_LANES, F_LIMIT(s[i], lo, hi));
}

static void line_f32(const th_line *l)
{
    int32_t b = 0;
    for (; b + 4 <= l->blocks; b += 4) blocks_f32(l, 4, b);
    for (; b < l->blocks; b++) blocks_f32(l, 1, b);
}

#undef F_END
#undef F_VEC
#undef F_LANES
#undef F_LOAD
#undef F_STORE
#undef F_SPREAD
#undef F_ALL
#undef F_ADD
#undef F_MUL
#undef F_LIMIT
#undef F_ROWS
#undef F_AT_ONCE
