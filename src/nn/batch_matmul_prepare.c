#include "nn/batch_matmul.h"
#include "nn/prepare.h"
#include "nn/rows.h"

#define MOST_RANK 5

static const th_field fields[] = {
    TH_FIELD_FIXED(th_batch_matmul_par, size.batch, 3),
    TH_FIELD_INT(th_batch_matmul_par, size.rows),
    TH_FIELD_INT(th_batch_matmul_par, size.cols),
    TH_FIELD_INT(th_batch_matmul_par, size.depth),
    TH_FIELD_FIXED(th_batch_matmul_par, size.l_step, 3),
    TH_FIELD_INT(th_batch_matmul_par, size.l_row),
    TH_FIELD_INT(th_batch_matmul_par, size.l_col),
    TH_FIELD_FIXED(th_batch_matmul_par, size.r_step, 3),
    TH_FIELD_INT(th_batch_matmul_par, size.r_row),
    TH_FIELD_INT(th_batch_matmul_par, size.r_col),
    TH_FIELD_INT(th_batch_matmul_par, l_zero),
    TH_FIELD_INT(th_batch_matmul_par, r_zero),
    TH_FIELD_INT(th_batch_matmul_par, out_zero),
    TH_FIELD_INT(th_batch_matmul_par, multiplier),
    TH_FIELD_INT(th_batch_matmul_par, shift),
};

/* Dimension i of `rank` ones, when shorter shapes are filled up with 1 in front. */
static int32_t side(const th_shape *s, int32_t rank, int32_t i)
{
    const int32_t k = i - (rank - s->rank);
    return k < 0 ? 1 : s->d[k];
}

/* Elements from one matrix to the next in each leading dimension; 0 where there is only one. */
static void steps(const th_shape *s, int32_t step[3])
{
    int32_t n = side(s, MOST_RANK, 3) * side(s, MOST_RANK, 4);
    for (int32_t i = 2; i >= 0; i--) {
        step[i] = side(s, MOST_RANK, i) == 1 ? 0 : n;
        n *= side(s, MOST_RANK, i);
    }
}

static th_err geometry(const th_prepare *p, th_matmul *m, th_shape *out)
{
    const th_shape *l = &th_prepare_in(p, 0)->shape, *r = &th_prepare_in(p, 1)->shape;
    const int32_t adj_x = p->node->attr.batch_matmul.adj_x != 0, adj_y = p->node->attr.batch_matmul.adj_y != 0;
    if (l->rank < 2 || l->rank > MOST_RANK || r->rank < 2 || r->rank > MOST_RANK)
        return th_refuse(p, TH_ESHAPE, "both inputs must have 2 to 5 dimensions");
    for (int32_t i = 0; i < 3; i++) {
        const int32_t a = side(l, MOST_RANK, i), b = side(r, MOST_RANK, i);
        if (a != b && a != 1 && b != 1) return th_refuse(p, TH_ESHAPE, "the inputs' leading dimensions do not match");
        m->batch[i] = a == 1 ? b : a;
    }
    const int32_t *ld = l->d + l->rank - 2, *rd = r->d + r->rank - 2;
    m->rows = ld[adj_x];
    m->depth = ld[!adj_x];
    m->cols = rd[!adj_y];
    if (m->depth != rd[adj_y]) return th_refuse(p, TH_ESHAPE, "the inner dimensions of the two matrices do not match");
    m->l_row = adj_x ? 1 : m->depth;
    m->l_col = adj_x ? m->rows : 1;
    m->r_row = adj_y ? 1 : m->cols;
    m->r_col = adj_y ? m->depth : 1;
    steps(l, m->l_step);
    steps(r, m->r_step);
    out->rank = l->rank > r->rank ? l->rank : r->rank;
    for (int32_t i = 0; i < out->rank - 2; i++) out->d[i] = m->batch[i + MOST_RANK - out->rank];
    out->d[out->rank - 2] = m->rows;
    out->d[out->rank - 1] = m->cols;
    return th_shape_count(out) > 0 ? TH_OK : th_refuse(p, TH_ESHAPE, "the output is too large");
}

static th_err infer(const th_prepare *p, th_shape *out)
{
    th_matmul m;
    TH_TRY(th_check_io(p, 2, 2));
    *out = (th_shape){0};
    return geometry(p, &m, out);
}

/* int8 and int16: one multiplier; the product of the scales is taken in float32. */
static th_err scales(const th_prepare *p, th_batch_matmul_par *par)
{
    const th_tensor *l = th_prepare_in(p, 0), *r = th_prepare_in(p, 1), *y = th_prepare_out(p, 0);
    const int32_t wide = l->type == TH_S16;
    TH_TRY(wide ? th_check_quant_s16(p, l) : th_check_quant_tensor(p, l));
    TH_TRY(wide ? th_check_quant_s16(p, r) : th_check_quant_tensor(p, r));
    TH_TRY(wide ? th_check_quant_s16(p, y) : th_check_quant_tensor(p, y));
    if (par->size.depth > INT32_C(32768))
        return th_refuse(p, TH_ERANGE, "the inner dimension is larger than 32768: sums could overflow");
    par->l_zero = l->quant.zero[0];
    par->r_zero = r->quant.zero[0];
    par->out_zero = y->quant.zero[0];
    TH_TRY(th_prepare_scale_f32(p, l->quant.scale[0], r->quant.scale[0], y->quant.scale[0], &par->multiplier,
                                &par->shift));
    return th_check_sums_s16(p, 1, wide, &par->shift, 1);
}

static th_err prepare(const th_prepare *p, th_step *step)
{
    th_batch_matmul_par *par = TH_NEW(p->arena, th_batch_matmul_par, 1);
    th_shape shape = {0};
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = (th_batch_matmul_par){.multiplier = 0};
    TH_TRY(th_check_io(p, 2, 2));
    TH_TRY(geometry(p, &par->size, &shape));
    const th_tensor *l = th_prepare_in(p, 0), *r = th_prepare_in(p, 1), *y = th_prepare_out(p, 0);
    if (th_shape_count(&shape) != th_shape_count(&y->shape) || y->shape.rank < 1 ||
        y->shape.d[y->shape.rank - 1] != par->size.cols)
        return th_refuse(p, TH_ESHAPE, "the output does not have the shape that follows from the inputs");
    if (l->type != r->type || l->type != y->type || (l->type != TH_S8 && l->type != TH_S16 && l->type != TH_F32))
        return th_refuse(p, TH_EUNSUP, "inputs and output must all be int8, all int16 or all float32");
    if (l->type != TH_F32) TH_TRY(scales(p, par));
    step->macs = (int64_t)th_shape_count(&shape) * par->size.depth;
    if (l->type == TH_S8)
        TH_STEP_KERNEL(step, th_batch_matmul_s8, 2, "nn/batch_matmul.h", th_batch_matmul_par, fields);
    else if (l->type == TH_S16)
        TH_STEP_KERNEL(step, th_batch_matmul_s16, 2, "nn/batch_matmul.h", th_batch_matmul_par, fields);
    else
        TH_STEP_KERNEL(step, th_batch_matmul_f32, 2, "nn/batch_matmul.h", th_batch_matmul_par, fields);
    step->par = par;
    return TH_OK;
}

const th_op_row th_row_batch_matmul = {TH_OP_BATCH_MATMUL, "BATCH_MATMUL", prepare, infer};
