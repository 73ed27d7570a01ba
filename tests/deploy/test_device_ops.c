/* Every operator and every kernel as generated C on the emulated Cortex-M4F against the host's plain kernels.
 *
 * The cases are those that the other tests made up: their programs run with $THIMBLE_CASES (tests/keep.h), then all
 * models lie side by side in one graph, so that one firmware holds them all; models of several graphs are added. */
#include "../conformance.h"
#include "../model/calls.h"
#include "../test.h"

#include "base/rng.h"
#include "deploy/emulator.h"
#include "deploy/export.h"
#include "os/process.h"

#include <math.h>

#define FEEDS      3 /* runs in a row, so that state counts */
#define MAX_CASES  2048
#define MAX_NODES  4096
#define MAX_LISTS  65536
#define MAX_GRAPHS 64

/* All models in one: graph 0 is their first graphs, one after the other; the graphs that these call follow. */
typedef struct heap {
    th_graph graph[MAX_GRAPHS];
    th_model *model[MAX_CASES];
    size_t n_models;
    int32_t list[MAX_LISTS], n_list, n_graphs;
    int32_t inputs[MAX_NODES], outputs[MAX_NODES];
    const char *made_by[MAX_NODES]; /* [output] */
    char names[MAX_NODES][16];
    int32_t n_names;
} heap;

static const char *program_dir;

static int32_t *add_list(heap *h, const int32_t *from, int32_t n, int32_t shift)
{
    int32_t *to = h->list + h->n_list;
    assert_true(h->n_list + n <= MAX_LISTS);
    h->n_list += n;
    for (int32_t i = 0; i < n; i++) to[i] = from[i] < 0 ? -1 : from[i] + shift;
    return to;
}

/* Nodes of another graph behind those of `g`; the graphs that they call are `first` further in the list. */
static void add_nodes(heap *h, th_graph *g, const th_graph *from, int32_t shift, int32_t first)
{
    assert_true(g->n_nodes + from->n_nodes <= MAX_NODES);
    for (int32_t i = 0; i < from->n_nodes; i++) {
        th_node *n = &g->nodes[g->n_nodes++];
        *n = from->nodes[i];
        n->in = add_list(h, n->in, n->n_in, shift);
        n->out = add_list(h, n->out, n->n_out, shift);
        n->intermediate = add_list(h, n->intermediate, n->n_intermediate, shift);
        if (n->op == TH_OP_IF || n->op == TH_OP_WHILE || n->op == TH_OP_CALL_ONCE)
            n->attr.call.graph[0] += first, n->attr.call.graph[1] += first;
        if (n->op == TH_OP_VAR_HANDLE) { /* one variable per model */
            snprintf(h->names[h->n_names], sizeof h->names[0], "%d", (int)first);
            n->attr.variable.name = h->names[h->n_names++];
        }
    }
}

static void add_tensors(th_graph *g, const th_graph *from)
{
    assert_true(g->n_tensors + from->n_tensors <= 4 * MAX_NODES);
    memcpy(g->tensors + g->n_tensors, from->tensors, (size_t)from->n_tensors * sizeof *from->tensors);
    g->n_tensors += from->n_tensors;
}

/* A graph's first node names it in messages. */
static void add_root(heap *h, const th_graph *from, int32_t first)
{
    th_graph *g = &h->graph[0];
    const int32_t shift = g->n_tensors;
    add_tensors(g, from);
    add_nodes(h, g, from, shift, first);
    assert_true(g->n_inputs + from->n_inputs <= MAX_NODES && g->n_outputs + from->n_outputs <= MAX_NODES);
    for (int32_t i = 0; i < from->n_inputs; i++) h->inputs[g->n_inputs++] = from->inputs[i] + shift;
    for (int32_t i = 0; i < from->n_outputs; i++) {
        h->made_by[g->n_outputs] = th_op_find((int32_t)from->nodes[0].op)->name;
        h->outputs[g->n_outputs++] = from->outputs[i] + shift;
    }
}

static void add_called(heap *h, const th_graph *from, int32_t first)
{
    assert_true(h->n_graphs < MAX_GRAPHS);
    th_graph *g = &h->graph[h->n_graphs++];
    *g = *from;
    g->nodes = calloc((size_t)from->n_nodes + 1, sizeof *g->nodes);
    assert_non_null(g->nodes);
    g->n_nodes = 0;
    add_nodes(h, g, from, 0, first);
}

static void add_model(heap *h, const th_model *m)
{
    const int32_t first = h->n_graphs - 1; /* its graph 1 comes here */
    add_root(h, &m->graphs[0], first);
    for (int32_t k = 1; k < m->n_graphs; k++) add_called(h, &m->graphs[k], first);
}

static heap *heap_new(void)
{
    heap *h = calloc(1, sizeof *h);
    assert_non_null(h);
    h->n_graphs = 1;
    h->graph[0] = (th_graph){.name = "main",
                             .tensors = calloc(4 * MAX_NODES, sizeof(th_tensor)),
                             .nodes = calloc(MAX_NODES, sizeof(th_node)),
                             .inputs = h->inputs,
                             .outputs = h->outputs};
    assert_true(h->graph[0].tensors && h->graph[0].nodes);
    return h;
}

static void heap_free(heap *h)
{
    for (size_t i = 0; i < h->n_models; i++) th_model_free(h->model[i]);
    free(h->graph[0].tensors);
    for (int32_t k = 0; k < h->n_graphs; k++) free(h->graph[k].nodes);
    free(h);
}

/* Runs the tests that have cases; whether they pass is for their own runs to say. */
static void make_cases(const char *folder)
{
    static const char *const program[] = {
        "nn/test_conv",   "nn/test_elementwise", "nn/test_move",      "nn/test_products",      "nn/test_recurrent",
        "nn/test_reduce", "nn/test_rest",        "model/test_signal", "model/test_signal_fft", "model/test_learnt"};
    char path[TH_PATH_BYTES];
    th_why why = {0};
    assert_int_equal(setenv("THIMBLE_CASES", folder, 1), 0);
    for (size_t i = 0; i < sizeof program / sizeof *program; i++) {
        int status = -1;
        snprintf(path, sizeof path, "%s/../%s", program_dir, program[i]);
        const th_process p = {.argv = (const char *const[]){path, NULL}, .timeout_s = 300};
        if (th_process_run(&p, &status, NULL, 0, &why)) fail_msg("%s (make check builds it)", why.text);
        if (status) printf("# %s failed: its cases may lack\n", program[i]);
    }
    assert_int_equal(unsetenv("THIMBLE_CASES"), 0);
}

static void add_cases(heap *h, const char *folder)
{
    th_names names;
    th_why why = {0};
    char path[TH_PATH_BYTES];
    make_cases(folder);
    assert_int_equal(th_dir_list(folder, &names, &why), TH_OK);
    for (size_t i = 0; i < names.n; i++) {
        assert_true(h->n_models < MAX_CASES);
        assert_int_equal(th_path_join(path, folder, names.name[i], &why), TH_OK);
        if (th_model_load(path, &h->model[h->n_models], &why)) fail_msg("%s: %s", path, why.text);
        add_model(h, h->model[h->n_models++]);
    }
    th_names_free(&names);
}

/* Every row of the table has been given a case. */
static void no_operator_is_missing(const heap *h)
{
    size_t n = 0;
    const th_op_row *const *row = th_op_all(&n);
    for (size_t i = 0; i < n; i++) {
        int seen = 0;
        for (int32_t k = 0; k < h->n_graphs; k++)
            for (int32_t j = 0; j < h->graph[k].n_nodes; j++) seen |= h->graph[k].nodes[j].op == row[i]->op;
        if (!seen) fail_msg("%s has no case: see tests/keep.h", row[i]->name);
    }
}

static bool calls_kernel(const th_plan *plan, const char *name, size_t n)
{
    for (int32_t i = 0; i < plan->graph->n_nodes; i++) {
        const char *k = plan->steps[i].kernel_name;
        if (k && strlen(k) == n && memcmp(k, name, n) == 0) return true;
    }
    return false;
}

/* Kernels that the headers of a folder declare and that no step calls; *declared counts all of them. */
static int missing_kernels(const th_plan *plan, const char *folder, int *declared)
{
    static const char start[] = "\nvoid th_", par[] = "(const void *par, const void *const *in,";
    const size_t n_folder = strlen(folder);
    int missing = 0;
    for (const th_embed_file *f = th_embed_table; f->path; f++) {
        if (strncmp(f->path, folder, n_folder) != 0 || strchr(f->path + n_folder, '/')) continue;
        for (const char *at = (const char *)f->bytes; (at = strstr(at, start)) != NULL;) {
            at += strlen("\nvoid ");
            const size_t n = strcspn(at, "(\n");
            if (strncmp(at + n, par, strlen(par)) != 0 || f->path[strlen(f->path) - 1] != 'h') continue;
            ++*declared;
            if (calls_kernel(plan, at, n)) continue;
            printf("# %s: no case calls %.*s\n", f->path, (int)n, at);
            missing++;
        }
    }
    return missing;
}

/* Numbers that an operator can make something of: floats above 0 for roots, flags of 0 and 1. */
static void fill(th_rng *rng, const th_tensor *t, uint8_t *to)
{
    const size_t n = th_tensor_bytes(t);
    for (size_t i = 0; i < n; i++) to[i] = (uint8_t)th_rng_below(rng, t->type == TH_BOOL ? 2 : 256);
    for (size_t i = 0; t->type == TH_F32 && i < n; i += 4) {
        const float v = th_rng_range(rng, -2.0f, 2.0f);
        memcpy(to + i, &v, 4);
    }
    for (size_t i = 0; t->type == TH_S32 && i < n; i += 4) {
        const int32_t v = (int32_t)th_rng_below(rng, 4000) - 1000;
        memcpy(to + i, &v, 4);
    }
}

static size_t bytes_of(const th_graph *g, const int32_t *list, int32_t n)
{
    size_t sum = 0;
    for (int32_t i = 0; i < n; i++) sum += th_tensor_bytes(&g->tensors[list[i]]);
    return sum;
}

/* The host's outputs of all feeds. */
static void run_here(const th_plan *plan, const uint8_t *feed, uint8_t *out)
{
    const th_graph *g = plan->graph;
    th_runner *r = NULL;
    th_why why = {0};
    if (th_runner_new(plan, &r, &why)) fail_msg("%s", why.text);
    for (int k = 0; k < FEEDS; k++) {
        for (int32_t i = 0; i < g->n_inputs; i++) {
            const size_t n = th_tensor_bytes(&g->tensors[g->inputs[i]]);
            memcpy(th_runner_input(r, i), feed, n);
            feed += n;
        }
        assert_int_equal(th_runner_invoke(r, NULL, NULL), TH_OK);
        for (int32_t i = 0; i < g->n_outputs; i++) {
            const size_t n = th_tensor_bytes(&g->tensors[g->outputs[i]]);
            memcpy(out, th_runner_output(r, i), n);
            out += n;
        }
    }
    th_runner_free(r);
}

/* Equal bytes; floats may be `tolerance` of the largest apart, and what is no number may have any bits that say so. */
static bool same(const th_tensor *t, const uint8_t *a, const uint8_t *b, float tolerance)
{
    const size_t n = th_tensor_bytes(t);
    float x, y, most = 0.0f;
    if (memcmp(a, b, n) == 0) return true;
    if (t->type != TH_F32) return false;
    for (size_t i = 0; i < n; i += 4) {
        memcpy(&x, a + i, 4);
        if (isfinite(x)) most = fmaxf(most, fabsf(x));
    }
    for (size_t i = 0; i < n; i += 4) {
        memcpy(&x, a + i, 4);
        memcpy(&y, b + i, 4);
        if (memcmp(a + i, b + i, 4) != 0 && !(isnan(x) && isnan(y)) && !(fabsf(x - y) <= tolerance * most))
            return false;
    }
    return true;
}

/* Whether output i was not written: a framer or stacker that waits for more says so in the flag behind it. */
static bool waits(const heap *h, int32_t i, const uint8_t *output)
{
    const th_graph *g = &h->graph[0];
    const th_tensor *t = &g->tensors[g->outputs[i]];
    if (strcmp(h->made_by[i], "SignalFramer") != 0 && strcmp(h->made_by[i], "SignalStacker") != 0) return false;
    return t->type == TH_S16 && !output[th_tensor_bytes(t)];
}

static void compare(const heap *h, const uint8_t *here, const uint8_t *there, float tolerance)
{
    const th_graph *g = &h->graph[0];
    int wrong = 0;
    for (int k = 0; k < FEEDS; k++)
        for (int32_t i = 0; i < g->n_outputs; i++) {
            const th_tensor *t = &g->tensors[g->outputs[i]];
            if (!waits(h, i, here) && !same(t, here, there, tolerance) && wrong++ < 20)
                printf("# %s: output %d (%s) of run %d differs\n", h->made_by[i], (int)i, th_type_name(t->type), k);
            here += th_tensor_bytes(t);
            there += th_tensor_bytes(t);
        }
    assert_int_equal(wrong, 0);
}

/* The emulated machine has 4 MB of each memory; the real board's are too small for so many operators at once. */
static th_board large_board(void)
{
    const th_board *board;
    assert_int_equal(th_board_find(NULL, &board, NULL), TH_OK);
    th_board large = *board;
    large.flash_bytes = large.ram_bytes = 4u << 20;
    return large;
}

static void run_there(const th_board *board, const th_plan *plan, const char *dir, th_span feed, th_emulation *e)
{
    th_why why = {0};
    th_firmware fw;
    char out[TH_PATH_BYTES];
    assert_int_equal(th_path_join(out, dir, "fw", &why), TH_OK);
    if (th_export_firmware(plan, NULL, board, out, 0, &fw, &why) ||
        th_emulator_run(board, fw.elf, TH_EMULATE_RAW, feed, false, 120, NULL, NULL, e, &why))
        fail_msg("%s", why.text);
    printf("# %d operators, %u bytes of flash, %u of RAM\n", (int)plan->graph->n_nodes, fw.flash, fw.ram_bound);
    th_firmware_free(&fw);
}

typedef struct world { /* all models, what they are fed, and what the host makes of it with the plain kernels */
    heap *h;
    calls *several[4];
    char dir[TH_PATH_BYTES];
    th_board board;
    size_t n_in, n_out;
    uint8_t *feed, *here;
} world;

static void link_graphs(heap *h)
{
    for (int32_t k = 0; k < h->n_graphs; k++) h->graph[k].all = h->graph, h->graph[k].n_all = h->n_graphs;
}

static void make_feed(world *w)
{
    const th_graph *g = &w->h->graph[0];
    th_rng rng = th_rng_make(3, 9);
    w->n_in = FEEDS * bytes_of(g, g->inputs, g->n_inputs);
    w->n_out = FEEDS * bytes_of(g, g->outputs, g->n_outputs);
    w->feed = malloc(w->n_in);
    w->here = malloc(w->n_out);
    assert_true(w->feed && w->here);
    uint8_t *at = w->feed;
    for (int k = 0; k < FEEDS; k++)
        for (int32_t i = 0; i < g->n_inputs; i++) {
            fill(&rng, &g->tensors[g->inputs[i]], at);
            at += th_tensor_bytes(&g->tensors[g->inputs[i]]);
        }
}

static bool has_tools(const world *w)
{
    return !th_firmware_tools(&w->board, NULL) && !th_emulator_tools(&w->board, NULL);
}

static int open_world(void **state)
{
    world *w = calloc(1, sizeof *w);
    char cases[TH_PATH_BYTES];
    th_plan *plan = NULL;
    th_why why = {0};
    assert_non_null(w);
    *state = w;
    w->board = large_board();
    if (!has_tools(w)) return 0;
    if (th_dir_temp(w->dir, &why) || th_path_join(cases, w->dir, "cases", &why) || th_dir_make(cases, &why))
        fail_msg("%s", why.text);
    w->h = heap_new();
    add_cases(w->h, cases);
    w->several[0] = calls_counter();
    w->several[1] = calls_choice();
    w->several[2] = calls_loop();
    w->several[3] = calls_delay(NULL);
    for (int i = 0; i < 4; i++) add_model(w->h, &w->several[i]->m);
    link_graphs(w->h);
    make_feed(w);
    if (th_plan_make(&w->h->graph[0], &plan, &why)) fail_msg("%s", why.text);
    run_here(plan, w->feed, w->here);
    th_plan_free(plan);
    return 0;
}

static int close_world(void **state)
{
    world *w = *state;
    if (w->h) heap_free(w->h);
    if (w->h) th_dir_remove(w->dir);
    for (int i = 0; i < 4; i++) free(w->several[i]);
    free(w->feed);
    free(w->here);
    free(w);
    return 0;
}

static void device_equals_host(const world *w, const th_board *board, th_isa isa, const char *kernels, float tolerance)
{
    th_why why = {0};
    th_plan *plan = NULL;
    th_emulation e;
    int declared = 0;
    if (!has_tools(w)) {
        printf("# SKIP arm-none-eabi-gcc or qemu-system-arm is not here\n");
        skip();
    }
    no_operator_is_missing(w->h);
    if (th_plan_make_for(&w->h->graph[0], isa, &plan, &why)) fail_msg("%s", why.text);
    assert_int_equal(missing_kernels(plan, kernels, &declared), 0);
    printf("# %d kernels of src/%s\n", declared, kernels);
    if (isa != TH_ISA_PLAIN) assert_int_equal(missing_kernels(plan, "nn/raw/", &declared), 0);
    run_there(board, plan, w->dir, (th_span){w->feed, w->n_in}, &e);
    assert_int_equal(e.n_out, w->n_out);
    compare(w->h, w->here, e.out, tolerance);
    th_emulation_free(&e);
    th_plan_free(plan);
}

/* For docs/conformance.md: the operators that were compared, and into $THIMBLE_KERNELS the kernels that each called. */
static void tell(const heap *h)
{
    const char *path = getenv("THIMBLE_KERNELS");
    FILE *f = path ? fopen(path, "w") : NULL;
    th_plan *plan = NULL;
    assert_int_equal(th_plan_make(&h->graph[0], &plan, NULL), TH_OK);
    for (int32_t k = 0; k < h->n_graphs; k++)
        for (int32_t i = 0; i < h->graph[k].n_nodes; i++)
            conforms(&h->graph[k].nodes[i], h->graph[k].tensors, CONFORMS_BOARD, 1);
    for (int32_t i = 0; f && i < plan->graph->n_nodes; i++)
        fprintf(f, "%s %s\n", th_op_find((int32_t)plan->graph->nodes[i].op)->name,
                plan->steps[i].kernel_name ? plan->steps[i].kernel_name : "-");
    if (f) assert_int_equal(fclose(f), 0);
    th_plan_free(plan);
}

/* Floats too: the same operations in the same order, each rounded once. */
static void plain_kernels_give_the_hosts_bits(void **state)
{
    const world *w = *state;
    device_equals_host(w, &w->board, TH_ISA_PLAIN, "nn/", 0.0f);
    tell(w->h);
}

static void fast_kernels_give_the_plain_ones_bytes(void **state)
{
    const world *w = *state;
    device_equals_host(w, &w->board, w->board.isa, "nn/cortexm/", 1e-5f);
}

/* What runs here is the same for each board: two of them are enough for a sanitizer. */
#ifdef __SANITIZE_ADDRESS__
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif

/* All operators just fit into the tightly coupled memories of this board. */
static void vectors_give_the_plain_ones_bytes(void **state)
{
    const th_board *m55;
    if (SANITIZED) skip();
    assert_int_equal(th_board_find("m55", &m55, NULL), TH_OK);
    device_equals_host(*state, m55, m55->isa, "nn/mve/", 1e-5f);
}

/* One product in one instruction: all three ways to multiply that are for processors of 32 bits.  A Cortex-M3 runs the
 * code of a Cortex-M0, whose own emulated board is too small for all this. */
static void scalar_kernels_give_the_plain_ones_bytes(void **state)
{
    static const char *const name[3][2] = {{"m3", "m3"}, {"rv32", "rv32"}, {"m3", "microbit"}}; /* machine, core */
    if (SANITIZED) skip();
    for (size_t i = 0; i < 3; i++) {
        const th_board *machine, *core;
        assert_int_equal(th_board_find(name[i][0], &machine, NULL), TH_OK);
        assert_int_equal(th_board_find(name[i][1], &core, NULL), TH_OK);
        th_board board = *machine;
        board.core = core->core;
        printf("# %s\n", board.core->name);
        if (th_firmware_tools(&board, NULL) || th_emulator_tools(&board, NULL))
            printf("# SKIP %s: no compiler or no emulator\n", board.name);
        else
            device_equals_host(*state, &board, board.isa, "nn/scalar/", 1e-5f);
    }
}

int main(int argc, char **argv)
{
    char dir[TH_PATH_BYTES];
    const struct CMUnitTest tests[] = {cmocka_unit_test(plain_kernels_give_the_hosts_bits),
                                       cmocka_unit_test(fast_kernels_give_the_plain_ones_bytes),
                                       cmocka_unit_test(vectors_give_the_plain_ones_bytes),
                                       cmocka_unit_test(scalar_kernels_give_the_plain_ones_bytes)};
    snprintf(dir, sizeof dir, "%s", argc > 0 ? argv[0] : "");
    char *slash = strrchr(dir, '/');
    if (slash) *slash = '\0';
    program_dir = slash ? dir : ".";
    return cmocka_run_group_tests(tests, open_world, close_world);
}
