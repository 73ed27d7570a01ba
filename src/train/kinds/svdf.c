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
#include "train/conv.h"
#include "train/net.h"

#include <math.h>
#include <string.h>

/* Steps before the first that an output looks at. */
static int32_t lead_of(const th_layer *l)
{
    return l->sequence ? l->memory - 1 : l->memory - l->in_h;
}

/* The picture as the depthwise kernel sees it. */
static th_conv_shape over_time(const th_stage *st)
{
    const th_layer *l = &st->layer;
    return (th_conv_shape){.in_h = l->out_h + l->memory - 1,
                           .in_w = l->rank,
                           .in_s = st->s,
                           .out_h = l->out_h,
                           .out_w = 1,
                           .out_s = st->s,
                           .k_h = l->memory,
                           .k_w = l->rank,
                           .stride_h = 1,
                           .stride_w = 1,
                           .dil_h = 1,
                           .dil_w = 1};
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
    return st->w + (size_t)st->g.in_c * (size_t)st->g.out_c;
}

static void prepare(const th_net *net, th_stage *st)
{
    (void)net;
    const th_layer *l = &st->layer;
    const int32_t in = l->in_w * st->in_s, filters = l->rank * st->s;
    st->in[0].at = th_place_plain(l->in_h, l->in_w, st->in_s);
    st->dz_at = th_place_plain(l->out_h, 1, st->s);
    st->g = th_product(l->in_h, in, in, filters);
    st->back = th_product(l->in_h, filters, filters, in);
    st->shape = over_time(st);
    st->n_flipped = (size_t)in * (size_t)filters;
    st->n_w = st->n_flipped + (size_t)l->memory * step_floats(st);
    st->n_keep = zeros_of(st) + (size_t)l->in_h * step_floats(st);
    st->n_scratch = st->n_keep + th_depthwise_room(&st->shape); /* ds, then the kernel's room */
}

static void forward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1)
{
    for (int32_t n = n0; n < n1; n++) {
        float *s = st->keep + (size_t)n * st->n_keep; /* its zeros stay */
        const th_read picture = {.z = s + skipped_of(st)};
        const th_finish f = {.out = s + zeros_of(st)};
        st->kernels->conv(&st->g, th_net_read(net, m, st, 0, n, 0), net->w + st->w, &f);
        st->kernels->depthwise(&st->shape, &picture, net->w + first_of_v(st), m->scratch + st->n_keep,
                               th_stage_z(st, n), th_net_sums(net, m, st));
    }
}

static void backward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1)
{
    float *dz = m->buffer + st->dz_slot, *ds = m->scratch; /* ds [lead + T][rank][s] */
    float *gv = st->learns ? m->grad + first_of_v(st) : NULL;
    const th_back back = {.dy = dz};
    const th_input_grad to = {.dy = ds + skipped_of(st)};
    for (int32_t n = n0; n < n1; n++) {
        const th_read picture = {.z = st->keep + (size_t)n * st->n_keep + skipped_of(st)};
        th_net_dz(m, st, n, &st->dz_at, dz);
        memset(ds, 0, skipped_of(st) * sizeof *ds);
        st->kernels->depthwise_back(&st->shape, &picture, &back, net->w + first_of_v(st), m->scratch + st->n_keep, gv,
                                    &to);
        if (st->learns)
            st->kernels->conv_weights(&st->g, th_net_read(net, m, st, 0, n, 0), ds + zeros_of(st), m->grad + st->w,
                                      true);
        if (!th_net_wants(st, 0)) continue;
        const th_finish f = {.out = m->dx};
        st->kernels->conv(&st->back, ds + zeros_of(st), net->flipped + st->w_back, &f);
        th_net_read_back(net, m, st, 0, n, m->dx);
    }
}

static void flip(const th_stage *st, const float *w, float *f)
{
    st->kernels->transpose(w, st->g.in_c, st->g.out_c, f);
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
    const size_t first = role == TH_PARAM_WEIGHTS ? k / c * (size_t)st->in_s + k % c : (size_t)st->g.in_c + k;
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
