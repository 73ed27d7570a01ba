/* Products, places and first weights of LSTM and GRU; recurrent.h has the shapes. */
#include "train/kinds/recurrent.h"

#include "train/conv.h"

#include <math.h>
#include <string.h>

void th_recurrent_prepare(const th_net *net, th_stage *st)
{
    const th_recurrent *r = st->row->recurrent;
    const th_layer *l = &st->layer;
    const int32_t in = l->in_w * st->in_s, g = r->gates * st->s;
    const size_t share = (size_t)((net->batch + net->n_members - 1) / net->n_members);
    st->in[0].at = th_place_plain(l->in_h, l->in_w, st->in_s);
    st->dz_at = th_place_plain(l->out_h, 1, st->s);
    st->g = th_product(0, in, in, g); /* the pass knows the number of rows */
    st->n_flipped = (size_t)(in + st->s) * (size_t)g;
    st->n_w = st->n_flipped;
    st->n_bias = (size_t)(r->biases * g);
    st->n_keep = (size_t)((r->keeps + !l->sequence) * l->in_h) * (size_t)st->s;
    st->n_scratch = share * (size_t)g;
}

size_t th_recurrent_r(const th_stage *st)
{
    return st->w + (size_t)st->g.in_c * (size_t)st->g.out_c;
}

size_t th_recurrent_bias(const th_stage *st, int32_t k)
{
    return st->bias + (size_t)k * (size_t)st->g.out_c;
}

void th_recurrent_flip(const th_stage *st, const float *w, float *flipped)
{
    const int32_t in = st->g.in_c, g = st->g.out_c;
    st->kernels->transpose(w, in, g, flipped);
    st->kernels->transpose(w + in * g, st->s, g, flipped + in * g);
}

size_t th_recurrent_place(const th_stage *st, th_param_role role, size_t i)
{
    const th_layer *l = &st->layer;
    const size_t units = (size_t)l->filters, c = (size_t)l->in_c, s = (size_t)st->s;
    const size_t row = role == TH_PARAM_WEIGHTS     ? (size_t)l->in_w * c /* values for each output of a gate */
                       : role == TH_PARAM_RECURRENT ? units
                                                    : 1;
    const size_t out = i / row, k = i % row, at = (size_t)st->row->recurrent->order[out / units] * s + out % units;
    if (role == TH_PARAM_BIAS || role == TH_PARAM_BIAS_BACK)
        return th_recurrent_bias(st, role == TH_PARAM_BIAS_BACK) - st->w + at;
    const size_t from = role == TH_PARAM_WEIGHTS ? k / c * (size_t)st->in_s + k % c : (size_t)st->g.in_c + k;
    return from * (size_t)st->g.out_c + at;
}

size_t th_recurrent_count(const th_stage *st, th_param_role role)
{
    const th_recurrent *r = st->row->recurrent;
    const th_layer *l = &st->layer;
    const size_t outs = (size_t)(r->gates * l->filters);
    if (role == TH_PARAM_WEIGHTS) return outs * (size_t)(l->in_w * l->in_c);
    if (role == TH_PARAM_RECURRENT) return outs * (size_t)l->filters;
    return role == TH_PARAM_BIAS || (role == TH_PARAM_BIAS_BACK && r->biases > 1) ? outs : 0;
}

/* Rows v [n][step], of which n values count, become orthogonal and of length 1.  Source: Gram-Schmidt, modified. */
static void make_orthogonal(float *v, size_t n, size_t step)
{
    for (size_t i = 0; i < n; i++) {
        float *a = v + i * step;
        for (size_t k = 0; k <= i; k++) {
            const float *b = v + k * step;
            float dot = 0;
            for (size_t j = 0; j < n; j++) dot += a[j] * b[j];
            if (k == i)
                for (size_t j = 0; j < n; j++) a[j] /= sqrtf(dot);
            else
                for (size_t j = 0; j < n; j++) a[j] -= dot * b[j];
        }
    }
}

void th_recurrent_init(const th_stage *st, th_rng *rng, float *w)
{
    const int32_t gates = st->row->recurrent->gates;
    const th_layer *l = &st->layer;
    const size_t n = th_recurrent_count(st, TH_PARAM_WEIGHTS), n_r = th_recurrent_count(st, TH_PARAM_RECURRENT);
    const float dev = sqrtf(2.0f / (float)(l->in_w * l->in_c + l->filters));
    for (size_t i = 0; i < n; i++) w[th_recurrent_place(st, TH_PARAM_WEIGHTS, i)] = dev * th_rng_normal(rng);
    for (size_t i = 0; i < n_r; i++) w[th_recurrent_place(st, TH_PARAM_RECURRENT, i)] = th_rng_normal(rng);
    for (int32_t g = 0; g < gates; g++)
        make_orthogonal(w + (th_recurrent_r(st) - st->w) + g * st->s, (size_t)l->filters, (size_t)st->g.out_c);
}

float *th_recurrent_h(const th_stage *st, int32_t n0, int32_t n1)
{
    const size_t step = (size_t)st->layer.in_h * (size_t)st->s;
    if (st->layer.sequence) return th_stage_z(st, n0);
    return st->keep + (size_t)n0 * st->n_keep + (size_t)(n1 - n0) * (size_t)st->row->recurrent->keeps * step;
}

/* ---- products ---- */

void th_recurrent_product(const th_stage *st, int32_t n, int32_t a, int32_t b, const float *x, const float *w,
                          float *out)
{
    const th_conv c = th_product(n, st->layer.in_h * a, a, b);
    const th_finish f = {.out = out};
    st->kernels->conv(&c, x, w, &f);
}

void th_recurrent_gates(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1, float *gates)
{
    const size_t one = (size_t)st->layer.in_h * (size_t)st->g.in_c;
    const th_conv c = th_product((n1 - n0) * st->layer.in_h, st->g.in_c, st->g.in_c, st->g.out_c);
    const th_finish f = {.out = gates};
    for (int32_t n = n0; n < n1; n++) (void)th_net_read(net, m, st, 0, n, (size_t)(n - n0) * one);
    st->kernels->conv(&c, m->buffer + st->in[0].slot, net->w + st->w, &f);
}

void th_recurrent_out(const th_stage *st, int32_t n0, int32_t n1, const float *h)
{
    const size_t steps = (size_t)st->layer.in_h, s = (size_t)st->s;
    if (st->layer.sequence) return; /* h is z */
    for (int32_t n = n0; n < n1; n++)
        memcpy(th_stage_z(st, n), h + ((size_t)(n - n0 + 1) * steps - 1) * s, s * sizeof *h);
}

const float *th_recurrent_dz(th_net_member *m, const th_stage *st, int32_t n0, int32_t n1)
{
    float *dz = m->buffer + st->dz_slot;
    for (int32_t n = n0; n < n1; n++) th_net_dz(m, st, n, &st->dz_at, dz + (size_t)(n - n0) * th_stage_floats(st));
    return dz;
}

const float *th_recurrent_dz_at(const th_stage *st, const float *dz, size_t n, size_t t)
{
    const size_t steps = (size_t)st->layer.in_h, s = (size_t)st->s;
    if (st->layer.sequence) return dz + (n * steps + t) * s;
    return t + 1 == steps ? dz + n * s : NULL;
}

void th_recurrent_sum(const float *rows, size_t n, size_t width, float *g)
{
    for (size_t r = 0; r < n; r++)
        for (size_t k = 0; k < width; k++) g[k] += rows[r * width + k];
}

/* dR: h of steps 0 to T-2 with the gradients of steps 1 to T-1. */
static void back_to_r(const th_stage *st, int32_t n, const float *h, const float *dgates, float *gr)
{
    const int32_t steps = st->layer.in_h;
    th_conv c = th_product(steps - 1, st->s, st->s, st->g.out_c);
    c.out_h = n;
    c.in_row = steps * st->s;
    c.to_row = steps * c.out_c;
    if (steps > 1) st->kernels->conv_weights(&c, h, dgates + c.out_c, gr, true);
}

void th_recurrent_back(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1, const float *h,
                       const float *dgates, const float *dgates_h)
{
    const int32_t rows = (n1 - n0) * st->layer.in_h;
    const size_t one = (size_t)st->layer.in_h * (size_t)st->g.in_c;
    float *x = m->buffer + st->in[0].slot;
    const th_conv c = th_product(rows, st->g.in_c, st->g.in_c, st->g.out_c),
                  back = th_product(rows, st->g.out_c, st->g.out_c, st->g.in_c);
    for (int32_t n = n0; n < n1; n++) (void)th_net_read(net, m, st, 0, n, (size_t)(n - n0) * one);
    if (st->learns) {
        st->kernels->conv_weights(&c, x, dgates, m->grad + st->w, true);
        back_to_r(st, n1 - n0, h, dgates_h, m->grad + th_recurrent_r(st));
        th_recurrent_sum(dgates, (size_t)rows, (size_t)c.out_c, m->grad + th_recurrent_bias(st, 0));
    }
    if (!th_net_wants(st, 0)) return;
    const th_finish f = {.out = m->dx};
    st->kernels->conv(&back, dgates, net->flipped + st->w_back, &f);
    for (int32_t n = n0; n < n1; n++) th_net_read_back(net, m, st, 0, n, m->dx + (size_t)(n - n0) * one);
}
