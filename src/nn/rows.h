/* nn/rows.h -- the rows of the operator table; each is defined in its operator's _prepare.c. */
#ifndef TH_NN_ROWS_H
#define TH_NN_ROWS_H

#include "nn/op.h"

extern const th_op_row th_row_add, th_row_average_pool_2d, th_row_conv_2d, th_row_depthwise_conv_2d,
    th_row_fully_connected, th_row_max_pool_2d, th_row_relu, th_row_relu6, th_row_reshape, th_row_softmax;

#endif
