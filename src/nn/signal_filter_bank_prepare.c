#include "nn/rows.h"
#include "dsp/signal_levels.h"
#include "nn/signal_filter_bank.h"
#include "nn/signal_options.h"

#define HEADER "nn/signal_filter_bank.h"

static const th_field filter_bank_fields[] = {TH_FIELD_INT(th_signal_filter_bank_par, n)};
static const th_signal_option filter_bank_options[] = {
    TH_SIGNAL_OPTION("num_channels", th_signal_filter_bank_par, n, 1, 32767)};

static int32_t place(const th_tensor *t, int32_t i)
{
    return (int16_t)th_le16((const uint8_t *)t->data + 2 * i);
}

/* Every band inside the spectrum and the weights: the kernel reads wherever these tables say. */
static th_err check_bands(const th_prepare *p, int32_t n)
{
    const th_tensor *start = th_prepare_in(p, 3), *first = th_prepare_in(p, 4), *width = th_prepare_in(p, 5);
    const int32_t n_energy = th_prepare_in(p, 0)->shape.d[0], n_w = th_prepare_in(p, 1)->shape.d[0];
    if (!start->data || !first->data || !width->data)
        return th_refuse(p, TH_EUNSUP, "the places and widths of the bands must be constant");
    for (int32_t i = 0; i <= n; i++) {
        const int32_t w = place(width, i), s = place(start, i), f = place(first, i);
        if (w > 0 && (s < 0 || f < 0 || s + w > n_energy || f + w > n_w))
            return th_refuse(p, TH_ESHAPE, "a band lies outside the spectrum or the weights");
    }
    return TH_OK;
}

static th_err prepare_filter_bank(const th_prepare *p, th_step *step)
{
    TH_TRY(th_check_io(p, 6, 6));
    th_signal_filter_bank_par *par = TH_NEW(p->arena, th_signal_filter_bank_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    TH_TRY(TH_SIGNAL_OPTIONS(p, filter_bank_options, par));
    TH_TRY(th_signal_vector(p, th_prepare_in(p, 0), TH_U32, -1));
    TH_TRY(th_signal_vector(p, th_prepare_in(p, 1), TH_S16, -1));
    TH_TRY(th_signal_vector(p, th_prepare_in(p, 2), TH_S16, th_prepare_in(p, 1)->shape.d[0]));
    for (int32_t i = 3; i < 6; i++) TH_TRY(th_signal_vector(p, th_prepare_in(p, i), TH_S16, par->n + 1));
    TH_TRY(th_signal_vector(p, th_prepare_out(p, 0), TH_U64, par->n));
    TH_TRY(check_bands(p, par->n));
    TH_STEP_KERNEL(step, th_signal_filter_bank, 6, HEADER, th_signal_filter_bank_par, filter_bank_fields);
    step->par = par;
    for (int32_t i = 0; i <= par->n; i++)
        if (place(th_prepare_in(p, 5), i) > 0) step->macs += 2 * place(th_prepare_in(p, 5), i);
    return TH_OK;
}

static th_err infer_filter_bank(const th_prepare *p, th_shape *out)
{
    th_signal_filter_bank_par par = {0};
    TH_TRY(th_check_io(p, 6, 6));
    TH_TRY(TH_SIGNAL_OPTIONS(p, filter_bank_options, &par));
    *out = (th_shape){.rank = 1, .d = {par.n}};
    return TH_OK;
}

static const th_field square_root_fields[] = {TH_FIELD_INT(th_signal_square_root_par, n)};

static th_err prepare_square_root(const th_prepare *p, th_step *step)
{
    TH_TRY(th_check_io(p, 2, 2));
    const th_tensor *x = th_prepare_in(p, 0);
    TH_TRY(th_signal_vector(p, x, TH_U64, -1));
    TH_TRY(th_signal_scalar(p, th_prepare_in(p, 1), TH_S32));
    TH_TRY(th_signal_vector(p, th_prepare_out(p, 0), TH_U32, x->shape.d[0]));
    th_signal_square_root_par *par = TH_NEW(p->arena, th_signal_square_root_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    par->n = x->shape.d[0];
    TH_STEP_KERNEL(step, th_signal_square_root, 2, HEADER, th_signal_square_root_par, square_root_fields);
    step->par = par;
    return TH_OK;
}

static const th_field subtraction_fields[] = {
    TH_FIELD_INT(th_signal_subtraction_par, n),
    TH_FIELD_INT(th_signal_subtraction_par, smoothing),
    TH_FIELD_INT(th_signal_subtraction_par, one_minus_smoothing),
    TH_FIELD_INT(th_signal_subtraction_par, alternate_smoothing),
    TH_FIELD_INT(th_signal_subtraction_par, alternate_one_minus_smoothing),
    TH_FIELD_INT(th_signal_subtraction_par, min_signal_remaining),
    TH_FIELD_INT(th_signal_subtraction_par, smoothing_bits),
    TH_FIELD_INT(th_signal_subtraction_par, spectral_subtraction_bits),
    TH_FIELD_INT(th_signal_subtraction_par, clamping),
};
static const th_signal_option subtraction_options[] = {
    TH_SIGNAL_OPTION("num_channels", th_signal_subtraction_par, n, 1, INT32_MAX),
    TH_SIGNAL_OPTION("smoothing", th_signal_subtraction_par, smoothing, INT32_MIN, INT32_MAX),
    TH_SIGNAL_OPTION("one_minus_smoothing", th_signal_subtraction_par, one_minus_smoothing, INT32_MIN, INT32_MAX),
    TH_SIGNAL_OPTION("alternate_smoothing", th_signal_subtraction_par, alternate_smoothing, INT32_MIN, INT32_MAX),
    TH_SIGNAL_OPTION("alternate_one_minus_smoothing", th_signal_subtraction_par, alternate_one_minus_smoothing,
                     INT32_MIN, INT32_MAX),
    TH_SIGNAL_OPTION("min_signal_remaining", th_signal_subtraction_par, min_signal_remaining, INT32_MIN, INT32_MAX),
    TH_SIGNAL_OPTION("smoothing_bits", th_signal_subtraction_par, smoothing_bits, 0, 31),
    TH_SIGNAL_OPTION("spectral_subtraction_bits", th_signal_subtraction_par, spectral_subtraction_bits, 0, 63),
    TH_SIGNAL_OPTION("clamping", th_signal_subtraction_par, clamping, 0, 1),
};

static th_err prepare_subtraction(const th_prepare *p, th_step *step)
{
    TH_TRY(th_check_io_n(p, 1, 1, 2));
    th_signal_subtraction_par *par = TH_NEW(p->arena, th_signal_subtraction_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    TH_TRY(TH_SIGNAL_OPTIONS(p, subtraction_options, par));
    TH_TRY(th_signal_vector(p, th_prepare_in(p, 0), TH_U32, par->n));
    TH_TRY(th_signal_vector(p, th_prepare_out(p, 0), TH_U32, par->n));
    TH_TRY(th_signal_vector(p, th_prepare_out(p, 1), TH_U32, par->n));
    TH_STEP_KERNEL_OUT(step, th_signal_subtraction, 2, 2, HEADER, th_signal_subtraction_par, subtraction_fields);
    step->par = par;
    step->state_bytes = (size_t)par->n * sizeof(uint32_t);
    step->macs = 3 * (int64_t)par->n;
    return TH_OK;
}

static const th_field pcan_fields[] = {
    TH_FIELD_INT(th_signal_pcan_par, n),
    TH_FIELD_INT(th_signal_pcan_par, snr_shift),
};
static const th_signal_option pcan_options[] = {TH_SIGNAL_OPTION("snr_shift", th_signal_pcan_par, snr_shift, 0, 63)};

static th_err prepare_pcan(const th_prepare *p, th_step *step)
{
    TH_TRY(th_check_io(p, 3, 3));
    const th_tensor *x = th_prepare_in(p, 0), *table = th_prepare_in(p, 2);
    TH_TRY(th_signal_vector(p, x, TH_U32, -1));
    TH_TRY(th_signal_vector(p, th_prepare_in(p, 1), TH_U32, x->shape.d[0]));
    TH_TRY(th_signal_vector(p, table, TH_S16, -1));
    TH_TRY(th_signal_vector(p, th_prepare_out(p, 0), TH_U32, x->shape.d[0]));
    if (table->shape.d[0] < TH_PCAN_TABLE)
        return th_refuse(p, TH_ESHAPE, "the table of the gain has fewer than 125 values");
    th_signal_pcan_par *par = TH_NEW(p->arena, th_signal_pcan_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    par->n = x->shape.d[0];
    TH_TRY(TH_SIGNAL_OPTIONS(p, pcan_options, par));
    TH_STEP_KERNEL(step, th_signal_pcan, 3, HEADER, th_signal_pcan_par, pcan_fields);
    step->par = par;
    step->in_place = 1;
    step->macs = 3 * (int64_t)par->n;
    return TH_OK;
}

static const th_field log_fields[] = {
    TH_FIELD_INT(th_signal_log_par, n),
    TH_FIELD_INT(th_signal_log_par, output_scale),
    TH_FIELD_INT(th_signal_log_par, correction_bits),
};
static const th_signal_option log_options[] = {
    TH_SIGNAL_OPTION("output_scale", th_signal_log_par, output_scale, INT32_MIN, INT32_MAX),
    TH_SIGNAL_OPTION("input_correction_bits", th_signal_log_par, correction_bits, 0, 31),
};

static th_err prepare_log(const th_prepare *p, th_step *step)
{
    TH_TRY(th_check_io(p, 1, 1));
    const th_tensor *x = th_prepare_in(p, 0);
    TH_TRY(th_signal_vector(p, x, TH_U32, -1));
    TH_TRY(th_signal_vector(p, th_prepare_out(p, 0), TH_S16, x->shape.d[0]));
    th_signal_log_par *par = TH_NEW(p->arena, th_signal_log_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    par->n = x->shape.d[0];
    TH_TRY(TH_SIGNAL_OPTIONS(p, log_options, par));
    TH_STEP_KERNEL(step, th_signal_log, 1, HEADER, th_signal_log_par, log_fields);
    step->par = par;
    step->macs = 3 * (int64_t)par->n;
    return TH_OK;
}

const th_op_row th_row_signal_filter_bank = {TH_OP_SIGNAL_FILTER_BANK, "SignalFilterBank", prepare_filter_bank,
                                             infer_filter_bank};
const th_op_row th_row_signal_filter_bank_square_root = {
    TH_OP_SIGNAL_FILTER_BANK_SQUARE_ROOT, "SignalFilterBankSquareRoot", prepare_square_root, th_infer_same};
const th_op_row th_row_signal_filter_bank_spectral_subtraction = {TH_OP_SIGNAL_FILTER_BANK_SPECTRAL_SUBTRACTION,
                                                                  "SignalFilterBankSpectralSubtraction",
                                                                  prepare_subtraction, th_infer_same};
const th_op_row th_row_signal_pcan = {TH_OP_SIGNAL_PCAN, "SignalPCAN", prepare_pcan, th_infer_same};
const th_op_row th_row_signal_filter_bank_log = {TH_OP_SIGNAL_FILTER_BANK_LOG, "SignalFilterBankLog", prepare_log,
                                                 th_infer_same};
