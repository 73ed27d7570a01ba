/* nn/rows.h -- the rows of the operator table; each is defined in its operator's _prepare.c. */
#ifndef TH_NN_ROWS_H
#define TH_NN_ROWS_H

#include "nn/op.h"

/* By number, one a line. */
#define TH_ROW_LIST(X) \
    X(add) \
    X(average_pool_2d) \
    X(conv_2d) \
    X(depthwise_conv_2d) \
    X(fully_connected) \
    X(l2_pool_2d) \
    X(max_pool_2d) \
    X(relu) \
    X(relu6) \
    X(reshape) \
    X(softmax) \
    X(svdf) \
    X(unidirectional_sequence_lstm) \
    X(transpose_conv) \
    X(batch_matmul)

#define X(name) extern const th_op_row th_row_##name;
TH_ROW_LIST(X)
#undef X

#endif
