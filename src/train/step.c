#include "train/step.h"

#include <string.h>

#define ALONE 1e6 /* multiply-adds of a step; some 20 us on one thread */

int th_train_step_threads(const th_spec *spec, int32_t batch, int wanted)
{
    return 3.0 * (double)th_spec_macs(spec) * batch < ALONE ? 1 : wanted;
}

/* In eight sums side by side, which become vector code; n is a multiple of 16. */
static double square_of(const float *g, size_t n)
{
    double sum[8] = {0};
    for (size_t i = 0; i < n; i += 8)
        for (size_t k = 0; k < 8; k++) sum[k] += (double)g[i + k] * (double)g[i + k];
    return ((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7]));
}

/* All members find the same sum: they add the shares in the same order. */
double th_train_step_square(const th_train_step *s)
{
    double sum = 0;
    for (int k = 0; s->clip > 0 && k < s->net->n_members; k++) sum += s->square[k];
    return sum;
}

/* Parameters [i0, i1), in whole vectors. */
typedef void range_fn(th_train_step *s, int member, size_t i0, size_t i1);

static void gather(th_train_step *s, int member, size_t i0, size_t i1)
{
    th_net_gradient(s->net, i0, i1);
    if (s->clip > 0) s->square[member] += square_of(s->net->grad + i0, i1 - i0);
}

static void scale(th_train_step *s, int member, size_t i0, size_t i1)
{
    (void)member;
    const float factor = th_optim_clip(th_train_step_square(s), s->clip);
    for (size_t i = i0; factor < 1 && i < i1; i++) s->net->grad[i] *= factor;
}

static void update(th_train_step *s, int member, size_t i0, size_t i1)
{
    th_net *net = s->net;
    (void)member;
    const th_optim_part part = {.n = i1 - i0,
                                .g = net->grad + i0,
                                .p = net->params + i0,
                                .m = s->m + i0,
                                .v = s->v + i0,
                                .average = s->average + i0,
                                .decays = i1 <= net->n_weights}; /* gammas, betas and biases do not */
    s->row->update(&s->optim, &part, net->stage[0].kernels);
}

static size_t up16(size_t n)
{
    return (n + 15) & ~(size_t)15;
}

/* The member's equal part of parameters [i0, i1). */
static void equal_part(th_train_step *s, int member, size_t i0, size_t i1, range_fn *fn)
{
    const size_t blocks = i1 > i0 ? (i1 - i0) / 16 : 0, n = (size_t)s->net->n_members;
    const size_t a = i0 + blocks * (size_t)member / n * 16, b = i0 + blocks * (size_t)(member + 1) / n * 16;
    if (a < b) fn(s, member, a, b);
}

/* All that a member has to do with: of shared stages its own weights, whose gradient it has made, and equal parts of
 * what is between and behind them. */
static void each_range(th_train_step *s, int member, range_fn *fn)
{
    const th_net *net = s->net;
    size_t from = 0;
    for (int32_t i = 0; i < net->n_stages; i++) {
        const th_stage *st = &net->stage[i];
        if (!st->shared) continue;
        const size_t a = th_net_part(net, st, member), b = up16(th_net_part(net, st, member + 1));
        equal_part(s, member, from, st->w, fn);
        if (a < b) fn(s, member, st->w + a, st->w + b);
        from = st->w + up16(st->n_w);
    }
    equal_part(s, member, from, net->n_weights, fn);
    equal_part(s, member, net->n_weights, net->n_trained, fn);
}

void th_train_step_run(th_train_step *s, int member)
{
    th_net *net = s->net;
    th_net_forward(net, s->team, member);
    th_net_backward(net, s->team, member);
    th_team_barrier(s->team, member);
    s->square[member] = 0;
    each_range(s, member, gather);
    if (s->clip > 0) {
        th_team_barrier(s->team, member);
        each_range(s, member, scale);
    }
    each_range(s, member, update);
}
