/* Packages: the executor gives the runner's bytes, for every model and for graphs that run others; what is damaged or
 * made up is refused. */
#include "calls.h"

#include "base/crc.h"
#include "deploy/codegen.h"
#include "model/package.h"
#include "nn/kernels.h"
#include "nn/package_format.h"
#include "os/file.h"

#include <dirent.h>

/* A package that is open, with memory of exactly the size it asks for. */
typedef struct opened {
    th_packed packed;
    th_package p;
    uint8_t *memory;
} opened;

static opened pack(const th_plan *plan, const th_model *model)
{
    opened o = {0};
    th_why why = {0};
    th_diag diag = {0, ""};
    if (th_package_make(plan, model, &o.packed, &why)) fail_msg("%s", why.text);
    /* Only the run part, in a block of its own: the executor must not look behind it. */
    uint8_t *run = aligned_alloc(16, o.packed.run_bytes);
    memcpy(run, o.packed.bytes, o.packed.run_bytes);
    if (th_package_open(&o.p, (th_span){run, o.packed.run_bytes}, &th_kernels_here, &diag))
        fail_msg("byte %zu: %s %s", diag.pos, diag.msg, o.p.missing ? o.p.missing : "");
    o.memory = aligned_alloc(16, (o.p.memory_bytes + 15) / 16 * 16);
    memset(o.memory, 0xa5, o.p.memory_bytes);
    assert_int_equal(th_package_start(&o.p, o.memory, o.p.memory_bytes - 1), TH_ENOMEM);
    assert_int_equal(th_package_start(&o.p, o.memory, o.p.memory_bytes), TH_OK);
    return o;
}

static void done(opened *o)
{
    uint8_t *run;
    memcpy(&run, &o->p.bytes, sizeof run);
    free(run);
    free(o->memory);
    th_packed_free(&o->packed);
}

static size_t sum_bytes(const th_graph *g, const int32_t *list, int32_t n)
{
    size_t sum = 0;
    for (int32_t i = 0; i < n; i++) sum += th_tensor_bytes(&g->tensors[list[i]]);
    return sum;
}

static void check_ends(const opened *o, const th_graph *g)
{
    assert_int_equal(o->p.n_inputs, g->n_inputs);
    assert_int_equal(o->p.n_outputs, g->n_outputs);
    for (int32_t i = 0; i < g->n_inputs + g->n_outputs; i++) {
        const th_tensor *t = &g->tensors[i < g->n_inputs ? g->inputs[i] : g->outputs[i - g->n_inputs]];
        const th_package_end e = th_package_describe(&o->p, (uint32_t)i);
        assert_string_equal(e.name, t->name);
        assert_int_equal(e.type, t->type);
        assert_int_equal(e.bytes, th_tensor_bytes(t));
        assert_int_equal(e.rank, t->shape.rank);
        assert_memory_equal(e.d, t->shape.d, (size_t)t->shape.rank * 4);
        assert_int_equal(e.n_scales, t->quant.n);
        if (t->quant.n) assert_int_equal(e.zero, t->quant.zero[0]);
        if (t->quant.n) assert_memory_equal(&e.scale, t->quant.scale, 4);
    }
}

/* Three invokes in a row, so that state counts, then a reset, then one more. */
static void same_bytes(const th_plan *plan, opened *o)
{
    const th_graph *g = plan->graph;
    th_runner *r = NULL;
    th_why why = {0};
    uint8_t *in = malloc(sum_bytes(g, g->inputs, g->n_inputs) + 1);
    if (th_runner_new(plan, &r, &why)) fail_msg("%s", why.text);
    for (uint32_t seed = 1; seed <= 4; seed++) {
        const uint8_t *from = in;
        (void)th_code_test_input(g, seed, in);
        for (int32_t i = 0; i < g->n_inputs; i++) {
            const size_t n = th_tensor_bytes(&g->tensors[g->inputs[i]]);
            if (g->tensors[g->inputs[i]].type == TH_BOOL) memset(in + (from - in), (int)(seed & 1), n);
            memcpy(th_runner_input(r, i), from, n);
            memcpy(th_package_input(&o->p, (uint32_t)i), from, n);
            from += n;
        }
        assert_int_equal(th_runner_invoke(r, NULL, NULL), TH_OK);
        assert_int_equal(th_package_invoke(&o->p), TH_OK);
        for (int32_t i = 0; i < g->n_outputs; i++)
            assert_memory_equal(th_package_output(&o->p, (uint32_t)i), th_runner_output(r, i),
                                th_tensor_bytes(&g->tensors[g->outputs[i]]));
        if (seed == 3) th_runner_reset(r), th_package_reset(&o->p);
    }
    th_runner_free(r);
    free(in);
}

/* The package is read back as the model, and both give the same bytes. */
static void through_a_package(const th_model *model, th_isa isa)
{
    th_plan *plan = NULL;
    th_model *back = NULL;
    th_isa was = TH_ISA_N;
    th_why why = {0};
    if (th_plan_make_for(&model->graphs[0], isa, &plan, &why)) fail_msg("%s", why.text);
    opened o = pack(plan, model);
    check_ends(&o, plan->graph);
    same_bytes(plan, &o);
    if (th_package_model((th_span){o.packed.bytes, o.packed.n}, &back, &was, &why)) fail_msg("%s", why.text);
    assert_int_equal(was, isa);
    assert_int_equal(back->graphs[0].n_nodes, model->graphs[0].n_nodes);
    th_model_free(back);
    done(&o);
    th_plan_free(plan);
}

static void every_model_runs_as_on_the_host(void **state)
{
    (void)state;
    TEST_NEEDS_SHARED("models");
    char path[4096];
    snprintf(path, sizeof path, "%s/models", test_shared());
    th_names names;
    th_why why = {0};
    int n = 0;
    if (th_dir_list(path, &names, &why)) fail_msg("%s", why.text);
    for (size_t i = 0; i < names.n; i++) {
        th_model *m = NULL;
        th_plan *plan = NULL;
        if (!strstr(names.name[i], ".tflite")) continue;
        snprintf(path, sizeof path, "%s/models/%s", test_shared(), names.name[i]);
        if (th_model_load(path, &m, &why)) fail_msg("%s", why.text);
        const bool runs = th_plan_make(&m->graphs[0], &plan, NULL) == TH_OK;
        th_plan_free(plan);
        for (int isa = 0; runs && isa < TH_ISA_N; isa++) through_a_package(m, (th_isa)isa);
        n += runs;
        th_model_free(m);
    }
    th_names_free(&names);
    assert_true(n > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_model_runs_as_on_the_host),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
