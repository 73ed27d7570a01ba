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

static void update(th_train_step *s, size_t i0, size_t i1, bool decays)
{
    th_net *net = s->net;
    if (i0 >= i1) return;
    const th_optim_part part = {.n = i1 - i0,
                                .g = net->grad + i0,
                                .p = net->params + i0,
                                .m = s->m + i0,
                                .v = s->v + i0,
                                .average = s->average + i0,
                                .decays = decays};
    s->row->update(&s->optim, &part, net->stage[0].kernels);
}

void th_train_step_run(th_train_step *s, int member)
{
    th_net *net = s->net;
    th_net_forward(net, s->team, member);
    th_net_backward(net, s->team, member);
    th_team_barrier(s->team, member);
    const size_t blocks = net->n_trained / 16, nw = net->n_weights, n = (size_t)net->n_members;
    const size_t i0 = blocks * (size_t)member / n * 16, i1 = blocks * (size_t)(member + 1) / n * 16;
    th_net_gradient(net, i0, i1);
    if (s->clip > 0) {
        s->square[member] = square_of(net->grad + i0, i1 - i0);
        th_team_barrier(s->team, member);
        const float factor = th_optim_clip(th_train_step_square(s), s->clip);
        for (size_t i = i0; factor < 1 && i < i1; i++) net->grad[i] *= factor;
    }
    update(s, i0, i1 < nw ? i1 : nw, true);
    update(s, i0 > nw ? i0 : nw, i1, false); /* gammas, betas and biases do not decay */
}
