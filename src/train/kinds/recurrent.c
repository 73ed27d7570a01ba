/* Products, places and first weights of LSTM and GRU; recurrent.h has the shapes. */
#include "train/kinds/recurrent.h"

#include <math.h>
#include <string.h>

static th_geom product_of(int32_t a, int32_t b)
{
    return (th_geom){.pad_w = 1, .in_s = a, .out_s = b, .out_w = 1, .k_h = 1, .k_w = 1, .stride_h = 1, .stride_w = 1};
}

void th_recurrent_prepare(const th_recurrent *r, const th_net *net, th_stage *st)
{
    const th_layer *l = &st->layer;
    const int32_t in = l->in_w * st->in_s, g = r->gates * st->s;
    const size_t share = (size_t)((net->batch + net->n_members - 1) / net->n_members);
    st->in[0].at = th_place_plain(l->in_h, l->in_w, st->in_s);
    st->dz_at = th_place_plain(l->out_h, 1, st->s);
    st->g = product_of(in, g);
    st->back = product_of(g, in);
    st->n_flipped = (size_t)(in + st->s) * (size_t)g;
    st->n_w = st->n_flipped + (size_t)(r->biases * g);
    st->n_keep = (size_t)((r->keeps + !l->sequence) * l->in_h) * (size_t)st->s;
    st->n_scratch = share * (size_t)g;
}

size_t th_recurrent_r(const th_stage *st)
{
    return st->w + (size_t)st->g.in_s * (size_t)st->g.out_s;
}

size_t th_recurrent_bias(const th_stage *st, int32_t k)
{
    return st->w + (size_t)(st->g.in_s + st->s + k) * (size_t)st->g.out_s;
}

static void transpose(const float *w, size_t rows, size_t columns, float *f)
{
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < columns; c++) f[c * rows + r] = w[r * columns + c];
}

void th_recurrent_flip(const th_stage *st, const float *w, float *flipped)
{
    const size_t in = (size_t)st->g.in_s, g = (size_t)st->g.out_s;
    transpose(w, in, g, flipped);
    transpose(w + in * g, (size_t)st->s, g, flipped + in * g);
}

size_t th_recurrent_place(const th_recurrent *r, const th_stage *st, th_param_role role, size_t i)
{
    const th_layer *l = &st->layer;
    const size_t units = (size_t)l->filters, c = (size_t)l->in_c, s = (size_t)st->s;
    const size_t row = role == TH_PARAM_WEIGHTS     ? (size_t)l->in_w * c /* values for each output of a gate */
                       : role == TH_PARAM_RECURRENT ? units
                                                    : 1;
    const size_t out = i / row, k = i % row, first = (size_t)st->g.in_s;
    const size_t from = role == TH_PARAM_WEIGHTS     ? k / c * (size_t)st->in_s + k % c
                        : role == TH_PARAM_RECURRENT ? first + k
                        : role == TH_PARAM_BIAS      ? first + s
                                                     : first + s + 1;
    return from * (size_t)st->g.out_s + (size_t)r->order[out / units] * s + out % units;
}

size_t th_recurrent_count(const th_recurrent *r, const th_stage *st, th_param_role role)
{
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

void th_recurrent_init(const th_recurrent *r, const th_stage *st, th_rng *rng, float *w)
{
    const th_layer *l = &st->layer;
    const size_t n = th_recurrent_count(r, st, TH_PARAM_WEIGHTS), n_r = th_recurrent_count(r, st, TH_PARAM_RECURRENT);
    const float dev = sqrtf(2.0f / (float)(l->in_w * l->in_c + l->filters));
    for (size_t i = 0; i < n; i++) w[th_recurrent_place(r, st, TH_PARAM_WEIGHTS, i)] = dev * th_rng_normal(rng);
    for (size_t i = 0; i < n_r; i++) w[th_recurrent_place(r, st, TH_PARAM_RECURRENT, i)] = th_rng_normal(rng);
    for (int32_t g = 0; g < r->gates; g++)
        make_orthogonal(w + (th_recurrent_r(st) - st->w) + g * st->s, (size_t)l->filters, (size_t)st->g.out_s);
}

float *th_recurrent_h(const th_recurrent *r, const th_stage *st, int32_t n0, int32_t n1)
{
    const size_t step = (size_t)st->layer.in_h * (size_t)st->s;
    if (st->layer.sequence) return th_stage_z(st, n0);
    return st->keep + (size_t)n0 * st->n_keep + (size_t)(n1 - n0) * (size_t)r->keeps * step;
}

/* ---- products ---- */

void th_recurrent_product(const th_stage *st, int32_t n, int32_t a, int32_t b, const float *x, const float *w,
                          float *out)
{
    th_geom g = product_of(a, b);
    g.pad_w = st->layer.in_h;
    g.out_h = n;
    st->kernels->conv(&g, x, w, out);
}

void th_recurrent_gates(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1, float *gates)
{
    th_geom g = st->g;
    const size_t one = (size_t)st->layer.in_h * (size_t)g.in_s;
    for (int32_t n = n0; n < n1; n++) (void)th_net_read(net, m, st, 0, n, (size_t)(n - n0) * one);
    g.out_h = (n1 - n0) * st->layer.in_h;
    st->kernels->conv(&g, m->buffer + st->in[0].slot, net->w + st->w, gates);
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
    th_geom g = product_of(st->s, st->g.out_s);
    g.pad_w = steps;
    g.out_h = n;
    g.out_w = steps - 1;
    th_place at = th_place_plain(n, steps - 1, st->g.out_s);
    at.left = 1;
    at.pad_w = steps;
    if (steps > 1) st->kernels->conv_weights(&g, h, dgates, &at, gr);
}

void th_recurrent_back(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1, const float *h,
                       const float *dgates, const float *dgates_h)
{
    const int32_t rows = (n1 - n0) * st->layer.in_h;
    const size_t one = (size_t)st->layer.in_h * (size_t)st->g.in_s;
    float *x = m->buffer + st->in[0].slot;
    th_geom g = st->g, back = st->back;
    const th_place at = th_place_plain(rows, 1, g.out_s);
    g.out_h = back.out_h = rows;
    for (int32_t n = n0; n < n1 && !st->kept; n++) (void)th_net_read(net, m, st, 0, n, (size_t)(n - n0) * one);
    if (st->learns) {
        st->kernels->conv_weights(&g, x, dgates, &at, m->grad + st->w);
        back_to_r(st, n1 - n0, h, dgates_h, m->grad + th_recurrent_r(st));
        th_recurrent_sum(dgates, (size_t)rows, (size_t)g.out_s, m->grad + th_recurrent_bias(st, 0));
    }
    if (!th_net_wants(st, 0)) return;
    st->kernels->conv(&back, dgates, net->flipped + st->w_back, m->dx);
    for (int32_t n = n0; n < n1; n++) {
        const size_t at_n = (size_t)(n - n0) * one;
        th_net_read_back(net, m, st, 0, n, x + at_n, m->dx + at_n);
    }
}
