/* Windows that slide over pictures: places by nn/prepare.h, values by the device's float kernels. */
#include "course/calc_priv.h"
#include "model/spec.h"
#include "nn/conv_2d.h"
#include "nn/pool_2d.h"
#include "nn/prepare.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const paddings[] = {"valid", "same", NULL};

/* The window's places over a picture. */
static th_window window_over(th_calc *c, int32_t rows, int32_t columns, int32_t kernel_h, int32_t kernel_w,
                             int32_t stride, int padding)
{
    th_node node = {0};
    th_diag diag = {0};
    th_window w = {0};
    node.attr.conv.stride_h = node.attr.conv.stride_w = stride;
    node.attr.conv.dilation_h = node.attr.conv.dilation_w = 1;
    node.attr.conv.padding = padding ? TH_PAD_SAME : TH_PAD_VALID;
    const th_shape in = {.rank = 4, .d = {1, rows, columns, 1}};
    const th_prepare p = {.node = &node, .diag = &diag};
    const bool fits = th_window_make(&p, &in, kernel_h, kernel_w, &w) == TH_OK;
    th_calc_need(c, fits, diag.msg ? diag.msg : "there is no such window");
    w.out_c = 1;
    return w;
}

void th_calc_conv(th_calc *c)
{
    th_numbers picture, kernel;
    float out[TH_CALC_VALUES];
    const float bias = 0;
    th_calc_table(c, "picture", &picture);
    th_calc_table(c, "kernel", &kernel);
    const int32_t stride = th_calc_whole(c, "stride", 1, 64);
    const int padding = th_calc_word(c, "padding", paddings);
    if (c->err) return;
    const th_conv_2d_f32_par par = {
        window_over(c, picture.rows, picture.columns, kernel.rows, kernel.columns, stride, padding), 1, -INFINITY,
        INFINITY};
    if (c->err) return;
    const int32_t row = th_calc_whole(c, "row", 0, par.win.out_h - 1),
                  column = th_calc_whole(c, "column", 0, par.win.out_w - 1);
    if (c->err) return;
    const void *in[] = {picture.f, kernel.f, &bias};
    void *to[] = {out};
    th_conv_2d_f32(&par, in, to, NULL);
    th_calc_set(c, "value", (double)out[row * par.win.out_w + column]);
    th_calc_set_table(c, "out", out, par.win.out_h, par.win.out_w);
    th_calc_set_whole(c, "rows", par.win.out_h);
    th_calc_set_whole(c, "columns", par.win.out_w);
}

void th_calc_size(th_calc *c)
{
    const int32_t size = th_calc_whole(c, "size", 1, 4096), kernel = th_calc_whole(c, "kernel", 1, 4096),
                  stride = th_calc_whole(c, "stride", 1, 4096);
    const int padding = th_calc_word(c, "padding", paddings);
    if (c->err) return;
    const th_window w = window_over(c, 1, size, 1, kernel, stride, padding);
    const int32_t reach = (w.out_w - 1) * stride + kernel;
    if (c->err) return;
    th_calc_set_whole(c, "out", w.out_w);
    th_calc_set_whole(c, "padded", reach > size ? reach - size : 0);
}

void th_calc_pool(th_calc *c)
{
    static const char *const kinds[] = {"max", "mean", NULL};
    th_numbers picture;
    float out[TH_CALC_VALUES];
    th_calc_table(c, "picture", &picture);
    const int32_t kernel = th_calc_whole(c, "kernel", 1, 64), stride = th_calc_whole(c, "stride", 1, 64);
    const int kind = th_calc_word(c, "kind", kinds);
    if (c->err) return;
    const th_pool_2d_f32_par par = {window_over(c, picture.rows, picture.columns, kernel, kernel, stride, 0), -INFINITY,
                                    INFINITY};
    if (c->err) return;
    const void *in[] = {picture.f};
    void *to[] = {out};
    (kind == 0 ? th_max_pool_2d_f32 : th_average_pool_2d_f32)(&par, in, to, NULL);
    th_calc_set(c, "first", (double)out[0]);
    th_calc_set_table(c, "out", out, par.win.out_h, par.win.out_w);
    th_calc_set_whole(c, "rows", par.win.out_h);
    th_calc_set_whole(c, "columns", par.win.out_w);
}

void th_calc_macs(th_calc *c)
{
    static const char *const kinds[] = {"conv", "depthwise", "separable", "dense", NULL};
    const int kind = th_calc_word(c, "kind", kinds), padding = th_calc_word(c, "padding", paddings);
    const int32_t height = th_calc_whole(c, "height", 1, 4096), width = th_calc_whole(c, "width", 1, 4096),
                  channels = th_calc_whole(c, "channels", 1, 4096), units = th_calc_whole(c, "units", 1, 4096);
    const int k = th_calc_whole(c, "kernel", 1, 64), stride = th_calc_whole(c, "stride", 1, 64);
    const char *pad = padding ? "" : " valid";
    char text[160];
    th_spec spec;
    if (c->err) return;
    if (kind == 0)
        snprintf(text, sizeof text, "conv2d %d %dx%d stride %dx%d%s", (int)units, k, k, stride, stride, pad);
    else if (kind == 3)
        snprintf(text, sizeof text, "dense %d", (int)units);
    else
        snprintf(text, sizeof text, "depthwise %dx%d stride %dx%d%s\n", k, k, stride, stride, pad);
    const size_t n = strlen(text);
    if (kind == 2) snprintf(text + n, sizeof text - n, "conv2d %d 1x1", (int)units);
    c->err = th_spec_parse(text, height, width, channels, 0, &spec, c->why);
    if (c->err) return;
    const th_layer *last = &spec.layer[spec.n_layers - 1];
    th_calc_set_whole(c, "macs", th_spec_macs(&spec));
    th_calc_set_whole(c, "parameters", th_spec_parameters(&spec));
    th_calc_set_whole(c, "height", last->out_h);
    th_calc_set_whole(c, "width", last->out_w);
}
