/* nn/rows.h -- the rows of the operator table; each is defined in its operator's _prepare.c. */
#ifndef TH_NN_ROWS_H
#define TH_NN_ROWS_H

#include "nn/op.h"

/* By number, one a line. */
#define TH_ROW_LIST(X) \
    X(add) \
    X(average_pool_2d) \
    X(concatenation) \
    X(conv_2d) \
    X(depthwise_conv_2d) \
    X(depth_to_space) \
    X(embedding_lookup) \
    X(fully_connected) \
    X(l2_pool_2d) \
    X(max_pool_2d) \
    X(relu) \
    X(relu6) \
    X(reshape) \
    X(resize_bilinear) \
    X(softmax) \
    X(space_to_depth) \
    X(svdf) \
    X(pad) \
    X(gather) \
    X(batch_to_space_nd) \
    X(space_to_batch_nd) \
    X(transpose) \
    X(mean) \
    X(squeeze) \
    X(unidirectional_sequence_lstm) \
    X(strided_slice) \
    X(split) \
    X(arg_max) \
    X(padv2) \
    X(slice) \
    X(transpose_conv) \
    X(expand_dims) \
    X(sum) \
    X(shape) \
    X(arg_min) \
    X(reduce_max) \
    X(pack) \
    X(unpack) \
    X(reduce_min) \
    X(reduce_any) \
    X(zeros_like) \
    X(fill) \
    X(resize_nearest_neighbor) \
    X(mirror_pad) \
    X(split_v) \
    X(reverse_v2) \
    X(gather_nd) \
    X(if) \
    X(while) \
    X(batch_matmul) \
    X(cumsum) \
    X(call_once) \
    X(broadcast_to) \
    X(reduce_all) \
    X(var_handle) \
    X(read_variable) \
    X(assign_variable) \
    X(broadcast_args) \
    X(dynamic_update_slice)

#define X(name) extern const th_op_row th_row_##name;
TH_ROW_LIST(X)
#undef X

#endif
