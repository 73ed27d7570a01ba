/* Planner and runner on a small network that is built here; its outputs are known by their hash.  The
 * network, written as a .tflite, gave these very bytes in TensorFlow Lite Micro 90b983c2, layer by layer. */
#include "net.h"

#include "base/hash.h"

typedef struct log {
    uint64_t hash[NET_NODES];
    int n;
} log_t;

static void on_layer(void *ctx, int32_t node, int32_t tensor, const void *data)
{
    static const size_t bytes[NET_NODES] = {800, 800, 850, 17, 17, 5, 5};
    log_t *l = ctx;
    (void)tensor;
    l->hash[node] = th_fnv1a(TH_FNV1A_START, (th_span){data, bytes[node]});
    l->n++;
}

static void fill_input(th_runner *r, uint64_t seed)
{
    th_rng rng = th_rng_make(seed, 2);
    int8_t *x = th_runner_input(r, 0);
    for (int i = 0; i < 200; i++) x[i] = (int8_t)th_rng_u32(&rng);
}

static void outputs_are_the_known_ones(void **state)
{
    (void)state;
    static const uint64_t want[NET_NODES] = {0x1fce81ae2d6fa830, 0xfbf2c48bba65188c, 0x56a7891a5010dd33,
                                             0x42fc69ffcc081287, 0x42fc69ffcc081287, 0xbd5c7e1b8d738ced,
                                             0xdda4a8e99e30d1cf};
    net *n = net_new(TH_S8);
    th_plan *plan;
    th_runner *r;
    th_why why = {0};
    if (th_plan_make(&n->g, &plan, &why)) fail_msg("%s", why.text);
    assert_int_equal(th_runner_new(plan, &r, &why), TH_OK);
    log_t l = {0};
    fill_input(r, 1);
    assert_int_equal(th_runner_invoke(r, on_layer, &l), TH_OK);
    assert_int_equal(l.n, NET_NODES);
    for (int i = 0; i < NET_NODES; i++)
        if (l.hash[i] != want[i]) fail_msg("layer %d has hash 0x%llx", i, (unsigned long long)l.hash[i]);
    const uint64_t first = th_fnv1a(TH_FNV1A_START, (th_span){th_runner_output(r, 0), 5});
    assert_true(first == want[6]);
    fill_input(r, 2); /* another input, then the first again: nothing of the arena leaks into the next run */
    assert_int_equal(th_runner_invoke(r, NULL, NULL), TH_OK);
    fill_input(r, 1);
    assert_int_equal(th_runner_invoke(r, NULL, NULL), TH_OK);
    assert_true(first == th_fnv1a(TH_FNV1A_START, (th_span){th_runner_output(r, 0), 5}));
    th_runner_free(r);
    th_plan_free(plan);
    free(n);
}

static void plan_is_exact(void **state)
{
    (void)state;
    net *n = net_new(TH_S8);
    th_plan *p;
    assert_int_equal(th_plan_make(&n->g, &p, NULL), TH_OK);
    assert_int_equal(p->macs, 50 * 16 * 15 + 50 * 16 * 9 + 50 * 16 * 17 + 17 * 5);
    assert_int_equal(p->arena_bytes, p->lower_bound);
    assert_int_equal(p->peak_node, 1);
    assert_int_equal(p->arena_bytes, 988); /* tensors that slide over each other; plain kernels have no scratch */
    assert_true(p->offset[0] != TH_NO_OFFSET && p->offset[n->in[0][1]] == TH_NO_OFFSET);
    assert_int_equal(p->offset[n->in[4][0]], p->offset[n->out[4][0]]); /* reshape and softmax lie on their inputs */
    assert_int_equal(p->offset[n->in[6][0]], p->offset[n->out[6][0]]);
    th_plan_free(p);
    free(n);
}

static void float_net_runs(void **state)
{
    (void)state;
    net *n = net_new(TH_F32);
    th_plan *p;
    th_runner *r;
    assert_int_equal(th_plan_make(&n->g, &p, NULL), TH_OK);
    assert_int_equal(th_runner_new(p, &r, NULL), TH_OK);
    float *x = th_runner_input(r, 0), sum = 0.0f;
    for (int i = 0; i < 200; i++) x[i] = (float)i / 200.0f;
    assert_int_equal(th_runner_invoke(r, NULL, NULL), TH_OK);
    const float *y = th_runner_output(r, 0);
    for (int i = 0; i < 5; i++) sum += y[i];
    assert_true(sum > 0.99999f && sum < 1.00001f);
    th_runner_free(r);
    th_plan_free(p);
    free(n);
}

/* An output of the graph must outlive in-place operators that would like to write over it. */
static void outputs_are_not_written_over(void **state)
{
    (void)state;
    net *n = net_new(TH_S8);
    static int32_t outputs[2];
    outputs[0] = n->in[6][0]; /* the dense layer's, read by softmax */
    outputs[1] = n->output;
    n->g.outputs = outputs;
    n->g.n_outputs = 2;
    th_plan *p;
    assert_int_equal(th_plan_make(&n->g, &p, NULL), TH_OK);
    assert_int_not_equal(p->offset[outputs[0]], p->offset[outputs[1]]);
    th_plan_free(p);
    free(n);
}

static void broken_graphs_are_refused(void **state)
{
    (void)state;
    for (int kind = 0; kind < 6; kind++) {
        net *n = net_new(TH_S8);
        th_plan *p = NULL;
        th_why why = {0};
        const char *word = "?";
        if (kind == 0) n->in[6][0] = n->output, word = "before";
        if (kind == 1) n->out[1][0] = n->out[0][0], n->in[1][0] = n->out[0][0], word = "twice";
        if (kind == 2) n->out[3][0] = n->in[2][1], word = "operator 3";
        if (kind == 3) n->node[2].op = (th_op)10, word = "operator 2 is HASHTABLE_LOOKUP";
        if (kind == 4) n->g.n_nodes = 0, word = "no operators";
        if (kind == 5) n->t[n->out[5][0]].shape.d[1] = 6, word = "operator 5 (FULLY_CONNECTED";
        assert_true(th_plan_make(&n->g, &p, &why) != TH_OK);
        if (!strstr(why.text, word)) fail_msg("\"%s\" does not say \"%s\"", why.text, word);
        free(n);
    }
}

/* A cascade: the first model's answer decides whether the second runs, and is looked at again afterwards. */
static void models_share_an_arena(void **state)
{
    (void)state;
    net *n = net_new(TH_S8), *f = net_new(TH_F32);
    for (int32_t kept = 0; kept < 2; kept++) {
        th_plan *p[2];
        th_runner *a, *b, *alone;
        assert_int_equal(th_plan_make(&n->g, &p[0], NULL), TH_OK);
        assert_int_equal(th_plan_make(&f->g, &p[1], NULL), TH_OK);
        assert_int_equal(th_runner_new(p[1], &alone, NULL), TH_OK);
        float *x = th_runner_input(alone, 0), want[5];
        for (int i = 0; i < 200; i++) x[i] = (float)i / 200.0f;
        assert_int_equal(th_runner_invoke(alone, NULL, NULL), TH_OK);
        memcpy(want, th_runner_output(alone, 0), sizeof want);
        th_runner_free(alone);
        const size_t small = p[0]->arena_bytes, large = p[1]->arena_bytes, sum = (small + 15) / 16 * 16 + large;
        const int32_t until[2] = {kept, 1};
        assert_true(small < large);
        assert_int_equal(th_plan_join(p, until, 2, NULL), TH_OK);
        assert_int_equal(p[0]->arena_bytes, p[1]->arena_bytes);
        if (!kept) assert_int_equal(p[0]->arena_bytes, large);
        if (kept) assert_in_range(p[0]->arena_bytes, small + large, sum);
        assert_int_equal(th_runner_new(p[0], &a, NULL), TH_OK);
        assert_int_equal(th_runner_beside(p[1], a, &b, NULL), TH_OK);
        for (int round = 0; round < 2; round++) {
            fill_input(a, 1);
            assert_int_equal(th_runner_invoke(a, NULL, NULL), TH_OK);
            const uint64_t first = th_fnv1a(TH_FNV1A_START, (th_span){th_runner_output(a, 0), 5});
            assert_true(first == UINT64_C(0xdda4a8e99e30d1cf));
            x = th_runner_input(b, 0);
            for (int i = 0; i < 200; i++) x[i] = (float)i / 200.0f;
            assert_int_equal(th_runner_invoke(b, NULL, NULL), TH_OK);
            assert_memory_equal(th_runner_output(b, 0), want, sizeof want);
            const uint64_t again = th_fnv1a(TH_FNV1A_START, (th_span){th_runner_output(a, 0), 5});
            if (kept) assert_true(again == first);
        }
        th_runner_free(b);
        th_runner_free(a);
        th_plan_free(p[0]);
        th_plan_free(p[1]);
    }
    free(n);
    free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outputs_are_the_known_ones),
        cmocka_unit_test(plan_is_exact),
        cmocka_unit_test(float_net_runs),
        cmocka_unit_test(outputs_are_not_written_over),
        cmocka_unit_test(broken_graphs_are_refused),
        cmocka_unit_test(models_share_an_arena),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
