/* nn/op.h -- operators: the one table, what a row knows, and a step that can be run.
 *
 * A graph node (operator + attributes + tensor numbers) becomes a step by its row's
 * `prepare`: it checks types, shapes and quantisation once and fills a parameter struct with
 * everything that can be computed before running.  After that a kernel only computes: no
 * checks, no allocation, no errors.  The generated C prints the same parameter structs as
 * const data (by their field lists) and calls the same kernels.
 *
 *   th_node + th_tensor[]  --prepare-->  th_step {kernel, params}  --run-->  outputs
 *
 * An operator X is three files and one line:
 *   nn/x.h          its parameter structs and kernels; includes only <stdint.h>, nn/window.h and nn/broadcast.h
 *   nn/x.c          the kernels: formula first, freestanding C99
 *   nn/x_prepare.c  the row: checks and everything that is computed before running
 *   nn/rows.h       the line in the table
 *
 * State (variable tensors) is an input that the kernel may write: cast its address.  State that no tensor stands for
 * is one more input behind the node's: prepare sets state_bytes and counts it in n_in, the planner
 * finds a place that nothing else uses.  Memory for intermediate results is scratch: prepare sets scratch_bytes.
 */
#ifndef TH_NN_OP_H
#define TH_NN_OP_H

#include "base/arena.h"
#include "base/err.h"
#include "nn/kernel.h"
#include "nn/tensor.h"

/* Fused activation, numbered as in a .tflite file.  Only the LSTMs know TANH. */
typedef enum th_act {
    TH_ACT_NONE = 0,
    TH_ACT_RELU = 1,
    TH_ACT_RELU_N1_1 = 2,
    TH_ACT_RELU6 = 3,
    TH_ACT_TANH = 4
} th_act;
typedef enum th_padding { TH_PAD_SAME = 0, TH_PAD_VALID = 1 } th_padding;

/* What the file says of an operator beside its tensors.  Operators that are not named here have nothing. */
typedef union th_attr {
    struct { /* CONV_2D, DEPTHWISE_CONV_2D, TRANSPOSE_CONV, pools */
        th_padding padding;
        th_act act;
        int32_t stride_h, stride_w, dilation_h, dilation_w;
        int32_t filter_h, filter_w; /* pools only */
        int32_t depth_multiplier;   /* depthwise only */
        int32_t bias_type; /* CONV_2D, TRANSPOSE_CONV of int16 without a bias: TensorType whose width the sums have */
        /* Not from a file: a step for some rows (model/bands.h), whose tensors have these only.  0: all rows; else rows
         * of the output, and rows of the window above the input's first one. */
        int32_t band_rows, band_pad;
    } conv;
    struct { /* FULLY_CONNECTED */
        th_act act;
        int32_t keep_num_dims;
        int32_t shuffled_weights; /* weights format other than default: refused */
        int32_t bias_type;        /* as in conv */
        int32_t asymmetric;       /* how float inputs are quantised for int8 weights, which is refused; so in others */
    } dense;
    struct {
        float beta;
    } softmax; /* SOFTMAX */
    struct {
        th_act act;
        int32_t power_of_two; /* ADD, SUB: TFLite may take another way for int16 whose scales are powers of two */
    } fused;                  /* ADD, SUB, MUL, DIV, L2_NORMALIZATION */
    struct {
        int32_t n, d[TH_MAX_RANK];
    } reshape; /* RESHAPE: as the file has it, which may hold a -1; n = 0: nothing. The output's own shape counts */
    struct {
        int32_t axis;
        th_act act;
    } concat; /* CONCATENATION */
    struct {
        int32_t axis, batch_dims;
    } gather; /* GATHER */
    struct {
        int32_t axis, count;
    } pack; /* PACK, UNPACK */
    struct {
        int32_t n;
    } split; /* SPLIT, SPLIT_V */
    struct {
        int32_t keep_dims;
    } reduce; /* MEAN, SUM, REDUCE_* */
    struct {
        int32_t align_corners, half_pixel;
    } resize; /* RESIZE_* */
    struct {
        int32_t begin_mask, end_mask, ellipsis_mask, new_axis_mask, shrink_axis_mask;
        int32_t offset; /* 1: the ends count from the begins */
    } strided_slice;    /* STRIDED_SLICE */
    struct {
        int32_t n, d[TH_MAX_RANK];
    } squeeze; /* SQUEEZE; n = 0: all of size 1 */
    struct {
        float alpha;
    } leaky; /* LEAKY_RELU */
    struct {
        int32_t size;
    } block; /* SPACE_TO_DEPTH, DEPTH_TO_SPACE */
    struct {
        int32_t adj_x, adj_y;
        int32_t asymmetric;
    } batch_matmul; /* BATCH_MATMUL */
    struct {
        int32_t rank;
        th_act act;
        int32_t asymmetric;
    } svdf;  /* SVDF */
    struct { /* LSTM, UNIDIRECTIONAL_SEQUENCE_LSTM */
        th_act act;
        float cell_clip, proj_clip; /* 0: none */
        int32_t time_major, diagonal;
        int32_t basic; /* LSTM: the kernel of 2015 with four inputs */
        int32_t asymmetric;
    } lstm;
    struct {
        int32_t exclusive, reverse;
    } cumsum; /* CUMSUM */
    struct {
        int32_t symmetric;
    } mirror_pad; /* MIRROR_PAD; 0: REFLECT */
    struct {
        int32_t in, out;
    } cast; /* CAST: numbers of tensor types; the tensors' own count */
    struct {
        int32_t type;
    } result; /* SHAPE, ARG_MAX, ARG_MIN: the same */
    struct {
        int32_t approximate;
    } gelu; /* GELU */
    struct {
        int32_t seq_dim, batch_dim;
    } reverse; /* REVERSE_SEQUENCE */
    struct {
        const char *container, *name;
    } variable; /* VAR_HANDLE; never NULL */
    struct {
        int32_t graph[2];
    } call; /* CALL_ONCE {init}, IF {then, else}, WHILE {condition, body} */
    struct {
        th_span options;
    } custom; /* numbers from 1000 on: a FlexBuffer, or {NULL, 0} */
} th_attr;

/* Operators, numbered as BuiltinOperator in a .tflite file; custom ones from 1000.  Their rows stand in op.c. */
#define TH_OP_LIST(X)                                                                                                  \
    X(ADD, 0)                                                                                                          \
    X(AVERAGE_POOL_2D, 1)                                                                                              \
    X(CONCATENATION, 2)                                                                                                \
    X(CONV_2D, 3)                                                                                                      \
    X(DEPTHWISE_CONV_2D, 4)                                                                                            \
    X(DEPTH_TO_SPACE, 5)                                                                                               \
    X(DEQUANTIZE, 6)                                                                                                   \
    X(EMBEDDING_LOOKUP, 7)                                                                                             \
    X(FLOOR, 8)                                                                                                        \
    X(FULLY_CONNECTED, 9)                                                                                              \
    X(L2_NORMALIZATION, 11)                                                                                            \
    X(L2_POOL_2D, 12)                                                                                                  \
    X(LOGISTIC, 14)                                                                                                    \
    X(LSTM, 16)                                                                                                        \
    X(MAX_POOL_2D, 17)                                                                                                 \
    X(MUL, 18)                                                                                                         \
    X(RELU, 19)                                                                                                        \
    X(RELU_N1_TO_1, 20)                                                                                                \
    X(RELU6, 21)                                                                                                       \
    X(RESHAPE, 22)                                                                                                     \
    X(RESIZE_BILINEAR, 23)                                                                                             \
    X(SOFTMAX, 25)                                                                                                     \
    X(SPACE_TO_DEPTH, 26)                                                                                              \
    X(SVDF, 27)                                                                                                        \
    X(TANH, 28)                                                                                                        \
    X(PAD, 34)                                                                                                         \
    X(GATHER, 36)                                                                                                      \
    X(BATCH_TO_SPACE_ND, 37)                                                                                           \
    X(SPACE_TO_BATCH_ND, 38)                                                                                           \
    X(TRANSPOSE, 39)                                                                                                   \
    X(MEAN, 40)                                                                                                        \
    X(SUB, 41)                                                                                                         \
    X(DIV, 42)                                                                                                         \
    X(SQUEEZE, 43)                                                                                                     \
    X(UNIDIRECTIONAL_SEQUENCE_LSTM, 44)                                                                                \
    X(STRIDED_SLICE, 45)                                                                                               \
    X(EXP, 47)                                                                                                         \
    X(TOPK_V2, 48)                                                                                                     \
    X(SPLIT, 49)                                                                                                       \
    X(LOG_SOFTMAX, 50)                                                                                                 \
    X(CAST, 53)                                                                                                        \
    X(PRELU, 54)                                                                                                       \
    X(MAXIMUM, 55)                                                                                                     \
    X(ARG_MAX, 56)                                                                                                     \
    X(MINIMUM, 57)                                                                                                     \
    X(LESS, 58)                                                                                                        \
    X(NEG, 59)                                                                                                         \
    X(PADV2, 60)                                                                                                       \
    X(GREATER, 61)                                                                                                     \
    X(GREATER_EQUAL, 62)                                                                                               \
    X(LESS_EQUAL, 63)                                                                                                  \
    X(SELECT, 64)                                                                                                      \
    X(SLICE, 65)                                                                                                       \
    X(SIN, 66)                                                                                                         \
    X(TRANSPOSE_CONV, 67)                                                                                              \
    X(EXPAND_DIMS, 70)                                                                                                 \
    X(EQUAL, 71)                                                                                                       \
    X(NOT_EQUAL, 72)                                                                                                   \
    X(LOG, 73)                                                                                                         \
    X(SUM, 74)                                                                                                         \
    X(SQRT, 75)                                                                                                        \
    X(RSQRT, 76)                                                                                                       \
    X(SHAPE, 77)                                                                                                       \
    X(ARG_MIN, 79)                                                                                                     \
    X(REDUCE_MAX, 82)                                                                                                  \
    X(PACK, 83)                                                                                                        \
    X(LOGICAL_OR, 84)                                                                                                  \
    X(LOGICAL_AND, 86)                                                                                                 \
    X(LOGICAL_NOT, 87)                                                                                                 \
    X(UNPACK, 88)                                                                                                      \
    X(REDUCE_MIN, 89)                                                                                                  \
    X(FLOOR_DIV, 90)                                                                                                   \
    X(REDUCE_ANY, 91)                                                                                                  \
    X(SQUARE, 92)                                                                                                      \
    X(ZEROS_LIKE, 93)                                                                                                  \
    X(FILL, 94)                                                                                                        \
    X(FLOOR_MOD, 95)                                                                                                   \
    X(RESIZE_NEAREST_NEIGHBOR, 97)                                                                                     \
    X(LEAKY_RELU, 98)                                                                                                  \
    X(SQUARED_DIFFERENCE, 99)                                                                                          \
    X(MIRROR_PAD, 100)                                                                                                 \
    X(ABS, 101)                                                                                                        \
    X(SPLIT_V, 102)                                                                                                    \
    X(CEIL, 104)                                                                                                       \
    X(REVERSE_V2, 105)                                                                                                 \
    X(ADD_N, 106)                                                                                                      \
    X(GATHER_ND, 107)                                                                                                  \
    X(COS, 108)                                                                                                        \
    X(WHERE, 109)                                                                                                      \
    X(ELU, 111)                                                                                                        \
    X(REVERSE_SEQUENCE, 112)                                                                                           \
    X(QUANTIZE, 114)                                                                                                   \
    X(ROUND, 116)                                                                                                      \
    X(HARD_SWISH, 117)                                                                                                 \
    X(IF, 118)                                                                                                         \
    X(WHILE, 119)                                                                                                      \
    X(SCATTER_ND, 122)                                                                                                 \
    X(SELECT_V2, 123)                                                                                                  \
    X(BATCH_MATMUL, 126)                                                                                               \
    X(CUMSUM, 128)                                                                                                     \
    X(CALL_ONCE, 129)                                                                                                  \
    X(BROADCAST_TO, 130)                                                                                               \
    X(REDUCE_ALL, 140)                                                                                                 \
    X(VAR_HANDLE, 142)                                                                                                 \
    X(READ_VARIABLE, 143)                                                                                              \
    X(ASSIGN_VARIABLE, 144)                                                                                            \
    X(BROADCAST_ARGS, 145)                                                                                             \
    X(GELU, 150)                                                                                                       \
    X(DYNAMIC_UPDATE_SLICE, 151)                                                                                       \
    X(RELU_0_TO_1, 152)                                                                                                \
    X(ATAN2, 156)                                                                                                      \
    X(SIGN, 158)                                                                                                       \
    X(SIGNAL_WINDOW, 1000)                                                                                             \
    X(SIGNAL_FFT_AUTO_SCALE, 1001)                                                                                     \
    X(SIGNAL_RFFT, 1002)                                                                                               \
    X(SIGNAL_IRFFT, 1003)                                                                                              \
    X(SIGNAL_ENERGY, 1004)                                                                                             \
    X(SIGNAL_FILTER_BANK, 1005)                                                                                        \
    X(SIGNAL_FILTER_BANK_SQUARE_ROOT, 1006)                                                                            \
    X(SIGNAL_FILTER_BANK_SPECTRAL_SUBTRACTION, 1007)                                                                   \
    X(SIGNAL_PCAN, 1008)                                                                                               \
    X(SIGNAL_FILTER_BANK_LOG, 1009)                                                                                    \
    X(SIGNAL_FRAMER, 1010)                                                                                             \
    X(SIGNAL_STACKER, 1011)                                                                                            \
    X(SIGNAL_OVERLAP_ADD, 1012)                                                                                        \
    X(SIGNAL_DELAY, 1013)                                                                                              \
    X(NEAREST, 1014)                                                                                                   \
    X(MIXTURE, 1015)                                                                                                   \
    X(TREES, 1016)

typedef enum th_op {
#define X(name, code) TH_OP_##name = code,
    TH_OP_LIST(X)
#undef X
        TH_OP_N_BUILTIN = 1000 /* less than this: a BuiltinOperator */
} th_op;

typedef struct th_node {
    th_op op;
    int32_t n_in, n_out;
    const int32_t *in, *out; /* tensor numbers; -1 is an optional input that is absent */
    th_attr attr;
    int32_t n_intermediate;
    const int32_t *intermediate; /* tensors that only tell scales (LSTM int8) */
    /* How the .tflite file has it, so that the same is written again; 0 for a node that was built here. */
    int32_t file_version; /* of the operator */
    int32_t file_options; /* 1 + the number of its options table; 1: it has none */
} th_node;

/* One member of a parameter struct, for printing it as C.  `name` may go through an inner struct
 * ("win.in_h"), so print designated initialisers: .win.in_h = 49.  The members of a list are all
 * there are: whoever sets them in any order has set the whole struct. */
typedef struct th_field {
    const char *name;
    th_field_kind kind;
    size_t offset; /* in the struct */
    size_t count;  /* _ARRAY: offset of the int32_t member that holds their length; _FIXED: the length */
} th_field;

/* Steps that are no kernel call: the runner and the generated C do them. */
typedef enum th_control {
    TH_CONTROL_KERNEL = 0,
    TH_CONTROL_NOTHING,   /* VAR_HANDLE: known when planning */
    TH_CONTROL_CALL_ONCE, /* the others run the graphs in node.attr.call */
    TH_CONTROL_IF,
    TH_CONTROL_WHILE
} th_control;

typedef struct th_step {
    th_control control; /* not TH_CONTROL_KERNEL: nothing below is set */
    th_kernel *kernel;
    th_part_kernel *part;    /* the same work in parts, or NULL */
    const char *kernel_name; /* C name of `kernel` */
    const char *header;      /* file that declares kernel and parameter struct: "nn/conv_2d.h" */
    const char *par_type;    /* C name of the parameter struct, or NULL when it has none */
    const th_field *fields;  /* [n_fields], in the order of the struct */
    size_t n_fields;
    void *par;
    int32_t n_in, n_out;  /* addresses that the kernel looks at; n_in may exceed the node's: the rest is NULL */
    uint32_t unread;      /* bit i: the kernel does not look at input i < n_in, which need not be in the flash */
    size_t scratch_bytes; /* the same on every machine: nothing in it depends on pointer size */
    size_t state_bytes;   /* kept from run to run, all zero at first: the last one of the n_in inputs; 0 for none */
    uint32_t in_place;    /* bit i: output 0 may lie exactly on input i */
    /* Bit i: output 0 may lie over input i, whole or in part, when it starts `lead` bytes or more below it: the kernel
     * goes forward, and never writes to what it has still to read.  A step with parts has none. */
    uint32_t slide;
    size_t lead;
    int64_t macs; /* multiply-accumulates of one run */
} th_step;

typedef struct th_prepare {
    const th_node *node;
    const th_tensor *tensors; /* all of the subgraph's */
    th_arena *arena;          /* for the parameter struct and its arrays */
    th_diag *diag;            /* pos is not used */
    /* Bytes that the step may ask for in scratch and lead beyond what it asks for with 0, when that makes it faster:
     * what is free at that step (model/plan_room.c). With 0 it takes as little as a fast kernel needs to be one. */
    size_t room;
} th_prepare;

typedef struct th_op_row {
    th_op op;
    const char *name; /* "CONV_2D", as TFLite writes it */
    /* Checks everything and fills `step`.
     * Errors: TH_EUNSUP, TH_ESHAPE, TH_EFORMAT, TH_ENOMEM with a text in p->diag. */
    th_err (*prepare)(const th_prepare *p, th_step *step);
    /* The shape rule: that of output 0 from input shapes and attributes. NULL: no rule, the shape is what other graphs
     * or variables make it (IF, WHILE, CALL_ONCE, VAR_HANDLE, READ_VARIABLE, ASSIGN_VARIABLE). */
    th_err (*infer)(const th_prepare *p, th_shape *out);
} th_op_row;

/* The row of an operator, or NULL when it is not supported. */
const th_op_row *th_op_find(int32_t code);

/* All rows, for listings; *n their number. */
const th_op_row *const *th_op_all(size_t *n);

/* Bytes of one element of an _ARRAY. */
size_t th_field_element_bytes(th_field_kind kind);

/* True of an array with numbers of the model itself: packed weights and biases, and the scales of the filters, which
 * a .tflite file has as floats.  They are known by their names: weights, bias, multiplier, shift, scales. */
bool th_field_is_model(const th_field *field);

#endif
