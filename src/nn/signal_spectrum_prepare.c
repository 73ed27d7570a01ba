#include "nn/rows.h"
#include "nn/signal_options.h"
#include "nn/signal_spectrum.h"

static const th_field window_fields[] = {
    TH_FIELD_INT(th_signal_window_par, n),
    TH_FIELD_INT(th_signal_window_par, size),
    TH_FIELD_INT(th_signal_window_par, shift),
};
static const th_signal_option window_options[] = {TH_SIGNAL_OPTION("shift", th_signal_window_par, shift, 0, 31)};

static th_err prepare_window(const th_prepare *p, th_step *step)
{
    int32_t rows, inner, rows_out, inner_out;
    TH_TRY(th_check_io(p, 2, 2));
    const th_tensor *x = th_prepare_in(p, 0), *w = th_prepare_in(p, 1), *y = th_prepare_out(p, 0);
    TH_TRY(th_signal_rows(p, x, TH_S16, &rows, &inner));
    TH_TRY(th_signal_rows(p, y, TH_S16, &rows_out, &inner_out));
    TH_TRY(th_signal_vector(p, w, TH_S16, -1));
    if (x->shape.rank != y->shape.rank || rows * inner != rows_out * inner_out)
        return th_refuse(p, TH_ESHAPE, "the output has another shape than the input");
    if (rows * inner % w->shape.d[0] != 0)
        return th_refuse(p, TH_ESHAPE, "the input is no whole number of windows long");
    th_signal_window_par *par = TH_NEW(p->arena, th_signal_window_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = (th_signal_window_par){.n = rows * inner, .size = w->shape.d[0]};
    TH_TRY(TH_SIGNAL_OPTIONS(p, window_options, par));
    TH_STEP_KERNEL(step, th_signal_window, 2, "nn/signal_spectrum.h", th_signal_window_par, window_fields);
    step->par = par;
    step->in_place = 1;
    step->macs = par->n;
    return TH_OK;
}

static const th_field auto_scale_fields[] = {TH_FIELD_INT(th_signal_auto_scale_par, n)};

static th_err prepare_auto_scale(const th_prepare *p, th_step *step)
{
    TH_TRY(th_check_io_n(p, 1, 1, 2));
    const th_tensor *x = th_prepare_in(p, 0);
    TH_TRY(th_signal_vector(p, x, TH_S16, -1));
    TH_TRY(th_signal_vector(p, th_prepare_out(p, 0), TH_S16, x->shape.d[0]));
    TH_TRY(th_signal_scalar(p, th_prepare_out(p, 1), TH_S32));
    th_signal_auto_scale_par *par = TH_NEW(p->arena, th_signal_auto_scale_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    par->n = x->shape.d[0];
    TH_STEP_KERNEL_OUT(step, th_signal_auto_scale, 1, 2, "nn/signal_spectrum.h", th_signal_auto_scale_par,
                       auto_scale_fields);
    step->par = par;
    step->in_place = 1;
    return TH_OK;
}

static const th_field energy_fields[] = {
    TH_FIELD_INT(th_signal_energy_par, n),
    TH_FIELD_INT(th_signal_energy_par, start),
    TH_FIELD_INT(th_signal_energy_par, end),
};
static const th_signal_option energy_options[] = {
    TH_SIGNAL_OPTION("start_index", th_signal_energy_par, start, 0, INT32_MAX),
    TH_SIGNAL_OPTION("end_index", th_signal_energy_par, end, 0, INT32_MAX),
};

static th_err prepare_energy(const th_prepare *p, th_step *step)
{
    TH_TRY(th_check_io(p, 1, 1));
    const th_tensor *x = th_prepare_in(p, 0), *y = th_prepare_out(p, 0);
    TH_TRY(th_signal_vector(p, x, TH_S16, -1));
    TH_TRY(th_signal_vector(p, y, TH_U32, -1));
    th_signal_energy_par *par = TH_NEW(p->arena, th_signal_energy_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    par->n = y->shape.d[0];
    TH_TRY(TH_SIGNAL_OPTIONS(p, energy_options, par));
    if (par->start > par->end || par->end > par->n || par->end > x->shape.d[0] / 2)
        return th_refuse(p, TH_ESHAPE, "start_index and end_index lie outside the spectrum");
    TH_STEP_KERNEL(step, th_signal_energy, 1, "nn/signal_spectrum.h", th_signal_energy_par, energy_fields);
    step->par = par;
    step->macs = 2 * (int64_t)(par->end - par->start);
    return TH_OK;
}

/* One number for each pair of real and imaginary part. */
static th_err infer_energy(const th_prepare *p, th_shape *out)
{
    TH_TRY(th_check_io(p, 1, 1));
    const th_tensor *x = th_prepare_in(p, 0);
    TH_TRY(th_signal_vector(p, x, TH_S16, -1));
    if (x->shape.d[0] < 2) return th_refuse(p, TH_ESHAPE, "the spectrum is empty");
    *out = (th_shape){.rank = 1, .d = {x->shape.d[0] / 2}};
    return TH_OK;
}

const th_op_row th_row_signal_window = {TH_OP_SIGNAL_WINDOW, "SignalWindow", prepare_window, th_infer_same};
const th_op_row th_row_signal_fft_auto_scale = {TH_OP_SIGNAL_FFT_AUTO_SCALE, "SignalFftAutoScale", prepare_auto_scale,
                                                th_infer_same};
const th_op_row th_row_signal_energy = {TH_OP_SIGNAL_ENERGY, "SignalEnergy", prepare_energy, infer_energy};
