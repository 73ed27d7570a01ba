/* One pass over a batch: stages in turn, batch moments between them, the loss at the end, and back. */
#include "train/net.h"

#include "base/rng.h"

#include <math.h>
#include <string.h>

#define MOMENTUM 0.1f /* of a batch in the running moments */

/* ---- reading a stage's output ---- */

static void make_mask(const th_net *net, const th_stage *st, int32_t n)
{
    const size_t size = (size_t)(st->out_px * st->s);
    uint8_t *mask = st->mask + (size_t)n * size;
    th_rng rng = th_rng_make(net->mask_seed, (uint64_t)(st - net->stage) << 32 | (uint64_t)n);
    for (size_t i = 0; i < size; i += 4) { /* s is a multiple of 8 */
        const uint32_t x = th_rng_u32(&rng);
        for (uint32_t k = 0; k < 4; k++) mask[i + k] = (x >> 8 * k & 255) >= st->drop;
    }
}

static th_read reading_of(const th_net *net, const th_net_member *m, const th_stage *st, int32_t n)
{
    const size_t at = (size_t)n * (size_t)(st->out_px * st->s);
    const bool drop = net->training && st->drop;
    return (th_read){.z = st->z + at,
                     .a = m->a + st->c,
                     .b = m->b + st->c,
                     .mask = drop ? st->mask + at : NULL,
                     .scale = 256.0f / (256.0f - (float)st->drop),
                     .relu = st->layer->act == TH_LAYER_ACT_RELU};
}

float *th_net_read(th_net *net, th_net_member *m, th_stage *st, int32_t n, size_t offset)
{
    float *x = m->buffer + st->in_slot + offset;
    if (st > net->stage) {
        const th_stage *from = st - 1;
        if (net->training && from->drop && m->forward) make_mask(net, from, n);
        const th_read r = reading_of(net, m, from, n);
        from->kernels->read(&r, &st->in_at, x);
        return x;
    }
    const th_place *at = &st->in_at;
    const size_t c = (size_t)st->layer->in_c, s = (size_t)at->s;
    const float *in = net->x + (size_t)n * net->n_in;
    for (int32_t r = 0; r < at->h; r++) {
        float *to = x + (size_t)((r + at->top) * at->pad_w + at->left) * s;
        if (c == s) memcpy(to, in + (size_t)(r * at->w) * c, (size_t)at->w * c * sizeof *to);
        for (int32_t k = 0; c != s && k < at->w; k++)
            memcpy(to + (size_t)k * s, in + (size_t)(r * at->w + k) * c, c * sizeof *to);
    }
    return x;
}

void th_net_read_back(th_net *net, th_net_member *m, th_stage *st, int32_t n, const float *x, const float *dx,
                      float *dy_in)
{
    const th_stage *from = st - 1;
    const th_read r = reading_of(net, m, from, n);
    from->kernels->read_back(&r, &st->in_at, x, dx, dy_in + (size_t)n * net->dy_floats, m->sum_back + 2 * from->c);
}

/* ---- batch norm ---- */

static double total(const th_net *net, bool back, size_t i)
{
    double sum = 0;
    for (int t = 0; t < net->n_members; t++) sum += (double)(back ? net->member[t].sum_back : net->member[t].sum)[i];
    return sum;
}

/* a and b of a stage.  Every member computes all of them for itself: that costs less than waiting. */
static void forward_coefs(th_net *net, th_net_member *m, const th_stage *st)
{
    const size_t s = (size_t)st->s;
    const bool bn = st->layer->batch_norm, pool = st->n_w == 0;
    const double n = (double)net->n * st->out_px;
    for (size_t c = 0; c < s; c++) {
        const size_t k = st->c + c, at = 2 * st->c + c;
        if (!bn) {
            m->a[k] = 1;
            m->b[k] = pool ? 0 : net->w[st->beta + c];
            continue;
        }
        double mean = (double)net->stats[at], var = (double)net->stats[at + s];
        if (net->training) {
            mean = total(net, false, at) / n;
            var = total(net, false, at + s) / n - mean * mean;
            if (var < 0) var = 0;
            if (m == net->member) {
                const double unbiased = n > 1 ? var * n / (n - 1) : var;
                net->running[at] += MOMENTUM * ((float)mean - net->running[at]);
                net->running[at + s] += MOMENTUM * ((float)unbiased - net->running[at + s]);
            }
        }
        m->mean[k] = (float)mean;
        m->inv[k] = (float)(1.0 / sqrt(var + (double)TH_BN_EPSILON));
        m->a[k] = net->w[st->gamma + c] * m->inv[k];
        m->b[k] = net->w[st->beta + c] - (float)mean * m->a[k];
    }
}

/* y = gamma * (z - mean) * inv + beta, mean and inv of n values:
 *   dz = a * (dy - sum(dy)/n - (z - mean) * inv * dgamma / n),  dgamma = (sum(dy*z) - mean*sum(dy)) * inv */
static void backward_coefs(th_net *net, th_net_member *m, const th_stage *st)
{
    const size_t s = (size_t)st->s;
    const double n = (double)net->n * st->out_px;
    for (size_t c = 0; c < s; c++) {
        const size_t k = st->c + c, at = 2 * st->c + c;
        if (!st->layer->batch_norm) {
            m->da[k] = 1;
            m->db[k] = m->dc[k] = 0;
            if (st->n_w) m->grad[st->beta + c] = m->sum_back[at];
            continue;
        }
        const double sum = total(net, true, at), a = (double)m->a[k], inv = (double)m->inv[k],
                     mean = (double)m->mean[k];
        const double dgamma = (total(net, true, at + s) - mean * sum) * inv;
        m->da[k] = (float)a;
        m->db[k] = (float)(-a * dgamma * inv / n);
        m->dc[k] = (float)(a * (dgamma * inv * mean - sum) / n);
        if (m != net->member) continue; /* one member's gradient holds the sum already */
        m->grad[st->gamma + c] = (float)dgamma;
        m->grad[st->beta + c] = (float)sum;
    }
}

/* ---- loss: soft-max cross-entropy with smoothed labels ---- */

static int32_t largest(const float *x, int32_t n)
{
    int32_t best = 0;
    for (int32_t i = 1; i < n; i++)
        if (x[i] > x[best]) best = i;
    return best;
}

/* logits of sample n -> scores */
static void softmax(const th_net *net, const th_net_member *m, int32_t n, float *p)
{
    const th_stage *st = &net->stage[net->n_stages - 1];
    const int32_t classes = net->spec->n_classes;
    const float *z = st->z + (size_t)n * (size_t)st->s, *b = m->b + st->c;
    float top = z[0] + b[0], sum = 0;
    for (int32_t i = 0; i < classes; i++) {
        p[i] = z[i] + b[i];
        if (p[i] > top) top = p[i];
    }
    for (int32_t i = 0; i < classes; i++) sum += p[i] = expf(p[i] - top);
    for (int32_t i = 0; i < classes; i++) p[i] /= sum;
}

void th_net_scores(const th_net *net, int32_t i, float *scores)
{
    softmax(net, net->member, i, scores);
}

static void head(th_net *net, th_net_member *m, int32_t n)
{
    const th_stage *st = &net->stage[net->n_stages - 1];
    const int32_t classes = net->spec->n_classes;
    const float *y = net->y + (size_t)n * (size_t)classes;
    float *d = net->dy[(net->n_stages - 1) & 1] + (size_t)n * net->dy_floats, *sum = m->sum_back + 2 * st->c;
    softmax(net, m, n, d);
    if (largest(d, classes) == largest(y, classes)) m->right++;
    const float one = 1.0f / (float)net->n;
    for (int32_t i = 0; i < classes; i++) {
        const float want = (1 - net->smoothing) * y[i] + net->smoothing / (float)classes;
        if (want > 0) m->loss -= (double)want * log((double)d[i] + 1e-30);
        d[i] = (d[i] - want) * one;
        sum[i] += d[i];
    }
    memset(d + classes, 0, (size_t)(st->s - classes) * sizeof *d);
}

/* ---- passes ---- */

/* Weights of a stage as the gradient of its input wants them: taps turned round, channels exchanged. */
static void flip(th_net *net, const th_stage *st)
{
    const float *w = net->w + st->w;
    float *f = net->flipped + st->w_back;
    const bool dense = st->layer->kind == TH_LAYER_DENSE;
    const size_t taps = dense ? 1 : (size_t)(st->layer->k_h * st->layer->k_w), s = (size_t)st->s,
                 in = (size_t)st->g.in_s;
    for (size_t k = 0; k < taps; k++) {
        if (st->layer->kind == TH_LAYER_DEPTHWISE) {
            memcpy(f + (taps - 1 - k) * s, w + k * s, s * sizeof *f);
            continue;
        }
        for (size_t ci = 0; ci < in; ci++)
            for (size_t co = 0; co < s; co++) f[((taps - 1 - k) * s + co) * in + ci] = w[(k * in + ci) * s + co];
    }
}

void th_net_forward(th_net *net, th_team *team, int member)
{
    th_net_member *m = &net->member[member];
    const int32_t n0 = th_net_share(net, member), n1 = th_net_share(net, member + 1);
    m->loss = 0;
    m->right = 0;
    m->forward = true;
    memset(m->sum, 0, 2 * net->n_channels * sizeof *m->sum);
    memset(m->sum_back, 0, 2 * net->n_channels * sizeof *m->sum_back);
    for (int32_t i = 0; i < net->n_stages; i++) {
        th_stage *st = &net->stage[i];
        if (net->training && i && st->n_w && i % net->n_members == member) flip(net, st);
        st->row->forward(net, m, st, n0, n1);
        if (net->training && st->layer->batch_norm) th_team_barrier(team, member);
        forward_coefs(net, m, st);
    }
    if (!net->y) return;
    for (int32_t n = n0; n < n1; n++) head(net, m, n);
}

void th_net_backward(th_net *net, th_team *team, int member)
{
    th_net_member *m = &net->member[member];
    const int32_t n0 = th_net_share(net, member), n1 = th_net_share(net, member + 1);
    m->forward = false;
    memset(m->grad, 0, net->n_params * sizeof *m->grad);
    th_team_barrier(team, member); /* all weights are flipped */
    for (int32_t i = net->n_stages - 1; i >= 0; i--) {
        th_stage *st = &net->stage[i];
        if (st->layer->batch_norm) th_team_barrier(team, member);
        backward_coefs(net, m, st);
        st->row->backward(net, m, st, n0, n1, net->dy[i & 1], i ? net->dy[(i - 1) & 1] : NULL);
    }
}
