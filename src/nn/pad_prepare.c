/* PAD, PADV2, MIRROR_PAD: a tensor with a frame around it.
 *
 *   y[i] = x[i - before] inside;  in the frame 0 (PAD: the zero point of int8 and uint8), in[2] (PADV2),
 *   or x mirrored (MIRROR_PAD: REFLECT leaves out the edge itself, SYMMETRIC repeats it)
 *
 *   in[0] x, in[1] int32 or int64 [rank, 2] constant: elements before and after each dimension
 *   in[2] PADV2: one number of x's type, which need not be constant
 *
 * PAD is the frame first and then x over it.  MIRROR_PAD is a box for each of up to 3^rank regions.
 * Source: TensorFlow Lite Micro, micro/kernels/{pad_common,pad,mirror_pad}.cc. */
#include "nn/boxes.h"
#include "nn/rows.h"

typedef struct frame {
    int32_t side[2 * TH_MAX_RANK]; /* before and after each dimension */
    th_shape out;
} frame;

static th_err find_frame(const th_prepare *p, int32_t most, frame *f)
{
    int32_t n;
    TH_TRY(th_check_io(p, 2, most));
    const th_tensor *x = th_prepare_in(p, 0);
    TH_TRY(th_const_ints(p, 1, 2 * TH_MAX_RANK, f->side, &n, "the paddings must be a constant int32 or int64 tensor"));
    if (n != 2 * x->shape.rank) return th_refuse(p, TH_ESHAPE, "the paddings need two numbers per dimension");
    f->out = x->shape;
    for (int32_t d = 0; d < f->out.rank; d++) {
        const int32_t before = f->side[2 * d], after = f->side[2 * d + 1];
        if (before < 0 || after < 0) return th_refuse(p, TH_ESHAPE, "a padding is negative");
        if (before > INT32_MAX - f->out.d[d] || after > INT32_MAX - f->out.d[d] - before)
            return th_refuse(p, TH_ERANGE, "a padding is too large");
        f->out.d[d] += before + after;
    }
    return TH_OK;
}

static th_err check_out(const th_prepare *p, const frame *f)
{
    TH_TRY(th_check_moved(p, th_prepare_in(p, 0), th_prepare_out(p, 0)));
    if (!th_shape_same(&f->out, &th_prepare_out(p, 0)->shape))
        return th_refuse(p, TH_ESHAPE, "the output does not have the input's shape plus the paddings");
    return TH_OK;
}

static th_err infer_pad(const th_prepare *p, th_shape *out)
{
    frame f;
    TH_TRY(find_frame(p, 3, &f));
    *out = f.out;
    return TH_OK;
}

/* The given number everywhere in y. */
static th_err add_value(const th_prepare *p, th_boxes *b)
{
    const th_tensor *y = th_prepare_out(p, 0), *v = th_prepare_in(p, 2);
    if (v->type != y->type || th_shape_count(&v->shape) != 1)
        return th_refuse(p, TH_ESHAPE, "the padding value must be one number of the input's type");
    if (y->type == TH_S8 && y->quant.n && v->quant.n &&
        (v->quant.scale[0] != y->quant.scale[0] || v->quant.zero[0] != y->quant.zero[0]))
        return th_refuse(p, TH_EUNSUP, "the padding value and the output have different scales or zero points");
    const th_box box = {.in = 2, .rank = 1, .n = {th_shape_count(&y->shape)}, .from_step = {0}, .to_step = {1}};
    th_boxes_add(b, &box);
    return TH_OK;
}

/* The zero point everywhere in y. */
static th_err add_zero(const th_prepare *p, th_boxes *b)
{
    const th_tensor *y = th_prepare_out(p, 0);
    const int32_t zero = y->quant.n ? y->quant.zero[0] : 0;
    const bool byte = y->type == TH_S8 || y->type == TH_U8;
    if (byte && (zero < (y->type == TH_S8 ? -128 : 0) || zero > (y->type == TH_S8 ? 127 : 255)))
        return th_refuse(p, TH_EFORMAT, "the zero point is outside of the type");
    if (!byte && zero) return th_refuse(p, TH_EUNSUP, "a zero point other than 0 is not supported in this type");
    th_boxes_fill(b, y, zero & 255);
    return TH_OK;
}

static th_err prepare_pad(const th_prepare *p, th_step *step)
{
    frame f;
    TH_TRY(find_frame(p, 3, &f));
    TH_TRY(check_out(p, &f));
    const th_shape *x = &th_prepare_in(p, 0)->shape;
    int32_t step_y[TH_MAX_RANK];
    th_box box = {.rank = x->rank};
    th_shape_steps(x, box.from_step);
    th_shape_steps(&f.out, step_y);
    for (int32_t d = 0; d < x->rank; d++) {
        box.n[d] = x->d[d];
        box.to_step[d] = step_y[d];
        box.to += f.side[2 * d] * step_y[d];
    }
    th_boxes b;
    TH_TRY(th_boxes_begin(p, th_prepare_in(p, 0), 2, &b));
    const bool given = th_prepare_in(p, 2) != NULL;
    if (!th_shape_same(x, &f.out)) TH_TRY(given ? add_value(p, &b) : add_zero(p, &b));
    th_boxes_add(&b, &box);
    return th_boxes_end(p, &b, given ? 3 : 1, 1, step);
}

/* One region of a dimension: before, inside, after.  false when it is empty. */
static bool region(const frame *f, const th_shape *x, int32_t d, int32_t which, int32_t edge, const int32_t *steps,
                   th_box *box)
{
    const int32_t before = f->side[2 * d], size = x->d[d];
    const int32_t n[3] = {before, size, f->side[2 * d + 1]}, to[3] = {0, before, before + size};
    const int32_t from[3] = {before - 1 + edge, 0, size - 1 - edge};
    if (n[which] == 0) return false;
    box->n[d] = n[which];
    box->from += from[which] * steps[d];
    box->from_step[d] = which == 1 ? steps[d] : -steps[d];
    box->to += to[which] * box->to_step[d];
    return true;
}

static th_err prepare_mirror(const th_prepare *p, th_step *step)
{
    frame f;
    TH_TRY(find_frame(p, 2, &f));
    TH_TRY(check_out(p, &f));
    const th_shape *x = &th_prepare_in(p, 0)->shape;
    const int32_t edge = !p->node->attr.mirror_pad.symmetric;
    int32_t n = 1, steps[TH_MAX_RANK];
    th_shape_steps(x, steps);
    for (int32_t d = 0; d < x->rank; d++, n *= 3)
        if (f.side[2 * d] > x->d[d] - edge || f.side[2 * d + 1] > x->d[d] - edge)
            return th_refuse(p, TH_ESHAPE, "there is less to mirror than the padding needs");
    th_boxes b;
    TH_TRY(th_boxes_begin(p, th_prepare_in(p, 0), n, &b));
    for (int32_t k = 0; k < n; k++) {
        th_box box = {.rank = x->rank};
        bool any = true;
        th_shape_steps(&f.out, box.to_step);
        for (int32_t d = 0, rest = k; d < x->rank && any; d++, rest /= 3)
            any = region(&f, x, d, rest % 3, edge, steps, &box);
        if (any) th_boxes_add(&b, &box);
    }
    return th_boxes_end(p, &b, 1, 1, step);
}

static th_err infer_mirror(const th_prepare *p, th_shape *out)
{
    frame f;
    TH_TRY(find_frame(p, 2, &f));
    *out = f.out;
    return TH_OK;
}

const th_op_row th_row_pad = {TH_OP_PAD, "PAD", prepare_pad, infer_pad};
const th_op_row th_row_padv2 = {TH_OP_PADV2, "PADV2", prepare_pad, infer_pad};
const th_op_row th_row_mirror_pad = {TH_OP_MIRROR_PAD, "MIRROR_PAD", prepare_mirror, infer_mirror};
