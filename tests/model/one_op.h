/* tests/model/one_op.h -- a model of one custom operator: options, tensors, random inputs, several runs in a row; each
 * case is compared with TensorFlow Lite Micro (tests/tflm.h). */
#ifndef TH_TEST_ONE_OP_H
#define TH_TEST_ONE_OP_H

#include "../tflm.h"

#include "base/rng.h"
#include "model/plan.h"
#include "os/file.h"

#define ONE_TENSORS 10
#define ONE_BYTES   (1 << 20)

typedef struct one_op {
    th_rng rng;
    th_model *model;
    th_graph *g;
    th_node *node;
    int32_t in[ONE_TENSORS], out[2], fed[ONE_TENSORS];
    struct {
        const char *key;
        int32_t value;
        bool is_bool;
    } option[10];
    int32_t n_options;
    uint8_t flex[512];
    uint8_t *fed_bytes, *made; /* of all runs, as a runner takes and gives them */
    size_t n_fed, n_made;
    uint8_t *open; /* 1: that byte of `made` is left as it was before, so the reference may have another */
} one_op;

static inline int32_t one_between(one_op *o, int32_t lo, int32_t hi)
{
    return lo + (int32_t)th_rng_below(&o->rng, (uint32_t)(hi - lo + 1));
}

static inline one_op *one_new(uint64_t seed, th_op op)
{
    one_op *o = calloc(1, sizeof *o);
    th_why why = {0};
    assert_non_null(o);
    o->rng = th_rng_make(seed, 11);
    assert_int_equal(th_model_new(&o->model, &why), TH_OK);
    o->model->description = "one operator";
    o->model->n_graphs = 1;
    o->g = o->model->graphs = th_model_alloc(o->model, 1, sizeof *o->g);
    o->g->name = "main";
    o->g->tensors = th_model_alloc(o->model, ONE_TENSORS, sizeof *o->g->tensors);
    o->g->nodes = o->node = th_model_alloc(o->model, 1, sizeof *o->node);
    o->g->n_nodes = 1;
    *o->node = (th_node){.op = op, .in = o->in, .out = o->out};
    o->g->inputs = o->fed;
    o->g->outputs = o->out;
    o->fed_bytes = malloc(ONE_BYTES);
    o->made = malloc(ONE_BYTES);
    o->open = calloc(ONE_BYTES, 1);
    return o;
}

static inline void one_free(one_op *o)
{
    for (int32_t i = 0; i < o->g->n_tensors; i++) free((void *)(uintptr_t)o->g->tensors[i].data);
    th_model_free(o->model);
    free(o->fed_bytes);
    free(o->made);
    free(o->open);
    free(o);
}

static inline th_shape one_shape(int32_t rank, int32_t a, int32_t b, int32_t c)
{
    return (th_shape){.rank = rank, .d = {a, b, c}};
}

static inline int32_t one_tensor(one_op *o, th_type type, th_shape shape)
{
    const int32_t i = o->g->n_tensors++;
    o->g->tensors[i] = (th_tensor){.name = "t", .type = type, .shape = shape};
    return i;
}

/* Adds the input to the node; data NULL: it is fed. */
static inline void one_in(one_op *o, th_type type, th_shape shape, const void *data)
{
    const int32_t t = one_tensor(o, type, shape);
    o->in[o->node->n_in++] = t;
    if (!data) {
        o->fed[o->g->n_inputs++] = t;
        return;
    }
    const size_t n = th_tensor_bytes(&o->g->tensors[t]);
    void *copy = malloc(n);
    memcpy(copy, data, n);
    o->g->tensors[t].data = copy;
}

static inline void one_out(one_op *o, th_type type, th_shape shape)
{
    o->out[o->node->n_out++] = one_tensor(o, type, shape);
    o->g->n_outputs = o->node->n_out;
}

/* In the order of the alphabet, as a FlexBuffer keeps them. */
static inline void one_option(one_op *o, const char *key, int32_t value, bool is_bool)
{
    assert_true(o->n_options == 0 || strcmp(o->option[o->n_options - 1].key, key) < 0);
    o->option[o->n_options].key = key;
    o->option[o->n_options].value = value;
    o->option[o->n_options++].is_bool = is_bool;
}

static inline size_t one_put(one_op *o, size_t at, size_t v)
{
    for (int i = 0; i < 4; i++) o->flex[at + (size_t)i] = (uint8_t)(v >> 8 * i);
    return at + 4;
}

/* A map whose widths are all 4 bytes. */
static inline void one_flex(one_op *o)
{
    size_t at = 0, key[10];
    if (!o->n_options) return;
    for (int32_t i = 0; i < o->n_options; i++) {
        key[i] = at;
        memcpy(o->flex + at, o->option[i].key, strlen(o->option[i].key) + 1);
        at += strlen(o->option[i].key) + 1;
    }
    at = one_put(o, (at + 3) / 4 * 4, (size_t)o->n_options);
    const size_t keys = at;
    for (int32_t i = 0; i < o->n_options; i++) at = one_put(o, at, at - key[i]);
    at = one_put(o, at, at - keys);
    at = one_put(o, at, 4);
    at = one_put(o, at, (size_t)o->n_options);
    const size_t values = at;
    for (int32_t i = 0; i < o->n_options; i++) at = one_put(o, at, (size_t)(uint32_t)o->option[i].value);
    for (int32_t i = 0; i < o->n_options; i++) o->flex[at++] = o->option[i].is_bool ? 26 << 2 | 2 : 1 << 2 | 2;
    at = (at + 3) / 4 * 4;
    at = one_put(o, at, at - values);
    o->flex[at++] = 9 << 2 | 2;
    o->flex[at++] = 4;
    o->node->attr.custom.options = (th_span){o->flex, at};
}

/* Random values of all sizes: each vector has its own number of bits, and a few values at the limits. */
static inline void one_random(one_op *o, th_type type, void *to, size_t bytes)
{
    const uint32_t less = th_rng_below(&o->rng, type == TH_U64 ? 50 : type == TH_U32 ? 28 : 12);
    const size_t size = th_type_bytes(type);
    for (size_t i = 0; i < bytes / size; i++) {
        const uint64_t bits = (uint64_t)th_rng_u32(&o->rng) << 32 | th_rng_u32(&o->rng);
        const uint32_t rare = th_rng_below(&o->rng, 64);
        if (type == TH_F32) ((float *)to)[i] = th_rng_range(&o->rng, -2.0f, 2.0f);
        if (type == TH_U64) ((uint64_t *)to)[i] = rare == 0 ? UINT64_MAX : rare == 1 ? UINT32_MAX : bits >> less;
        if (type == TH_U32) ((uint32_t *)to)[i] = rare == 0 ? UINT32_MAX : (uint32_t)bits >> less;
        if (type == TH_S32) ((int32_t *)to)[i] = (int32_t)(uint32_t)bits / (1 << less);
        if (type == TH_S16)
            ((int16_t *)to)[i] = (int16_t)(rare == 0 && less == 0 ? -32767 : (int16_t)(uint16_t)bits / (1 << less));
    }
}

/* n bytes more for the fed inputs, which are random unless the caller changes them before one_run. */
static inline void one_feed(one_op *o, int32_t runs)
{
    o->n_fed = 0;
    for (int32_t r = 0; r < runs; r++)
        for (int32_t i = 0; i < o->g->n_inputs; i++) {
            const th_tensor *t = &o->g->tensors[o->fed[i]];
            const size_t n = th_tensor_bytes(t);
            assert_true(o->n_fed + n <= ONE_BYTES);
            one_random(o, t->type, o->fed_bytes + o->n_fed, n);
            o->n_fed += n;
        }
}

static inline th_err one_plan(one_op *o, th_why *why)
{
    th_plan *plan = NULL;
    *why = (th_why){0};
    one_flex(o);
    const th_err err = th_plan_make(o->g, &plan, why);
    th_plan_free(err ? NULL : plan);
    return err;
}

/* The row's rule for the shape of output 0 agrees with the case. */
static inline void one_infer(const one_op *o)
{
    uint8_t memory[64];
    th_arena arena = th_arena_over(memory, sizeof memory);
    th_shape s = {.rank = 0};
    th_diag diag = {0, ""};
    const th_prepare p = {o->node, o->g->tensors, &arena, &diag, 0};
    const th_shape *y = &o->g->tensors[o->out[0]].shape;
    if (th_op_find((int32_t)o->node->op)->infer(&p, &s)) fail_msg("%s", diag.msg);
    assert_int_equal(s.rank, y->rank);
    for (int32_t d = 0; d < s.rank; d++) assert_int_equal(s.d[d], y->d[d]);
}

/* Runs once for every set of inputs; outputs to o->made. */
static inline void one_run(one_op *o)
{
    th_plan *plan = NULL;
    th_runner *runner = NULL;
    th_why why = {0};
    one_flex(o);
    one_infer(o);
    if (th_plan_make(o->g, &plan, &why) || th_runner_new(plan, &runner, &why)) fail_msg("%s", why.text);
    o->n_made = 0;
    for (size_t at = 0; at < o->n_fed;) {
        for (int32_t i = 0; i < o->g->n_inputs; i++) {
            const size_t n = th_tensor_bytes(&o->g->tensors[o->fed[i]]);
            memcpy(th_runner_input(runner, i), o->fed_bytes + at, n);
            at += n;
        }
        assert_int_equal(th_runner_invoke(runner, NULL, NULL), TH_OK);
        conforms(o->node, o->g->tensors, CONFORMS_SECOND, 1);
        for (int32_t i = 0; i < o->g->n_outputs; i++) {
            const size_t n = th_tensor_bytes(&o->g->tensors[o->out[i]]);
            assert_true(o->n_made + n <= ONE_BYTES);
            memcpy(o->made + o->n_made, th_runner_output(runner, i), n);
            o->n_made += n;
        }
    }
    th_runner_free(runner);
    th_plan_free(plan);
    tflm_compare(&(tflm_case){o->node, o->g->tensors, o->fed, o->g->n_inputs, o->fed_bytes, o->made, o->open, o->n_fed,
                              o->n_made, NULL});
}

#endif
