/* The exported graph, run by th_runner, gives what the trainer's own inference gives. */
#include "../test.h"

#include "base/rng.h"
#include "model/plan.h"
#include "train/export.h"

#include <math.h>

#define SAMPLES 6

static void infer(void *ctx, int member, int n_members)
{
    (void)n_members;
    th_net_forward(((void **)ctx)[0], ((void **)ctx)[1], member);
}

/* Weights, batch-norm parameters and running moments that are far from their start. */
static void shake(th_net *net)
{
    th_rng r = th_rng_make(5, 5);
    th_net_init(net, 9);
    for (int32_t i = 0; i < net->spec->n_layers; i++)
        for (int role = TH_PARAM_BIAS; role < TH_PARAM_ROLES; role++) {
            float v[4096];
            const size_t n = th_net_param_count(net, i, (th_param_role)role);
            for (size_t c = 0; c < n; c++)
                v[c] = role == TH_PARAM_VARIANCE ? 0.2f + 2 * th_rng_unit(&r)
                       : role == TH_PARAM_GAMMA  ? 1 + 0.3f * th_rng_normal(&r)
                                                 : 0.3f * th_rng_normal(&r);
            th_net_param_set(net, i, (th_param_role)role, v);
        }
    net->n = SAMPLES;
    net->training = false;
    for (size_t i = 0; i < SAMPLES * net->n_in; i++) net->x[i] = 2 * th_rng_normal(&r);
}

static void compare(const char *text, int32_t h, int32_t w, int32_t c, int32_t classes)
{
    th_spec spec;
    th_why why = {0};
    th_net *net = NULL;
    th_team *team = NULL;
    th_model *model = NULL;
    th_plan *plan = NULL;
    th_runner *runner = NULL;
    if (th_spec_parse(text, h, w, c, classes, &spec, &why) ||
        th_net_new(&spec, &(th_net_options){.batch = SAMPLES, .n_members = 2}, &net, &why))
        fail_msg("%s", why.text);
    assert_int_equal(th_team_new(2, &team, NULL), TH_OK);
    shake(net);
    net->loss.row = th_loss_find(classes ? "cross-entropy" : "mse");
    th_team_run(team, infer, (void *[]){net, team});
    if (th_net_export(net, &model, &why) || th_plan_make(&model->graphs[0], &plan, &why) ||
        th_runner_new(plan, &runner, &why))
        fail_msg("%s", why.text);
    for (int32_t n = 0; n < SAMPLES; n++) {
        float want[4096];
        th_net_scores(net, 0, n, want);
        th_runner_reset(runner); /* a window of an LSTM begins with no state */
        memcpy(th_runner_input(runner, 0), net->x + (size_t)n * net->n_in, net->n_in * sizeof(float));
        assert_int_equal(th_runner_invoke(runner, NULL, NULL), TH_OK);
        const float *got = th_runner_output(runner, 0);
        for (size_t i = 0; i < net->n_out; i++)
            if (!(fabs((double)got[i] - (double)want[i]) < 1e-4))
                fail_msg("%s: sample %d output %zu: graph %g, trainer %g", text, (int)n, i, (double)got[i],
                         (double)want[i]);
    }
    th_runner_free(runner);
    th_plan_free(plan);
    th_model_free(model);
    th_team_free(team);
    th_net_free(net);
}

static void presets(void **state)
{
    (void)state;
    static const char *const names[] = {"single-fc", "tiny-conv", "ds-cnn-s",        "ds-cnn",
                                        "lstm",      "gru",       "low-latency-svdf"};
    char text[TH_PRESET_BYTES];
    th_preset p;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_int_equal(th_preset_make(names[i], text, &p, NULL), TH_OK);
        compare(text, 49, p.n_coef, 1, 12);
    }
}

static void other_nets(void **state)
{
    (void)state;
    compare("conv2d 5 3x2 stride 1x2 relu\nmaxpool 2x2\ndepthwise 3x3 stride 2x2 bn\nconv2d 9 2x2 valid bn "
            "relu\navgpool 2x2 stride 1x1\ndense 7 relu\ndense classes\n",
            14, 15, 2, 3);
    compare("depthwise 3x3 relu\ndense 20 bn relu\ndropout 0.5\ndense classes\n", 5, 4, 3, 2);
    compare("flatten\ntanh\ndropout 0.3 as a\ndropout 0.5\nadd a\ndense 6 relu\ndense classes\n", 3, 2, 2, 2);
}

static void graphs(void **state)
{
    (void)state;
    compare("conv2d 9 3x3 bn relu as a\nconv2d 9 3x3 bn as b\nadd a b relu as c\nconv2d 20 3x3 stride 2x2 bn relu\n"
            "conv2d 20 3x3 bn as d\nconv2d 20 1x1 stride 2x2 from c as e\nadd d e\nbn relu\navgpool global\ndense "
            "classes\n",
            6, 6, 2, 3);
    compare("conv2d 7 3x3 relu6 as a\nconv2d 7 1x1 sigmoid as b\nmultiply a b as m\nconv2d 4 3x3 from a tanh as c\n"
            "concat m c a\nrelu\nconv2d 6 1x1 groups 2 hard-swish\nsoftmax\nupsample 2x3\nreshape 8x9x10\nbn leaky 0.1"
            "\nmaxpool 2x2\nbn\nflatten\ndense 5 relu\ndense classes\n",
            4, 5, 1, 3);
    compare("depthwise 3x3 dilation 2x1 relu\nconv2d 6 3x2 dilation 2x3 bn\nconv2d 9 3x3 stride 2x2 relu\ntranspose 5 "
            "3x3 stride 2x2 bn relu\ntranspose 2 2x2 stride 2x1 valid sigmoid\n",
            8, 7, 3, 0);
}

static void recurrent(void **state)
{
    (void)state;
    compare("lstm 5\ndense classes\n", 6, 3, 1, 3);
    compare("conv2d 6 3x2 stride 2x1 relu\nlstm 20 sequence\nlstm 7 sequence as a\nlstm 7 from a\ndense 9 relu\n"
            "lstm 4\ndense classes\n",
            9, 4, 1, 3);
    compare("lstm 6 sequence as a\nlstm 6 sequence\nadd a relu\nbn\nconv2d 5 3x1 bn relu\nmaxpool 2x1\nlstm 3 "
            "sequence\nsoftmax\ntanh\n",
            8, 1, 3, 0);
    compare("gru 5\ndense classes\n", 6, 3, 1, 3);
    compare("conv2d 6 3x2 stride 2x1 relu\ngru 20 sequence\ngru 7\nbn relu\ndense 9 relu\ngru 4\ndense classes\n", 9, 4,
            1, 3);
    compare("gru 6 sequence as a\nlstm 6 sequence\nconcat a\ngru 3 sequence\n", 8, 1, 3, 0);
}

static void filters_over_time(void **state)
{
    (void)state;
    compare("svdf 9 rank 2 relu\ndense classes\n", 6, 3, 1, 3);
    compare("svdf 9 rank 3 memory 4 tanh\ndense classes\n", 6, 3, 2, 3);
    compare("svdf 7 memory 9 no-bias\nbn relu\ndense classes\n", 6, 1, 2, 3);
    compare("svdf 7 rank 2 memory 3 sequence relu6\nsvdf 20 memory 1 sequence no-bias\nbn relu\nsvdf 5 memory 2\n", 6,
            3, 1, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(presets), cmocka_unit_test(other_nets),
                                       cmocka_unit_test(graphs), cmocka_unit_test(recurrent),
                                       cmocka_unit_test(filters_over_time)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
