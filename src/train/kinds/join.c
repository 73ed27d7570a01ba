/* Layers without weights that look at values one by one: add, multiply, concat, softmax, reshape, upsample, and the
 * stage that changes nothing (an activation or a dropout that could not be merged). */
#include "train/net.h"

#include <math.h>
#include <string.h>

/* All inputs plain, dz plain. */
static void prepare(const th_net *net, th_stage *st)
{
    const th_layer *l = &st->layer;
    for (int32_t k = 0; k < st->n_in; k++) {
        const th_stage *from = st->in[k].from;
        st->in[k].at = from ? th_place_plain(from->layer.out_h, from->layer.out_w, from->s)
                            : th_place_plain(net->spec->in_h, net->spec->in_w, th_stored(net->spec->in_c));
    }
    st->dz_at = th_place_plain(l->out_h, l->out_w, st->s);
}

static size_t floats_of(const th_place *at)
{
    return (size_t)at->h * (size_t)at->w * (size_t)at->s;
}

/* Calls fn for each sample with the inputs read; fn writes z. */
typedef void forward_fn(const th_stage *st, const float *const x[], float *z);

static void every_forward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1, forward_fn *fn)
{
    for (int32_t n = n0; n < n1; n++) {
        const float *x[TH_MAX_LAYER_INPUTS];
        for (int32_t k = 0; k < st->n_in; k++) x[k] = th_net_read(net, m, st, k, n, 0);
        fn(st, x, th_stage_z(st, n));
        th_net_moments(net, m, st, n, 1);
    }
}

/* Calls fn for each sample and input that wants a gradient; fn writes dx of input k. */
typedef void backward_fn(const th_stage *st, int32_t k, const float *const x[], const float *z, const float *dz,
                         float *dx);

static void every_backward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1, backward_fn *fn)
{
    float *dz = m->buffer + st->dz_slot;
    for (int32_t n = n0; n < n1; n++) {
        const float *x[TH_MAX_LAYER_INPUTS];
        for (int32_t k = 0; k < st->n_in; k++) x[k] = th_net_read(net, m, st, k, n, 0);
        th_net_dz(m, st, n, &st->dz_at, dz);
        for (int32_t k = 0; k < st->n_in; k++) {
            if (!th_net_wants(st, k)) continue;
            fn(st, k, x, th_stage_z(st, n), dz, m->dx);
            th_net_read_back(net, m, st, k, n, m->dx);
        }
    }
}

/* Defines forward and backward of a kind from its two functions on one sample. */
#define PASSES(kind)                                                                                                   \
    static void kind##_forward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1)                    \
    {                                                                                                                  \
        every_forward(net, m, st, n0, n1, kind##_value);                                                               \
    }                                                                                                                  \
    static void kind##_backward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1)                   \
    {                                                                                                                  \
        every_backward(net, m, st, n0, n1, kind##_gradient);                                                           \
    }

/* ---- add, multiply, same ---- */

static void add_value(const th_stage *st, const float *const x[], float *z)
{
    const size_t n = th_stage_floats(st);
    for (size_t i = 0; i < n; i++) z[i] = x[0][i] + x[1][i];
}

static void same_gradient(const th_stage *st, int32_t k, const float *const x[], const float *z, const float *dz,
                          float *dx)
{
    (void)k, (void)x, (void)z;
    memcpy(dx, dz, th_stage_floats(st) * sizeof *dx);
}

static void same_value(const th_stage *st, const float *const x[], float *z)
{
    memcpy(z, x[0], th_stage_floats(st) * sizeof *z);
}

static void multiply_value(const th_stage *st, const float *const x[], float *z)
{
    const size_t n = th_stage_floats(st);
    for (size_t i = 0; i < n; i++) z[i] = x[0][i] * x[1][i];
}

static void multiply_gradient(const th_stage *st, int32_t k, const float *const x[], const float *z, const float *dz,
                              float *dx)
{
    (void)z;
    const size_t n = th_stage_floats(st);
    for (size_t i = 0; i < n; i++) dx[i] = dz[i] * x[1 - k][i];
}

#define add_gradient same_gradient
PASSES(add)
PASSES(same)
PASSES(multiply)

/* ---- concat: channels behind each other ---- */

static int32_t first_channel(const th_stage *st, int32_t k)
{
    int32_t c = 0;
    for (int32_t i = 0; i < k; i++) c += st->in[i].from ? st->in[i].from->layer.out_c : st->layer.in_c;
    return c;
}

/* Channels that input k really has; the stored ones beyond are zero. */
static int32_t channels(const th_stage *st, int32_t k)
{
    return first_channel(st, k + 1) - first_channel(st, k);
}

static void concat_value(const th_stage *st, const float *const x[], float *z)
{
    memset(z, 0, th_stage_floats(st) * sizeof *z);
    for (int32_t k = 0; k < st->n_in; k++)
        for (int32_t p = 0; p < st->out_px; p++)
            memcpy(z + p * st->s + first_channel(st, k), x[k] + p * st->in[k].at.s,
                   (size_t)channels(st, k) * sizeof *z);
}

static void concat_gradient(const th_stage *st, int32_t k, const float *const x[], const float *z, const float *dz,
                            float *dx)
{
    (void)x, (void)z;
    memset(dx, 0, floats_of(&st->in[k].at) * sizeof *dx);
    for (int32_t p = 0; p < st->out_px; p++)
        memcpy(dx + p * st->in[k].at.s, dz + p * st->s + first_channel(st, k), (size_t)channels(st, k) * sizeof *dx);
}

PASSES(concat)

/* ---- softmax over the channels of each pixel: dx = p * (dp - sum(p * dp)) ---- */

static void softmax_value(const th_stage *st, const float *const x[], float *z)
{
    const int32_t c = st->layer.out_c, s = st->s;
    memset(z, 0, th_stage_floats(st) * sizeof *z);
    for (int32_t p = 0; p < st->out_px; p++) {
        const float *v = x[0] + p * s;
        float top = v[0], sum = 0;
        for (int32_t i = 1; i < c; i++) top = v[i] > top ? v[i] : top;
        for (int32_t i = 0; i < c; i++) sum += z[p * s + i] = expf(v[i] - top);
        for (int32_t i = 0; i < c; i++) z[p * s + i] /= sum;
    }
}

static void softmax_gradient(const th_stage *st, int32_t k, const float *const x[], const float *z, const float *dz,
                             float *dx)
{
    (void)k, (void)x;
    const int32_t s = st->s;
    for (int32_t p = 0; p < st->out_px; p++) {
        float dot = 0;
        for (int32_t i = 0; i < s; i++) dot += z[p * s + i] * dz[p * s + i];
        for (int32_t i = 0; i < s; i++) dx[p * s + i] = z[p * s + i] * (dz[p * s + i] - dot);
    }
}

PASSES(softmax)

/* ---- reshape: the same values in the same order, in other pixels ---- */

/* Place of logical value i in a picture of c channels that are stored as s. */
static size_t stored_at(size_t i, int32_t c, int32_t s)
{
    return i / (size_t)c * (size_t)s + i % (size_t)c;
}

static void reshape_value(const th_stage *st, const float *const x[], float *z)
{
    const th_layer *l = &st->layer;
    const size_t n = (size_t)st->out_px * (size_t)l->out_c;
    memset(z, 0, th_stage_floats(st) * sizeof *z);
    for (size_t i = 0; i < n; i++) z[stored_at(i, l->out_c, st->s)] = x[0][stored_at(i, l->in_c, st->in_s)];
}

static void reshape_gradient(const th_stage *st, int32_t k, const float *const x[], const float *z, const float *dz,
                             float *dx)
{
    (void)k, (void)x, (void)z;
    const th_layer *l = &st->layer;
    const size_t n = (size_t)st->out_px * (size_t)l->out_c;
    memset(dx, 0, floats_of(&st->in[0].at) * sizeof *dx);
    for (size_t i = 0; i < n; i++) dx[stored_at(i, l->in_c, st->in_s)] = dz[stored_at(i, l->out_c, st->s)];
}

PASSES(reshape)

/* ---- upsample: every pixel becomes scale_h x scale_w equal ones ---- */

static size_t source_pixel(const th_layer *l, int32_t p)
{
    return (size_t)(p / l->out_w / l->scale_h * l->in_w + p % l->out_w / l->scale_w);
}

static void upsample_value(const th_stage *st, const float *const x[], float *z)
{
    const size_t s = (size_t)st->s;
    for (int32_t p = 0; p < st->out_px; p++)
        memcpy(z + (size_t)p * s, x[0] + source_pixel(&st->layer, p) * s, s * sizeof *z);
}

static void upsample_gradient(const th_stage *st, int32_t k, const float *const x[], const float *z, const float *dz,
                              float *dx)
{
    (void)k, (void)x, (void)z;
    const size_t s = (size_t)st->s;
    memset(dx, 0, floats_of(&st->in[0].at) * sizeof *dx);
    for (int32_t p = 0; p < st->out_px; p++)
        for (size_t i = 0; i < s; i++) dx[source_pixel(&st->layer, p) * s + i] += dz[(size_t)p * s + i];
}

PASSES(upsample)

#define ROW(name, of)                                                                                                  \
    const th_stage_row th_kind_##name = {                                                                              \
        .kind = of, .prepare = prepare, .forward = name##_forward, .backward = name##_backward}
ROW(add, TH_LAYER_ADD);
ROW(multiply, TH_LAYER_MULTIPLY);
ROW(concat, TH_LAYER_CONCAT);
ROW(same, TH_LAYER_ACTIVATION);
ROW(softmax, TH_LAYER_SOFTMAX);
ROW(reshape, TH_LAYER_RESHAPE);
ROW(upsample, TH_LAYER_UPSAMPLE);
