#include "nn/vec/prepare.h"

#include "nn/binary.h"
#include "nn/conv_2d.h"
#include "nn/depthwise_conv_2d.h"
#include "nn/fully_connected.h"
#include "nn/lstm.h"
#include "nn/prepare.h"
#include "nn/requant.h"

#define TH_FIELD_MATRIX(type)                                                                                          \
    TH_FIELD_INT(type, m.win.batches), TH_FIELD_INT(type, m.win.in_h), TH_FIELD_INT(type, m.win.in_w),                 \
        TH_FIELD_INT(type, m.win.in_c), TH_FIELD_INT(type, m.win.out_h), TH_FIELD_INT(type, m.win.out_w),              \
        TH_FIELD_INT(type, m.win.out_c), TH_FIELD_INT(type, m.win.filter_h), TH_FIELD_INT(type, m.win.filter_w),       \
        TH_FIELD_INT(type, m.win.stride_h), TH_FIELD_INT(type, m.win.stride_w), TH_FIELD_INT(type, m.win.dilation_h),  \
        TH_FIELD_INT(type, m.win.dilation_w), TH_FIELD_INT(type, m.win.pad_top), TH_FIELD_INT(type, m.win.pad_left),   \
        TH_FIELD_INT(type, m.groups), TH_FIELD_INT(type, m.n_k), TH_FIELD_INT(type, m.n_segments),                     \
        TH_FIELD_INT(type, m.n_groups), TH_FIELD_INT(type, m.stride_n), TH_FIELD_INT(type, m.from),                    \
        TH_FIELD_INT(type, m.pitch)

static const th_field matrix_s8_fields[] = {
    TH_FIELD_MATRIX(th_matrix_s8_par),
    TH_FIELD_INT(th_matrix_s8_par, in_zero),
    TH_FIELD_INT(th_matrix_s8_par, out_zero),
    TH_FIELD_INT(th_matrix_s8_par, act_min),
    TH_FIELD_INT(th_matrix_s8_par, act_max),
    TH_FIELD_INT(th_matrix_s8_par, to_right),
    TH_FIELD_INT(th_matrix_s8_par, n_scales),
    TH_FIELD_INTS(th_matrix_s8_par, bias, n_scales),
    TH_FIELD_INTS(th_matrix_s8_par, multiplier, n_scales),
    TH_FIELD_INTS(th_matrix_s8_par, shift, n_scales),
    TH_FIELD_INT(th_matrix_s8_par, n_w8),
    TH_FIELD_INT(th_matrix_s8_par, n_w16),
    TH_FIELD_ARRAY(th_matrix_s8_par, w8, n_w8, S8),
    TH_FIELD_ARRAY(th_matrix_s8_par, w16, n_w16, S16),
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

#define TH_FIELD_LINES(type)                                                                                           \
    TH_FIELD_INT(type, l.win.batches), TH_FIELD_INT(type, l.win.in_h), TH_FIELD_INT(type, l.win.in_w),                 \
        TH_FIELD_INT(type, l.win.in_c), TH_FIELD_INT(type, l.win.out_h), TH_FIELD_INT(type, l.win.out_w),              \
        TH_FIELD_INT(type, l.win.out_c), TH_FIELD_INT(type, l.win.filter_h), TH_FIELD_INT(type, l.win.filter_w),       \
        TH_FIELD_INT(type, l.win.stride_h), TH_FIELD_INT(type, l.win.stride_w), TH_FIELD_INT(type, l.win.dilation_h),  \
        TH_FIELD_INT(type, l.win.dilation_w), TH_FIELD_INT(type, l.win.pad_top), TH_FIELD_INT(type, l.win.pad_left),   \
        TH_FIELD_INT(type, l.flow), TH_FIELD_INT(type, l.period), TH_FIELD_INT(type, l.n_groups),                      \
        TH_FIELD_INT(type, l.phase), TH_FIELD_INT(type, l.row)

static const th_field depthwise_s8_fields[] = {
    TH_FIELD_LINES(th_depthwise_s8_par),
    TH_FIELD_INT(th_depthwise_s8_par, in_zero),
    TH_FIELD_INT(th_depthwise_s8_par, out_zero),
    TH_FIELD_INT(th_depthwise_s8_par, act_min),
    TH_FIELD_INT(th_depthwise_s8_par, act_max),
    TH_FIELD_INT(th_depthwise_s8_par, to_right),
    TH_FIELD_INT(th_depthwise_s8_par, n_scales),
    TH_FIELD_INTS(th_depthwise_s8_par, bias, n_scales),
    TH_FIELD_INTS(th_depthwise_s8_par, multiplier, n_scales),
    TH_FIELD_INTS(th_depthwise_s8_par, shift, n_scales),
    TH_FIELD_INT(th_depthwise_s8_par, n_w8),
    TH_FIELD_INT(th_depthwise_s8_par, n_w16),
    TH_FIELD_ARRAY(th_depthwise_s8_par, w8, n_w8, S8),
    TH_FIELD_ARRAY(th_depthwise_s8_par, w16, n_w16, S16),
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

static const th_field add_s8_fields[] = {
    TH_FIELD_INT(th_vec_add_s8_par, n),
    TH_FIELD_INT(th_vec_add_s8_par, out_zero),
    TH_FIELD_INT(th_vec_add_s8_par, act_min),
    TH_FIELD_INT(th_vec_add_s8_par, act_max),
    TH_FIELD_INT(th_vec_add_s8_par, a_zero),
    TH_FIELD_INT(th_vec_add_s8_par, a_multiplier),
    TH_FIELD_INT(th_vec_add_s8_par, a_shift),
    TH_FIELD_INT(th_vec_add_s8_par, b_zero),
    TH_FIELD_INT(th_vec_add_s8_par, b_multiplier),
    TH_FIELD_INT(th_vec_add_s8_par, b_shift),
    TH_FIELD_INT(th_vec_add_s8_par, negative),
    TH_FIELD_INT(th_vec_add_s8_par, n_table),
    TH_FIELD_INTS(th_vec_add_s8_par, a, n_table),
    TH_FIELD_INTS(th_vec_add_s8_par, b, n_table),
    TH_FIELD_INT(th_vec_add_s8_par, n_lanes),
    TH_FIELD_INTS(th_vec_add_s8_par, bias, n_lanes),
    TH_FIELD_INTS(th_vec_add_s8_par, multiplier, n_lanes),
    TH_FIELD_INTS(th_vec_add_s8_par, shift, n_lanes),
};

static const th_field add_f32_fields[] = {
    TH_FIELD_INT(th_vec_add_f32_par, n),
    TH_FIELD_FLOAT(th_vec_add_f32_par, act_min),
    TH_FIELD_FLOAT(th_vec_add_f32_par, act_max),
};
static const th_field lstm_f32_fields[] = {
    TH_FIELD_INT(th_vec_lstm_f32_par, batches),
    TH_FIELD_INT(th_vec_lstm_f32_par, steps),
    TH_FIELD_INT(th_vec_lstm_f32_par, n_in),
    TH_FIELD_INT(th_vec_lstm_f32_par, n_cell),
    TH_FIELD_INT(th_vec_lstm_f32_par, time_major),
    TH_FIELD_FLOAT(th_vec_lstm_f32_par, cell_clip),
    TH_FIELD_INT(th_vec_lstm_f32_par, stride),
    TH_FIELD_INT(th_vec_lstm_f32_par, n_bias),
    TH_FIELD_INT(th_vec_lstm_f32_par, n_wx),
    TH_FIELD_INT(th_vec_lstm_f32_par, n_wh),
    TH_FIELD_ARRAY(th_vec_lstm_f32_par, bias, n_bias, F32),
    TH_FIELD_ARRAY(th_vec_lstm_f32_par, wx, n_wx, F32),
    TH_FIELD_ARRAY(th_vec_lstm_f32_par, wh, n_wh, F32),
};

/* --- weights as the model has them --- */

/* Weight k of channel c is number c * per_channel + k * per_k of the tensor. */
typedef struct weights {
    const th_tensor *t;
    int32_t per_channel, per_k;
} weights;

static int32_t number(const weights *w, int32_t c, int32_t k)
{
    const int32_t i = c * w->per_channel + k * w->per_k;
    if (w->t->type != TH_S4) return ((const int8_t *)w->t->data)[i];
    const int32_t v = ((const uint8_t *)w->t->data)[i / 2] >> (i % 2 * 4) & 15;
    return v < 8 ? v : v - 16;
}

static float real(const weights *w, int32_t c, int32_t k)
{
    return ((const float *)w->t->data)[c * w->per_channel + k * w->per_k];
}

/* What can be packed is known now. */
static bool is_constant(const th_prepare *p)
{
    const th_tensor *bias = th_prepare_in(p, 2);
    return th_prepare_in(p, 1)->data && (!bias || bias->data);
}

static void set_kernel(const th_vec_family *f, int id, const char *par_type, const th_field *fields, size_t n_fields,
                       th_step *step)
{
    step->kernel = f->kernel[id].kernel;
    step->part = f->kernel[id].part;
    step->kernel_name = f->kernel[id].name;
    step->header = f->header;
    step->par_type = par_type;
    step->fields = fields;
    step->n_fields = n_fields;
    step->n_in = step->n_out = 1;
    step->slide = 0;
    step->lead = 0;
}
#define SET_KERNEL(f, id, type, list, step) set_kernel(f, id, #type, list, sizeof(list) / sizeof *(list), step)

/* --- matrix products --- */

/* The layer: geometry, and where its weights are. */
typedef struct layer {
    th_window win;
    int32_t groups;
    weights w;
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

/* Scales of n_from channels or one for all, as arrays of n; those in between multiply with 0. */
typedef struct scales {
    int32_t *bias, *multiplier, *shift;
} scales;

static th_err scales_new(const th_prepare *p, int32_t n, scales *s)
{
    s->bias = TH_NEW(p->arena, int32_t, (size_t)n);
    s->multiplier = TH_NEW(p->arena, int32_t, (size_t)n);
    s->shift = TH_NEW(p->arena, int32_t, (size_t)n);
    if (!s->bias || !s->multiplier || !s->shift) return th_refuse(p, TH_ENOMEM, "no memory for packed weights");
    for (int32_t i = 0; i < n; i++) s->shift[i] = -1;
    return TH_OK;
}

static int32_t bias_of(const th_prepare *p, int32_t c)
{
    const th_tensor *bias = th_prepare_in(p, 2);
    return bias ? ((const int32_t *)bias->data)[c] : 0;
}

/* Sum of n weights of a channel times `zero`, off the bias; wraps like the sums. */
static int32_t corrected(int32_t bias, const weights *w, int32_t c, int32_t n, int32_t zero)
{
    int32_t sum = 0;
    for (int32_t k = 0; k < n; k++) sum += number(w, c, k);
    return (int32_t)((uint32_t)bias - (uint32_t)sum * (uint32_t)zero);
}

/* par: all but the arrays and the matrix; each: 1 when every channel has its own scale. */
static th_err matrix_s8(const th_vec_family *f, const th_prepare *p, const layer *l, th_matrix_s8_par *par,
                        const int32_t *multiplier, const int32_t *shift, int32_t each, th_step *step)
{
    const th_vec *v = f->vec;
    const int32_t group = v->s8_group;
    th_matrix *m = &par->m;
    scales s;
    *m = matrix_of(v, l, group, v->s8_bytes == 1);
    par->n_scales = m->groups * m->stride_n;
    TH_TRY(scales_new(p, par->n_scales, &s));
    const size_t n_w = n_packed(m, group);
    int8_t *w8 = v->s8_bytes == 1 ? TH_NEW(p->arena, int8_t, n_w) : NULL;
    int16_t *w16 = v->s8_bytes == 2 ? TH_NEW(p->arena, int16_t, n_w) : NULL;
    if (!w8 && !w16) return th_refuse(p, TH_ENOMEM, "no memory for packed weights");
    for (int32_t c = 0; c < m->win.out_c; c++) {
        const int32_t at = packed(m, c);
        s.bias[at] = corrected(bias_of(p, c), &l->w, c, m->n_k, par->in_zero + v->s8_offset);
        s.multiplier[at] = multiplier[c * each];
        s.shift[at] = s.multiplier[at] ? shift[c * each] : -1; /* a factor of 0 comes with shift 0 */
        par->to_right &= s.shift[at] >= -31 && s.shift[at] <= -1;
        for (int32_t k = 0; k < m->n_k; k++) {
            const size_t i = place_of(m, v->lanes, group, at, k);
            if (w8)
                w8[i] = (int8_t)number(&l->w, c, k);
            else
                w16[i] = (int16_t)number(&l->w, c, k);
        }
    }
    par->bias = s.bias;
    par->multiplier = s.multiplier;
    par->shift = s.shift;
    par->w8 = w8;
    par->w16 = w16;
    par->n_w8 = w8 ? (int32_t)n_w : 0;
    par->n_w16 = w16 ? (int32_t)n_w : 0;
    SET_KERNEL(f, TH_VEC_matrix_s8, th_matrix_s8_par, matrix_s8_fields, step);
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
    scales s;
    *m = matrix_of(v, l, 2, true);
    par->n_scales = m->groups * m->stride_n;
    TH_TRY(scales_new(p, par->n_scales, &s));
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
            w[place_of(m, v->lanes, 2, at, k)] = (int16_t)number(&l->w, c, k);
            sum += number(&l->w, c, k);
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
    SET_KERNEL(f, TH_VEC_matrix_s16, th_matrix_s16_par, matrix_s16_fields, step);
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
        for (int32_t k = 0; k < m->n_k; k++) w[place_of(m, v->lanes, 1, at, k)] = real(&l->w, c, k);
    }
    par->act_min = lo;
    par->act_max = hi;
    par->n_bias = (int32_t)n_bias;
    par->bias = b;
    par->n_w = (int32_t)n_w;
    par->w = w;
    SET_KERNEL(f, TH_VEC_matrix_f32, th_matrix_f32_par, matrix_f32_fields, step);
    step->par = par;
    step->scratch_bytes = n_scratch(v, m) * 4;
    return TH_OK;
}

/* --- the operators --- */

static layer conv_layer(const th_prepare *p, const th_window *w, int32_t groups)
{
    return (layer){*w, groups, {th_prepare_in(p, 1), w->filter_h * w->filter_w * (w->in_c / groups), 1}};
}

static th_err conv_s8(const th_vec_family *f, const th_prepare *p, th_step *step)
{
    const th_conv_2d_s8_par *old = step->par;
    const layer l = conv_layer(p, &old->win, old->groups);
    th_matrix_s8_par *par = TH_NEW(p->arena, th_matrix_s8_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = (th_matrix_s8_par){.in_zero = old->in_zero,
                              .out_zero = old->out_zero,
                              .act_min = old->act_min,
                              .act_max = old->act_max,
                              .to_right = 1};
    return matrix_s8(f, p, &l, par, old->multiplier, old->shift, 1, step);
}

static th_err conv_s16(const th_vec_family *f, const th_prepare *p, th_step *step)
{
    const th_conv_2d_s16_par *old = step->par;
    const layer l = conv_layer(p, &old->win, old->groups);
    th_matrix_s16_par *par = TH_NEW(p->arena, th_matrix_s16_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = (th_matrix_s16_par){.wide = old->wide, .act_min = old->act_min, .act_max = old->act_max};
    return matrix_s16(f, p, &l, 0, par, old->multiplier, old->shift, 1, step);
}

static th_err conv_f32(const th_vec_family *f, const th_prepare *p, th_step *step)
{
    const th_conv_2d_f32_par *old = step->par;
    const layer l = conv_layer(p, &old->win, old->groups);
    return matrix_f32(f, p, &l, old->act_min, old->act_max, step);
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

static th_err dense_s8(const th_vec_family *f, const th_prepare *p, th_step *step)
{
    const th_fully_connected_s8_par *old = step->par;
    const layer l = dense_layer(p, old->rows, old->n_in, old->n_out);
    if (old->w_zero != 0) return TH_OK;
    th_matrix_s8_par *par = TH_NEW(p->arena, th_matrix_s8_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = (th_matrix_s8_par){.in_zero = old->in_zero,
                              .out_zero = old->out_zero,
                              .act_min = old->act_min,
                              .act_max = old->act_max,
                              .to_right = 1};
    return matrix_s8(f, p, &l, par, old->multiplier, old->shift, old->n_scales > 1, step);
}

static th_err dense_s16(const th_vec_family *f, const th_prepare *p, th_step *step)
{
    const th_fully_connected_s16_par *old = step->par;
    const layer l = dense_layer(p, old->rows, old->n_in, old->n_out);
    th_matrix_s16_par *par = TH_NEW(p->arena, th_matrix_s16_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = (th_matrix_s16_par){
        .out_zero = old->out_zero, .wide = old->wide, .act_min = old->act_min, .act_max = old->act_max};
    return matrix_s16(f, p, &l, old->in_zero, par, old->multiplier, old->shift, old->n_scales > 1, step);
}

static th_err dense_f32(const th_vec_family *f, const th_prepare *p, th_step *step)
{
    const th_fully_connected_f32_par *old = step->par;
    const layer l = dense_layer(p, old->rows, old->n_in, old->n_out);
    return matrix_f32(f, p, &l, old->act_min, old->act_max, step);
}

/* --- depthwise --- */

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

/* Each output channel has all of the only input channel: a convolution. */
static th_err one_channel_s8(const th_vec_family *f, const th_prepare *p, const th_depthwise_conv_2d_s8_par *old,
                             th_step *step)
{
    const layer one = {old->win, 1, {th_prepare_in(p, 1), 1, old->win.out_c}};
    th_matrix_s8_par *m = TH_NEW(p->arena, th_matrix_s8_par, 1);
    if (!m) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *m = (th_matrix_s8_par){.in_zero = old->in_zero,
                            .out_zero = old->out_zero,
                            .act_min = old->act_min,
                            .act_max = old->act_max,
                            .to_right = 1};
    return matrix_s8(f, p, &one, m, old->multiplier, old->shift, 1, step);
}

static th_err depthwise_s8(const th_vec_family *f, const th_prepare *p, th_step *step)
{
    const th_depthwise_conv_2d_s8_par *old = step->par;
    const th_vec *v = f->vec;
    const th_window *w = &old->win;
    const weights from = {th_prepare_in(p, 1), 1, w->out_c};
    const int32_t lanes = v->line_lanes, group = v->line_group, taps = w->filter_h * w->filter_w;
    th_lines l;
    scales s;
    if (w->in_c == 1) return one_channel_s8(f, p, old, step);
    if (!lines_of(w, group, lanes, 1, &l)) return TH_OK;
    th_depthwise_s8_par *par = TH_NEW(p->arena, th_depthwise_s8_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = (th_depthwise_s8_par){.l = l,
                                 .in_zero = old->in_zero,
                                 .out_zero = old->out_zero,
                                 .act_min = old->act_min,
                                 .act_max = old->act_max,
                                 .to_right = 1,
                                 .n_scales = l.period * lanes};
    TH_TRY(scales_new(p, par->n_scales, &s));
    const size_t n_w = (size_t)par->n_scales * (size_t)l.n_groups * (size_t)group;
    int8_t *w8 = v->line_w_bytes == 1 ? TH_NEW(p->arena, int8_t, n_w) : NULL;
    int16_t *w16 = v->line_w_bytes == 2 ? TH_NEW(p->arena, int16_t, n_w) : NULL;
    if (!w8 && !w16) return th_refuse(p, TH_ENOMEM, "no memory for packed weights");
    for (int32_t i = 0; i < par->n_scales; i++) {
        const int32_t c = channel_of(&l, i);
        if (c < 0) continue;
        s.bias[i] = corrected(bias_of(p, c), &from, c, taps, old->in_zero + v->line_offset);
        s.multiplier[i] = old->multiplier[c];
        s.shift[i] = s.multiplier[i] ? old->shift[c] : -1;
        par->to_right &= s.shift[i] >= -31 && s.shift[i] <= -1;
        for (int32_t k = 0; k < taps; k++) {
            const size_t at = (((size_t)(i / lanes) * (size_t)l.n_groups + (size_t)(k / group)) * (size_t)lanes +
                               (size_t)v->place(i % lanes)) *
                                  (size_t)group +
                              (size_t)(k % group);
            if (w8)
                w8[at] = (int8_t)number(&from, c, k);
            else
                w16[at] = (int16_t)number(&from, c, k);
        }
    }
    par->bias = s.bias;
    par->multiplier = s.multiplier;
    par->shift = s.shift;
    par->w8 = w8;
    par->w16 = w16;
    par->n_w8 = w8 ? (int32_t)n_w : 0;
    par->n_w16 = w16 ? (int32_t)n_w : 0;
    SET_KERNEL(f, TH_VEC_depthwise_s8, th_depthwise_s8_par, depthwise_s8_fields, step);
    step->par = par;
    step->scratch_bytes = (size_t)w->filter_h * (size_t)l.row;
    return TH_OK;
}

static th_err depthwise_f32(const th_vec_family *f, const th_prepare *p, th_step *step)
{
    const th_depthwise_conv_2d_f32_par *old = step->par;
    const th_window *w = &old->win;
    const weights from = {th_prepare_in(p, 1), 1, w->out_c};
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
                real(&from, c, k);
    }
    *par = (th_depthwise_f32_par){.l = l,
                                  .act_min = old->act_min,
                                  .act_max = old->act_max,
                                  .n_bias = (int32_t)n,
                                  .bias = b,
                                  .n_w = (int32_t)n * taps,
                                  .w = packed_w};
    SET_KERNEL(f, TH_VEC_depthwise_f32, th_depthwise_f32_par, depthwise_f32_fields, step);
    step->par = par;
    step->scratch_bytes = (size_t)w->filter_h * (size_t)l.row;
    return TH_OK;
}

/* --- sums of two tensors --- */

/* One line of bytes, no broadcasting. */
static bool is_flat(const th_broadcast *map)
{
    return map->n_dims == 1 && map->stride[0] != 0 && map->stride[1] != 0;
}

/* Tables of what the inputs add, for families that do not compute it. */
static th_err add_tables(const th_prepare *p, const th_binary_q_par *old, th_vec_add_s8_par *par)
{
    int32_t *a = TH_NEW(p->arena, int32_t, 256), *b = TH_NEW(p->arena, int32_t, 256);
    if (!a || !b) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    for (int32_t i = 0; i < 256; i++) {
        a[i] = th_requant(th_shift_left((i < 128 ? i : i - 256) - old->a_zero, 20), old->a_multiplier, old->a_shift);
        b[i] = th_requant(th_shift_left((i < 128 ? i : i - 256) - old->b_zero, 20), old->b_multiplier, old->b_shift);
        if (par->negative) b[i] = -b[i];
    }
    par->n_table = 256;
    par->a = a;
    par->b = b;
    return TH_OK;
}

static bool is_term(int32_t multiplier, int32_t shift)
{
    return multiplier >= 0 && shift >= -31 && shift <= 0;
}

static th_err add_or_sub(const th_vec_family *f, const th_prepare *p, bool negative, th_step *step)
{
    const th_binary_q_par *old = step->par;
    scales s;
    if (!is_flat(&old->map) || old->out_shift < -31 || old->out_shift > -1) return TH_OK;
    th_vec_add_s8_par *par = TH_NEW(p->arena, th_vec_add_s8_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    TH_TRY(scales_new(p, TH_LINE_LANES, &s));
    for (int32_t i = 0; i < TH_LINE_LANES; i++) s.multiplier[i] = old->out_multiplier, s.shift[i] = old->out_shift;
    *par = (th_vec_add_s8_par){.n = old->map.size[0],
                               .out_zero = old->out_zero,
                               .act_min = old->act_min,
                               .act_max = old->act_max,
                               .a_zero = old->a_zero,
                               .a_multiplier = old->a_multiplier,
                               .a_shift = old->a_shift,
                               .b_zero = old->b_zero,
                               .b_multiplier = old->b_multiplier,
                               .b_shift = old->b_shift,
                               .negative = negative,
                               .n_lanes = TH_LINE_LANES,
                               .bias = s.bias,
                               .multiplier = s.multiplier,
                               .shift = s.shift};
    if (!f->vec->add_s8 || !is_term(old->a_multiplier, old->a_shift) || !is_term(old->b_multiplier, old->b_shift))
        TH_TRY(add_tables(p, old, par));
    SET_KERNEL(f, TH_VEC_vec_add_s8, th_vec_add_s8_par, add_s8_fields, step);
    step->n_in = 2;
    step->par = par;
    return TH_OK;
}

static th_err add_s8(const th_vec_family *f, const th_prepare *p, th_step *step)
{
    return add_or_sub(f, p, false, step);
}

static th_err sub_s8(const th_vec_family *f, const th_prepare *p, th_step *step)
{
    return add_or_sub(f, p, true, step);
}

static th_err add_f32(const th_vec_family *f, const th_prepare *p, th_step *step)
{
    const th_binary_f32_par *old = step->par;
    if (!is_flat(&old->map)) return TH_OK;
    th_vec_add_f32_par *par = TH_NEW(p->arena, th_vec_add_f32_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = (th_vec_add_f32_par){old->map.size[0], old->act_min, old->act_max};
    SET_KERNEL(f, TH_VEC_vec_add_f32, th_vec_add_f32_par, add_f32_fields, step);
    step->n_in = 2;
    step->par = par;
    return TH_OK;
}

/* --- LSTM --- */

enum { LSTM_WEIGHTS = 1, LSTM_RECURRENT = 5, LSTM_BIAS = 12 };

static bool lstm_is_constant(const th_prepare *p)
{
    for (int32_t g = 0; g < 4; g++)
        if (!th_prepare_in(p, LSTM_WEIGHTS + g)->data || !th_prepare_in(p, LSTM_RECURRENT + g)->data ||
            !th_prepare_in(p, LSTM_BIAS + g)->data)
            return false;
    return true;
}

static th_err lstm_f32(const th_vec_family *f, const th_prepare *p, th_step *step)
{
    const th_lstm_f32_par *old = step->par;
    const int32_t lanes = f->vec->lanes, stride = (old->n_cell + lanes - 1) / lanes * lanes, n = 4 * stride;
    if (!lstm_is_constant(p)) return TH_OK;
    th_vec_lstm_f32_par *par = TH_NEW(p->arena, th_vec_lstm_f32_par, 1);
    float *bias = TH_NEW(p->arena, float, (size_t)n);
    float *w[2] = {TH_NEW(p->arena, float, (size_t)n *(size_t)old->n_in),
                   TH_NEW(p->arena, float, (size_t)n *(size_t)old->n_cell)};
    if (!par || !bias || !w[0] || !w[1]) return th_refuse(p, TH_ENOMEM, "no memory for packed weights");
    for (int32_t i = 0; i < 4 * old->n_cell; i++) {
        const int32_t g = i / old->n_cell, c = i % old->n_cell, at = g * stride + c;
        bias[at] = ((const float *)th_prepare_in(p, LSTM_BIAS + g)->data)[c];
        for (int32_t side = 0; side < 2; side++) {
            const int32_t n_k = side ? old->n_cell : old->n_in;
            const weights from = {th_prepare_in(p, (side ? LSTM_RECURRENT : LSTM_WEIGHTS) + g), n_k, 1};
            for (int32_t k = 0; k < n_k; k++)
                w[side][((size_t)(at / lanes) * (size_t)n_k + (size_t)k) * (size_t)lanes + (size_t)(at % lanes)] =
                    real(&from, c, k);
        }
    }
    *par = (th_vec_lstm_f32_par){old->batches,   old->steps, old->n_in, old->n_cell,   old->time_major,
                                 old->cell_clip, stride,     n,         n * old->n_in, n * old->n_cell,
                                 bias,           w[0],       w[1]};
    const int32_t n_in = step->n_in, n_out = step->n_out;
    SET_KERNEL(f, TH_VEC_vec_lstm_f32, th_vec_lstm_f32_par, lstm_f32_fields, step);
    step->part = NULL; /* each step needs the one before */
    step->n_in = n_in;
    step->n_out = n_out;
    step->par = par;
    step->scratch_bytes = (size_t)n * 2 * 4;
    return TH_OK;
}

static const struct {
    const char *plain;
    th_err (*prepare)(const th_vec_family *f, const th_prepare *p, th_step *step);
    bool any; /* looks at its inputs itself; the others have weights and a bias, which must be constant */
} replaced[] = {
    {"th_conv_2d_s8", conv_s8, false},
    {"th_conv_2d_s8w4", conv_s8, false},
    {"th_conv_2d_s16", conv_s16, false},
    {"th_conv_2d_f32", conv_f32, false},
    {"th_fully_connected_s8", dense_s8, false},
    {"th_fully_connected_s8w4", dense_s8, false},
    {"th_fully_connected_s16", dense_s16, false},
    {"th_fully_connected_f32", dense_f32, false},
    {"th_depthwise_conv_2d_s8", depthwise_s8, false},
    {"th_depthwise_conv_2d_s8w4", depthwise_s8, false},
    {"th_depthwise_conv_2d_f32", depthwise_f32, false},
    {"th_add_s8", add_s8, true},
    {"th_sub_s8", sub_s8, true},
    {"th_add_f32", add_f32, true},
    {"th_lstm_f32", lstm_f32, true},
};

const char *th_vec_replaces(size_t i)
{
    return i < sizeof replaced / sizeof *replaced ? replaced[i].plain : NULL;
}

th_err th_vec_prepare(const th_vec_family *f, const th_prepare *p, th_step *step)
{
    for (size_t i = 0; i < sizeof replaced / sizeof *replaced; i++)
        if (th_same_name(replaced[i].plain, step->kernel_name))
            return replaced[i].any || is_constant(p) ? replaced[i].prepare(f, p, step) : TH_OK;
    return TH_OK;
}
