/* Convolutions with groups, tap by tap. */
#include "train/kinds/conv_any.h"

#include <string.h>

void th_conv_prepare(th_stage *st)
{
    const th_layer *l = &st->layer;
    const int32_t add_h = th_pad_total(l->in_h, l->out_h, l->k_h, l->stride_h, l->dilation_h, l->padding);
    const int32_t add_w = th_pad_total(l->in_w, l->out_w, l->k_w, l->stride_w, l->dilation_w, l->padding);
    st->shape = (th_conv_shape){.in_h = l->in_h,
                                .in_w = l->in_w,
                                .in_s = st->in_s,
                                .out_h = l->out_h,
                                .out_w = l->out_w,
                                .out_s = st->s,
                                .k_h = l->k_h,
                                .k_w = l->k_w,
                                .stride_h = l->stride_h,
                                .stride_w = l->stride_w,
                                .dil_h = l->dilation_h,
                                .dil_w = l->dilation_w,
                                .top = add_h / 2,
                                .left = add_w / 2};
    st->in[0].at = th_place_plain(l->in_h, l->in_w, st->in_s);
    st->dz_at = th_place_plain(l->out_h, l->out_w, st->s);
}

/* One tap at one output pixel: offsets of the input pixel, the output pixel, the tap's weights. */
typedef struct at_tap {
    const th_stage *st;
    size_t x, z, w;
} at_tap;

typedef void tap_fn(const at_tap *t, const float *a, const float *b, float *to);

/* Runs fn at every output pixel and tap; taps outside of the picture fall away. */
static void every_tap(const th_stage *st, tap_fn *fn, const float *a, const float *b, float *to)
{
    const th_layer *l = &st->layer;
    const th_conv_shape *g = &st->shape;
    const size_t per_tap = (size_t)(l->in_c / l->groups) * (size_t)st->s;
    for (int32_t p = 0; p < st->out_px; p++)
        for (int32_t k = 0; k < g->k_h * g->k_w; k++) {
            const int32_t r = p / g->out_w * g->stride_h + k / g->k_w * g->dil_h - g->top;
            const int32_t c = p % g->out_w * g->stride_w + k % g->k_w * g->dil_w - g->left;
            if (r < 0 || r >= g->in_h || c < 0 || c >= g->in_w) continue;
            const at_tap t = {.st = st,
                              .x = (size_t)(r * g->in_w + c) * (size_t)st->in_s,
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
    every_tap(st, tap_forward, x, w, z);
}

void th_conv_any_weights(const th_stage *st, const float *x, const float *dz, float *gw)
{
    every_tap(st, tap_weights, x, dz, gw);
}

void th_conv_any_inputs(const th_stage *st, const float *dz, const float *w, float *dx)
{
    memset(dx, 0, (size_t)(st->layer.in_h * st->layer.in_w * st->in_s) * sizeof *dx);
    every_tap(st, tap_inputs, dz, w, dx);
}
