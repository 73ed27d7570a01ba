/* Parameters of nn/vec/add.h. */
#include "nn/binary.h"
#include "nn/requant.h"
#include "nn/vec/pack.h"

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
    th_vec_scales s;
    if (!is_flat(&old->map) || old->out_shift < -31 || old->out_shift > -1) return TH_OK;
    th_vec_add_s8_par *par = TH_NEW(p->arena, th_vec_add_s8_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    TH_TRY(th_vec_scales_new(p, TH_LINE_LANES, &s));
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
    TH_VEC_KERNEL(f, TH_VEC_vec_add_s8, th_vec_add_s8_par, add_s8_fields, step);
    step->n_in = 2;
    step->par = par;
    return TH_OK;
}

th_err th_vec_prepare_add_s8(const th_vec_family *f, const th_prepare *p, th_step *step)
{
    return add_or_sub(f, p, false, step);
}

th_err th_vec_prepare_sub_s8(const th_vec_family *f, const th_prepare *p, th_step *step)
{
    return add_or_sub(f, p, true, step);
}

th_err th_vec_prepare_add_f32(const th_vec_family *f, const th_prepare *p, th_step *step)
{
    const th_binary_f32_par *old = step->par;
    if (!is_flat(&old->map)) return TH_OK;
    th_vec_add_f32_par *par = TH_NEW(p->arena, th_vec_add_f32_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = (th_vec_add_f32_par){old->map.size[0], old->act_min, old->act_max};
    TH_VEC_KERNEL(f, TH_VEC_vec_add_f32, th_vec_add_f32_par, add_f32_fields, step);
    step->n_in = 2;
    step->par = par;
    return TH_OK;
}
