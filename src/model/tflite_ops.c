/* Field ids and their defaults: facts from the TFLite schema, tensorflow/compiler/mlir/lite/schema/schema.fbs. */
#include "model/tflite_ops.h"

#include "fmt/tflite_names.h"
#include "fmt/tflite_schema.h"

#include <string.h>

#define FIELD(id, kind, member, def)                                                                                   \
    {                                                                                                                  \
        id, TH_TFL_##kind, offsetof(th_attr, member), def, NULL                                                        \
    }

static const th_tfl_field conv[] = {
    FIELD(1, I32, conv.stride_w, 0),   FIELD(2, I32, conv.stride_h, 0),    FIELD(4, I32, conv.dilation_w, 1),
    FIELD(5, I32, conv.dilation_h, 1), FIELD(0, PADDING, conv.padding, 0), FIELD(3, ACT, conv.act, 0),
    FIELD(6, U8, conv.bias_type, 0),
};
static const th_tfl_field depthwise[] = {
    FIELD(1, I32, conv.stride_w, 0),   FIELD(2, I32, conv.stride_h, 0),   FIELD(3, I32, conv.depth_multiplier, 0),
    FIELD(5, I32, conv.dilation_w, 1), FIELD(6, I32, conv.dilation_h, 1), FIELD(0, PADDING, conv.padding, 0),
    FIELD(4, ACT, conv.act, 0),
};
static const th_tfl_field pool[] = {
    FIELD(1, I32, conv.stride_w, 0),     FIELD(2, I32, conv.stride_h, 0),     FIELD(3, I32, conv.filter_w, 0),
    FIELD(4, I32, conv.filter_h, 0),     FIELD(0, PADDING, conv.padding, 0),  FIELD(5, ACT, conv.act, 0),
    FIELD(0, CONST, conv.dilation_w, 1), FIELD(0, CONST, conv.dilation_h, 1),
};
static const th_tfl_field transpose_conv[] = {
    FIELD(1, I32, conv.stride_w, 0), FIELD(2, I32, conv.stride_h, 0),     FIELD(0, PADDING, conv.padding, 0),
    FIELD(3, ACT, conv.act, 0),      FIELD(0, CONST, conv.dilation_w, 1), FIELD(0, CONST, conv.dilation_h, 1),
};
static const th_tfl_field dense[] = {
    FIELD(0, ACT, dense.act, 0),
    FIELD(2, BOOL, dense.keep_num_dims, 0),
    FIELD(4, U8, dense.bias_type, 0),
    {1, TH_TFL_ZERO, offsetof(th_attr, dense.shuffled_weights), 0, "its weights are in shuffled order"},
};
static const th_tfl_field softmax[] = {
    FIELD(0, BETA, softmax.beta, 0),
};
static const th_tfl_field fused[] = {
    FIELD(0, ACT, fused.act, 0),
};
static const th_tfl_field concat[] = {
    FIELD(0, I32, concat.axis, 0),
    FIELD(1, ACT, concat.act, 0),
};
static const th_tfl_field gather[] = {
    FIELD(0, I32, gather.axis, 0),
    FIELD(1, I32, gather.batch_dims, 0),
};
static const th_tfl_field pack[] = {
    FIELD(0, I32, pack.count, 0),
    FIELD(1, I32, pack.axis, 0),
};
static const th_tfl_field split[] = {
    FIELD(0, I32, split.n, 0),
};
static const th_tfl_field reduce[] = {
    FIELD(0, BOOL, reduce.keep_dims, 0),
};
static const th_tfl_field bilinear[] = {
    FIELD(2, BOOL, resize.align_corners, 0),
    FIELD(3, BOOL, resize.half_pixel, 0),
};
static const th_tfl_field nearest[] = {
    FIELD(0, BOOL, resize.align_corners, 0),
    FIELD(1, BOOL, resize.half_pixel, 0),
};
static const th_tfl_field strided_slice[] = {
    FIELD(0, I32, strided_slice.begin_mask, 0),       FIELD(1, I32, strided_slice.end_mask, 0),
    FIELD(2, I32, strided_slice.ellipsis_mask, 0),    FIELD(3, I32, strided_slice.new_axis_mask, 0),
    FIELD(4, I32, strided_slice.shrink_axis_mask, 0), FIELD(5, BOOL, strided_slice.offset, 0),
};
static const th_tfl_field squeeze[] = {
    FIELD(0, DIMS, squeeze, 0),
};
static const th_tfl_field leaky[] = {
    FIELD(0, F32, leaky.alpha, 0),
};
static const th_tfl_field block[] = {
    FIELD(0, I32, block.size, 0),
};
static const th_tfl_field batch_matmul[] = {
    FIELD(0, BOOL, batch_matmul.adj_x, 0),
    FIELD(1, BOOL, batch_matmul.adj_y, 0),
};
static const th_tfl_field svdf[] = {
    FIELD(0, I32, svdf.rank, 0),
    FIELD(1, ACT_ANY, svdf.act, 0),
};
static const th_tfl_field lstm[] = {
    FIELD(0, ACT_ANY, lstm.act, 0),
    FIELD(1, F32, lstm.cell_clip, 0),
    FIELD(2, F32, lstm.proj_clip, 0),
    FIELD(3, U8, lstm.basic, 0),
};
static const th_tfl_field sequence_lstm[] = {
    FIELD(0, ACT_ANY, lstm.act, 0),     FIELD(1, F32, lstm.cell_clip, 0), FIELD(2, F32, lstm.proj_clip, 0),
    FIELD(3, BOOL, lstm.time_major, 0), FIELD(5, BOOL, lstm.diagonal, 0),
};
static const th_tfl_field cumsum[] = {
    FIELD(0, BOOL, cumsum.exclusive, 0),
    FIELD(1, BOOL, cumsum.reverse, 0),
};
static const th_tfl_field mirror_pad[] = {
    FIELD(0, U8, mirror_pad.symmetric, 0),
};
static const th_tfl_field cast[] = {
    FIELD(0, U8, cast.in, 0),
    FIELD(1, U8, cast.out, 0),
};
static const th_tfl_field result[] = {
    FIELD(0, U8, result.type, 0),
};
static const th_tfl_field gelu[] = {
    FIELD(0, BOOL, gelu.approximate, 0),
};
static const th_tfl_field reverse[] = {
    FIELD(0, I32, reverse.seq_dim, 0),
    FIELD(1, I32, reverse.batch_dim, 0),
};
static const th_tfl_field variable[] = {
    FIELD(0, TEXT, variable.container, 0),
    FIELD(1, TEXT, variable.name, 0),
};
static const th_tfl_field call[] = {
    FIELD(0, I32, call.graph[0], 0),
    FIELD(1, I32, call.graph[1], 0),
};
static const th_tfl_field call_once[] = {
    FIELD(0, I32, call.graph[0], 0),
};

#define ROW(op, options, list, f32, s8, s16)                                                                           \
    {                                                                                                                  \
        TH_OP_##op, TH_TFL_OPTIONS_##options, list, sizeof(list) / sizeof *(list), f32, s8, s16                        \
    }
#define BARE(op, options, f32, s8, s16)                                                                                \
    {                                                                                                                  \
        TH_OP_##op, TH_TFL_OPTIONS_##options, NULL, 0, f32, s8, s16                                                    \
    }

/* By number.  The new shape of RESHAPE is the output tensor's; the writer puts it into the options.
 * Versions: tensorflow/lite/tools/versioning/op_version.cc. */
static const th_tfl_op rows[] = {
    ROW(ADD, ADD, fused, 1, 2, 3),
    ROW(AVERAGE_POOL_2D, POOL_2D, pool, 1, 2, 3),
    ROW(CONCATENATION, CONCATENATION, concat, 1, 2, 3),
    ROW(CONV_2D, CONV_2D, conv, 1, 3, 4),
    ROW(DEPTHWISE_CONV_2D, DEPTHWISE_CONV_2D, depthwise, 1, 3, 5),
    ROW(DEPTH_TO_SPACE, DEPTH_TO_SPACE, block, 1, 2, 2),
    BARE(DEQUANTIZE, NONE, 1, 2, 3),
    BARE(EMBEDDING_LOOKUP, NONE, 1, 1, 1),
    BARE(FLOOR, NONE, 1, 1, 1),
    ROW(FULLY_CONNECTED, FULLY_CONNECTED, dense, 1, 4, 7),
    ROW(L2_NORMALIZATION, L2_NORM, fused, 1, 2, 2),
    ROW(L2_POOL_2D, POOL_2D, pool, 1, 1, 1),
    BARE(LOGISTIC, NONE, 1, 2, 3),
    ROW(LSTM, LSTM, lstm, 1, 3, 3),
    ROW(MAX_POOL_2D, POOL_2D, pool, 1, 2, 3),
    ROW(MUL, MUL, fused, 1, 2, 4),
    BARE(RELU, NONE, 1, 2, 3),
    BARE(RELU_N1_TO_1, NONE, 1, 1, 1),
    BARE(RELU6, NONE, 1, 2, 3),
    BARE(RESHAPE, RESHAPE, 1, 1, 1),
    ROW(RESIZE_BILINEAR, RESIZE_BILINEAR, bilinear, 1, 2, 4),
    ROW(SOFTMAX, SOFTMAX, softmax, 1, 2, 3),
    ROW(SPACE_TO_DEPTH, SPACE_TO_DEPTH, block, 1, 2, 2),
    ROW(SVDF, SVDF, svdf, 1, 3, 3),
    BARE(TANH, NONE, 1, 2, 3),
    BARE(PAD, NONE, 1, 2, 3),
    ROW(GATHER, GATHER, gather, 1, 2, 4),
    BARE(BATCH_TO_SPACE_ND, NONE, 1, 2, 2),
    BARE(SPACE_TO_BATCH_ND, NONE, 1, 2, 2),
    BARE(TRANSPOSE, NONE, 1, 2, 4),
    ROW(MEAN, REDUCER, reduce, 1, 2, 3),
    ROW(SUB, SUB, fused, 1, 2, 5),
    ROW(DIV, DIV, fused, 1, 2, 2),
    ROW(SQUEEZE, SQUEEZE, squeeze, 1, 1, 1),
    ROW(UNIDIRECTIONAL_SEQUENCE_LSTM, SEQUENCE_LSTM, sequence_lstm, 1, 2, 2),
    ROW(STRIDED_SLICE, STRIDED_SLICE, strided_slice, 1, 2, 4),
    BARE(EXP, NONE, 1, 2, 2),
    BARE(TOPK_V2, NONE, 1, 2, 3),
    ROW(SPLIT, SPLIT, split, 1, 2, 4),
    BARE(LOG_SOFTMAX, NONE, 1, 2, 2),
    ROW(CAST, CAST, cast, 1, 1, 1),
    BARE(PRELU, NONE, 1, 1, 1),
    BARE(MAXIMUM, NONE, 1, 2, 4),
    ROW(ARG_MAX, ARG_MAX, result, 1, 2, 2),
    BARE(MINIMUM, NONE, 1, 2, 4),
    BARE(LESS, NONE, 1, 2, 2),
    BARE(NEG, NONE, 1, 1, 1),
    BARE(PADV2, NONE, 1, 2, 3),
    BARE(GREATER, NONE, 1, 2, 2),
    BARE(GREATER_EQUAL, NONE, 1, 2, 2),
    BARE(LESS_EQUAL, NONE, 1, 2, 2),
    BARE(SELECT, NONE, 1, 2, 3),
    BARE(SLICE, NONE, 1, 2, 4),
    BARE(SIN, NONE, 1, 1, 1),
    ROW(TRANSPOSE_CONV, TRANSPOSE_CONV, transpose_conv, 1, 2, 4),
    BARE(EXPAND_DIMS, NONE, 1, 1, 1),
    BARE(EQUAL, NONE, 1, 2, 2),
    BARE(NOT_EQUAL, NONE, 1, 2, 2),
    BARE(LOG, NONE, 1, 2, 2),
    ROW(SUM, REDUCER, reduce, 1, 2, 2),
    BARE(SQRT, NONE, 1, 1, 1),
    BARE(RSQRT, NONE, 1, 2, 3),
    ROW(SHAPE, SHAPE, result, 1, 1, 1),
    ROW(ARG_MIN, ARG_MIN, result, 1, 2, 2),
    ROW(REDUCE_MAX, REDUCER, reduce, 1, 2, 3),
    ROW(PACK, PACK, pack, 1, 2, 3),
    BARE(LOGICAL_OR, NONE, 1, 1, 1),
    BARE(LOGICAL_AND, NONE, 1, 1, 1),
    BARE(LOGICAL_NOT, NONE, 1, 1, 1),
    ROW(UNPACK, UNPACK, pack, 1, 2, 4),
    ROW(REDUCE_MIN, REDUCER, reduce, 1, 2, 3),
    BARE(FLOOR_DIV, NONE, 1, 1, 1),
    ROW(REDUCE_ANY, REDUCER, reduce, 1, 1, 1),
    BARE(SQUARE, NONE, 1, 1, 1),
    BARE(ZEROS_LIKE, NONE, 1, 1, 1),
    BARE(FILL, NONE, 1, 3, 3),
    BARE(FLOOR_MOD, NONE, 1, 1, 1),
    ROW(RESIZE_NEAREST_NEIGHBOR, RESIZE_NEAREST, nearest, 1, 2, 4),
    ROW(LEAKY_RELU, LEAKY_RELU, leaky, 1, 2, 2),
    BARE(SQUARED_DIFFERENCE, NONE, 1, 2, 2),
    ROW(MIRROR_PAD, MIRROR_PAD, mirror_pad, 1, 2, 3),
    BARE(ABS, NONE, 1, 2, 3),
    ROW(SPLIT_V, SPLIT_V, split, 1, 2, 2),
    BARE(CEIL, NONE, 1, 1, 1),
    BARE(REVERSE_V2, NONE, 1, 1, 1),
    BARE(ADD_N, NONE, 1, 1, 1),
    BARE(GATHER_ND, NONE, 1, 2, 3),
    BARE(COS, NONE, 1, 1, 1),
    BARE(WHERE, NONE, 1, 1, 1),
    BARE(ELU, NONE, 1, 1, 1),
    ROW(REVERSE_SEQUENCE, REVERSE_SEQUENCE, reverse, 1, 1, 1),
    BARE(QUANTIZE, NONE, 1, 1, 2),
    BARE(ROUND, NONE, 1, 1, 1),
    BARE(HARD_SWISH, NONE, 1, 1, 1),
    ROW(IF, IF, call, 1, 1, 1),
    ROW(WHILE, WHILE, call, 1, 1, 1),
    BARE(SCATTER_ND, NONE, 1, 1, 1),
    BARE(SELECT_V2, NONE, 1, 1, 1),
    ROW(BATCH_MATMUL, BATCH_MATMUL, batch_matmul, 1, 2, 3),
    ROW(CUMSUM, CUMSUM, cumsum, 1, 1, 1),
    ROW(CALL_ONCE, CALL_ONCE, call_once, 1, 1, 1),
    BARE(BROADCAST_TO, NONE, 2, 2, 3),
    ROW(REDUCE_ALL, REDUCER, reduce, 1, 1, 1),
    ROW(VAR_HANDLE, VAR_HANDLE, variable, 1, 1, 1),
    BARE(READ_VARIABLE, NONE, 1, 1, 1),
    BARE(ASSIGN_VARIABLE, NONE, 1, 1, 1),
    BARE(BROADCAST_ARGS, NONE, 1, 1, 1),
    ROW(GELU, GELU, gelu, 1, 2, 2),
    BARE(DYNAMIC_UPDATE_SLICE, NONE, 1, 1, 1),
    BARE(RELU_0_TO_1, NONE, 1, 1, 1),
    BARE(ATAN2, NONE, 1, 1, 1),
    BARE(SIGN, NONE, 1, 1, 1),
    BARE(SIGNAL_WINDOW, NONE, 1, 1, 1),
    BARE(SIGNAL_FFT_AUTO_SCALE, NONE, 1, 1, 1),
    BARE(SIGNAL_RFFT, NONE, 1, 1, 1),
    BARE(SIGNAL_IRFFT, NONE, 1, 1, 1),
    BARE(SIGNAL_ENERGY, NONE, 1, 1, 1),
    BARE(SIGNAL_FILTER_BANK, NONE, 1, 1, 1),
    BARE(SIGNAL_FILTER_BANK_SQUARE_ROOT, NONE, 1, 1, 1),
    BARE(SIGNAL_FILTER_BANK_SPECTRAL_SUBTRACTION, NONE, 1, 1, 1),
    BARE(SIGNAL_PCAN, NONE, 1, 1, 1),
    BARE(SIGNAL_FILTER_BANK_LOG, NONE, 1, 1, 1),
    BARE(SIGNAL_FRAMER, NONE, 1, 1, 1),
    BARE(SIGNAL_STACKER, NONE, 1, 1, 1),
    BARE(SIGNAL_OVERLAP_ADD, NONE, 1, 1, 1),
    BARE(SIGNAL_DELAY, NONE, 1, 1, 1),
};

/* In the order of their numbers, from TH_OP_SIGNAL_WINDOW. */
static const char *const custom_names[] = {
    "SignalWindow",
    "SignalFftAutoScale",
    "SignalRfft",
    "SignalIrfft",
    "SignalEnergy",
    "SignalFilterBank",
    "SignalFilterBankSquareRoot",
    "SignalFilterBankSpectralSubtraction",
    "SignalPCAN",
    "SignalFilterBankLog",
    "SignalFramer",
    "SignalStacker",
    "SignalOverlapAdd",
    "SignalDelay",
};

const th_tfl_op *th_tfl_op_row(th_op op)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].op == op) return &rows[i];
    return NULL;
}

const th_tfl_op *th_tfl_op_find(int32_t builtin_code, const char *custom)
{
    if (builtin_code != TH_TFL_BUILTIN_CUSTOM)
        return builtin_code >= 0 && builtin_code < TH_OP_N_BUILTIN ? th_tfl_op_row((th_op)builtin_code) : NULL;
    for (size_t i = 0; i < sizeof custom_names / sizeof custom_names[0]; i++)
        if (strcmp(custom_names[i], custom) == 0) return th_tfl_op_row((th_op)(TH_OP_SIGNAL_WINDOW + i));
    return NULL;
}

const char *th_tfl_row_name(const th_tfl_op *row)
{
    return row->op < TH_OP_N_BUILTIN ? th_tfl_op_name((int32_t)row->op) : custom_names[row->op - TH_OP_SIGNAL_WINDOW];
}

/* Enum values TANH and SIGN_BIT exist in the schema; no runtime fuses them but TANH in an LSTM. */
static th_err get_act(uint8_t v, uint8_t most, void *at, const char **problem)
{
    const th_act act = (th_act)v;
    if (v > most) {
        *problem = "its fused activation is none of NONE, RELU, RELU_N1_TO_1, RELU6";
        return TH_EUNSUP;
    }
    memcpy(at, &act, sizeof act);
    return TH_OK;
}

static th_err get_padding(uint8_t v, void *at, const char **problem)
{
    const th_padding padding = (th_padding)v;
    if (v > TH_PAD_VALID) {
        *problem = "its padding is neither SAME nor VALID";
        return TH_EFORMAT;
    }
    memcpy(at, &padding, sizeof padding);
    return TH_OK;
}

static th_err get_dims(const th_fb_table *o, unsigned id, int32_t *at, const char **problem)
{
    const th_fb_vector v = th_fb_vec(o, id, 4);
    if (v.n > TH_MAX_RANK) {
        *problem = "it lists more dimensions than are supported";
        return TH_EUNSUP;
    }
    at[0] = (int32_t)v.n;
    for (uint32_t i = 0; i < v.n; i++) at[1 + i] = th_fb_vec_i32(&v, i);
    return TH_OK;
}

static th_err get_number(const th_tfl_field *f, const th_fb_table *o, void *at, const char **problem)
{
    const int32_t v = f->kind == TH_TFL_CONST ? f->def
                      : f->kind == TH_TFL_I32 ? th_fb_i32(o, f->id, f->def)
                                              : th_fb_u8(o, f->id, (uint8_t)f->def);
    const int32_t kept = f->kind == TH_TFL_BOOL ? v != 0 : v;
    if (f->kind == TH_TFL_ZERO && v != 0) {
        *problem = f->text;
        return TH_EUNSUP;
    }
    memcpy(at, &kept, sizeof kept);
    return TH_OK;
}

static th_err get_float(const th_tfl_field *f, const th_fb_table *o, void *at, const char **problem)
{
    const float v = th_fb_f32(o, f->id, 0.0f);
    if (f->kind == TH_TFL_BETA && !(v > 0.0f && v < 1e6f)) {
        *problem = "its beta is not a positive number";
        return TH_EFORMAT;
    }
    if (!(v >= -3.4028234e38f && v <= 3.4028234e38f)) {
        *problem = "one of its options is not a finite number";
        return TH_EFORMAT;
    }
    memcpy(at, &v, sizeof v);
    return TH_OK;
}

static th_err get_field(const th_tfl_field *f, const th_fb_table *o, void *at, const char **problem)
{
    switch (f->kind) {
    case TH_TFL_ACT: return get_act(th_fb_u8(o, f->id, TH_ACT_NONE), TH_ACT_RELU6, at, problem);
    case TH_TFL_ACT_ANY: return get_act(th_fb_u8(o, f->id, TH_ACT_NONE), TH_ACT_TANH, at, problem);
    case TH_TFL_PADDING: return get_padding(th_fb_u8(o, f->id, TH_PAD_SAME), at, problem);
    case TH_TFL_DIMS: return get_dims(o, f->id, at, problem);
    case TH_TFL_F32:
    case TH_TFL_BETA: return get_float(f, o, at, problem);
    case TH_TFL_TEXT: {
        const th_span s = th_fb_string(o, f->id);
        const char *text = s.p ? (const char *)s.p : "";
        memcpy(at, &text, sizeof text);
        return TH_OK;
    }
    case TH_TFL_I32:
    case TH_TFL_U8:
    case TH_TFL_BOOL:
    case TH_TFL_ZERO:
    case TH_TFL_CONST: break;
    }
    return get_number(f, o, at, problem);
}

th_err th_tfl_read_options(const th_tfl_op *row, const th_fb_table *options, th_attr *attr, const char **problem)
{
    for (size_t i = 0; i < row->n_fields; i++)
        TH_TRY(get_field(&row->fields[i], options, (char *)attr + row->fields[i].offset, problem));
    return TH_OK;
}

/* What lies outside the table: must be written before it. */
static th_fb_ref put_child(const th_tfl_field *f, th_fb_writer *w, const void *at)
{
    const char *text;
    const int32_t *dims = at;
    if (f->kind == TH_TFL_DIMS) return th_fb_put_i32s(w, dims + 1, (size_t)dims[0]);
    if (f->kind != TH_TFL_TEXT) return 0;
    memcpy(&text, at, sizeof text);
    return th_fb_put_string(w, text);
}

static void put_field(const th_tfl_field *f, th_fb_writer *w, const void *at, th_fb_ref child)
{
    int32_t v;
    float real;
    memcpy(&v, at, sizeof v);
    memcpy(&real, at, sizeof real);
    switch (f->kind) {
    case TH_TFL_I32: th_fb_set_i32(w, f->id, v); break;
    case TH_TFL_F32:
    case TH_TFL_BETA: th_fb_set_f32(w, f->id, real); break;
    case TH_TFL_U8:
        if (v != f->def) th_fb_set_u8(w, f->id, (uint8_t)v);
        break;
    case TH_TFL_ACT:
    case TH_TFL_ACT_ANY:
    case TH_TFL_PADDING: th_fb_set_u8(w, f->id, (uint8_t)v); break;
    case TH_TFL_BOOL:
        if (v) th_fb_set_u8(w, f->id, 1);
        break;
    case TH_TFL_TEXT:
    case TH_TFL_DIMS: th_fb_set_ref(w, f->id, child); break;
    case TH_TFL_ZERO:
    case TH_TFL_CONST: break;
    }
}

th_fb_ref th_tfl_write_options(const th_tfl_op *row, th_fb_writer *w, const th_attr *attr, const th_shape *shape)
{
    th_fb_ref child[TH_FB_MAX_FIELDS] = {0};
    if (row->options_type == TH_TFL_OPTIONS_NONE) return 0;
    for (size_t i = 0; i < row->n_fields; i++)
        child[i] = put_child(&row->fields[i], w, (const char *)attr + row->fields[i].offset);
    const th_fb_ref new_shape = shape ? th_fb_put_i32s(w, shape->d, (size_t)shape->rank) : 0;
    th_fb_table_begin(w);
    for (size_t i = 0; i < row->n_fields; i++)
        put_field(&row->fields[i], w, (const char *)attr + row->fields[i].offset, child[i]);
    if (new_shape) th_fb_set_ref(w, TH_TFL_RESHAPE_NEW_SHAPE, new_shape);
    return th_fb_table_end(w);
}
