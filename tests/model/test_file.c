/* What a .tflite file may hold beside one plain graph: signatures, planned memory, bytes behind the FlatBuffer,
 * options. */
#include "calls.h"

#include "fmt/flatbuf.h"
#include "fmt/tflite_schema.h"

static th_model *read_ok(const uint8_t *bytes, size_t n)
{
    th_model *m = NULL;
    th_why why = {0};
    if (th_model_from_tflite((th_span){bytes, n}, &m, &why)) fail_msg("%s", why.text);
    return m;
}

static th_model *through_a_file(const th_model *m)
{
    uint8_t *bytes;
    size_t n;
    th_why why = {0};
    if (th_model_to_tflite(m, &bytes, &n, &why)) fail_msg("%s", why.text);
    th_model *back = read_ok(bytes, n);
    free(bytes);
    return back;
}

static void file_refused(const th_model *m, const char *words)
{
    uint8_t *bytes;
    size_t n;
    th_why why = {0};
    th_model *back = NULL;
    if (th_model_to_tflite(m, &bytes, &n, &why)) fail_msg("%s", why.text);
    assert_int_not_equal(th_model_from_tflite((th_span){bytes, n}, &back, &why), TH_OK);
    if (!strstr(why.text, words)) fail_msg("\"%s\" is not in: %s", words, why.text);
    free(bytes);
}

static void signatures_are_kept(void **state)
{
    (void)state;
    static const char *const in[] = {"x"}, *const out[] = {"y", "again"};
    static const int32_t number[] = {0, 3, 3};
    th_signature s[] = {{"serving_default", 0, 1, 2, in, out, number, number + 1},
                        {"reset", 1, 0, 0, NULL, NULL, NULL, NULL}};
    calls *c = calls_counter();
    c->m.signatures = s;
    c->m.n_signatures = 2;
    th_model *m = through_a_file(&c->m), *twice = through_a_file(m);
    assert_int_equal(twice->n_signatures, 2);
    assert_string_equal(twice->signatures[0].key, "serving_default");
    assert_int_equal(twice->signatures[0].n_outputs, 2);
    assert_string_equal(twice->signatures[0].in_name[0], "x");
    assert_string_equal(twice->signatures[0].out_name[1], "again");
    assert_int_equal(twice->signatures[0].out[1], 3);
    assert_string_equal(twice->signatures[1].key, "reset");
    assert_int_equal(twice->signatures[1].graph, 1);
    th_model_free(twice);
    th_model_free(m);
    s[0].graph = 2;
    file_refused(&c->m, "a signature names graph 2");
    s[0].graph = 0;
    s[0].in = (const int32_t[]){99};
    file_refused(&c->m, "a signature names tensor 99");
    free(c);
}

/* x -> add x -> relu -> add x: tensors 0 1 2 3 of 16 bytes. */
static calls *chain(void)
{
    calls *c = calls_new(1);
    const int32_t x = calls_input(c, 0, TH_F32), a = calls_tensor(c, 0, TH_F32, NULL),
                  b = calls_tensor(c, 0, TH_F32, NULL), y = calls_tensor(c, 0, TH_F32, NULL);
    calls_node(c, 0, TH_OP_ADD, LIST(x, x), LIST(a));
    calls_node(c, 0, TH_OP_RELU, LIST(a), LIST(b));
    calls_node(c, 0, TH_OP_ADD, LIST(b, x), LIST(y));
    calls_output(c, 0, y);
    return c;
}

static th_model *with_offsets(int32_t n, const int32_t *numbers)
{
    calls *c = chain();
    th_metadata meta = {TH_TFL_OFFLINE_METADATA, {(const uint8_t *)numbers, (size_t)n * 4}};
    c->m.metadata = &meta;
    c->m.n_metadata = 1;
    uint8_t *bytes;
    size_t size;
    th_model *m = NULL;
    th_why why = {0};
    if (th_model_to_tflite(&c->m, &bytes, &size, &why)) fail_msg("%s", why.text);
    if (th_model_from_tflite((th_span){bytes, size}, &m, &why)) m = NULL;
    free(bytes);
    free(c);
    return m;
}

static void planned_memory_is_honoured(void **state)
{
    (void)state;
    static const int32_t numbers[] = {1, 0, 4, 64, 4, -1, 96};
    th_model *m = with_offsets(7, numbers);
    th_plan *p;
    th_runner *r;
    th_why why = {0};
    assert_non_null(m);
    if (th_plan_make(&m->graphs[0], &p, &why) || th_runner_new(p, &r, &why)) fail_msg("%s", why.text);
    assert_int_equal(p->offset[0], 64);
    assert_int_equal(p->offset[1], 4);
    assert_int_equal(p->offset[3], 96);
    assert_true(p->offset[2] >= 20 && p->offset[2] % 16 == 0);
    for (int i = 0; i < 4; i++) ((float *)th_runner_input(r, 0))[i] = (float)(i - 1);
    assert_int_equal(th_runner_invoke(r, NULL, NULL), TH_OK);
    static const float want[] = {-1, 0, 3, 6};
    assert_memory_equal(th_runner_output(r, 0), want, sizeof want);
    th_runner_free(r);
    th_plan_free(p);
    th_model_free(m);
}

/* calls_choice: tensors flag x y z of graph 0, a b of graph 1, d e of graph 2, of 1 or 16 bytes. */
static th_model *choice_with_offsets(const int32_t *numbers, int32_t n)
{
    calls *c = calls_choice();
    th_metadata meta = {TH_TFL_OFFLINE_METADATA, {(const uint8_t *)numbers, (size_t)n * 4}};
    c->m.metadata = &meta;
    c->m.n_metadata = 1;
    th_model *m = through_a_file(&c->m);
    free(c);
    return m;
}

static void run_choice(const th_plan *p, uint8_t flag, const float want[4])
{
    th_runner *r;
    th_why why = {0};
    if (th_runner_new(p, &r, &why)) fail_msg("%s", why.text);
    *(uint8_t *)th_runner_input(r, 0) = flag;
    for (int i = 0; i < 4; i++) ((float *)th_runner_input(r, 1))[i] = (float)(i - 1);
    assert_int_equal(th_runner_invoke(r, NULL, NULL), TH_OK);
    assert_memory_equal(th_runner_output(r, 0), want, 4 * sizeof *want);
    th_runner_free(r);
}

/* The two branches lie on the same bytes, for one of them runs; graph 0 has a place for x only. */
static void planned_memory_of_all_graphs_is_honoured(void **state)
{
    (void)state;
    static const int32_t all[] = {1, 0, 8, -1, 32, -1, -1, 64, 80, 68, -1};
    static const float yes[] = {-3, 0, 3, 6}, no[] = {-1, 0, 2, 4};
    th_model *m = choice_with_offsets(all, 11);
    th_plan *p;
    th_why why = {0};
    if (th_plan_make(&m->graphs[0], &p, &why)) fail_msg("%s", why.text);
    assert_int_equal(p->offset[1], 32);
    assert_int_equal(p->sub[1]->offset[0], 64);
    assert_int_equal(p->sub[1]->offset[1], 80);
    assert_int_equal(p->sub[2]->offset[0], 68);
    assert_true(p->arena_bytes >= 96 && p->lower_bound <= p->arena_bytes);
    run_choice(p, 1, yes);
    run_choice(p, 0, no);
    th_plan_free(p);
    th_model_free(m);

    static const int32_t one[] = {1, 1, 2, 128, 144}; /* of graph 1 alone */
    m = choice_with_offsets(one, 5);
    if (th_plan_make(&m->graphs[0], &p, &why)) fail_msg("%s", why.text);
    assert_null(m->graphs[0].fixed);
    assert_int_equal(p->sub[1]->offset[0], 128);
    run_choice(p, 1, yes);
    th_plan_free(p);
    th_model_free(m);

    static const int32_t clash[] = {1, 0, 8, -1, 32, -1, -1, 32, 80, -1, -1}; /* x is needed after the branch */
    m = choice_with_offsets(clash, 11);
    assert_int_equal(th_plan_make(&m->graphs[0], &p, &why), TH_EFORMAT);
    assert_non_null(strstr(why.text, "tensor 1 (t) onto the bytes of a graph"));
    th_model_free(m);
}

/* Graph 0 runs 1 or 2, and 1 runs 2: places of 1 and 2 must differ, though one run of graph 0 may take either. */
static void planned_memory_of_a_graph_in_a_graph_is_its_own(void **state)
{
    (void)state;
    for (int32_t at = 64; at <= 96; at += 16) {
        calls *c = calls_new(3);
        const int32_t flag = calls_input(c, 0, TH_BOOL), x = calls_input(c, 0, TH_F32),
                      y = calls_tensor(c, 0, TH_F32, NULL), a = calls_input(c, 1, TH_F32),
                      no = calls_tensor(c, 1, TH_BOOL, &c->no), b = calls_tensor(c, 1, TH_F32, NULL),
                      d = calls_input(c, 2, TH_F32), e = calls_tensor(c, 2, TH_F32, NULL);
        th_node *outer = calls_node(c, 0, TH_OP_IF, LIST(flag, x), LIST(y)),
                *inner = calls_node(c, 1, TH_OP_IF, LIST(no, a), LIST(b));
        outer->attr.call.graph[0] = 1, outer->attr.call.graph[1] = 2;
        inner->attr.call.graph[0] = inner->attr.call.graph[1] = 2;
        calls_node(c, 2, TH_OP_RELU, LIST(d), LIST(e));
        calls_output(c, 0, y), calls_output(c, 1, b), calls_output(c, 2, e);
        const int32_t places[] = {1, 0, 8, -1, -1, -1, 64, -1, 80, at, -1};
        th_metadata meta = {TH_TFL_OFFLINE_METADATA, {(const uint8_t *)places, sizeof places}};
        c->m.metadata = &meta;
        c->m.n_metadata = 1;
        th_model *m = through_a_file(&c->m);
        th_plan *p = NULL;
        th_why why = {0};
        const th_err err = th_plan_make(&m->graphs[0], &p, &why);
        assert_int_equal(err, at < 96 ? TH_EFORMAT : TH_OK);
        if (err) assert_non_null(strstr(why.text, "graphs 1 and 2 onto the same bytes"));
        if (!err) run_choice(p, 1, (const float[]){0, 0, 1, 2});
        th_plan_free(err ? NULL : p);
        th_model_free(m);
        free(c);
    }
}

static void planned_memory_that_cannot_be_is_refused(void **state)
{
    (void)state;
    static const struct {
        int32_t n, v[7];
        const char *words;
    } bad[] = {
        {7, {1, 0, 4, 64, 72, -1, 96}, "tensors 0 (t) and 1 (t) onto the same bytes"},
        {7, {1, 0, 4, 64, 2, -1, 96}, "at byte 2, where its type cannot stand"},
        {6, {1, 0, 4, 64, 0, -1}, NULL},
        {7, {1, 0, 5, 64, 0, -1, 96}, NULL},
        {7, {1, 1, 4, 64, 0, -1, 96}, NULL},
        {7, {1, 0, 4, 64, -2, -1, 96}, NULL},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        th_model *m = with_offsets(bad[i].n, bad[i].v);
        th_plan *p = NULL;
        th_why why = {0};
        assert_int_equal(m == NULL, bad[i].words == NULL);
        if (!m) continue;
        assert_int_equal(th_plan_make(&m->graphs[0], &p, &why), TH_EFORMAT);
        if (!strstr(why.text, bad[i].words)) fail_msg("%s", why.text);
        th_model_free(m);
    }
}

static th_fb_ref ints(th_fb_writer *w, int32_t a)
{
    return th_fb_put_i32s(w, &a, 1);
}

/* y = x + constant, whose 16 bytes stand at `offset` of the file, behind the FlatBuffer.
 * field: of tensor 1, set to an empty table, -1: none.  custom: name of the operator, when it is no ADD. */
static size_t special_file(uint8_t *mem, size_t cap, uint64_t offset, uint64_t size, int field, const char *custom)
{
    th_fb_writer w;
    th_fb_ref list[3];
    th_fb_start(&w, mem, cap);
    th_fb_table_begin(&w);
    list[0] = th_fb_table_end(&w);
    th_fb_table_begin(&w);
    th_fb_set_u64(&w, TH_TFL_BUFFER_OFFSET, offset);
    th_fb_set_u64(&w, TH_TFL_BUFFER_SIZE, size);
    list[1] = th_fb_table_end(&w);
    const th_fb_ref buffers = th_fb_put_refs(&w, list, 2);
    for (uint32_t i = 0; i < 3; i++) {
        const th_fb_ref shape = ints(&w, 4);
        th_fb_table_begin(&w);
        const th_fb_ref other = th_fb_table_end(&w);
        th_fb_table_begin(&w);
        th_fb_set_ref(&w, TH_TFL_TENSOR_SHAPE, shape);
        th_fb_set_u32(&w, TH_TFL_TENSOR_BUFFER, i == 1);
        if (i == 1 && field >= 0) th_fb_set_ref(&w, (unsigned)field, other);
        list[i] = th_fb_table_end(&w);
    }
    const th_fb_ref tensors = th_fb_put_refs(&w, list, 3), first = ints(&w, 0), last = ints(&w, 2),
                    both = th_fb_put_i32s(&w, (const int32_t[]){0, 1}, 2);
    th_fb_table_begin(&w);
    th_fb_set_ref(&w, TH_TFL_OP_INPUTS, both);
    th_fb_set_ref(&w, TH_TFL_OP_OUTPUTS, last);
    list[0] = th_fb_table_end(&w);
    const th_fb_ref nodes = th_fb_put_refs(&w, list, 1);
    th_fb_table_begin(&w);
    th_fb_set_ref(&w, TH_TFL_GRAPH_TENSORS, tensors);
    th_fb_set_ref(&w, TH_TFL_GRAPH_INPUTS, first);
    th_fb_set_ref(&w, TH_TFL_GRAPH_OUTPUTS, last);
    th_fb_set_ref(&w, TH_TFL_GRAPH_OPERATORS, nodes);
    list[0] = th_fb_table_end(&w);
    const th_fb_ref graphs = th_fb_put_refs(&w, list, 1);
    const th_fb_ref name = *custom ? th_fb_put_string(&w, custom) : 0;
    th_fb_table_begin(&w); /* operator 0: ADD */
    th_fb_set_ref(&w, TH_TFL_OPCODE_CUSTOM, name);
    th_fb_set_i32(&w, TH_TFL_OPCODE_BUILTIN, name ? TH_TFL_BUILTIN_CUSTOM : 0);
    list[0] = th_fb_table_end(&w);
    const th_fb_ref codes = th_fb_put_refs(&w, list, 1);
    th_fb_table_begin(&w);
    th_fb_set_u32(&w, TH_TFL_MODEL_VERSION, TH_TFL_VERSION);
    th_fb_set_ref(&w, TH_TFL_MODEL_OPERATOR_CODES, codes);
    th_fb_set_ref(&w, TH_TFL_MODEL_SUBGRAPHS, graphs);
    th_fb_set_ref(&w, TH_TFL_MODEL_BUFFERS, buffers);
    return th_fb_finish(&w, th_fb_table_end(&w), TH_TFL_IDENTIFIER);
}

static size_t external_file(uint8_t *mem, size_t cap, uint64_t offset, uint64_t size)
{
    return special_file(mem, cap, offset, size, -1, "");
}

static void bytes_behind_the_flatbuffer_are_read(void **state)
{
    (void)state;
    static uint8_t mem[4096];
    static const float number[] = {1.5f, 2, 3, 4};
    const size_t n = external_file(mem, sizeof mem, 0, 0);
    assert_in_range(n, 64, sizeof mem);
    uint8_t *file = malloc(n + 19);
    memset(file, 0xee, n + 19);
    assert_int_equal(external_file(file, n, n + 3, 16), n);
    memcpy(file + n + 3, number, 16);
    th_model *m = read_ok(file, n + 19), *back = through_a_file(m);
    assert_memory_equal(m->graphs[0].tensors[1].data, number, 16);
    assert_memory_equal(back->graphs[0].tensors[1].data, number, 16);
    th_model_free(m);
    th_model_free(back);
    th_why why = {0};
    assert_int_equal(th_model_from_tflite((th_span){file, n + 18}, &m, &why), TH_ETRUNC);
    assert_non_null(strstr(why.text, "buffer 1 lies behind its end"));
    assert_int_equal(external_file(file, n, UINT64_MAX - 8, 16), n);
    assert_int_equal(th_model_from_tflite((th_span){file, n + 19}, &m, &why), TH_ETRUNC);
    free(file);
}

/* The bound that graph.h states: blocks and the file's copy are at most 25 times the file and 64 KiB. */
static void loading_takes_no_more_memory_than_stated(void **state)
{
    (void)state;
    for (int32_t n_graphs = 1; n_graphs <= CALLS_GRAPHS; n_graphs += 31) {
        calls *c = calls_new(n_graphs);
        for (int32_t k = 0; k < n_graphs; k++) {
            const int32_t x = calls_input(c, k, TH_F32);
            for (int i = 0; i < 8; i++) calls_node(c, k, TH_OP_RELU, LIST(x), LIST(calls_tensor(c, k, TH_F32, NULL)));
            calls_output(c, k, 1);
        }
        uint8_t *bytes;
        size_t n;
        th_why why = {0};
        if (th_model_to_tflite(&c->m, &bytes, &n, &why)) fail_msg("%s", why.text);
        th_model *m = read_ok(bytes, n);
        assert_non_null(m->file);
        assert_in_range(m->memory_bytes, 1, 24 * n + 65536);
        if (n > 10000) assert_true(m->memory_bytes <= 12 * n); /* sound files stay far below */
        th_model_free(m);
        free(bytes);
        free(c);
    }
}

static void refused_by_name(int field, const char *custom, const char *words)
{
    static uint8_t mem[4096];
    th_model *m = NULL;
    th_why why = {0};
    const size_t n = special_file(mem, sizeof mem, 0, 0, field, custom);
    assert_int_equal(th_model_from_tflite((th_span){mem + sizeof mem - n, n}, &m, &why), TH_EUNSUP);
    if (!strstr(why.text, words)) fail_msg("\"%s\" is not in: %s", words, why.text);
}

static void what_cannot_be_kept_is_refused_by_name(void **state)
{
    (void)state;
    refused_by_name(TH_TFL_TENSOR_SPARSITY, "", "operator 0 (ADD) uses tensor 1, which has a sparse");
    refused_by_name(TH_TFL_TENSOR_VARIANT, "", "operator 0 (ADD) uses tensor 1, which has a variant type");
    refused_by_name(TH_TFL_TENSOR_EXTERNAL, "", "operator 0 (ADD) uses tensor 1, which has its constants in another");
    refused_by_name(-1, "ethos-u", "operator 0 is CUSTOM ethos-u");
}

static void compressed_tensors_are_refused(void **state)
{
    (void)state;
    calls *c = chain();
    th_metadata meta = {TH_TFL_COMPRESSION_METADATA, {(const uint8_t *)"x", 1}};
    c->m.metadata = &meta;
    c->m.n_metadata = 1;
    file_refused(&c->m, "compressed tensors");
    free(c);
}

static void float_and_int8_in_one_add_are_refused(void **state)
{
    (void)state;
    static const float scale = 0.5f;
    static const int32_t zero = 0;
    calls *c = chain();
    th_plan *p = NULL;
    th_why why = {0};
    c->c[0].t[1].type = c->c[0].t[2].type = TH_S8;
    c->c[0].t[1].quant = c->c[0].t[2].quant = (th_quant){&scale, &zero, 1, 0};
    assert_int_equal(th_plan_make(&c->g[0], &p, &why), TH_EUNSUP);
    assert_non_null(strstr(why.text, "operator 0 (ADD"));
    free(c);
}

static void a_hybrid_model_is_refused_by_name(void **state)
{
    (void)state;
    char path[4096];
    th_model *m;
    th_plan *p = NULL;
    th_why why = {0};
    TEST_NEEDS_SHARED("models/kws_ref_model_float32.tflite");
    snprintf(path, sizeof path, "%s/models/kws_ref_model_float32.tflite", test_shared());
    if (th_model_load(path, &m, &why)) fail_msg("%s", why.text);
    assert_int_equal(th_plan_make(&m->graphs[0], &p, &why), TH_EUNSUP);
    assert_non_null(strstr(why.text, "operator 0 (CONV_2D"));
    assert_non_null(strstr(why.text, "hybrid"));
    th_model_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signatures_are_kept),
        cmocka_unit_test(planned_memory_is_honoured),
        cmocka_unit_test(planned_memory_of_all_graphs_is_honoured),
        cmocka_unit_test(planned_memory_of_a_graph_in_a_graph_is_its_own),
        cmocka_unit_test(planned_memory_that_cannot_be_is_refused),
        cmocka_unit_test(bytes_behind_the_flatbuffer_are_read),
        cmocka_unit_test(loading_takes_no_more_memory_than_stated),
        cmocka_unit_test(what_cannot_be_kept_is_refused_by_name),
        cmocka_unit_test(compressed_tensors_are_refused),
        cmocka_unit_test(float_and_int8_in_one_add_are_refused),
        cmocka_unit_test(a_hybrid_model_is_refused_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
