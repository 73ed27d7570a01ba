/* The reference's audio front end as a network: its goldens, every layer, the written file, and recordings that end as
 * words. */
#include "../test.h"
#include "golden.h"

#include "data/audio.h"
#include "model/plan.h"
#include "os/file.h"

typedef struct session {
    th_model *model;
    th_plan *plan;
    th_runner *runner;
    int32_t n_seen;
} session;

static void start(session *s)
{
    th_why why = {0};
    if (th_plan_make(&s->model->graphs[0], &s->plan, &why) || th_runner_new(s->plan, &s->runner, &why))
        fail_msg("%s", why.text);
    s->n_seen = 0;
}

static session open_session(const char *name)
{
    session s = {0};
    th_why why = {0};
    char path[4096];
    snprintf(path, sizeof path, "%s/models/%s.tflite", test_shared(), name);
    if (th_model_load(path, &s.model, &why)) fail_msg("%s: %s", name, why.text);
    start(&s);
    return s;
}

static void close_session(session *s)
{
    th_runner_free(s->runner);
    th_plan_free(s->plan);
    th_model_free(s->model);
}

static uint8_t *load(size_t *n, const char *name)
{
    char path[4096];
    uint8_t *p = NULL;
    th_why why = {0};
    snprintf(path, sizeof path, "%s/goldens/%s", test_shared(), name);
    if (th_file_read(path, 0, &p, n, &why)) fail_msg("%s", why.text);
    return p;
}

static void on_layer(void *ctx, int32_t node, int32_t tensor, const void *data)
{
    session *s = ctx;
    char file[96];
    size_t n = 0;
    snprintf(file, sizeof file, "layers/audio_preprocessor_int8/op%02d_t%03d.bin", (int)node, (int)tensor);
    uint8_t *want = load(&n, file);
    assert_int_equal(n, th_tensor_bytes(&s->plan->graph->tensors[tensor]));
    golden_equal(file, data, want, n, s->plan->graph->tensors[tensor].type);
    s->n_seen++;
    free(want);
}

/* As many inputs as the file has, one after the other, from a fresh state. */
static void run_golden(session *s, const char *name, const char *tag, th_layer_fn *layers)
{
    char file[256];
    size_t n_in = 0, n_out = 0;
    snprintf(file, sizeof file, "%s.%s.in.bin", name, tag);
    uint8_t *in = load(&n_in, file);
    snprintf(file, sizeof file, "%s.%s.out.bin", name, tag);
    uint8_t *want = load(&n_out, file);
    const th_tensor *x = &s->plan->graph->tensors[s->plan->graph->inputs[0]],
                    *y = &s->plan->graph->tensors[s->plan->graph->outputs[0]];
    const size_t step_in = th_tensor_bytes(x), step_out = th_tensor_bytes(y), runs = n_in / step_in;
    assert_int_equal(n_in, runs * step_in);
    assert_int_equal(n_out, runs * step_out);
    th_runner_reset(s->runner);
    for (size_t i = 0; i < runs; i++) {
        memcpy(th_runner_input(s->runner, 0), in + i * step_in, step_in);
        assert_int_equal(th_runner_invoke(s->runner, layers, s), TH_OK);
        golden_equal(file, th_runner_output(s->runner, 0), want + i * step_out, step_out, y->type);
    }
    free(in);
    free(want);
}

static const char *const tags[] = {"seed1",      "seed2",     "seed3",        "yes_30ms",       "no_30ms",
                                   "yes_1000ms", "no_1000ms", "noise_1000ms", "silence_1000ms", "seq123"};

static void goldens_int8(void **state)
{
    (void)state;
    TEST_NEEDS_SHARED("models/audio_preprocessor_int8.tflite");
    session s = open_session("audio_preprocessor_int8");
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
        run_golden(&s, "audio_preprocessor_int8", tags[i], i == 0 ? on_layer : NULL);
    assert_int_equal(s.n_seen, s.plan->graph->n_nodes + 2); /* two operators have two outputs */
    close_session(&s);
}

static void goldens_float(void **state)
{
    (void)state;
    TEST_NEEDS_SHARED("models/audio_preprocessor_float.tflite");
    session s = open_session("audio_preprocessor_float");
    for (size_t i = 0; i + 1 < sizeof tags / sizeof *tags; i++)
        run_golden(&s, "audio_preprocessor_float", tags[i], NULL);
    close_session(&s);
}

/* The options of custom operators survive being written and read again. */
static void written_again(void **state)
{
    (void)state;
    TEST_NEEDS_SHARED("models/audio_preprocessor_int8.tflite");
    session s = open_session("audio_preprocessor_int8"), again = {0};
    th_why why = {0};
    uint8_t *bytes = NULL;
    size_t n = 0;
    assert_int_equal(th_model_to_tflite(s.model, &bytes, &n, &why), TH_OK);
    if (th_model_from_tflite((th_span){bytes, n}, &again.model, &why)) fail_msg("%s", why.text);
    free(bytes);
    start(&again);
    run_golden(&again, "audio_preprocessor_int8", "yes_1000ms", NULL);
    close_session(&again);
    close_session(&s);
}

/* 49 frames of 30 ms, 20 ms apart, are what the network hears; its answers: silence, unknown, yes, no. */
static int hear(const char *wav)
{
    session front = open_session("audio_preprocessor_int8"), net = open_session("micro_speech_quantized");
    char path[4096];
    int16_t *pcm = NULL;
    int32_t n = 0;
    th_why why = {0};
    snprintf(path, sizeof path, "%s/models/inputs/%s_1000ms.wav", test_shared(), wav);
    if (th_audio_read(path, 16000, 10.0, &pcm, &n, &why)) fail_msg("%s", why.text);
    int8_t features[49][40];
    for (int32_t f = 0; f < 49; f++) {
        int16_t *x = th_runner_input(front.runner, 0);
        memset(x, 0, 480 * sizeof *x);
        for (int32_t i = 0; i < 480 && f * 320 + i < n; i++) x[i] = pcm[f * 320 + i];
        assert_int_equal(th_runner_invoke(front.runner, NULL, NULL), TH_OK);
        memcpy(features[f], th_runner_output(front.runner, 0), 40);
    }
    memcpy(th_runner_input(net.runner, 0), features, sizeof features);
    assert_int_equal(th_runner_invoke(net.runner, NULL, NULL), TH_OK);
    const int8_t *score = th_runner_output(net.runner, 0);
    int best = 0;
    for (int i = 1; i < 4; i++)
        if (score[i] > score[best]) best = i;
    free(pcm);
    close_session(&front);
    close_session(&net);
    return best;
}

static void words(void **state)
{
    (void)state;
    TEST_NEEDS_SHARED("models/inputs/yes_1000ms.wav");
    assert_int_equal(hear("yes"), 2);
    assert_int_equal(hear("no"), 3);
    assert_int_equal(hear("silence"), 0);
    assert_int_equal(hear("noise"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(goldens_int8),
        cmocka_unit_test(goldens_float),
        cmocka_unit_test(written_again),
        cmocka_unit_test(words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
