#include "nn/cortexm/quad_dsp.h"
#include "nn/cortexm/quad_dsp_prepare.h"
#include "nn/cortexm/svdf_dsp.h"
#include "nn/cortexm/tile_dsp.h"
#include "nn/fast.h"
#include "nn/prepare.h"

static const th_field fields[] = {
    TH_FIELD_INT(th_svdf_dsp_par, own.batches),
    TH_FIELD_INT(th_svdf_dsp_par, own.n_in),
    TH_FIELD_INT(th_svdf_dsp_par, own.units),
    TH_FIELD_INT(th_svdf_dsp_par, own.rank),
    TH_FIELD_INT(th_svdf_dsp_par, own.memory),
    TH_FIELD_INT(th_svdf_dsp_par, own.in_zero),
    TH_FIELD_INT(th_svdf_dsp_par, own.state_zero),
    TH_FIELD_INT(th_svdf_dsp_par, own.out_zero),
    TH_FIELD_INT(th_svdf_dsp_par, own.state_multiplier),
    TH_FIELD_INT(th_svdf_dsp_par, own.state_shift),
    TH_FIELD_INT(th_svdf_dsp_par, own.out_multiplier),
    TH_FIELD_INT(th_svdf_dsp_par, own.out_shift),
    TH_FIELD_INT(th_svdf_dsp_par, n_weights),
    TH_FIELD_ARRAY(th_svdf_dsp_par, weights, n_weights, S8),
};

/* *par: NULL when the kernel can't do it. */
static th_err make(const th_prepare *p, const th_svdf_s8_par *own, th_svdf_dsp_par **par)
{
    const th_tensor *w = th_prepare_in(p, 1);
    const int32_t shift = -own->state_shift;
    *par = NULL;
    if (!w->data || w->is_variable || shift < 1 || shift > TH_TILE_SHIFT_MAX) return TH_OK;
    const th_filters f = {.w = (const int8_t *)w->data,
                          .outs = own->units * own->rank,
                          .n = own->n_in,
                          .per_filter = own->n_in,
                          .per_tap = 1};
    if (!th_quad_fits(&f, TH_QUAD_S8) || (int64_t)255 * 128 * f.n >= INT64_C(1) << 30) return TH_OK;
    const int32_t bytes = th_quad_bytes(&f);
    th_svdf_dsp_par *made = TH_NEW(p->arena, th_svdf_dsp_par, 1);
    int8_t *to = (int8_t *)TH_NEW(p->arena, int32_t, (size_t)bytes / 4);
    if (!made || !to) return th_refuse(p, TH_ENOMEM, "no memory for the packed weights");
    *made = (th_svdf_dsp_par){.own = *own, .n_weights = bytes, .weights = to};
    for (int32_t set = 0; 4 * set < f.outs; set++) to = th_quad_pack(&f, set, TH_QUAD_S8, to);
    *par = made;
    return TH_OK;
}

static void finish(th_step *step, th_svdf_dsp_par *par)
{
    step->par = par;
    step->scratch_bytes = TH_QUAD_BYTES(par->own.n_in);
    step->unread = 1u << 1;
}

static th_err svdf_s8(const th_prepare *p, th_step *step)
{
    th_svdf_dsp_par *par;
    TH_TRY(make(p, (const th_svdf_s8_par *)step->par, &par));
    if (!par) return TH_OK;
    TH_STEP_KERNEL(step, th_svdf_s8_dsp, 5, "nn/cortexm/svdf_dsp.h", th_svdf_dsp_par, fields);
    finish(step, par);
    return TH_OK;
}

static th_err svdf_s8_s16(const th_prepare *p, th_step *step)
{
    th_svdf_dsp_par *par;
    TH_TRY(make(p, (const th_svdf_s8_par *)step->par, &par));
    if (!par) return TH_OK;
    TH_STEP_KERNEL(step, th_svdf_s8_s16_dsp, 5, "nn/cortexm/svdf_dsp.h", th_svdf_dsp_par, fields);
    finish(step, par);
    return TH_OK;
}

const th_fast_row th_fast_svdf_s8_dsp = {TH_ISA_ARM_DSP, "th_svdf_s8", svdf_s8};
const th_fast_row th_fast_svdf_s8_s16_dsp = {TH_ISA_ARM_DSP, "th_svdf_s8_s16", svdf_s8_s16};
