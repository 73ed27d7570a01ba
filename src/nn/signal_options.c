#include "nn/signal_options.h"

#include "fmt/flexbuf.h"

#include <string.h>

th_err th_signal_options(const th_prepare *p, const th_signal_option *list, size_t n, void *into)
{
    th_flex_map map;
    th_diag diag = {0, "its options cannot be read"};
    if (th_flex_map_open(p->node->attr.custom.options, &map, &diag)) return th_refuse(p, TH_EFORMAT, diag.msg);
    for (size_t i = 0; i < n; i++) {
        int32_t v = 0;
        if (th_flex_map_i32(&map, list[i].key, &v, &diag) || v < list[i].lo || v > list[i].hi)
            return th_refuse(p, TH_EFORMAT, list[i].problem);
        memcpy((char *)into + list[i].offset, &v, sizeof v);
    }
    return TH_OK;
}

th_err th_signal_vector(const th_prepare *p, const th_tensor *t, th_type type, int32_t n)
{
    if (t->type != type) return th_refuse(p, TH_EUNSUP, "a tensor has another type than this operator is for");
    if (t->shape.rank != 1) return th_refuse(p, TH_ESHAPE, "a tensor that must be a vector is none");
    if (n >= 0 && t->shape.d[0] != n)
        return th_refuse(p, TH_ESHAPE, "a vector has another length than the options and the other tensors ask for");
    return TH_OK;
}

th_err th_signal_scalar(const th_prepare *p, const th_tensor *t, th_type type)
{
    if (t->type != type) return th_refuse(p, TH_EUNSUP, "a tensor has another type than this operator is for");
    if (t->shape.rank > 1 || th_shape_count(&t->shape) != 1)
        return th_refuse(p, TH_ESHAPE, "a tensor that must be one number is none");
    return TH_OK;
}

th_err th_signal_rows(const th_prepare *p, const th_tensor *t, th_type type, int32_t *rows, int32_t *inner)
{
    if (t->type != type) return th_refuse(p, TH_EUNSUP, "a tensor has another type than this operator is for");
    if (t->shape.rank < 1) return th_refuse(p, TH_ESHAPE, "a tensor needs at least one dimension");
    *inner = t->shape.d[t->shape.rank - 1];
    *rows = th_shape_count(&t->shape) / *inner;
    return TH_OK;
}
