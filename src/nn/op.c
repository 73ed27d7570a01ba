#include "nn/op.h"

#include "nn/rows.h"

static const th_op_row *const rows[] = {
#define X(name) &th_row_##name,
    TH_ROW_LIST(X)
#undef X
};

const th_op_row *th_op_find(int32_t code)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if ((int32_t)rows[i]->op == code) return rows[i];
    return NULL;
}

const th_op_row *const *th_op_all(size_t *n)
{
    *n = sizeof rows / sizeof *rows;
    return rows;
}
