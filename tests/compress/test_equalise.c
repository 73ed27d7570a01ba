#include "trained.h"

#include "compress/equalise.h"
#include "compress/rules.h"

static void random_sample(void *ctx, int32_t i, float *x)
{
    th_rng rng = th_rng_make(21, (uint64_t)i);
    const int32_t n = *(const int32_t *)ctx;
    for (int32_t k = 0; k < n; k++) x[k] = th_rng_normal(&rng);
}

/* Largest difference of two models' outputs, in parts of the largest output. */
static double difference(const th_model *a, const th_model *b)
{
    const th_graph *g = &a->graphs[0];
    int32_t n_in = th_shape_count(&g->tensors[g->inputs[0]].shape);
    const th_samples s = {.n = 20, .sample = random_sample, .ctx = &n_in};
    th_trial ta, tb;
    th_why why = {0};
    double most = 0.0, largest = 0.0;
    if (th_trial_new(g, &ta, &why) || th_trial_new(&b->graphs[0], &tb, &why)) fail_msg("%s", why.text);
    for (int32_t i = 0; i < s.n; i++) {
        assert_int_equal(th_trial_run(&ta, &s, i, NULL, NULL), TH_OK);
        assert_int_equal(th_trial_run(&tb, &s, i, NULL, NULL), TH_OK);
        for (int32_t k = 0; k < ta.n_y; k++) {
            largest = fmax(largest, fabs((double)ta.y[k]));
            most = fmax(most, fabs((double)ta.y[k] - (double)tb.y[k]));
        }
    }
    th_trial_free(&ta);
    th_trial_free(&tb);
    return most / largest;
}

/* The dense layer's output instead of the soft-max's, which hides errors. */
static void cut_softmax(th_model *m, int32_t nodes, int32_t *out)
{
    th_graph *g = &m->graphs[0];
    g->n_nodes = nodes;
    *out = g->nodes[nodes - 1].out[0];
    g->outputs = out;
}

static const float *weights(const th_model *m, int32_t node, th_shape *shape)
{
    const th_tensor *t = &m->graphs[0].tensors[m->graphs[0].nodes[node].in[1]];
    *shape = t->shape;
    return t->data;
}

static void the_function_stays_and_channels_are_alike(void **state)
{
    (void)state;
    th_model *m = trained_net(), *stretched = NULL, *wild = NULL, *equal = NULL;
    th_why why = {0};
    int32_t out, n_pairs = 0;
    cut_softmax(m, 5, &out);
    assert_int_equal(th_stretch(m, 0, 3, 1000.0, &stretched, &why), TH_OK);
    assert_int_equal(th_stretch(stretched, 1, 5, 0.001, &wild, &why), TH_OK);
    assert_true(difference(m, wild) < 1e-5);
    assert_int_equal(th_equalise(wild, &equal, &n_pairs, &why), TH_OK);
    assert_int_equal(n_pairs, 3); /* conv - depthwise - pointwise - dense behind a reshape */
    printf("difference %.2g\n", difference(m, equal));
    assert_true(difference(m, equal) < 1e-5);
    th_shape s1, s2;
    const float *w1 = weights(equal, 0, &s1), *w2 = weights(equal, 1, &s2);
    const float *b1 = equal->graphs[0].tensors[equal->graphs[0].nodes[0].in[2]].data;
    for (int c = 0; c < 8; c++) { /* what makes a channel and what reads it have the same range */
        double r1 = fabs((double)b1[c]), r2 = 0.0;
        for (int i = 0; i < 12; i++) r1 = fmax(r1, fabs((double)w1[c * 12 + i]));
        for (int i = 0; i < 9; i++) r2 = fmax(r2, fabs((double)w2[i * 8 + c]));
        assert_true(fabs(r1 / r2 - 1.0) < 0.01);
    }
    th_model_free(equal);
    th_model_free(wild);
    th_model_free(stretched);
    th_model_free(m);
}

/* conv 4 -> 6, ReLU between, then groups of 3 channels. */
static th_model *grouped(th_act act)
{
    test_build b = test_begin(2, 2, 5, 5, 4);
    test_conv(&b, 5, 5, 4, 6, 3, 3, 1);
    b.g->nodes[0].attr.conv.act = act;
    test_conv(&b, 5, 5, 3, 4, 3, 3, 1); /* a filter of 3 channels on 6: two groups */
    return test_end(&b);
}

static void groups_are_equalised_too(void **state)
{
    (void)state;
    th_model *m = grouped(TH_ACT_RELU), *wild = NULL, *equal = NULL;
    th_why why = {0};
    int32_t n_pairs = 0;
    assert_int_equal(th_stretch(m, 0, 4, 300.0, &wild, &why), TH_OK);
    assert_true(difference(m, wild) < 1e-5);
    assert_int_equal(th_equalise(wild, &equal, &n_pairs, &why), TH_OK);
    assert_int_equal(n_pairs, 1);
    assert_true(difference(m, equal) < 1e-5);
    th_model_free(equal);
    th_model_free(wild);
    th_model_free(m);
}

static void what_minds_a_factor_is_left_alone(void **state)
{
    (void)state;
    th_pair pairs[8];
    th_model *m = grouped(TH_ACT_RELU6), *out = NULL;
    th_why why = {0};
    assert_int_equal(th_pairs_find(&m->graphs[0], pairs), 0);
    assert_int_equal(th_stretch(m, 0, 0, 2.0, &out, &why), TH_ERANGE);
    th_model_free(m);
    m = grouped(TH_ACT_NONE);
    assert_int_equal(th_pairs_find(&m->graphs[0], pairs), 1);
    int32_t ends[2] = {m->graphs[0].outputs[0], m->graphs[0].nodes[0].out[0]}; /* somebody else reads it */
    m->graphs[0].outputs = ends;
    m->graphs[0].n_outputs = 2;
    assert_int_equal(th_pairs_find(&m->graphs[0], pairs), 0);
    m->graphs[0].n_outputs = 1;
    why = (th_why){0};
    assert_int_equal(th_stretch(m, 0, 6, 2.0, &out, &why), TH_ERANGE);
    assert_non_null(strstr(why.text, "channels 0 to 5"));
    why = (th_why){0};
    assert_int_equal(th_stretch(m, 0, 1, -2.0, &out, &why), TH_ERANGE);
    why = (th_why){0};
    assert_int_equal(th_stretch(m, 0, 1, (double)NAN, &out, &why), TH_ERANGE);
    th_model_free(m);
}

static void dead_channels_stay_small(void **state)
{
    (void)state;
    th_model *m = grouped(TH_ACT_RELU), *equal = NULL;
    float *w = (float *)(uintptr_t)m->graphs[0].tensors[m->graphs[0].nodes[0].in[1]].data;
    th_why why = {0};
    int32_t n_pairs = 0;
    for (int i = 0; i < 36; i++) w[2 * 36 + i] = 0.0f;
    for (int i = 0; i < 36; i++) w[3 * 36 + i] = 1e-20f; /* its bias is all there is */
    assert_int_equal(th_equalise(m, &equal, &n_pairs, &why), TH_OK);
    assert_true(difference(m, equal) < 1e-5);
    const float *bias = equal->graphs[0].tensors[equal->graphs[0].nodes[0].in[2]].data;
    for (int c = 0; c < 6; c++) assert_true(fabsf(bias[c]) < 2.0f);
    th_model_free(equal);
    th_model_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_function_stays_and_channels_are_alike),
        cmocka_unit_test(groups_are_equalised_too),
        cmocka_unit_test(what_minds_a_factor_is_left_alone),
        cmocka_unit_test(dead_channels_stay_small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
