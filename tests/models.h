/* tests/models.h -- models that tests make themselves, so that they need no file. */
#ifndef TH_TEST_MODELS_H
#define TH_TEST_MODELS_H

#include "base/rng.h"
#include "model/graph.h"
#include "model/pipeline.h"

/* A graph in the making: tensors and nodes are appended. */
typedef struct test_build {
    th_model *model;
    th_graph *g;
    th_rng rng;
    int32_t last;  /* newest activation */
    int32_t *ends; /* numbers of input and output */
} test_build;

static inline int32_t test_tensor(test_build *b, const char *name, int32_t n0, int32_t n1, int32_t n2, int32_t n3)
{
    const int32_t d[4] = {n0, n1, n2, n3}, i = b->g->n_tensors++;
    th_tensor *t = &b->g->tensors[i];
    t->name = name;
    t->type = TH_F32;
    for (int32_t k = 0; k < 4 && d[k] > 0; k++) t->shape.d[t->shape.rank++] = d[k];
    return i;
}

/* Normal values of deviation `spread`, the same ones every time. */
static inline int32_t test_weights(test_build *b, const char *name, float spread, int32_t n0, int32_t n1, int32_t n2,
                                   int32_t n3)
{
    const int32_t i = test_tensor(b, name, n0, n1, n2, n3), n = th_shape_count(&b->g->tensors[i].shape);
    float *w = th_model_alloc(b->model, (size_t)n, sizeof *w);
    for (int32_t k = 0; k < n; k++) w[k] = spread * th_rng_normal(&b->rng);
    b->g->tensors[i].data = w;
    return i;
}

static inline th_node *test_node(test_build *b, th_op op, int32_t in0, int32_t in1, int32_t in2, int32_t out)
{
    th_node *n = &b->g->nodes[b->g->n_nodes++];
    const int32_t in[3] = {in0, in1, in2};
    int32_t *list = th_model_alloc(b->model, 4, sizeof *list);
    for (n->n_in = 0; n->n_in < 3 && in[n->n_in] >= 0; n->n_in++) list[n->n_in] = in[n->n_in];
    list[3] = out;
    n->op = op;
    n->in = list;
    n->out = list + 3;
    n->n_out = 1;
    b->last = out;
    return n;
}

static inline void test_conv(test_build *b, int32_t h, int32_t w, int32_t in_c, int32_t out_c, int32_t k_h, int32_t k_w,
                             int32_t stride)
{
    const int32_t in = b->last, weights = test_weights(b, "conv/w", 1.4f / 6.0f, out_c, k_h, k_w, in_c);
    const int32_t bias = test_weights(b, "conv/b", 0.1f, out_c, 0, 0, 0), out = test_tensor(b, "conv", 1, h, w, out_c);
    th_attr *a = &test_node(b, TH_OP_CONV_2D, in, weights, bias, out)->attr;
    a->conv.act = TH_ACT_RELU;
    a->conv.stride_h = a->conv.stride_w = stride;
    a->conv.dilation_h = a->conv.dilation_w = 1;
}

static inline void test_depthwise(test_build *b, int32_t h, int32_t w, int32_t c)
{
    const int32_t in = b->last, weights = test_weights(b, "dw/w", 0.5f, 1, 3, 3, c),
                  bias = test_weights(b, "dw/b", 0.1f, c, 0, 0, 0);
    const int32_t out = test_tensor(b, "dw", 1, h, w, c);
    th_attr *a = &test_node(b, TH_OP_DEPTHWISE_CONV_2D, in, weights, bias, out)->attr;
    a->conv.act = TH_ACT_RELU;
    a->conv.stride_h = a->conv.stride_w = a->conv.dilation_h = a->conv.dilation_w = a->conv.depth_multiplier = 1;
}

/* A model with one graph and its input [1][h][w][c]. */
static inline test_build test_begin(uint64_t seed, uint64_t stream, int32_t h, int32_t w, int32_t c)
{
    test_build b = {.rng = th_rng_make(seed, stream)};
    th_why why = {0};
    if (th_model_new(&b.model, &why)) fail_msg("%s", why.text);
    b.model->description = "test";
    b.model->n_graphs = 1;
    b.g = b.model->graphs = th_model_alloc(b.model, 1, sizeof *b.g);
    b.g->name = "main";
    b.g->tensors = th_model_alloc(b.model, 32, sizeof *b.g->tensors);
    b.g->nodes = th_model_alloc(b.model, 16, sizeof *b.g->nodes);
    b.ends = th_model_alloc(b.model, 2, sizeof *b.ends);
    b.g->inputs = b.ends;
    b.g->outputs = b.ends + 1;
    b.g->n_inputs = b.g->n_outputs = 1;
    b.ends[0] = b.last = test_tensor(&b, "input", 1, h, w, c);
    return b;
}

/* The newest activation is the output. */
static inline th_model *test_end(test_build *b)
{
    b->ends[1] = b->last;
    return b->model;
}

/* conv -> depthwise -> pointwise -> global average -> reshape -> dense -> soft-max, of 12 frames of 10 to 4 classes. */
static inline th_model *test_ds_cnn(uint64_t seed)
{
    test_build b = test_begin(seed, 1, 12, 10, 1);
    test_conv(&b, 6, 5, 1, 8, 4, 3, 2);
    test_depthwise(&b, 6, 5, 8);
    test_conv(&b, 6, 5, 8, 12, 1, 1, 1);
    int32_t from = b.last;
    th_attr *a = &test_node(&b, TH_OP_AVERAGE_POOL_2D, from, -1, -1, test_tensor(&b, "pool", 1, 1, 1, 12))->attr;
    a->conv.padding = TH_PAD_VALID;
    a->conv.filter_h = a->conv.stride_h = 6;
    a->conv.filter_w = a->conv.stride_w = 5;
    a->conv.dilation_h = a->conv.dilation_w = 1;
    from = b.last;
    test_node(&b, TH_OP_RESHAPE, from, -1, -1, test_tensor(&b, "flat", 1, 12, 0, 0));
    from = b.last;
    const int32_t w = test_weights(&b, "fc/w", 0.8f, 4, 12, 0, 0), bias = test_weights(&b, "fc/b", 0.1f, 4, 0, 0, 0);
    test_node(&b, TH_OP_FULLY_CONNECTED, from, w, bias, test_tensor(&b, "fc", 1, 4, 0, 0));
    from = b.last;
    test_node(&b, TH_OP_SOFTMAX, from, -1, -1, test_tensor(&b, "scores", 1, 4, 0, 0))->attr.softmax.beta = 1.0f;
    return test_end(&b);
}

/* Settings that fit test_ds_cnn. */
static inline th_pipeline test_pipeline(void)
{
    th_pipeline p = {
        .task = "keyword",
        .n_labels = 4,
        .labels = {"yes", "\xd9\x86\xd8\xb9\xd9\x85", "unknown", "silence"},
        .frontend = {TH_MFCC, 16000, 480, 320, 512, 40, 10, 20.0f, 7600.1f},
        .clip_samples = 4000,
        .n_frames = 12,
        .detect = {1000, 1500, 3, 100, 0.7f},
        .preset = "ds-cnn",
        .source_hash = 0x0123456789abcdefull,
    };
    p.n_frames = th_frontend_frames(&p.frontend, p.clip_samples);
    for (int i = 0; i < 10; i++) {
        p.mean[i] = (float)i / 3.0f - 1.0f;
        p.inv_std[i] = 1.0f / (float)(i + 7);
    }
    return p;
}

#endif
