#include "nn/boxes.h"
#include "nn/resize.h"
#include "nn/rows.h"

#define SIDE_LIMIT 0x10000

#define SIZE_FIELDS(type)                                                                                              \
    TH_FIELD_INT(type, size.batches), TH_FIELD_INT(type, size.in_h), TH_FIELD_INT(type, size.in_w),                    \
        TH_FIELD_INT(type, size.out_h), TH_FIELD_INT(type, size.out_w), TH_FIELD_INT(type, size.depth),                \
        TH_FIELD_INT(type, size.half_pixel_centers), TH_FIELD_INT(type, size.align_corners)

static const th_field f32_fields[] = {SIZE_FIELDS(th_resize_f32_par), TH_FIELD_FLOAT(th_resize_f32_par, scale_h),
                                      TH_FIELD_FLOAT(th_resize_f32_par, scale_w)};
static const th_field s8_fields[] = {SIZE_FIELDS(th_resize_s8_par), TH_FIELD_INT(th_resize_s8_par, scale_h),
                                     TH_FIELD_INT(th_resize_s8_par, scale_w)};

static th_err infer(const th_prepare *p, th_shape *out)
{
    int32_t size[2], n;
    TH_TRY(th_check_io(p, 2, 2));
    TH_TRY(th_const_ints(p, 1, 2, size, &n, "the new size must be a constant int32 tensor"));
    *out = th_prepare_in(p, 0)->shape;
    if (n != 2 || out->rank != 4)
        return th_refuse(p, TH_ESHAPE, "the input needs 4 dimensions, the new size two numbers");
    if (size[0] < 1 || size[1] < 1 || size[0] > SIDE_LIMIT || size[1] > SIDE_LIMIT || out->d[1] > SIDE_LIMIT ||
        out->d[2] > SIDE_LIMIT)
        return th_refuse(p, TH_ERANGE, "height and width must be 1 to 65536");
    out->d[1] = size[0];
    out->d[2] = size[1];
    return TH_OK;
}

static th_err find_size(const th_prepare *p, th_resize_size *s)
{
    th_shape out;
    TH_TRY(infer(p, &out));
    const th_tensor *x = th_prepare_in(p, 0), *y = th_prepare_out(p, 0);
    TH_TRY(th_check_moved(p, x, y));
    if (!th_shape_same(&out, &y->shape)) return th_refuse(p, TH_ESHAPE, "the output does not have the new size");
    *s = (th_resize_size){.batches = out.d[0],
                          .in_h = x->shape.d[1],
                          .in_w = x->shape.d[2],
                          .out_h = out.d[1],
                          .out_w = out.d[2],
                          .depth = out.d[3],
                          .half_pixel_centers = p->node->attr.resize.half_pixel != 0,
                          .align_corners = p->node->attr.resize.align_corners != 0};
    return TH_OK;
}

static float scale_f32(const th_resize_size *s, int32_t in, int32_t out)
{
    if (s->align_corners && out > 1) return (float)(in - 1) / (float)(out - 1);
    return (float)in / (float)out;
}

static int32_t scale_s32(const th_resize_size *s, int32_t in, int32_t out)
{
    if (s->align_corners && out > 1) return (1024 * (in - 1) + (out - 1) / 2) / (out - 1);
    return (1024 * in + out / 2) / out;
}

static th_err new_f32_par(const th_prepare *p, const th_resize_size *s, th_step *step)
{
    th_resize_f32_par *par = TH_NEW(p->arena, th_resize_f32_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = (th_resize_f32_par){
        .size = *s, .scale_h = scale_f32(s, s->in_h, s->out_h), .scale_w = scale_f32(s, s->in_w, s->out_w)};
    step->par = par;
    return TH_OK;
}

static th_err prepare_bilinear(const th_prepare *p, th_step *step)
{
    th_resize_size s;
    TH_TRY(find_size(p, &s));
    if (s.half_pixel_centers && s.align_corners)
        return th_refuse(p, TH_EFORMAT, "half_pixel_centers and align_corners exclude each other");
    const th_type type = th_prepare_in(p, 0)->type;
    if (type == TH_F32) {
        TH_STEP_KERNEL(step, th_resize_bilinear_f32, 1, "nn/resize.h", th_resize_f32_par, f32_fields);
        return new_f32_par(p, &s, step);
    }
    if (type != TH_S8) return th_refuse(p, TH_EUNSUP, "the input must be float32 or int8");
    th_resize_s8_par *par = TH_NEW(p->arena, th_resize_s8_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = (th_resize_s8_par){
        .size = s, .scale_h = scale_s32(&s, s.in_h, s.out_h), .scale_w = scale_s32(&s, s.in_w, s.out_w)};
    TH_STEP_KERNEL(step, th_resize_bilinear_s8, 1, "nn/resize.h", th_resize_s8_par, s8_fields);
    step->par = par;
    return TH_OK;
}

static th_err prepare_nearest(const th_prepare *p, th_step *step)
{
    th_resize_size s;
    TH_TRY(find_size(p, &s));
    s.depth *= (int32_t)th_type_bytes(th_prepare_in(p, 0)->type);
    TH_STEP_KERNEL(step, th_resize_nearest, 1, "nn/resize.h", th_resize_f32_par, f32_fields);
    return new_f32_par(p, &s, step);
}

const th_op_row th_row_resize_bilinear = {TH_OP_RESIZE_BILINEAR, "RESIZE_BILINEAR", prepare_bilinear, infer};
const th_op_row th_row_resize_nearest_neighbor = {TH_OP_RESIZE_NEAREST_NEIGHBOR, "RESIZE_NEAREST_NEIGHBOR",
                                                  prepare_nearest, infer};
