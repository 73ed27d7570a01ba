/* Gradients and outputs of whole small nets, every kind of layer among them, against the reference in double:
 * outputs to 1e-5, gradients against central differences. */
#include "../test.h"

#include "base/rng.h"
#include "reference.h"

#define BATCH 5

static void pass(void *ctx, int member, int n_members)
{
    th_net *net = ((void **)ctx)[0];
    (void)n_members;
    th_net_forward(net, ((void **)ctx)[1], member);
    if (net->training) th_net_backward(net, ((void **)ctx)[1], member);
}

static void fill(th_net *net)
{
    th_rng rng = th_rng_make(7, 7);
    net->n = BATCH;
    net->training = true;
    net->mask_seed = 5;
    net->loss = (th_loss_cfg){.row = th_loss_find(net->spec->n_classes ? "cross-entropy" : "mse")};
    if (net->spec->n_classes) net->loss.smoothing = 0.1f;
    for (size_t i = 0; i < BATCH * net->n_in; i++) net->x[i] = th_rng_normal(&rng);
    for (size_t i = 0; i < BATCH * net->n_out; i++) net->y[i] = net->spec->n_classes ? 0 : th_rng_normal(&rng);
    for (size_t i = 0; net->spec->n_classes && i < BATCH; i++) { /* soft labels */
        net->y[i * net->n_out + i % net->n_out] = 0.75f;
        net->y[i * net->n_out + (i + 1) % net->n_out] = 0.25f;
    }
    float values[4096];
    for (int32_t i = 0; i < net->spec->n_layers; i++)
        for (int role = TH_PARAM_BIAS; role < TH_PARAM_ROLES; role++) { /* others than 0 and 1 */
            const size_t n = th_net_param_count(net, i, (th_param_role)role);
            assert_true(n <= 4096);
            th_net_param_get(net, i, (th_param_role)role, values);
            for (size_t k = 0; k < n; k++)
                values[k] += 0.3f * (role == TH_PARAM_VARIANCE ? th_rng_unit(&rng) : th_rng_normal(&rng));
            th_net_param_set(net, i, (th_param_role)role, values);
        }
}

/* Largest difference of an output, relative to the largest one. */
static double worst_output(th_net *net, th_team *team)
{
    net->training = false;
    th_team_run(team, pass, (void *[]){net, team});
    th_ref f = ref_new(net, BATCH);
    const double *want = ref_forward(&f);
    double worst = 0, largest = 0;
    float got[4096];
    net->loss.row = NULL; /* outputs without soft-max */
    for (int32_t n = 0; n < BATCH; n++) {
        th_net_scores(net, 0, n, got);
        for (size_t i = 0; i < net->n_out; i++) {
            /* not fmax: two of them in one loop make gcc 12 for AArch64 give up */
            const double w = want[(size_t)n * net->n_out + i], off = fabs((double)got[i] - w);
            if (!(off <= worst)) worst = off;
            if (fabs(w) > largest) largest = fabs(w);
        }
    }
    ref_free(&f);
    return worst / largest;
}

/* Central difference of the loss with parameter k of (layer, role). */
static double slope(const th_ref *f, int32_t layer, int role, size_t k)
{
    double *p = &f->p[layer][role][k];
    const double keep = *p, h = 1e-6;
    *p = keep + h;
    const double up = ref_loss(f);
    *p = keep - h;
    const double down = ref_loss(f);
    *p = keep;
    return (up - down) / (2 * h);
}

typedef struct worst_of {
    double worst, largest;
} worst_of;

/* The spec's own layer with these parameters: a merged one would have them twice. */
static bool owns(const th_net *net, int32_t i, int role)
{
    const th_layer *l = &net->spec->layer[i];
    if (role == TH_PARAM_MEAN || role == TH_PARAM_VARIANCE) return false;
    if (role == TH_PARAM_GAMMA) return l->batch_norm;
    if (l->kind == TH_LAYER_LSTM || l->kind == TH_LAYER_GRU) return true; /* those that it has */
    return l->kind != TH_LAYER_DROPOUT && l->kind != TH_LAYER_RESHAPE && l->kind != TH_LAYER_SOFTMAX &&
           (l->kind != TH_LAYER_ACTIVATION || (l->batch_norm && role == TH_PARAM_BIAS)) &&
           (role != TH_PARAM_BIAS || l->batch_norm || l->bias);
}

static worst_of worst_gradient(th_net *net, double most)
{
    worst_of w = {0};
    th_ref f = ref_new(net, BATCH);
    double loss = 0;
    for (int t = 0; t < net->n_members; t++) loss += net->member[t].loss / BATCH;
    if (!(fabs(loss - ref_loss(&f)) < most)) fail_msg("loss %g, reference %g", loss, ref_loss(&f));
    th_net_gradient(net, 0, net->n_params);
    for (int32_t i = 0; i < net->spec->n_layers; i++)
        for (int role = 0; role < TH_PARAM_ROLES; role++) {
            if (!owns(net, i, role)) continue;
            const size_t n = th_net_param_count(net, i, (th_param_role)role);
            float *got = calloc(n + 1, sizeof *got);
            th_net_param_of(net, net->grad, i, (th_param_role)role, got);
            for (size_t k = 0; k < n; k += n / 24 + 1) {
                const bool frozen = !net->stage[net->of_layer[i]].learns;
                const double want = frozen ? 0 : slope(&f, i, role, k);
                w.worst = fmax(w.worst, fabs((double)got[k] - want));
                w.largest = fmax(w.largest, fabs(want));
            }
            free(got);
        }
    ref_free(&f);
    return w;
}

/* Channels that only fill up a vector are zero, also in a pass after the first, when buffers that stages share were
 * used: else weights would be learned that no exported network has. */
static void check_fillers(const th_net *net, const char *text)
{
    for (int32_t i = 0; i < net->n_stages; i++) {
        const th_stage *st = &net->stage[i];
        for (int32_t p = 0; p < BATCH * st->out_px * st->s; p++)
            if (p % st->s >= st->layer.out_c && fabsf(st->z[p]) > 0)
                fail_msg("net\n%s stage %d: filler channel %d holds %g", text, (int)i, (int)(p % st->s),
                         (double)st->z[p]);
    }
}

static void check_net(const th_spec *spec, const char *text, const bool *frozen, int k, int threads)
{
    th_net *net = NULL;
    th_team *team = NULL;
    th_why why = {0};
    if (th_net_new(spec, &(th_net_options){.batch = BATCH, .n_members = threads, .kernels = k, .frozen = frozen}, &net,
                   &why))
        fail_msg("%s\n%s", text, why.text);
    assert_int_equal(th_team_new(threads, &team, NULL), TH_OK);
    th_net_init(net, 3);
    fill(net);
    th_team_run(team, pass, (void *[]){net, team});
    const worst_of w = worst_gradient(net, 1e-5);
    if (!(w.largest > 1e-3)) fail_msg("net\n%s has no gradients", text);
    if (!(w.worst / w.largest < 1e-4))
        fail_msg("kernels %s, net\n%s gradients are off by %g", th_kernels_get(k)->name, text, w.worst / w.largest);
    const double off = worst_output(net, team);
    check_fillers(net, text);
    if (!(off < 1e-5)) fail_msg("kernels %s, net\n%s outputs are off by %g", th_kernels_get(k)->name, text, off);
    th_team_free(team);
    th_net_free(net);
}

/* threads 0: one or two in turn. */
static void check_threads(const char *text, int32_t h, int32_t w, int32_t c, int32_t classes, const bool *frozen,
                          int threads)
{
    th_spec spec;
    th_why why = {0};
    if (th_spec_parse(text, h, w, c, classes, &spec, &why)) fail_msg("%s\n%s", text, why.text);
    for (int k = 0; th_kernels_get(k); k++) check_net(&spec, text, frozen, k, threads ? threads : 1 + k % 2);
}

static void check_shape(const char *text, int32_t h, int32_t w, int32_t c, int32_t classes, const bool *frozen)
{
    check_threads(text, h, w, c, classes, frozen, 0);
}

static void check(const char *text, int32_t h, int32_t w, int32_t c)
{
    check_shape(text, h, w, c, 3, NULL);
}

static void convolutions(void **state)
{
    (void)state;
    check("conv2d 5 3x2 stride 2x1 relu\ndense classes\n", 7, 5, 1);
    check("conv2d 9 3x3 bn relu\nconv2d 20 2x3 stride 2x2 relu\navgpool global\ndense classes\n", 6, 5, 2);
    check("conv2d 40 4x2 valid bn relu\nconv2d 33 1x1 bn\ndense classes\n", 5, 4, 1);
}

static void grouped_and_dilated(void **state)
{
    (void)state;
    check("conv2d 12 3x3 relu\nconv2d 8 3x3 groups 4 stride 2x1 bn relu\ndense classes\n", 6, 5, 2);
    check("conv2d 6 3x2 dilation 2x3 relu\nconv2d 9 2x2 groups 3 dilation 1x2 valid\ndense classes\n", 8, 7, 2);
    check("conv2d 6 3x3 relu\nconv2d 5 3x3 stride 2x2 dilation 2x2 relu\ndense classes\n", 9, 8, 1);
    check("conv2d 6 3x3 relu\nconv2d 5 4x3 stride 3x2 dilation 2x3 valid bn relu\ndense classes\n", 12, 11, 1);
    check("conv2d 6 3x3 relu\ndepthwise 3x3 stride 2x2 dilation 2x2 relu\ndense classes\n", 9, 8, 1);
    check("conv2d 6 3x3 relu\ndepthwise 4x3 stride 3x2 dilation 2x3 valid relu\ndense classes\n", 12, 11, 1);
    check("depthwise 3x3 dilation 2x1 relu\ndepthwise 2x3 dilation 1x2 stride 2x1 bn\ndense classes\n", 8, 7, 3);
}

static void transposed(void **state)
{
    (void)state;
    check("conv2d 10 3x3 stride 2x2 relu\ntranspose 5 3x3 stride 2x2 bn relu\ndense classes\n", 6, 5, 1);
    check("transpose 4 2x3 stride 3x1\ntranspose 9 4x2 stride 2x2 valid relu\nmaxpool 2x2\ndense classes\n", 3, 4, 2);
}

static void depthwise_separable(void **state)
{
    (void)state;
    check("conv2d 48 4x3 stride 2x2 bn relu\ndepthwise 3x3 bn relu\nconv2d 16 1x1 bn relu\navgpool global\ndense "
          "classes\n",
          8, 6, 1);
    check("depthwise 3x2 stride 2x1 relu\ndepthwise 2x2 bn relu\ndense classes\n", 7, 6, 3);
}

static void pools_and_dropout(void **state)
{
    (void)state;
    check("conv2d 8 3x3 relu\nmaxpool 2x2\ndropout 0.4\nconv2d 6 3x3 bn relu\navgpool 2x3 stride 1x2\ndropout "
          "0.3\ndense classes\n",
          7, 7, 1);
    check("dense 12 bn relu\ndropout 0.5\ndense 7 relu\ndense classes\n", 3, 3, 2);
    check("conv2d 12 3x3 bn relu\ndropout 0.25\nmaxpool 3x3 stride 2x2\navgpool global\ndense classes\n", 6, 6, 2);
}

/* Where dropout cannot be done to the outputs of the stage before: others read them, too, or there is none. */
static void dropout_of_its_own(void **state)
{
    (void)state;
    check("conv2d 9 3x3 relu as a\ndropout 0.3 as b\nconv2d 9 3x3 from a\nadd b\nrelu\ndense classes\n", 5, 4, 2);
    check("dropout 0.2\nconv2d 6 3x3 bn relu\ndropout 0.3\ndropout 0.4\ndense classes\n", 5, 4, 3);
    check("dense 7 relu as a\ndropout 0.2 as b\ndropout 0.5 as c\nconcat a b c\ndropout 0.1\ndense classes\n", 3, 3, 2);
    check("conv2d 4 3x3 relu\nreshape 5x8x2\ndropout 0.3\nconv2d 5 3x3\nflatten\ndropout 0.3\ndense classes\n", 5, 4,
          1);
    check("flatten\ndropout 0.3\ndense 6 relu\ndense classes\n", 3, 2, 2);
    check("flatten\ntanh\ndense 6 relu\ndense classes\n", 3, 2, 2); /* likewise: the flatten is gone */
}

/* Two stages of one kind and size, of which the first reads the input and has fewer channels. */
static void shared_buffers(void **state)
{
    (void)state;
    check("avgpool 3x3 stride 1x1 same\nconv2d 16 3x3 relu\navgpool 3x3 stride 1x1 same\ndense classes\n", 5, 4, 10);
    check("depthwise 3x3 same relu\nconv2d 16 1x1\ndepthwise 3x3 same\ndense classes\n", 5, 4, 10);
    check("softmax\nconv2d 16 1x1 relu\nsoftmax\ndense classes\n", 5, 4, 10);
}

static void activations(void **state)
{
    (void)state;
    check("conv2d 5 3x3 bn relu6\nconv2d 6 3x3 leaky 0.2\nconv2d 7 3x3 hard-swish\ndropout 0.3\ndense classes\n", 5, 5,
          1);
    check("conv2d 5 3x3 sigmoid\nconv2d 20 2x2 tanh\ndropout 0.3\nflatten\ndense 9 sigmoid\ndense classes\n", 5, 5, 1);
    check("conv2d 6 3x3 no-bias\nbn\nhard-swish\navgpool 2x2\nbn relu\nsigmoid\ndense classes\n", 6, 6, 2);
}

static void joins(void **state)
{
    (void)state;
    check(
        "conv2d 9 3x3 bn relu as a\nconv2d 9 3x3 bn as b\nadd a b relu as c\nconv2d 20 3x3 stride 2x2 bn relu\nconv2d "
        "20 3x3 bn as d\nconv2d 20 1x1 stride 2x2 from c as e\nadd d e\nbn relu\navgpool global\ndense classes\n",
        6, 6, 2);
    check("conv2d 7 3x3 relu as a\nconv2d 7 1x1 sigmoid as b\nmultiply a b as m\nconv2d 4 3x3 from a as c\nconcat m c "
          "a\nrelu\nconv2d 5 1x1\ndense classes\n",
          4, 5, 1);
    check("conv2d 6 3x3 as a\nrelu as x\nadd a x\ndropout 0.3\nsoftmax\nupsample 2x3\nreshape 6x8x9\nconv2d 3 3x3 "
          "relu\ndense classes\n",
          4, 3, 1);
}

static void recurrent(void **state)
{
    (void)state;
    check("lstm 5\ndense classes\n", 6, 3, 1);
    check("conv2d 6 3x2 stride 2x1 relu\nlstm 20 sequence\ndropout 0.3\nlstm 7\ndense classes\n", 9, 4, 1);
    check("lstm 5 sequence as a\nlstm 5 sequence as b\nadd a b\nconv2d 4 3x1 bn relu\ndense classes\n", 5, 1, 4);
    check("lstm 6 sequence\nbn relu\nlstm 33\nbn\ndense classes\n", 4, 2, 3);
    check("gru 5\ndense classes\n", 6, 3, 1);
    check("conv2d 6 3x2 stride 2x1 relu\ngru 20 sequence\ndropout 0.3\ngru 7\ndense classes\n", 9, 4, 1);
    check("gru 5 sequence as a\ngru 5 sequence as b\nadd a b\nrelu\nlstm 33\nbn\ndense classes\n", 5, 1, 4);
    check("dense 9 relu\nlstm 4\ngru 4\ndense classes\n", 3, 2, 1); /* one step */
}

static void filters_over_time(void **state)
{
    (void)state;
    check("svdf 9 rank 2 relu\ndense classes\n", 6, 3, 1);
    check("conv2d 6 3x2 stride 2x1 relu\nsvdf 20 rank 3 memory 3 no-bias\ndense classes\n", 9, 4, 1);
    check("svdf 6 memory 9 no-bias\nbn relu\ndropout 0.3\ndense classes\n", 5, 1, 4);
    check("svdf 7 rank 2 memory 3 sequence tanh\nsvdf 33 memory 4 sequence no-bias\nbn relu\nsvdf 5 memory 2\ndense "
          "classes\n",
          5, 2, 3);
}

/* 600 steps of large inputs and large weights: saturated gates, and still every gradient is a number. */
static void long_sequences(void **state)
{
    (void)state;
    static const char *const texts[] = {"lstm 8\ndense classes\n", "gru 8\ndense classes\n"};
    for (size_t i = 0; i < 2; i++)
        for (int k = 0; th_kernels_get(k); k++) {
            th_spec spec;
            th_net *net = NULL;
            th_team *team = NULL;
            assert_int_equal(th_spec_parse(texts[i], 600, 1, 3, 3, &spec, NULL), TH_OK);
            assert_int_equal(
                th_net_new(&spec, &(th_net_options){.batch = BATCH, .n_members = 1, .kernels = k}, &net, NULL), TH_OK);
            assert_int_equal(th_team_new(1, &team, NULL), TH_OK);
            th_net_init(net, 3);
            fill(net);
            for (size_t p = 0; p < net->n_params; p++) net->params[p] *= 20;
            for (size_t p = 0; p < BATCH * net->n_in; p++) net->x[p] *= 1000;
            th_team_run(team, pass, (void *[]){net, team});
            assert_true(isfinite(net->member[0].loss));
            for (size_t p = 0; p < net->n_params; p++) assert_true(isfinite(net->member[0].grad[p]));
            th_team_free(team);
            th_net_free(net);
        }
}

static void not_a_classifier(void **state)
{
    (void)state;
    check_shape("dense 16 relu\ndense 16 relu\ndense 1\n", 1, 1, 1, 0, NULL);
    check_shape("conv2d 8 3x3 stride 2x2 bn relu\ntranspose 1 3x3 stride 2x2 sigmoid\n", 6, 8, 1, 0, NULL);
    check_shape("dense 12 bn relu\ndense 3 bn relu\ndense 20\n", 1, 1, 20, 0, NULL);
}

/* Layers whose weights the threads divide: behind batch norms, large ones without, behind pictures and behind what has
 * no barrier; one after the other, with dropout between, and where two read the same; more threads than vectors. */
static void divided_weights(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 4; threads++) {
        check_threads("dense 40 bn relu\ndropout 0.2\ndense 33 bn relu\ndense 50\n", 1, 1, 70, 0, NULL, threads);
        check_threads("dense 40 bn relu\ndense 7 bn relu\ndense 40 bn\ndropout 0.3\ndense 50\n", 1, 1, 70, 0, NULL,
                      threads);
        check_threads("conv2d 7 3x3 bn relu\ndropout 0.2\ndense 20 bn relu\ndense classes\n", 6, 5, 2, 3, NULL,
                      threads);
        check_threads("conv2d 20 3x3 relu\ndropout 0.3\ndense classes\n", 6, 5, 2, 3, NULL, threads);
        check_threads("dense 40 bn relu as a\ndense 40 bn relu as b\ndense 33 bn from a as c\ndense 33 bn from b\nadd "
                      "c\ndense classes\n",
                      1, 1, 20, 3, NULL, threads);
    }
}

/* Batch norms over values whose mean is some hundred times their deviation, as behind a large bias.  Gradients of
 * weights are sums over inputs of 300 times gradients that add up to 0: most of what is off comes from there. */
static void check_far(const char *text, int32_t h, int32_t w, int32_t c, int kernels, int threads)
{
    th_spec spec;
    th_net *net = NULL;
    th_team *team = NULL;
    float bias[64];
    assert_int_equal(th_spec_parse(text, h, w, c, 0, &spec, NULL), TH_OK);
    assert_int_equal(
        th_net_new(&spec, &(th_net_options){.batch = BATCH, .n_members = threads, .kernels = kernels}, &net, NULL),
        TH_OK);
    assert_int_equal(th_team_new(threads, &team, NULL), TH_OK);
    th_net_init(net, 3);
    fill(net);
    for (int32_t i = 0; i < 2; i++) {
        const size_t n = th_net_param_count(net, i, TH_PARAM_BIAS);
        assert_true(n <= 64);
        for (size_t k = 0; k < n; k++) bias[k] = 300;
        th_net_param_set(net, i, TH_PARAM_BIAS, bias);
    }
    th_team_run(team, pass, (void *[]){net, team});
    const worst_of worst = worst_gradient(net, 1e-3);
    if (!(worst.worst < 5e-2 * worst.largest))
        fail_msg("kernels %s, %d threads, net\n%s with a bias of 300: gradients are off by %g",
                 th_kernels_get(kernels)->name, threads, text, worst.worst / worst.largest);
    th_team_free(team);
    th_net_free(net);
}

static void far_from_zero(void **state)
{
    (void)state;
    for (int k = 0; th_kernels_get(k); k++)
        for (int threads = 1; threads <= 3; threads++) {
            check_far("conv2d 8 3x3 bn\ndepthwise 3x3 valid bn\nconv2d 20 2x2 valid bn\ndense 5\n", 7, 7, 2, k,
                      threads);
            check_far("dense 40 bn\ndense 33 bn\ndense 48 bn\ndense 5\n", 1, 1, 20, k, threads);
        }
}

/* Mean 1000, deviation 0.01: floats have room for 170 values in it.  Their moments are those of these floats. */
static void moments_far_from_zero(void **state)
{
    (void)state;
    th_spec spec;
    th_team *team = NULL;
    th_net *net = NULL;
    enum { N = 512 };
    assert_int_equal(th_spec_parse("dense 16 bn relu\ndense classes\n", 1, 1, 1, 3, &spec, NULL), TH_OK);
    assert_int_equal(th_team_new(2, &team, NULL), TH_OK);
    for (int kernels = 0; th_kernels_get(kernels); kernels++) {
        assert_int_equal(
            th_net_new(&spec, &(th_net_options){.batch = N, .n_members = 2, .kernels = kernels}, &net, NULL), TH_OK);
        th_net_init(net, 3);
        th_rng rng = th_rng_make(1, 2);
        for (int32_t n = 0; n < N; n++) {
            net->x[n] = 1000 + 0.01f * th_rng_normal(&rng);
            net->y[3 * n + n % 3] = 1;
        }
        for (int32_t c = 0; c < 16; c++) net->params[net->stage[0].w + (size_t)c] = 1 + 0.25f * (float)c;
        net->n = N;
        net->training = true;
        net->loss = (th_loss_cfg){.row = th_loss_find("cross-entropy")};
        th_team_run(team, pass, (void *[]){net, team});
        for (int32_t c = 0; c < 16; c++) {
            double mean = 0, var = 0;
            for (int32_t n = 0; n < N; n++) mean += (double)net->stage[0].z[n * 16 + c] / N;
            for (int32_t n = 0; n < N; n++) var += pow((double)net->stage[0].z[n * 16 + c] - mean, 2) / N;
            const double inv = (double)net->member[1].inv[c], want = 1 / sqrt(var + (double)TH_BN_EPSILON);
            assert_true(fabs(inv - want) < 1e-5 * want);
            assert_true(fabs((double)net->running[c] - 0.1 * mean) < 1e-4);
            const double keeps = (double)net->running[16 + c] - 0.9; /* of the 1 that it starts with */
            assert_true(fabs(keeps - 0.1 * var * N / (N - 1)) < 1e-6);
        }
        th_net_free(net);
    }
    th_team_free(team);
}

static void frozen_layers(void **state)
{
    (void)state;
    const bool first_three[TH_MAX_LAYERS] = {true, true, true}, middle[TH_MAX_LAYERS] = {false, true};
    const char text[] =
        "conv2d 6 3x3 bn relu\ndepthwise 3x3 bn relu\ndropout 0.2\nconv2d 8 1x1 bn relu\ndense classes\n";
    check_shape(text, 6, 5, 1, 3, first_three);
    check_shape(text, 6, 5, 1, 3, middle);
    const char cells[] = "dense 9 relu\nlstm 6 sequence\ngru 5 sequence\nsvdf 6\ndense classes\n";
    check_shape(cells, 4, 3, 1, 3, first_three);
    check_shape(cells, 4, 3, 1, 3, middle);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(convolutions),
                                       cmocka_unit_test(grouped_and_dilated),
                                       cmocka_unit_test(transposed),
                                       cmocka_unit_test(shared_buffers),
                                       cmocka_unit_test(depthwise_separable),
                                       cmocka_unit_test(pools_and_dropout),
                                       cmocka_unit_test(dropout_of_its_own),
                                       cmocka_unit_test(activations),
                                       cmocka_unit_test(joins),
                                       cmocka_unit_test(recurrent),
                                       cmocka_unit_test(filters_over_time),
                                       cmocka_unit_test(long_sequences),
                                       cmocka_unit_test(not_a_classifier),
                                       cmocka_unit_test(frozen_layers),
                                       cmocka_unit_test(divided_weights),
                                       cmocka_unit_test(far_from_zero),
                                       cmocka_unit_test(moments_far_from_zero)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
