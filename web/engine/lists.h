/* engine/lists.h -- which rows of the library's tables the explorables need: given to the compiler before each file
 * (-include), so that the rest is not in what browsers fetch. */
#ifndef TH_ENGINE_LISTS_H
#define TH_ENGINE_LISTS_H

/* nn/rows.h */
#define TH_ROW_LIST(X)                                                                                                 \
    X(add)                                                                                                             \
    X(average_pool_2d)                                                                                                 \
    X(concatenation)                                                                                                   \
    X(conv_2d)                                                                                                         \
    X(depthwise_conv_2d)                                                                                               \
    X(fully_connected)                                                                                                 \
    X(max_pool_2d)                                                                                                     \
    X(reshape)                                                                                                         \
    X(softmax)                                                                                                         \
    X(quantize)                                                                                                        \
    X(nearest)

/* train/stages.c */
#define TH_STAGE_LIST(X)                                                                                               \
    X(conv)                                                                                                            \
    X(depthwise)                                                                                                       \
    X(dense)                                                                                                           \
    X(avgpool)                                                                                                         \
    X(maxpool)                                                                                                         \
    X(add)                                                                                                             \
    X(concat)                                                                                                          \
    X(same)                                                                                                            \
    X(reshape)

/* nn/fast.c: plans are made for the reference kernels; one row, since a table must have one, and no drivers of vectors.
 */
#define TH_FAST_LIST(X) X(add_dsp)
#define TH_FAST_NO_VECTORS

/* train/kernels.c: the reference, which gives the same bits everywhere. */
#define TH_KERNELS_LIST &th_kernels_plain

#endif
