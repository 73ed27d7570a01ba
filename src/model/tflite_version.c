/* The versions as one table: an operator has the highest version of the lines that hold for it, else version 1.
 * Facts from TensorFlow, tensorflow/compiler/mlir/lite/tools/versioning/op_version.cc; where that file's order of
 * questions gives a lower version than one of its lines asks for, the line counts. */
#include "model/tflite_version.h"

#include <stddef.h>
#include <string.h>

typedef enum test {
    IN0, /* the type of that input is one of `value` */
    IN1,
    IN2,
    OUT0,        /* the same of output 0 */
    ALWAYS,      /* there was no version 1 */
    RANK_ABOVE,  /* input 0 has more than `value` dimensions */
    RANK_IS_NOT, /* input 0 has not `value` dimensions */
    BROADCAST_5, /* two shapes that differ, one of more than 4 dimensions */
    CHANNELS_0,  /* input 0 has scales per channel, and so on */
    CHANNELS_1,
    CHANNELS_OUT,
    PLAIN_16,          /* int16 without scales */
    N_INPUTS,          /* exactly `value` inputs */
    HYBRID,            /* float32 with int8 weights */
    HYBRID_CHANNELS,   /* the same with scales per channel */
    HYBRID_2,          /* float32 with input 2 in int8 */
    HYBRID_ASYMMETRIC, /* HYBRID with the option at byte `value` of th_attr */
    INT16_INT4,        /* int16 with int4 weights */
    GROUPS,            /* a filter of fewer channels than the input */
    GAIN,              /* product of the inputs' scales over the output's is 1 or more */
    OPTION_16,         /* an input of int16, and OPTION */
    OPTION,            /* the option at byte `value` of th_attr is not 0 */
    OPTION_ABOVE_1
} test;

typedef struct rule {
    int16_t op;
    uint8_t version;
    uint8_t test;
    uint32_t value;
} rule;

#define BIT(type) (UINT32_C(1) << (type))
#define F32       BIT(TH_F32)
#define F16       BIT(TH_F16)
#define S32       BIT(TH_S32)
#define U8        BIT(TH_U8)
#define S64       BIT(TH_S64)
#define BOOL      BIT(TH_BOOL)
#define S16       BIT(TH_S16)
#define S8        BIT(TH_S8)
#define U32       BIT(TH_U32)
#define U16       BIT(TH_U16)
#define S4        BIT(TH_S4)

#define AT(member) (uint32_t) offsetof(th_attr, member)

#define S8_IS_2(op)                                                                                                    \
    {                                                                                                                  \
        TH_OP_##op, 2, IN0, S8                                                                                         \
    }
#define S8_IS_2_S16_IS_3(op)                                                                                           \
    S8_IS_2(op),                                                                                                       \
    {                                                                                                                  \
        TH_OP_##op, 3, IN0, S16                                                                                        \
    }

static const rule rules[] = {
    S8_IS_2(ADD),
    {TH_OP_ADD, 3, IN0, S16},
    {TH_OP_ADD, 4, IN0, S64},
    {TH_OP_ADD, 5, PLAIN_16, 0},
    S8_IS_2_S16_IS_3(AVERAGE_POOL_2D),
    S8_IS_2_S16_IS_3(CONCATENATION),
    {TH_OP_CONCATENATION, 4, IN0, U32},
    {TH_OP_CONCATENATION, 5, IN0, S4},
    {TH_OP_CONV_2D, 2, HYBRID, 0},
    {TH_OP_CONV_2D, 3, IN0, S8},
    {TH_OP_CONV_2D, 4, IN0, S16},
    {TH_OP_CONV_2D, 5, HYBRID_CHANNELS, 0},
    {TH_OP_CONV_2D, 6, GROUPS, 0},
    {TH_OP_CONV_2D, 7, IN1, S4},
    {TH_OP_CONV_2D, 8, OPTION_16, AT(conv.bias_type)},
    {TH_OP_DEPTHWISE_CONV_2D, 2, OPTION_ABOVE_1, AT(conv.dilation_h)},
    {TH_OP_DEPTHWISE_CONV_2D, 2, OPTION_ABOVE_1, AT(conv.dilation_w)},
    {TH_OP_DEPTHWISE_CONV_2D, 3, IN0, S8},
    {TH_OP_DEPTHWISE_CONV_2D, 4, HYBRID, 0},
    {TH_OP_DEPTHWISE_CONV_2D, 5, IN0, S16},
    {TH_OP_DEPTHWISE_CONV_2D, 6, HYBRID_CHANNELS, 0},
    {TH_OP_DEPTHWISE_CONV_2D, 7, IN1, S4},
    S8_IS_2(DEPTH_TO_SPACE),
    S8_IS_2_S16_IS_3(DEQUANTIZE),
    {TH_OP_DEQUANTIZE, 3, IN0, F16},
    {TH_OP_DEQUANTIZE, 5, CHANNELS_0, 0},
    {TH_OP_DEQUANTIZE, 6, IN0, S4},
    {TH_OP_EMBEDDING_LOOKUP, 4, IN1, S4},
    {TH_OP_EMBEDDING_LOOKUP, 4, CHANNELS_1, 0},
    {TH_OP_FULLY_CONNECTED, 3, HYBRID, 0},
    {TH_OP_FULLY_CONNECTED, 4, IN0, S8},
    {TH_OP_FULLY_CONNECTED, 5, OPTION, AT(dense.keep_num_dims)},
    {TH_OP_FULLY_CONNECTED, 6, N_INPUTS, 2},
    {TH_OP_FULLY_CONNECTED, 7, IN0, S16},
    {TH_OP_FULLY_CONNECTED, 9, HYBRID_ASYMMETRIC, AT(dense.asymmetric)},
    {TH_OP_FULLY_CONNECTED, 10, IN1, S4},
    {TH_OP_FULLY_CONNECTED, 11, OPTION_16, AT(dense.bias_type)},
    {TH_OP_FULLY_CONNECTED, 12, HYBRID_CHANNELS, 0},
    {TH_OP_FULLY_CONNECTED, 13, INT16_INT4, 0},
    S8_IS_2(L2_NORMALIZATION),
    S8_IS_2_S16_IS_3(LOGISTIC),
    {TH_OP_LSTM, 2, OPTION, AT(lstm.basic)},
    {TH_OP_LSTM, 3, HYBRID_2, 0},
    {TH_OP_LSTM, 5, IN0, S16},
    S8_IS_2_S16_IS_3(MAX_POOL_2D),
    S8_IS_2(MUL),
    {TH_OP_MUL, 3, GAIN, 0},
    {TH_OP_MUL, 4, IN0, S16},
    {TH_OP_MUL, 5, IN0, S64},
    {TH_OP_MUL, 7, IN0, U32},
    {TH_OP_MUL, 7, PLAIN_16, 0},
    S8_IS_2_S16_IS_3(RELU),
    {TH_OP_RELU, 2, IN0, U8},
    S8_IS_2_S16_IS_3(RELU6),
    S8_IS_2(RESIZE_BILINEAR),
    {TH_OP_RESIZE_BILINEAR, 3, OPTION, AT(resize.half_pixel)},
    {TH_OP_RESIZE_BILINEAR, 4, IN0, S16},
    S8_IS_2_S16_IS_3(SOFTMAX),
    S8_IS_2(SPACE_TO_DEPTH),
    {TH_OP_SVDF, 2, HYBRID, 0},
    {TH_OP_SVDF, 3, IN0, S8},
    {TH_OP_SVDF, 4, HYBRID_ASYMMETRIC, AT(svdf.asymmetric)},
    S8_IS_2_S16_IS_3(TANH),
    S8_IS_2_S16_IS_3(PAD),
    {TH_OP_PAD, 4, RANK_ABOVE, 4},
    {TH_OP_PAD, 5, IN0, BOOL},
    S8_IS_2(GATHER),
    {TH_OP_GATHER, 3, IN0, BOOL},
    {TH_OP_GATHER, 4, IN0, S16},
    {TH_OP_GATHER, 5, OPTION, AT(gather.batch_dims)},
    {TH_OP_GATHER, 6, IN1, S16},
    {TH_OP_GATHER, 7, IN0, S4},
    S8_IS_2(BATCH_TO_SPACE_ND),
    {TH_OP_BATCH_TO_SPACE_ND, 3, RANK_IS_NOT, 4},
    {TH_OP_BATCH_TO_SPACE_ND, 4, IN0, S16},
    S8_IS_2(SPACE_TO_BATCH_ND),
    {TH_OP_SPACE_TO_BATCH_ND, 3, RANK_IS_NOT, 4},
    {TH_OP_SPACE_TO_BATCH_ND, 4, IN0, S16},
    S8_IS_2(TRANSPOSE),
    {TH_OP_TRANSPOSE, 3, IN0, BOOL},
    {TH_OP_TRANSPOSE, 4, RANK_ABOVE, 4},
    {TH_OP_TRANSPOSE, 5, IN0, S16},
    {TH_OP_TRANSPOSE, 6, RANK_ABOVE, 5},
    {TH_OP_TRANSPOSE, 7, IN0, S4},
    {TH_OP_TRANSPOSE, 8, RANK_ABOVE, 6},
    S8_IS_2_S16_IS_3(MEAN),
    S8_IS_2(SUB),
    {TH_OP_SUB, 3, BROADCAST_5, 0},
    {TH_OP_SUB, 4, IN0, S64},
    {TH_OP_SUB, 5, IN0, S16},
    {TH_OP_DIV, 2, BROADCAST_5, 0},
    {TH_OP_UNIDIRECTIONAL_SEQUENCE_LSTM, 2, HYBRID_2, 0},
    {TH_OP_UNIDIRECTIONAL_SEQUENCE_LSTM, 4, OPTION, AT(lstm.diagonal)},
    {TH_OP_UNIDIRECTIONAL_SEQUENCE_LSTM, 5, IN0, S16},
    S8_IS_2(STRIDED_SLICE),
    {TH_OP_STRIDED_SLICE, 3, IN0, BOOL},
    {TH_OP_STRIDED_SLICE, 4, RANK_ABOVE, 4},
    {TH_OP_STRIDED_SLICE, 6, OPTION, AT(strided_slice.ellipsis_mask)},
    {TH_OP_STRIDED_SLICE, 6, OPTION, AT(strided_slice.new_axis_mask)},
    {TH_OP_STRIDED_SLICE, 7, IN0, U32},
    {TH_OP_STRIDED_SLICE, 8, OPTION, AT(strided_slice.offset)},
    {TH_OP_EXP, 2, IN0, S8 | S16},
    S8_IS_2_S16_IS_3(TOPK_V2),
    {TH_OP_TOPK_V2, 3, IN1, S16},
    {TH_OP_SPLIT, 2, IN1, S8},
    {TH_OP_SPLIT, 3, IN1, S32},
    {TH_OP_SPLIT, 4, IN1, S16},
    S8_IS_2(LOG_SOFTMAX),
    {TH_OP_CAST, 2, IN0, U32},
    {TH_OP_CAST, 2, OUT0, U32},
    {TH_OP_CAST, 3, IN0, S8},
    {TH_OP_CAST, 3, OUT0, S8},
    {TH_OP_CAST, 4, IN0, U16},
    {TH_OP_CAST, 4, OUT0, U16},
    {TH_OP_CAST, 5, IN0, F16},
    {TH_OP_CAST, 5, OUT0, F16},
    {TH_OP_CAST, 6, IN0, S4},
    S8_IS_2(MAXIMUM),
    {TH_OP_MAXIMUM, 3, BROADCAST_5, 0},
    {TH_OP_MAXIMUM, 4, IN0, S16},
    S8_IS_2(ARG_MAX),
    {TH_OP_ARG_MAX, 3, IN0, BOOL},
    S8_IS_2(MINIMUM),
    {TH_OP_MINIMUM, 3, BROADCAST_5, 0},
    {TH_OP_MINIMUM, 4, IN0, S16},
    S8_IS_2_S16_IS_3(LESS),
    S8_IS_2_S16_IS_3(PADV2),
    {TH_OP_PADV2, 4, RANK_ABOVE, 4},
    {TH_OP_PADV2, 5, IN0, BOOL},
    S8_IS_2(GREATER),
    S8_IS_2_S16_IS_3(GREATER_EQUAL),
    S8_IS_2(LESS_EQUAL),
    S8_IS_2(SELECT),
    {TH_OP_SELECT, 3, RANK_ABOVE, 4},
    {TH_OP_SELECT, 4, IN0, U32},
    S8_IS_2(SLICE),
    {TH_OP_SLICE, 4, IN0, S16},
    {TH_OP_SLICE, 5, RANK_ABOVE, 4},
    {TH_OP_SLICE, 6, IN0, U32},
    {TH_OP_SLICE, 7, IN0, S4},
    {TH_OP_TRANSPOSE_CONV, 2, IN1, S8},
    {TH_OP_TRANSPOSE_CONV, 3, N_INPUTS, 4},
    {TH_OP_TRANSPOSE_CONV, 4, OPTION, AT(conv.act)},
    {TH_OP_TRANSPOSE_CONV, 5, OPTION_16, AT(conv.bias_type)},
    S8_IS_2(EQUAL),
    {TH_OP_EQUAL, 5, IN0, S16},
    S8_IS_2(NOT_EQUAL),
    {TH_OP_NOT_EQUAL, 4, IN0, S16},
    {TH_OP_LOG, 2, IN0, S8 | S16},
    S8_IS_2(SUM),
    {TH_OP_SQRT, 2, IN0, S8 | S16},
    S8_IS_2_S16_IS_3(RSQRT),
    S8_IS_2(ARG_MIN),
    {TH_OP_ARG_MIN, 3, IN0, BOOL},
    S8_IS_2_S16_IS_3(REDUCE_MAX),
    S8_IS_2_S16_IS_3(PACK),
    {TH_OP_PACK, 4, IN0, U32},
    {TH_OP_UNPACK, 2, IN0, S8 | U8},
    {TH_OP_UNPACK, 3, IN0, BOOL},
    {TH_OP_UNPACK, 4, IN0, S16},
    {TH_OP_UNPACK, 5, IN0, F16},
    S8_IS_2_S16_IS_3(REDUCE_MIN),
    {TH_OP_FLOOR_DIV, 2, IN0, F32},
    {TH_OP_FLOOR_DIV, 3, IN0, S8 | S16},
    {TH_OP_FILL, 2, IN1, BOOL},
    {TH_OP_FILL, 3, IN1, S8 | S16},
    {TH_OP_FILL, 4, IN1, F16},
    {TH_OP_FLOOR_MOD, 2, IN0, S8 | S16},
    S8_IS_2(RESIZE_NEAREST_NEIGHBOR),
    {TH_OP_RESIZE_NEAREST_NEIGHBOR, 3, OPTION, AT(resize.half_pixel)},
    {TH_OP_RESIZE_NEAREST_NEIGHBOR, 3, OPTION, AT(resize.align_corners)},
    {TH_OP_RESIZE_NEAREST_NEIGHBOR, 4, IN0, S16},
    {TH_OP_LEAKY_RELU, 2, IN0, S16},
    S8_IS_2(SQUARED_DIFFERENCE),
    S8_IS_2_S16_IS_3(MIRROR_PAD),
    {TH_OP_ABS, 2, IN0, S8 | U8},
    {TH_OP_ABS, 3, IN0, S16},
    {TH_OP_ABS, 4, PLAIN_16, 0},
    {TH_OP_ABS, 5, IN0, S32},
    S8_IS_2(SPLIT_V),
    {TH_OP_REVERSE_V2, 2, IN0, BOOL},
    {TH_OP_REVERSE_V2, 3, IN0, S8},
    {TH_OP_GATHER_ND, 3, IN0, S16},
    {TH_OP_GATHER_ND, 4, IN1, S16},
    {TH_OP_GATHER_ND, 5, IN0, BOOL},
    {TH_OP_WHERE, 2, IN0, ~BOOL},
    {TH_OP_QUANTIZE, 2, OUT0, S16},
    {TH_OP_QUANTIZE, 3, CHANNELS_OUT, 0},
    {TH_OP_QUANTIZE, 4, OUT0, S4},
    {TH_OP_SELECT_V2, 2, IN0, U32},
    S8_IS_2_S16_IS_3(BATCH_MATMUL),
    {TH_OP_BATCH_MATMUL, 4, HYBRID_ASYMMETRIC, AT(batch_matmul.asymmetric)},
    {TH_OP_BROADCAST_TO, 2, ALWAYS, 0},
    {TH_OP_BROADCAST_TO, 3, IN0, S8 | S16},
    {TH_OP_GELU, 2, IN0, S8 | U8},
    {TH_OP_DYNAMIC_UPDATE_SLICE, 2, IN2, S64},
    {TH_OP_DYNAMIC_UPDATE_SLICE, 4, IN0, S16},
    {TH_OP_DYNAMIC_UPDATE_SLICE, 5, IN0, S4},
    {TH_OP_SIGN, 2, IN0, S32},
};

static const th_tensor *tensor_at(const th_graph *g, const int32_t *list, int32_t n, int32_t i)
{
    return i < n && list[i] >= 0 ? &g->tensors[list[i]] : NULL;
}

static bool has_type(const th_tensor *t, uint32_t types)
{
    return t && (unsigned)t->type < 32 && (types >> t->type & 1u);
}

static bool same_shape(const th_shape *a, const th_shape *b)
{
    bool same = a->rank == b->rank;
    for (int32_t i = 0; same && i < a->rank; i++) same = a->d[i] == b->d[i];
    return same;
}

static float scale_of(const th_tensor *t)
{
    return t && t->quant.n ? t->quant.scale[0] : 0.0f;
}

static bool number_above(const th_node *n, uint32_t at, int32_t limit)
{
    int32_t v;
    memcpy(&v, (const char *)&n->attr + at, sizeof v);
    return v > limit;
}

static bool is_hybrid(const th_tensor *x, const th_tensor *w)
{
    return has_type(x, F32) && has_type(w, S8);
}

static bool holds(const rule *r, const th_graph *g, const th_node *n)
{
    const th_tensor *x = tensor_at(g, n->in, n->n_in, 0), *w = tensor_at(g, n->in, n->n_in, 1),
                    *z = tensor_at(g, n->in, n->n_in, 2), *y = tensor_at(g, n->out, n->n_out, 0);
    switch ((test)r->test) {
    case IN0: return has_type(x, r->value);
    case IN1: return has_type(w, r->value);
    case IN2: return has_type(z, r->value);
    case OUT0: return has_type(y, r->value);
    case ALWAYS: return true;
    case RANK_ABOVE: return x && (uint32_t)x->shape.rank > r->value;
    case RANK_IS_NOT: return x && (uint32_t)x->shape.rank != r->value;
    case BROADCAST_5: return x && w && !same_shape(&x->shape, &w->shape) && (x->shape.rank > 4 || w->shape.rank > 4);
    case CHANNELS_0: return x && x->quant.n > 1;
    case CHANNELS_1: return w && w->quant.n > 1;
    case CHANNELS_OUT: return y && y->quant.n > 1;
    case PLAIN_16: return has_type(x, S16) && x->quant.n == 0;
    case N_INPUTS: return (uint32_t)n->n_in == r->value;
    case HYBRID: return is_hybrid(x, w);
    case HYBRID_CHANNELS: return is_hybrid(x, w) && w->quant.n > 1;
    case HYBRID_2: return is_hybrid(x, z);
    case HYBRID_ASYMMETRIC: return is_hybrid(x, w) && number_above(n, r->value, 0);
    case INT16_INT4: return has_type(x, S16) && has_type(w, S4);
    case GROUPS: return x && w && x->shape.rank == 4 && w->shape.rank == 4 && x->shape.d[3] != w->shape.d[3];
    case GAIN: return scale_of(y) > 0.0f && scale_of(x) * scale_of(w) >= scale_of(y);
    case OPTION_16: return (has_type(x, S16) || has_type(z, S16)) && number_above(n, r->value, 0);
    case OPTION: return number_above(n, r->value, 0);
    case OPTION_ABOVE_1: return number_above(n, r->value, 1);
    }
    return false;
}

int32_t th_tfl_version(const th_graph *g, const th_node *n)
{
    int32_t version = 1;
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (rules[i].op == (int16_t)n->op && rules[i].version > version && holds(&rules[i], g, n))
            version = rules[i].version;
    return version;
}
