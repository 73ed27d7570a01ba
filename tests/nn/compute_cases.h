/* tests/nn/compute_cases.h -- makers for reductions, running sums, places of extremes and resizing; integers exactly in
 * wide types, floats in double. */
#ifndef TH_TEST_COMPUTE_CASES_H
#define TH_TEST_COMPUTE_CASES_H

#include "move_cases.h"

static inline int64_t floor_of(int64_t a, int64_t b) /* b > 0 */
{
    return a >= 0 ? a / b : -((-a + b - 1) / b);
}

/* x m 2^(shift - 31): product to the nearest, ties up; then the shift, ties away from zero. */
static inline int64_t twice_rounded(int64_t x, int64_t m, int shift)
{
    if (shift > 0) x *= (int64_t)1 << shift;
    const int64_t high = floor_of(x * m + ((int64_t)1 << 30), (int64_t)1 << 31);
    if (shift >= 0) return high;
    const int64_t half = (int64_t)1 << (-shift - 1), size = high < 0 ? -high : high,
                  rounded = (size + half) / (2 * half);
    return high < 0 ? -rounded : rounded;
}

static inline void split_factor(double factor, int64_t *m, int *shift)
{
    *m = llround(frexp(factor, shift) * 2147483648.0);
    if (*m == 2147483648) *m /= 2, ++*shift;
}

static inline double limited(int64_t v, th_type type)
{
    const int64_t lo = type == TH_S8 ? -128 : -32768, hi = -lo - 1;
    return (double)(v < lo ? lo : v > hi ? hi : v);
}

static inline int64_t quantised_sum(const op_case *c, int32_t x, int32_t y, int64_t sum, int64_t n, int mean)
{
    int64_t m;
    int shift, s = 0;
    split_factor((double)c->scale[x] / (double)c->scale[y], &m, &shift);
    while (mean && ((int64_t)2 << s) <= n) s++;
    if (s > 31 + shift) s = 31 + shift;
    if (mean) m = m * ((int64_t)1 << s) / n, shift -= s;
    return twice_rounded(sum - n * c->zero[x], m, shift) + c->zero[y];
}

/* A scale of 0.01 .. most and a zero point of -zero .. zero (at most 127), which is drawn first; 0: none is. */
static inline void random_quant(op_case *c, int32_t i, float most, int32_t zero)
{
    const int32_t at = zero ? pick(c, -zero, zero < 127 ? zero : 127) : 0;
    set_quant(c, i, th_rng_range(&c->rng, 0.01f, most), at);
}

/* SUM, MEAN, REDUCE_* */
static inline op_case *make_reduce(uint64_t seed, th_op op, th_type type)
{
    op_case *c = case_new(seed, op);
    const th_shape x = seed % 8 ? random_shape(c, 1, 4, 5) : random_shape(c, 1, 2, 60);
    const int keep = pick(c, 0, 1), sums = op == TH_OP_SUM || op == TH_OP_MEAN;
    int32_t axes[8], n_axes = 0, gone[8];
    for (int32_t d = 0; d < x.rank; d++)
        if ((gone[d] = pick(c, 0, 1))) axes[n_axes++] = any_axis(c, d, x.rank);
    if (n_axes == 0) gone[0] = 1, axes[n_axes++] = 0;
    c->node.attr.reduce.keep_dims = keep;
    const int32_t xi = add_input(c, type, x);
    add_list(c, n_axes, axes);
    th_shape y = {.rank = 0}, full = x;
    for (int32_t d = 0; d < x.rank; d++) {
        if (gone[d]) full.d[d] = 1;
        if (!gone[d] || keep) y.d[y.rank++] = full.d[d];
    }
    const int32_t o = add_output(c, type, y);
    if (sums) random_quant(c, xi, 0.1f, type == TH_S8 ? 128 : 0);
    if (sums) random_quant(c, o, op == TH_OP_SUM ? 0.9f : 0.1f, type == TH_S8 ? 128 : 0);
    const int32_t n_y = th_shape_count(&y), n = th_shape_count(&x) / n_y;
    double *sum = calloc((size_t)n_y, 3 * sizeof *sum), *most = sum + n_y, *least = most + n_y;
    assert_non_null(sum);
    for (int32_t i = 0; i < n_y; i++) most[i] = -1e30, least[i] = 1e30;
    for (int32_t k = 0; k < th_shape_count(&x); k++) {
        int32_t ix[8];
        unravel(k, &x, ix);
        for (int32_t d = 0; d < x.rank; d++) ix[d] = gone[d] ? 0 : ix[d];
        const int32_t i = ravel(ix, &full);
        const double v = value(c, xi, k);
        sum[i] += v;
        most[i] = fmax(most[i], v);
        least[i] = fmin(least[i], v);
    }
    for (int32_t i = 0; i < n_y; i++) {
        if (sums && type == TH_F32)
            put(c, o, i, op == TH_OP_MEAN ? sum[i] / n : sum[i]);
        else if (sums)
            put(c, o, i, limited(quantised_sum(c, xi, o, (int64_t)sum[i], n, op == TH_OP_MEAN), type));
        else
            put(c, o, i, op == TH_OP_REDUCE_MAX || op == TH_OP_REDUCE_ANY ? most[i] : least[i]);
    }
    free(sum);
    return c;
}

static inline op_case *make_arg(uint64_t seed, th_op op, th_type type)
{
    op_case *c = case_new(seed, op);
    const th_shape x = random_shape(c, 1, 4, 5);
    const int32_t axis = pick(c, 0, x.rank - 1), xi = add_input(c, type, x);
    for (int32_t k = 0; k < th_shape_count(&x) && type == TH_S8; k++)
        c->data[xi][k] &= 7; /* so that there are equal ones */
    add_number(c, any_axis(c, axis, x.rank));
    c->node.attr.result.type = TH_S32;
    th_shape y = x;
    y.rank--;
    for (int32_t d = axis; d < y.rank; d++) y.d[d] = x.d[d + 1];
    const int32_t o = add_output(c, TH_S32, y);
    for (int32_t i = 0; i < th_shape_count(&y); i++) {
        int32_t iy[8], ix[8], best = -1;
        double at_best = 0;
        unravel(i, &y, iy);
        for (int32_t d = 0; d < x.rank; d++) ix[d] = iy[d > axis ? d - 1 : d == axis ? 0 : d];
        for (ix[axis] = 0; ix[axis] < x.d[axis]; ix[axis]++) {
            const double v = value(c, xi, ravel(ix, &x)) * (op == TH_OP_ARG_MAX ? 1 : -1);
            if (best < 0 || v > at_best) best = ix[axis], at_best = v;
        }
        put(c, o, i, best);
    }
    return c;
}

static inline op_case *make_cumsum(uint64_t seed, th_op op, th_type type)
{
    op_case *c = case_new(seed, op);
    th_shape x = random_shape(c, 1, 4, 5);
    const int32_t axis = pick(c, 0, x.rank - 1), exclusive = pick(c, 0, 1), reverse = pick(c, 0, 1);
    x.d[axis] = pick(c, 1, 12);
    c->node.attr.cumsum.exclusive = exclusive;
    c->node.attr.cumsum.reverse = reverse;
    const int32_t xi = add_input(c, type, x);
    add_number(c, any_axis(c, axis, x.rank));
    const int32_t o = add_output(c, type, x);
    random_quant(c, xi, 0.1f, 100);
    random_quant(c, o, 0.2f, 100);
    for (int32_t i = 0; i < th_shape_count(&x); i++) {
        int32_t ix[8];
        double sum = 0;
        int64_t acc = -(int64_t)c->zero[xi] * 524288; /* the reference's start; see nn/cumsum.h */
        unravel(i, &x, ix);
        const int32_t here = ix[axis];
        for (int32_t k = 0; k < x.d[axis]; k++) {
            if (reverse ? k < here : k > here) continue;
            if (exclusive && k == here) continue;
            ix[axis] = k;
            const double v = value(c, xi, ravel(ix, &x));
            sum += v;
            acc += ((int64_t)v - c->zero[xi]) * 524288;
        }
        if (type == TH_F32) {
            put(c, o, i, sum);
            continue;
        }
        int64_t m;
        int shift;
        split_factor(2 * (double)c->scale[xi] / (1048576 * (double)c->scale[o]), &m, &shift);
        put(c, o, i, limited(twice_rounded((int32_t)(uint32_t)acc, m, shift) + c->zero[o], type));
    }
    return c;
}

/* A picture, the new size, flags. */
static inline int32_t make_picture(op_case *c, th_type type, th_shape *x, th_shape *y)
{
    const int32_t big = pick(c, 0, 5) ? 7 : 40, xd[] = {pick(c, 1, 2), pick(c, 1, big), pick(c, 1, big), pick(c, 1, 3)};
    const int32_t size[] = {pick(c, 1, big), pick(c, 1, big)}, yd[] = {xd[0], size[0], size[1], xd[3]},
                  flags = pick(c, 0, 2);
    *x = shape_of(4, xd);
    *y = shape_of(4, yd);
    c->node.attr.resize.align_corners = flags == 1;
    c->node.attr.resize.half_pixel = flags == 2;
    add_input(c, type, *x);
    add_list(c, 2, size);
    return add_output(c, type, *y);
}

/* Where output i of `out` lies among `in`, as a fraction: numerator and denominator of the place times two. */
static inline double place(const op_case *c, int32_t i, int32_t in, int32_t out)
{
    if (c->node.attr.resize.align_corners && out > 1) return (double)i * (in - 1) / (out - 1);
    if (c->node.attr.resize.half_pixel) return (i + 0.5) * in / out - 0.5;
    return (double)i * in / out;
}

static inline op_case *make_nearest(uint64_t seed, th_op op, th_type type)
{
    op_case *c = case_new(seed, op);
    th_shape x, y;
    const int32_t o = make_picture(c, type, &x, &y);
    for (int32_t i = 0; i < th_shape_count(&y); i++) {
        int32_t ix[4];
        unravel(i, &y, ix);
        for (int32_t d = 1; d < 3; d++) {
            const int64_t in = x.d[d], out = y.d[d];
            int64_t at = ix[d] * in / out;
            if (c->node.attr.resize.half_pixel) at = (2 * ix[d] + 1) * in / (2 * out);
            if (c->node.attr.resize.align_corners && out > 1) at = (2 * ix[d] * (in - 1) + out - 1) / (2 * (out - 1));
            ix[d] = (int32_t)(at < in ? at : in - 1);
        }
        take(c, o, i, c->in[0], ravel(ix, &x));
    }
    return c;
}

static inline op_case *make_bilinear(uint64_t seed, th_op op, th_type type)
{
    op_case *c = case_new(seed, op);
    th_shape x, y;
    const int32_t o = make_picture(c, type, &x, &y);
    for (int32_t i = 0; i < th_shape_count(&y); i++) {
        int32_t ix[4], low[4], high[4];
        double part[4], sum = 0;
        unravel(i, &y, ix);
        for (int32_t d = 1; d < 3; d++) {
            double p = place(c, ix[d], x.d[d], y.d[d]);
            if (type == TH_S8) { /* in 1/1024, the step rounded half up */
                const int corners = c->node.attr.resize.align_corners && y.d[d] > 1, in = x.d[d] - corners,
                          out = y.d[d] - corners;
                const int step = (int)floor((1024.0 * in + out / 2) / out);
                p = c->node.attr.resize.half_pixel ? (ix[d] * step + step / 2 - 512) / 1024.0 : ix[d] * step / 1024.0;
            }
            low[d] = (int32_t)fmin(fmax(floor(p), 0), x.d[d] - 1);
            high[d] = (int32_t)fmin(fmax(ceil(p), 0), x.d[d] - 1);
            part[d] = p - low[d];
        }
        for (int k = 0; k < 4; k++) {
            const int32_t at[] = {ix[0], k & 1 ? high[1] : low[1], k & 2 ? high[2] : low[2], ix[3]};
            sum +=
                value(c, c->in[0], ravel(at, &x)) * (k & 1 ? part[1] : 1 - part[1]) * (k & 2 ? part[2] : 1 - part[2]);
        }
        put(c, o, i, type == TH_S8 ? round(sum) : sum); /* int8: every number here is a multiple of 2^-20, so exact */
    }
    return c;
}

static const move_row compute_rows[] = {
    {TH_OP_SUM, make_reduce, {TH_F32, TH_S8, TH_S16}, 3, 3},
    {TH_OP_MEAN, make_reduce, {TH_F32, TH_S8, TH_S16}, 3, 3},
    {TH_OP_REDUCE_MAX, make_reduce, {TH_F32, TH_S8, TH_S16, TH_U8, TH_S32}, 2, 5},
    {TH_OP_REDUCE_MIN, make_reduce, {TH_F32, TH_S8, TH_S16, TH_U8, TH_S32}, 2, 5},
    {TH_OP_REDUCE_ALL, make_reduce, {TH_BOOL}, 1, 1},
    {TH_OP_REDUCE_ANY, make_reduce, {TH_BOOL}, 0, 1},
    {TH_OP_ARG_MAX, make_arg, {TH_F32, TH_S8, TH_S16, TH_U8}, 2, 4},
    {TH_OP_ARG_MIN, make_arg, {TH_F32, TH_S8, TH_S16, TH_U8}, 2, 4},
    {TH_OP_CUMSUM, make_cumsum, {TH_F32, TH_S8}, 2, 2},
    {TH_OP_RESIZE_BILINEAR, make_bilinear, {TH_F32, TH_S8}, 2, 2},
    {TH_OP_RESIZE_NEAREST_NEIGHBOR, make_nearest, {TH_F32, TH_S8, TH_S16, TH_U8}, 3, 4},
};

#endif
