/* Reference models against TensorFlow Lite Micro's outputs: int8 byte for byte, float to 1e-5 of the largest value. */
#include "../conformance.h"
#include "../test.h"
#include "golden.h"

#include "model/plan.h"
#include "os/file.h"

#include <dirent.h>

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
    int32_t n_seen, n_more; /* tensors compared; those of operators with several outputs beyond the first */
} session;

static session open_session(const char *name, th_isa isa, int n_threads)
{
    session s = {0};
    th_why why = {0};
    char path[4096];
    snprintf(path, sizeof path, "%s/models/%s.tflite", test_shared(), name);
    snprintf(s.layers, sizeof s.layers, "goldens/layers/%s", name);
    if (th_model_load(path, &s.model, &why) || th_plan_make_for(&s.model->graphs[0], isa, &s.plan, &why) ||
        th_runner_new(s.plan, &s.runner, &why) || th_runner_threads(s.runner, n_threads, &why))
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
    if (memcmp(want.p, data, want.n) != 0) fail_msg("%s/%s differs (%s)", s->layers, file, th_isa_name(s->plan->isa));
    s->n_seen++;
    const th_node *made_by = &s->plan->graph->nodes[node];
    if (made_by->out[0] == tensor)
        conforms(made_by, s->plan->graph->tensors, CONFORMS_GOLDEN, 1), s->n_more += made_by->n_out - 1;
    free(want.p);
}

/* As many inputs as the file has, one after the other, from a fresh state. */
static void run_golden(session *s, const char *name, const char *tag, int layers)
{
    char file[256];
    snprintf(file, sizeof file, "%s.%s.in.bin", name, tag);
    const bytes in = load("goldens", file);
    snprintf(file, sizeof file, "%s.%s.out.bin", name, tag);
    const bytes want = load("goldens", file);
    const th_graph *g = s->plan->graph;
    const th_tensor *y = &g->tensors[g->outputs[0]];
    const uint8_t *from = in.p, *to = want.p;
    th_runner_reset(s->runner);
    for (int step = 0; from < in.p + in.n; step++) {
        for (int32_t i = 0; i < g->n_inputs; i++) {
            const size_t n = th_tensor_bytes(&g->tensors[g->inputs[i]]);
            assert_true((size_t)(in.p + in.n - from) >= n);
            memcpy(th_runner_input(s->runner, i), from, n);
            from += n;
        }
        assert_int_equal(th_runner_invoke(s->runner, layers && step == 0 ? on_layer : NULL, s), TH_OK);
        assert_true((size_t)(want.p + want.n - to) >= th_tensor_bytes(y));
        golden_equal(file, th_runner_output(s->runner, 0), to, th_tensor_bytes(y), y->type);
        to += th_tensor_bytes(y);
    }
    assert_ptr_equal(to, want.p + want.n);
    free(in.p);
    free(want.p);
}

/* A name per file "name.tag.in.bin" of the folder, sorted, so that runs do not differ. */
static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static size_t list_goldens(char *list[512])
{
    char path[4096];
    size_t n = 0;
    snprintf(path, sizeof path, "%s/goldens", test_shared());
    DIR *d = opendir(path);
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        const size_t len = strlen(e->d_name);
        if (len < 8 || strcmp(e->d_name + len - 7, ".in.bin") != 0) continue;
        assert_true(n < 512);
        list[n++] = strndup(e->d_name, len - 7);
    }
    closedir(d);
    qsort(list, n, sizeof *list, by_name);
    return n;
}

static int has_layers(const session *s)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s/tensors.txt", test_shared(), s->layers);
    FILE *f = fopen(path, "rb");
    if (f) fclose(f);
    return f != NULL;
}

/* Every golden there is: outputs, sequences with their state, and of seed1 every tensor that an operator makes. */
static void goldens_for(th_isa isa, int n_threads)
{
    char *list[512];
    const size_t n = list_goldens(list);
    session s = {0};
    char open_name[128] = "";
    assert_true(n >= 90);
    for (size_t i = 0; i < n; i++) {
        char *tag = strchr(list[i], '.');
        assert_non_null(tag);
        *tag++ = '\0';
        if (strcmp(open_name, list[i]) != 0) {
            if (*open_name) close_session(&s);
            s = open_session(list[i], isa, n_threads);
            snprintf(open_name, sizeof open_name, "%s", list[i]);
            assert_true(s.plan->arena_bytes >= s.plan->lower_bound);
        }
        const int layers = strcmp(tag, "seed1") == 0 && has_layers(&s);
        run_golden(&s, list[i], tag, layers);
        if (layers) assert_int_equal(s.n_seen, s.plan->graph->n_nodes + s.n_more);
        free(list[i]);
    }
    close_session(&s);
}

/* With the kernels of every processor family that this machine can run. */
static void all_goldens(void **state)
{
    (void)state;
    TEST_NEEDS_SHARED("models/kws_ref_model.tflite");
    for (int isa = TH_ISA_PLAIN; isa < TH_ISA_N; isa++)
        if (th_isa_runs_here((th_isa)isa)) goldens_for((th_isa)isa, 1);
    goldens_for(th_isa_host(), 3); /* and divided among threads */
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
        session s = open_session(row[i].name, TH_ISA_PLAIN, 1);
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
        cmocka_unit_test(all_goldens),
        cmocka_unit_test(arenas),
        cmocka_unit_test(hybrid_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
