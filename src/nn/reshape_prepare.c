#include "nn/prepare.h"
#include "nn/reshape.h"
#include "nn/rows.h"
#include "nn/slide.h"

static const th_field fields[] = {TH_FIELD_INT(th_reshape_par, n_bytes)};

/* The shape that in[1] tells; one dimension may be -1: what is left. */
static th_err infer(const th_prepare *p, th_shape *out)
{
    TH_TRY(th_check_io(p, 1, 2));
    const th_tensor *x = th_prepare_in(p, 0), *s = th_prepare_in(p, 1);
    if (!s || !s->data || s->type != TH_S32)
        return th_refuse(p, TH_EUNSUP, "the new shape must be a constant int32 tensor");
    const int32_t rank = th_shape_count(&s->shape), n = th_shape_count(&x->shape);
    if (rank > TH_MAX_RANK) return th_refuse(p, TH_ESHAPE, "the new shape has too many dimensions");
    int32_t open = -1;
    int64_t known = 1;
    *out = (th_shape){.rank = rank};
    for (int32_t i = 0; i < rank; i++) {
        const int32_t d = (int32_t)th_le32((const uint8_t *)s->data + 4 * i);
        out->d[i] = d;
        if (d == -1 && open < 0)
            open = i;
        else if (d < 1 || known > INT32_MAX)
            return th_refuse(p, TH_ESHAPE, "the new shape has a dimension below 1");
        else
            known *= d;
    }
    if (open >= 0) out->d[open] = (int32_t)(n / known);
    if (th_shape_count(out) != n) return th_refuse(p, TH_ESHAPE, "the new shape has another number of elements");
    return TH_OK;
}

static th_err prepare(const th_prepare *p, th_step *step)
{
    TH_TRY(th_check_io(p, 1, 2));
    const th_tensor *x = th_prepare_in(p, 0), *y = th_prepare_out(p, 0);
    if (x->type != y->type) return th_refuse(p, TH_EUNSUP, "input and output have different types");
    if (th_shape_count(&x->shape) != th_shape_count(&y->shape))
        return th_refuse(p, TH_ESHAPE, "input and output have different numbers of elements");
    const int64_t n_bytes = (int64_t)th_shape_count(&x->shape) * (int64_t)th_type_bytes(x->type);
    if (n_bytes > INT32_MAX) return th_refuse(p, TH_ERANGE, "the tensor is larger than 2 GiB");
    th_reshape_par *par = TH_NEW(p->arena, th_reshape_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    par->n_bytes = (int32_t)n_bytes;
    TH_STEP_KERNEL(step, th_reshape, 1, "nn/reshape.h", th_reshape_par, fields);
    step->par = par;
    th_slide_elements(p, 0, step);
    return TH_OK;
}

const th_op_row th_row_reshape = {TH_OP_RESHAPE, "RESHAPE", prepare, infer};
