/* Packages: the executor gives the runner's bytes, for every model and for graphs that run others; what is damaged or
 * made up is refused. */
#include "calls.h"

#include "base/crc.h"
#include "deploy/codegen.h"
#include "model/package.h"
#include "nn/kernels.h"
#include "nn/package_format.h"
#include "os/file.h"

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
    assert_int_equal(o.p.memory_bytes, o.packed.memory[sizeof(void *) / 8]);
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
        const th_err err = th_runner_invoke(r, NULL, NULL); /* TH_EENDLESS: the outputs are the same all the same */
        assert_int_equal(th_package_invoke(&o->p), err);
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

/* All .tflite files of a folder that can be planned, for every family that runs here; returns how many. */
static int whole_folder(const char *folder)
{
    char path[4096];
    th_names names;
    th_why why = {0};
    int n = 0;
    if (th_dir_list(folder, &names, &why)) fail_msg("%s", why.text);
    for (size_t i = 0; i < names.n; i++) {
        th_model *m = NULL;
        th_plan *plan = NULL;
        snprintf(path, sizeof path, "%s/%s", folder, names.name[i]);
        if (!strstr(names.name[i], ".tflite") || th_model_load(path, &m, NULL)) continue;
        const bool runs = th_plan_make(&m->graphs[0], &plan, NULL) == TH_OK;
        th_plan_free(plan);
        for (int isa = 0; runs && isa < TH_ISA_N; isa++)
            if (th_package_runs_here((th_isa)isa)) through_a_package(m, (th_isa)isa);
        n += runs;
        th_model_free(m);
    }
    th_names_free(&names);
    return n;
}

static void every_model_runs_as_on_the_host(void **state)
{
    (void)state;
    TEST_NEEDS_SHARED("models");
    char path[4096];
    snprintf(path, sizeof path, "%s/models", test_shared());
    assert_true(whole_folder(path) > 5);
}

/* The fuzzers' seeds: one small model for nearly every operator. */
static void every_operator_runs_as_on_the_host(void **state)
{
    (void)state;
    const int n = whole_folder("fuzz/corpus/plan");
    print_message("%d models\n", n);
    assert_true(n > 50);
}

static void graphs_that_run_graphs_do_so_in_a_package(void **state)
{
    (void)state;
    calls *const all[] = {calls_counter(), calls_choice(), calls_loop()};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        through_a_package(&all[i]->m, TH_ISA_PLAIN);
        free(all[i]);
    }
}

/* Graphs inside one another as deep as the planner allows. */
static void depth_is_the_planners(void **state)
{
    (void)state;
    calls *c = calls_new(TH_MAX_CALLS + 1);
    const int32_t x = calls_input(c, 0, TH_F32), y = calls_tensor(c, 0, TH_F32, NULL);
    calls_output(c, 0, y);
    for (int32_t k = 0; k < TH_MAX_CALLS; k++)
        calls_node(c, k, TH_OP_CALL_ONCE, NONE, NONE)->attr.call.graph[0] = k + 1;
    calls_node(c, 0, TH_OP_RELU, LIST(x), LIST(y));
    through_a_package(&c->m, TH_ISA_PLAIN);
    free(c);
}

static void a_loop_without_end_is_an_error(void **state)
{
    (void)state;
    calls *c = calls_loop();
    th_plan *plan = NULL;
    th_why why = {0};
    c->no = 1;
    if (th_plan_make(&c->g[0], &plan, &why)) fail_msg("%s", why.text);
    opened o = pack(plan, &c->m);
    memset(th_package_input(&o.p, 0), 1, 1);
    memset(th_package_input(&o.p, 1), 1, 1);
    assert_int_equal(th_package_invoke(&o.p), TH_EENDLESS);
    memset(th_package_input(&o.p, 0), 0, 1);
    assert_int_equal(th_package_invoke(&o.p), TH_OK);
    done(&o);
    th_plan_free(plan);
    free(c);
}

/* --- what is damaged or made up --- */

static void fix_checksum(uint8_t *p, size_t n)
{
    const uint32_t run = th_le32(p + TH_THM_AT_RUN);
    if (run > n || run < TH_THM_HEADER) return;
    const uint32_t host = th_crc32c(0, p + run, n - run);
    for (int i = 0; i < 4; i++) p[TH_THM_AT_HOST_CRC + i] = (uint8_t)(host >> 8 * i);
    const uint32_t crc = th_crc32c(0, p + TH_THM_AT_CRC + 4, run - TH_THM_AT_CRC - 4);
    for (int i = 0; i < 4; i++) p[TH_THM_AT_CRC + i] = (uint8_t)(crc >> 8 * i);
}

static th_packed whole_package(th_plan **plan, calls **c)
{
    th_packed packed = {0};
    th_why why = {0};
    *c = calls_choice();
    if (th_plan_make(&(*c)->g[0], plan, &why) || th_package_make(*plan, &(*c)->m, &packed, &why))
        fail_msg("%s", why.text);
    return packed;
}

/* A block of exactly n bytes, aligned as a package must be, with nothing behind them. */
static uint8_t *exactly(const uint8_t *from, size_t n)
{
    void *p = NULL;
    assert_int_equal(posix_memalign(&p, 16, n ? n : 1), 0);
    memcpy(p, from, n);
    return p;
}

static th_err open_as_a_device(const uint8_t *bytes, size_t n)
{
    th_package p;
    th_diag diag = {0, ""};
    return th_package_open(&p, (th_span){bytes, n}, &th_kernels_here, &diag);
}

static th_err open_as_a_computer(const uint8_t *bytes, size_t n)
{
    th_model *m = NULL;
    th_why why = {0};
    const th_err err = th_package_model((th_span){bytes, n}, &m, NULL, &why);
    assert_true(!err || why.err == err);
    th_model_free(m);
    return err;
}

static void every_cut_is_refused(void **state)
{
    (void)state;
    th_plan *plan = NULL;
    calls *c;
    th_packed packed = whole_package(&plan, &c);
    for (size_t n = 0; n < packed.n; n++) {
        uint8_t *cut = exactly(packed.bytes, n);
        assert_int_equal(open_as_a_device(cut, n) == TH_OK, n >= packed.run_bytes);
        assert_int_not_equal(open_as_a_computer(cut, n), TH_OK);
        free(cut);
    }
    assert_int_equal(open_as_a_computer(packed.bytes, packed.n), TH_OK);
    th_packed_free(&packed);
    th_plan_free(plan);
    free(c);
}

/* A flipped bit is found by the checksum.  With the checksum made right again, the executor's own check must come back
 * without looking outside, and a computer takes the package only when it means what its model means: what differs then
 * is no part of how it runs. */
static void every_flipped_bit_is_refused_or_harmless(void **state)
{
    (void)state;
    th_plan *plan = NULL;
    calls *c;
    th_packed packed = whole_package(&plan, &c);
    uint8_t *bytes = exactly(packed.bytes, packed.n);
    size_t taken_by_device = 0, taken = 0;
    for (size_t i = 0; i < packed.n * 8; i++) {
        memcpy(bytes, packed.bytes, packed.n);
        bytes[i / 8] ^= (uint8_t)(1u << i % 8);
        if (i / 8 < packed.run_bytes) assert_int_not_equal(open_as_a_device(bytes, packed.n), TH_OK);
        assert_int_not_equal(open_as_a_computer(bytes, packed.n), TH_OK);
        fix_checksum(bytes, packed.n);
        taken_by_device += open_as_a_device(bytes, packed.n) == TH_OK;
        if (open_as_a_computer(bytes, packed.n)) continue;
        taken++;
        const size_t at = i / 8; /* the maker's name, or the model's own words: names, descriptions */
        assert_true((at >= TH_THM_AT_MADE_BY && at < TH_THM_AT_TENSORS) || at >= packed.run_bytes ||
                    (at >= TH_THM_AT_CRC && at < TH_THM_AT_CRC + 4) ||
                    (at >= TH_THM_AT_HOST_CRC && at < TH_THM_AT_HOST_CRC + 4)); /* or the checksums */
    }
    print_message("with the right checksum: %zu of %zu flips pass the device's check, %zu a computer's\n",
                  taken_by_device, packed.n * 8, taken);
    free(bytes);
    th_packed_free(&packed);
    th_plan_free(plan);
    free(c);
}

static void what_is_not_built_in_is_named(void **state)
{
    (void)state;
    static const th_kernel_row relu_alone[] = {{1, NULL}};
    const th_kernel_set none = {relu_alone, 0, NULL}, other = {th_kernels_here.row, th_kernels_here.n, "rv32"};
    th_plan *plan = NULL;
    calls *c;
    th_package p;
    th_diag diag;
    th_packed packed = whole_package(&plan, &c);
    assert_int_equal(th_package_open(&p, (th_span){packed.bytes, packed.n}, &none, &diag), TH_EUNSUP);
    assert_string_equal(p.missing, "th_add_f32");
    assert_non_null(strstr(diag.msg, "a kernel that this executor was built without"));
    assert_int_equal(th_package_open(&p, (th_span){packed.bytes, packed.n}, &other, &diag), TH_OK); /* plain: any */
    memcpy(packed.bytes + TH_THM_AT_ISA, "arm-mve", 8);
    fix_checksum(packed.bytes, packed.n);
    assert_int_equal(th_package_open(&p, (th_span){packed.bytes, packed.n}, &other, &diag), TH_EUNSUP);
    assert_string_equal(p.missing, "arm-mve");
    th_packed_free(&packed);
    th_plan_free(plan);
    free(c);
}

static void the_numbers_of_kernels_rise_and_are_found(void **state)
{
    (void)state;
    for (size_t i = 1; i < th_kernels_here.n; i++)
        assert_true(th_kernels_here.row[i - 1].number < th_kernels_here.row[i].number);
    assert_int_equal(th_kernel_number("th_no_such_kernel"), 0);
    assert_int_equal(th_crc32c(0, (const uint8_t *)"123456789", 9), 0xE3069283u); /* RFC 3720 */
    assert_int_equal(th_crc32c(th_crc32c(0, (const uint8_t *)"1234", 4), (const uint8_t *)"56789", 5), 0xE3069283u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_model_runs_as_on_the_host),
        cmocka_unit_test(every_operator_runs_as_on_the_host),
        cmocka_unit_test(graphs_that_run_graphs_do_so_in_a_package),
        cmocka_unit_test(depth_is_the_planners),
        cmocka_unit_test(a_loop_without_end_is_an_error),
        cmocka_unit_test(every_cut_is_refused),
        cmocka_unit_test(every_flipped_bit_is_refused_or_harmless),
        cmocka_unit_test(what_is_not_built_in_is_named),
        cmocka_unit_test(the_numbers_of_kernels_rise_and_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
