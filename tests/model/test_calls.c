#include "../tflm.h"
#include "calls.h"

typedef struct run {
    th_model *m; /* read back from a file, NULL when not */
    th_plan *plan;
    th_runner *runner;
} run;

/* The tensor whose type the model's variables and choices have. */
static int32_t data_of(const calls *c)
{
    return c->c[0].in[c->g[0].n_inputs - 1];
}

/* The operators that only these tests can run, with the type of what they handle and of the handle. */
static void note(const calls *c)
{
    const char *type = th_type_name(c->c[0].t[data_of(c)].type);
    for (int32_t k = 0; k < c->m.n_graphs; k++)
        for (int32_t i = 0; i < c->g[k].n_nodes; i++) {
            const th_node *n = &c->c[k].node[i];
            const char *name = th_op_find((int32_t)n->op)->name;
            if (n->op < TH_OP_IF) continue;
            conforms(n, c->c[k].t, CONFORMS_HAND, 1);
            if (n->op == TH_OP_VAR_HANDLE || n->op == TH_OP_CALL_ONCE) conforms_line(name, type, CONFORMS_HAND, 1);
            if (n->op == TH_OP_READ_VARIABLE || n->op == TH_OP_ASSIGN_VARIABLE)
                conforms_line(name, "resource", CONFORMS_HAND, 1);
        }
}

static run start(const th_graph *g)
{
    run r = {0};
    th_why why = {0};
    if (th_plan_make(g, &r.plan, &why) || th_runner_new(r.plan, &r.runner, &why)) fail_msg("%s", why.text);
    return r;
}

/* The same model through the bytes of a file; $THIMBLE_CASES gets a copy, for fuzz/corpus. */
static run start_from_file(const calls *c, const char *name)
{
    const char *folder = getenv("THIMBLE_CASES");
    char path[TH_PATH_BYTES];
    uint8_t *bytes;
    size_t n;
    th_model *m = NULL;
    th_why why = {0};
    if (th_model_to_tflite(&c->m, &bytes, &n, &why) || th_model_from_tflite((th_span){bytes, n}, &m, &why))
        fail_msg("%s", why.text);
    if (folder && snprintf(path, sizeof path, "%s/%s", folder, name) > 0)
        assert_int_equal(th_file_write(path, (th_span){bytes, n}, NULL), TH_OK);
    free(bytes);
    run r = start(&m->graphs[0]);
    r.m = m;
    return r;
}

static void stop(run *r)
{
    th_runner_free(r->runner);
    th_plan_free(r->plan);
    th_model_free(r->m);
}

static void feed(run *r, int32_t input, const float *v)
{
    memcpy(th_runner_input(r->runner, input), v, 16);
}

static void expect(const run *r, float a, float b, float c, float d)
{
    const float want[] = {a, b, c, d};
    assert_memory_equal(th_runner_output(r->runner, 0), want, sizeof want);
}

static void count(run r)
{
    static const float x[] = {10, 20, 30, -40};
    for (int again = 0; again < 2; again++) {
        feed(&r, 0, x);
        assert_int_equal(th_runner_invoke(r.runner, NULL, NULL), TH_OK);
        expect(&r, 11, 22, 33, -36);
        feed(&r, 0, x);
        assert_int_equal(th_runner_invoke(r.runner, NULL, NULL), TH_OK);
        expect(&r, 21, 42, 63, -76);
        th_runner_reset(r.runner);
    }
    stop(&r);
}

/* Runs in a row with random inputs, in TensorFlow Lite Micro too; for every operator of these tests in graph 0. */
static void compare(const calls *c, run r, uint64_t seed)
{
    uint8_t in[9 * 64], made[9 * 64];
    size_t n_in = 0, n_made = 0;
    th_rng rng = th_rng_make(seed, 5);
    const th_graph *g = &c->g[0];
    for (int again = 0; again < 9; again++) {
        for (int32_t i = 0; i < g->n_inputs; i++) {
            const th_tensor *t = &g->tensors[g->inputs[i]];
            uint8_t *to = th_runner_input(r.runner, i);
            for (size_t k = 0; k < th_tensor_bytes(t); k++)
                to[k] = (uint8_t)th_rng_below(&rng, t->type == TH_BOOL ? 2 : 256);
            for (size_t k = 0; t->type == TH_F32 && k < th_tensor_bytes(t) / 4; k++)
                ((float *)(void *)to)[k] = th_rng_range(&rng, -2.0f, 2.0f);
            memcpy(in + n_in, to, th_tensor_bytes(t));
            n_in += th_tensor_bytes(t);
        }
        assert_int_equal(th_runner_invoke(r.runner, NULL, NULL), TH_OK);
        memcpy(made + n_made, th_runner_output(r.runner, 0), th_tensor_bytes(&g->tensors[g->outputs[0]]));
        n_made += th_tensor_bytes(&g->tensors[g->outputs[0]]);
    }
    const int32_t x = data_of(c), like[] = {x, x, x};
    for (int32_t i = 0; i < g->n_nodes; i++) {
        const th_node n = {.op = g->nodes[i].op, .in = like, .n_in = 3, .out = g->outputs, .n_out = 1};
        if (n.op >= TH_OP_IF) tflm_compare(&(tflm_case){&n, g->tensors, NULL, 0, in, made, NULL, n_in, n_made, &c->m});
    }
    stop(&r);
}

static void equal_in_the_reference(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 10; seed++) {
        const int8_t start_s8 = (int8_t)(seed * 13);
        calls *const all[] = {calls_counter(), calls_choice(), calls_loop(), calls_delay(NULL), calls_delay(&start_s8)};
        for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
            compare(all[i], start(&all[i]->g[0]), seed);
            if (seed == 0) note(all[i]);
            free(all[i]);
        }
    }
}

static void variables_keep_their_state_and_start_once(void **state)
{
    (void)state;
    calls *c = calls_counter();
    count(start(&c->g[0]));
    count(start_from_file(c, "calls-counter.0"));
    note(c);
    free(c);
}

static void a_variable_starts_at_its_zero_point(void **state)
{
    (void)state;
    calls *c = calls_delay(NULL);
    run r = start_from_file(c, "calls-variable.0");
    *(int8_t *)th_runner_input(r.runner, 0) = 5;
    assert_int_equal(th_runner_invoke(r.runner, NULL, NULL), TH_OK);
    assert_int_equal(*(const int8_t *)th_runner_output(r.runner, 0), -7);
    assert_int_equal(th_runner_invoke(r.runner, NULL, NULL), TH_OK);
    assert_int_equal(*(const int8_t *)th_runner_output(r.runner, 0), 5);
    note(c);
    stop(&r);
    free(c);
}

static void choose(run r)
{
    static const float x[] = {1, -2, 3, -4};
    *(uint8_t *)th_runner_input(r.runner, 0) = 1;
    feed(&r, 1, x);
    assert_int_equal(th_runner_invoke(r.runner, NULL, NULL), TH_OK);
    expect(&r, 3, -6, 9, -12);
    *(uint8_t *)th_runner_input(r.runner, 0) = 0;
    feed(&r, 1, x);
    assert_int_equal(th_runner_invoke(r.runner, NULL, NULL), TH_OK);
    expect(&r, 2, -2, 6, -4);
    stop(&r);
}

static void if_runs_one_of_two_graphs(void **state)
{
    (void)state;
    calls *c = calls_choice();
    choose(start(&c->g[0]));
    choose(start_from_file(c, "calls-choice.0"));
    note(c);
    free(c);
}

static void go_round(run r, int a, int b, float rounds)
{
    static const float x[] = {0, 0, 0, 100};
    *(uint8_t *)th_runner_input(r.runner, 0) = (uint8_t)a;
    *(uint8_t *)th_runner_input(r.runner, 1) = (uint8_t)b;
    feed(&r, 2, x);
    assert_int_equal(th_runner_invoke(r.runner, NULL, NULL), TH_OK);
    expect(&r, rounds, 2 * rounds, 3 * rounds, 100 + 4 * rounds);
    stop(&r);
}

static void while_goes_round(void **state)
{
    (void)state;
    calls *c = calls_loop();
    go_round(start(&c->g[0]), 0, 1, 0);
    go_round(start(&c->g[0]), 1, 0, 1);
    go_round(start_from_file(c, "calls-loop.0"), 1, 1, 2);
    note(c);
    free(c);
}

static void a_loop_without_end_is_stopped(void **state)
{
    (void)state;
    calls *c = calls_loop();
    c->no = 1;
    run r = start(&c->g[0]);
    memset(th_runner_input(r.runner, 0), 1, 1);
    memset(th_runner_input(r.runner, 1), 1, 1);
    assert_int_equal(th_runner_invoke(r.runner, NULL, NULL), TH_EENDLESS);
    th_runner_limit(r.runner, 4);
    assert_int_equal(th_runner_invoke(r.runner, NULL, NULL), TH_EENDLESS);
    *(uint8_t *)th_runner_input(r.runner, 0) = *(uint8_t *)th_runner_input(r.runner, 1) = 0;
    assert_int_equal(th_runner_invoke(r.runner, NULL, NULL), TH_OK); /* it can be used again */
    stop(&r);
    free(c);
}

static void refused(calls *c, const char *words)
{
    th_plan *p = NULL;
    th_why why = {0};
    assert_int_not_equal(th_plan_make(&c->g[0], &p, &why), TH_OK);
    if (!strstr(why.text, words)) fail_msg("\"%s\" is not in: %s", words, why.text);
    free(c);
}

static void broken_calls_are_refused(void **state)
{
    (void)state;
    calls *c = calls_counter();
    c->c[0].node[0].attr.call.graph[0] = 2;
    refused(c, "operator 0 (CALL_ONCE): it runs a graph that the model does not have");
    c = calls_counter();
    c->c[0].node[0].attr.call.graph[0] = 0;
    refused(c, "a circle");
    c = calls_counter(); /* graph 1 runs itself */
    calls_node(c, 1, TH_OP_CALL_ONCE, NONE, NONE)->attr.call.graph[0] = 1;
    refused(c, "in a circle");
    c = calls_choice();
    c->c[2].t[0].shape.d[0] = c->c[2].t[1].shape.d[0] = 5;
    refused(c, "operator 0 (IF): its tensors and those of the graphs");
    c = calls_loop();
    c->g[2].n_outputs = 2;
    refused(c, "operator 0 (WHILE): its tensors and those of the graphs");
    c = calls_counter();
    c->c[1].t[1].shape.d[0] = 3;
    refused(c, "graph 1, operator 1 (ASSIGN_VARIABLE): its variable is used with another type or size");
    c = calls_counter();
    c->c[0].list[2][0][0] = 0; /* READ_VARIABLE of x */
    refused(c, "operator 2 (READ_VARIABLE, makes t): its first input is no resource");
    c = calls_counter();
    c->c[0].node[3].op = TH_OP_RESHAPE;
    c->c[0].list[3][0][0] = 1; /* of the handle */
    refused(c, "it hands a variable on");
}

/* Conditions that are none, and graphs that come back to themselves by way of IF and WHILE. */
static void broken_conditions_and_circles_are_refused(void **state)
{
    (void)state;
    static const char *const lists = "tensors and those of the graphs it runs differ";
    calls *c = calls_choice();
    c->c[0].t[0].type = TH_U8;
    refused(c, "operator 0 (IF, makes t): its condition is not one bool");
    c = calls_choice();
    c->c[0].t[0].shape.d[0] = 2;
    refused(c, "its condition is not one bool");
    c = calls_choice();
    c->c[0].list[0][0][0] = -1;
    refused(c, "operator 0 (IF");
    c = calls_choice();
    c->c[0].node[0].n_in = 0;
    refused(c, "operator 0 (IF");
    c = calls_choice();
    c->c[0].node[0].attr.call.graph[1] = -1;
    refused(c, "it runs a graph that the model does not have");
    c = calls_choice();
    c->c[0].node[0].attr.call.graph[0] = INT32_MAX;
    refused(c, "it runs a graph that the model does not have");
    c = calls_loop();
    c->c[1].t[0].shape.d[0] = c->c[0].t[0].shape.d[0] = c->c[0].t[3].shape.d[0] = c->c[2].t[0].shape.d[0] = 2;
    refused(c, lists); /* the body still gives one */
    c = calls_loop();
    c->c[1].out[0] = 2; /* four floats as the condition */
    refused(c, "operator 0 (WHILE): its condition does not give one bool");
    c = calls_loop();
    c->g[1].n_outputs = 0;
    refused(c, "operator 0 (WHILE): its condition does not give one bool");
    c = calls_loop();
    c->c[0].node[0].attr.call.graph[1] = 1; /* the condition as the body */
    refused(c, lists);
    c = calls_loop(); /* the body goes round in itself */
    calls_node(c, 2, TH_OP_WHILE, LIST(0, 1, 2), LIST(6, 7, 8))->attr.call.graph[0] = 1;
    c->c[2].node[1].attr.call.graph[1] = 2;
    calls_tensor(c, 2, TH_BOOL, NULL), calls_tensor(c, 2, TH_BOOL, NULL), calls_tensor(c, 2, TH_F32, NULL);
    refused(c, "in a circle");
    c = calls_loop(); /* and the first graph in the condition */
    calls_node(c, 1, TH_OP_CALL_ONCE, NONE, NONE)->attr.call.graph[0] = 0;
    refused(c, "the graph that the run began with");
}

/* Graph k runs graph k + 1 four times by IF: 4^12 runs from 13 small graphs, and not a single loop. */
static void calls_that_multiply_are_stopped(void **state)
{
    (void)state;
    enum { DEPTH = 12, TIMES = 4 };
    calls *c = calls_new(DEPTH + 1);
    for (int32_t k = 0; k <= DEPTH; k++) {
        int32_t x = calls_input(c, k, TH_F32);
        const int32_t no = calls_tensor(c, k, TH_BOOL, &c->no);
        for (int i = 0; i < TIMES; i++) {
            const int32_t y = calls_tensor(c, k, TH_F32, NULL);
            th_node *n = k < DEPTH ? calls_node(c, k, TH_OP_IF, LIST(no, x), LIST(y))
                                   : calls_node(c, k, TH_OP_RELU, LIST(x), LIST(y));
            if (k < DEPTH) n->attr.call.graph[0] = n->attr.call.graph[1] = k + 1;
            x = y;
        }
        calls_output(c, k, x);
    }
    run r = start(&c->g[0]);
    assert_int_equal(th_runner_invoke(r.runner, NULL, NULL), TH_EENDLESS);
    stop(&r);
    free(c);
}

/* A file may ask for any shape: what no small computer has is refused by a text that says how much it was. */
static void a_huge_arena_is_refused(void **state)
{
    (void)state;
    const int32_t fits = (int32_t)(TH_MAX_ARENA / 4), count[] = {fits, fits + 1, INT32_MAX};
    for (int i = 0; i < 3; i++) {
        calls *c = calls_new(1);
        const int32_t x = calls_input(c, 0, TH_F32), y = calls_tensor(c, 0, TH_F32, NULL);
        calls_node(c, 0, TH_OP_RELU, LIST(x), LIST(y)); /* onto its input */
        calls_output(c, 0, y);
        c->c[0].t[x].shape.d[0] = c->c[0].t[y].shape.d[0] = count[i];
        if (i) {
            refused(c, "the model needs an arena of");
            continue;
        }
        run r = start(&c->g[0]);
        assert_int_equal(r.plan->arena_bytes, TH_MAX_ARENA);
        stop(&r);
        free(c);
    }
}

static void calls_have_a_most_depth(void **state)
{
    (void)state;
    for (int32_t depth = TH_MAX_CALLS; depth <= TH_MAX_CALLS + 1; depth++) {
        calls *c = calls_new(depth + 1);
        const int32_t x = calls_input(c, 0, TH_F32), y = calls_tensor(c, 0, TH_F32, NULL);
        calls_output(c, 0, y);
        for (int32_t k = 0; k < depth; k++) calls_node(c, k, TH_OP_CALL_ONCE, NONE, NONE)->attr.call.graph[0] = k + 1;
        calls_node(c, 0, TH_OP_RELU, LIST(x), LIST(y));
        if (depth > TH_MAX_CALLS) {
            refused(c, "graph 17 runs inside 17 others");
            continue;
        }
        run r = start(&c->g[0]);
        assert_int_equal(th_runner_invoke(r.runner, NULL, NULL), TH_OK);
        stop(&r);
        free(c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(variables_keep_their_state_and_start_once),
        cmocka_unit_test(a_variable_starts_at_its_zero_point),
        cmocka_unit_test(if_runs_one_of_two_graphs),
        cmocka_unit_test(while_goes_round),
        cmocka_unit_test(a_loop_without_end_is_stopped),
        cmocka_unit_test(broken_calls_are_refused),
        cmocka_unit_test(broken_conditions_and_circles_are_refused),
        cmocka_unit_test(calls_that_multiply_are_stopped),
        cmocka_unit_test(a_huge_arena_is_refused),
        cmocka_unit_test(calls_have_a_most_depth),
        cmocka_unit_test(equal_in_the_reference),
        cmocka_unit_test(tflm_is_equal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
