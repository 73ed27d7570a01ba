/* Operators of nn/move.h without any geometry.
 *
 *   EXPAND_DIMS  y = x with one more dimension of size 1 at in[1] (constant; negative counts from behind)
 *   SQUEEZE      y = x without the dimensions of size 1 that the options name, or without all of them
 *   FILL         in[0] the shape (constant), in[1] one number: y[i] = that number everywhere
 *   ZEROS_LIKE   y = 0 in x's shape; int8 gets the byte 0 whatever the zero point is, as the references have it
 *
 * Source: TensorFlow Lite Micro, micro/kernels/{expand_dims,squeeze,fill,zeros_like}.cc. */
#include "nn/boxes.h"
#include "nn/rows.h"

/* Input 0 to output 0, byte for byte. */
static th_err prepare_same(const th_prepare *p, const th_shape *want, th_step *step)
{
    const th_tensor *x = th_prepare_in(p, 0), *y = th_prepare_out(p, 0);
    TH_TRY(th_check_moved(p, x, y));
    if (!th_shape_same(want, &y->shape))
        return th_refuse(p, TH_ESHAPE, "the output does not have the shape that follows from the input");
    th_boxes b;
    TH_TRY(th_boxes_begin(p, x, 1, &b));
    const th_box box = {.rank = 1, .n = {th_shape_count(&x->shape)}, .from_step = {1}, .to_step = {1}};
    th_boxes_add(&b, &box);
    return th_boxes_end(p, &b, 1, 1, step);
}

static th_err infer_expand(const th_prepare *p, th_shape *out)
{
    int32_t axis, n;
    TH_TRY(th_check_io(p, 2, 2));
    const th_shape *x = &th_prepare_in(p, 0)->shape;
    if (x->rank >= TH_MAX_RANK) return th_refuse(p, TH_ESHAPE, "the output would have too many dimensions");
    TH_TRY(th_const_ints(p, 1, 1, &axis, &n, "the axis must be a constant int32"));
    if (n != 1) return th_refuse(p, TH_ESHAPE, "the axis must be one number");
    TH_TRY(th_check_axis(p, axis, x->rank + 1, &axis));
    *out = (th_shape){.rank = x->rank + 1};
    for (int32_t d = 0; d < out->rank; d++) out->d[d] = d == axis ? 1 : x->d[d < axis ? d : d - 1];
    return TH_OK;
}

static th_err prepare_expand(const th_prepare *p, th_step *step)
{
    th_shape s;
    TH_TRY(infer_expand(p, &s));
    return prepare_same(p, &s, step);
}

static th_err infer_squeeze(const th_prepare *p, th_shape *out)
{
    TH_TRY(th_check_io(p, 1, 1));
    const th_shape *x = &th_prepare_in(p, 0)->shape;
    const int32_t n = p->node->attr.squeeze.n;
    bool drop[TH_MAX_RANK];
    for (int32_t d = 0; d < x->rank; d++) drop[d] = n == 0 && x->d[d] == 1;
    for (int32_t i = 0; i < n; i++) {
        int32_t d;
        TH_TRY(th_check_axis(p, p->node->attr.squeeze.d[i], x->rank, &d));
        if (x->d[d] != 1) return th_refuse(p, TH_ESHAPE, "a dimension to drop has another size than 1");
        drop[d] = true;
    }
    *out = (th_shape){.rank = 0};
    for (int32_t d = 0; d < x->rank; d++)
        if (!drop[d]) out->d[out->rank++] = x->d[d];
    return TH_OK;
}

static th_err prepare_squeeze(const th_prepare *p, th_step *step)
{
    th_shape s;
    TH_TRY(infer_squeeze(p, &s));
    return prepare_same(p, &s, step);
}

static th_err infer_fill(const th_prepare *p, th_shape *out)
{
    TH_TRY(th_check_io(p, 2, 2));
    *out = (th_shape){.rank = 0};
    TH_TRY(th_const_ints(p, 0, TH_MAX_RANK, out->d, &out->rank, "the shape must be a constant int32 or int64 tensor"));
    return th_shape_count(out) > 0 ? TH_OK : th_refuse(p, TH_ESHAPE, "the shape is empty or too large");
}

static th_err prepare_fill(const th_prepare *p, th_step *step)
{
    th_shape s;
    TH_TRY(infer_fill(p, &s));
    const th_tensor *v = th_prepare_in(p, 1), *y = th_prepare_out(p, 0);
    TH_TRY(th_check_moved(p, v, y));
    if (th_shape_count(&v->shape) != 1) return th_refuse(p, TH_ESHAPE, "the value must be one number");
    if (!th_shape_same(&s, &y->shape))
        return th_refuse(p, TH_ESHAPE, "the output does not have the shape that in[0] tells");
    th_boxes b;
    TH_TRY(th_boxes_begin(p, v, 1, &b));
    const th_box box = {.in = 1, .rank = 1, .n = {th_shape_count(&s)}, .from_step = {0}, .to_step = {1}};
    th_boxes_add(&b, &box);
    return th_boxes_end(p, &b, 2, 1, step);
}

static th_err prepare_zeros(const th_prepare *p, th_step *step)
{
    TH_TRY(th_check_io(p, 1, 1));
    const th_tensor *x = th_prepare_in(p, 0), *y = th_prepare_out(p, 0);
    TH_TRY(th_check_moved(p, x, y));
    if (!th_shape_same(&x->shape, &y->shape))
        return th_refuse(p, TH_ESHAPE, "the output has another shape than the input");
    th_boxes b;
    TH_TRY(th_boxes_begin(p, x, 1, &b));
    th_boxes_fill(&b, y, 0);
    return th_boxes_end(p, &b, 1, 1, step);
}

const th_op_row th_row_expand_dims = {TH_OP_EXPAND_DIMS, "EXPAND_DIMS", prepare_expand, infer_expand};
const th_op_row th_row_squeeze = {TH_OP_SQUEEZE, "SQUEEZE", prepare_squeeze, infer_squeeze};
const th_op_row th_row_fill = {TH_OP_FILL, "FILL", prepare_fill, infer_fill};
const th_op_row th_row_zeros_like = {TH_OP_ZEROS_LIKE, "ZEROS_LIKE", prepare_zeros, th_infer_same};
