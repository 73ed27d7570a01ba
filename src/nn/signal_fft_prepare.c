#include "dsp/signal_fft.h"
#include "nn/rows.h"
#include "nn/signal_options.h"

#define FIELDS(type, kind)                                                                                             \
    {                                                                                                                  \
        TH_FIELD_INT(type, h), TH_FIELD_INT(type, n_stages), TH_FIELD_FIXED(type, radix, TH_SIGNAL_FFT_STAGES),        \
            TH_FIELD_INT(type, rows), TH_FIELD_INT(type, row_in), TH_FIELD_INT(type, n_w), TH_FIELD_INT(type, n_v),    \
            TH_FIELD_ARRAY(type, w, n_w, kind), TH_FIELD_ARRAY(type, v, n_v, kind)                                     \
    }
static const th_field s16_fields[] = FIELDS(th_fft_s16_par, S16);
static const th_field s32_fields[] = FIELDS(th_fft_s32_par, I32);
static const th_field f32_fields[] = FIELDS(th_fft_f32_par, F32);

typedef struct plan {
    int32_t fft_length; /* the only option that counts */
    int32_t inverse, rows, row_in;
    int32_t n_stages, radix[TH_SIGNAL_FFT_STAGES];
} plan;

static const th_signal_option options[] = {TH_SIGNAL_OPTION("fft_length", plan, fft_length, 4, TH_SIGNAL_FFT_MAX)};

static th_err make_plan(const th_prepare *p, bool inverse, plan *f)
{
    int32_t rows_out, row_out;
    TH_TRY(th_check_io(p, 1, 1));
    TH_TRY(TH_SIGNAL_OPTIONS(p, options, f));
    const th_tensor *x = th_prepare_in(p, 0), *y = th_prepare_out(p, 0);
    TH_TRY(th_signal_rows(p, x, x->type, &f->rows, &f->row_in));
    TH_TRY(th_signal_rows(p, y, x->type, &rows_out, &row_out));
    f->inverse = inverse;
    const int32_t n = f->fft_length, complex_row = n + 2;
    if (n % 2 == 0) f->n_stages = th_signal_fft_radices(n / 2, f->radix);
    if (n % 2 != 0 || !f->n_stages)
        return th_refuse(p, TH_EUNSUP, "fft_length must be even, and its half a product of 2, 3 and 5");
    if (x->shape.rank != y->shape.rank || f->rows != rows_out)
        return th_refuse(p, TH_ESHAPE, "input and output have different numbers of rows");
    if (inverse ? f->row_in != complex_row || row_out != n : f->row_in > n || row_out != complex_row)
        return th_refuse(p, TH_ESHAPE, "the last dimension of the input or output does not fit fft_length");
    return TH_OK;
}

/* The three types differ in nothing but the elements of their tables. */
#define PREPARE(ending, element)                                                                                       \
    static th_err prepare_##ending(const th_prepare *p, const plan *f, th_step *step)                                  \
    {                                                                                                                  \
        const int32_t h = f->fft_length / 2, n_w = 2 * h, n_v = h / 2 * 2;                                             \
        th_fft_##ending##_par *par = TH_NEW(p->arena, th_fft_##ending##_par, 1);                                       \
        element *w = TH_NEW(p->arena, element, (size_t)n_w), *v = TH_NEW(p->arena, element, (size_t)n_v);              \
        if (!par || !w || !v) return th_refuse(p, TH_ENOMEM, "no memory for the tables");                              \
        th_signal_fft_fill_##ending(h, f->inverse, w, v);                                                              \
        *par = (th_fft_##ending##_par){.h = h,                                                                         \
                                       .n_stages = f->n_stages,                                                        \
                                       .rows = f->rows,                                                                \
                                       .row_in = f->row_in,                                                            \
                                       .n_w = n_w,                                                                     \
                                       .n_v = n_v,                                                                     \
                                       .w = w,                                                                         \
                                       .v = v};                                                                        \
        for (int32_t i = 0; i < f->n_stages; i++) par->radix[i] = f->radix[i];                                         \
        if (f->inverse)                                                                                                \
            TH_STEP_KERNEL(step, th_irfft_##ending, 1, "dsp/signal_fft.h", th_fft_##ending##_par, ending##_fields);    \
        else                                                                                                           \
            TH_STEP_KERNEL(step, th_rfft_##ending, 1, "dsp/signal_fft.h", th_fft_##ending##_par, ending##_fields);     \
        step->par = par;                                                                                               \
        return TH_OK;                                                                                                  \
    }
PREPARE(s16, int16_t)
PREPARE(s32, int32_t)
PREPARE(f32, float)

static th_err prepare(const th_prepare *p, bool inverse, th_step *step)
{
    plan f = {0};
    TH_TRY(make_plan(p, inverse, &f));
    /* A butterfly of radix r takes r - 1 complex products for r outputs, of 4 each; the last step one for 2. */
    for (int32_t i = 0; i < f.n_stages; i++)
        step->macs += (int64_t)f.rows * (f.fft_length / 2) / f.radix[i] * (f.radix[i] - 1) * 4;
    step->macs += (int64_t)f.rows * f.fft_length;
    const th_type type = th_prepare_in(p, 0)->type;
    if (type == TH_S16) return prepare_s16(p, &f, step);
    if (type == TH_S32) return prepare_s32(p, &f, step);
    if (type == TH_F32) return prepare_f32(p, &f, step);
    return th_refuse(p, TH_EUNSUP, "the samples must be int16, int32 or float32");
}

static th_err prepare_rfft(const th_prepare *p, th_step *step)
{
    return prepare(p, false, step);
}

static th_err prepare_irfft(const th_prepare *p, th_step *step)
{
    return prepare(p, true, step);
}

/* fft_length samples <-> fft_length / 2 + 1 complex numbers, of which each has two places. */
static th_err infer(const th_prepare *p, int32_t more, th_shape *out)
{
    plan f = {0};
    TH_TRY(th_infer_same(p, out));
    TH_TRY(TH_SIGNAL_OPTIONS(p, options, &f));
    if (out->rank < 1) return th_refuse(p, TH_ESHAPE, "a tensor needs at least one dimension");
    out->d[out->rank - 1] = f.fft_length + more;
    return TH_OK;
}

static th_err infer_rfft(const th_prepare *p, th_shape *out)
{
    return infer(p, 2, out);
}

static th_err infer_irfft(const th_prepare *p, th_shape *out)
{
    return infer(p, 0, out);
}

const th_op_row th_row_signal_rfft = {TH_OP_SIGNAL_RFFT, "SignalRfft", prepare_rfft, infer_rfft};
const th_op_row th_row_signal_irfft = {TH_OP_SIGNAL_IRFFT, "SignalIrfft", prepare_irfft, infer_irfft};
