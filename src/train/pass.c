/* One pass over a batch: stages in turn, batch moments between them, the loss at the end, and back. */
#include "train/activation.h"
#include "train/net.h"

#include <math.h>
#include <string.h>

#define MOMENTUM 0.1f /* of a batch in the running moments */

static bool norm_learns(const th_net *net, const th_stage *st)
{
    return net->training && st->layer.batch_norm && st->learns;
}

/* ---- reading a stage's output ---- */

static bool drops(const th_net *net, const th_stage *st)
{
    return net->training && st->drop && !net->simulation;
}

static void make_mask(const th_net *net, const th_stage *st, int32_t n)
{
    const size_t size = th_stage_floats(st);
    st->kernels->mask(net->mask_seed, (uint64_t)(st - net->stage) << 32 | (uint64_t)n, st->drop, (int32_t)size,
                      st->mask + (size_t)n * size);
}

/* The kernels know no activation and ReLU; the others are applied here, one value at a time. */
static bool in_kernel(const th_stage *st)
{
    return st->layer.act == TH_LAYER_ACT_NONE || st->layer.act == TH_LAYER_ACT_RELU;
}

static th_read reading_of(const th_net *net, const th_net_member *m, const th_stage *st, int32_t n)
{
    const size_t at = (size_t)n * th_stage_floats(st);
    const bool drop = drops(net, st) && in_kernel(st);
    return (th_read){.z = (net->simulation ? st->seen : st->z) + at, /* a is 1 and b is 0 of what was seen */
                     .a = m->a + st->c,
                     .b = m->b + st->c,
                     .mask = drop ? st->mask + at : NULL,
                     .scale = 256.0f / (256.0f - (float)st->drop),
                     .relu = st->layer.act == TH_LAYER_ACT_RELU,
                     .next = m->down ? -1 : 1};
}

/* Factor of dropout at value e of sample n's output. */
static float kept(const th_net *net, const th_stage *st, int32_t n, size_t e)
{
    if (!drops(net, st)) return 1;
    return st->mask[(size_t)n * th_stage_floats(st) + e] ? 256.0f / (256.0f - (float)st->drop) : 0;
}

static void activate(const th_net *net, const th_stage *st, int32_t n, const th_place *at, float *x)
{
    const size_t s = (size_t)at->s, real = (size_t)st->layer.out_c;
    size_t e = 0;
    for (int32_t r = 0; r < at->h; r++)
        for (int32_t c = 0; c < at->w; c++) {
            float *v = x + (size_t)((at->top + r * at->step_h) * at->pad_w + at->left + c * at->step_w) * s;
            for (size_t i = 0; i < s; i++, e++) /* channels that only fill up stay zero: a sigmoid of 0 is not */
                v[i] = i < real ? th_act_value(st->layer.act, st->layer.leak, v[i]) * kept(net, st, n, e) : 0;
        }
}

/* Output of stage `from` for sample n, placed. */
static void read_stage(th_net *net, th_net_member *m, th_stage *from, int32_t n, const th_place *at, float *x)
{
    if (drops(net, from) && m->forward) make_mask(net, from, n);
    const th_read r = reading_of(net, m, from, n);
    from->kernels->read(&r, at, x);
    if (!in_kernel(from) && !net->simulation) activate(net, from, n, at, x);
}

static void read_input(const th_net *net, int32_t n, const th_place *at, float *x)
{
    const size_t c = (size_t)net->spec->in_c, s = (size_t)at->s, w = (size_t)at->w;
    const float *in = net->x + (size_t)n * net->n_in;
    for (int32_t r = 0; r < at->h; r++, in += w * c) {
        float *to = x + (size_t)((r * at->step_h + at->top) * at->pad_w + at->left) * s;
        const size_t step = (size_t)at->step_w * s;
        if (c == step)
            memcpy(to, in, w * c * sizeof *to);
        else
            for (size_t k = 0; k < w; k++) memcpy(to + k * step, in + k * c, c * sizeof *to);
    }
}

float *th_net_read(th_net *net, th_net_member *m, th_stage *st, int32_t k, int32_t n, size_t offset)
{
    float *x = m->buffer + st->in[k].slot + offset;
    if (st->in[k].from)
        read_stage(net, m, st->in[k].from, n, &st->in[k].at, x);
    else
        read_input(net, n, &st->in[k].at, x);
    return x;
}

bool th_net_wants(const th_stage *st, int32_t k)
{
    return st->in[k].from && st->in[k].from->passes;
}

/* dx -> dx * slope * dropout, for the activations that the kernels do not know. */
static void slopes(const th_net *net, const th_net_member *m, const th_stage *from, int32_t n, float *dx)
{
    const float *z = th_stage_z(from, n), *a = m->a + from->c, *b = m->b + from->c;
    const size_t s = (size_t)from->s, size = th_stage_floats(from);
    for (size_t e = 0; e < size; e++)
        dx[e] *= th_act_slope(from->layer.act, from->layer.leak, a[e % s] * z[e] + b[e % s]) * kept(net, from, n, e);
}

/* dx, which is overwritten, -> dy of stage `from`. */
static void read_stage_back(th_net *net, th_net_member *m, const th_stage *from, int32_t n, float *dx, bool adds)
{
    const th_read r = reading_of(net, m, from, n);
    if (!in_kernel(from)) slopes(net, m, from, n, dx);
    from->kernels->read_back(&r, from->out_px, from->s, dx, th_stage_dy(m, from, n), m->sum_back + 2 * from->c, adds);
}

void th_net_read_back(th_net *net, th_net_member *m, th_stage *st, int32_t k, int32_t n, float *dx)
{
    read_stage_back(net, m, st->in[k].from, n, dx, st->in[k].adds);
}

void th_net_dz(const th_net_member *m, const th_stage *st, int32_t n, const th_place *at, float *dz)
{
    st->kernels->norm_back(th_stage_dy(m, st, n), th_stage_z(st, n), m->da + st->c, m->db + st->c, m->dc + st->c, at,
                           dz);
}

/* ---- kernels that read for themselves ---- */

th_read th_net_source(th_net *net, th_net_member *m, th_stage *st, int32_t n, int32_t count)
{
    th_stage *from = st->in[0].from;
    const bool fits = !from && st->in_s == net->spec->in_c;
    if (fits) return (th_read){.z = net->x + (size_t)n * net->n_in};
    if (from && in_kernel(from)) {
        const bool makes = m->forward && !(st->parted && net->training); /* else they are there */
        for (int32_t i = n; makes && drops(net, from) && i < n + count; i++) make_mask(net, from, i);
        return reading_of(net, m, from, n);
    }
    const th_place *at = &st->in[0].at;
    const size_t size = (size_t)at->h * (size_t)at->w * (size_t)at->s;
    for (int32_t i = 0; i < count; i++) (void)th_net_read(net, m, st, 0, n + i, (size_t)i * size);
    return (th_read){.z = m->buffer + st->in[0].slot};
}

th_input_grad th_net_target(th_net_member *m, th_stage *st, const th_read *from, int32_t n)
{
    if (!th_net_wants(st, 0)) return (th_input_grad){.dy = NULL};
    if (!from->a) return (th_input_grad){.dy = m->dx}; /* the kernel does not know the derivative */
    const th_stage *to = st->in[0].from;
    return (th_input_grad){.dy = th_stage_dy(m, to, n), .sum = m->sum_back + 2 * to->c, .add = st->in[0].adds};
}

void th_net_target_done(th_net *net, th_net_member *m, th_stage *st, const th_read *from, int32_t n, int32_t count)
{
    if (!th_net_wants(st, 0) || from->a) return;
    const size_t size = th_stage_floats(st->in[0].from);
    for (int32_t i = 0; i < count; i++) th_net_read_back(net, m, st, 0, n + i, m->dx + (size_t)i * size);
}

th_back th_net_back(const th_net_member *m, const th_stage *st, int32_t n)
{
    return (th_back){.dy = th_stage_dy(m, st, n),
                     .z = st->n_gamma && !st->columns ? th_stage_z(st, n) : NULL,
                     .da = m->da + st->c,
                     .db = m->db + st->c,
                     .dc = m->dc + st->c};
}

/* ---- batch norm ---- */

float *th_net_sums(const th_net *net, th_net_member *m, const th_stage *st)
{
    return norm_learns(net, st) ? m->sum + 2 * st->c : NULL;
}

void th_net_moments(const th_net *net, th_net_member *m, const th_stage *st, int32_t n, int32_t count)
{
    if (norm_learns(net, st)) st->kernels->moments(th_stage_z(st, n), count * st->out_px, st->s, m->sum + 2 * st->c);
}

/* Channels of a stage whose coefficients a member computes. */
typedef struct range {
    size_t begin, end;
} range;

/* All of them: that costs less than waiting for what others have computed. */
static range all_channels(const th_stage *st)
{
    return (range){0, (size_t)st->s};
}

/* Those that the next stage takes from the member. */
static range own_columns(const th_net *net, const th_net_member *m, const th_stage *st)
{
    const int member = (int)(m - net->member);
    const th_stage *next = st + 1;
    const size_t s = (size_t)next->s;
    return (range){th_net_part(net, next, member) / s, th_net_part(net, next, member + 1) / s};
}

/* Sum i over the batch; to its columns only the member itself has added something. */
typedef enum sums { SUM, SUM_BACK, NEAR } sums;

static double total(const th_net *net, const th_net_member *m, const th_stage *st, sums which, size_t i)
{
    double sum = 0;
    for (const th_net_member *k = net->member; k < net->member + net->n_members; k++) {
        if (st->columns && k != m) continue;
        sum += (double)(which == SUM ? k->sum : which == SUM_BACK ? k->sum_back : k->near)[i];
    }
    return sum;
}

/* Members whose samples a member looks at, when it looks at a stage's values themselves. */
static range owners_of(const th_net *net, const th_net_member *m, const th_stage *st)
{
    const size_t member = (size_t)(m - net->member);
    return st->columns ? (range){0, (size_t)net->n_members} : (range){member, member + 1};
}

/* Of a mean that is this much larger than the deviation, squared, E[z^2] - mean^2 leaves too few digits of floats. */
#define CANCELS 100.0
#define BLOCK   8 /* channels at once; ranges are multiples of it */

static bool sums_cancel(const th_net *net, const th_net_member *m, const th_stage *st, range of)
{
    const double n = (double)net->n * st->out_px;
    for (size_t c = of.begin; c < of.end; c++) {
        const size_t at = 2 * st->c + c;
        const double mean = total(net, m, st, SUM, at) / n, square = total(net, m, st, SUM, at + (size_t)st->s) / n;
        if (mean * mean > CANCELS * (square - mean * mean)) return true;
    }
    return false;
}

/* Sums of z - mean and its square, of BLOCK channels from c on; backwards of (z - mean) * dy. */
static void add_near(const th_net *net, th_net_member *m, const th_stage *st, size_t c, bool back)
{
    const size_t s = (size_t)st->s;
    const range owners = owners_of(net, m, st);
    const float *mean = m->mean + st->c + c;
    double first[BLOCK] = {0}, second[BLOCK] = {0};
    for (int of = (int)owners.begin; of < (int)owners.end; of++)
        for (int32_t n = th_net_share(net, of); n < th_net_share(net, of + 1); n++) {
            const float *z = th_stage_z(st, n) + c, *dy = back ? th_stage_dy(&net->member[of], st, n) + c : z;
            for (int32_t p = 0; p < st->out_px; p++, z += s, dy += s)
                for (size_t k = 0; k < BLOCK; k++) {
                    const double d = (double)z[k] - (double)mean[k];
                    first[k] += back ? d * (double)dy[k] : d;
                    second[k] += d * d;
                }
        }
    for (size_t k = 0; k < BLOCK; k++) {
        m->near[2 * st->c + c + k] = (float)first[k];
        m->near[2 * st->c + c + s + k] = (float)second[k];
    }
}

/* A second look at z where the first one's sums cancel: all members find the same, so all wait or none. */
static void look_again(th_net *net, th_team *team, th_net_member *m, const th_stage *st, range of)
{
    const double n = (double)net->n * st->out_px;
    bool *again = &m->cancels[st - net->stage];
    *again = norm_learns(net, st) && sums_cancel(net, m, st, of);
    if (!*again) return;
    for (size_t c = of.begin; c < of.end; c++) m->mean[st->c + c] = (float)(total(net, m, st, SUM, 2 * st->c + c) / n);
    for (size_t c = of.begin; c < of.end; c += BLOCK) add_near(net, m, st, c, false);
    if (!st->columns) th_team_barrier(team, (int)(m - net->member));
}

static void look_again_back(th_net *net, th_team *team, th_net_member *m, const th_stage *st, range of)
{
    if (!m->cancels[st - net->stage]) return;
    for (size_t c = of.begin; c < of.end; c += BLOCK) add_near(net, m, st, c, true);
    if (!st->columns) th_team_barrier(team, (int)(m - net->member));
}

/* Mean and variance of channel c: of the batch, which the running ones follow, or the running ones. */
static void moments_of(th_net *net, const th_net_member *m, const th_stage *st, size_t c, double *mean, double *var)
{
    const size_t s = (size_t)st->s, at = 2 * st->c + c;
    const double n = (double)net->n * st->out_px;
    if (!norm_learns(net, st)) {
        *mean = (double)net->stats[at];
        *var = (double)net->stats[at + s];
        return;
    }
    const sums which = m->cancels[st - net->stage] ? NEAR : SUM;
    const double first = total(net, m, st, which, at) / n;
    *mean = which == NEAR ? (double)m->mean[st->c + c] + first : first;
    *var = total(net, m, st, which, at + s) / n - first * first;
    if (*var < 0) *var = 0;
    if (!st->columns && m != net->member) return; /* one member tells all */
    const double unbiased = n > 1 ? *var * n / (n - 1) : *var;
    net->running[at] += MOMENTUM * ((float)*mean - net->running[at]);
    net->running[at + s] += MOMENTUM * ((float)unbiased - net->running[at + s]);
}

/* a and b of a stage. */
static void forward_coefs(th_net *net, th_net_member *m, const th_stage *st, range of)
{
    const bool norm = st->n_gamma && !net->simulation, bias = st->n_beta && !net->simulation;
    for (size_t c = of.begin; c < of.end; c++) {
        const size_t k = st->c + c;
        double mean, var;
        m->a[k] = 1;
        m->b[k] = bias ? net->w[st->beta + c] : 0;
        if (!norm) continue;
        moments_of(net, m, st, c, &mean, &var);
        m->mean[k] = (float)mean;
        m->rest[k] = (float)(mean - (double)m->mean[k]);
        m->inv[k] = (float)(1.0 / sqrt(var + (double)TH_BN_EPSILON));
        m->a[k] = net->w[st->gamma + c] * m->inv[k];
        m->b[k] = (float)((double)m->b[k] - mean * (double)m->a[k]);
    }
}

/* y = gamma * (z - mean) * inv + beta, mean and inv of n values:
 *   dz = a * (dy - sum(dy)/n - (z - mean) * inv * dgamma / n),  dgamma = (sum(dy*z) - mean*sum(dy)) * inv
 * of a frozen stage mean and inv are constants: dz = a * dy. */
static void backward_coefs(th_net *net, th_net_member *m, const th_stage *st, range of)
{
    const size_t s = (size_t)st->s;
    const double n = (double)net->n * st->out_px;
    for (size_t c = of.begin; c < of.end; c++) {
        const size_t k = st->c + c, at = 2 * st->c + c;
        if (!st->n_gamma || !st->learns) {
            m->da[k] = m->a[k];
            m->db[k] = m->dc[k] = 0;
            if (st->n_beta && st->learns) m->grad[st->beta + c] = m->sum_back[at];
            continue;
        }
        const double sum = total(net, m, st, SUM_BACK, at), a = (double)m->a[k], inv = (double)m->inv[k],
                     rest = (double)m->rest[k], mean = (double)m->mean[k] + rest;
        const double dgamma = inv * (m->cancels[st - net->stage] ? total(net, m, st, NEAR, at) - rest * sum
                                                                 : total(net, m, st, SUM_BACK, at + s) - mean * sum);
        m->da[k] = (float)a;
        m->db[k] = (float)(-a * dgamma * inv / n);
        m->dc[k] = (float)(a * (dgamma * inv * mean - sum) / n);
        if (!st->columns && m != net->member) continue; /* one member's gradient holds the sum already */
        m->grad[st->gamma + c] = (float)dgamma;
        m->grad[st->beta + c] = (float)sum;
    }
}

/* ---- loss ---- */

static th_stage *last_stage(th_net *net)
{
    return &net->stage[net->n_stages - 1];
}

/* Output of the last stage for sample n in stored channels (m->out), then packed to out [n_out]; out may be it. */
static void read_output(th_net *net, th_net_member *m, int32_t n, float *out)
{
    th_stage *st = last_stage(net);
    const size_t c = (size_t)st->layer.out_c, s = (size_t)st->s;
    const th_place at = th_place_plain(st->layer.out_h, st->layer.out_w, st->s);
    read_stage(net, m, st, n, &at, m->out);
    for (size_t p = 0; p < (size_t)st->out_px; p++) memmove(out + p * c, m->out + p * s, c * sizeof *out);
}

void th_net_scores(th_net *net, int member, int32_t i, float *scores)
{
    read_output(net, &net->member[member], i, scores);
    if (net->loss.row) th_loss_scores(net->loss.row, scores, (int32_t)net->n_out, scores);
}

static void head(th_net *net, th_net_member *m, int32_t n)
{
    th_stage *st = last_stage(net);
    const size_t c = (size_t)st->layer.out_c, s = (size_t)st->s, no = net->n_out;
    const float *y = net->y + (size_t)n * no;
    float *g = m->grad_out;
    read_output(net, m, n, g);
    m->score += net->loss.row->score(g, y, (int32_t)no);
    m->loss += net->loss.row->loss(&net->loss, g, y, (int32_t)no, net->training ? g : NULL);
    if (!net->training || !st->passes) return;
    const float one = 1.0f / (float)net->n;
    for (size_t p = 0; p < (size_t)st->out_px; p++) {
        for (size_t i = 0; i < c; i++) m->dx[p * s + i] = g[p * c + i] * one;
        memset(m->dx + p * s + c, 0, (s - c) * sizeof *m->dx);
    }
    read_stage_back(net, m, st, n, m->dx, false);
}

/* ---- passes ---- */

/* The sums of all members -> z: of the member's columns for the samples of all, else of its samples. */
static void join(th_net *net, th_net_member *m, const th_stage *st, range of)
{
    const int member = (int)(m - net->member);
    const int32_t n0 = st->columns ? 0 : th_net_share(net, member),
                  n1 = st->columns ? net->n : th_net_share(net, member + 1);
    const size_t at = (size_t)n0 * (size_t)st->s + of.begin;
    const float *part[TH_MAX_MEMBERS];
    float *sum = th_net_sums(net, m, st);
    for (int t = 0; t < net->n_members; t++) part[t] = net->member[t].part[(st - net->stage) % 2] + at;
    st->kernels->join(part, net->n_members, n1 - n0, st->s, (int32_t)(of.end - of.begin), st->z + at,
                      sum ? sum + of.begin : NULL);
}

static void forward_parted(th_net *net, th_team *team, th_net_member *m, th_stage *st)
{
    const int member = (int)(m - net->member);
    const range of = st->columns ? own_columns(net, m, st) : all_channels(st);
    if (st->waits) th_team_barrier(team, member);
    st->row->part(net, m, st, m->part[(st - net->stage) % 2]);
    th_team_barrier(team, member);
    join(net, m, st, of);
    if (!st->columns && norm_learns(net, st)) th_team_barrier(team, member);
    look_again(net, team, m, st, of);
    forward_coefs(net, m, st, of);
}

/* What reads stage st takes it from the samples of all: the masks of dropout must be there, too. */
static bool read_in_parts(const th_net *net, const th_stage *st)
{
    return net->training && st + 1 < net->stage + net->n_stages && st[1].parted && st[1].in[0].from == st;
}

void th_net_forward(th_net *net, th_team *team, int member)
{
    th_net_member *m = &net->member[member];
    const int32_t n0 = th_net_share(net, member), n1 = th_net_share(net, member + 1);
    m->loss = m->score = 0;
    m->first = n0;
    m->forward = true;
    m->down = false;
    memset(m->sum, 0, 2 * net->n_channels * sizeof *m->sum);
    memset(m->sum_back, 0, 2 * net->n_channels * sizeof *m->sum_back);
    if (net->simulation) net->simulation->run(net->simulation->ctx, net, member, n0, n1);
    for (int32_t i = 0; i < net->n_stages; i++) {
        th_stage *st = &net->stage[i];
        if (net->training && st->n_flipped && !st->across && i % net->n_members == member)
            st->row->flip(st, net->w + st->w, net->flipped + st->w_back);
        for (int32_t n = n0; n < n1 && drops(net, st) && read_in_parts(net, st); n++) make_mask(net, st, n);
        if (st->parted && net->training && !net->simulation) {
            forward_parted(net, team, m, st);
        } else {
            if (!net->simulation) st->row->forward(net, m, st, n0, n1);
            if (norm_learns(net, st)) th_team_barrier(team, member);
            look_again(net, team, m, st, all_channels(st));
            forward_coefs(net, m, st, all_channels(st));
        }
        m->down = !m->down;
    }
    if (!net->y) return;
    for (int32_t n = n0; n < n1; n++) head(net, m, n);
}

/* Of what is added to. */
static void clear_gradients(const th_net *net, const th_net_member *m)
{
    for (int32_t i = 0; i < net->n_stages; i++) {
        const th_stage *st = &net->stage[i];
        if (!st->row->whole_gradient) memset(m->grad + st->w, 0, st->n_w * sizeof *m->grad);
        memset(m->grad + st->gamma, 0, st->n_gamma * sizeof *m->grad);
        memset(m->grad + st->beta, 0, st->n_beta * sizeof *m->grad);
        memset(m->grad + st->bias, 0, st->n_bias * sizeof *m->grad);
    }
}

/* Members in their order. */
static void add_parts(th_net *net, size_t i0, size_t i1)
{
    for (int k = 1; k < net->n_members; k++) {
        const float *more = net->member[k].grad;
        for (size_t i = i0; i < i1; i++) net->grad[i] += more[i];
    }
}

/* Weights lie in the order of the stages. */
void th_net_gradient(th_net *net, size_t i0, size_t i1)
{
    for (int32_t i = 0; i < net->n_stages; i++) {
        const th_stage *st = &net->stage[i];
        if (!st->shared || st->w + st->n_w <= i0 || st->w >= i1) continue;
        if (st->w > i0) add_parts(net, i0, st->w);
        i0 = st->w + st->n_w;
    }
    add_parts(net, i0, i1);
}

/* dy of the member's columns -> dz, for the samples of all. */
static void columns_back(th_net *net, th_team *team, th_net_member *m, const th_stage *st)
{
    const range of = own_columns(net, m, st);
    look_again_back(net, team, m, st, of);
    backward_coefs(net, m, st, of);
    if (!st->n_gamma || of.begin == of.end) return;
    const size_t k = st->c + of.begin;
    const th_place at = th_place_plain(1, 1, (int32_t)(of.end - of.begin));
    for (int owner = 0; owner < net->n_members; owner++)
        for (int32_t n = th_net_share(net, owner); n < th_net_share(net, owner + 1); n++) {
            float *dy = th_stage_dy(&net->member[owner], st, n) + of.begin;
            st->kernels->norm_back(dy, th_stage_z(st, n) + of.begin, m->da + k, m->db + k, m->dc + k, &at, dy);
        }
}

void th_net_backward(th_net *net, th_team *team, int member)
{
    th_net_member *m = &net->member[member];
    const int32_t n0 = th_net_share(net, member), n1 = th_net_share(net, member + 1);
    m->forward = false;
    clear_gradients(net, m);
    th_team_barrier(team, member); /* all weights are flipped, and the last stage's dy is there */
    for (int32_t i = net->n_stages - 1; i >= 0; i--) {
        th_stage *st = &net->stage[i];
        if (!st->passes) continue;
        if (st->columns) columns_back(net, team, m, st);
        if (norm_learns(net, st) || (st->shared && i < net->n_stages - 1)) th_team_barrier(team, member);
        if (!st->columns) {
            look_again_back(net, team, m, st, all_channels(st));
            backward_coefs(net, m, st, all_channels(st));
        }
        st->row->backward(net, m, st, n0, n1);
        m->down = !m->down;
    }
}
