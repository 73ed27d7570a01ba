/* Operators that put all numbers of a tensor into another order, or repeat them.
 *
 *   TRANSPOSE         y[i] = x with dimension perm[d] of x at place d; in[1] perm
 *   REVERSE_V2        y[.., i, ..] = x[.., n - 1 - i, ..] along the axes in in[1]
 *   BROADCAST_TO      y[i] = x[i], index 0 where x has size 1 or no dimension; in[1] the new shape
 *   DEPTH_TO_SPACE    y[b, h B + i, w B + j, c] = x[b, h, w, (i B + j) C + c],  C channels of y
 *   SPACE_TO_DEPTH    the opposite
 *   SPACE_TO_BATCH_ND y[(i B_1 + j) N + n, h, w, c] = x[n, h B_0 + i - pad_0, w B_1 + j - pad_1, c], N batches of x;
 * outside of x: 0 (the zero point of int8 and uint8).  in[1] block [M], in[2] paddings [M, 2]; any M < rank.
 *   BATCH_TO_SPACE_ND the opposite, with crops in place of paddings
 *
 * in[1] and in[2] are constant int32 (or int64).  All types of nn/move.h.
 * Source: TensorFlow Lite Micro, micro/kernels/{transpose_common,reverse,broadcast_to,depth_to_space,space_to_depth,
 * space_to_batch_nd,batch_to_space_nd}.cc.  Its SPACE_TO_BATCH_ND pads int8 with 0 and not the zero point: a fault, see
 * ../shared/docs/OPERATORS.md. */
#include "nn/boxes.h"
#include "nn/rows.h"

/* One box from input 0 to output 0. */
static th_err prepare_box(const th_prepare *p, const th_shape *want, const th_box *box, th_step *step)
{
    th_boxes b;
    const th_tensor *x = th_prepare_in(p, 0), *y = th_prepare_out(p, 0);
    TH_TRY(th_check_moved(p, x, y));
    if (!th_shape_same(want, &y->shape))
        return th_refuse(p, TH_ESHAPE, "the output does not have the shape that follows from the input");
    TH_TRY(th_boxes_begin(p, x, 1, &b));
    th_boxes_add(&b, box);
    return th_boxes_end(p, &b, 1, 1, step);
}

/* --- TRANSPOSE --- */

static th_err find_transpose(const th_prepare *p, th_box *box, th_shape *out)
{
    TH_TRY(th_check_io(p, 2, 2));
    const th_shape *x = &th_prepare_in(p, 0)->shape;
    int32_t perm[TH_MAX_RANK], n, steps[TH_MAX_RANK], seen = 0;
    TH_TRY(th_const_ints(p, 1, TH_MAX_RANK, perm, &n, "the permutation must be a constant int32 tensor"));
    if (n != x->rank) return th_refuse(p, TH_ESHAPE, "the permutation needs one number per dimension");
    th_shape_steps(x, steps);
    *box = (th_box){.rank = n};
    *out = (th_shape){.rank = n};
    for (int32_t d = 0; d < n; d++) {
        int32_t from;
        TH_TRY(th_check_axis(p, perm[d], n, &from));
        if (seen >> from & 1) return th_refuse(p, TH_EFORMAT, "the permutation names a dimension twice");
        seen |= 1 << from;
        out->d[d] = box->n[d] = x->d[from];
        box->from_step[d] = steps[from];
    }
    th_shape_steps(out, box->to_step);
    return TH_OK;
}

/* --- REVERSE_V2 --- */

static th_err find_reverse(const th_prepare *p, th_box *box, th_shape *out)
{
    TH_TRY(th_check_io(p, 2, 2));
    int32_t axis[TH_MAX_RANK], n;
    *out = th_prepare_in(p, 0)->shape;
    TH_TRY(th_const_ints(p, 1, TH_MAX_RANK, axis, &n, "the axes must be a constant int32 tensor"));
    *box = (th_box){.rank = out->rank};
    th_shape_steps(out, box->from_step);
    th_shape_steps(out, box->to_step);
    for (int32_t d = 0; d < out->rank; d++) box->n[d] = out->d[d];
    for (int32_t i = 0; i < n; i++) {
        int32_t d;
        TH_TRY(th_check_axis(p, axis[i], out->rank, &d));
        if (box->from_step[d] < 0) return th_refuse(p, TH_EFORMAT, "an axis stands twice");
        box->from += (out->d[d] - 1) * box->from_step[d];
        box->from_step[d] = -box->from_step[d];
    }
    return TH_OK;
}

/* --- BROADCAST_TO --- */

static th_err find_broadcast(const th_prepare *p, th_box *box, th_shape *out)
{
    TH_TRY(th_check_io(p, 2, 2));
    const th_shape *x = &th_prepare_in(p, 0)->shape;
    int32_t steps[TH_MAX_RANK];
    *out = (th_shape){.rank = 0};
    TH_TRY(
        th_const_ints(p, 1, TH_MAX_RANK, out->d, &out->rank, "the new shape must be a constant int32 or int64 tensor"));
    const int32_t more = out->rank - x->rank;
    if (more < 0 || th_shape_count(out) < 1)
        return th_refuse(p, TH_ESHAPE, "the input cannot be broadcast to the new shape");
    th_shape_steps(x, steps);
    *box = (th_box){.rank = out->rank};
    th_shape_steps(out, box->to_step);
    for (int32_t d = 0; d < out->rank; d++) {
        const int32_t size = d < more ? 1 : x->d[d - more];
        if (size != 1 && size != out->d[d])
            return th_refuse(p, TH_ESHAPE, "the input cannot be broadcast to the new shape");
        box->n[d] = out->d[d];
        box->from_step[d] = size == 1 ? 0 : steps[d - more];
    }
    return TH_OK;
}

/* --- DEPTH_TO_SPACE, SPACE_TO_DEPTH --- */

/* The walk over (b, h, i, w, j, c): deep[b, h, w, i, j, c] and flat[b, h, i, w, j, c]. */
static void block_steps(const th_shape *flat, int32_t block, th_box *box, int32_t *deep, int32_t *wide)
{
    const int32_t h = flat->d[1] / block, w = flat->d[2] / block, c = flat->d[3];
    const int32_t n[6] = {flat->d[0], h, block, w, block, c};
    const int32_t step[6] = {h * w * block * block * c, w * block * block * c, block * c, block * block * c, c, 1};
    int32_t at = 1;
    box->rank = 6;
    for (int32_t d = 5; d >= 0; d--) {
        box->n[d] = n[d];
        deep[d] = step[d];
        wide[d] = at;
        at *= n[d];
    }
}

static th_err find_depth_to_space(const th_prepare *p, th_box *box, th_shape *out)
{
    TH_TRY(th_check_io(p, 1, 1));
    const int32_t block = p->node->attr.block.size;
    *out = th_prepare_in(p, 0)->shape;
    if (out->rank != 4 || block < 1 || block > 1024 || out->d[3] % (block * block))
        return th_refuse(p, TH_ESHAPE, "the channels are not a multiple of the block's square");
    out->d[1] *= block;
    out->d[2] *= block;
    out->d[3] /= block * block;
    *box = (th_box){.rank = 0};
    block_steps(out, block, box, box->from_step, box->to_step);
    return TH_OK;
}

static th_err find_space_to_depth(const th_prepare *p, th_box *box, th_shape *out)
{
    TH_TRY(th_check_io(p, 1, 1));
    const int32_t block = p->node->attr.block.size;
    const th_shape *x = &th_prepare_in(p, 0)->shape;
    if (x->rank != 4 || block < 1 || block > 1024 || x->d[1] % block || x->d[2] % block)
        return th_refuse(p, TH_ESHAPE, "height and width are not multiples of the block");
    *out = (th_shape){.rank = 4, .d = {x->d[0], x->d[1] / block, x->d[2] / block, x->d[3] * block * block}};
    *box = (th_box){.rank = 0};
    block_steps(x, block, box, box->to_step, box->from_step);
    return TH_OK;
}

/* Each operator above: prepare and infer are one function that finds the box and the shape. */
#define ONE_BOX(name)                                                                                                  \
    static th_err prepare_##name(const th_prepare *p, th_step *step)                                                   \
    {                                                                                                                  \
        th_box box;                                                                                                    \
        th_shape out;                                                                                                  \
        TH_TRY(find_##name(p, &box, &out));                                                                            \
        return prepare_box(p, &out, &box, step);                                                                       \
    }                                                                                                                  \
    static th_err infer_##name(const th_prepare *p, th_shape *out)                                                     \
    {                                                                                                                  \
        th_box box;                                                                                                    \
        return find_##name(p, &box, out);                                                                              \
    }
ONE_BOX(transpose)
ONE_BOX(reverse)
ONE_BOX(broadcast)
ONE_BOX(depth_to_space)
ONE_BOX(space_to_depth)

/* --- SPACE_TO_BATCH_ND, BATCH_TO_SPACE_ND --- */

/* The block, the frame around the picture, and the two shapes that belong together. */
typedef struct tiling {
    int32_t m, block[TH_MAX_RANK], side[2 * TH_MAX_RANK], blocks;
    th_shape flat, tiled; /* the picture; the small pictures, more batches */
} tiling;

static th_err read_tiling(const th_prepare *p, tiling *t)
{
    int32_t n;
    TH_TRY(th_check_io(p, 3, 3));
    const th_shape *x = &th_prepare_in(p, 0)->shape;
    TH_TRY(th_const_ints(p, 1, TH_MAX_RANK, t->block, &t->m, "the block must be a constant int32 tensor"));
    TH_TRY(th_const_ints(p, 2, 2 * TH_MAX_RANK, t->side, &n, "paddings or crops must be a constant int32 tensor"));
    if (t->m >= x->rank || n != 2 * t->m)
        return th_refuse(p, TH_ESHAPE, "block and paddings or crops do not fit the input's dimensions");
    int64_t blocks = 1;
    for (int32_t d = 0; d < t->m; d++) {
        if (t->block[d] < 1 || t->side[2 * d] < 0 || t->side[2 * d + 1] < 0)
            return th_refuse(p, TH_EFORMAT, "a block size is below 1, or a padding or crop is negative");
        blocks *= t->block[d];
        if (blocks > 65536) return th_refuse(p, TH_EUNSUP, "the block has more than 65536 places");
    }
    t->blocks = (int32_t)blocks;
    return TH_OK;
}

static th_err find_to_batch(const th_prepare *p, tiling *t)
{
    TH_TRY(read_tiling(p, t));
    t->flat = t->tiled = th_prepare_in(p, 0)->shape;
    if (t->flat.d[0] > INT32_MAX / t->blocks) return th_refuse(p, TH_ERANGE, "the output is too large");
    t->tiled.d[0] *= t->blocks;
    for (int32_t d = 0; d < t->m; d++) {
        const int64_t size = (int64_t)t->flat.d[d + 1] + t->side[2 * d] + t->side[2 * d + 1];
        if (size > INT32_MAX || size % t->block[d])
            return th_refuse(p, TH_ESHAPE, "the padded size is not a multiple of the block");
        t->tiled.d[d + 1] = (int32_t)(size / t->block[d]);
    }
    return TH_OK;
}

static th_err find_to_space(const th_prepare *p, tiling *t)
{
    TH_TRY(read_tiling(p, t));
    t->flat = t->tiled = th_prepare_in(p, 0)->shape;
    if (t->tiled.d[0] % t->blocks) return th_refuse(p, TH_ESHAPE, "the batches are not a multiple of the block");
    t->flat.d[0] /= t->blocks;
    for (int32_t d = 0; d < t->m; d++) {
        const int64_t size = (int64_t)t->tiled.d[d + 1] * t->block[d] - t->side[2 * d] - t->side[2 * d + 1];
        if (size < 1 || size > INT32_MAX)
            return th_refuse(p, TH_ESHAPE, "the crops leave nothing, or the output is too large");
        t->flat.d[d + 1] = (int32_t)size;
    }
    return TH_OK;
}

/* The pixels at place `which` of every block; false when there are none. */
static bool tile_box(const tiling *t, int32_t which, bool to_batch, th_box *box)
{
    int32_t flat[TH_MAX_RANK], tiled[TH_MAX_RANK], at_flat = 0, at_tiled, rest = which;
    *box = (th_box){.rank = t->flat.rank};
    int32_t *const sf = to_batch ? box->from_step : box->to_step, *const st = to_batch ? box->to_step : box->from_step;
    th_shape_steps(&t->flat, flat);
    th_shape_steps(&t->tiled, tiled);
    at_tiled = which * t->flat.d[0] * tiled[0];
    for (int32_t d = t->flat.rank - 1; d >= 0; d--) {
        box->n[d] = t->flat.d[d];
        sf[d] = flat[d];
        st[d] = tiled[d];
        if (d == 0 || d > t->m) continue;
        const int32_t block = t->block[d - 1], place = rest % block - t->side[2 * (d - 1)], size = t->flat.d[d];
        const int32_t first = place >= 0 ? 0 : (block - 1 - place) / block; /* smallest h with h block + place >= 0 */
        rest /= block;
        if (place + first * block >= size) return false;
        box->n[d] = (size - 1 - place) / block - first + 1;
        sf[d] = flat[d] * (box->n[d] > 1 ? block : 0);
        at_flat += (first * block + place) * flat[d];
        at_tiled += first * tiled[d];
    }
    box->from = to_batch ? at_flat : at_tiled;
    box->to = to_batch ? at_tiled : at_flat;
    return true;
}

static th_err prepare_tiling(const th_prepare *p, const tiling *t, bool to_batch, th_step *step)
{
    const th_tensor *x = th_prepare_in(p, 0), *y = th_prepare_out(p, 0);
    TH_TRY(th_check_moved(p, x, y));
    if (!th_shape_same(to_batch ? &t->tiled : &t->flat, &y->shape))
        return th_refuse(p, TH_ESHAPE, "the output does not have the shape that follows from the input");
    th_boxes b;
    TH_TRY(th_boxes_begin(p, x, t->blocks + 1, &b));
    if (th_shape_count(&t->tiled) != th_shape_count(&t->flat) && to_batch) {
        const int32_t zero = y->quant.n && (y->type == TH_S8 || y->type == TH_U8) ? y->quant.zero[0] : 0;
        th_boxes_fill(&b, y, zero & 255);
    }
    for (int32_t i = 0; i < t->blocks; i++) {
        th_box box;
        if (tile_box(t, i, to_batch, &box)) th_boxes_add(&b, &box);
    }
    return th_boxes_end(p, &b, 1, 1, step);
}

static th_err prepare_to_batch(const th_prepare *p, th_step *step)
{
    tiling t;
    TH_TRY(find_to_batch(p, &t));
    return prepare_tiling(p, &t, true, step);
}

static th_err prepare_to_space(const th_prepare *p, th_step *step)
{
    tiling t;
    TH_TRY(find_to_space(p, &t));
    return prepare_tiling(p, &t, false, step);
}

static th_err infer_to_batch(const th_prepare *p, th_shape *out)
{
    tiling t;
    TH_TRY(find_to_batch(p, &t));
    *out = t.tiled;
    return TH_OK;
}

static th_err infer_to_space(const th_prepare *p, th_shape *out)
{
    tiling t;
    TH_TRY(find_to_space(p, &t));
    *out = t.flat;
    return TH_OK;
}

const th_op_row th_row_transpose = {TH_OP_TRANSPOSE, "TRANSPOSE", prepare_transpose, infer_transpose};
const th_op_row th_row_reverse_v2 = {TH_OP_REVERSE_V2, "REVERSE_V2", prepare_reverse, infer_reverse};
const th_op_row th_row_broadcast_to = {TH_OP_BROADCAST_TO, "BROADCAST_TO", prepare_broadcast, infer_broadcast};
const th_op_row th_row_depth_to_space = {TH_OP_DEPTH_TO_SPACE, "DEPTH_TO_SPACE", prepare_depth_to_space,
                                         infer_depth_to_space};
const th_op_row th_row_space_to_depth = {TH_OP_SPACE_TO_DEPTH, "SPACE_TO_DEPTH", prepare_space_to_depth,
                                         infer_space_to_depth};
const th_op_row th_row_space_to_batch_nd = {TH_OP_SPACE_TO_BATCH_ND, "SPACE_TO_BATCH_ND", prepare_to_batch,
                                            infer_to_batch};
const th_op_row th_row_batch_to_space_nd = {TH_OP_BATCH_TO_SPACE_ND, "BATCH_TO_SPACE_ND", prepare_to_space,
                                            infer_to_space};
