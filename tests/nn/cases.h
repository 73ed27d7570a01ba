/* tests/nn/cases.h -- one operator with any number of tensors, random contents, and what it must give.
 *
 * A maker fills in tensors and computes `want` from the operator's definition, element by element; case_run runs the
 * operator through its row; case_compare asks for TensorFlow Lite Micro's bytes too. */
#ifndef TH_TEST_CASES_H
#define TH_TEST_CASES_H

#include "../tflm.h"

#include "base/rng.h"
#include "nn/op.h"

#include <math.h>

#define CASE_TENSORS 24

typedef struct op_case {
    th_rng rng;
    th_tensor t[CASE_TENSORS];
    uint8_t *data[CASE_TENSORS], *want[CASE_TENSORS]; /* want: outputs only */
    float scale[CASE_TENSORS];
    int32_t zero[CASE_TENSORS];
    int32_t n_tensors, in[CASE_TENSORS], out[CASE_TENSORS], n_fed, fed[CASE_TENSORS];
    th_node node;
    th_diag diag;
    th_step step;
    _Alignas(16) uint8_t memory[1 << 18];
} op_case;

static inline int32_t pick(op_case *c, int32_t lo, int32_t hi)
{
    return lo + (int32_t)th_rng_below(&c->rng, (uint32_t)(hi - lo + 1));
}

static inline op_case *case_new(uint64_t seed, th_op op)
{
    op_case *c = calloc(1, sizeof *c);
    assert_non_null(c);
    c->rng = th_rng_make(seed, (uint64_t)op + 1);
    c->node = (th_node){.op = op, .in = c->in, .out = c->out};
    return c;
}

static inline void case_free(op_case *c)
{
    for (int i = 0; i < CASE_TENSORS; i++) free(c->data[i]), free(c->want[i]);
    free(c);
}

static inline int32_t add_tensor(op_case *c, th_type type, th_shape shape)
{
    const int32_t i = c->n_tensors++;
    assert_true(i < CASE_TENSORS);
    c->t[i] = (th_tensor){.name = "t", .type = type, .shape = shape};
    c->data[i] = calloc((size_t)th_shape_count(&shape) + 1, 8);
    assert_non_null(c->data[i]);
    c->scale[i] = 0.125f;
    c->zero[i] = type == TH_S8 ? -7 : 0;
    if (type == TH_S8 || type == TH_S16 || type == TH_U8) c->t[i].quant = (th_quant){&c->scale[i], &c->zero[i], 1, 0};
    return i;
}

static inline void set_quant(op_case *c, int32_t i, float scale, int32_t zero)
{
    c->scale[i] = scale;
    c->zero[i] = zero;
}

/* An input that is fed, with random contents. */
static inline int32_t add_input(op_case *c, th_type type, th_shape shape)
{
    const int32_t i = add_tensor(c, type, shape);
    const size_t bytes = (size_t)th_shape_count(&shape) * th_type_bytes(type);
    for (size_t k = 0; k < bytes; k++) c->data[i][k] = (uint8_t)th_rng_below(&c->rng, type == TH_BOOL ? 2 : 256);
    for (size_t k = 0; type == TH_F32 && k < bytes / 4; k++)
        ((float *)(void *)c->data[i])[k] = th_rng_range(&c->rng, -2.0f, 2.0f);
    c->in[c->node.n_in++] = i;
    c->fed[c->n_fed++] = i;
    return i;
}

/* A constant input: n numbers of int32 (int64 when `wide`) in the given shape. */
static inline int32_t add_const(op_case *c, th_shape shape, const int32_t *v, int wide)
{
    const int32_t i = add_tensor(c, wide ? TH_S64 : TH_S32, shape);
    for (int32_t k = 0; k < th_shape_count(&shape); k++) {
        if (wide)
            ((int64_t *)(void *)c->data[i])[k] = v[k];
        else
            ((int32_t *)(void *)c->data[i])[k] = v[k];
    }
    c->t[i].data = c->data[i];
    c->in[c->node.n_in++] = i;
    return i;
}

static inline th_shape shape_of(int32_t rank, const int32_t *d)
{
    th_shape s = {.rank = rank};
    for (int32_t i = 0; i < rank; i++) s.d[i] = d[i];
    return s;
}

static inline th_shape list(int32_t n)
{
    return shape_of(1, &n);
}

static inline int32_t add_list(op_case *c, int32_t n, const int32_t *v)
{
    return add_const(c, list(n), v, 0);
}

static inline int32_t add_number(op_case *c, int32_t v)
{
    return add_const(c, (th_shape){.rank = 0}, &v, 0);
}

static inline int32_t add_output(op_case *c, th_type type, th_shape shape)
{
    const int32_t i = add_tensor(c, type, shape);
    c->want[i] = calloc((size_t)th_shape_count(&shape) + 1, 8);
    assert_non_null(c->want[i]);
    c->out[c->node.n_out++] = i;
    return i;
}

static inline th_shape random_shape(op_case *c, int32_t lo, int32_t hi, int32_t size)
{
    th_shape s = {.rank = pick(c, lo, hi)};
    for (int32_t d = 0; d < s.rank; d++) s.d[d] = pick(c, 1, size);
    return s;
}

static inline void unravel(int32_t i, const th_shape *s, int32_t *ix)
{
    for (int32_t d = s->rank - 1; d >= 0; d--) ix[d] = i % s->d[d], i /= s->d[d];
}

static inline int32_t ravel(const int32_t *ix, const th_shape *s)
{
    int32_t i = 0;
    for (int32_t d = 0; d < s->rank; d++) {
        assert_true(ix[d] >= 0 && ix[d] < s->d[d]);
        i = i * s->d[d] + ix[d];
    }
    return i;
}

/* want[y][i] = data[x][k] */
static inline void take(op_case *c, int32_t y, int32_t i, int32_t x, int32_t k)
{
    const size_t b = th_type_bytes(c->t[y].type);
    memcpy(c->want[y] + (size_t)i * b, c->data[x] + (size_t)k * b, b);
}

/* Number i of a tensor as a double. */
static inline double value(const op_case *c, int32_t t, int32_t i)
{
    const void *p = c->data[t];
    switch ((int)c->t[t].type) {
    case TH_F32: return (double)((const float *)p)[i];
    case TH_S8: return ((const int8_t *)p)[i];
    case TH_U8:
    case TH_BOOL: return ((const uint8_t *)p)[i];
    case TH_S16: return ((const int16_t *)p)[i];
    case TH_S32: return ((const int32_t *)p)[i];
    default: fail(); return 0;
    }
}

static inline void put(op_case *c, int32_t t, int32_t i, double v)
{
    void *p = c->want[t];
    switch ((int)c->t[t].type) {
    case TH_F32: ((float *)p)[i] = (float)v; break;
    case TH_S8: ((int8_t *)p)[i] = (int8_t)v; break;
    case TH_U8:
    case TH_BOOL: ((uint8_t *)p)[i] = (uint8_t)v; break;
    case TH_S16: ((int16_t *)p)[i] = (int16_t)v; break;
    case TH_S32: ((int32_t *)p)[i] = (int32_t)v; break;
    default: fail();
    }
}

static inline th_err case_prepare(op_case *c)
{
    th_arena arena = th_arena_over(c->memory, sizeof c->memory);
    c->step = (th_step){0};
    const th_prepare p = {&c->node, c->t, &arena, &c->diag, 0};
    const th_op_row *row = th_op_find((int32_t)c->node.op);
    assert_non_null(row);
    return row->prepare(&p, &c->step);
}

/* The row's rule for the shape of output 0 agrees with the maker's. */
static inline void check_infer(op_case *c)
{
    th_arena arena = th_arena_over(c->memory, sizeof c->memory);
    th_shape s = {.rank = 0};
    const th_prepare p = {&c->node, c->t, &arena, &c->diag, 0};
    assert_int_equal(th_op_find((int32_t)c->node.op)->infer(&p, &s), TH_OK);
    const th_shape *y = &c->t[c->out[0]].shape;
    assert_int_equal(s.rank, y->rank);
    for (int32_t d = 0; d < s.rank; d++) assert_int_equal(s.d[d], y->d[d]);
}

/* Runs into fresh memory of exactly the outputs' size, so that sanitizers see what lies beyond. */
static inline void case_run(op_case *c)
{
    check_infer(c);
    const th_err err = case_prepare(c);
    if (err) printf("prepare: %s\n", c->diag.msg);
    assert_int_equal(err, TH_OK);
    const void *in[CASE_TENSORS];
    void *out[CASE_TENSORS];
    for (int i = 0; i < c->node.n_in; i++) {
        const size_t bytes = th_tensor_bytes(&c->t[c->in[i]]);
        void *copy = malloc(bytes);
        assert_non_null(copy);
        memcpy(copy, c->data[c->in[i]], bytes);
        in[i] = copy;
    }
    for (int i = 0; i < c->node.n_out; i++) {
        const int32_t t = c->out[i];
        free(c->data[t]);
        c->data[t] = malloc(th_tensor_bytes(&c->t[t]));
        assert_non_null(c->data[t]);
        memset(c->data[t], 0xa5, th_tensor_bytes(&c->t[t]));
        out[i] = c->data[t];
    }
    assert_true(c->step.n_in <= c->node.n_in && c->step.n_out == c->node.n_out);
    c->step.kernel(c->step.par, in, out, NULL);
    for (int i = 0; i < c->node.n_in; i++) free((void *)(uintptr_t)in[i]);
}

static inline void case_check(op_case *c)
{
    conforms(&c->node, c->t, CONFORMS_SECOND, 1);
    for (int i = 0; i < c->node.n_out; i++) {
        const int32_t t = c->out[i];
        if (memcmp(c->data[t], c->want[t], th_tensor_bytes(&c->t[t])) == 0) continue;
        double largest = 1;
        for (int32_t k = 0; c->t[t].type == TH_F32 && k < th_shape_count(&c->t[t].shape); k++)
            largest = fmax(largest, fabs((double)((float *)(void *)c->want[t])[k]));
        for (int32_t k = 0; k < th_shape_count(&c->t[t].shape); k++) {
            const size_t b = th_type_bytes(c->t[t].type);
            if (memcmp(c->data[t] + (size_t)k * b, c->want[t] + (size_t)k * b, b) == 0) continue;
            if (c->t[t].type == TH_F32 && fabs((double)((float *)(void *)c->data[t])[k] -
                                               (double)((float *)(void *)c->want[t])[k]) <= 1e-5 * largest)
                continue;
            printf("%s, output %d, element %d differs\n", th_op_find((int32_t)c->node.op)->name, i, (int)k);
            fail();
        }
    }
}

/* The same in TensorFlow Lite Micro, for what it runs. */
static inline void case_compare(const op_case *c)
{
    static uint8_t in[1 << 18], made[1 << 18];
    size_t n_in = 0, n_made = 0;
    for (int32_t i = 0; i < c->n_fed; i++) {
        const size_t bytes = th_tensor_bytes(&c->t[c->fed[i]]);
        assert_true(n_in + bytes <= sizeof in);
        memcpy(in + n_in, c->data[c->fed[i]], bytes);
        n_in += bytes;
    }
    for (int32_t i = 0; i < c->node.n_out; i++) {
        const size_t bytes = th_tensor_bytes(&c->t[c->out[i]]);
        assert_true(n_made + bytes <= sizeof made);
        memcpy(made + n_made, c->data[c->out[i]], bytes);
        n_made += bytes;
    }
    tflm_compare(&(tflm_case){&c->node, c->t, c->fed, c->n_fed, in, made, NULL, n_in, n_made, NULL});
}

#endif
