/* tests/model/calls.h -- small models of several graphs, built in memory: variables, CALL_ONCE, IF, WHILE. */
#ifndef TH_TEST_CALLS_H
#define TH_TEST_CALLS_H

#include "../test.h"

#include "model/plan.h"

#define CALLS_GRAPHS 32
#define CALLS_LIST   8

/* One graph in the making: tensors are float32 [4] unless said. */
typedef struct calls_graph {
    th_tensor t[16];
    th_node node[8];
    int32_t list[8][2][CALLS_LIST], in[CALLS_LIST], out[CALLS_LIST];
} calls_graph;

typedef struct calls {
    th_model m;
    th_graph g[CALLS_GRAPHS];
    calls_graph c[CALLS_GRAPHS];
    float number[4];
    uint8_t no;
} calls;

static inline calls *calls_new(int32_t n_graphs)
{
    calls *c = calloc(1, sizeof *c);
    assert_non_null(c);
    c->m.graphs = c->g;
    c->m.n_graphs = n_graphs;
    c->m.description = "";
    for (int i = 0; i < 4; i++) c->number[i] = (float)(i + 1);
    for (int32_t k = 0; k < n_graphs; k++)
        c->g[k] = (th_graph){.name = "g",
                             .tensors = c->c[k].t,
                             .nodes = c->c[k].node,
                             .inputs = c->c[k].in,
                             .outputs = c->c[k].out,
                             .all = c->g,
                             .n_all = n_graphs};
    return c;
}

static inline int32_t calls_tensor(calls *c, int32_t graph, th_type type, const void *data)
{
    const int32_t n = type == TH_F32 ? 4 : 1, i = c->g[graph].n_tensors++;
    c->c[graph].t[i] = (th_tensor){.name = "t", .type = type, .shape = {.rank = 1, .d = {n}}, .data = data};
    return i;
}

static inline int32_t calls_input(calls *c, int32_t graph, th_type type)
{
    const int32_t i = calls_tensor(c, graph, type, NULL);
    c->c[graph].in[c->g[graph].n_inputs++] = i;
    return i;
}

static inline void calls_output(calls *c, int32_t graph, int32_t t)
{
    c->c[graph].out[c->g[graph].n_outputs++] = t;
}

/* in and out end with -1. */
static inline th_node *calls_node(calls *c, int32_t graph, th_op op, const int32_t *in, const int32_t *out)
{
    const int32_t k = c->g[graph].n_nodes++;
    th_node *n = &c->c[graph].node[k];
    *n = (th_node){.op = op, .in = c->c[graph].list[k][0], .out = c->c[graph].list[k][1]};
    for (; in[n->n_in] >= 0; n->n_in++) c->c[graph].list[k][0][n->n_in] = in[n->n_in];
    for (; out[n->n_out] >= 0; n->n_out++) c->c[graph].list[k][1][n->n_out] = out[n->n_out];
    if (op == TH_OP_VAR_HANDLE) n->attr.variable.container = "", n->attr.variable.name = "state";
    return n;
}

#define LIST(...) ((const int32_t[]){__VA_ARGS__, -1})
#define NONE      ((const int32_t[]){-1})

static inline int32_t calls_handle(calls *c, int32_t graph)
{
    const int32_t h = calls_tensor(c, graph, TH_RESOURCE, NULL);
    calls_node(c, graph, TH_OP_VAR_HANDLE, NONE, LIST(h));
    return h;
}

/* y = state = state + x; graph 1 sets the state to 1 2 3 4 once. */
static inline calls *calls_counter(void)
{
    calls *c = calls_new(2);
    const int32_t x = calls_input(c, 0, TH_F32);
    calls_node(c, 0, TH_OP_CALL_ONCE, NONE, NONE)->attr.call.graph[0] = 1;
    const int32_t h = calls_handle(c, 0), r = calls_tensor(c, 0, TH_F32, NULL), y = calls_tensor(c, 0, TH_F32, NULL);
    calls_node(c, 0, TH_OP_READ_VARIABLE, LIST(h), LIST(r));
    calls_node(c, 0, TH_OP_ADD, LIST(r, x), LIST(y));
    calls_node(c, 0, TH_OP_ASSIGN_VARIABLE, LIST(h, y), NONE);
    calls_output(c, 0, y);
    const int32_t h1 = calls_handle(c, 1), start = calls_tensor(c, 1, TH_F32, c->number);
    calls_node(c, 1, TH_OP_ASSIGN_VARIABLE, LIST(h1, start), NONE);
    return c;
}

/* int8 with a zero point: y is what the run before was given, at first *start (graph 1 sets it), NULL: the zero point.
 */
static inline calls *calls_delay(const int8_t *start)
{
    static const float scale = 0.5f;
    static const int32_t zero = -7;
    calls *c = calls_new(start ? 2 : 1);
    if (start) {
        calls_node(c, 0, TH_OP_CALL_ONCE, NONE, NONE)->attr.call.graph[0] = 1;
        const int32_t h1 = calls_handle(c, 1), v = calls_tensor(c, 1, TH_S8, start);
        c->c[1].t[v].quant = (th_quant){&scale, &zero, 1, 0};
        calls_node(c, 1, TH_OP_ASSIGN_VARIABLE, LIST(h1, v), NONE);
    }
    const int32_t x = calls_input(c, 0, TH_S8), h = calls_handle(c, 0), y = calls_tensor(c, 0, TH_S8, NULL);
    c->c[0].t[x].quant = c->c[0].t[y].quant = (th_quant){&scale, &zero, 1, 0};
    calls_node(c, 0, TH_OP_READ_VARIABLE, LIST(h), LIST(y));
    calls_node(c, 0, TH_OP_ASSIGN_VARIABLE, LIST(h, x), NONE);
    calls_output(c, 0, y);
    return c;
}

/* y = flag ? x + x : max(x, 0); then: one graph more deep, so that arenas lie in arenas. */
static inline calls *calls_choice(void)
{
    calls *c = calls_new(3);
    const int32_t flag = calls_input(c, 0, TH_BOOL), x = calls_input(c, 0, TH_F32),
                  y = calls_tensor(c, 0, TH_F32, NULL), z = calls_tensor(c, 0, TH_F32, NULL);
    th_node *n = calls_node(c, 0, TH_OP_IF, LIST(flag, x), LIST(y));
    n->attr.call.graph[0] = 1, n->attr.call.graph[1] = 2;
    calls_node(c, 0, TH_OP_ADD, LIST(y, x), LIST(z)); /* x must have survived */
    calls_output(c, 0, z);
    const int32_t a = calls_input(c, 1, TH_F32), b = calls_tensor(c, 1, TH_F32, NULL);
    calls_node(c, 1, TH_OP_ADD, LIST(a, a), LIST(b));
    calls_output(c, 1, b);
    const int32_t d = calls_input(c, 2, TH_F32), e = calls_tensor(c, 2, TH_F32, NULL);
    calls_node(c, 2, TH_OP_RELU, LIST(d), LIST(e));
    calls_output(c, 2, e);
    return c;
}

/* The flags a b move up by one each round, 0 comes after them; while (a) x = x + 1 2 3 4. */
static inline calls *calls_loop(void)
{
    calls *c = calls_new(3);
    const int32_t a = calls_input(c, 0, TH_BOOL), b = calls_input(c, 0, TH_BOOL), x = calls_input(c, 0, TH_F32);
    const int32_t a2 = calls_tensor(c, 0, TH_BOOL, NULL), b2 = calls_tensor(c, 0, TH_BOOL, NULL),
                  y = calls_tensor(c, 0, TH_F32, NULL);
    th_node *n = calls_node(c, 0, TH_OP_WHILE, LIST(a, b, x), LIST(a2, b2, y));
    n->attr.call.graph[0] = 1, n->attr.call.graph[1] = 2;
    calls_output(c, 0, y);
    const int32_t flag = calls_input(c, 1, TH_BOOL);
    calls_input(c, 1, TH_BOOL), calls_input(c, 1, TH_F32);
    calls_output(c, 1, flag);
    calls_input(c, 2, TH_BOOL);
    const int32_t next = calls_input(c, 2, TH_BOOL), v = calls_input(c, 2, TH_F32),
                  one = calls_tensor(c, 2, TH_F32, c->number), w = calls_tensor(c, 2, TH_F32, NULL);
    calls_node(c, 2, TH_OP_ADD, LIST(v, one), LIST(w));
    calls_output(c, 2, next), calls_output(c, 2, calls_tensor(c, 2, TH_BOOL, &c->no)), calls_output(c, 2, w);
    return c;
}

#endif
