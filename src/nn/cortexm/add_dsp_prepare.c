#include "nn/binary.h"
#include "nn/cortexm/tile_dsp.h"
#include "nn/fast.h"
#include "nn/mve/add_mve.h"
#include "nn/prepare.h"

static const th_field fields[] = {
    TH_FIELD_INT(th_add_dsp_par, n),
    TH_FIELD_INT(th_add_dsp_par, a_zero),
    TH_FIELD_INT(th_add_dsp_par, a_left),
    TH_FIELD_INT(th_add_dsp_par, a_multiplier),
    TH_FIELD_INT(th_add_dsp_par, a_shift),
    TH_FIELD_INT(th_add_dsp_par, b_zero),
    TH_FIELD_INT(th_add_dsp_par, b_left),
    TH_FIELD_INT(th_add_dsp_par, b_multiplier),
    TH_FIELD_INT(th_add_dsp_par, b_shift),
    TH_FIELD_INT(th_add_dsp_par, out_zero),
    TH_FIELD_INT(th_add_dsp_par, out_multiplier),
    TH_FIELD_INT(th_add_dsp_par, out_shift),
    TH_FIELD_INT(th_add_dsp_par, act_min),
    TH_FIELD_INT(th_add_dsp_par, act_max),
};

/* A factor of m 2^(shift - 31) for d 2^20; false when it is none that the kernel can do. */
static bool side(int32_t m, int32_t shift, int32_t *left, int32_t *multiplier, int32_t *right)
{
    const bool half = shift == 0 && m == INT32_C(1) << 30;
    if ((!half && shift >= 0) || shift < -31) return false;
    *left = half ? 22 : 21;
    *multiplier = m;
    *right = half ? 1 : -shift;
    return true;
}

static th_err prepare(const th_prepare *p, th_step *step)
{
    const th_binary_q_par *own = (const th_binary_q_par *)step->par;
    const int32_t n = th_shape_count(&th_prepare_out(p, 0)->shape), out_shift = -own->out_shift;
    th_add_dsp_par par = {.n = n,
                          .a_zero = own->a_zero,
                          .b_zero = own->b_zero,
                          .out_zero = own->out_zero,
                          .out_multiplier = own->out_multiplier,
                          .out_shift = out_shift,
                          .act_min = own->act_min,
                          .act_max = own->act_max};
    if (th_shape_count(&th_prepare_in(p, 0)->shape) != n || th_shape_count(&th_prepare_in(p, 1)->shape) != n)
        return TH_OK;
    if (!side(own->a_multiplier, own->a_shift, &par.a_left, &par.a_multiplier, &par.a_shift) ||
        !side(own->b_multiplier, own->b_shift, &par.b_left, &par.b_multiplier, &par.b_shift) || out_shift < 1 ||
        out_shift > TH_TILE_SHIFT_MAX)
        return TH_OK;
    th_add_dsp_par *kept = TH_NEW(p->arena, th_add_dsp_par, 1);
    if (!kept) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *kept = par;
    TH_STEP_KERNEL(step, th_add_dsp, 2, "nn/cortexm/add_dsp.h", th_add_dsp_par, fields);
    step->par = kept;
    return TH_OK;
}

/* The same parameters. */
static th_err prepare_mve(const th_prepare *p, th_step *step)
{
    const void *const own = step->par;
    TH_TRY(prepare(p, step));
    if (step->par != own) TH_STEP_KERNEL(step, th_add_mve, 2, "nn/mve/add_mve.h", th_add_dsp_par, fields);
    return TH_OK;
}

const th_fast_row th_fast_add_mve = {TH_ISA_ARM_MVE, "th_add_s8", prepare_mve};
const th_fast_row th_fast_add_dsp = {TH_ISA_ARM_DSP, "th_add_s8", prepare};
