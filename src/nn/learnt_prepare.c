#include "nn/learnt_prepare.h"

#include <float.h>

const th_tensor *th_learnt_table(const th_prepare *p, int32_t i, th_type type, int32_t rank)
{
    const th_tensor *t = th_prepare_in(p, i);
    const char *problem = !t || !t->data || t->is_variable                          ? "a table is no constant"
                          : t->type != type                                         ? "a table has another type"
                          : t->shape.rank != rank || th_shape_count(&t->shape) <= 0 ? "a table has another shape"
                                                                                    : NULL;
    if (!problem) return t;
    p->diag->msg = problem;
    return NULL;
}

bool th_learnt_weights(const float *v, int32_t n)
{
    for (int32_t i = 0; i < n; i++)
        if (!(v[i] >= 0.0f && v[i] <= FLT_MAX)) return false;
    return true;
}

th_err th_learnt_rows(const th_prepare *p, int32_t depth, int32_t classes, int32_t *rows)
{
    const th_tensor *x = th_prepare_in(p, 0), *y = th_prepare_out(p, 0);
    const int32_t n = th_shape_count(&x->shape);
    if (x->type != y->type) return th_refuse(p, TH_EUNSUP, "input and output have different types");
    if (n < depth || n % depth != 0)
        return th_refuse(p, TH_ESHAPE, "the input is no whole number of rows as wide as the table");
    *rows = n / depth;
    if ((int64_t)*rows * classes != th_shape_count(&y->shape))
        return th_refuse(p, TH_ESHAPE, "the output has another number of values than rows times classes");
    return TH_OK;
}

void th_learnt_shape(const th_prepare *p, int32_t depth, int32_t classes, th_shape *out)
{
    *out = (th_shape){.rank = 2, .d = {th_shape_count(&th_prepare_in(p, 0)->shape) / depth, classes}};
}

bool th_learnt_multipliers(const float *v, int32_t n, double factor, int32_t *m, int32_t *shift)
{
    double most = 0, unit = 1;
    for (int32_t i = 0; i < n; i++)
        if ((double)v[i] * factor > most) most = (double)v[i] * factor;
    if (!(most >= 0 && most < 2147483647.0)) return false;
    for (*shift = 0; *shift < 62 && most * unit * 2 < 2147483647.0; ++*shift) unit *= 2;
    for (int32_t i = 0; i < n; i++) m[i] = (int32_t)((double)v[i] * factor * unit + 0.5);
    return true;
}
