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
    FIELD(4, U8, conv.bias_type, 0),
};
static const th_tfl_field dense[] = {
    FIELD(0, ACT, dense.act, 0),
    FIELD(2, BOOL, dense.keep_num_dims, 0),
    FIELD(3, BOOL, dense.asymmetric, 0),
    FIELD(4, U8, dense.bias_type, 0),
    {1, TH_TFL_ZERO, offsetof(th_attr, dense.shuffled_weights), 0, "its weights are in shuffled order"},
};
static const th_tfl_field softmax[] = {
    FIELD(0, BETA, softmax.beta, 0),
};
static const th_tfl_field fused[] = {
    FIELD(0, ACT, fused.act, 0),
};
static const th_tfl_field sum[] = {
    FIELD(0, ACT, fused.act, 0),
    FIELD(1, BOOL, fused.power_of_two, 1),
};
static const th_tfl_field reshape[] = {
    FIELD(0, DIMS, reshape, 0),
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
    FIELD(2, BOOL, batch_matmul.asymmetric, 0),
};
static const th_tfl_field svdf[] = {
    FIELD(0, I32, svdf.rank, 0),
    FIELD(1, ACT_ANY, svdf.act, 0),
    FIELD(2, BOOL, svdf.asymmetric, 0),
};
static const th_tfl_field lstm[] = {
    FIELD(0, ACT_ANY, lstm.act, 0), FIELD(1, F32, lstm.cell_clip, 0),   FIELD(2, F32, lstm.proj_clip, 0),
    FIELD(3, U8, lstm.basic, 0),    FIELD(4, BOOL, lstm.asymmetric, 0),
};
static const th_tfl_field sequence_lstm[] = {
    FIELD(0, ACT_ANY, lstm.act, 0),     FIELD(1, F32, lstm.cell_clip, 0),   FIELD(2, F32, lstm.proj_clip, 0),
    FIELD(3, BOOL, lstm.time_major, 0), FIELD(4, BOOL, lstm.asymmetric, 0), FIELD(5, BOOL, lstm.diagonal, 0),
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

#define ROW(op, options, list)                                                                                         \
    {                                                                                                                  \
        TH_OP_##op, TH_TFL_OPTIONS_##options, list, sizeof(list) / sizeof *(list)                                      \
    }
#define BARE(op)                                                                                                       \
    {                                                                                                                  \
        TH_OP_##op, TH_TFL_OPTIONS_NONE, NULL, 0                                                                       \
    }

/* By number. */
static const th_tfl_op rows[] = {
    ROW(ADD, ADD, sum),
    ROW(AVERAGE_POOL_2D, POOL_2D, pool),
    ROW(CONCATENATION, CONCATENATION, concat),
    ROW(CONV_2D, CONV_2D, conv),
    ROW(DEPTHWISE_CONV_2D, DEPTHWISE_CONV_2D, depthwise),
    ROW(DEPTH_TO_SPACE, DEPTH_TO_SPACE, block),
    BARE(DEQUANTIZE),
    BARE(EMBEDDING_LOOKUP),
    BARE(FLOOR),
    ROW(FULLY_CONNECTED, FULLY_CONNECTED, dense),
    ROW(L2_NORMALIZATION, L2_NORM, fused),
    ROW(L2_POOL_2D, POOL_2D, pool),
    BARE(LOGISTIC),
    ROW(LSTM, LSTM, lstm),
    ROW(MAX_POOL_2D, POOL_2D, pool),
    ROW(MUL, MUL, fused),
    BARE(RELU),
    BARE(RELU_N1_TO_1),
    BARE(RELU6),
    ROW(RESHAPE, RESHAPE, reshape),
    ROW(RESIZE_BILINEAR, RESIZE_BILINEAR, bilinear),
    ROW(SOFTMAX, SOFTMAX, softmax),
    ROW(SPACE_TO_DEPTH, SPACE_TO_DEPTH, block),
    ROW(SVDF, SVDF, svdf),
    BARE(TANH),
    BARE(PAD),
    ROW(GATHER, GATHER, gather),
    BARE(BATCH_TO_SPACE_ND),
    BARE(SPACE_TO_BATCH_ND),
    BARE(TRANSPOSE),
    ROW(MEAN, REDUCER, reduce),
    ROW(SUB, SUB, sum),
    ROW(DIV, DIV, fused),
    ROW(SQUEEZE, SQUEEZE, squeeze),
    ROW(UNIDIRECTIONAL_SEQUENCE_LSTM, SEQUENCE_LSTM, sequence_lstm),
    ROW(STRIDED_SLICE, STRIDED_SLICE, strided_slice),
    BARE(EXP),
    BARE(TOPK_V2),
    ROW(SPLIT, SPLIT, split),
    BARE(LOG_SOFTMAX),
    ROW(CAST, CAST, cast),
    BARE(PRELU),
    BARE(MAXIMUM),
    ROW(ARG_MAX, ARG_MAX, result),
    BARE(MINIMUM),
    BARE(LESS),
    BARE(NEG),
    BARE(PADV2),
    BARE(GREATER),
    BARE(GREATER_EQUAL),
    BARE(LESS_EQUAL),
    BARE(SELECT),
    BARE(SLICE),
    BARE(SIN),
    ROW(TRANSPOSE_CONV, TRANSPOSE_CONV, transpose_conv),
    BARE(EXPAND_DIMS),
    BARE(EQUAL),
    BARE(NOT_EQUAL),
    BARE(LOG),
    ROW(SUM, REDUCER, reduce),
    BARE(SQRT),
    BARE(RSQRT),
    ROW(SHAPE, SHAPE, result),
    ROW(ARG_MIN, ARG_MIN, result),
    ROW(REDUCE_MAX, REDUCER, reduce),
    ROW(PACK, PACK, pack),
    BARE(LOGICAL_OR),
    BARE(LOGICAL_AND),
    BARE(LOGICAL_NOT),
    ROW(UNPACK, UNPACK, pack),
    ROW(REDUCE_MIN, REDUCER, reduce),
    BARE(FLOOR_DIV),
    ROW(REDUCE_ANY, REDUCER, reduce),
    BARE(SQUARE),
    BARE(ZEROS_LIKE),
    BARE(FILL),
    BARE(FLOOR_MOD),
    ROW(RESIZE_NEAREST_NEIGHBOR, RESIZE_NEAREST, nearest),
    ROW(LEAKY_RELU, LEAKY_RELU, leaky),
    BARE(SQUARED_DIFFERENCE),
    ROW(MIRROR_PAD, MIRROR_PAD, mirror_pad),
    BARE(ABS),
    ROW(SPLIT_V, SPLIT_V, split),
    BARE(CEIL),
    BARE(REVERSE_V2),
    BARE(ADD_N),
    BARE(GATHER_ND),
    BARE(COS),
    BARE(WHERE),
    BARE(ELU),
    ROW(REVERSE_SEQUENCE, REVERSE_SEQUENCE, reverse),
    BARE(QUANTIZE),
    BARE(ROUND),
    BARE(HARD_SWISH),
    ROW(IF, IF, call),
    ROW(WHILE, WHILE, call),
    BARE(SCATTER_ND),
    BARE(SELECT_V2),
    ROW(BATCH_MATMUL, BATCH_MATMUL, batch_matmul),
    ROW(CUMSUM, CUMSUM, cumsum),
    ROW(CALL_ONCE, CALL_ONCE, call_once),
    BARE(BROADCAST_TO),
    ROW(REDUCE_ALL, REDUCER, reduce),
    ROW(VAR_HANDLE, VAR_HANDLE, variable),
    BARE(READ_VARIABLE),
    BARE(ASSIGN_VARIABLE),
    BARE(BROADCAST_ARGS),
    ROW(GELU, GELU, gelu),
    BARE(DYNAMIC_UPDATE_SLICE),
    BARE(RELU_0_TO_1),
    BARE(ATAN2),
    BARE(SIGN),
    BARE(SIGNAL_WINDOW),
    BARE(SIGNAL_FFT_AUTO_SCALE),
    BARE(SIGNAL_RFFT),
    BARE(SIGNAL_IRFFT),
    BARE(SIGNAL_ENERGY),
    BARE(SIGNAL_FILTER_BANK),
    BARE(SIGNAL_FILTER_BANK_SQUARE_ROOT),
    BARE(SIGNAL_FILTER_BANK_SPECTRAL_SUBTRACTION),
    BARE(SIGNAL_PCAN),
    BARE(SIGNAL_FILTER_BANK_LOG),
    BARE(SIGNAL_FRAMER),
    BARE(SIGNAL_STACKER),
    BARE(SIGNAL_OVERLAP_ADD),
    BARE(SIGNAL_DELAY),
    BARE(NEAREST),
    BARE(MIXTURE),
    BARE(TREES),
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
    "ThimbleNearest",
    "ThimbleMixture",
    "ThimbleTrees",
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
        if (v != f->def) th_fb_set_u8(w, f->id, v != 0);
        break;
    case TH_TFL_TEXT:
    case TH_TFL_DIMS: th_fb_set_ref(w, f->id, child); break;
    case TH_TFL_ZERO:
    case TH_TFL_CONST: break;
    }
}

th_fb_ref th_tfl_write_options(const th_tfl_op *row, th_fb_writer *w, const th_attr *attr)
{
    th_fb_ref child[TH_FB_MAX_FIELDS] = {0};
    for (size_t i = 0; i < row->n_fields; i++)
        child[i] = put_child(&row->fields[i], w, (const char *)attr + row->fields[i].offset);
    th_fb_table_begin(w);
    for (size_t i = 0; i < row->n_fields; i++)
        put_field(&row->fields[i], w, (const char *)attr + row->fields[i].offset, child[i]);
    return th_fb_table_end(w);
}
