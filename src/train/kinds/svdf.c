/* svdf: a dense layer over time whose weights are split into a part over the values of a step and one over time.
 *
 *   s[t][u, r] = sum_i x[t][i] * w[u, r][i]                          r = 0 .. rank-1
 *   z[t][u]    = sum_r sum_k s[t - memory + 1 + k][u, r] * v[u, r][k]     k = 0 .. memory-1, steps before the first: 0
 *
 * and then bias and activation.  Of the whole sequence (word "sequence") every t is an output, else only the last.
 * It is trained, and exported, on a whole window; as a stream of single steps it is TFLite's SVDF (nn/svdf.h), with the
 * same w, v and bias: filter u * rank + r, its state the s of the last `memory` steps.
 *
 * s is a picture [lead + T][rank][stored units]: w makes it, as a 1x1 convolution, and v is a depthwise kernel of
 * memory x rank that goes down over it, so that the sum over the rank is part of it.  `lead` steps of zeros stand in
 * front, or (lead < 0) the first steps are not looked at.  Parameters: w [in][rank][s], then v [memory][rank][s].
 * Kept for the way back: s.
 * Source: Nakkiran et al. 2015, "Compressing deep neural networks using a rank-constrained topology". */
#include "train/net.h"

#include <math.h>
#include <string.h>

/* Steps before the first that an output looks at. */
static int32_t lead_of(const th_layer *l)
{
    return l->sequence ? l->memory - 1 : l->memory - l->in_h;
}

/* The picture as the depthwise kernel sees it. */
static th_geom over_time(const th_stage *st)
{
    const th_layer *l = &st->layer;
    return (th_geom){.pad_w = l->rank,
                     .in_s = st->s,
                     .out_s = st->s,
                     .out_h = l->out_h,
                     .out_w = 1,
                     .k_h = l->memory,
                     .k_w = l->rank,
                     .stride_h = 1,
                     .stride_w = 1};
}

/* Floats of one step in the picture; of zeros in front of it; of steps that the kernel leaves out. */
static size_t step_floats(const th_stage *st)
{
    return (size_t)st->layer.rank * (size_t)st->s;
}

static size_t zeros_of(const th_stage *st)
{
    const int32_t lead = lead_of(&st->layer);
    return lead > 0 ? (size_t)lead * step_floats(st) : 0;
}

static size_t skipped_of(const th_stage *st)
{
    const int32_t lead = lead_of(&st->layer);
    return lead < 0 ? (size_t)-lead * step_floats(st) : 0;
}

/* First parameter of v. */
static size_t first_of_v(const th_stage *st)
{
    return st->w + (size_t)st->g.in_s * (size_t)st->g.out_s;
}

static void prepare(const th_net *net, th_stage *st)
{
    (void)net;
    const th_layer *l = &st->layer;
    const int32_t in = l->in_w * st->in_s, filters = l->rank * st->s;
    st->in[0].at = th_place_plain(l->in_h, l->in_w, st->in_s);
    st->dz_at = th_place_plain(l->out_h, 1, st->s);
    st->g = (th_geom){.pad_w = 1,
                      .in_s = in,
                      .out_s = filters,
                      .out_h = l->in_h,
                      .out_w = 1,
                      .k_h = 1,
                      .k_w = 1,
                      .stride_h = 1,
                      .stride_w = 1};
    st->back = st->g;
    st->back.in_s = filters;
    st->back.out_s = in;
    st->n_flipped = (size_t)in * (size_t)filters;
    st->n_w = st->n_flipped + (size_t)l->memory * step_floats(st);
    st->n_keep = zeros_of(st) + (size_t)l->in_h * step_floats(st);
    st->n_scratch = st->n_keep;
}

static void forward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1)
{
    const th_geom time = over_time(st);
    for (int32_t n = n0; n < n1; n++) {
        float *s = st->keep + (size_t)n * st->n_keep; /* its zeros stay */
        const float *x = th_net_read(net, m, st, 0, n, 0);
        st->kernels->conv(&st->g, x, net->w + st->w, s + zeros_of(st));
        st->kernels->depthwise(&time, s + skipped_of(st), net->w + first_of_v(st), th_stage_z(st, n));
        th_net_moments(net, m, st, n, 1);
    }
}

static void add_times(size_t s, const float *restrict a, const float *restrict b, float *restrict to)
{
    for (size_t k = 0; k < s; k++) to[k] += a[k] * b[k];
}

/* ds [lead + T][rank][s] from dz [out_h][s] */
static void back_over_time(const th_stage *st, const float *v, const float *dz, float *ds)
{
    const size_t s = (size_t)st->s, rank = (size_t)st->layer.rank, taps = (size_t)st->layer.memory * rank;
    memset(ds, 0, st->n_keep * sizeof *ds);
    for (size_t t = 0; t < (size_t)st->layer.out_h; t++)
        for (size_t k = 0; k < taps; k++) add_times(s, dz + t * s, v + k * s, ds + skipped_of(st) + (t * rank + k) * s);
}

static void backward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1)
{
    const th_geom time = over_time(st);
    const th_place at = th_place_plain(st->g.out_h, 1, st->g.out_s);
    float *dz = m->buffer + st->dz_slot;
    for (int32_t n = n0; n < n1; n++) {
        const float *s = st->keep + (size_t)n * st->n_keep;
        const float *ds = m->scratch + zeros_of(st), *x = th_net_read(net, m, st, 0, n, 0);
        th_net_dz(m, st, n, &st->dz_at, dz);
        back_over_time(st, net->w + first_of_v(st), dz, m->scratch);
        if (st->learns) {
            st->kernels->depthwise_weights(&time, s + skipped_of(st), dz, &st->dz_at, m->grad + first_of_v(st));
            st->kernels->conv_weights(&st->g, x, ds, &at, m->grad + st->w);
        }
        if (!th_net_wants(st, 0)) continue;
        st->kernels->conv(&st->back, ds, net->flipped + st->w_back, m->dx);
        th_net_read_back(net, m, st, 0, n, x, m->dx);
    }
}

static void flip(const th_stage *st, const float *w, float *f)
{
    const size_t in = (size_t)st->g.in_s, out = (size_t)st->g.out_s;
    for (size_t i = 0; i < in; i++)
        for (size_t o = 0; o < out; o++) f[o * in + i] = w[i * out + o];
}

static size_t count(const th_stage *st, th_param_role role)
{
    const th_layer *l = &st->layer;
    const size_t filters = (size_t)(l->filters * l->rank);
    return role == TH_PARAM_WEIGHTS     ? filters * (size_t)(l->in_w * l->in_c)
           : role == TH_PARAM_RECURRENT ? filters * (size_t)l->memory
                                        : 0;
}

static size_t place(const th_stage *st, th_param_role role, size_t i)
{
    const th_layer *l = &st->layer;
    const size_t c = (size_t)l->in_c, rank = (size_t)l->rank, s = (size_t)st->s;
    const size_t row = role == TH_PARAM_WEIGHTS ? (size_t)l->in_w * c : (size_t)l->memory;
    const size_t filter = i / row, k = i % row;
    const size_t first = role == TH_PARAM_WEIGHTS ? k / c * (size_t)st->in_s + k % c : (size_t)st->g.in_s + k;
    return (first * rank + filter % rank) * s + filter / rank;
}

/* s has the deviation of x; z, He's before a ReLU, of `rank * steps` products each. */
static void init(const th_stage *st, th_rng *rng, float *w)
{
    const th_layer *l = &st->layer;
    const size_t n = count(st, TH_PARAM_WEIGHTS), n_v = count(st, TH_PARAM_RECURRENT);
    const int32_t steps = l->memory < l->in_h ? l->memory : l->in_h;
    const float dev = sqrtf(1.0f / (float)(l->in_w * l->in_c));
    const float dev_v = sqrtf((l->act == TH_LAYER_ACT_NONE ? 1.0f : 2.0f) / (float)(l->rank * steps));
    for (size_t i = 0; i < n; i++) w[place(st, TH_PARAM_WEIGHTS, i)] = dev * th_rng_normal(rng);
    for (size_t i = 0; i < n_v; i++) w[place(st, TH_PARAM_RECURRENT, i)] = dev_v * th_rng_normal(rng);
}

const th_stage_row th_kind_svdf = {.kind = TH_LAYER_SVDF,
                                   .prepare = prepare,
                                   .forward = forward,
                                   .backward = backward,
                                   .flip = flip,
                                   .place = place,
                                   .count = count,
                                   .init = init,
                                   .raw = true};
