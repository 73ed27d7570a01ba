#include "base/sincos.h"
#include "nn/rows.h"
#include "nn/signal_fft.h"
#include "nn/signal_options.h"

#define FIELDS(type, kind)                                                                                             \
    {                                                                                                                  \
        TH_FIELD_INT(type, h), TH_FIELD_INT(type, n_stages), TH_FIELD_FIXED(type, radix, TH_FFT_STAGES),               \
            TH_FIELD_INT(type, rows), TH_FIELD_INT(type, row_in), TH_FIELD_INT(type, n_w), TH_FIELD_INT(type, n_v),    \
            TH_FIELD_ARRAY(type, w, n_w, kind), TH_FIELD_ARRAY(type, v, n_v, kind)                                     \
    }
static const th_field s16_fields[] = FIELDS(th_fft_s16_par, S16);
static const th_field s32_fields[] = FIELDS(th_fft_s32_par, I32);
static const th_field f32_fields[] = FIELDS(th_fft_f32_par, F32);

typedef struct plan {
    int32_t fft_length; /* the only option that counts */
    int32_t inverse, rows, row_in;
    int32_t n_stages, radix[TH_FFT_STAGES];
} plan;

static const th_signal_option options[] = {TH_SIGNAL_OPTION("fft_length", plan, fft_length, 4, TH_FFT_MAX)};

/* Fours, at most one two, threes, fives: false when another factor is left. */
static bool factor(int32_t n, plan *f)
{
    static const int32_t radix[] = {4, 2, 3, 5};
    f->n_stages = 0;
    for (size_t i = 0; i < sizeof radix / sizeof *radix; i++)
        for (; n % radix[i] == 0; n /= radix[i]) f->radix[f->n_stages++] = radix[i];
    return n == 1;
}

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
    if (n % 2 != 0 || !factor(n / 2, f))
        return th_refuse(p, TH_EUNSUP, "fft_length must be even, and its half a product of 2, 3 and 5");
    if (x->shape.rank != y->shape.rank || f->rows != rows_out)
        return th_refuse(p, TH_ESHAPE, "input and output have different numbers of rows");
    if (inverse ? f->row_in != complex_row || row_out != n : f->row_in > n || row_out != complex_row)
        return th_refuse(p, TH_ESHAPE, "the last dimension of the input or output does not fit fft_length");
    return TH_OK;
}

#define PI 3.141592653589793238462643383279502884197

/* Number k of w, or of v (nn/signal_fft.h).  The order of the operations is the reference's: it decides the last bit of
 * the phase. */
static double phase(const plan *f, bool is_v, int32_t k)
{
    const int32_t half = f->fft_length / 2; /* a whole number: the length is even */
    const double h = (double)half;
    const double angle = is_v ? -PI * ((double)(k + 1) / h + 0.5) : -2 * PI * (double)k / h;
    return f->inverse ? -angle : angle;
}

static int32_t round_up_half(double max, double v) /* floor(max v + 1/2) */
{
    const double x = 0.5 + max * v;
    const int32_t whole = (int32_t)x;
    return whole - ((double)whole > x);
}

static void fill_s16(const plan *f, bool is_v, int32_t n, int16_t *w)
{
    for (int32_t k = 0; k < n / 2; k++) {
        double s, c;
        th_sincos_rounded(phase(f, is_v, k), &s, &c);
        w[2 * k] = (int16_t)round_up_half(32767.0, c);
        w[2 * k + 1] = (int16_t)round_up_half(32767.0, s);
    }
}

static void fill_s32(const plan *f, bool is_v, int32_t n, int32_t *w)
{
    for (int32_t k = 0; k < n / 2; k++) {
        double s, c;
        th_sincos_rounded(phase(f, is_v, k), &s, &c);
        w[2 * k] = round_up_half(2147483647.0, c);
        w[2 * k + 1] = round_up_half(2147483647.0, s);
    }
}

static void fill_f32(const plan *f, bool is_v, int32_t n, float *w)
{
    for (int32_t k = 0; k < n / 2; k++) {
        double s, c;
        th_sincos_rounded(phase(f, is_v, k), &s, &c);
        w[2 * k] = (float)c;
        w[2 * k + 1] = (float)s;
    }
}

/* The three types differ in nothing but the elements of their tables. */
#define PREPARE(ending, element)                                                                                       \
    static th_err prepare_##ending(const th_prepare *p, const plan *f, th_step *step)                                  \
    {                                                                                                                  \
        const int32_t h = f->fft_length / 2, n_w = 2 * h, n_v = h / 2 * 2;                                             \
        th_fft_##ending##_par *par = TH_NEW(p->arena, th_fft_##ending##_par, 1);                                       \
        element *w = TH_NEW(p->arena, element, (size_t)n_w), *v = TH_NEW(p->arena, element, (size_t)n_v);              \
        if (!par || !w || !v) return th_refuse(p, TH_ENOMEM, "no memory for the tables");                              \
        fill_##ending(f, false, n_w, w);                                                                               \
        fill_##ending(f, true, n_v, v);                                                                                \
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
            TH_STEP_KERNEL(step, th_irfft_##ending, 1, "nn/signal_fft.h", th_fft_##ending##_par, ending##_fields);     \
        else                                                                                                           \
            TH_STEP_KERNEL(step, th_rfft_##ending, 1, "nn/signal_fft.h", th_fft_##ending##_par, ending##_fields);      \
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
