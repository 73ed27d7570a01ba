#include "model/camera.h"

enum { QQVGA_H = 120, QQVGA_W = 160 };

bool th_eye_fits(const th_graph *g)
{
    if (g->n_inputs != 1 || g->n_outputs != 1) return false;
    const th_shape *in = &g->tensors[g->inputs[0]].shape;
    return in->rank == 4 && in->d[0] == 1 && in->d[1] > 1 && in->d[2] > 1 && (in->d[3] == 1 || in->d[3] == 3);
}

th_camera_cfg th_eye_camera(const th_eye *e)
{
    return (th_camera_cfg){.pixels = e->pixels, .crop = e->crop, .to_h = e->h, .to_w = e->w, .c = e->c, .map = e->map};
}

th_err th_eye_make(const th_graph *g, float lo, float hi, const char (*labels)[TH_LABEL_BYTES], int32_t n_labels,
                   th_eye *e, th_why *why)
{
    if (!th_eye_fits(g))
        return th_why_set(why, TH_ESHAPE,
                          "a network that looks at a camera has one input of 1 x height x width x 1 or 3, and one "
                          "output");
    const th_tensor *in = &g->tensors[g->inputs[0]], *out = &g->tensors[g->outputs[0]];
    if (in->type != TH_S8 || out->type != TH_S8 || in->quant.n != 1 || out->quant.n != 1)
        return th_why_set(why, TH_EUNSUP, "the network is not int8: take the file that `thimble quantize` writes");
    if (n_labels < 1 || th_shape_count(&out->shape) != n_labels)
        return th_why_set(why, TH_ESHAPE, "the network gives %d scores, its card has %d labels",
                          (int)th_shape_count(&out->shape), (int)n_labels);
    *e = (th_eye){.pixels = {TH_PIXEL_RGB565_BE, QQVGA_H, QQVGA_W, 0},
                  .h = in->shape.d[1],
                  .w = in->shape.d[2],
                  .c = in->shape.d[3],
                  .zero = out->quant.zero[0],
                  .gain = th_camera_gain(out->quant.scale[0]),
                  .n_labels = n_labels,
                  .labels = labels};
    e->crop = th_crop_like(QQVGA_H, QQVGA_W, e->h, e->w);
    th_camera_map(lo, hi, in->quant.scale[0], in->quant.zero[0], e->map);
    const th_camera_cfg cfg = th_eye_camera(e);
    if (th_camera_mem(&cfg)) return TH_OK;
    return th_why_set(why, TH_ERANGE, "a camera's frame cannot be brought to %d x %d pixels", (int)e->h, (int)e->w);
}
