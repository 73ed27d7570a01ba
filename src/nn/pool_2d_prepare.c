#include "nn/pool_2d.h"
#include "nn/prepare.h"
#include "nn/rows.h"
#include "nn/slide.h"

static const th_field s8_fields[] = {
    TH_FIELD_WINDOW(th_pool_2d_s8_par),
    TH_FIELD_INT(th_pool_2d_s8_par, act_min),
    TH_FIELD_INT(th_pool_2d_s8_par, act_max),
};
static const th_field f32_fields[] = {
    TH_FIELD_WINDOW(th_pool_2d_f32_par),
    TH_FIELD_FLOAT(th_pool_2d_f32_par, act_min),
    TH_FIELD_FLOAT(th_pool_2d_f32_par, act_max),
};

/* Pools have no dilation; the attribute is not looked at. */
static th_err geometry(const th_prepare *p, th_window *w)
{
    th_node node = *p->node;
    th_prepare q = *p;
    node.attr.conv.dilation_h = node.attr.conv.dilation_w = 1;
    q.node = &node;
    TH_TRY(th_window_make(&q, &th_prepare_in(p, 0)->shape, node.attr.conv.filter_h, node.attr.conv.filter_w, w));
    w->out_c = w->in_c;
    if ((int64_t)w->filter_h * w->filter_w >= INT32_C(1) << 24)
        return th_refuse(p, TH_ERANGE, "the window is larger than 2^24 elements");
    return TH_OK;
}

static th_err infer(const th_prepare *p, th_shape *out)
{
    th_window w;
    TH_TRY(th_check_io(p, 1, 1));
    TH_TRY(geometry(p, &w));
    th_window_shape(&w, out);
    return TH_OK;
}

static th_err prepare_int(const th_prepare *p, const th_window *w, th_step *step)
{
    const int small = th_prepare_in(p, 0)->type == TH_S8, average = p->node->op == TH_OP_AVERAGE_POOL_2D;
    if (!small && (int64_t)w->filter_h * w->filter_w > INT32_C(1) << 15)
        return th_refuse(p, TH_ERANGE, "the window is larger than 2^15 elements");
    TH_TRY(th_check_same_quant(p, th_prepare_in(p, 0), th_prepare_out(p, 0)));
    th_pool_2d_s8_par *par = TH_NEW(p->arena, th_pool_2d_s8_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    par->win = *w;
    TH_TRY(th_act_range(p, p->node->attr.conv.act, th_prepare_out(p, 0), &par->act_min, &par->act_max));
    if (small && average)
        TH_STEP_KERNEL(step, th_average_pool_2d_s8, 1, "nn/pool_2d.h", th_pool_2d_s8_par, s8_fields);
    else if (small)
        TH_STEP_KERNEL(step, th_max_pool_2d_s8, 1, "nn/pool_2d.h", th_pool_2d_s8_par, s8_fields);
    else if (average)
        TH_STEP_KERNEL(step, th_average_pool_2d_s16, 1, "nn/pool_2d.h", th_pool_2d_s8_par, s8_fields);
    else
        TH_STEP_KERNEL(step, th_max_pool_2d_s16, 1, "nn/pool_2d.h", th_pool_2d_s8_par, s8_fields);
    step->par = par;
    th_slide_window(w, &(th_slide_order){small ? 1 : 2, small ? 1 : 2, 1, 0}, step);
    return TH_OK;
}

static th_err prepare_f32(const th_prepare *p, const th_window *w, th_step *step)
{
    th_pool_2d_f32_par *par = TH_NEW(p->arena, th_pool_2d_f32_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    par->win = *w;
    TH_TRY(th_act_range_f32(p, p->node->attr.conv.act, &par->act_min, &par->act_max));
    if (p->node->op == TH_OP_AVERAGE_POOL_2D)
        TH_STEP_KERNEL(step, th_average_pool_2d_f32, 1, "nn/pool_2d.h", th_pool_2d_f32_par, f32_fields);
    else if (p->node->op == TH_OP_L2_POOL_2D)
        TH_STEP_KERNEL(step, th_l2_pool_2d_f32, 1, "nn/pool_2d.h", th_pool_2d_f32_par, f32_fields);
    else
        TH_STEP_KERNEL(step, th_max_pool_2d_f32, 1, "nn/pool_2d.h", th_pool_2d_f32_par, f32_fields);
    step->par = par;
    th_slide_window(w, &(th_slide_order){4, 4, 1, 0}, step);
    return TH_OK;
}

static th_err prepare(const th_prepare *p, th_step *step)
{
    th_window w;
    TH_TRY(th_check_io(p, 1, 1));
    TH_TRY(geometry(p, &w));
    TH_TRY(th_window_check_out(p, &w, &th_prepare_out(p, 0)->shape));
    const th_type x = th_prepare_in(p, 0)->type, y = th_prepare_out(p, 0)->type;
    if (x == TH_F32 && y == TH_F32) return prepare_f32(p, &w, step);
    if (p->node->op == TH_OP_L2_POOL_2D) return th_refuse(p, TH_EUNSUP, "input and output must both be float32");
    if (x == y && (x == TH_S8 || x == TH_S16)) return prepare_int(p, &w, step);
    return th_refuse(p, TH_EUNSUP, "input and output must both be int8, both int16 or both float32");
}

const th_op_row th_row_average_pool_2d = {TH_OP_AVERAGE_POOL_2D, "AVERAGE_POOL_2D", prepare, infer};
const th_op_row th_row_max_pool_2d = {TH_OP_MAX_POOL_2D, "MAX_POOL_2D", prepare, infer};
const th_op_row th_row_l2_pool_2d = {TH_OP_L2_POOL_2D, "L2_POOL_2D", prepare, infer};
