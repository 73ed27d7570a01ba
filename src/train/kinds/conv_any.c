/* Convolutions with groups and dilation, tap by tap. */
#include "train/kinds/conv_any.h"

#include <string.h>

void th_conv_places(th_stage *st)
{
    const th_layer *l = &st->layer;
    const int32_t add_h = th_pad_total(l->in_h, l->out_h, l->k_h, l->stride_h, l->dilation_h, l->padding);
    const int32_t add_w = th_pad_total(l->in_w, l->out_w, l->k_w, l->stride_w, l->dilation_w, l->padding);
    th_place *at = &st->in[0].at;
    *at = th_place_plain(l->in_h, l->in_w, st->in_s);
    at->top = add_h / 2;
    at->left = add_w / 2;
    at->pad_h += add_h;
    at->pad_w += add_w;
    st->g = (th_geom){.pad_w = at->pad_w,
                      .in_s = st->in_s,
                      .out_s = st->s,
                      .out_h = l->out_h,
                      .out_w = l->out_w,
                      .k_h = l->k_h,
                      .k_w = l->k_w,
                      .stride_h = l->stride_h,
                      .stride_w = l->stride_w};
    if (!th_conv_is_plain(l)) {
        st->dz_at = th_place_plain(l->out_h, l->out_w, st->s);
        return;
    }
    /* dx[i] = sum over kr of dz[r] * w[kr] where r*stride + kr - top = i: with dz spread out by the
     * stride and k-1-top zeros in front this is a convolution with the kernel turned round */
    st->dz_at = (th_place){.h = l->out_h,
                           .w = l->out_w,
                           .s = st->s,
                           .top = l->k_h - 1 - add_h / 2,
                           .left = l->k_w - 1 - add_w / 2,
                           .step_h = l->stride_h,
                           .step_w = l->stride_w,
                           .pad_h = l->in_h + l->k_h - 1,
                           .pad_w = l->in_w + l->k_w - 1};
    st->back = (th_geom){.pad_w = st->dz_at.pad_w,
                         .in_s = st->s,
                         .out_s = st->in_s,
                         .out_h = l->in_h,
                         .out_w = l->in_w,
                         .k_h = l->k_h,
                         .k_w = l->k_w,
                         .stride_h = 1,
                         .stride_w = 1};
}

void th_conv_flip(const th_stage *st, size_t taps, const float *w, float *f)
{
    const size_t s = (size_t)st->s, in = (size_t)st->g.in_s;
    for (size_t k = 0; k < taps; k++)
        for (size_t ci = 0; ci < in; ci++)
            for (size_t co = 0; co < s; co++) f[((taps - 1 - k) * s + co) * in + ci] = w[(k * in + ci) * s + co];
}

/* One tap at one output pixel: offsets of the input pixel, the output pixel, the tap's weights. */
typedef struct at_tap {
    const th_stage *st;
    size_t x, z, w;
} at_tap;

typedef void tap_fn(const at_tap *t, const float *a, const float *b, float *to);

/* Runs fn at every output pixel and tap.  x_at: how the input lies; outside of it (dx has no border) taps fall away. */
static void every_tap(const th_stage *st, const th_place *x_at, tap_fn *fn, const float *a, const float *b, float *to)
{
    const th_layer *l = &st->layer;
    const size_t per_tap = (size_t)(l->in_c / l->groups) * (size_t)st->s;
    const int32_t top = x_at->top - st->in[0].at.top, left = x_at->left - st->in[0].at.left;
    for (int32_t p = 0; p < st->out_px; p++)
        for (int32_t k = 0; k < l->k_h * l->k_w; k++) {
            const int32_t r = p / l->out_w * l->stride_h + k / l->k_w * l->dilation_h + top;
            const int32_t c = p % l->out_w * l->stride_w + k % l->k_w * l->dilation_w + left;
            if (r < 0 || r >= x_at->pad_h || c < 0 || c >= x_at->pad_w) continue;
            const at_tap t = {.st = st,
                              .x = (size_t)(r * x_at->pad_w + c) * (size_t)st->in_s,
                              .z = (size_t)p * (size_t)st->s,
                              .w = (size_t)k * per_tap};
            fn(&t, a, b, to);
        }
}

/* Runs BODY for input channel ci (i of its group) and every output channel co that sees it. */
#define EVERY_PAIR(BODY)                                                                                               \
    do {                                                                                                               \
        const size_t groups = (size_t)t->st->layer.groups, ins = (size_t)t->st->layer.in_c / groups;                   \
        const size_t outs = (size_t)t->st->layer.out_c / groups, s = (size_t)t->st->s;                                 \
        for (size_t ci = 0; ci < ins * groups; ci++) {                                                                 \
            const size_t i = ci % ins, g = ci / ins;                                                                   \
            for (size_t co = g * outs; co < (g + 1) * outs; co++) BODY;                                                \
        }                                                                                                              \
    } while (0)

static void tap_forward(const at_tap *t, const float *x, const float *w, float *z)
{
    EVERY_PAIR(z[t->z + co] += x[t->x + ci] * w[t->w + i * s + co]);
}

static void tap_weights(const at_tap *t, const float *x, const float *dz, float *gw)
{
    EVERY_PAIR(gw[t->w + i * s + co] += x[t->x + ci] * dz[t->z + co]);
}

static void tap_inputs(const at_tap *t, const float *dz, const float *w, float *dx)
{
    EVERY_PAIR(dx[t->x + ci] += dz[t->z + co] * w[t->w + i * s + co]);
}

void th_conv_any(const th_stage *st, const float *x, const float *w, float *z)
{
    memset(z, 0, th_stage_floats(st) * sizeof *z);
    every_tap(st, &st->in[0].at, tap_forward, x, w, z);
}

void th_conv_any_weights(const th_stage *st, const float *x, const float *dz, float *gw)
{
    every_tap(st, &st->in[0].at, tap_weights, x, dz, gw);
}

void th_conv_any_inputs(const th_stage *st, const float *dz, const float *w, float *dx)
{
    const th_place plain = th_place_plain(st->layer.in_h, st->layer.in_w, st->in_s);
    memset(dx, 0, (size_t)(plain.h * plain.w * plain.s) * sizeof *dx);
    every_tap(st, &plain, tap_inputs, dz, w, dx);
}
