#include "train/optim.h"

#include <math.h>
#include <string.h>

static void add_decay(const th_optim_step *o, const th_optim_part *a)
{
    if (!a->decays || !(o->decay > 0)) return;
    for (size_t i = 0; i < a->n; i++) a->g[i] += o->decay * a->p[i];
}

static void average(const th_optim_step *o, const th_optim_part *a)
{
    if (!o->averaging) return;
    for (size_t i = 0; i < a->n; i++) a->average[i] += (1 - o->adam.keep) * (a->p[i] - a->average[i]);
}

static void sgd(const th_optim_step *o, const th_optim_part *a, const th_kernels *kernels)
{
    (void)kernels;
    add_decay(o, a);
    for (size_t i = 0; i < a->n; i++) {
        a->m[i] = o->momentum * a->m[i] + a->g[i];
        a->p[i] -= o->adam.rate * a->m[i];
    }
    average(o, a);
}

static void rmsprop(const th_optim_step *o, const th_optim_part *a, const th_kernels *kernels)
{
    (void)kernels;
    add_decay(o, a);
    for (size_t i = 0; i < a->n; i++) {
        a->v[i] = 0.99f * a->v[i] + 0.01f * (a->g[i] * a->g[i]);
        a->m[i] = o->momentum * a->m[i] + a->g[i] / (sqrtf(a->v[i]) + o->adam.epsilon);
        a->p[i] -= o->adam.rate * a->m[i];
    }
    average(o, a);
}

/* The kernel of the processor; decay: per step, beside the gradient. */
static void run_adam(const th_optim_step *o, const th_optim_part *a, const th_kernels *kernels, float decay)
{
    th_adam adam = o->adam;
    adam.decay = decay;
    kernels->adam(&adam, (int32_t)a->n, a->g, a->p, a->m, a->v, o->averaging ? a->average : NULL);
}

static void adam(const th_optim_step *o, const th_optim_part *a, const th_kernels *kernels)
{
    add_decay(o, a);
    run_adam(o, a, kernels, 0);
}

static void adamw(const th_optim_step *o, const th_optim_part *a, const th_kernels *kernels)
{
    run_adam(o, a, kernels, a->decays ? o->adam.decay : 0);
}

static const th_optim_row rows[] = {
    {"adamw", true, true, 0.9, 0, -1, adamw, "Adam with weight decay beside the gradient"},
    {"adam", true, true, 0.9, 0, 0, adam, "steps by mean gradient over its usual size"},
    {"rmsprop", true, true, 0, 1e-3f, 0, rmsprop, "steps by gradient over its usual size"},
    {"sgd", true, false, 0.9, 0.01f, 1e-4f, sgd, "steps by gradient, with momentum"},
};
#define N_ROWS (sizeof rows / sizeof rows[0])

const th_optim_row *th_optim_all(size_t *n)
{
    *n = N_ROWS;
    return rows;
}

const th_optim_row *th_optim_find(const char *name)
{
    for (size_t i = 0; i < N_ROWS; i++)
        if (strcmp(rows[i].name, name) == 0) return &rows[i];
    return NULL;
}

th_optim_step th_optim_step_make(const th_optim_row *row, double rate, uint64_t done, double momentum, float decay,
                                 float ema)
{
    const double t = (double)done + 1, start_keep = (1 + t) / (10 + t);
    th_optim_step o = {.row = row, .decay = decay, .momentum = (float)momentum, .averaging = ema > 0};
    o.adam = (th_adam){.rate = (float)rate, .beta1 = (float)momentum, .beta2 = 0.999f, .epsilon = 1e-8f};
    o.adam.correct1 = (float)(1 / (1 - pow(momentum, t)));
    o.adam.correct2 = (float)(1 / (1 - pow(0.999, t)));
    o.adam.decay = (float)(rate * (double)decay);
    o.adam.keep = start_keep < (double)ema ? (float)start_keep : ema;
    return o;
}

float th_optim_clip(double sum, float clip)
{
    const double length = sqrt(sum);
    return length > (double)clip ? (float)((double)clip / length) : 1;
}
