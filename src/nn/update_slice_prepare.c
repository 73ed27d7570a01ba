#include "nn/boxes.h"
#include "nn/move.h"
#include "nn/rows.h"
#include "nn/update_slice.h"

static const th_field fields[] = {
    TH_FIELD_INT(th_update_slice_par, wide),
    TH_FIELD_INT(th_update_slice_par, x_bytes),
    TH_FIELD_INT(th_update_slice_par, rank),
    TH_FIELD_INTS(th_update_slice_par, room, rank),
    TH_FIELD_INTS(th_update_slice_par, step_bytes, rank),
    TH_FIELD_INT(th_update_slice_par, run),
    TH_FIELD_INT(th_update_slice_par, n_dims),
    TH_FIELD_INT(th_update_slice_par, n_words),
    TH_FIELD_INTS(th_update_slice_par, dim, n_words),
};

static th_err check_place(const th_prepare *p, const th_tensor *whole, const th_tensor *part, const th_tensor *start)
{
    TH_TRY(th_check_moved(p, whole, part));
    if (whole->shape.rank < 1 || part->shape.rank != whole->shape.rank)
        return th_refuse(p, TH_ESHAPE, "the whole and the part need the same number of dimensions");
    for (int32_t d = 0; d < whole->shape.rank; d++)
        if (part->shape.d[d] > whole->shape.d[d]) return th_refuse(p, TH_ESHAPE, "the part is larger than the whole");
    if (start->type != TH_S32 && start->type != TH_S64)
        return th_refuse(p, TH_EUNSUP, "the start must be int32 or int64");
    if (start->shape.rank != 1 || start->shape.d[0] != whole->shape.rank)
        return th_refuse(p, TH_ESHAPE, "the start needs one number per dimension");
    return TH_OK;
}

static th_err make_par(const th_prepare *p, const th_tensor *whole, const th_tensor *part, const th_tensor *start,
                       bool out, th_step *step)
{
    TH_TRY(check_place(p, whole, part, start));
    const int32_t rank = whole->shape.rank, bytes = (int32_t)th_type_bytes(whole->type);
    th_update_slice_par *par = TH_NEW(p->arena, th_update_slice_par, 1);
    int32_t *room = TH_NEW(p->arena, int32_t, TH_MAX_RANK), *steps = TH_NEW(p->arena, int32_t, TH_MAX_RANK);
    th_boxes b;
    TH_TRY(th_boxes_begin(p, whole, 1, &b));
    if (!par || !room || !steps) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    th_box box = {.rank = rank};
    int32_t *of_whole = out ? box.from_step : box.to_step;
    th_shape_steps(&whole->shape, of_whole);
    th_shape_steps(&part->shape, out ? box.to_step : box.from_step);
    for (int32_t d = 0; d < rank; d++) {
        box.n[d] = part->shape.d[d];
        room[d] = whole->shape.d[d] - part->shape.d[d];
        steps[d] = of_whole[d] * bytes;
    }
    th_boxes_add(&b, &box);
    *par = (th_update_slice_par){.wide = start->type == TH_S64,
                                 .x_bytes = (int32_t)th_tensor_bytes(whole),
                                 .rank = rank,
                                 .room = room,
                                 .step_bytes = steps,
                                 .run = b.words[4],
                                 .n_dims = b.words[5],
                                 .n_words = b.n_words - TH_MOVE_HEAD,
                                 .dim = b.words + TH_MOVE_HEAD};
    if (par->n_words == 0) par->n_words = 1; /* an array that is printed needs a member */
    step->par = par;
    return TH_OK;
}

th_err th_prepare_slice_at(const th_prepare *p, th_step *step)
{
    TH_TRY(make_par(p, th_prepare_in(p, 0), th_prepare_out(p, 0), th_prepare_in(p, 1), true, step));
    TH_STEP_KERNEL(step, th_slice_at, 2, "nn/update_slice.h", th_update_slice_par, fields);
    return TH_OK;
}

static th_err prepare(const th_prepare *p, th_step *step)
{
    TH_TRY(th_check_io(p, 3, 3));
    const th_tensor *x = th_prepare_in(p, 0), *y = th_prepare_out(p, 0);
    TH_TRY(th_check_moved(p, x, y));
    if (!th_shape_same(&x->shape, &y->shape))
        return th_refuse(p, TH_ESHAPE, "the output has another shape than the input");
    TH_TRY(make_par(p, x, th_prepare_in(p, 1), th_prepare_in(p, 2), false, step));
    TH_STEP_KERNEL(step, th_update_slice, 3, "nn/update_slice.h", th_update_slice_par, fields);
    step->in_place = 1;
    return TH_OK;
}

const th_op_row th_row_dynamic_update_slice = {TH_OP_DYNAMIC_UPDATE_SLICE, "DYNAMIC_UPDATE_SLICE", prepare,
                                               th_infer_same};
