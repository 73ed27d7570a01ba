/* tests/nn/move_cases.h -- makers for the operators that only move numbers: each computes where output element i comes
 * from. */
#ifndef TH_TEST_MOVE_CASES_H
#define TH_TEST_MOVE_CASES_H

#include "cases.h"

typedef op_case *maker(uint64_t seed, th_op op, th_type type);

static inline int32_t any_axis(op_case *c, int32_t axis, int32_t rank)
{
    return pick(c, 0, 1) ? axis : axis - rank;
}

/* CONCATENATION, PACK */
static inline op_case *make_concat(uint64_t seed, th_op op, th_type type)
{
    op_case *c = case_new(seed, op);
    const int pack = op == TH_OP_PACK;
    th_shape s = random_shape(c, pack ? 0 : 1, 4, 5), y = s;
    const int32_t n = pick(c, 1, 5), axis = pick(c, 0, s.rank - !pack);
    int32_t size[8], sum = 0;
    for (int32_t k = 0; k < n; k++) {
        if (!pack) s.d[axis] = pick(c, 1, 4);
        sum += size[k] = pack ? 1 : s.d[axis];
        add_input(c, type, s);
    }
    if (pack) {
        y.rank = s.rank + 1;
        for (int32_t d = y.rank - 1; d > axis; d--) y.d[d] = s.d[d - 1];
        c->node.attr.pack.axis = any_axis(c, axis, y.rank);
        c->node.attr.pack.count = n;
    } else {
        c->node.attr.concat.axis = any_axis(c, axis, y.rank);
    }
    y.d[axis] = sum;
    const int32_t o = add_output(c, type, y);
    for (int32_t i = 0; i < th_shape_count(&y); i++) {
        int32_t ix[8], k = 0;
        unravel(i, &y, ix);
        while (ix[axis] >= size[k]) ix[axis] -= size[k++];
        if (pack) memmove(ix + axis, ix + axis + 1, sizeof *ix * (size_t)(y.rank - axis));
        take(c, o, i, c->in[k], ravel(ix, &c->t[c->in[k]].shape));
    }
    return c;
}

/* SPLIT, SPLIT_V, UNPACK */
static inline op_case *make_split(uint64_t seed, th_op op, th_type type)
{
    op_case *c = case_new(seed, op);
    const int unpack = op == TH_OP_UNPACK;
    th_shape x = random_shape(c, 1, 4, 5);
    const int32_t n = pick(c, 1, 5), axis = pick(c, 0, x.rank - 1), same = pick(c, 1, 3);
    int32_t size[8], told[8], sum = 0, xi;
    for (int32_t k = 0; k < n; k++) sum += told[k] = size[k] = unpack ? 1 : op == TH_OP_SPLIT ? same : pick(c, 1, 4);
    x.d[axis] = sum;
    const int32_t a = any_axis(c, axis, x.rank);
    if (op == TH_OP_SPLIT) add_number(c, a);
    xi = add_input(c, type, x);
    if (op == TH_OP_SPLIT_V) {
        if (pick(c, 0, 1)) told[pick(c, 0, n - 1)] = -1;
        add_list(c, n, told);
        add_number(c, a);
    }
    if (unpack)
        c->node.attr.pack.axis = a, c->node.attr.pack.count = n;
    else
        c->node.attr.split.n = n;
    for (int32_t k = 0, at = 0; k < n; at += size[k++]) {
        th_shape y = x;
        y.d[axis] = size[k];
        const int32_t count = th_shape_count(&y);
        th_shape stored = y;
        if (unpack) {
            stored.rank--;
            for (int32_t d = axis; d < stored.rank; d++) stored.d[d] = y.d[d + 1];
        }
        const int32_t o = add_output(c, type, stored);
        for (int32_t i = 0; i < count; i++) {
            int32_t ix[8];
            unravel(i, &y, ix);
            ix[axis] += at;
            take(c, o, i, xi, ravel(ix, &x));
        }
    }
    return c;
}

static inline op_case *make_slice(uint64_t seed, th_op op, th_type type)
{
    op_case *c = case_new(seed, op);
    const th_shape x = random_shape(c, 1, 5, 5);
    th_shape y = x;
    int32_t begin[8], size[8];
    for (int32_t d = 0; d < x.rank; d++) {
        begin[d] = pick(c, 0, x.d[d] - 1);
        size[d] = y.d[d] = pick(c, 1, x.d[d] - begin[d]);
        if (y.d[d] == x.d[d] - begin[d] && pick(c, 0, 1)) size[d] = -1;
    }
    const int32_t xi = add_input(c, type, x), wide = pick(c, 0, 1);
    add_const(c, list(x.rank), begin, wide);
    add_const(c, list(x.rank), size, wide);
    const int32_t o = add_output(c, type, y);
    for (int32_t i = 0; i < th_shape_count(&y); i++) {
        int32_t ix[8];
        unravel(i, &y, ix);
        for (int32_t d = 0; d < x.rank; d++) ix[d] += begin[d];
        take(c, o, i, xi, ravel(ix, &x));
    }
    return c;
}

/* SLICE with a begin that is fed, and now and then a size that is fed too; `outside`: begin lies up to that far outside
 * of where the part fits. */
static inline op_case *make_slice_at_from(uint64_t seed, th_op op, th_type type, int32_t outside)
{
    op_case *c = case_new(seed, op);
    const th_shape x = random_shape(c, 1, 5, 5);
    th_shape y = x;
    int32_t begin[8], size[8];
    const int32_t xi = add_input(c, type, x), wide = pick(c, 0, 1), fed_size = pick(c, 0, 1),
                  places = add_input(c, wide ? TH_S64 : TH_S32, list(x.rank));
    for (int32_t d = 0; d < x.rank; d++) {
        size[d] = y.d[d] = pick(c, 1, x.d[d]);
        const int32_t room = x.d[d] - y.d[d], at = pick(c, -outside, room + outside);
        begin[d] = at < 0 ? 0 : at > room ? room : at;
        if (wide)
            ((int64_t *)(void *)c->data[places])[d] = outside ? at * INT64_C(0x1000000000) : at;
        else
            ((int32_t *)(void *)c->data[places])[d] = at;
        if (wide && outside) begin[d] = at > 0 ? room : 0;
    }
    const int32_t sizes = add_const(c, list(x.rank), size, wide);
    if (fed_size) c->t[sizes].data = NULL, c->fed[c->n_fed++] = sizes;
    const int32_t o = add_output(c, type, y);
    for (int32_t i = 0; i < th_shape_count(&y); i++) {
        int32_t ix[8];
        unravel(i, &y, ix);
        for (int32_t d = 0; d < x.rank; d++) ix[d] += begin[d];
        take(c, o, i, xi, ravel(ix, &x));
    }
    return c;
}

static inline op_case *make_slice_at(uint64_t seed, th_op op, th_type type)
{
    return make_slice_at_from(seed, op, type, 0);
}

/* The indices that Python's x[begin:end:stride] gives, by stepping; returns how many. */
static inline int32_t python_range(int32_t size, int32_t begin, int32_t end, int32_t stride, int no_begin, int no_end,
                                   int32_t *at)
{
    int32_t n = 0, from = no_begin ? (stride > 0 ? 0 : size - 1) : begin < 0 ? begin + size : begin;
    const int32_t to = no_end ? (stride > 0 ? size : -1) : end < 0 ? end + size : end;
    if (!no_begin && stride > 0 && from < 0) from = 0;
    if (!no_begin && stride < 0 && from >= size) from = size - 1;
    for (; stride > 0 ? from < to && from < size : from > to && from >= 0; from += stride) at[n++] = from;
    return n;
}

static inline op_case *make_strided(uint64_t seed, th_op op, th_type type)
{
    op_case *c = case_new(seed, op);
    const th_shape x = random_shape(c, 1, 4, 6);
    th_shape y = {.rank = 0};
    int32_t begin[8], end[8], stride[8], at[8][16], ix[8];
    for (int32_t d = 0; d < x.rank; d++) {
        const int shrink = pick(c, 0, 5) == 0;
        int32_t n = 0, no_begin = 0, no_end = 0;
        while (n == 0) {
            no_begin = pick(c, 0, 3) == 0, no_end = pick(c, 0, 3) == 0;
            stride[d] = pick(c, 0, 2) ? pick(c, 1, 3) : pick(c, -3, -1);
            begin[d] = pick(c, -x.d[d] - 2, x.d[d] + 2);
            end[d] = pick(c, -x.d[d] - 2, x.d[d] + 2);
            if (shrink) begin[d] = pick(c, -x.d[d], x.d[d] - 1), stride[d] = 1, no_begin = 0;
            n = python_range(x.d[d], begin[d], end[d], stride[d], no_begin, no_end, at[d]);
            if (shrink) n = 1, at[d][0] = begin[d] < 0 ? begin[d] + x.d[d] : begin[d];
        }
        c->node.attr.strided_slice.begin_mask |= no_begin << d;
        c->node.attr.strided_slice.end_mask |= no_end << d;
        c->node.attr.strided_slice.shrink_axis_mask |= shrink << d;
        if (!shrink) y.d[y.rank++] = n;
    }
    const int32_t xi = add_input(c, type, x);
    add_list(c, x.rank, begin);
    add_list(c, x.rank, end);
    add_list(c, x.rank, stride);
    const int32_t o = add_output(c, type, y);
    for (int32_t i = 0; i < th_shape_count(&y); i++) {
        int32_t iy[8], k = 0;
        unravel(i, &y, iy);
        for (int32_t d = 0; d < x.rank; d++)
            ix[d] = at[d][c->node.attr.strided_slice.shrink_axis_mask >> d & 1 ? 0 : iy[k++]];
        take(c, o, i, xi, ravel(ix, &x));
    }
    return c;
}

/* PAD, PADV2, MIRROR_PAD */
static inline op_case *make_pad(uint64_t seed, th_op op, th_type type)
{
    op_case *c = case_new(seed, op);
    const th_shape x = random_shape(c, 1, 4, 5);
    const int mirror = op == TH_OP_MIRROR_PAD, symmetric = pick(c, 0, 1);
    th_shape y = x;
    int32_t side[16], pads[2];
    for (int32_t d = 0; d < x.rank; d++)
        for (int32_t k = 0; k < 2; k++) y.d[d] += side[2 * d + k] = pick(c, 0, mirror ? x.d[d] - !symmetric : 3);
    const int32_t xi = add_input(c, type, x);
    pads[0] = x.rank, pads[1] = 2;
    add_const(c, shape_of(2, pads), side, mirror && pick(c, 0, 1));
    const int32_t v = op == TH_OP_PADV2 ? add_input(c, type, list(1)) : -1;
    if (mirror) c->node.attr.mirror_pad.symmetric = symmetric;
    const int32_t o = add_output(c, type, y);
    for (int32_t i = 0; i < th_shape_count(&y); i++) {
        int32_t ix[8], inside = 1;
        unravel(i, &y, ix);
        for (int32_t d = 0; d < x.rank; d++) {
            ix[d] -= side[2 * d];
            if (mirror && ix[d] < 0) ix[d] = -ix[d] - symmetric;
            if (mirror && ix[d] >= x.d[d]) ix[d] = 2 * x.d[d] - 2 + symmetric - ix[d];
            inside &= ix[d] >= 0 && ix[d] < x.d[d];
        }
        if (inside)
            take(c, o, i, xi, ravel(ix, &x));
        else if (v >= 0)
            take(c, o, i, v, 0);
        else if (type == TH_S8)
            put(c, o, i, c->zero[o]);
    }
    return c;
}

static inline op_case *make_transpose(uint64_t seed, th_op op, th_type type)
{
    op_case *c = case_new(seed, op);
    const th_shape x = random_shape(c, 1, 5, 5);
    th_shape y = {.rank = x.rank};
    int32_t perm[8];
    for (int32_t d = 0; d < x.rank; d++) {
        const int32_t k = pick(c, 0, d);
        perm[d] = perm[k];
        perm[k] = d;
    }
    for (int32_t d = 0; d < x.rank; d++) y.d[d] = x.d[perm[d]];
    const int32_t xi = add_input(c, type, x);
    add_list(c, x.rank, perm);
    const int32_t o = add_output(c, type, y);
    for (int32_t i = 0; i < th_shape_count(&y); i++) {
        int32_t iy[8], ix[8];
        unravel(i, &y, iy);
        for (int32_t d = 0; d < x.rank; d++) ix[perm[d]] = iy[d];
        take(c, o, i, xi, ravel(ix, &x));
    }
    return c;
}

static inline op_case *make_reverse(uint64_t seed, th_op op, th_type type)
{
    op_case *c = case_new(seed, op);
    const th_shape x = random_shape(c, 1, 5, 5);
    const int32_t first = pick(c, 0, x.rank - 1), n = pick(c, 1, x.rank - first);
    int32_t axes[8];
    for (int32_t k = 0; k < n; k++) axes[k] = any_axis(c, first + k, x.rank);
    const int32_t xi = add_input(c, type, x);
    add_list(c, n, axes);
    const int32_t o = add_output(c, type, x);
    for (int32_t i = 0; i < th_shape_count(&x); i++) {
        int32_t ix[8];
        unravel(i, &x, ix);
        for (int32_t d = first; d < first + n; d++) ix[d] = x.d[d] - 1 - ix[d];
        take(c, o, i, xi, ravel(ix, &x));
    }
    return c;
}

static inline op_case *make_broadcast(uint64_t seed, th_op op, th_type type)
{
    op_case *c = case_new(seed, op);
    const th_shape y = random_shape(c, 1, 5, 4);
    th_shape x = {.rank = pick(c, 1, y.rank)};
    const int32_t more = y.rank - x.rank;
    for (int32_t d = 0; d < x.rank; d++) x.d[d] = pick(c, 0, 1) ? 1 : y.d[d + more];
    const int32_t xi = add_input(c, type, x);
    add_const(c, list(y.rank), y.d, pick(c, 0, 1));
    const int32_t o = add_output(c, type, y);
    for (int32_t i = 0; i < th_shape_count(&y); i++) {
        int32_t iy[8];
        unravel(i, &y, iy);
        for (int32_t d = 0; d < x.rank; d++) iy[d + more] = x.d[d] == 1 ? 0 : iy[d + more];
        take(c, o, i, xi, ravel(iy + more, &x));
    }
    return c;
}

/* DEPTH_TO_SPACE, SPACE_TO_DEPTH */
static inline op_case *make_depth(uint64_t seed, th_op op, th_type type)
{
    op_case *c = case_new(seed, op);
    const int32_t b = pick(c, 1, 3), h = pick(c, 1, 4), w = pick(c, 1, 4), ch = pick(c, 1, 4),
                  to_space = op == TH_OP_DEPTH_TO_SPACE;
    const int32_t batch = pick(c, 1, 3), deep_d[] = {batch, h, w, ch * b * b}, wide_d[] = {batch, h * b, w * b, ch};
    const th_shape deep = shape_of(4, deep_d), wide = shape_of(4, wide_d);
    c->node.attr.block.size = b;
    const int32_t xi = add_input(c, type, to_space ? deep : wide), o = add_output(c, type, to_space ? wide : deep);
    for (int32_t i = 0; i < th_shape_count(&deep); i++) {
        int32_t ix[4];
        unravel(i, &deep, ix);
        const int32_t place = ix[3] / ch, iy[] = {ix[0], ix[1] * b + place / b, ix[2] * b + place % b, ix[3] % ch},
                      k = ravel(iy, &wide);
        if (to_space)
            take(c, o, k, xi, i);
        else
            take(c, o, i, xi, k);
    }
    return c;
}

static inline op_case *make_to_batch(uint64_t seed, th_op op, th_type type)
{
    op_case *c = case_new(seed, op);
    th_shape x = random_shape(c, 3, 4, 6);
    const int32_t m = x.rank - 2;
    th_shape y = x;
    int32_t block[2], side[4], pair[] = {m, 2};
    for (int32_t d = 0; d < m; d++) {
        block[d] = pick(c, 1, 3);
        side[2 * d] = pick(c, 0, 3);
        side[2 * d + 1] = 0;
        while ((x.d[d + 1] + side[2 * d] + side[2 * d + 1]) % block[d]) side[2 * d + 1]++;
        y.d[d + 1] = (x.d[d + 1] + side[2 * d] + side[2 * d + 1]) / block[d];
        y.d[0] *= block[d];
    }
    const int32_t xi = add_input(c, type, x);
    add_list(c, m, block);
    add_const(c, shape_of(2, pair), side, 0);
    const int32_t o = add_output(c, type, y);
    if (seed % 2) c->zero[xi] = c->zero[o] = 0; /* the only zero point that the reference pads with */
    for (int32_t i = 0; i < th_shape_count(&y); i++) {
        int32_t ix[8], inside = 1;
        unravel(i, &y, ix);
        int32_t which = ix[0] / x.d[0];
        ix[0] %= x.d[0];
        for (int32_t d = m - 1; d >= 0; d--) {
            ix[d + 1] = ix[d + 1] * block[d] + which % block[d] - side[2 * d];
            which /= block[d];
            inside &= ix[d + 1] >= 0 && ix[d + 1] < x.d[d + 1];
        }
        if (inside)
            take(c, o, i, xi, ravel(ix, &x));
        else if (type == TH_S8)
            put(c, o, i, c->zero[o]);
    }
    return c;
}

static inline op_case *make_to_space(uint64_t seed, th_op op, th_type type)
{
    op_case *c = case_new(seed, op);
    th_shape y = random_shape(c, 3, 4, 6);
    const int32_t m = y.rank - 2, batches = y.d[0];
    th_shape x = y;
    int32_t block[2], side[4], pair[] = {m, 2};
    for (int32_t d = 0; d < m; d++) {
        block[d] = pick(c, 1, 3);
        side[2 * d] = pick(c, 0, 3);
        side[2 * d + 1] = 0;
        while ((y.d[d + 1] + side[2 * d] + side[2 * d + 1]) % block[d]) side[2 * d + 1]++;
        x.d[d + 1] = (y.d[d + 1] + side[2 * d] + side[2 * d + 1]) / block[d];
        x.d[0] *= block[d];
    }
    const int32_t xi = add_input(c, type, x);
    add_list(c, m, block);
    add_const(c, shape_of(2, pair), side, 0);
    const int32_t o = add_output(c, type, y);
    for (int32_t i = 0; i < th_shape_count(&y); i++) {
        int32_t ix[8], which = 0;
        unravel(i, &y, ix);
        for (int32_t d = 0; d < m; d++) {
            const int32_t at = ix[d + 1] + side[2 * d];
            which = which * block[d] + at % block[d];
            ix[d + 1] = at / block[d];
        }
        ix[0] += which * batches;
        take(c, o, i, xi, ravel(ix, &x));
    }
    return c;
}

/* EXPAND_DIMS, SQUEEZE, ZEROS_LIKE, FILL: the numbers stay in order */
static inline op_case *make_reshape_like(uint64_t seed, th_op op, th_type type)
{
    op_case *c = case_new(seed, op);
    th_shape x = random_shape(c, 1, 4, 3), y = {.rank = 0};
    const int32_t axis = pick(c, 0, x.rank), all = pick(c, 0, 1);
    int32_t xi = 0;
    if (op == TH_OP_FILL) add_const(c, list(x.rank), x.d, pick(c, 0, 1));
    xi = add_input(c, type, op == TH_OP_FILL ? y : x);
    if (op == TH_OP_EXPAND_DIMS) add_number(c, any_axis(c, axis, x.rank + 1));
    for (int32_t d = 0; d < x.rank; d++) {
        if (op == TH_OP_EXPAND_DIMS && d == axis) y.d[y.rank++] = 1;
        if (op != TH_OP_SQUEEZE || x.d[d] != 1 || (!all && d % 2))
            y.d[y.rank++] = x.d[d];
        else if (!all)
            c->node.attr.squeeze.d[c->node.attr.squeeze.n++] = any_axis(c, d, x.rank);
    }
    if (op == TH_OP_EXPAND_DIMS && axis == x.rank) y.d[y.rank++] = 1;
    if (op == TH_OP_SQUEEZE && !all &&
        c->node.attr.squeeze.n == 0) { /* no dimension named means all: name none by having none */
        y.rank = 0;
        for (int32_t d = 0; d < x.rank; d++)
            if (x.d[d] != 1) y.d[y.rank++] = x.d[d];
    }
    const int32_t o = add_output(c, type, y);
    for (int32_t i = 0; i < th_shape_count(&y) && op != TH_OP_ZEROS_LIKE; i++)
        take(c, o, i, xi, op == TH_OP_FILL ? 0 : i);
    return c;
}

static inline op_case *make_shape(uint64_t seed, th_op op, th_type type)
{
    op_case *c = case_new(seed, op);
    const th_shape x = random_shape(c, 1, 5, 5);
    add_input(c, type, x);
    c->node.attr.result.type = TH_S32;
    const int32_t o = add_output(c, TH_S32, list(x.rank));
    for (int32_t d = 0; d < x.rank; d++) put(c, o, d, x.d[d]);
    return c;
}

static inline op_case *make_broadcast_args(uint64_t seed, th_op op, th_type type)
{
    op_case *c = case_new(seed, op);
    const th_shape y = random_shape(c, 1, 5, 5);
    const int32_t n[2] = {y.rank, pick(c, 1, y.rank)}, swap = pick(c, 0, 1);
    for (int32_t k = 0; k < 2; k++) {
        const int32_t count = n[swap ? 1 - k : k], t = add_input(c, type, list(count));
        for (int32_t i = 0; i < count; i++) {
            const int32_t v = pick(c, 0, 2) ? y.d[i + y.rank - count] : 1;
            if (type == TH_S64)
                ((int64_t *)(void *)c->data[t])[i] = v;
            else
                ((int32_t *)(void *)c->data[t])[i] = v;
        }
    }
    const int32_t o = add_output(c, type, list(y.rank));
    for (int32_t i = 0; i < y.rank; i++) {
        int64_t most = 1;
        for (int32_t k = 0; k < 2; k++) {
            const int32_t at = i - y.rank + c->t[c->in[k]].shape.d[0];
            const int64_t v = at < 0           ? 1
                              : type == TH_S64 ? ((int64_t *)(void *)c->data[c->in[k]])[at]
                                               : ((int32_t *)(void *)c->data[c->in[k]])[at];
            if (v > most) most = v;
        }
        if (type == TH_S64)
            ((int64_t *)(void *)c->want[o])[i] = most;
        else
            ((int32_t *)(void *)c->want[o])[i] = (int32_t)most;
    }
    return c;
}

/* Random indices below `limit`, fed or constant. */
static inline int32_t add_indices(op_case *c, th_shape s, int32_t m, const int32_t *limit)
{
    const int32_t t = add_input(c, TH_S32, s);
    for (int32_t i = 0; i < th_shape_count(&s); i++) ((int32_t *)(void *)c->data[t])[i] = pick(c, 0, limit[i % m] - 1);
    return t;
}

static inline op_case *make_gather(uint64_t seed, th_op op, th_type type)
{
    op_case *c = case_new(seed, op);
    const th_shape x = random_shape(c, 1, 4, 4);
    const int32_t axis = pick(c, 0, x.rank - 1), batch = pick(c, 0, axis);
    th_shape index = random_shape(c, batch, batch + 2, 3), y = {.rank = 0};
    for (int32_t d = 0; d < batch; d++) index.d[d] = x.d[d];
    c->node.attr.gather.axis = any_axis(c, axis, x.rank);
    c->node.attr.gather.batch_dims = batch;
    const int32_t xi = add_input(c, type, x), k = add_indices(c, index, 1, &x.d[axis]), picks = index.rank - batch;
    for (int32_t d = 0; d < axis; d++) y.d[y.rank++] = x.d[d];
    for (int32_t d = batch; d < index.rank; d++) y.d[y.rank++] = index.d[d];
    for (int32_t d = axis + 1; d < x.rank; d++) y.d[y.rank++] = x.d[d];
    const int32_t o = add_output(c, type, y);
    for (int32_t i = 0; i < th_shape_count(&y); i++) {
        int32_t iy[8], ii[8], ix[8];
        unravel(i, &y, iy);
        for (int32_t d = 0; d < batch; d++) ii[d] = iy[d];
        for (int32_t d = 0; d < picks; d++) ii[batch + d] = iy[axis + d];
        for (int32_t d = 0; d < x.rank; d++)
            ix[d] = d < axis ? iy[d] : d == axis ? (int32_t)value(c, k, ravel(ii, &index)) : iy[d + picks - 1];
        take(c, o, i, xi, ravel(ix, &x));
    }
    return c;
}

static inline op_case *make_gather_nd(uint64_t seed, th_op op, th_type type)
{
    op_case *c = case_new(seed, op);
    const th_shape x = random_shape(c, 1, 4, 4);
    th_shape index = random_shape(c, 1, 3, 3), y = {.rank = 0};
    const int32_t m = index.d[index.rank - 1] = pick(c, 1, x.rank);
    const int32_t xi = add_input(c, type, x), k = add_indices(c, index, m, x.d);
    for (int32_t d = 0; d < index.rank - 1; d++) y.d[y.rank++] = index.d[d];
    for (int32_t d = m; d < x.rank; d++) y.d[y.rank++] = x.d[d];
    const int32_t o = add_output(c, type, y);
    for (int32_t i = 0; i < th_shape_count(&y); i++) {
        int32_t iy[8], ix[8], ii[8];
        unravel(i, &y, iy);
        for (int32_t d = 0; d < index.rank - 1; d++) ii[d] = iy[d];
        for (int32_t d = 0; d < x.rank; d++) {
            ii[index.rank - 1] = d;
            ix[d] = d < m ? (int32_t)value(c, k, ravel(ii, &index)) : iy[index.rank - 1 + d - m];
        }
        take(c, o, i, xi, ravel(ix, &x));
    }
    return c;
}

/* TH_S32 as type means an int8 table with a float output. */
static inline op_case *make_embedding(uint64_t seed, th_op op, th_type type)
{
    op_case *c = case_new(seed, op);
    const th_shape table = random_shape(c, 2, 3, 5);
    const int hybrid = type == TH_S32;
    const int32_t n = pick(c, 1, 6), k = add_indices(c, list(n), 1, table.d),
                  xi = add_input(c, hybrid ? TH_S8 : type, table);
    set_quant(c, xi, 0.0625f, 0);
    th_shape y = table;
    y.d[0] = n;
    const int32_t o = add_output(c, hybrid ? TH_F32 : type, y);
    set_quant(c, o, 0.0625f, 0);
    for (int32_t i = 0; i < th_shape_count(&y); i++) {
        int32_t ix[8];
        unravel(i, &y, ix);
        ix[0] = (int32_t)value(c, k, ix[0]);
        if (hybrid)
            put(c, o, i, 0.0625 * value(c, xi, ravel(ix, &table)));
        else
            take(c, o, i, xi, ravel(ix, &table));
    }
    return c;
}

static inline op_case *make_update(uint64_t seed, th_op op, th_type type)
{
    op_case *c = case_new(seed, op);
    const th_shape x = random_shape(c, 1, 4, 5);
    th_shape u = x;
    int32_t start[8];
    for (int32_t d = 0; d < x.rank; d++) u.d[d] = pick(c, 1, x.d[d]);
    const int32_t xi = add_input(c, type, x), ui = add_input(c, type, u), si = add_input(c, TH_S32, list(x.rank));
    for (int32_t d = 0; d < x.rank; d++) {
        const int32_t s = ((int32_t *)(void *)c->data[si])[d] = pick(c, -2, x.d[d]), room = x.d[d] - u.d[d];
        start[d] = s < 0 ? 0 : s > room ? room : s;
    }
    const int32_t o = add_output(c, type, x);
    for (int32_t i = 0; i < th_shape_count(&x); i++) {
        int32_t ix[8], inside = 1;
        unravel(i, &x, ix);
        for (int32_t d = 0; d < x.rank; d++) {
            ix[d] -= start[d];
            inside &= ix[d] >= 0 && ix[d] < u.d[d];
        }
        if (inside)
            take(c, o, i, ui, ravel(ix, &u));
        else
            take(c, o, i, xi, i);
    }
    return c;
}

/* Every operator, its types in TensorFlow Lite Micro, and types that only we have. */
typedef struct move_row {
    th_op op;
    maker *make;
    th_type type[10];
    int32_t n_tflm, n;
} move_row;

static const move_row move_rows[] = {
    {TH_OP_CONCATENATION, make_concat, {TH_F32, TH_S8, TH_S16, TH_S32, TH_S64, TH_BOOL, TH_U8, TH_U32, TH_U64}, 6, 9},
    {TH_OP_PACK, make_concat, {TH_F32, TH_S8, TH_S16, TH_S32, TH_S64, TH_U8}, 5, 6},
    {TH_OP_SPLIT, make_split, {TH_F32, TH_S8, TH_S16, TH_S32, TH_U8}, 4, 5},
    {TH_OP_SPLIT_V, make_split, {TH_F32, TH_S8, TH_S16, TH_S32, TH_U8}, 4, 5},
    {TH_OP_UNPACK, make_split, {TH_F32, TH_S8, TH_S16, TH_S32, TH_U8}, 4, 5},
    {TH_OP_SLICE, make_slice, {TH_F32, TH_S8, TH_S16, TH_S32, TH_BOOL, TH_U8}, 5, 6},
    {TH_OP_SLICE, make_slice_at, {TH_F32, TH_S8, TH_S16, TH_S32, TH_BOOL, TH_U8}, 5, 6},
    {TH_OP_STRIDED_SLICE, make_strided, {TH_F32, TH_S8, TH_S16, TH_S32, TH_BOOL, TH_U8, TH_U32, TH_U64}, 5, 8},
    {TH_OP_PAD, make_pad, {TH_F32, TH_S8, TH_S16, TH_S32}, 4, 4},
    {TH_OP_PADV2, make_pad, {TH_F32, TH_S8, TH_S16, TH_S32, TH_U8}, 4, 5},
    {TH_OP_MIRROR_PAD, make_pad, {TH_F32, TH_S8, TH_S16, TH_U8}, 2, 4},
    {TH_OP_TRANSPOSE, make_transpose, {TH_F32, TH_S8, TH_S16, TH_S32, TH_U8}, 3, 5},
    {TH_OP_REVERSE_V2, make_reverse, {TH_F32, TH_S8, TH_S16, TH_U8, TH_S32, TH_S64, TH_BOOL}, 7, 7},
    {TH_OP_BROADCAST_TO, make_broadcast, {TH_F32, TH_S8, TH_S16, TH_U8}, 4, 4},
    {TH_OP_DEPTH_TO_SPACE, make_depth, {TH_F32, TH_S8, TH_U8}, 2, 3},
    {TH_OP_SPACE_TO_DEPTH, make_depth, {TH_F32, TH_S8, TH_U8, TH_S32}, 2, 4},
    {TH_OP_SPACE_TO_BATCH_ND, make_to_batch, {TH_F32, TH_S8, TH_S16}, 2, 3},
    {TH_OP_BATCH_TO_SPACE_ND, make_to_space, {TH_F32, TH_S8, TH_U8}, 2, 3},
    {TH_OP_EXPAND_DIMS, make_reshape_like, {TH_F32, TH_S8, TH_S16, TH_U8}, 3, 4},
    {TH_OP_SQUEEZE, make_reshape_like, {TH_F32, TH_S8, TH_S16, TH_U8}, 4, 4},
    {TH_OP_FILL, make_reshape_like, {TH_F32, TH_S8, TH_S32, TH_S64}, 3, 4},
    {TH_OP_ZEROS_LIKE, make_reshape_like, {TH_F32, TH_S8, TH_S32, TH_S64}, 4, 4},
    {TH_OP_SHAPE, make_shape, {TH_F32, TH_S8, TH_S16, TH_U8}, 4, 4},
    {TH_OP_BROADCAST_ARGS, make_broadcast_args, {TH_S32, TH_S64}, 2, 2},
    {TH_OP_GATHER, make_gather, {TH_F32, TH_S8, TH_S16, TH_S32, TH_U8}, 2, 5},
    {TH_OP_GATHER_ND, make_gather_nd, {TH_F32, TH_S8, TH_S16, TH_S32, TH_U8}, 2, 5},
    {TH_OP_EMBEDDING_LOOKUP, make_embedding, {TH_F32, TH_S8, TH_S32}, 3, 3},
    {TH_OP_DYNAMIC_UPDATE_SLICE, make_update, {TH_F32, TH_S8, TH_S16, TH_S32}, 4, 4},
};

#endif
