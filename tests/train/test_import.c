/* A float graph opens as a network: written out again it gives what it gave; other operators are refused by name. */
#include "../test.h"
#include "hostile.h"

#include "base/rng.h"
#include "model/plan.h"
#include "train/export.h"
#include "train/import.h"

#include <math.h>

static void run(const th_model *model, const float *x, float *y, size_t n_in, size_t n_out)
{
    th_plan *plan = NULL;
    th_runner *runner = NULL;
    th_why why = {0};
    if (th_plan_make(&model->graphs[0], &plan, &why) || th_runner_new(plan, &runner, &why)) fail_msg("%s", why.text);
    memcpy(th_runner_input(runner, 0), x, n_in * sizeof *x);
    assert_int_equal(th_runner_invoke(runner, NULL, NULL), TH_OK);
    memcpy(y, th_runner_output(runner, 0), n_out * sizeof *y);
    th_runner_free(runner);
    th_plan_free(plan);
}

/* Both models on the same random input. */
static void same_function(const th_model *a, const th_model *b, size_t n_in, size_t n_out)
{
    float *x = calloc(n_in, sizeof *x), *ya = calloc(n_out, sizeof *ya), *yb = calloc(n_out, sizeof *yb);
    th_rng rng = th_rng_make(11, 3);
    for (size_t i = 0; i < n_in; i++) x[i] = th_rng_normal(&rng);
    run(a, x, ya, n_in, n_out);
    run(b, x, yb, n_in, n_out);
    for (size_t i = 0; i < n_out; i++)
        if (!(fabs((double)ya[i] - (double)yb[i]) <= 1e-4 * (1 + fabs((double)ya[i]))))
            fail_msg("output %zu: %g was %g", i, (double)yb[i], (double)ya[i]);
    free(x), free(ya), free(yb);
}

static th_net *net_of(const th_import *im)
{
    th_net *net = NULL;
    th_why why = {0};
    if (th_net_new(&im->spec, &(th_net_options){.batch = 2, .n_members = 1}, &net, &why)) fail_msg("%s", why.text);
    th_net_init(net, 1);
    th_import_apply(im, net);
    return net;
}

static void through(const th_model *model)
{
    th_import im;
    th_why why = {0};
    th_model *again = NULL;
    if (th_import_graph(&model->graphs[0], &im, &why)) fail_msg("%s", why.text);
    th_net *net = net_of(&im);
    if (!im.spec.n_classes) net->loss.row = th_loss_find("mse");
    if (th_net_export(net, &again, &why)) fail_msg("%s", why.text);
    same_function(model, again, net->n_in, net->n_out);
    th_model_free(again);
    th_net_free(net);
}

static void files(void **state)
{
    (void)state;
    TEST_NEEDS_SHARED("models/vww_96_float.tflite");
    const char *const names[] = {"vww_96_float", "pretrainedResnet_float", "ad01_fp32", "hello_world_float"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[512];
        th_model *model = NULL;
        th_why why = {0};
        snprintf(path, sizeof path, "%s/models/%s.tflite", test_shared(), names[i]);
        if (th_model_load(path, &model, &why)) fail_msg("%s", why.text);
        through(model);
        th_model_free(model);
    }
}

static th_model *model_of(const char *text, int32_t h, int32_t w, int32_t c, int32_t classes)
{
    static th_spec spec;
    th_net *net = NULL;
    th_model *model = NULL;
    th_why why = {0};
    if (th_spec_parse(text, h, w, c, classes, &spec, &why) ||
        th_net_new(&spec, &(th_net_options){.batch = 2, .n_members = 1}, &net, &why))
        fail_msg("%s", why.text);
    th_net_init(net, 7);
    if (!classes) net->loss.row = th_loss_find("mse");
    if (th_net_export(net, &model, &why)) fail_msg("%s", why.text);
    th_net_free(net);
    return model;
}

static void our_own(void **state)
{
    (void)state;
    th_model *m =
        model_of("conv2d 9 3x3 bn relu as a\nconv2d 9 3x3 bn as b\nadd a b relu as c\nconv2d 20 3x3 stride 2x2 bn "
                 "relu6\nconv2d 20 3x3 hard-swish as d\nconv2d 20 1x1 stride 2x2 from c as e\nmultiply d e\nbn "
                 "relu\navgpool global\ndense classes\n",
                 6, 6, 2, 3);
    through(m);
    th_model_free(m);
    m = model_of(
        "depthwise 3x3 dilation 2x1 relu as a\nconv2d 6 3x2 groups 3 as b\nconcat a b\nmaxpool 2x2\ntranspose 4 "
        "3x3 stride 2x2 sigmoid\nupsample 2x1\nreshape 8x8x8\nleaky 0.2\nconv2d 3 1x1 tanh\n",
        8, 8, 3, 0);
    through(m);
    th_model_free(m);
}

static void new_head(void **state)
{
    (void)state;
    th_why why = {0};
    static th_import im;
    th_model *m = model_of(
        "conv2d 8 3x3 relu as a\nconv2d 8 3x3 from input\nadd a\nrelu\navgpool global\ndense classes\n", 6, 6, 1, 3);
    assert_int_equal(th_import_graph(&m->graphs[0], &im, &why), TH_OK);
    assert_int_equal(th_import_layer(&im, "nothing"), -1);
    const int32_t pool = th_import_layer(&im, "avgpool1"), second = th_import_layer(&im, "conv2d2");
    assert_true(pool > 0 && second == 1);
    assert_int_equal(th_import_replace_head(&im, second, "dense classes\n", 5, &why), TH_EUNSUP);
    assert_non_null(strstr(why.text, "conv2d1"));
    assert_int_equal(th_import_replace_head(&im, pool, "dense 7 relu\ndense classes\n", 5, &why), TH_OK);
    th_net *net = net_of(&im);
    assert_int_equal(net->n_out, 5);
    th_net_free(net);
    th_model_free(m);
}

/* Changes something in one operator or tensor that the reader of files leaves open: whether it makes sense. */
static void spoil(th_model *m, th_rng *rng)
{
    th_graph *g = &m->graphs[0];
    if (g->n_nodes < 1) return;
    th_node *n = &g->nodes[th_rng_below(rng, (uint32_t)g->n_nodes)];
    if (n->n_out < 1) return;
    const int32_t result = n->out[0], k = n->n_in > 0 ? (int32_t)th_rng_below(rng, (uint32_t)n->n_in) : 0;
    th_shape *s = &g->tensors[result].shape;
    uint8_t *attr = (uint8_t *)&n->attr;
    switch (th_rng_below(rng, 6)) {
    case 0: n->n_in -= n->n_in > 0; break;
    case 1: s->d[th_rng_below(rng, 4)] = (int32_t)th_rng_below(rng, 9); break;
    case 2: s->rank = (int32_t)th_rng_below(rng, 5); break;
    case 3: attr[th_rng_below(rng, sizeof n->attr)] = (uint8_t)th_rng_below(rng, 2); break;
    case 4: n->op = g->nodes[th_rng_below(rng, (uint32_t)g->n_nodes)].op; break;
    default: /* another input that is there already: one that this operator or one before it reads */
        if (n->n_in > 0) {
            const th_node *from = &g->nodes[th_rng_below(rng, (uint32_t)(n - g->nodes) + 1)];
            int32_t *in = th_model_alloc(m, (size_t)n->n_in, sizeof *in);
            assert_non_null(in);
            memcpy(in, n->in, (size_t)n->n_in * sizeof *in);
            if (from->n_in > 0) in[k] = from->in[th_rng_below(rng, (uint32_t)from->n_in)];
            n->in = in;
        }
    }
}

/* Files that were made to break the importer: bytes changed anywhere, and operators that do not fit together. */
static void hostile(void **state)
{
    (void)state;
    const char *const text[] = {
        "conv2d 3 3x3 stride 2x2 relu as a\nconv2d 3 3x3 bn as b from a\nadd a b relu6\ndepthwise 3x3 dilation "
        "2x1\nmaxpool 2x2\ndense classes\n",
        "transpose 4 3x3 stride 2x2 sigmoid\nupsample 2x1\nconv2d 2 1x1 bn as a\nconcat a\navgpool global\ndense "
        "classes\n"};
    th_rng rng = th_rng_make(5, 5);
    int taken = 0;
    for (int t = 0; t < 2; t++) {
        th_model *m = model_of(text[t], 6, 6, 1, 3), *bad;
        uint8_t *bytes;
        size_t n;
        assert_int_equal(th_model_to_tflite(m, &bytes, &n, NULL), TH_OK);
        th_model_free(m);
        for (int i = 0; i < 8000; i++) {
            const size_t at = th_rng_below(&rng, (uint32_t)n);
            const uint8_t was = bytes[at];
            if (i % 2) bytes[at] = (uint8_t)th_rng_below(&rng, i % 4 == 1 ? 256 : 6);
            const th_err err = th_model_from_tflite((th_span){bytes, n}, &bad, NULL);
            bytes[at] = was;
            if (err) continue;
            for (int k = i % 2 ? 0 : 1 + i % 3; k > 0; k--) spoil(bad, &rng);
            taken += hostile_import(&bad->graphs[0]);
            th_model_free(bad);
        }
        free(bytes);
    }
    printf("%d of 16000 are networks\n", taken);
    assert_true(taken > 400 && taken < 15600);
}

static void refused(void **state)
{
    (void)state;
    TEST_NEEDS_SHARED("models/vww_96_float.tflite");
    const struct {
        const char *file, *says;
    } cases[] = {{"kws_ref_model", "open the float model"},
                 {"kws_ref_model_float32", "weights"},
                 {"keyword_scrambled_8bit", "operator"},
                 {"trained_lstm", "UNIDIRECTIONAL_SEQUENCE_LSTM"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char path[512];
        th_model *model = NULL;
        static th_import im;
        th_why why = {0};
        snprintf(path, sizeof path, "%s/models/%s.tflite", test_shared(), cases[i].file);
        if (th_model_load(path, &model, &why)) fail_msg("%s", why.text);
        assert_int_equal(th_import_graph(&model->graphs[0], &im, &why), TH_EUNSUP);
        if (!strstr(why.text, cases[i].says)) fail_msg("%s: %s", cases[i].file, why.text);
        th_model_free(model);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(files), cmocka_unit_test(our_own), cmocka_unit_test(new_head),
                                       cmocka_unit_test(refused), cmocka_unit_test(hostile)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
