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
 *   nn/x.h          its parameter structs and kernels; includes only <stdint.h> and nn/window.h, for the device
 *   nn/x.c          the kernels: formula first, freestanding C99
 *   nn/x_prepare.c  the row: checks and everything that is computed before running
 *   nn/op.c         the line in the table
 *
 * State (variable tensors) is an input that the kernel may write: cast its address.  Memory for
 * intermediate results is scratch: prepare sets scratch_bytes, the planner finds a place.
 */
#ifndef TH_NN_OP_H
#define TH_NN_OP_H

#include "base/arena.h"
#include "base/err.h"
#include "nn/tensor.h"

/* Fused activation, numbered as in a .tflite file. */
typedef enum th_act { TH_ACT_NONE = 0, TH_ACT_RELU = 1, TH_ACT_RELU_N1_1 = 2, TH_ACT_RELU6 = 3 } th_act;
typedef enum th_padding { TH_PAD_SAME = 0, TH_PAD_VALID = 1 } th_padding;

/* What the file says of an operator beside its tensors. */
typedef union th_attr {
    struct { /* CONV_2D, DEPTHWISE_CONV_2D, pools */
        th_padding padding;
        th_act act;
        int32_t stride_h, stride_w, dilation_h, dilation_w;
        int32_t filter_h, filter_w; /* pools only */
        int32_t depth_multiplier;   /* depthwise only */
    } conv;
    struct { /* FULLY_CONNECTED */
        th_act act;
        int32_t keep_num_dims;
        int32_t shuffled_weights; /* weights format other than default: refused */
    } dense;
    struct { /* SOFTMAX */
        float beta;
    } softmax;
    struct { /* ADD */
        th_act act;
    } add;
} th_attr;

/* Operators, numbered as BuiltinOperator in a .tflite file: rows of the table in op.c. */
typedef enum th_op {
    TH_OP_ADD = 0,
    TH_OP_AVERAGE_POOL_2D = 1,
    TH_OP_CONV_2D = 3,
    TH_OP_DEPTHWISE_CONV_2D = 4,
    TH_OP_FULLY_CONNECTED = 9,
    TH_OP_MAX_POOL_2D = 17,
    TH_OP_RELU = 19,
    TH_OP_RELU6 = 21,
    TH_OP_RESHAPE = 22,
    TH_OP_SOFTMAX = 25
} th_op;

typedef struct th_node {
    th_op op;
    int32_t n_in, n_out;
    const int32_t *in, *out; /* tensor numbers; -1 is an optional input that is absent */
    th_attr attr;
} th_node;

/* Runs one step.
 *
 *   par      the operator's parameter struct
 *   in       [step.n_in]  addresses of the inputs, NULL for an absent optional one
 *   out      [step.n_out] addresses of the outputs; never overlap the inputs unless step.in_place allows it
 *   scratch  as many bytes as the step asked for, aligned to 16, or NULL for none */
typedef void th_kernel(const void *par, const void *const *in, void *const *out, void *scratch);

/* One member of a parameter struct, for printing it as C.  `name` may go through an inner struct
 * ("win.in_h"), so print designated initialisers: .win.in_h = 49.  The members of a list are all
 * there are: whoever sets them in any order has set the whole struct. */
typedef enum th_field_kind { TH_FIELD_I32, TH_FIELD_F32, TH_FIELD_I32_ARRAY, TH_FIELD_F32_ARRAY } th_field_kind;
typedef struct th_field {
    const char *name;
    th_field_kind kind;
    size_t offset;       /* in the struct */
    size_t count_offset; /* arrays: offset of the int32_t member that holds their length */
} th_field;

typedef struct th_step {
    th_kernel *kernel;
    const char *kernel_name; /* C name of `kernel` */
    const char *header;      /* file that declares kernel and parameter struct: "nn/conv_2d.h" */
    const char *par_type;    /* C name of the parameter struct, or NULL when it has none */
    const th_field *fields;  /* [n_fields], in the order of the struct */
    size_t n_fields;
    void *par;
    int32_t n_in, n_out;  /* addresses that the kernel looks at; n_in may exceed the node's: the rest is NULL */
    size_t scratch_bytes; /* the same on every machine: nothing in it depends on pointer size */
    uint32_t in_place;    /* bit i: output 0 may lie exactly on input i */
    int64_t macs;         /* multiply-accumulates of one run */
} th_step;

typedef struct th_prepare {
    const th_node *node;
    const th_tensor *tensors; /* all of the subgraph's */
    th_arena *arena;          /* for the parameter struct and its arrays */
    th_diag *diag;            /* pos is not used */
} th_prepare;

typedef struct th_op_row {
    th_op op;
    const char *name; /* "CONV_2D", as TFLite writes it */
    /* Checks everything and fills `step`.
     * Errors: TH_EUNSUP, TH_ESHAPE, TH_EFORMAT, TH_ENOMEM with a text in p->diag. */
    th_err (*prepare)(const th_prepare *p, th_step *step);
    /* Output shapes from input shapes and attributes, for graphs that are built here. */
    th_err (*infer)(const th_prepare *p, th_shape *out);
} th_op_row;

/* The row of an operator, or NULL when it is not supported. */
const th_op_row *th_op_find(int32_t code);

/* All rows, for listings; *n their number. */
const th_op_row *const *th_op_all(size_t *n);

#endif
