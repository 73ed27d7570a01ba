#include "nn/boxes.h"
#include "nn/gather.h"
#include "nn/rows.h"

static const th_field gather_fields[] = {
    TH_FIELD_INT(th_gather_par, table_in), TH_FIELD_INT(th_gather_par, index_in),  TH_FIELD_INT(th_gather_par, wide),
    TH_FIELD_INT(th_gather_par, batches),  TH_FIELD_INT(th_gather_par, outer),     TH_FIELD_INT(th_gather_par, picks),
    TH_FIELD_INT(th_gather_par, rows),     TH_FIELD_INT(th_gather_par, row_bytes),
};
static const th_field nd_fields[] = {
    TH_FIELD_INT(th_gather_nd_par, wide),      TH_FIELD_INT(th_gather_nd_par, picks),
    TH_FIELD_INT(th_gather_nd_par, row_bytes), TH_FIELD_INT(th_gather_nd_par, m),
    TH_FIELD_INTS(th_gather_nd_par, size, m),  TH_FIELD_INTS(th_gather_nd_par, step_bytes, m),
};
static const th_field embedding_fields[] = {
    TH_FIELD_INT(th_embedding_s8_f32_par, wide),    TH_FIELD_INT(th_embedding_s8_f32_par, picks),
    TH_FIELD_INT(th_embedding_s8_f32_par, rows),    TH_FIELD_INT(th_embedding_s8_f32_par, columns),
    TH_FIELD_FLOAT(th_embedding_s8_f32_par, scale),
};

/* Product of the sizes of dimensions first .. end - 1. */
static int32_t count(const th_shape *s, int32_t first, int32_t end)
{
    int32_t n = 1;
    for (int32_t d = first; d < end; d++) n *= s->d[d];
    return n;
}

/* Integers; when they are constant, number i is inside of 0 .. limit[i % m] - 1. */
static th_err check_index(const th_prepare *p, const th_tensor *t, int32_t m, const int32_t *limit)
{
    if (t->type != TH_S32 && t->type != TH_S64) return th_refuse(p, TH_EUNSUP, "indices must be int32 or int64");
    const int32_t n = t->data && !t->is_variable ? th_shape_count(&t->shape) : 0;
    for (int32_t i = 0; i < n; i++) {
        const uint8_t *at = (const uint8_t *)t->data + (size_t)i * th_type_bytes(t->type);
        const int64_t v = t->type == TH_S64 ? (int64_t)th_le64(at) : (int32_t)th_le32(at);
        if (v < 0 || v >= limit[i % m]) return th_refuse(p, TH_ERANGE, "an index is outside of the table");
    }
    return TH_OK;
}

static th_err check_out(const th_prepare *p, const th_tensor *x, const th_shape *want)
{
    TH_TRY(th_check_moved(p, x, th_prepare_out(p, 0)));
    if (!th_shape_same(want, &th_prepare_out(p, 0)->shape))
        return th_refuse(p, TH_ESHAPE, "the output does not have the shape that follows from table and indices");
    return TH_OK;
}

static th_err push(const th_prepare *p, th_shape *s, const th_shape *from, int32_t first, int32_t end)
{
    for (int32_t d = first; d < end; d++) {
        if (s->rank >= TH_MAX_RANK) return th_refuse(p, TH_ESHAPE, "the output would have too many dimensions");
        s->d[s->rank++] = from->d[d];
    }
    return TH_OK;
}

/* --- GATHER --- */

static th_err find_gather(const th_prepare *p, th_gather_par *g, th_shape *out)
{
    TH_TRY(th_check_io(p, 2, 2));
    const th_tensor *x = th_prepare_in(p, 0), *index = th_prepare_in(p, 1);
    int32_t axis, batch = p->node->attr.gather.batch_dims;
    TH_TRY(th_check_axis(p, p->node->attr.gather.axis, x->shape.rank, &axis));
    if (batch < 0) batch += index->shape.rank;
    if (batch < 0 || batch > axis || batch > index->shape.rank)
        return th_refuse(p, TH_ESHAPE, "batch_dims does not fit table and indices");
    for (int32_t d = 0; d < batch; d++)
        if (x->shape.d[d] != index->shape.d[d])
            return th_refuse(p, TH_ESHAPE, "table and indices have different batches");
    *out = (th_shape){.rank = 0};
    TH_TRY(push(p, out, &x->shape, 0, axis));
    TH_TRY(push(p, out, &index->shape, batch, index->shape.rank));
    TH_TRY(push(p, out, &x->shape, axis + 1, x->shape.rank));
    const int32_t inner = count(&x->shape, axis + 1, x->shape.rank);
    *g = (th_gather_par){.index_in = 1,
                         .wide = index->type == TH_S64,
                         .batches = count(&x->shape, 0, batch),
                         .outer = count(&x->shape, batch, axis),
                         .picks = count(&index->shape, batch, index->shape.rank),
                         .rows = x->shape.d[axis],
                         .row_bytes = inner * (int32_t)th_type_bytes(x->type)};
    return TH_OK;
}

static th_err finish_gather(const th_prepare *p, const th_gather_par *g, th_step *step)
{
    TH_TRY(check_index(p, th_prepare_in(p, g->index_in), 1, &g->rows));
    th_gather_par *par = TH_NEW(p->arena, th_gather_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = *g;
    TH_STEP_KERNEL(step, th_gather, 2, "nn/gather.h", th_gather_par, gather_fields);
    step->par = par;
    return TH_OK;
}

static th_err prepare_gather(const th_prepare *p, th_step *step)
{
    th_gather_par g;
    th_shape s;
    TH_TRY(th_check_io(p, 2, 2));
    TH_TRY(th_check_movable(p, th_prepare_in(p, 0)));
    TH_TRY(find_gather(p, &g, &s));
    TH_TRY(check_out(p, th_prepare_in(p, 0), &s));
    return finish_gather(p, &g, step);
}

static th_err infer_gather(const th_prepare *p, th_shape *out)
{
    th_gather_par g;
    TH_TRY(th_check_io(p, 2, 2));
    TH_TRY(th_check_movable(p, th_prepare_in(p, 0)));
    return find_gather(p, &g, out);
}

/* --- GATHER_ND --- */

static th_err infer_gather_nd(const th_prepare *p, th_shape *out)
{
    TH_TRY(th_check_io(p, 2, 2));
    const th_shape *x = &th_prepare_in(p, 0)->shape, *index = &th_prepare_in(p, 1)->shape;
    if (x->rank < 1 || index->rank < 1) return th_refuse(p, TH_ESHAPE, "table and indices need at least one dimension");
    const int32_t m = index->d[index->rank - 1];
    if (m > x->rank) return th_refuse(p, TH_ESHAPE, "an index has more places than the table has dimensions");
    *out = (th_shape){.rank = 0};
    TH_TRY(push(p, out, index, 0, index->rank - 1));
    return push(p, out, x, m, x->rank);
}

static th_err prepare_gather_nd(const th_prepare *p, th_step *step)
{
    th_shape s;
    TH_TRY(infer_gather_nd(p, &s));
    const th_tensor *x = th_prepare_in(p, 0), *index = th_prepare_in(p, 1);
    TH_TRY(check_out(p, x, &s));
    const int32_t m = index->shape.d[index->shape.rank - 1], bytes = (int32_t)th_type_bytes(x->type);
    th_gather_nd_par *par = TH_NEW(p->arena, th_gather_nd_par, 1);
    int32_t *size = TH_NEW(p->arena, int32_t, TH_MAX_RANK), *steps = TH_NEW(p->arena, int32_t, TH_MAX_RANK);
    if (!par || !size || !steps) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    th_shape_steps(&x->shape, steps);
    for (int32_t d = 0; d < m; d++) {
        size[d] = x->shape.d[d];
        steps[d] *= bytes;
    }
    TH_TRY(check_index(p, index, m, size));
    *par = (th_gather_nd_par){.wide = index->type == TH_S64,
                              .picks = th_shape_count(&index->shape) / m,
                              .m = m,
                              .size = size,
                              .step_bytes = steps,
                              .row_bytes = count(&x->shape, m, x->shape.rank) * bytes};
    TH_STEP_KERNEL(step, th_gather_nd, 2, "nn/gather.h", th_gather_nd_par, nd_fields);
    step->par = par;
    return TH_OK;
}

/* --- EMBEDDING_LOOKUP --- */

static th_err infer_embedding(const th_prepare *p, th_shape *out)
{
    TH_TRY(th_check_io(p, 2, 2));
    const th_shape *index = &th_prepare_in(p, 0)->shape, *table = &th_prepare_in(p, 1)->shape;
    if (index->rank != 1 || table->rank < 2)
        return th_refuse(p, TH_ESHAPE, "indices need one dimension, the table two or more");
    *out = *table;
    out->d[0] = index->d[0];
    return TH_OK;
}

static th_err prepare_dequantizing(const th_prepare *p, const th_gather_par *g, th_step *step)
{
    const th_tensor *table = th_prepare_in(p, 1);
    TH_TRY(th_check_quant_tensor(p, table));
    if (table->quant.zero[0] != 0) return th_refuse(p, TH_EUNSUP, "the int8 table has a zero point other than 0");
    TH_TRY(check_index(p, th_prepare_in(p, 0), 1, &g->rows));
    th_embedding_s8_f32_par *par = TH_NEW(p->arena, th_embedding_s8_f32_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = (th_embedding_s8_f32_par){
        .wide = g->wide, .picks = g->picks, .rows = g->rows, .columns = g->row_bytes, .scale = table->quant.scale[0]};
    TH_STEP_KERNEL(step, th_embedding_s8_f32, 2, "nn/gather.h", th_embedding_s8_f32_par, embedding_fields);
    step->par = par;
    return TH_OK;
}

static th_err prepare_embedding(const th_prepare *p, th_step *step)
{
    th_shape s;
    TH_TRY(infer_embedding(p, &s));
    const th_tensor *index = th_prepare_in(p, 0), *table = th_prepare_in(p, 1), *y = th_prepare_out(p, 0);
    const bool dequantizing = table->type == TH_S8 && y->type == TH_F32;
    TH_TRY(th_check_movable(p, table));
    TH_TRY(check_out(p, dequantizing ? y : table, &s));
    const th_gather_par g = {.table_in = 1,
                             .index_in = 0,
                             .wide = index->type == TH_S64,
                             .batches = 1,
                             .outer = 1,
                             .picks = index->shape.d[0],
                             .rows = table->shape.d[0],
                             .row_bytes = (int32_t)(th_tensor_bytes(table) / (size_t)table->shape.d[0])};
    return dequantizing ? prepare_dequantizing(p, &g, step) : finish_gather(p, &g, step);
}

const th_op_row th_row_gather = {TH_OP_GATHER, "GATHER", prepare_gather, infer_gather};
const th_op_row th_row_gather_nd = {TH_OP_GATHER_ND, "GATHER_ND", prepare_gather_nd, infer_gather_nd};
const th_op_row th_row_embedding_lookup = {TH_OP_EMBEDDING_LOOKUP, "EMBEDDING_LOOKUP", prepare_embedding,
                                           infer_embedding};
