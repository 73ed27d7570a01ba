/* Every optimiser: five steps against PyTorch 1.13 (torch.optim, float64) and a hundred against its formula in double,
 * with every kernel table; clipping and the weight average. */
#include "../test.h"

#include "base/rng.h"
#include "train/net.h"
#include "train/optim.h"

#include <math.h>

#define N 64

/* The formulas of optim.h once more, in double. */
static void ref_step(const char *name, double rate, double u, double d, double t, double g, double s[4])
{
    double *p = &s[0], *m = &s[1], *v = &s[2];
    const bool adam = name[0] == 'a', decoupled = !strcmp(name, "adamw");
    if (!decoupled) g += d * *p;
    if (!strcmp(name, "sgd")) {
        *m = u * *m + g;
        *p -= rate * *m;
    } else if (!strcmp(name, "rmsprop")) {
        *v = 0.99 * *v + 0.01 * g * g;
        *m = u * *m + g / (sqrt(*v) + 1e-8);
        *p -= rate * *m;
    } else if (adam) {
        if (decoupled) *p -= rate * d * *p;
        *m = u * *m + (1 - u) * g;
        *v = 0.999 * *v + 0.001 * g * g;
        *p -= rate * *m / (1 - pow(u, t)) / (sqrt(*v / (1 - pow(0.999, t))) + 1e-8);
    }
    const double keep = fmin((1 + t) / (10 + t), 0.95);
    s[3] = keep * s[3] + (1 - keep) * *p;
}

static void as_its_formula(void **state)
{
    (void)state;
    size_t n_rows;
    const th_optim_row *rows = th_optim_all(&n_rows);
    const th_kernels *k;
    for (int table = 0; (k = th_kernels_get(table)); table++)
        for (size_t row = 0; row < 2 * n_rows; row++) {
            static float g[N], p[N], m[N], v[N], average[N];
            static double want[N][4];
            th_rng r = th_rng_make(5, row);
            const bool decays = row < n_rows;
            const th_optim_row *o = &rows[row % n_rows];
            for (int i = 0; i < N; i++) {
                m[i] = v[i] = 0;
                average[i] = p[i] = th_rng_normal(&r);
                want[i][0] = want[i][3] = (double)p[i];
                want[i][1] = want[i][2] = 0;
            }
            for (uint64_t t = 0; t < 100; t++) {
                for (int i = 0; i < N; i++) {
                    g[i] = p[i] + th_rng_normal(&r);
                    ref_step(o->name, 0.01, 0.8, decays ? 0.1 : 0, (double)t + 1, (double)g[i], want[i]);
                }
                const th_optim_step step = th_optim_step_make(o, 0.01, t, 0.8, 0.1f, 0.95f);
                o->update(&step, &(th_optim_part){N, g, p, m, v, average, decays}, k);
            }
            for (int i = 0; i < N; i++) {
                if (!(fabs((double)p[i] - want[i][0]) < 2e-5)) fail_msg("%s on %s", o->name, k->name);
                assert_true(fabs((double)average[i] - want[i][3]) < 2e-5);
                assert_true(o->uses_m || m[i] == 0);
                assert_true(o->uses_v || v[i] == 0);
            }
        }
}

/* p from 1 and -2 on f = sum (p^2 / 2 + p), five steps of rate 0.1 with weight decay 0.2, momentum as written. */
static void as_pytorch(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        double momentum, want[2];
    } cases[] = {
        {"sgd", 0, {0.134175181, -1.449020570}},      {"sgd", 0.9, {-1.151210723, -0.631047722}},
        {"rmsprop", 0, {-0.778220739, -0.833398989}}, {"rmsprop", 0.5, {-1.057612994, -0.988143417}},
        {"adam", 0.9, {0.503314628, -1.506276203}},   {"adamw", 0.9, {0.427127250, -1.340818011}},
        {"adamw", 0.5, {0.440064011, -1.374031234}},
    };
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        const th_optim_row *o = th_optim_find(cases[c].name);
        float g[16] = {0}, p[16] = {1, -2}, m[16] = {0}, v[16] = {0};
        for (uint64_t t = 0; t < 5; t++) {
            for (int i = 0; i < 2; i++) g[i] = p[i] + 1;
            const th_optim_step step = th_optim_step_make(o, 0.1, t, cases[c].momentum, 0.2f, 0);
            o->update(&step, &(th_optim_part){16, g, p, m, v, NULL, true}, &th_kernels_plain);
        }
        for (int i = 0; i < 2; i++)
            if (!(fabs((double)p[i] - cases[c].want[i]) < 1e-5)) /* 1 - 0.999 is not exact in float */
                fail_msg("%s: %.9f, PyTorch %.9f", o->name, (double)p[i], cases[c].want[i]);
    }
}

static void clips(void **state)
{
    (void)state;
    assert_true(th_optim_clip(9, 4) == 1 && th_optim_clip(16, 4) == 1 && th_optim_clip(0, 1) == 1);
    assert_true(th_optim_clip(100, 5) == 0.5f);
    assert_true(th_optim_clip(1e70, 1) > 0);
    assert_true(th_optim_clip(HUGE_VAL, 1) == 0); /* infinite parts times 0 are no numbers: seen by the next loss */
    assert_null(th_optim_find("adagrad"));
}

/* What decays stands in front of n_weights (train/step.c): of every kind the weights, and nothing else. */
static void only_weights_decay(void **state)
{
    (void)state;
    const char *const nets[] = {"lstm 5\ndense classes\n", "gru 5 sequence\nlstm 3\ndense classes\n",
                                "conv2d 3 3x1 bn relu\ndepthwise 3x1\nsvdf 4\ndense classes\n"};
    for (size_t t = 0; t < sizeof nets / sizeof nets[0]; t++) {
        th_spec spec;
        th_net *net;
        th_why why = {0};
        float ones[1000];
        size_t weights = 0, others = 0;
        for (size_t i = 0; i < 1000; i++) ones[i] = 1;
        if (th_spec_parse(nets[t], 7, 1, 2, 3, &spec, &why) ||
            th_net_new(&spec, &(th_net_options){.batch = 2, .n_members = 1}, &net, &why))
            fail_msg("%s", why.text);
        for (int32_t i = 0; i < spec.n_layers; i++)
            for (int role = 0; role < TH_PARAM_MEAN; role++) {
                const bool weight = role == TH_PARAM_WEIGHTS || role == TH_PARAM_RECURRENT;
                const size_t n = th_net_param_count(net, i, (th_param_role)role);
                assert_true(n <= 1000);
                th_net_param_set(net, i, (th_param_role)role, ones);
                *(weight ? &weights : &others) += n;
            }
        for (size_t i = 0; i < net->n_trained; i++)
            if (net->params[i] > 0) (*(i < net->n_weights ? &weights : &others))--;
        assert_int_equal(weights, 0);
        assert_int_equal(others, 0);
        th_net_free(net);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_its_formula),
        cmocka_unit_test(as_pytorch),
        cmocka_unit_test(clips),
        cmocka_unit_test(only_weights_decay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
