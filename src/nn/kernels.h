/* nn/kernels.h -- the kernels' numbers: what a package (nn/package.h) names a kernel by.
 *
 * A number is given once and for ever: packages that were written years ago still mean the same kernel by it.  A new
 * kernel takes the next free number of its list, in rising order; one that goes away leaves its number unused.  A
 * kernel whose parameters or packed weights change their meaning takes a new number.
 *
 * One list per processor family (nn/fast.h), with room between them:
 *   plain      1 ..  999    on every machine
 *   arm-dsp 1000 .. 1999    compiles as plain C elsewhere
 *   sse2    2000 .. 2099, avx2 2100 .. 2199, vnni 2200 .. 2299    x86-64 only
 *   neon    3000 .. 3099, arm-dot 3100 .. 3199    64-bit Arm only
 *   simd128 4000 .. 4099, arm-mve 5000 .. 5099, scalar 6000 .. 6099    compile as plain C elsewhere
 *   raw     7000 .. 7099    of nn/raw, on every machine
 * Given up: 24, 25, 31, 32, 50, 51 (plain int8 layers that still had a parameter more). */
#ifndef TH_NN_KERNELS_H
#define TH_NN_KERNELS_H

#include "nn/package.h"

#define TH_KERNELS_PLAIN_LIST(X)                                                                                       \
    X(1, th_abs_f32)                                                                                                   \
    X(2, th_abs_s16)                                                                                                   \
    X(3, th_add_f32)                                                                                                   \
    X(4, th_add_n_f32)                                                                                                 \
    X(5, th_add_n_s8)                                                                                                  \
    X(6, th_add_s16)                                                                                                   \
    X(7, th_add_s32)                                                                                                   \
    X(8, th_add_s8)                                                                                                    \
    X(9, th_arg_most_f32)                                                                                              \
    X(10, th_arg_most_s16)                                                                                             \
    X(11, th_arg_most_s8)                                                                                              \
    X(12, th_arg_most_u8)                                                                                              \
    X(13, th_average_pool_2d_f32)                                                                                      \
    X(14, th_average_pool_2d_s16)                                                                                      \
    X(15, th_average_pool_2d_s8)                                                                                       \
    X(16, th_batch_matmul_f32)                                                                                         \
    X(17, th_batch_matmul_s16)                                                                                         \
    X(18, th_batch_matmul_s8)                                                                                          \
    X(19, th_broadcast_args)                                                                                           \
    X(20, th_cast)                                                                                                     \
    X(21, th_ceil_f32)                                                                                                 \
    X(22, th_conv_2d_f32)                                                                                              \
    X(23, th_conv_2d_s16)                                                                                              \
    X(26, th_cos_f32)                                                                                                  \
    X(27, th_cumsum_f32)                                                                                               \
    X(28, th_cumsum_s8)                                                                                                \
    X(29, th_depthwise_conv_2d_f32)                                                                                    \
    X(30, th_depthwise_conv_2d_s16)                                                                                    \
    X(33, th_dequantize_s16)                                                                                           \
    X(34, th_dequantize_s8)                                                                                            \
    X(35, th_dequantize_u8)                                                                                            \
    X(36, th_div_f32)                                                                                                  \
    X(37, th_div_s32)                                                                                                  \
    X(38, th_div_s8)                                                                                                   \
    X(39, th_elu_f32)                                                                                                  \
    X(40, th_embedding_s8_f32)                                                                                         \
    X(41, th_equal_f32)                                                                                                \
    X(42, th_equal_s32)                                                                                                \
    X(43, th_equal_s8)                                                                                                 \
    X(44, th_exp_f32)                                                                                                  \
    X(45, th_floor_div_f32)                                                                                            \
    X(46, th_floor_f32)                                                                                                \
    X(47, th_floor_mod_f32)                                                                                            \
    X(48, th_fully_connected_f32)                                                                                      \
    X(49, th_fully_connected_s16)                                                                                      \
    X(52, th_gather)                                                                                                   \
    X(53, th_gather_nd)                                                                                                \
    X(54, th_greater_equal_f32)                                                                                        \
    X(55, th_greater_equal_s32)                                                                                        \
    X(56, th_greater_equal_s8)                                                                                         \
    X(57, th_greater_f32)                                                                                              \
    X(58, th_greater_s32)                                                                                              \
    X(59, th_greater_s8)                                                                                               \
    X(60, th_hard_swish_f32)                                                                                           \
    X(61, th_irfft_f32)                                                                                                \
    X(62, th_irfft_s16)                                                                                                \
    X(63, th_irfft_s32)                                                                                                \
    X(64, th_l2_normalization_f32)                                                                                     \
    X(65, th_l2_normalization_s8)                                                                                      \
    X(66, th_l2_pool_2d_f32)                                                                                           \
    X(67, th_leaky_relu_f32)                                                                                           \
    X(68, th_leaky_relu_s16)                                                                                           \
    X(69, th_less_equal_f32)                                                                                           \
    X(70, th_less_equal_s32)                                                                                           \
    X(71, th_less_equal_s8)                                                                                            \
    X(72, th_less_f32)                                                                                                 \
    X(73, th_less_s32)                                                                                                 \
    X(74, th_less_s8)                                                                                                  \
    X(75, th_log_f32)                                                                                                  \
    X(76, th_log_softmax_f32)                                                                                          \
    X(77, th_log_softmax_s8)                                                                                           \
    X(78, th_logical_and)                                                                                              \
    X(79, th_logical_not)                                                                                              \
    X(80, th_logical_or)                                                                                               \
    X(81, th_logistic_f32)                                                                                             \
    X(82, th_logistic_s16)                                                                                             \
    X(83, th_lookup_8)                                                                                                 \
    X(84, th_lstm_f32)                                                                                                 \
    X(85, th_lstm_s16)                                                                                                 \
    X(86, th_lstm_s8)                                                                                                  \
    X(87, th_max_pool_2d_f32)                                                                                          \
    X(88, th_max_pool_2d_s16)                                                                                          \
    X(89, th_max_pool_2d_s8)                                                                                           \
    X(90, th_maximum_f32)                                                                                              \
    X(91, th_maximum_s16)                                                                                              \
    X(92, th_maximum_s32)                                                                                              \
    X(93, th_maximum_s64)                                                                                              \
    X(94, th_maximum_s8)                                                                                               \
    X(95, th_minimum_f32)                                                                                              \
    X(96, th_minimum_s16)                                                                                              \
    X(97, th_minimum_s32)                                                                                              \
    X(98, th_minimum_s64)                                                                                              \
    X(99, th_minimum_s8)                                                                                               \
    X(100, th_move)                                                                                                    \
    X(101, th_mul_f32)                                                                                                 \
    X(102, th_mul_s16)                                                                                                 \
    X(103, th_mul_s32)                                                                                                 \
    X(104, th_mul_s8)                                                                                                  \
    X(105, th_neg_f32)                                                                                                 \
    X(106, th_not_equal_f32)                                                                                           \
    X(107, th_not_equal_s32)                                                                                           \
    X(108, th_not_equal_s8)                                                                                            \
    X(109, th_prelu_f32)                                                                                               \
    X(110, th_prelu_s16)                                                                                               \
    X(111, th_prelu_s8)                                                                                                \
    X(112, th_quantize_s16)                                                                                            \
    X(113, th_quantize_s8)                                                                                             \
    X(114, th_quantize_u8)                                                                                             \
    X(115, th_reduce_most_f32)                                                                                         \
    X(116, th_reduce_most_s16)                                                                                         \
    X(117, th_reduce_most_s32)                                                                                         \
    X(118, th_reduce_most_s8)                                                                                          \
    X(119, th_reduce_most_u8)                                                                                          \
    X(120, th_reduce_sum_f32)                                                                                          \
    X(121, th_reduce_sum_s16)                                                                                          \
    X(122, th_reduce_sum_s8)                                                                                           \
    X(123, th_relu_f32)                                                                                                \
    X(124, th_relu_s16)                                                                                                \
    X(125, th_relu_s8)                                                                                                 \
    X(126, th_requantize_s16_s16)                                                                                      \
    X(127, th_requantize_s16_s32)                                                                                      \
    X(128, th_requantize_s16_s8)                                                                                       \
    X(129, th_requantize_s32_s16)                                                                                      \
    X(130, th_requantize_s32_s8)                                                                                       \
    X(131, th_requantize_s8_s16)                                                                                       \
    X(132, th_requantize_s8_s32)                                                                                       \
    X(133, th_reshape)                                                                                                 \
    X(134, th_resize_bilinear_f32)                                                                                     \
    X(135, th_resize_bilinear_s8)                                                                                      \
    X(136, th_resize_nearest)                                                                                          \
    X(137, th_rfft_f32)                                                                                                \
    X(138, th_rfft_s16)                                                                                                \
    X(139, th_rfft_s32)                                                                                                \
    X(140, th_round_f32)                                                                                               \
    X(141, th_rsqrt_f32)                                                                                               \
    X(142, th_select_16)                                                                                               \
    X(143, th_select_32)                                                                                               \
    X(144, th_select_64)                                                                                               \
    X(145, th_select_8)                                                                                                \
    X(146, th_shape_of)                                                                                                \
    X(147, th_signal_auto_scale)                                                                                       \
    X(148, th_signal_delay)                                                                                            \
    X(149, th_signal_energy)                                                                                           \
    X(150, th_signal_filter_bank)                                                                                      \
    X(151, th_signal_framer)                                                                                           \
    X(152, th_signal_log)                                                                                              \
    X(153, th_signal_overlap_f32)                                                                                      \
    X(154, th_signal_overlap_s16)                                                                                      \
    X(155, th_signal_pcan)                                                                                             \
    X(156, th_signal_square_root)                                                                                      \
    X(157, th_signal_stacker)                                                                                          \
    X(158, th_signal_subtraction)                                                                                      \
    X(159, th_signal_window)                                                                                           \
    X(160, th_sin_f32)                                                                                                 \
    X(161, th_softmax_f32)                                                                                             \
    X(162, th_softmax_s16)                                                                                             \
    X(163, th_softmax_s8)                                                                                              \
    X(164, th_softmax_s8_s16)                                                                                          \
    X(165, th_sqrt_f32)                                                                                                \
    X(166, th_square_f32)                                                                                              \
    X(167, th_squared_difference_f32)                                                                                  \
    X(168, th_squared_difference_s16)                                                                                  \
    X(169, th_squared_difference_s32)                                                                                  \
    X(170, th_squared_difference_s8)                                                                                   \
    X(171, th_sub_f32)                                                                                                 \
    X(172, th_sub_s16)                                                                                                 \
    X(173, th_sub_s32)                                                                                                 \
    X(174, th_sub_s8)                                                                                                  \
    X(175, th_svdf_f32)                                                                                                \
    X(176, th_svdf_s8)                                                                                                 \
    X(177, th_svdf_s8_s16)                                                                                             \
    X(178, th_tanh_f32)                                                                                                \
    X(179, th_tanh_s16)                                                                                                \
    X(180, th_transpose_conv_f32)                                                                                      \
    X(181, th_transpose_conv_s16)                                                                                      \
    X(182, th_transpose_conv_s8)                                                                                       \
    X(183, th_update_slice)                                                                                            \
    X(184, th_variable_assign)                                                                                         \
    X(185, th_variable_read)                                                                                           \
    X(186, th_slice_at)                                                                                                \
    X(187, th_conv_2d_s8)                                                                                              \
    X(188, th_conv_2d_s8w4)                                                                                            \
    X(189, th_depthwise_conv_2d_s8)                                                                                    \
    X(190, th_depthwise_conv_2d_s8w4)                                                                                  \
    X(191, th_fully_connected_s8)                                                                                      \
    X(192, th_fully_connected_s8w4)                                                                                    \
    X(193, th_mixture_f32)                                                                                             \
    X(194, th_mixture_s8)                                                                                              \
    X(195, th_nearest_distance_f32)                                                                                    \
    X(196, th_nearest_distance_s8)                                                                                     \
    X(197, th_nearest_vote_f32)                                                                                        \
    X(198, th_nearest_vote_s8)                                                                                         \
    X(199, th_trees_f32)                                                                                               \
    X(200, th_trees_s16)                                                                                               \
    X(201, th_trees_s8)

#define TH_KERNELS_ARM_DSP_LIST(X)                                                                                     \
    X(1000, th_conv_2d_dsp)                                                                                            \
    X(1001, th_depthwise_dsp)                                                                                          \
    X(1002, th_dense_dsp)                                                                                              \
    X(1003, th_add_dsp)                                                                                                \
    X(1004, th_depthwise_3x3_dsp)                                                                                      \
    X(1005, th_lstm_s8_dsp)                                                                                            \
    X(1006, th_lstm_s16_dsp)                                                                                           \
    X(1007, th_svdf_s8_dsp)                                                                                            \
    X(1008, th_svdf_s8_s16_dsp)                                                                                        \
    X(1009, th_average_pool_dsp)                                                                                       \
    X(1010, th_max_pool_dsp)                                                                                           \
    X(1011, th_conv_2d_s16_dsp)                                                                                        \
    X(1012, th_depthwise_s16_dsp)                                                                                      \
    X(1013, th_conv_2d_w4_dsp)                                                                                         \
    X(1014, th_dense_w4_dsp)                                                                                           \
    X(1015, th_depthwise_w4_dsp)                                                                                       \
    X(1016, th_depthwise_3x3_w4_dsp)                                                                                   \
    X(1017, th_lstm_s8_any_dsp)

/* Families that share the drivers of nn/vec have the same numbers from their first one on. */
#define TH_KERNELS_VEC_LIST(X, first, family)                                                                          \
    X((first) + 0, th_matrix_s8_##family)                                                                              \
    X((first) + 1, th_matrix_s16_##family)                                                                             \
    X((first) + 2, th_matrix_f32_##family)                                                                             \
    X((first) + 3, th_depthwise_s8_##family)                                                                           \
    X((first) + 4, th_depthwise_f32_##family)                                                                          \
    X((first) + 5, th_vec_add_s8_##family)                                                                             \
    X((first) + 6, th_vec_add_f32_##family)                                                                            \
    X((first) + 7, th_vec_lstm_f32_##family)                                                                           \
    X((first) + 8, th_vec_lstm_s8_##family)

#if defined(__x86_64__)
#define TH_KERNELS_X86_LIST(X)                                                                                         \
    TH_KERNELS_VEC_LIST(X, 2000, sse2)                                                                                 \
    TH_KERNELS_VEC_LIST(X, 2100, avx2)                                                                                 \
    TH_KERNELS_VEC_LIST(X, 2200, vnni)
#else
#define TH_KERNELS_X86_LIST(X)
#endif

#if defined(__aarch64__)
#define TH_KERNELS_ARM64_LIST(X)                                                                                       \
    TH_KERNELS_VEC_LIST(X, 3000, neon)                                                                                 \
    TH_KERNELS_VEC_LIST(X, 3100, dot)
#else
#define TH_KERNELS_ARM64_LIST(X)
#endif

/* 4000 .. 4007 had tiles of 5 pixels, and so less scratch. */
#define TH_KERNELS_WASM_LIST(X) TH_KERNELS_VEC_LIST(X, 4010, simd128)

#define TH_KERNELS_ARM_MVE_LIST(X)                                                                                     \
    X(5000, th_conv_2d_mve)                                                                                            \
    X(5001, th_dense_mve)                                                                                              \
    X(5002, th_depthwise_mve)                                                                                          \
    X(5003, th_add_mve)                                                                                                \
    X(5004, th_average_pool_mve)                                                                                       \
    X(5005, th_depthwise_w4_mve)

#define TH_KERNELS_SCALAR_LIST(X)                                                                                      \
    X(6000, th_conv_2d_scalar)                                                                                         \
    X(6001, th_conv_2d_w4_scalar)                                                                                      \
    X(6002, th_dense_scalar)

#define TH_KERNELS_RAW_LIST(X)                                                                                         \
    X(7000, th_conv_2d_raw)                                                                                            \
    X(7001, th_depthwise_raw)                                                                                          \
    X(7002, th_dense_raw)

/* All that this program has, in rising order of their numbers. */
extern const th_kernel_set th_kernels_here;

/* The number of a kernel by its C name, 0 when the lists do not have it. */
uint16_t th_kernel_number(const char *name);

#endif
