/* avgpool and maxpool: windows are cut at the picture's border, as in TFLite. */
#include "train/net.h"

#include <math.h>
#include <string.h>

static void prepare(const th_net *net, th_stage *st)
{
    (void)net;
    const th_layer *l = &st->layer;
    st->in[0].at = th_place_plain(l->in_h, l->in_w, st->in_s);
    st->dz_at = th_place_plain(l->out_h, l->out_w, st->s);
    st->n_scratch = 2 * (size_t)st->s;
}

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

/* The part of output pixel p's window that lies in the picture. */
static window window_of(const th_layer *l, int32_t p)
{
    const int32_t r =
        p / l->out_w * l->stride_h - th_pad_total(l->in_h, l->out_h, l->k_h, l->stride_h, 1, l->padding) / 2;
    const int32_t c =
        p % l->out_w * l->stride_w - th_pad_total(l->in_w, l->out_w, l->k_w, l->stride_w, 1, l->padding) / 2;
    return (window){max32(0, r), min32(l->in_h, r + l->k_h), max32(0, c), min32(l->in_w, c + l->k_w)};
}

static void avgpool_forward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1)
{
    const th_layer *l = &st->layer;
    for (int32_t n = n0; n < n1; n++) {
        const float *x = th_net_read(net, m, st, 0, n, 0);
        for (int32_t p = 0; p < st->out_px; p++) {
            const window w = window_of(l, p);
            float *z = th_stage_z(st, n) + p * st->s;
            memset(z, 0, (size_t)st->s * sizeof *z);
            for (int32_t r = w.r0; r < w.r1; r++)
                for (int32_t c = w.c0; c < w.c1; c++)
                    for (int32_t i = 0; i < st->s; i++) z[i] += x[(r * l->in_w + c) * st->s + i];
            const float part = 1.0f / (float)((w.r1 - w.r0) * (w.c1 - w.c0));
            for (int32_t i = 0; i < st->s; i++) z[i] *= part;
        }
        th_net_moments(net, m, st, n, 1);
    }
}

static void avgpool_backward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1)
{
    const th_layer *l = &st->layer;
    float *dz = m->buffer + st->dz_slot;
    if (!th_net_wants(st, 0)) return;
    for (int32_t n = n0; n < n1; n++) {
        th_net_dz(m, st, n, &st->dz_at, dz);
        memset(m->dx, 0, (size_t)(l->in_h * l->in_w * st->s) * sizeof *m->dx);
        for (int32_t p = 0; p < st->out_px; p++) {
            const window w = window_of(l, p);
            const float *d = dz + p * st->s;
            const float part = 1.0f / (float)((w.r1 - w.r0) * (w.c1 - w.c0));
            for (int32_t r = w.r0; r < w.r1; r++)
                for (int32_t c = w.c0; c < w.c1; c++)
                    for (int32_t i = 0; i < st->s; i++) m->dx[(r * l->in_w + c) * st->s + i] += part * d[i];
        }
        th_net_read_back(net, m, st, 0, n, m->dx);
    }
}

static void maxpool_forward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1)
{
    const th_layer *l = &st->layer;
    for (int32_t n = n0; n < n1; n++) {
        const float *x = th_net_read(net, m, st, 0, n, 0);
        for (int32_t p = 0; p < st->out_px; p++) {
            const window w = window_of(l, p);
            float *z = th_stage_z(st, n) + p * st->s;
            memcpy(z, x + (w.r0 * l->in_w + w.c0) * st->s, (size_t)st->s * sizeof *z);
            for (int32_t r = w.r0; r < w.r1; r++)
                for (int32_t c = w.c0; c < w.c1; c++)
                    for (int32_t i = 0; i < st->s; i++) {
                        const float v = x[(r * l->in_w + c) * st->s + i];
                        z[i] = v > z[i] ? v : z[i];
                    }
        }
        th_net_moments(net, m, st, n, 1);
    }
}

/* The gradient d [s] of a window goes to the first of its largest values; channels side by side, so that this becomes
 * vector code.  x, dx: the picture; most, left: room for [s]. */
static void give_to_largest(const th_layer *l, window w, size_t s, const float *restrict x, const float *restrict d,
                            float *restrict dx, float *restrict most, float *restrict left)
{
    for (size_t i = 0; i < s; i++) most[i] = -INFINITY, left[i] = d[i];
    for (int32_t r = w.r0; r < w.r1; r++)
        for (int32_t c = w.c0; c < w.c1; c++) {
            const float *v = x + (size_t)(r * l->in_w + c) * s;
            for (size_t i = 0; i < s; i++) most[i] = v[i] > most[i] ? v[i] : most[i];
        }
    for (int32_t r = w.r0; r < w.r1; r++)
        for (int32_t c = w.c0; c < w.c1; c++) {
            const size_t at = (size_t)(r * l->in_w + c) * s;
            for (size_t i = 0; i < s; i++) {
                const float here = x[at + i] == most[i] ? left[i] : 0;
                dx[at + i] += here;
                left[i] -= here;
            }
        }
}

static void maxpool_backward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1)
{
    const th_layer *l = &st->layer;
    float *dz = m->buffer + st->dz_slot;
    const size_t s = (size_t)st->s;
    if (!th_net_wants(st, 0)) return;
    for (int32_t n = n0; n < n1; n++) {
        const float *x = th_net_read(net, m, st, 0, n, 0);
        th_net_dz(m, st, n, &st->dz_at, dz);
        memset(m->dx, 0, (size_t)(l->in_h * l->in_w * st->s) * sizeof *m->dx);
        for (int32_t px = 0; px < st->out_px; px++)
            give_to_largest(l, window_of(l, px), s, x, dz + (size_t)px * s, m->dx, m->scratch, m->scratch + s);
        th_net_read_back(net, m, st, 0, n, m->dx);
    }
}

const th_stage_row th_kind_avgpool = {
    .kind = TH_LAYER_AVGPOOL, .prepare = prepare, .forward = avgpool_forward, .backward = avgpool_backward};
const th_stage_row th_kind_maxpool = {
    .kind = TH_LAYER_MAXPOOL, .prepare = prepare, .forward = maxpool_forward, .backward = maxpool_backward};
