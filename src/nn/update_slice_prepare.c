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

static th_err check(const th_prepare *p)
{
    TH_TRY(th_check_io(p, 3, 3));
    const th_tensor *x = th_prepare_in(p, 0), *u = th_prepare_in(p, 1), *start = th_prepare_in(p, 2),
                    *y = th_prepare_out(p, 0);
    TH_TRY(th_check_moved(p, x, y));
    TH_TRY(th_check_moved(p, x, u));
    if (!th_shape_same(&x->shape, &y->shape))
        return th_refuse(p, TH_ESHAPE, "the output has another shape than the input");
    if (x->shape.rank < 1 || u->shape.rank != x->shape.rank)
        return th_refuse(p, TH_ESHAPE, "input and update need the same number of dimensions");
    for (int32_t d = 0; d < x->shape.rank; d++)
        if (u->shape.d[d] > x->shape.d[d]) return th_refuse(p, TH_ESHAPE, "the update is larger than the input");
    if (start->type != TH_S32 && start->type != TH_S64)
        return th_refuse(p, TH_EUNSUP, "the start must be int32 or int64");
    if (start->shape.rank != 1 || start->shape.d[0] != x->shape.rank)
        return th_refuse(p, TH_ESHAPE, "the start needs one number per dimension");
    return TH_OK;
}

static th_err prepare(const th_prepare *p, th_step *step)
{
    TH_TRY(check(p));
    const th_tensor *x = th_prepare_in(p, 0), *u = th_prepare_in(p, 1);
    const int32_t rank = x->shape.rank, bytes = (int32_t)th_type_bytes(x->type);
    th_update_slice_par *par = TH_NEW(p->arena, th_update_slice_par, 1);
    int32_t *room = TH_NEW(p->arena, int32_t, TH_MAX_RANK), *steps = TH_NEW(p->arena, int32_t, TH_MAX_RANK);
    th_boxes b;
    TH_TRY(th_boxes_begin(p, x, 1, &b));
    if (!par || !room || !steps) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    th_box box = {.rank = rank};
    th_shape_steps(&x->shape, box.to_step);
    th_shape_steps(&u->shape, box.from_step);
    for (int32_t d = 0; d < rank; d++) {
        box.n[d] = u->shape.d[d];
        room[d] = x->shape.d[d] - u->shape.d[d];
        steps[d] = box.to_step[d] * bytes;
    }
    th_boxes_add(&b, &box);
    *par = (th_update_slice_par){.wide = th_prepare_in(p, 2)->type == TH_S64,
                                 .x_bytes = (int32_t)th_tensor_bytes(x),
                                 .rank = rank,
                                 .room = room,
                                 .step_bytes = steps,
                                 .run = b.words[4],
                                 .n_dims = b.words[5],
                                 .n_words = b.n_words - TH_MOVE_HEAD,
                                 .dim = b.words + TH_MOVE_HEAD};
    if (par->n_words == 0) par->n_words = 1; /* an array that is printed needs a member */
    TH_STEP_KERNEL(step, th_update_slice, 3, "nn/update_slice.h", th_update_slice_par, fields);
    step->par = par;
    step->in_place = 1;
    return TH_OK;
}

const th_op_row th_row_dynamic_update_slice = {TH_OP_DYNAMIC_UPDATE_SLICE, "DYNAMIC_UPDATE_SLICE", prepare,
                                               th_infer_same};
