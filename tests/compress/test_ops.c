/* Every operator with an integer form, alone in a network: int8 and int16 stay close to float, and QUANTIZE stands
 * where two types or scales meet. */
#include "../test.h"

#include "../models.h"

#include "compress/quantize.h"

#include <math.h>

#define SIDE 6
#define DEEP 8

typedef struct net {
    test_build b;
    int32_t in, ends[2];
} net;

static void sample(void *ctx, int32_t i, float *x)
{
    const net *n = ctx;
    th_rng rng = th_rng_make(5, (uint64_t)i);
    const int32_t count = th_shape_count(&n->b.g->tensors[n->in].shape);
    for (int32_t k = 0; k < count; k++) x[k] = th_rng_normal(&rng);
}

static void start(net *n, int32_t d0, int32_t d1, int32_t d2, int32_t d3)
{
    th_why why = {0};
    *n = (net){.b = {.rng = th_rng_make(3, 3)}};
    assert_int_equal(th_model_new(&n->b.model, &why), TH_OK);
    n->b.model->description = "test";
    n->b.model->n_graphs = 1;
    n->b.g = n->b.model->graphs = th_model_alloc(n->b.model, 1, sizeof *n->b.g);
    n->b.g->name = "main";
    n->b.g->tensors = th_model_alloc(n->b.model, 64, sizeof *n->b.g->tensors);
    n->b.g->nodes = th_model_alloc(n->b.model, 16, sizeof *n->b.g->nodes);
    n->in = n->b.last = test_tensor(&n->b, "input", d0, d1, d2, d3);
}

static void finish(net *n)
{
    n->ends[0] = n->in;
    n->ends[1] = n->b.last;
    n->b.g->inputs = n->ends;
    n->b.g->outputs = n->ends + 1;
    n->b.g->n_inputs = n->b.g->n_outputs = 1;
}

static int32_t ints(net *n, const char *name, int32_t count, const int32_t *v, int32_t rows)
{
    const int32_t t =
        rows ? test_tensor(&n->b, name, rows, count / rows, 0, 0) : test_tensor(&n->b, name, count, 0, 0, 0);
    int32_t *data = th_model_alloc(n->b.model, (size_t)count, sizeof *data);
    memcpy(data, v, (size_t)count * sizeof *v);
    n->b.g->tensors[t].type = TH_S32;
    n->b.g->tensors[t].data = data;
    return t;
}

static th_attr *conv(net *n, th_op op, int32_t w, int32_t bias, int32_t out)
{
    th_attr *a = &test_node(&n->b, op, n->b.last, w, bias, out)->attr;
    a->conv.stride_h = a->conv.stride_w = a->conv.dilation_h = a->conv.dilation_w = a->conv.depth_multiplier = 1;
    return a;
}

static int32_t like_input(net *n, const char *name)
{
    return test_tensor(&n->b, name, 1, SIDE, SIDE, DEEP);
}

/* ---- the networks ---- */

static void plain_conv(net *n)
{
    const int32_t w = test_weights(&n->b, "w", 0.2f, 8, 3, 3, DEEP), bias = test_weights(&n->b, "b", 0.3f, 8, 0, 0, 0);
    conv(n, TH_OP_CONV_2D, w, bias, like_input(n, "y"))->conv.act = TH_ACT_RELU;
}

static void no_bias(net *n)
{
    conv(n, TH_OP_CONV_2D, test_weights(&n->b, "w", 0.2f, 8, 3, 3, DEEP), -1, like_input(n, "y"));
}

static void grouped_conv(net *n)
{
    const int32_t w = test_weights(&n->b, "w", 0.2f, 8, 3, 3, DEEP / 4),
                  bias = test_weights(&n->b, "b", 0.3f, 8, 0, 0, 0);
    conv(n, TH_OP_CONV_2D, w, bias, like_input(n, "y"));
}

static void dilated_conv(net *n)
{
    const int32_t w = test_weights(&n->b, "w", 0.2f, 8, 3, 3, DEEP), bias = test_weights(&n->b, "b", 0.3f, 8, 0, 0, 0);
    th_attr *a = conv(n, TH_OP_CONV_2D, w, bias, like_input(n, "y"));
    a->conv.dilation_h = a->conv.dilation_w = 2;
}

static void conv1d(net *n) /* one row */
{
    start(n, 1, 1, 20, 4);
    const int32_t w = test_weights(&n->b, "w", 0.3f, 6, 1, 5, 4), bias = test_weights(&n->b, "b", 0.3f, 6, 0, 0, 0);
    conv(n, TH_OP_CONV_2D, w, bias, test_tensor(&n->b, "y", 1, 1, 20, 6));
}

static void depthwise(net *n)
{
    const int32_t w = test_weights(&n->b, "w", 0.4f, 1, 3, 3, 2 * DEEP),
                  bias = test_weights(&n->b, "b", 0.3f, 2 * DEEP, 0, 0, 0);
    conv(n, TH_OP_DEPTHWISE_CONV_2D, w, bias, test_tensor(&n->b, "y", 1, SIDE, SIDE, 2 * DEEP))->conv.depth_multiplier =
        2;
}

static void transpose_conv(net *n)
{
    const int32_t size[4] = {1, 2 * SIDE, 2 * SIDE, 4}, x = n->b.last, shape = ints(n, "shape", 4, size, 0);
    const int32_t w = test_weights(&n->b, "w", 0.3f, 4, 3, 3, DEEP), bias = test_weights(&n->b, "b", 0.3f, 4, 0, 0, 0);
    th_node *k = test_node(&n->b, TH_OP_TRANSPOSE_CONV, shape, w, x, test_tensor(&n->b, "y", 1, 2 * SIDE, 2 * SIDE, 4));
    int32_t *in = th_model_alloc(n->b.model, 4, sizeof *in);
    memcpy(in, k->in, 3 * sizeof *in);
    in[3] = bias;
    k->in = in;
    k->n_in = 4;
    k->attr.conv.stride_h = k->attr.conv.stride_w = 2;
    k->attr.conv.dilation_h = k->attr.conv.dilation_w = 1;
}

static void dense_twice(net *n) /* the same weights, as an unrolled recurrent network has them */
{
    start(n, 1, 16, 0, 0);
    const int32_t w = test_weights(&n->b, "w", 0.25f, 16, 16, 0, 0), bias = test_weights(&n->b, "b", 0.3f, 16, 0, 0, 0);
    int32_t x = n->b.last;
    test_node(&n->b, TH_OP_FULLY_CONNECTED, x, w, bias, test_tensor(&n->b, "h", 1, 16, 0, 0))->attr.dense.act =
        TH_ACT_RELU;
    x = n->b.last;
    test_node(&n->b, TH_OP_FULLY_CONNECTED, x, w, bias, test_tensor(&n->b, "y", 1, 16, 0, 0));
}

static void unary(net *n, th_op op)
{
    const int32_t x = n->b.last;
    test_node(&n->b, op, x, -1, -1, like_input(n, "y"));
}

static void relu(net *n)
{
    unary(n, TH_OP_RELU);
}
static void relu6(net *n)
{
    unary(n, TH_OP_RELU6);
}
static void hard_swish(net *n)
{
    unary(n, TH_OP_HARD_SWISH);
}
static void logistic(net *n)
{
    unary(n, TH_OP_LOGISTIC);
}
static void tanh_op(net *n)
{
    unary(n, TH_OP_TANH);
}
static void elu(net *n)
{
    unary(n, TH_OP_ELU);
}
static void abs_op(net *n)
{
    unary(n, TH_OP_ABS);
}
static void l2_norm(net *n)
{
    unary(n, TH_OP_L2_NORMALIZATION);
}

static void leaky_relu(net *n)
{
    unary(n, TH_OP_LEAKY_RELU);
    n->b.g->nodes[0].attr.leaky.alpha = 0.1f;
}

static void softmax(net *n)
{
    unary(n, TH_OP_SOFTMAX);
    n->b.g->nodes[0].attr.softmax.beta = 1.0f;
}

static void prelu(net *n)
{
    const int32_t x = n->b.last, alpha = test_weights(&n->b, "alpha", 0.3f, DEEP, 0, 0, 0);
    test_node(&n->b, TH_OP_PRELU, x, alpha, -1, like_input(n, "y"));
}

static void pool(net *n, th_op op)
{
    th_attr *a = conv(n, op, -1, -1, test_tensor(&n->b, "y", 1, SIDE / 2, SIDE / 2, DEEP));
    a->conv.filter_h = a->conv.filter_w = a->conv.stride_h = a->conv.stride_w = 2;
}

static void average_pool(net *n)
{
    pool(n, TH_OP_AVERAGE_POOL_2D);
}
static void max_pool(net *n)
{
    pool(n, TH_OP_MAX_POOL_2D);
}

static void two(net *n, th_op op) /* tanh(x) op x */
{
    const int32_t x = n->b.last;
    unary(n, TH_OP_TANH);
    test_node(&n->b, op, n->b.last, x, -1, test_tensor(&n->b, "z", 1, SIDE, SIDE, DEEP));
}

static void add(net *n)
{
    two(n, TH_OP_ADD);
}
static void sub(net *n)
{
    two(n, TH_OP_SUB);
}
static void mul(net *n)
{
    two(n, TH_OP_MUL);
}
static void maximum(net *n)
{
    two(n, TH_OP_MAXIMUM);
}

static void with_constant(net *n, th_op op)
{
    const int32_t x = n->b.last, c = test_weights(&n->b, "c", 0.7f, DEEP, 0, 0, 0);
    test_node(&n->b, op, x, c, -1, like_input(n, "y"));
}

static void add_constant(net *n)
{
    with_constant(n, TH_OP_ADD);
}
static void mul_constant(net *n)
{
    with_constant(n, TH_OP_MUL);
}
static void minimum_constant(net *n)
{
    with_constant(n, TH_OP_MINIMUM);
}

static void nearly_nothing(net *n) /* x + (-x + what is small): an output far below its inputs */
{
    const int32_t x = n->b.last, c = test_weights(&n->b, "c", 1e-7f, DEEP, 0, 0, 0);
    test_node(&n->b, TH_OP_SUB, x, x, -1, like_input(n, "y"));
    test_node(&n->b, TH_OP_ADD, n->b.last, c, -1, like_input(n, "z"));
}

static void concat(net *n) /* the fixed scale of tanh beside a free one */
{
    const int32_t x = n->b.last;
    unary(n, TH_OP_TANH);
    test_node(&n->b, TH_OP_CONCATENATION, n->b.last, x, -1, test_tensor(&n->b, "z", 1, SIDE, SIDE, 2 * DEEP))
        ->attr.concat.axis = 3;
}

static void resize(net *n, th_op op)
{
    const int32_t size[2] = {2 * SIDE, 2 * SIDE}, x = n->b.last, s = ints(n, "size", 2, size, 0);
    test_node(&n->b, op, x, s, -1, test_tensor(&n->b, "y", 1, 2 * SIDE, 2 * SIDE, DEEP));
}

static void upsample(net *n)
{
    resize(n, TH_OP_RESIZE_NEAREST_NEIGHBOR);
}
static void bilinear(net *n)
{
    resize(n, TH_OP_RESIZE_BILINEAR);
}

static void mean(net *n)
{
    const int32_t axes[2] = {1, 2}, x = n->b.last, a = ints(n, "axes", 2, axes, 0);
    test_node(&n->b, TH_OP_MEAN, x, a, -1, test_tensor(&n->b, "y", 1, DEEP, 0, 0));
}

static void pad(net *n)
{
    const int32_t frame[8] = {0, 0, 1, 2, 1, 0, 0, 0}, x = n->b.last, f = ints(n, "frame", 8, frame, 4);
    test_node(&n->b, TH_OP_PAD, x, f, -1, test_tensor(&n->b, "y", 1, SIDE + 3, SIDE + 1, DEEP));
}

static void reshape(net *n)
{
    const int32_t x = n->b.last;
    test_node(&n->b, TH_OP_RESHAPE, x, -1, -1, test_tensor(&n->b, "y", 1, SIDE * SIDE * DEEP, 0, 0));
}

static int32_t state(net *n, const char *name, int32_t d0, int32_t d1)
{
    const int32_t t = test_tensor(&n->b, name, d0, d1, 0, 0);
    n->b.g->tensors[t].is_variable = 1;
    return t;
}

static void lstm(net *n)
{
    enum { CELLS = 6, FEATURES = 5, STEPS = 8 };
    start(n, 1, STEPS, FEATURES, 0);
    int32_t *in = th_model_alloc(n->b.model, 24, sizeof *in);
    const int32_t x = n->b.last;
    for (int i = 0; i < 24; i++) in[i] = -1;
    in[0] = x;
    for (int g = 0; g < 4; g++) {
        in[1 + g] = test_weights(&n->b, "w", 0.4f, CELLS, FEATURES, 0, 0);
        in[5 + g] = test_weights(&n->b, "r", 0.4f, CELLS, CELLS, 0, 0);
        in[12 + g] = test_weights(&n->b, "b", 0.2f, CELLS, 0, 0, 0);
    }
    in[18] = state(n, "h", 1, CELLS);
    in[19] = state(n, "c", 1, CELLS);
    th_node *k =
        test_node(&n->b, TH_OP_UNIDIRECTIONAL_SEQUENCE_LSTM, x, -1, -1, test_tensor(&n->b, "y", 1, STEPS, CELLS, 0));
    k->in = in;
    k->n_in = 24;
    k->attr.lstm.act = TH_ACT_TANH;
}

static void svdf(net *n)
{
    enum { FEATURES = 10, FILTERS = 8, MEMORY = 3 };
    start(n, 1, FEATURES, 0, 0);
    int32_t *in = th_model_alloc(n->b.model, 5, sizeof *in);
    const int32_t x = n->b.last;
    in[0] = x;
    in[1] = test_weights(&n->b, "wf", 0.4f, FILTERS, FEATURES, 0, 0);
    in[2] = test_weights(&n->b, "wt", 0.5f, FILTERS, MEMORY, 0, 0);
    in[3] = test_weights(&n->b, "b", 0.2f, FILTERS / 2, 0, 0, 0);
    in[4] = state(n, "state", 1, FILTERS * MEMORY);
    th_node *k = test_node(&n->b, TH_OP_SVDF, x, -1, -1, test_tensor(&n->b, "y", 1, FILTERS / 2, 0, 0));
    k->in = in;
    k->n_in = 5;
    k->attr.svdf.rank = 2;
}

static void svdf_relu_no_bias(net *n)
{
    svdf(n);
    ((int32_t *)(uintptr_t)n->b.g->nodes[0].in)[3] = -1;
    n->b.g->nodes[0].attr.svdf.act = TH_ACT_RELU;
}

/* least_db of int8 and int16; the latter 0: it has no int16 form and stays int8. */
static const struct {
    const char *name;
    void (*make)(net *n);
    double least_db[2];
} cases[] = {
    {"conv2d", plain_conv, {34, 38}},
    {"conv2d without bias", no_bias, {34, 38}},
    {"grouped conv2d", grouped_conv, {34, 38}},
    {"dilated conv2d", dilated_conv, {34, 38}},
    {"conv1d", conv1d, {34, 38}},
    {"depthwise", depthwise, {34, 38}},
    {"transpose conv", transpose_conv, {34, 38}},
    {"dense, shared weights", dense_twice, {30, 34}},
    {"relu", relu, {36, 80}},
    {"relu6", relu6, {34, 80}},
    {"leaky relu", leaky_relu, {34, 80}},
    {"prelu", prelu, {34, 40}},
    {"hard swish", hard_swish, {34, 0}},
    {"sigmoid", logistic, {34, 60}},
    {"tanh", tanh_op, {34, 50}},
    {"elu", elu, {34, 0}},
    {"abs", abs_op, {34, 80}},
    {"l2 normalisation", l2_norm, {30, 0}},
    {"softmax", softmax, {28, 50}},
    {"average pool", average_pool, {32, 70}},
    {"max pool", max_pool, {34, 80}},
    {"add", add, {32, 70}},
    {"sub", sub, {28, 50}},
    {"mul", mul, {30, 70}},
    {"maximum", maximum, {34, 70}},
    {"add a constant", add_constant, {32, 70}},
    {"mul by a constant", mul_constant, {32, 70}},
    {"minimum with a constant", minimum_constant, {32, 70}},
    {"nearly nothing", nearly_nothing, {-300, -300}}, /* it runs */
    {"concat", concat, {34, 60}},
    {"upsample", upsample, {34, 80}},
    {"bilinear", bilinear, {32, 0}},
    {"mean", mean, {24, 60}},
    {"pad", pad, {34, 80}},
    {"reshape", reshape, {34, 80}},
    {"lstm", lstm, {20, 30}},
    {"svdf", svdf, {32, 0}},
    {"svdf with relu, without bias", svdf_relu_no_bias, {32, 0}},
};

static void every_operator_stays_close(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int wide = 0; wide < 2; wide++) {
            net n;
            start(&n, 1, SIDE, SIDE, DEEP);
            th_model *first = n.b.model; /* some make a network of their own shape */
            cases[i].make(&n);
            if (n.b.model != first) th_model_free(first);
            finish(&n);
            const th_quantize_job job = {
                .model = n.b.model,
                .samples = {.n = 50, .sample = sample, .ctx = &n, .in_a_row = 10},
                .settings = {.method = TH_RANGE_MIN_MAX, .wide = wide != 0, .ends = wide ? TH_ENDS_S16 : TH_ENDS_S8}};
            th_model *made = NULL;
            th_layer_error *rows = NULL;
            int32_t n_rows = 0;
            th_why why = {0};
            if (th_quantize(&job, &made, &rows, &n_rows, &why)) fail_msg("%s: %s", cases[i].name, why.text);
            const th_layer_error *last = &rows[n_rows - 1];
            const bool stays = wide && cases[i].least_db[1] == 0.0;
            const double least = cases[i].least_db[stays ? 0 : wide];
            printf("%s %s: %.1f dB\n", cases[i].name, th_precision_name(last->precision), last->snr_db);
            assert_int_equal(last->precision, wide && !stays ? TH_P_S16 : TH_P_S8);
            if (!(last->snr_db >= least))
                fail_msg("%s: %.1f dB are less than %.1f", cases[i].name, last->snr_db, least);
            free(rows);
            th_model_free(made);
            th_model_free(n.b.model);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_operator_stays_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
