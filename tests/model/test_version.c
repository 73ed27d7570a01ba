/* Versions of operators, against what TensorFlow's converter writes for such models (op_version.cc). */
#include "../test.h"

#include "model/tflite_version.h"

#define FOUR(...)                                                                                                      \
    {                                                                                                                  \
        .rank = 4, .d = { __VA_ARGS__ }                                                                                \
    }

typedef struct version_case {
    th_op op;
    int32_t n_in;
    th_type in[3], out;
    int32_t scales; /* of input 1 */
    int32_t version;
    th_attr attr;
    th_shape shape0, shape1;
} version_case;

static const version_case cases[] = {
    {.op = TH_OP_ADD, .n_in = 2, .in = {TH_F32, TH_F32}, .out = TH_F32, .version = 1},
    {.op = TH_OP_ADD, .n_in = 2, .in = {TH_S8, TH_S8}, .out = TH_S8, .version = 2},
    {.op = TH_OP_ADD, .n_in = 2, .in = {TH_S64, TH_S64}, .out = TH_S64, .version = 4},
    {.op = TH_OP_ADD, .n_in = 2, .in = {TH_S16, TH_S16}, .out = TH_S16, .version = 5}, /* int16 without scales */
    {.op = TH_OP_CONV_2D, .n_in = 3, .in = {TH_S8, TH_S8, TH_S32}, .out = TH_S8, .version = 3},
    {.op = TH_OP_CONV_2D, .n_in = 3, .in = {TH_S8, TH_S4, TH_S32}, .out = TH_S8, .version = 7},
    {.op = TH_OP_CONV_2D, .n_in = 3, .in = {TH_F32, TH_S8, TH_F32}, .out = TH_F32, .version = 2},
    {.op = TH_OP_CONV_2D, .n_in = 3, .in = {TH_F32, TH_S8, TH_F32}, .out = TH_F32, .scales = 2, .version = 5},
    {.op = TH_OP_CONV_2D,
     .n_in = 3,
     .in = {TH_F32, TH_F32, TH_F32},
     .out = TH_F32,
     .version = 6, /* two groups */
     .shape0 = FOUR(1, 4, 4, 8),
     .shape1 = FOUR(2, 1, 1, 4)},
    {.op = TH_OP_DEPTHWISE_CONV_2D,
     .n_in = 3,
     .in = {TH_F32, TH_F32, TH_F32},
     .out = TH_F32,
     .version = 2,
     .attr.conv.dilation_w = 2},
    {.op = TH_OP_FULLY_CONNECTED, .n_in = 3, .in = {TH_S8, TH_S8, TH_S32}, .out = TH_S8, .version = 4},
    {.op = TH_OP_FULLY_CONNECTED, .n_in = 2, .in = {TH_S8, TH_S8}, .out = TH_S8, .version = 6},
    {.op = TH_OP_FULLY_CONNECTED,
     .n_in = 3,
     .in = {TH_F32, TH_F32, TH_F32},
     .out = TH_F32,
     .version = 5,
     .attr.dense.keep_num_dims = 1},
    {.op = TH_OP_SPLIT, .n_in = 2, .in = {TH_S32, TH_S8}, .out = TH_S8, .version = 2},
    {.op = TH_OP_CAST, .n_in = 1, .in = {TH_F32}, .out = TH_U32, .version = 2},
    {.op = TH_OP_QUANTIZE, .n_in = 1, .in = {TH_F32}, .out = TH_S16, .version = 2},
    {.op = TH_OP_BROADCAST_TO, .n_in = 2, .in = {TH_F32, TH_S32}, .out = TH_F32, .version = 2},
    {.op = TH_OP_TRANSPOSE_CONV,
     .n_in = 3,
     .in = {TH_S32, TH_F32, TH_F32},
     .out = TH_F32,
     .version = 4,
     .attr.conv.act = TH_ACT_RELU},
    {.op = TH_OP_SUB,
     .n_in = 2,
     .in = {TH_F32, TH_F32},
     .out = TH_F32,
     .version = 3,
     .shape0 = {.rank = 5, .d = {1, 2, 1, 1, 2}},
     .shape1 = FOUR(1, 1, 1, 2)},
};

static void versions_are_those_of_the_converter(void **state)
{
    (void)state;
    static const float scale[2] = {1, 1};
    static const int32_t zero[2] = {0, 0}, number[] = {0, 1, 2, 3};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const version_case *c = &cases[i];
        th_tensor t[4] = {{.name = "", .type = c->in[0], .shape = c->shape0},
                          {.name = "", .type = c->in[1], .shape = c->shape1, .quant = {scale, zero, c->scales, 0}},
                          {.name = "", .type = c->in[2]},
                          {.name = "", .type = c->out}};
        const th_node n = {.op = c->op, .n_in = c->n_in, .n_out = 1, .in = number, .out = number + 3, .attr = c->attr};
        const th_graph g = {.name = "", .tensors = t, .n_tensors = 4};
        if (th_tfl_version(&g, &n) != c->version)
            fail_msg("%s, case %zu: %d, not %d", th_op_find((int32_t)c->op)->name, i, (int)th_tfl_version(&g, &n),
                     (int)c->version);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(versions_are_those_of_the_converter)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
