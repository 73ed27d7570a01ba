/* A window that slides over a picture, and a pool behind it. */
#include "explore/explore.h"

#include "nn/conv_2d.h"
#include "nn/pool_2d.h"

#include <float.h>
#include <stddef.h>

#define KERNEL 3
#define POOL   2

/* Values of one side of the output; *before: zeros that "same" puts in front. */
static int32_t out_side(int32_t side, int32_t kernel, int32_t stride, int32_t same, int32_t *before)
{
    const int32_t out = same ? (side + stride - 1) / stride : (side - kernel) / stride + 1;
    const int32_t all = same ? (out - 1) * stride + kernel - side : 0;
    *before = all > 0 ? all / 2 : 0;
    return out;
}

static th_window window(int32_t side, int32_t out, int32_t filter, int32_t stride, int32_t before)
{
    return (th_window){.batches = 1,
                       .in_h = side,
                       .in_w = side,
                       .in_c = 1,
                       .out_h = out,
                       .out_w = out,
                       .out_c = 1,
                       .filter_h = filter,
                       .filter_w = filter,
                       .stride_h = stride,
                       .stride_w = stride,
                       .dilation_h = 1,
                       .dilation_w = 1,
                       .pad_top = before,
                       .pad_left = before};
}

int32_t th_explore_window(const float *x, int32_t side, const float *kernel, int32_t stride, int32_t same, int32_t relu,
                          float *y)
{
    int32_t before;
    const int32_t out = out_side(side, KERNEL, stride, same, &before);
    const th_conv_2d_f32_par par = {.win = window(side, out, KERNEL, stride, before),
                                    .groups = 1,
                                    .act_min = relu ? 0 : -FLT_MAX,
                                    .act_max = FLT_MAX};
    if (y) th_conv_2d_f32(&par, (const void *[]){x, kernel, NULL}, (void *[]){y}, NULL);
    return out;
}

int32_t th_explore_pool(const float *x, int32_t side, int32_t most, float *y)
{
    int32_t before;
    const int32_t out = out_side(side, POOL, POOL, 0, &before);
    const th_pool_2d_f32_par par = {
        .win = window(side, out, POOL, POOL, before), .act_min = -FLT_MAX, .act_max = FLT_MAX};
    if (y) (most ? th_max_pool_2d_f32 : th_average_pool_2d_f32)(&par, (const void *[]){x}, (void *[]){y}, NULL);
    return out;
}
