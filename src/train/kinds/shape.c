/* reshape, input and upsample: the same values in other places. */
#include "train/kinds/each.h"

#include <string.h>

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
    memset(dx, 0, th_each_floats(&st->in[0].at) * sizeof *dx);
    for (size_t i = 0; i < n; i++) dx[stored_at(i, l->in_c, st->in_s)] = dz[stored_at(i, l->out_c, st->s)];
}

TH_EACH_KIND(reshape, TH_LAYER_RESHAPE, reshape_gradient)

/* ---- input: some of the values of the net's, which wants no gradient ---- */

static void input_value(const th_stage *st, const float *const x[], float *z)
{
    const th_layer *l = &st->layer;
    const size_t n = (size_t)st->out_px * (size_t)l->out_c;
    memset(z, 0, th_stage_floats(st) * sizeof *z);
    for (size_t i = 0; i < n; i++)
        z[stored_at(i, l->out_c, st->s)] = x[0][stored_at((size_t)l->first + i, l->in_c, st->in_s)];
}

TH_EACH_KIND(input, TH_LAYER_INPUT, NULL)

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
    memset(dx, 0, th_each_floats(&st->in[0].at) * sizeof *dx);
    for (int32_t p = 0; p < st->out_px; p++)
        for (size_t i = 0; i < s; i++) dx[source_pixel(&st->layer, p) * s + i] += dz[(size_t)p * s + i];
}

TH_EACH_KIND(upsample, TH_LAYER_UPSAMPLE, upsample_gradient)
