/* train/kinds/each.h -- kinds without weights are two functions on one sample; this makes stages of them. */
#ifndef TH_TRAIN_KINDS_EACH_H
#define TH_TRAIN_KINDS_EACH_H

#include "train/net.h"

/* All inputs plain, dz plain. */
void th_each_prepare(const th_net *net, th_stage *st);

static inline size_t th_each_floats(const th_place *at)
{
    return (size_t)at->h * (size_t)at->w * (size_t)at->s;
}

/* One sample: z from the inputs; and dx of input k, called for each input that wants a gradient. */
typedef void th_each_value(const th_stage *st, const float *const x[], float *z);
typedef void th_each_gradient(const th_stage *st, int32_t k, const float *const x[], const float *z, const float *dz,
                              float *dx);

void th_each_forward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1, th_each_value *fn);
void th_each_backward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1, th_each_gradient *fn);

/* Defines the row th_kind_NAME of layers KIND from the functions NAME_value and GRADIENT. */
#define TH_EACH_KIND(name, layer_kind, gradient)                                                                       \
    static void name##_forward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1)                    \
    {                                                                                                                  \
        th_each_forward(net, m, st, n0, n1, name##_value);                                                             \
    }                                                                                                                  \
    static void name##_backward(th_net *net, th_net_member *m, th_stage *st, int32_t n0, int32_t n1)                   \
    {                                                                                                                  \
        th_each_backward(net, m, st, n0, n1, gradient);                                                                \
    }                                                                                                                  \
    const th_stage_row th_kind_##name = {                                                                              \
        .kind = layer_kind, .prepare = th_each_prepare, .forward = name##_forward, .backward = name##_backward};

#endif
