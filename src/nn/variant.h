/* nn/variant.h -- operators that come in families: which kernel for which operator and type. */
#ifndef TH_NN_VARIANT_H
#define TH_NN_VARIANT_H

#include "nn/prepare.h"

typedef struct th_variant {
    th_op op;
    th_type type; /* of the first input */
    int32_t kind; /* what the family likes: how the parameters are filled */
    th_kernel *kernel;
    const char *name;
} th_variant;

/* A row of a table: TH_VARIANT(TH_OP_ADD, TH_S8, SUM, th_add_s8). */
#define TH_VARIANT(op, type, kind, kernel)                                                                             \
    {                                                                                                                  \
        op, type, kind, kernel, #kernel                                                                                \
    }

/* The row for the node's operator and the type of its first input, or NULL. */
static inline const th_variant *th_variant_find(const th_prepare *p, const th_variant *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (list[i].op == p->node->op && list[i].type == th_prepare_in(p, 0)->type) return &list[i];
    return NULL;
}

/* Fills what every step has, as TH_STEP_KERNEL does, for a row of a table. */
#define TH_STEP_VARIANT(step, v, inputs, file, par_c_type, list)                                                       \
    ((step)->kernel = (v)->kernel, (step)->kernel_name = (v)->name, (step)->header = (file),                           \
     (step)->par_type = #par_c_type, (step)->fields = (list), (step)->n_fields = sizeof(list) / sizeof *(list),        \
     (step)->n_in = (inputs), (step)->n_out = 1)

#endif
