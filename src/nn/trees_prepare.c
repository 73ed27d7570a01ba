#include "nn/learnt_prepare.h"
#include "nn/rows.h"
#include "nn/signal_options.h"
#include "nn/trees.h"

static const th_field fields[] = {
    TH_FIELD_INT(th_trees_par, rows),    TH_FIELD_INT(th_trees_par, depth), TH_FIELD_INT(th_trees_par, trees),
    TH_FIELD_INT(th_trees_par, classes), TH_FIELD_INT(th_trees_par, wide),  TH_FIELD_INT(th_trees_par, multiplier),
    TH_FIELD_INT(th_trees_par, shift),   TH_FIELD_INT(th_trees_par, zero),  TH_FIELD_INT(th_trees_par, lo),
    TH_FIELD_INT(th_trees_par, hi),
};
static const th_signal_option options[] = {TH_SIGNAL_OPTION("classes", th_trees_par, classes, 1, TH_TREES_CLASSES)};

typedef struct tables {
    const th_tensor *feature, *threshold, *next, *root, *value;
} tables;

/* Values of a row: all but the first dimension. */
static int32_t depth_of(const th_tensor *x)
{
    int32_t n = 1;
    for (int32_t k = x->shape.rank > 1 ? 1 : 0; k < x->shape.rank; k++) n *= x->shape.d[k];
    return n;
}

/* Each step of the nodes from .. to - 1 goes forward to another of them, each leaf is a row of the values. */
static const char *tree_problem(const tables *t, int32_t depth, int32_t from, int32_t to)
{
    const int16_t *feature = (const int16_t *)t->feature->data;
    const uint16_t *next = (const uint16_t *)t->next->data;
    for (int32_t i = from; i < to; i++) {
        if (feature[i] < -1 || feature[i] >= depth) return "a node asks for a value that the input has not";
        if (feature[i] < 0 && next[i] >= t->value->shape.d[0]) return "a leaf names a row that the values have not";
        if (feature[i] >= 0 && (next[i] < 1 || next[i] >= to - i || i + 1 >= to)) return "a node leads out of its tree";
    }
    return NULL;
}

static th_err check_nodes(const th_prepare *p, const tables *t, int32_t depth)
{
    const int32_t *root = (const int32_t *)t->root->data, n = t->feature->shape.d[0], trees = t->root->shape.d[0];
    for (int32_t k = 0; k < trees; k++) {
        const int32_t to = k + 1 < trees ? root[k + 1] : n;
        if ((k == 0 && root[0] != 0) || to <= root[k] || to > n)
            return th_refuse(p, TH_EFORMAT, "the trees do not stand one behind the other");
        const char *problem = tree_problem(t, depth, root[k], to);
        if (problem) return th_refuse(p, TH_EFORMAT, problem);
    }
    return TH_OK;
}

static th_err check(const th_prepare *p, tables *t, th_trees_par *par)
{
    const th_tensor *x = th_prepare_in(p, 0);
    if (!(t->feature = th_learnt_table(p, 1, TH_S16, 1)) || !(t->threshold = th_learnt_table(p, 2, x->type, 1)) ||
        !(t->next = th_learnt_table(p, 3, TH_U16, 1)) || !(t->root = th_learnt_table(p, 4, TH_S32, 1)) ||
        !(t->value = th_learnt_table(p, 5, x->type == TH_F32 ? TH_F32 : TH_S16, 2)))
        return TH_EFORMAT;
    TH_TRY(TH_SIGNAL_OPTIONS(p, options, par));
    par->depth = depth_of(x);
    if (par->depth < 1) return th_refuse(p, TH_ESHAPE, "the input is empty");
    par->trees = t->root->shape.d[0];
    par->wide = t->value->shape.d[1];
    if (t->threshold->shape.d[0] != t->feature->shape.d[0] || t->next->shape.d[0] != t->feature->shape.d[0])
        return th_refuse(p, TH_ESHAPE, "the tables of the nodes have different lengths");
    if (par->wide != 1 && par->wide != par->classes)
        return th_refuse(p, TH_ESHAPE, "a leaf has neither one value nor one for each class");
    if (par->trees > TH_TREES_MOST) return th_refuse(p, TH_ERANGE, "more than 65535 trees: the sum could overflow");
    return check_nodes(p, t, par->depth);
}

static th_err scale_output(const th_prepare *p, const tables *t, th_trees_par *par)
{
    const th_tensor *x = th_prepare_in(p, 0), *y = th_prepare_out(p, 0);
    TH_TRY(th_check_quant_tensor(p, x));
    TH_TRY(th_check_quant_tensor(p, t->threshold));
    TH_TRY(th_check_quant_tensor(p, y));
    TH_TRY(th_check_quant_s16(p, t->value));
    TH_TRY(th_check_same_quant(p, x, t->threshold));
    if (!th_quantize_multiplier((double)t->value->quant.scale[0] / (double)y->quant.scale[0], &par->multiplier,
                                &par->shift) ||
        par->shift < -31 || par->shift > 15)
        return th_refuse(p, TH_ERANGE, "the output scale is too far from that of the leaves");
    par->zero = y->quant.zero[0];
    return th_act_range(p, TH_ACT_NONE, y, &par->lo, &par->hi);
}

static th_err prepare(const th_prepare *p, th_step *step)
{
    tables t;
    TH_TRY(th_check_io(p, 6, 6));
    const th_type type = th_prepare_in(p, 0)->type;
    if (type != TH_F32 && type != TH_S8 && type != TH_S16)
        return th_refuse(p, TH_EUNSUP, "the input is neither float32 nor int8 nor int16");
    th_trees_par *par = TH_NEW(p->arena, th_trees_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    TH_TRY(check(p, &t, par));
    TH_TRY(th_learnt_rows(p, par->depth, par->classes, &par->rows));
    if (type == TH_F32)
        TH_STEP_KERNEL(step, th_trees_f32, 6, "nn/trees.h", th_trees_par, fields);
    else {
        TH_TRY(scale_output(p, &t, par));
        step->scratch_bytes = (size_t)par->classes * 4;
        if (type == TH_S8)
            TH_STEP_KERNEL(step, th_trees_s8, 6, "nn/trees.h", th_trees_par, fields);
        else
            TH_STEP_KERNEL(step, th_trees_s16, 6, "nn/trees.h", th_trees_par, fields);
    }
    step->par = par;
    return TH_OK;
}

static th_err infer(const th_prepare *p, th_shape *out)
{
    tables t;
    th_trees_par par;
    TH_TRY(th_check_io(p, 6, 6));
    TH_TRY(check(p, &t, &par));
    th_learnt_shape(p, par.depth, par.classes, out);
    return TH_OK;
}

const th_op_row th_row_trees = {TH_OP_TREES, "ThimbleTrees", prepare, infer};
