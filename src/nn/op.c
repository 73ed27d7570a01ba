#include "nn/op.h"

#include "nn/rows.h"

/* By number, as th_op lists them. */
static const th_op_row *const rows[] = {
    &th_row_add,
    &th_row_average_pool_2d,
    &th_row_conv_2d,
    &th_row_depthwise_conv_2d,
    &th_row_fully_connected,
    &th_row_max_pool_2d,
    &th_row_relu,
    &th_row_relu6,
    &th_row_reshape,
    &th_row_softmax,
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
