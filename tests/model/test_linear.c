/* Loading is linear in the file's size, shown by counting: places read and bytes taken, for files that are traps for
 * a reader with a loop in a loop.  Each trap has n parts, or n references to one part; four times as many of them
 * may take four times the work, or the file is refused. */
#include "../test.h"

#include "fmt/flatbuf.h"
#include "fmt/tflite_schema.h"
#include "model/graph.h"
#include "nn/op.h"

#define MOST_PARTS 40000
#define MEM_BYTES  (16u << 20)

typedef struct trap {
    const char *name;
    int tensors, operators, codes, graphs, metadata, signatures; /* 1: n of them */
    int list;                                                    /* 1: input lists of n, shared by all who have one */
    bool apart;   /* tables and names of their own, not one table n times */
    bool refused; /* n * n numbers would have to be kept */
} trap;

static const trap traps[] = {
    {"tensors of their own that share a buffer", .tensors = 1, .apart = true},
    {"one tensor, n times", .tensors = 1, .refused = true},
    {"operator codes", .codes = 1, .apart = true},
    {"one operator code, n times", .codes = 1},
    {"a chain of operators", .tensors = 1, .operators = 1, .apart = true},
    {"operators with the same long list of inputs", .tensors = 1, .operators = 1, .list = 1, .apart = true,
     .refused = true},
    {"metadata of the same name and buffer", .metadata = 1, .apart = true},
    {"signatures that share a list of names", .signatures = 1, .list = 1, .apart = true, .refused = true},
    {"graphs that share their tensors", .graphs = 1, .tensors = 1, .apart = true, .refused = true},
};

typedef struct maker {
    th_fb_writer w;
    uint8_t *mem;
    th_fb_ref *refs, shape, name, list;
    int32_t *numbers;
    int32_t n;
    const trap *t;
} maker;

static int32_t many(const maker *m, int field)
{
    return field ? m->n : 1;
}

/* A vector of n tables, each made by `put`, or all the one that was made first. */
static th_fb_ref vector(maker *m, int32_t n, th_fb_ref (*put)(maker *m, int32_t i))
{
    for (int32_t i = 0; i < n; i++) m->refs[i] = i == 0 || m->t->apart ? put(m, i) : m->refs[0];
    return th_fb_put_refs(&m->w, m->refs, (size_t)n);
}

/* Tensor 0 is fed, the others are made by RELU, or constant where there is one operator only. */
static th_fb_ref put_tensor(maker *m, int32_t i)
{
    th_fb_table_begin(&m->w);
    th_fb_set_ref(&m->w, TH_TFL_TENSOR_SHAPE, m->shape);
    th_fb_set_ref(&m->w, TH_TFL_TENSOR_NAME, m->name);
    th_fb_set_u32(&m->w, TH_TFL_TENSOR_BUFFER, i > 1 && !m->t->operators ? 1 : 0);
    return th_fb_table_end(&m->w);
}

static th_fb_ref put_operator(maker *m, int32_t i)
{
    const int32_t from = m->t->list ? 0 : i, to = i + 1;
    const th_fb_ref in = m->list ? m->list : th_fb_put_i32s(&m->w, &from, 1), out = th_fb_put_i32s(&m->w, &to, 1);
    th_fb_table_begin(&m->w);
    th_fb_set_ref(&m->w, TH_TFL_OP_INPUTS, in);
    th_fb_set_ref(&m->w, TH_TFL_OP_OUTPUTS, out);
    th_fb_set_u32(&m->w, TH_TFL_OP_CODE_INDEX, (uint32_t)many(m, m->t->codes) - 1);
    return th_fb_table_end(&m->w);
}

static th_fb_ref put_code(maker *m, int32_t i)
{
    (void)i;
    th_fb_table_begin(&m->w);
    th_fb_set_i32(&m->w, TH_TFL_OPCODE_BUILTIN, TH_OP_RELU);
    return th_fb_table_end(&m->w);
}

static th_fb_ref put_buffer(maker *m, int32_t i)
{
    static const float one = 1;
    const th_fb_ref data = i ? th_fb_put_bytes(&m->w, &one, sizeof one, 16) : 0;
    th_fb_table_begin(&m->w);
    th_fb_set_ref(&m->w, TH_TFL_BUFFER_DATA, data);
    return th_fb_table_end(&m->w);
}

static th_fb_ref put_metadata(maker *m, int32_t i)
{
    (void)i;
    th_fb_table_begin(&m->w);
    th_fb_set_ref(&m->w, TH_TFL_METADATA_NAME, m->name);
    th_fb_set_u32(&m->w, TH_TFL_METADATA_BUFFER, 1);
    return th_fb_table_end(&m->w);
}

static th_fb_ref put_map(maker *m, int32_t i)
{
    (void)i;
    th_fb_table_begin(&m->w);
    th_fb_set_ref(&m->w, TH_TFL_MAP_NAME, m->name);
    return th_fb_table_end(&m->w);
}

static th_fb_ref put_signature(maker *m, int32_t i)
{
    (void)i;
    th_fb_table_begin(&m->w);
    th_fb_set_ref(&m->w, TH_TFL_SIGNATURE_INPUTS, m->list);
    th_fb_set_ref(&m->w, TH_TFL_SIGNATURE_KEY, m->name);
    return th_fb_table_end(&m->w);
}

static th_fb_ref put_graphs(maker *m)
{
    const trap *t = m->t;
    const int32_t n_tensors = t->tensors ? m->n + 1 : 2, first = 0, last = t->operators ? m->n : 1;
    const th_fb_ref tensors = vector(m, n_tensors, put_tensor);
    if (t->list && t->operators) m->list = th_fb_put_i32s(&m->w, m->numbers, (size_t)m->n);
    const th_fb_ref operators = vector(m, many(m, t->operators), put_operator), in = th_fb_put_i32s(&m->w, &first, 1),
                    out = th_fb_put_i32s(&m->w, &last, 1);
    th_fb_table_begin(&m->w);
    th_fb_set_ref(&m->w, TH_TFL_GRAPH_TENSORS, tensors);
    th_fb_set_ref(&m->w, TH_TFL_GRAPH_INPUTS, in);
    th_fb_set_ref(&m->w, TH_TFL_GRAPH_OUTPUTS, out);
    th_fb_set_ref(&m->w, TH_TFL_GRAPH_OPERATORS, operators);
    m->refs[0] = th_fb_table_end(&m->w);
    for (int32_t i = 1; i < many(m, t->graphs); i++) m->refs[i] = m->refs[0];
    return th_fb_put_refs(&m->w, m->refs, (size_t)many(m, t->graphs));
}

static th_span make_file(maker *m)
{
    static const int32_t one = 1;
    const trap *t = m->t;
    th_fb_start(&m->w, m->mem, MEM_BYTES);
    m->list = 0;
    m->shape = th_fb_put_i32s(&m->w, &one, 1);
    m->name = th_fb_put_string(&m->w, "the name of all");
    const trap *asked = m->t;
    static const trap own = {.apart = true};
    m->t = &own;
    const th_fb_ref buffers = vector(m, 2, put_buffer);
    m->t = asked;
    const th_fb_ref codes = vector(m, many(m, t->codes), put_code), graphs = put_graphs(m),
                    metadata = t->metadata ? vector(m, m->n, put_metadata) : 0;
    if (t->signatures) m->list = vector(m, m->n, put_map);
    const th_fb_ref signatures = t->signatures ? vector(m, m->n, put_signature) : 0;
    th_fb_table_begin(&m->w);
    th_fb_set_u32(&m->w, TH_TFL_MODEL_VERSION, TH_TFL_VERSION);
    th_fb_set_ref(&m->w, TH_TFL_MODEL_OPERATOR_CODES, codes);
    th_fb_set_ref(&m->w, TH_TFL_MODEL_SUBGRAPHS, graphs);
    th_fb_set_ref(&m->w, TH_TFL_MODEL_BUFFERS, buffers);
    th_fb_set_ref(&m->w, TH_TFL_MODEL_METADATA, metadata);
    th_fb_set_ref(&m->w, TH_TFL_MODEL_SIGNATURES, signatures);
    const size_t n = th_fb_finish(&m->w, th_fb_table_end(&m->w), TH_TFL_IDENTIFIER);
    assert_in_range(n, 1, MEM_BYTES);
    return (th_span){m->mem + MEM_BYTES - n, n};
}

/* Loads a trap of n parts; its reads, 0 when it was refused. */
static size_t load(maker *m, int32_t n)
{
    th_model *model = NULL;
    th_why why = {0};
    m->n = n;
    const th_span file = make_file(m);
    const th_err err = th_model_from_tflite(file, &model, &why);
    if (m->t->refused) {
        assert_int_equal(err, TH_EFORMAT);
        if (!strstr(why.text, "so often")) fail_msg("%s: %s", m->t->name, why.text);
        return 0;
    }
    if (err) fail_msg("%s, %d parts: %s", m->t->name, (int)n, why.text);
    const size_t reads = model->reads;
    assert_in_range(reads, 1, 2 * file.n + 1024); /* sound files stay far below the limit */
    assert_in_range(model->memory_bytes, 1, 24 * file.n + 65536);
    th_model_free(model);
    return reads;
}

static void traps_cost_what_their_size_allows(void **state)
{
    (void)state;
    maker m = {.mem = malloc(MEM_BYTES),
               .refs = calloc(MOST_PARTS + 1, sizeof *m.refs),
               .numbers = calloc(MOST_PARTS + 1, sizeof *m.numbers)};
    assert_true(m.mem && m.refs && m.numbers);
    for (size_t i = 0; i < sizeof traps / sizeof traps[0]; i++) {
        m.t = &traps[i];
        const size_t few = load(&m, MOST_PARTS / 4), all = load(&m, MOST_PARTS);
        assert_true(all <= 4 * few + few / 100);
    }
    free(m.mem);
    free(m.refs);
    free(m.numbers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(traps_cost_what_their_size_allows)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
