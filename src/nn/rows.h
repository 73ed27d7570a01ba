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
    X(dequantize) \
    X(embedding_lookup) \
    X(floor) \
    X(fully_connected) \
    X(l2_normalization) \
    X(l2_pool_2d) \
    X(logistic) \
    X(max_pool_2d) \
    X(mul) \
    X(relu) \
    X(relu6) \
    X(reshape) \
    X(resize_bilinear) \
    X(softmax) \
    X(space_to_depth) \
    X(svdf) \
    X(tanh) \
    X(pad) \
    X(gather) \
    X(batch_to_space_nd) \
    X(space_to_batch_nd) \
    X(transpose) \
    X(mean) \
    X(sub) \
    X(div) \
    X(squeeze) \
    X(unidirectional_sequence_lstm) \
    X(strided_slice) \
    X(exp) \
    X(split) \
    X(log_softmax) \
    X(cast) \
    X(prelu) \
    X(maximum) \
    X(arg_max) \
    X(minimum) \
    X(less) \
    X(neg) \
    X(padv2) \
    X(greater) \
    X(greater_equal) \
    X(less_equal) \
    X(slice) \
    X(sin) \
    X(transpose_conv) \
    X(expand_dims) \
    X(equal) \
    X(not_equal) \
    X(log) \
    X(sum) \
    X(sqrt) \
    X(rsqrt) \
    X(shape) \
    X(arg_min) \
    X(reduce_max) \
    X(pack) \
    X(logical_or) \
    X(logical_and) \
    X(logical_not) \
    X(unpack) \
    X(reduce_min) \
    X(floor_div) \
    X(reduce_any) \
    X(square) \
    X(zeros_like) \
    X(fill) \
    X(floor_mod) \
    X(resize_nearest_neighbor) \
    X(leaky_relu) \
    X(squared_difference) \
    X(mirror_pad) \
    X(abs) \
    X(split_v) \
    X(ceil) \
    X(reverse_v2) \
    X(add_n) \
    X(gather_nd) \
    X(cos) \
    X(elu) \
    X(quantize) \
    X(round) \
    X(hard_swish) \
    X(if) \
    X(while) \
    X(select_v2) \
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
