/* lstm: a layer with a memory cell per unit.  Gates and formulas are those of TFLite's UNIDIRECTIONAL_SEQUENCE_LSTM
 * (nn/lstm.h), which is what it is exported as:
 *
 *   i = sigmoid(Wi x + Ri h + bi)    f = sigmoid(Wf x + Rf h + bf)
 *   g = tanh(Wg x + Rg h + bg)       o = sigmoid(Wo x + Ro h + bo)
 *   c = f * c' + i * g               h = o * tanh(c)
 *
 * h and c' of the step before; zero before the first step of every sample.  Backwards, from the last step to the first,
 * with dh the gradient at h from the layer's output and from step t+1:
 *
 *   dc = dh * o * (1 - tanh(c)^2) + (f * dc) of step t+1
 *   at the sums:  i: dc * g * i(1-i)    f: dc * c' * f(1-f)    g: dc * i * (1-g^2)    o: dh * tanh(c) * o(1-o)
 *
 * Logical tensors have the gates in the order i, f, g, o; stored are i, f, o, g, so that the sigmoids are side by side.
 * Kept for the way back: the gates [N][T][4s], which become their gradients, c and tanh(c) [N][T][s], and h.
 * Sources: Hochreiter & Schmidhuber 1997; Gers et al. 2000 (forget gate); Jozefowicz et al. 2015 (its bias is 1). */
#include "train/kinds/recurrent.h"

#include <string.h>

enum { I, F, O, G, FORGET = 1 }; /* stored places; FORGET: the logical one */

static const th_recurrent form = {.gates = 4, .biases = 1, .order = {I, F, G, O}, .keeps = 6};

/* Arrays of samples n0 to n1. */
typedef struct views {
    float *gates, *c, *tanh_c, *h;
    size_t n, steps, s;
} views;

static views view(const th_stage *st, int32_t n0, int32_t n1)
{
    views v = {.n = (size_t)(n1 - n0), .steps = (size_t)st->layer.in_h, .s = (size_t)st->s};
    v.gates = st->keep + (size_t)n0 * st->n_keep;
    v.c = v.gates + v.n * v.steps * 4 * v.s;
    v.tanh_c = v.c + v.n * v.steps * v.s;
    v.h = th_recurrent_h(st, n0, n1);
    return v;
}

/* ---- forward ---- */

static void add_sums(size_t n, const float *restrict bias, const float *restrict sums, float *restrict gates)
{
    for (size_t k = 0; k < n; k++) gates[k] += bias[k];
    for (size_t k = 0; sums && k < n; k++) gates[k] += sums[k];
}

/* c from the gates; before NULL: it was zero. */
static void move_cell(size_t s, const float *restrict gates, const float *restrict before, float *restrict c)
{
    for (size_t k = 0; k < s; k++) c[k] = gates[I * s + k] * gates[G * s + k];
    for (size_t k = 0; before && k < s; k++) c[k] += gates[F * s + k] * before[k];
}

static void multiply(size_t s, const float *restrict a, const float *restrict b, float *restrict out)
{
    for (size_t k = 0; k < s; k++) out[k] = a[k] * b[k];
}

static void step(const th_net *net, const th_net_member *m, const th_stage *st, const views *v, size_t t)
{
    const size_t s = v->s;
    const float *bias = net->w + th_recurrent_bias(st, 0);
    if (t > 0)
        th_recurrent_product(st, (int32_t)v->n, st->s, 4 * st->s, v->h + (t - 1) * s, net->w + th_recurrent_r(st),
                             m->scratch);
    for (size_t n = 0; n < v->n; n++) {
        const size_t row = n * v->steps + t;
        float *gates = v->gates + row * 4 * s, *c = v->c + row * s, *tanh_c = v->tanh_c + row * s;
        add_sums(4 * s, bias, t > 0 ? m->scratch + n * 4 * s : NULL, gates);
        st->kernels->sigmoid(3 * st->s, gates);
        st->kernels->tanh(st->s, gates + G * s);
        move_cell(s, gates, t > 0 ? c - s : NULL, c);
        memcpy(tanh_c, c, s * sizeof *c);
        st->kernels->tanh(st->s, tanh_c);
        multiply(s, gates + O * s, tanh_c, v->h + row * s);
    }
}

static void forward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1)
{
    const views v = view(st, n0, n1);
    if (v.n == 0) return;
    th_recurrent_gates(net, m, st, n0, n1, v.gates);
    for (size_t t = 0; t < v.steps; t++) step(net, m, st, &v, t);
    th_recurrent_out(st, n0, n1, v.h);
}

/* ---- backward ---- */

/* Gates -> their gradients; dc of step t+1 times its f -> the same of this step.  before NULL: c' was zero. */
static void back_cell(size_t s, const float *restrict dh, const float *restrict tanh_c, const float *restrict before,
                      float *restrict dc, float *restrict gates)
{
    for (size_t k = 0; k < s; k++) {
        const float i = gates[I * s + k], f = gates[F * s + k], o = gates[O * s + k], g = gates[G * s + k];
        const float d = dh[k] * o * (1 - tanh_c[k] * tanh_c[k]) + dc[k];
        gates[O * s + k] = dh[k] * tanh_c[k] * o * (1 - o);
        gates[I * s + k] = d * g * i * (1 - i);
        gates[G * s + k] = d * i * (1 - g * g);
        gates[F * s + k] = (before ? d * before[k] : 0) * f * (1 - f);
        dc[k] = d * f;
    }
}

static void backward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1)
{
    const views v = view(st, n0, n1);
    const size_t s = v.s;
    if (v.n == 0) return;
    const float *dz = th_recurrent_dz(m, st, n0, n1),
                *turned = net->flipped + st->w_back + (size_t)st->g.in_c * (size_t)st->g.out_c;
    float *dh = m->scratch, *dc = dh + v.n * s;
    memset(dh, 0, 2 * v.n * s * sizeof *dh);
    for (size_t t = v.steps; t-- > 0;) {
        if (t + 1 < v.steps)
            th_recurrent_product(st, (int32_t)v.n, 4 * st->s, st->s, v.gates + (t + 1) * 4 * s, turned, dh);
        for (size_t n = 0; n < v.n; n++) {
            const size_t row = n * v.steps + t;
            const float *own = th_recurrent_dz_at(st, dz, n, t);
            for (size_t k = 0; own && k < s; k++) dh[n * s + k] += own[k];
            back_cell(s, dh + n * s, v.tanh_c + row * s, t > 0 ? v.c + (row - 1) * s : NULL, dc + n * s,
                      v.gates + row * 4 * s);
        }
    }
    th_recurrent_back(net, m, st, n0, n1, v.h, v.gates, v.gates);
}

/* ---- parameters ---- */

static void init(const th_stage *st, th_rng *rng, float *w)
{
    const size_t units = (size_t)st->layer.filters;
    th_recurrent_init(st, rng, w);
    for (size_t u = 0; u < units; u++) w[th_recurrent_place(st, TH_PARAM_BIAS, FORGET * units + u)] = 1;
}

const th_stage_row th_kind_lstm = {.kind = TH_LAYER_LSTM,
                                   .prepare = th_recurrent_prepare,
                                   .forward = forward,
                                   .backward = backward,
                                   .flip = th_recurrent_flip,
                                   .place = th_recurrent_place,
                                   .count = th_recurrent_count,
                                   .init = init,
                                   .per_batch = true,
                                   .raw = true,
                                   .recurrent = &form};
