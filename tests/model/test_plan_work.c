/* Planning takes bounded time, shown by counting: graphs that are traps for a planner which looks at every pair. */
#include "../test.h"

#include "model/place.h"
#include "model/plan.h"

#define MOST_NODES 20000
#define MOST_LISTS 250

typedef enum shape { CHAIN, FAN, LONG_LIVES, LONG_LISTS, PINNED, N_SHAPES } shape;

typedef struct big {
    th_graph g;
    th_tensor *t;
    th_node *node;
    int32_t *numbers, *fixed, n_numbers;
} big;

static const int32_t *numbers(big *b, int32_t n, int32_t first, int32_t step)
{
    int32_t *v = b->numbers + b->n_numbers;
    for (int32_t i = 0; i < n; i++) v[i] = first + i * step;
    b->n_numbers += n;
    return v;
}

/* Node k of n makes tensor k + 1. */
static void add_node(big *b, shape s, int32_t n, int32_t k)
{
    th_node *node = &b->node[k];
    const bool late = s == LONG_LIVES && k >= n / 2; /* needs the first half's tensors, the last one first */
    *node = (th_node){.op = late || s == LONG_LISTS ? TH_OP_ADD_N : TH_OP_RELU, .n_in = 1, .n_out = 1};
    if (late) node->n_in = 2;
    if (s == LONG_LISTS) node->n_in = MOST_LISTS;
    node->in = late              ? numbers(b, 2, k, n - 1 - 2 * k)
               : s == LONG_LISTS ? numbers(b, MOST_LISTS, 0, 0)
                                 : numbers(b, 1, s == FAN ? 0 : k, 0);
    node->out = numbers(b, 1, k + 1, 0);
}

static big make(shape s, int32_t n)
{
    big b = {.t = calloc((size_t)n + 1, sizeof *b.t),
             .node = calloc((size_t)n, sizeof *b.node),
             .fixed = calloc((size_t)n + 1, sizeof *b.fixed),
             .numbers = calloc((size_t)n * (s == LONG_LISTS ? MOST_LISTS + 2 : 4) + 2, sizeof *b.numbers)};
    assert_true(b.t && b.node && b.fixed && b.numbers);
    for (int32_t i = 0; i <= n; i++) b.t[i] = (th_tensor){.name = "t", .type = TH_F32, .shape = {.rank = 1, .d = {8}}};
    for (int32_t k = 0; k < n; k++) add_node(&b, s, n, k);
    const bool all = s == FAN || s == LONG_LISTS; /* nothing is free before the end */
    b.g = (th_graph){.tensors = b.t, .n_tensors = n + 1, .nodes = b.node, .n_nodes = n, .n_inputs = 1};
    b.g.inputs = numbers(&b, 1, 0, 0);
    b.g.n_outputs = all ? n : 1;
    b.g.outputs = all ? numbers(&b, n, 1, 1) : numbers(&b, 1, n, 0);
    b.g.fixed = s == PINNED ? b.fixed : NULL;
    return b;
}

static void drop(big *b)
{
    free(b->t);
    free(b->node);
    free(b->fixed);
    free(b->numbers);
}

static int64_t work_of(shape s, int32_t n, th_isa isa)
{
    big b = make(s, n);
    th_plan *plan = NULL;
    th_why why = {0};
    if (th_plan_make_for(&b.g, isa, &plan, &why)) fail_msg("graph %d of %d operators: %s", (int)s, (int)n, why.text);
    const int64_t work = plan->work;
    assert_true(plan->lower_bound <= plan->arena_bytes);
    th_plan_free(plan);
    drop(&b);
    return work;
}

static void work_is_bounded(void **state)
{
    (void)state;
    for (int s = CHAIN; s < N_SHAPES; s++) {
        const int32_t n = s == LONG_LISTS ? 300 : s == PINNED ? TH_MAX_PINNED - 1 : MOST_NODES;
        const int64_t few = work_of((shape)s, n / 10, TH_ISA_PLAIN), all = work_of((shape)s, n, TH_ISA_PLAIN);
        assert_in_range(few, 1, TH_MAX_PLAN_WORK);
        assert_in_range(all, few, TH_MAX_PLAN_WORK);
        /* All pairs are n * n, of every placement; one placement stops at its own limit. */
        if (s != LONG_LISTS) assert_true(all <= 2 * TH_PLACE_WORK);
    }
    assert_in_range(work_of(CHAIN, MOST_NODES, th_isa_host()), 1, TH_MAX_PLAN_WORK);
}

/* Below the limit the arena is as small as it can be. */
static void a_long_chain_takes_one_tensor(void **state)
{
    (void)state;
    big b = make(CHAIN, 2000);
    th_plan *plan = NULL;
    th_why why = {0};
    if (th_plan_make(&b.g, &plan, &why)) fail_msg("%s", why.text);
    assert_int_equal(plan->arena_bytes, 32);
    assert_int_equal(plan->lower_bound, 32);
    th_plan_free(plan);
    drop(&b);
}

static void too_many_places_are_refused(void **state)
{
    (void)state;
    big b = make(PINNED, TH_MAX_PINNED);
    th_plan *plan = NULL;
    th_why why = {0};
    assert_int_equal(th_plan_make(&b.g, &plan, &why), TH_EUNSUP);
    assert_non_null(strstr(why.text, "gives 8193 tensors a place; 8192 is the most"));
    drop(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(work_is_bounded),
        cmocka_unit_test(a_long_chain_takes_one_tensor),
        cmocka_unit_test(too_many_places_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
