/* Weights and scales of nn/vec/matrix.h, and what of a model becomes such a product. */
#include "nn/conv_2d.h"
#include "nn/depthwise_conv_2d.h"
#include "nn/fully_connected.h"
#include "nn/vec/pack.h"

#define TH_FIELD_MATRIX(type)                                                                                          \
    TH_FIELD_WINDOW_IN(type, m.win), TH_FIELD_INT(type, m.groups), TH_FIELD_INT(type, m.n_k),                          \
        TH_FIELD_INT(type, m.n_segments), TH_FIELD_INT(type, m.n_groups), TH_FIELD_INT(type, m.stride_n),              \
        TH_FIELD_INT(type, m.from), TH_FIELD_INT(type, m.pitch)

static const th_field matrix_s8_fields[] = {
    TH_FIELD_MATRIX(th_matrix_s8_par),
    TH_FIELD_VEC_S8(th_matrix_s8_par),
};
static const th_field matrix_s16_fields[] = {
    TH_FIELD_MATRIX(th_matrix_s16_par),
    TH_FIELD_INT(th_matrix_s16_par, out_zero),
    TH_FIELD_INT(th_matrix_s16_par, wide),
    TH_FIELD_INT(th_matrix_s16_par, act_min),
    TH_FIELD_INT(th_matrix_s16_par, act_max),
    TH_FIELD_INT(th_matrix_s16_par, n_scales),
    TH_FIELD_INTS(th_matrix_s16_par, multiplier, n_scales),
    TH_FIELD_INTS(th_matrix_s16_par, shift, n_scales),
    TH_FIELD_INT(th_matrix_s16_par, n_wide),
    TH_FIELD_INT(th_matrix_s16_par, n_narrow),
    TH_FIELD_ARRAY(th_matrix_s16_par, bias_wide, n_wide, I64),
    TH_FIELD_INTS(th_matrix_s16_par, bias_narrow, n_narrow),
    TH_FIELD_INT(th_matrix_s16_par, n_w),
    TH_FIELD_ARRAY(th_matrix_s16_par, w, n_w, S16),
};
static const th_field matrix_f32_fields[] = {
    TH_FIELD_MATRIX(th_matrix_f32_par),
    TH_FIELD_FLOAT(th_matrix_f32_par, act_min),
    TH_FIELD_FLOAT(th_matrix_f32_par, act_max),
    TH_FIELD_INT(th_matrix_f32_par, n_bias),
    TH_FIELD_ARRAY(th_matrix_f32_par, bias, n_bias, F32),
    TH_FIELD_INT(th_matrix_f32_par, n_w),
    TH_FIELD_ARRAY(th_matrix_f32_par, w, n_w, F32),
};

/* The layer: geometry, and where its weights are. */
typedef struct layer {
    th_window win;
    int32_t groups;
    th_vec_weights w;
} layer;

#define MOST_ROW ((int32_t)1 << 20) /* numbers of a padded row */

/* Reads the taps from rows where they lie side by side and enough pixels of a row make a tile.  `there`: the
 * micro-kernel could read the picture itself. */
static void read_rows(const th_vec *v, int32_t group, bool there, th_matrix *m)
{
    const th_window *w = &m->win;
    const int32_t n_k = w->filter_w * w->in_c, columns = (w->out_w - 1) * w->stride_w + w->filter_w;
    const int32_t height = (w->out_h - 1) * w->stride_h + (w->filter_h - 1) * w->dilation_h + 1;
    if (m->groups != 1 || w->out_w * 2 <= v->rows || (int64_t)columns * w->in_c > MOST_ROW) return;
    if (w->dilation_w != 1 && w->filter_w != 1) return;
    m->n_segments = w->filter_h;
    m->n_groups = (n_k + group - 1) / group;
    if (there && n_k % group == 0 && w->pad_top == 0 && w->pad_left == 0 && columns <= w->in_w && height <= w->in_h) {
        m->from = TH_FROM_ROWS;
        m->pitch = w->dilation_h * w->in_w * w->in_c;
    } else {
        m->from = TH_FROM_PADDED;
        m->pitch = TH_MATRIX_ROW(columns * w->in_c);
    }
}

/* `group`: k of one lane; there: the micro-kernel reads numbers as they are in the picture, but only whole groups. */
static th_matrix matrix_of(const th_vec *v, const layer *l, int32_t group, bool there)
{
    const th_window *w = &l->win;
    const int32_t per_group = w->out_c / l->groups;
    th_matrix m = {.win = *w, .groups = l->groups, .n_segments = 1, .from = TH_FROM_TAPS};
    m.n_k = w->filter_h * w->filter_w * (w->in_c / l->groups);
    m.n_groups = (m.n_k + group - 1) / group;
    m.stride_n = (per_group + v->lanes - 1) / v->lanes * v->lanes;
    if (w->filter_h == 1 && w->filter_w == 1 && w->stride_h == 1 && w->stride_w == 1 && w->pad_top == 0 &&
        w->pad_left == 0 && w->out_h == w->in_h && w->out_w == w->in_w && (!there || m.n_k % group == 0))
        m.from = TH_FROM_PICTURE;
    else
        read_rows(v, group, there, &m);
    return m;
}

/* Packed channel of channel c. */
static int32_t packed(const th_matrix *m, int32_t c)
{
    const int32_t per_group = m->win.out_c / m->groups;
    return c / per_group * m->stride_n + c % per_group;
}

/* Where weight k of a packed channel stands. */
static size_t place_of(const th_matrix *m, int32_t lanes, int32_t group, int32_t channel, int32_t k)
{
    const int32_t in_segment = m->n_k / m->n_segments, i = k % in_segment;
    const size_t at = (size_t)(channel / lanes) * (size_t)m->n_segments + (size_t)(k / in_segment);
    return ((at * (size_t)m->n_groups + (size_t)(i / group)) * (size_t)lanes + (size_t)(channel % lanes)) *
               (size_t)group +
           (size_t)(i % group);
}

static size_t n_packed(const th_matrix *m, int32_t group)
{
    return (size_t)m->groups * (size_t)m->stride_n * (size_t)m->n_segments * (size_t)m->n_groups * (size_t)group;
}

/* Scratch of what is collected or copied, in numbers as they are multiplied. */
static size_t n_scratch(const th_vec *v, const th_matrix *m)
{
    if (m->from == TH_FROM_TAPS) return (size_t)v->rows * (size_t)TH_MATRIX_ROW(m->n_k);
    return m->from == TH_FROM_PADDED ? (size_t)m->n_segments * (size_t)m->pitch : 0;
}

/* q: zero points and limits; each: 1 when every channel has its own scale. */
static th_err matrix_s8(const th_vec_family *f, const th_prepare *p, const layer *l, th_vec_s8 q,
                        const int32_t *multiplier, const int32_t *shift, int32_t each, th_step *step)
{
    const th_vec *v = f->vec;
    th_matrix_s8_par *par = TH_NEW(p->arena, th_matrix_s8_par, 1);
    th_vec_pack pack;
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    const th_matrix *m = &par->m;
    par->m = matrix_of(v, l, v->s8_group, v->s8_bytes == 1);
    q.n_scales = m->groups * m->stride_n;
    par->s8 = q;
    TH_TRY(th_vec_pack_new(p, &par->s8, n_packed(m, v->s8_group), v->s8_bytes, &pack));
    for (int32_t c = 0; c < m->win.out_c; c++) {
        const int32_t at = packed(m, c);
        if (!th_vec_pack_channel(&pack, p, &l->w, c, m->n_k, multiplier[c * each], shift[c * each], v->s8_offset, at))
            continue;
        for (int32_t k = 0; k < m->n_k; k++)
            th_vec_pack_weight(&pack, &l->w, c, k, place_of(m, v->lanes, v->s8_group, at, k));
    }
    TH_VEC_KERNEL(f, TH_VEC_matrix_s8, th_matrix_s8_par, matrix_s8_fields, step);
    step->par = par;
    step->scratch_bytes = n_scratch(v, m) * (size_t)v->s8_bytes;
    if (v->s8_bytes == 2 && (m->from == TH_FROM_PICTURE || m->from == TH_FROM_TAPS))
        step->scratch_bytes = ((size_t)v->rows * 2 + (m->from == TH_FROM_TAPS)) * (size_t)TH_MATRIX_ROW(m->n_k);
    return TH_OK;
}

static th_err matrix_s16(const th_vec_family *f, const th_prepare *p, const layer *l, int32_t in_zero,
                         th_matrix_s16_par *par, const int32_t *multiplier, const int32_t *shift, int32_t each,
                         th_step *step)
{
    const th_vec *v = f->vec;
    const th_tensor *bias = th_prepare_in(p, 2);
    th_matrix *m = &par->m;
    th_vec_scales s;
    *m = matrix_of(v, l, 2, true);
    par->n_scales = m->groups * m->stride_n;
    TH_TRY(th_vec_scales_new(p, par->n_scales, &s));
    const size_t n_w = n_packed(m, 2);
    int16_t *w = TH_NEW(p->arena, int16_t, n_w);
    int64_t *wide = TH_NEW(p->arena, int64_t, (size_t)par->n_scales);
    if (!w || !wide) return th_refuse(p, TH_ENOMEM, "no memory for packed weights");
    for (int32_t c = 0; c < m->win.out_c; c++) {
        const int32_t at = packed(m, c);
        int64_t sum = 0;
        s.multiplier[at] = multiplier[c * each];
        s.shift[at] = shift[c * each];
        for (int32_t k = 0; k < m->n_k; k++) {
            w[place_of(m, v->lanes, 2, at, k)] = (int16_t)th_vec_number(&l->w, c, k);
            sum += th_vec_number(&l->w, c, k);
        }
        const int64_t own = !bias ? 0 : par->wide ? ((const int64_t *)bias->data)[c] : ((const int32_t *)bias->data)[c];
        wide[at] = (int64_t)((uint64_t)own - (uint64_t)(sum * in_zero));
        s.bias[at] = (int32_t)(uint32_t)(uint64_t)wide[at];
    }
    par->multiplier = s.multiplier;
    par->shift = s.shift;
    par->bias_wide = par->wide ? wide : NULL;
    par->bias_narrow = par->wide ? NULL : s.bias;
    par->n_wide = par->wide ? par->n_scales : 0;
    par->n_narrow = par->wide ? 0 : par->n_scales;
    par->w = w;
    par->n_w = (int32_t)n_w;
    TH_VEC_KERNEL(f, TH_VEC_matrix_s16, th_matrix_s16_par, matrix_s16_fields, step);
    step->par = par;
    step->scratch_bytes = n_scratch(v, m) * 2;
    return TH_OK;
}

static th_err matrix_f32(const th_vec_family *f, const th_prepare *p, const layer *l, float lo, float hi, th_step *step)
{
    const th_vec *v = f->vec;
    const th_tensor *bias = th_prepare_in(p, 2);
    th_matrix_f32_par *par = TH_NEW(p->arena, th_matrix_f32_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    th_matrix *m = &par->m;
    *m = matrix_of(v, l, 1, true);
    const size_t n_w = n_packed(m, 1), n_bias = (size_t)m->groups * (size_t)m->stride_n;
    float *w = TH_NEW(p->arena, float, n_w), *b = TH_NEW(p->arena, float, n_bias);
    if (!w || !b) return th_refuse(p, TH_ENOMEM, "no memory for packed weights");
    for (int32_t c = 0; c < m->win.out_c; c++) {
        const int32_t at = packed(m, c);
        b[at] = bias ? ((const float *)bias->data)[c] : 0.0f;
        for (int32_t k = 0; k < m->n_k; k++) w[place_of(m, v->lanes, 1, at, k)] = th_vec_real(&l->w, c, k);
    }
    par->act_min = lo;
    par->act_max = hi;
    par->n_bias = (int32_t)n_bias;
    par->bias = b;
    par->n_w = (int32_t)n_w;
    par->w = w;
    TH_VEC_KERNEL(f, TH_VEC_matrix_f32, th_matrix_f32_par, matrix_f32_fields, step);
    step->par = par;
    step->scratch_bytes = n_scratch(v, m) * 4;
    return TH_OK;
}

/* --- the operators --- */

static layer conv_layer(const th_prepare *p, const th_window *w, int32_t groups)
{
    return (layer){*w, groups, {th_prepare_in(p, 1), w->filter_h * w->filter_w * (w->in_c / groups), 1}};
}

th_err th_vec_prepare_conv_s8(const th_vec_family *f, const th_prepare *p, th_step *step)
{
    const th_conv_2d_s8_par *old = step->par;
    const layer l = conv_layer(p, &old->win, old->groups);
    return matrix_s8(f, p, &l, TH_VEC_S8_OF(old), old->multiplier, old->shift, 1, step);
}

th_err th_vec_prepare_conv_s16(const th_vec_family *f, const th_prepare *p, th_step *step)
{
    const th_conv_2d_s16_par *old = step->par;
    const layer l = conv_layer(p, &old->win, old->groups);
    th_matrix_s16_par *par = TH_NEW(p->arena, th_matrix_s16_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = (th_matrix_s16_par){.wide = old->wide, .act_min = old->act_min, .act_max = old->act_max};
    return matrix_s16(f, p, &l, 0, par, old->multiplier, old->shift, 1, step);
}

th_err th_vec_prepare_conv_f32(const th_vec_family *f, const th_prepare *p, th_step *step)
{
    const th_conv_2d_f32_par *old = step->par;
    const layer l = conv_layer(p, &old->win, old->groups);
    return matrix_f32(f, p, &l, old->act_min, old->act_max, step);
}

/* Each output channel has all of the only input channel: a convolution. */
th_err th_vec_prepare_one_channel_s8(const th_vec_family *f, const th_prepare *p, th_step *step)
{
    const th_depthwise_conv_2d_s8_par *old = step->par;
    const layer l = {old->win, 1, {th_prepare_in(p, 1), 1, old->win.out_c}};
    return matrix_s8(f, p, &l, TH_VEC_S8_OF(old), old->multiplier, old->shift, 1, step);
}

/* Rows become the pixels of a picture. */
static layer dense_layer(const th_prepare *p, int32_t rows, int32_t n_in, int32_t n_out)
{
    const th_window w = {.batches = rows,
                         .in_h = 1,
                         .in_w = 1,
                         .in_c = n_in,
                         .out_h = 1,
                         .out_w = 1,
                         .out_c = n_out,
                         .filter_h = 1,
                         .filter_w = 1,
                         .stride_h = 1,
                         .stride_w = 1,
                         .dilation_h = 1,
                         .dilation_w = 1};
    return (layer){w, 1, {th_prepare_in(p, 1), n_in, 1}};
}

th_err th_vec_prepare_dense_s8(const th_vec_family *f, const th_prepare *p, th_step *step)
{
    const th_fully_connected_s8_par *old = step->par;
    const layer l = dense_layer(p, old->rows, old->n_in, old->n_out);
    if (old->w_zero != 0) return TH_OK;
    return matrix_s8(f, p, &l, TH_VEC_S8_OF(old), old->multiplier, old->shift, old->n_scales > 1, step);
}

th_err th_vec_prepare_dense_s16(const th_vec_family *f, const th_prepare *p, th_step *step)
{
    const th_fully_connected_s16_par *old = step->par;
    const layer l = dense_layer(p, old->rows, old->n_in, old->n_out);
    th_matrix_s16_par *par = TH_NEW(p->arena, th_matrix_s16_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = (th_matrix_s16_par){
        .out_zero = old->out_zero, .wide = old->wide, .act_min = old->act_min, .act_max = old->act_max};
    return matrix_s16(f, p, &l, old->in_zero, par, old->multiplier, old->shift, old->n_scales > 1, step);
}

th_err th_vec_prepare_dense_f32(const th_vec_family *f, const th_prepare *p, th_step *step)
{
    const th_fully_connected_f32_par *old = step->par;
    const layer l = dense_layer(p, old->rows, old->n_in, old->n_out);
    return matrix_f32(f, p, &l, old->act_min, old->act_max, step);
}
