#include "../test.h"

#include "../models.h"

#include "base/hash.h"
#include "fmt/flatbuf.h"

#define FLOAT_BYTES 3328
#define FLOAT_HASH  0xb945deb2b2a7a073ull

static th_err load(const uint8_t *bytes, size_t n, th_model **m)
{
    /* Fresh memory of the exact size: the address sanitizer sees one byte too many. */
    uint8_t *copy = malloc(n ? n : 1);
    th_why why = {0};
    memcpy(copy, bytes, n);
    const th_err err = th_model_from_tflite((th_span){copy, n}, m, &why);
    free(copy);
    if (err && why.text[0] == 0) fail_msg("refused without a reason: %d", (int)err);
    return err;
}

static uint8_t *write_model(const th_model *m, size_t *n)
{
    uint8_t *bytes = NULL;
    th_why why = {0};
    assert_int_equal(th_model_to_tflite(m, &bytes, n, &why), TH_OK);
    return bytes;
}

static uint8_t *good_file(size_t *n)
{
    th_model *m = test_ds_cnn(1);
    const th_pipeline p = test_pipeline();
    th_why why = {0};
    assert_int_equal(th_pipeline_attach(&p, m, &why), TH_OK);
    uint8_t *bytes = write_model(m, n);
    th_model_free(m);
    return bytes;
}

static void same_tensor(const th_tensor *a, const th_tensor *b)
{
    assert_string_equal(a->name, b->name);
    assert_int_equal(a->type, b->type);
    assert_memory_equal(&a->shape, &b->shape, sizeof a->shape);
    assert_int_equal(a->quant.n, b->quant.n);
    if (a->quant.n) {
        assert_memory_equal(a->quant.scale, b->quant.scale, (size_t)a->quant.n * sizeof(float));
        assert_memory_equal(a->quant.zero, b->quant.zero, (size_t)a->quant.n * sizeof(int32_t));
        assert_int_equal(a->quant.axis, b->quant.axis);
    }
    assert_int_equal(a->data == NULL, b->data == NULL);
    if (a->data) assert_memory_equal(a->data, b->data, th_tensor_bytes(a));
    assert_int_equal(a->is_variable, b->is_variable);
}

static void same_note(const th_tensor_note *a, const th_tensor_note *b)
{
    assert_memory_equal(&a->signature, &b->signature, sizeof a->signature);
    assert_int_equal(a->has_rank, b->has_rank);
    assert_int_equal(a->n_min, b->n_min);
    assert_int_equal(a->n_max, b->n_max);
    if (a->n_min) assert_memory_equal(a->min, b->min, (size_t)a->n_min * sizeof *a->min);
    if (a->n_max) assert_memory_equal(a->max, b->max, (size_t)a->n_max * sizeof *a->max);
}

static void same_numbers(const int32_t *a, int32_t n_a, const int32_t *b, int32_t n_b)
{
    assert_int_equal(n_a, n_b);
    for (int32_t i = 0; i < n_a; i++) assert_int_equal(a[i], b[i]);
}

static void same_attr(const th_node *a, const th_node *b)
{
    if (a->op == TH_OP_RESHAPE && a->attr.reshape.n == 0) return; /* the writer put the shape of the output there */
    if (a->op == TH_OP_VAR_HANDLE) {
        assert_string_equal(a->attr.variable.container, b->attr.variable.container);
        assert_string_equal(a->attr.variable.name, b->attr.variable.name);
    } else if (a->op >= TH_OP_N_BUILTIN) {
        assert_int_equal(a->attr.custom.options.n, b->attr.custom.options.n);
        if (a->attr.custom.options.n)
            assert_memory_equal(a->attr.custom.options.p, b->attr.custom.options.p, a->attr.custom.options.n);
    } else {
        assert_memory_equal(&a->attr, &b->attr, sizeof a->attr);
    }
}

static void same_signatures(const th_model *a, const th_model *b)
{
    assert_int_equal(a->n_signatures, b->n_signatures);
    for (int32_t i = 0; i < a->n_signatures; i++) {
        const th_signature *x = &a->signatures[i], *y = &b->signatures[i];
        assert_string_equal(x->key, y->key);
        assert_int_equal(x->graph, y->graph);
        same_numbers(x->in, x->n_inputs, y->in, y->n_inputs);
        same_numbers(x->out, x->n_outputs, y->out, y->n_outputs);
        for (int32_t k = 0; k < x->n_inputs; k++) assert_string_equal(x->in_name[k], y->in_name[k]);
        for (int32_t k = 0; k < x->n_outputs; k++) assert_string_equal(x->out_name[k], y->out_name[k]);
    }
}

static void same_metadata(const th_model *a, const th_model *b)
{
    assert_int_equal(a->n_metadata, b->n_metadata);
    for (int32_t i = 0; i < a->n_metadata; i++) {
        assert_string_equal(a->metadata[i].name, b->metadata[i].name);
        assert_int_equal(a->metadata[i].bytes.n, b->metadata[i].bytes.n);
        if (a->metadata[i].bytes.n)
            assert_memory_equal(a->metadata[i].bytes.p, b->metadata[i].bytes.p, a->metadata[i].bytes.n);
    }
}

static void same_model(const th_model *a, const th_model *b)
{
    assert_int_equal(a->n_graphs, b->n_graphs);
    assert_string_equal(a->description, b->description);
    same_signatures(a, b);
    if (a->was_read) same_metadata(a, b);
    for (int32_t k = 0; k < a->n_graphs; k++) {
        const th_graph *x = &a->graphs[k], *y = &b->graphs[k];
        assert_string_equal(x->name, y->name);
        assert_int_equal(x->n_tensors, y->n_tensors);
        for (int32_t i = 0; i < x->n_tensors; i++) same_tensor(&x->tensors[i], &y->tensors[i]);
        for (int32_t i = 0; x->notes && i < x->n_tensors; i++) same_note(&x->notes[i], &y->notes[i]);
        assert_int_equal(x->n_nodes, y->n_nodes);
        for (int32_t i = 0; i < x->n_nodes; i++) {
            assert_int_equal(x->nodes[i].op, y->nodes[i].op);
            same_attr(&x->nodes[i], &y->nodes[i]);
            if (x->nodes[i].file_version) {
                assert_int_equal(x->nodes[i].file_version, y->nodes[i].file_version);
                assert_int_equal(x->nodes[i].file_options, y->nodes[i].file_options);
            }
            same_numbers(x->nodes[i].intermediate, x->nodes[i].n_intermediate, y->nodes[i].intermediate,
                         y->nodes[i].n_intermediate);
            same_numbers(x->nodes[i].in, x->nodes[i].n_in, y->nodes[i].in, y->nodes[i].n_in);
            same_numbers(x->nodes[i].out, x->nodes[i].n_out, y->nodes[i].out, y->nodes[i].n_out);
        }
        same_numbers(x->inputs, x->n_inputs, y->inputs, y->n_inputs);
        same_numbers(x->outputs, x->n_outputs, y->outputs, y->n_outputs);
    }
}

static void what_is_written_is_read(void **state)
{
    (void)state;
    th_model *m = test_ds_cnn(1), *back = NULL;
    size_t n = 0, n2 = 0;
    uint8_t *bytes = write_model(m, &n);
    assert_int_equal(load(bytes, n, &back), TH_OK);
    same_model(m, back);
    assert_int_equal(th_model_metadata(back, "min_runtime_version").n, 16);

    uint8_t *again = write_model(back, &n2);
    assert_int_equal(n, n2);
    assert_memory_equal(bytes, again, n);
    assert_int_equal(n % 16, 0);
    free(again);
    free(bytes);
    th_model_free(back);
    th_model_free(m);
}

/* The bytes of a file that Google's TFLite was seen to load and run (@tensorflow/tfjs-tflite in node, outside the
 * tree): when they change on purpose, try the new ones there and write down their hash. */
static void the_file_is_the_one_that_was_tried(void **state)
{
    (void)state;
    th_model *m = test_ds_cnn(1);
    size_t n = 0;
    uint8_t *bytes = write_model(m, &n);
    assert_memory_equal(bytes + 4, "TFL3", 4);
    assert_int_equal(n, FLOAT_BYTES);
    assert_true(th_fnv1a(TH_FNV1A_START, (th_span){bytes, n}) == FLOAT_HASH);
    free(bytes);
    th_model_free(m);
}

static void every_prefix_is_refused(void **state)
{
    (void)state;
    size_t n = 0;
    uint8_t *bytes = good_file(&n);
    for (size_t cut = 0; cut < n; cut++) {
        th_model *m = NULL;
        /* The first bytes hold the root; what lies at the end of a file is needed too. */
        assert_int_not_equal(load(bytes, cut, &m), TH_OK);
    }
    free(bytes);
}

/* Changed bytes may give another sound model, but never a fault of memory; a model that is read can be written. */
static void mutations_load_or_are_refused(void **state)
{
    (void)state;
    size_t n = 0;
    uint8_t *bytes = good_file(&n), *copy = malloc(n);
    th_rng rng = th_rng_make(7, 7);
    int loaded = 0;
    for (int k = 0; k < 6000; k++) {
        memcpy(copy, bytes, n);
        const uint32_t changes = 1 + th_rng_below(&rng, 4);
        for (uint32_t c = 0; c < changes; c++) {
            /* Mostly in the tables: weights fill the front of the odd file, tables its other end. */
            const size_t at = th_rng_below(&rng, k & 1 ? 1536u : (uint32_t)n);
            copy[at] = (uint8_t)(k % 3 ? th_rng_u32(&rng) : copy[at] ^ 1u << th_rng_below(&rng, 8));
        }
        th_model *m = NULL;
        if (load(copy, n, &m)) continue;
        size_t out = 0;
        uint8_t *again = NULL;
        th_why why = {0};
        if (th_model_to_tflite(m, &again, &out, &why) == TH_OK) free(again);
        th_pipeline p;
        if (th_pipeline_from(m, &p, &why) == TH_OK) assert_in_range(p.n_labels, 1, TH_MAX_LABELS);
        th_model_free(m);
        loaded++;
    }
    assert_in_range(loaded, 1, 5999); /* some were harmless, some were not */
    free(copy);
    free(bytes);
}

static void random_bytes_are_refused(void **state)
{
    (void)state;
    uint8_t bytes[512];
    th_rng rng = th_rng_make(3, 3);
    for (int k = 0; k < 3000; k++) {
        const size_t n = th_rng_below(&rng, sizeof bytes);
        for (size_t i = 0; i < n; i++) bytes[i] = k % 2 ? (uint8_t)th_rng_below(&rng, 32) : (uint8_t)th_rng_u32(&rng);
        if (n > 8) memcpy(bytes + 4, "TFL3", 4);
        th_model *m = NULL;
        assert_int_not_equal(load(bytes, n, &m), TH_OK);
    }
}

/* A list of 10000 tensors that are all the same one, with 10000 scales: 10^8 numbers from 200 kB. */
static void sharing_does_not_fill_memory(void **state)
{
    (void)state;
    enum { N = 10000 };
    static th_fb_ref refs[N];
    static float scale[N];
    static uint8_t mem[1 << 20];
    th_fb_writer w;
    th_fb_start(&w, mem, sizeof mem);
    for (int i = 0; i < N; i++) scale[i] = 1.0f;
    const th_fb_ref scales = th_fb_put_f32s(&w, scale, N);
    th_fb_table_begin(&w);
    th_fb_set_ref(&w, 2, scales);
    const th_fb_ref quant = th_fb_table_end(&w);
    const int32_t shape_of = N;
    const th_fb_ref shape = th_fb_put_i32s(&w, &shape_of, 1);
    th_fb_table_begin(&w);
    th_fb_set_ref(&w, 0, shape);
    th_fb_set_ref(&w, 4, quant);
    const th_fb_ref tensor = th_fb_table_end(&w);
    for (int i = 0; i < N; i++) refs[i] = tensor;
    const th_fb_ref tensors = th_fb_put_refs(&w, refs, N);
    th_fb_table_begin(&w);
    th_fb_set_ref(&w, 0, tensors);
    const th_fb_ref graph = th_fb_table_end(&w), graphs = th_fb_put_refs(&w, &graph, 1);
    th_fb_table_begin(&w);
    const th_fb_ref buffer = th_fb_table_end(&w), buffers = th_fb_put_refs(&w, &buffer, 1);
    th_fb_table_begin(&w);
    th_fb_set_u32(&w, 0, 3);
    th_fb_set_ref(&w, 2, graphs);
    th_fb_set_ref(&w, 4, buffers);
    const size_t n = th_fb_finish(&w, th_fb_table_end(&w), "TFL3");
    assert_in_range(n, 1, sizeof mem);
    th_model *m = NULL;
    th_why why = {0};
    assert_int_equal(th_model_from_tflite((th_span){mem + sizeof mem - n, n}, &m, &why), TH_EFORMAT);
    assert_non_null(strstr(why.text, "so often"));
}

static void expect_refusal(th_model *m, th_err expected, const char *words)
{
    size_t n = 0;
    th_model *back = NULL;
    th_why why = {0};
    uint8_t *bytes = write_model(m, &n);
    assert_int_equal(th_model_from_tflite((th_span){bytes, n}, &back, &why), expected);
    if (!strstr(why.text, words)) fail_msg("\"%s\" is not in: %s", words, why.text);
    free(bytes);
    th_model_free(m);
}

static void unsound_graphs_are_refused(void **state)
{
    (void)state;
    th_model *m = test_ds_cnn(1); /* operator 0 reads what operator 1 makes */
    *(int32_t *)(uintptr_t)m->graphs[0].nodes[0].in = m->graphs[0].nodes[1].out[0];
    expect_refusal(m, TH_EFORMAT, "operator 0 (CONV_2D) reads tensor 6");
    m = test_ds_cnn(1); /* two operators make the same tensor */
    *(int32_t *)(uintptr_t)m->graphs[0].nodes[1].out = m->graphs[0].nodes[0].out[0];
    expect_refusal(m, TH_EFORMAT, "operator 1 (DEPTHWISE_CONV_2D) writes tensor 3");
    m = test_ds_cnn(1); /* a tensor number that is none */
    *(int32_t *)(uintptr_t)m->graphs[0].outputs = 999;
    expect_refusal(m, TH_EFORMAT, "no tensor 999");
    m = test_ds_cnn(1); /* fewer bytes than the shape needs */
    m->graphs[0].tensors[1].shape.d[0] = 8;
    m->graphs[0].tensors[1].shape.d[1] = -4;
    m->graphs[0].tensors[1].data = NULL;
    expect_refusal(m, TH_EFORMAT, "tensor 1 has a negative dimension");
    m = test_ds_cnn(1);
    m->graphs[0].nodes[0].attr.conv.act = (th_act)4;
    expect_refusal(m, TH_EUNSUP, "operator 0 (CONV_2D)");
    m = test_ds_cnn(1);
    m->graphs[0].nodes[6].attr.softmax.beta = -1.0f;
    expect_refusal(m, TH_EFORMAT, "operator 6 (SOFTMAX)");
    m = test_ds_cnn(1);
    m->graphs[0].tensors[3].type = (th_type)8;
    expect_refusal(m, TH_EUNSUP, "operator 0 (CONV_2D) uses tensor 3, which has complex64");
}

static void metadata_is_kept_and_replaced(void **state)
{
    (void)state;
    th_model *m = test_ds_cnn(1), *back = NULL;
    th_why why = {0};
    size_t n = 0;
    assert_int_equal(th_model_set_metadata(m, "a", (th_span){(const uint8_t *)"one", 3}, &why), TH_OK);
    assert_int_equal(th_model_set_metadata(m, "b", (th_span){(const uint8_t *)"", 0}, &why), TH_OK);
    assert_int_equal(th_model_set_metadata(m, "a", (th_span){(const uint8_t *)"three", 5}, &why), TH_OK);
    uint8_t *bytes = write_model(m, &n);
    assert_int_equal(load(bytes, n, &back), TH_OK);
    assert_int_equal(back->n_metadata, 3);
    assert_int_equal(th_model_metadata(back, "a").n, 5);
    assert_memory_equal(th_model_metadata(back, "a").p, "three", 5);
    assert_null(th_model_metadata(back, "c").p);
    free(bytes);
    th_model_free(back);
    th_model_free(m);
}

/* All of ../shared/models can be read and written; whether one can run is for the planner to say. */
static void public_models_keep_their_meaning(void **state)
{
    (void)state;
    TEST_NEEDS_SHARED("models/README.md");
    static const char *const model[] = {
        "ad01_fp32",
        "ad01_int8",
        "audio_preprocessor_float",
        "audio_preprocessor_int8",
        "dtln_noise_suppression",
        "hello_world_float",
        "hello_world_int8",
        "keyword_scrambled_8bit",
        "kws_ref_model",
        "kws_ref_model_float32",
        "micro_speech_quantized",
        "person_detect",
        "pretrainedResnet_float",
        "pretrainedResnet_quant",
        "simple_add_model",
        "str_ww_ref_model",
        "trained_lstm",
        "trained_lstm_int8",
        "vww_96_float",
        "vww_96_int8",
    };
    static uint8_t bytes[2 << 20];
    for (size_t i = 0; i < sizeof model / sizeof model[0]; i++) {
        char path[512];
        snprintf(path, sizeof path, "%s/models/%s.tflite", test_shared(), model[i]);
        FILE *f = fopen(path, "rb");
        assert_non_null(f);
        const size_t n = fread(bytes, 1, sizeof bytes, f);
        fclose(f);
        th_model *m = NULL, *back = NULL;
        th_why why = {0};
        if (th_model_from_tflite((th_span){bytes, n}, &m, &why)) fail_msg("%s: %s", model[i], why.text);
        size_t out = 0;
        uint8_t *again = write_model(m, &out);
        assert_int_equal(load(again, out, &back), TH_OK);
        same_model(m, back);
        free(again);
        th_model_free(back);
        th_model_free(m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),          cmocka_unit_test(the_file_is_the_one_that_was_tried),
        cmocka_unit_test(every_prefix_is_refused),          cmocka_unit_test(mutations_load_or_are_refused),
        cmocka_unit_test(random_bytes_are_refused),         cmocka_unit_test(sharing_does_not_fill_memory),
        cmocka_unit_test(unsound_graphs_are_refused),       cmocka_unit_test(metadata_is_kept_and_replaced),
        cmocka_unit_test(public_models_keep_their_meaning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
