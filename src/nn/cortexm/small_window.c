#include "nn/cortexm/small_window.h"

static int32_t two(int32_t low, int32_t high)
{
    return low | high * INT32_C(0x10000);
}

static int32_t four(int32_t a, int32_t b, int32_t c, int32_t d)
{
    return (int32_t)(((uint32_t)a & 0xff) | ((uint32_t)b & 0xff) << 8 | ((uint32_t)c & 0xff) << 16 |
                     ((uint32_t)d & 0xff) << 24);
}

int32_t th_small_window_pack(const th_window *w, const th_limits *limits, th_small_window *small)
{
    const int32_t sizes[10] = {w->in_h,  w->in_w,     w->out_h,    w->out_w,   w->in_c,
                               w->out_c, w->filter_h, w->filter_w, w->pad_top, w->pad_left};
    const int32_t steps[4] = {w->stride_h, w->stride_w, w->dilation_h, w->dilation_w};
    for (int32_t i = 0; i < 10; i++)
        if (sizes[i] < 0 || sizes[i] > 32767) return 0;
    for (int32_t i = 0; i < 4; i++)
        if (steps[i] < 0 || steps[i] > 127) return 0;
    small->batches = w->batches;
    small->in = two(w->in_h, w->in_w);
    small->out = two(w->out_h, w->out_w);
    small->channels = two(w->in_c, w->out_c);
    small->filter = two(w->filter_h, w->filter_w);
    small->pad = two(w->pad_top, w->pad_left);
    small->steps = four(steps[0], steps[1], steps[2], steps[3]);
    small->limits = four(limits->in_zero, limits->out_zero, limits->act_min, limits->act_max);
    return 1;
}

/* The i-th byte, with its sign. */
static int32_t byte(int32_t word, int32_t i)
{
    return (int8_t)((uint32_t)word >> 8 * i & 0xff);
}

void th_small_window_unpack(const th_small_window *small, th_window *w, th_limits *limits)
{
    w->batches = small->batches;
    w->in_h = small->in & 0xffff;
    w->in_w = small->in >> 16;
    w->in_c = small->channels & 0xffff;
    w->out_h = small->out & 0xffff;
    w->out_w = small->out >> 16;
    w->out_c = small->channels >> 16;
    w->filter_h = small->filter & 0xffff;
    w->filter_w = small->filter >> 16;
    w->stride_h = byte(small->steps, 0);
    w->stride_w = byte(small->steps, 1);
    w->dilation_h = byte(small->steps, 2);
    w->dilation_w = byte(small->steps, 3);
    w->pad_top = small->pad & 0xffff;
    w->pad_left = small->pad >> 16;
    limits->in_zero = byte(small->limits, 0);
    limits->out_zero = byte(small->limits, 1);
    limits->act_min = byte(small->limits, 2);
    limits->act_max = byte(small->limits, 3);
}
