/* gru: a gated unit without a cell of its own, "reset after": the reset gate works on what the recurrent weights made,
 * as in cuDNN, PyTorch and Keras (reset_after=True, its default), not on h before them as in the first paper.
 *
 *   z = sigmoid(Wz x + bz + Rz h' + az)     r = sigmoid(Wr x + br + Rr h' + ar)
 *   q = Rn h' + an                          n = tanh(Wn x + bn + r * q)
 *   h = z * h' + (1 - z) * n
 *
 * h' of the step before, zero before the first step of every sample; b is the BIAS, a the BIAS_BACK.  Logical tensors
 * have the gates in Keras' order z, r, n.  Backwards, with dh the gradient at h from the output and from step t+1:
 *
 *   at the sums:  z: dh * (h' - n) * z(1-z)    n: dn = dh * (1-z) * (1-n^2)    r: dn * q * r(1-r)    q: dn * r
 *   dh' = dh * z + Rz^T (z's) + Rr^T (r's) + Rn^T (q's)
 *
 * Kept for the way back, each [N][T][3s]: gates z, r, n, which become the gradients on the side of x; and z, r, q on
 * the side of h, of which only q is needed forwards; and h.
 * Sources: Cho et al. 2014; Keras 2.x, keras/layers/rnn/gru.py. */
#include "train/kinds/recurrent.h"

#include <string.h>

enum { Z, R, N }; /* places of the gates; q has n's */

static const th_recurrent form = {.gates = 3, .biases = 2, .order = {Z, R, N}, .keeps = 6};

/* Arrays of samples n0 to n1. */
typedef struct views {
    float *gates, *side_h, *h;
    size_t n, steps, s;
} views;

static views view(const th_stage *st, int32_t n0, int32_t n1)
{
    views v = {.n = (size_t)(n1 - n0), .steps = (size_t)st->layer.in_h, .s = (size_t)st->s};
    v.gates = st->keep + (size_t)n0 * st->n_keep;
    v.side_h = v.gates + v.n * v.steps * 3 * v.s;
    v.h = th_recurrent_h(st, n0, n1);
    return v;
}

/* ---- forward ---- */

static void add(size_t n, const float *restrict x, float *restrict to)
{
    for (size_t k = 0; k < n; k++) to[k] += x[k];
}

static void add_product(size_t s, const float *restrict r, const float *restrict q, float *restrict n)
{
    for (size_t k = 0; k < s; k++) n[k] += r[k] * q[k];
}

/* before NULL: h' was zero. */
static void mix(size_t s, const float *restrict gates, const float *restrict before, float *restrict h)
{
    for (size_t k = 0; k < s; k++) h[k] = (1 - gates[Z * s + k]) * gates[N * s + k];
    for (size_t k = 0; before && k < s; k++) h[k] += gates[Z * s + k] * before[k];
}

static void step(const th_net *net, const th_net_member *m, const th_stage *st, const views *v, size_t t)
{
    const size_t s = v->s;
    const float *b = net->w + th_recurrent_bias(st, 0), *a = net->w + th_recurrent_bias(st, 1);
    float *sums = m->scratch;
    if (t > 0)
        th_recurrent_product(st, (int32_t)v->n, st->s, 3 * st->s, v->h + (t - 1) * s, net->w + th_recurrent_r(st),
                             sums);
    else
        memset(sums, 0, v->n * 3 * s * sizeof *sums);
    for (size_t n = 0; n < v->n; n++, sums += 3 * s) {
        const size_t row = n * v->steps + t;
        float *gates = v->gates + row * 3 * s, *q = v->side_h + row * 3 * s + N * s, *h = v->h + row * s;
        add(3 * s, a, sums);
        add(3 * s, b, gates);
        add(2 * s, sums, gates); /* z and r */
        memcpy(q, sums + N * s, s * sizeof *q);
        st->kernels->sigmoid(2 * st->s, gates);
        add_product(s, gates + R * s, q, gates + N * s);
        st->kernels->tanh(st->s, gates + N * s);
        mix(s, gates, t > 0 ? h - s : NULL, h);
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

/* Gates -> gradients on both sides; dh -> what goes straight to h' of the step before, dh * z.  before NULL: h' was
 * zero. */
static void back_gates(size_t s, const float *restrict before, float *restrict dh, float *restrict gates,
                       float *restrict side_h)
{
    for (size_t k = 0; k < s; k++) {
        const float z = gates[Z * s + k], r = gates[R * s + k], n = gates[N * s + k], q = side_h[N * s + k];
        const float dn = dh[k] * (1 - z) * (1 - n * n), dz = dh[k] * ((before ? before[k] : 0) - n) * z * (1 - z);
        const float dr = dn * q * r * (1 - r);
        gates[Z * s + k] = side_h[Z * s + k] = dz;
        gates[R * s + k] = side_h[R * s + k] = dr;
        gates[N * s + k] = dn;
        side_h[N * s + k] = dn * r;
        dh[k] *= z;
    }
}

static void backward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1)
{
    const views v = view(st, n0, n1);
    const size_t s = v.s;
    if (v.n == 0) return;
    const float *dz = th_recurrent_dz(m, st, n0, n1),
                *turned = net->flipped + st->w_back + (size_t)st->g.in_c * (size_t)st->g.out_c;
    float *dh = m->scratch, *from_gates = dh + v.n * s;
    memset(dh, 0, v.n * s * sizeof *dh);
    for (size_t t = v.steps; t-- > 0;) {
        if (t + 1 < v.steps) {
            th_recurrent_product(st, (int32_t)v.n, 3 * st->s, st->s, v.side_h + (t + 1) * 3 * s, turned, from_gates);
            add(v.n * s, from_gates, dh);
        }
        for (size_t n = 0; n < v.n; n++) {
            const size_t row = n * v.steps + t;
            const float *own = th_recurrent_dz_at(st, dz, n, t);
            if (own) add(s, own, dh + n * s);
            back_gates(s, t > 0 ? v.h + (row - 1) * s : NULL, dh + n * s, v.gates + row * 3 * s,
                       v.side_h + row * 3 * s);
        }
    }
    if (st->learns) th_recurrent_sum(v.side_h, v.n * v.steps, 3 * s, m->grad + th_recurrent_bias(st, 1));
    th_recurrent_back(net, m, st, n0, n1, v.h, v.gates, v.side_h);
}

const th_stage_row th_kind_gru = {.kind = TH_LAYER_GRU,
                                  .prepare = th_recurrent_prepare,
                                  .forward = forward,
                                  .backward = backward,
                                  .flip = th_recurrent_flip,
                                  .place = th_recurrent_place,
                                  .count = th_recurrent_count,
                                  .init = th_recurrent_init,
                                  .per_batch = true,
                                  .raw = true,
                                  .recurrent = &form};
