/* add, multiply and concat, and the stage that changes nothing (an activation or a dropout that could not be merged).
 */
#include "train/kinds/each.h"

#include <string.h>

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

TH_EACH_KIND(add, TH_LAYER_ADD, same_gradient)
TH_EACH_KIND(same, TH_LAYER_ACTIVATION, same_gradient)
TH_EACH_KIND(multiply, TH_LAYER_MULTIPLY, multiply_gradient)

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
    memset(dx, 0, th_each_floats(&st->in[k].at) * sizeof *dx);
    for (int32_t p = 0; p < st->out_px; p++)
        memcpy(dx + p * st->in[k].at.s, dz + p * st->s + first_channel(st, k), (size_t)channels(st, k) * sizeof *dx);
}

TH_EACH_KIND(concat, TH_LAYER_CONCAT, concat_gradient)
