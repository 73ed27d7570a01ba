#include "model/tflite_ops.h"

#include "fmt/tflite_schema.h"

/* Enum values TANH and SIGN_BIT exist in the schema, but no runtime fuses them. */
static th_err get_act(const th_fb_table *o, unsigned field, th_act *act, const char **problem)
{
    const uint8_t v = th_fb_u8(o, field, TH_ACT_NONE);
    if (v > TH_ACT_RELU6) {
        *problem = "its fused activation is none of NONE, RELU, RELU_N1_TO_1, RELU6";
        return TH_EUNSUP;
    }
    *act = (th_act)v;
    return TH_OK;
}

static th_err get_padding(const th_fb_table *o, unsigned field, th_padding *padding, const char **problem)
{
    const uint8_t v = th_fb_u8(o, field, TH_PAD_SAME);
    if (v > TH_PAD_VALID) {
        *problem = "its padding is neither SAME nor VALID";
        return TH_EFORMAT;
    }
    *padding = (th_padding)v;
    return TH_OK;
}

static th_err read_conv(const th_fb_table *o, th_attr *a, const char **problem)
{
    a->conv.stride_w = th_fb_i32(o, TH_TFL_CONV_STRIDE_W, 0);
    a->conv.stride_h = th_fb_i32(o, TH_TFL_CONV_STRIDE_H, 0);
    a->conv.dilation_w = th_fb_i32(o, TH_TFL_CONV_DILATION_W, 1);
    a->conv.dilation_h = th_fb_i32(o, TH_TFL_CONV_DILATION_H, 1);
    TH_TRY(get_padding(o, TH_TFL_CONV_PADDING, &a->conv.padding, problem));
    return get_act(o, TH_TFL_CONV_ACTIVATION, &a->conv.act, problem);
}

static void write_conv(th_fb_writer *w, const th_attr *a)
{
    th_fb_set_i32(w, TH_TFL_CONV_STRIDE_W, a->conv.stride_w);
    th_fb_set_i32(w, TH_TFL_CONV_STRIDE_H, a->conv.stride_h);
    th_fb_set_i32(w, TH_TFL_CONV_DILATION_W, a->conv.dilation_w);
    th_fb_set_i32(w, TH_TFL_CONV_DILATION_H, a->conv.dilation_h);
    th_fb_set_u8(w, TH_TFL_CONV_PADDING, (uint8_t)a->conv.padding);
    th_fb_set_u8(w, TH_TFL_CONV_ACTIVATION, (uint8_t)a->conv.act);
}

static th_err read_depthwise(const th_fb_table *o, th_attr *a, const char **problem)
{
    a->conv.stride_w = th_fb_i32(o, TH_TFL_DEPTHWISE_STRIDE_W, 0);
    a->conv.stride_h = th_fb_i32(o, TH_TFL_DEPTHWISE_STRIDE_H, 0);
    a->conv.depth_multiplier = th_fb_i32(o, TH_TFL_DEPTHWISE_MULTIPLIER, 0);
    a->conv.dilation_w = th_fb_i32(o, TH_TFL_DEPTHWISE_DILATION_W, 1);
    a->conv.dilation_h = th_fb_i32(o, TH_TFL_DEPTHWISE_DILATION_H, 1);
    TH_TRY(get_padding(o, TH_TFL_DEPTHWISE_PADDING, &a->conv.padding, problem));
    return get_act(o, TH_TFL_DEPTHWISE_ACTIVATION, &a->conv.act, problem);
}

static void write_depthwise(th_fb_writer *w, const th_attr *a)
{
    th_fb_set_i32(w, TH_TFL_DEPTHWISE_STRIDE_W, a->conv.stride_w);
    th_fb_set_i32(w, TH_TFL_DEPTHWISE_STRIDE_H, a->conv.stride_h);
    th_fb_set_i32(w, TH_TFL_DEPTHWISE_MULTIPLIER, a->conv.depth_multiplier);
    th_fb_set_i32(w, TH_TFL_DEPTHWISE_DILATION_W, a->conv.dilation_w);
    th_fb_set_i32(w, TH_TFL_DEPTHWISE_DILATION_H, a->conv.dilation_h);
    th_fb_set_u8(w, TH_TFL_DEPTHWISE_PADDING, (uint8_t)a->conv.padding);
    th_fb_set_u8(w, TH_TFL_DEPTHWISE_ACTIVATION, (uint8_t)a->conv.act);
}

static th_err read_pool(const th_fb_table *o, th_attr *a, const char **problem)
{
    a->conv.stride_w = th_fb_i32(o, TH_TFL_POOL_STRIDE_W, 0);
    a->conv.stride_h = th_fb_i32(o, TH_TFL_POOL_STRIDE_H, 0);
    a->conv.filter_w = th_fb_i32(o, TH_TFL_POOL_FILTER_W, 0);
    a->conv.filter_h = th_fb_i32(o, TH_TFL_POOL_FILTER_H, 0);
    a->conv.dilation_w = a->conv.dilation_h = 1;
    TH_TRY(get_padding(o, TH_TFL_POOL_PADDING, &a->conv.padding, problem));
    return get_act(o, TH_TFL_POOL_ACTIVATION, &a->conv.act, problem);
}

static void write_pool(th_fb_writer *w, const th_attr *a)
{
    th_fb_set_i32(w, TH_TFL_POOL_STRIDE_W, a->conv.stride_w);
    th_fb_set_i32(w, TH_TFL_POOL_STRIDE_H, a->conv.stride_h);
    th_fb_set_i32(w, TH_TFL_POOL_FILTER_W, a->conv.filter_w);
    th_fb_set_i32(w, TH_TFL_POOL_FILTER_H, a->conv.filter_h);
    th_fb_set_u8(w, TH_TFL_POOL_PADDING, (uint8_t)a->conv.padding);
    th_fb_set_u8(w, TH_TFL_POOL_ACTIVATION, (uint8_t)a->conv.act);
}

static th_err read_dense(const th_fb_table *o, th_attr *a, const char **problem)
{
    a->dense.keep_num_dims = th_fb_u8(o, TH_TFL_DENSE_KEEP_NUM_DIMS, 0) != 0;
    a->dense.shuffled_weights = th_fb_u8(o, TH_TFL_DENSE_WEIGHTS_FORMAT, 0);
    if (a->dense.shuffled_weights) {
        *problem = "its weights are in shuffled order";
        return TH_EUNSUP;
    }
    return get_act(o, TH_TFL_DENSE_ACTIVATION, &a->dense.act, problem);
}

static void write_dense(th_fb_writer *w, const th_attr *a)
{
    th_fb_set_u8(w, TH_TFL_DENSE_ACTIVATION, (uint8_t)a->dense.act);
    if (a->dense.keep_num_dims) th_fb_set_u8(w, TH_TFL_DENSE_KEEP_NUM_DIMS, 1);
}

static th_err read_softmax(const th_fb_table *o, th_attr *a, const char **problem)
{
    a->softmax.beta = th_fb_f32(o, TH_TFL_SOFTMAX_BETA, 0.0f);
    if (a->softmax.beta > 0.0f && a->softmax.beta < 1e6f) return TH_OK;
    *problem = "its beta is not a positive number";
    return TH_EFORMAT;
}

static void write_softmax(th_fb_writer *w, const th_attr *a)
{
    th_fb_set_f32(w, TH_TFL_SOFTMAX_BETA, a->softmax.beta);
}

static th_err read_add(const th_fb_table *o, th_attr *a, const char **problem)
{
    return get_act(o, TH_TFL_ADD_ACTIVATION, &a->add.act, problem);
}

static void write_add(th_fb_writer *w, const th_attr *a)
{
    th_fb_set_u8(w, TH_TFL_ADD_ACTIVATION, (uint8_t)a->add.act);
}

/* The new shape is the output tensor's; the writer puts it into the options. */
static th_err read_none(const th_fb_table *o, th_attr *a, const char **problem)
{
    (void)o, (void)a, (void)problem;
    return TH_OK;
}

/* Versions: tensorflow/lite/tools/versioning/op_version.cc. */
static const th_tfl_op rows[] = {
    {TH_OP_ADD, TH_TFL_OPTIONS_ADD, read_add, write_add, 1, 2, 3},
    {TH_OP_AVERAGE_POOL_2D, TH_TFL_OPTIONS_POOL_2D, read_pool, write_pool, 1, 2, 3},
    {TH_OP_CONV_2D, TH_TFL_OPTIONS_CONV_2D, read_conv, write_conv, 1, 3, 4},
    {TH_OP_DEPTHWISE_CONV_2D, TH_TFL_OPTIONS_DEPTHWISE_CONV_2D, read_depthwise, write_depthwise, 1, 3, 5},
    {TH_OP_FULLY_CONNECTED, TH_TFL_OPTIONS_FULLY_CONNECTED, read_dense, write_dense, 1, 4, 7},
    {TH_OP_MAX_POOL_2D, TH_TFL_OPTIONS_POOL_2D, read_pool, write_pool, 1, 2, 3},
    {TH_OP_RELU, TH_TFL_OPTIONS_NONE, read_none, NULL, 1, 2, 3},
    {TH_OP_RELU6, TH_TFL_OPTIONS_NONE, read_none, NULL, 1, 2, 3},
    {TH_OP_RESHAPE, TH_TFL_OPTIONS_RESHAPE, read_none, NULL, 1, 1, 1},
    {TH_OP_SOFTMAX, TH_TFL_OPTIONS_SOFTMAX, read_softmax, write_softmax, 1, 2, 3},
};

const th_tfl_op *th_tfl_op_find(int32_t builtin_code)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if ((int32_t)rows[i].op == builtin_code) return &rows[i];
    return NULL;
}
