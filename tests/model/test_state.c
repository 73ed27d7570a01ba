/* Variable tensors through the runner: what they hold at the start, and that they keep it until a reset. */
#include "../test.h"

#include "model/plan.h"

#define STATE_ZERO 5

/* SVDF of one input, one filter, two steps of memory: y = (x[now-1] * 10 + x[now] * 20), all scales 1, zero points 0
 * but the state's, which is 5. */
typedef struct tiny {
    th_tensor t[5];
    th_node node;
    th_graph graph;
    int32_t in[5], out[1];
    float scale;
    int32_t zero, state_zero;
    int8_t wf[1], wt[2];
} tiny;

static void make(tiny *m)
{
    static const th_shape shape[5] = {{2, {1, 1}}, {2, {1, 1}}, {2, {1, 2}}, {2, {1, 2}}, {2, {1, 1}}};
    memset(m, 0, sizeof *m);
    m->scale = 1.0f;
    m->state_zero = STATE_ZERO;
    m->wf[0] = 1;
    m->wt[0] = 10;
    m->wt[1] = 20;
    for (int i = 0; i < 5; i++)
        m->t[i] = (th_tensor){.name = "t",
                              .type = TH_S8,
                              .shape = shape[i],
                              .quant = {&m->scale, i == 3 ? &m->state_zero : &m->zero, 1, 0}};
    m->t[1].data = m->wf;
    m->t[2].data = m->wt;
    m->t[3].is_variable = 1;
    const int32_t in[5] = {0, 1, 2, -1, 3};
    memcpy(m->in, in, sizeof in);
    m->out[0] = 4;
    m->node = (th_node){.op = TH_OP_SVDF, .n_in = 5, .n_out = 1, .in = m->in, .out = m->out};
    m->node.attr.svdf.rank = 1;
    m->graph = (th_graph){.name = "main",
                          .tensors = m->t,
                          .n_tensors = 5,
                          .nodes = &m->node,
                          .n_nodes = 1,
                          .inputs = m->in,
                          .outputs = m->out,
                          .n_inputs = 1,
                          .n_outputs = 1};
}

static int step(th_runner *r, int8_t x)
{
    *(int8_t *)th_runner_input(r, 0) = x;
    assert_int_equal(th_runner_invoke(r, NULL, NULL), TH_OK);
    return *(const int8_t *)th_runner_output(r, 0);
}

/* With a state that began with bytes of 0, which mean -5, the first output would be 50 less. */
static void state_starts_as_nothing_heard(void **state)
{
    (void)state;
    tiny m;
    th_plan *plan = NULL;
    th_runner *r = NULL;
    th_why why = {0};
    make(&m);
    if (th_plan_make(&m.graph, &plan, &why) || th_runner_new(plan, &r, &why)) fail_msg("%s", why.text);
    for (int round = 0; round < 2; round++) {
        assert_int_equal(step(r, 0), 0);
        assert_int_equal(step(r, 3), 60);
        assert_int_equal(step(r, 1), 50);
        assert_int_equal(step(r, 0), 10);
        assert_int_equal(step(r, 4), 80);
        th_runner_reset(r);
    }
    th_runner_free(r);
    th_plan_free(plan);
}

/* Only int8 starts at its zero point. */
static void start_bytes(void **state)
{
    (void)state;
    float scale = 1.0f;
    int32_t zero = -4;
    th_tensor t = {.name = "t", .type = TH_S8, .quant = {&scale, &zero, 1, 0}};
    assert_int_equal(th_tensor_start(&t), 252);
    t.type = TH_S16;
    assert_int_equal(th_tensor_start(&t), 0);
    t.type = TH_S8;
    t.quant.n = 0;
    assert_int_equal(th_tensor_start(&t), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(state_starts_as_nothing_heard), cmocka_unit_test(start_bytes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
