/* Reference models against TensorFlow Lite Micro's outputs: int8 byte for byte, float to 1e-5 of the largest value. */
#include "../test.h"

#include "model/plan.h"
#include "os/file.h"

#include <math.h>

typedef struct bytes {
    uint8_t *p;
    size_t n;
} bytes;

static bytes load(const char *folder, const char *name)
{
    char path[4096];
    bytes b = {NULL, 0};
    th_why why = {0};
    snprintf(path, sizeof path, "%s/%s/%s", test_shared(), folder, name);
    if (th_file_read(path, 0, &b.p, &b.n, &why)) fail_msg("%s", why.text);
    return b;
}

typedef struct session {
    th_model *model;
    th_plan *plan;
    th_runner *runner;
    char layers[256];
    int32_t n_seen;
} session;

static session open_session(const char *name)
{
    session s = {0};
    th_why why = {0};
    char path[4096];
    snprintf(path, sizeof path, "%s/models/%s.tflite", test_shared(), name);
    snprintf(s.layers, sizeof s.layers, "goldens/layers/%s", name);
    if (th_model_load(path, &s.model, &why) || th_plan_make(&s.model->graphs[0], &s.plan, &why) ||
        th_runner_new(s.plan, &s.runner, &why))
        fail_msg("%s: %s", name, why.text);
    return s;
}

static void close_session(session *s)
{
    th_runner_free(s->runner);
    th_plan_free(s->plan);
    th_model_free(s->model);
}

static void on_layer(void *ctx, int32_t node, int32_t tensor, const void *data)
{
    session *s = ctx;
    char file[64];
    snprintf(file, sizeof file, "op%02d_t%03d.bin", (int)node, (int)tensor);
    const bytes want = load(s->layers, file);
    assert_int_equal(want.n, th_tensor_bytes(&s->plan->graph->tensors[tensor]));
    if (memcmp(want.p, data, want.n) != 0) fail_msg("%s/%s differs", s->layers, file);
    s->n_seen++;
    free(want.p);
}

static void compare(const char *file, const void *got, const void *want, size_t n, th_type type)
{
    if (type != TH_F32) {
        if (memcmp(got, want, n) != 0) fail_msg("%s differs", file);
        return;
    }
    const float *a = got, *b = want;
    float most = 0.0f;
    for (size_t i = 0; i < n / 4; i++) most = fmaxf(most, fabsf(b[i]));
    for (size_t i = 0; i < n / 4; i++)
        if (!(fabsf(a[i] - b[i]) <= 1e-5f * most))
            fail_msg("%s differs at %zu: %.9g, not %.9g", file, i, (double)a[i], (double)b[i]);
}

static void run_golden(session *s, const char *name, const char *tag, int layers)
{
    char file[256];
    snprintf(file, sizeof file, "%s.%s.in.bin", name, tag);
    const bytes in = load("goldens", file);
    snprintf(file, sizeof file, "%s.%s.out.bin", name, tag);
    const bytes want = load("goldens", file);
    const th_graph *g = s->plan->graph;
    const uint8_t *from = in.p;
    for (int32_t i = 0; i < g->n_inputs; i++) {
        const size_t n = th_tensor_bytes(&g->tensors[g->inputs[i]]);
        assert_true((size_t)(in.p + in.n - from) >= n);
        memcpy(th_runner_input(s->runner, i), from, n);
        from += n;
    }
    assert_ptr_equal(from, in.p + in.n);
    th_runner_invoke(s->runner, layers ? on_layer : NULL, s);
    assert_int_equal(want.n, th_tensor_bytes(&g->tensors[g->outputs[0]]));
    compare(file, th_runner_output(s->runner, 0), want.p, want.n, g->tensors[g->outputs[0]].type);
    free(in.p);
    free(want.p);
}

static void model(const char *name, int layers, const char *more)
{
    static const char *const seeds[] = {"seed1", "seed2", "seed3"};
    session s = open_session(name);
    for (int i = 0; i < 3; i++) run_golden(&s, name, seeds[i], layers && i == 0);
    if (layers) assert_int_equal(s.n_seen, s.plan->graph->n_nodes);
    if (more) run_golden(&s, name, more, 0);
    assert_true(s.plan->arena_bytes >= s.plan->lower_bound);
    close_session(&s);
}

static void keyword_models(void **state)
{
    (void)state;
    TEST_NEEDS_SHARED("models/kws_ref_model.tflite");
    model("kws_ref_model", 1, "sample0");
    model("micro_speech_quantized", 1, "yes_1000ms");
    model("str_ww_ref_model", 1, "calib33_label1");
}

static void other_int8_models(void **state)
{
    (void)state;
    TEST_NEEDS_SHARED("models/kws_ref_model.tflite");
    model("hello_world_int8", 1, NULL);
    model("ad01_int8", 1, "window100");
    model("pretrainedResnet_quant", 1, "sample0");
    model("vww_96_int8", 1, NULL);
    model("person_detect", 1, "person_raw");
    model("simple_add_model", 1, NULL);
}

static void float_models(void **state)
{
    (void)state;
    TEST_NEEDS_SHARED("models/kws_ref_model.tflite");
    model("hello_world_float", 0, NULL);
    model("ad01_fp32", 0, "window50");
    model("vww_96_float", 0, NULL);
    model("pretrainedResnet_float", 0, "sample0");
}

/* k inputs one after the other, the state kept between them, from a fresh start; the outputs stand in one file. */
static void sequence(const char *name, const char *tag)
{
    char file[256];
    session s = open_session(name);
    const th_graph *g = s.plan->graph;
    assert_int_equal(g->n_inputs, 1);
    snprintf(file, sizeof file, "%s.%s.in.bin", name, tag);
    const bytes in = load("goldens", file);
    snprintf(file, sizeof file, "%s.%s.out.bin", name, tag);
    const bytes want = load("goldens", file);
    const size_t n_in = th_tensor_bytes(&g->tensors[g->inputs[0]]), n_out = th_tensor_bytes(&g->tensors[g->outputs[0]]);
    const size_t k = in.n / n_in;
    assert_int_equal(k * n_in, in.n);
    assert_int_equal(k * n_out, want.n);
    uint8_t *got = malloc(want.n);
    assert_non_null(got);
    for (size_t i = 0; i < k; i++) {
        memcpy(th_runner_input(s.runner, 0), in.p + i * n_in, n_in);
        th_runner_invoke(s.runner,
                         strcmp(tag, "seed1") == 0 && g->tensors[g->outputs[0]].type != TH_F32 ? on_layer : NULL, &s);
        memcpy(got + i * n_out, th_runner_output(s.runner, 0), n_out);
    }
    compare(file, got, want.p, want.n, g->tensors[g->outputs[0]].type);
    if (s.n_seen) assert_int_equal(s.n_seen, g->n_nodes);
    free(got);
    free(in.p);
    free(want.p);
    close_session(&s);
}

/* SVDF and LSTM: the seeds from a fresh start each, with every layer of the first; then all three without a reset. */
static void models_with_state(void **state)
{
    (void)state;
    TEST_NEEDS_SHARED("models/kws_ref_model.tflite");
    static const char *const names[] = {"keyword_scrambled_8bit", "trained_lstm_int8", "trained_lstm",
                                        "dtln_noise_suppression"};
    static const char *const tags[] = {"seed1", "seed2", "seed3", "seq123"};
    for (size_t i = 0; i < 4; i++)
        for (size_t k = 0; k < 4; k++) sequence(names[i], tags[k]);
}

/* The arena is smaller than TensorFlow Lite Micro's (BASELINES.md), and the plan reaches the lower bound. */
static void arenas(void **state)
{
    (void)state;
    TEST_NEEDS_SHARED("models/kws_ref_model.tflite");
    static const struct {
        const char *name;
        size_t tflm;
    } row[] = {{"kws_ref_model", 22820},   {"vww_96_int8", 100708},  {"pretrainedResnet_quant", 54996},
               {"ad01_int8", 2580},        {"person_detect", 82308}, {"micro_speech_quantized", 6836},
               {"str_ww_ref_model", 16596}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        session s = open_session(row[i].name);
        assert_int_equal(s.plan->arena_bytes, s.plan->lower_bound);
        assert_true(s.plan->arena_bytes < row[i].tflm);
        close_session(&s);
    }
}

/* What cannot be run is refused with the reason: this one has float inputs and int8 weights. */
static void hybrid_is_refused(void **state)
{
    (void)state;
    TEST_NEEDS_SHARED("models/kws_ref_model_float32.tflite");
    char path[4096];
    th_why why = {0};
    th_model *m;
    th_plan *plan;
    snprintf(path, sizeof path, "%s/models/kws_ref_model_float32.tflite", test_shared());
    assert_int_equal(th_model_load(path, &m, &why), TH_OK);
    assert_int_equal(th_plan_make(&m->graphs[0], &plan, &why), TH_EUNSUP);
    assert_non_null(strstr(why.text, "operator 0 (CONV_2D"));
    th_model_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keyword_models), cmocka_unit_test(other_int8_models),
        cmocka_unit_test(float_models),   cmocka_unit_test(models_with_state),
        cmocka_unit_test(arenas),         cmocka_unit_test(hybrid_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
