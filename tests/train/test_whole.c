/* Whole networks, those of `thimble bench train`, against the reference in double: outputs to 1e-5 of the largest, and
 * gradients along random directions, which every parameter is part of:
 *   sum of gradient * direction = (loss(p + h direction) - loss(p - h direction)) / 2h */
#include "../test.h"

#include "base/rng.h"
#include "reference.h"

#define BATCH 8 /* few samples make batch norms of dense layers very sensitive */

static void pass(void *ctx, int member, int n_members)
{
    th_net *net = ((void **)ctx)[0];
    (void)n_members;
    th_net_forward(net, ((void **)ctx)[1], member);
    if (net->training) th_net_backward(net, ((void **)ctx)[1], member);
}

static void fill(th_net *net)
{
    th_rng rng = th_rng_make(9, 1);
    const size_t n_out = net->n_out;
    th_net_init(net, 4);
    net->n = BATCH;
    net->training = true;
    net->mask_seed = 6;
    net->loss = (th_loss_cfg){.row = th_loss_find(net->spec->n_classes ? "cross-entropy" : "mse")};
    for (size_t i = 0; i < BATCH * net->n_in; i++) net->x[i] = th_rng_normal(&rng);
    for (size_t i = 0; i < BATCH * n_out; i++)
        net->y[i] = net->spec->n_classes ? i % n_out == i / n_out % n_out : th_rng_normal(&rng);
}

/* A layer that the description says has parameters of this role; a merged one would have them twice. */
static bool owns(const th_layer *l, int role)
{
    const bool weights = ref_has_weights(l);
    if (role == TH_PARAM_GAMMA) return l->batch_norm;
    if (role == TH_PARAM_BIAS) return l->batch_norm || (weights && l->bias);
    return role == TH_PARAM_WEIGHTS && weights;
}

/* Calls for every parameter array that is trained: gradient * direction is added up; p += by * direction. */
static double along(th_net *net, th_ref *f, uint64_t direction, double by)
{
    th_rng rng = th_rng_make(direction, 2);
    double sum = 0;
    for (int32_t i = 0; i < net->spec->n_layers; i++)
        for (int role = 0; role < TH_PARAM_ROLES; role++) {
            if (!owns(&net->spec->layer[i], role)) continue;
            const size_t n = th_net_param_count(net, i, (th_param_role)role);
            float *g = calloc(n + 1, sizeof *g);
            th_net_param_of(net, net->grad, i, (th_param_role)role, g);
            for (size_t k = 0; k < n; k++) {
                const double d = (double)th_rng_normal(&rng);
                sum += (double)g[k] * d;
                f->p[i][role][k] += by * d;
            }
            free(g);
        }
    return sum;
}

static void check_gradient(th_net *net, const char *name)
{
    double worst = 0, largest = 0;
    th_ref f = ref_new(net, BATCH);
    f.fixed = strncmp(name, "mobilenet", 9) == 0; /* rounding in 27 batch norms moves slopes by 5 % over kinks */
    th_net_gradient(net, 0, net->n_params);
    for (uint64_t direction = 1; direction <= 3; direction++) {
        const double h = 1e-8, got = along(net, &f, direction, h), up = ref_loss(&f);
        (void)along(net, &f, direction, -2 * h);
        const double want = (up - ref_loss(&f)) / (2 * h);
        (void)along(net, &f, direction, h);
        worst = fmax(worst, fabs(got - want));
        largest = fmax(largest, fabs(want));
    }
    ref_free(&f);
    if (!(largest > 1e-3 && worst < 1e-4 * largest))
        fail_msg("%s, %s: gradient off by %g of %g", name, net->stage[0].kernels->name, worst, largest);
}

static void check_output(th_net *net, th_team *team, const char *name)
{
    net->training = false;
    th_team_run(team, pass, (void *[]){net, team});
    th_ref f = ref_new(net, BATCH);
    const double *want = ref_forward(&f);
    float *got = calloc(net->n_out, sizeof *got);
    double worst = 0, largest = 0;
    net->loss.row = NULL; /* without soft-max */
    for (int32_t n = 0; n < BATCH; n++) {
        th_net_scores(net, 0, n, got);
        for (size_t i = 0; i < net->n_out; i++) {
            /* not fmax: two of them in one loop make gcc 12 for AArch64 give up */
            const double w = want[(size_t)n * net->n_out + i], off = fabs((double)got[i] - w);
            if (!(off <= worst)) worst = off;
            if (fabs(w) > largest) largest = fabs(w);
        }
    }
    free(got);
    ref_free(&f);
    if (!(worst < 1e-5 * largest))
        fail_msg("%s, %s: output off by %g of %g", name, net->stage[0].kernels->name, worst, largest);
}

static void check(const char *name, const th_spec *spec, int kernels, int threads)
{
    th_net *net = NULL;
    th_team *team = NULL;
    th_why why = {0};
    if (th_net_new(spec, &(th_net_options){.batch = BATCH, .n_members = threads, .kernels = kernels}, &net, &why) ||
        th_team_new(threads, &team, &why))
        fail_msg("%s: %s", name, why.text);
    fill(net);
    th_team_run(team, pass, (void *[]){net, team});
    check_gradient(net, name);
    check_output(net, team, name);
    th_team_free(team);
    th_net_free(net);
}

static void check_preset(const char *name, int kernels)
{
    static char text[TH_PRESET_BYTES];
    static th_spec spec;
    th_preset p;
    th_why why = {0};
    if (th_preset_bench(name, text, &p, &why) ||
        th_spec_parse(p.text, p.in_h, p.in_w, p.in_c, p.n_classes, &spec, &why))
        fail_msg("%s: %s", name, why.text);
    check(name, &spec, kernels, 2);
}

/* The widest kernels on all nets; the others, which compute the same sums in another order, on the small ones. */
static void whole_networks(void **state)
{
    (void)state;
    const char *const names[] = {"sine",   "gesture",  "autoencoder",         "tiny-conv",
                                 "ds-cnn", "resnet-8", "mobilenet-v1-0.25-96"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        for (int k = 0; th_kernels_get(k) && (k == 0 || i < 4); k++) check_preset(names[i], k);
}

/* Weights that are worth a barrier without a batch norm: threads divide them, or (behind tanh) only their gradient. */
static void large_dense_layers(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "dense 160 relu\ndense 130 relu\ndropout 0.2\ndense 144 tanh\ndense 150\ndense classes\n",
        "dense 130 bn relu\ndense 140 relu\ndense 20 bn relu\ndense 130 bn tanh\ndense classes\n"};
    static th_spec spec;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_int_equal(th_spec_parse(texts[i], 1, 1, 128, 3, &spec, NULL), TH_OK);
        for (int k = 0; th_kernels_get(k); k++)
            for (int threads = 1; threads <= 3; threads++) check("large dense layers", &spec, k, threads);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(whole_networks), cmocka_unit_test(large_dense_layers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
