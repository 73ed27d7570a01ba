#include "train/kernels.h"

#include <stdbool.h>

/* A small program may bring a list of its own (web/engine/lists.h). */
#ifndef TH_KERNELS_LIST
#define TH_KERNELS_LIST &th_kernels_avx512, &th_kernels_avx2, &th_kernels_vec4, &th_kernels_plain
#endif

static bool can_run(const th_kernels *k)
{
    if (!k->name) return false;
#if defined(__x86_64__)
    if (k == &th_kernels_avx512)
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
               __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
    if (k == &th_kernels_avx2) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
    return true;
}

const th_kernels *th_kernels_get(int i)
{
    static const th_kernels *const all[] = {TH_KERNELS_LIST};
    for (size_t k = 0; k < sizeof all / sizeof all[0]; k++)
        if (can_run(all[k]) && i-- == 0) return all[k];
    return NULL;
}

static int32_t beyond(int32_t in, int32_t out, int32_t k, int32_t stride, int32_t dilation, int32_t before)
{
    const int32_t more = (out - 1) * stride + (k - 1) * dilation + 1 - before - in;
    return before + (more > 0 ? more : 0);
}

size_t th_depthwise_room(const th_conv_shape *g)
{
    const int32_t x_h = g->in_h + beyond(g->in_h, g->out_h, g->k_h, g->stride_h, g->dil_h, g->top),
                  x_w = g->in_w + beyond(g->in_w, g->out_w, g->k_w, g->stride_w, g->dil_w, g->left),
                  dz_h = g->out_h + 2 * (g->k_h - 1) * g->dil_h, dz_w = g->out_w + 2 * (g->k_w - 1) * g->dil_w;
    const size_t planes = ((size_t)x_h * (size_t)x_w + (size_t)dz_h * (size_t)dz_w) * TH_MOST_LANES;
    const size_t all = (size_t)g->in_h * (size_t)g->in_w * (size_t)g->in_s;            /* of the plain table */
    const size_t x_rows = 5, dz_rows = 2 * (TH_DEPTHWISE_BAND / (size_t)g->out_w + 3), /* kernels_depthwise_3x3.h */
        rings = (x_rows * ((size_t)g->in_w + 4) + dz_rows * ((size_t)g->out_w + 4)) * TH_MOST_LANES;
    const size_t most = planes > rings ? planes : rings;
    return most > all ? most : all;
}
