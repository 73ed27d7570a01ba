#include "nn/rows.h"
#include "nn/signal_options.h"
#include "nn/signal_stream.h"

#define HEADER  "nn/signal_stream.h"
#define MAX_BUF (INT32_C(1) << 24) /* samples of one state */

/* ---- framer ---- */

static const th_field framer_fields[] = {
    TH_FIELD_INT(th_signal_framer_par, rows), TH_FIELD_INT(th_signal_framer_par, frames),
    TH_FIELD_INT(th_signal_framer_par, size), TH_FIELD_INT(th_signal_framer_par, step),
    TH_FIELD_INT(th_signal_framer_par, room), TH_FIELD_INT(th_signal_framer_par, at_first),
};
static const th_signal_option framer_options[] = {
    TH_SIGNAL_OPTION("frame_size", th_signal_framer_par, size, 1, MAX_BUF),
    TH_SIGNAL_OPTION("frame_step", th_signal_framer_par, step, 1, MAX_BUF),
    TH_SIGNAL_OPTION("prefill", th_signal_framer_par, at_first, 0, 1),
};

/* Everything that options and input decide: the parameters, and the output's shape [.., frames, frame_size]. */
static th_err frames_of(const th_prepare *p, th_signal_framer_par *par, th_shape *out)
{
    int32_t inner;
    TH_TRY(th_check_io_n(p, 1, 1, 2));
    const th_tensor *x = th_prepare_in(p, 0);
    TH_TRY(TH_SIGNAL_OPTIONS(p, framer_options, par));
    TH_TRY(th_signal_rows(p, x, TH_S16, &par->rows, &inner));
    par->frames = inner / par->step;
    if (par->frames < 1 || inner % par->step != 0)
        return th_refuse(p, TH_ESHAPE, "the input is no whole number of frame_step long");
    if (x->shape.rank >= TH_MAX_RANK) return th_refuse(p, TH_ESHAPE, "the output would have too many dimensions");
    *out = x->shape;
    out->d[out->rank - 1] = par->frames;
    out->d[out->rank++] = par->size;
    return TH_OK;
}

static th_err infer_framer(const th_prepare *p, th_shape *out)
{
    th_signal_framer_par par = {0};
    return frames_of(p, &par, out);
}

static th_err prepare_framer(const th_prepare *p, th_step *step)
{
    th_shape out;
    th_signal_framer_par *par = TH_NEW(p->arena, th_signal_framer_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    TH_TRY(frames_of(p, par, &out));
    TH_TRY(th_signal_scalar(p, th_prepare_out(p, 1), TH_BOOL));
    const th_tensor *y = th_prepare_out(p, 0);
    if (y->type != TH_S16) return th_refuse(p, TH_EUNSUP, "the output must be int16");
    if (!th_shape_same(&out, &y->shape))
        return th_refuse(p, TH_ESHAPE,
                         "the output must have the shape of the input with [frames, frame_size] as last dimensions");
    if (par->at_first && par->step > par->size)
        return th_refuse(p, TH_EUNSUP, "prefill needs a frame_step of at most frame_size");
    if (par->at_first) par->at_first = par->size - par->step;
    const int64_t room = ((int64_t)par->size + par->step - 1) / par->step * par->step;
    if (room * par->rows > MAX_BUF) return th_refuse(p, TH_ERANGE, "its state is larger than 32 MiB");
    par->room = (int32_t)room;
    TH_STEP_KERNEL_OUT(step, th_signal_framer, 2, 2, HEADER, th_signal_framer_par, framer_fields);
    step->par = par;
    step->state_bytes = sizeof(int32_t) + (size_t)(room * par->rows) * sizeof(int16_t);
    return TH_OK;
}

/* ---- stacker ---- */

static const th_field stacker_fields[] = {
    TH_FIELD_INT(th_signal_stacker_par, channels),
    TH_FIELD_INT(th_signal_stacker_par, left),
    TH_FIELD_INT(th_signal_stacker_par, room),
    TH_FIELD_INT(th_signal_stacker_par, gone),
};
typedef struct stacker {
    int32_t channels, left, right, step;
} stacker;
static const th_signal_option stacker_options[] = {
    TH_SIGNAL_OPTION("num_channels", stacker, channels, 1, 4096),
    TH_SIGNAL_OPTION("stacker_left_context", stacker, left, 0, 1000),
    TH_SIGNAL_OPTION("stacker_right_context", stacker, right, 0, 1000),
    TH_SIGNAL_OPTION("stacker_step", stacker, step, 1, 2001),
};

static th_err infer_stacker(const th_prepare *p, th_shape *out)
{
    stacker s = {0};
    TH_TRY(th_check_io_n(p, 1, 1, 2));
    TH_TRY(TH_SIGNAL_OPTIONS(p, stacker_options, &s));
    *out = (th_shape){.rank = 1, .d = {s.channels * (1 + s.left + s.right)}};
    return TH_OK;
}

static th_err prepare_stacker(const th_prepare *p, th_step *step)
{
    stacker s = {0};
    TH_TRY(th_check_io_n(p, 1, 1, 2));
    TH_TRY(TH_SIGNAL_OPTIONS(p, stacker_options, &s));
    const int32_t deep = 1 + s.left + s.right;
    TH_TRY(th_signal_vector(p, th_prepare_in(p, 0), TH_S16, s.channels));
    TH_TRY(th_signal_vector(p, th_prepare_out(p, 0), TH_S16, s.channels * deep));
    TH_TRY(th_signal_scalar(p, th_prepare_out(p, 1), TH_BOOL));
    if (s.step > deep)
        return th_refuse(p, TH_EUNSUP, "stacker_step skips inputs: it must be at most 1 + left + right context");
    th_signal_stacker_par *par = TH_NEW(p->arena, th_signal_stacker_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    *par = (th_signal_stacker_par){
        .channels = s.channels, .left = s.left, .room = s.channels * deep, .gone = s.channels * s.step};
    TH_STEP_KERNEL_OUT(step, th_signal_stacker, 2, 2, HEADER, th_signal_stacker_par, stacker_fields);
    step->par = par;
    step->state_bytes = 2 * sizeof(int32_t) + (size_t)par->room * sizeof(int16_t);
    return TH_OK;
}

/* ---- overlap-add ---- */

static const th_field overlap_fields[] = {
    TH_FIELD_INT(th_signal_overlap_par, rows),
    TH_FIELD_INT(th_signal_overlap_par, frames),
    TH_FIELD_INT(th_signal_overlap_par, size),
    TH_FIELD_INT(th_signal_overlap_par, step),
};
static const th_signal_option overlap_options[] = {
    TH_SIGNAL_OPTION("frame_step", th_signal_overlap_par, step, 1, MAX_BUF)};

/* The parameters, and the output's shape [.., frames frame_step]. */
static th_err overlap_of(const th_prepare *p, th_signal_overlap_par *par, th_shape *out)
{
    TH_TRY(th_check_io(p, 1, 1));
    const th_shape *x = &th_prepare_in(p, 0)->shape;
    TH_TRY(TH_SIGNAL_OPTIONS(p, overlap_options, par));
    if (x->rank < 2) return th_refuse(p, TH_ESHAPE, "the input must be [.., frames, size]");
    par->size = x->d[x->rank - 1];
    par->frames = x->d[x->rank - 2];
    par->rows = th_shape_count(x) / (par->size * par->frames);
    if (par->step > par->size) return th_refuse(p, TH_EUNSUP, "frame_step is larger than the frames");
    *out = *x;
    out->rank--;
    out->d[out->rank - 1] = par->frames * par->step;
    return TH_OK;
}

static th_err infer_overlap_add(const th_prepare *p, th_shape *out)
{
    th_signal_overlap_par par = {0};
    return overlap_of(p, &par, out);
}

static th_err prepare_overlap_add(const th_prepare *p, th_step *step)
{
    th_shape out;
    th_signal_overlap_par *par = TH_NEW(p->arena, th_signal_overlap_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    TH_TRY(overlap_of(p, par, &out));
    const th_tensor *x = th_prepare_in(p, 0), *y = th_prepare_out(p, 0);
    if ((x->type != TH_S16 && x->type != TH_F32) || x->type != y->type)
        return th_refuse(p, TH_EUNSUP, "input and output must both be int16 or both float32");
    if (!th_shape_same(&out, &y->shape))
        return th_refuse(p, TH_ESHAPE, "the output must be [.., frames times frame_step]");
    if ((int64_t)par->rows * par->size > MAX_BUF)
        return th_refuse(p, TH_ERANGE, "its state is larger than 16 million samples");
    if (x->type == TH_S16)
        TH_STEP_KERNEL(step, th_signal_overlap_s16, 2, HEADER, th_signal_overlap_par, overlap_fields);
    else
        TH_STEP_KERNEL(step, th_signal_overlap_f32, 2, HEADER, th_signal_overlap_par, overlap_fields);
    step->par = par;
    step->state_bytes = (size_t)par->rows * (size_t)par->size * th_type_bytes(x->type);
    return TH_OK;
}

/* ---- delay ---- */

static const th_field delay_fields[] = {
    TH_FIELD_INT(th_signal_delay_par, rows),
    TH_FIELD_INT(th_signal_delay_par, n),
    TH_FIELD_INT(th_signal_delay_par, delay),
};
static const th_signal_option delay_options[] = {
    TH_SIGNAL_OPTION("delay_length", th_signal_delay_par, delay, 0, MAX_BUF)};

static th_err prepare_delay(const th_prepare *p, th_step *step)
{
    TH_TRY(th_check_io(p, 1, 1));
    const th_tensor *x = th_prepare_in(p, 0), *y = th_prepare_out(p, 0);
    th_signal_delay_par *par = TH_NEW(p->arena, th_signal_delay_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    TH_TRY(TH_SIGNAL_OPTIONS(p, delay_options, par));
    TH_TRY(th_signal_rows(p, x, TH_S16, &par->rows, &par->n));
    if (y->type != TH_S16) return th_refuse(p, TH_EUNSUP, "the output must be int16");
    if (!th_shape_same(&x->shape, &y->shape))
        return th_refuse(p, TH_ESHAPE, "the output has another shape than the input");
    if ((int64_t)par->rows * par->delay > MAX_BUF) return th_refuse(p, TH_ERANGE, "its state is larger than 32 MiB");
    TH_STEP_KERNEL(step, th_signal_delay, 2, HEADER, th_signal_delay_par, delay_fields);
    step->par = par;
    step->state_bytes = (size_t)par->rows * (size_t)par->delay * sizeof(int16_t) + sizeof(int16_t); /* never none */
    return TH_OK;
}

const th_op_row th_row_signal_framer = {TH_OP_SIGNAL_FRAMER, "SignalFramer", prepare_framer, infer_framer};
const th_op_row th_row_signal_stacker = {TH_OP_SIGNAL_STACKER, "SignalStacker", prepare_stacker, infer_stacker};
const th_op_row th_row_signal_overlap_add = {TH_OP_SIGNAL_OVERLAP_ADD, "SignalOverlapAdd", prepare_overlap_add,
                                             infer_overlap_add};
const th_op_row th_row_signal_delay = {TH_OP_SIGNAL_DELAY, "SignalDelay", prepare_delay, th_infer_same};
