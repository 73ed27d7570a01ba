/* Weights and scales of nn/vec/depthwise.h. */
#include "nn/depthwise_conv_2d.h"
#include "nn/vec/pack.h"

#define TH_FIELD_LINES(type)                                                                                           \
    TH_FIELD_WINDOW_IN(type, l.win), TH_FIELD_INT(type, l.flow), TH_FIELD_INT(type, l.period),                         \
        TH_FIELD_INT(type, l.n_groups), TH_FIELD_INT(type, l.phase), TH_FIELD_INT(type, l.row)

static const th_field depthwise_s8_fields[] = {
    TH_FIELD_LINES(th_depthwise_s8_par),
    TH_FIELD_VEC_S8(th_depthwise_s8_par),
};
static const th_field depthwise_f32_fields[] = {
    TH_FIELD_LINES(th_depthwise_f32_par),
    TH_FIELD_FLOAT(th_depthwise_f32_par, act_min),
    TH_FIELD_FLOAT(th_depthwise_f32_par, act_max),
    TH_FIELD_INT(th_depthwise_f32_par, n_bias),
    TH_FIELD_ARRAY(th_depthwise_f32_par, bias, n_bias, F32),
    TH_FIELD_INT(th_depthwise_f32_par, n_w),
    TH_FIELD_ARRAY(th_depthwise_f32_par, w, n_w, F32),
};

static int32_t common(int32_t a, int32_t b)
{
    while (b != 0) {
        const int32_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

#define MOST_FLOW 4096 /* channels in a period: packed weights stay small */

/* false: the filter has too many taps. */
static bool lines_of(const th_window *w, int32_t group, int32_t lanes, int32_t bytes, th_lines *l)
{
    const int32_t taps = w->filter_h * w->filter_w, period = w->out_c / common(w->out_c, lanes); /* blocks */
    *l = (th_lines){.win = *w};
    l->n_groups = (taps + group - 1) / group;
    if (w->filter_h > TH_LINE_TAPS || w->filter_w > TH_LINE_TAPS || l->n_groups * group > TH_LINE_TAPS) return false;
    l->flow = w->out_w > 1 && period <= MOST_FLOW / lanes;
    l->period = l->flow ? period : (w->out_c + lanes - 1) / lanes;
    if (l->flow && period * lanes < TH_LINE_LANES) /* few channels several times over, so that a call does more */
        l->period = TH_LINE_LANES / (period * lanes) * period;
    l->phase = w->out_w + (w->filter_w - 1) * w->dilation_w / w->stride_w;
    l->row = (w->stride_w * l->phase * w->out_c + lanes) * bytes;
    return true;
}

/* Channel of lane i of all blocks, or -1. */
static int32_t channel_of(const th_lines *l, int32_t i)
{
    if (l->flow) return i % l->win.out_c;
    return i < l->win.out_c ? i : -1;
}

th_err th_vec_prepare_depthwise_s8(const th_vec_family *f, const th_prepare *p, th_step *step)
{
    const th_depthwise_conv_2d_s8_par *old = step->par;
    const th_vec *v = f->vec;
    const th_window *w = &old->win;
    const th_vec_weights from = {th_prepare_in(p, 1), 1, w->out_c};
    const int32_t lanes = v->line_lanes, group = v->line_group, taps = w->filter_h * w->filter_w;
    th_lines l;
    th_vec_pack pack;
    if (w->in_c == 1) return th_vec_prepare_one_channel_s8(f, p, step);
    if (!lines_of(w, group, lanes, 1, &l)) return TH_OK;
    th_depthwise_s8_par *par = TH_NEW(p->arena, th_depthwise_s8_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = (th_depthwise_s8_par){.l = l, .s8 = TH_VEC_S8_OF(old)};
    par->s8.n_scales = l.period * lanes;
    TH_TRY(th_vec_pack_new(p, &par->s8, (size_t)par->s8.n_scales * (size_t)l.n_groups * (size_t)group, v->line_w_bytes,
                           &pack));
    for (int32_t i = 0; i < par->s8.n_scales; i++) {
        const int32_t c = channel_of(&l, i);
        const size_t block = (size_t)(i / lanes) * (size_t)l.n_groups;
        if (c < 0 ||
            !th_vec_pack_channel(&pack, p, &from, c, taps, old->multiplier[c], old->shift[c], v->line_offset, i))
            continue;
        for (int32_t k = 0; k < taps; k++) {
            const size_t at = (block + (size_t)(k / group)) * (size_t)lanes + (size_t)v->place(i % lanes);
            th_vec_pack_weight(&pack, &from, c, k, at * (size_t)group + (size_t)(k % group));
        }
    }
    TH_VEC_KERNEL(f, TH_VEC_depthwise_s8, th_depthwise_s8_par, depthwise_s8_fields, step);
    step->par = par;
    step->scratch_bytes = (size_t)w->filter_h * (size_t)l.row;
    return TH_OK;
}

th_err th_vec_prepare_depthwise_f32(const th_vec_family *f, const th_prepare *p, th_step *step)
{
    const th_depthwise_conv_2d_f32_par *old = step->par;
    const th_window *w = &old->win;
    const th_vec_weights from = {th_prepare_in(p, 1), 1, w->out_c};
    const th_tensor *bias = th_prepare_in(p, 2);
    const int32_t lanes = f->vec->lanes, taps = w->filter_h * w->filter_w;
    th_lines l;
    if (!lines_of(w, 1, lanes, 4, &l)) return TH_OK;
    th_depthwise_f32_par *par = TH_NEW(p->arena, th_depthwise_f32_par, 1);
    const size_t n = (size_t)l.period * (size_t)lanes;
    float *b = TH_NEW(p->arena, float, n), *packed_w = TH_NEW(p->arena, float, n *(size_t)taps);
    if (!par || !b || !packed_w) return th_refuse(p, TH_ENOMEM, "no memory for packed weights");
    for (size_t i = 0; i < n; i++) {
        const int32_t c = channel_of(&l, (int32_t)i);
        if (c < 0) continue;
        b[i] = bias ? ((const float *)bias->data)[c] : 0.0f;
        for (int32_t k = 0; k < taps; k++)
            packed_w[((i / (size_t)lanes) * (size_t)taps + (size_t)k) * (size_t)lanes + i % (size_t)lanes] =
                th_vec_real(&from, c, k);
    }
    *par = (th_depthwise_f32_par){.l = l,
                                  .act_min = old->act_min,
                                  .act_max = old->act_max,
                                  .n_bias = (int32_t)n,
                                  .bias = b,
                                  .n_w = (int32_t)n * taps,
                                  .w = packed_w};
    TH_VEC_KERNEL(f, TH_VEC_depthwise_f32, th_depthwise_f32_par, depthwise_f32_fields, step);
    step->par = par;
    step->scratch_bytes = (size_t)w->filter_h * (size_t)l.row;
    return TH_OK;
}
