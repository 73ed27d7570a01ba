/* nn/tensor.h -- what a tensor is: type, shape, quantisation, and constant bytes if any. */
#ifndef TH_NN_TENSOR_H
#define TH_NN_TENSOR_H

#include "base/err.h"
#include "base/span.h"

#include <stdint.h>

/* One list: enum, number in a .tflite file (TensorType), bytes of one element, name.
 * int4 is packed: two elements in a byte, the first one in the lower four bits, an odd last one alone.
 * A resource is the number of a variable; what it holds lies elsewhere. */
#define TH_TYPE_LIST(X)                                                                                                \
    X(TH_F32, 0, 4, "float32")                                                                                         \
    X(TH_F16, 1, 2, "float16")                                                                                         \
    X(TH_S32, 2, 4, "int32")                                                                                           \
    X(TH_U8, 3, 1, "uint8")                                                                                            \
    X(TH_S64, 4, 8, "int64")                                                                                           \
    X(TH_BOOL, 6, 1, "bool")                                                                                           \
    X(TH_S16, 7, 2, "int16")                                                                                           \
    X(TH_S8, 9, 1, "int8")                                                                                             \
    X(TH_U64, 12, 8, "uint64")                                                                                         \
    X(TH_RESOURCE, 13, 4, "resource")                                                                                  \
    X(TH_U32, 15, 4, "uint32")                                                                                         \
    X(TH_U16, 16, 2, "uint16")                                                                                         \
    X(TH_S4, 17, 1, "int4")

typedef enum th_type {
#define X(name, code, bytes, text) name = code,
    TH_TYPE_LIST(X)
#undef X
} th_type;

const char *th_type_name(th_type type); /* "float32"; "?" for a number that is no type */
size_t th_type_bytes(th_type type);     /* of one element (of a byte with two, int4); 0 for a number that is no type */

#define TH_MAX_RANK 8

typedef struct th_shape {
    int32_t rank;           /* 0 to TH_MAX_RANK; 0 is a scalar */
    int32_t d[TH_MAX_RANK]; /* outermost first; each >= 0 */
} th_shape;

/* Number of elements; -1 when it does not fit int32. */
int32_t th_shape_count(const th_shape *s);

/* real = scale[c] * (q - zero[c]).  n = 0: not quantised; n = 1: one scale for the tensor;
 * else one per index of dimension `axis`. */
typedef struct th_quant {
    const float *scale;  /* [n] */
    const int32_t *zero; /* [n] */
    int32_t n, axis;
} th_quant;

typedef struct th_tensor {
    const char *name; /* never NULL */
    th_type type;
    th_shape shape;
    th_quant quant;
    const void *data;    /* constant bytes, little-endian, or NULL: made by an operator or fed */
    int32_t is_variable; /* state that survives from one invoke to the next */
} th_tensor;

/* The byte that a variable tensor without contents of its own is filled with at the start: an int8's zero point, which
 * means the number 0; in all other types 0.  Source: micro_interpreter_graph.cc ResetTensorData. */
uint8_t th_tensor_start(const th_tensor *t);

/* Bytes of the whole tensor; 0 when its count or type is not valid. */
size_t th_tensor_bytes(const th_tensor *t);

#endif
