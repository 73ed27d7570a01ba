/* CONCATENATION, PACK, SPLIT, SPLIT_V, UNPACK: one whole tensor and its parts along an axis.
 *
 *   CONCATENATION  in[k] parts -> whole; the parts' sizes along the axis add up to the whole's
 *   PACK           as it, but each part lacks the axis, where it would have size 1
 *   SPLIT          in[0] axis, in[1] whole -> parts of the same size
 *   SPLIT_V        in[0] whole, in[1] sizes (one may be -1: what is left), in[2] axis -> parts
 *   UNPACK         the opposite of PACK
 *
 *   whole[o, at_k + a, i] <-> part_k[o, a, i]
 *
 * All types of nn/move.h.  int8 and uint8 parts must have the scale and zero point of the whole in CONCATENATION.
 * Source: TensorFlow Lite Micro, micro/kernels/{concatenation,pack,split,split_v,unpack}.cc. */
#include "nn/boxes.h"
#include "nn/rows.h"

typedef struct parts {
    const th_tensor *whole;
    int32_t axis;     /* of the whole */
    int32_t first, n; /* numbers of the parts among the inputs or outputs */
    bool stacked;     /* parts lack the axis */
    bool split;       /* whole -> parts, and not the other way */
    int32_t whole_in; /* number of the whole among the inputs, when split */
} parts;

static const th_tensor *part(const th_prepare *p, const parts *s, int32_t k)
{
    return s->split ? th_prepare_out(p, s->first + k) : th_prepare_in(p, s->first + k);
}

/* Size of a part along the axis, or -1 when its shape does not fit. */
static int32_t part_size(const parts *s, const th_tensor *t)
{
    const th_shape *whole = &s->whole->shape;
    if (t->shape.rank != whole->rank - (s->stacked ? 1 : 0)) return -1;
    for (int32_t d = 0, k = 0; d < whole->rank; d++) {
        if (d == s->axis && s->stacked) continue;
        if (d != s->axis && t->shape.d[k] != whole->d[d]) return -1;
        k++;
    }
    return s->stacked ? 1 : t->shape.d[s->axis];
}

/* Inputs and outputs are there, with the number of parts that the operator says. */
static th_err check_parts(const th_prepare *p, const parts *s)
{
    TH_TRY(th_check_movable(p, s->whole));
    int64_t sum = 0;
    for (int32_t k = 0; k < s->n; k++) {
        const th_tensor *t = part(p, s, k);
        if (!t) return th_refuse(p, TH_EFORMAT, "a part is missing");
        TH_TRY(th_check_moved(p, s->whole, t));
        const int32_t size = part_size(s, t);
        if (size < 0)
            return th_refuse(p, TH_ESHAPE, "a part differs from the whole in more than the size along the axis");
        sum += size;
    }
    if (sum != s->whole->shape.d[s->axis])
        return th_refuse(p, TH_ESHAPE, "the parts do not add up to the whole along the axis");
    return TH_OK;
}

static th_err prepare_parts(const th_prepare *p, const parts *s, th_step *step)
{
    TH_TRY(check_parts(p, s));
    const th_shape *whole = &s->whole->shape;
    int32_t outer = 1, inner = 1, at = 0;
    for (int32_t d = 0; d < s->axis; d++) outer *= whole->d[d];
    for (int32_t d = s->axis + 1; d < whole->rank; d++) inner *= whole->d[d];
    th_boxes b;
    TH_TRY(th_boxes_begin(p, s->whole, s->n, &b));
    for (int32_t k = 0; k < s->n; k++) {
        const int32_t n = part_size(s, part(p, s, k)) * inner, row = whole->d[s->axis] * inner;
        th_box x = {
            .rank = 2, .n = {outer, n}, .from_step = {s->split ? row : n, 1}, .to_step = {s->split ? n : row, 1}};
        x.in = s->split ? s->whole_in : k;
        x.out = s->split ? k : 0;
        *(s->split ? &x.from : &x.to) = at;
        at += n;
        th_boxes_add(&b, &x);
    }
    return th_boxes_end(p, &b, s->split ? s->whole_in + 1 : s->n, s->split ? s->n : 1, step);
}

static th_err check_counts(const th_prepare *p, int32_t n_in, int32_t n_out)
{
    const bool ok = p->node->n_in == n_in && p->node->n_out == n_out && n_in > 0 && n_out > 0;
    return ok ? TH_OK : th_refuse(p, TH_EFORMAT, "wrong number of inputs or outputs");
}

static th_err get_whole(const th_prepare *p, const th_tensor *t, int32_t axis, parts *s)
{
    if (!t) return th_refuse(p, TH_EFORMAT, "an input or output is missing");
    s->whole = t;
    return th_check_axis(p, axis, t->shape.rank, &s->axis);
}

/* --- whole from parts --- */

static th_err check_concat_quant(const th_prepare *p)
{
    const th_tensor *y = th_prepare_out(p, 0);
    for (int32_t k = 0; k < p->node->n_in; k++) {
        const th_tensor *x = th_prepare_in(p, k);
        if (!x) return th_refuse(p, TH_EFORMAT, "an input is missing");
        const bool same =
            x->quant.n == y->quant.n &&
            (x->quant.n == 0 || (x->quant.scale[0] == y->quant.scale[0] && x->quant.zero[0] == y->quant.zero[0]));
        if ((y->type == TH_S8 || y->type == TH_U8) && !same)
            return th_refuse(p, TH_EUNSUP, "inputs and output have different scales or zero points");
        if (y->type == TH_S16 && ((x->quant.n && x->quant.zero[0]) || (y->quant.n && y->quant.zero[0])))
            return th_refuse(p, TH_EUNSUP, "int16 tensors need the zero point 0");
    }
    return TH_OK;
}

static th_err prepare_concatenation(const th_prepare *p, th_step *step)
{
    parts s = {.n = p->node->n_in};
    TH_TRY(check_counts(p, s.n, 1));
    TH_TRY(get_whole(p, th_prepare_out(p, 0), p->node->attr.concat.axis, &s));
    if (p->node->attr.concat.act != TH_ACT_NONE)
        return th_refuse(p, TH_EUNSUP, "a fused activation is not supported here");
    TH_TRY(check_concat_quant(p));
    return prepare_parts(p, &s, step);
}

static th_err infer_concatenation(const th_prepare *p, th_shape *out)
{
    int32_t axis;
    TH_TRY(check_counts(p, p->node->n_in, 1));
    if (!th_prepare_in(p, 0)) return th_refuse(p, TH_EFORMAT, "an input is missing");
    *out = th_prepare_in(p, 0)->shape;
    TH_TRY(th_check_axis(p, p->node->attr.concat.axis, out->rank, &axis));
    for (int32_t k = 1; k < p->node->n_in; k++) {
        const th_tensor *t = th_prepare_in(p, k);
        if (!t || t->shape.rank != out->rank || t->shape.d[axis] > INT32_MAX - out->d[axis])
            return th_refuse(p, TH_ESHAPE, "inputs of different rank, or too large");
        out->d[axis] += t->shape.d[axis];
    }
    return TH_OK;
}

static th_err prepare_pack(const th_prepare *p, th_step *step)
{
    parts s = {.n = p->node->n_in, .stacked = true};
    TH_TRY(check_counts(p, s.n, 1));
    TH_TRY(get_whole(p, th_prepare_out(p, 0), p->node->attr.pack.axis, &s));
    return prepare_parts(p, &s, step);
}

static th_err infer_pack(const th_prepare *p, th_shape *out)
{
    int32_t axis;
    TH_TRY(check_counts(p, p->node->n_in, 1));
    const th_tensor *x = th_prepare_in(p, 0);
    if (!x || x->shape.rank >= TH_MAX_RANK)
        return th_refuse(p, TH_ESHAPE, "an input is missing or has too many dimensions");
    TH_TRY(th_check_axis(p, p->node->attr.pack.axis, x->shape.rank + 1, &axis));
    *out = (th_shape){.rank = x->shape.rank + 1};
    for (int32_t d = 0; d < out->rank; d++) out->d[d] = d == axis ? p->node->n_in : x->shape.d[d < axis ? d : d - 1];
    return TH_OK;
}

/* --- parts from whole --- */

static th_err find_split(const th_prepare *p, parts *s)
{
    int32_t axis, n;
    *s = (parts){.n = p->node->n_out, .split = true, .whole_in = 1};
    TH_TRY(check_counts(p, 2, s->n));
    TH_TRY(th_const_ints(p, 0, 1, &axis, &n, "the axis must be a constant int32"));
    if (n != 1) return th_refuse(p, TH_ESHAPE, "the axis must be one number");
    return get_whole(p, th_prepare_in(p, 1), axis, s);
}

static th_err prepare_split(const th_prepare *p, th_step *step)
{
    parts s;
    TH_TRY(find_split(p, &s));
    for (int32_t k = 1; k < s.n; k++)
        if (!th_prepare_out(p, k) || !th_prepare_out(p, 0) ||
            !th_shape_same(&th_prepare_out(p, k)->shape, &th_prepare_out(p, 0)->shape))
            return th_refuse(p, TH_ESHAPE, "the parts have different shapes");
    return prepare_parts(p, &s, step);
}

static th_err infer_split(const th_prepare *p, th_shape *out)
{
    parts s;
    TH_TRY(find_split(p, &s));
    *out = s.whole->shape;
    if (out->d[s.axis] % s.n) return th_refuse(p, TH_ESHAPE, "the axis cannot be split into equal parts");
    out->d[s.axis] /= s.n;
    return TH_OK;
}

/* sizes[n_out], with the one that is -1 filled in. */
static th_err find_split_v(const th_prepare *p, parts *s, int32_t *first)
{
    int32_t axis, n, size[256], open = -1;
    int64_t known = 0;
    *s = (parts){.n = p->node->n_out, .split = true, .whole_in = 0};
    TH_TRY(check_counts(p, 3, s->n));
    TH_TRY(th_const_ints(p, 1, 256, size, &n, "the sizes must be a constant int32 tensor"));
    if (n != s->n) return th_refuse(p, TH_ESHAPE, "the sizes do not fit the number of outputs");
    TH_TRY(th_const_ints(p, 2, 1, &axis, &n, "the axis must be a constant int32"));
    if (n != 1) return th_refuse(p, TH_ESHAPE, "the axis must be one number");
    TH_TRY(get_whole(p, th_prepare_in(p, 0), axis, s));
    for (int32_t k = 0; k < s->n; k++) {
        if (size[k] < -1 || (size[k] == -1 && open >= 0)) return th_refuse(p, TH_ESHAPE, "a size is negative");
        if (size[k] == -1)
            open = k;
        else
            known += size[k];
    }
    if (known > s->whole->shape.d[s->axis]) return th_refuse(p, TH_ESHAPE, "the sizes are larger than the tensor");
    if (open >= 0) size[open] = s->whole->shape.d[s->axis] - (int32_t)known;
    for (int32_t k = 0; k < s->n; k++) {
        const th_tensor *t = th_prepare_out(p, k);
        if (k && (!t || part_size(s, t) != size[k]))
            return th_refuse(p, TH_ESHAPE, "an output does not have the size that is told");
    }
    *first = size[0];
    return TH_OK;
}

static th_err prepare_split_v(const th_prepare *p, th_step *step)
{
    parts s;
    int32_t first;
    TH_TRY(find_split_v(p, &s, &first));
    if (!th_prepare_out(p, 0) || part_size(&s, th_prepare_out(p, 0)) != first)
        return th_refuse(p, TH_ESHAPE, "an output does not have the size that is told");
    return prepare_parts(p, &s, step);
}

static th_err infer_split_v(const th_prepare *p, th_shape *out)
{
    parts s;
    int32_t first;
    TH_TRY(find_split_v(p, &s, &first));
    *out = s.whole->shape;
    out->d[s.axis] = first;
    return TH_OK;
}

static th_err prepare_unpack(const th_prepare *p, th_step *step)
{
    parts s = {.n = p->node->n_out, .split = true, .stacked = true};
    TH_TRY(check_counts(p, 1, s.n));
    TH_TRY(get_whole(p, th_prepare_in(p, 0), p->node->attr.pack.axis, &s));
    return prepare_parts(p, &s, step);
}

static th_err infer_unpack(const th_prepare *p, th_shape *out)
{
    parts s;
    TH_TRY(check_counts(p, 1, p->node->n_out));
    TH_TRY(get_whole(p, th_prepare_in(p, 0), p->node->attr.pack.axis, &s));
    *out = (th_shape){.rank = s.whole->shape.rank - 1};
    for (int32_t d = 0; d < out->rank; d++) out->d[d] = s.whole->shape.d[d < s.axis ? d : d + 1];
    return TH_OK;
}

const th_op_row th_row_concatenation = {TH_OP_CONCATENATION, "CONCATENATION", prepare_concatenation,
                                        infer_concatenation};
const th_op_row th_row_pack = {TH_OP_PACK, "PACK", prepare_pack, infer_pack};
const th_op_row th_row_split = {TH_OP_SPLIT, "SPLIT", prepare_split, infer_split};
const th_op_row th_row_split_v = {TH_OP_SPLIT_V, "SPLIT_V", prepare_split_v, infer_split_v};
const th_op_row th_row_unpack = {TH_OP_UNPACK, "UNPACK", prepare_unpack, infer_unpack};
