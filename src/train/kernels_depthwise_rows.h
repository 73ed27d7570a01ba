/* train/kernels_depthwise_rows.h -- what depthwise layers of any window share: rows of one vector of channels, read,
 * made ready and written.  See kernels_depthwise.h. */
#ifndef TH_TRAIN_KERNELS_DEPTHWISE_ROWS_H
#define TH_TRAIN_KERNELS_DEPTHWISE_ROWS_H

#include "train/kernels_norm.h"

#define ROW_TILE 8 /* pixels whose sums are in registers at once */

INLINE int32_t dw_min(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

INLINE int32_t dw_max(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

/* Floats from a value of this sample to the same of the one that comes next, in pictures of h x w x s. */
INLINE ptrdiff_t dw_next(const th_read *from, int32_t h, int32_t w, int32_t s)
{
    return (ptrdiff_t)from->next * (h * w * s);
}

/* x of input row `row`, pixels side by side.  Each line of memory that is read calls for the one of the next sample,
 * and dz_row, dw_sums and dw_finish do the same: they would otherwise wait for the second cache or what lies behind it,
 * since neighbouring pixels are s floats apart, which processors don't foresee well. */
INLINE void read_row(const th_read *rd, size_t ch, int32_t row, int32_t w, size_t s, float *x, ptrdiff_t next)
{
    size_t e = (size_t)(row * w) * s + ch;
    if (!rd->a) {
        for (int32_t c = 0; c < w; c++, e += s) st(x + c * LANES, ld(rd->z + e));
        return;
    }
    const v a = ld(rd->a + ch), b = ld(rd->b + ch);
    const float *z = rd->z;
    if (rd->mask) {
        for (int32_t c = 0; c < w; c++, e += s) {
            __builtin_prefetch(z + e + next, 0, 2);
            v y = v_fma(a, ld(z + e), b);
            if (rd->relu) y = v_relu(y);
            st(x + c * LANES, v_masked(rd->mask + e, rd->scale, y));
        }
    } else if (rd->relu) {
        for (int32_t c = 0; c < w; c++, e += s) {
            __builtin_prefetch(z + e + next, 0, 2);
            st(x + c * LANES, v_relu(v_fma(a, ld(z + e), b)));
        }
    } else {
        for (int32_t c = 0; c < w; c++, e += s) st(x + c * LANES, v_fma(a, ld(z + e), b));
    }
}

INLINE void dz_row(const th_back *b, size_t ch, int32_t row, int32_t w, size_t s, float *dz, ptrdiff_t next)
{
    size_t e = (size_t)(row * w) * s + ch;
    if (!b->z) {
        for (int32_t c = 0; c < w; c++, e += s) st(dz + c * LANES, ld(b->dy + e));
        return;
    }
    const v da = ld(b->da + ch), db = ld(b->db + ch), dc = ld(b->dc + ch);
    for (int32_t c = 0; c < w; c++, e += s) {
        __builtin_prefetch(b->dy + e + next, 0, 2);
        __builtin_prefetch(b->z + e + next, 0, 2);
        st(dz + c * LANES, v_fma(da, ld(b->dy + e), v_fma(db, ld(b->z + e), dc)));
    }
}

INLINE void dw_sums(const v acc[ROW_TILE], int np, float *z, size_t s, ptrdiff_t next, v *sum, v *square)
{
    UNROLL for (int i = 0; i < np; i++, z += s)
    {
        __builtin_prefetch(z + next, 1, 3);
        st(z, acc[i]);
        *sum += acc[i];
        *square = v_fma(acc[i], acc[i], *square);
    }
}

/* Where dy_in of a run of inputs goes and what is summed of it. */
typedef struct dw_back {
    const th_read *from;
    float *dy;
    bool add;
    size_t ch, s;   /* s: floats between neighbouring inputs of the run */
    ptrdiff_t next; /* 0 where dy_in lies in the place of dy, which has been called for */
    v a, b;
} dw_back;

INLINE dw_back dw_back_of(const th_conv_shape *g, const th_read *from, const th_input_grad *to, size_t ch, int32_t step)
{
    dw_back o = {.from = from, .dy = to->dy, .add = to->add, .ch = ch, .s = (size_t)(g->in_s * step)};
    if (g->stride_w > 1) o.next = dw_next(from, g->in_h, g->in_w, g->in_s);
    if (from->a) o.a = ld(from->a + ch), o.b = ld(from->b + ch);
    return o;
}

INLINE void dw_finish(const dw_back *o, int np, size_t e, const v acc[ROW_TILE], v *sum, v *dot)
{
    UNROLL for (int i = 0; i < np; i++, e += o->s)
    {
        v d = acc[i];
        if (o->next) __builtin_prefetch(o->dy + e + o->next, 1, 3);
        if (o->from->a) {
            const v z = ld(o->from->z + e);
            d = derivative(o->from, e, o->a, o->b, z, d);
            *sum += d;
            *dot = v_fma(d, z, *dot);
        }
        st(o->dy + e, o->add ? ld(o->dy + e) + d : d);
    }
}

INLINE void dw_add_sums(float *sum, size_t s, size_t ch, v first, v second)
{
    if (!sum) return;
    st(sum + ch, ld(sum + ch) + first);
    st(sum + s + ch, ld(sum + s + ch) + second);
}

/* Runs BODY(np) over n pixels in parts whose size the compiler knows; BODY moves its pointers on. */
#define FOR_PIXELS(n, BODY)                                                                                            \
    do {                                                                                                               \
        int32_t left_ = (n);                                                                                           \
        for (; left_ >= 12 || left_ == 6; left_ -= 6) BODY(6);                                                         \
        switch (left_) {                                                                                               \
        case 11:                                                                                                       \
            BODY(6);                                                                                                   \
            BODY(5);                                                                                                   \
            break;                                                                                                     \
        case 10:                                                                                                       \
            BODY(5);                                                                                                   \
            BODY(5);                                                                                                   \
            break;                                                                                                     \
        case 9:                                                                                                        \
            BODY(5);                                                                                                   \
            BODY(4);                                                                                                   \
            break;                                                                                                     \
        case 8: BODY(8); break;                                                                                        \
        case 7: BODY(7); break;                                                                                        \
        case 5: BODY(5); break;                                                                                        \
        case 4: BODY(4); break;                                                                                        \
        case 3: BODY(3); break;                                                                                        \
        case 2: BODY(2); break;                                                                                        \
        case 1: BODY(1); break;                                                                                        \
        default: break;                                                                                                \
        }                                                                                                              \
    } while (0)

#endif
