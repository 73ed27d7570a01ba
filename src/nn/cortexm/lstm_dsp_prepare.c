#include "nn/cortexm/lstm_dsp.h"
#include "nn/cortexm/quad_dsp.h"
#include "nn/cortexm/quad_dsp_prepare.h"
#include "nn/cortexm/tile_dsp.h"
#include "nn/fast.h"
#include "nn/lstm_cell.h"
#include "nn/lstm_prepare.h"

static const th_field fields[] = {
    TH_FIELD_LSTM_S16_OWN(th_lstm_dsp_par),
    TH_FIELD_INT(th_lstm_dsp_par, n_weights),
    TH_FIELD_ARRAY(th_lstm_dsp_par, weights, n_weights, S8),
};

/* A copy of the weights in which the gates of a cell are four filters one after the other: [n_cell][4][n]. */
static const int8_t *by_cell(const th_prepare *p, int32_t first, int32_t n_cell, int32_t n)
{
    int8_t *w = TH_NEW(p->arena, int8_t, 4 * (size_t)n_cell * (size_t)n);
    for (int32_t g = 0; w && g < 4; g++) {
        const int8_t *from = (const int8_t *)th_prepare_in(p, first + g)->data;
        for (int32_t c = 0; c < n_cell; c++)
            for (int32_t k = 0; k < n; k++) w[((size_t)c * 4 + (size_t)g) * (size_t)n + (size_t)k] = *from++;
    }
    return w;
}

/* int8: what scaled() of the kernel needs; a sum over x begins with its bias. */
static bool scales_fit(const th_prepare *p, const th_lstm_s16_par *own)
{
    for (int32_t g = 0; g < 4; g++) {
        const int32_t *bias = (const int32_t *)th_prepare_in(p, TH_LSTM_BIAS + g)->data;
        const int32_t x = -own->in_shift[g], h = -own->hidden_shift[g];
        if (x < 1 || x > TH_TILE_SHIFT_MAX || h < 1 || h > TH_TILE_SHIFT_MAX) return false;
        for (int32_t c = 0; c < own->n_cell; c++) {
            const int64_t far = (bias[c] < 0 ? -(int64_t)bias[c] : bias[c]) + (int64_t)255 * 128 * own->n_in;
            if (far >= INT64_C(1) << 30) return false;
        }
    }
    return (int64_t)255 * 128 * own->n_cell < INT64_C(1) << 30;
}

static bool all_constant(const th_prepare *p)
{
    for (int32_t i = TH_LSTM_WEIGHTS; i < TH_LSTM_HIDDEN; i++)
        if (th_prepare_in(p, i) && !th_prepare_in(p, i)->data) return false;
    return true;
}

/* *done: false when the kernel can't do it. */
static th_err pack(const th_prepare *p, const th_lstm_s16_par *own, th_quad_order order, th_step *step, bool *done)
{
    const int32_t n = 4 * own->n_cell;
    th_filters f[2] = {{.outs = n, .n = own->n_in, .per_filter = own->n_in, .per_tap = 1},
                       {.outs = n, .n = own->n_cell, .per_filter = own->n_cell, .per_tap = 1}};
    *done = false;
    for (int32_t i = 0; i < 2; i++) {
        f[i].w = by_cell(p, i ? TH_LSTM_RECURRENT : TH_LSTM_WEIGHTS, own->n_cell, f[i].n);
        if (!f[i].w) return th_refuse(p, TH_ENOMEM, "no memory for the weights");
        if (!th_quad_fits(&f[i], order)) return TH_OK;
    }
    th_lstm_dsp_par *par = TH_NEW(p->arena, th_lstm_dsp_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    par->own = *own;
    par->n_weights = th_quad_bytes(&f[0]) + th_quad_bytes(&f[1]);
    int8_t *to = (int8_t *)TH_NEW(p->arena, int32_t, (size_t)par->n_weights / 4);
    par->weights = to;
    if (!to) return th_refuse(p, TH_ENOMEM, "no memory for the packed weights");
    for (int32_t c = 0; c < own->n_cell; c++)
        for (int32_t i = 0; i < 2; i++) to = th_quad_pack(&f[i], c, order, to);
    step->par = par;
    step->scratch_bytes = TH_QUAD_BYTES(own->n_in) + TH_QUAD_BYTES(own->n_cell);
    step->unread = UINT32_C(0xff) << TH_LSTM_WEIGHTS;
    *done = true;
    return TH_OK;
}

static th_err lstm_s8(const th_prepare *p, th_step *step)
{
    const th_lstm_s16_par *own = (const th_lstm_s16_par *)step->par;
    bool done;
    if (!all_constant(p)) return TH_OK;
    TH_TRY(pack(p, own, TH_QUAD_S8, step, &done));
    if (done && scales_fit(p, own))
        TH_STEP_KERNEL(step, th_lstm_s8_dsp, 20, "nn/cortexm/lstm_dsp.h", th_lstm_dsp_par, fields);
    else if (done)
        TH_STEP_KERNEL(step, th_lstm_s8_any_dsp, 20, "nn/cortexm/lstm_dsp.h", th_lstm_dsp_par, fields);
    return TH_OK;
}

static th_err lstm_s16(const th_prepare *p, th_step *step)
{
    const th_lstm_s16_par *own = (const th_lstm_s16_par *)step->par;
    bool done;
    if (!all_constant(p) || own->in_zero || own->hidden_zero) return TH_OK;
    TH_TRY(pack(p, own, TH_QUAD_S16, step, &done));
    if (done) TH_STEP_KERNEL(step, th_lstm_s16_dsp, 20, "nn/cortexm/lstm_dsp.h", th_lstm_dsp_par, fields);
    return TH_OK;
}

const th_fast_row th_fast_lstm_s8_dsp = {TH_ISA_ARM_DSP, "th_lstm_s8", lstm_s8};
const th_fast_row th_fast_lstm_s16_dsp = {TH_ISA_ARM_DSP, "th_lstm_s16", lstm_s16};
