/* SLICE and STRIDED_SLICE: a part of a tensor, every stride-th index in each dimension.
 *
 *   y[i_0, i_1, ..] = x[begin_0 + i_0 stride_0, begin_1 + i_1 stride_1, ..]
 *
 * SLICE          in[0] x, in[1] begin, in[2] size (-1: to the end); int32 or int64.  When one of both is no constant,
 *                the output's shape is what the file says, and begin is brought to where this fits (nn/update_slice.h)
 * STRIDED_SLICE  in[0] x, in[1] begin, in[2] end, in[3] stride; constant.  Negative places count from the end, places
 *                outside are brought to the edge.  Masks, one bit per place in begin:
 *                begin_mask, end_mask  the place does not count: from, to the edge
 *                ellipsis_mask         here stand all dimensions that are not told
 *                new_axis_mask         here the output has a new dimension of size 1
 *                shrink_axis_mask      one index; the dimension is dropped
 *                With the flag `offset`, end is counted from begin.
 *
 * All types of nn/move.h.
 * Source: TensorFlow Lite Micro, micro/kernels/slice.cc, strided_slice_common.cc,
 * kernels/internal/strided_slice_logic.h; it takes ellipsis_mask and new_axis_mask for 0, here they mean what
 * TensorFlow's documents say. */
#include "nn/boxes.h"
#include "nn/rows.h"

/* What is cut out: for each dimension of x the first index, how many, and how far apart; and the output's shape. */
typedef struct cut {
    int32_t begin[TH_MAX_RANK], n[TH_MAX_RANK], stride[TH_MAX_RANK];
    th_shape out;
} cut;

static th_err prepare_cut(const th_prepare *p, const cut *c, th_step *step)
{
    const th_tensor *x = th_prepare_in(p, 0), *y = th_prepare_out(p, 0);
    TH_TRY(th_check_moved(p, x, y));
    if (!th_shape_same(&c->out, &y->shape))
        return th_refuse(p, TH_ESHAPE, "the output does not have the shape that is cut out");
    int32_t step_x[TH_MAX_RANK], step_y = 1;
    th_box box = {.rank = x->shape.rank};
    th_shape_steps(&x->shape, step_x);
    for (int32_t d = box.rank - 1; d >= 0; d--) {
        box.n[d] = c->n[d];
        box.from += c->begin[d] * step_x[d];
        box.from_step[d] = c->n[d] == 1 ? 0 : c->stride[d] * step_x[d];
        box.to_step[d] = step_y;
        step_y *= c->n[d];
    }
    th_boxes b;
    TH_TRY(th_boxes_begin(p, x, 1, &b));
    th_boxes_add(&b, &box);
    return th_boxes_end(p, &b, 1, 1, step);
}

static th_err find_slice(const th_prepare *p, cut *c)
{
    TH_TRY(th_check_io(p, 3, 3));
    const th_shape *x = &th_prepare_in(p, 0)->shape;
    int32_t size[TH_MAX_RANK], n_begin, n_size;
    *c = (cut){.out.rank = x->rank};
    TH_TRY(th_const_ints(p, 1, TH_MAX_RANK, c->begin, &n_begin, "begin must be a constant int32 or int64 tensor"));
    TH_TRY(th_const_ints(p, 2, TH_MAX_RANK, size, &n_size, "size must be a constant int32 or int64 tensor"));
    if (n_begin != x->rank || n_size != x->rank)
        return th_refuse(p, TH_ESHAPE, "begin and size need one number per dimension");
    for (int32_t d = 0; d < x->rank; d++) {
        const int32_t n = size[d] == -1 ? x->d[d] - c->begin[d] : size[d];
        if (c->begin[d] < 0 || n < 1 || c->begin[d] > x->d[d] || n > x->d[d] - c->begin[d])
            return th_refuse(p, TH_ESHAPE, "the slice is empty or not inside of the input");
        c->n[d] = c->out.d[d] = n;
        c->stride[d] = 1;
    }
    return TH_OK;
}

static bool is_constant(const th_prepare *p, int32_t input)
{
    const th_tensor *t = th_prepare_in(p, input);
    return t && t->data && !t->is_variable;
}

/* A size that is constant or not, beside a begin that is not: it may not say anything else than the output. */
static th_err check_size(const th_prepare *p)
{
    static const char *const text = "begin and size need one int32 or int64 number per dimension";
    const th_tensor *begin = th_prepare_in(p, 1), *size = th_prepare_in(p, 2);
    const th_shape *y = &th_prepare_out(p, 0)->shape;
    int32_t n[TH_MAX_RANK], count;
    if (!begin || !size || begin->type != size->type || !th_shape_same(&begin->shape, &size->shape))
        return th_refuse(p, TH_EUNSUP, text);
    if (!is_constant(p, 2)) return TH_OK;
    TH_TRY(th_const_ints(p, 2, TH_MAX_RANK, n, &count, text));
    if (count != y->rank) return th_refuse(p, TH_ESHAPE, text);
    for (int32_t d = 0; d < y->rank; d++)
        if (n[d] != -1 && n[d] != y->d[d]) return th_refuse(p, TH_ESHAPE, "size and the output's shape differ");
    return TH_OK;
}

static th_err prepare_slice(const th_prepare *p, th_step *step)
{
    cut c;
    TH_TRY(th_check_io(p, 3, 3));
    if (!is_constant(p, 1) || !is_constant(p, 2)) {
        TH_TRY(check_size(p));
        return th_prepare_slice_at(p, step);
    }
    TH_TRY(find_slice(p, &c));
    return prepare_cut(p, &c, step);
}

static th_err infer_slice(const th_prepare *p, th_shape *out)
{
    cut c;
    TH_TRY(th_check_io(p, 3, 3));
    if (!is_constant(p, 1) || !is_constant(p, 2)) {
        *out = th_prepare_out(p, 0)->shape;
        return TH_OK;
    }
    TH_TRY(find_slice(p, &c));
    *out = c.out;
    return TH_OK;
}

/* begin, end and stride as the file has them, one per place. */
typedef struct places {
    int32_t n, begin[2 * TH_MAX_RANK], end[2 * TH_MAX_RANK], stride[2 * TH_MAX_RANK];
} places;

static int64_t limit(int64_t v, int64_t lo, int64_t hi)
{
    return v < lo ? lo : v > hi ? hi : v;
}

/* One place on a dimension of `size` elements. */
static th_err cut_one(const th_prepare *p, const places *s, int32_t i, int32_t size, int32_t *begin, int32_t *n)
{
    const int64_t stride = s->stride[i], lo = stride > 0 ? 0 : -1, hi = stride > 0 ? size : size - 1;
    if (stride == 0) return th_refuse(p, TH_EFORMAT, "a stride is 0");
    int64_t from = s->begin[i], to = s->end[i];
    if (p->node->attr.strided_slice.begin_mask >> i & 1)
        from = stride > 0 ? 0 : size - 1;
    else
        from = limit(from < 0 ? from + size : from, lo, hi);
    if (p->node->attr.strided_slice.shrink_axis_mask >> i & 1) {
        if (from < 0 || from >= size) return th_refuse(p, TH_ESHAPE, "an index is outside of the input");
        *begin = (int32_t)from;
        *n = 1;
        return TH_OK;
    }
    if (p->node->attr.strided_slice.offset) to += from;
    if (p->node->attr.strided_slice.end_mask >> i & 1)
        to = stride > 0 ? size : -1;
    else
        to = limit(to < 0 ? to + size : to, lo, hi);
    const int64_t count = stride > 0 ? (to - from + stride - 1) / stride : (from - to - stride - 1) / -stride;
    if (count < 1) return th_refuse(p, TH_ESHAPE, "the slice is empty");
    *begin = (int32_t)from;
    *n = (int32_t)count;
    return TH_OK;
}

static th_err cut_whole(const th_prepare *p, const th_shape *x, int32_t *d, cut *c)
{
    if (*d >= x->rank || c->out.rank >= TH_MAX_RANK)
        return th_refuse(p, TH_ESHAPE, "more places than the input has dimensions");
    c->n[*d] = c->out.d[c->out.rank++] = x->d[*d];
    c->stride[*d] = 1;
    ++*d;
    return TH_OK;
}

/* Dimensions that places before the ellipsis (or all, without one) name. */
static int32_t dims_named(const places *s, int32_t new_axes, int32_t ellipsis)
{
    int32_t n = 0;
    for (int32_t i = 0; i < s->n; i++) n += !((new_axes >> i & 1) || (ellipsis >> i & 1));
    return n;
}

static th_err read_places(const th_prepare *p, places *s)
{
    static const char *const text = "begin, end and stride must be constant int32 tensors";
    int32_t n_end, n_stride;
    TH_TRY(th_check_io(p, 4, 4));
    TH_TRY(th_const_ints(p, 1, 2 * TH_MAX_RANK, s->begin, &s->n, text));
    TH_TRY(th_const_ints(p, 2, 2 * TH_MAX_RANK, s->end, &n_end, text));
    TH_TRY(th_const_ints(p, 3, 2 * TH_MAX_RANK, s->stride, &n_stride, text));
    if (n_end != s->n || n_stride != s->n)
        return th_refuse(p, TH_ESHAPE, "begin, end and stride have different lengths");
    return TH_OK;
}

static th_err find_strided(const th_prepare *p, cut *c)
{
    places s;
    TH_TRY(read_places(p, &s));
    const th_shape *x = &th_prepare_in(p, 0)->shape;
    const int32_t ellipsis = p->node->attr.strided_slice.ellipsis_mask,
                  new_axes = p->node->attr.strided_slice.new_axis_mask & ~ellipsis;
    if (ellipsis & (ellipsis - 1)) return th_refuse(p, TH_EFORMAT, "more than one ellipsis");
    const int32_t untold = x->rank - dims_named(&s, new_axes, ellipsis);
    int32_t d = 0;
    *c = (cut){.out.rank = 0};
    for (int32_t i = 0; i < s.n; i++) {
        if (ellipsis >> i & 1) {
            for (int32_t k = 0; k < untold; k++) TH_TRY(cut_whole(p, x, &d, c));
            continue;
        }
        if (c->out.rank >= TH_MAX_RANK) return th_refuse(p, TH_ESHAPE, "the output would have too many dimensions");
        if (new_axes >> i & 1) {
            c->out.d[c->out.rank++] = 1;
            continue;
        }
        if (d >= x->rank) return th_refuse(p, TH_ESHAPE, "more places than the input has dimensions");
        TH_TRY(cut_one(p, &s, i, x->d[d], &c->begin[d], &c->n[d]));
        c->stride[d] = s.stride[i];
        if (!(p->node->attr.strided_slice.shrink_axis_mask >> i & 1)) c->out.d[c->out.rank++] = c->n[d];
        d++;
    }
    while (d < x->rank) TH_TRY(cut_whole(p, x, &d, c));
    return TH_OK;
}

static th_err prepare_strided(const th_prepare *p, th_step *step)
{
    cut c;
    TH_TRY(find_strided(p, &c));
    return prepare_cut(p, &c, step);
}

static th_err infer_strided(const th_prepare *p, th_shape *out)
{
    cut c;
    TH_TRY(find_strided(p, &c));
    *out = c.out;
    return TH_OK;
}

const th_op_row th_row_slice = {TH_OP_SLICE, "SLICE", prepare_slice, infer_slice};
const th_op_row th_row_strided_slice = {TH_OP_STRIDED_SLICE, "STRIDED_SLICE", prepare_strided, infer_strided};
