/* The kinds of layers: forward and backward of each. */
#include "train/net.h"

#include <string.h>

static size_t out_size(const th_stage *st)
{
    return (size_t)st->out_px * (size_t)st->s;
}

static float *dz_of(const th_net *net, th_net_member *m, th_stage *st, int32_t n, const float *dy, float *dz)
{
    st->kernels->norm_back(dy + (size_t)n * net->dy_floats, st->z + (size_t)n * out_size(st), m->da + st->c,
                           m->db + st->c, m->dc + st->c, &st->dz_at, dz);
    return dz;
}

/* ---- convolution: z = x * w;  dw = x^T dz;  dx = dz * (w turned round) ---- */

static void conv_forward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1)
{
    for (int32_t n = n0; n < n1; n++) {
        const float *x = th_net_read(net, m, st, n, 0);
        float *z = st->z + (size_t)n * out_size(st);
        st->kernels->conv(&st->g, x, net->w + st->w, z);
        if (net->training && st->layer->batch_norm) st->kernels->moments(z, st->out_px, st->s, m->sum + 2 * st->c);
    }
}

static void conv_backward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1, const float *dy,
                          float *dy_in)
{
    for (int32_t n = n0; n < n1; n++) {
        const float *dz = dz_of(net, m, st, n, dy, m->buffer + st->dz_slot), *x = th_net_read(net, m, st, n, 0);
        st->kernels->conv_weights(&st->g, x, dz, &st->dz_at, m->grad + st->w);
        if (!dy_in) continue;
        st->kernels->conv(&st->back, m->buffer + st->dz_slot, net->flipped + st->w_back, m->dx);
        th_net_read_back(net, m, st, n, x, m->dx, dy_in);
    }
}

/* ---- depthwise: the same, channel by channel ---- */

static void depthwise_forward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1)
{
    for (int32_t n = n0; n < n1; n++) {
        const float *x = th_net_read(net, m, st, n, 0);
        float *z = st->z + (size_t)n * out_size(st);
        st->kernels->depthwise(&st->g, x, net->w + st->w, z);
        if (net->training && st->layer->batch_norm) st->kernels->moments(z, st->out_px, st->s, m->sum + 2 * st->c);
    }
}

static void depthwise_backward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1, const float *dy,
                               float *dy_in)
{
    for (int32_t n = n0; n < n1; n++) {
        const float *dz = dz_of(net, m, st, n, dy, m->buffer + st->dz_slot), *x = th_net_read(net, m, st, n, 0);
        st->kernels->depthwise_weights(&st->g, x, dz, &st->dz_at, m->grad + st->w);
        if (!dy_in) continue;
        st->kernels->depthwise(&st->back, m->buffer + st->dz_slot, net->flipped + st->w_back, m->dx);
        th_net_read_back(net, m, st, n, x, m->dx, dy_in);
    }
}

/* ---- dense: a 1x1 convolution over a picture whose pixels are the member's samples ---- */

static void dense_forward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1)
{
    th_geom g = st->g;
    g.out_h = n1 - n0;
    if (g.out_h == 0) return;
    for (int32_t n = n0; n < n1; n++) (void)th_net_read(net, m, st, n, (size_t)(n - n0) * (size_t)g.in_s);
    float *z = st->z + (size_t)n0 * (size_t)st->s;
    st->kernels->conv(&g, m->buffer + st->in_slot, net->w + st->w, z);
    if (net->training && st->layer->batch_norm) st->kernels->moments(z, g.out_h, st->s, m->sum + 2 * st->c);
}

static void dense_backward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1, const float *dy,
                           float *dy_in)
{
    const size_t k = (size_t)st->g.in_s, s = (size_t)st->s;
    th_geom g = st->g, back = st->back;
    th_place at = st->dz_at;
    g.out_h = back.out_h = at.h = n1 - n0;
    if (g.out_h == 0) return;
    float *x = m->buffer + st->in_slot, *dz = m->buffer + st->dz_slot;
    for (int32_t n = n0; n < n1; n++) {
        if (!st->kept) (void)th_net_read(net, m, st, n, (size_t)(n - n0) * k);
        (void)dz_of(net, m, st, n, dy, dz + (size_t)(n - n0) * s);
    }
    st->kernels->conv_weights(&g, x, dz, &at, m->grad + st->w);
    if (!dy_in) return;
    st->kernels->conv(&back, dz, net->flipped + st->w_back, m->dx);
    for (int32_t n = n0; n < n1; n++) {
        const size_t at_n = (size_t)(n - n0) * k;
        th_net_read_back(net, m, st, n, x + at_n, m->dx + at_n, dy_in);
    }
}

/* ---- pools: windows are cut at the picture's border, as in TFLite ---- */

typedef struct window {
    int32_t r0, r1, c0, c1;
} window;

static int32_t max32(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

static int32_t min32(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

static int32_t pad_before(int32_t in, int32_t out, int32_t k, int32_t stride)
{
    return max32(0, (out - 1) * stride + k - in) / 2;
}

/* The part of output pixel p's window that lies in the picture. */
static window window_of(const th_layer *l, int32_t p)
{
    const int32_t r = p / l->out_w * l->stride_h - pad_before(l->in_h, l->out_h, l->k_h, l->stride_h);
    const int32_t c = p % l->out_w * l->stride_w - pad_before(l->in_w, l->out_w, l->k_w, l->stride_w);
    return (window){max32(0, r), min32(l->in_h, r + l->k_h), max32(0, c), min32(l->in_w, c + l->k_w)};
}

static void avgpool_forward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1)
{
    const th_layer *l = st->layer;
    for (int32_t n = n0; n < n1; n++) {
        const float *x = th_net_read(net, m, st, n, 0);
        for (int32_t p = 0; p < st->out_px; p++) {
            const window w = window_of(l, p);
            float *z = st->z + (size_t)n * out_size(st) + (size_t)(p * st->s);
            memset(z, 0, (size_t)st->s * sizeof *z);
            for (int32_t r = w.r0; r < w.r1; r++)
                for (int32_t c = w.c0; c < w.c1; c++)
                    for (int32_t i = 0; i < st->s; i++) z[i] += x[(r * l->in_w + c) * st->s + i];
            const float part = 1.0f / (float)((w.r1 - w.r0) * (w.c1 - w.c0));
            for (int32_t i = 0; i < st->s; i++) z[i] *= part;
        }
    }
}

static void avgpool_backward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1, const float *dy,
                             float *dy_in)
{
    const th_layer *l = st->layer;
    if (!dy_in) return;
    for (int32_t n = n0; n < n1; n++) {
        const float *x = th_net_read(net, m, st, n, 0);
        memset(m->dx, 0, (size_t)(l->in_h * l->in_w * st->s) * sizeof *m->dx);
        for (int32_t p = 0; p < st->out_px; p++) {
            const window w = window_of(l, p);
            const float *d = dy + (size_t)n * net->dy_floats + (size_t)(p * st->s);
            const float part = 1.0f / (float)((w.r1 - w.r0) * (w.c1 - w.c0));
            for (int32_t r = w.r0; r < w.r1; r++)
                for (int32_t c = w.c0; c < w.c1; c++)
                    for (int32_t i = 0; i < st->s; i++) m->dx[(r * l->in_w + c) * st->s + i] += part * d[i];
        }
        th_net_read_back(net, m, st, n, x, m->dx, dy_in);
    }
}

static void maxpool_forward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1)
{
    const th_layer *l = st->layer;
    for (int32_t n = n0; n < n1; n++) {
        const float *x = th_net_read(net, m, st, n, 0);
        for (int32_t p = 0; p < st->out_px; p++) {
            const window w = window_of(l, p);
            float *z = st->z + (size_t)n * out_size(st) + (size_t)(p * st->s);
            memcpy(z, x + (w.r0 * l->in_w + w.c0) * st->s, (size_t)st->s * sizeof *z);
            for (int32_t r = w.r0; r < w.r1; r++)
                for (int32_t c = w.c0; c < w.c1; c++)
                    for (int32_t i = 0; i < st->s; i++) {
                        const float v = x[(r * l->in_w + c) * st->s + i];
                        z[i] = v > z[i] ? v : z[i];
                    }
        }
    }
}

/* The gradient goes to the first of the largest values of a window. */
static void maxpool_backward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1, const float *dy,
                             float *dy_in)
{
    const th_layer *l = st->layer;
    if (!dy_in) return;
    for (int32_t n = n0; n < n1; n++) {
        const float *x = th_net_read(net, m, st, n, 0);
        memset(m->dx, 0, (size_t)(l->in_h * l->in_w * st->s) * sizeof *m->dx);
        for (int32_t e = 0; e < st->out_px * st->s; e++) {
            const window w = window_of(l, e / st->s);
            const int32_t i = e % st->s;
            int32_t best = (w.r0 * l->in_w + w.c0) * st->s + i;
            for (int32_t r = w.r0; r < w.r1; r++)
                for (int32_t c = w.c0; c < w.c1; c++) {
                    const int32_t k = (r * l->in_w + c) * st->s + i;
                    if (x[k] > x[best]) best = k;
                }
            m->dx[best] += dy[(size_t)n * net->dy_floats + (size_t)e];
        }
        th_net_read_back(net, m, st, n, x, m->dx, dy_in);
    }
}

static const th_stage_row rows[] = {
    {TH_LAYER_CONV2D, conv_forward, conv_backward},        {TH_LAYER_DEPTHWISE, depthwise_forward, depthwise_backward},
    {TH_LAYER_DENSE, dense_forward, dense_backward},       {TH_LAYER_AVGPOOL, avgpool_forward, avgpool_backward},
    {TH_LAYER_MAXPOOL, maxpool_forward, maxpool_backward},
};

const th_stage_row *th_stage_row_find(th_layer_kind kind)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].kind == kind) return &rows[i];
    return NULL;
}
