#include "explore/explore.h"
#include "explore/toy.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N_PLACES = 2 };
static const th_param_role places[N_PLACES] = {TH_PARAM_WEIGHTS, TH_PARAM_BIAS};

/* The last table: plain C, whose sums have one order. */
static int reference_kernels(void)
{
    int last = 0;
    while (th_kernels_get(last + 1)) last++;
    return last;
}

static bool allocate(th_toy *t, const th_toy_cfg *cfg)
{
    const size_t np = t->net->n_params;
    t->state = calloc(3 * np, sizeof *t->state);
    if (!t->state) return false;
    t->step = (th_train_step){.net = t->net,
                              .team = t->team,
                              .row = t->optimizer,
                              .m = t->state,
                              .v = t->state + np,
                              .average = t->state + 2 * np};
    for (int k = 0; k < 2; k++) {
        const size_t n = (size_t)t->n[k] + 1; /* none is no error */
        t->x[k] = calloc(n * (size_t)cfg->n_in, sizeof *t->x[k]);
        t->y[k] = calloc(n, sizeof *t->y[k]);
        if (!t->x[k] || !t->y[k]) return false;
    }
    return true;
}

static bool make(th_toy *t, const th_toy_cfg *cfg)
{
    const int32_t batch = cfg->n > cfg->n_unseen ? cfg->n : cfg->n_unseen;
    t->n[0] = cfg->n;
    t->n[1] = cfg->n_unseen;
    t->optimizer = th_optim_find(cfg->optimizer);
    t->momentum = strcmp(cfg->optimizer, "sgd") == 0 ? 0 : t->optimizer->momentum;
    t->best_at = HUGE_VAL;
    if (th_spec_parse(cfg->text, 1, 1, cfg->n_in, 0, &t->spec, NULL) || th_team_new(1, &t->team, NULL)) return false;
    const th_net_options o = {.batch = batch, .n_members = 1, .kernels = reference_kernels()};
    if (th_net_new(&t->spec, &o, &t->net, NULL) || !allocate(t, cfg)) return false;
    t->net->loss = (th_loss_cfg){.row = th_loss_find(cfg->loss), .delta = 1};
    t->own_y = t->net->y;
    th_net_init(t->net, cfg->seed);
    return true;
}

th_toy *th_toy_make(const th_toy_cfg *cfg)
{
    th_toy *t = calloc(1, sizeof *t);
    if (!t || make(t, cfg)) return t;
    th_explore_free(t);
    return NULL;
}

void th_explore_free(th_toy *t)
{
    if (!t) return;
    for (int k = 0; k < 2; k++) {
        free(t->x[k]);
        free(t->y[k]);
    }
    free(t->state);
    free(t->best);
    th_net_free(t->net);
    th_team_free(t->team);
    free(t);
}

int32_t th_explore_points(const th_toy *t, int32_t unseen, float *x, float *y)
{
    const size_t n = (size_t)t->n[unseen];
    if (x) memcpy(x, t->x[unseen], n * t->net->n_in * sizeof *x);
    if (y) memcpy(y, t->y[unseen], n * sizeof *y);
    return t->n[unseen];
}

/* ---- weights, in the order of a .tflite file ---- */

/* Calls one(values) for the weights and the biases of each layer. */
static int32_t each_place(const th_toy *t,
                          void (*one)(const th_toy *t, int32_t layer, th_param_role role, float *at, const float *from),
                          float *values, const float *from)
{
    size_t n = 0;
    for (int32_t i = 0; i < t->spec.n_layers; i++)
        for (int k = 0; k < N_PLACES; k++) {
            const size_t count = th_net_param_count(t->net, i, places[k]);
            if (count && one) one(t, i, places[k], values + n, from);
            n += count;
        }
    return (int32_t)n;
}

static void put(const th_toy *t, int32_t layer, th_param_role role, float *at, const float *from)
{
    (void)from;
    th_net_param_set(t->net, layer, role, at);
}

static void take(const th_toy *t, int32_t layer, th_param_role role, float *at, const float *from)
{
    th_net_param_of(t->net, from, layer, role, at);
}

int32_t th_explore_weights(const th_toy *t, float *w)
{
    return each_place(t, w ? take : NULL, w, t->net->params);
}

void th_explore_set_weights(th_toy *t, const float *w)
{
    float copy[64]; /* th_net_param_set reads only; a toy whose weights are set by hand has a handful */
    const int32_t n = each_place(t, NULL, NULL, NULL);
    if (n > (int32_t)(sizeof copy / sizeof copy[0])) return;
    memcpy(copy, w, (size_t)n * sizeof *copy);
    each_place(t, put, copy, NULL);
}

/* ---- passes ---- */

static void pass(void *ctx, int member, int n_members)
{
    th_toy *t = ctx;
    (void)n_members;
    th_net_forward(t->net, t->team, member);
    if (t->net->training) th_net_backward(t->net, t->team, member);
}

static void show(th_toy *t, int32_t part, bool training)
{
    th_net *net = t->net;
    net->n = t->n[part];
    net->training = training;
    memcpy(net->x, t->x[part], (size_t)net->n * net->n_in * sizeof(float));
    memcpy(net->y, t->y[part], (size_t)net->n * sizeof(float));
}

double th_explore_loss(th_toy *t, int32_t unseen)
{
    show(t, unseen, false);
    th_team_run(t->team, pass, t);
    return t->net->member[0].loss / t->net->n;
}

double th_explore_gradient(th_toy *t, float *grad)
{
    show(t, 0, true);
    th_team_run(t->team, pass, t);
    th_net_gradient(t->net, 0, t->net->n_params);
    each_place(t, take, grad, t->net->grad);
    return t->net->member[0].loss / t->n[0];
}

static void learn(void *ctx, int member, int n_members)
{
    th_toy *t = ctx;
    (void)n_members;
    th_train_step_run(&t->step, member);
}

double th_explore_step(th_toy *t, double rate)
{
    show(t, 0, true);
    t->step.optim = th_optim_step_make(t->optimizer, rate, t->done, t->momentum, 0, 0);
    th_team_run(t->team, learn, t);
    t->done++;
    return t->net->member[0].loss / t->n[0];
}

void th_explore_answer(th_toy *t, const float *x, int32_t n, float *y)
{
    th_net *net = t->net;
    net->training = false;
    net->y = NULL;
    for (int32_t i = 0; i < n; i += net->batch) {
        net->n = n - i < net->batch ? n - i : net->batch;
        memcpy(net->x, x + (size_t)i * net->n_in, (size_t)net->n * net->n_in * sizeof *x);
        th_team_run(t->team, pass, t);
        for (int32_t k = 0; k < net->n; k++) th_net_scores(net, 0, k, y + i + k);
    }
    net->y = t->own_y;
}
