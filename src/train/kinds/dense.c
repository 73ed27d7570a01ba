/* dense: z [samples][s] = x [samples][inputs] * w [inputs][s].
 *
 * A member takes its samples, but of the weights' gradient (when the stage is `shared`) it takes a part of the inputs,
 * for the samples of all: nobody has to clear, and nobody to add up, gradients as large as the weights.  When the stage
 * is `parted` it takes these inputs forwards, too: the weights that it uses are then those that it changes. */
#include "train/conv.h"
#include "train/net.h"

#include <string.h>

#define SAMPLES 48   /* at once, at most */
#define PIECE   8192 /* floats of x that are made at once, unless a picture's pixel has more */

static int32_t min32(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

static int32_t inputs_of(const th_stage *st)
{
    return st->layer.in_h * st->layer.in_w * st->in_s;
}

/* Inputs are divided at multiples of this: at whole pixels, or at whole vectors. */
static int32_t unit_of(const th_stage *st)
{
    return st->in_s < inputs_of(st) ? st->in_s : TH_MOST_LANES;
}

static void prepare(const th_net *net, th_stage *st)
{
    (void)net;
    const th_layer *l = &st->layer;
    const size_t x = (size_t)SAMPLES * (size_t)unit_of(st);
    st->in[0].at = th_place_plain(l->in_h, l->in_w, st->in_s);
    st->dz_at = th_place_plain(1, 1, st->s);
    st->n_w = st->n_flipped = (size_t)inputs_of(st) * (size_t)st->s;
    st->unit = (size_t)unit_of(st) * (size_t)st->s;
    st->n_scratch = (x > PIECE ? x : PIECE) + (size_t)SAMPLES * (size_t)st->s;
}

/* n in parts of at most SAMPLES, as equal as can be. */
static int32_t samples_at_once(int32_t n)
{
    const int32_t parts = (n + SAMPLES - 1) / SAMPLES;
    return (n + parts - 1) / parts;
}

/* Inputs of `most` that are read at once for n samples. */
static int32_t inputs_at_once(const th_stage *st, int32_t n, int32_t most)
{
    const int32_t unit = unit_of(st), fit = PIECE / n / unit * unit;
    return min32(most, fit > unit ? fit : unit);
}

/* Inputs [i0, i0 + count) of n samples from sample p of `from` on, in x or where they are; rows *step floats apart. */
static const float *read_part(const th_stage *st, const th_read *from, int32_t p, int32_t n, int32_t i0, int32_t count,
                              float *x, int32_t *step)
{
    const int32_t all = inputs_of(st), s = st->in_s < all ? st->in_s : count; /* channels of what is read */
    const size_t first = (size_t)p * (size_t)all + (size_t)i0;
    *step = from->a ? count : all;
    if (!from->a) return from->z + first;
    th_read r = *from;
    if (st->in_s == all) r.a += i0, r.b += i0;
    const int32_t calls = count == all ? 1 : n; /* whole samples lie one behind the other */
    const th_place at = th_place_plain(1, n / calls * (count / s), s);
    for (int32_t k = 0; k < calls; k++) {
        const size_t e = first + (size_t)k * (size_t)all;
        r.z = from->z + e;
        r.mask = from->mask ? from->mask + e : NULL;
        st->kernels->read(&r, &at, x + (size_t)k * (size_t)count);
    }
    return x;
}

static float *dz_room(const th_net_member *m, const th_stage *st)
{
    return m->scratch + st->n_scratch - (size_t)SAMPLES * (size_t)st->s;
}

/* dz of n samples from sample p of `back` on. */
static const float *dz_part(const th_net_member *m, const th_stage *st, const th_back *back, int32_t p, int32_t n)
{
    const size_t e = (size_t)p * (size_t)st->s;
    if (!back->z) return back->dy + e;
    const th_place at = th_place_plain(1, n, st->s);
    st->kernels->norm_back(back->dy + e, back->z + e, back->da, back->db, back->dc, &at, dz_room(m, st));
    return dz_room(m, st);
}

/* out [n][s] = inputs [i0, i1) of n samples, times their weights; sum: of out and its squares, or NULL. */
static void multiply(const th_net *net, const th_net_member *m, const th_stage *st, const th_read *from, int32_t n,
                     int32_t i0, int32_t i1, float *out, float *sum)
{
    const int32_t most = samples_at_once(n), count = inputs_at_once(st, most, i1 - i0);
    const bool parts = from->a && count < i1 - i0; /* sums are of whole values */
    for (int32_t p = 0; p < n; p += most)
        for (int32_t i = i0; i < i1; i += parts ? count : i1 - i0) {
            const int32_t np = min32(most, n - p), ni = parts ? min32(count, i1 - i) : i1 - i0;
            int32_t step;
            const float *x = read_part(st, from, p, np, i, ni, m->scratch, &step);
            const th_conv c = th_product(np, step, ni, st->s);
            const th_finish f = {.out = out + (size_t)p * (size_t)st->s, .sum = parts ? NULL : sum, .add = i > i0};
            st->kernels->conv(&c, x, net->w + st->w + (size_t)i * (size_t)st->s, &f);
        }
    if (parts && sum) st->kernels->moments(out, n, st->s, sum);
}

static void forward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1)
{
    const int32_t n = n1 - n0;
    if (n == 0) return;
    const th_read from = th_net_source(net, m, st, n0, n);
    multiply(net, m, st, &from, n, 0, inputs_of(st), th_stage_z(st, n0), th_net_sums(net, m, st));
}

/* Inputs of a stage that are a member's; those of member + 1 begin where they end. */
static int32_t first_input(const th_net *net, const th_stage *st, int member)
{
    return (int32_t)(th_net_part(net, st, member) / (size_t)st->s);
}

static void part(th_net *net, th_net_member *m, th_stage *st, float *out)
{
    const int member = (int)(m - net->member);
    const int32_t i0 = first_input(net, st, member), i1 = first_input(net, st, member + 1);
    const th_read from = th_net_source(net, m, st, 0, net->n);
    if (i0 < i1)
        multiply(net, m, st, &from, net->n, i0, i1, out, NULL);
    else
        memset(out, 0, (size_t)net->n * (size_t)st->s * sizeof *out);
}

/* What a member does on the way back: of inputs [i0, i1). */
typedef struct job {
    th_net *net;
    th_net_member *m;
    th_stage *st;
    int32_t i0, i1;
    float *gw;            /* gradient of all weights, or NULL */
    const float *flipped; /* [s][i1 - i0], or NULL: the inputs want no gradient */
    bool add;             /* to gw */
} job;

static void weights_back(const job *b, const th_read *from, int32_t p, int32_t n, const float *dz)
{
    const th_stage *st = b->st;
    const int32_t count = inputs_at_once(st, n, b->i1 - b->i0);
    for (int32_t i = b->i0; i < b->i1; i += count) {
        const int32_t ni = min32(count, b->i1 - i);
        int32_t step;
        const float *x = read_part(st, from, p, n, i, ni, b->m->scratch, &step);
        const th_conv c = th_product(n, step, ni, st->s);
        st->kernels->conv_weights(&c, x, dz, b->gw + (size_t)i * (size_t)st->s, b->add);
    }
}

static void inputs_back(const job *b, const th_read *from, const th_input_grad *to, int32_t p, int32_t n,
                        const float *dz)
{
    const th_stage *st = b->st;
    const int32_t all = inputs_of(st), i0 = st->in_s == all ? b->i0 : 0; /* whole pixels have the same channels */
    const size_t e = (size_t)p * (size_t)all + (size_t)b->i0;
    th_read r = *from;
    r.z += e;
    if (r.mask) r.mask += e;
    if (r.a) r.a += i0, r.b += i0;
    th_conv c = th_product(n, st->s, st->s, b->i1 - b->i0);
    c.in_c = st->layer.out_c; /* channels that only fill up have no gradient */
    c.to_row = n * all;
    c.to_col = all;
    const th_finish f = {.out = to->dy + e,
                         .sum = from->a ? to->sum + i0 : NULL,
                         .back = from->a ? &r : NULL,
                         .channels = st->in_s,
                         .add = to->add};
    st->kernels->conv(&c, dz, b->flipped, &f);
}

/* For the samples of member `of`. */
static void samples_back(job *b, int of)
{
    const int32_t n0 = th_net_share(b->net, of), n = th_net_share(b->net, of + 1) - n0, most = samples_at_once(n);
    if (n == 0 || b->i0 == b->i1) return;
    const th_net_member *owner = &b->net->member[of];
    const th_read from = th_net_source(b->net, b->m, b->st, n0, n);
    th_back back = th_net_back(b->m, b->st, n0);
    th_input_grad to = th_net_target(b->m, b->st, &from, n0);
    back.dy = th_stage_dy(owner, b->st, n0);
    if (from.a && to.dy) to.dy = th_stage_dy(owner, b->st->in[0].from, n0);
    for (int32_t p = 0; p < n; p += most) {
        const int32_t np = min32(most, n - p);
        const float *dz = dz_part(b->m, b->st, &back, p, np);
        if (b->gw) weights_back(b, &from, p, np, dz);
        if (b->flipped) inputs_back(b, &from, &to, p, np, dz);
        b->add = true;
    }
    if (b->flipped) th_net_target_done(b->net, b->m, b->st, &from, n0, n);
}

/* The member's inputs, for the samples of all. */
static void shared_back(th_net *net, th_net_member *m, th_stage *st)
{
    const int member = (int)(m - net->member);
    job b = {.net = net, .m = m, .st = st, .i0 = first_input(net, st, member), .i1 = first_input(net, st, member + 1)};
    b.gw = net->grad + st->w;
    if (st->across && b.i0 < b.i1) {
        const size_t at = th_net_part(net, st, member);
        float *flipped = net->flipped + st->w_back + at;
        st->kernels->transpose(net->w + st->w + at, b.i1 - b.i0, st->s, flipped);
        b.flipped = flipped;
    }
    for (int of = 0; of < net->n_members; of++) samples_back(&b, of);
}

/* Every float of the weights' gradient is written, by somebody. */
static void backward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1)
{
    job b = {.net = net, .m = m, .st = st, .i1 = inputs_of(st)};
    if (st->shared)
        shared_back(net, m, st);
    else if (st->learns)
        b.gw = m->grad + st->w;
    if (!st->across && th_net_wants(st, 0)) b.flipped = net->flipped + st->w_back;
    if (b.gw && n0 == n1) memset(b.gw, 0, st->n_w * sizeof *b.gw);
    if (b.gw || b.flipped) samples_back(&b, (int)(m - net->member));
}

static void flip(const th_stage *st, const float *w, float *f)
{
    st->kernels->transpose(w, inputs_of(st), st->s, f);
}

static size_t place(const th_stage *st, th_param_role role, size_t i)
{
    (void)role;
    const size_t c = (size_t)st->layer.in_c, in = c * (size_t)(st->layer.in_h * st->layer.in_w);
    const size_t o = i / in, px = i % in / c;
    return (px * (size_t)st->in_s + i % c) * (size_t)st->s + o;
}

static size_t count(const th_stage *st, th_param_role role)
{
    const th_layer *l = &st->layer;
    return role == TH_PARAM_WEIGHTS ? (size_t)(l->in_h * l->in_w * l->in_c) * (size_t)l->out_c : 0;
}

const th_stage_row th_kind_dense = {.kind = TH_LAYER_DENSE,
                                    .prepare = prepare,
                                    .forward = forward,
                                    .part = part,
                                    .backward = backward,
                                    .flip = flip,
                                    .place = place,
                                    .count = count,
                                    .per_batch = true,
                                    .raw = true,
                                    .whole_gradient = true};
