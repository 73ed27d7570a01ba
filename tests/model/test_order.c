/* The order of operators, and that nothing is written over while it is needed: random graphs with branches. */
#include "../test.h"

#include "base/rng.h"
#include "model/plan_priv.h"

#define MOST 24

typedef struct maze {
    th_rng rng;
    th_graph g;
    th_tensor t[2 * MOST];
    th_node node[MOST];
    int32_t in[MOST][3], out[MOST][1], inputs[2], outputs[4];
    float scale[2 * MOST];
    int32_t zero[2 * MOST];
    int8_t weights[2 * MOST][512];
    int32_t bias[16];
} maze;

static int32_t between(maze *m, int32_t lo, int32_t hi)
{
    return lo + (int32_t)th_rng_below(&m->rng, (uint32_t)(hi - lo + 1));
}

static int32_t tensor(maze *m, th_type type, int32_t h, int32_t w, int32_t c)
{
    const int32_t i = m->g.n_tensors++;
    th_tensor *t = &m->t[i];
    *t = (th_tensor){.name = "t", .type = type, .shape = {.rank = 4, .d = {1, h, w, c}}};
    m->scale[i] = 0.05f;
    m->zero[i] = type == TH_F32 ? 0 : between(m, -5, 5);
    if (type == TH_S8) t->quant = (th_quant){&m->scale[i], &m->zero[i], 1, 0};
    return i;
}

static int32_t filter(maze *m, int32_t n0, int32_t k, int32_t n3)
{
    const int32_t i = tensor(m, TH_S8, k, k, n3);
    m->t[i].shape.d[0] = n0;
    m->zero[i] = 0;
    for (int32_t j = 0; j < n0 * k * k * n3; j++) m->weights[i][j] = (int8_t)between(m, -127, 127);
    m->t[i].data = m->weights[i];
    return i;
}

/* One more operator on tensor x (and y of the same shape, or -1). */
static int32_t grow(maze *m, int32_t x, int32_t y)
{
    const int32_t k = m->g.n_nodes++, h = m->t[x].shape.d[1], w = m->t[x].shape.d[2], c = m->t[x].shape.d[3];
    th_node *n = &m->node[k];
    int32_t to_c = c, stride = 1;
    m->in[k][0] = x, m->in[k][1] = y, m->in[k][2] = -1;
    n->n_in = 2;
    if (y >= 0) {
        n->op = TH_OP_ADD;
    } else if (th_rng_below(&m->rng, 3) == 0) {
        n->op = TH_OP_RELU;
        n->n_in = 1;
    } else if (th_rng_below(&m->rng, 3) == 0) {
        n->op = TH_OP_DEPTHWISE_CONV_2D;
        m->in[k][1] = filter(m, 1, 3, c);
    } else {
        const int32_t side = between(m, 0, 1) ? 3 : 1;
        n->op = TH_OP_CONV_2D;
        to_c = between(m, 1, 6);
        stride = between(m, 1, 3) == 1 && h > 2 ? 2 : 1;
        m->in[k][1] = filter(m, to_c, side, c);
    }
    if (n->op != TH_OP_ADD) {
        n->attr.conv.stride_h = n->attr.conv.stride_w = stride;
        n->attr.conv.dilation_h = n->attr.conv.dilation_w = 1;
    }
    m->out[k][0] = tensor(m, TH_S8, (h + stride - 1) / stride, (w + stride - 1) / stride, to_c);
    n->in = m->in[k];
    n->out = m->out[k];
    n->n_out = 1;
    return m->out[k][0];
}

static maze *maze_new(uint64_t seed, int32_t n_nodes)
{
    maze *m = calloc(1, sizeof *m);
    int32_t made[MOST + 1], n_made = 1;
    assert_non_null(m);
    m->rng = th_rng_make(seed, 5);
    m->g = (th_graph){.name = "main", .tensors = m->t, .nodes = m->node, .inputs = m->inputs, .outputs = m->outputs};
    m->g.n_inputs = 1;
    m->inputs[0] = made[0] = tensor(m, TH_S8, between(m, 1, 8), between(m, 1, 8), between(m, 1, 4));
    while (m->g.n_nodes < n_nodes) {
        const int32_t back = n_made < 5 ? n_made : 5, x = made[n_made - 1 - between(m, 0, back - 1)];
        int32_t y = -1;
        for (int32_t i = 0; i < n_made && y < 0; i++)
            if (th_rng_below(&m->rng, 2) && memcmp(&m->t[made[i]].shape, &m->t[x].shape, sizeof m->t[x].shape) == 0)
                y = made[i];
        made[n_made++] = grow(m, x, y);
    }
    m->outputs[m->g.n_outputs++] = made[n_made - 1];
    if (n_made > 3 && between(m, 0, 1)) m->outputs[m->g.n_outputs++] = made[n_made - 3];
    return m;
}

/* --- nothing is written over --- */

/* Every tensor in memory of its own. */
static void run_apart(const th_plan *p, const maze *m, int8_t *const *at)
{
    for (int32_t k = 0; k < m->g.n_nodes; k++) {
        const th_step *s = &p->steps[k];
        const void *in[3];
        void *out[1] = {at[m->node[k].out[0]]};
        void *scratch = aligned_alloc(16, s->scratch_bytes / 16 * 16 + 16);
        for (int32_t i = 0; i < s->n_in; i++) {
            const int32_t t = i < m->node[k].n_in ? m->node[k].in[i] : -1;
            in[i] = t < 0 ? NULL : m->t[t].data ? m->t[t].data : at[t];
        }
        s->kernel(s->par, in, out, scratch);
        free(scratch);
    }
}

typedef struct check {
    const maze *m;
    int8_t *const *at;
    int32_t seen;
} check;

static void same_layer(void *ctx, int32_t node, int32_t t, const void *data)
{
    check *c = ctx;
    if (memcmp(data, c->at[t], th_tensor_bytes(&c->m->t[t])) != 0) fail_msg("layer %d differs", (int)node);
    c->seen++;
}

static void nothing_is_written_over(void **state)
{
    (void)state;
    int32_t over = 0, reordered = 0;
    for (uint64_t seed = 0; seed < 400; seed++) {
        maze *m = maze_new(seed, 2 + (int32_t)(seed % (MOST - 2)));
        int8_t *at[2 * MOST];
        for (int32_t t = 0; t < m->g.n_tensors; t++) at[t] = calloc(th_tensor_bytes(&m->t[t]) + 1, 1);
        for (int isa = 0; isa < TH_ISA_N; isa++) {
            th_plan *p;
            th_runner *r;
            th_why why = {0};
            if (!th_isa_runs_here((th_isa)isa)) continue;
            if (th_plan_make_for(&m->g, (th_isa)isa, &p, &why)) fail_msg("seed %d: %s", (int)seed, why.text);
            assert_int_equal(th_runner_new(p, &r, &why), TH_OK);
            int8_t *x = th_runner_input(r, 0);
            const size_t n = th_tensor_bytes(&m->t[m->inputs[0]]);
            memset(x - p->offset[m->inputs[0]], 0x5a, p->arena_bytes);
            for (size_t i = 0; i < n; i++) x[i] = at[m->inputs[0]][i] = (int8_t)th_rng_u32(&m->rng);
            run_apart(p, m, at);
            check c = {m, at, 0};
            assert_int_equal(th_runner_invoke(r, same_layer, &c), TH_OK);
            assert_int_equal(c.seen, m->g.n_nodes);
            for (int32_t i = 0; i < m->g.n_outputs; i++)
                assert_memory_equal(th_runner_output(r, i), at[m->outputs[i]], th_tensor_bytes(&m->t[m->outputs[i]]));
            for (int32_t k = 0; k < m->g.n_nodes; k++) {
                const size_t a = p->offset[m->in[k][0]], b = p->offset[m->out[k][0]];
                over += a < b + th_tensor_bytes(&m->t[m->out[k][0]]) && b < a + th_tensor_bytes(&m->t[m->in[k][0]]);
                reordered += p->order[k] != k;
            }
            assert_true(p->lower_bound <= p->arena_bytes);
            th_runner_free(r);
            th_plan_free(p);
        }
        for (int32_t t = 0; t < m->g.n_tensors; t++) free(at[t]);
        free(m);
    }
    assert_true(over > 1000 && reordered > 100); /* the test sees what it is about */
}

/* --- orders --- */

typedef struct orders {
    const maze *m;
    th_isa isa;
    size_t best; /* arena of the best order */
    int32_t order[MOST], n, tried;
} orders;

static size_t arena_of(const maze *m, const int32_t *order)
{
    th_plan *p;
    size_t bytes;
    assert_int_equal(th_plan_prepare(&m->g, TH_ISA_PLAIN, &p, NULL), TH_OK);
    memcpy(p->order, order, (size_t)m->g.n_nodes * sizeof *order);
    assert_int_equal(th_plan_place(p, NULL, 0, NULL), TH_OK);
    bytes = p->arena_bytes;
    th_plan_free(p);
    return bytes;
}

static bool runs_before(const orders *o, int32_t node)
{
    for (int32_t i = 0; i < o->n; i++)
        if (o->order[i] == node) return true;
    return false;
}

static void try_orders(orders *o)
{
    const maze *m = o->m;
    if (o->n == m->g.n_nodes) {
        const size_t bytes = arena_of(m, o->order);
        o->tried++;
        if (bytes < o->best) o->best = bytes;
        return;
    }
    for (int32_t k = 0; k < m->g.n_nodes; k++) {
        bool ready = !runs_before(o, k);
        for (int32_t i = 0; ready && i < m->node[k].n_in; i++)
            for (int32_t j = 0; j < m->g.n_nodes; j++)
                if (m->out[j][0] == m->in[k][i] && !runs_before(o, j)) ready = false;
        if (!ready) continue;
        o->order[o->n++] = k;
        try_orders(o);
        o->n--;
    }
}

static void order_is_the_best(void **state)
{
    (void)state;
    int32_t worse = 0, better = 0, graphs = 0;
    for (uint64_t seed = 1000; seed < 1120; seed++) {
        maze *m = maze_new(seed, 6);
        orders o = {.m = m, .best = SIZE_MAX};
        th_plan *p;
        int32_t own[MOST];
        for (int32_t k = 0; k < MOST; k++) own[k] = k;
        try_orders(&o);
        assert_int_equal(th_plan_make(&m->g, &p, NULL), TH_OK);
        assert_true(p->arena_bytes <= arena_of(m, own)); /* never worse than the file's */
        graphs += o.tried > 1;
        better += p->arena_bytes < arena_of(m, own);
        worse += p->arena_bytes > o.best;
        th_plan_free(p);
        free(m);
    }
    print_message("%d graphs with a choice, %d better than in the file's order, %d not the best\n", (int)graphs,
                  (int)better, (int)worse);
    assert_true(better > 5 && worse <= graphs / 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_written_over),
        cmocka_unit_test(order_is_the_best),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
